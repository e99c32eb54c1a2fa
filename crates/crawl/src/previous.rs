//! The previous complete snapshot of the organization, for what only earlier nights know. It is read as what is staged
//! is: one account after the other, in order.

use std::marker::PhantomData;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray, new_null_array};
use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;
use futures::StreamExt;
use futures::stream::BoxStream;
use orgcensus_lake::{Commit, Error as LakeError};
use orgcensus_row::{Row, Timestamp, column, table};

use crate::context::{Crawl, Shared};
use crate::error::Error;
use crate::event::{Event, Listener};

/// The rows of one table in the previous complete snapshot.
pub struct Previous<R> {
    captured_at: Timestamp,
    batches: BoxStream<'static, Result<RecordBatch, LakeError>>,
    /// What was read and belongs to later accounts.
    rest: Option<RecordBatch>,
    listener: Listener,
    row: PhantomData<fn() -> R>,
}

/// Opens the table; none if there is none to be read.
pub(crate) async fn open<R: Row>(shared: &Shared) -> Result<Option<Previous<R>>, Error> {
    let Crawl { lake, run_id, captured_at, listener, .. } = &shared.crawl;
    let commits = lake.commits().await?;
    let Some(commit) = previous(&commits, &shared.organization.id, run_id, *captured_at) else { return Ok(None) };
    let manifest = match lake.manifest(commit).await {
        Ok(manifest) => manifest,
        Err(error) => return passed_over(listener, error).map(|()| None),
    };
    let Some(entry) = manifest.table(R::TABLE) else { return Ok(None) };
    let batches = match lake.rows(entry, None) {
        Ok(batches) => batches,
        Err(error) => return passed_over(listener, error).map(|()| None),
    };
    let (captured_at, listener) = (commit.captured_at, Arc::clone(listener));
    Ok(Some(Previous { captured_at, batches, rest: None, listener, row: PhantomData }))
}

/// The newest complete snapshot of an organization before a run.
fn previous<'a>(
    commits: &'a [Commit],
    organization_id: &str,
    run_id: &str,
    captured_at: Timestamp,
) -> Option<&'a Commit> {
    let is_before = |it: &&Commit| {
        it.is_complete && it.organization_id == organization_id && it.run_id != run_id && it.captured_at < captured_at
    };
    commits.iter().filter(is_before).max_by_key(|it| (it.captured_at, it.n))
}

/// A snapshot whose bytes are not those that were published, or that retention has removed, must not hinder this one:
/// it is passed over, and a person hears of it. That the lake cannot be reached is an error.
fn passed_over(listener: &Listener, error: LakeError) -> Result<(), Error> {
    match error {
        LakeError::Corrupt { .. } | LakeError::Missing { .. } | LakeError::OtherFormat { .. } => {
            listener(&Event::Warning { message: &format!("could not {error}; what earlier nights saw is not known") });
            Ok(())
        }
        error => Err(error.into()),
    }
}

impl<R: Row> Previous<R> {
    /// When the run that published it started (UTC).
    pub fn captured_at(&self) -> Timestamp {
        self.captured_at
    }

    /// The next rows of an account, to be read by [`Row::each`]. Accounts must be asked for in order.
    pub async fn next_of(&mut self, account_id: &str) -> Result<Option<RecordBatch>, Error> {
        while let Some(batch) = self.next_batch().await? {
            let count = batch.num_rows();
            let ids: &StringArray = column::<String>(&batch, R::TABLE, "account_id")?;
            let first = (0..count).find(|row| ids.value(*row) >= account_id).unwrap_or(count);
            let last = (first..count).find(|row| ids.value(*row) > account_id).unwrap_or(count);
            if first == count {
                continue;
            }
            self.rest = (last < count).then(|| batch.slice(last, count - last));
            return Ok((first < last).then(|| batch.slice(first, last - first)));
        }
        Ok(None)
    }

    async fn next_batch(&mut self) -> Result<Option<RecordBatch>, Error> {
        if let Some(rest) = self.rest.take() {
            return Ok(Some(rest));
        }
        match self.batches.next().await {
            None => Ok(None),
            Some(Ok(batch)) => Ok(Some(complete::<R>(&batch)?)),
            Some(Err(error)) => {
                self.batches = futures::stream::empty().boxed();
                passed_over(&self.listener, error).map(|()| None)
            }
        }
    }
}

