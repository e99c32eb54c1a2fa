//! The tables that the inventory is made of, by what the collectors declare.

use orgcensus_collect::Collector;
use orgcensus_collectors::COLLECTORS;
use orgcensus_collectors::listed::OtherResource;
use orgcensus_collectors::tagging::resources::TaggedResource;
use orgcensus_row::{Row, Table, table};

use crate::rows::ResourceAccess;

/// The collectors' tables of resources, each once: many collectors share one table.
pub(super) const SOURCES: &[Table] = &sources::<{ count() }>();

const fn count() -> usize {
    let (mut count, mut collector) = (0, 0);
    while collector < COLLECTORS.len() {
        let mut place = 0;
        while place < COLLECTORS[collector].tables.len() {
            count += is_source(collector, place) as usize;
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
        let mut place = 0;
        while place < COLLECTORS[collector].tables.len() {
            if is_source(collector, place) {
                all[filled] = COLLECTORS[collector].tables[place];
                filled += 1;
            }
            place += 1;
        }
        collector += 1;
    }
    all
}

/// Whether a collector's table is one of resources, and no earlier collector has it.
const fn is_source(collector: usize, place: usize) -> bool {
    let table = &COLLECTORS[collector].tables[place];
    let mut earlier = 0;
    while earlier < collector {
        let mut at = 0;
        while at < COLLECTORS[earlier].tables.len() {
            if is_same(COLLECTORS[earlier].tables[at].name.as_bytes(), table.name.as_bytes()) {
                return false;
            }
            at += 1;
        }
        earlier += 1;
    }
    table.resource.is_some()
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len()
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
    let has_own = SOURCES.iter().filter_map(|table| table.resource).any(|it| it.resource_type == resource_type);
    has_own || has_shared_table(resource_type)
}

/// Whether its rows stand among those of other types in one table.
fn has_shared_table(resource_type: &str) -> bool {
    let shares = |collector: &&Collector| collector.tables.iter().any(|it| it.name == OtherResource::TABLE);
    let of = |collector: &Collector| collector.resources.iter().any(|it| it.resource_type == resource_type);
    COLLECTORS.iter().filter(shares).any(of)
}
