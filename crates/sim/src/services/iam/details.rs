//! GetAccountAuthorizationDetails: users, groups, roles and policies as one list, which is cut into pages.

use super::permissions::Permissions;
use super::policies::{ManagedPolicy, Version};
use super::population::Iam;
use super::roles::{InstanceProfile, Role};
use super::users::{Group, User};
use crate::clock::iso;
use crate::context::Context;
use crate::protocol::{Refusal, members, tags};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// RFC 3986 defines which characters of a document are percent-encoded.
const DOCUMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// When instance profiles without a role were created: in 2021.
const EMPTY_PROFILE_MILLIS: i64 = 1_609_459_200_000;

/// One entity of the four kinds.
enum Detail {
    User(User),
    Group(Group),
    Role(Role),
    Policy(ManagedPolicy),
}

pub(super) fn account_authorization_details(context: &Context<'_>) -> Result<Value, Refusal> {
    let Iam { users, groups, roles, policies, .. } = Iam::of(&context.place);
    let filter = context.request.texts("Filter");
    let wanted = |kind: &str| filter.is_empty() || filter.contains(&kind);
    let mut all = Vec::new();
    if wanted("User") {
        all.extend(users.into_iter().map(Detail::User));
    }
    if wanted("Group") {
        all.extend(groups.into_iter().map(Detail::Group));
    }
    if wanted("Role") {
        all.extend(roles.into_iter().map(Detail::Role));
    }
    let is_wanted =
        |policy: &ManagedPolicy| wanted(if policy.is_aws { "AWSManagedPolicy" } else { "LocalManagedPolicy" });
    all.extend(policies.into_iter().filter(is_wanted).map(Detail::Policy));

    let page = context.page(all)?;
    let (is_truncated, next) = (page.is_truncated(), page.next.clone());
    let (mut users, mut groups, mut roles, mut policies) = (vec![], vec![], vec![], vec![]);
    for detail in page.elements {
        match detail {
            Detail::User(user) => users.push(user_detail(&user)),
            Detail::Group(group) => groups.push(group_detail(&group)),
            Detail::Role(role) => roles.push(role_detail(&role)),
            Detail::Policy(policy) => policies.push(policy_detail(&policy)),
        }
    }
    Ok(json!({
        "UserDetailList": members(users),
        "GroupDetailList": members(groups),
        "RoleDetailList": members(roles),
        "Policies": members(policies),
        "IsTruncated": is_truncated,
        "Marker": next,
    }))
}

fn user_detail(it: &User) -> Value {
    let mut described = user(it);
    described["UserPolicyList"] = inline(&it.permissions);
    described["GroupList"] = members(it.groups.iter().map(|name| json!(name)));
    described["AttachedManagedPolicies"] = attached(&it.permissions);
    described["PermissionsBoundary"] = boundary(&it.permissions);
    described["Tags"] = members(tags(&it.tags));
    described
}

/// A user, as every answer about it begins.
pub(super) fn user(user: &User) -> Value {
    json!({
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": iso(user.created_millis),
    })
}

fn group_detail(it: &Group) -> Value {
    let mut described = group(it);
    described["GroupPolicyList"] = inline(&it.permissions);
    described["AttachedManagedPolicies"] = attached(&it.permissions);
    described
}

fn role_detail(it: &Role) -> Value {
    let mut described = role(it);
    described["InstanceProfileList"] = members(it.profile.iter().map(|profile| profile_detail(Some(it), profile)));
    described["RolePolicyList"] = inline(&it.permissions);
    described["AttachedManagedPolicies"] = attached(&it.permissions);
    described
}

/// A role, as every answer about it begins.
pub(super) fn role(it: &Role) -> Value {
    let mut described = role_of_profile(it);
    described["PermissionsBoundary"] = boundary(&it.permissions);
    described["Tags"] = members(tags(&it.tags));
    described["RoleLastUsed"] = last_used(it);
    described
}

/// A role, as an instance profile says it.
fn role_of_profile(role: &Role) -> Value {
    json!({
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": iso(role.created_millis),
        "AssumeRolePolicyDocument": encoded(&role.trust.document),
    })
}

/// When and where a role was last used; empty if it never was.
fn last_used(role: &Role) -> Value {
    match role.used_millis {
        Some(millis) => json!({ "LastUsedDate": iso(millis), "Region": "us-east-1" }),
        None => json!({}),
    }
}

