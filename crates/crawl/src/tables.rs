//! Every table of the lake: those of the collectors, of the engine and of the derivations.

use std::collections::BTreeSet;

use orgcensus_aws::organization::{AccountRow, OrganizationRow, OrganizationalUnit};
use orgcensus_aws::regions::AccountRegion;
use orgcensus_collect::{Collector, POLICY_TABLES};
use orgcensus_row::{Row, Table, table};

use crate::account::REGIONS;
use crate::coverage::TaskCoverage;
use crate::derivation::{Derivation, Derived};
use crate::organization_tasks::ORGANIZATION;
use crate::regions::ORGANIZATION_REGIONS;
use crate::tags::ACCOUNT_TAGS;
use crate::usage::ApiUsage;

/// The tables that the engine fills itself.
const OWN: &[Table] = &[
    table::<AccountRegion>(),
    table::<AccountRow>(),
    table::<ApiUsage>(),
    table::<OrganizationRow>(),
    table::<OrganizationalUnit>(),
    table::<TaskCoverage>(),
];

/// Every table of the lake, by name.
pub fn tables(collectors: &[Collector], derivations: &[Derivation]) -> Vec<Table> {
    let collected = collectors.iter().flat_map(|it| it.tables);
    let derived = derivations.iter().flat_map(|it| it.writes).map(|it| &it.table);
    let mut tables: Vec<Table> = collected.chain(derived).chain(POLICY_TABLES).chain(OWN).copied().collect();
    tables.sort_by_key(|table| table.name);
    tables.dedup_by_key(|table| table.name);
    tables
}

/// The tasks that a table rests on, sorted, by their names in the coverage: the tasks that fill the table, or fill the
/// tables that it is derived from. A table that many collectors fill rests on all tasks, and so does a table that is
/// derived from it.
pub fn rests_on(collectors: &[Collector], derivations: &[Derivation], name: &str) -> Vec<&'static str> {
    let mut tasks = filled_by(collectors, derivations, name);
    if tasks.is_empty() {
        tasks = collectors.iter().map(|it| it.name).collect();
        tasks.extend([ORGANIZATION, ORGANIZATION_REGIONS, ACCOUNT_TAGS, REGIONS]);
    }
    tasks.into_iter().collect()
}

/// Whether a derivation fills a table.
pub(crate) fn is_derived(derivations: &[Derivation], name: &str) -> bool {
    derivations.iter().flat_map(|it| it.writes).any(|it| it.table.name == name)
}

/// The tasks that fill a table; none if many collectors fill it.
fn filled_by(collectors: &[Collector], derivations: &[Derivation], name: &str) -> BTreeSet<&'static str> {
    let derived: Option<&Derived> = derivations.iter().flat_map(|it| it.writes).find(|it| it.table.name == name);
    if let Some(Derived { rests_on, .. }) = derived {
        return rests_on.iter().flat_map(|it| filled_by(collectors, derivations, it.name)).collect();
    }
    match name {
        AccountRow::TABLE => BTreeSet::from([ORGANIZATION, ACCOUNT_TAGS]),
        OrganizationRow::TABLE | OrganizationalUnit::TABLE => BTreeSet::from([ORGANIZATION]),
        AccountRegion::TABLE => BTreeSet::from([REGIONS, ORGANIZATION_REGIONS]),
        name => {
            let fills = |it: &&Collector| it.tables.iter().any(|table| table.name == name);
            collectors.iter().filter(fills).map(|it| it.name).collect()
        }
    }
}
