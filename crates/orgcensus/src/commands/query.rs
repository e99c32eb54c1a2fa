//! `orgcensus query`: SQL over a snapshot.

use orgcensus_answers::Snapshot;

use crate::args::Query;
use crate::failure::{Failure, exit};
use crate::setup;

/// Asks and prints.
pub(crate) async fn run(arguments: &Query) -> Result<u8, Failure> {
    let lake = setup::lake(&arguments.source.lake)?;
    let snapshot = Snapshot::open(&lake, &arguments.source.snapshot).await?;
    snapshot.query(&arguments.sql).await?.write(arguments.format, std::io::stdout()).await?;
    Ok(exit::WHOLE)
}
