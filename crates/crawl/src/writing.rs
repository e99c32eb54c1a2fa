//! Writes staged rows as the files of tables: small tables several at once, since each one waits for its store, and a
//! large table alone.

use std::panic::resume_unwind;

use orgcensus_lake::{Publication, TableEntry};
use orgcensus_row::Table;
use tokio::task::JoinSet;
use tracing::{Instrument, Span};

use crate::context::Shared;
use crate::error::Error;
use crate::event::Event;
use crate::scratch::Scratch;
use crate::tables;

/// How many tables are written at once.
const TABLES_MAX: usize = 8;

/// How many staged bytes the tables that are written at once have together. Staged bytes are compressed: in memory they
/// are several times as many.
const BYTES_MAX: u64 = 2 << 20;

/// Writes tables.
pub(crate) async fn write_tables(
    shared: &Shared,
    publication: &Publication,
    scratch: &mut Scratch,
    tables: Vec<Table>,
) -> Result<Vec<TableEntry>, Error> {
    let mut entries = Vec::with_capacity(tables.len());
    // What is being written. If this future ends early, they end with it.
    let (mut writing, mut bytes) = (JoinSet::new(), 0);
    for table in tables {
        let groups = scratch.index.groups(&table)?;
        let more = groups.bytes();
        while writing.len() >= TABLES_MAX || bytes + more > BYTES_MAX {
            let Some(written) = next(&mut writing).await else { break };
            let (entry, its_bytes) = written?;
            bytes -= its_bytes;
            entries.push(told(shared, entry));
        }
        bytes += more;
        let (publication, spill) = (publication.clone(), scratch.stage.clone());
        let write = async move { publication.compact(&table, groups, &spill).await.map(|entry| (entry, more)) };
        writing.spawn(write.instrument(Span::current()));
    }
    while let Some(written) = next(&mut writing).await {
        entries.push(told(shared, written?.0));
    }
    Ok(entries)
}

/// Writes one table.
pub(crate) async fn write_table(
    shared: &Shared,
    publication: &Publication,
    scratch: &mut Scratch,
    table: &Table,
) -> Result<TableEntry, Error> {
    let entry = publication.compact(table, scratch.index.groups(table)?, &scratch.stage).await?;
    Ok(told(shared, entry))
}

/// The next table that is written. A panic in its task is one here.
async fn next<T: 'static>(writing: &mut JoinSet<T>) -> Option<T> {
    let ended = writing.join_next().await?;
    Some(ended.unwrap_or_else(|error| resume_unwind(error.into_panic())))
}

/// The entry with what its rows rest on. Tells that its table is written.
fn told(shared: &Shared, mut entry: TableEntry) -> TableEntry {
    let crawl = &shared.crawl;
    let rests_on = tables::rests_on(&crawl.all_collectors, crawl.derivations, &entry.name);
    entry.rests_on = Some(rests_on.into_iter().map(str::to_owned).collect());
    entry.is_derived = tables::is_derived(crawl.derivations, &entry.name);
    let rows = entry.files.iter().map(|file| file.rows).sum();
    let bytes = entry.files.iter().map(|file| file.bytes).sum();
    crawl.tell(&Event::TableWritten { table: &entry.name, rows, files: entry.files.len(), bytes });
    entry
}
