//! The difference between what Glue has and what it should have. Pure.

use std::fmt;

use crate::column_type::common;
use crate::glue::definition::{GlueColumn, GluePartition, GlueTable, OWNER};
use crate::{Error, Result};

/// One change, in the order in which changes are made.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A database is made.
    CreateDatabase(String),
    /// A table or view is made; a table's partitions follow.
    CreateTable(Box<GlueTable>),
    /// A table or view becomes what it should be, for these reasons.
    UpdateTable(Box<GlueTable>, Vec<String>),
    /// A snapshot becomes visible in a table.
    CreatePartition(TableName, GluePartition),
    /// A later run of the same day takes the place of an earlier one; the second is where it was.
    UpdatePartition(TableName, GluePartition, String),
    /// A snapshot that the lake no longer has goes.
    DeletePartition(TableName, Vec<String>),
    /// A table or view that the lake no longer has goes.
    DeleteTable(TableName),
}

/// A table's name with its database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName {
    /// The database.
    pub database: String,
    /// The table or view.
    pub table: String,
}

/// All changes: databases, tables with their partitions, then views, then removals.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    pub(crate) databases: Vec<Change>,
    pub(crate) tables: Vec<Change>,
    pub(crate) views: Vec<Change>,
    pub(crate) removals: Vec<Change>,
}

impl Plan {
    /// All changes in order.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.databases.iter().chain(&self.tables).chain(&self.views).chain(&self.removals)
    }

    /// Whether Glue says already what the lake holds.
    pub fn is_empty(&self) -> bool {
        self.changes().next().is_none()
    }
}

/// Compares. `present` are the databases, with their tables if they exist.
pub(crate) fn plan(wanted: &[GlueTable], present: Vec<(String, Option<Vec<GlueTable>>)>) -> Result<Plan> {
    let mut plan = Plan::default();
    for (database, tables) in present {
        if tables.is_none() {
            plan.databases.push(Change::CreateDatabase(database.clone()));
        }
        let tables = tables.unwrap_or_default();
        for table in wanted.iter().filter(|table| table.database == database) {
            let changes = changes(table, tables.iter().find(|it| it.name == table.name))?;
            let (removals, others) = changes.into_iter().partition(|it| matches!(it, Change::DeletePartition(..)));
            plan.removals.extend::<Vec<_>>(removals);
            if table.view_text.is_some() { &mut plan.views } else { &mut plan.tables }.extend::<Vec<_>>(others);
        }
        let owner = wanted.first().and_then(|it| it.parameters.get(OWNER));
        let is_left = |it: &&GlueTable| {
            it.parameters.get(OWNER) == owner && !wanted.iter().any(|table| table.title() == it.title())
        };
        plan.removals.extend(tables.iter().filter(is_left).map(|it| Change::DeleteTable(it.title())));
    }
    Ok(plan)
}

fn changes(wanted: &GlueTable, present: Option<&GlueTable>) -> Result<Vec<Change>> {
    let name = wanted.title();
    let alone = |columns| Box::new(GlueTable { partitions: Vec::new(), columns, ..wanted.clone() });
    let mut changes = Vec::new();
    let partitions = match present {
        None => {
            changes.push(Change::CreateTable(alone(wanted.columns.clone())));
            &[][..]
        }
        Some(present) => {
            let columns = grown(wanted, present)?;
            let reasons = reasons(wanted, present, &columns);
            if !reasons.is_empty() {
                changes.push(Change::UpdateTable(alone(columns), reasons));
            }
            &present.partitions[..]
        }
    };
    for partition in &wanted.partitions {
        match partitions.iter().find(|it| it.values == partition.values) {
            None => changes.push(Change::CreatePartition(name.clone(), partition.clone())),
            Some(was) if was != partition => {
                changes.push(Change::UpdatePartition(name.clone(), partition.clone(), was.location.clone()));
            }
            Some(_) => {}
        }
    }
    let is_gone = |it: &&GluePartition| !wanted.partitions.iter().any(|partition| partition.values == it.values);
    changes
        .extend(partitions.iter().filter(is_gone).map(|it| Change::DeletePartition(name.clone(), it.values.clone())));
    Ok(changes)
}

