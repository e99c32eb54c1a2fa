//! The actions of the statements that let somebody in from outside: one row for each pattern. Pure.

use std::collections::BTreeSet;

use orgcensus_policy::Verdict;
use orgcensus_row::Row;
use serde::Serialize;

use super::{ExternalAccess, Named};

/// One action pattern of one statement that has rows in external_access, for all principals of the statement; of an ACL
/// the permission of the grant. It is joined by resource_arn, policy_kind, policy_name and ordinal.
#[derive(Debug, Clone, Serialize, Row)]
#[row(table = "external_access_actions", key = "resource_arn, policy_kind, policy_name, ordinal, action")]
pub struct ExternalAccessAction {
    /// The ARN of what the policy is attached to.
    pub resource_arn: String,
    /// The resource's type, sqs_queue.
    pub resource_type: String,
    /// resource, trust or acl, as in external_access.
    pub policy_kind: String,
    /// The policy's name, as in external_access; empty where a resource has one policy only.
    pub policy_name: String,
    /// The statement's place in the document, or the grant's in the ACL, from 0.
    pub ordinal: i32,
    /// The action as written, s3:Get*; the permission of a grant in an ACL, READ.
    pub action: String,
    /// The service before the colon in lower case, s3; null without a colon.
    pub service: Option<String>,
    /// Whether it stands under NotAction: the statement is about all actions but these.
    pub is_not_action: bool,
    /// Whether it has a wildcard, so that it may be many actions.
    pub has_wildcard: bool,
}

/// The rows of the statements and grants that these rows are about, in the order of the table's key.
pub(crate) fn actions(named: &Named<'_>, rows: &[ExternalAccess], verdict: &Verdict) -> Vec<ExternalAccessAction> {
    // The rows are in this order too.
    let places: BTreeSet<_> =
        rows.iter().map(|row| (row.policy_kind.as_str(), row.policy_name.as_str(), row.ordinal)).collect();
    places.into_iter().flat_map(|place| of_place(named, place, verdict)).collect()
}

fn of_place(
    named: &Named<'_>,
    (policy_kind, policy_name, ordinal): (&str, &str, i32),
    verdict: &Verdict,
) -> Vec<ExternalAccessAction> {
    let at = usize::try_from(ordinal).unwrap_or(usize::MAX);
    let document = named.policies.iter().position(|it| *it == (policy_kind, policy_name));
    let statement = document.and_then(|document| named.statement(document, at));
    let (written, is_not_action): (BTreeSet<&str>, bool) = match statement {
        Some(it) => (it.actions.iter().map(String::as_str).collect(), it.is_not_action),
        None if policy_kind == "acl" => {
            let grants = verdict.acl_grants.iter().filter(|grant| grant.ordinal == at);
            (grants.map(|grant| grant.permission.as_str()).collect(), false)
        }
        None => (BTreeSet::new(), false),
    };
    let row = |action: &str| ExternalAccessAction {
        resource_arn: named.resource_arn.to_owned(),
        resource_type: named.resource_type.to_owned(),
        policy_kind: policy_kind.to_owned(),
        policy_name: policy_name.to_owned(),
        ordinal,
        action: action.to_owned(),
        service: action.split_once(':').map(|(service, _)| service.to_ascii_lowercase()),
        is_not_action,
        has_wildcard: action.contains(['*', '?']),
    };
    written.into_iter().map(row).collect()
}
