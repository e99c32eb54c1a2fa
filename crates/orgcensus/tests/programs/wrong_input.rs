//! Input that cannot be meant: refused before anything is made of it, in words that say what to type instead.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use orgcensus_sim::{Settings, Troubles};

use crate::world::{self, Ended, World};

/// Runs without a world: what needs no AWS.
fn run(arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().expect("a folder");
    let ended = world::command(folder.path(), arguments).output().expect("the program starts").into();
    let made = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(made, 0, "{arguments:?} makes nothing");
    ended
}

/// Refused as bad usage, in these words.
fn refused(ended: &Ended, words: &[&str]) {
    assert_eq!(ended.code, 2, "{}", ended.words());
    words.iter().for_each(|word| assert!(ended.err.contains(word), "{word:?} is not in {}", ended.err));
    assert!(ended.out.is_empty(), "{}", ended.out);
}

/// An organization in which nothing goes wrong.
fn quiet() -> World {
    World::new(Settings { troubles: Troubles::none(), ..Settings::new(2, 7) })
}

#[test]
fn no_policy_is_printed_of_what_is_no_bucket() {
    let plain = run(&["role", "lake", "--bucket", "bucket/prefix"]);
    assert!(plain.code == 0 && plain.out.contains("arn:aws:s3:::bucket/prefix/*"), "{}", plain.words());
    assert_eq!(run(&["role", "lake", "--bucket", "s3://bucket/prefix/"]).out, plain.out);
    for wrong in ["s3:/bucket/prefix", "arn:aws:s3:::bucket", "bucket/*", "Bucket/prefix"] {
        refused(&run(&["role", "lake", "--bucket", wrong]), &["--bucket", wrong]);
        refused(&run(&["role", "bucket", "--bucket", wrong]), &["--bucket", wrong]);
    }
    refused(&run(&["role", "lake", "--kms-key", "alias/lake"]), &["--kms-key", "expected a key's ARN"]);
    refused(&run(&["role", "bucket", "--writer", "orgcensus"]), &["--writer", "expected the ARN of a role or user"]);
    refused(&run(&["role", "notify"]), &["--target"]);
    refused(
        &run(&["role", "notify", "--target", "census"]),
        &["--target", "expected the ARN of an event bus or of a topic"],
    );
    refused(&run(&["role", "management", "--partition", "aws-moon"]), &["--partition", "aws-cn"]);
}

#[test]
fn a_lake_with_a_misspelt_address_is_no_new_folder() {
    for arguments in [&["query", "SELECT 1"][..], &["demo"], &["snapshots"], &["prune", "--retention-days", "1"]] {
        let ended = run(&[arguments, &["--lake", "s3:/bucket/lake"]].concat());
        refused(&ended, &["s3:/bucket/lake", "s3://bucket/prefix"]);
    }
    refused(&run(&["snapshots", "--lake", "gs://bucket/lake"]), &["gs://", "s3://bucket/prefix"]);
    let world = quiet();
    world.configure("[lake]\nurl = \"s3:/bucket\"\n");
    refused(&world.run_configured(&["plan"]), &["crawl.toml", "lake.url", "s3://bucket/prefix"]);
}

#[test]
fn a_plan_is_never_overwritten() {
    let world = quiet();
    let plan = |shards| world.run_configured(&["plan", "--out", "plan.json", "--shards", shards]);
    assert_eq!(plan("1").code, 0);
    let first = std::fs::read(world.path("plan.json")).expect("a plan");
    let calls = world.simulation.calls().len();
    refused(&plan("2"), &["--out plan.json", "never overwritten"]);
    assert_eq!(std::fs::read(world.path("plan.json")).expect("a plan"), first);
    assert_eq!(world.simulation.calls().len(), calls, "AWS is not asked first");
}

