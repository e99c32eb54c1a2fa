//! Whole rows of both sides, pair by pair: for rules, which look at what a row was and is, and not at a column alone.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, UInt32Array, new_null_array};
use arrow::compute::take;
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;

use super::{Head, TableDiff, unreadable};
use crate::Result;
use crate::diff::Difference;
use crate::diff::ended::Side;
use crate::diff::fate::Change;
use crate::diff::judge::Unseen;
use crate::diff::known::Place;
use crate::diff::merge::{Next, next};

/// Pairs that are handed on at once.
const AT_ONCE: usize = 1024;

/// Some pairs of rows. A side that has no row of a pair has nulls.
#[derive(Debug)]
pub(crate) struct WholePairs {
    /// Of each pair which side has a row, and what `diff` says of it as a whole: a row that both have is `changed`, or
    /// `still` if it is the same.
    pub(crate) pairs: Vec<(Next, Difference)>,
    /// The older rows.
    pub(crate) was: RecordBatch,
    /// The newer rows.
    pub(crate) now: RecordBatch,
    /// The columns of the older rows, then those of the newer ones.
    pub(crate) both: RecordBatch,
}

impl WholePairs {
    /// Puts the two sides together, which have these columns.
    pub(crate) fn new(
        pairs: Vec<(Next, Difference)>,
        fields: &[Field],
        [was, now]: [Vec<ArrayRef>; 2],
    ) -> Result<Self, ArrowError> {
        let schema = Arc::new(Schema::new(fields.to_vec()));
        let both = Arc::new(Schema::new([fields, fields].concat()));
        let both = RecordBatch::try_new(both, was.iter().chain(&now).cloned().collect())?;
        let was = RecordBatch::try_new(Arc::clone(&schema), was)?;
        Ok(Self { pairs, was, now: RecordBatch::try_new(schema, now)?, both })
    }
}

impl TableDiff {
    /// The columns of pairs: the key, the account's name, and what is compared. All of them may be null.
    pub(crate) fn fields(&self) -> Vec<Field> {
        self.columns.fields().into_iter().map(|field| field.with_nullable(true)).collect()
    }

    /// The next pairs of rows that differ, and if it is asked for those that do not; none at the end of the table. There
    /// may be no pair in it: it ends where either side goes on to its next batch, so that memory holds one of each.
    pub(crate) async fn pairs(&mut self, with_same: bool) -> Result<Option<WholePairs>> {
        if self.from.head.is_none() && self.to.head.is_none() {
            return Ok(None);
        }
        let batches = self.batches();
        let columns = [self.from.head.as_ref(), self.to.head.as_ref()].map(|it| it.map(|head| head.columns.clone()));
        let (mut pairs, mut was, mut now) = (Vec::new(), Vec::new(), Vec::new());
        while pairs.len() < AT_ONCE && self.batches() == batches {
            let Some(step) = next(self.from.key(), self.to.key()) else { break };
            if let Some(difference) = self.pair(step, with_same)? {
                pairs.push((step, difference));
                was.push(self.from.head.as_ref().filter(|_| step != Next::Found).map(place_in_batch));
                now.push(self.to.head.as_ref().filter(|_| step != Next::Lost).map(place_in_batch));
            }
            if step != Next::Found {
                self.from.advance().await?;
            }
            if step != Next::Lost {
                self.to.advance().await?;
            }
        }
        let [older, newer] = columns;
        let fields = self.fields();
        let unread = |source| unreadable(&self.table, source);
        let was = rows(older.as_deref(), was, &fields).map_err(unread)?;
        let now = rows(newer.as_deref(), now, &fields).map_err(unread)?;
        WholePairs::new(pairs, &fields, [was, now]).map(Some).map_err(unread)
    }

    /// What `diff` says of the next pair as a whole; none if its rows are the same and these are not asked for.
    fn pair(&mut self, step: Next, with_same: bool) -> Result<Option<Difference>> {
        if step == Next::Lost {
            return self.alone(Side::From);
        }
        if step == Next::Found {
            return self.alone(Side::To);
        }
        let change = if self.is_same() { Change::Still } else { Change::Changed };
        let Some(head) = self.to.head.as_ref().filter(|_| with_same || change != Change::Still) else {
            return Ok(None);
        };
        self.difference(head, change).map(Some)
    }

    /// Whether the next rows, which both sides have, have equal columns.
    fn is_same(&mut self) -> bool {
        self.compare_batches();
        let (Some((_, comparators)), Some(from), Some(to)) = (&self.comparators, &self.from.head, &self.to.head) else {
            return true;
        };
        comparators.iter().all(|it| it.as_ref().is_some_and(|it| it(from.at, to.at) == Ordering::Equal))
    }

    /// Why a null in a row of this side may be a value that was not read; none if it was read.
    pub(crate) fn short(&self, side: Side, row: &Difference) -> Option<String> {
        let account_id = row.account_id.as_deref().unwrap_or_default();
        let region = row.region.as_deref().unwrap_or_default();
        self.judge.short(side, Place { account_id, region })
    }

    /// Where not all rows of the table were seen.
    pub(crate) fn unseen(&self) -> Vec<Unseen> {
        self.judge.unseen()
    }
}

fn place_in_batch(head: &Head) -> u32 {
    // A batch has at most some thousands of rows.
    u32::try_from(head.at).unwrap_or(u32::MAX)
}

/// The rows at these places of a batch, with nulls where there is no row. Without a batch there is none.
fn rows(batch: Option<&[ArrayRef]>, places: Vec<Option<u32>>, fields: &[Field]) -> Result<Vec<ArrayRef>, ArrowError> {
    let places = UInt32Array::from(places);
    match batch {
        Some(columns) => columns.iter().map(|column| take(column.as_ref(), &places, None)).collect(),
        None => Ok(fields.iter().map(|field| new_null_array(field.data_type(), places.len())).collect()),
    }
}
