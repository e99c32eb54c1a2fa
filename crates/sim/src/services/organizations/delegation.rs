//! Rights over the organization that others than the management account have: delegated administrators, trusted
//! services, and the organization's resource policy.

use super::{PAGE, arn, describe_account};
use crate::clock::epoch_seconds;
use crate::organization::Organization;
use crate::policies::Verdict;
use crate::protocol::Refusal;
use crate::services::Context;
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

/// Members that administer services, by place in the organization, with these services.
const DELEGATED: [(u64, &[&str]); 2] =
    [(2, &["guardduty.amazonaws.com", "securityhub.amazonaws.com"]), (3, &["access-analyzer.amazonaws.com"])];

/// The delegated administrators and their services: the one of the settings is the first.
pub(crate) fn delegated(organization: &Organization) -> Vec<(u64, Vec<&'static str>)> {
    let own = organization.settings.delegated_administrator;
    let mut found: Vec<(u64, Vec<&str>)> = own.map(|index| (index, vec!["sso.amazonaws.com"])).into_iter().collect();
    for (index, services) in DELEGATED {
        match found.iter_mut().find(|(known, _)| *known == index) {
            Some((_, known)) => known.extend(services),
            None => found.push((index, services.to_vec())),
        }
    }
    found.retain(|(index, _)| *index < organization.settings.accounts);
    found
}

pub(super) fn list_administrators(context: &Context<'_>) -> Result<Value, Refusal> {
    let organization = context.organization;
    let found = delegated(organization).into_iter().map(|(index, _)| {
        let mut administrator = describe_account(organization, &organization.account(index));
        administrator["DelegationEnabledDate"] = json!(epoch_seconds(organization.clock.now_millis));
        administrator
    });
    let page = context.page(&PAGE, found.collect())?;
    Ok(json!({ "DelegatedAdministrators": page.elements, "NextToken": page.next }))
}

pub(super) fn list_services_of(context: &Context<'_>) -> Result<Value, Refusal> {
    let (organization, id) = (context.organization, context.request.required("AccountId")?);
    let message = "The account is not a delegated administrator.";
    let (_, services) = delegated(organization)
        .into_iter()
        .find(|(index, _)| organization.account_id(*index) == id)
        .ok_or_else(|| Refusal::new(400, "AccountNotRegisteredException", message))?;
    let since = epoch_seconds(organization.clock.now_millis);
    let services = services.iter().map(|name| json!({ "ServicePrincipal": name, "DelegationEnabledDate": since }));
    let page = context.page(&PAGE, services.collect())?;
    Ok(json!({ "DelegatedServices": page.elements, "NextToken": page.next }))
}

pub(super) fn list_trusted_services(context: &Context<'_>) -> Result<Value, Refusal> {
    let clock = context.organization.clock;
    let mut dice = context.organization.dice(&["trusted-services"]);
    let mut since = || epoch_seconds(clock.days_ago(dice.between(100, 900), &mut dice));
    let services = TRUSTED_SERVICES.map(|name| json!({ "ServicePrincipal": name, "DateEnabled": since() }));
    let page = context.page(&PAGE, services.to_vec())?;
    Ok(json!({ "EnabledServicePrincipals": page.elements, "NextToken": page.next }))
}

/// The organization's ARN, and who can reach it through its policy.
pub(crate) fn organization_verdict(organization: &Organization) -> (String, Verdict) {
    let verdict = if has_resource_policy(organization) { Verdict::IN_ORG } else { Verdict::CLOSED };
    (arn(organization, &format!("organization/{}", organization.id)), verdict)
}

/// The first delegated administrator may read the organization, if there are that many accounts.
fn has_resource_policy(organization: &Organization) -> bool {
    organization.settings.accounts > DELEGATED[0].0
}

pub(super) fn describe_resource_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let organization = context.organization;
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
