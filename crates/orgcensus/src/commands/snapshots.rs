//! `orgcensus snapshots`: what was published to a lake, run by run.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use orgcensus_answers::format_within;
use orgcensus_lake::Commit;

use crate::args::Snapshots;
use crate::commands::source::{coverage_percent, refuse_terminal};
use crate::failure::{Failure, exit};
use crate::terminal::{output, width};
use crate::{lake_access, reporter};

/// Lists them, the newest date first.
pub(crate) async fn run(arguments: &Snapshots) -> Result<u8, Failure> {
    refuse_terminal(arguments.shown.format)?;
    let lake = lake_access::of(&arguments.place).await?;
    let mut commits = lake.commits().await?;
    if commits.is_empty() {
        reporter::say("warning", &format!("nothing has been published to {}; is it the right lake?", lake.url()));
    }
    commits.sort_by(|a, b| (&b.snapshot_date, b.n).cmp(&(&a.snapshot_date, a.n)));
    let living = orgcensus_lake::living(&commits);
    let superseded_by = |commit: &Commit| {
        let heir = living.iter().find(|it| it.is_of_same_day(commit) && it.n != commit.n);
        heir.map(|heir| heir.run_id.clone())
    };
    let text = |of: &dyn Fn(&Commit) -> Option<String>| -> ArrayRef {
        Arc::new(commits.iter().map(of).collect::<StringArray>())
    };
    let columns: [(&str, ArrayRef); 7] = [
        ("snapshot_date", text(&|it| Some(it.snapshot_date.clone()))),
        ("organization_id", text(&|it| Some(it.organization_id.clone()))),
        ("run_id", text(&|it| Some(it.run_id.clone()))),
        (
            "committed_at",
            Arc::new(commits.iter().map(|it| Some(it.committed_at.0)).collect::<TimestampMillisecondArray>()),
        ),
        ("coverage_percent", Arc::new(commits.iter().map(rounded).collect::<Float64Array>())),
        ("is_complete", Arc::new(commits.iter().map(|it| Some(it.is_complete)).collect::<BooleanArray>())),
        ("superseded_by", text(&superseded_by)),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true)));
    let batch = batch.map_err(std::io::Error::other)?;
    format_within(&[batch], arguments.shown.format, width(arguments.shown.wide), output())?;
    Ok(exit::WHOLE)
}

/// To a tenth.
fn rounded(commit: &Commit) -> Option<f64> {
    coverage_percent(commit).map(|percent| (percent * 10.0).round() / 10.0)
}
