//! Which columns of a table are compared. Declared once, here: all that both snapshots have, but the key, and what
//! differs each night though nothing has changed.

use std::collections::BTreeSet;

use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use orgcensus_lake::{ColumnEntry, TableEntry};

use crate::{Error, Result, column_type};

pub(crate) const ACCOUNT_ID: &str = "account_id";
pub(crate) const ACCOUNT_NAME: &str = "account_name";
pub(crate) const REGION: &str = "region";

/// What the engine stamps on each row: where, and when.
const STAMP: [&str; 7] = ["organization_id", ACCOUNT_ID, ACCOUNT_NAME, "ou_path", REGION, "captured_at", "run_id"];

/// Of the stamp, what is true of an account. It is compared in the account's own row, not in each row that it has.
const OF_ACCOUNT: [&str; 2] = [ACCOUNT_NAME, "ou_path"];

/// Moments that move by themselves while all stays as it is.
const HEARTBEATS: [&str; 7] = [
    "report_generated_at",
    "last_ping_at",
    "latest_delivered_at",
    "latest_digest_delivered_at",
    // What one snapshot carries of earlier ones.
    "inactive_seen_since",
    "root_used_dates",
    "root_used_date_count",
];

/// Of the coverage, how a run went. Each run has other numbers, and AWS's messages name the request.
const OF_RUN: [&str; 10] = [
    "calls",
    "duration_millis",
    "error_message",
    "items_gone",
    "items_missed",
    "retries",
    "rows_duplicate",
    "rows_written",
    "started_at",
    "throttles",
];

pub(crate) const ACCOUNTS: &str = "accounts";
pub(crate) const COVERAGE: &str = "coverage";

/// The tables that tell of the run and not of the organization. The first is compared, since it says what was seen.
pub(crate) const RUN_TABLES: [&str; 3] = [COVERAGE, API_USAGE, TABLE_COVERAGE];

/// Compared only if they are asked for by name: measures of a run, what the coverage says already, what happened, which
/// is no state, and what is made of the rows of other tables, where each difference would be told twice.
pub(crate) const ONLY_IF_ASKED: [&str; 14] = [
    API_USAGE,
    TABLE_COVERAGE,
    ACTIVITY,
    ACTIVITY_WINDOWS,
    "can_assume",
    "can_become",
    "changes",
    "critical_access",
    "effective_access",
    "exceptions",
    "facts",
    "first_seen",
    "guardrail_stops",
    "materializations",
];

/// What happened, and since when that was read.
pub(crate) const ACTIVITY: &str = "activity";
pub(crate) const ACTIVITY_WINDOWS: &str = "activity_windows";

const API_USAGE: &str = "api_usage";
const TABLE_COVERAGE: &str = "table_coverage";

/// Whether a column only tells how much time has passed: an age, or the whole days since or until a moment that is in
/// the row too. `retention_days` has no such moment, it is a setting.
fn tells_time(name: &str, columns: &[ColumnEntry]) -> bool {
    let Some(stem) = name.strip_suffix("_days") else { return HEARTBEATS.contains(&name) };
    let is_moment = |it: &&ColumnEntry| it.data_type == "timestamp" && it.name != "captured_at";
    let mut moments = columns.iter().filter(is_moment);
    let is_limit = stem.starts_with("max_") || stem.starts_with("min_");
    if stem == "age" || (stem.ends_with("_age") && !is_limit) {
        // Its moment may be called otherwise: password_last_changed_at.
        return moments.next().is_some();
    }
    let of = stem.strip_suffix("_in").unwrap_or(stem);
    moments.any(|it| ["_at", "_since"].iter().any(|end| it.name.strip_suffix(end) == Some(of)))
}

fn is_compared(table: &TableEntry, name: &str) -> bool {
    if STAMP.contains(&name) {
        return table.name == ACCOUNTS && OF_ACCOUNT.contains(&name);
    }
    let is_of_run = table.name == COVERAGE && OF_RUN.contains(&name);
    let is_key = table.key.iter().any(|it| it == name);
    !is_key && !is_of_run && !tells_time(name, &table.columns)
}

/// What is read of a table of two snapshots.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Columns {
    /// Account, region and the natural key: what the rows are sorted by.
    pub(crate) key: Vec<Field>,
    /// What is compared.
    pub(crate) compared: Vec<Field>,
}

