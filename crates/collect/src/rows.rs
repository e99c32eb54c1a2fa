//! A collector puts its rows here. Memory is bounded: a huge account does not make a huge process.

use std::collections::{BTreeMap, BTreeSet};

use arrow::record_batch::RecordBatch;
use futures::future::BoxFuture;
use orgcensus_aws::Class;
use orgcensus_row::{BatchBuilder, Row, Stamp, Table, Timestamp};

use crate::Error;
use crate::keys::{Keys, Repeated, content};

/// Rows of one table that wait in memory before they go to the sink.
const BATCH_ROWS: usize = 512;

/// What takes full batches: the crawl's stage.
pub trait Sink: Send {
    /// Takes one batch, waiting while there is no room.
    fn write<'a>(&'a mut self, table: Table, batch: RecordBatch) -> BoxFuture<'a, Result<(), Error>>;
}

/// The items, or values of items, that one task listed and could not read.
#[derive(Debug, Clone)]
pub struct Missed {
    /// How many items, or values of items.
    pub items: u64,
    /// The first item's error.
    pub first: orgcensus_aws::Error,
    /// The tables that lack rows or values because of it.
    pub tables: BTreeSet<&'static str>,
}

/// The counts of a task's rows.
#[derive(Debug, Clone, Default)]
pub struct Finished {
    /// Rows, each key once.
    pub rows: u64,
    /// Rows beside them that had the key of an earlier one.
    pub duplicates: u64,
    /// Items that went away between the list and the read.
    pub gone: u64,
    /// What could not be read.
    pub missed: Option<Missed>,
    /// The tags of the role by which the task read, if that role was among what it read.
    pub own_role_tags: Option<BTreeMap<String, String>>,
    /// Why there may be more than the rows say, in one word.
    pub reason: Option<&'static str>,
}

/// The rows of one task.
pub struct Rows<'s> {
    stamp: Stamp,
    since: Option<Timestamp>,
    tables: Vec<Filling>,
    sink: &'s mut dyn Sink,
    finished: Finished,
    has_part: bool,
    failed: Option<orgcensus_aws::Error>,
}

/// One table's rows on their way: those that wait, what each of them says, and the keys of all.
struct Filling {
    builder: BatchBuilder,
    contents: Vec<u64>,
    keys: Keys,
}

impl<'s> Rows<'s> {
    /// Rows of one task, all with the same stamp.
    pub fn new(stamp: Stamp, sink: &'s mut dyn Sink) -> Self {
        Self {
            stamp,
            since: None,
            tables: Vec::new(),
            sink,
            finished: Finished::default(),
            has_part: false,
            failed: None,
        }
    }

    /// The stamp of every row: account, region, time of the run.
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// When the run started: the moment from which ages are counted.
    pub fn captured_at(&self) -> Timestamp {
        self.stamp.captured_at
    }

    /// From when on a collector of [`ActivityWindow`](crate::ActivityWindow)s reads what happened.
    pub fn since(&self) -> Timestamp {
        self.since.unwrap_or(self.stamp.captured_at)
    }

    /// Says from when on: the engine knows when the task was last complete.
    pub fn begin_at(&mut self, since: Timestamp) {
        self.since = Some(since);
    }

    /// Adds one row. Waits when the stage is behind.
    pub async fn push<R: Row>(&mut self, row: R) -> Result<(), Error> {
        let index = match self.tables.iter().position(|filling| filling.builder.table().name == R::TABLE) {
            Some(index) => index,
            None => {
                self.tables.push(Filling::new(orgcensus_row::table::<R>())?);
                self.tables.len() - 1
            }
        };
        let filling = &mut self.tables[index];
        filling.builder.push(&row)?;
        filling.contents.push(content(&row));
        self.finished.rows += 1;
        if filling.builder.len() >= BATCH_ROWS { self.flush(index).await } else { Ok(()) }
    }

