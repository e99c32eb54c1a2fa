//! The program as its users meet it: exit codes, what goes to which stream, and what it says when something is wrong.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{SystemTime, UNIX_EPOCH};

use orgcensus_lake::{Lake, LakeOptions, Lock, Owner};
use orgcensus_row::Timestamp;
use orgcensus_sim::{MANAGEMENT_ACCESS_KEY, MANAGEMENT_SECRET_KEY, Settings, Simulation, serve};
use serde_json::Value;
use tempfile::TempDir;

/// A simulated organization on loopback, and a folder to work in.
struct World {
    address: SocketAddr,
    simulation: Simulation,
    folder: TempDir,
    /// Serves as long as it lives.
    _runtime: tokio::runtime::Runtime,
}

impl World {
    fn new(accounts: u64) -> Self {
        let simulation = Simulation::new(Settings::new(accounts, 7));
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a socket");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(serve(simulation.clone(), listener));
        let world = Self { address, simulation, folder: tempfile::tempdir().expect("a folder"), _runtime: runtime };
        world.configure("");
        world
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Writes `crawl.toml` with these lines at its end.
    fn configure(&self, more: &str) {
        let text = format!(
            "[aws]\nhome_region = \"us-east-1\"\nmax_attempts = 2\nendpoint_url = \"http://{}\"\n\n\
             [select]\nregions = [\"us-east-1\"]\n\n{more}",
            self.address
        );
        std::fs::write(self.folder.path().join("crawl.toml"), text).expect("written");
    }

    /// `orgcensus crawl --config crawl.toml --lake lake …`
    fn crawl(&self, more: &[&str]) -> Output {
        let (config, lake) = (self.path("crawl.toml"), self.path("lake"));
        self.run(&[&["crawl", "--config", &config, "--lake", &lake], more].concat())
    }

    fn run(&self, arguments: &[&str]) -> Output {
        run(self.folder.path(), arguments)
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orgcensus"));
    command.current_dir(folder).args(arguments).env_clear();
    command.env("AWS_ACCESS_KEY_ID", MANAGEMENT_ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", MANAGEMENT_SECRET_KEY);
    command.output().expect("the program starts")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

#[test]
fn exit_0_a_whole_snapshot_with_json_lines_beside_it() {
    let world = World::new(3);
    let crawled = world.crawl(&[]);
    assert_eq!(code(&crawled), 0, "{}", err(&crawled));
    assert!(out(&crawled).contains("coverage") && out(&crawled).contains("accounts     3 of 3"), "{}", out(&crawled));
    let events: Vec<Value> =
        err(&crawled).lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect();
    for event in ["started", "account", "publishing", "table"] {
        assert!(events.iter().any(|it| it["event"] == event), "no {event} in {events:?}");
    }
    assert!(!crawled.stdout.contains(&0x1b) && !crawled.stderr.contains(&0x1b), "no colour where nobody looks");
    let lake = world.path("lake");
    let asked = world.run(&["query", "--lake", &lake, "--format", "json", "SELECT COUNT(*) AS n FROM accounts"]);
    assert_eq!(
        (code(&asked), serde_json::from_str::<Value>(&out(&asked)).expect("JSON")[0]["n"].as_u64()),
        (0, Some(3))
    );
    let facts = world.run(&["ask", "--lake", &lake, "--format", "json", "F1", "F9"]);
    let facts: Value = serde_json::from_str(&out(&facts)).expect("JSON");
    assert_eq!((facts[0]["id"].as_str(), facts[1]["id"].as_str()), (Some("F1"), Some("F9")));
}

#[test]
fn exit_2_for_usage_and_configuration_names_what_is_wrong() {
    let world = World::new(1);
    for (arguments, words) in [
        (&["crawl"][..], &["--config"][..]),
        (&["crawl", "--config", "nowhere.toml"], &["nowhere.toml", "No such file"]),
        (&["ask", "--format", "parquet"], &["--format parquet"]),
        (&["query", "--snapshot", "last/night", "SELECT 1"], &["last/night", "a date YYYY-MM-DD or a run id"]),
    ] {
        let output = world.run(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}: {}", err(&output));
        words.iter().for_each(|word| assert!(err(&output).contains(word), "{word:?} is not in {}", err(&output)));
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    world.configure("[lake]\nmin_coverge = 0.5\n");
    let output = world.crawl(&[]);
    assert_eq!(code(&output), 2);
    for word in ["crawl.toml:10:1", "min_coverge", "min_coverage"] {
        assert!(err(&output).contains(word), "{word:?} is not in {}", err(&output));
    }
    assert!(!world.folder.path().join("lake").exists(), "nothing is made before the configuration is right");
}

#[test]
fn exit_3_published_but_not_enough_of_it() {
    let world = World::new(12);
    world.configure("[lake]\nmin_coverage = 1.0\n");
    let output = world.crawl(&[]);
    assert_eq!(code(&output), 3, "{}", err(&output));
    assert!(out(&output).contains("below min_coverage"), "{}", out(&output));
}

#[test]
fn exit_4_when_nothing_is_published_or_answered() {
    let world = World::new(1);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket").local_addr().expect("an address");
    let output = world.crawl(&["--endpoint-url", &format!("http://{nobody}")]);
    assert_eq!(code(&output), 4, "{}", err(&output));
    assert!(err(&output).contains("failed to"), "{}", err(&output));
    let output = world.run(&["query", "--lake", &world.path("empty"), "SELECT 1"]);
    assert_eq!(code(&output), 4, "{}", err(&output));
    assert!(err(&output).contains("empty"), "names the lake: {}", err(&output));
}

#[test]
fn exit_5_while_another_run_is_alive() {
    let world = World::new(1);
    let lake = Lake::open(&world.path("lake"), &LakeOptions::default()).expect("a lake");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    let now = Timestamp(i64::try_from(now).expect("a moment"));
    let owner = Owner { run_id: "the-other".to_owned(), host: "elsewhere".to_owned(), shard: None, has_stage: false };
    let organization_id = world.simulation.organization_id().to_owned();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let held = runtime.block_on(Lock::acquire(&lake, &organization_id, owner, now, 600_000)).expect("the lock");
    let output = world.crawl(&[]);
    assert_eq!(code(&output), 5, "{}", err(&output));
    for word in ["the-other", "elsewhere"] {
        assert!(err(&output).contains(word), "{word:?} is not in {}", err(&output));
    }
    runtime.block_on(held.release(now)).expect("released");
    assert_eq!(code(&world.crawl(&[])), 0);
}

#[test]
fn preflight_says_what_works_and_how_to_mend_what_does_not() {
    let world = World::new(4);
    let (config, lake) = (world.path("crawl.toml"), world.path("lake"));
    let output = world.run(&["preflight", "--config", &config, "--lake", &lake]);
    assert_eq!(code(&output), 0, "{}{}", out(&output), err(&output));
    for word in ["ok    identity", "ok    organization", "ok    role", "ok    lake"] {
        assert!(out(&output).contains(word), "{word:?} is not in {}", out(&output));
    }
    world.configure("[role]\nname = \"nobody-made-this\"\n");
    let output = world.run(&["preflight", "--config", &config, "--lake", &lake]);
    assert_eq!(code(&output), 4);
    assert!(
        out(&output).contains("FAIL  role in ") && out(&output).contains("orgcensus role member"),
        "{}",
        out(&output)
    );
}

#[test]
fn plan_counts_and_calls_no_member() {
    let world = World::new(5);
    let output = world.run(&["plan", "--config", &world.path("crawl.toml")]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    for word in ["accounts     5 of 5", "sqs_queues", "calls"] {
        assert!(out(&output).contains(word), "{word:?} is not in {}", out(&output));
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
    let world = World::new(5);
    let lake = world.path("lake");
    let plan = ["plan", "--config", &world.path("crawl.toml"), "--lake", &lake];
    let bounds = numbers(&out(&world.run(&plan)), "at least");
    assert_eq!(bounds.len(), 2, "without the accounts, and with them: {bounds:?}");
    let made = numbers(&out(&world.crawl(&[])), "calls");
    assert!(bounds[0] < bounds[1] && bounds[1] <= made[0], "{bounds:?} foretold, {made:?} made");
    // With a snapshot it is no bound any more: the same organization takes the same calls.
    let foretold = numbers(&out(&world.run(&plan)), "calls");
    assert_eq!(foretold.last(), made.first());
}

#[test]
fn help_has_examples_and_exit_codes_and_shells_complete() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = out(&run(folder.path(), &["--help"]));
    assert!(help.contains("Exit codes:") && help.contains("min_coverage"), "{help}");
    for command in ["demo", "crawl", "query", "ask", "snapshots", "verify"] {
        let help = out(&run(folder.path(), &[command, "--help"]));
        assert!(help.contains("Example"), "{command}: {help}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(folder.path(), &["completions", shell]);
        assert!(code(&output) == 0 && out(&output).contains("preflight"), "{shell}");
    }
    for whose in ["member", "management", "lake"] {
        let output = run(folder.path(), &["role", whose]);
        assert!(serde_json::from_str::<Value>(&out(&output)).is_ok(), "{whose} is JSON");
    }
}

#[test]
fn a_reader_that_stops_reading_is_no_failure() {
    use std::process::Stdio;
    let mut command = Command::new(env!("CARGO_BIN_EXE_orgcensus"));
    let mut child = command
        .args(["tables", "--markdown"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(!err(&output).contains("panicked"), "{}", err(&output));
}
