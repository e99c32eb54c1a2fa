//! Rows written as a table, JSON, CSV or Parquet.

use std::io::Write;
use std::str::FromStr;
use std::sync::Arc;

use arrow::array::{AsArray, StringArray};
use arrow::csv;
use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use arrow::json;
use arrow::json::writer::JsonArray;
use arrow::record_batch::RecordBatch;
use arrow::util::display::FormatOptions;
use arrow::util::pretty::pretty_format_batches_with_options;
use orgcensus_lake::printable;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::cells::{TIMESTAMP, text_batch, text_schema};
use crate::fitted::{fitted, write_lines};
use crate::{Error, Result};

/// How rows are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For people: a frame of lines, null as `NULL`, at most ten thousand rows.
    #[default]
    Table,
    /// For people too: a line for each cell, however many rows there are.
    Lines,
    /// One array of objects: nulls are there, times are ISO 8601 with `Z`.
    Json,
    /// With a header line; null is empty, lists and maps are JSON.
    Csv,
    /// A Parquet file.
    Parquet,
}

impl Format {
    /// Whether people read it, and no program.
    pub fn is_for_people(self) -> bool {
        matches!(self, Self::Table | Self::Lines)
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "table" => Ok(Self::Table),
            "lines" => Ok(Self::Lines),
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            "parquet" => Ok(Self::Parquet),
            _ => Err(Error::Format(text.to_owned())),
        }
    }
}

/// Writes rows. The batches have the same columns; without a batch there is nothing to write but JSON's empty array.
pub fn format(batches: &[RecordBatch], format: Format, writer: impl Write + Send) -> Result<()> {
    format_within(batches, format, None, writer)
}

/// The same, a table at most so many letters wide: its columns shrink, and if they are too many it is written as lines.
pub fn format_within(
    batches: &[RecordBatch],
    format: Format,
    width: Option<usize>,
    mut writer: impl Write + Send,
) -> Result<()> {
    let Some(first) = batches.first() else {
        let nothing: &[u8] = if format == Format::Json { b"[]\n" } else { b"" };
        return Ok(writer.write_all(nothing)?);
    };
    let mut output = Output::begin(format, width, &first.schema(), writer)?;
    for batch in batches {
        output.write(batch)?;
    }
    output.finish()
}

/// Nobody reads more rows than these in a terminal, and a table needs all of them in memory to know its widths.
const TABLE_ROWS_MAX: usize = 10_000;

/// Rows on their way out.
pub(crate) enum Output<W: Write + Send> {
    Table { writer: W, schema: SchemaRef, kept: Vec<RecordBatch>, rows: usize, width: Option<usize> },
    Lines { writer: W, schema: SchemaRef, rows: usize },
    Json(Box<json::Writer<W, JsonArray>>),
    Csv { writer: Box<csv::Writer<W>>, schema: SchemaRef },
    Parquet(Box<ArrowWriter<W>>),
}

