//! For the tests of the crates above this one: a snapshot as a commit says it, and the rows of a small lake.
//!
//! No feature: with one, everything above this crate would be compiled twice, for the program and for the tests.

use orgcensus_row::{BatchBuilder, GLOBAL, Row, Stamp, Timestamp, table};

use crate::format::FORMAT;
use crate::{Begun, Commit, Coverage, FileOptions, Lake, ManifestReference, Publication, RunSnapshot, TableEntry};

/// The commit of a snapshot that has no files. Its run is `run-<n>`.
pub fn commit(n: u32, organization_id: &str, snapshot_date: &str, is_complete: bool) -> Commit {
    Commit {
        format: FORMAT,
        n,
        organization_id: organization_id.to_owned(),
        snapshot_date: snapshot_date.to_owned(),
        run_id: format!("run-{n}"),
        captured_at: Timestamp(0),
        committed_at: Timestamp(0),
        manifest: ManifestReference { path: String::new(), sha256: String::new() },
        supersedes: None,
        is_complete,
        coverage: serde_json::Value::Null,
    }
}

/// The coverage of a complete run.
pub fn whole() -> Coverage {
    Coverage { is_complete: true, summary: serde_json::Value::Null }
}

/// Begins to publish what was not published before.
pub async fn begin(lake: &Lake, snapshot: RunSnapshot) -> Publication {
    match Publication::begin(lake, snapshot, FileOptions::default()).await.expect("a publication") {
        Begun::Fresh(publication) => publication,
        Begun::Published(commit) => panic!("{commit:?}"),
    }
}

/// One table with rows of accounts, which are numbered and must come in their order.
pub async fn write<R: Row>(to: &Publication, rows: impl IntoIterator<Item = (u64, R)>) -> TableEntry {
    let mut writer = to.writer(&table::<R>());
    let mut builder = BatchBuilder::new(table::<R>()).expect("a table");
    for (account, row) in rows {
        builder.push(&row).expect("a row of the table");
        let stamp = Stamp {
            organization_id: to.snapshot().organization_id.clone(),
            account_id: format!("{account:012}"),
            account_name: format!("account {account}"),
            ou_path: "Root".to_owned(),
            region: GLOBAL.to_owned(),
            captured_at: to.snapshot().captured_at,
            run_id: to.snapshot().run_id.clone(),
        };
        writer.write(&builder.take(&stamp).expect("a batch")).await.expect("a file");
    }
    writer.close().await.expect("the table's files")
}
