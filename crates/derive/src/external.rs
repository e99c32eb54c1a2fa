//! The principals that each resource lets in from outside its account: one row for each statement and principal. Pure.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_policy::{
    AccessLevel, AccessLevels, AclAccess, Class, Document, Flag, Gate, Grant, Limit, Sensitive, Statement, Verdict,
};
use orgcensus_row::Row;
use serde::Serialize;
use serde_json::json;

use crate::rows::words;

mod actions;

pub use actions::ExternalAccessAction;
pub(crate) use actions::actions;

/// One principal that one statement or ACL grant of a resource lets in from outside its account, after its conditions
/// and all Denies: everyone, others, accounts of the organization, users of identity providers, and services that may
/// act for anyone. is_public and is_external also consider S3's blocks. Of an access point it is those whom its bucket
/// lets in too, as resource_access says.
#[derive(Debug, Clone, Serialize, Row)]
#[row(table = "external_access", key = "resource_arn, policy_kind, policy_name, ordinal, principal, reason")]
pub struct ExternalAccess {
    /// The ARN of what the policy is attached to.
    pub resource_arn: String,
    /// The resource's type, sqs_queue.
    pub resource_type: String,
    /// resource, trust or acl, as in policy_statements.
    pub policy_kind: String,
    /// The policy's name, as in policy_statements; empty where a resource has one policy only.
    pub policy_name: String,
    /// The statement's place in the document, or the grant's in the ACL, from 0.
    pub ordinal: i32,
    /// The statement's Sid; null without one.
    pub sid: Option<String>,
    /// The principal as written, AWS:arn:aws:iam::111122223333:root; AllUsers in an ACL.
    pub principal: String,
    /// Why the row is there: public, external, in_org, federated, unknown, or service_unscoped (a service that may act
    /// for anyone).
    pub reason: String,
    /// The account that is let in; null if there is none, or more than one.
    pub principal_account_id: Option<String>,
    /// The organization whose members are let in, o-exampleorgid: the one that a condition on aws:PrincipalOrgID or
    /// aws:PrincipalOrgPaths names. Null if there is no such condition, or if it names several.
    pub principal_organization_id: Option<String>,
    /// Whether anyone gets in, after everything that blocks the policy; null if a block was not read.
    pub is_public: Option<bool>,
    /// Whether someone outside the organization gets in, after everything that blocks the policy; null if it cannot be
    /// told.
    pub is_external: Option<bool>,
    /// The gate that takes away the grant or a part of it: restrict_public_buckets, vpc_only …; null if there is none.
    pub gate: Option<String>,
    /// What the statement's actions can do: List, Read, Write, Permissions management, Tagging, Unknown.
    pub access_levels: Vec<String>,
    /// Whether it can read or list.
    pub has_read_access: bool,
    /// Whether it can write or tag.
    pub has_write_access: bool,
    /// Whether it can change who has access.
    pub has_permissions_access: bool,
    /// Whether the statement's actions can decrypt with a key of KMS: kms:Decrypt, kms:ReEncryptFrom or
    /// kms:DeriveSharedSecret, which AWS calls writes.
    pub can_decrypt: bool,
    /// Whether they can read what the resource holds (objects, messages, a secret's value, a shared snapshot), and not
    /// its settings alone; null if they read, and it is not known which reads of the service are about data.
    pub can_read_data: Option<bool>,
    /// Whether they can change who has access; also by a write that replaces the policy, es:UpdateDomainConfig.
    pub can_change_policy: bool,
    /// Condition keys that bound who is let in; of an access point those of its bucket's policy too.
    pub bounded_by: Vec<String>,
    /// The conditions that bound them, as JSON: key, dimension (caller, source, network, endpoint, service, claim), the
    /// first hundred values, value_count, is_deny (left by a Deny); null without any.
    pub bounds_json: Option<String>,
    /// Whether it is a service, and no condition limits for whom the service acts (confused deputy).
    pub is_service_unscoped: bool,
    /// Whether callers must come from named networks that do not belong to the organization.
    pub is_network_restricted: bool,
    /// Further findings: signed_only, oidc_unscoped, denied_in_part …
    pub flags: Vec<String>,
    /// The reason in words.
    pub explanation: String,
}

