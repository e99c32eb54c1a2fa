//! Whether everything of one kind was read in the whole organization. Only then a thing that was not found does not
//! exist.

use std::collections::HashSet;
use std::sync::Arc;

use orgcensus_aws::regions::AccountRegion;
use orgcensus_collectors::{ec2, iam, organizations};
use orgcensus_crawl::{Derive, Error, REGIONS, TaskCoverage};

/// The collectors of these kinds, as the coverage names them.
const VPCS: &str = ec2::vpcs::VPCS.name;
const VPC_ENDPOINTS: &str = ec2::vpc_endpoints::VPC_ENDPOINTS.name;
const IDENTITIES: &str = iam::authorization_details::AUTHORIZATION_DETAILS.name;
const ORGANIZATION_POLICIES: &str = organizations::policies::POLICIES.name;

/// What was read completely.
#[derive(Debug)]
pub(crate) struct Completeness {
    /// Whether all VPCs of all accounts were read.
    pub(crate) has_all_vpcs: bool,
    /// Whether all VPC endpoints of all accounts were read.
    pub(crate) has_all_vpc_endpoints: bool,
    /// The accounts whose users and roles were all read.
    pub(crate) identities: HashSet<Arc<str>>,
    /// Whether the organization's policies were all read.
    pub(crate) has_organization_policies: bool,
}

/// How one collector's tasks ended.
#[derive(Debug, Default)]
struct Tasks {
    /// The accounts where one of the tasks was complete.
    complete: HashSet<Arc<str>>,
    /// Whether a planned task was not complete.
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

impl Completeness {
    /// Reads the coverage that the accounts have staged.
    pub(crate) fn read(derive: &mut Derive<'_>) -> Result<Self, Error> {
        let (mut vpcs, mut endpoints) = (Tasks::default(), Tasks::default());
        let (mut identities, mut regions) = (Tasks::default(), Tasks::default());
        let mut policies = Tasks::default();
        derive.staged::<TaskCoverage>()?.each(|account_id, task| {
            let tasks = match task.collector {
                VPCS => &mut vpcs,
                VPC_ENDPOINTS => &mut endpoints,
                IDENTITIES => &mut identities,
                REGIONS => &mut regions,
                ORGANIZATION_POLICIES => &mut policies,
                _ => return,
            };
            tasks.add(account_id, task.is_planned, task.is_complete);
        })?;
        // A network that is not in the organization may belong to a trusted account, whose networks are not collected.
        let is_whole = derive.crawl().trusted_accounts.is_empty() && !regions.has_gap && !leaves_out_a_region(derive)?;
        let is_all = |tasks: &Tasks| is_whole && !tasks.has_gap && is_of_all_accounts(derive, tasks);
        Ok(Self {
            has_all_vpcs: is_all(&vpcs),
            has_all_vpc_endpoints: is_all(&endpoints),
            has_organization_policies: !policies.has_gap && !policies.complete.is_empty(),
            identities: identities.complete,
        })
    }
}

/// Whether a task was complete in every account of the organization that is not suspended.
fn is_of_all_accounts(derive: &Derive<'_>, tasks: &Tasks) -> bool {
    let organization = derive.organization();
    let mut living = organization.accounts.iter().filter(|account| account.is_open());
    !organization.may_have_more_accounts() && living.all(|account| tasks.complete.contains(account.id.as_str()))
}

/// Whether the selection leaves out a region that is switched on in some account.
fn leaves_out_a_region(derive: &mut Derive<'_>) -> Result<bool, Error> {
    let selection = &derive.crawl().selection;
    if selection.regions.is_empty() {
        return Ok(false);
    }
    let mut leaves_out = false;
    derive.staged::<AccountRegion>()?.each(|_, region| {
        leaves_out |= region.is_enabled && !selection.takes_region(region.region_name);
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
