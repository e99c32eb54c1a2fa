//! Every table of the lake: the collectors' and the engine's own.

use std::collections::BTreeSet;

use orgcensus_aws::organization::{AccountRow, OrganizationRow, OrganizationalUnit};
use orgcensus_aws::regions::AccountRegion;
use orgcensus_collect::{Collector, POLICY_TABLES};
use orgcensus_row::{Row, Table, table};

use crate::account::REGIONS;
use crate::coverage::Coverage;
use crate::derive::{
    self, AccountPolicy, ExternalAccess, IdentityAccess, PolicyPrincipal, PrivilegePath, ResourceAccess, RoleTrust,
};
use crate::organization_tasks::ORGANIZATION;
use crate::regions::ORGANIZATION_REGIONS;
use crate::tags::ACCOUNT_TAGS;
use crate::usage::ApiUsage;

/// Tables whose rows the accounts' tasks stage.
pub(crate) fn staged(collectors: &[Collector]) -> Vec<Table> {
    let own = [table::<AccountRegion>(), table::<ApiUsage>(), table::<Coverage>()];
    let mut tables: Vec<Table> = collectors.iter().flat_map(|collector| collector.tables).copied().collect();
    tables.extend(POLICY_TABLES.iter().copied().chain(own));
    tables.sort_by_key(|table| table.name);
    tables.dedup_by_key(|table| table.name);
    tables
}

/// Every table of the lake, by name.
pub fn tables(collectors: &[Collector]) -> Vec<Table> {
    let mut tables = staged(collectors);
    tables.extend([
        table::<AccountPolicy>(),
        table::<AccountRow>(),
        table::<IdentityAccess>(),
        table::<OrganizationRow>(),
        table::<OrganizationalUnit>(),
        table::<ExternalAccess>(),
        table::<PolicyPrincipal>(),
        table::<PrivilegePath>(),
        table::<ResourceAccess>(),
        table::<RoleTrust>(),
    ]);
    tables.sort_by_key(|table| table.name);
    tables
}

/// What coverage calls the tasks that a table rests on, sorted: those that fill it, or fill what it is derived from. What
/// many collectors fill, and what is derived of that, rests on all tasks.
pub fn rests_on(collectors: &[Collector], name: &str) -> Vec<&'static str> {
    let filled = |tables: &[&str]| -> BTreeSet<&'static str> {
        let fills = |it: &&Collector| it.tables.iter().any(|table| tables.contains(&table.name));
        collectors.iter().filter(fills).map(|it| it.name).collect()
    };
    let identities = || filled(&derive::identity_tables());
    let organization_policies = || filled(&[derive::TARGETS, derive::POLICIES]);
    let mut tasks = match name {
        AccountRow::TABLE => BTreeSet::from([ORGANIZATION, ACCOUNT_TAGS]),
        OrganizationRow::TABLE | OrganizationalUnit::TABLE => BTreeSet::from([ORGANIZATION]),
        AccountRegion::TABLE => BTreeSet::from([REGIONS, ORGANIZATION_REGIONS]),
        AccountPolicy::TABLE => &organization_policies() | &BTreeSet::from([ORGANIZATION]),
        IdentityAccess::TABLE | PrivilegePath::TABLE => identities(),
        RoleTrust::TABLE => &(&identities() | &organization_policies()) | &BTreeSet::from([ORGANIZATION]),
        name => filled(&[name]),
    };
    if tasks.is_empty() {
        tasks = collectors.iter().map(|it| it.name).collect();
        tasks.extend([ORGANIZATION, ORGANIZATION_REGIONS, ACCOUNT_TAGS, REGIONS]);
    }
    tasks.into_iter().collect()
}
