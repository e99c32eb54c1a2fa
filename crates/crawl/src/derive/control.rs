//! Which accounts a resource control policy binds: what it denies, the verdicts do not know.

use super::account_policies::{self, AccountPolicy, ByTarget, RESOURCE_CONTROL_POLICY};
use super::seen::Seen;
use crate::context::Shared;

/// The organization's policies by target; none when they were not read.
pub(super) struct Controls<'t>(Option<&'t ByTarget>);

impl<'t> Controls<'t> {
    /// What the organization's task has staged counts only where it was read whole.
    pub(super) fn new(targets: &'t ByTarget, seen: &Seen) -> Self {
        Self(seen.has_organization_policies.then_some(targets))
    }

    /// Whether one binds the account that is not AWS's own; `None` when that was not read.
    pub(super) fn has_rcp(&self, shared: &Shared, account_id: &str) -> Option<bool> {
        let targets = self.0?;
        let accounts = &shared.organization.accounts;
        let at = accounts.binary_search_by(|account| account.id.as_str().cmp(account_id)).ok()?;
        let account = accounts.get(at)?;
        let is_rcp =
            |it: &AccountPolicy| it.is_in_effect && !it.is_aws_managed && it.policy_type == RESOURCE_CONTROL_POLICY;
        Some(account_policies::of_account(targets, &shared.organization, account).iter().any(is_rcp))
    }
}
