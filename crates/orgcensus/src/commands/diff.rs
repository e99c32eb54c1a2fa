//! `orgcensus diff`: what differs between two snapshots.

use orgcensus_answers::{Diff, Error, Pair, format_within};
use orgcensus_lake::Commit;

use crate::args;
use crate::commands::source::{coverage_percent, refuse_terminal};
use crate::failure::{Failure, exit};
use crate::terminal::{output, width};
use crate::{lake_access, reporter};

/// Compares them, and writes what differs as it is found.
pub(crate) async fn run(arguments: &args::Diff) -> Result<u8, Failure> {
    refuse_terminal(arguments.shown.format)?;
    let lake = lake_access::of(&arguments.place).await?;
    let diff = Diff::open(&lake, arguments.from.as_ref(), &arguments.to, &arguments.tables).await.map_err(why)?;
    warn(diff.pairs(), diff.alone(), arguments.require_complete)?;
    let (shown, width) = (arguments.shown.format, width(arguments.shown.wide));
    if arguments.summary {
        format_within(&[diff.summary().await?], shown, width, output())?;
    } else {
        diff.write(shown, width, output()).await?;
    }
    Ok(exit::WHOLE)
}

/// Warns of snapshots that are incomplete, or fails if they must not be, and of those that have no older one.
pub(crate) fn warn(pairs: &[Pair], alone: &[Commit], require_complete: bool) -> Result<(), Failure> {
    let mut compared: Vec<&Commit> = pairs.iter().flat_map(|pair| [&pair.from, &pair.to]).collect();
    compared.dedup_by_key(|commit| commit.n);
    for commit in compared.into_iter().filter(|commit| !commit.is_complete) {
        let words = incomplete(commit);
        if require_complete {
            return Err(Failure::Incomplete(words));
        }
        reporter::say("warning", &words);
    }
    for pair in pairs.iter().filter(|pair| pair.from.n == pair.to.n) {
        let Commit { snapshot_date, run_id, .. } = &pair.to;
        reporter::say("warning", &format!("{snapshot_date}, run {run_id}, is compared with itself"));
    }
    for commit in alone {
        let Commit { organization_id, snapshot_date, .. } = commit;
        let words = format!("organization {organization_id} has nothing to compare {snapshot_date} with");
        reporter::say("warning", &words);
    }
    Ok(())
}

/// A table that is not there is a word of the command line.
fn why(error: Error) -> Failure {
    match error {
        Error::UnknownTable { .. } => Failure::Usage(format!("failed to {error}")),
        error => error.into(),
    }
}

fn incomplete(commit: &Commit) -> String {
    let Commit { organization_id, snapshot_date, run_id, .. } = commit;
    let coverage = coverage_percent(commit).map_or("unknown".to_owned(), |it| format!("{it:.1} %"));
    format!("organization {organization_id}: {snapshot_date}, run {run_id}, is incomplete: coverage {coverage}")
}
