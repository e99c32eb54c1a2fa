//! Every table of the lake: the collectors' and the engine's own.

use orgcensus_aws::organization::{AccountRow, OrganizationRow, OrganizationalUnit};
use orgcensus_aws::regions::AccountRegion;
use orgcensus_collect::{Collector, POLICY_TABLES};
use orgcensus_row::{Table, table};

use crate::coverage::Coverage;
use crate::derive::{
    AccountPolicy, ExternalAccess, IdentityAccess, PolicyPrincipal, PrivilegePath, ResourceAccess, RoleTrust,
};
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
