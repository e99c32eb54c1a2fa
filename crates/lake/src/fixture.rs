//! Rows for this crate's tests.

use std::collections::BTreeMap;

use arrow::compute::{cast, concat_batches};
use arrow::record_batch::RecordBatch;
use orgcensus_row::{BatchBuilder, Row, Stamp, Table, Timestamp};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::Serialize;

use crate::upload::sha256;
use crate::{Begun, Coverage, FileOptions, Lake, LakeOptions, Publication, RunSnapshot, TableEntry};

/// One queue.
#[derive(Debug, Clone, PartialEq, Serialize, Row)]
#[row(table = "test_queues", key = "arn")]
pub(crate) struct Queue {
    /// The queue's ARN.
    pub(crate) arn: String,
    /// Bytes.
    pub(crate) size_bytes: Option<i64>,
    /// When it was made (UTC).
    pub(crate) created_at: Option<Timestamp>,
    /// Names.
    pub(crate) names: Vec<String>,
    /// Tags.
    pub(crate) tags: BTreeMap<String, String>,
}

/// The table of queues.
pub(crate) fn table() -> Table {
    orgcensus_row::table::<Queue>()
}

/// A queue with every column filled from its ARN.
pub(crate) fn queue(arn: &str) -> Queue {
    Queue {
        arn: arn.to_owned(),
        size_bytes: Some(arn.len() as i64),
        created_at: Some(Timestamp(1_700_000_000_123)),
        names: vec![arn.to_uppercase(), String::new()],
        tags: BTreeMap::from([("name".to_owned(), arn.to_owned())]),
    }
}

/// One batch of one account's queues.
pub(crate) fn queues(account_id: &str, arns: &[&str]) -> RecordBatch {
    batch(account_id, "eu-west-1", &arns.iter().map(|arn| queue(arn)).collect::<Vec<_>>())
}

/// One batch of any queues.
pub(crate) fn batch(account_id: &str, region: &str, queues: &[Queue]) -> RecordBatch {
    let mut builder = BatchBuilder::new(table()).unwrap();
    for queue in queues {
        builder.push(queue).unwrap();
    }
    let stamp = Stamp {
        organization_id: "o-example".into(),
        account_id: account_id.into(),
        account_name: "name".into(),
        ou_path: "Root".into(),
        region: region.into(),
        captured_at: Timestamp(1_700_000_000_000),
        run_id: "run-1".into(),
    };
    builder.take(&stamp).unwrap()
}

/// A lake in a folder that goes away with it.
pub(crate) fn lake() -> (tempfile::TempDir, Lake) {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path().join("lake").to_str().unwrap(), &LakeOptions::default()).unwrap();
    (folder, lake)
}

/// A run of one day.
pub(crate) fn snapshot(run_id: &str) -> RunSnapshot {
    RunSnapshot {
        organization_id: "o-example".into(),
        snapshot_date: "2026-11-22".into(),
        run_id: run_id.into(),
        captured_at: Timestamp(1_700_000_000_000),
    }
}

/// A publication that was not begun before.
pub(crate) async fn begin(lake: &Lake, run_id: &str, options: FileOptions) -> Publication {
    match Publication::begin(lake, snapshot(run_id), options).await.unwrap() {
        Begun::Fresh(publication) => publication,
        Begun::Published(commit) => panic!("published as {}", commit.n),
    }
}

/// Enough.
pub(crate) fn coverage() -> Coverage {
    Coverage { is_complete: true, summary: serde_json::json!({ "complete": 1 }) }
}

/// All rows of a table's files, in order, with the table's own names inside lists and maps.
pub(crate) async fn rows(lake: &Lake, entry: &TableEntry) -> RecordBatch {
    let schema = table().schema();
    let mut batches = Vec::new();
    for file in &entry.files {
        let bytes = lake.get(&lake.path(&file.path).unwrap()).await.unwrap();
        assert_eq!((bytes.len() as u64, sha256(&bytes)), (file.bytes, file.sha256.clone()));
        for batch in ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().build().unwrap() {
            let batch = batch.unwrap();
            let columns =
                batch.columns().iter().zip(schema.fields()).map(|(column, field)| cast(column, field.data_type()));
            batches.push(RecordBatch::try_new(schema.clone(), columns.map(Result::unwrap).collect()).unwrap());
        }
    }
    concat_batches(&schema, &batches).unwrap()
}