/// A table's columns, plus the columns that only Glue has: tables only grow. A view has exactly the columns that it
/// selects.
fn grown(wanted: &GlueTable, present: &GlueTable) -> Result<Vec<GlueColumn>> {
    let owner = present.parameters.get(OWNER);
    if owner != wanted.parameters.get(OWNER) {
        let owner = owner.map_or("nobody known".to_owned(), |lake| format!("the lake {lake}"));
        return Err(Error::Foreign { table: wanted.title().to_string(), owner });
    }
    let mut columns = wanted.columns.clone();
    if wanted.view_text.is_some() {
        return Ok(columns);
    }
    for was in &present.columns {
        match columns.iter_mut().find(|it| it.name == was.name) {
            None => columns.push(was.clone()),
            Some(is) => {
                is.data_type = common(&was.data_type, &is.data_type)
                    .ok_or_else(|| Error::TypeChanged {
                        table: wanted.name.clone(),
                        column: is.name.clone(),
                        was: was.data_type.clone(),
                        is: is.data_type.clone(),
                    })?
                    .to_owned();
            }
        }
    }
    Ok(columns)
}

/// Why a table must be written, in words; none if it is as it should be.
fn reasons(wanted: &GlueTable, present: &GlueTable, columns: &[GlueColumn]) -> Vec<String> {
    let mut reasons = Vec::new();
    for column in columns {
        match present.columns.iter().find(|it| it.name == column.name) {
            None => reasons.push(format!("+ column {} {}", column.name, column.data_type)),
            Some(was) if was.data_type != column.data_type => {
                reasons.push(format!("column {} from {} to {}", column.name, was.data_type, column.data_type));
            }
            Some(was) if was.comment != column.comment => reasons.push(format!("comment of {}", column.name)),
            Some(_) => {}
        }
    }
    let gone = present.columns.iter().filter(|it| columns.iter().all(|column| column.name != it.name));
    reasons.extend(gone.map(|it| format!("- column {}", it.name)));
    if reasons.is_empty() && columns != present.columns {
        reasons.push("order of columns".to_owned());
    }
    let of_service = |it: &(&String, &String)| wanted.parameters.contains_key(it.0);
    let parameters: Vec<_> = present.parameters.iter().filter(of_service).collect();
    for (what, is_other) in [
        ("description", wanted.description != present.description),
        ("parameters", parameters != wanted.parameters.iter().collect::<Vec<_>>()),
        ("partition keys", wanted.partition_keys != present.partition_keys),
        ("location", wanted.location != present.location),
        ("what it shows", wanted.view_text != present.view_text),
    ] {
        if is_other {
            reasons.push(what.to_owned());
        }
    }
    reasons
}

impl Change {
    /// The table that it is about; a database is none.
    pub(crate) fn table(&self) -> Option<TableName> {
        match self {
            Self::CreateDatabase(_) => None,
            Self::CreateTable(table) | Self::UpdateTable(table, _) => Some(table.title()),
            Self::CreatePartition(name, _)
            | Self::UpdatePartition(name, ..)
            | Self::DeletePartition(name, _)
            | Self::DeleteTable(name) => Some(name.clone()),
        }
    }
}

impl GlueTable {
    /// Its name with its database.
    pub(crate) fn title(&self) -> TableName {
        TableName { database: self.database.clone(), table: self.name.clone() }
    }

