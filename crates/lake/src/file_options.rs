//! How Parquet files are written: the choices that every engine reads alike.

use orgcensus_row::Table;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{BloomFilterProperties, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::format::{SCHEMA_VERSION, VERSION};
use crate::instant;
use crate::snapshot::RunSnapshot;

/// Sizes of Parquet files.
#[derive(Debug, Clone)]
pub struct FileOptions {
    /// A file ends when it is about this long.
    pub target_file_bytes: u64,
    /// A row group ends when it is about this long, encoded: the memory that one open table costs.
    pub row_group_bytes: usize,
    /// A row group ends after this many rows at the latest: until then each column of an open table keeps a dictionary.
    pub row_group_rows: usize,
}

impl Default for FileOptions {
    fn default() -> Self {
        Self { target_file_bytes: 256 << 20, row_group_bytes: 32 << 20, row_group_rows: 32 << 10 }
    }
}

const ZSTD_LEVEL: i32 = 3;

/// Whoever looks for one row reads a page of each column.
const PAGE_ROWS: usize = 4 << 10;

/// The column that says which thing a row is.
const ARN: &str = "arn";

/// One in a hundred lookups of an absent ARN reads a row group in vain.
const FALSE_POSITIVES: f64 = 0.01;

impl FileOptions {
    pub(crate) fn writer_options(&self, table: &Table, snapshot: &RunSnapshot) -> Result<ArrowWriterOptions> {
        let rows = self.row_group_rows.max(1);
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
            .set_max_row_group_row_count(Some(rows))
            .set_max_row_group_bytes(Some(self.row_group_bytes.max(1)))
            .set_data_page_row_count_limit(PAGE_ROWS)
            // The names that the specification gives to what is inside lists and maps: element, key_value.
            .set_coerce_types(true)
            .set_created_by(format!("orgcensus version {VERSION}"))
            .set_key_value_metadata(Some(metadata(table, snapshot)));
        let bloom = BloomFilterProperties::builder().with_fpp(FALSE_POSITIVES).with_max_ndv(rows as u64).try_build()?;
        for name in naming(table) {
            properties = properties.set_column_bloom_filter_properties(ColumnPath::from(name), bloom.clone());
        }
        // The Arrow schema is left out: every reader then goes by the Parquet types, which are the contract.
        Ok(ArrowWriterOptions::new().with_properties(properties.build()).with_skip_arrow_metadata(true))
    }
}

/// The columns by which somebody looks for a thing: they get a bloom filter.
fn naming(table: &Table) -> impl Iterator<Item = &'static str> {
    let names = table.columns().into_iter().map(|column| column.name);
    names.filter(|name| names_subject(name, table.key))
}

/// Whether a column of a table with this key names what a row is about.
pub fn names_subject(column: &str, key: &[impl AsRef<str>]) -> bool {
    column == ARN || (column.ends_with("_arn") && key.iter().any(|it| it.as_ref() == column))
}

/// What a lone file says about itself.
fn metadata(table: &Table, snapshot: &RunSnapshot) -> Vec<KeyValue> {
    let value = |key: &str, value: &str| KeyValue::new(format!("orgcensus.{key}"), value.to_owned());
    vec![
        value("version", VERSION),
        value("schema_version", &SCHEMA_VERSION.to_string()),
        value("organization_id", &snapshot.organization_id),
        value("snapshot_date", &snapshot.snapshot_date),
        value("run_id", &snapshot.run_id),
        value("captured_at", &instant::text(snapshot.captured_at).unwrap_or_default()),
        value("table", table.name),
        value("comment", table.comment),
        value("key", &table.key.join(", ")),
    ]
}
