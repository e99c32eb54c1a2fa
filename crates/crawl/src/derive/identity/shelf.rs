//! AWS's own policies, each read once for all accounts.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use orgcensus_policy::identity::IdentityPolicy;

use super::super::{boolean, text};

/// More than AWS has written so far; what comes after is read again in each account.
const MAX_POLICIES: usize = 4096;

/// AWS's own policies by ARN. Within one run their versions are taken for the same everywhere.
#[derive(Default)]
pub(in super::super) struct Shelf(HashMap<String, Arc<IdentityPolicy>>);

impl Shelf {
    /// Takes in AWS's policies of a batch of `policy_documents`.
    pub(in super::super) fn add(&mut self, batch: &RecordBatch) {
        for row in 0..batch.num_rows() {
            let is_meant = text(batch, "policy_kind", row) == Some("managed")
                && boolean(batch, "is_in_force", row) == Some(true)
                && text(batch, "resource_arn", row).is_some_and(is_of_aws);
            if let (true, Some(arn), Some(document)) =
                (is_meant, text(batch, "resource_arn", row), text(batch, "document", row))
            {
                self.take_in(arn, document);
            }
        }
    }

    /// The policy of this ARN; reads it from the text if it is not here.
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
        let mut shelf = Shelf::default();
        let (arn, all) =
            ("arn:aws:iam::aws:policy/X", r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#);
        assert!(shelf.find(arn).is_none() && shelf.take_in(arn, "no policy").is_none());
        assert!(shelf.take_in(arn, all).unwrap().allows_everything());
        assert!(shelf.take_in(arn, "read already").unwrap().allows_everything());
        assert!(shelf.find(arn).is_some() && shelf.find("arn:aws:iam::aws:policy/PowerUserAccess").is_some());
        assert!(is_of_aws(arn) && !is_of_aws("arn:aws:iam::111122223333:policy/aws"));
    }
}
