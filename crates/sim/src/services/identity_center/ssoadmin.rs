//! SSO Admin, as the service answers.

use super::{Assignment, Instance, PAGE, PermissionSet, assignments, instance, permission_sets};
use crate::clock::epoch_seconds;
use crate::organization::Organization;
use crate::protocol::{Answer, Refusal, tags};
use crate::services::Context;
use serde_json::{Value, json};

pub(crate) fn answer(context: &Context<'_>) -> Result<Answer, Refusal> {
    let instance = instance(context.organization);
    let is_here = context.region() == instance.region;
    if context.request.operation == "ListInstances" {
        let found = is_here.then(|| describe_instance(context.organization, &instance));
        let page = context.page(&PAGE, found.into_iter().collect())?;
        return Ok(json!({ "Instances": page.elements, "NextToken": page.next }).into());
    }
    if !is_here || context.request.required("InstanceArn")? != instance.arn {
        return Err(not_found("The instance does not exist."));
    }
    let members = match context.request.operation.as_str() {
        "ListPermissionSets" => {
            let arns = permission_sets(context.organization).into_iter().map(|set| set.arn);
            let page = context.page(&PAGE, arns.collect())?;
            json!({ "PermissionSets": page.elements, "NextToken": page.next })
        }
        "DescribePermissionSet" => describe(context, &instance)?,
        "GetInlinePolicyForPermissionSet" => json!({ "InlinePolicy": set(context)?.inline.unwrap_or_default() }),
        "ListManagedPoliciesInPermissionSet" => list_managed(context)?,
        "ListCustomerManagedPolicyReferencesInPermissionSet" => list_customer_managed(context)?,
        "GetPermissionsBoundaryForPermissionSet" => {
            let name = set(context)?.boundary.ok_or_else(|| not_found("There is no permissions boundary."))?;
            json!({ "PermissionsBoundary": { "CustomerManagedPolicyReference": { "Name": name, "Path": "/" } } })
        }
        "ListTagsForResource" => list_tags(context)?,
        "ListAccountsForProvisionedPermissionSet" => list_accounts(context)?,
        "ListAccountAssignments" => list_assignments(context)?,
        _ => return Err(context.unknown_operation()),
    };
    Ok(members.into())
}

fn not_found(message: &str) -> Refusal {
    Refusal::new(400, "ResourceNotFoundException", message)
}

fn describe_instance(organization: &Organization, instance: &Instance) -> Value {
    json!({
        "InstanceArn": instance.arn,
        "IdentityStoreId": instance.store_id,
        "OwnerAccountId": organization.management_id(),
        "Name": "workforce",
        "CreatedDate": epoch_seconds(instance.created_millis),
        "Status": "ACTIVE",
    })
}

/// The set that a call is about.
fn set(context: &Context<'_>) -> Result<PermissionSet, Refusal> {
    let arn = context.request.required("PermissionSetArn")?;
    let found = permission_sets(context.organization).into_iter().find(|set| set.arn == arn);
    found.ok_or_else(|| not_found("The permission set does not exist."))
}

fn describe(context: &Context<'_>, instance: &Instance) -> Result<Value, Refusal> {
    let set = set(context)?;
    Ok(json!({ "PermissionSet": {
        "Name": set.name,
        "PermissionSetArn": set.arn,
        "Description": format!("{} of the workforce", set.name),
        "CreatedDate": epoch_seconds(instance.created_millis),
        "SessionDuration": set.session_duration,
    } }))
}

fn list_managed(context: &Context<'_>) -> Result<Value, Refusal> {
    let partition = &context.organization.settings.partition;
    let policies = set(context)?.managed.iter().map(|name| {
        let arn = format!("arn:{partition}:iam::aws:policy/{name}");
        json!({ "Name": name.rsplit('/').next(), "Arn": arn })
    });
    let page = context.page(&PAGE, policies.collect())?;
    Ok(json!({ "AttachedManagedPolicies": page.elements, "NextToken": page.next }))
}

fn list_customer_managed(context: &Context<'_>) -> Result<Value, Refusal> {
    let policies = set(context)?.customer_managed.iter().map(|(path, name)| json!({ "Path": path, "Name": name }));
    let page = context.page(&PAGE, policies.collect())?;
    Ok(json!({ "CustomerManagedPolicyReferences": page.elements, "NextToken": page.next }))
}

fn list_tags(context: &Context<'_>) -> Result<Value, Refusal> {
    let arn = context.request.required("ResourceArn")?;
    let sets = permission_sets(context.organization);
    let set = sets.iter().find(|set| set.arn == arn).ok_or_else(|| not_found("The resource does not exist."))?;
    let own = [("owner".to_owned(), "platform".to_owned()), ("set".to_owned(), set.name.to_lowercase())];
    let page = context.page(&PAGE, tags(&own))?;
    Ok(json!({ "Tags": page.elements, "NextToken": page.next }))
}

fn list_accounts(context: &Context<'_>) -> Result<Value, Refusal> {
    let arn = set(context)?.arn;
    let assignments = assignments(context.organization).into_iter().filter(|it| it.permission_set_arn == arn);
    let mut accounts: Vec<String> = assignments.map(|it| it.account_id).collect();
    accounts.dedup();
    let page = context.page(&PAGE, accounts)?;
    Ok(json!({ "AccountIds": page.elements, "NextToken": page.next }))
}

fn list_assignments(context: &Context<'_>) -> Result<Value, Refusal> {
    let (arn, account_id) = (set(context)?.arn, context.request.required("AccountId")?);
    let is_asked = |it: &Assignment| it.permission_set_arn == arn && it.account_id == account_id;
    let found = assignments(context.organization).into_iter().filter(is_asked).map(|it| {
        json!({
            "AccountId": it.account_id,
            "PermissionSetArn": it.permission_set_arn,
            "PrincipalType": it.principal_type,
            "PrincipalId": it.principal_id,
        })
    });
    let page = context.page(&PAGE, found.collect())?;
    Ok(json!({ "AccountAssignments": page.elements, "NextToken": page.next }))
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
