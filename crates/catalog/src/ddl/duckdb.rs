//! DuckDB's statements: views over the files that the manifests name.

use crate::column_type::ColumnType;
use crate::contents::{PARTITION_KEYS, PublishedTable, SnapshotOfTable};
use crate::ddl::{quoted, snapshot_columns, view_query};
use crate::{Contents, Result};

pub(super) fn statements(contents: &Contents) -> Result<Vec<String>> {
    let databases = &contents.databases;
    let mut statements = vec![
        format!("CREATE SCHEMA IF NOT EXISTS {}", databases.newest),
        format!("CREATE SCHEMA IF NOT EXISTS {}", databases.history),
    ];
    for table in &contents.tables {
        let selects = table.snapshots.iter().map(|it| select(table, it)).collect::<Result<Vec<_>>>()?;
        let name = format!("{}.{}", databases.history, table.name);
        statements.push(format!("CREATE OR REPLACE VIEW {name} AS\n{}", selects.join("\nUNION ALL\n")));
        comment(&mut statements, &name, table);
    }
    for table in &contents.tables {
        if let Some(query) = view_query(contents, table) {
            let name = format!("{}.{}", databases.newest, table.name);
            statements.push(format!("CREATE OR REPLACE VIEW {name} AS\n{}", query.trim_end()));
            comment(&mut statements, &name, table);
        }
    }
    Ok(statements)
}

fn comment(statements: &mut Vec<String>, name: &str, table: &PublishedTable) {
    statements.push(format!("COMMENT ON VIEW {name} IS {}", quoted(&table.comment)));
    let own = table.columns.iter().map(|it| (it.name.as_str(), it.comment.as_str()));
    for (column, comment) in own.chain(PARTITION_KEYS) {
        statements.push(format!("COMMENT ON COLUMN {name}.{column} IS {}", quoted(comment)));
    }
}

/// One snapshot's rows.
fn select(table: &PublishedTable, snapshot: &SnapshotOfTable) -> Result<String> {
    let columns = snapshot_columns(table, snapshot, ColumnType::duckdb)?;
    let files: Vec<_> = snapshot.files.iter().map(|file| quoted(file.trim_start_matches("file://"))).collect();
    let files = format!("read_parquet([{}], hive_partitioning = false)", files.join(", "));
    Ok(format!("SELECT {columns} FROM {files}"))
}