/// An instance profile, with its role if it has one.
pub(super) fn profile_detail(role: Option<&Role>, profile: &InstanceProfile) -> Value {
    let created_at = role.map_or(EMPTY_PROFILE_MILLIS, |role| role.created_millis);
    json!({
        "Path": "/",
        "InstanceProfileName": profile.name,
        "InstanceProfileId": profile.id,
        "Arn": profile.arn,
        "CreateDate": iso(created_at),
        "Roles": members(role.map(role_of_profile)),
    })
}

fn policy_detail(policy: &ManagedPolicy) -> Value {
    let mut described = managed_policy(policy);
    let with_document = |it: &Version| {
        let mut described = json!({ "Document": encoded(&it.document) });
        if let (Value::Object(all), Value::Object(rest)) = (&mut described, version(it)) {
            all.extend(rest);
        }
        described
    };
    described["PolicyVersionList"] = members(policy.versions.iter().map(with_document));
    described
}

/// A managed policy without its versions.
pub(super) fn managed_policy(policy: &ManagedPolicy) -> Value {
    let newest = policy.versions.iter().map(|version| version.created_millis).max().unwrap_or(policy.created_millis);
    json!({
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.versions.iter().find(|version| version.is_default).map(|version| &version.id),
        "AttachmentCount": policy.attachments,
        "PermissionsBoundaryUsageCount": policy.boundaries,
        "IsAttachable": true,
        "Description": policy.description,
        "CreateDate": iso(policy.created_millis),
        "UpdateDate": iso(newest),
    })
}

/// A version without its document.
pub(super) fn version(version: &Version) -> Value {
    json!({
        "VersionId": version.id,
        "IsDefaultVersion": version.is_default,
        "CreateDate": iso(version.created_millis),
    })
}

/// A group without its policies.
pub(super) fn group(group: &Group) -> Value {
    json!({
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.id,
        "Arn": group.arn,
        "CreateDate": iso(group.created_millis),
    })
}

fn inline(permissions: &Permissions) -> Value {
    let policy =
        |(name, document): &(String, String)| json!({ "PolicyName": name, "PolicyDocument": encoded(document) });
    members(permissions.inline.iter().map(policy))
}

fn attached(permissions: &Permissions) -> Value {
    let policy = |arn: &String| json!({ "PolicyName": arn.rsplit('/').next(), "PolicyArn": arn });
    members(permissions.attached.iter().map(policy))
}

pub(super) fn boundary(permissions: &Permissions) -> Value {
    permissions
        .boundary
        .as_ref()
        .map_or(Value::Null, |arn| json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn }))
}

pub(super) fn encoded(document: &str) -> String {
    utf8_percent_encode(document, DOCUMENT).to_string()
}

#[cfg(test)]
mod tests {
    use crate::Settings;
    use crate::testing::{Client, quiet};
    use percent_encoding::percent_decode_str;

    #[test]
    fn pages_cut_through_all_kinds_and_lose_nothing() {
        let client = Client::new(Settings { page_size: Some(3), ..quiet(1, 4) });
        let (mut arns, mut marker, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let form = format!("Action=GetAccountAuthorizationDetails{marker}");
            let reply = client.query("iam", &form);
            for id in ["UserId", "GroupId", "RoleId", "PolicyId"] {
                arns.extend(reply.elements(id));
            }
            pages += 1;
            if reply.element("IsTruncated") == "false" {
                break;
            }
            marker = format!("&Marker={}", reply.element("Marker"));
        }
        let tables = client.simulation.truth().tables;
        // A role with an instance profile is written twice.
        let written = tables["iam_users"] + tables["iam_groups"] + tables["iam_roles"] + tables["iam_managed_policies"];
        let in_roles = client.simulation.truth().cells["iam_instance_profiles WHERE has_role"];
        assert_eq!(u64::try_from(arns.len()).unwrap(), written + in_roles);
        assert_eq!(pages, written.div_ceil(3));
    }

    #[test]
    fn documents_are_percent_encoded_and_filters_honoured() {
        let client = Client::new(quiet(1, 4));
        let reply = client.query("iam", "Action=GetAccountAuthorizationDetails&Filter.member.1=Role");
        assert!(reply.elements("UserName").is_empty() && !reply.elements("RoleName").is_empty());
        for document in reply.elements("AssumeRolePolicyDocument") {
            assert!(document.starts_with("%7B"), "{document}");
            let text = percent_decode_str(&document).decode_utf8().unwrap();
            assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
        }
    }
}
