//! One identity at a time, for tools that do not read all details at once.

use super::details::{self, boundary, encoded, group, profile_detail};
use super::permissions::Permissions;
use super::population::Iam;
use super::roles::Role;
use super::users::{Group, User};
use crate::clock::iso;
use crate::context::Context;
use crate::credentials::MANAGEMENT_USER;
use crate::protocol::{Refusal, members, tags};
use crate::service::{Operation, get, list};
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[
    get("GetGroup", get_group),
    get("GetGroupPolicy", |context| inline_policy(context, "GroupName")),
    get("GetLoginProfile", get_login_profile),
    get("GetRole", |context| Ok(json!({ "Role": role(&find_role(context)?) }))),
    get("GetRolePolicy", |context| inline_policy(context, "RoleName")),
    get("GetUser", get_user),
    get("GetUserPolicy", |context| inline_policy(context, "UserName")),
    list("ListAttachedGroupPolicies", "AttachedPolicies", |context| attached_policies(context, "GroupName")),
    list("ListAttachedRolePolicies", "AttachedPolicies", |context| attached_policies(context, "RoleName")),
    list("ListAttachedUserPolicies", "AttachedPolicies", |context| attached_policies(context, "UserName")),
    list("ListGroupPolicies", "PolicyNames", |context| inline_names(context, "GroupName")),
    list("ListGroups", "Groups", |context| Ok(Iam::of(&context.place).groups.iter().map(group).collect())),
    list("ListGroupsForUser", "Groups", groups_for_user),
    list("ListInstanceProfilesForRole", "InstanceProfiles", |context| {
        let role = find_role(context)?;
        Ok(role.profile.iter().map(|profile| profile_detail(Some(&role), profile)).collect())
    }),
    list("ListRolePolicies", "PolicyNames", |context| inline_names(context, "RoleName")),
    list("ListRoleTags", "Tags", |context| Ok(tags(&find_role(context)?.tags))),
    list("ListRoles", "Roles", |context| Ok(Iam::of(&context.place).roles.iter().map(role).collect())),
    list("ListUserPolicies", "PolicyNames", |context| inline_names(context, "UserName")),
    list("ListUserTags", "Tags", |context| Ok(tags(&find_user(context)?.tags))),
    list("ListUsers", "Users", |context| Ok(Iam::of(&context.place).users.iter().map(user).collect())),
];

/// The user that the call names. If it names none, it is the user that calls.
pub(super) fn find_user(context: &Context<'_>) -> Result<User, Refusal> {
    let caller = context.caller.role.is_none().then_some(MANAGEMENT_USER);
    let name = context.request.text("UserName").or(caller);
    let name = name.ok_or_else(|| Refusal::invalid_parameter(context.request.service, "UserName"))?;
    let found = Iam::of(&context.place).users.into_iter().find(|user| user.name == name);
    found.ok_or_else(|| missing(&format!("The user with name {name} cannot be found.")))
}

pub(super) fn user(it: &User) -> Value {
    let mut described = details::user(it);
    described["PasswordLastUsed"] = json!(it.password.as_ref().and_then(|password| password.used_millis).map(iso));
    described
}

fn role(it: &Role) -> Value {
    let mut described = details::role(it);
    described["MaxSessionDuration"] = json!(3600);
    described
}

fn find_role(context: &Context<'_>) -> Result<Role, Refusal> {
    let name = context.request.required("RoleName")?;
    let found = Iam::of(&context.place).roles.into_iter().find(|role| role.name == name);
    found.ok_or_else(|| missing(&format!("The role with name {name} cannot be found.")))
}

fn find_group(context: &Context<'_>) -> Result<Group, Refusal> {
    let name = context.request.required("GroupName")?;
    let found = Iam::of(&context.place).groups.into_iter().find(|group| group.name == name);
    found.ok_or_else(|| missing(&format!("The group with name {name} cannot be found.")))
}

pub(super) fn missing(message: &str) -> Refusal {
    Refusal::new(404, "NoSuchEntity", message)
}

/// The permissions of the identity that this parameter names.
fn permissions(context: &Context<'_>, parameter: &str) -> Result<Permissions, Refusal> {
    Ok(match parameter {
        "RoleName" => find_role(context)?.permissions,
        "GroupName" => find_group(context)?.permissions,
        _ => find_user(context)?.permissions,
    })
}

