//! `orgcensus may --jsonl`: one request a line, each with the organization that it is made in, and whether it is allowed.

use std::io::{BufReader, BufWriter};

use orgcensus_policy::evaluation::answer_line;

use super::lines::{BUFFER_BYTES, answered, opened};
use crate::args::May;
use crate::failure::{Failure, exit};
use crate::terminal::output;

/// Reads, judges and prints.
pub(crate) fn run(arguments: &May) -> Result<u8, Failure> {
    if !arguments.jsonl {
        return Err(Failure::Usage("may reads lines: --jsonl".to_owned()));
    }
    let input = opened(arguments.file.as_deref())?;
    answered(BufReader::with_capacity(BUFFER_BYTES, input), BufWriter::new(output()), answer_line)?;
    Ok(exit::WHOLE)
}
