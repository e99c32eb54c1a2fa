//! What commits there are, which of them live, and what is passed over.

use super::*;
use crate::fixture::{coverage, lake, queues, snapshot, table};
use crate::{Begun, Coverage, FileOptions, Publication};

async fn publish(lake: &Lake, snapshot: RunSnapshot, is_complete: bool) -> Commit {
    let Begun::Fresh(publication) = Publication::begin(lake, snapshot, FileOptions::default()).await.unwrap() else {
        panic!("published already")
    };
    let mut writer = publication.writer(&table());
    writer.write(&queues("000000000001", &["a"])).await.unwrap();
    let coverage = Coverage { is_complete, ..coverage() };
    publication.commit(vec![writer.close().await.unwrap()], coverage, Timestamp(1)).await.unwrap()
}

fn of(organization_id: &str, snapshot_date: &str, run_id: &str) -> RunSnapshot {
    let (organization_id, snapshot_date) = (organization_id.to_owned(), snapshot_date.to_owned());
    RunSnapshot { organization_id, snapshot_date, ..snapshot(run_id) }
}

#[tokio::test]
async fn a_later_commit_of_a_day_supersedes_and_an_incomplete_one_hides_nothing() {
    let (_folder, lake) = lake();
    assert_eq!(lake.latest(None).await.unwrap(), None);
    publish(&lake, of("o-a", "2026-11-21", "a1"), true).await;
    publish(&lake, of("o-b", "2026-11-22", "b1"), true).await;
    let again = publish(&lake, of("o-a", "2026-11-21", "a2"), true).await;
    let part = publish(&lake, of("o-a", "2026-11-22", "a3"), false).await;
    publish(&lake, of("o-a", "2026-11-21", "a4"), false).await;
    assert_eq!((again.n, again.supersedes, part.n, part.supersedes), (3, Some(1), 4, None));
    let runs = |commits: Vec<Commit>| commits.into_iter().map(|commit| commit.run_id).collect::<Vec<_>>();
    assert_eq!(runs(lake.snapshots().await.unwrap()), ["a2", "b1", "a3"]);
    assert_eq!(lake.latest(Some("o-a")).await.unwrap().unwrap().run_id, "a2");
    assert_eq!(runs(newest(&lake.snapshots().await.unwrap())), ["a2", "b1"]);
    assert_eq!(lake.latest(None).await.unwrap().unwrap().run_id, "b1");
    assert_eq!(lake.latest(Some("o-c")).await.unwrap(), None);
}

#[tokio::test]
async fn publishers_at_once_each_get_a_number_of_their_own() {
    let (_folder, lake) = lake();
    let publishers = (0..8).map(|n| {
        let lake = lake.clone();
        tokio::spawn(async move { publish(&lake, snapshot(&format!("run-{n}")), true).await })
    });
    let mut commits: Vec<Commit> = stream::iter(publishers).then(|task| task).map(Result::unwrap).collect().await;
    commits.sort_by_key(|commit| commit.n);
    assert_eq!(commits.iter().map(|commit| commit.n).collect::<Vec<_>>(), (1..=8).collect::<Vec<_>>());
    // Of one organization and day only one is left, and each superseded the one before.
    assert_eq!(lake.snapshots().await.unwrap(), commits[7..]);
    assert!(commits.windows(2).all(|pair| pair[1].supersedes == Some(pair[0].n)));
}

#[tokio::test]
async fn a_run_publishes_once_and_a_changed_manifest_shows() {
    let (_folder, lake) = lake();
    let commit = publish(&lake, snapshot("run-1"), true).await;
    let manifest = lake.manifest(&commit).await.unwrap();
    assert_eq!((manifest.run_id.as_str(), manifest.table("test_queues").unwrap().rows), ("run-1", 1));
    let begun = Publication::begin(&lake, snapshot("run-1"), FileOptions::default()).await.unwrap();
    assert!(matches!(begun, Begun::Published(own) if *own == commit));
    assert_eq!(lake.commit(Commit { n: 0, ..commit.clone() }).await.unwrap(), commit);

    let file = lake.local().unwrap().join(&commit.manifest.path);
    std::fs::write(&file, std::fs::read_to_string(&file).unwrap().replace("\"rows\": 1", "\"rows\": 2")).unwrap();
    assert!(matches!(lake.manifest(&commit).await, Err(Error::Corrupt { .. })));
}

