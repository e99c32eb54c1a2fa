//! Which accounts a resource control policy binds: what it denies, the verdicts do not know.

use orgcensus_lake::SliceIndex;

use super::account_policies::{self, AccountPolicy, ByTarget, RESOURCE_CONTROL_POLICY};
use super::seen::Seen;
use crate::context::Shared;
use crate::run::Error;

/// The organization's policies by target; none when they were not read.
pub(super) struct Controls(Option<ByTarget>);

impl Controls {
    /// Reads what the organization's task has staged.
    pub(super) fn read(shared: &Shared, index: &mut SliceIndex, seen: &Seen) -> Result<Self, Error> {
        Ok(Self(if seen.has_organization_policies { Some(account_policies::read(shared, index)?) } else { None }))
    }

    /// Whether one binds the account that is not AWS's own; `None` when that was not read.
    pub(super) fn has_rcp(&self, shared: &Shared, account_id: &str) -> Option<bool> {
        let targets = self.0.as_ref()?;
        let accounts = &shared.organization.accounts;
        let at = accounts.binary_search_by(|account| account.id.as_str().cmp(account_id)).ok()?;
        let account = accounts.get(at)?;
        let is_rcp =
            |it: &AccountPolicy| it.is_in_effect && !it.is_aws_managed && it.policy_type == RESOURCE_CONTROL_POLICY;
        Some(account_policies::of_account(targets, &shared.organization, account).iter().any(is_rcp))
    }
}
