//! From the stage's many small batches to a table's few sorted files.

use arrow::array::AsArray;
use arrow::record_batch::RecordBatch;
use orgcensus_row::Table;

use crate::publication::Publication;
use crate::sort::Sorter;
use crate::{Error, Group, Result, TableEntry};

/// Groups are sorted together until they have this many rows or bytes: fewer, larger steps for the encoder.
const CHUNK_ROWS: usize = 8192;
const CHUNK_BYTES: usize = 8 << 20;

impl Publication {
    /// Writes a table's staged rows, sorted by account, region and key, each key once.
    ///
    /// Groups must come in the order of account and region. Memory holds one group, or a few small ones, and one row
    /// group of the file, however many accounts there are.
    pub async fn compact(&self, table: &Table, groups: impl IntoIterator<Item = Group>) -> Result<TableEntry> {
        let invalid = |error| Error::invalid(format!("the rows of {}", table.name), error);
        let sorter = Sorter::new(table).map_err(invalid)?;
        let mut writer = self.writer(table);
        let (mut chunk, mut rows, mut bytes) = (Vec::new(), 0, 0);
        let (mut last, mut duplicates) = (None, 0);
        let mut groups = groups.into_iter().peekable();
        loop {
            let group = groups.next();
            let is_end = group.is_none();
            // Two stages may have rows of one account and region.
            let goes_on = match (&group, groups.peek()) {
                (Some(one), Some(next)) => (&one.account_id, &one.region) == (&next.account_id, &next.region),
                _ => false,
            };
            if let Some(group) = group {
                for slice in &group.slices {
                    let batch = group.stage.read(table, slice)?;
                    (rows, bytes) = (rows + batch.num_rows(), bytes + batch.get_array_memory_size());
                    chunk.push(batch);
                }
            }
            if !goes_on && (rows >= CHUNK_ROWS || bytes >= CHUNK_BYTES || (is_end && rows > 0)) {
                let sorted = sorter.sort(&chunk).map_err(invalid)?;
                (rows, bytes) = (0, 0);
                chunk.clear();
                last = Some(in_order(table, last, &sorted.batch)?);
                duplicates += sorted.duplicates;
                writer.write(&sorted.batch).await?;
            }
            if is_end {
                break;
            }
        }
        let mut entry = writer.close().await?;
        entry.duplicate_rows = duplicates;
        Ok(entry)
    }
}

/// The last account and region of a sorted batch, which must begin after `last`.
fn in_order(table: &Table, last: Option<(String, String)>, batch: &RecordBatch) -> Result<(String, String)> {
    let place = |row: usize| {
        let text = |name| batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
        Some((text("account_id")?.value(row).to_owned(), text("region")?.value(row).to_owned()))
    };
    let ends = batch.num_rows().checked_sub(1).and_then(|end| Some((place(0)?, place(end)?)));
    let Some((first, end)) = ends else {
        return Err(Error::invalid(format!("the rows of {}", table.name), "they have no account and region"));
    };
    match last {
        Some(last) if first <= last => {
            let reason = format!("{} {} comes after {} {}", first.0, first.1, last.0, last.1);
            Err(Error::invalid(format!("the groups of {}", table.name), reason))
        }
        _ => Ok(end),
    }
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
            let entry = publication.compact(&table(), groups).await.unwrap();
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
            Group { stage: stage.clone(), account_id: account.into(), region: "r".into(), slices: vec![slice] }
        };
        let publication = begin(&lake, "run-1", FileOptions::default()).await;
        let error = publication.compact(&table(), [group("2"), group("1")]).await.unwrap_err();
        assert!(error.to_string().contains("1 r comes after 2 r"), "{error}");
    }
}
