//! Makes the changes: each table by itself, then all views together.

use futures::{StreamExt, TryStreamExt, stream};
use orgcensus_aws::Session;

use crate::Result;
use crate::glue::change::{Change, Plan, TableName};
use crate::glue::client::{Catalog, REMOVALS_MAX, WRITES_MAX};
use crate::glue::definition::GluePartition;

/// Tables written at once, and views: these should all move in the same second.
const TABLES_AT_ONCE: usize = 8;
const VIEWS_AT_ONCE: usize = 16;

/// Makes the changes. A reader sees each table either as it was or as it will be. While the views move, some show the
/// old snapshot and some the new one; `run_id` tells which. If the change is interrupted, the next one completes it.
pub async fn apply(session: &Session, plan: &Plan) -> Result<()> {
    let catalog = &Catalog::new(session);
    for change in &plan.databases {
        definition(catalog, change).await?;
    }
    let tables = plan.tables.chunk_by(|a, b| a.table() == b.table()).map(|changes| table(catalog, changes));
    stream::iter(tables).buffer_unordered(TABLES_AT_ONCE).try_collect::<()>().await?;
    let views = plan.views.iter().map(|change| definition(catalog, change));
    stream::iter(views).buffer_unordered(VIEWS_AT_ONCE).try_collect::<()>().await?;
    // No view points any more at what is removed now.
    for changes in plan.removals.chunk_by(|a, b| a.table() == b.table()) {
        removals(catalog, changes).await?;
    }
    Ok(())
}

/// One table: itself, then its partitions, new ones before those that move.
async fn table(catalog: &Catalog, changes: &[Change]) -> Result<()> {
    for change in changes {
        definition(catalog, change).await?;
    }
    let created = partitions(changes, |change| match change {
        Change::CreatePartition(name, it) => Some((name, it)),
        _ => None,
    });
    let moved = partitions(changes, |change| match change {
        Change::UpdatePartition(name, it, _) => Some((name, it)),
        _ => None,
    });
    if let Some((name, created)) = created {
        for batch in created.chunks(WRITES_MAX) {
            catalog.create_partitions(name, batch).await?;
        }
    }
    if let Some((name, moved)) = moved {
        for batch in moved.chunks(WRITES_MAX) {
            catalog.update_partitions(name, batch).await?;
        }
    }
    Ok(())
}

/// The partitions of one table that `pick` takes.
fn partitions<'a>(
    changes: &'a [Change],
    pick: impl Fn(&'a Change) -> Option<(&'a TableName, &'a GluePartition)>,
) -> Option<(&'a TableName, Vec<GluePartition>)> {
    let picked: Vec<_> = changes.iter().filter_map(pick).collect();
    let name = picked.first()?.0;
    Some((name, picked.into_iter().map(|(_, it)| it.clone()).collect()))
}

/// Databases, tables and views themselves.
async fn definition(catalog: &Catalog, change: &Change) -> Result<()> {
    match change {
        Change::CreateDatabase(name) => catalog.create_database(name).await,
        Change::CreateTable(table) => catalog.create_table(table).await,
        Change::UpdateTable(table, _) => catalog.update_table(table).await,
        _ => Ok(()),
    }
}

async fn removals(catalog: &Catalog, changes: &[Change]) -> Result<()> {
    let mut values = Vec::new();
    let mut of = None;
    for change in changes {
        match change {
            Change::DeleteTable(name) => catalog.delete_table(name).await?,
            Change::DeletePartition(name, it) => {
                of = Some(name);
                values.push(it.clone());
            }
            _ => {}
        }
    }
    if let Some(name) = of {
        for batch in values.chunks(REMOVALS_MAX) {
            catalog.delete_partitions(name, batch).await?;
        }
    }
    Ok(())
}
