//! What a case is about: the names in its row that exceptions are compared with.

use arrow::array::{Array, AsArray, StringArray};
use arrow::record_batch::RecordBatch;

use super::Day;
use super::made::Made;
use crate::extent::ACCOUNT;
use crate::{Change, Found};

/// The columns that name what a case is about.
const RESOURCES: [&str; 16] = [
    "access_key_id",
    "arn",
    "distribution_arn",
    "identity_arn",
    "log_source",
    "network_acl_id",
    "recorder_name",
    "resource_arn",
    "role_name",
    "security_group_id",
    "service",
    "standards_id",
    "subject",
    "subject_arn",
    "target_arn",
    "user_name",
];

/// The columns that name who is let in, or whose credentials or rights a case is about.
const PRINCIPALS: [&str; 7] =
    ["identity_arn", "principal", "principal_arn", "role_arn", "role_name", "user_name", "who"];

/// Columns that are names besides: of the place, and of one thing among several of a resource.
const OTHERS: [&str; 10] = [
    "access_key",
    "account_id",
    "image_digest",
    "kind",
    "organization_id",
    "origin_id",
    "region",
    "resource_type",
    "subject_type",
    "unused",
];

/// What a case is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Case<'a> {
    /// Its account.
    pub account_id: Option<&'a str>,
    /// What it is about, by each of its names.
    pub resources: Vec<&'a str>,
    /// Whom it is about, by each of their names.
    pub principals: Vec<&'a str>,
    /// The day on which what it is about was made; none if nobody knows, or if no exception asks for it.
    pub made_on: Option<&'a Day>,
}

impl<'a> Case<'a> {
    /// Of what a rule found. None for a place where it could not look.
    pub(crate) fn of_found(found: &'a Found, made: &'a Made) -> Option<Self> {
        if matches!(found.change, Change::NotSeen) {
            return None;
        }
        Some(Self::of_change(found.account_id.as_deref(), found.resource.as_deref(), made))
    }

    /// Of what a rule found, by its account and by what it is about.
    pub(crate) fn of_change(account_id: Option<&'a str>, resource: Option<&'a str>, made: &'a Made) -> Self {
        let names: Vec<&str> = resource.into_iter().collect();
        let made_on = resource.and_then(|arn| made.on(arn));
        Self { account_id, resources: names.clone(), principals: names, made_on }
    }
}

/// The columns of a batch that name what its rows are about. All its columns are text.
pub(crate) struct NameColumns<'a> {
    account: Option<&'a StringArray>,
    resources: Vec<(&'static str, &'a StringArray)>,
    principals: Vec<&'a StringArray>,
}

impl<'a> NameColumns<'a> {
    /// Whether a column names the case, and does not only say how it is.
    pub(crate) fn has(column: &str) -> bool {
        [&RESOURCES[..], &PRINCIPALS, &OTHERS].into_iter().flatten().any(|name| *name == column)
    }

    pub(crate) fn of(batch: &'a RecordBatch) -> Self {
        let column = |name: &str| batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
        Self {
            account: column(ACCOUNT),
            resources: RESOURCES.into_iter().filter_map(|name| Some((name, column(name)?))).collect(),
            principals: PRINCIPALS.into_iter().filter_map(column).collect(),
        }
    }

    pub(crate) fn case(&self, row: usize, made: &'a Made) -> Case<'a> {
        let account_id = self.account.and_then(|column| cell(column, row));
        let named: Vec<_> =
            self.resources.iter().filter_map(|(name, column)| Some((*name, cell(column, row)?))).collect();
        // Of several things the newest counts: what was made since may be the one that the exception is about.
        let made_on = named.iter().filter_map(|(column, name)| made.of_case(account_id, column, name)).max();
        Case {
            account_id,
            resources: named.into_iter().map(|(_, name)| name).collect(),
            principals: self.principals.iter().filter_map(|column| cell(column, row)).collect(),
            made_on,
        }
    }
}

fn cell(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}
