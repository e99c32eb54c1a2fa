//! Commands that answer one line for each line that they read.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use orgcensus_policy::MAX_LINE_BYTES;

use crate::failure::Failure;

/// How much is read at once.
pub(crate) const BUFFER_BYTES: usize = 64 << 10;

/// The file, or standard input if there is none.
pub(crate) fn opened(path: Option<&Path>) -> Result<Box<dyn Read>, Failure> {
    let input: Box<dyn Read> = match path {
        Some(path) if path.as_os_str() != "-" => {
            let file = File::open(path).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
            Box::new(file)
        }
        _ => Box::new(io::stdin().lock()),
    };
    Ok(input)
}

/// The input cannot be read.
pub(crate) fn unread(error: io::Error) -> Failure {
    Failure::Usage(format!("the input cannot be read: {error}"))
}

/// Answers every line in order. Lines without anything on them are passed over.
pub(crate) fn answered(
    mut input: BufReader<impl Read>,
    mut output: impl Write,
    mut answer: impl FnMut(&[u8]) -> String,
) -> Result<(), Failure> {
    let mut line = Vec::new();
    loop {
        // A caller may wait for an answer before it sends the rest of the next line, so answers are flushed although
        // half of that line may be here.
        if !input.buffer().contains(&b'\n') {
            output.flush()?;
        }
        if !read_line(&mut input, &mut line).map_err(unread)? {
            return Ok(());
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        output.write_all(answer(&line).as_bytes())?;
        output.write_all(b"\n")?;
    }
}

/// Reads a line up to its end. If a line is too long, it reads only enough to know that. False at the input's end.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let most = MAX_LINE_BYTES as u64 + 1;
    if input.by_ref().take(most).read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() as u64 == most {
        input.skip_until(b'\n')?;
    }
    Ok(true)
}
