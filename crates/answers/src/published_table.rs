//! One table over the files of one or more snapshots, as the engine scans it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{ScalarValue, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::Result as EngineResult;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use orgcensus_lake::{ColumnEntry, FileEntry, Lake, Manifest, TableFile};

use crate::checked_files::CheckedFiles;
use crate::{Error, Result, column_type};

/// The name under which the engine knows the lake's object store.
pub(crate) const STORE_URL: &str = "orgcensus://lake";

/// The columns that the files' paths say and the files do not, as in Athena.
pub(crate) const PARTITION_COLUMNS: [&str; 2] = ["org_id", "snapshot_date"];

const ACCOUNT_ID: &str = "account_id";

/// One table over the files of one or more snapshots.
#[derive(Debug)]
pub(crate) struct PublishedTable {
    schema: TableSchema,
    files: Vec<PartitionedFile>,
    rows: u64,
}

impl PublishedTable {
    /// All tables of the manifests, by name. The manifests are oldest first.
    pub(crate) fn all(lake: &Lake, manifests: &[Manifest]) -> Result<BTreeMap<String, Arc<Self>>> {
        let names: BTreeSet<&str> =
            manifests.iter().flat_map(|it| &it.tables).map(|table| table.name.as_str()).collect();
        names.into_iter().map(|name| Ok((name.to_owned(), Arc::new(Self::union(lake, name, manifests)?)))).collect()
    }

    fn union(lake: &Lake, name: &str, manifests: &[Manifest]) -> Result<Self> {
        let with_it: Vec<_> = manifests.iter().filter_map(|it| Some((it, it.table(name)?))).collect();
        let columns: Vec<_> = with_it.iter().map(|(_, table)| table.columns.as_slice()).collect();
        let file_schema = Arc::new(union_of_columns(name, &columns)?);
        let mut files = Vec::new();
        for (manifest, table) in &with_it {
            for entry in &table.files {
                files.push(partitioned_file(lake, &file_schema, manifest, entry)?);
            }
        }
        let partition = |name: &str| Arc::new(Field::new(name, DataType::Utf8, false));
        let schema = TableSchema::builder(file_schema)
            .with_table_partition_cols(PARTITION_COLUMNS.map(partition).to_vec())
            .build();
        Ok(Self { schema, files, rows: with_it.iter().map(|(_, table)| table.rows).sum() })
    }
}

/// The columns of all versions of a table. Schemas only grow; a column that an older file does not have is null there.
fn union_of_columns(table: &str, versions: &[&[ColumnEntry]]) -> Result<Schema> {
    let mut fields: Vec<Field> = Vec::new();
    // The newest version first: its order and its types hold.
    for columns in versions.iter().rev() {
        for column in
            columns.iter().filter(|column| fields.iter().all(|it| *it.name() != column.name)).collect::<Vec<_>>()
        {
            let data_type = column_type::parse(&column.data_type).ok_or_else(|| Error::ColumnType {
                table: table.to_owned(),
                column: column.name.clone(),
                data_type: column.data_type.clone(),
            })?;
            let is_never_null =
                |columns: &&[ColumnEntry]| columns.iter().any(|it| it.name == column.name && !it.is_nullable);
            fields.push(Field::new(&column.name, data_type, !versions.iter().all(is_never_null)));
        }
    }
    Ok(Schema::new(fields))
}

/// A file with what its manifest says of it, so that the engine opens only those that it needs.
fn partitioned_file(lake: &Lake, schema: &Schema, manifest: &Manifest, entry: &FileEntry) -> Result<PartitionedFile> {
    let mut statistics = Statistics::new_unknown(schema).with_num_rows(Precision::Exact(count(entry.rows)));
    let accounts = entry.min_account_id.as_ref().zip(entry.max_account_id.as_ref());
    if let (Some((min, max)), Ok(index)) = (accounts, schema.index_of(ACCOUNT_ID)) {
        let column = &mut statistics.column_statistics[index];
        column.min_value = Precision::Exact(ScalarValue::from(min.as_str()));
        column.max_value = Precision::Exact(ScalarValue::from(max.as_str()));
    }
    let partition = [&manifest.organization_id, &manifest.snapshot_date].map(|it| ScalarValue::from(it.as_str()));
    let mut file = PartitionedFile::new("", entry.bytes);
    file.object_meta.location = lake.path(&entry.path)?;
    let file = file.with_partition_values(partition.to_vec()).with_statistics(Arc::new(statistics));
    Ok(file.with_extension(TableFile::new(lake, entry)?))
}

fn count(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}

#[async_trait]
impl TableProvider for PublishedTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.schema.table_schema())
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// Filters leave out files and row groups; the engine still checks each row.
    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> EngineResult<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> EngineResult<Arc<dyn ExecutionPlan>> {
        let source = ParquetSource::new(self.schema.clone())
            .with_parquet_file_reader_factory(Arc::new(CheckedFiles))
            .with_table_parquet_options(state.default_table_options().parquet.clone());
        let statistics =
            Statistics::new_unknown(self.schema.table_schema()).with_num_rows(Precision::Inexact(count(self.rows)));
        let groups = FileGroup::new(self.files.clone()).split_files(state.config().target_partitions());
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::parse(STORE_URL)?, Arc::new(source))
            .with_file_groups(groups)
            .with_statistics(statistics)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, data_type: &str, is_nullable: bool) -> ColumnEntry {
        ColumnEntry { name: name.into(), data_type: data_type.into(), is_nullable, comment: String::new() }
    }

    #[test]
    fn a_schema_grows() {
        let old = [column("arn", "string", false), column("size", "int", false), column("gone", "boolean", false)];
        let new =
            [column("arn", "string", false), column("size", "bigint", true), column("added_at", "timestamp", false)];
        let schema = union_of_columns("t", &[&old, &new]).unwrap();
        let fields: Vec<_> = schema.fields().iter().map(|it| (it.name().as_str(), it.is_nullable())).collect();
        assert_eq!(fields, [("arn", false), ("size", true), ("added_at", true), ("gone", true)]);
        assert_eq!(schema.field(1).data_type(), &DataType::Int64);
    }

    #[test]
    fn an_unknown_type_is_named() {
        let error = union_of_columns("t", &[&[column("c", "decimal", true)]]).unwrap_err().to_string();
        assert!(error.starts_with("read column c of table t: its type decimal"), "{error}");
    }
}
