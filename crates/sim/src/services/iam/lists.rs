//! The lists of credentials, identity providers, certificates and instance profiles.

use super::credentials::{Device, DeviceKind, PublicKey};
use super::details::profile_detail;
use super::identities::{find_user, missing};
use super::population::Iam;
use super::providers::{OidcProvider, SamlProvider, ServerCertificate};
use super::users::{Key, User};
use crate::CANARY;
use crate::clock::iso;
use crate::context::Context;
use crate::protocol::{Refusal, members, tags};
use serde_json::{Value, json};

fn status(is_active: bool) -> &'static str {
    if is_active { "Active" } else { "Inactive" }
}

pub(super) fn access_keys(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let user = find_user(context)?;
    let key = |key: &Key| {
        json!({
            "UserName": user.name,
            "AccessKeyId": key.id,
            "Status": status(key.is_active),
            "CreateDate": iso(key.created_millis),
        })
    };
    Ok(user.keys.iter().map(key).collect())
}

pub(super) fn access_key_last_used(context: &Context<'_>) -> Result<Value, Refusal> {
    let iam = Iam::of(&context.place);
    let id = context.request.required("AccessKeyId")?;
    let mut keys = iam.users.iter().flat_map(|user| user.keys.iter().map(move |key| (user, key)));
    let found = keys.find(|(_, key)| key.id == id);
    let (user, key) = found.ok_or_else(|| Refusal::new(404, "NoSuchEntity", "The key cannot be found."))?;
    let (region, service) = key.used_millis.map_or(("N/A", "N/A"), |_| (key.used_region, key.used_service));
    let used = json!({ "LastUsedDate": key.used_millis.map(iso), "Region": region, "ServiceName": service });
    Ok(json!({ "UserName": user.name, "AccessKeyLastUsed": used }))
}

pub(super) fn mfa_devices(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let user = find_user(context)?;
    let device = |device: &Device| {
        json!({
            "UserName": user.name,
            "SerialNumber": device.serial_number,
            "EnableDate": iso(device.enabled_millis),
        })
    };
    Ok(user.others.device.iter().map(device).collect())
}

pub(super) fn virtual_mfa_devices(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let iam = Iam::of(&context.place);
    let wanted = context.request.text("AssignmentStatus").unwrap_or("Any");
    let mut devices = Vec::new();
    if wanted != "Unassigned" {
        devices.extend(iam.users.iter().filter_map(assigned_device));
        let arn = |resource: &str| context.place.iam_arn(resource);
        if iam.root.has_virtual_mfa {
            // Root has no user name.
            let user = json!({ "Path": "/", "UserId": context.place.account.id, "Arn": arn("root"),
                "CreateDate": iso(iam.root.created_millis) });
            devices.push(json!({ "SerialNumber": arn("mfa/root-account-mfa-device"), "User": user,
                "EnableDate": iso(iam.root.created_millis) }));
        }
    }
    if wanted != "Assigned" {
        devices.extend(iam.spare_devices.iter().map(|serial| json!({ "SerialNumber": serial })));
    }
    Ok(devices)
}

fn assigned_device(user: &User) -> Option<Value> {
    let device = user.others.device.as_ref().filter(|device| device.kind == DeviceKind::Virtual)?;
    Some(json!({
        "SerialNumber": device.serial_number,
        "User": super::identities::user(user),
        "EnableDate": iso(device.enabled_millis),
    }))
}

pub(super) fn signing_certificates(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let user = find_user(context)?;
    let certificate = |key: &PublicKey| {
        json!({
            "UserName": user.name,
            "CertificateId": key.id,
            "CertificateBody": format!("-----BEGIN CERTIFICATE-----\n{CANARY}\n-----END CERTIFICATE-----"),
            "Status": status(key.is_active),
            "UploadDate": iso(key.uploaded_millis),
        })
    };
    Ok(user.others.certificates.iter().map(certificate).collect())
}

pub(super) fn ssh_public_keys(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let user = find_user(context)?;
    let key = |key: &PublicKey| {
        json!({
            "UserName": user.name,
            "SSHPublicKeyId": key.id,
            "Status": status(key.is_active),
            "UploadDate": iso(key.uploaded_millis),
        })
    };
    Ok(user.others.ssh_keys.iter().map(key).collect())
}

pub(super) fn service_specific_credentials(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let iam = Iam::of(&context.place);
    let wanted = context.request.text("UserName");
    if wanted.is_none() && !context.request.flag("AllUsers") {
        // Without a name AWS uses the name of the calling user, but a role is not a user.
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
    Ok(credentials.map(credential).collect())
}

pub(super) fn server_certificates(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let iam = Iam::of(&context.place);
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
    Ok(iam.server_certificates.iter().map(certificate).collect())
}

pub(super) fn instance_profiles(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let iam = Iam::of(&context.place);
    let with_role = iam.roles.iter().filter_map(|role| Some(profile_detail(Some(role), role.profile.as_ref()?)));
    let empty = iam.empty_profiles.iter().map(|profile| profile_detail(None, profile));
    Ok(with_role.chain(empty).collect())
}

pub(super) fn instance_profile(context: &Context<'_>) -> Result<Value, Refusal> {
    let name = context.request.required("InstanceProfileName")?;
    let mut all = instance_profiles(context)?.into_iter();
    let message = format!("Instance Profile {name} cannot be found.");
    let found = all.find(|profile| profile["InstanceProfileName"] == name).ok_or_else(|| missing(&message))?;
    Ok(json!({ "InstanceProfile": found }))
}

pub(super) fn oidc_providers(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    Ok(Iam::of(&context.place).oidc_providers.iter().map(|it| json!({ "Arn": it.arn })).collect())
}

pub(super) fn oidc_provider(context: &Context<'_>) -> Result<Value, Refusal> {
    let iam = Iam::of(&context.place);
    let arn = context.request.required("OpenIDConnectProviderArn")?;
    let found: Option<&OidcProvider> = iam.oidc_providers.iter().find(|it| it.arn == arn);
    let found = found.ok_or_else(|| no_provider(arn))?;
    Ok(json!({
        "Url": found.issuer,
        "ClientIDList": members(found.client_ids.iter().map(|id| json!(id))),
        "ThumbprintList": members([json!(found.thumbprint)]),
        "CreateDate": iso(found.created_millis),
        "Tags": members(tags(&found.tags)),
    }))
}

pub(super) fn saml_providers(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let describe = |it: &SamlProvider| json!({ "Arn": it.arn, "ValidUntil": iso(it.expires_millis), "CreateDate": iso(it.created_millis) });
    Ok(Iam::of(&context.place).saml_providers.iter().map(describe).collect())
}

pub(super) fn saml_provider(context: &Context<'_>) -> Result<Value, Refusal> {
    let iam = Iam::of(&context.place);
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
    }))
}

fn no_provider(arn: &str) -> Refusal {
    Refusal::new(404, "NoSuchEntity", format!("Provider {arn} cannot be found."))
}
