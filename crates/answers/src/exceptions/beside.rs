//! What stands beside the columns of an answer where there are exceptions.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, StringArray};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use super::{Accepted, Counts, NameColumns};
use crate::Result;
use crate::cells::{text_batch, text_schema};

/// The columns beside those of a case. Some questions have a column `state` of their own.
pub(crate) const CASE_STATE: &str = "case_state";
pub(crate) const EXCEPTION: &str = "exception";
/// The column beside those of a fact.
const ACCEPTED_COUNT: &str = "accepted_count";

/// What stands beside the columns of an answer.
#[derive(Clone)]
pub(crate) enum Beside {
    /// Each case's state, and the exception that is about it.
    Cases {
        /// The question.
        id: String,
        /// The exceptions.
        accepted: Arc<Accepted>,
    },
    /// How many of a share's numerator are accepted.
    Counts(Counts),
}

impl Beside {
    /// The columns with those beside them.
    pub(crate) fn schema(&self, schema: &SchemaRef) -> SchemaRef {
        match self {
            Self::Cases { .. } => with_columns(schema, &[(CASE_STATE, DataType::Utf8), (EXCEPTION, DataType::Utf8)]),
            Self::Counts(_) => with_columns(schema, &[(ACCEPTED_COUNT, DataType::Int64)]),
        }
    }

    /// The rows with their cells beside them.
    pub(crate) fn batch(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let text = text_batch(batch, &text_schema(&batch.schema()))?;
        let cells = match self {
            Self::Cases { id, accepted } => states(id, accepted, &text).to_vec(),
            Self::Counts(counts) => {
                let cell =
                    |name: &str, row: usize| text.column_by_name(name).map(|it| it.as_string::<i32>().value(row));
                let count = |row| {
                    let count = counts.of_row(cell("population", row)?, cell("definition", row)?)?;
                    i64::try_from(count).ok()
                };
                vec![Arc::new((0..text.num_rows()).map(count).collect::<Int64Array>()) as ArrayRef]
            }
        };
        let columns = batch.columns().iter().cloned().chain(cells).collect();
        Ok(RecordBatch::try_new(self.schema(&batch.schema()), columns)?)
    }
}

/// The state of each case, and the words of its exception.
fn states(id: &str, accepted: &Accepted, text: &RecordBatch) -> [ArrayRef; 2] {
    let names = NameColumns::of(text);
    let mut states = Vec::new();
    let mut words = Vec::new();
    for row in 0..text.num_rows() {
        let judgement = accepted.judge(id, &names.case(row, accepted.made()));
        states.push(Some(judgement.state.as_str()));
        words.push(judgement.words());
    }
    [Arc::new(StringArray::from(states)), Arc::new(StringArray::from(words))]
}

/// Columns, and more of them that may be null.
fn with_columns(schema: &SchemaRef, more: &[(&str, DataType)]) -> SchemaRef {
    let more = more.iter().map(|(name, data_type)| Arc::new(Field::new(*name, data_type.clone(), true)));
    Arc::new(Schema::new(schema.fields().iter().cloned().chain(more).collect::<Vec<FieldRef>>()))
}

/// A batch with more columns of texts.
pub(crate) fn text_columns(batch: &RecordBatch, more: [(&str, Vec<Option<String>>); 2]) -> Result<RecordBatch> {
    let schema = with_columns(&batch.schema(), &more.each_ref().map(|(name, _)| (*name, DataType::Utf8)));
    let more = more.map(|(_, cells)| Arc::new(StringArray::from(cells)) as ArrayRef);
    Ok(RecordBatch::try_new(schema, batch.columns().iter().cloned().chain(more).collect())?)
}
