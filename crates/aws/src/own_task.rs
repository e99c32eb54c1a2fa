//! Work that goes on although nobody polls whoever waits for it.

use std::panic::resume_unwind;

use tokio::task::JoinSet;
use tracing::Instrument;

/// Does the work in a task of its own, within the caller's span. The work ends early if the caller is dropped.
///
/// A caller may be one of several futures of which none is polled for a while, because whoever polls them waits for
/// another call. If the caller itself held a lock, a turn or a slot, that other call would wait for it until it gives up.
pub(crate) async fn in_own_task<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let mut task = JoinSet::new();
    task.spawn(work.in_current_span());
    match task.join_next().await {
        Some(Ok(done)) => done,
        Some(Err(error)) if error.is_panic() => resume_unwind(error.into_panic()),
        // The runtime is shutting down, and the caller with it.
        _ => std::future::pending().await,
    }
}