impl Columns {
    /// The columns of two versions of a table; none if they cannot be compared, since their keys differ. A column that
    /// only one of them has is no change.
    pub(crate) fn of(from: &TableEntry, to: &TableEntry) -> Result<Option<Self>> {
        if from.key != to.key {
            return Ok(None);
        }
        let names = [ACCOUNT_ID, REGION].into_iter().chain(to.key.iter().map(String::as_str));
        let mut key = Vec::new();
        for name in names {
            match common(from, to, name)? {
                Some(field) => key.push(field),
                None => return Ok(None),
            }
        }
        let mut compared = Vec::new();
        for column in to.columns.iter().filter(|it| is_compared(to, &it.name)) {
            compared.extend(common(from, to, &column.name)?);
        }
        Ok(Some(Self { key, compared }))
    }

    /// The same two versions for rules, which may ask for any column: all that both have, but the stamp, and what is a
    /// list or a map.
    pub(crate) fn plain(from: &TableEntry, to: &TableEntry) -> Result<Option<Self>> {
        let Some(Self { key, .. }) = Self::of(from, to)? else { return Ok(None) };
        let is_own = |name: &str| !STAMP.contains(&name) && !to.key.iter().any(|it| it == name);
        let mut compared = Vec::new();
        for column in to.columns.iter().filter(|it| is_own(&it.name)) {
            compared.extend(common(from, to, &column.name)?.filter(|it| !it.data_type().is_nested()));
        }
        Ok(Some(Self { key, compared }))
    }

    /// The columns of a table that rules may ask for, of all that it has.
    pub(crate) fn askable(fields: &Fields) -> Vec<Field> {
        let is_key = |name: &str| [ACCOUNT_ID, ACCOUNT_NAME, REGION].contains(&name);
        let is_askable =
            |it: &&FieldRef| !it.data_type().is_nested() && (is_key(it.name()) || !STAMP.contains(&it.name().as_str()));
        fields.iter().filter(is_askable).map(|it| it.as_ref().clone()).collect()
    }

    /// These of the compared columns.
    pub(crate) fn only(mut self, names: &BTreeSet<String>) -> Self {
        self.compared.retain(|field| names.contains(field.name()));
        self
    }

    /// What is read of either side: the key, the account's name, and what is compared.
    pub(crate) fn fields(&self) -> Vec<Field> {
        let name = Field::new(ACCOUNT_NAME, DataType::Utf8, true);
        self.key.iter().cloned().chain([name]).chain(self.compared.iter().cloned()).collect()
    }
}

/// A column that both versions have, in the wider of its types.
fn common(from: &TableEntry, to: &TableEntry, name: &str) -> Result<Option<Field>> {
    let (Some(from), Some(to)) = (typed(from, name)?, typed(to, name)?) else { return Ok(None) };
    let data_type = match (from, to) {
        (from, to) if from == to => from,
        (DataType::Int32 | DataType::Int64, DataType::Int32 | DataType::Int64) => DataType::Int64,
        // A column keeps its type: these would be two columns of one name.
        _ => return Ok(None),
    };
    Ok(Some(Field::new(name, data_type, true)))
}