#[tokio::test]
async fn another_format_is_refused_with_words() {
    let (_folder, lake) = lake();
    let path = generations::path(&lake, PREFIX, 1).unwrap();
    lake.put(&path, r#"{"format": 2, "what": "ever"}"#.into()).await.unwrap();
    let error = lake.snapshots().await.unwrap_err();
    assert!(matches!(error, Error::OtherFormat { found: 2, .. }), "{error}");
    assert!(error.to_string().contains("/lake/_commits/00000001.json: its format is 2"), "{error}");
}

async fn put(lake: &Lake, n: u32, bytes: impl Into<bytes::Bytes>) {
    lake.put(&generations::path(lake, PREFIX, n).unwrap(), bytes.into()).await.unwrap();
}

/// What was warned of, by the thread of the test.
fn told() -> Vec<String> {
    TOLD.with(|told| told.borrow().clone())
}

thread_local! {
    static TOLD: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
}

fn telling_lake() -> (tempfile::TempDir, Lake) {
    let folder = tempfile::tempdir().unwrap();
    let warn: fn(&str) = |words| TOLD.with(|told| told.borrow_mut().push(words.to_owned()));
    let options = crate::LakeOptions { warn: Some(warn), ..Default::default() };
    let lake = Lake::open(folder.path().to_str().unwrap(), &options).unwrap();
    (folder, lake)
}

#[tokio::test]
async fn one_bad_object_hides_nothing_and_takes_no_ones_number() {
    let (_folder, lake) = telling_lake();
    let good = publish(&lake, of("o-a", "2026-11-21", "a1"), true).await;
    let changed = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut value = serde_json::to_value(&good).unwrap();
        change(&mut value);
        serde_json::to_vec(&value).unwrap()
    };
    let no_commits: [&[u8]; 9] = [
        b"",
        b"nonsense",
        b"{\"format\": 1, \"n\": 2",
        b"\x00\xff\xfe",
        b"[]",
        b"null",
        b"{\"format\": \"1\"}",
        b"{\"format\": 0}",
        b"{\"format\": 1}",
    ];
    for (n, bytes) in (2..).zip(no_commits) {
        put(&lake, n, bytes.to_vec()).await;
    }
    let not_believed = [
        changed(&|it| it["n"] = 1.into()),
        changed(&|it| it["organization_id"] = "o-a' OR 1=1".into()),
        changed(&|it| it["run_id"] = "../../elsewhere".into()),
        changed(&|it| it["snapshot_date"] = "2026-99-99".into()),
        changed(&|it| it["manifest"]["path"] = "data/elsewhere/manifest.json".into()),
    ];
    for (n, bytes) in (11..).zip(not_believed) {
        put(&lake, n, bytes).await;
    }
    assert_eq!(lake.commits().await.unwrap(), std::slice::from_ref(&good));
    let told = told();
    assert_eq!(told.len(), 14, "{told:#?}");
    assert!(told[1].contains("_commits/00000003.json") && told[1].ends_with("it is passed over"), "{}", told[1]);
    let next = publish(&lake, of("o-b", "2026-11-22", "b1"), true).await;
    assert_eq!(next.n, 16);
    assert_eq!(lake.latest(None).await.unwrap().unwrap().run_id, "b1");

    let garbage = lake.garbage_commits().await.unwrap();
    let expected: Vec<_> = (2..11).map(|n| format!("_commits/{n:08}.json")).collect();
    assert_eq!(garbage, expected, "only what is nothing at all");
    for name in &garbage {
        lake.remove_garbage_commit(name).await.unwrap();
    }
    assert!(lake.garbage_commits().await.unwrap().is_empty());
    assert_eq!(lake.commits().await.unwrap(), [good, next]);
}

#[tokio::test]
async fn a_commit_that_is_too_long_is_not_read() {
    let (_folder, lake) = telling_lake();
    put(&lake, 1, vec![b' '; 5 << 20]).await;
    assert!(lake.commits().await.unwrap().is_empty());
    assert!(told()[0].contains("it has 5242880 bytes"), "{:?}", told());
}

const NOON: i64 = 1_795_348_800_000; // 2026-11-22T12:00:00Z

#[tokio::test]
async fn a_date_in_the_future_is_refused_and_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let open = |clock: fn() -> Timestamp| {
        let options = crate::LakeOptions { clock: Some(clock), ..Default::default() };
        Lake::open(folder.path().to_str().unwrap(), &options).unwrap()
    };
    let (today, tomorrow) = (open(|| Timestamp(NOON)), open(|| Timestamp(NOON + instant::DAY_MILLIS)));
    publish(&today, of("o-a", "2026-11-22", "today"), true).await;
    for date in ["2026-11-23", "2027-01-01", "9999-12-31"] {
        let begun = Publication::begin(&today, of("o-a", date, "later"), FileOptions::default()).await;
        let Err(error) = begun else { panic!("{date} was begun") };
        assert!(error.to_string().contains(&format!("accept the date {date}: it is in the future")), "{error}");
    }
    publish(&tomorrow, of("o-a", "2026-11-23", "tomorrow"), true).await;
    assert_eq!(today.latest(None).await.unwrap().unwrap().run_id, "today");
    assert_eq!(tomorrow.latest(None).await.unwrap().unwrap().run_id, "tomorrow");
    // It keeps its number, and is no garbage.
    assert!(today.garbage_commits().await.unwrap().is_empty());
    assert_eq!(publish(&today, of("o-b", "2026-11-22", "b"), true).await.n, 3);
}

#[tokio::test]
async fn a_manifest_with_hostile_names_is_refused() {
    let (_folder, lake) = lake();
    let commit = publish(&lake, snapshot("run-1"), true).await;
    let file = lake.local().unwrap().join(&commit.manifest.path);
    let good = std::fs::read_to_string(&file).unwrap();
    for (was, is, words) in [
        ("\"name\": \"test_queues\"", "\"name\": \"x; DROP TABLE y\"", "is not of a-z, 0-9 and _"),
        ("\"name\": \"test_queues\"", "\"name\": \"Test\"", "is not of a-z, 0-9 and _"),
        ("\"name\": \"test_queues\"", "\"name\": \"\"", "is not of a-z, 0-9 and _"),
        ("\"name\": \"arn\"", "\"name\": \"a\\u202erm\"", "is not of a-z, 0-9 and _"),
        ("test_queues/00000.parquet", "../../other/00000.parquet", "is not in the folder"),
        ("test_queues/00000.parquet", "test_queues/x'||'.parquet", "is not in the folder"),
        ("\"run_id\": \"run-1\"", "\"run_id\": \"run-2\"", "of another run"),
    ] {
        let bad = good.replacen(was, is, 1);
        assert_ne!(bad, good, "{was}");
        std::fs::write(&file, &bad).unwrap();
        let manifest = ManifestReference { sha256: sha256(bad.as_bytes()), ..commit.manifest.clone() };
        let error = lake.manifest(&Commit { manifest, ..commit.clone() }).await.unwrap_err().to_string();
        assert!(error.contains(words) && !error.contains('\u{202e}'), "{error}");
    }
}
