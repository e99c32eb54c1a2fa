//! Service control policies and their targets.

use super::{PAGE, arn, root, unit};
use crate::account::Trouble;
use crate::organization::Organization;
use crate::protocol::Refusal;
use crate::services::Context;
use serde_json::{Value, json};

/// A service control policy and what it is attached to.
struct Policy {
    id: String,
    name: &'static str,
    description: &'static str,
    is_aws_managed: bool,
    content: Value,
    targets: Vec<String>,
}

/// The policies that the denials of [`crate::access`] come from, and the one that allows everything else.
fn policies(organization: &Organization) -> Vec<Policy> {
    let allow = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    let mut policies = vec![Policy {
        id: "p-FullAWSAccess".to_owned(),
        name: "FullAWSAccess",
        description: "Allows access to every operation",
        is_aws_managed: true,
        content: json!({ "Version": "2012-10-17", "Statement": [allow] }),
        targets: [&organization.root_id]
            .into_iter()
            .chain(organization.units.iter().map(|unit| &unit.id))
            .cloned()
            .collect(),
    }];
    let mut dice = organization.dice(&["policies"]);
    let denied = organization.ids_in_trouble(Trouble::ServiceDeniedByScp);
    let deny_sqs = json!({ "Sid": "NoQueues", "Effect": "Deny", "Action": "sqs:*", "Resource": "*" });
    policies.push(Policy {
        id: format!("p-{}", dice.lower(8)),
        name: "deny-sqs",
        description: "No queues here",
        is_aws_managed: false,
        content: json!({ "Version": "2012-10-17", "Statement": deny_sqs }),
        targets: denied.collect(),
    });
    let is_denied = organization.settings.troubles.region_denied_by_scp;
    if let Some(region) = organization.last_region().filter(|_| is_denied) {
        let sandbox = organization.units.iter().filter(|unit| unit.name == "Sandbox");
        let condition = json!({ "StringEquals": { "aws:RequestedRegion": region } });
        let deny = json!({ "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition });
        policies.push(Policy {
            id: format!("p-{}", dice.lower(8)),
            name: "deny-region",
            description: "No sandbox far away",
            is_aws_managed: false,
            content: json!({ "Version": "2012-10-17", "Statement": [deny] }),
            targets: sandbox.map(|unit| unit.id.clone()).collect(),
        });
    }
    policies
}

pub(super) fn list(context: &Context<'_>, target: Option<&str>) -> Result<Value, Refusal> {
    let is_scp = context.request.required("Filter")? == "SERVICE_CONTROL_POLICY";
    let found = policies(context.organization)
        .into_iter()
        .filter(|policy| is_scp && target.is_none_or(|target| policy.targets.iter().any(|id| id == target)));
    let page = context.page(&PAGE, found.collect())?;
    let summaries: Vec<_> = page.elements.iter().map(|policy| summary(context.organization, policy)).collect();
    Ok(json!({ "Policies": summaries, "NextToken": page.next }))
}

fn summary(organization: &Organization, policy: &Policy) -> Value {
    let resource = format!("policy/{}/service_control_policy/{}", organization.id, policy.id);
    let aws = format!(
        "arn:{}:organizations::aws:policy/service_control_policy/{}",
        organization.settings.partition, policy.id
    );
    json!({
        "Id": policy.id,
        "Arn": if policy.is_aws_managed { aws } else { arn(organization, &resource) },
        "Name": policy.name,
        "Description": policy.description,
        "Type": "SERVICE_CONTROL_POLICY",
        "AwsManaged": policy.is_aws_managed,
    })
}

pub(super) fn describe(context: &Context<'_>) -> Result<Value, Refusal> {
    let policy = policy(context)?;
    let summary = summary(context.organization, &policy);
    Ok(json!({ "Policy": { "PolicySummary": summary, "Content": policy.content.to_string() } }))
}

pub(super) fn list_targets(context: &Context<'_>) -> Result<Value, Refusal> {
    let targets = policy(context)?.targets;
    let page = context.page(&PAGE, targets.iter().filter_map(|id| target(context.organization, id)).collect())?;
    Ok(json!({ "Targets": page.elements, "NextToken": page.next }))
}

/// Whether there is a policy with this id.
pub(super) fn exists(organization: &Organization, id: &str) -> bool {
    policies(organization).iter().any(|policy| policy.id == id)
}

fn policy(context: &Context<'_>) -> Result<Policy, Refusal> {
    let id = context.request.required("PolicyId")?;
    let found = policies(context.organization).into_iter().find(|policy| policy.id == id);
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
