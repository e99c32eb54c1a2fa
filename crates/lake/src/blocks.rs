//! Checksums of a file's blocks. A query reads a few columns of a large file: hashing the whole of it first would make
//! every question as slow as a download, and sums of the pages would leave out the footer, which says where pages are.
//! So the manifest, whose own hash is in the commit, has a CRC-32 for each block, and every block is checked when it is
//! read.

use std::ops::Range;

use crc32fast::Hasher;
use serde::{Deserialize, Serialize};

/// The length of a block. A read takes at least one block, and the manifest has 32 bytes for each mebibyte of a file.
const BLOCK_BYTES: u64 = 256 << 10;

/// Hexadecimal digits of one sum.
const DIGITS: usize = 8;

/// The checksums of one file's blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocks {
    /// How long each block is; the last one may be shorter.
    pub block_bytes: u64,
    /// Their CRC-32s in order, eight hexadecimal digits each.
    pub crc32: String,
}

impl Blocks {
    /// How many there are for a file of this length; none if they are not those of such a file.
    pub(crate) fn count(&self, file_bytes: u64) -> Option<u64> {
        let count = file_bytes.checked_div(self.block_bytes)? + u64::from(!file_bytes.is_multiple_of(self.block_bytes));
        let is_whole = self.crc32.is_ascii() && self.crc32.len() as u64 == count.checked_mul(DIGITS as u64)?;
        is_whole.then_some(count)
    }

    /// The whole blocks that hold `range` of a file of this length.
    pub(crate) fn around(&self, range: &Range<u64>, file_bytes: u64) -> Range<u64> {
        let start = range.start / self.block_bytes * self.block_bytes;
        let end = range.end.div_ceil(self.block_bytes).saturating_mul(self.block_bytes);
        start..end.min(file_bytes)
    }

    /// Where the first byte of a wrong block is, if one is wrong: `bytes` are whole blocks from `start` on.
    pub(crate) fn find_wrong(&self, start: u64, bytes: &[u8]) -> Option<u64> {
        let length = usize::try_from(self.block_bytes).ok()?.max(1);
        let first = start / self.block_bytes;
        let numbered = (first..).zip(bytes.chunks(length));
        let mut wrong = numbered.filter(|(n, block)| self.sum(*n) != Some(crc32fast::hash(block)));
        wrong.next().map(|(n, _)| n * self.block_bytes)
    }

    fn sum(&self, n: u64) -> Option<u32> {
        let at = usize::try_from(n).ok()?.checked_mul(DIGITS)?;
        u32::from_str_radix(self.crc32.get(at..at + DIGITS)?, 16).ok()
    }
}

/// Computes the sums of blocks while the bytes pass, in pieces of any size.
#[derive(Default)]
pub(crate) struct BlockSums {
    open: Hasher,
    open_bytes: u64,
    sums: String,
}

impl BlockSums {
    pub(crate) fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = usize::try_from(BLOCK_BYTES - self.open_bytes).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.open.update(now);
            self.open_bytes += now.len() as u64;
            if self.open_bytes == BLOCK_BYTES {
                self.close();
            }
            bytes = later;
        }
    }

    pub(crate) fn finish(mut self) -> Blocks {
        if self.open_bytes > 0 {
            self.close();
        }
        Blocks { block_bytes: BLOCK_BYTES, crc32: self.sums }
    }

    fn close(&mut self) {
        let sum = std::mem::take(&mut self.open).finalize();
        self.sums += &format!("{sum:08x}");
        self.open_bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sums(pieces: &[&[u8]]) -> Blocks {
        let mut sums = BlockSums::default();
        pieces.iter().for_each(|piece| sums.update(piece));
        sums.finish()
    }

    #[test]
    fn pieces_do_not_matter_and_lengths_are_known() {
        let bytes: Vec<u8> = (0..BLOCK_BYTES * 2 + 5).map(|n| (n % 251) as u8).collect();
        let whole = sums(&[&bytes]);
        let (a, b) = bytes.split_at(BLOCK_BYTES as usize - 3);
        assert_eq!(sums(&[a, b, b""]), whole);
        assert_eq!((whole.count(bytes.len() as u64), whole.count(3)), (Some(3), None));
        assert_eq!(sums(&[]).count(0), Some(0));
        assert_eq!(whole.around(&(BLOCK_BYTES + 1..BLOCK_BYTES + 2), bytes.len() as u64), BLOCK_BYTES..BLOCK_BYTES * 2);
        assert_eq!(whole.around(&(BLOCK_BYTES * 2..BLOCK_BYTES * 2 + 1), bytes.len() as u64).end, bytes.len() as u64);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_changed_byte_is_found(at in 0..BLOCK_BYTES as usize + 9, by in 1_u8..) {
            let mut bytes = vec![7_u8; BLOCK_BYTES as usize + 9];
            let blocks = sums(&[&bytes]);
            prop_assert_eq!(blocks.find_wrong(0, &bytes), None);
            bytes[at] ^= by;
            prop_assert_eq!(blocks.find_wrong(0, &bytes), Some(at as u64 / BLOCK_BYTES * BLOCK_BYTES));
        }
    }
}
