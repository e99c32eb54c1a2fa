//! The previous complete snapshot of the organization, for what only earlier nights know. It is read as what is staged
//! is: one account after the other, in order.

use std::future::ready;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use futures::StreamExt;
use futures::stream::BoxStream;
use orgcensus_lake::{Error as LakeError, before_run};
use orgcensus_row::{Row, Timestamp};

use crate::account_rows::AccountRows;
use crate::context::{Crawl, Shared};
use crate::error::Error;
use crate::event::{Event, Listener};

/// The rows of one table in the previous complete snapshot.
pub struct Previous<R> {
    captured_at: Timestamp,
    rows: AccountRows<R>,
}

/// Opens the table; none if there is none to be read.
pub(crate) async fn open<R: Row>(shared: &Shared) -> Result<Option<Previous<R>>, Error> {
    let Crawl { lake, run_id, captured_at, listener, .. } = &shared.crawl;
    let commits = lake.commits().await?;
    let Some(commit) = before_run(&commits, &shared.organization.id, run_id, *captured_at) else { return Ok(None) };
    let manifest = match lake.manifest(commit).await {
        Ok(manifest) => manifest,
        Err(error) => return passed_over(listener, error).map(|()| None),
    };
    let Some(entry) = manifest.table(R::TABLE) else { return Ok(None) };
    let batches = match lake.rows(entry, None) {
        Ok(batches) => batches,
        Err(error) => return passed_over(listener, error).map(|()| None),
    };
    Ok(Some(Previous::of(commit.captured_at, batches, Arc::clone(listener))))
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
    /// What cannot be read ends the rows.
    fn of(
        captured_at: Timestamp,
        batches: BoxStream<'static, Result<RecordBatch, LakeError>>,
        listener: Listener,
    ) -> Self {
        let or_end = move |_: &mut (), batch: Result<RecordBatch, LakeError>| match batch {
            Ok(batch) => ready(Some(Ok(batch))),
            Err(error) => ready(passed_over(&listener, error).err().map(Err)),
        };
        Self { captured_at, rows: AccountRows::of(batches.scan((), or_end).boxed()) }
    }

    /// When the run that published it started (UTC).
    pub fn captured_at(&self) -> Timestamp {
        self.captured_at
    }

    /// The next rows of an account, to be read by [`Row::each`]. Accounts must be asked for in order.
    pub async fn next_of(&mut self, account_id: &str) -> Result<Option<RecordBatch>, Error> {
        self.rows.next_of(account_id).await
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_row::{BatchBuilder, Stamp, table};
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
        Previous::of(Timestamp(0), futures::stream::iter(batches).boxed(), Arc::new(|_| {}))
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
}
