//! The program as its users meet it: exit codes, what goes to which stream, and what it says when something is wrong.

use std::process::Stdio;
use std::time::{SystemTime, UNIX_EPOCH};

use orgcensus_lake::{Lake, LakeOptions, Lock, Owner};
use orgcensus_row::Timestamp;
use orgcensus_sim::Settings;
use serde_json::Value;

use crate::world::{self, Ended, World};

#[test]
fn exit_0_a_whole_snapshot_with_json_lines_beside_it() {
    let world = World::of(3);
    let crawled = world.crawl(&[]);
    assert_eq!(crawled.code, 0, "{}", crawled.err);
    assert!(crawled.out.contains("coverage") && crawled.out.contains("accounts     3 of 3"), "{}", crawled.out);
    let events = crawled.events();
    for event in ["started", "account", "publishing", "table"] {
        assert!(events.iter().any(|it| it["event"] == event), "no {event} in {events:?}");
    }
    assert!(!crawled.out.contains('\u{1b}') && !crawled.err.contains('\u{1b}'), "no colour where nobody looks");
    let asked = world.run(&["query", "--format", "json", "SELECT COUNT(*) AS n FROM accounts"]);
    assert_eq!((asked.code, serde_json::from_str::<Value>(&asked.out).expect("JSON")[0]["n"].as_u64()), (0, Some(3)));
    let facts = world.run(&["ask", "--format", "json", "F1", "F9"]);
    let facts: Value = serde_json::from_str(&facts.out).expect("JSON");
    assert_eq!((facts[0]["id"].as_str(), facts[1]["id"].as_str()), (Some("F1"), Some("F9")));
}

#[test]
fn exit_2_for_usage_and_configuration_names_what_is_wrong() {
    let world = World::of(1);
    for (arguments, words) in [
        (&["crawl"][..], &["--config"][..]),
        (&["crawl", "--config", "nowhere.toml"], &["nowhere.toml", "No such file"]),
        (&["ask", "--format", "parquet"], &["--format parquet"]),
        (&["query", "--snapshot", "last/night", "SELECT 1"], &["last/night", "a date YYYY-MM-DD or a run id"]),
    ] {
        let output = world.run(arguments);
        assert_eq!(output.code, 2, "{arguments:?}: {}", output.err);
        words.iter().for_each(|word| assert!(output.err.contains(word), "{word:?} is not in {}", output.err));
        assert!(output.out.is_empty(), "{arguments:?}");
    }
    world.configure("[lake]\nmin_coverge = 0.5\n");
    let output = world.crawl(&[]);
    assert_eq!(output.code, 2);
    for word in ["crawl.toml:10:1", "min_coverge", "min_coverage"] {
        assert!(output.err.contains(word), "{word:?} is not in {}", output.err);
    }
    assert!(!world.path("lake").exists(), "nothing is made before the configuration is right");
}

#[test]
fn exit_3_published_but_not_enough_of_it() {
    let world = World::of(12);
    world.configure("[lake]\nmin_coverage = 1.0\n");
    let output = world.crawl(&[]);
    assert_eq!(output.code, 3, "{}", output.err);
    assert!(output.out.contains("below min_coverage"), "{}", output.out);
}

#[test]
fn exit_4_when_nothing_is_published_or_answered() {
    let world = World::of(1);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket").local_addr().expect("an address");
    let output = world.crawl(&["--endpoint-url", &format!("http://{nobody}")]);
    assert_eq!(output.code, 4, "{}", output.err);
    assert!(output.err.contains("failed to"), "{}", output.err);
    let output = world.run(&["query", "--lake", "empty", "SELECT 1"]);
    assert_eq!(output.code, 4, "{}", output.err);
    assert!(output.err.contains("empty"), "names the lake: {}", output.err);
}

