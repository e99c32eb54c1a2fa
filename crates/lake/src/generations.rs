//! Numbered JSON objects, `<prefix>/00000001.json`, each created only if absent: the one primitive behind commits
//! and locks. It works alike on a folder and on S3, where conditional *updates* do not.

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Lake, Result};

/// The last number that eight digits can say.
pub(crate) const LAST: u32 = 99_999_999;

/// The longest object that is read: a commit or a lock has a few kilobytes.
const OBJECT_BYTES_MAX: u64 = 4 << 20;

/// The numbers under `prefix`, ascending, beginning after `after`.
pub(crate) async fn list(lake: &Lake, prefix: &str, after: u32) -> Result<Vec<u32>> {
    let (folder, offset) = (lake.path(prefix)?, path(lake, prefix, after)?);
    let objects = lake.store().list_with_offset(Some(&folder), &offset);
    let names = objects.map_ok(|object| number(&object.location)).try_collect::<Vec<_>>().await;
    let mut numbers: Vec<u32> = match names.map_err(|error| Error::store(lake.name(&folder), error)) {
        Ok(names) => names.into_iter().flatten().collect(),
        Err(Error::Missing { .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    numbers.sort_unstable();
    Ok(numbers)
}

/// Creates number `n`; false if someone was first.
pub(crate) async fn create(lake: &Lake, prefix: &str, n: u32, value: &impl Serialize) -> Result<bool> {
    lake.create(&path(lake, prefix, n)?, json(value)?).await
}

/// Overwrites number `n`, which must be the caller's own.
pub(crate) async fn overwrite(lake: &Lake, prefix: &str, n: u32, value: &impl Serialize) -> Result<()> {
    lake.put(&path(lake, prefix, n)?, json(value)?).await
}

/// Reads number `n`.
pub(crate) async fn read<T: DeserializeOwned>(lake: &Lake, prefix: &str, n: u32, format: u64) -> Result<T> {
    let path = path(lake, prefix, n)?;
    parse(&lake.name(&path), &lake.get_at_most(&path, OBJECT_BYTES_MAX).await?, format)
}

/// When number `n` was last written, by the store's clock.
pub(crate) async fn modified_millis(lake: &Lake, prefix: &str, n: u32) -> Result<i64> {
    let path = path(lake, prefix, n)?;
    let object = lake.store().head(&path).await.map_err(|error| Error::store(lake.name(&path), error))?;
    Ok(object.last_modified.timestamp_millis())
}

/// JSON of a known format. The format is looked at first: another one's fields may mean anything.
pub(crate) fn parse<T: DeserializeOwned>(file: &str, bytes: &[u8], format: u64) -> Result<T> {
    #[derive(serde::Deserialize)]
    struct Format {
        format: u64,
    }
    let found: Format = serde_json::from_slice(bytes).map_err(|error| Error::corrupt(file, error))?;
    if found.format < format {
        return Err(Error::corrupt(file, format!("its format is {}, which there never was", found.format)));
    }
    if found.format != format {
        return Err(Error::OtherFormat { file: file.to_string(), found: found.format, expected: format });
    }
    serde_json::from_slice(bytes).map_err(|error| Error::corrupt(file, error))
}

/// Readable JSON with a line end.
pub(crate) fn json(value: &impl Serialize) -> Result<Bytes> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| Error::invalid("a value for the lake", error))?;
    bytes.push(b'\n');
    Ok(bytes.into())
}

/// Where number `n` is.
pub(crate) fn path(lake: &Lake, prefix: &str, n: u32) -> Result<Path> {
    lake.path(&format!("{prefix}/{n:08}.json"))
}

fn number(path: &Path) -> Option<u32> {
    let digits = path.filename()?.strip_suffix(".json")?;
    (digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LakeOptions;
    use crate::fixture::lake;

    async fn the_first_wins(lake: &Lake) {
        assert!(create(lake, "_commits", 1, &"first").await.unwrap());
        assert!(!create(lake, "_commits", 1, &"second").await.unwrap(), "someone was first");
        let kept = lake.get(&path(lake, "_commits", 1).unwrap()).await.unwrap();
        assert_eq!(serde_json::from_slice::<String>(&kept).unwrap(), "first");
        assert_eq!(list(lake, "_commits", 0).await.unwrap(), [1]);
    }

    #[tokio::test]
    async fn of_two_that_create_a_number_one_wins_in_a_folder() {
        let (_folder, lake) = lake();
        the_first_wins(&lake).await;
    }

    #[tokio::test]
    async fn and_in_an_object_store() {
        the_first_wins(&Lake::open("memory:///a/prefix", &LakeOptions::default()).unwrap()).await;
    }
}
