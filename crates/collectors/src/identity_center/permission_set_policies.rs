//! What a permission set has besides its inline policy: managed policies, the accounts' own by name, a boundary.

use orgcensus_collect::{Error, Optional, Read, Rows, Session, read as reads};
use orgcensus_row::Row;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::permission_sets::PermissionSet;
use crate::items::{Answer, all, given};

pub(super) const MANAGED: Read<ManagedPage> =
    reads("ssoadmin", "ListManagedPoliciesInPermissionSet").needs("sso:ListManagedPoliciesInPermissionSet");
pub(super) const CUSTOMER_MANAGED: Read<CustomerManagedPage> =
    reads("ssoadmin", "ListCustomerManagedPolicyReferencesInPermissionSet")
        .needs("sso:ListCustomerManagedPolicyReferencesInPermissionSet");
pub(super) const BOUNDARY: Read<Bounded> =
    reads("ssoadmin", "GetPermissionsBoundaryForPermissionSet").needs("sso:GetPermissionsBoundaryForPermissionSet");

/// The tables that say what policies a set has.
const TABLES: [&str; 2] = [PermissionSetPolicy::TABLE, PermissionSet::TABLE];

/// One policy that one permission set names: a managed policy of AWS's, one of each account's own, or its boundary.
#[derive(Debug, Serialize, Row)]
#[row(
    table = "identity_center_permission_set_policies",
    key = "permission_set_arn, is_permissions_boundary, policy_path, policy_name"
)]
pub struct PermissionSetPolicy {
    /// The permission set's ARN.
    pub permission_set_arn: String,
    /// Whether it bounds what the set allows, and allows nothing itself.
    pub is_permissions_boundary: bool,
    /// The policy's path; / for most.
    pub policy_path: String,
    /// The policy's name.
    pub policy_name: String,
    /// The ARN of AWS's policy; null for one of the accounts' own, which has another ARN in each account.
    pub policy_arn: Option<String>,
    /// Whether the policy is AWS's; if not, each account with the set has one of this path and name.
    pub is_aws_managed: bool,
    /// Whether the policy is AWS's AdministratorAccess.
    pub is_administrator_access: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ManagedPage {
    attached_managed_policies: Vec<Managed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Managed {
    name: Option<String>,
    arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct CustomerManagedPage {
    customer_managed_policy_references: Vec<CustomerManaged>,
}

/// A policy of each account's own.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct CustomerManaged {
    name: Option<String>,
    path: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Bounded {
    permissions_boundary: Option<Boundary>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Boundary {
    managed_policy_arn: Option<String>,
    customer_managed_policy_reference: Option<CustomerManaged>,
}

/// What AWS answered about a set's policies.
pub(super) struct Attached {
    managed: Answer<Vec<Managed>>,
    customer_managed: Answer<Vec<CustomerManaged>>,
    boundary: Answer<Option<Boundary>>,
}

impl Attached {
    pub(super) fn none() -> Self {
        Self { managed: Ok(Vec::new()), customer_managed: Ok(Vec::new()), boundary: Ok(None) }
    }
}

/// How many there were; `None` where they could not be read.
pub(super) struct Counted {
    pub(super) managed: Option<i32>,
    pub(super) customer_managed: Option<i32>,
    pub(super) has_administrator_access: Option<bool>,
    pub(super) has_boundary: Option<bool>,
}

pub(super) async fn read(session: &Session, instance_arn: &str, arn: &str) -> Attached {
    let of_set = json!({"InstanceArn": instance_arn, "PermissionSetArn": arn});
    let list = json!({"InstanceArn": instance_arn, "PermissionSetArn": arn, "MaxResults": 100});
    let boundary = BOUNDARY.send(session, of_set).await.optional(&["ResourceNotFoundException"]);
    Attached {
        managed: all(&MANAGED, session, list.clone(), |page| page.attached_managed_policies).await,
        customer_managed: all(&CUSTOMER_MANAGED, session, list, |page| page.customer_managed_policy_references).await,
        boundary: boundary.map(|answer| answer.and_then(|answer| answer.permissions_boundary)),
    }
}

/// Adds a row for each.
pub(super) async fn push(rows: &mut Rows<'_>, set_arn: &str, attached: Attached) -> Result<Counted, Error> {
    let managed = rows.item(TABLES, attached.managed)?;
    let managed: Option<Vec<_>> = managed.map(|it| it.into_iter().map(|it| aws_row(set_arn, it)).collect());
    let own = rows.item(TABLES, attached.customer_managed)?;
    let own: Option<Vec<_>> = own.map(|it| it.into_iter().map(|it| own_row(set_arn, it)).collect());
    let boundary = rows.item(TABLES, attached.boundary)?;
    let counted = Counted {
        managed: managed.as_ref().map(|it| count(it.len())),
        customer_managed: own.as_ref().map(|it| count(it.len())),
        has_administrator_access: managed.as_deref().and_then(has_administrator_access),
        has_boundary: boundary.as_ref().map(Option::is_some),
    };
    let bounding = boundary.flatten().into_iter().map(|it| boundary_row(set_arn, it)).collect();
    push_told(rows, &MANAGED.call().name(), "Arn", managed.unwrap_or_default()).await?;
    push_told(rows, &CUSTOMER_MANAGED.call().name(), "Name", own.unwrap_or_default()).await?;
    push_told(rows, &BOUNDARY.call().name(), "PermissionsBoundary", bounding).await?;
    Ok(counted)
}

/// Adds the rows of policies, and counts those of which it is not said which they are.
async fn push_told(
    rows: &mut Rows<'_>,
    call: &str,
    member: &str,
    policies: Vec<Option<PermissionSetPolicy>>,
) -> Result<(), Error> {
    for policy in policies {
        if let Some(policy) = rows.item(TABLES, given(policy, call, member))? {
            rows.push(policy).await?;
        }
    }
    Ok(())
}

/// Whether one of them is AdministratorAccess. Not known if none is, and of one it is not said which it is.
fn has_administrator_access(policies: &[Option<PermissionSetPolicy>]) -> Option<bool> {
    let has_it = policies.iter().flatten().any(|row| row.is_administrator_access);
    (has_it || policies.iter().all(Option::is_some)).then_some(has_it)
}

fn count(rows: usize) -> i32 {
    i32::try_from(rows).unwrap_or(i32::MAX)
}

fn aws_row(set_arn: &str, it: Managed) -> Option<PermissionSetPolicy> {
    let arn = it.arn?;
    let path_and_name = arn.split_once(":policy/").map(|(_, rest)| rest).unwrap_or_default();
    let (path, last) = path_and_name.rsplit_once('/').unwrap_or(("", path_and_name));
    Some(PermissionSetPolicy {
        permission_set_arn: set_arn.to_owned(),
        is_permissions_boundary: false,
        policy_path: if path.is_empty() { "/".to_owned() } else { format!("/{path}/") },
        policy_name: it.name.unwrap_or_else(|| last.to_owned()),
        is_aws_managed: true,
        is_administrator_access: arn.ends_with(":iam::aws:policy/AdministratorAccess"),
        policy_arn: Some(arn),
    })
}

fn own_row(set_arn: &str, it: CustomerManaged) -> Option<PermissionSetPolicy> {
    Some(PermissionSetPolicy {
        permission_set_arn: set_arn.to_owned(),
        is_permissions_boundary: false,
        policy_path: it.path.unwrap_or_else(|| "/".to_owned()),
        policy_name: it.name?,
        policy_arn: None,
        is_aws_managed: false,
        is_administrator_access: false,
    })
}

/// A boundary is one or the other.
fn boundary_row(set_arn: &str, it: Boundary) -> Option<PermissionSetPolicy> {
    let row = match it.customer_managed_policy_reference {
        Some(policy) => own_row(set_arn, policy)?,
        None => aws_row(set_arn, Managed { name: None, arn: it.managed_policy_arn })?,
    };
    Some(PermissionSetPolicy { is_permissions_boundary: true, ..row })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_names_come_from_the_arn() {
        let row = |arn: &str| aws_row("set", Managed { name: None, arn: Some(arn.to_owned()) }).unwrap();
        let billing = row("arn:aws:iam::aws:policy/job-function/Billing");
        assert_eq!((billing.policy_path.as_str(), billing.policy_name.as_str()), ("/job-function/", "Billing"));
        let administrator = row("arn:aws-cn:iam::aws:policy/AdministratorAccess");
        assert_eq!((administrator.policy_path.as_str(), administrator.is_administrator_access), ("/", true));
        assert!(!row("arn:aws:iam::1:policy/AdministratorAccess").is_administrator_access);
        assert_eq!(row("odd").policy_name, "");
    }
}
