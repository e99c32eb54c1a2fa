//! Any column as text: for tables on a terminal, and for CSV, which knows nothing but text.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::json::writer::{EncoderOptions, make_encoder};
use arrow::record_batch::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};

/// Timestamps hold UTC and say so.
pub(crate) const TIMESTAMP: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";

/// The same columns, all text.
pub(crate) fn text_schema(schema: &Schema) -> SchemaRef {
    let field = |field: &FieldRef| Field::new(field.name(), DataType::Utf8, true);
    Arc::new(Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>()))
}

/// The same rows, every value as text; lists and maps as JSON. Null stays null.
pub(crate) fn text_batch(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    if batch.num_columns() == 0 {
        return Ok(batch.clone());
    }
    let old = batch.schema();
    let columns = old.fields().iter().zip(batch.columns()).map(|(field, column)| text_column(field, column));
    RecordBatch::try_new(Arc::clone(schema), columns.collect::<Result<_, _>>()?)
}

/// Columns of these names, all text.
pub(crate) fn schema_of_texts(names: &[&str]) -> SchemaRef {
    let field = |name: &&str| Field::new(*name, DataType::Utf8, true);
    Arc::new(Schema::new(names.iter().map(field).collect::<Vec<_>>()))
}

/// Rows of texts as one batch with such a schema.
pub(crate) fn batch_of_texts<'a, const N: usize>(
    schema: SchemaRef,
    rows: impl IntoIterator<Item = [Option<&'a str>; N]>,
) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<_> = rows.into_iter().collect();
    let column =
        |index: usize| -> ArrayRef { Arc::new(rows.iter().map(|cells| cells[index]).collect::<StringArray>()) };
    RecordBatch::try_new(schema, (0..N).map(column).collect())
}

/// One cell as text; none if it is null.
pub(crate) fn text_cell(column: &ArrayRef, row: usize) -> Result<Option<String>, ArrowError> {
    let field = Arc::new(Field::new("cell", column.data_type().clone(), true));
    let text = text_column(&field, &column.slice(row, 1))?;
    Ok(text.as_string::<i32>().iter().next().flatten().map(str::to_owned))
}

fn text_column(field: &FieldRef, column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let text = if column.data_type().is_nested() { json(field, column)? } else { plain(column)? };
    Ok(Arc::new(text))
}

fn plain(column: &ArrayRef) -> Result<StringArray, ArrowError> {
    let options = FormatOptions::default().with_timestamp_format(Some(TIMESTAMP));
    let formatter = ArrayFormatter::try_new(column.as_ref(), &options)?;
    let cell = |row| if column.is_null(row) { Ok(None) } else { formatter.value(row).try_to_string().map(Some) };
    (0..column.len()).map(cell).collect()
}

fn json(field: &FieldRef, column: &ArrayRef) -> Result<StringArray, ArrowError> {
    let options = EncoderOptions::default().with_explicit_nulls(true).with_timestamp_format(TIMESTAMP.to_owned());
    let mut encoder = make_encoder(field, column.as_ref(), &options)?;
    let mut cell = |row| {
        if column.is_null(row) {
            return None;
        }
        let mut text = Vec::new();
        encoder.encode(row, &mut text);
        Some(String::from_utf8_lossy(&text).into_owned())
    };
    Ok((0..column.len()).map(&mut cell).collect())
}
