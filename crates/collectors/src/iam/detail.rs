//! What the details of users, groups, roles and policies have in common.

use std::collections::BTreeMap;

use aws_sdk_iam::types::Tag;
use orgcensus_aws::Class;
use orgcensus_collect::{POLICY_TABLE_NAMES, PolicyText, Rows};

use crate::items::{Unread, with_policies};

/// The call that gives them all.
pub(super) const CALL: &str = "iam:GetAccountAuthorizationDetails";

/// How IAM says that there is no such user, role or provider.
pub(super) const GONE: &[&str] = &["NoSuchEntity", "NoSuchEntityException"];

/// The ARN of a user, a group, a role or a policy. None: it is counted, since nothing else tells it from others.
pub(super) fn own_arn<const N: usize>(
    rows: &mut Rows<'_>,
    arn: Option<String>,
    tables: [&'static str; N],
) -> Option<String> {
    let mut unread = Unread::default();
    let arn = unread.value("Arn", arn);
    if arn.is_none() {
        unread.lost(rows, with_policies(tables), CALL);
    }
    arn
}

/// A name, or the last part of the ARN where the answer lacks it.
pub(super) fn name_or_last(name: Option<String>, arn: &str) -> String {
    name.unwrap_or_else(|| arn.rsplit('/').next().unwrap_or_default().to_owned())
}

/// A document that must be there. If the answer lacks it, it is unread and not absent.
pub(super) fn document(rows: &mut Rows<'_>, encoded: Option<String>) -> PolicyText {
    match encoded {
        Some(text) => PolicyText::Document(orgcensus_policy::decode(&text).into_owned()),
        None => {
            let error = orgcensus_aws::Error::new(Class::Failed, "NoDocument", "the answer lacks the document");
            let error = error.during(CALL);
            rows.miss(POLICY_TABLE_NAMES, error.clone());
            PolicyText::Unread(error)
        }
    }
}

/// Tags as a column.
pub(super) fn tags(tags: Option<Vec<Tag>>) -> Option<BTreeMap<String, String>> {
    tags.map(|tags| tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
}

/// How many, as a column.
pub(super) fn count<T>(list: &[T]) -> i32 {
    i32::try_from(list.len()).unwrap_or(i32::MAX)
}

/// AWS's own policies have the account `aws`.
pub(super) fn is_aws_managed(policy_arn: &str) -> bool {
    policy_arn.split(':').nth(4) == Some("aws")
}
