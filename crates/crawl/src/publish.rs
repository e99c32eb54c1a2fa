//! Makes a snapshot from the stages: derives rows, writes staged and derived rows as tables, makes
//! tables of the written files, and commits.

use std::path::Path;

use orgcensus_lake::{Begun, Commit, Coverage, Publication, RunSnapshot, SliceIndex};
use tracing::Instrument;

use crate::context::Shared;
use crate::coverage::Tally;
use crate::error::Error;
use crate::event::Event;
use crate::journal::{Readings, Turn};
use crate::part::OpenPart;
use crate::scratch::Scratch;
use crate::{derivation, materialization, organization_rows, spans, tables, writing};

/// Publishes everything that the parts' journals have committed. If it is published already, that is success.
/// `directory` is a folder for temporary files.
pub(crate) async fn publish(shared: &Shared, parts: &[OpenPart], directory: &Path) -> Result<(Commit, Tally), Error> {
    write(shared, parts, directory).instrument(spans::publish()).await
}

async fn write(shared: &Shared, parts: &[OpenPart], directory: &Path) -> Result<(Commit, Tally), Error> {
    let mut scratch = Scratch::create(directory)?;
    let (tally, readings) = index(parts, &mut scratch.index)?;
    let crawl = &shared.crawl;
    let snapshot = RunSnapshot {
        organization_id: shared.organization.id.clone(),
        snapshot_date: crawl.snapshot_date(),
        run_id: crawl.run_id.clone(),
        captured_at: crawl.captured_at,
    };
    let publication = match Publication::begin(&crawl.lake, snapshot, crawl.file_options.clone()).await? {
        Begun::Fresh(publication) => publication,
        Begun::Published(commit) => return Ok((*commit, tally)),
    };
    let tables = tables::tables(&crawl.all_collectors, crawl.derivations);
    let made = crawl.materializations.len();
    // Beside them stands the table that says how they ended.
    let made = if made > 0 { made + 1 } else { 0 };
    crawl.tell(&Event::Publishing { tables: tables.len() + made });
    organization_rows::stage(shared, &mut scratch, &readings)?;
    derivation::run(shared, &mut scratch).await?;
    let mut entries = writing::write_tables(shared, &publication, &mut scratch, tables).await?;
    let coverage = Coverage {
        is_complete: tally.coverage() >= crawl.min_coverage,
        summary: serde_json::json!({ "coverage": rounded(tally.coverage()), "tally": tally }),
    };
    materialization::run(shared, &publication, &mut scratch, &mut entries, &coverage).await?;
    let commit = publication.commit(entries, coverage, crate::task_record::now()).await?;
    Ok((commit, tally))
}

/// Reads the journals once: where each table's rows are, the sum of all outcomes, and the readings of the organization.
fn index(parts: &[OpenPart], index: &mut SliceIndex) -> Result<(Tally, Readings), Error> {
    let (mut tally, mut readings) = (Tally::default(), Readings::default());
    for part in parts {
        for record in part.journal.records()? {
            let record = record?;
            tally.merge(&record.tally);
            for (region, slices) in &record.slices {
                for slice in slices {
                    index.add(&part.stage, &record.account_id, region, slice)?;
                }
            }
            if let Turn::Organization(read) = record.turn {
                readings = read;
            }
        }
    }
    Ok((tally, readings))
}

/// The share rounded to six digits, which JSON writes and reads back without a change.
fn rounded(share: f64) -> f64 {
    (share * 1e6).round() / 1e6
}
