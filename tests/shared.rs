//! Organizations that more than one test looks at. Each is crawled once and kept: what one test alone looks at, it crawls
//! itself.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};

use orgcensus_sim::Settings;
use orgcensus_tests::{Crawled, Manner, Place};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// Where the lakes are, each in a folder whose name has this program's number.
const SHARED: &str = env!("CARGO_TARGET_TMPDIR");
const PREFIX: &str = "crawled-by-";

type Cell = Arc<OnceCell<Arc<Crawled>>>;

/// By their settings.
static CRAWLED: LazyLock<Mutex<HashMap<String, Cell>>> = LazyLock::new(|| {
    sweep();
    Mutex::default()
});

/// An organization with these settings, crawled inside this process for whoever asks first. The others see the same
/// lake, so nobody may change it.
pub(crate) async fn crawl(settings: Settings) -> Arc<Crawled> {
    let key = format!("{settings:?}");
    let cell = Arc::clone(CRAWLED.lock().expect("no test panicked here").entry(key).or_default());
    let crawled = cell.get_or_init(async || {
        let place = Place::within(folder(), settings, Manner::default());
        let crawl = place.crawl().await;
        Arc::new(place.run(crawl).await)
    });
    Arc::clone(crawled.await)
}

/// The folder outlives this program: what is static is never dropped. The next run removes it.
fn folder() -> TempDir {
    let prefix = format!("{PREFIX}{}-", std::process::id());
    tempfile::Builder::new().prefix(&prefix).tempdir_in(SHARED).expect("a folder")
}

/// Removes the folders of processes that have ended, where the system tells which those are.
fn sweep() {
    if !Path::new("/proc/self").exists() {
        return;
    }
    for entry in std::fs::read_dir(SHARED).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let process = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            // Another process may be sweeping too.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
