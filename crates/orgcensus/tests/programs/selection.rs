//! What `plan`, `preflight` and `crawl` say about a configuration that names something that does not exist, and what is
//! told of a run that never began.

use orgcensus_sim::{Settings, Troubles};
use serde_json::Value;

use crate::world::{Ended, World};

/// An organization in which nothing goes wrong.
fn quiet(accounts: u64) -> World {
    World::new(Settings { troubles: Troubles::none(), ..Settings::new(accounts, 7) })
}

/// Runs a command with these lines in the configuration, which names no region itself.
fn run(world: &World, command: &[&str], more: &str) -> Ended {
    world.configure_all(more);
    world.run_configured(command)
}

#[test]
fn what_is_not_there_is_exit_2_before_anything_is_made() {
    let world = quiet(3);
    for (more, named) in [
        ("[select]\nregions = [\"eu-wst-1\"]\n", &["\"eu-wst-1\"", "\"eu-west-1\""][..]),
        ("[select]\nregions = [\"us-east-1\", \"us-eats-1\"]\n", &["\"us-eats-1\"", "\"us-east-1\""]),
        ("[select.include]\naccounts = [\"111122223333\"]\n", &["select.include.accounts", "111122223333"]),
        ("[select.include]\norganizational_units = [\"Root/Workload\"]\n", &["Root/Workload", "\"Root/Workloads\""]),
        ("[organization]\nid = \"o-aaaaaaaaaa\"\n", &["organization.id", "o-aaaaaaaaaa"]),
        ("[role]\narn = \"arn:aws:iam::111122223333:role/orgcensus\"\n", &["role.arn", "{account_id}"]),
    ] {
        for command in ["plan", "preflight", "crawl"] {
            let output = run(&world, &[command], more);
            assert_eq!(output.code, 2, "{command} {more}: {}", output.words());
            named.iter().for_each(|word| assert!(output.words().contains(word), "{word}: {}", output.words()));
        }
        assert!(!world.path("lake/_commits").exists(), "{more}");
    }
}

#[test]
fn exclusions_of_what_is_not_there_are_exit_2_but_for_a_crawl() {
    let world = quiet(2);
    for (more, named) in [
        ("[select.exclude]\naccounts = [\"111122223333\"]\n", "111122223333"),
        ("[select.exclude]\norganizational_units = [\"ou-none-atall123\"]\n", "ou-none-atall123"),
    ] {
        for command in ["plan", "preflight"] {
            let output = run(&world, &[command], more);
            assert!(output.code == 2 && output.words().contains(named), "{command}: {}", output.words());
        }
        let output = run(&world, &["crawl"], more);
        assert_eq!(output.code, 0, "{}", output.words());
        let warning = output.event("warning");
        assert!(warning["message"].as_str().is_some_and(|message| message.contains(named)), "{warning}");
    }
}

#[test]
fn a_run_that_never_began_has_no_verdict_and_no_coverage() {
    let world = quiet(2);
    let more = "[organization]\nid = \"o-aaaaaaaaaa\"\n[telemetry]\ncloudwatch_namespace = \"orgcensus\"\n";
    for (command, exit_code) in [
        (&["crawl", "--report", "run.json", "--endpoint-url", "http://127.0.0.1:1"][..], 4),
        (&["crawl", "--report", "run.json"], 2),
        (&["crawl", "--report", "run.json", "--resume", "nothing"], 2),
    ] {
        let output = run(&world, command, more);
        assert_eq!(output.code, exit_code, "{}", output.words());
        let report = std::fs::read(world.path("run.json")).expect("a report");
        let report: Value = serde_json::from_slice(&report).expect("JSON");
        for told in [&report, &output.event("ended")] {
            assert!(told["verdict"].is_null() && told["coverage"].is_null() && told["run_id"].is_null(), "{told}");
            assert_eq!(
                (told["organization_id"].as_str(), told["exit_code"].as_i64()),
                (Some("o-aaaaaaaaaa"), Some(exit_code.into()))
            );
        }
        let line = output.err.lines().find(|line| line.contains("_aws")).expect("CloudWatch's line");
        assert!(!line.contains("\"Coverage\"") && !line.contains("\"Verdict\""), "{line}");
        let line: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!((&line["Organization"], &line["SnapshotsPublished"]), (&"o-aaaaaaaaaa".into(), &0.into()));
    }
}

#[test]
fn a_repeated_publish_names_run_and_organization_and_keeps_the_report() {
    let world = quiet(3);
    assert_eq!(run(&world, &["plan", "--out", "plan.json", "--shards", "1"], "").code, 0);
    assert_eq!(run(&world, &["crawl", "--plan", "plan.json", "--shard", "0"], "").code, 0);
    let publish = || {
        let output = run(&world, &["publish", "--plan", "plan.json", "--report", "run.json"], "");
        assert_eq!(output.code, 0, "{}", output.words());
        let report = std::fs::read(world.path("run.json")).expect("a report");
        (output.event("ended"), serde_json::from_slice::<Value>(&report).expect("JSON"))
    };
    let ((first, first_report), (again, again_report)) = (publish(), publish());
    assert!(first["run_id"].is_string());
    for key in ["run_id", "organization_id", "verdict", "coverage"] {
        assert_eq!(first[key], again[key], "{key}");
    }
    for key in ["tables", "accounts", "totals"] {
        assert_eq!(first_report[key], again_report[key], "{key}");
    }
    assert_eq!(again["organization_id"], world.simulation.organization_id());
}

#[test]
fn an_earlier_report_that_cannot_be_read_is_told() {
    let world = quiet(3);
    assert_eq!(run(&world, &["plan", "--out", "plan.json", "--shards", "1"], "").code, 0);
    assert_eq!(run(&world, &["crawl", "--plan", "plan.json", "--shard", "0"], "").code, 0);
    let of_run = std::fs::read_dir(world.path("lake/_runs")).expect("runs").flatten().next().expect("one");
    std::fs::write(of_run.path().join("shard-00000-of-00001.json"), "{ torn").expect("written");
    let output = run(&world, &["publish", "--plan", "plan.json"], "");
    assert_eq!(output.code, 0, "{}", output.words());
    let warning = output.event("warning");
    assert!(warning["message"].as_str().is_some_and(|it| it.contains("shard-00000-of-00001")), "{warning}");
}

#[test]
fn demo_and_crawl_of_one_organization_agree() {
    let world = World::new(Settings::new(40, 1));
    let lines = |text: &str| {
        let wanted = ["accounts", "coverage", "  "];
        let lines = text.lines().take_while(|line| !line.is_empty() && !line.starts_with("report"));
        let lines: Vec<String> =
            lines.filter(|line| wanted.iter().any(|it| line.starts_with(it))).map(str::to_owned).collect();
        assert!(lines.len() > 5, "{text}");
        lines
    };
    let crawled = lines(&run(&world, &["crawl"], "[lake]\nmin_coverage = 0.5\n").out);
    let mut demo = world.command(&["demo", "--accounts", "40", "--seed", "1", "--lake", "demo"]);
    // It needs no credentials.
    let demo = Ended::from(demo.env_clear().output().expect("the program starts"));
    assert_eq!(crawled, lines(&demo.out));
    assert!(crawled.iter().any(|line| line == "accounts     40 of 40, 36 entered"), "{crawled:?}");
}