#[test]
fn exit_5_while_another_run_is_alive() {
    let world = World::of(1);
    let lake = Lake::open(&world.path("lake").to_string_lossy(), &LakeOptions::default()).expect("a lake");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    let now = Timestamp(i64::try_from(now).expect("a moment"));
    let owner = Owner { run_id: "the-other".to_owned(), host: "elsewhere".to_owned(), shard: None, has_stage: false };
    let organization_id = world.simulation.organization_id().to_owned();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let held = runtime.block_on(Lock::acquire(&lake, &organization_id, owner, now, 600_000)).expect("the lock");
    let output = world.crawl(&[]);
    assert_eq!(output.code, 5, "{}", output.err);
    for word in ["the-other", "elsewhere"] {
        assert!(output.err.contains(word), "{word:?} is not in {}", output.err);
    }
    runtime.block_on(held.release(now)).expect("released");
    assert_eq!(world.crawl(&[]).code, 0);
}

#[test]
fn preflight_says_what_works_and_how_to_mend_what_does_not() {
    let world = World::of(4);
    let output = world.run_configured(&["preflight"]);
    assert_eq!(output.code, 0, "{}{}", output.out, output.err);
    for word in ["ok    identity", "ok    organization", "ok    role", "ok    lake"] {
        assert!(output.out.contains(word), "{word:?} is not in {}", output.out);
    }
    world.configure("[role]\nname = \"nobody-made-this\"\n");
    let output = world.run_configured(&["preflight"]);
    assert_eq!(output.code, 4);
    assert!(output.out.contains("FAIL  role in ") && output.out.contains("orgcensus role member"), "{}", output.out);
    // One endpoint answers for every region: so nothing else tells that there is no such region.
    let mut command = world.command(&["preflight", "--config", "crawl.toml"]);
    let command = command.env("ORGCENSUS_AWS__HOME_REGION", "eu-wst-1");
    let output = Ended::from(command.output().expect("the program starts"));
    assert_eq!(output.code, 2, "{}", output.words());
    for words in ["FAIL  home region: ", "\"eu-wst-1\"", "eu-west-1", "mend [aws] home_region"] {
        assert!(output.out.contains(words), "{words:?} is not in {}", output.out);
    }
}

#[test]
fn a_role_of_an_older_version_is_named_with_what_it_lacks() {
    let world = World::new(Settings { role_version: Some("0".to_owned()), ..Settings::new(3, 7) });
    let preflight = world.run_configured(&["preflight"]);
    assert_eq!(preflight.code, 4, "{}{}", preflight.out, preflight.err);
    for words in ["FAIL  role in ", "version 0, not ", ": lacks ", "acm-pca:GetPolicy, "] {
        assert!(preflight.out.contains(words), "{words:?} is not in {}", preflight.out);
    }
    let crawled = world.crawl(&[]);
    let line = crawled.out.lines().find(|line| line.starts_with("roles        outdated in "));
    let line = line.unwrap_or_else(|| panic!("{}", crawled.words()));
    for words in [" accounts, version 0, not ", ": lacks ", "acm-pca:GetPolicy, "] {
        assert!(line.contains(words), "{words:?} is not in {line}");
    }
    let newest = world.run(&["role", "version"]).out.trim().to_owned();
    let world = World::new(Settings { role_version: Some(newest), ..Settings::new(3, 7) });
    assert_eq!(world.run_configured(&["preflight"]).code, 0);
    assert!(!world.crawl(&[]).out.contains("outdated"), "the newest role lacks nothing");
}

#[test]
fn plan_counts_and_calls_no_member() {
    let world = World::of(5);
    let output = world.run_configured(&["plan"]);
    assert_eq!(output.code, 0, "{}", output.err);
    for word in ["accounts     5 of 5", "sqs_queues", "calls"] {
        assert!(output.out.contains(word), "{word:?} is not in {}", output.out);
    }
    let seen: Vec<String> = world.simulation.calls().into_iter().map(|call| call.operation).collect();
    assert!(!seen.contains(&"AssumeRole".to_owned()), "{seen:?}");
}

