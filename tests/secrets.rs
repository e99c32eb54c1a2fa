//! Canaries planted in environment variables, user data and credentials appear nowhere.

use std::path::{Path, PathBuf};

use orgcensus_crawl::{Plan, crawl_shard};
use orgcensus_sim::{CANARY, CANARY_BASE64, Settings};
use orgcensus_tests::{Place, Way};

use crate::shared::crawl;

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn is_clean(bytes: &[u8]) -> bool {
    let has = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
    !has(CANARY) && !has(CANARY_BASE64)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_canary_in_lake_stage_journal_or_log() {
    let crawled = crawl(Settings::new(40, 1)).await;
    assert!(!is_clean(format!("x{CANARY}y").as_bytes()), "the search finds what it looks for");
    // A published run leaves no stage behind; a shard does.
    let place = Place::new(Settings::new(40, 1), Way::Inside);
    let plan = Plan::read(&place.crawl().await, 1).await.expect("a plan");
    crawl_shard(place.crawl().await, plan, 0).await.expect("a shard");
    assert!(files(place.folder()).iter().any(|file| file.ends_with("journal.jsonl")), "there is a journal");
    for file in files(crawled.folder()).into_iter().chain(files(place.folder())) {
        assert!(is_clean(&std::fs::read(&file).expect("a file")), "{}", file.display());
    }
    assert!(is_clean(crawled.log.as_bytes()), "the log");
    assert!(crawled.number("SELECT COUNT(*) FROM lambda_functions").await > 0);
    for table in crawled.snapshot.tables() {
        let rows = crawled.rows(&format!("SELECT * FROM {table}")).await;
        assert!(is_clean(serde_json::to_string(&rows).expect("JSON").as_bytes()), "table {table}, uncompressed");
    }
}
