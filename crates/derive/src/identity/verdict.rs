//! Makes an identity's rows from its policies.

use std::collections::BTreeSet;
use std::sync::Arc;

use orgcensus_policy::identity::{Access, Attached, Boundary, Given, Identity, IdentityPolicy, Path, Remark, judge};

use super::account::{Account, HeldPolicy, Kind, KnownIdentity};
use super::aws_managed_policies::AwsManagedPolicies;
use super::rows::{IdentityAccess, PrivilegePath};

/// The identity's rows.
pub(super) fn verdict(
    known: &KnownIdentity,
    policies: &[HeldPolicy],
    account: &Account,
    aws_managed: &AwsManagedPolicies,
) -> (IdentityAccess, Vec<PrivilegePath>) {
    let attached: Vec<Attached<'_>> = policies
        .iter()
        .map(|held| Attached {
            through: held.through(),
            resource_arn: &held.resource_arn,
            policy: held.policy.as_deref(),
        })
        .collect();
    let boundary_arn = account.boundary_arn(known);
    let bounding: Option<Arc<IdentityPolicy>> = boundary_arn.and_then(|arn| account.managed(arn, aws_managed).1);
    let boundary = match (&bounding, boundary_arn.is_some() || known.has_boundary != Some(false)) {
        (Some(policy), _) => Boundary::Policy(policy),
        (None, true) => Boundary::Unread,
        (None, false) => Boundary::None,
    };
    let has_user_name = matches!(known.kind, Kind::User | Kind::Group);
    let access = judge(&Identity { arn: &known.arn, has_user_name, attached: &attached, boundary });
    let paths = access.paths.iter().map(|path| path_row(known, policies, &access, path)).collect();
    (access_row(known, policies, boundary_arn, &access), paths)
}

fn access_row(
    known: &KnownIdentity,
    policies: &[HeldPolicy],
    boundary_arn: Option<&str>,
    access: &Access,
) -> IdentityAccess {
    let by = || access.administrator_by.iter().filter_map(|place| policies.get(*place));
    let open = access.paths.iter().filter(|path| path.is_open()).count();
    IdentityAccess {
        identity_arn: known.arn.clone(),
        identity_type: known.kind.as_str().to_owned(),
        identity_name: known.name.clone(),
        is_service_linked: known.role.is_service_linked,
        is_identity_center: known.role.is_identity_center,
        is_administrator: access.is_administrator,
        administrator_through: distinct(by().map(|held| through(held).to_owned())),
        administrator_policies: distinct(by().map(name)),
        allows_everything: access.allows_everything,
        allows_writing: allows_writing(policies),
        writes_iam: access.writes_iam,
        passes_roles: access.passes_roles,
        passes_every_role: access.passes_every_role,
        passed_role_patterns: access.passed_roles.clone(),
        reads_all_data: access.reads_all_data,
        reads_all_by: access.reads_all_by.iter().map(|action| (*action).to_owned()).collect(),
        may_escalate: access.may_escalate,
        open_path_count: access.is_read.then(|| count(open)),
        limited_path_count: access.is_read.then(|| count(access.paths.len() - open)),
        has_permissions_boundary: if boundary_arn.is_some() { Some(true) } else { known.has_boundary },
        permissions_boundary_arn: boundary_arn.map(str::to_owned),
        boundary_effect: access.boundary_effect.as_str().to_owned(),
        policy_count: count(policies.len()),
        unread_policy_count: count(policies.iter().filter(|held| held.policy.is_none()).count()),
        flags: access.remarks.iter().map(|remark| remark.as_str().to_owned()).collect(),
    }
}

/// Whether one of the policies allows writing; not known if none of those that were read does, and another was not.
fn allows_writing(policies: &[HeldPolicy]) -> Option<bool> {
    let says = |held: &HeldPolicy| {
        let policy = held.policy.as_ref()?;
        Some(policy.allows_writing() && !is_read_only_by_aws(&held.resource_arn))
    };
    let said: Vec<Option<bool>> = policies.iter().map(says).collect();
    if said.contains(&Some(true)) { Some(true) } else { (!said.contains(&None)).then_some(false) }
}

/// Whether AWS itself calls the policy read-only. Such a policy has actions that AWS's reference calls Write, and that
/// change nothing which anyone would miss.
fn is_read_only_by_aws(arn: &str) -> bool {
    let name = arn.rsplit('/').next().unwrap_or_default();
    arn.contains(":iam::aws:policy/")
        && (name.contains("ReadOnly") || name.contains("ViewOnly") || name == "SecurityAudit")
}

fn path_row(known: &KnownIdentity, policies: &[HeldPolicy], access: &Access, path: &Path) -> PrivilegePath {
    let first = path.steps.first();
    let held = first.and_then(|given| policies.get(given.attached));
    let any = |test: fn(&Given) -> bool| path.steps.iter().any(test);
    let has = |remark| access.remarks.contains(&remark);
    let flags = [
        (Remark::BoundaryUnread, has(Remark::BoundaryUnread)),
        (Remark::DenyConditional, any(|given| given.is_denied_conditionally)),
        (Remark::DenyInPart, any(|given| given.is_denied_in_part)),
        (Remark::PolicyUnread, has(Remark::PolicyUnread)),
    ];
    PrivilegePath {
        identity_arn: known.arn.clone(),
        identity_type: known.kind.as_str().to_owned(),
        identity_name: known.name.clone(),
        method: path.method.name.to_owned(),
        category: path.method.category.as_str().to_owned(),
        actions: path.steps.iter().map(|given| given.action.to_owned()).collect(),
        resource_scope: path.scope.as_str().to_owned(),
        resources: first.map(|given| given.resources.clone()).unwrap_or_default(),
        is_conditional: path.is_conditional,
        condition_keys: distinct(path.steps.iter().flat_map(|given| given.condition_keys.iter().cloned())),
        is_open: path.is_open(),
        policy_resource_arn: held.map(|held| held.resource_arn.clone()).unwrap_or_default(),
        policy_kind: held.map(kind).unwrap_or_default().to_owned(),
        policy_name: held.map(|held| held.policy_name.clone()).unwrap_or_default(),
        ordinal: first.map_or(0, |given| count(given.ordinal)),
        through: held.map(through).unwrap_or_default().to_owned(),
        given_by: path.steps.iter().filter_map(|given| step(given, policies)).collect(),
        flags: flags.iter().filter(|(_, holds)| *holds).map(|(remark, _)| remark.as_str().to_owned()).collect(),
    }
}

/// `lambda:CreateFunction by statement 0 of arn:aws:iam::111122223333:policy/deploy`.
fn step(given: &Given, policies: &[HeldPolicy]) -> Option<String> {
    let held = policies.get(given.attached)?;
    Some(format!("{} by statement {} of {}", given.action, given.ordinal, name(held)))
}

fn name(held: &HeldPolicy) -> String {
    if held.is_inline { format!("{}/{}", held.resource_arn, held.policy_name) } else { held.resource_arn.clone() }
}

fn kind(held: &HeldPolicy) -> &'static str {
    if held.is_inline { "inline" } else { "managed" }
}

fn through(held: &HeldPolicy) -> &'static str {
    if held.group_arn.is_some() { "group" } else { kind(held) }
}

fn distinct(words: impl Iterator<Item = String>) -> Vec<String> {
    words.collect::<BTreeSet<_>>().into_iter().collect()
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