/// The numbers that stand after these words.
fn numbers(text: &str, words: &str) -> Vec<u64> {
    let after = text.match_indices(words).filter_map(|(place, found)| text.get(place + found.len()..));
    after.filter_map(|rest| rest.split_whitespace().next()?.parse().ok()).collect()
}

#[test]
fn a_crawl_never_calls_less_than_its_plan_foretold() {
    let world = World::of(5);
    let bounds = numbers(&world.run_configured(&["plan"]).out, "at least");
    assert_eq!(bounds.len(), 2, "without the accounts, and with them: {bounds:?}");
    let made = numbers(&world.crawl(&[]).out, "calls");
    assert!(bounds[0] < bounds[1] && bounds[1] <= made[0], "{bounds:?} foretold, {made:?} made");
    // With a snapshot the number is exact: the same organization takes the same calls.
    let foretold = numbers(&world.run_configured(&["plan"]).out, "calls");
    assert_eq!(foretold.last(), made.first());
}

#[test]
fn a_schedule_needs_one_command() {
    let world = World::of(2);
    for n in 1..=2 {
        let output = world.crawl(&["--resume-or-start"]);
        assert_eq!(output.code, 0, "{}", output.err);
        assert!(world.path(&format!("lake/_commits/0000000{n}.json")).exists(), "nothing was left: it begins");
    }
    assert_eq!(world.crawl(&["--resume-or-start", "--resume"]).code, 2);
}

#[test]
fn config_check_says_where_each_value_came_from_and_asks_no_one() {
    let world = World::of(1);
    world.configure("[role]\nexternal_id = \"hidden\"\n");
    let mut command = world.command(&["config", "check", "--config", "crawl.toml"]);
    let regions = "eu-west-1,us-east-1";
    let output = Ended::from(command.env("ORGCENSUS_SELECT__REGIONS", regions).output().expect("the program starts"));
    assert_eq!(output.code, 0, "{}", output.words());
    let line = |key: &str| {
        let line = output.out.lines().find(|line| line.starts_with(&format!("{key} ")));
        line.unwrap_or_else(|| panic!("no {key} in {}", output.out)).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("aws.home_region"), "aws.home_region \"us-east-1\" crawl.toml:2:1");
    assert_eq!(line("select.regions"), "select.regions [\"eu-west-1\",\"us-east-1\"] ORGCENSUS_SELECT__REGIONS");
    assert_eq!(line("role.external_id"), "role.external_id set crawl.toml:10:1");
    assert_eq!(line("limits.task_seconds"), "limits.task_seconds 1800 default");
    assert_eq!(line("lake.region"), "lake.region - default");
    assert!(!output.words().contains("hidden") && world.simulation.calls().is_empty());
    world.configure("collectors = [\"sqs_queus\"]\n");
    let wrong = world.run_configured(&["config", "check"]);
    assert!(wrong.code == 2 && wrong.err.contains("the nearest is sqs_queues"), "{}", wrong.words());
}

#[test]
fn help_has_examples_and_exit_codes_and_shells_complete() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| {
        Ended::from(world::command(folder.path(), arguments).output().expect("the program starts"))
    };
    let help = run(&["--help"]).out;
    assert!(help.contains("Exit codes:") && help.contains("min_coverage"), "{help}");
    for command in ["demo", "crawl", "query", "ask", "report", "snapshots", "verify"] {
        let help = run(&[command, "--help"]).out;
        assert!(help.contains("Example"), "{command}: {help}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(&["completions", shell]);
        assert!(output.code == 0 && output.out.contains("preflight"), "{shell}");
    }
    for whose in ["member", "version", "management", "lake"] {
        let output = run(&["role", whose]);
        assert!(serde_json::from_str::<Value>(&output.out).is_ok(), "{whose} is JSON");
    }
}

#[test]
fn a_reader_that_stops_reading_is_no_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = world::command(folder.path(), &["tables", "--markdown"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let output = Ended::from(child.wait_with_output().expect("it ends"));
    assert!(!output.err.contains("panicked"), "{}", output.err);
}
