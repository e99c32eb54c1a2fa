//! One file of a published table, read as Parquet. Every byte that it hands on is checked to be the byte that was
//! published.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use crate::{Blocks, Error, FileEntry, Lake, Result};

/// Few footers are longer than this, so this many bytes are read at once.
const FOOTER_BYTES: usize = 64 << 10;

/// A file as its manifest describes it. Clones share what was found out about it.
#[derive(Debug, Clone)]
pub struct TableFile {
    lake: Lake,
    path: Path,
    entry: Arc<FileEntry>,
    /// Set when a file without sums of blocks was hashed from end to end.
    hashed: Arc<OnceCell<()>>,
}

impl TableFile {
    /// The file that an entry of a manifest means. Nothing is read yet.
    pub fn new(lake: &Lake, entry: &FileEntry) -> Result<Self> {
        let path = lake.path(&entry.path)?;
        if entry.blocks.as_ref().is_some_and(|blocks| blocks.count(entry.bytes).is_none()) {
            return Err(Error::corrupt(lake.name(&path), "the manifest's checksums are not of a file of its length"));
        }
        Ok(Self { lake: lake.clone(), path, entry: Arc::new(entry.clone()), hashed: Arc::default() })
    }

    /// The bytes of some ranges. A byte that was changed since it was published is [`Error::Corrupt`].
    pub async fn read(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        if let Some(range) = ranges.iter().find(|range| range.end > self.entry.bytes || range.start > range.end) {
            return Err(self.corrupt(format!("it points to bytes {} to {}, which it has not", range.start, range.end)));
        }
        match &self.entry.blocks {
            Some(blocks) => self.read_checked(ranges, blocks).await,
            None => {
                self.hashed.get_or_try_init(|| self.hash()).await?;
                self.fetch(ranges).await
            }
        }
    }

    async fn read_checked(&self, ranges: &[Range<u64>], blocks: &Blocks) -> Result<Vec<Bytes>> {
        let mut whole: Vec<Range<u64>> =
            ranges.iter().filter(|it| !it.is_empty()).map(|it| blocks.around(it, self.entry.bytes)).collect();
        whole.sort_by_key(|range| range.start);
        whole.dedup_by(|next, last| {
            let touches = next.start <= last.end;
            if touches {
                last.end = last.end.max(next.end);
            }
            touches
        });
        let fetched = self.fetch(&whole).await?;
        for (range, bytes) in whole.iter().zip(&fetched) {
            if let Some(at) = blocks.find_wrong(range.start, bytes) {
                let words = format!("its bytes from {at} on are not those that were published");
                return Err(self.corrupt(words));
            }
        }
        let cut = |range: &Range<u64>| {
            let held = whole.iter().zip(&fetched).find(|(held, _)| held.start <= range.start && range.end <= held.end);
            held.map_or_else(Bytes::new, |(held, bytes)| {
                bytes.slice(index(range.start - held.start)..index(range.end - held.start))
            })
        };
        Ok(ranges.iter().map(cut).collect())
    }

    async fn fetch(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let fetched = match self.lake.store().get_ranges(&self.path, ranges).await {
            Ok(fetched) => fetched,
            Err(error) => return Err(self.why_not(error).await),
        };
        if ranges.iter().zip(&fetched).any(|(range, bytes)| bytes.len() as u64 != range.end - range.start) {
            return Err(self.corrupt("it is shorter than it was published"));
        }
        Ok(fetched)
    }

    /// Why there are no bytes. Of a file that was cut short not every store says so.
    async fn why_not(&self, error: object_store::Error) -> Error {
        match self.lake.store().head(&self.path).await {
            Ok(found) if found.size != self.entry.bytes => self.corrupt("it is not as long as it was published"),
            _ => self.store(error),
        }
    }

    /// Reads the file from end to end, a piece at a time, and compares length and SHA-256 with the manifest's.
    pub(crate) async fn hash(&self) -> Result<()> {
        let answer = self.lake.store().get(&self.path).await.map_err(|error| self.store(error))?;
        let (length, entry) = (answer.meta.size, &self.entry);
        if length != entry.bytes {
            return Err(self.corrupt(format!("it has {length} bytes, {} were published", entry.bytes)));
        }
        let (mut hash, mut stream) = (Sha256::new(), answer.into_stream());
        while let Some(bytes) = stream.try_next().await.map_err(|error| self.store(error))? {
            hash.update(&bytes);
        }
        let found = hex::encode(hash.finalize());
        if found != entry.sha256 {
            return Err(self.corrupt(format!("its SHA-256 is {found}, not the published {}", entry.sha256)));
        }
        Ok(())
    }

