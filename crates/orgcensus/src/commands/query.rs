//! `orgcensus query`: SQL over a snapshot.

use std::ffi::OsString;
use std::time::Duration;

use orgcensus_answers::Bounds;

use crate::args::Query;
use crate::commands::source;
use crate::failure::{Failure, exit};
use crate::terminal::{columns, is_shown_elsewhere, output, width};
use crate::{bounded, pager};

/// Has it asked and printed by a process that is bound to memory and time.
pub(crate) async fn run(arguments: &Query) -> Result<u8, Failure> {
    if arguments.bounded {
        return answer(arguments).await;
    }
    source::refuse_terminal(arguments.shown.format)?;
    // The same words after the command's name, and that this is the process that answers.
    let mut words = std::env::args_os().skip(1);
    let mut bounded = vec![OsString::from("--bounded")];
    let is_paged = pager::is_on();
    if let Some(columns) = columns().filter(|_| is_paged) {
        bounded.push(format!("--columns={columns}").into());
    }
    let again = words.next().into_iter().chain(bounded).chain(words);
    let timeout = arguments.timeout.map(Duration::from_secs);
    bounded::run(again, "run the query", arguments.memory_mib, timeout, is_paged).await
}

async fn answer(arguments: &Query) -> Result<u8, Failure> {
    bounded::begin(arguments.memory_mib);
    if let Some(columns) = arguments.columns {
        is_shown_elsewhere(columns);
    }
    // Half for what the engine counts, half for what it does not: what is being read, and what functions return.
    let memory_bytes = usize::try_from(arguments.memory_mib << 19).unwrap_or(usize::MAX);
    let threads = Some(bounded::working_threads(arguments.memory_mib));
    let bounds = Bounds { memory_bytes, threads, ..Bounds::default() };
    let (_lake, snapshot) = source::open(&arguments.source, bounds).await?;
    let answer = snapshot.query(&arguments.sql).await?;
    let tables = answer.tables().to_vec();
    answer.write_within(arguments.shown.format, width(arguments.shown.wide), output()).await?;
    source::tell(&snapshot, &tables, arguments.shown.format).await?;
    Ok(exit::WHOLE)
}
