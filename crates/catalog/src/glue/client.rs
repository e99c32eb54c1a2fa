//! Calls of AWS Glue, and its shapes from and to ours.

use std::collections::BTreeMap;

use orgcensus_aws::{Class, Read, Session, Write, read, write};
use orgcensus_calls::Call;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::glue::change::TableName;
use crate::glue::definition::{GlueColumn, GluePartition, GlueTable};
use crate::glue::presto_view::EXPANDED;
use crate::{Error, Result};

const TABLES: Read<Tables> = read("glue", "GetTables");
const PARTITIONS: Read<Partitions> = read("glue", "GetPartitions");
const CREATE_DATABASE: Write<Done> = write("glue", "CreateDatabase");
const CREATE_TABLE: Write<Done> = write("glue", "CreateTable");
const UPDATE_TABLE: Write<Done> = write("glue", "UpdateTable");
const DELETE_TABLE: Write<Done> = write("glue", "DeleteTable");
const CREATE_PARTITIONS: Write<Failures> = write("glue", "BatchCreatePartition");
const UPDATE_PARTITIONS: Write<UpdateFailures> = write("glue", "BatchUpdatePartition");
const DELETE_PARTITIONS: Write<Failures> = write("glue", "BatchDeletePartition");

/// Every call; the lake's policy allows these and no more.
pub const CALLS: &[Call] = &[
    CREATE_PARTITIONS.call(),
    DELETE_PARTITIONS.call(),
    UPDATE_PARTITIONS.call(),
    CREATE_DATABASE.call(),
    CREATE_TABLE.call(),
    DELETE_TABLE.call(),
    PARTITIONS.call(),
    TABLES.call(),
    UPDATE_TABLE.call(),
];

/// Partitions that one call creates or moves, and removes.
pub(crate) const WRITES_MAX: usize = 100;
pub(crate) const REMOVALS_MAX: usize = 25;

const INPUT: &str = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat";
const OUTPUT: &str = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat";
const SERDE: &str = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";

