//! The memory and time of a run in which one account holds far more than others. These take minutes and gigabytes:
//! `scripts/soak` runs them.

use std::fmt::Write;

use orgcensus_collect::kinds::SQS_QUEUE;
use orgcensus_collect::{Collector, Error, Policy, PolicyText, Rows, Runs, Scope, Session};
use orgcensus_sim::{Settings, Troubles};
use orgcensus_tests::{Place, Way};

const QUEUES: u64 = 5000;
const PRINCIPALS: u64 = 240;
const PEAK_MEBIBYTES_MAX: u64 = 512;

const MANY_GRANTS: Collector = Collector {
    name: "sqs_queues",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[],
    resources: &[SQS_QUEUE],
    tables: &[],
    collect: |session, rows| Box::pin(many_grants(session, rows)),
};

/// Only the policies of queues are wanted, not the rows of the real collector's table.
async fn many_grants(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let account_id = session.account_id();
    for queue in 0..QUEUES {
        let resource_arn = format!("arn:aws:sqs:{}:{account_id}:queue-{queue}", session.region());
        let mut principals = String::new();
        for principal in 0..PRINCIPALS {
            let outside = 500_000_000_000 + (queue * PRINCIPALS + principal) % 100_000;
            let comma = if principal == 0 { "" } else { "," };
            let _ = write!(principals, r#"{comma}"arn:aws:iam::{outside}:role/reader-{principal}""#);
        }
        let document = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":[{principals}]}},"Action":"sqs:ReceiveMessage","Resource":"{resource_arn}"}}]}}"#
        );
        let text = PolicyText::Document(document);
        rows.policy(Policy::of(&resource_arn, SQS_QUEUE, text)).await?;
    }
    Ok(())
}

/// The most memory that this process has had, in MiB.
fn peak_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
    line.split_whitespace().nth(1).and_then(|kibibytes| kibibytes.parse::<u64>().ok()).expect("a number") >> 10
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "a measured number is what this is for")]
#[ignore = "1.2 million grants take a minute and a gigabyte of disk: scripts/soak runs it"]
async fn an_account_with_a_million_grants_is_published_in_bounded_memory() {
    let place = Place::new(
        Settings { troubles: Troubles::none(), regions: vec!["us-east-1".to_owned()], ..Settings::new(1, 1) },
        Way::Inside,
    );
    let mut crawl = place.crawl().await;
    crawl.collectors = vec![MANY_GRANTS];
    let crawled = place.run(crawl).await;
    let peak = peak_mebibytes();
    println!(
        "{QUEUES} queues, {PRINCIPALS} principals each: {peak} MiB at most, {:.0} s",
        crawled.elapsed.as_secs_f64()
    );
    let grants = crawled.number("SELECT COUNT(*) AS n FROM external_access").await;
    assert_eq!(grants, QUEUES * PRINCIPALS);
    assert!(peak <= PEAK_MEBIBYTES_MAX, "{peak} MiB, at most {PEAK_MEBIBYTES_MAX}");
}
