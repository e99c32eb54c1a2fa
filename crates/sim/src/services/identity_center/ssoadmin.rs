//! SSO Admin, as the service answers.

use super::permission_sets::{Assignment, assignments};
use super::{Instance, PermissionSet, instance, permission_sets};
use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::protocol::{Refusal, tags};
use crate::service::{Callers, Open, Service, get, list};
use crate::truth::{At, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    callers: Callers::AdministratorsOf("sso.amazonaws.com"),
    page: 50,
    answers: &[&[
        get("DescribePermissionSet", describe),
        get("GetInlinePolicyForPermissionSet", |context| {
            Ok(json!({ "InlinePolicy": set(context)?.inline.unwrap_or_default() }))
        }),
        get("GetPermissionsBoundaryForPermissionSet", |context| {
            let name = set(context)?.boundary.ok_or_else(|| not_found("There is no permissions boundary."))?;
            Ok(json!({ "PermissionsBoundary": { "CustomerManagedPolicyReference": { "Name": name, "Path": "/" } } }))
        }),
        list("ListAccountAssignments", "AccountAssignments", list_assignments),
        list("ListAccountsForProvisionedPermissionSet", "AccountIds", list_accounts),
        list("ListCustomerManagedPolicyReferencesInPermissionSet", "CustomerManagedPolicyReferences", |context| {
            let set = set(context)?;
            Ok(set.customer_managed.iter().map(|(path, name)| json!({ "Path": path, "Name": name })).collect())
        }),
        // Member accounts may see that there is an instance, but nothing else.
        list("ListInstances", "Instances", |context| Ok(instances(context))).open(Open::ToAccounts),
        list("ListManagedPoliciesInPermissionSet", "AttachedManagedPolicies", list_managed),
        list("ListPermissionSets", "PermissionSets", |context| {
            asked(context)?;
            Ok(permission_sets(context.organization()).into_iter().map(|set| json!(set.arn)).collect())
        }),
        list("ListTagsForResource", "Tags", list_tags),
    ]],
    kinds: &[
        things(At::Organization, "identity_center_account_assignments", |place| assignments(place.organization).len()),
        things(At::Organization, "identity_center_instances", |_| 1),
        things(At::Organization, "identity_center_permission_set_policies", |place| {
            permission_sets(place.organization).iter().map(named_policies).sum()
        }),
        things(At::Organization, "identity_center_permission_sets", |place| permission_sets(place.organization).len()),
    ],
    ..Service::named("ssoadmin")
};

/// How many policies a set names.
fn named_policies(set: &PermissionSet) -> usize {
    set.managed.len() + set.customer_managed.len() + usize::from(set.boundary.is_some())
}

/// The instance, if the call is made in its region.
fn here(context: &Context<'_>) -> Option<Instance> {
    Some(instance(context.organization())).filter(|instance| context.place.region == instance.region)
}

/// The same, if the call also names the instance.
fn asked(context: &Context<'_>) -> Result<Instance, Refusal> {
    let missing = || not_found("The instance does not exist.");
    let instance = here(context).ok_or_else(missing)?;
    if context.request.required("InstanceArn")? == instance.arn { Ok(instance) } else { Err(missing()) }
}

fn not_found(message: &str) -> Refusal {
    Refusal::new(400, "ResourceNotFoundException", message)
}

fn instances(context: &Context<'_>) -> Vec<Value> {
    let describe = |instance: Instance| {
        json!({
            "InstanceArn": instance.arn,
            "IdentityStoreId": instance.store_id,
            "OwnerAccountId": context.organization().management_id(),
            "Name": "workforce",
            "CreatedDate": epoch_seconds(instance.created_millis),
            "Status": "ACTIVE",
        })
    };
    here(context).map(describe).into_iter().collect()
}

/// The permission set that a call names.
fn set(context: &Context<'_>) -> Result<PermissionSet, Refusal> {
    asked(context)?;
    let arn = context.request.required("PermissionSetArn")?;
    let found = permission_sets(context.organization()).into_iter().find(|set| set.arn == arn);
    found.ok_or_else(|| not_found("The permission set does not exist."))
}

