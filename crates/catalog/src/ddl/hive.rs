//! Athena's statements: HiveQL for databases, tables and partitions, which Hive and Spark's Hive support take as well.

use crate::column_type::ColumnType;
use crate::contents::{PARTITION_KEYS, PublishedTable};
use crate::ddl::{quoted_by_backslash as quoted, views};
use crate::{Contents, Result};

/// Partitions that one statement adds.
const PARTITIONS_MAX: usize = 100;

pub(super) fn statements(contents: &Contents) -> Result<Vec<String>> {
    let databases = &contents.databases;
    let mut statements = vec![
        format!("CREATE DATABASE IF NOT EXISTS {} COMMENT 'The newest complete snapshots'", databases.newest),
        format!("CREATE DATABASE IF NOT EXISTS {} COMMENT 'Every snapshot'", databases.history),
    ];
    for table in &contents.tables {
        let name = format!("{}.{}", databases.history, table.name);
        statements.push(format!("DROP TABLE IF EXISTS {name}"));
        statements.push(create(contents, table)?);
        for partitions in table.snapshots.chunks(PARTITIONS_MAX) {
            let mut statement = format!("ALTER TABLE {name} ADD IF NOT EXISTS");
            for it in partitions {
                let (organization, date) = (&it.organization_id, &it.snapshot_date);
                let place = quoted(&it.location);
                statement +=
                    &format!("\n  PARTITION (org_id = '{organization}', snapshot_date = '{date}') LOCATION {place}");
            }
            statements.push(statement);
        }
    }
    statements.extend(views(contents));
    Ok(statements)
}

fn create(contents: &Contents, table: &PublishedTable) -> Result<String> {
    for it in &table.columns {
        ColumnType::parse(&it.data_type)?;
    }
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|it| format!("  {} {} COMMENT {}", it.name, it.data_type, quoted(&it.comment)))
        .collect();
    let keys = PARTITION_KEYS.map(|(name, comment)| format!("{name} string COMMENT {}", quoted(comment)));
    Ok(format!(
        "CREATE EXTERNAL TABLE {}.{} (\n{}\n)\nCOMMENT {}\nPARTITIONED BY ({})\nSTORED AS PARQUET\nLOCATION {}",
        contents.databases.history,
        table.name,
        columns.join(",\n"),
        quoted(&table.comment),
        keys.join(", "),
        // Partitions say where their files are; nothing is ever read from here.
        quoted(&format!("{}/data/", contents.url)),
    ))
}
