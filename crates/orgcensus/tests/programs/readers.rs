//! Readers of a lake that is damaged, incomplete or hostile: the messages and exit codes.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::world::{Ended, World};

/// All files below a folder whose names have this end, sorted.
fn files(folder: PathBuf, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(path, end));
        } else if path.to_string_lossy().ends_with(end) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Changes the commit of this number.
fn change_commit(world: &World, n: u32, change: impl Fn(&mut Value)) {
    let path = world.path(&format!("lake/_commits/{n:08}.json"));
    let mut commit: Value = serde_json::from_slice(&std::fs::read(&path).expect("a commit")).expect("JSON");
    change(&mut commit);
    std::fs::write(&path, commit.to_string()).expect("written");
}

fn query(world: &World, more: &[&str], sql: &str) -> Ended {
    world.run(&[&["query", "--format", "csv"], more, &[sql]].concat())
}

#[test]
fn a_changed_byte_changes_no_row_and_verify_finds_it() {
    let world = World::crawled();
    let whole = world.run(&["verify"]);
    assert_eq!(whole.code, 0, "{}", whole.err);
    assert!(whole.out.starts_with("whole    o-") && whole.out.contains(" files, "), "{}", whole.out);
    let file = files(world.path("lake/data"), "iam_roles/00000.parquet").remove(0);
    let good = std::fs::read(&file).expect("a file");
    for at in [4, good.len() / 3, good.len() / 2, good.len() - 9] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&file, bad).expect("written");
        let asked = query(&world, &[], "SELECT * FROM iam_roles");
        assert_eq!(asked.code, 4, "byte {at}: {}", asked.err);
        assert!(asked.err.contains("are not those that were published"), "byte {at}: {}", asked.err);
        let verified = world.run(&["verify"]);
        assert_eq!(verified.code, 4, "byte {at}");
        assert!(verified.out.contains("damaged  data/org_id=") && verified.out.contains("SHA-256"), "{}", verified.out);
        assert!(verified.out.contains("DAMAGED  o-") && verified.err.contains("1 of the things"), "{}", verified.err);
    }
    std::fs::remove_file(&file).expect("removed");
    let verified = world.run(&["verify"]);
    assert!(verified.code == 4 && verified.out.contains("it is not there"), "{}", verified.out);
}

#[test]
fn one_garbage_commit_is_a_warning_and_prune_removes_it() {
    let world = World::crawled();
    let garbage = world.path("lake/_commits/00000002.json");
    for bytes in [&b""[..], b"{\"format\": 1, \"n\"", b"\xff\x00\x1b[2J"] {
        std::fs::write(&garbage, bytes).expect("written");
        for arguments in [
            &["query", "SELECT COUNT(*) FROM accounts"][..],
            &["ask", "F1"],
            &["files", "--table", "accounts"],
            &["snapshots"],
            &["verify"],
            &["catalog", "print", "--dialect", "duckdb"],
        ] {
            let ended = world.run(arguments);
            assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.err);
            let warnings: Vec<&str> = ended.err.lines().filter(|line| line.contains("00000002.json")).collect();
            assert_eq!(warnings.len(), 1, "{arguments:?}: {}", ended.err);
            assert!(warnings[0].contains("it is passed over") && !ended.err.contains('\u{1b}'), "{}", warnings[0]);
        }
    }
    let prune = ["prune", "--retention-days", "400"];
    let dry = world.run(&[&prune[..], &["--dry-run"]].concat());
    assert!(dry.out.contains("would remove _commits/00000002.json, which is no commit"), "{}", dry.out);
    assert!(garbage.exists());
    let pruned = world.run(&prune);
    assert!(pruned.code == 0 && pruned.out.contains("00000002.json, which was no commit"), "{}", pruned.out);
    assert!(!garbage.exists() && world.path("lake/_commits/00000001.json").exists());
}

