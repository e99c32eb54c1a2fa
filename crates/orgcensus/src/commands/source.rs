//! Where answers come from: a lake, and the snapshots that are meant.

use std::io::IsTerminal;

use orgcensus_answers::{Bounds, Format, Snapshot, Which, coverage_of};
use orgcensus_lake::{Commit, Lake};

use crate::args::Source;
use crate::failure::Failure;
use crate::{lake_access, reporter, terminal};

/// Opens the snapshots that a command line means. An incomplete one is a warning, or an error with `--require-complete`.
pub(crate) async fn open(source: &Source, bounds: Bounds) -> Result<(Lake, Snapshot), Failure> {
    let lake = lake_access::of(&source.place).await?;
    let snapshot = Snapshot::open_within(&lake, &source.snapshot, bounds).await?;
    warn_of(snapshot.commits(), source)?;
    Ok((lake, snapshot))
}

/// Warns of each snapshot that is incomplete, or fails if it must not be.
pub(crate) fn warn_of(commits: &[Commit], source: &Source) -> Result<(), Failure> {
    for commit in commits.iter().filter(|commit| !commit.is_complete) {
        let words = words(commit, &source.snapshot);
        if source.require_complete {
            return Err(Failure::Incomplete(words));
        }
        reporter::say("warning", &words);
    }
    Ok(())
}

/// Refuses to write Parquet to a terminal, which would show its bytes as letters.
pub(crate) fn refuse_terminal(format: Format) -> Result<(), Failure> {
    if format == Format::Parquet && std::io::stdout().is_terminal() {
        let words = "--format parquet: standard output is a terminal; write it to a file, as in … > answer.parquet";
        return Err(Failure::Usage(words.to_owned()));
    }
    Ok(())
}

/// Tells people who look at an answer of which day it is, and how much of what it rests on was read. Data have no such
/// line: it is for a terminal.
pub(crate) async fn tell(snapshot: &Snapshot, tables: &[String], format: Format) -> Result<(), Failure> {
    if !format.is_for_people() || terminal::columns().is_none() {
        return Ok(());
    }
    let commits = snapshot.commits().iter();
    let commits: Vec<_> = commits.map(|it| format!("{} of {}", it.snapshot_date, it.organization_id)).collect();
    let coverage = match tables {
        [] => String::new(),
        tables => {
            let behind = if let [table] = tables { table.as_str() } else { "its tables" };
            match coverage_of(snapshot, tables).await? {
                Some(percent) => format!("; {percent:.1} % of the tasks behind {behind} are complete"),
                None => format!("; no task was planned for {behind}"),
            }
        }
    };
    println!("snapshot {}{coverage}", commits.join(", "));
    Ok(())
}

fn words(commit: &Commit, which: &Which) -> String {
    let Commit { organization_id, snapshot_date, run_id, .. } = commit;
    let coverage = coverage_percent(commit).map_or("unknown".to_owned(), |it| format!("{it:.1} %"));
    let none = if *which == Which::Newest { "has no complete snapshot, and this one" } else { "has a snapshot that" };
    format!("organization {organization_id} {none} is incomplete: {snapshot_date}, run {run_id}, coverage {coverage}")
}

/// How many of the planned tasks are complete in a snapshot, in percent; none if its commit does not say.
pub(crate) fn coverage_percent(commit: &Commit) -> Option<f64> {
    Some(commit.coverage.get("coverage")?.as_f64()? * 100.0)
}
