//! What `plan`, `preflight` and `crawl` say of a configuration that names what is not there, and what is told of a run that
//! never began.

use std::net::SocketAddr;
use std::process::{Command, Output};

use orgcensus_sim::{MANAGEMENT_ACCESS_KEY, MANAGEMENT_SECRET_KEY, Settings, Simulation, Troubles, serve};
use serde_json::Value;
use tempfile::TempDir;

const RATES: &str = "share = 1.0\n[[bucket]]\nservice = \"*\"\nscope = \"account\"\nper_second = 100000\n\
    burst = 100000\nsource = \"the simulator enforces nothing\"\n";

/// A simulated organization on loopback, and a folder to work in.
struct World {
    address: SocketAddr,
    simulation: Simulation,
    folder: TempDir,
    /// Serves as long as it lives.
    _runtime: tokio::runtime::Runtime,
}

impl World {
    fn new(settings: Settings) -> Self {
        let simulation = Simulation::new(settings);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a socket");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(serve(simulation.clone(), listener));
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("rates.toml"), RATES).expect("written");
        Self { address, simulation, folder, _runtime: runtime }
    }

    fn quiet(accounts: u64) -> Self {
        Self::new(Settings { troubles: Troubles::none(), ..Settings::new(accounts, 7) })
    }

    /// `orgcensus COMMAND --config crawl.toml --lake lake …` with these lines in the configuration.
    fn run(&self, command: &[&str], more: &str) -> Output {
        let text = format!(
            "[aws]\nhome_region = \"us-east-1\"\nmax_attempts = 2\nendpoint_url = \"http://{}\"\n\n\
             [limits]\nrates_file = \"rates.toml\"\n\n{more}",
            self.address
        );
        std::fs::write(self.folder.path().join("crawl.toml"), text).expect("written");
        let mut program = Command::new(env!("CARGO_BIN_EXE_orgcensus"));
        program.current_dir(self.folder.path()).args(command).args(["--config", "crawl.toml", "--lake", "lake"]);
        program.env_clear().env("AWS_ACCESS_KEY_ID", MANAGEMENT_ACCESS_KEY);
        program.env("AWS_SECRET_ACCESS_KEY", MANAGEMENT_SECRET_KEY).output().expect("the program starts")
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

/// All that it said, on both streams.
fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn event(output: &Output, name: &str) -> Value {
    let text = String::from_utf8_lossy(&output.stderr);
    let mut lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.find(|line| line["event"] == name).unwrap_or_else(|| panic!("no {name} in {text}"))
}

#[test]
fn what_is_not_there_is_exit_2_before_anything_is_made() {
    let world = World::quiet(3);
    for (more, named) in [
        ("[select]\nregions = [\"eu-wst-1\"]\n", &["\"eu-wst-1\"", "\"eu-west-1\""][..]),
        ("[select]\nregions = [\"us-east-1\", \"us-eats-1\"]\n", &["\"us-eats-1\"", "\"us-east-1\""]),
        ("[select.include]\naccounts = [\"111122223333\"]\n", &["select.include.accounts", "111122223333"]),
        ("[select.include]\norganizational_units = [\"Root/Workload\"]\n", &["Root/Workload", "\"Root/Workloads\""]),
        ("[organization]\nid = \"o-aaaaaaaaaa\"\n", &["organization.id", "o-aaaaaaaaaa"]),
        ("[role]\narn = \"arn:aws:iam::111122223333:role/orgcensus\"\n", &["role.arn", "{account_id}"]),
    ] {
        for command in ["plan", "preflight", "crawl"] {
            let output = world.run(&[command], more);
            assert_eq!(code(&output), 2, "{command} {more}: {}", words(&output));
            named.iter().for_each(|word| assert!(words(&output).contains(word), "{word}: {}", words(&output)));
        }
        assert!(!world.folder.path().join("lake/_commits").exists(), "{more}");
    }
}

#[test]
fn exclusions_of_what_is_not_there_are_exit_2_but_for_a_crawl() {
    let world = World::quiet(2);
    for (more, named) in [
        ("[select.exclude]\naccounts = [\"111122223333\"]\n", "111122223333"),
        ("[select.exclude]\norganizational_units = [\"ou-none-atall123\"]\n", "ou-none-atall123"),
    ] {
        for command in ["plan", "preflight"] {
            let output = world.run(&[command], more);
            assert!(code(&output) == 2 && words(&output).contains(named), "{command}: {}", words(&output));
        }
        let output = world.run(&["crawl"], more);
        assert_eq!(code(&output), 0, "{}", words(&output));
        let warning = event(&output, "warning");
        assert!(warning["message"].as_str().is_some_and(|message| message.contains(named)), "{warning}");
    }
}

#[test]
fn a_run_that_never_began_has_no_verdict_and_no_coverage() {
    let world = World::quiet(2);
    let more = "[organization]\nid = \"o-aaaaaaaaaa\"\n[telemetry]\ncloudwatch_namespace = \"orgcensus\"\n";
    for (command, exit_code) in [
        (&["crawl", "--report", "run.json", "--endpoint-url", "http://127.0.0.1:1"][..], 4),
        (&["crawl", "--report", "run.json"], 2),
        (&["crawl", "--report", "run.json", "--resume", "nothing"], 2),
    ] {
        let output = world.run(command, more);
        assert_eq!(code(&output), exit_code, "{}", words(&output));
        let report = std::fs::read(world.folder.path().join("run.json")).expect("a report");
        let report: Value = serde_json::from_slice(&report).expect("JSON");
        for told in [&report, &event(&output, "ended")] {
            assert!(told["verdict"].is_null() && told["coverage"].is_null() && told["run_id"].is_null(), "{told}");
            assert_eq!(
                (told["organization_id"].as_str(), told["exit_code"].as_i64()),
                (Some("o-aaaaaaaaaa"), Some(exit_code.into()))
            );
        }
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = text.lines().find(|line| line.contains("_aws")).expect("CloudWatch's line");
        assert!(!line.contains("\"Coverage\"") && !line.contains("\"Verdict\""), "{line}");
        let line: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!((&line["Organization"], &line["SnapshotsPublished"]), (&"o-aaaaaaaaaa".into(), &0.into()));
    }
}

#[test]
fn a_repeated_publish_names_run_and_organization_and_keeps_the_report() {
    let world = World::quiet(3);
    assert_eq!(code(&world.run(&["plan", "--out", "plan.json", "--shards", "1"], "")), 0);
    assert_eq!(code(&world.run(&["crawl", "--plan", "plan.json", "--shard", "0"], "")), 0);
    let publish = || {
        let output = world.run(&["publish", "--plan", "plan.json", "--report", "run.json"], "");
        assert_eq!(code(&output), 0, "{}", words(&output));
        let report = std::fs::read(world.folder.path().join("run.json")).expect("a report");
        (event(&output, "ended"), serde_json::from_slice::<Value>(&report).expect("JSON"))
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
    let world = World::quiet(3);
    assert_eq!(code(&world.run(&["plan", "--out", "plan.json", "--shards", "1"], "")), 0);
    assert_eq!(code(&world.run(&["crawl", "--plan", "plan.json", "--shard", "0"], "")), 0);
    let run = std::fs::read_dir(world.folder.path().join("lake/_runs")).expect("runs").flatten().next().expect("one");
    std::fs::write(run.path().join("shard-00000-of-00001.json"), "{ torn").expect("written");
    let output = world.run(&["publish", "--plan", "plan.json"], "");
    assert_eq!(code(&output), 0, "{}", words(&output));
    let warning = event(&output, "warning");
    assert!(warning["message"].as_str().is_some_and(|it| it.contains("shard-00000-of-00001")), "{warning}");
}

#[test]
fn demo_and_crawl_of_one_organization_agree() {
    let world = World::new(Settings::new(40, 1));
    let lines = |output: &Output| {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let wanted = ["accounts", "coverage", "  "];
        let lines = text.lines().take_while(|line| !line.is_empty() && !line.starts_with("report"));
        let lines: Vec<String> =
            lines.filter(|line| wanted.iter().any(|it| line.starts_with(it))).map(str::to_owned).collect();
        assert!(lines.len() > 5, "{text}");
        lines
    };
    let crawled = lines(&world.run(&["crawl"], "[lake]\nmin_coverage = 0.5\n"));
    let mut demo = Command::new(env!("CARGO_BIN_EXE_orgcensus"));
    let demo =
        demo.current_dir(world.folder.path()).args(["demo", "--accounts", "40", "--seed", "1", "--lake", "demo"]);
    assert_eq!(crawled, lines(&demo.env_clear().output().expect("the program starts")));
    assert!(crawled.iter().any(|line| line == "accounts     40 of 40, 36 entered"), "{crawled:?}");
}
