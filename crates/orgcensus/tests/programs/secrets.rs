//! What no one may read: canaries, external ids and people's addresses are in no log, however much of it is asked for,
//! and files are their user's alone.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use orgcensus_sim::{CANARY, CANARY_BASE64, Settings};

use crate::world::{Ended, World};

const EXTERNAL_ID: &str = "external-id-of-the-crawl";

/// Values in the simulator's answers that must never be printed; the last one is in every person's address.
const FORBIDDEN: [&str; 5] = [CANARY, CANARY_BASE64, EXTERNAL_ID, "BEGIN CERTIFICATE", "@private.example"];

fn world() -> World {
    let world = World::new(Settings { external_id: Some(EXTERNAL_ID.to_owned()), ..Settings::new(4, 7) });
    world.configure(&format!("[role]\nexternal_id = \"{EXTERNAL_ID}\"\n"));
    world
}

/// Runs at the level that prints everything, and searches the log.
fn run(world: &World, arguments: &[&str]) -> Ended {
    let output = world.command(arguments).env("ORGCENSUS_LOG", "trace").output().expect("the program starts");
    let ended = Ended::from(output);
    assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.err.lines().last().unwrap_or_default());
    assert!(ended.err.contains("\"level\":\"DEBUG\""), "{arguments:?}: the libraries said something");
    assert!(!ended.err.contains("\"level\":\"TRACE\""), "{arguments:?}: and no more than they may");
    for word in FORBIDDEN {
        let said = ended.err.lines().chain(ended.out.lines()).find(|line| line.contains(word));
        let said = said.map(|line| line.chars().take(2000).collect::<String>());
        assert_eq!(said, None, "{arguments:?} said {word}");
    }
    ended
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Nobody else may read or enter these files, and no canary is in them.
fn look_through(folder: &Path) {
    for path in files(folder) {
        let metadata = std::fs::metadata(&path).expect("metadata");
        let (mode, expected) = (metadata.permissions().mode() & 0o777, if path.is_dir() { 0o700 } else { 0o600 });
        assert_eq!(format!("{mode:o}"), format!("{expected:o}"), "{}", path.display());
        if path.is_file() {
            let bytes = std::fs::read(&path).expect("a file");
            for word in FORBIDDEN {
                let is_there = bytes.windows(word.len()).any(|window| window == word.as_bytes());
                assert!(!is_there, "{word} is in {}", path.display());
            }
        }
    }
}

#[test]
fn a_crawl_at_trace_says_no_secret() {
    let world = world();
    run(&world, &["crawl", "--config", "crawl.toml", "--report", "run.json"]);
    look_through(&world.path("lake"));
}

#[test]
fn a_demo_at_trace_says_no_secret() {
    let world = world();
    run(&world, &["demo", "--accounts", "4"]);
    look_through(&world.path("demo-lake"));
}

#[test]
fn shards_and_their_publication_at_trace_say_no_secret() {
    let world = world();
    run(&world, &["plan", "--config", "crawl.toml", "--out", "plan.json", "--shards", "2"]);
    for shard in ["0/2", "1/2"] {
        run(&world, &["crawl", "--config", "crawl.toml", "--plan", "plan.json", "--shard", shard]);
    }
    assert!(world.path("lake/_stage").exists(), "the shards' stages are there to be looked at");
    look_through(&world.path("lake"));
    run(&world, &["publish", "--config", "crawl.toml", "--plan", "plan.json"]);
    look_through(&world.path("lake"));
}

#[test]
fn the_example_of_the_readme_is_no_key_of_the_configuration() {
    let world = world();
    let arguments = ["plan", "--config", "crawl.toml"];
    for asked in ["aws_config=debug", "hyper=trace,aws_smithy_runtime=trace"] {
        let output = world.command(&arguments).env("ORGCENSUS_LOG", asked).output().expect("the program starts");
        let ended = Ended::from(output);
        assert_eq!(ended.code, 0, "{asked}: {}", ended.err);
        assert!(!ended.err.contains("\"level\":\"TRACE\""), "{asked}");
    }
}

#[test]
fn the_umask_holds_where_it_is_asked_for() {
    let world = world();
    world.configure(&format!("[role]\nexternal_id = \"{EXTERNAL_ID}\"\n[lake]\nuse_umask = true\n"));
    let ended = world.run(&["crawl", "--config", "crawl.toml"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let commit = world.path("lake/_commits/00000001.json");
    let made = world.path("made-here");
    std::fs::write(&made, "").expect("written");
    let mode = |path: &Path| std::fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
    assert_eq!(mode(&commit), mode(&made));
}
