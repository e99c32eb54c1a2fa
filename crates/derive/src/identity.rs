//! What identities may do, and who may assume roles. All policies of an account are judged together.
//!
//! AWS's own policies are read before that, from the documents of all accounts: a permission set may name a policy that
//! only another account attaches.

mod account;
mod aws_managed_policies;
mod rows;
mod sources;
mod trust;
mod verdict;

use orgcensus_crawl::{Derive, Error, ScratchRows};
use orgcensus_policy::{Guardrails, OrganizationFacts};
use orgcensus_row::GLOBAL;

pub(crate) use account::Account;
pub(crate) use aws_managed_policies::AwsManagedPolicies;
pub use rows::{IdentityAccess, PrivilegePath, RoleTrust};
pub(crate) use sources::Sources;

/// The rows about identities.
pub(crate) struct IdentityRows {
    accesses: ScratchRows<IdentityAccess>,
    paths: ScratchRows<PrivilegePath>,
    trusts: ScratchRows<RoleTrust>,
}

impl IdentityRows {
    pub(crate) fn new(derive: &Derive<'_>) -> Result<Self, Error> {
        Ok(Self { accesses: derive.rows()?, paths: derive.rows()?, trusts: derive.rows()? })
    }

    /// Stages the rows of one account.
    pub(crate) fn stage(
        &mut self,
        derive: &mut Derive<'_>,
        account_id: &str,
        account: &Account,
        aws_managed: &AwsManagedPolicies,
        organization: &OrganizationFacts,
        guardrails: &Guardrails,
    ) -> Result<(), Error> {
        let stamp = derive.stamp(account_id, GLOBAL);
        for identity in account.identities() {
            let policies = account.policies(identity, aws_managed);
            let (access, paths_of) = verdict::verdict(identity, &policies, account, aws_managed);
            derive.extend(&mut self.accesses, &stamp, [access])?;
            derive.extend(&mut self.paths, &stamp, paths_of)?;
        }
        derive.extend(&mut self.trusts, &stamp, account.trusts(account_id, organization, guardrails))?;
        derive.stage(&mut self.accesses, &stamp)?;
        derive.stage(&mut self.paths, &stamp)?;
        derive.stage(&mut self.trusts, &stamp)
    }
}
