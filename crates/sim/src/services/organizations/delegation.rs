//! Rights over the organization that accounts other than the management account have: delegated administrators, trusted
//! services, and the organization's resource policy.

use super::tree::{arn, describe_account};
use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::delegates::{DELEGATED, delegated};
use crate::organization::Organization;
use crate::policies::Verdict;
use crate::protocol::Refusal;
use serde_json::{Value, json};

/// The services that the organization trusts.
pub(crate) const TRUSTED_SERVICES: [&str; 7] = [
    "access-analyzer.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
    "guardduty.amazonaws.com",
    "iam.amazonaws.com",
    "securityhub.amazonaws.com",
    "sso.amazonaws.com",
];

pub(super) fn list_administrators(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let organization = context.organization();
    let describe = |(index, _): (u64, Vec<&str>)| {
        let mut administrator = describe_account(organization, &organization.account(index));
        administrator["DelegationEnabledDate"] = json!(epoch_seconds(organization.clock.first_millis));
        administrator
    };
    Ok(delegated(organization).into_iter().map(describe).collect())
}

pub(super) fn list_services_of(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let (organization, id) = (context.organization(), context.request.required("AccountId")?);
    let message = "The account is not a delegated administrator.";
    let (_, services) = delegated(organization)
        .into_iter()
        .find(|(index, _)| organization.account_id(*index) == id)
        .ok_or_else(|| Refusal::new(400, "AccountNotRegisteredException", message))?;
    let since = epoch_seconds(organization.clock.first_millis);
    let describe = |name: &&str| json!({ "ServicePrincipal": name, "DelegationEnabledDate": since });
    Ok(services.iter().map(describe).collect())
}

pub(super) fn trusted_services(organization: &Organization) -> Vec<Value> {
    let mut dice = organization.dice(&["trusted-services"]);
    let mut since = || epoch_seconds(organization.clock.days_ago(dice.between(100, 900), &mut dice));
    TRUSTED_SERVICES.iter().map(|name| json!({ "ServicePrincipal": name, "DateEnabled": since() })).collect()
}

/// The organization's ARN, and who can reach it through its policy.
pub(crate) fn organization_verdict(organization: &Organization) -> (String, Verdict) {
    let verdict = if has_resource_policy(organization) { Verdict::IN_ORG } else { Verdict::CLOSED };
    (arn(organization, &format!("organization/{}", organization.id)), verdict)
}

/// Whether the organization has a resource policy. The policy lets the first delegated administrator read the
/// organization, so that account must exist.
fn has_resource_policy(organization: &Organization) -> bool {
    organization.settings.accounts > DELEGATED[0].0
}

pub(super) fn describe_resource_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let organization = context.organization();
    if !has_resource_policy(organization) {
        let message = "You specified a resource policy that doesn't exist.";
        return Err(Refusal::new(400, "ResourcePolicyNotFoundException", message));
    }
    let delegate = organization.account_id(DELEGATED[0].0);
    let statement = json!({
        "Sid": "Delegate", "Effect": "Allow",
        "Principal": { "AWS": organization.arn("iam", "", &delegate, "root") },
        "Action": ["organizations:Describe*", "organizations:List*"], "Resource": "*",
    });
    let id = format!("rp-{}", organization.dice(&["resource-policy"]).lower(8));
    let arn = arn(organization, &format!("resourcepolicy/{}/{id}", organization.id));
    Ok(json!({ "ResourcePolicy": {
        "ResourcePolicySummary": { "Id": id, "Arn": arn },
        "Content": json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string(),
    } }))
}
