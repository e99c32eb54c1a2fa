//! Whose history is asked, and which columns of a table name it.

use std::collections::BTreeSet;
use std::str::FromStr;

use orgcensus_lake::{TableEntry, Wanted, names_subject};

use crate::diff::COVERAGE;
use crate::extent::is_account;
use crate::{Error, Result};

/// Columns that say of which thing a row is a part, where its key does not.
const PARENTS: [(&str, &str); 4] = [
    ("iam_access_keys", "user_arn"),
    ("iam_mfa_devices", "user_arn"),
    ("iam_signing_certificates", "user_arn"),
    ("iam_ssh_public_keys", "user_arn"),
];

/// The same by the last part of the thing's ARN: `sg-0123456789abcdef0`.
const PARENTS_BY_ID: [(&str, &str); 1] = [("ec2_security_group_rules", "security_group_id")];

/// What is an account's own beside tables that have one row for each account and region.
const OF_ACCOUNT: [&str; 6] =
    ["account_alternate_contacts", "account_policies", "account_regions", "accounts", COVERAGE, "iam_account_aliases"];

/// Whose history is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A resource or a principal, by its ARN.
    Thing(String),
    /// An account, by its id.
    Account(String),
}

impl FromStr for Subject {
    type Err = Error;

    /// An ARN, or an account's id. The ARN of an account is the account.
    fn from_str(text: &str) -> Result<Self> {
        if is_account(text) {
            return Ok(Self::Account(text.to_owned()));
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", _, "organizations", _, _, resource] if resource.starts_with("account/") => {
                let id = resource.rsplit('/').next().filter(|id| is_account(id));
                id.map(|id| Self::Account(id.to_owned())).ok_or_else(|| Error::Subject(text.to_owned()))
            }
            ["arn", _, service, _, _, resource] if !service.is_empty() && !resource.is_empty() => {
                Ok(Self::Thing(text.to_owned()))
            }
            _ => Err(Error::Subject(text.to_owned())),
        }
    }
}

impl Subject {
    /// The columns of a table that may name it, each with what it then says.
    pub(crate) fn columns(&self, table: &TableEntry) -> Vec<(String, String)> {
        match self {
            Self::Account(id) => {
                let is_own = table.key.is_empty() || OF_ACCOUNT.contains(&table.name.as_str());
                is_own.then(|| ("account_id".to_owned(), id.clone())).into_iter().collect()
            }
            Self::Thing(arn) => {
                let says = |name: &str| {
                    let is_pair = |pair: &(&str, &str)| *pair == (table.name.as_str(), name);
                    if names_subject(name, &table.key) || PARENTS.iter().any(is_pair) {
                        Some(arn.clone())
                    } else if PARENTS_BY_ID.iter().any(is_pair) {
                        id(arn)
                    } else {
                        None
                    }
                };
                let texts = table.columns.iter().filter(|column| column.data_type == "string");
                texts.filter_map(|column| Some((column.name.clone(), says(&column.name)?))).collect()
            }
        }
    }

    /// The rows of a table in which one of these columns names it.
    pub(crate) fn wanted(&self, table: &TableEntry) -> Wanted {
        wanted(self.columns(table))
    }

    /// The service of its ARN; none of an account.
    pub(crate) fn service(&self) -> Option<&str> {
        match self {
            Self::Account(_) => None,
            Self::Thing(arn) => service(arn),
        }
    }
}

/// The service that an ARN names, also one that is cut short.
pub(crate) fn service(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(4, ':');
    let (first, _, service) = (parts.next()?, parts.next()?, parts.next()?);
    // Without what follows it the service may be cut short.
    parts.next().filter(|_| first == "arn").map(|_| service)
}

/// What stands behind the last slash of an ARN.
fn id(arn: &str) -> Option<String> {
    arn.rsplit_once('/').map(|(_, id)| id.to_owned())
}

/// The rows in which one of these columns says what it must.
pub(crate) fn wanted(columns: Vec<(String, String)>) -> Wanted {
    Wanted(columns.into_iter().map(|(name, value)| (name, BTreeSet::from([value]))).collect())
}
