//! The organization: its description, its accounts, its tree. Only tags need a call for each account.

mod alone;
mod read;

use std::collections::BTreeMap;

use orgcensus_row::{Row, Timestamp};
use serde::{Deserialize, Serialize};

pub use alone::{alone, id_of};
pub use read::{OPERATIONS, id, read, tags};

/// What stands before the account's id in the id of a census of accounts alone, `account-111122223333`.
pub const ALONE: &str = "account-";

/// AWS's code where an account is in no organization.
pub const IN_NO_ORGANIZATION: &str = "AWSOrganizationsNotInUseException";

/// One organization: the account that pays for all others, and what it switched on. A census of accounts alone has its
/// row too, with the id account-111122223333.
#[derive(Debug, Clone, Serialize, Deserialize, Row)]
#[row(table = "organizations", key = "arn", resource = "none")]
pub struct OrganizationRow {
    /// The organization's ARN; that of the account's root where it is in none, or where AWS did not tell.
    pub arn: String,
    /// The management account, 12 digits. An account in no organization is its own; null if AWS did not tell.
    pub management_account_id: Option<String>,
    /// The management account's email address.
    pub management_account_email: Option<String>,
    /// ALL, or CONSOLIDATED_BILLING: then no policy applies to the members.
    pub feature_set: Option<String>,
    /// Whether the organization was read: its accounts, units and policies. False where the census is of accounts alone;
    /// then facts about organizations leave it out.
    pub is_whole: bool,
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
#[row(table = "accounts", key = "arn", resource = "none")]
pub struct AccountRow {
    /// The account's ARN in the organization; that of its root where the census is of accounts alone.
    pub arn: String,
    /// Its root user's email address.
    pub email: Option<String>,
    /// PENDING_ACTIVATION, ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED or a word to come, as AWS says it.
    pub status: Option<String>,
    /// INVITED or CREATED.
    pub joined_method: Option<String>,
    /// When it joined the organization (UTC).
    pub joined_at: Option<Timestamp>,
    /// Whole days since it joined.
    pub joined_days: Option<i32>,
    /// The unit that holds it; null if the tree that was read does not say.
    pub ou_id: Option<String>,
    /// Unit ids from the root down; null if ou_id is.
    pub ou_id_path: Option<String>,
    /// Whether it is the management account.
    pub is_management: bool,
    /// Whether its status is ACTIVE; null if AWS does not say.
    pub is_active: Option<bool>,
    /// Whether it was chosen for this run.
    pub is_selected: bool,
    /// Its tags; null when they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// One account as the organization lists it.
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
    /// The place of its unit in [`Organization::units`]; none if the tree does not say.
    pub unit: Option<usize>,
}

/// Whether an account can be entered at all, by the state that AWS says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is in use, or in a state that this version does not know: the crawl tries to enter it.
    Open,
    /// Its sign-up was never finished: nobody can use it, and it holds nothing.
    Pending,
    /// It is closed, on its way there, or suspended.
    Closed,
}

impl Account {
    /// Whether AWS lets anyone in.
    pub fn standing(&self) -> Standing {
        match self.status.as_deref() {
            Some("PENDING_ACTIVATION") => Standing::Pending,
            Some("SUSPENDED" | "PENDING_CLOSURE" | "CLOSED") => Standing::Closed,
            _ => Standing::Open,
        }
    }

    /// Whether it is to be tried.
    pub fn is_open(&self) -> bool {
        self.standing() == Standing::Open
    }
}

/// An account about which the list of accounts and the tree disagree: the organization changed while it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// 12 digits.
    pub account_id: String,
    /// What is odd about it.
    pub oddity: Oddity,
}

/// What the list of accounts and the tree disagree about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Oddity {
    /// The list has it, and no unit of the tree that was read.
    InNoUnit,
    /// The tree has it twice; the unit where it was seen last counts.
    InTwoUnits,
    /// The tree has it, and the list does not. It is taken.
    NotListed,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = match self.oddity {
            Oddity::InNoUnit => "is listed, and in no unit of the tree",
            Oddity::InTwoUnits => "is in two units of the tree",
            Oddity::NotListed => "is in the tree, and not listed",
        };
        write!(formatter, "account {} {words}", self.account_id)
    }
}

/// What was read: an organization, or accounts alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// The organization.
    #[default]
    Whole,
    /// One account, which is in no organization: there is nothing more to read.
    InNone,
    /// Accounts, and not the organization that they are in: it may have other accounts, and policies that bind these.
    Accounts {
        /// The organization, `o-…`; none if AWS did not tell whether there is one.
        organization_id: Option<String>,
    },
}

/// The whole organization, or accounts alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Organization {
    /// `o-…`, or `account-111122223333` where the census is of accounts alone.
    pub id: String,
    /// What was read. A plan of an older version does not say it.
    #[serde(default)]
    pub extent: Extent,
    /// Its description.
    pub row: OrganizationRow,
    /// Roots and units, each after its parent.
    pub units: Vec<OrganizationalUnit>,
    /// Accounts by id, each once.
    pub accounts: Vec<Account>,
    /// Where the list of accounts and the tree disagree, by account.
    pub differences: Vec<Difference>,
}

impl Organization {
    /// Whether the organization was read, and not accounts alone.
    pub fn is_whole(&self) -> bool {
        self.extent == Extent::Whole
    }

    /// Whether there may be accounts of the organization besides these.
    pub fn may_have_more_accounts(&self) -> bool {
        matches!(self.extent, Extent::Accounts { .. })
    }

    /// The account under which stands what is read once: the management account; where the census is of accounts alone,
    /// the account that it was made from.
    pub fn home_account_id(&self) -> &str {
        let management = self.row.management_account_id.as_deref().unwrap_or_default();
        self.id.strip_prefix(ALONE).unwrap_or(management)
    }

    /// Whether no control policy binds the account: by AWS's rule none binds the management account. An account in no
    /// organization counts as its own.
    pub fn is_never_bound(&self, account_id: &str) -> bool {
        self.row.management_account_id.as_deref() == Some(account_id)
    }

    /// The id of the organization, or of the census of accounts alone, if it shows that this is not the organization
    /// that is meant. Nothing is shown where AWS did not tell.
    pub fn other_than(&self, meant: &str) -> Option<&str> {
        let found = match &self.extent {
            Extent::Whole | Extent::InNone => Some(self.id.as_str()),
            Extent::Accounts { organization_id } => organization_id.as_deref(),
        };
        found.filter(|found| *found != meant)
    }

    /// The unit that holds an account.
    pub fn unit_of(&self, account: &Account) -> Option<&OrganizationalUnit> {
        self.units.get(account.unit?)
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
            ou_id: unit.map(|unit| unit.ou_id.clone()),
            ou_id_path: unit.map(|unit| unit.id_path.clone()),
            is_management: self.extent != Extent::InNone && self.is_never_bound(&account.id),
            is_active: account.status.as_deref().map(|status| status == "ACTIVE"),
            is_selected,
            tags,
        }
    }
}
