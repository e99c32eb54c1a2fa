//! A record batch as one frame of a log: its length, its raw length, and a zstd-compressed Arrow IPC message.
//!
//! The schema is left out: it is the table's. The whole message is compressed at once and not buffer by buffer as
//! Arrow would, because most batches hold a few rows of many columns, where the message's own metadata is most of it.

use std::collections::HashMap;

use arrow::buffer::{Buffer, MutableBuffer};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::writer::{DictionaryTracker, IpcDataGenerator, IpcWriteContext, IpcWriteOptions, write_message};
use arrow::ipc::{MetadataVersion, reader, root_as_message};
use arrow::record_batch::RecordBatch;
use zstd::bulk::{Compressor, Decompressor};

/// Bytes before the compressed message: its length and its raw length, both `u32`, little-endian.
const PREFIX: usize = 8;

/// Bytes before an IPC message's metadata: the continuation mark and the metadata's length.
const MESSAGE_PREFIX: usize = 8;

/// The longest frame, raw: a batch beyond it should have been several.
const FRAME_BYTES_MAX: usize = 1 << 30;

/// Little work, and the log is read once and thrown away.
const ZSTD_LEVEL: i32 = 1;

/// Encodes and decodes frames, reusing its memory. One at a time.
pub(crate) struct Codec {
    compressor: Compressor<'static>,
    decompressor: Decompressor<'static>,
    options: IpcWriteOptions,
    context: IpcWriteContext,
    raw: Vec<u8>,
    frame: Vec<u8>,
}

impl Codec {
    pub(crate) fn new() -> Result<Self, ArrowError> {
        Ok(Self {
            compressor: Compressor::new(ZSTD_LEVEL)?,
            decompressor: Decompressor::new()?,
            options: IpcWriteOptions::try_new(8, false, MetadataVersion::V5)?,
            context: IpcWriteContext::default(),
            raw: Vec::new(),
            frame: Vec::new(),
        })
    }

    /// The batch's frame, valid until the next one.
    pub(crate) fn encode(&mut self, batch: &RecordBatch) -> Result<&[u8], ArrowError> {
        let mut dictionaries = DictionaryTracker::new(false);
        let generator = IpcDataGenerator::default();
        let (dictionary, message) = generator.encode(batch, &mut dictionaries, &self.options, &mut self.context)?;
        if !dictionary.is_empty() {
            return Err(ArrowError::NotYetImplemented("dictionary columns in a log".into()));
        }
        self.raw.clear();
        write_message(&mut self.raw, message, &self.options)?;
        if self.raw.len() > FRAME_BYTES_MAX {
            let bytes = self.raw.len();
            return Err(ArrowError::InvalidArgumentError(format!("{bytes} bytes, at most {FRAME_BYTES_MAX} fit")));
        }
        let room = PREFIX + zstd::zstd_safe::compress_bound(self.raw.len());
        self.frame.resize(room, 0);
        let length = self.compressor.compress_to_buffer(&self.raw, &mut self.frame[PREFIX..])?;
        self.frame.truncate(PREFIX + length);
        self.frame[..4].copy_from_slice(&length_bytes(length)?);
        self.frame[4..PREFIX].copy_from_slice(&length_bytes(self.raw.len())?);
        Ok(&self.frame)
    }

    /// The batch of a frame whose bytes are known to be right.
    pub(crate) fn decode(&mut self, frame: &[u8], schema: SchemaRef) -> Result<RecordBatch, ArrowError> {
        let broken = |what: &str| ArrowError::IpcError(what.into());
        let (Some(length), Some(raw_length)) = (length_at(frame, 0), length_at(frame, 4)) else {
            return Err(broken("a frame without lengths"));
        };
        if frame.len() != PREFIX + length || raw_length > FRAME_BYTES_MAX {
            return Err(broken("a frame of another length"));
        }
        let mut raw = MutableBuffer::from_len_zeroed(raw_length);
        if self.decompressor.decompress_to_buffer(&frame[PREFIX..], raw.as_slice_mut())? != raw_length {
            return Err(broken("a message of another length"));
        }
        message(Buffer::from(raw), schema)
    }
}

fn message(raw: Buffer, schema: SchemaRef) -> Result<RecordBatch, ArrowError> {
    let broken = |what: &str| ArrowError::IpcError(what.into());
    let metadata_length = length_at(&raw, 4).ok_or_else(|| broken("a message without a length"))?;
    let body = MESSAGE_PREFIX.saturating_add(metadata_length);
    let metadata = raw.get(MESSAGE_PREFIX..body).ok_or_else(|| broken("a message cut short"))?;
    let message = root_as_message(metadata).map_err(|error| broken(&error.to_string()))?;
    let batch = message.header_as_record_batch().ok_or_else(|| broken("a message that is no record batch"))?;
    reader::read_record_batch(&raw.slice(body), batch, schema, &HashMap::new(), None, &message.version())
}

fn length_bytes(length: usize) -> Result<[u8; 4], ArrowError> {
    let length = u32::try_from(length).map_err(|error| ArrowError::InvalidArgumentError(error.to_string()))?;
    Ok(length.to_le_bytes())
}

fn length_at(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, StringArray};

    use super::*;

    fn batch(rows: i64) -> RecordBatch {
        let names = StringArray::from_iter((0..rows).map(|row| (row % 3 != 0).then(|| format!("name {row}"))));
        let sizes = Int64Array::from_iter(0..rows);
        RecordBatch::try_from_iter([("name", Arc::new(names) as ArrayRef), ("size", Arc::new(sizes) as ArrayRef)])
            .unwrap()
    }

    #[test]
    fn batches_survive_also_sliced_and_empty() {
        let mut codec = Codec::new().unwrap();
        for batch in [batch(1000), batch(1), batch(0), batch(100).slice(7, 50)] {
            let frame = codec.encode(&batch).unwrap().to_vec();
            assert_eq!(codec.decode(&frame, batch.schema()).unwrap(), batch);
        }
    }

    #[test]
    fn a_frame_cut_anywhere_is_an_error_and_no_panic() {
        let mut codec = Codec::new().unwrap();
        let batch = batch(20);
        let frame = codec.encode(&batch).unwrap().to_vec();
        for length in 0..frame.len() {
            assert!(codec.decode(&frame[..length], batch.schema()).is_err(), "{length}");
        }
    }

    #[test]
    fn a_few_rows_cost_a_few_hundred_bytes() {
        let columns = (0..40).map(|column| {
            let values: ArrayRef = Arc::new(StringArray::from(vec!["vpc-0123456789abcdef0"; 3]));
            (format!("column_{column}"), values)
        });
        let wide = RecordBatch::try_from_iter(columns).unwrap();
        let length = Codec::new().unwrap().encode(&wide).unwrap().len();
        assert!(length < 600, "{length} bytes");
    }
}
