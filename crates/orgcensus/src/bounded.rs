//! Runs a query in a process of its own, whose memory the operating system bounds. The engine counts the memory of its
//! sorts and joins, but not of a function's result: `repeat('a', 2000000000)` is one allocation, and an allocation that
//! fails ends the process. So the query runs in a second process. This process says what happened, and can end the
//! second one at any moment.

use std::ffi::OsString;
use std::io::{self, Read};
use std::num::NonZero;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::process::Command;
use tokio::runtime::{Builder, Runtime};

use crate::failure::{Failure, exit};
use crate::signals;
use crate::terminal::output;

/// What the program itself may need besides, in address space: its code's data, buffers of compression.
const ASIDE_BYTES: u64 = 192 << 20;

/// What each thread needs in address space, before anything is in it: its stack, and the 32 MiB that the allocator sets
/// aside for it.
const ASIDE_OF_THREAD_BYTES: u64 = 40 << 20;

/// What a thread that works may hold of files.
const THREAD_MIB: u64 = 128;

/// Threads that wait for files: as many as answer a disk. By itself the runtime starts up to 512.
const WAITING_THREADS: usize = 4;

/// The signal that ends a process whose allocation failed, and the signals that ask a process to end.
const SIGABRT: i32 = 6;
const SIGINT: i32 = 2;
const SIGTERM: i32 = 15;

/// The threads that work within this memory.
pub(crate) fn working_threads(memory_mib: u64) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    usize::try_from(memory_mib / THREAD_MIB).unwrap_or(usize::MAX).clamp(1, cores)
}

/// The runtime of a bounded process. Its threads are bounded, since each of them takes address space.
pub(crate) fn runtime(memory_mib: u64) -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(working_threads(memory_mib))
        .max_blocking_threads(WAITING_THREADS)
        .enable_all()
        .build()
}

/// The runtime of a command that is no run: it reads a lake, or looks at what a run would do. Each thread that waited for
/// a file or a name keeps memory.
pub(crate) fn reading() -> io::Result<Runtime> {
    Builder::new_multi_thread().max_blocking_threads(WAITING_THREADS).enable_all().build()
}

/// Runs this program again with these arguments, and gives its exit code. `doing` says what it does, for errors. Where
/// the output is paged this process passes it on: it alone waits for the pager.
pub(crate) async fn run(
    arguments: impl IntoIterator<Item = OsString>,
    doing: &str,
    memory_mib: u64,
    timeout: Option<Duration>,
    is_paged: bool,
) -> Result<u8, Failure> {
    // Data that does not fit into memory goes here. The folder is removed however the process ends.
    let scratch = tempfile::tempdir()?;
    let stop = signals::first();
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments).env("TMPDIR", scratch.path()).stdin(Stdio::piped()).kill_on_drop(true);
    // Both allocators reserve much address space, and the bound is on address space.
    command.env("MALLOC_ARENA_MAX", "2").env("MIMALLOC_ARENA_RESERVE", "65536");
    let mut shown = None;
    if is_paged {
        let (reader, writer) = io::pipe()?;
        command.stdout(writer);
        shown = Some(reader);
    }
    let mut process = command.spawn()?;
    // It holds the pipe's other end, and the reader waits until nobody does.
    drop(command);
    // Whoever leaves the pager has read enough, which the process learns when it writes more.
    let shown = shown.map(|mut reader| tokio::task::spawn_blocking(move || io::copy(&mut reader, &mut output())));
    // Closed when this process ends, which tells the other one; `wait` would close it sooner.
    let held = process.stdin.take();
    let ended = tokio::select! {
        ended = process.wait() => ended.map_err(Failure::from).and_then(|ended| code(ended, doing, memory_mib)),
        () = sleep(timeout) => {
            let seconds = timeout.unwrap_or_default().as_secs_f64();
            Err(Failure::Bound(format!("{doing} within --timeout {seconds}")))
        }
        () = stop => Ok(exit::STOPPED),
    };
    // It may have ended by itself.
    let _ = process.kill().await;
    drop(held);
    if let Some(shown) = shown {
        let _ = shown.await;
    }
    ended
}

/// Bounds the memory of this process, which [`run`] started, and ends it when the process that waits for it ends.
pub(crate) fn begin(memory_mib: u64) {
    // The main thread, and the one below that waits for the other process.
    let threads = (working_threads(memory_mib) + WAITING_THREADS + 2) as u64;
    let aside = ASIDE_BYTES + threads * ASIDE_OF_THREAD_BYTES;
    let bytes = used_bytes().saturating_add(memory_mib << 20).saturating_add(aside);
    let bound = |resource, most: u64| {
        let maximum = getrlimit(resource).maximum;
        let most = maximum.map_or(most, |maximum| maximum.min(most));
        // Where the system has no such bound, only the engine's own bound holds.
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum });
    };
    bound(Resource::As, bytes);
    // An allocation that fails aborts the process: without core dumps that leaves no gigabytes on the disk.
    bound(Resource::Core, 0);
    // Nothing is ever written to this input. It closes when the other process ends, however that happens. This is not a
    // thread of the runtime, because the runtime would wait for it.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(i32::from(exit::STOPPED));
    });
}

/// The address space that this process uses; 0 if that is not known.
fn used_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let kib = size.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() << 10
}

async fn sleep(timeout: Option<Duration>) {
    match timeout {
        Some(timeout) => tokio::time::sleep(timeout).await,
        None => std::future::pending().await,
    }
}

fn code(ended: ExitStatus, doing: &str, memory_mib: u64) -> Result<u8, Failure> {
    match (ended.code(), ended.signal()) {
        (Some(code), _) => Ok(u8::try_from(code).unwrap_or(exit::NOT_PUBLISHED)),
        (None, Some(SIGABRT)) => Err(Failure::Bound(format!("{doing} within --memory-mib {memory_mib}"))),
        (None, Some(SIGINT | SIGTERM)) => Ok(exit::STOPPED),
        (None, signal) => Err(Failure::Bound(format!("{doing}: its process was killed ({signal:?})"))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_bounded_process_has_few_threads() {
        let runtime = runtime(1024).unwrap();
        assert_eq!(runtime.metrics().num_workers(), working_threads(1024));
        let waiting: Vec<_> =
            (0..200).map(|_| runtime.spawn_blocking(|| format!("{:?}", std::thread::current().id()))).collect();
        let threads: BTreeSet<_> = waiting.into_iter().map(|it| runtime.block_on(it).unwrap()).collect();
        assert!(threads.len() <= WAITING_THREADS, "{threads:?}");
        assert_eq!(working_threads(64), 1);
    }
}