#[test]
fn a_shard_after_its_publication_says_so() {
    let world = quiet();
    assert_eq!(world.run_configured(&["plan", "--out", "plan.json", "--shards", "1"]).code, 0);
    let shard = || world.crawl(&["--plan", "plan.json", "--shard", "0"]);
    assert_eq!(shard().code, 0);
    assert_eq!(world.run_configured(&["publish", "--plan", "plan.json"]).code, 0);
    let late = shard();
    assert_eq!(late.code, 4, "{}", late.words());
    assert!(late.err.contains("is published already, as the snapshot of "), "{}", late.err);
}

#[test]
fn a_demo_has_a_lake_of_its_own() {
    refused(&run(&["demo", "--accounts", "0"]), &["--accounts"]);
    let world = World::crawled();
    let demo = |more: &[&str]| world.run(&[&["demo", "--accounts", "4"], more].concat());
    assert_eq!(demo(&[]).code, 0);
    assert!(world.path("demo-lake/_commits/00000001.json").exists());
    let beside = demo(&["--lake", "lake"]);
    assert_eq!(beside.code, 2, "{}", beside.words());
    for word in [world.simulation.organization_id(), "--force"] {
        assert!(beside.err.contains(word), "{word} is not in {}", beside.err);
    }
    assert!(!world.path("lake/_commits/00000002.json").exists());
    assert_eq!(demo(&["--lake", "lake", "--force"]).code, 0);
}

#[test]
fn there_must_be_something_to_prune() {
    let folder = tempfile::tempdir().expect("a folder");
    let prune = ["prune", "--retention-days", "400", "--lake", "elsewhere"];
    let ended = Ended::from(world::command(folder.path(), &prune).output().expect("the program starts"));
    assert_eq!(ended.code, 4, "{}", ended.words());
    assert!(ended.err.contains("elsewhere") && ended.err.contains("nothing was published"), "{}", ended.err);
}

#[test]
fn a_lake_of_which_nobody_knows_anything_is_told() {
    let listed = run(&["snapshots", "--lake", ".", "--format", "json"]);
    assert_eq!((listed.code, listed.out.as_str()), (0, "[]\n"), "{}", listed.words());
    assert!(listed.err.contains("is it the right lake?"), "{}", listed.err);
    // `run` sees that no folder is made by reading.
    for arguments in [&["snapshots"][..], &["query", "SELECT 1"], &["changes"], &["catalog", "print"]] {
        let ended = run(&[arguments, &["--lake", "elsewhere"]].concat());
        assert_eq!(ended.code, 4, "{arguments:?}: {}", ended.words());
        assert!(ended.err.contains("there is no folder elsewhere"), "{arguments:?}: {}", ended.err);
    }
}

#[test]
fn many_pages_go_into_a_folder() {
    refused(&run(&["report", "--split-by", "unit", "--out", "-"]), &["--out -", "name a folder"]);
}

#[test]
fn engines_are_those_that_there_are() {
    refused(&run(&["catalog", "print", "--dialect", "mysql"]), &["--dialect", "duckdb, glue"]);
}

#[test]
fn snapshots_are_dates_and_runs() {
    for wrong in ["yesterday", "2026-02-30", "2026-1-1"] {
        refused(&run(&["query", "--snapshot", wrong, "SELECT 1"]), &[wrong, "a date YYYY-MM-DD or a run id"]);
    }
}

#[test]
fn explain_checks_its_flags() {
    for (flag, wrong, words) in [
        ("--service", "dynamdb", "the nearest is dynamodb"),
        ("--resource-account", "1111", "12 digits"),
        ("--org-account", "prod", "12 digits"),
        ("--trusted-account", "11112222333x", "12 digits"),
        ("--org-id", "r-abcd", "o- and 10 to 32"),
        ("--trusted-vpc", "subnet-1", "vpc-… or vpce-…"),
    ] {
        refused(&run(&["explain", flag, wrong]), &[flag, wrong, words]);
    }
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    refused(&run(&["tables", "iam_user"]), &["no table \"iam_user\"", "iam_users"]);
    let world = World::crawled();
    refused(&world.run(&["files", "--table", "sqs_queue"]), &["\"sqs_queue\"", "the nearest is sqs_queues"]);
    world.configure("exclude_collectors = [\"sqs_quees\"]\n");
    refused(&world.crawl(&[]), &["select.exclude_collectors", "the nearest is sqs_queues"]);
    for (arguments, words) in [
        (&["query", "SELECT * FROM iam_user"][..], "find table iam_user; the nearest is iam_users"),
        (&["query", "SELECT acount_name FROM accounts"], "Did you mean "),
    ] {
        let ended = world.run(arguments);
        assert_eq!(ended.code, 4, "{arguments:?}: {}", ended.words());
        assert!(ended.err.contains(words), "{arguments:?}: {}", ended.err);
    }
}

