//! The manifest: what one run left, file by file. Readers trust it and never a listing.

use arrow::datatypes::{DataType, TimeUnit};
use orgcensus_row::{Table, Timestamp};
use serde::{Deserialize, Serialize};

use crate::blocks::Blocks;
use crate::format::{FORMAT, SCHEMA_VERSION, VERSION};
use crate::instant;
use crate::snapshot::RunSnapshot;

/// What one run published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of this object.
    pub format: u64,
    /// The version of the tables.
    pub schema_version: u32,
    /// The version of orgcensus that wrote it.
    pub orgcensus_version: String,
    /// The organization.
    pub organization_id: String,
    /// The snapshot's date, `YYYY-MM-DD`.
    pub snapshot_date: String,
    /// The run.
    pub run_id: String,
    /// When the run started (UTC).
    #[serde(with = "instant")]
    pub captured_at: Timestamp,
    /// The tables, by name.
    pub tables: Vec<TableEntry>,
}

/// One table of a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableEntry {
    /// The table's name.
    pub name: String,
    /// What a row is.
    pub comment: String,
    /// The natural key within one account and region.
    pub key: Vec<String>,
    /// The columns, in file order.
    pub columns: Vec<ColumnEntry>,
    /// What coverage calls the tasks that fill the table, or fill what it is derived from; none in manifests of older
    /// versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_on: Option<Vec<String>>,
    /// Whether its rows are derived from other rows, which may be those of other accounts; not said in manifests of
    /// older versions.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_derived: bool,
    /// Rows in all files.
    pub rows: u64,
    /// Rows that were left out because their account, region and key were there already.
    pub duplicate_rows: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// At least one, which may have no row.
    pub files: Vec<FileEntry>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnEntry {
    /// Its name.
    pub name: String,
    /// Its type, as Athena's DDL writes it.
    #[serde(rename = "type")]
    pub data_type: String,
    /// Whether it may be null.
    pub is_nullable: bool,
    /// What it means.
    pub comment: String,
}

/// One Parquet file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Where it is, from the lake's root.
    pub path: String,
    /// Its rows.
    pub rows: u64,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
    /// The sums of its blocks, by which a reader checks what it reads of it; none in files of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Blocks>,
    /// The first account in it; none if it has no row.
    pub min_account_id: Option<String>,
    /// The last account in it.
    pub max_account_id: Option<String>,
}

impl Manifest {
    pub(crate) fn new(snapshot: &RunSnapshot, mut tables: Vec<TableEntry>) -> Self {
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        Self {
            format: FORMAT,
            schema_version: SCHEMA_VERSION,
            orgcensus_version: VERSION.to_owned(),
            organization_id: snapshot.organization_id.clone(),
            snapshot_date: snapshot.snapshot_date.clone(),
            run_id: snapshot.run_id.clone(),
            captured_at: snapshot.captured_at,
            tables,
        }
    }

    /// A table by its name.
    pub fn table(&self, name: &str) -> Option<&TableEntry> {
        self.tables.iter().find(|table| table.name == name)
    }
}

impl TableEntry {
    pub(crate) fn new(table: &Table, files: Vec<FileEntry>) -> Self {
        let columns = table.columns().into_iter().map(|column| ColumnEntry {
            name: column.name.to_owned(),
            data_type: type_name(&column.data_type),
            is_nullable: column.nullable,
            comment: column.comment.to_owned(),
        });
        Self {
            name: table.name.to_owned(),
            comment: table.comment.to_owned(),
            key: table.key.iter().map(|&column| column.to_owned()).collect(),
            columns: columns.collect(),
            rests_on: None,
            is_derived: false,
            rows: files.iter().map(|file| file.rows).sum(),
            duplicate_rows: 0,
            bytes: files.iter().map(|file| file.bytes).sum(),
            files,
        }
    }
}

/// The closed list of column types in Athena's words.
pub(crate) fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 => "string".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int32 => "int".to_owned(),
        DataType::Int64 => "bigint".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Timestamp(TimeUnit::Millisecond, None) => "timestamp".to_owned(),
        DataType::List(item) => format!("array<{}>", type_name(item.data_type())),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => {
                let types: Vec<_> = fields.iter().map(|field| type_name(field.data_type())).collect();
                format!("map<{}>", types.join(","))
            }
            other => other.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::table;

    #[test]
    fn what_a_table_rests_on_is_written_and_may_be_missing() {
        let mut entry = TableEntry::new(&table(), Vec::new());
        let old = serde_json::to_string(&entry).unwrap();
        assert!(!old.contains("rests_on") && !old.contains("is_derived"), "{old}");
        assert_eq!(serde_json::from_str::<TableEntry>(&old).unwrap(), entry);
        entry.rests_on = Some(vec!["test_queues".into()]);
        entry.is_derived = true;
        let new = serde_json::to_string(&entry).unwrap();
        assert_eq!(serde_json::from_str::<TableEntry>(&new).unwrap(), entry);
    }

    #[test]
    fn columns_have_athenas_types() {
        let entry = TableEntry::new(&table(), Vec::new());
        let types: Vec<_> = entry.columns.iter().map(|column| column.data_type.as_str()).collect();
        let stamp = ["string", "string", "string", "string", "string", "timestamp", "string"];
        assert_eq!(types[..7], stamp);
        assert_eq!(types[7..], ["string", "bigint", "timestamp", "array<string>", "map<string,string>"]);
    }
}
