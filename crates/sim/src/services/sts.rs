//! STS: who am I, and becoming someone else.

use super::{Context, iam};
use crate::CANARY;
use crate::clock::iso;
use crate::credentials::{Caller, Session};
use crate::organization::Account;
use crate::protocol::{Answer, Refusal, Service};
use chrono::Utc;
use serde_json::json;

/// The role that every member made by Organizations has, and that the management account may assume.
pub(crate) const ORGANIZATION_ROLE: &str = "OrganizationAccountAccessRole";

const SERVICE: Service = Service::Sts;

pub(crate) fn answer(context: &Context<'_>) -> Result<Answer, Refusal> {
    match context.request.operation.as_str() {
        "AssumeRole" => assume_role(context),
        "GetCallerIdentity" => {
            let Caller { account, arn, user_id, .. } = &context.caller;
            Ok(json!({ "Arn": arn, "UserId": user_id, "Account": account.id }).into())
        }
        _ => Err(context.unknown_operation()),
    }
}

fn assume_role(context: &Context<'_>) -> Result<Answer, Refusal> {
    let request = context.request;
    let role_arn = request.required("RoleArn")?;
    let session_name = request.required("RoleSessionName")?;
    let is_name = |character: char| character.is_ascii_alphanumeric() || "_+=,.@-".contains(character);
    if !(2..=64).contains(&session_name.len()) || !session_name.chars().all(is_name) {
        return Err(Refusal::invalid_parameter(SERVICE, "RoleSessionName"));
    }
    let (account, role) = trusting_role(context, role_arn).ok_or_else(|| {
        let caller = &context.caller.arn;
        let message = format!("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role_arn}");
        Refusal::access_denied(SERVICE, message)
    })?;
    let wanted = request.number("DurationSeconds").and_then(|seconds| i64::try_from(seconds).ok());
    let seconds = wanted.unwrap_or(context.organization.settings.session_seconds);
    if wanted.is_some() && !(900..=43_200).contains(&seconds) {
        return Err(Refusal::invalid_parameter(SERVICE, "DurationSeconds"));
    }
    if context.caller.role.is_some() && seconds > 3600 {
        let message =
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";
        return Err(Refusal::new(400, "ValidationError", message));
    }
    let session = Session {
        role_id: iam::role_id(context.organization, &account, &role),
        account_id: account.id,
        role,
        session_name: session_name.to_owned(),
        expiration_seconds: Utc::now().timestamp() + seconds,
    };
    Ok(json!({
        "Credentials": {
            "AccessKeyId": session.access_key_id(context.organization),
            "SecretAccessKey": format!("{CANARY}/assumed/role/secret/access/key"),
            "SessionToken": session.token(),
            "Expiration": iso(session.expiration_seconds * 1000),
        },
        "AssumedRoleUser": {
            "AssumedRoleId": format!("{}:{session_name}", session.role_id),
            "Arn": context.organization.arn("sts", "", &session.account_id, &session.assumed_role()),
        },
        "PackedPolicySize": 1,
    })
    .into())
}

/// The account and role of this ARN, if it exists and trusts the caller.
fn trusting_role(context: &Context<'_>, role_arn: &str) -> Option<(Account, String)> {
    let organization = context.organization;
    let prefix = format!("arn:{}:iam::", organization.settings.partition);
    let (account_id, role) = role_arn.strip_prefix(&prefix)?.split_once(":role/")?;
    let account = organization.find(account_id).filter(|account| !account.is_suspended())?;
    let settings = &organization.settings;
    let trusts = if role == settings.crawler_role {
        let secret_is_right =
            settings.external_id.is_none() || settings.external_id.as_deref() == context.request.text("ExternalId");
        account.is_reachable() && secret_is_right
    } else {
        role == ORGANIZATION_ROLE && !account.is_management() && context.account().is_management()
    };
    trusts.then(|| (account, role.to_owned()))
}