    fn kind(&self) -> &'static str {
        if self.view_text.is_some() { "view" } else { "table" }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.database, self.table)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateDatabase(name) => write!(f, "+ database {name}"),
            Self::CreateTable(it) => write!(f, "+ {} {} ({} columns)", it.kind(), it.title(), it.columns.len()),
            Self::UpdateTable(it, reasons) => write!(f, "~ {} {}: {}", it.kind(), it.title(), reasons.join(", ")),
            Self::CreatePartition(name, it) => write!(f, "+ partition {name} {} {}", it.values.join("/"), it.location),
            Self::UpdatePartition(name, it, was) => {
                write!(f, "~ partition {name} {} {} (was {was})", it.values.join("/"), it.location)
            }
            Self::DeletePartition(name, values) => write!(f, "- partition {name} {}", values.join("/")),
            Self::DeleteTable(name) => write!(f, "- {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contents::tests::contents;
    use crate::glue::wanted;

    fn databases(wanted: &[GlueTable]) -> Vec<(String, Option<Vec<GlueTable>>)> {
        let of = |name: &str| {
            (name.to_owned(), Some(wanted.iter().filter(|it| it.database == name).cloned().collect::<Vec<_>>()))
        };
        vec![of("orgcensus_history"), of("orgcensus")]
    }

    fn lines(plan: &Plan) -> Vec<String> {
        plan.changes().map(ToString::to_string).collect()
    }

    #[test]
    fn from_nothing_views_come_last_and_a_second_time_there_is_nothing_to_do() {
        let wanted = wanted(&contents()).unwrap();
        let nothing = vec![("orgcensus_history".to_owned(), None), ("orgcensus".to_owned(), None)];
        let first: Vec<_> = lines(&plan(&wanted, nothing).unwrap());
        let place = "s3://bucket/lake/data";
        let expected = [
            "+ database orgcensus_history".to_owned(),
            "+ database orgcensus".to_owned(),
            "+ table orgcensus_history.test_queues (5 columns)".to_owned(),
            format!(
                "+ partition orgcensus_history.test_queues o-a/2026-11-21 {place}/org_id=o-a/snapshot_date=2026-11-21/run-1/test_queues/"
            ),
            format!(
                "+ partition orgcensus_history.test_queues o-a/2026-11-22 {place}/org_id=o-a/snapshot_date=2026-11-22/run-2/test_queues/"
            ),
            format!(
                "+ partition orgcensus_history.test_queues o-b/2026-11-22 {place}/org_id=o-b/snapshot_date=2026-11-22/run-3/test_queues/"
            ),
            "+ view orgcensus.test_queues (7 columns)".to_owned(),
        ];
        assert_eq!(first, expected);
        assert!(plan(&wanted, databases(&wanted)).unwrap().is_empty());
    }

    #[test]
    fn what_changed_is_said_and_columns_that_only_glue_has_stay() {
        let wanted = wanted(&contents()).unwrap();
        let mut present = wanted.clone();
        present[0].columns.remove(4);
        present[0].columns[0].comment = "another".to_owned();
        present[0].columns[1].data_type = "int".to_owned();
        let only_glue = GlueColumn { name: "old".into(), data_type: "string".into(), comment: "of old".into() };
        present[0].columns.push(only_glue.clone());
        present[0].parameters.insert("transient_lastDdlTime".into(), "1".into());
        present[0].partitions[1].location = "s3://bucket/lake/earlier/".into();
        present[0].partitions[0].values[1] = "2026-01-01".into();
        present[1].view_text = Some("/* Presto View: other */".into());
        let found = plan(&wanted, databases(&present)).unwrap();
        let lines = lines(&found);
        assert_eq!(
            lines[0],
            "~ table orgcensus_history.test_queues: comment of arn, column size_bytes from int to bigint, + column names array<string>"
        );
        assert!(lines[1].starts_with("+ partition orgcensus_history.test_queues o-a/2026-11-21 "), "{lines:?}");
        assert!(lines[2].ends_with("(was s3://bucket/lake/earlier/)"), "{lines:?}");
        let last =
            ["~ view orgcensus.test_queues: what it shows", "- partition orgcensus_history.test_queues o-a/2026-01-01"];
        assert_eq!(lines[3..], last);
        let Change::UpdateTable(table, _) = &found.tables[0] else { panic!("{:?}", found.tables) };
        assert_eq!(table.columns.last(), Some(&only_glue));
    }

    #[test]
    fn what_is_not_ours_or_changed_its_type_is_refused() {
        let wanted = wanted(&contents()).unwrap();
        let mut present = wanted.clone();
        present[0].parameters.remove(OWNER);
        let error = plan(&wanted, databases(&present)).unwrap_err();
        assert!(matches!(error, Error::Foreign { .. }), "{error}");
        let mut present = wanted.clone();
        present[0].columns[0].data_type = "bigint".into();
        let error = plan(&wanted, databases(&present)).unwrap_err();
        assert!(matches!(error, Error::TypeChanged { .. }), "{error}");
    }

    #[test]
    fn only_our_own_tables_are_removed() {
        let wanted = wanted(&contents()).unwrap();
        let mut present = wanted.clone();
        present.push(GlueTable { name: "gone".into(), ..wanted[0].clone() });
        let others =
            GlueTable { name: "others".into(), parameters: std::collections::BTreeMap::new(), ..wanted[0].clone() };
        present.push(others);
        assert_eq!(lines(&plan(&wanted, databases(&present)).unwrap()), ["- orgcensus_history.gone"]);
    }
}
