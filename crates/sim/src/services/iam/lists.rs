//! The lists of credentials, identity providers, certificates and instance profiles.

use super::answers::{find_user, list};
use super::credentials::{Device, DeviceKind, PublicKey};
use super::details::profile_detail;
use super::providers::{OidcProvider, SamlProvider, ServerCertificate};
use super::{Iam, Key, User};
use crate::CANARY;
use crate::clock::iso;
use crate::protocol::{Answer, Refusal, members, tags};
use crate::services::Context;
use serde_json::{Value, json};

fn status(is_active: bool) -> &'static str {
    if is_active { "Active" } else { "Inactive" }
}

pub(super) fn access_keys(context: &Context<'_>, iam: Iam) -> Result<Answer, Refusal> {
    let user = find_user(context, iam)?;
    let key = |key: &Key| {
        json!({
            "UserName": user.name,
            "AccessKeyId": key.id,
            "Status": status(key.is_active),
            "CreateDate": iso(key.created_millis),
        })
    };
    list(context, "AccessKeyMetadata", user.keys.iter().map(key).collect())
}

pub(super) fn access_key_last_used(context: &Context<'_>, iam: &Iam) -> Result<Answer, Refusal> {
    let id = context.request.required("AccessKeyId")?;
    let mut keys = iam.users.iter().flat_map(|user| user.keys.iter().map(move |key| (user, key)));
    let found = keys.find(|(_, key)| key.id == id);
    let (user, key) = found.ok_or_else(|| Refusal::new(404, "NoSuchEntity", "The key cannot be found."))?;
    let (region, service) = key.used_millis.map_or(("N/A", "N/A"), |_| (key.used_region, key.used_service));
    let used = json!({ "LastUsedDate": key.used_millis.map(iso), "Region": region, "ServiceName": service });
    Ok(json!({ "UserName": user.name, "AccessKeyLastUsed": used }).into())
}

pub(super) fn mfa_devices(context: &Context<'_>, iam: Iam) -> Result<Answer, Refusal> {
    let user = find_user(context, iam)?;
    let device = |device: &Device| {
        json!({
            "UserName": user.name,
            "SerialNumber": device.serial_number,
            "EnableDate": iso(device.enabled_millis),
        })
    };
    list(context, "MFADevices", user.others.device.iter().map(device).collect())
}

pub(super) fn virtual_mfa_devices(context: &Context<'_>, iam: &Iam) -> Result<Answer, Refusal> {
    let wanted = context.request.text("AssignmentStatus").unwrap_or("Any");
    let mut devices = Vec::new();
    if wanted != "Unassigned" {
        devices.extend(iam.users.iter().filter_map(assigned_device));
        let organization = context.organization;
        let arn = |resource: &str| organization.arn("iam", "", &context.account().id, resource);
        if iam.root.has_virtual_mfa {
            // Root has no user name.
            let user = json!({ "Path": "/", "UserId": context.account().id, "Arn": arn("root"),
                "CreateDate": iso(iam.root.created_millis) });
            devices.push(json!({ "SerialNumber": arn("mfa/root-account-mfa-device"), "User": user,
                "EnableDate": iso(iam.root.created_millis) }));
        }
    }
    if wanted != "Assigned" {
        devices.extend(iam.spare_devices.iter().map(|serial| json!({ "SerialNumber": serial })));
    }
    list(context, "VirtualMFADevices", devices)
}

fn assigned_device(user: &User) -> Option<Value> {
    let device = user.others.device.as_ref().filter(|device| device.kind == DeviceKind::Virtual)?;
    Some(json!({
        "SerialNumber": device.serial_number,
        "User": super::answers::user(user),
        "EnableDate": iso(device.enabled_millis),
    }))
}

pub(super) fn signing_certificates(context: &Context<'_>, iam: Iam) -> Result<Answer, Refusal> {
    let user = find_user(context, iam)?;
    let certificate = |key: &PublicKey| {
        json!({
            "UserName": user.name,
            "CertificateId": key.id,
            "CertificateBody": format!("-----BEGIN CERTIFICATE-----\n{CANARY}\n-----END CERTIFICATE-----"),
            "Status": status(key.is_active),
            "UploadDate": iso(key.uploaded_millis),
        })
    };
    list(context, "Certificates", user.others.certificates.iter().map(certificate).collect())
}

pub(super) fn ssh_public_keys(context: &Context<'_>, iam: Iam) -> Result<Answer, Refusal> {
    let user = find_user(context, iam)?;
    let key = |key: &PublicKey| {
        json!({
            "UserName": user.name,
            "SSHPublicKeyId": key.id,
            "Status": status(key.is_active),
            "UploadDate": iso(key.uploaded_millis),
        })
    };
    list(context, "SSHPublicKeys", user.others.ssh_keys.iter().map(key).collect())
}

