//! The catalogue as statements, in the words of four engines.

mod duckdb;
mod hive;
mod spark;
mod trino;

use std::str::FromStr;

use orgcensus_lake::printable;

use crate::column_type::ColumnType;
use crate::contents::{PublishedTable, SnapshotOfTable};
use crate::{Contents, Error, Result};

/// Who reads the statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Athena: HiveQL for tables, Trino's SQL for views.
    Athena,
    /// Trino's Hive connector.
    Trino,
    /// Spark without a metastore: views over folders.
    Spark,
    /// DuckDB: views over files.
    DuckDb,
}

impl FromStr for Dialect {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "athena" => Self::Athena,
            "trino" => Self::Trino,
            "spark" => Self::Spark,
            "duckdb" => Self::DuckDb,
            _ => {
                let reason = "it must be athena, trino, spark or duckdb".to_owned();
                return Err(Error::Unknown { what: format!("the dialect {text:?}"), reason });
            }
        })
    }
}

/// The statements that make the catalogue of a lake, each without a semicolon: databases, tables, and last the views.
/// They replace tables and views of the same names; no statement touches a file.
pub fn print(contents: &Contents, dialect: Dialect) -> Result<Vec<String>> {
    match dialect {
        Dialect::Athena => hive::statements(contents),
        Dialect::Trino => trino::statements(contents),
        Dialect::Spark => spark::statements(contents),
        Dialect::DuckDb => duckdb::statements(contents),
    }
}

/// What a view selects, in the form that Trino gives every view's text, so that what it stores and what we store are
/// the same. None where no snapshot is shown.
pub(crate) fn view_query(contents: &Contents, table: &PublishedTable) -> Option<String> {
    let names = table.columns.iter().map(|it| it.name.as_str()).chain(crate::contents::PARTITION_KEYS.map(|it| it.0));
    let is_shown = |it: &SnapshotOfTable| {
        format!("((org_id = '{}') AND (snapshot_date = '{}'))", it.organization_id, it.snapshot_date)
    };
    let shown: Vec<_> = table.newest().map(is_shown).collect();
    let condition = match shown.as_slice() {
        [] => return None,
        [only] => only.clone(),
        many => format!("({})", many.join(" OR ")),
    };
    let (columns, history) = (names.collect::<Vec<_>>().join("\n, "), &contents.databases.history);
    Some(format!("SELECT\n  {columns}\nFROM\n  {history}.{}\nWHERE {condition}\n", table.name))
}

/// What is selected from one snapshot's files: what they lack is null, what is narrower is widened to the type as the
/// dialect writes it.
fn snapshot_columns(
    table: &PublishedTable,
    snapshot: &SnapshotOfTable,
    written: fn(&ColumnType) -> String,
) -> Result<String> {
    let mut columns = Vec::new();
    for it in &table.columns {
        let own = snapshot.columns.iter().find(|own| own.name == it.name);
        columns.push(match own {
            Some(own) if own.data_type == it.data_type => it.name.clone(),
            own => {
                let value = own.map_or("NULL", |own| own.name.as_str());
                format!("CAST({value} AS {}) AS {}", written(&ColumnType::parse(&it.data_type)?), it.name)
            }
        });
    }
    let SnapshotOfTable { organization_id, snapshot_date, .. } = snapshot;
    columns.push(format!("'{organization_id}' AS org_id, '{snapshot_date}' AS snapshot_date"));
    Ok(columns.join(", "))
}

/// `CREATE OR REPLACE VIEW` for every table that is shown.
fn views(contents: &Contents) -> impl Iterator<Item = String> {
    contents.tables.iter().filter_map(|table| {
        let query = view_query(contents, table)?;
        Some(format!("CREATE OR REPLACE VIEW {}.{} AS\n{}", contents.databases.newest, table.name, query.trim_end()))
    })
}

/// A text between single quotes, as the SQL standard has it.
fn quoted(text: &str) -> String {
    format!("'{}'", one_line(text).replace('\'', "''"))
}

/// A text between single quotes, as Hive and Spark have it. Both put variables in the place of `${…}` before they look
/// for quotes.
fn quoted_by_backslash(text: &str) -> String {
    format!("'{}'", one_line(text).replace('\\', "\\\\").replace('\'', "\\'").replace("${", "\\u0024{"))
}

/// Comments of a console: one line, and no character that steers it. A semicolon at a line's end would end the statement
/// for simple clients.
fn one_line(text: &str) -> String {
    printable(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contents::tests::contents;

    #[test]
    fn statements_are_as_reviewed() {
        for (name, dialect) in [
            ("athena", Dialect::Athena),
            ("trino", Dialect::Trino),
            ("spark", Dialect::Spark),
            ("duckdb", Dialect::DuckDb),
        ] {
            assert_eq!(name.parse::<Dialect>().unwrap(), dialect);
            insta::assert_snapshot!(name, print(&contents(), dialect).unwrap().join(";\n\n"));
        }
        assert!("oracle".parse::<Dialect>().is_err());
    }

    #[test]
    fn a_comment_ends_no_text_in_any_dialect() {
        let mut contents = contents();
        let hostile = "it's \\'; DROP TABLE x; -- ${env:HOME} \u{1b}[2J\u{202e}\nnext";
        contents.tables[0].comment = hostile.to_owned();
        contents.tables[0].columns[0].comment = hostile.to_owned();
        let sql = r"'it''s \''; DROP TABLE x; -- ${env:HOME} \u{1b}[2J\u{202e} next'";
        let hive = r"'it\'s \\\'; DROP TABLE x; -- \u0024{env:HOME} \\u{1b}[2J\\u{202e} next'";
        for (dialect, quoted) in
            [(Dialect::Athena, hive), (Dialect::Trino, sql), (Dialect::Spark, hive), (Dialect::DuckDb, sql)]
        {
            let text = print(&contents, dialect).unwrap().join(";\n");
            let (found, all) = (text.matches(quoted).count(), text.matches("DROP TABLE x").count());
            assert!(found >= 2 && found == all, "{dialect:?}: {found} of {all} in {text}");
            assert!(!text.contains(['\u{1b}', '\u{202e}']));
        }
    }

    #[test]
    fn a_type_that_no_engine_has_is_no_part_of_a_statement() {
        let mut contents = contents();
        contents.tables[0].columns[0].data_type = "string) LOCATION 's3://elsewhere' --".to_owned();
        for dialect in [Dialect::Athena, Dialect::Trino, Dialect::Spark, Dialect::DuckDb] {
            let refused = print(&contents, dialect);
            assert!(refused.is_err(), "{dialect:?}: {refused:?}");
        }
    }

    #[test]
    fn a_table_that_no_newest_snapshot_has_has_no_view() {
        let mut contents = contents();
        contents.tables[0].snapshots.iter_mut().for_each(|it| it.is_newest = false);
        assert_eq!(view_query(&contents, &contents.tables[0]), None);
        assert!(
            !print(&contents, Dialect::Athena).unwrap().iter().any(|it| it.contains("VIEW orgcensus.test_queues AS"))
        );
    }
}
