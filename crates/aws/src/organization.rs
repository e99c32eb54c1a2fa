//! The organization: its description, its tree from the roots down, its accounts. Never a call for each account,
//! but for tags.

use std::collections::BTreeMap;

use aws_sdk_organizations::types::{Account as SdkAccount, OrganizationalUnit as SdkUnit};
use orgcensus_row::{Row, Timestamp};
use serde::{Deserialize, Serialize};

use crate::client;
use crate::error::{Class, Error};
use crate::session::Session;
use crate::timestamp;

/// One organization: the account that pays for all others, and what it switched on.
#[derive(Debug, Clone, Serialize, Deserialize, Row)]
#[row(table = "organizations", key = "arn")]
pub struct OrganizationRow {
    /// The organization's ARN.
    pub arn: String,
    /// The management account, 12 digits.
    pub management_account_id: String,
    /// The management account's email address.
    pub management_account_email: Option<String>,
    /// ALL, or CONSOLIDATED_BILLING: then no policy applies to the members.
    pub feature_set: Option<String>,
}

/// One organizational unit, or a root of the tree.
#[derive(Debug, Clone, Serialize, Deserialize, Row)]
#[row(table = "organizational_units", key = "ou_id")]
pub struct OrganizationalUnit {
    /// `r-…` for a root, `ou-…` else.
    pub ou_id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub ou_name: String,
    /// The unit above it; null for a root.
    pub parent_id: Option<String>,
    /// Names from the root down, Root/Workloads/Prod.
    pub path: String,
    /// Ids from the root down, r-1/ou-1/ou-2.
    pub id_path: String,
    /// How deep it lies; 0 for a root.
    pub depth: i32,
    /// Whether it is a root.
    pub is_root: bool,
}

/// One account of the organization, whether or not it could be crawled.
#[derive(Debug, Clone, Serialize, Deserialize, Row)]
#[row(table = "accounts", key = "arn")]
pub struct AccountRow {
    /// The account's ARN in the organization.
    pub arn: String,
    /// Its root user's email address.
    pub email: Option<String>,
    /// ACTIVE, SUSPENDED, PENDING_CLOSURE …, as AWS says it.
    pub status: Option<String>,
    /// INVITED or CREATED.
    pub joined_method: Option<String>,
    /// When it joined the organization (UTC).
    pub joined_at: Option<Timestamp>,
    /// Whole days since it joined.
    pub joined_days: Option<i32>,
    /// The unit that holds it.
    pub ou_id: String,
    /// Unit ids from the root down.
    pub ou_id_path: String,
    /// Whether it is the management account.
    pub is_management: bool,
    /// Whether its status is ACTIVE.
    pub is_active: bool,
    /// Whether it was chosen for this run.
    pub is_selected: bool,
    /// Its tags; null when they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// One account as the tree gave it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    /// 12 digits.
    pub id: String,
    /// Its ARN in the organization.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its root user's email address.
    pub email: Option<String>,
    /// `ACTIVE`, `SUSPENDED` …
    pub status: Option<String>,
    /// `INVITED` or `CREATED`.
    pub joined_method: Option<String>,
    /// When it joined (UTC).
    pub joined_at: Option<Timestamp>,
    /// The place of its unit in [`Organization::units`].
    pub unit: usize,
}

impl Account {
    /// Whether AWS lets anyone in.
    pub fn is_active(&self) -> bool {
        self.status.as_deref().is_none_or(|status| status == "ACTIVE")
    }
}

/// The whole tree.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Organization {
    /// `o-…`.
    pub id: String,
    /// Its description.
    pub row: OrganizationRow,
    /// Roots and units, each after its parent.
    pub units: Vec<OrganizationalUnit>,
    /// Accounts by id.
    pub accounts: Vec<Account>,
}

impl Organization {
    /// The unit that holds an account.
    pub fn unit_of(&self, account: &Account) -> Option<&OrganizationalUnit> {
        self.units.get(account.unit)
    }

    /// An account's row.
    pub fn account_row(
        &self,
        account: &Account,
        is_selected: bool,
        tags: Option<BTreeMap<String, String>>,
        now: Timestamp,
    ) -> AccountRow {
        let unit = self.unit_of(account);
        AccountRow {
            arn: account.arn.clone(),
            email: account.email.clone(),
            status: account.status.clone(),
            joined_method: account.joined_method.clone(),
            joined_at: account.joined_at,
            joined_days: account.joined_at.map(|at| at.days_until(now)),
            ou_id: unit.map(|unit| unit.ou_id.clone()).unwrap_or_default(),
            ou_id_path: unit.map(|unit| unit.id_path.clone()).unwrap_or_default(),
            is_management: account.id == self.row.management_account_id,
            is_active: account.is_active(),
            is_selected,
            tags,
        }
    }
}