pub(super) fn service_specific_credentials(context: &Context<'_>, iam: &Iam) -> Result<Answer, Refusal> {
    let wanted = context.request.text("UserName");
    if wanted.is_none() && !context.request.flag("AllUsers") {
        // AWS takes the caller's own name, which a role does not have.
        return Err(Refusal::new(
            400,
            "ValidationError",
            "Must specify userName when calling with non-User credentials",
        ));
    }
    let users = iam.users.iter().filter(|user| wanted.is_none_or(|name| user.name == name));
    let credentials = users.flat_map(|user| user.others.services.iter().map(move |credential| (user, credential)));
    let credential = |(user, it): (&User, &super::credentials::ServiceCredential)| {
        json!({
            "UserName": user.name,
            "Status": status(it.is_active),
            "ServiceUserName": it.user_name,
            "ServiceCredentialAlias": it.user_name.is_none().then(|| format!("BedrockAPIKey-{}", &it.id[4..8])),
            "CreateDate": iso(it.created_millis),
            "ExpirationDate": it.expires_millis.map(iso),
            "ServiceSpecificCredentialId": it.id,
            "ServiceName": it.service,
        })
    };
    list(context, "ServiceSpecificCredentials", credentials.map(credential).collect())
}

pub(super) fn server_certificates(context: &Context<'_>, iam: &Iam) -> Result<Answer, Refusal> {
    let certificate = |it: &ServerCertificate| {
        json!({
            "Path": "/",
            "ServerCertificateName": it.name,
            "ServerCertificateId": it.id,
            "Arn": it.arn,
            "UploadDate": iso(it.uploaded_millis),
            "Expiration": iso(it.expires_millis),
        })
    };
    list(context, "ServerCertificateMetadataList", iam.server_certificates.iter().map(certificate).collect())
}

pub(super) fn instance_profiles(context: &Context<'_>, iam: &Iam) -> Result<Answer, Refusal> {
    let with_role = iam.roles.iter().filter_map(|role| Some(profile_detail(Some(role), role.profile.as_ref()?)));
    let empty = iam.empty_profiles.iter().map(|profile| profile_detail(None, profile));
    list(context, "InstanceProfiles", with_role.chain(empty).collect())
}

pub(super) fn oidc_providers(iam: &Iam) -> Answer {
    let arns = iam.oidc_providers.iter().map(|it| json!({ "Arn": it.arn }));
    json!({ "OpenIDConnectProviderList": members(arns) }).into()
}

pub(super) fn oidc_provider(context: &Context<'_>, iam: &Iam) -> Result<Answer, Refusal> {
    let arn = context.request.required("OpenIDConnectProviderArn")?;
    let found: Option<&OidcProvider> = iam.oidc_providers.iter().find(|it| it.arn == arn);
    let found = found.ok_or_else(|| no_provider(arn))?;
    Ok(json!({
        "Url": found.issuer,
        "ClientIDList": members(found.client_ids.iter().map(|id| json!(id))),
        "ThumbprintList": members([json!(found.thumbprint)]),
        "CreateDate": iso(found.created_millis),
        "Tags": members(tags(&found.tags)),
    })
    .into())
}

pub(super) fn saml_providers(iam: &Iam) -> Answer {
    let entry = |it: &SamlProvider| json!({ "Arn": it.arn, "ValidUntil": iso(it.expires_millis), "CreateDate": iso(it.created_millis) });
    json!({ "SAMLProviderList": members(iam.saml_providers.iter().map(entry)) }).into()
}

pub(super) fn saml_provider(context: &Context<'_>, iam: &Iam) -> Result<Answer, Refusal> {
    let arn = context.request.required("SAMLProviderArn")?;
    let found = iam.saml_providers.iter().find(|it| it.arn == arn).ok_or_else(|| no_provider(arn))?;
    let entity_id = found.entity_id.replace('&', "&amp;");
    let document =
        format!("<?xml version=\"1.0\"?>\n<md:EntityDescriptor entityID=\"{entity_id}\"><x/></md:EntityDescriptor>");
    let key = |id: &String| json!({ "KeyId": id, "Timestamp": iso(found.created_millis) });
    Ok(json!({
        "SAMLMetadataDocument": document,
        "CreateDate": iso(found.created_millis),
        "ValidUntil": iso(found.expires_millis),
        "AssertionEncryptionMode": found.private_key_id.as_ref().map(|_| "Allowed"),
        "PrivateKeyList": members(found.private_key_id.iter().map(key)),
        "Tags": members(tags(&found.tags)),
    })
    .into())
}

fn no_provider(arn: &str) -> Refusal {
    Refusal::new(404, "NoSuchEntity", format!("Provider {arn} cannot be found."))
}
