//! Small runs for tests, with a clock that stands still.

use orgcensus_aws::{Counts, Rate, Rule, Scope, Used};
use orgcensus_crawl::{Event, Outcome, Tally, TaskRecord};

use crate::failure::exit;
use crate::run_report::{End, Observed, Published, RunReport, Verdict};

/// A run of so many accounts begins.
pub(crate) fn started(observed: &mut Observed, accounts: usize, accounts_done: usize) {
    let (run_id, organization_id) = ("run-1", "o-example");
    observed.see(&Event::Started { run_id, organization_id, accounts, accounts_done, collectors: 2 });
}

/// An account's turn is over: its tasks, and what it called.
pub(crate) fn ended(observed: &mut Observed, account_id: &str, outcomes: &[Outcome], duration_millis: u64) {
    let mut tally = Tally::default();
    for outcome in outcomes {
        let task = TaskRecord { calls: 3, rows: 5, ..TaskRecord::untried("sqs_queues", "us-east-1", *outcome) };
        observed.see(&Event::TaskEnded { account_id, task: &task });
        tally.add(&task);
    }
    let counts = Counts { calls: 3, attempts: 5, throttles: 1, waited_millis: 1500 };
    let rate = Rate::new(10.0, 10.0);
    let (service, name, scope) = ("sqs".to_owned(), "sqs".to_owned(), Scope::Region);
    let rule = Rule { service, name, scope, quota: None, rate, is_serial: false };
    let (service, operation) = ("sqs".into(), "ListQueues".into());
    let used = Used { region: Some("us-east-1".into()), service, operation, counts, per_second: 10.0, rule };
    observed.see(&Event::Used { account_id, used: &[used] });
    observed.see(&Event::AccountEnded { account_id, tally: &tally, duration_millis });
}

/// A task of an account was refused.
pub(crate) fn denied(observed: &mut Observed, account_id: &str, code: &str, operation: &str) {
    let task = TaskRecord {
        error_code: Some(code.to_owned()),
        error_message: Some("not for you".to_owned()),
        error_operation: Some(operation.to_owned()),
        ..TaskRecord::untried("sqs_queues", "us-east-1", Outcome::Denied)
    };
    observed.see(&Event::TaskEnded { account_id, task: &task });
}

/// A signal after 12.5 seconds.
pub(crate) fn stopped() -> End {
    End {
        organization_id: None,
        shard: None,
        started_at: "2026-11-22T01:00:00.000Z".to_owned(),
        ended_at: "2026-11-22T01:00:12.500Z".to_owned(),
        seconds: 12.5,
        exit_code: exit::STOPPED,
        verdict: Some(Verdict::Stopped),
        error: Some("failed to finish run run-1: it was asked to stop".to_owned()),
        published: None,
    }
}

/// Three accounts, two of them whole, in one snapshot.
pub(crate) fn published() -> RunReport {
    let mut observed = Observed::default();
    started(&mut observed, 3, 0);
    ended(&mut observed, "000000000001", &[Outcome::Complete, Outcome::RegionDisabled], 1000);
    ended(&mut observed, "000000000002", &[Outcome::Complete], 2500);
    ended(&mut observed, "000000000003", &[Outcome::RoleNotAssumable], 100);
    denied(&mut observed, "000000000003", "AccessDenied", "sts:AssumeRole");
    observed.see(&Event::Checkpoint { error: None });
    observed.see(&Event::TableWritten { table: "sqs_queues", rows: 10, files: 1, bytes: 2048 });
    observed.see(&Event::TableWritten { table: "coverage", rows: 4, files: 1, bytes: 1024 });
    let published = Published {
        lake: "s3://bucket/lake".to_owned(),
        commit: 7,
        snapshot_date: "2026-11-22".to_owned(),
        manifest: "data/org_id=o-example/snapshot_date=2026-11-22/run-1/manifest.json".to_owned(),
        is_complete: true,
        is_newest: true,
    };
    let tally = observed.work.totals.clone();
    let (exit_code, verdict) = (exit::WHOLE, Some(Verdict::Published));
    let end = End { exit_code, verdict, error: None, published: Some((published, tally)), ..stopped() };
    RunReport::new(&observed, end, &[])
}
