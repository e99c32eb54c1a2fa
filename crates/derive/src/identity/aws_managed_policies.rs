//! AWS's own policies. Each is read once for all accounts.

use std::collections::HashMap;
use std::sync::Arc;

use orgcensus_collect::{PolicyDocument, PolicyDocumentRef};
use orgcensus_crawl::{Derive, Error};
use orgcensus_policy::identity::IdentityPolicy;
use orgcensus_row::GLOBAL;

/// More than the number of policies that AWS has so far. Policies beyond this number are read again in each account.
const MAX_POLICIES: usize = 4096;

/// AWS's own policies by ARN. Within one run a policy is assumed to have the same version in all accounts.
#[derive(Default)]
pub(crate) struct AwsManagedPolicies(HashMap<String, Arc<IdentityPolicy>>);

impl AwsManagedPolicies {
    /// Reads AWS's own policies from the documents of all accounts. They belong to IAM, so they are in no region.
    pub(crate) fn read(derive: &mut Derive<'_>) -> Result<Self, Error> {
        let mut read = Self::default();
        let mut documents = derive.staged::<PolicyDocument>()?;
        while let Some(group) = documents.next_group()? {
            if &*group.region == GLOBAL {
                documents.each_of(&group, |policy| read.add(&policy))?;
            }
        }
        Ok(read)
    }

    fn add(&mut self, policy: &PolicyDocumentRef<'_>) {
        let is_meant = policy.policy_kind == "managed" && policy.is_in_force && is_of_aws(policy.resource_arn);
        if let (true, Some(document)) = (is_meant, policy.document) {
            self.take_in(policy.resource_arn, document);
        }
    }

    /// The policy of this ARN. If it is not stored here, it is read from the text.
    pub(super) fn take_in(&mut self, arn: &str, text: &str) -> Option<Arc<IdentityPolicy>> {
        if let Some(policy) = self.0.get(arn) {
            return Some(Arc::clone(policy));
        }
        let policy = Arc::new(IdentityPolicy::parse(text)?);
        if self.0.len() < MAX_POLICIES {
            self.0.insert(arn.to_owned(), Arc::clone(&policy));
        }
        Some(policy)
    }

    /// The policy of this ARN, from some account's documents or by its name.
    pub(super) fn find(&self, arn: &str) -> Option<Arc<IdentityPolicy>> {
        self.0.get(arn).cloned().or_else(|| IdentityPolicy::well_known(arn).cloned().map(Arc::new))
    }
}

/// Whether the policy of this ARN is AWS's own.
pub(super) fn is_of_aws(arn: &str) -> bool {
    arn.split(':').nth(4) == Some("aws")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_read_once_and_known_by_name_otherwise() {
        let mut policies = AwsManagedPolicies::default();
        let (arn, all) =
            ("arn:aws:iam::aws:policy/X", r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#);
        assert!(policies.find(arn).is_none() && policies.take_in(arn, "no policy").is_none());
        assert!(policies.take_in(arn, all).unwrap().allows_everything());
        assert!(policies.take_in(arn, "read already").unwrap().allows_everything());
        assert!(policies.find(arn).is_some() && policies.find("arn:aws:iam::aws:policy/PowerUserAccess").is_some());
        assert!(is_of_aws(arn) && !is_of_aws("arn:aws:iam::111122223333:policy/aws"));
    }
}
