//! Checkpoints: a copy of the stage in the lake, from which another machine's empty disk goes on.
//!
//! The logs go first and the journal last, so that a journal in the lake names nothing that is not there.

use std::path::Path as FilePath;

use bytes::BytesMut;
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::log::log_number;
use crate::publication::check_name;
use crate::upload::Upload;
use crate::{Error, Journal, Lake, Result, Stage, journal};

/// A log that was cut and went on may have its old length again: only a copy that is surely younger is the same.
const CLOCKS_DIFFER_MAX: TimeDelta = TimeDelta::minutes(10);

/// Bytes read at once.
const BLOCK_BYTES: usize = 1 << 20;

/// Copies the stage to `_stage/<run id>/`. A log that has long been there in its full length is not copied again.
pub async fn checkpoint<R: Serialize + DeserializeOwned>(
    lake: &Lake,
    run_id: &str,
    stage: &Stage,
    journal: &Journal<R>,
) -> Result<()> {
    let (prefix, journal_bytes) = (prefix(lake, run_id)?, journal.bytes());
    let there = copies(lake, &prefix).await?;
    for number in stage.logs()? {
        let file = stage.path(number);
        let object = copy_name(&prefix, &file);
        let metadata = file.metadata().map_err(|error| Error::disk(&file, error))?;
        let changed = metadata.modified().map_err(|error| Error::disk(&file, error))?;
        let is_there = there.iter().any(|copy| {
            let is_later = copy.last_modified > DateTime::<Utc>::from(changed) + CLOCKS_DIFFER_MAX;
            copy.location == object && copy.size == metadata.len() && is_later
        });
        if !is_there {
            upload(lake, &file, object, metadata.len()).await?;
        }
    }
    let file = journal::path(stage.directory());
    upload(lake, &file, copy_name(&prefix, &file), journal_bytes).await
}

/// Fills an empty directory with the last checkpoint of a run; false if there is none.
pub async fn restore(lake: &Lake, run_id: &str, directory: &FilePath) -> Result<bool> {
    let prefix = prefix(lake, run_id)?;
    let there = copies(lake, &prefix).await?;
    let journal = copy_name(&prefix, &journal::path(directory));
    if !there.iter().any(|object| object.location == journal) {
        return Ok(false);
    }
    tokio::fs::create_dir_all(directory).await.map_err(|error| Error::disk(directory, error))?;
    if Journal::<()>::exists(directory) {
        return Err(Error::invalid(directory.display(), "there is a journal already: resume from it"));
    }
    let is_log = |object: &Path| object.filename().and_then(log_number).is_some();
    for object in there.iter().filter(|object| is_log(&object.location)) {
        download(lake, &object.location, directory).await?;
    }
    // Last: a directory with a journal has all that it names.
    download(lake, &journal, directory).await?;
    Ok(true)
}

fn prefix(lake: &Lake, run_id: &str) -> Result<Path> {
    check_name(run_id)?;
    lake.path(&format!("_stage/{run_id}"))
}

fn copy_name(prefix: &Path, file: &FilePath) -> Path {
    prefix.clone().join(file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default().as_ref())
}

async fn copies(lake: &Lake, prefix: &Path) -> Result<Vec<ObjectMeta>> {
    match lake.store().list(Some(prefix)).try_collect().await.map_err(|error| Error::store(lake.name(prefix), error)) {
        Err(Error::Missing { .. }) => Ok(Vec::new()),
        result => result,
    }
}

async fn upload(lake: &Lake, file: &FilePath, object: Path, length: u64) -> Result<()> {
    let disk = |error| Error::disk(file, error);
    let store = |error| Error::store(lake.name(&object), error);
    let mut source = tokio::fs::File::open(file).await.map_err(disk)?.take(length);
    let mut upload = Upload::new(lake, object.clone());
    loop {
        let mut block = BytesMut::with_capacity(BLOCK_BYTES);
        if source.read_buf(&mut block).await.map_err(disk)? == 0 {
            break;
        }
        upload.put(block.freeze()).await.map_err(store)?;
    }
    upload.complete().await.map_err(store)
}

async fn download(lake: &Lake, object: &Path, directory: &FilePath) -> Result<()> {
    let file = directory.join(object.filename().unwrap_or_default());
    let disk = |error| Error::disk(&file, error);
    let store = |error| Error::store(lake.name(object), error);
    let mut target = tokio::fs::File::create(&file).await.map_err(disk)?;
    let mut source = lake.store().get(object).await.map_err(store)?.into_stream();
    while let Some(block) = source.next().await {
        target.write_all(&block.map_err(store)?).await.map_err(disk)?;
    }
    target.sync_all().await.map_err(disk)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Slice;
    use crate::fixture::{lake, queues, table};

    #[tokio::test]
    async fn another_machines_empty_disk_goes_on_from_a_checkpoint() {
        let (folder, lake) = lake();
        let stage = Stage::open(&folder.path().join("stage")).unwrap();
        let mut journal = Journal::<Slice>::create(&stage, "run-1", serde_json::json!({ "n": 1 })).unwrap();
        let mut writer = stage.checkout().unwrap();
        let mut add = |journal: &mut Journal<Slice>, arn: &str| {
            journal.append(&writer.append(&table(), &queues("000000000001", &[arn])).unwrap()).unwrap();
        };
        add(&mut journal, "a");
        journal.sync(&stage).unwrap();
        checkpoint(&lake, "run-1", &stage, &journal).await.unwrap();
        add(&mut journal, "b");
        checkpoint(&lake, "run-1", &stage, &journal).await.unwrap();
        add(&mut journal, "after the last checkpoint");

        let elsewhere = folder.path().join("elsewhere");
        assert!(!restore(&lake, "run-2", &elsewhere).await.unwrap());
        assert!(restore(&lake, "run-1", &elsewhere).await.unwrap());
        let stage = Stage::open(&elsewhere).unwrap();
        let (journal, header) = Journal::<Slice>::open(&stage, |slice| stage.holds(slice)).unwrap();
        assert_eq!(header.about["n"], 1);
        let batches: Vec<_> =
            journal.records().unwrap().map(|slice| stage.read(&table(), &slice.unwrap()).unwrap()).collect();
        assert_eq!(batches, [queues("000000000001", &["a"]), queues("000000000001", &["b"])]);
        assert!(matches!(restore(&lake, "run-1", &elsewhere).await, Err(Error::Invalid { .. })));
    }
}
