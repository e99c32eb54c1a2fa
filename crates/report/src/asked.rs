//! What sections ask of: the snapshot, a part of it, and the numbers of the site.

use std::collections::BTreeMap;

use arrow::record_batch::RecordBatch;
use orgcensus_answers::{Answer, Format, Line, Question, Snapshot, format, questions, select, ten_minutes};
use orgcensus_lake::Lake;
use serde_json::{Map, Value};

use crate::{Options, Part, Result, dated};

/// A row of an answer.
pub(crate) type Object = Map<String, Value>;

/// What sections ask of.
pub(crate) struct Asked {
    pub(crate) lake: Lake,
    /// Answers for the accounts of the part.
    pub(crate) snapshot: Snapshot,
    pub(crate) part: Part,
    pub(crate) options: Options,
    /// The list that is looked through in ten minutes. Two sections show it.
    pub(crate) points: Vec<Line>,
}

impl Asked {
    pub(crate) async fn new(lake: &Lake, snapshot: &Snapshot, part: &Part, options: &Options) -> Result<Self> {
        let snapshot = part.of(snapshot).await?;
        let with_numbers = |question: &Question| question.with_thresholds(&options.thresholds);
        let all: Vec<Question> = questions()?.iter().map(with_numbers).collect();
        let points = ten_minutes(&snapshot, &all.iter().collect::<Vec<_>>()).await?;
        Ok(Self { lake: lake.clone(), snapshot, part: part.clone(), options: options.clone(), points })
    }

    /// Questions with the site's numbers, by ids or parts.
    pub(crate) fn questions(&self, ids: &[&str]) -> Result<Vec<Question>> {
        Ok(select(ids)?.into_iter().map(|question| question.with_thresholds(&self.options.thresholds)).collect())
    }

    /// The same with one more number.
    pub(crate) fn questions_with(&self, ids: &[&str], name: &str, number: u32) -> Result<Vec<Question>> {
        let numbers = BTreeMap::from([(name.to_owned(), number)]);
        Ok(self.questions(ids)?.iter().map(|question| question.with_thresholds(&numbers)).collect())
    }

    /// A statement of ours for the part: `{among}` in it stands behind a condition.
    pub(crate) fn own(&self, sql: &str) -> String {
        let extent = self.snapshot.extent();
        sql.replace("{among}", &extent.map_or(String::new(), |it| format!(" AND {}", it.condition("account_id"))))
    }

    /// All rows of a statement.
    pub(crate) async fn rows(&self, sql: &str) -> Result<Vec<Object>> {
        objects(&self.snapshot.query(sql).await?.collect().await?)
    }

    /// A statement as it can be copied: its tables are those of the snapshots that are shown.
    pub(crate) fn dated(&self, sql: &str) -> String {
        dated::of(sql, self.snapshot.tables(), self.snapshot.commits())
    }
}

/// The first rows of an answer, and how many there are.
pub(crate) async fn first(mut answer: Answer, rows_max: usize) -> Result<(Vec<Object>, u64)> {
    let (mut kept, mut room, mut count) = (Vec::new(), rows_max, 0);
    while let Some(batch) = answer.next().await? {
        let taken = room.min(batch.num_rows());
        if taken > 0 {
            kept.push(batch.slice(0, taken));
        }
        room -= taken;
        count += batch.num_rows() as u64;
    }
    Ok((objects(&kept)?, count))
}

pub(crate) fn objects(batches: &[RecordBatch]) -> Result<Vec<Object>> {
    let mut bytes = Vec::new();
    format(batches, Format::Json, &mut bytes)?;
    Ok(serde_json::from_slice(&bytes)?)
}

/// A text of a row; empty where there is none.
pub(crate) fn text<'a>(row: &'a Object, name: &str) -> &'a str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A count of a row.
pub(crate) fn number(row: &Object, name: &str) -> u64 {
    row.get(name).and_then(Value::as_u64).unwrap_or_default()
}
