//! The calls that the simulated organization saw are those that are declared, both ways, and all are reads. Two files
//! declare writes: the catalogue's and the notifier's.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use orgcensus_aws::organization;
use orgcensus_collectors::COLLECTORS;
use orgcensus_sim::Settings;

use crate::shared::crawl;

#[tokio::test(flavor = "multi_thread")]
async fn seen_calls_equal_declared_calls() {
    // If the list of buckets has no regions, each bucket's region is asked for. If accounts have no paths, each unit is
    // asked for its accounts.
    let settings = Settings { omits_bucket_region: true, omits_account_paths: true, ..Settings::new(40, 1) };
    let crawled = crawl(settings).await;
    let seen: BTreeSet<String> =
        crawled.simulation.calls().iter().map(|call| format!("{}:{}", call.service, call.operation)).collect();
    let collectors = COLLECTORS.iter().flat_map(|collector| collector.calls);
    let mut declared: BTreeSet<String> =
        collectors.map(|call| format!("{}:{}", call.service, call.operation)).collect();
    declared.extend(organization::OPERATIONS.iter().map(|operation| format!("organizations:{operation}")));
    declared.extend(["sts:AssumeRole", "ec2:DescribeRegions"].map(str::to_owned));
    assert_eq!(seen.difference(&declared).collect::<Vec<_>>(), Vec::<&String>::new(), "called and not declared");
    assert_eq!(declared.difference(&seen).collect::<Vec<_>>(), Vec::<&String>::new(), "declared and not called");
    for call in seen {
        let operation = call.split_once(':').expect("a service").1;
        let jobs = ["GenerateCredentialReport", "GenerateServiceLastAccessedDetails"];
        let is_job = jobs.contains(&operation);
        let reads = ["AssumeRole", "BatchGet", "Describe", "Get", "List", "Lookup"];
        assert!(is_job || reads.iter().any(|read| operation.starts_with(read)), "{call} is no read");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limiter_counted_every_call() {
    let crawled = crawl(Settings::new(12, 3)).await;
    let seen: u64 = crawled.simulation.calls().iter().map(orgcensus_sim::Call::count).sum();
    let told = crawled.number("SELECT CAST(SUM(calls + retries) AS BIGINT) AS calls FROM coverage").await;
    let roles = crawled
        .simulation
        .calls()
        .iter()
        .filter(|call| call.service == "sts")
        .map(orgcensus_sim::Call::count)
        .sum::<u64>();
    assert_eq!(seen, told + roles, "coverage counts all but the calls that enter accounts");
}

/// The files that may declare calls that change something, with these calls. Whoever adds one has to say so here and in
/// ARCHITECTURE.md, and gives it a role of its own.
const WRITERS: &[(&str, &[&str])] = &[
    (
        "crates/catalog/src/glue/client.rs",
        &[
            "glue:BatchCreatePartition",
            "glue:BatchDeletePartition",
            "glue:BatchUpdatePartition",
            "glue:CreateDatabase",
            "glue:CreateTable",
            "glue:DeleteTable",
            "glue:UpdateTable",
        ],
    ),
    ("crates/orgcensus/src/notify/calls.rs", &["eventbridge:PutEvents", "sns:Publish"]),
];

/// Where `write` is made: it declares nothing.
const DECLARES: &str = "crates/aws/src/read.rs";

#[test]
fn only_the_catalogue_and_the_notifier_write() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    let mut found = BTreeMap::new();
    sources(root, &root.join("crates"), &mut found);
    let allowed = WRITERS.iter().map(|(file, calls)| {
        ((*file).to_owned(), calls.iter().map(|call| (*call).to_owned()).collect::<BTreeSet<_>>())
    });
    assert_eq!(found, allowed.collect::<BTreeMap<_, _>>());
}

#[test]
fn a_write_is_found_however_it_is_called() {
    assert_eq!(writes("const A: Write<B> =\n    write(\n\"sqs\",   \"DeleteQueue\");").len(), 1);
    assert_eq!(writes("orgcensus_aws::write::<Done>(\"sqs\", \"DeleteQueue\")").len(), 1);
    assert_eq!(writes("use orgcensus_aws::{Session, Write, write as read};").len(), 1);
    assert_eq!(writes("use orgcensus_aws::*;").len(), 1);
    assert_eq!(writes("use std::io::Write; use orgcensus_aws::{Session, read};\nwrite(&file, \"new\")").len(), 0);
}

/// The writes that each file below a folder declares.
fn sources(root: &Path, folder: &Path, found: &mut BTreeMap<String, BTreeSet<String>>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.strip_prefix(root).expect("a path in the repository").to_string_lossy().into_owned();
        if path.is_dir() {
            sources(root, &path, found);
        } else if name.ends_with(".rs") && name != DECLARES {
            let writes = writes(&fs::read_to_string(&path).expect("a text"));
            if !writes.is_empty() {
                found.insert(name, writes);
            }
        }
    }
}

/// What a file writes: `glue:CreateTable` for each declaration; `?` if it takes what declares one, and none is seen.
fn writes(text: &str) -> BTreeSet<String> {
    const BEGIN: &str = "=write(\"";
    // Without spaces, so that it does not matter how it is set.
    let text: String = text.split_whitespace().collect();
    let mut calls = BTreeSet::new();
    for (at, _) in text.match_indices(BEGIN) {
        let mut words = text[at + BEGIN.len()..].split('"');
        let (service, operation) = (words.next().unwrap_or_default(), words.nth(1).unwrap_or_default());
        calls.insert(format!("{service}:{operation}"));
    }
    if calls.is_empty() && takes_write(&text) {
        calls.insert("?".to_owned());
    }
    calls
}

/// Whether a text takes `write` of the crate that declares calls: by its path, or by an import, perhaps of everything.
fn takes_write(text: &str) -> bool {
    let mut imports = text.match_indices("useorgcensus_aws::").filter_map(|(at, _)| text[at..].split(';').next());
    let is_write = |word: &str| word == "write" || word == "*" || word.starts_with("writeas");
    imports.any(|import| import.split(['{', '}', ',', ':']).any(is_write)) || text.contains("orgcensus_aws::write")
}
