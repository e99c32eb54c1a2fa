//! Calls of AWS Glue, and its shapes from and to ours.

use std::collections::HashMap;

use aws_sdk_glue::types::{
    BatchUpdatePartitionRequestEntry, Column, DatabaseInput, Partition, PartitionError, PartitionInput,
    PartitionValueList, SerDeInfo, StorageDescriptor, Table, TableInput,
};
use orgcensus_aws::{Class, Session, client};

use crate::glue::change::TableName;
use crate::glue::definition::{GlueColumn, GluePartition, GlueTable};
use crate::glue::presto_view::EXPANDED;
use crate::{Error, Result};

/// Every call; the lake's policy allows these and no more.
pub const OPERATIONS: &[&str] = &[
    "BatchCreatePartition",
    "BatchDeletePartition",
    "BatchUpdatePartition",
    "CreateDatabase",
    "CreateTable",
    "DeleteTable",
    "GetPartitions",
    "GetTables",
    "UpdateTable",
];

/// Partitions that one call creates or moves, and removes.
pub(crate) const WRITES_MAX: usize = 100;
pub(crate) const REMOVALS_MAX: usize = 25;

const INPUT: &str = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat";
const OUTPUT: &str = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat";
const SERDE: &str = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";

/// The Glue catalogue of one account and region.
pub(crate) struct Catalog {
    client: aws_sdk_glue::Client,
}

impl Catalog {
    pub(crate) fn new(session: &Session) -> Self {
        Self { client: client!(session, aws_sdk_glue) }
    }

    /// All tables of a database with their partitions; none if there is no such database.
    pub(crate) async fn tables(&self, database: &str) -> Result<Option<Vec<GlueTable>>> {
        let failed =
            |error: orgcensus_aws::Error| Error::Glue { doing: format!("read database {database}"), source: error };
        let mut tables = Vec::new();
        let mut pages = self.client.get_tables().database_name(database).into_paginator().send();
        while let Some(page) = pages.next().await {
            match page.map_err(orgcensus_aws::Error::from) {
                Ok(page) => tables.extend(page.table_list.unwrap_or_default().iter().map(|it| from_glue(database, it))),
                Err(error) if error.class == Class::NotFound || error.is(&["EntityNotFoundException"]) => {
                    return Ok(None);
                }
                Err(error) => return Err(failed(error)),
            }
        }
        for table in tables.iter_mut().filter(|it| !it.partition_keys.is_empty()) {
            let request = self.client.get_partitions().database_name(database).table_name(&table.name);
            let mut pages = request.into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| failed(error.into()))?;
                table.partitions.extend(page.partitions.unwrap_or_default().iter().map(partition_from_glue));
            }
        }
        Ok(Some(tables))
    }

    pub(crate) async fn create_database(&self, name: &str) -> Result<()> {
        let input = DatabaseInput::builder().name(name).description("Written by orgcensus").build()?;
        let answer = self.client.create_database().database_input(input).send().await;
        answer.map(drop).map_err(|error| failed(format!("create database {name}"), error.into()))
    }

    pub(crate) async fn create_table(&self, table: &GlueTable) -> Result<()> {
        let call = self.client.create_table().database_name(&table.database).table_input(input(table)?);
        call.send().await.map(drop).map_err(|error| failed(format!("create {}", table.title()), error.into()))
    }

    pub(crate) async fn update_table(&self, table: &GlueTable) -> Result<()> {
        let call = self.client.update_table().database_name(&table.database).table_input(input(table)?);
        // No archive: a version a night would fill Glue's quota of versions.
        let answer = call.skip_archive(true).send().await;
        answer.map(drop).map_err(|error| failed(format!("update {}", table.title()), error.into()))
    }

    pub(crate) async fn delete_table(&self, name: &TableName) -> Result<()> {
        let call = self.client.delete_table().database_name(&name.database).name(&name.table);
        call.send().await.map(drop).map_err(|error| failed(format!("delete {name}"), error.into()))
    }

    pub(crate) async fn create_partitions(&self, name: &TableName, partitions: &[GluePartition]) -> Result<()> {
        let doing = || format!("register partitions of {name}");
        let inputs = partitions.iter().map(partition_input).collect::<Result<Vec<_>>>()?;
        let call = self.client.batch_create_partition().database_name(&name.database).table_name(&name.table);
        let answer = call.set_partition_input_list(Some(inputs)).send().await;
        let answer = answer.map_err(|error| failed(doing(), error.into()))?;
        none_failed(doing, answer.errors.unwrap_or_default())
    }

    pub(crate) async fn update_partitions(&self, name: &TableName, partitions: &[GluePartition]) -> Result<()> {
        let doing = || format!("move partitions of {name}");
        let mut call = self.client.batch_update_partition().database_name(&name.database).table_name(&name.table);
        for it in partitions {
            let entry = BatchUpdatePartitionRequestEntry::builder().set_partition_value_list(Some(it.values.clone()));
            call = call.entries(entry.partition_input(partition_input(it)?).build()?);
        }
        let answer = call.send().await.map_err(|error| failed(doing(), error.into()))?;
        let errors = answer.errors.unwrap_or_default().into_iter().map(|it| {
            PartitionError::builder()
                .set_error_detail(it.error_detail)
                .set_partition_values(it.partition_value_list)
                .build()
        });
        none_failed(doing, errors.collect())
    }

    pub(crate) async fn delete_partitions(&self, name: &TableName, values: &[Vec<String>]) -> Result<()> {
        let doing = || format!("remove partitions of {name}");
        let mut call = self.client.batch_delete_partition().database_name(&name.database).table_name(&name.table);
        for it in values {
            call = call.partitions_to_delete(PartitionValueList::builder().set_values(Some(it.clone())).build()?);
        }
        let answer = call.send().await.map_err(|error| failed(doing(), error.into()))?;
        none_failed(doing, answer.errors.unwrap_or_default())
    }
}

