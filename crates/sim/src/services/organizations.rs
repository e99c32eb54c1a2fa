//! Organizations: the tree, the accounts, the policies, and who may do what for the whole.

mod delegation;
mod policies;
mod population;

pub(crate) use delegation::{TRUSTED_SERVICES, delegated, organization_verdict};
pub(crate) use population::{ENABLED_TYPES, of_account, policies};

use super::Context;
use crate::account::Account;
use crate::clock::epoch_seconds;
use crate::organization::Organization;
use crate::protocol::{Answer, Limits, Refusal, tags};
use serde_json::{Value, json};

const PAGE: Limits = Limits { token: "NextToken", size: "MaxResults", default: 20, max: 20 };

pub(crate) fn answer(context: &Context<'_>) -> Result<Answer, Refusal> {
    let members = match context.request.operation.as_str() {
        "DescribeOrganization" => describe_organization(context.organization),
        "ListRoots" => {
            let organization = context.organization;
            let page = context.page(&PAGE, vec![root(organization)])?;
            json!({ "Roots": page.elements, "NextToken": page.next })
        }
        "ListOrganizationalUnitsForParent" => list_units(context)?,
        "ListAccounts" => list_accounts(context, (0..context.organization.settings.accounts).collect())?,
        "ListAccountsForParent" => {
            let parent = parent(context, "ParentId")?;
            context.organization.is_walked();
            let indices = 0..context.organization.settings.accounts;
            list_accounts(context, indices.filter(|index| context.organization.unit_of(*index) == parent).collect())?
        }
        "DescribeAccount" => {
            let account = member(context, context.request.required("AccountId")?)?;
            json!({ "Account": describe_account(context.organization, &account) })
        }
        "ListTagsForResource" => list_tags(context)?,
        "ListParents" => list_parents(context)?,
        "ListPolicies" => policies::list(context, None)?,
        "ListPoliciesForTarget" => policies::list(context, Some(context.request.required("TargetId")?))?,
        "DescribePolicy" => policies::describe(context)?,
        "ListTargetsForPolicy" => policies::list_targets(context)?,
        "ListDelegatedAdministrators" => delegation::list_administrators(context)?,
        "ListDelegatedServicesForAccount" => delegation::list_services_of(context)?,
        "ListAWSServiceAccessForOrganization" => delegation::list_trusted_services(context)?,
        "DescribeResourcePolicy" => delegation::describe_resource_policy(context)?,
        _ => return Err(context.unknown_operation()),
    };
    Ok(members.into())
}

fn arn(organization: &Organization, resource: &str) -> String {
    organization.arn("organizations", "", &organization.management_id(), resource)
}

fn describe_organization(organization: &Organization) -> Value {
    let management = organization.account(0);
    json!({ "Organization": {
        "Id": organization.id,
        "Arn": arn(organization, &format!("organization/{}", organization.id)),
        "FeatureSet": "ALL",
        "MasterAccountArn": arn(organization, &format!("account/{}/{}", organization.id, management.id)),
        "MasterAccountId": management.id,
        "MasterAccountEmail": management.email,
        "AvailablePolicyTypes": policies::types(),
    } })
}

fn root(organization: &Organization) -> Value {
    json!({
        "Id": organization.root_id,
        "Arn": arn(organization, &format!("root/{}/{}", organization.id, organization.root_id)),
        "Name": "Root",
        "PolicyTypes": policies::types(),
    })
}

fn list_units(context: &Context<'_>) -> Result<Value, Refusal> {
    let organization = context.organization;
    let parent = parent(context, "ParentId")?;
    let units = organization.units.iter().filter(|unit| unit.parent == parent);
    let units = units.map(|unit| {
        let arn = arn(organization, &format!("ou/{}/{}", organization.id, unit.id));
        json!({ "Id": unit.id, "Arn": arn, "Name": unit.name })
    });
    let page = context.page(&PAGE, units.collect())?;
    Ok(json!({ "OrganizationalUnits": page.elements, "NextToken": page.next }))
}