fn attached_policies(context: &Context<'_>, parameter: &str) -> Result<Vec<Value>, Refusal> {
    let policy = |arn: &String| json!({ "PolicyName": arn.rsplit('/').next(), "PolicyArn": arn });
    Ok(permissions(context, parameter)?.attached.iter().map(policy).collect())
}

fn inline_names(context: &Context<'_>, parameter: &str) -> Result<Vec<Value>, Refusal> {
    Ok(permissions(context, parameter)?.inline.iter().map(|(name, _)| json!(name)).collect())
}

fn inline_policy(context: &Context<'_>, parameter: &str) -> Result<Value, Refusal> {
    let wanted = context.request.required("PolicyName")?;
    let found = permissions(context, parameter)?.inline.into_iter().find(|(name, _)| name == wanted);
    let (name, document) = found.ok_or_else(|| missing(&format!("The policy with name {wanted} cannot be found.")))?;
    let identity = context.request.required(parameter)?;
    Ok(json!({ parameter: identity, "PolicyName": name, "PolicyDocument": encoded(&document) }))
}

/// GetUser answers a user's tags and boundary. ListUsers answers neither.
fn get_user(context: &Context<'_>) -> Result<Value, Refusal> {
    let found = find_user(context)?;
    let mut described = user(&found);
    described["PermissionsBoundary"] = boundary(&found.permissions);
    described["Tags"] = members(tags(&found.tags));
    Ok(json!({ "User": described }))
}

fn get_login_profile(context: &Context<'_>) -> Result<Value, Refusal> {
    let user = find_user(context)?;
    let message = format!("Login Profile for User {} cannot be found.", user.name);
    let password = user.password.ok_or_else(|| missing(&message))?;
    let created = iso(password.changed_millis);
    Ok(json!({ "LoginProfile": { "UserName": user.name, "CreateDate": created, "PasswordResetRequired": false } }))
}

fn get_group(context: &Context<'_>) -> Result<Value, Refusal> {
    let found = find_group(context)?;
    let mut users = Iam::of(&context.place).users;
    users.retain(|user| user.groups.contains(&found.name));
    let page = context.page(users)?;
    Ok(json!({
        "Group": group(&found),
        "Users": members(page.elements.iter().map(user)),
        "IsTruncated": page.is_truncated(),
        "Marker": page.next,
    }))
}

fn groups_for_user(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let user = find_user(context)?;
    let groups = Iam::of(&context.place).groups.into_iter().filter(|it| user.groups.contains(&it.name));
    Ok(groups.map(|it| group(&it)).collect())
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};

    #[test]
    fn what_is_said_of_one_is_what_is_said_of_all() {
        let client = Client::new(quiet(6, 1)).assume(1, "").unwrap();
        let ask = |form: &str| client.query("iam", &format!("Action={form}"));
        let roles = ask("ListRoles&MaxItems=1000");
        let documents = roles.elements("AssumeRolePolicyDocument");
        for (name, document) in roles.elements("RoleName").iter().zip(documents) {
            assert_eq!(ask(&format!("GetRole&RoleName={name}")).element("AssumeRolePolicyDocument"), document);
            for policy in ask(&format!("ListRolePolicies&RoleName={name}")).elements("member") {
                let form = format!("GetRolePolicy&RoleName={name}&PolicyName={policy}");
                assert!(ask(&form).element("PolicyDocument").starts_with("%7B"), "{form}");
            }
            for arn in ask(&format!("ListAttachedRolePolicies&RoleName={name}")).elements("PolicyArn") {
                assert_eq!(ask(&format!("GetPolicy&PolicyArn={arn}")).element("Arn"), arn);
                assert!(ask(&format!("ListEntitiesForPolicy&PolicyArn={arn}")).elements("RoleName").contains(name));
            }
        }
        assert_eq!(ask("GetRole&RoleName=nobody").element("Code"), "NoSuchEntity");
    }

    #[test]
    fn whoever_calls_may_ask_of_themselves() {
        let client = Client::new(quiet(2, 1));
        assert_eq!(client.query("iam", "Action=GetUser").element("UserName"), "census");
        let role = client.assume(1, "").unwrap().query("iam", "Action=GetUser");
        assert_eq!((role.status, role.element("Code")), (400, "ValidationError".to_owned()));
    }
}