/// The names of the resource and its policies. The policies are in the same order as in the verdict.
pub(crate) struct Named<'a> {
    pub(crate) resource_arn: &'a str,
    pub(crate) resource_type: &'a str,
    /// Kind and name of each document.
    pub(crate) policies: &'a [(&'a str, &'a str)],
    /// The documents, in the same order.
    pub(crate) documents: &'a [&'a Document],
    /// The service that the actions of its policies are about; `None` if that is not declared.
    pub(crate) service: Option<&'a str>,
}

impl Named<'_> {
    /// A statement of one of the documents.
    fn statement(&self, document: usize, ordinal: usize) -> Option<&Statement> {
        self.documents.get(document)?.statements.iter().find(|it| it.ordinal == ordinal)
    }
}

/// What the statements of a resource's documents reach that matters most, by document and ordinal: a statement with a
/// million principals is looked at once.
type Reached = BTreeMap<(usize, usize), Option<Sensitive>>;

/// The rows of one resource, in the order of the table's key, without duplicates.
pub(crate) fn rows(named: &Named<'_>, verdict: &Verdict) -> Vec<ExternalAccess> {
    let mut reached = Reached::new();
    let grants = verdict.grants.iter().filter_map(|grant| of_grant(named, grant, verdict, &mut reached));
    let acl = verdict.acl_grants.iter().filter_map(|grant| of_acl(named, grant, verdict));
    let mut rows: Vec<ExternalAccess> = grants.chain(acl).collect();
    // A Deny may split a grant into parts. If parts have the same key, only the part with the fewest bounds becomes a
    // row.
    rows.sort_by(|one, other| (key(one), one.bounded_by.len()).cmp(&(key(other), other.bounded_by.len())));
    rows.dedup_by(|later, earlier| key(later) == key(earlier));
    rows
}

fn key(row: &ExternalAccess) -> (&str, &str, i32, &str, &str) {
    (&row.policy_kind, &row.policy_name, row.ordinal, &row.principal, &row.reason)
}

/// The reason for a row; `None` if there is no row.
fn reason(class: Class, is_unscoped: bool) -> Option<&'static str> {
    match class {
        Class::Public | Class::External | Class::InOrg | Class::Federated | Class::Unknown => Some(class.as_str()),
        Class::Service if is_unscoped => Some("service_unscoped"),
        Class::Service | Class::SameAccount | Class::Nobody => None,
    }
}

fn of_grant(named: &Named<'_>, grant: &Grant, verdict: &Verdict, reached: &mut Reached) -> Option<ExternalAccess> {
    let is_unscoped = grant.flags.contains(&Flag::ServiceUnscoped);
    let (policy_kind, policy_name) = named.policies.get(grant.document).copied()?;
    let (is_public, is_external) = behind(grant.gate, grant.class, grant.is_external, verdict);
    let reason = reason(grant.class, is_unscoped)?;
    let place = (grant.document, grant.ordinal);
    let of_statement = || named.statement(place.0, place.1).map(|it| it.sensitive(named.service));
    let sensitive = *reached.entry(place).or_insert_with(of_statement);
    Some(ExternalAccess {
        policy_kind: policy_kind.to_owned(),
        policy_name: policy_name.to_owned(),
        ordinal: i32::try_from(grant.ordinal).unwrap_or(i32::MAX),
        sid: grant.sid.as_deref().map(str::to_owned),
        principal: format!("{}:{}", grant.principal.kind.as_str(), grant.principal.value),
        principal_account_id: grant.account.clone(),
        principal_organization_id: organization(grant.limits.iter().map(|limit| &**limit)),
        bounded_by: grant.bounded_by.clone(),
        bounds_json: (!grant.limits.is_empty()).then(|| bounds_json(grant.limits.iter().map(|limit| &**limit))),
        is_service_unscoped: is_unscoped,
        is_network_restricted: grant.flags.contains(&Flag::NetworkRestricted),
        flags: words(grant.flags.iter().map(|flag| flag.as_str())),
        explanation: grant.reason.clone(),
        is_public,
        is_external,
        ..bare(named, reason, grant.gate, grant.access_levels, sensitive)
    })
}