/// Only the accounts of the page are made.
fn list_accounts(context: &Context<'_>, indices: Vec<u64>) -> Result<Value, Refusal> {
    let page = context.page(&PAGE, indices)?;
    let accounts = page.elements.iter().map(|index| context.organization.account(*index));
    let accounts: Vec<_> = accounts.map(|account| describe_account(context.organization, &account)).collect();
    Ok(json!({ "Accounts": accounts, "NextToken": page.next }))
}

fn describe_account(organization: &Organization, account: &Account) -> Value {
    let mut path = vec![organization.id.as_str()];
    path.extend(organization.path_ids(account.unit));
    let state = organization.state(account);
    let mut described = json!({
        "Id": account.id,
        "Arn": arn(organization, &format!("account/{}/{}", organization.id, account.id)),
        "Email": account.email,
        "Name": account.name,
        "Status": state,
        "State": state,
        "Paths": [format!("{}/{}/", path.join("/"), account.id)],
        "JoinedMethod": account.joined_method,
        "JoinedTimestamp": epoch_seconds(account.joined_millis),
    });
    if let (true, Some(members)) = (organization.settings.omits_account_paths, described.as_object_mut()) {
        members.remove("Paths");
    }
    described
}

fn list_tags(context: &Context<'_>) -> Result<Value, Refusal> {
    let id = context.request.required("ResourceId")?;
    let found = match context.organization.find(id) {
        Some(account) => tags(&account.tags),
        None if unit(context.organization, id).is_some() => Vec::new(),
        None if policies::exists(context.organization, id) => Vec::new(),
        None => return Err(Refusal::new(400, "TargetNotFoundException", "You specified a target that doesn't exist.")),
    };
    let page = context.page(&PAGE, found)?;
    Ok(json!({ "Tags": page.elements, "NextToken": page.next }))
}

fn list_parents(context: &Context<'_>) -> Result<Value, Refusal> {
    let organization = context.organization;
    let id = context.request.required("ChildId")?;
    let parent = match organization.find(id) {
        Some(account) => account.unit,
        None => match unit(organization, id) {
            Some(Some(place)) => organization.units[place].parent,
            _ => return Err(Refusal::new(400, "ChildNotFoundException", "You specified a child that doesn't exist.")),
        },
    };
    let parent = match parent {
        Some(place) => json!({ "Id": organization.units[place].id, "Type": "ORGANIZATIONAL_UNIT" }),
        None => json!({ "Id": organization.root_id, "Type": "ROOT" }),
    };
    Ok(json!({ "Parents": [parent] }))
}

/// The account with this id, or Organizations' refusal.
fn member(context: &Context<'_>, id: &str) -> Result<Account, Refusal> {
    let message = "You specified an account that doesn't exist.";
    context.organization.find(id).ok_or_else(|| Refusal::new(400, "AccountNotFoundException", message))
}

/// The unit that a parameter names: `None` is the root.
fn parent(context: &Context<'_>, parameter: &str) -> Result<Option<usize>, Refusal> {
    let id = context.request.required(parameter)?;
    unit(context.organization, id)
        .ok_or_else(|| Refusal::new(400, "ParentNotFoundException", "You specified parent that doesn't exist."))
}

