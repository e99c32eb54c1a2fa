//! The bytes of one file on their way to the store, counted and hashed.

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use object_store::{Attribute, Attributes};
use parquet::arrow::async_writer::AsyncFileWriter;
use parquet::errors::{ParquetError, Result};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use crate::Lake;
use crate::blocks::{BlockSums, Blocks};

/// One part of a multipart upload. S3 takes 10,000 of them.
const PART_BYTES: usize = 8 << 20;

/// Parts in flight. This bounds the memory when the store is slower than this program.
const PARTS_MAX: usize = 2;

/// A file being written. It becomes visible only when it is complete. An upload that is not completed is left to the
/// bucket's lifecycle rule: a process that is killed could not abort it either.
pub(crate) struct Upload {
    writer: BufWriter,
    hash: Sha256,
    blocks: BlockSums,
    bytes: u64,
}

impl Upload {
    pub(crate) fn new(lake: &Lake, path: Path) -> Self {
        let mut writer =
            BufWriter::with_capacity(lake.store().clone(), path, PART_BYTES).with_max_concurrency(PARTS_MAX);
        if let Some(class) = lake.storage_class() {
            writer = writer.with_attributes(Attributes::from_iter([(Attribute::StorageClass, class.to_owned())]));
        }
        Self { writer, hash: Sha256::new(), blocks: BlockSums::default(), bytes: 0 }
    }

    /// Adds bytes.
    pub(crate) async fn put(&mut self, mut bytes: Bytes) -> object_store::Result<()> {
        self.hash.update(&bytes);
        self.blocks.update(&bytes);
        self.bytes += bytes.len() as u64;
        while !bytes.is_empty() {
            let part = bytes.split_to(bytes.len().min(PART_BYTES));
            self.writer.put(part).await?;
        }
        Ok(())
    }

    /// Makes the file visible.
    pub(crate) async fn complete(&mut self) -> object_store::Result<()> {
        self.writer.shutdown().await.map_err(|error| match error.downcast() {
            Ok(store) => store,
            Err(error) => object_store::Error::Generic { store: "upload", source: error.into() },
        })
    }

    /// Its length, its SHA-256 in hexadecimal, and the sums of its blocks.
    pub(crate) fn finish(self) -> (u64, String, Blocks) {
        (self.bytes, hex::encode(self.hash.finalize()), self.blocks.finish())
    }
}

impl AsyncFileWriter for Upload {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<()>> {
        async move { self.put(bytes).await.map_err(|error| ParquetError::External(error.into())) }.boxed()
    }

    fn complete(&mut self) -> BoxFuture<'_, Result<()>> {
        async move { self.complete().await.map_err(|error| ParquetError::External(error.into())) }.boxed()
    }
}

/// The SHA-256 of bytes in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
