//! Trino's statements, for a catalogue of the Hive connector.

use crate::column_type::ColumnType;
use crate::contents::{PARTITION_KEYS, PublishedTable};
use crate::ddl::{quoted, views};
use crate::{Contents, Result};

pub(super) fn statements(contents: &Contents) -> Result<Vec<String>> {
    let databases = &contents.databases;
    let mut statements = vec![
        format!("CREATE SCHEMA IF NOT EXISTS {}", databases.newest),
        format!("CREATE SCHEMA IF NOT EXISTS {}", databases.history),
    ];
    let keys = PARTITION_KEYS.map(|(name, _)| format!("'{name}'")).join(", ");
    for table in &contents.tables {
        statements.push(format!("DROP TABLE IF EXISTS {}.{}", databases.history, table.name));
        statements.push(create(contents, table, &keys)?);
        for it in &table.snapshots {
            let place = quoted(it.location.trim_end_matches('/'));
            statements.push(format!(
                "CALL system.register_partition('{}', '{}', ARRAY[{keys}], ARRAY['{}', '{}'], {place})",
                databases.history, table.name, it.organization_id, it.snapshot_date
            ));
        }
    }
    statements.extend(views(contents));
    Ok(statements)
}

fn create(contents: &Contents, table: &PublishedTable, keys: &str) -> Result<String> {
    let mut columns = Vec::new();
    for it in &table.columns {
        let data_type = ColumnType::parse(&it.data_type)?.trino();
        columns.push(format!("  {} {data_type} COMMENT {}", it.name, quoted(&it.comment)));
    }
    columns.extend(PARTITION_KEYS.map(|(name, comment)| format!("  {name} varchar COMMENT {}", quoted(comment))));
    Ok(format!(
        "CREATE TABLE {}.{} (\n{}\n)\nCOMMENT {}\nWITH (external_location = {}, format = 'PARQUET', partitioned_by = ARRAY[{keys}])",
        contents.databases.history,
        table.name,
        columns.join(",\n"),
        quoted(&table.comment),
        // Partitions say where their files are; nothing is ever read from here.
        quoted(&format!("{}/data", contents.url)),
    ))
}
