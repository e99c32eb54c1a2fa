//! What was seen of the whole organization: only then is what was not found not there.

use std::collections::HashSet;
use std::sync::Arc;

use orgcensus_aws::regions::AccountRegion;
use orgcensus_lake::SliceIndex;
use orgcensus_row::table;

use super::{Staged, boolean, text};
use crate::account::REGIONS;
use crate::context::Shared;
use crate::coverage::Coverage;
use crate::error::Error;

/// The collector of VPCs.
const VPCS: &str = "ec2_vpcs";
/// The collector of VPC endpoints.
const VPC_ENDPOINTS: &str = "ec2_vpc_endpoints";
/// The collector of users and roles.
const IDENTITIES: &str = "iam_authorization_details";

/// The collector of the organization's policies.
const ORGANIZATION_POLICIES: &str = "organization_policies";

/// What was seen.
#[derive(Debug)]
pub(super) struct Seen {
    /// Whether all VPCs of all accounts were.
    pub(super) has_all_vpcs: bool,
    /// Whether all VPC endpoints of all accounts were.
    pub(super) has_all_vpc_endpoints: bool,
    /// The accounts whose users and roles were, all of them.
    pub(super) identities: HashSet<Arc<str>>,
    /// Whether the organization's policies were, all of them.
    pub(super) has_organization_policies: bool,
}

/// How one collector's tasks ended.
#[derive(Debug, Default)]
struct Tasks {
    /// Accounts where one was complete.
    complete: HashSet<Arc<str>>,
    /// Whether one that counts was not.
    has_gap: bool,
}

impl Tasks {
    fn add(&mut self, account_id: &Arc<str>, is_planned: bool, is_complete: bool) {
        if is_complete {
            self.complete.insert(Arc::clone(account_id));
        }
        self.has_gap |= is_planned && !is_complete;
    }
}

impl Seen {
    /// Reads the coverage that the accounts have staged.
    pub(super) fn read(shared: &Shared, index: &mut SliceIndex) -> Result<Self, Error> {
        let (mut vpcs, mut endpoints) = (Tasks::default(), Tasks::default());
        let (mut identities, mut regions) = (Tasks::default(), Tasks::default());
        let mut policies = Tasks::default();
        Staged::open(index, table::<Coverage>())?.each_row(|account_id, batch, row| {
            let tasks = match text(batch, "collector", row) {
                Some(VPCS) => &mut vpcs,
                Some(VPC_ENDPOINTS) => &mut endpoints,
                Some(IDENTITIES) => &mut identities,
                Some(REGIONS) => &mut regions,
                Some(ORGANIZATION_POLICIES) => &mut policies,
                _ => return,
            };
            let is = |column| boolean(batch, column, row).unwrap_or_default();
            tasks.add(account_id, is("is_planned"), is("is_complete"));
        })?;
        // A network that is not ours may be a trusted account's, whose networks nobody collects.
        let is_whole =
            shared.crawl.trusted_accounts.is_empty() && !regions.has_gap && !leaves_out_a_region(shared, index)?;
        let is_all = |tasks: &Tasks| is_whole && !tasks.has_gap && is_of_all_accounts(shared, tasks);
        Ok(Self {
            has_all_vpcs: is_all(&vpcs),
            has_all_vpc_endpoints: is_all(&endpoints),
            has_organization_policies: !policies.has_gap && !policies.complete.is_empty(),
            identities: identities.complete,
        })
    }
}

/// Whether every account that is not suspended was looked into.
fn is_of_all_accounts(shared: &Shared, tasks: &Tasks) -> bool {
    let mut living = shared.organization.accounts.iter().filter(|account| account.is_open());
    living.all(|account| tasks.complete.contains(account.id.as_str()))
}

/// Whether the selection leaves out a region that some account has switched on.
fn leaves_out_a_region(shared: &Shared, index: &mut SliceIndex) -> Result<bool, Error> {
    let selection = &shared.crawl.selection;
    if selection.regions.is_empty() {
        return Ok(false);
    }
    let mut leaves_out = false;
    Staged::open(index, table::<AccountRegion>())?.each_row(|_, batch, row| {
        let is_taken = text(batch, "region_name", row).is_some_and(|region| selection.takes_region(region));
        leaves_out |= boolean(batch, "is_enabled", row).unwrap_or(true) && !is_taken;
    })?;
    Ok(leaves_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_off_by_aws_is_no_gap_and_what_failed_is() {
        let mut tasks = Tasks::default();
        let id: Arc<str> = "111122223333".into();
        tasks.add(&id, false, false);
        assert!(!tasks.has_gap && tasks.complete.is_empty());
        tasks.add(&id, true, true);
        assert!(!tasks.has_gap && tasks.complete.contains("111122223333"));
        tasks.add(&id, true, false);
        assert!(tasks.has_gap);
    }
}