#[test]
fn a_day_to_come_is_refused_and_ignored() {
    let world = World::crawled();
    let later = ["crawl", "--config", "crawl.toml", "--captured-at", "4102444800000"];
    let refused = world.run(&later);
    assert_eq!(refused.code, 4, "{}", refused.out);
    assert!(refused.err.contains("the date 2100-01-01: it is in the future"), "{}", refused.err);
    let commit = std::fs::read(world.path("lake/_commits/00000001.json")).expect("a commit");
    std::fs::write(world.path("lake/_commits/00000002.json"), &commit).expect("written");
    change_commit(&world, 2, |it| {
        let manifest = it["manifest"]["path"].as_str().expect("a path").to_owned();
        let date = it["snapshot_date"].as_str().expect("a date").to_owned();
        it["n"] = 2.into();
        it["snapshot_date"] = "2100-01-01".into();
        it["manifest"]["path"] = manifest.replace(&date, "2100-01-01").into();
    });
    let ended = query(&world, &[], "SELECT COUNT(*) FROM accounts");
    assert_eq!((ended.code, ended.out.lines().last()), (0, Some("3")), "{}", ended.err);
    assert!(ended.err.contains("its date 2100-01-01 is in the future; it is passed over"), "{}", ended.err);
    assert_eq!(world.run(&["crawl", "--config", "crawl.toml"]).code, 0, "publishing goes on beside it");
    assert!(world.path("lake/_commits/00000003.json").exists());
}

#[test]
fn an_incomplete_snapshot_is_a_warning_or_an_error() {
    let world = World::crawled();
    change_commit(&world, 1, |it| it["is_complete"] = false.into());
    for arguments in [&["query", "SELECT 1"][..], &["ask", "F1"], &["files"]] {
        let warned = world.run(arguments);
        assert_eq!(warned.code, 0, "{arguments:?}: {}", warned.err);
        assert!(warned.err.contains("has no complete snapshot, and this one is incomplete"), "{}", warned.err);
        let refused = world.run(&[&arguments[..1], &["--require-complete"], &arguments[1..]].concat());
        assert_eq!(refused.code, 4, "{arguments:?}");
        assert!(refused.err.contains("--require-complete") && refused.out.is_empty(), "{}", refused.err);
    }
    change_commit(&world, 1, |it| it["is_complete"] = true.into());
    let ended = query(&world, &["--require-complete"], "SELECT 1");
    assert!(ended.code == 0 && ended.err.is_empty(), "{}", ended.err);
}

#[test]
fn snapshots_are_listed_run_by_run() {
    let world = World::crawled();
    assert_eq!(world.run(&["crawl", "--config", "crawl.toml"]).code, 0);
    let listed = world.run(&["snapshots", "--format", "json"]);
    let rows: Value = serde_json::from_str(&listed.out).expect("JSON");
    let (newer, older) = (&rows[0], &rows[1]);
    assert_eq!(rows.as_array().map(Vec::len), Some(2));
    assert_eq!((&newer["superseded_by"], &older["superseded_by"]), (&Value::Null, &newer["run_id"]));
    assert!(newer["coverage_percent"].as_f64().is_some_and(|it| (50.0..=100.0).contains(&it)), "{newer}");
    assert_eq!(newer["is_complete"], true);
    change_commit(&world, 2, |it| it["is_complete"] = false.into());
    let listed = world.run(&["snapshots", "--format", "json"]);
    let rows: Value = serde_json::from_str(&listed.out).expect("JSON");
    assert_eq!((&rows[0]["superseded_by"], &rows[1]["superseded_by"]), (&rows[1]["run_id"], &Value::Null));
    let table = world.run(&["snapshots"]).out;
    assert!(table.contains("superseded_by") && table.contains("o-"), "{table}");
}

