//! `orgcensus history`: what happened to one thing over all snapshots.

use orgcensus_answers::{Error, Life};

use crate::args::History;
use crate::commands::source::refuse_terminal;
use crate::failure::{Failure, exit};
use crate::terminal::{output, width};
use crate::{lake_access, reporter};

/// Reads the snapshots one after the other, and writes what happened as it is found.
pub(crate) async fn run(arguments: &History) -> Result<u8, Failure> {
    refuse_terminal(arguments.shown.format)?;
    let lake = lake_access::of(&arguments.place).await?;
    let life = Life::open(&lake, &arguments.subject, &arguments.tables).await.map_err(why)?;
    let written = life.write(arguments.shown.format, width(arguments.shown.wide), output()).await?;
    if written == 0 {
        reporter::say("warning", "no snapshot has a row about it; `orgcensus ask G6` says what was not seen");
    }
    Ok(exit::WHOLE)
}

/// A table that is not there is a word of the command line.
fn why(error: Error) -> Failure {
    match error {
        Error::UnknownTable { .. } => Failure::Usage(format!("failed to {error}")),
        error => error.into(),
    }
}
