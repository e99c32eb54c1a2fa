//! SIGTERM and SIGINT end a run so that it can be resumed; a second one ends it at once.

use futures::FutureExt;
use orgcensus_crawl::{Stop, never};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::exit;
use crate::reporter;

/// Ready at the first signal.
pub(crate) fn stop() -> Stop {
    let listen = || Some((signal(SignalKind::terminate()).ok()?, signal(SignalKind::interrupt()).ok()?));
    // If listening is not possible, the signal ends the process as usual.
    let Some((mut terminate, mut interrupt)) = listen() else { return never() };
    let (first, stop) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        any(&mut terminate, &mut interrupt).await;
        reporter::say("stopping", "what is done is being kept; a second signal stops at once");
        let _ = first.send(());
        any(&mut terminate, &mut interrupt).await;
        std::process::exit(i32::from(exit::STOPPED));
    });
    async move {
        if stop.await.is_err() {
            never().await;
        }
    }
    .boxed()
    .shared()
}

/// Ready at the first signal, which then does nothing else.
pub(crate) fn first() -> Stop {
    let listen = || Some((signal(SignalKind::terminate()).ok()?, signal(SignalKind::interrupt()).ok()?));
    let Some((mut terminate, mut interrupt)) = listen() else { return never() };
    async move { any(&mut terminate, &mut interrupt).await }.boxed().shared()
}

async fn any(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
