//! From the stage's many small batches to a table's few sorted files.

use std::sync::Arc;

use arrow::array::AsArray;
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use orgcensus_row::Table;

use crate::publication::Publication;
use crate::runs::{Runs, bytes};
use crate::sort::{Sorted, Sorter};
use crate::{Error, Group, Result, Stage, TableEntry, TableWriter};

/// Groups are sorted together until they have this many rows or bytes. So the encoder gets fewer and larger batches.
const CHUNK_ROWS: usize = 8192;
const CHUNK_BYTES: usize = 8 << 20;

/// The most bytes that are sorted in memory. If one account and region has more, its rows are sorted in runs, which
/// wait in a stage.
const RUN_BYTES: usize = 32 << 20;

impl Publication {
    /// Writes a table's staged rows, sorted by account, region and key, each key once.
    ///
    /// Groups must come in the order of account and region. Memory holds a few small groups or [`RUN_BYTES`] of one,
    /// and one row group of the file, however many accounts there are and whatever one of them holds. `spill` is a stage
    /// to work in.
    pub async fn compact(
        &self,
        table: &Table,
        groups: impl IntoIterator<Item = Result<Group>>,
        spill: &Stage,
    ) -> Result<TableEntry> {
        let mut compaction = Compaction::new(table, self.writer(table), spill)?;
        let mut groups = groups.into_iter().peekable();
        while let Some(group) = groups.next().transpose()? {
            for slice in &group.slices {
                compaction.add(group.stage.read(table, slice)?)?;
            }
            // Two stages may have rows of one account and region.
            let is_same = |next: &Group| (&next.account_id, &next.region) == (&group.account_id, &group.region);
            if !groups.peek().is_some_and(|next| next.as_ref().is_ok_and(is_same)) {
                compaction.end_group().await?;
            }
        }
        compaction.finish().await
    }
}

/// A table while it is compacted.
struct Compaction {
    table: Table,
    sorter: Arc<Sorter>,
    writer: TableWriter,
    /// What waits to be sorted.
    chunk: Vec<RecordBatch>,
    rows: usize,
    bytes: usize,
    /// Runs that were sorted already, because the chunk became too large before its last group ended.
    runs: Runs,
    /// The account and region of the last row that was written.
    last: Option<(String, String)>,
    duplicates: u64,
}

impl Compaction {
    fn new(table: &Table, writer: TableWriter, spill: &Stage) -> Result<Self> {
        let sorter = Sorter::new(table).map_err(|error| invalid(table, error))?;
        let (chunk, runs) = (Vec::new(), Runs::new(spill, table)?);
        Ok(Self {
            table: *table,
            sorter: Arc::new(sorter),
            writer,
            chunk,
            rows: 0,
            bytes: 0,
            runs,
            last: None,
            duplicates: 0,
        })
    }

    fn add(&mut self, batch: RecordBatch) -> Result<()> {
        (self.rows, self.bytes) = (self.rows + batch.num_rows(), self.bytes + bytes(&batch));
        self.chunk.push(batch);
        if self.bytes >= RUN_BYTES {
            let sorted = self.sort_chunk()?;
            self.runs.push(&sorted)?;
        }
        Ok(())
    }

    /// Writes what waits, if it is enough.
    async fn end_group(&mut self) -> Result<()> {
        if !self.runs.is_empty() || self.rows >= CHUNK_ROWS || self.bytes >= CHUNK_BYTES {
            self.write().await?;
        }
        Ok(())
    }

    async fn write(&mut self) -> Result<()> {
        let sorted = self.sort_chunk()?;
        if self.runs.is_empty() {
            return self.write_batch(&sorted, true).await;
        }
        self.runs.push(&sorted)?;
        let (mut merge, mut is_first) = (self.runs.merge(&self.sorter)?, true);
        while let Some(Sorted { batch, duplicates }) = merge.next()? {
            self.duplicates += duplicates;
            self.write_batch(&batch, is_first).await?;
            is_first = false;
        }
        self.runs.clear()
    }

    fn sort_chunk(&mut self) -> Result<RecordBatch> {
        (self.rows, self.bytes) = (0, 0);
        let sorted = self.sorter.sort(&std::mem::take(&mut self.chunk)).map_err(|error| invalid(&self.table, error))?;
        self.duplicates += sorted.duplicates;
        Ok(sorted.batch)
    }

    /// Writes sorted rows. Those that begin with a new group must come after all that were written.
    async fn write_batch(&mut self, batch: &RecordBatch, begins: bool) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let (first, end) = places(&self.table, batch)?;
        if let Some(last) = self.last.replace(end)
            && begins
            && first <= last
        {
            let reason = format!("{} {} comes after {} {}", first.0, first.1, last.0, last.1);
            return Err(Error::invalid(format!("the groups of {}", self.table.name), reason));
        }
        self.writer.write(batch).await
    }

    async fn finish(mut self) -> Result<TableEntry> {
        self.write().await?;
        let mut entry = self.writer.close().await?;
        entry.duplicate_rows = self.duplicates;
        Ok(entry)
    }
}

fn invalid(table: &Table, error: ArrowError) -> Error {
    Error::invalid(format!("the rows of {}", table.name), error)
}