#[test]
fn hostile_names_steer_no_terminal() {
    let policy = json!({"Statement": {
        "Sid": "a\u{1b}[2J\npublic    no\u{202e}", "Effect": "Allow", "Action": "sqs:*",
        "Principal": {"AWS": "999988887777\u{9b}31m\r\u{2066}"},
    }});
    let world = World::crawled();
    std::fs::write(world.path("policy.json"), policy.to_string()).expect("written");
    std::fs::write(world.path("broken.json"), "{\"\u{1b}]0;x\u{7}\": \u{202e}").expect("written");
    let is_harmless = |text: &str| !text.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{2066}', '\r', '\u{7}']);
    let explained = world.run(&["explain", "policy.json", "--resource-account", "111122223333"]);
    assert!(is_harmless(&explained.out), "{:?}", explained.out);
    assert_eq!(explained.out.matches("\npublic").count(), 0, "no line is forged: {}", explained.out);
    for arguments in [
        &["explain", "broken.json"][..],
        &["query", "SELECT 'a\u{1b}[31m\u{202e}b' AS \"c\u{9b}\u{2066}\""],
        &["query", "SELECT * FROM \"no\u{1b}such\u{202e}table\""],
        &["ask", "no\u{1b}such"],
        &["files", "--table", "no\u{1b}such"],
    ] {
        let ended = world.run(arguments);
        assert!(is_harmless(&ended.out) && is_harmless(&ended.err), "{arguments:?}: {ended:?}");
    }
    let data = query(&world, &[], "SELECT '\u{202e}' AS x");
    assert_eq!(data.out, "x\n\u{202e}\n", "CSV is data");
}

#[test]
fn no_function_takes_more_memory_than_was_given() {
    let world = World::crawled();
    for sql in [
        "SELECT length(repeat('a', 2000000000)) AS n",
        "SELECT length(lpad('a', 2000000000, 'b')) AS n",
        "SELECT length(concat(repeat('a', 900000000), repeat('b', 900000000))) AS n",
        "SELECT array_length(array_repeat('0123456789', 900000000)) AS n",
    ] {
        let ended = query(&world, &["--memory-mib", "512"], sql);
        assert_eq!(ended.code, 4, "{sql}: {} {}", ended.out, ended.err);
        assert!(ended.out.is_empty(), "{sql}");
    }
    let ended = query(&world, &["--memory-mib", "512"], "SELECT length(repeat('a', 2000000000)) AS n");
    assert!(ended.err.contains("failed to run the query within --memory-mib 512"), "{}", ended.err);
    let sql = "SELECT COUNT(*) AS n FROM iam_roles AS a CROSS JOIN iam_roles AS b WHERE a.arn < b.arn";
    assert_eq!(query(&world, &["--memory-mib", "128"], sql).code, 0, "what needs little runs with little");
}

/// Hours of work.
const ENDLESS: &str = "SELECT COUNT(*) AS n FROM generate_series(1, 10000000) AS a(x) \
                       CROSS JOIN generate_series(1, 10000000) AS b(y) WHERE a.x * b.y % 7 = 3";

#[test]
fn a_query_ends_in_time() {
    let world = World::crawled();
    let begun = Instant::now();
    let ended = query(&world, &["--timeout", "1"], ENDLESS);
    assert_eq!(ended.code, 4, "{}", ended.err);
    assert!(ended.err.contains("failed to run the query within --timeout 1"), "{}", ended.err);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn a_signal_ends_a_query_at_once() {
    let world = World::crawled();
    for signal in ["INT", "TERM"] {
        let mut command = world.command(&["query", ENDLESS]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let own = format!("/proc/{0}/task/{0}/children", child.id());
        let begun = Instant::now();
        let other = loop {
            let children = std::fs::read_to_string(&own).unwrap_or_default();
            if let Some(other) = children.split_whitespace().next() {
                break other.to_owned();
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "no process that answers");
            std::thread::yield_now();
        };
        let told = std::process::Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        assert!(told.expect("kill").success());
        let told = Instant::now();
        assert_eq!(child.wait().expect("it ends").code(), Some(6), "{signal}");
        assert!(told.elapsed() < Duration::from_secs(5), "{signal}: {:?}", told.elapsed());
        let is_gone = || !std::path::Path::new(&format!("/proc/{other}/exe")).exists();
        while !is_gone() {
            assert!(told.elapsed() < Duration::from_secs(5), "{signal}: its process lives on");
            std::thread::yield_now();
        }
    }
}
