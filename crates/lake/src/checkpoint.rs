//! Checkpoints: a copy of the stage in the lake. Another machine with an empty disk can resume the run from it.
//!
//! The logs are copied first and the journal last, so that a journal in the lake names no rows that are missing there.
//! If a stage lies where its copy would be, it is its own checkpoint.

use std::path::Path as FilePath;

use bytes::BytesMut;
use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::journal_scan::{self, Header};
use crate::log::log_number;
use crate::snapshot::check_name;
use crate::upload::Upload;
use crate::{Error, Journal, Lake, Result, Stage, journal};

/// A log that was cut and then grew again may have its old length: only a copy that is surely younger is the same.
const CLOCKS_DIFFER_MAX: TimeDelta = TimeDelta::minutes(10);

pub(crate) const FOLDER: &str = "_stage";

/// Bytes read at once.
const BLOCK_BYTES: usize = 1 << 20;

/// Copies the stage to `_stage/<name>/`, with the first `journal_bytes` of its journal ([`Journal::bytes`]). Others may
/// append meanwhile. A log whose full length was copied long ago is not copied again.
pub async fn checkpoint(lake: &Lake, name: &str, stage: &Stage, journal_bytes: u64) -> Result<()> {
    let prefix = prefix(lake, name)?;
    if is_here(lake, &prefix, stage.directory()) {
        return Ok(());
    }
    let there = lake.list(&prefix).await?;
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

/// Fills an empty directory with the last checkpoint of a stage; false if there is none.
pub async fn restore(lake: &Lake, name: &str, directory: &FilePath) -> Result<bool> {
    let prefix = prefix(lake, name)?;
    let there = lake.list(&prefix).await?;
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

/// The names of all stages that have a copy in the lake.
pub async fn checkpoints(lake: &Lake) -> Result<Vec<String>> {
    lake.folders(&lake.path(FOLDER)?).await
}

/// The header of a copy's journal, which may be long; none if there is no such copy.
pub async fn checkpoint_header(lake: &Lake, name: &str) -> Result<Option<Header>> {
    let object = copy_name(&prefix(lake, name)?, &journal::path(FilePath::new("")));
    let store = |error| Error::store(lake.name(&object), error);
    let mut blocks = match lake.store().get(&object).await.map_err(store) {
        Ok(found) => found.into_stream(),
        Err(Error::Missing { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut line = Vec::new();
    while let Some(block) = blocks.next().await {
        let block = block.map_err(store)?;
        if let Some(end) = block.iter().position(|byte| *byte == b'\n') {
            line.extend_from_slice(&block[..=end]);
            break;
        }
        line.extend_from_slice(&block);
    }
    journal_scan::header(&lake.name(&object), &line).map(Some)
}

/// Removes a stage's copy from the lake: what it held is published.
pub async fn remove_checkpoint(lake: &Lake, name: &str) -> Result<()> {
    lake.remove_all(&prefix(lake, name)?).await
}

/// Whether a stage lies where its copy would be.
fn is_here(lake: &Lake, prefix: &Path, directory: &FilePath) -> bool {
    let same = |folder: std::path::PathBuf| folder.canonicalize().ok() == directory.canonicalize().ok();
    lake.file(prefix).is_some_and(|folder| folder.exists() && same(folder))
}

fn prefix(lake: &Lake, name: &str) -> Result<Path> {
    check_name(name)?;
    lake.path(&format!("{FOLDER}/{name}"))
}

fn copy_name(prefix: &Path, file: &FilePath) -> Path {
    prefix.clone().join(file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default().as_ref())
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
        checkpoint(&lake, "run-1", &stage, journal.bytes()).await.unwrap();
        add(&mut journal, "b");
        let before = journal.bytes();
        add(&mut journal, "appended while the copy is made");
        checkpoint(&lake, "run-1", &stage, before).await.unwrap();
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

        assert_eq!(checkpoints(&lake).await.unwrap(), ["run-1"]);
        assert_eq!(checkpoint_header(&lake, "run-1").await.unwrap().unwrap().about["n"], 1);
        assert_eq!(checkpoint_header(&lake, "run-2").await.unwrap(), None);
        remove_checkpoint(&lake, "run-1").await.unwrap();
        assert!(checkpoints(&lake).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_stage_in_its_copys_place_is_left_alone() {
        let (_folder, lake) = lake();
        let stage = Stage::open(&lake.local().unwrap().join("_stage/run-1")).unwrap();
        let journal = Journal::<Slice>::create(&stage, "run-1", serde_json::Value::Null).unwrap();
        let slice = stage.checkout().unwrap().append(&table(), &queues("000000000001", &["a"])).unwrap();
        checkpoint(&lake, "run-1", &stage, journal.bytes()).await.unwrap();
        assert!(stage.holds(&slice));
        assert_eq!(checkpoints(&lake).await.unwrap(), ["run-1"]);
    }
}
