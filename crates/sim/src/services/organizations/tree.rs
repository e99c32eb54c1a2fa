//! The tree: the root, the units and the accounts, as the service answers.

use crate::account::Account;
use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::organization::Organization;
use crate::organization_policies::{self, ENABLED_TYPES};
use crate::protocol::{Refusal, tags};
use crate::unit::Unit;
use serde_json::{Value, json};

pub(super) fn arn(organization: &Organization, resource: &str) -> String {
    organization.arn("organizations", "", &organization.management_id(), resource)
}

pub(super) fn describe_organization(organization: &Organization) -> Value {
    let management = organization.account(0);
    json!({ "Organization": {
        "Id": organization.id,
        "Arn": arn(organization, &format!("organization/{}", organization.id)),
        "FeatureSet": "ALL",
        "MasterAccountArn": arn(organization, &format!("account/{}/{}", organization.id, management.id)),
        "MasterAccountId": management.id,
        "MasterAccountEmail": management.email,
        "AvailablePolicyTypes": policy_types(),
    } })
}

/// The types of policy, as ListRoots and DescribeOrganization name them.
fn policy_types() -> Vec<Value> {
    ENABLED_TYPES.iter().map(|name| json!({ "Type": name, "Status": "ENABLED" })).collect()
}

pub(super) fn root(organization: &Organization) -> Value {
    json!({
        "Id": organization.root_id,
        "Arn": arn(organization, &format!("root/{}/{}", organization.id, organization.root_id)),
        "Name": "Root",
        "PolicyTypes": policy_types(),
    })
}

pub(super) fn list_units(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let organization = context.organization();
    let parent = parent(context, "ParentId")?;
    let units = organization.units.iter().filter(|unit| unit.parent == parent);
    Ok(units.map(|unit| described(organization, unit)).collect())
}

fn described(organization: &Organization, unit: &Unit) -> Value {
    let arn = arn(organization, &format!("ou/{}/{}", organization.id, unit.id));
    json!({ "Id": unit.id, "Arn": arn, "Name": unit.name })
}

pub(super) fn describe_unit(context: &Context<'_>) -> Result<Value, Refusal> {
    let (organization, id) = (context.organization(), context.request.required("OrganizationalUnitId")?);
    let message = "You specified an organizational unit that doesn't exist.";
    let found = organization.units.iter().find(|unit| unit.id == id);
    let found = found.ok_or_else(|| Refusal::new(400, "OrganizationalUnitNotFoundException", message))?;
    Ok(json!({ "OrganizationalUnit": described(organization, found) }))
}

pub(super) fn list_children(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let organization = context.organization();
    let parent = parent(context, "ParentId")?;
    let kind = context.request.required("ChildType")?;
    let child = |id: String| json!({ "Id": id, "Type": kind });
    if kind == "ACCOUNT" {
        let indices = organization.indices().filter(|index| organization.unit_of(*index) == parent);
        return Ok(indices.map(|index| child(organization.account_id(index))).collect());
    }
    let units = organization.units.iter().filter(|unit| unit.parent == parent);
    Ok(units.map(|unit| child(unit.id.clone())).collect())
}

pub(super) fn list_accounts_for_parent(context: &Context<'_>) -> Result<Value, Refusal> {
    let organization = context.organization();
    let parent = parent(context, "ParentId")?;
    organization.is_walked();
    let indices = organization.indices();
    list_accounts(context, indices.filter(|index| organization.unit_of(*index) == parent).collect())
}

/// Makes only the accounts of the page.
pub(super) fn list_accounts(context: &Context<'_>, indices: Vec<u64>) -> Result<Value, Refusal> {
    let organization = context.organization();
    let page = context.page(indices)?;
    let describe = |index: &u64| describe_account(organization, &organization.account(*index));
    let accounts: Vec<_> = page.elements.iter().map(describe).collect();
    Ok(json!({ "Accounts": accounts, "NextToken": page.next }))
}

pub(super) fn describe_account(organization: &Organization, account: &Account) -> Value {
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

pub(super) fn list_tags(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let (organization, id) = (context.organization(), context.request.required("ResourceId")?);
    match organization.find(id) {
        Some(account) => Ok(tags(&account.tags)),
        None if unit(organization, id).is_some() || organization_policies::exists(organization, id) => Ok(Vec::new()),
        None => Err(Refusal::new(400, "TargetNotFoundException", "You specified a target that doesn't exist.")),
    }
}

pub(super) fn list_parents(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let organization = context.organization();
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
    Ok(vec![parent])
}

/// The account with this id, or Organizations' refusal.
pub(super) fn member(context: &Context<'_>, id: &str) -> Result<Account, Refusal> {
    let message = "You specified an account that doesn't exist.";
    context.organization().find(id).ok_or_else(|| Refusal::new(400, "AccountNotFoundException", message))
}

/// The unit that a parameter names: `None` is the root.
pub(super) fn parent(context: &Context<'_>, parameter: &str) -> Result<Option<usize>, Refusal> {
    let id = context.request.required(parameter)?;
    unit(context.organization(), id)
        .ok_or_else(|| Refusal::new(400, "ParentNotFoundException", "You specified parent that doesn't exist."))
}

/// `Some(None)` for the root, `Some(Some(place))` for a unit, `None` if the id is unknown.
pub(super) fn unit(organization: &Organization, id: &str) -> Option<Option<usize>> {
    if id == organization.root_id {
        return Some(None);
    }
    organization.units.iter().position(|unit| unit.id == id).map(Some)
}
