//! The tables that the inventory is made of, by what the collectors declare.

use orgcensus_collectors::COLLECTORS;
use orgcensus_collectors::tagging::resources::TaggedResource;
use orgcensus_row::{Table, table};

use crate::rows::ResourceAccess;

/// The collectors' tables of resources.
pub(super) const SOURCES: &[Table] = &sources::<{ count() }>();

const fn count() -> usize {
    let (mut count, mut collector) = (0, 0);
    while collector < COLLECTORS.len() {
        let tables = COLLECTORS[collector].tables;
        let mut place = 0;
        while place < tables.len() {
            count += tables[place].resource.is_some() as usize;
            place += 1;
        }
        collector += 1;
    }
    count
}

const fn sources<const N: usize>() -> [Table; N] {
    let mut all = [table::<ResourceAccess>(); N];
    let (mut filled, mut collector) = (0, 0);
    while collector < COLLECTORS.len() {
        let tables = COLLECTORS[collector].tables;
        let mut place = 0;
        while place < tables.len() {
            if tables[place].resource.is_some() {
                all[filled] = tables[place];
                filled += 1;
            }
            place += 1;
        }
        collector += 1;
    }
    all
}

/// The tables that have tags: those, and the list of what is tagged.
pub(super) const TAGGED: &[Table] = &with::<{ SOURCES.len() + 1 }>(SOURCES, table::<TaggedResource>());

/// All that it reads.
pub(super) const READS: &[Table] = &with::<{ TAGGED.len() + 1 }>(TAGGED, table::<ResourceAccess>());

const fn with<const N: usize>(tables: &[Table], more: Table) -> [Table; N] {
    let mut all = [more; N];
    let mut place = 0;
    while place < tables.len() {
        all[place] = tables[place];
        place += 1;
    }
    all
}

/// Whether a table has the resources of a type.
pub(super) fn has_table(resource_type: &str) -> bool {
    SOURCES.iter().filter_map(|table| table.resource).any(|it| it.resource_type == resource_type)
}
