//! A run's report for every end of a run: published, below the minimal coverage, stopped and resumed, in shards, or not
//! published at all.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::world::World;

/// An organization that is crawled two accounts at a time, with these lines in the configuration.
fn world(accounts: u64, more: &str) -> World {
    let world = World::of(accounts);
    world.configure(&format!("[limits]\naccounts_at_once = 2\n\n{more}"));
    world
}

/// Begins a crawl, stops it by a signal when its first account is done, and waits.
fn stop_after_one_account(world: &World) -> i32 {
    let mut child = world
        .command(&["crawl", "--config", "crawl.toml"])
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stderr.take().expect("its words")).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains(r#""event":"account""#)), "it ended before an account did");
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("a signal");
    assert!(killed.success());
    // Its pipe must not fill.
    lines.for_each(drop);
    child.wait().expect("it ends").code().expect("an exit code")
}

/// The only run's report of this name, in the lake.
fn report(world: &World, name: &str) -> Value {
    let runs: Vec<_> = std::fs::read_dir(world.path("lake/_runs")).expect("reports").flatten().collect();
    assert_eq!(runs.len(), 1, "{runs:?}");
    json(&std::fs::read(runs[0].path().join(name)).expect(name))
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(bytes)))
}

/// The sum of a map's numbers.
fn sum(map: &Value) -> u64 {
    map.as_object().into_iter().flatten().filter_map(|(_, number)| number.as_u64()).sum()
}

#[test]
fn a_published_run_says_where_its_snapshot_is_and_what_it_took() {
    let world = world(5, "[telemetry]\ncloudwatch_namespace = \"security/orgcensus\"\n");
    let output = world.run_configured(&["crawl", "--report", "run.json"]);
    let report = report(&world, "run.json");
    assert_eq!(report, json(&std::fs::read(world.path("run.json")).expect("the file")), "both are the same");
    assert_eq!(
        (report["verdict"].as_str(), report["exit_code"].as_i64()),
        (Some("published"), Some(i64::from(output.code)))
    );
    let manifest = world.path("lake").join(report["snapshot"]["manifest"].as_str().expect("a manifest"));
    let manifest = json(&std::fs::read(manifest).expect("the manifest"));
    for table in manifest["tables"].as_array().expect("tables") {
        let told = &report["tables"][table["name"].as_str().expect("a name")];
        assert_eq!((&told["rows"], &told["bytes"]), (&table["rows"], &table["bytes"]), "{table}");
    }
    assert_eq!((sum(&report["accounts"]["ended"]), report["accounts"]["left"].as_u64()), (5, Some(0)));
    let slowest = report["slowest_accounts"].as_array().expect("accounts");
    assert!(slowest.len() == 5 && slowest.iter().all(|it| it["account_id"].as_str().is_some_and(|id| id.len() == 12)));
    let actions = report["actions"].as_object().expect("actions");
    for action in ["sts:AssumeRole", "organizations:ListRoots", "sqs:ListQueues"] {
        assert!(actions.get(action).is_some_and(|it| it["calls"].as_u64() > Some(0)), "{action} is not in {actions:?}");
    }

    let events = output.events();
    let ended = events.iter().find(|it| it["event"] == "ended").expect("its end");
    assert!(ended["report"].as_str().is_some_and(|path| path.ends_with("/run.json")), "{ended}");
    let run_id = &report["run_id"];
    let told = output.out.contains(&format!("/_runs/{}/run.json", run_id.as_str().unwrap()));
    assert!(told, "{}", output.out);
    assert!(events.iter().filter(|it| it["_aws"].is_null()).all(|it| &it["run_id"] == run_id), "{events:?}");
    let metrics = events.iter().find(|it| it["_aws"].is_object()).expect("CloudWatch's line");
    assert_eq!(metrics["_aws"]["CloudWatchMetrics"][0]["Namespace"], "security/orgcensus");
    assert_eq!((&metrics["Organization"], &metrics["Calls"]), (&report["organization_id"], &report["totals"]["calls"]));
}

