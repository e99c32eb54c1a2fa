//! The other operations of IAM.

use super::details::{account_authorization_details, boundary, encoded, last_used};
use super::{Iam, Role, User, last_accessed, lists, password_policy, report};
use crate::account::Account;
use crate::clock::iso;
use crate::organization::Organization;
use crate::protocol::{Answer, Limits, Refusal, members, tags};
use crate::services::Context;
use serde_json::{Value, json};

const PAGE: Limits = Limits { token: "Marker", size: "MaxItems", default: 100, max: 1000 };

pub(crate) fn answer(context: &Context<'_>) -> Result<Answer, Refusal> {
    let iam = || Iam::of(context.organization, context.account());
    match context.request.operation.as_str() {
        "GetAccountAuthorizationDetails" => account_authorization_details(context),
        "GenerateCredentialReport" => Ok(report::generate(context)),
        "GetCredentialReport" => report::get(context),
        "GetAccountSummary" => Ok(account_summary(&iam()).into()),
        "GetAccountPasswordPolicy" => password_policy::get(context),
        "ListAccountAliases" => {
            let aliases = alias(context.organization, context.account()).into_iter().map(Value::from);
            list(context, "AccountAliases", aliases.collect())
        }
        "ListOrganizationsFeatures" => organizations_features(context),
        "ListUsers" => list(context, "Users", iam().users.iter().map(user).collect()),
        "ListRoles" => list(context, "Roles", iam().roles.iter().map(role).collect()),
        "ListAccessKeys" => lists::access_keys(context, iam()),
        "GetAccessKeyLastUsed" => lists::access_key_last_used(context, &iam()),
        "ListMFADevices" => lists::mfa_devices(context, iam()),
        "ListVirtualMFADevices" => lists::virtual_mfa_devices(context, &iam()),
        "ListSigningCertificates" => lists::signing_certificates(context, iam()),
        "ListSSHPublicKeys" => lists::ssh_public_keys(context, iam()),
        "ListServiceSpecificCredentials" => lists::service_specific_credentials(context, &iam()),
        "ListServerCertificates" => lists::server_certificates(context, &iam()),
        "ListInstanceProfiles" => lists::instance_profiles(context, &iam()),
        "ListOpenIDConnectProviders" => Ok(lists::oidc_providers(&iam())),
        "GetOpenIDConnectProvider" => lists::oidc_provider(context, &iam()),
        "ListSAMLProviders" => Ok(lists::saml_providers(&iam())),
        "GetSAMLProvider" => lists::saml_provider(context, &iam()),
        "GenerateServiceLastAccessedDetails" => last_accessed::generate(context),
        "GetServiceLastAccessedDetails" => last_accessed::get(context),
        "GetUser" => {
            let found = find_user(context, iam())?;
            Ok(json!({ "User": user(&found) }).into())
        }
        _ => Err(context.unknown_operation()),
    }
}

pub(super) fn list(context: &Context<'_>, name: &str, elements: Vec<Value>) -> Result<Answer, Refusal> {
    let page = context.page(&PAGE, elements)?;
    Ok(json!({ "IsTruncated": page.is_truncated(), "Marker": page.next, name: members(page.elements) }).into())
}

/// Centralised root access: the management account's to say.
fn organizations_features(context: &Context<'_>) -> Result<Answer, Refusal> {
    let organization = context.organization;
    if !context.account().is_management() {
        let code = "AccountNotManagementOrDelegatedAdministratorException";
        return Err(Refusal::new(400, code, "Only the management account may ask this."));
    }
    let features = ["RootCredentialsManagement", "RootSessions"].map(Value::from);
    Ok(json!({ "OrganizationId": organization.id, "EnabledFeatures": members(features) }).into())
}

/// The account's alias, if it has one.
pub(crate) fn alias(organization: &Organization, account: &Account) -> Option<String> {
    let mut dice = organization.dice(&["iam-alias", &account.id]);
    dice.chance(0.6).then(|| format!("{}-{}", account.name, dice.lower(4)))
}

pub(super) fn find_user(context: &Context<'_>, iam: Iam) -> Result<User, Refusal> {
    let name = context.request.required("UserName")?;
    let message = format!("The user with name {name} cannot be found.");
    let found = iam.users.into_iter().find(|user| user.name == name);
    found.ok_or_else(|| Refusal::new(404, "NoSuchEntity", message))
}

pub(super) fn user(user: &User) -> Value {
    json!({
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": iso(user.created_millis),
        "PasswordLastUsed": user.password.as_ref().and_then(|password| password.used_millis).map(iso),
    })
}

fn role(role: &Role) -> Value {
    json!({
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": iso(role.created_millis),
        "AssumeRolePolicyDocument": encoded(&role.trust.document),
        "MaxSessionDuration": 3600,
        "PermissionsBoundary": boundary(&role.permissions),
        "Tags": members(tags(&role.tags)),
        "RoleLastUsed": last_used(role),
    })
}

fn account_summary(iam: &Iam) -> Value {
    let customer = iam.policies.iter().filter(|policy| !policy.is_aws);
    let versions: usize = customer.clone().map(|policy| policy.versions.len()).sum();
    let in_use = iam.users.iter().filter(|user| user.others.device.is_some()).count() + usize::from(iam.root.has_mfa);
    let entries = [
        ("Users", iam.users.len()),
        ("Groups", iam.groups.len()),
        ("Roles", iam.roles.len()),
        ("Policies", customer.count()),
        ("PolicyVersionsInUse", versions),
        ("InstanceProfiles", iam.profile_count()),
        ("MFADevices", in_use + iam.spare_devices.len()),
        ("MFADevicesInUse", in_use),
        ("AccountMFAEnabled", usize::from(iam.root.has_mfa)),
        ("AccountAccessKeysPresent", usize::from(iam.has_root_key())),
        ("AccountPasswordPresent", 1),
        ("AccountSigningCertificatesPresent", 0),
        ("ServerCertificates", iam.server_certificates.len()),
        ("Providers", iam.oidc_providers.len() + iam.saml_providers.len()),
        ("UsersQuota", 5000),
        ("GroupsQuota", 300),
        ("RolesQuota", 1000),
        ("AccessKeysPerUserQuota", 2),
        ("GlobalEndpointTokenVersion", 1),
    ];
    let entries = entries.map(|(key, value)| json!({ "key": key, "value": value }));
    json!({ "SummaryMap": { "entry": entries } })
}
