//! The organization's policies and their targets, as the service answers.

use super::tree::{arn, root, unit};
use crate::context::Context;
use crate::organization::Organization;
use crate::organization_policies::{ENABLED_TYPES, OTHER_TYPES, Policy, Target, policies};
use crate::protocol::Refusal;
use serde_json::{Value, json};

pub(super) fn list(context: &Context<'_>, target: Option<&str>) -> Result<Vec<Value>, Refusal> {
    let wanted = context.request.required("Filter")?;
    if !ENABLED_TYPES.iter().chain(&OTHER_TYPES).any(|name| *name == wanted) {
        let message = "You specified a policy type that is not valid.";
        return Err(Refusal::new(400, "InvalidInputException", message));
    }
    let organization = context.organization();
    let is_attached = |policy: &Policy| target.is_none_or(|target| policy.is_at(target));
    let found = policies(organization).into_iter().filter(|it| it.policy_type == wanted && is_attached(it));
    Ok(found.map(|policy| summary(organization, &policy)).collect())
}

fn summary(organization: &Organization, policy: &Policy) -> Value {
    let kind = policy.policy_type.to_lowercase();
    let resource = format!("policy/{}/{kind}/{}", organization.id, policy.id);
    let aws = format!("arn:{}:organizations::aws:policy/{kind}/{}", organization.settings.partition, policy.id);
    json!({
        "Id": policy.id,
        "Arn": if policy.is_aws_managed { aws } else { arn(organization, &resource) },
        "Name": policy.name,
        "Description": policy.description,
        "Type": policy.policy_type,
        "AwsManaged": policy.is_aws_managed,
    })
}

pub(super) fn describe(context: &Context<'_>) -> Result<Value, Refusal> {
    let policy = policy(context)?;
    let summary = summary(context.organization(), &policy);
    Ok(json!({ "Policy": { "PolicySummary": summary, "Content": policy.content } }))
}

/// A page of the targets. Those of other pages are not described: AWS's own policies have as many as there are accounts.
pub(super) fn list_targets(context: &Context<'_>) -> Result<Value, Refusal> {
    let organization = context.organization();
    let page = context.page(policy(context)?.targets(organization))?;
    let described = page.elements.iter().filter_map(|it| match it {
        Target::Id(id) => target(organization, id),
        Target::Account(index) => target(organization, &organization.account_id(*index)),
    });
    Ok(json!({ "Targets": described.collect::<Vec<_>>(), "NextToken": page.next }))
}

fn policy(context: &Context<'_>) -> Result<Policy, Refusal> {
    let id = context.request.required("PolicyId")?;
    let found = policies(context.organization()).into_iter().find(|policy| policy.id == id);
    found.ok_or_else(|| Refusal::new(400, "PolicyNotFoundException", "You specified a policy that doesn't exist."))
}

fn target(organization: &Organization, id: &str) -> Option<Value> {
    if let Some(account) = organization.find(id) {
        let arn = arn(organization, &format!("account/{}/{id}", organization.id));
        return Some(json!({ "TargetId": id, "Arn": arn, "Name": account.name, "Type": "ACCOUNT" }));
    }
    Some(match unit(organization, id)? {
        None => json!({ "TargetId": id, "Arn": root(organization)["Arn"], "Name": "Root", "Type": "ROOT" }),
        Some(place) => {
            let arn = arn(organization, &format!("ou/{}/{id}", organization.id));
            let name = organization.units[place].name;
            json!({ "TargetId": id, "Arn": arn, "Name": name, "Type": "ORGANIZATIONAL_UNIT" })
        }
    })
}