#[test]
fn a_stopped_run_is_told_and_the_one_that_goes_on_adds_to_it() {
    let world = world(40, "[lake]\nmin_coverage = 1.0\n");
    assert_eq!(stop_after_one_account(&world), 6);
    let stopped = report(&world, "run.json");
    assert_eq!((stopped["verdict"].as_str(), stopped["processes"].as_u64()), (Some("stopped"), Some(1)));
    assert!(stopped["accounts"]["left"].as_u64() > Some(0) && stopped["snapshot"].is_null(), "{stopped}");
    assert!(stopped["error"].as_str().is_some_and(|words| words.contains("asked to stop")), "{stopped}");

    let output = world.run_configured(&["crawl", "--resume"]);
    assert_eq!(output.code, 3, "{}", output.err);
    let report = report(&world, "run.json");
    assert_eq!((report["verdict"].as_str(), report["processes"].as_u64()), (Some("below_min_coverage"), Some(2)));
    assert_eq!(report["started_at"], stopped["started_at"]);
    assert_eq!((sum(&report["accounts"]["ended"]), report["accounts"]["unobserved"].as_u64()), (40, Some(0)));
    let errors = report["errors"].as_array().expect("errors");
    assert!(
        errors.iter().any(|it| it["error_operation"] == "sts:AssumeRole" && it["tasks"].as_u64() > Some(1)),
        "{errors:?}"
    );
}

#[test]
fn shards_report_each_and_publish_reports_all() {
    let world = world(6, "");
    assert_eq!(world.run_configured(&["plan", "--out", "plan.json", "--shards", "2"]).code, 0);
    let mut calls = 0;
    for shard in ["0/2", "1/2"] {
        let output = world.run_configured(&["crawl", "--plan", "plan.json", "--shard", shard]);
        assert_eq!(output.code, 0, "{}", output.err);
    }
    for name in ["shard-00000-of-00002.json", "shard-00001-of-00002.json"] {
        let report = report(&world, name);
        assert_eq!(report["verdict"], "staged", "{name}");
        calls += report["actions"]["sqs:ListQueues"]["calls"].as_u64().unwrap_or_default();
    }
    let output = world.run_configured(&["publish", "--plan", "plan.json"]);
    assert_eq!(output.code, 0, "{}", output.err);
    let report = report(&world, "run.json");
    assert_eq!((report["verdict"].as_str(), report["processes"].as_u64()), (Some("published"), Some(3)));
    assert_eq!((sum(&report["accounts"]["ended"]), report["accounts"]["unobserved"].as_u64()), (6, Some(0)));
    assert_eq!(report["actions"]["sqs:ListQueues"]["calls"].as_u64(), Some(calls));
    assert!(calls > 0);
}

#[test]
fn a_run_that_published_nothing_says_why() {
    let world = world(2, "[telemetry]\nreport = \"run.json\"\ncloudwatch_namespace = \"orgcensus\"\n");
    std::fs::create_dir(world.path("lake")).expect("a lake");
    std::fs::write(world.path("lake/data"), "in the way").expect("written");
    let output = world.run_configured(&["crawl"]);
    assert_eq!(output.code, 4, "{}", output.err);
    let report = report(&world, "run.json");
    assert_eq!((report["verdict"].as_str(), report["exit_code"].as_u64()), (Some("not_published"), Some(4)));
    assert!(report["error"].as_str().is_some_and(|words| words.contains("failed to")), "{report}");
    assert_eq!(sum(&report["accounts"]["ended"]), 2);

    // The run had not begun, so there is no report in the lake, but the file says what happened.
    let output = world.run_configured(&["crawl", "--endpoint-url", "http://127.0.0.1:1"]);
    assert_eq!(output.code, 4);
    let report = json(&std::fs::read(world.path("run.json")).expect("the file"));
    assert!(report["run_id"].is_null() && report["verdict"].is_null() && report["coverage"].is_null(), "{report}");
    let metrics = output.err.lines().find(|line| line.contains("_aws")).expect("CloudWatch's line");
    assert_eq!(json(metrics.as_bytes())["SnapshotsPublished"], 0);
}