fn typed(table: &TableEntry, name: &str) -> Result<Option<DataType>> {
    let Some(column) = table.columns.iter().find(|it| it.name == name) else { return Ok(None) };
    let unknown = || Error::ColumnType {
        table: table.name.clone(),
        column: name.to_owned(),
        data_type: column.data_type.clone(),
    };
    Ok(Some(column_type::parse(&column.data_type).ok_or_else(unknown)?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Every table's columns with their types, as the lake has them.
    const COLUMNS: &str = include_str!("../../../row/data/columns.tsv");

    fn entry(name: &str, key: &[&str], columns: &[(&str, &str)]) -> TableEntry {
        let column = |(name, data_type): &(&str, &str)| ColumnEntry {
            name: (*name).to_owned(),
            data_type: (*data_type).to_owned(),
            is_nullable: true,
            comment: String::new(),
        };
        TableEntry {
            name: name.to_owned(),
            comment: String::new(),
            key: key.iter().map(|&it| it.to_owned()).collect(),
            columns: columns.iter().map(column).collect(),
            rests_on: None,
            is_derived: false,
            rows: 0,
            duplicate_rows: 0,
            bytes: 0,
            files: Vec::new(),
        }
    }

    fn tables() -> BTreeMap<&'static str, Vec<(&'static str, &'static str)>> {
        let mut tables = BTreeMap::<_, Vec<_>>::new();
        for line in COLUMNS.lines() {
            let words: Vec<&str> = line.split('\t').collect();
            tables.entry(words[0]).or_default().push((words[1], words[2]));
        }
        tables
    }

    fn names(fields: &[Field]) -> Vec<&str> {
        fields.iter().map(|it| it.name().as_str()).collect()
    }

    #[test]
    fn days_that_are_compared_are_settings() {
        let (mut settings, mut times) = (0, 0);
        for (name, columns) in tables() {
            let table = entry(name, &[], &columns);
            for (column, _) in columns.iter().filter(|(column, _)| column.ends_with("_days")) {
                let is_setting = ["retention_days", "period_days", "max_password_age_days", "object_lock_days"];
                if is_compared(&table, column) {
                    assert!(is_setting.iter().any(|it| column.contains(it)), "{name}.{column} changes every night");
                    settings += 1;
                } else {
                    times += 1;
                }
            }
        }
        assert!(settings >= 9 && times >= 120, "{settings} settings, {times} that tell the time");
    }

    #[test]
    fn what_tells_the_time_is_left_out_by_the_moment_beside_it() {
        for (table, column, expected) in [
            ("iam_credential_report", "age_days", false),
            ("iam_credential_report", "password_age_days", false),
            ("iam_credential_report", "password_last_used_days", false),
            ("iam_credential_report", "password_last_used_at", true),
            ("iam_credential_report", "report_generated_at", false),
            ("iam_credential_report", "captured_at", false),
            ("iam_credential_report", "mfa_active", true),
            ("iam_password_policies", "max_password_age_days", true),
            ("ec2_vpc_peering_connections", "expires_in_days", false),
            ("ec2_vpc_peering_connections", "expires_at", true),
            ("logs_log_groups", "retention_days", true),
            ("iam_users", "account_name", false),
            ("iam_users", "ou_path", false),
            ("accounts", "account_name", true),
            ("accounts", "ou_path", true),
            ("accounts", "joined_days", false),
            ("accounts", "run_id", false),
            ("coverage", "outcome", true),
            ("coverage", "calls", false),
            ("coverage", "error_message", false),
        ] {
            let columns = &tables()[table];
            assert!(columns.iter().any(|(name, _)| *name == column), "{table}.{column} is no column");
            assert_eq!(is_compared(&entry(table, &[], columns), column), expected, "{table}.{column}");
        }
    }

    #[test]
    fn a_column_that_one_version_lacks_is_not_compared() {
        let stamp = [("account_id", "string"), ("region", "string")];
        let old =
            entry("t", &["arn"], &[&stamp[..], &[("arn", "string"), ("size", "int"), ("old", "string")]].concat());
        let new =
            entry("t", &["arn"], &[&stamp[..], &[("arn", "string"), ("new", "string"), ("size", "bigint")]].concat());
        for (from, to) in [(&old, &new), (&new, &old)] {
            let columns = Columns::of(from, to).unwrap().unwrap();
            assert_eq!(names(&columns.key), ["account_id", "region", "arn"]);
            assert_eq!(names(&columns.compared), ["size"]);
            assert_eq!(columns.compared[0].data_type(), &DataType::Int64);
        }
    }

    #[test]
    fn another_key_or_another_type_is_no_comparison() {
        let columns = [("account_id", "string"), ("region", "string"), ("arn", "string"), ("id", "string")];
        let by = |key: &str| entry("t", &[key], &columns);
        assert_eq!(Columns::of(&by("arn"), &by("id")).unwrap(), None);
        let typed = |data_type| entry("t", &["arn"], &[&columns[..2], &[("arn", "string"), ("x", data_type)]].concat());
        let columns = Columns::of(&typed("string"), &typed("bigint")).unwrap().unwrap();
        assert_eq!(names(&columns.compared), Vec::<&str>::new());
        let error = Columns::of(&typed("decimal"), &typed("bigint")).unwrap_err().to_string();
        assert!(error.starts_with("read column x of table t: its type decimal"), "{error}");
    }
}
