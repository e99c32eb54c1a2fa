//! The calls that the simulated organization saw are those that are declared, both ways, and all are reads.

use std::collections::BTreeSet;

use orgcensus_aws::organization;
use orgcensus_collectors::COLLECTORS;
use orgcensus_sim::Settings;
use orgcensus_tests::crawl;

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
    let crawled = crawl(Settings::new(12, 2)).await;
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
