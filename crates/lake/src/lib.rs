//! The lake: a run's rows staged on disk, compacted into Parquet files, published whole or not at all.
//!
//! This crate knows no account, no collector and no AWS SDK: it sees tables, record batches and names.
//!
//! ```text
//! <stage>/journal.jsonl                     what is done; a record commits the rows that it names
//! <stage>/log-00000.arrows                  record batches, appended by one writer at a time
//! <lake>/data/org_id=<o-…>/snapshot_date=<YYYY-MM-DD>/<run id>/<table>/00000.parquet
//! <lake>/data/org_id=<o-…>/snapshot_date=<YYYY-MM-DD>/<run id>/manifest.json
//! <lake>/_commits/00000001.json             a published snapshot; created only if absent
//! <lake>/_locks/<o-…>/00000001.json         who crawls this organization; <o-…>-<shard>: a shard of it
//! <lake>/_stage/<run id>/…                  checkpoints of a stage, for another machine
//! <lake>/_removals/<run id>.json             a commit whose run is being removed by retention
//! <lake>/_runs/<run id>/run.json            what a process of a run did; shard-…: one that did a shard
//! <lake>/_runs/<run id>/report.html         a page about what it published, where one was asked for
//! ```
//!
//! What is absent: nothing renames or changes a published object, and no reader lists `data/`.

mod abandoned;
mod blocks;
mod checkpoint;
mod codec;
mod commit;
mod compact;
mod durable;
mod earlier;
mod error;
mod file_options;
mod fingerprint;
#[cfg(test)]
mod fixture;
mod format;
mod generations;
mod instant;
mod journal;
mod journal_line;
mod journal_scan;
mod lake;
mod lock;
mod log;
mod manifest;
mod no_redirects;
mod preview;
mod printable;
mod publication;
mod published_rows;
mod retention;
mod run_reports;
mod runs;
mod slice_index;
mod snapshot;
mod sort;
mod stage;
mod table_file;
mod table_writer;
pub mod testing;
mod upload;
mod verify;
mod wanted_rows;

pub use abandoned::Abandoned;
pub use blocks::Blocks;
pub use checkpoint::{checkpoint, checkpoint_header, checkpoints, remove_checkpoint, restore};
pub use commit::{Commit, ManifestReference, living, newest};
pub use earlier::{before_run, of_earlier_dates};
pub use error::{Error, Result};
pub use file_options::{FileOptions, names_subject};
pub use fingerprint::fingerprint;
pub use format::SCHEMA_VERSION;
pub use journal::Journal;
pub use journal_scan::{Header, Records};
pub use lake::{Lake, LakeOptions};
pub use lock::{Holder, Lock, Owner};
pub use log::{LogWriter, Slice};
pub use manifest::{ColumnEntry, FileEntry, Manifest, TableEntry};
pub use printable::{printable, printable_lines};
pub use publication::{Begun, Coverage, Publication};
pub use published_rows::TablePart;
pub use retention::RETENTION_DAYS_MIN;
pub use slice_index::{Group, Groups, SliceIndex};
pub use snapshot::RunSnapshot;
pub use stage::Stage;
pub use table_file::TableFile;
pub use table_writer::TableWriter;
pub use upload::sha256;
pub use verify::{Finding, Verified};
pub use wanted_rows::Wanted;