fn failed(doing: String, source: orgcensus_aws::Error) -> Error {
    Error::Glue { doing, source }
}

/// A batch may fail in part and still be answered with 200.
fn none_failed(doing: impl Fn() -> String, errors: Vec<PartitionError>) -> Result<()> {
    let Some(first) = errors.first() else { return Ok(()) };
    let detail = first.error_detail.as_ref();
    let code = detail.and_then(|it| it.error_code()).unwrap_or("Unknown");
    let message = detail.and_then(|it| it.error_message()).unwrap_or_default();
    let message = format!("{}: {message} ({} failed)", first.partition_values().join("/"), errors.len());
    Err(failed(doing(), orgcensus_aws::Error::new(Class::Failed, code, message)))
}

fn input(table: &GlueTable) -> Result<TableInput> {
    let is_view = table.view_text.is_some();
    let parameters: HashMap<_, _> = table.parameters.clone().into_iter().collect();
    Ok(TableInput::builder()
        .name(&table.name)
        .description(&table.description)
        .table_type(if is_view { "VIRTUAL_VIEW" } else { "EXTERNAL_TABLE" })
        .set_parameters(Some(parameters))
        .storage_descriptor(storage(&table.columns, table.location.as_deref())?)
        .set_partition_keys(Some(columns(&table.partition_keys)?))
        .set_view_original_text(table.view_text.clone())
        .set_view_expanded_text(is_view.then(|| EXPANDED.to_owned()))
        .build()?)
}

fn partition_input(partition: &GluePartition) -> Result<PartitionInput> {
    let storage = storage(&partition.columns, Some(&partition.location))?;
    Ok(PartitionInput::builder().set_values(Some(partition.values.clone())).storage_descriptor(storage).build())
}

/// Where Parquet is and what reads it; a view has columns alone.
fn storage(own: &[GlueColumn], location: Option<&str>) -> Result<StorageDescriptor> {
    let builder = StorageDescriptor::builder().set_columns(Some(columns(own)?));
    let Some(location) = location else {
        return Ok(builder.location("").serde_info(SerDeInfo::builder().build()).build());
    };
    let serde = SerDeInfo::builder().serialization_library(SERDE).parameters("serialization.format", "1").build();
    Ok(builder.location(location).input_format(INPUT).output_format(OUTPUT).serde_info(serde).build())
}

fn columns(own: &[GlueColumn]) -> Result<Vec<Column>> {
    let column =
        |it: &GlueColumn| Ok(Column::builder().name(&it.name).r#type(&it.data_type).comment(&it.comment).build()?);
    own.iter().map(column).collect()
}

fn from_glue(database: &str, table: &Table) -> GlueTable {
    let storage = table.storage_descriptor.as_ref();
    let location = storage.and_then(|it| it.location.clone()).filter(|it| !it.is_empty());
    GlueTable {
        database: database.to_owned(),
        name: table.name.clone(),
        description: table.description.clone().unwrap_or_default(),
        parameters: table.parameters.clone().unwrap_or_default().into_iter().collect(),
        columns: columns_from_glue(storage),
        partition_keys: table.partition_keys().iter().map(column_from_glue).collect(),
        location,
        view_text: table.view_original_text.clone().filter(|it| !it.is_empty()),
        partitions: Vec::new(),
    }
}

fn partition_from_glue(partition: &Partition) -> GluePartition {
    let storage = partition.storage_descriptor.as_ref();
    GluePartition {
        values: partition.values.clone().unwrap_or_default(),
        location: storage.and_then(|it| it.location.clone()).unwrap_or_default(),
        columns: columns_from_glue(storage),
    }
}

fn columns_from_glue(storage: Option<&StorageDescriptor>) -> Vec<GlueColumn> {
    storage.map(|it| it.columns().iter().map(column_from_glue).collect()).unwrap_or_default()
}

fn column_from_glue(column: &Column) -> GlueColumn {
    GlueColumn {
        name: column.name.clone(),
        data_type: column.r#type.clone().unwrap_or_default(),
        comment: column.comment.clone().unwrap_or_default(),
    }
}
