//! STS: who calls, and credentials for another role.

use crate::CANARY;
use crate::account::Account;
use crate::clock::iso;
use crate::context::Context;
use crate::credentials::{Caller, Session};
use crate::ids::{ORGANIZATION_ROLE, role_id};
use crate::place::Place;
use crate::protocol::Refusal;
use crate::quota::together;
use crate::service::{Open, Scope, Service, get};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    scope: Scope::GlobalFromRegions,
    quotas: &[together(&[], 600.0, 600.0)],
    answers: &[&[
        get("AssumeRole", assume_role),
        get("GetCallerIdentity", |context| {
            let Caller { account, arn, user_id, .. } = context.caller;
            Ok(json!({ "Arn": arn, "UserId": user_id, "Account": account.id }))
        })
        .open(Open::ToAnyone),
    ]],
    ..Service::named("sts")
};

fn assume_role(context: &Context<'_>) -> Result<Value, Refusal> {
    let (request, organization) = (context.request, context.organization());
    let role_arn = request.required("RoleArn")?;
    let session_name = request.required("RoleSessionName")?;
    let is_name = |character: char| character.is_ascii_alphanumeric() || "_+=,.@-".contains(character);
    if !(2..=64).contains(&session_name.len()) || !session_name.chars().all(is_name) {
        return Err(Refusal::invalid_parameter(&SERVICE, "RoleSessionName"));
    }
    let (account, role) = trusting_role(context, role_arn).ok_or_else(|| {
        let caller = &context.caller.arn;
        let message = format!("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role_arn}");
        Refusal::access_denied(&SERVICE, &message)
    })?;
    let wanted = request.number("DurationSeconds").and_then(|seconds| i64::try_from(seconds).ok());
    let seconds = wanted.unwrap_or(organization.settings.session_seconds);
    if wanted.is_some() && !(900..=43_200).contains(&seconds) {
        return Err(Refusal::invalid_parameter(&SERVICE, "DurationSeconds"));
    }
    if context.caller.role.is_some() && seconds > 3600 {
        let message =
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";
        return Err(Refusal::new(400, "ValidationError", message));
    }
    let account = match organization.settings.assumed_account {
        Some(index) => organization.account(index),
        None => account,
    };
    let session = Session {
        role_id: role_id(&Place::account(organization, &account), &role),
        account_id: account.id,
        role,
        session_name: session_name.to_owned(),
        expiration_seconds: organization.started.seconds() + seconds,
    };
    Ok(json!({
        "Credentials": {
            "AccessKeyId": session.access_key_id(organization),
            "SecretAccessKey": format!("{CANARY}/assumed/role/secret/access/key"),
            "SessionToken": session.token(),
            "Expiration": iso(session.expiration_seconds * 1000),
        },
        "AssumedRoleUser": {
            "AssumedRoleId": format!("{}:{session_name}", session.role_id),
            "Arn": organization.arn("sts", "", &session.account_id, &session.assumed_role()),
        },
        "PackedPolicySize": 1,
    }))
}

/// The account and role of this ARN, if the role exists and trusts the caller.
fn trusting_role(context: &Context<'_>, role_arn: &str) -> Option<(Account, String)> {
    let organization = context.organization();
    let prefix = format!("arn:{}:iam::", organization.settings.partition);
    let (account_id, role) = role_arn.strip_prefix(&prefix)?.split_once(":role/")?;
    let account = organization.find(account_id).filter(|account| !account.is_suspended())?;
    let settings = &organization.settings;
    let trusts = if role == settings.crawler_role {
        let secret_is_right =
            settings.external_id.is_none() || settings.external_id.as_deref() == context.request.text("ExternalId");
        account.is_reachable() && secret_is_right
    } else {
        role == ORGANIZATION_ROLE && !account.is_management() && context.place.account.is_management()
    };
    trusts.then(|| (account, role.to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use crate::{CANARY, Settings};

    #[test]
    fn a_role_can_be_assumed_and_assume_again() {
        let client = Client::new(quiet(4, 1));
        let second = client.assume(1, "").unwrap().assume(2, "").unwrap();
        let reply = second.query("sts", "Action=GetCallerIdentity");
        assert_eq!(reply.element("Account"), client.simulation.account_id(2));
        assert!(reply.element("Arn").ends_with(":assumed-role/orgcensus/test"));
        let too_long = second.assume(3, "&DurationSeconds=7200").unwrap_err();
        assert_eq!((too_long.status, too_long.element("Code")), (400, "ValidationError".to_owned()));
    }

    #[test]
    fn missing_roles_suspended_accounts_and_strangers_are_refused_alike() {
        let client = Client::new(Settings::new(40, 1));
        for index in [5, 8, 1_000_000] {
            let reply = client.assume(index, "").unwrap_err();
            assert_eq!((reply.status, reply.element("Code")), (403, "AccessDenied".to_owned()));
            assert!(
                reply.element("Message").contains("is not authorized to perform: sts:AssumeRole on resource: arn:")
            );
        }
    }

    #[test]
    fn the_external_id_and_the_path_are_required() {
        let role = "audit/readers/census".to_owned();
        let settings = Settings { external_id: Some("sesame".to_owned()), crawler_role: role, ..quiet(3, 1) };
        let client = Client::new(settings);
        assert!(client.assume(1, "").is_err() && client.assume(1, "&ExternalId=guess").is_err());
        let session = client.assume(1, "&ExternalId=sesame").unwrap();
        let arn = session.query("sts", "Action=GetCallerIdentity").element("Arn");
        assert!(arn.ends_with(":assumed-role/census/test"), "{arn}");
    }

    #[test]
    fn secrets_are_canaries_and_unknown_or_expired_keys_are_refused() {
        let client = Client::new(Settings { session_seconds: -1, ..quiet(2, 1) });
        let arn = format!("arn:aws:iam::{}:role/orgcensus", client.simulation.account_id(1));
        let reply = client.query("sts", &format!("Action=AssumeRole&RoleSessionName=test&RoleArn={arn}"));
        assert!(reply.element("SecretAccessKey").contains(CANARY) && reply.element("SessionToken").contains(CANARY));
        let expired = client.assume(1, "").unwrap();
        assert_eq!(expired.query("sts", "Action=GetCallerIdentity").element("Code"), "ExpiredToken");
        let unknown = client.with_key("AKIAUNKNOWN");
        assert_eq!(unknown.query("sts", "Action=GetCallerIdentity").element("Code"), "InvalidClientTokenId");
    }
}
