//! The other operations of IAM.

use super::details::account_authorization_details;
use super::population::Iam;
use super::{delegation, last_accessed, lists, password_policy, report};
use crate::context::Context;
use crate::place::Place;
use crate::protocol::{Refusal, members};
use crate::service::{Operation, get, list};
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[
    get("GenerateCredentialReport", |context| Ok(report::generate(context))),
    get("GenerateServiceLastAccessedDetails", last_accessed::generate),
    get("GetAccessKeyLastUsed", lists::access_key_last_used),
    get("GetAccountAuthorizationDetails", account_authorization_details),
    get("GetAccountPasswordPolicy", password_policy::get),
    get("GetAccountSummary", |context| Ok(account_summary(&Iam::of(&context.place)))),
    get("GetCredentialReport", report::get),
    get("GetOpenIDConnectProvider", lists::oidc_provider),
    get("GetOutboundWebIdentityFederationInfo", delegation::outbound_federation),
    get("GetSAMLProvider", lists::saml_provider),
    get("GetServiceLastAccessedDetails", last_accessed::get),
    get("GetInstanceProfile", lists::instance_profile),
    list("ListAccessKeys", "AccessKeyMetadata", lists::access_keys),
    list("ListAccountAliases", "AccountAliases", |context| {
        Ok(alias(&context.place).into_iter().map(Value::from).collect())
    }),
    list("ListDelegationRequests", "DelegationRequests", delegation::list),
    list("ListInstanceProfiles", "InstanceProfiles", lists::instance_profiles),
    list("ListMFADevices", "MFADevices", lists::mfa_devices),
    list("ListOpenIDConnectProviders", "OpenIDConnectProviderList", lists::oidc_providers),
    get("ListOrganizationsFeatures", organizations_features),
    list("ListSAMLProviders", "SAMLProviderList", lists::saml_providers),
    list("ListSSHPublicKeys", "SSHPublicKeys", lists::ssh_public_keys),
    list("ListServerCertificates", "ServerCertificateMetadataList", lists::server_certificates),
    list("ListServiceSpecificCredentials", "ServiceSpecificCredentials", lists::service_specific_credentials),
    list("ListSigningCertificates", "Certificates", lists::signing_certificates),
    list("ListVirtualMFADevices", "VirtualMFADevices", lists::virtual_mfa_devices),
];

/// Centralised root access. Only the management account may ask for it.
fn organizations_features(context: &Context<'_>) -> Result<Value, Refusal> {
    if !context.place.account.is_management() {
        let code = "AccountNotManagementOrDelegatedAdministratorException";
        return Err(Refusal::new(400, code, "Only the management account may ask this."));
    }
    let features = ["RootCredentialsManagement", "RootSessions"].map(Value::from);
    Ok(json!({ "OrganizationId": context.organization().id, "EnabledFeatures": members(features) }))
}

/// The account's alias, if it has one.
fn alias(place: &Place<'_>) -> Option<String> {
    let mut dice = place.whole().dice("iam-alias");
    dice.chance(0.6).then(|| format!("{}-{}", place.account.name, dice.lower(4)))
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