fn of_acl(named: &Named<'_>, grant: &AclAccess, verdict: &Verdict) -> Option<ExternalAccess> {
    let (is_public, is_external) = behind(grant.gate, grant.class, grant.is_external, verdict);
    let levels = grant.access_levels;
    Some(ExternalAccess {
        policy_kind: "acl".to_owned(),
        ordinal: i32::try_from(grant.ordinal).unwrap_or(i32::MAX),
        principal: grant.grantee.as_str().to_owned(),
        flags: words(grant.flags.iter().map(|flag| flag.as_str())),
        explanation: grant.reason.clone(),
        is_public,
        is_external,
        ..bare(named, reason(grant.class, false)?, grant.gate, levels, Some(Sensitive::of_acl(levels)))
    })
}

/// A row without its principal and conditions.
fn bare(
    named: &Named<'_>,
    reason: &str,
    gate: Option<Gate>,
    levels: AccessLevels,
    sensitive: Option<Sensitive>,
) -> ExternalAccess {
    let has = |wanted: &[AccessLevel]| wanted.iter().any(|level| levels.contains(*level));
    ExternalAccess {
        resource_arn: named.resource_arn.to_owned(),
        resource_type: named.resource_type.to_owned(),
        policy_kind: String::new(),
        policy_name: String::new(),
        ordinal: 0,
        sid: None,
        principal: String::new(),
        reason: reason.to_owned(),
        principal_account_id: None,
        principal_organization_id: None,
        is_public: None,
        is_external: None,
        gate: gate.map(|gate| gate.as_str().to_owned()),
        access_levels: levels.names(),
        has_read_access: has(&[AccessLevel::List, AccessLevel::Read]),
        has_write_access: has(&[AccessLevel::Write, AccessLevel::Tagging]),
        has_permissions_access: has(&[AccessLevel::PermissionsManagement]),
        // What is not known may do all of it.
        can_decrypt: sensitive.is_none_or(|it| it.can_decrypt),
        can_read_data: sensitive.and_then(|it| it.can_read_data),
        can_change_policy: sensitive.is_none_or(|it| it.can_change_policy),
        bounded_by: Vec::new(),
        bounds_json: None,
        is_service_unscoped: false,
        is_network_restricted: false,
        flags: Vec::new(),
        explanation: String::new(),
    }
}

/// The access that the gate leaves: whether anyone, and whether someone outside, gets in.
fn behind(
    gate: Option<Gate>,
    class: Class,
    is_external: Option<bool>,
    verdict: &Verdict,
) -> (Option<bool>, Option<bool>) {
    match gate {
        Some(Gate::PrivateApi) => (Some(false), is_external),
        Some(Gate::AcceptanceRequired) => (Some(false), None),
        Some(gate) if gate.is_closing() => (Some(false), Some(false)),
        Some(_) | None => {
            // If a part grants more than the whole verdict, a block that may stop the part was not read.
            let known = |part: Option<bool>, whole: Option<bool>| part.filter(|part| !part || whole == Some(true));
            (known(Some(class == Class::Public), verdict.is_public), known(is_external, verdict.is_external))
        }
    }
}

/// The one organization that the conditions ask callers to belong to.
fn organization<'l>(limits: impl Iterator<Item = &'l Limit>) -> Option<String> {
    let is_of_caller = |limit: &&Limit| {
        ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths"].iter().any(|key| key.eq_ignore_ascii_case(&limit.key))
    };
    let mut found: Option<&str> = None;
    for limit in limits.filter(is_of_caller) {
        // Not all of its values are here.
        if limit.values.len() < limit.value_count {
            return None;
        }
        for value in &limit.values {
            let id = value.split('/').next().filter(|id| id.starts_with("o-") && !id.contains(['*', '?', '$']))?;
            if found.replace(id).is_some_and(|earlier| earlier != id) {
                return None;
            }
        }
    }
    found.map(str::to_owned)
}

fn bounds_json<'l>(limits: impl Iterator<Item = &'l Limit>) -> String {
    let mut seen = BTreeSet::new();
    let list = limits.map(|it| {
        json!({
            "key": it.key,
            "dimension": it.dimension.as_str(),
            "values": it.values,
            "value_count": it.value_count,
            "is_deny": it.is_deny,
        })
    });
    let list: Vec<_> = list.filter(|it| seen.insert(it.to_string())).collect();
    serde_json::Value::Array(list).to_string()
}

#[cfg(test)]
mod tests;
