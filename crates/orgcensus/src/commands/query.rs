//! `orgcensus query`: SQL over a snapshot.

use orgcensus_answers::Snapshot;

use crate::args::Query;
use crate::failure::{Failure, exit};
use crate::lake_access;

/// Asks and prints.
pub(crate) async fn run(arguments: &Query) -> Result<u8, Failure> {
    let lake = lake_access::of(&arguments.source.place).await?;
    let snapshot = Snapshot::open(&lake, &arguments.source.snapshot).await?;
    snapshot.query(&arguments.sql).await?.write(arguments.format, std::io::stdout()).await?;
    Ok(exit::WHOLE)
}