/// Operations that reading the organization calls, for the permissions of the management role.
pub const OPERATIONS: &[&str] = &[
    "DescribeOrganization",
    "ListAccountsForParent",
    "ListOrganizationalUnitsForParent",
    "ListRoots",
    "ListTagsForResource",
];

/// Asks which organization the session is in, `o-…`.
pub async fn id(session: &Session) -> Result<String, Error> {
    let answer = client!(session, aws_sdk_organizations).describe_organization().send().await?;
    let id = answer.organization.and_then(|described| described.id);
    id.ok_or_else(|| Error::new(Class::Failed, "Empty", "no organization"))
}

/// Reads the organization, walking its tree from the roots; `found` is told of each account at once.
pub async fn read(session: &Session, found: impl Fn(&Account)) -> Result<Organization, Error> {
    let organizations = client!(session, aws_sdk_organizations);
    let answer = organizations.describe_organization().send().await?;
    let described = answer.organization.ok_or_else(|| Error::new(Class::Failed, "Empty", "no organization"))?;
    let row = OrganizationRow {
        arn: described.arn.unwrap_or_default(),
        management_account_id: described.master_account_id.unwrap_or_default(),
        management_account_email: described.master_account_email,
        feature_set: described.feature_set.map(|set| set.as_str().to_owned()),
    };
    let mut units = roots(&organizations).await?;
    let mut accounts = Vec::new();
    let mut next = 0;
    while let Some(parent) = units.get(next).cloned() {
        let mut pages = organizations.list_accounts_for_parent().parent_id(&parent.ou_id).into_paginator().send();
        while let Some(page) = pages.next().await {
            let known = accounts.len();
            accounts.extend(page?.accounts.unwrap_or_default().into_iter().map(|it| account(it, next)));
            accounts.iter().skip(known).for_each(&found);
        }
        let mut pages =
            organizations.list_organizational_units_for_parent().parent_id(&parent.ou_id).into_paginator().send();
        while let Some(page) = pages.next().await {
            units.extend(page?.organizational_units.unwrap_or_default().into_iter().map(|it| unit(it, &parent)));
        }
        next += 1;
    }
    accounts.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(Organization { id: described.id.unwrap_or_default(), row, units, accounts })
}

async fn roots(organizations: &aws_sdk_organizations::Client) -> Result<Vec<OrganizationalUnit>, Error> {
    let mut units = Vec::new();
    let mut pages = organizations.list_roots().into_paginator().send();
    while let Some(page) = pages.next().await {
        for root in page?.roots.unwrap_or_default() {
            let (id, name) = (root.id.unwrap_or_default(), root.name.unwrap_or_default());
            units.push(OrganizationalUnit {
                ou_id: id.clone(),
                arn: root.arn.unwrap_or_default(),
                path: name.clone(),
                ou_name: name,
                parent_id: None,
                id_path: id,
                depth: 0,
                is_root: true,
            });
        }
    }
    Ok(units)
}

/// The tags of one account.
pub async fn tags(session: &Session, account_id: &str) -> Result<BTreeMap<String, String>, Error> {
    let organizations = client!(session, aws_sdk_organizations);
    let mut tags = BTreeMap::new();
    let mut pages = organizations.list_tags_for_resource().resource_id(account_id).into_paginator().send();
    while let Some(page) = pages.next().await {
        tags.extend(page?.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)));
    }
    Ok(tags)
}

fn unit(it: SdkUnit, parent: &OrganizationalUnit) -> OrganizationalUnit {
    let (id, name) = (it.id.unwrap_or_default(), it.name.unwrap_or_default());
    OrganizationalUnit {
        arn: it.arn.unwrap_or_default(),
        parent_id: Some(parent.ou_id.clone()),
        path: format!("{}/{name}", parent.path),
        id_path: format!("{}/{id}", parent.id_path),
        depth: parent.depth + 1,
        is_root: false,
        ou_id: id,
        ou_name: name,
    }
}

/// AWS is replacing `Status` by `State`; both are read.
fn account(it: SdkAccount, unit: usize) -> Account {
    let status = it.status.map(|status| status.as_str().to_owned());
    Account {
        id: it.id.unwrap_or_default(),
        arn: it.arn.unwrap_or_default(),
        name: it.name.unwrap_or_default(),
        email: it.email,
        status: it.state.map(|state| state.as_str().to_owned()).or(status),
        joined_method: it.joined_method.map(|method| method.as_str().to_owned()),
        joined_at: it.joined_timestamp.as_ref().and_then(timestamp),
        unit,
    }
}
