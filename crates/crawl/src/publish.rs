//! From the stage to a snapshot: compact what the accounts staged, derive, write the organization, commit.

use std::collections::BTreeSet;

use orgcensus_lake::{Begun, Commit, Coverage, Journal, Publication, SliceIndex, Snapshot, TableEntry};

use crate::context::Shared;
use crate::coverage::Tally;
use crate::event::Event;
use crate::journal::AccountRecord;
use crate::organization_tasks::Tags;
use crate::run::Error;
use crate::{derive, organization_rows, tables};

/// Publishes all that the journal has committed. Published already is success.
pub(crate) async fn publish(
    shared: &Shared,
    journal: &Journal<AccountRecord>,
    selected: &BTreeSet<String>,
    tags: &Tags,
) -> Result<(Commit, Tally), Error> {
    let (mut index, tally) = index(shared, journal)?;
    let crawl = &shared.crawl;
    let snapshot = Snapshot {
        organization_id: shared.organization.id.clone(),
        snapshot_date: crawl.snapshot_date(),
        run_id: crawl.run_id.clone(),
        captured_at: crawl.captured_at,
    };
    let publication = match Publication::begin(&crawl.lake, snapshot, crawl.file_options.clone()).await? {
        Begun::Fresh(publication) => publication,
        Begun::Published(commit) => return Ok((*commit, tally)),
    };
    crawl.tell(&Event::Publishing { tables: tables::tables(&crawl.all_collectors).len() });
    let mut entries = Vec::new();
    for table in tables::staged(&crawl.all_collectors) {
        let entry = publication.compact(&table, index.groups(&table)?).await?;
        tell(shared, &entry);
        entries.push(entry);
    }
    let mut derived = derive::write(&publication, shared, &mut index).await?;
    derived.extend(organization_rows::write(&publication, shared, selected, tags).await?);
    derived.iter().for_each(|entry| tell(shared, entry));
    entries.extend(derived);
    let coverage = Coverage {
        is_complete: tally.coverage() >= crawl.min_coverage,
        summary: serde_json::json!({ "coverage": tally.coverage(), "tally": tally }),
    };
    let commit = publication.commit(entries, coverage, crate::task::now()).await?;
    Ok((commit, tally))
}

/// One pass over the journal: where each table's rows are, and the sum of all outcomes.
fn index(shared: &Shared, journal: &Journal<AccountRecord>) -> Result<(SliceIndex, Tally), Error> {
    let mut index = SliceIndex::create(&shared.stage.directory().join("index"))?;
    let mut tally = Tally::default();
    for record in journal.records()? {
        let record = record?;
        for task in &record.tasks {
            tally.add(task);
            for slice in &task.slices {
                index.add(&shared.stage, &record.account_id, &task.region, slice)?;
            }
        }
        for slice in &record.coverage {
            index.add(&shared.stage, &record.account_id, "", slice)?;
        }
    }
    Ok((index, tally))
}

fn tell(shared: &Shared, entry: &TableEntry) {
    let rows = entry.files.iter().map(|file| file.rows).sum();
    let bytes = entry.files.iter().map(|file| file.bytes).sum();
    shared.crawl.tell(&Event::TableWritten { table: &entry.name, rows, files: entry.files.len(), bytes });
}