impl<W: Write + Send> Output<W> {
    pub(crate) fn begin(format: Format, width: Option<usize>, schema: &SchemaRef, writer: W) -> Result<Self> {
        Ok(match format {
            Format::Table => {
                let schema = printable_names(&text_schema(schema));
                Self::Table { writer, schema, kept: Vec::new(), rows: 0, width }
            }
            Format::Lines => Self::Lines { writer, schema: printable_names(&text_schema(schema)), rows: 0 },
            Format::Json => {
                let options = json::WriterBuilder::new().with_explicit_nulls(true);
                Self::Json(Box::new(options.with_timestamp_format(TIMESTAMP.to_owned()).build(writer)))
            }
            Format::Csv => {
                let schema = text_schema(schema);
                let mut writer = Box::new(csv::WriterBuilder::new().with_header(true).build(writer));
                writer.write(&RecordBatch::new_empty(Arc::clone(&schema)))?;
                Self::Csv { writer, schema }
            }
            Format::Parquet => {
                let compression = Compression::ZSTD(ZstdLevel::default());
                let properties =
                    WriterProperties::builder().set_compression(compression).set_coerce_types(true).build();
                Self::Parquet(Box::new(ArrowWriter::try_new(writer, Arc::clone(schema), Some(properties))?))
            }
        })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        match self {
            Self::Table { schema, kept, rows, .. } => {
                let room = TABLE_ROWS_MAX.saturating_sub(*rows).min(batch.num_rows());
                if room > 0 {
                    kept.push(printable_batch(&text_batch(&batch.slice(0, room), schema)?)?);
                }
                *rows += batch.num_rows();
            }
            Self::Lines { writer, schema, rows } => {
                write_lines(&printable_batch(&text_batch(batch, schema)?)?, *rows, writer)?;
                *rows += batch.num_rows();
            }
            Self::Json(writer) => writer.write(batch)?,
            Self::Csv { writer, schema } => writer.write(&text_batch(batch, schema)?)?,
            Self::Parquet(writer) => writer.write(batch)?,
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<()> {
        match self {
            Self::Table { mut writer, schema, mut kept, rows, width } => {
                if kept.is_empty() {
                    kept.push(RecordBatch::new_empty(schema));
                }
                write_table(&kept, width, &mut writer)?;
                if rows > TABLE_ROWS_MAX {
                    writeln!(writer, "… and {} more rows: the other formats write them all", rows - TABLE_ROWS_MAX)?;
                }
                writer.flush()?;
            }
            Self::Lines { mut writer, .. } => writer.flush()?,
            Self::Json(mut writer) => {
                writer.finish()?;
                let mut writer = writer.into_inner();
                writeln!(writer)?;
                writer.flush()?;
            }
            Self::Csv { writer, .. } => writer.into_inner().flush()?,
            Self::Parquet(writer) => writer.into_inner()?.flush()?,
        }
        Ok(())
    }
}

/// A table if it fits, else a line for each cell.
fn write_table(batches: &[RecordBatch], width: Option<usize>, writer: &mut impl Write) -> Result<()> {
    let fitted = match width {
        None => Some(batches.to_vec()),
        Some(width) => fitted(batches, width)?,
    };
    if let Some(batches) = fitted {
        let options = FormatOptions::default().with_null("NULL");
        writeln!(writer, "{}", pretty_format_batches_with_options(&batches, &options)?)?;
        return Ok(());
    }
    let mut rows = 0;
    for batch in batches {
        write_lines(batch, rows, writer)?;
        rows += batch.num_rows();
    }
    if rows == 0 {
        writeln!(writer, "no rows")?;
    }
    Ok(())
}

fn printable_names(schema: &SchemaRef) -> SchemaRef {
    let name = |field: &FieldRef| field.as_ref().clone().with_name(printable(field.name()));
    Arc::new(Schema::new(schema.fields().iter().map(name).collect::<Vec<_>>()))
}

fn printable_batch(batch: &RecordBatch) -> Result<RecordBatch> {
    if batch.num_columns() == 0 {
        return Ok(batch.clone());
    }
    let column = |column: &arrow::array::ArrayRef| {
        let text: StringArray = column.as_string::<i32>().iter().map(|cell| cell.map(printable)).collect();
        Arc::new(text) as _
    };
    Ok(RecordBatch::try_new(batch.schema(), batch.columns().iter().map(column).collect())?)
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, Int64Array, ListBuilder, StringBuilder, TimestampMillisecondArray};

    use super::*;

    fn batch() -> RecordBatch {
        let mut names = ListBuilder::new(StringBuilder::new());
        names.append_value([Some("x\"y"), None]);
        names.append_null();
        RecordBatch::try_from_iter([
            ("name", Arc::new(StringArray::from(vec![Some("a,b"), Some("\u{1b}[2J")])) as ArrayRef),
            ("size_bytes", Arc::new(Int64Array::from(vec![None, Some(7)]))),
            ("seen_at", Arc::new(TimestampMillisecondArray::from(vec![Some(1_700_000_000_000), None]))),
            ("names", Arc::new(names.finish())),
        ])
        .unwrap()
    }

    fn written(batches: &[RecordBatch], to: &str) -> String {
        let mut bytes = Vec::new();
        format(batches, to.parse().unwrap(), &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn json_is_one_array_with_explicit_nulls_and_utc() {
        let expected = concat!(
            r#"[{"name":"a,b","size_bytes":null,"seen_at":"2023-11-14T22:13:20.000Z","names":["x\"y",null]},"#,
            r#"{"name":"\u001b[2J","size_bytes":7,"seen_at":null,"names":null}]"#,
            "\n"
        );
        assert_eq!(written(&[batch()], "json"), expected);
        assert_eq!(written(&[], "json"), "[]\n");
        assert_eq!(written(&[RecordBatch::new_empty(batch().schema())], "json"), "[]\n");
    }

    #[test]
    fn csv_holds_lists_as_json() {
        let expected = concat!(
            "name,size_bytes,seen_at,names\n",
            "\"a,b\",,2023-11-14T22:13:20.000Z,\"[\"\"x\\\"\"y\"\",null]\"\n",
            "\u{1b}[2J,7,,\n"
        );
        assert_eq!(written(&[batch()], "csv"), expected);
        assert_eq!(written(&[RecordBatch::new_empty(batch().schema())], "csv"), "name,size_bytes,seen_at,names\n");
    }

    #[test]
    fn a_table_is_for_people() {
        let text = written(&[batch()], "table");
        assert!(text.contains("| \\u{1b}[2J | 7 ") && text.contains("NULL") && !text.contains('\u{1b}'), "{text}");
        assert!(written(&[RecordBatch::new_empty(batch().schema())], "table").contains("seen_at"));
    }

    #[test]
    fn a_table_is_as_wide_as_it_may_be_or_lines() {
        let within = |width| {
            let mut bytes = Vec::new();
            format_within(&[batch()], Format::Table, Some(width), &mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(within(200), written(&[batch()], "table"), "nothing is cut where there is room");
        let table = within(60);
        assert!(table.lines().all(|line| line.chars().count() <= 60) && table.contains('…'), "{table}");
        let lines = within(40);
        assert_eq!(lines, written(&[batch()], "lines"), "too many columns");
        let expected = "-- row 1\nname        a,b\nsize_bytes  NULL\nseen_at     2023-11-14T22:13:20.000Z\n\
            names       [\"x\\\"y\",null]\n-- row 2\nname        \\u{1b}[2J\nsize_bytes  7\nseen_at     NULL\n\
            names       NULL\n";
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_long_table_says_what_it_leaves_out() {
        let rows = Int64Array::from_iter_values(0..TABLE_ROWS_MAX as i64 + 5);
        let text = written(&[RecordBatch::try_from_iter([("n", Arc::new(rows) as ArrayRef)]).unwrap()], "table");
        assert!(text.ends_with("… and 5 more rows: the other formats write them all\n"));
        assert_eq!(text.lines().count(), TABLE_ROWS_MAX + 5);
    }

    #[test]
    fn parquet_comes_back() {
        let mut bytes = Vec::new();
        format(&[batch()], Format::Parquet, &mut bytes).unwrap();
        let file = bytes::Bytes::from(bytes);
        let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReader::try_new(file, 10).unwrap();
        let rows: Vec<_> = reader.map(|batch| batch.unwrap()).collect();
        assert_eq!(written(&rows, "json"), written(&[batch()], "json"));
        assert!(matches!("xml".parse::<Format>(), Err(Error::Format(_))));
    }
}
