//! The other operations of IAM.

use super::details::{account_authorization_details, boundary, encoded, last_used};
use super::{Iam, Role, User, password_policy, report};
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
        "ListAccessKeys" => list_access_keys(context, &iam()),
        "GetUser" => {
            let found = find_user(context, iam())?;
            Ok(json!({ "User": user(&found) }).into())
        }
        _ => Err(context.unknown_operation()),
    }
}

fn list(context: &Context<'_>, name: &str, elements: Vec<Value>) -> Result<Answer, Refusal> {
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

fn find_user(context: &Context<'_>, iam: Iam) -> Result<User, Refusal> {
    let name = context.request.required("UserName")?;
    let message = format!("The user with name {name} cannot be found.");
    let found = iam.users.into_iter().find(|user| user.name == name);
    found.ok_or_else(|| Refusal::new(404, "NoSuchEntity", message))
}

fn user(user: &User) -> Value {
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

fn list_access_keys(context: &Context<'_>, iam: &Iam) -> Result<Answer, Refusal> {
    let name = context.request.required("UserName")?;
    let keys = iam.users.iter().filter(|user| user.name == name).flat_map(|user| &user.keys);
    let keys = keys.map(|key| {
        let status = if key.is_active { "Active" } else { "Inactive" };
        json!({ "UserName": name, "AccessKeyId": key.id, "Status": status, "CreateDate": iso(key.created_millis) })
    });
    list(context, "AccessKeyMetadata", keys.collect())
}

fn account_summary(iam: &Iam) -> Value {
    let customer = iam.policies.iter().filter(|policy| !policy.is_aws);
    let versions: usize = customer.clone().map(|policy| policy.versions.len()).sum();
    let devices = iam.users.iter().filter(|user| user.has_mfa).count() + usize::from(iam.root.has_mfa);
    let entries = [
        ("Users", iam.users.len()),
        ("Groups", iam.groups.len()),
        ("Roles", iam.roles.len()),
        ("Policies", customer.count()),
        ("PolicyVersionsInUse", versions),
        ("InstanceProfiles", iam.roles.iter().filter(|role| role.profile.is_some()).count()),
        ("MFADevices", devices),
        ("MFADevicesInUse", devices),
        ("AccountMFAEnabled", usize::from(iam.root.has_mfa)),
        ("AccountAccessKeysPresent", usize::from(iam.has_root_key())),
        ("AccountPasswordPresent", 1),
        ("AccountSigningCertificatesPresent", 0),
        ("ServerCertificates", 0),
        ("Providers", 0),
        ("UsersQuota", 5000),
        ("GroupsQuota", 300),
        ("RolesQuota", 1000),
        ("AccessKeysPerUserQuota", 2),
        ("GlobalEndpointTokenVersion", 1),
    ];
    let entries = entries.map(|(key, value)| json!({ "key": key, "value": value }));
    json!({ "SummaryMap": { "entry": entries } })
}