fn describe(context: &Context<'_>) -> Result<Value, Refusal> {
    let (instance, set) = (asked(context)?, set(context)?);
    Ok(json!({ "PermissionSet": {
        "Name": set.name,
        "PermissionSetArn": set.arn,
        "Description": format!("{} of the workforce", set.name),
        "CreatedDate": epoch_seconds(instance.created_millis),
        "SessionDuration": set.session_duration,
    } }))
}

fn list_managed(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let partition = &context.organization().settings.partition;
    let describe = |name: &&str| {
        let arn = format!("arn:{partition}:iam::aws:policy/{name}");
        json!({ "Name": name.rsplit('/').next(), "Arn": arn })
    };
    Ok(set(context)?.managed.iter().map(describe).collect())
}

fn list_tags(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    asked(context)?;
    let arn = context.request.required("ResourceArn")?;
    let sets = permission_sets(context.organization());
    let set = sets.iter().find(|set| set.arn == arn).ok_or_else(|| not_found("The resource does not exist."))?;
    Ok(tags(&[("owner".to_owned(), "platform".to_owned()), ("set".to_owned(), set.name.to_lowercase())]))
}

fn list_accounts(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let arn = set(context)?.arn;
    let assignments = assignments(context.organization()).into_iter().filter(|it| it.permission_set_arn == arn);
    let mut accounts: Vec<String> = assignments.map(|it| it.account_id).collect();
    accounts.dedup();
    Ok(accounts.into_iter().map(Value::from).collect())
}

fn list_assignments(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let (arn, account_id) = (set(context)?.arn, context.request.required("AccountId")?);
    let is_asked = |it: &Assignment| it.permission_set_arn == arn && it.account_id == account_id;
    let found = assignments(context.organization()).into_iter().filter(is_asked).map(|it| {
        json!({
            "AccountId": it.account_id,
            "PermissionSetArn": it.permission_set_arn,
            "PrincipalType": it.principal_type,
            "PrincipalId": it.principal_id,
        })
    });
    Ok(found.collect())
}

#[cfg(test)]
mod tests {
    use crate::Settings;
    use crate::testing::{Client, quiet};
    use serde_json::{Value, json};

    fn instance(client: &Client) -> Value {
        client.json("sso", "ListInstances", &json!({})).json()["Instances"].clone()
    }

    #[test]
    fn the_instance_is_in_one_region() {
        let client = Client::new(quiet(4, 1));
        assert_eq!(instance(&client), json!([]));
        let there = client.in_region("eu-west-1");
        let arn = instance(&there)[0]["InstanceArn"].clone();
        let list = |client: &Client| client.json("sso", "ListPermissionSets", &json!({ "InstanceArn": arn }));
        assert_eq!(list(&there).json()["PermissionSets"].as_array().map(Vec::len), Some(5));
        assert_eq!(list(&client).json()["__type"], "ResourceNotFoundException");
    }

    #[test]
    fn members_see_the_instance_and_may_not_read_it_but_a_delegate_may() {
        let client = Client::new(Settings { delegated_administrator: Some(1), ..quiet(4, 1) }).in_region("eu-west-1");
        let member = client.assume(2, "").unwrap();
        let arn = instance(&member)[0]["InstanceArn"].clone();
        let by = |client: &Client| client.json("sso", "ListPermissionSets", &json!({ "InstanceArn": arn }));
        assert_eq!(by(&member).json()["__type"], "AccessDeniedException");
        assert!(by(&member).json()["message"].as_str().unwrap().contains("sso:ListPermissionSets"));
        assert_eq!(by(&client.assume(1, "").unwrap()).status, 200);
    }

    #[test]
    fn a_set_without_a_boundary_has_none_and_assignments_page() {
        let client = Client::new(Settings { page_size: Some(1), ..quiet(12, 1) }).in_region("eu-west-1");
        let arn = instance(&client)[0]["InstanceArn"].clone();
        let first = client.json("sso", "ListPermissionSets", &json!({ "InstanceArn": arn })).json();
        let body = json!({ "InstanceArn": arn, "PermissionSetArn": first["PermissionSets"][0] });
        let boundary = client.json("sso", "GetPermissionsBoundaryForPermissionSet", &body);
        assert_eq!(boundary.json()["__type"], "ResourceNotFoundException");
        let accounts = client.json("sso", "ListAccountsForProvisionedPermissionSet", &body).json();
        assert!(accounts["NextToken"].is_string() && accounts["AccountIds"].as_array().unwrap().len() == 1);
    }
}