/// The account and region of a batch's first row and of its last.
fn places(table: &Table, batch: &RecordBatch) -> Result<((String, String), (String, String))> {
    let place = |row: usize| {
        let text = |name| batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
        Some((text("account_id")?.value(row).to_owned(), text("region")?.value(row).to_owned()))
    };
    let ends = batch.num_rows().checked_sub(1).and_then(|end| Some((place(0)?, place(end)?)));
    ends.ok_or_else(|| Error::invalid(format!("the rows of {}", table.name), "they have no account and region"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use orgcensus_row::Timestamp;
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    use super::*;
    use crate::fixture::{Queue, batch, begin, lake, queue, rows, table};
    use crate::{FileOptions, SliceIndex, Stage};

    fn queues() -> impl Strategy<Value = Queue> {
        let text = "[a-z\u{e9}\u{0}\"\\\\ ]{0,6}";
        let moment = proptest::option::of((-62_000_000_000_000i64..250_000_000_000_000).prop_map(Timestamp));
        let own =
            ("[a-d]{1,2}", proptest::option::of(any::<i64>()), moment, vec(text, 0..4), btree_map(text, text, 0..4));
        own.prop_map(|(arn, size_bytes, created_at, names, tags)| Queue { arn, size_bytes, created_at, names, tags })
    }

    /// Stages the tasks, publishes them, and reads back what is in the files.
    fn round_trip(tasks: &[(usize, usize, Vec<Queue>)], options: FileOptions) -> (RecordBatch, TableEntry) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (folder, lake) = lake();
            let stage = Stage::open(&folder.path().join("stage")).unwrap();
            let mut index = SliceIndex::create(&folder.path().join("index")).unwrap();
            for (account, region, queues) in tasks {
                let (account, region) = (format!("{account:012}"), format!("region-{region}"));
                let slice = stage.checkout().unwrap().append(&table(), &batch(&account, &region, queues)).unwrap();
                index.add(&stage, &account, &region, &slice).unwrap();
            }
            let groups = index.groups(&table()).unwrap();
            let publication = begin(&lake, "run-1", options).await;
            let entry = publication.compact(&table(), groups, &stage).await.unwrap();
            (rows(&lake, &entry).await, entry)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn rows_come_back_sorted_each_key_once(tasks in vec((0..4usize, 0..3usize, vec(queues(), 0..6)), 0..12)) {
            let mut expected = BTreeMap::new();
            for (account, region, queues) in &tasks {
                for queue in queues {
                    expected.entry((account, region, &queue.arn)).or_insert(queue);
                }
            }
            let schema = table().schema();
            let batches: Vec<_> = expected
                .iter()
                .map(|((account, region, _), queue)| batch(&format!("{account:012}"), &format!("region-{region}"), &[(*queue).clone()]))
                .collect();
            let (rows, entry) = round_trip(&tasks, FileOptions::default());
            prop_assert_eq!(&rows, &arrow::compute::concat_batches(&schema, &batches).unwrap());
            prop_assert_eq!(entry.rows, expected.len() as u64);
            let staged: usize = tasks.iter().map(|(_, _, queues)| queues.len()).sum();
            prop_assert_eq!(entry.rows + entry.duplicate_rows, staged as u64);
        }
    }

    #[test]
    fn a_file_ends_at_its_size_and_the_next_one_goes_on() {
        let queues = |account: usize| (0..20_000).map(|n| queue(&format!("arn:{account}:{n:06}"))).collect();
        let tasks: Vec<_> = (0..3).map(|account| (account, 0, queues(account))).collect();
        let options = FileOptions { target_file_bytes: 100_000, row_group_bytes: 50_000, ..FileOptions::default() };
        let (rows, entry) = round_trip(&tasks, options);
        assert_eq!((rows.num_rows(), entry.rows), (60_000, 60_000));
        assert!((3..=8).contains(&entry.files.len()), "{} files", entry.files.len());
        assert!(entry.files.windows(2).all(|pair| pair[0].max_account_id <= pair[1].min_account_id));
        assert_eq!(entry.files[0].min_account_id.as_deref(), Some("000000000000"));
        assert_eq!(entry.files.last().unwrap().max_account_id.as_deref(), Some("000000000002"));
        assert!(entry.files[1].path.ends_with("/test_queues/00001.parquet"), "{}", entry.files[1].path);
    }

    #[tokio::test]
    async fn groups_out_of_order_are_refused() {
        let (folder, lake) = lake();
        let stage = Stage::open(&folder.path().join("stage")).unwrap();
        let rows: Vec<_> = (0..CHUNK_ROWS).map(|n| queue(&n.to_string())).collect();
        let group = |account: &str| {
            let slice = stage.checkout().unwrap().append(&table(), &batch(account, "r", &rows)).unwrap();
            Ok(Group { stage: stage.clone(), account_id: account.into(), region: "r".into(), slices: vec![slice] })
        };
        let publication = begin(&lake, "run-1", FileOptions::default()).await;
        let error = publication.compact(&table(), [group("2"), group("1")], &stage).await.unwrap_err();
        assert!(error.to_string().contains("1 r comes after 2 r"), "{error}");
    }

    #[test]
    fn an_account_of_any_size_is_sorted_in_runs() {
        // Two tasks of one account and region, each twice what is sorted in memory, and a small account on either side.
        let padded = |n: usize| Queue { names: vec!["x".repeat(8000)], ..queue(&format!("arn:{n:06}")) };
        let large = |from: usize| (0..8000).map(|n| padded(n * 2 + from)).collect::<Vec<_>>();
        let tasks =
            [(0, 0, vec![queue("a")]), (1, 0, large(0)), (1, 0, large(1)), (1, 0, large(0)), (2, 0, vec![queue("b")])];
        let (rows, entry) = round_trip(&tasks, FileOptions::default());
        assert_eq!((rows.num_rows(), entry.rows, entry.duplicate_rows), (16_002, 16_002, 8000));
        let keys = Sorter::new(&table()).unwrap().keys(&rows).unwrap();
        assert!((1..rows.num_rows()).all(|row| keys.row(row - 1) < keys.row(row)));
    }
}