/// The root (`Some(None)`), a unit (`Some(Some(place))`), or nothing known.
fn unit(organization: &Organization, id: &str) -> Option<Option<usize>> {
    if id == organization.root_id {
        return Some(None);
    }
    organization.units.iter().position(|unit| unit.id == id).map(Some)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use crate::{Settings, Simulation};
    use serde_json::{Value, json};

    /// All pages of a list, and how many there were.
    fn list(client: &Client, operation: &str, list: &str, mut body: Value) -> (Vec<Value>, usize) {
        let (mut all, mut pages) = (Vec::new(), 0);
        loop {
            let reply = client.json("organizations", operation, &body).json();
            all.extend(reply[list].as_array().unwrap().clone());
            pages += 1;
            match reply.get("NextToken") {
                Some(token) => body["NextToken"] = token.clone(),
                None => return (all, pages),
            }
        }
    }

    #[test]
    fn walking_the_tree_finds_every_account_once() {
        let client = Client::new(quiet(53, 9));
        let (accounts, pages) = list(&client, "ListAccounts", "Accounts", json!({}));
        assert_eq!((accounts.len(), pages), (53, 3));
        let (roots, _) = list(&client, "ListRoots", "Roots", json!({}));
        let mut parents = vec![roots[0]["Id"].clone()];
        let mut found = Vec::new();
        while let Some(parent) = parents.pop() {
            let body = json!({ "ParentId": parent });
            let (units, _) = list(&client, "ListOrganizationalUnitsForParent", "OrganizationalUnits", body.clone());
            parents.extend(units.iter().map(|unit| unit["Id"].clone()));
            found.extend(list(&client, "ListAccountsForParent", "Accounts", body).0);
        }
        let ids = |accounts: &[Value]| {
            let mut ids: Vec<_> = accounts.iter().map(|account| account["Id"].to_string()).collect();
            ids.sort();
            ids
        };
        assert_eq!(ids(&found), ids(&accounts));
    }

    #[test]
    fn small_pages_on_demand_and_foreign_tokens_are_refused() {
        let client = Client::new(Settings { page_size: Some(2), ..quiet(5, 1) });
        assert_eq!(list(&client, "ListAccounts", "Accounts", json!({})).1, 3);
        let page = client.json("organizations", "ListAccounts", &json!({})).json();
        let root = client.json("organizations", "ListRoots", &json!({})).json()["Roots"][0]["Id"].clone();
        for token in [page["NextToken"].clone(), json!("rubbish")] {
            let body = json!({ "ParentId": root, "NextToken": token });
            let reply = client.json("organizations", "ListAccountsForParent", &body);
            assert_eq!((reply.status, reply.json()["__type"].clone()), (400, json!("InvalidInputException")));
        }
    }

    #[test]
    fn members_may_not_read_the_organization_but_a_delegate_may() {
        let client = Client::new(Settings { delegated_administrator: Some(2), ..quiet(4, 1) });
        let by = |index| client.assume(index, "").unwrap().json("organizations", "ListAccounts", &json!({}));
        assert_eq!(by(1).json()["__type"], "AccessDeniedException");
        assert_eq!(by(2).status, 200);
        let administrators = client.json("organizations", "ListDelegatedAdministrators", &json!({})).json();
        assert_eq!(administrators["DelegatedAdministrators"][0]["Id"], Simulation::account_id(&client.simulation, 2));
    }

    #[test]
    fn the_denying_policy_names_the_denied_account() {
        let client = Client::new(Settings::new(40, 1));
        let filter = json!({ "Filter": "SERVICE_CONTROL_POLICY" });
        let (policies, _) = list(&client, "ListPolicies", "Policies", filter);
        let policy = policies.iter().find(|policy| policy["Name"] == "deny-sqs").unwrap();
        let (targets, _) = list(&client, "ListTargetsForPolicy", "Targets", json!({ "PolicyId": policy["Id"] }));
        assert_eq!(targets[0]["TargetId"], client.simulation.account_id(11));
    }

    #[test]
    fn the_root_names_a_type_that_nobody_knows_and_it_has_policies() {
        let client = Client::new(quiet(4, 1));
        let (roots, _) = list(&client, "ListRoots", "Roots", json!({}));
        let types: Vec<_> = roots[0]["PolicyTypes"].as_array().unwrap().iter().map(|it| it["Type"].clone()).collect();
        assert!(types.contains(&json!("ORBITAL_POLICY")), "{types:?}");
        let filter = json!({ "Filter": "ORBITAL_POLICY" });
        assert_eq!(list(&client, "ListPolicies", "Policies", filter).0[0]["Name"], "orbit");
        let unknown = client.json("organizations", "ListPolicies", &json!({ "Filter": "NO_SUCH_POLICY" }));
        assert_eq!(unknown.json()["__type"], "InvalidInputException");
    }

    #[test]
    fn a_small_organization_has_no_resource_policy() {
        let ask =
            |accounts| Client::new(quiet(accounts, 1)).json("organizations", "DescribeResourcePolicy", &json!({}));
        assert_eq!(ask(2).json()["__type"], "ResourcePolicyNotFoundException");
        assert!(ask(3).json()["ResourcePolicy"]["Content"].is_string());
    }
}