    /// How many rows its footer says.
    pub(crate) async fn rows(&self) -> Result<u64> {
        let unread = |error: ParquetError| self.corrupt(error);
        let metadata = self.clone().get_metadata(None).await.map_err(unread)?;
        Ok(u64::try_from(metadata.file_metadata().num_rows()).unwrap_or_default())
    }

    /// What Parquet's reader met: this crate's own error where reading caused it, else bytes that are no such file.
    pub(crate) fn unread(&self, error: ParquetError) -> Error {
        match error {
            ParquetError::External(source) => match source.downcast::<Error>() {
                Ok(own) => *own,
                Err(other) => self.corrupt(other),
            },
            other => self.corrupt(other),
        }
    }

    fn corrupt(&self, what: impl ToString) -> Error {
        Error::corrupt(self.lake.name(&self.path), what)
    }

    fn store(&self, error: object_store::Error) -> Error {
        Error::store(self.lake.name(&self.path), error)
    }
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

impl AsyncFileReader for TableFile {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes, ParquetError>> {
        async move { Ok(self.get_byte_ranges(vec![range]).await?.pop().unwrap_or_default()) }.boxed()
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, Result<Vec<Bytes>, ParquetError>> {
        async move { self.read(&ranges).await.map_err(|error| ParquetError::External(error.into())) }.boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>, ParquetError>> {
        async move {
            let (column_index, offset_index) = options.map_or((PageIndexPolicy::Skip, PageIndexPolicy::Skip), |it| {
                (it.column_index_policy(), it.offset_index_policy())
            });
            let reader = ParquetMetaDataReader::new()
                .with_metadata_options(options.map(|it| it.metadata_options().clone()))
                .with_column_index_policy(column_index)
                .with_offset_index_policy(offset_index)
                .with_prefetch_hint(Some(FOOTER_BYTES));
            let bytes = self.entry.bytes;
            Ok(Arc::new(reader.load_and_finish(self, bytes).await?))
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileOptions;
    use crate::fixture::{begin, lake, queues, table};

    async fn published(lake: &Lake) -> FileEntry {
        let mut writer = begin(lake, "run-1", FileOptions::default()).await.writer(&table());
        writer.write(&queues("000000000001", &["a", "b", "c"])).await.unwrap();
        writer.close().await.unwrap().files.remove(0)
    }

    #[tokio::test]
    async fn no_changed_byte_is_handed_on_wherever_it_is() {
        let (_folder, lake) = lake();
        let entry = published(&lake).await;
        let file = lake.local().unwrap().join(&entry.path);
        let good = std::fs::read(&file).unwrap();
        for entry in [entry.clone(), FileEntry { blocks: None, ..entry.clone() }] {
            let whole = TableFile::new(&lake, &entry).unwrap().read(&[0..entry.bytes, 3..7, 5..5]).await.unwrap();
            assert_eq!((whole[0].as_ref(), whole[1].as_ref(), whole[2].len()), (&good[..], &good[3..7], 0));
            assert_eq!(TableFile::new(&lake, &entry).unwrap().rows().await.unwrap(), 3);
            for at in (0..good.len()).step_by(97).chain([good.len() - 1]) {
                let mut bad = good.clone();
                bad[at] ^= 1;
                std::fs::write(&file, &bad).unwrap();
                let read = TableFile::new(&lake, &entry).unwrap();
                let error = read.read(std::slice::from_ref(&(4..12))).await.unwrap_err();
                assert!(matches!(error, Error::Corrupt { .. }), "byte {at}: {error}");
                assert!(read.rows().await.is_err(), "byte {at}");
            }
            for bad in [&good[..good.len() - 1], b""] {
                std::fs::write(&file, bad).unwrap();
                assert!(TableFile::new(&lake, &entry).unwrap().rows().await.is_err());
                let error = TableFile::new(&lake, &entry)
                    .unwrap()
                    .read(std::slice::from_ref(&(0..entry.bytes)))
                    .await
                    .unwrap_err();
                assert!(matches!(error, Error::Corrupt { .. }), "{} bytes: {error}", bad.len());
            }
            std::fs::write(&file, &good).unwrap();
        }
    }

    #[tokio::test]
    async fn sums_that_are_not_of_this_file_are_refused() {
        let (_folder, lake) = lake();
        let entry = published(&lake).await;
        for blocks in [
            Blocks { block_bytes: 0, crc32: String::new() },
            Blocks { block_bytes: 1 << 20, crc32: "é".repeat(4) },
            Blocks { block_bytes: 1 << 20, crc32: String::new() },
        ] {
            let entry = FileEntry { blocks: Some(blocks), ..entry.clone() };
            assert!(matches!(TableFile::new(&lake, &entry), Err(Error::Corrupt { .. })));
        }
    }
}