/// The answer of a call whose content is not used.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Done {}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Tables {
    table_list: Vec<Table>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Table {
    name: String,
    description: String,
    parameters: BTreeMap<String, String>,
    storage_descriptor: Storage,
    partition_keys: Vec<Column>,
    view_original_text: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Partitions {
    partitions: Vec<Partition>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Partition {
    values: Vec<String>,
    storage_descriptor: Storage,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Storage {
    columns: Vec<Column>,
    location: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Column {
    name: String,
    r#type: String,
    comment: String,
}

/// The partitions of a batch that could not be created or removed.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Failures {
    errors: Vec<Failure>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Failure {
    partition_values: Vec<String>,
    error_detail: Detail,
}

/// The partitions of a batch that could not be moved: Glue has another name for their values.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct UpdateFailures {
    errors: Vec<UpdateFailure>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct UpdateFailure {
    partition_value_list: Vec<String>,
    error_detail: Detail,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Detail {
    error_code: Option<String>,
    error_message: String,
}

/// The Glue catalogue of one account and region.
pub(crate) struct Catalog {
    session: Session,
}

impl Catalog {
    pub(crate) fn new(session: &Session) -> Self {
        Self { session: session.clone() }
    }

    /// All tables of a database with their partitions; none if there is no such database.
    pub(crate) async fn tables(&self, database: &str) -> Result<Option<Vec<GlueTable>>> {
        let failed =
            |error: orgcensus_aws::Error| Error::Glue { doing: format!("read database {database}"), source: error };
        let mut tables = Vec::new();
        let mut pages = TABLES.pages(&self.session, json!({"DatabaseName": database}));
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => tables.extend(page.table_list.into_iter().map(|it| from_glue(database, it))),
                Err(error) if error.class == Class::NotFound || error.is(&["EntityNotFoundException"]) => {
                    return Ok(None);
                }
                Err(error) => return Err(failed(error)),
            }
        }
        for table in tables.iter_mut().filter(|it| !it.partition_keys.is_empty()) {
            let input = json!({"DatabaseName": database, "TableName": table.name});
            let mut pages = PARTITIONS.pages(&self.session, input);
            while let Some(page) = pages.next().await {
                table.partitions.extend(page.map_err(failed)?.partitions.into_iter().map(partition_from_glue));
            }
        }
        Ok(Some(tables))
    }

    pub(crate) async fn create_database(&self, name: &str) -> Result<()> {
        let input = json!({"DatabaseInput": {"Name": name, "Description": "Written by orgcensus"}});
        let answer = CREATE_DATABASE.send(&self.session, input).await;
        answer.map(drop).map_err(|error| failed(format!("create database {name}"), error))
    }

    pub(crate) async fn create_table(&self, table: &GlueTable) -> Result<()> {
        let input = json!({"DatabaseName": table.database, "TableInput": table_input(table)});
        let answer = CREATE_TABLE.send(&self.session, input).await;
        answer.map(drop).map_err(|error| failed(format!("create {}", table.title()), error))
    }

    pub(crate) async fn update_table(&self, table: &GlueTable) -> Result<()> {
        // No archive: one version every night would use up Glue's quota of versions.
        let input = json!({"DatabaseName": table.database, "TableInput": table_input(table), "SkipArchive": true});
        let answer = UPDATE_TABLE.send(&self.session, input).await;
        answer.map(drop).map_err(|error| failed(format!("update {}", table.title()), error))
    }

    pub(crate) async fn delete_table(&self, name: &TableName) -> Result<()> {
        let input = json!({"DatabaseName": name.database, "Name": name.table});
        let answer = DELETE_TABLE.send(&self.session, input).await;
        answer.map(drop).map_err(|error| failed(format!("delete {name}"), error))
    }

    pub(crate) async fn create_partitions(&self, name: &TableName, partitions: &[GluePartition]) -> Result<()> {
        let doing = || format!("register partitions of {name}");
        let inputs: Vec<_> = partitions.iter().map(partition_input).collect();
        let answer = CREATE_PARTITIONS.send(&self.session, of(name, "PartitionInputList", inputs)).await;
        none_failed(doing, answer.map_err(|error| failed(doing(), error))?.errors)
    }

    pub(crate) async fn update_partitions(&self, name: &TableName, partitions: &[GluePartition]) -> Result<()> {
        let doing = || format!("move partitions of {name}");
        let entry =
            |it: &GluePartition| json!({"PartitionValueList": it.values, "PartitionInput": partition_input(it)});
        let entries: Vec<_> = partitions.iter().map(entry).collect();
        let answer = UPDATE_PARTITIONS.send(&self.session, of(name, "Entries", entries)).await;
        let errors = answer.map_err(|error| failed(doing(), error))?.errors;
        let failure =
            |it: UpdateFailure| Failure { partition_values: it.partition_value_list, error_detail: it.error_detail };
        none_failed(doing, errors.into_iter().map(failure).collect())
    }

    pub(crate) async fn delete_partitions(&self, name: &TableName, values: &[Vec<String>]) -> Result<()> {
        let doing = || format!("remove partitions of {name}");
        let lists: Vec<_> = values.iter().map(|it| json!({"Values": it})).collect();
        let answer = DELETE_PARTITIONS.send(&self.session, of(name, "PartitionsToDelete", lists)).await;
        none_failed(doing, answer.map_err(|error| failed(doing(), error))?.errors)
    }
}

/// The input of a batch of a table's partitions.
fn of(table: &TableName, name: &str, batch: Vec<Value>) -> Value {
    json!({"DatabaseName": table.database, "TableName": table.table, name: batch})
}

fn failed(doing: String, source: orgcensus_aws::Error) -> Error {
    Error::Glue { doing, source }
}

/// A batch may fail in part and still be answered with 200.
fn none_failed(doing: impl Fn() -> String, errors: Vec<Failure>) -> Result<()> {
    let Some(first) = errors.first() else { return Ok(()) };
    let Detail { error_code, error_message } = &first.error_detail;
    let code = error_code.as_deref().unwrap_or("Unknown");
    let message = format!("{}: {error_message} ({} failed)", first.partition_values.join("/"), errors.len());
    Err(failed(doing(), orgcensus_aws::Error::new(Class::Failed, code, message)))
}

fn table_input(table: &GlueTable) -> Value {
    let mut input = json!({
        "Name": table.name,
        "Description": table.description,
        "TableType": if table.view_text.is_some() { "VIRTUAL_VIEW" } else { "EXTERNAL_TABLE" },
        "Parameters": table.parameters,
        "StorageDescriptor": storage(&table.columns, table.location.as_deref()),
        "PartitionKeys": columns(&table.partition_keys),
    });
    if let Some(text) = &table.view_text {
        input["ViewOriginalText"] = json!(text);
        input["ViewExpandedText"] = json!(EXPANDED);
    }
    input
}

fn partition_input(partition: &GluePartition) -> Value {
    json!({"Values": partition.values, "StorageDescriptor": storage(&partition.columns, Some(&partition.location))})
}

/// Where the Parquet files are, and the classes that read them; a view has only columns.
fn storage(own: &[GlueColumn], location: Option<&str>) -> Value {
    let Some(location) = location else {
        return json!({"Columns": columns(own), "Location": "", "SerdeInfo": {}});
    };
    json!({
        "Columns": columns(own),
        "Location": location,
        "InputFormat": INPUT,
        "OutputFormat": OUTPUT,
        "SerdeInfo": {"SerializationLibrary": SERDE, "Parameters": {"serialization.format": "1"}},
    })
}

fn columns(own: &[GlueColumn]) -> Vec<Value> {
    own.iter().map(|it| json!({"Name": it.name, "Type": it.data_type, "Comment": it.comment})).collect()
}

fn from_glue(database: &str, table: Table) -> GlueTable {
    let Storage { columns, location } = table.storage_descriptor;
    GlueTable {
        database: database.to_owned(),
        name: table.name,
        description: table.description,
        parameters: table.parameters,
        columns: columns_from_glue(columns),
        partition_keys: columns_from_glue(table.partition_keys),
        location: Some(location).filter(|it| !it.is_empty()),
        view_text: table.view_original_text.filter(|it| !it.is_empty()),
        partitions: Vec::new(),
    }
}

fn partition_from_glue(partition: Partition) -> GluePartition {
    let Storage { columns, location } = partition.storage_descriptor;
    GluePartition { values: partition.values, location, columns: columns_from_glue(columns) }
}

fn columns_from_glue(columns: Vec<Column>) -> Vec<GlueColumn> {
    let column = |it: Column| GlueColumn { name: it.name, data_type: it.r#type, comment: it.comment };
    columns.into_iter().map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contents::tests::contents;
    use crate::glue::wanted;

    #[test]
    fn what_is_written_is_read_as_it_was() {
        for table in wanted(&contents()).unwrap() {
            let written = table_input(&table);
            assert!(!written.to_string().contains(":null"), "{written}");
            let read = from_glue(&table.database, serde_json::from_value(written).unwrap());
            let partitions = table.partitions.iter().map(|it| serde_json::from_value(partition_input(it)).unwrap());
            assert_eq!(GlueTable { partitions: partitions.map(partition_from_glue).collect(), ..read }, table);
        }
    }

    #[test]
    fn a_batch_that_failed_in_part_failed() {
        let failures = |json: Value| serde_json::from_value::<Failures>(json).unwrap().errors;
        let doing = || "register partitions of a.b".to_owned();
        none_failed(doing, failures(json!({}))).unwrap();
        let detail = json!({"ErrorCode": "AlreadyExistsException", "ErrorMessage": "it is there"});
        let errors = json!({"Errors": [{"PartitionValues": ["o-a", "2026-01-01"], "ErrorDetail": detail}, {}]});
        assert_eq!(
            none_failed(doing, failures(errors)).unwrap_err().to_string(),
            "register partitions of a.b: AlreadyExistsException: o-a/2026-01-01: it is there (2 failed)"
        );
    }
}
