//! Managed policies, one at a time, with their versions and the identities that they are attached to.

use super::details::{encoded, managed_policy, version};
use super::identities::missing;
use super::permissions::Permissions;
use super::policies::ManagedPolicy;
use super::population::Iam;
use crate::context::Context;
use crate::protocol::{Refusal, members};
use crate::service::{Operation, get, list};
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[
    get("GetPolicy", |context| Ok(json!({ "Policy": managed_policy(&find(context)?) }))),
    get("GetPolicyVersion", get_version),
    get("ListEntitiesForPolicy", entities),
    list("ListPolicies", "Policies", policies),
    // No simulated policy has tags.
    list("ListPolicyTags", "Tags", |context| find(context).map(|_| Vec::new())),
    list("ListPolicyVersions", "Versions", |context| Ok(find(context)?.versions.iter().map(version).collect())),
];

fn find(context: &Context<'_>) -> Result<ManagedPolicy, Refusal> {
    let arn = context.request.required("PolicyArn")?;
    let found = Iam::of(&context.place).policies.into_iter().find(|policy| policy.arn == arn);
    found.ok_or_else(|| missing(&format!("Policy {arn} does not exist or is not attachable.")))
}

fn get_version(context: &Context<'_>) -> Result<Value, Refusal> {
    let (policy, id) = (find(context)?, context.request.required("VersionId")?);
    let found = policy.versions.iter().find(|version| version.id == id);
    let found = found.ok_or_else(|| missing(&format!("Policy {} version {id} does not exist.", policy.arn)))?;
    let mut described = version(found);
    described["Document"] = json!(encoded(&found.document));
    Ok(json!({ "PolicyVersion": described }))
}

/// Of AWS's policies only the attached ones exist here.
fn policies(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let scope = context.request.text("Scope").unwrap_or("All");
    let only_attached = context.request.flag("OnlyAttached");
    let is_wanted = |policy: &&ManagedPolicy| {
        let is_in_scope = scope == "All" || policy.is_aws == (scope == "AWS");
        is_in_scope && (!only_attached || policy.attachments > 0)
    };
    Ok(Iam::of(&context.place).policies.iter().filter(is_wanted).map(managed_policy).collect())
}

fn entities(context: &Context<'_>) -> Result<Value, Refusal> {
    let policy = find(context)?;
    let iam = Iam::of(&context.place);
    let has = |permissions: &Permissions| permissions.attached.contains(&policy.arn);
    let users = iam.users.iter().filter(|it| has(&it.permissions));
    let groups = iam.groups.iter().filter(|it| has(&it.permissions));
    let roles = iam.roles.iter().filter(|it| has(&it.permissions));
    Ok(json!({
        "PolicyGroups": members(groups.map(|it| json!({ "GroupName": it.name, "GroupId": it.id }))),
        "PolicyUsers": members(users.map(|it| json!({ "UserName": it.name, "UserId": it.id }))),
        "PolicyRoles": members(roles.map(|it| json!({ "RoleName": it.name, "RoleId": it.id }))),
        "IsTruncated": false,
    }))
}