    /// Hands a table's waiting rows to the sink. If several rows have one key, the first is published. The others are
    /// counted, and a warning tells of those that differ from the first.
    async fn flush(&mut self, index: usize) -> Result<(), Error> {
        let filling = &mut self.tables[index];
        let (table, batch) = (filling.builder.table(), filling.builder.take(&self.stamp)?);
        let Repeated { alike, otherwise } = filling.keys.add(&batch, &std::mem::take(&mut filling.contents))?;
        self.finished.duplicates += alike + otherwise;
        self.finished.rows = self.finished.rows.saturating_sub(alike + otherwise);
        for _ in 0..otherwise {
            let message = format!("two rows of {} have one key and differ: the first was kept", table.name);
            self.miss([table.name], orgcensus_aws::Error::new(Class::Failed, "DuplicatesDiffer", message));
        }
        self.sink.write(table, batch).await
    }

    /// One item's answer in a loop over items. `None`: it could not be read, whatever the error. Then the item is
    /// counted, the task becomes partial, and coverage names the tables that lack it. So one odd item neither loses the
    /// others nor stays hidden. If an item went away, the collector must say so by [`Rows::gone`].
    ///
    /// Throttling and time-outs end the task: they come from the moment and not from the item, and every further item
    /// would use up all its attempts too. Such a task keeps no rows, counts as planned, and says what happened.
    pub fn item<T, E: Into<Error>>(
        &mut self,
        tables: impl IntoIterator<Item = &'static str>,
        answer: Result<T, E>,
    ) -> Result<Option<T>, Error> {
        match answer.map_err(Into::into) {
            Ok(answer) => Ok(Some(answer)),
            Err(Error::Aws(error)) if !matches!(error.class, Class::Throttled | Class::TimedOut) => {
                self.miss(tables, error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// One of several calls, or lists, by which a collector fills different tables. `None`: it failed, whatever the
    /// error; its tables are short, and the others keep what their own calls give. Where all of them fail, the task ends
    /// by the first failure.
    pub fn part<T, E: Into<Error>>(
        &mut self,
        tables: impl IntoIterator<Item = &'static str>,
        answer: Result<T, E>,
    ) -> Result<Option<T>, Error> {
        match answer.map_err(Into::into) {
            Ok(answer) => {
                self.has_part = true;
                Ok(Some(answer))
            }
            Err(Error::Aws(error)) => {
                self.failed.get_or_insert_with(|| error.clone());
                self.miss(tables, error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Notes that something listed could not be read, and which tables lack it: the task will be partial.
    pub fn miss(&mut self, tables: impl IntoIterator<Item = &'static str>, error: orgcensus_aws::Error) {
        let first = || Missed { items: 0, first: error, tables: BTreeSet::new() };
        let missed = self.finished.missed.get_or_insert_with(first);
        missed.items += 1;
        missed.tables.extend(tables);
    }

    /// Notes that an item went away between the list and the read: it has no row, and nothing is missing.
    pub fn gone(&mut self) {
        self.finished.gone += 1;
    }

    /// Says in one word why there may be more than the rows say, however well the task goes.
    pub fn because(&mut self, reason: &'static str) {
        self.finished.reason = Some(reason);
    }

    /// Notes the tags of the role by which the task reads: they say which actions the role has.
    pub fn own_role(&mut self, tags: &BTreeMap<String, String>) {
        self.finished.own_role_tags = Some(tags.clone());
    }

    /// Hands the rows that still wait to the sink. Returns the counts; or the first failure, if every part failed.
    pub async fn finish(mut self) -> Result<Finished, Error> {
        for index in 0..self.tables.len() {
            if !self.tables[index].builder.is_empty() {
                self.flush(index).await?;
            }
        }
        match self.failed {
            Some(error) if !self.has_part => Err(error.into()),
            _ => Ok(self.finished),
        }
    }
}

impl Filling {
    fn new(table: Table) -> Result<Self, Error> {
        Ok(Self { builder: BatchBuilder::new(table)?, contents: Vec::new(), keys: Keys::new(table) })
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use serde::Serialize;

    use super::*;

    /// One thing.
    #[derive(Serialize, Row)]
    #[row(table = "test_things", key = "name, number")]
    struct Thing {
        /// Its name.
        name: String,
        /// Its number.
        number: i32,
        /// What it says.
        word: Option<String>,
    }

    fn thing(name: &str, number: i32, word: &str) -> Thing {
        Thing { name: name.to_owned(), number, word: Some(word.to_owned()) }
    }

    struct Nowhere;

    impl Sink for Nowhere {
        fn write<'a>(&'a mut self, _: Table, _: RecordBatch) -> BoxFuture<'a, Result<(), Error>> {
            futures::future::ready(Ok(())).boxed()
        }
    }

    fn stamp() -> Stamp {
        Stamp {
            organization_id: "o-test".to_owned(),
            account_id: "111122223333".to_owned(),
            account_name: "test".to_owned(),
            ou_path: "Root".to_owned(),
            region: "eu-west-1".to_owned(),
            captured_at: orgcensus_row::Timestamp(0),
            run_id: "test".to_owned(),
        }
    }

    fn error(class: Class, code: &str) -> orgcensus_aws::Error {
        orgcensus_aws::Error::new(class, code, "recorded")
    }

    #[tokio::test]
    async fn one_items_error_is_counted_whatever_its_class_but_for_the_moments() {
        let mut sink = Nowhere;
        let mut rows = Rows::new(stamp(), &mut sink);
        let classes =
            [Class::Denied, Class::DeniedByScp, Class::NotFound, Class::Unsupported, Class::Rejected, Class::Failed];
        for class in classes {
            let answer: Result<(), _> = Err(error(class, "Odd"));
            assert!(rows.item(["test_things"], answer).unwrap().is_none(), "{class:?}");
        }
        for class in [Class::Throttled, Class::TimedOut] {
            let answer: Result<(), _> = Err(error(class, "Odd"));
            assert!(rows.item(["test_things"], answer).is_err(), "{class:?}");
        }
        rows.gone();
        let finished = rows.finish().await.unwrap();
        let missed = finished.missed.unwrap();
        assert_eq!((missed.items, finished.gone), (classes.len() as u64, 1));
        assert_eq!(missed.tables, BTreeSet::from(["test_things"]));
    }

    #[tokio::test]
    async fn a_refused_part_costs_its_own_tables_and_all_of_them_the_task() {
        let refusal = || Err::<(), _>(error(Class::Unsupported, "UnknownOperation"));
        let mut sink = Nowhere;
        let mut rows = Rows::new(stamp(), &mut sink);
        rows.part(["one"], refusal()).unwrap();
        rows.part::<_, Error>(["other"], Ok(())).unwrap();
        let missed = rows.finish().await.unwrap().missed.unwrap();
        assert_eq!(missed.tables, BTreeSet::from(["one"]));
        let mut rows = Rows::new(stamp(), &mut sink);
        rows.part(["one"], refusal()).unwrap();
        rows.part(["other"], refusal()).unwrap();
        assert!(matches!(rows.finish().await, Err(Error::Aws(error)) if error.code == "UnknownOperation"));
    }

    #[tokio::test]
    async fn rows_of_one_key_are_counted_and_told_where_they_differ() {
        let mut sink = Nowhere;
        let mut rows = Rows::new(stamp(), &mut sink);
        rows.push(thing("a", 1, "x")).await.unwrap();
        rows.push(thing("a", 2, "x")).await.unwrap();
        for number in 0..BATCH_ROWS {
            rows.push(thing("many", i32::try_from(number).unwrap(), "x")).await.unwrap();
        }
        rows.push(thing("a", 1, "x")).await.unwrap();
        rows.push(thing("a", 2, "something else")).await.unwrap();
        let finished = rows.finish().await.unwrap();
        assert_eq!((finished.rows, finished.duplicates), (2 + BATCH_ROWS as u64, 2));
        let missed = finished.missed.unwrap();
        assert_eq!((missed.items, missed.first.code.as_str()), (1, "DuplicatesDiffer"));
        assert!(missed.first.message.contains("test_things"), "{}", missed.first.message);
    }
}