/// A published batch with the columns that the table has now. A column that the older file lacks is null.
pub fn complete<R: Row>(batch: &RecordBatch) -> Result<RecordBatch, Error> {
    let columns = table::<R>().columns();
    let own = |name: &str| batch.column_by_name(name).cloned();
    let arrays: Vec<ArrayRef> = columns
        .iter()
        .map(|it| own(it.name).unwrap_or_else(|| new_null_array(&it.data_type, batch.num_rows())))
        .collect();
    let fields = columns.iter().zip(&arrays).map(|(it, array)| Field::new(it.name, array.data_type().clone(), true));
    let schema = Schema::new(fields.collect::<Vec<_>>());
    let made = RecordBatch::try_new(Arc::new(schema), arrays);
    made.map_err(|error| {
        let file = format!("the previous {}", R::TABLE);
        LakeError::Corrupt { file, what: error.to_string() }.into()
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_lake::ManifestReference;
    use orgcensus_row::{BatchBuilder, Stamp};
    use serde::Serialize;

    use super::*;

    /// One thing.
    #[derive(Debug, Serialize, Row)]
    #[row(table = "test_previous_things", key = "arn")]
    struct Thing {
        /// Its ARN.
        arn: String,
        /// A column that older files lack.
        added: Option<String>,
    }

    /// The same, as an older version had it.
    #[derive(Debug, Serialize, Row)]
    #[row(table = "test_previous_things", key = "arn")]
    struct OldThing {
        /// Its ARN.
        arn: String,
    }

    /// A batch of these rows, each of its account.
    fn batch<R: Row>(rows: &[(&str, R)]) -> RecordBatch {
        let stamp = |account_id: &str| Stamp {
            organization_id: "o-1".to_owned(),
            account_id: account_id.to_owned(),
            account_name: "n".to_owned(),
            ou_path: "Root".to_owned(),
            region: "global".to_owned(),
            captured_at: Timestamp(0),
            run_id: "r".to_owned(),
        };
        let mut builder = BatchBuilder::new(table::<R>()).unwrap();
        rows.iter().for_each(|(_, row)| builder.push(row).unwrap());
        let stamps: Vec<Stamp> = rows.iter().map(|(account_id, _)| stamp(account_id)).collect();
        builder.take_each(&stamps.iter().collect::<Vec<_>>()).unwrap()
    }

    fn old(arn: &str) -> OldThing {
        OldThing { arn: arn.to_owned() }
    }

    fn new(arn: &str) -> Thing {
        Thing { arn: arn.to_owned(), added: Some("new".to_owned()) }
    }

    fn of(batches: Vec<Result<RecordBatch, LakeError>>) -> Previous<Thing> {
        Previous {
            captured_at: Timestamp(0),
            batches: futures::stream::iter(batches).boxed(),
            rest: None,
            listener: Arc::new(|_| {}),
            row: PhantomData,
        }
    }

    async fn told(previous: &mut Previous<Thing>, account_id: &str) -> Vec<String> {
        let mut told = Vec::new();
        while let Some(batch) = previous.next_of(account_id).await.unwrap() {
            Thing::each(&batch, |it| told.push(format!("{} {:?}", it.arn, it.added))).unwrap();
        }
        told
    }

    #[tokio::test]
    async fn each_account_has_its_rows_and_what_is_new_is_null() {
        let first = batch(&[("1", old("a")), ("2", old("b")), ("2", old("c"))]);
        let mut previous = of(vec![Ok(first), Ok(batch(&[("2", new("d")), ("4", new("e"))]))]);
        let expected = ["b None", "c None", "d Some(\"new\")"];
        assert_eq!(told(&mut previous, "2").await, expected, "account 1 is gone");
        assert_eq!(told(&mut previous, "3").await, Vec::<String>::new(), "account 3 is new");
        assert_eq!(told(&mut previous, "4").await, ["e Some(\"new\")"]);
        assert_eq!(told(&mut previous, "5").await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn what_cannot_be_read_ends_it_and_a_lake_out_of_reach_is_an_error() {
        let corrupt = LakeError::Corrupt { file: "f".to_owned(), what: "w".to_owned() };
        let batches = vec![Ok(batch(&[("1", old("a"))])), Err(corrupt), Ok(batch(&[("2", old("b"))]))];
        let mut previous = of(batches);
        assert_eq!(told(&mut previous, "1").await, ["a None"]);
        assert_eq!(told(&mut previous, "2").await, Vec::<String>::new());
        let lost = LakeError::Unreachable { what: "the lake".to_owned(), source: "no route".into() };
        assert!(of(vec![Err(lost)]).next_of("1").await.is_err());
    }

    #[test]
    fn the_previous_snapshot_is_the_newest_complete_one_before_the_run() {
        let commit = |n: u32, organization_id: &str, at: i64, is_complete: bool| Commit {
            format: 1,
            n,
            organization_id: organization_id.to_owned(),
            snapshot_date: "2026-11-22".to_owned(),
            run_id: format!("run-{n}"),
            captured_at: Timestamp(at),
            committed_at: Timestamp(at),
            manifest: ManifestReference { path: String::new(), sha256: String::new() },
            supersedes: None,
            is_complete,
            coverage: serde_json::Value::Null,
        };
        let commits = [
            commit(1, "o-1", 10, true),
            commit(2, "o-1", 20, true),
            commit(3, "o-1", 30, false),
            commit(4, "o-2", 30, true),
            commit(5, "o-1", 50, true),
        ];
        let found = |run: &str, at: i64| previous(&commits, "o-1", run, Timestamp(at)).map(|it| it.n);
        assert_eq!(found("run-6", 40), Some(2), "not the incomplete one, nor another organization's, nor a later one");
        assert_eq!(found("run-6", 60), Some(5));
        assert_eq!(found("run-5", 60), Some(2), "not the run itself");
        assert_eq!(found("run-6", 10), None);
    }
}
