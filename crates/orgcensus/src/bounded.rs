//! Work in a process of its own, whose bounds the operating system keeps. The engine counts what its sorts and joins
//! hold, but not what a function returns: `repeat('a', 2000000000)` is one allocation, and one that fails ends the
//! process. So that process is not this one, which says what happened, and can end it at any moment.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::process::Command;

use crate::failure::{Failure, exit};
use crate::signals;

/// What the program itself may need besides, in address space: threads' stacks, buffers of compression.
const ASIDE_BYTES: u64 = 256 << 20;

/// How a process ends whose allocation failed, and how one that was asked to.
const SIGABRT: i32 = 6;
const SIGINT: i32 = 2;
const SIGTERM: i32 = 15;

/// Runs this program again with these arguments, and gives its exit code. `doing` says what it does, for errors.
pub(crate) async fn run(
    arguments: impl IntoIterator<Item = OsString>,
    doing: &str,
    memory_mib: u64,
    timeout: Option<Duration>,
) -> Result<u8, Failure> {
    // What does not fit into memory waits here, and goes however the process ends.
    let scratch = tempfile::tempdir()?;
    let stop = signals::first();
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments).env("TMPDIR", scratch.path()).stdin(Stdio::piped()).kill_on_drop(true);
    // Both allocators reserve address space generously, and that is what is bounded.
    command.env("MALLOC_ARENA_MAX", "2").env("MIMALLOC_ARENA_RESERVE", "65536");
    let mut process = command.spawn()?;
    // Closed when this process ends, which tells the other one; `wait` would close it sooner.
    let held = process.stdin.take();
    let ended = tokio::select! {
        ended = process.wait() => ended?,
        () = sleep(timeout) => {
            process.kill().await?;
            let seconds = timeout.unwrap_or_default().as_secs_f64();
            return Err(Failure::Bound(format!("{doing} within --timeout {seconds}")));
        }
        () = stop => {
            process.kill().await?;
            return Ok(exit::STOPPED);
        }
    };
    drop(held);
    code(ended, doing, memory_mib)
}

/// Binds this process, which [`run`] started, to so much memory, and to the life of the one that waits for it.
pub(crate) fn begin(memory_mib: u64) {
    let bytes = used_bytes().saturating_add(memory_mib << 20).saturating_add(ASIDE_BYTES);
    let bound = |resource, most: u64| {
        let maximum = getrlimit(resource).maximum;
        let most = maximum.map_or(most, |maximum| maximum.min(most));
        // Where there is no such bound, the engine's own is left.
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum });
    };
    bound(Resource::As, bytes);
    // An allocation that fails aborts: that leaves no gigabyte on the disk.
    bound(Resource::Core, 0);
    // Nothing ever comes from there; it ends when the other process does, however that ends. A thread of the runtime
    // would be waited for.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(i32::from(exit::STOPPED));
    });
}

/// The address space that this process has; none where it cannot be told.
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