#[test]
fn an_unknown_id_is_bad_usage_of_every_command() {
    refused(&run(&["ask", "F99"]), &["find question F99; the nearest is F9; part F has F1 to F17"]);
    refused(&run(&["ask", "Z"]), &["find question Z; the parts are B, ", "--list"]);
    refused(&run(&["changes", "D99"]), &["find rule D99; the nearest are D"]);
    refused(&run(&["changes", "Z"]), &["find rule Z; the parts are D"]);
    refused(&run(&["ask", "--framework", "cis-1.0"]), &["find framework cis-1.0; there are cis-"]);
}

#[test]
fn a_wrong_exception_is_refused_with_its_line() {
    refused(&run(&["changes", "--exceptions", "none.toml"]), &["none.toml"]);
    refused(&run(&["exceptions"]), &["no file of exceptions is named", "--exceptions FILE"]);
    refused(&run(&["ask", "F9", "--since", "newest"]), &["--cases"]);
    let world = quiet();
    let written = |of: &str, pattern: &str| {
        let file = format!("[[exception]]\nof = \"{of}\"\n{pattern}\nreason = \"x\"\nby = \"y\"\nuntil = 2999-12-31\n");
        std::fs::write(world.path("accepted.toml"), file).expect("written");
    };
    written("F99", "account = \"111122223333\"");
    let words = ["accepted.toml:2:6: no question or rule has the id \"F99\"; the nearest is F9"];
    refused(&world.run(&["ask", "F9", "--cases", "--exceptions", "accepted.toml"]), &words);
    written("D6", "resource = \"arn:aws:iam::*:user/*\"");
    let words = ["accepted.toml:1:1: it would accept every case of D6"];
    for command in ["changes", "report", "exceptions"] {
        refused(&world.run(&[command, "--exceptions", "accepted.toml"]), &words);
    }
    world.configure("[exceptions]\nfile = \"accepted.toml\"\n");
    refused(&world.run_configured(&["config", "check"]), &words);
    refused(&world.run_configured(&["changes"]), &words);
    let crawled = world.crawl(&[]);
    assert!(crawled.code == 2 && crawled.err.contains(words[0]), "{}", crawled.words());
}

#[test]
fn a_reader_who_has_read_enough_is_no_failure() {
    let world = World::crawled();
    let many = "SELECT value, value + 1 AS more FROM generate_series(1, 500000)";
    for arguments in [
        &["query", "--format", "csv", many][..],
        &["query", "--format", "json", many],
        &["query", "--format", "parquet", many],
        &["query", "SELECT * FROM policy_statements CROSS JOIN accounts"],
        &["ask", "--sql"],
        &["ask", "--format", "json"],
        &["tables", "--markdown"],
        &["catalog", "print"],
    ] {
        let mut command = world.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        // As `head -1` does.
        let mut lines = BufReader::with_capacity(16, child.stdout.take().expect("its output"));
        let mut first = Vec::new();
        lines.read_until(b'\n', &mut first).expect("a line");
        drop(lines);
        let ended = Ended::from(child.wait_with_output().expect("it ends"));
        assert!(ended.code == 0 && ended.err.is_empty(), "{arguments:?}: {ended:?}");
    }
}
