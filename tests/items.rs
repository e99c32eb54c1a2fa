//! An item's error loses only its own values, and never makes a run look better than one without the error.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use orgcensus_crawl::Outcome;
use orgcensus_sim::{Settings, Troubles};
use orgcensus_tests::odd::Answers;
use orgcensus_tests::{Crawled, Manner, crawl_as};
use serde_json::{Value, json};

use crate::shared::crawl;

fn settings() -> Settings {
    Settings { troubles: Troubles::none(), ..Settings::new(4, 1) }
}

async fn crawl_with(answers: Answers) -> Crawled {
    crawl_as(settings(), Manner { odd: Some(answers), ..Manner::default() }).await
}

/// The first request of one call is refused by a code, in the words of the JSON protocols.
fn first(call: &'static str, code: &'static str) -> Answers {
    let is_done = AtomicBool::new(false);
    Arc::new(move |name, _| {
        let is_first = name == call && !is_done.swap(true, Ordering::Relaxed);
        is_first.then(|| (400, json!({ "__type": code, "message": "recorded" }).to_string()))
    })
}

/// Asserts that one task of the broken run is partial, where all were complete, and that no table lost a row. Gives that
/// task's row of coverage.
async fn looks_worse(broken: &Crawled, unbroken: &Crawled, collector: &str) -> Value {
    let (worse, better) = (&broken.report.tally, &unbroken.report.tally);
    assert!((better.coverage() - 1.0).abs() < f64::EPSILON, "{better:?}");
    assert_eq!(worse.planned(), better.planned(), "no task left the plan");
    assert!(worse.coverage() < better.coverage(), "{worse:?}");
    let sql = format!("SELECT * FROM coverage WHERE outcome = 'partial' AND collector = '{collector}'");
    let rows = broken.rows(&sql).await;
    assert_eq!(rows.len() as u64, worse.of(Outcome::Partial), "{rows:?}");
    rows.into_iter().next().expect("a partial task")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_queue_that_does_not_know_its_tags_lowers_coverage_and_costs_no_row() {
    let unbroken = crawl(settings()).await;
    let queues = unbroken.number("SELECT COUNT(*) FROM sqs_queues").await;
    for code in
        ["com.amazonaws.sqs#UnsupportedOperation", "NotImplemented", "ResourceNotFoundException", "OptInRequired"]
    {
        let broken = crawl_with(first("sqs:ListQueueTags", code)).await;
        let task = looks_worse(&broken, &unbroken, "sqs_queues").await;
        assert_eq!((&task["items_missed"], &task["items_gone"]), (&json!(1), &json!(0)), "{code}");
        assert_eq!(task["tables_short"], json!(["sqs_queues"]), "{code}");
        assert_eq!(broken.number("SELECT COUNT(*) FROM sqs_queues").await, queues, "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_is_not_found_on_a_living_key_is_unread_and_lowers_coverage() {
    let (unbroken, broken) =
        (crawl(settings()).await, crawl_with(first("kms:GetKeyPolicy", "NotFoundException")).await);
    let task = looks_worse(&broken, &unbroken, "kms_keys").await;
    assert_eq!(task["tables_short"], json!(["policy_documents", "policy_statements"]));
    let unread = "SELECT COUNT(*) FROM policy_documents WHERE state = 'unread' AND resource_type = 'kms_key'";
    assert_eq!(broken.number(unread).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_unknown_call_of_a_collector_keeps_the_tables_of_the_others() {
    let unbroken = crawl(settings()).await;
    let whole: &[(&str, &[&str], &[&str])] = &[
        (
            "iam:ListSigningCertificates",
            &["iam_signing_certificates"],
            &["iam_access_keys", "iam_mfa_devices", "iam_root_users"],
        ),
        (
            "iam:ListVirtualMFADevices",
            &["iam_mfa_devices", "iam_root_users"],
            &["iam_access_keys", "iam_signing_certificates"],
        ),
    ];
    for (call, short, whole) in whole {
        let broken = crawl_with(unknown(call)).await;
        let task = looks_worse(&broken, &unbroken, "iam_user_credentials").await;
        assert_eq!(task["tables_short"], json!(short), "{call}");
        for table in *whole {
            let sql = format!("SELECT COUNT(*) FROM {table}");
            assert_eq!(broken.number(&sql).await, unbroken.number(&sql).await, "{call}: {table}");
        }
    }
}

/// Every request of one call is refused as unknown, in IAM's words.
fn unknown(call: &'static str) -> Answers {
    let body = "<ErrorResponse><Error><Code>InvalidAction</Code><Message>recorded</Message></Error></ErrorResponse>";
    Arc::new(move |name, _| (name == call).then(|| (400, body.to_owned())))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_vanished_between_list_and_read_is_counted() {
    let (url, first) = (Arc::new(std::sync::OnceLock::<String>::new()), "com.amazonaws.sqs#QueueDoesNotExist");
    let gone: Answers = Arc::new(move |name, request| {
        let is_of_a_queue = matches!(name, "sqs:GetQueueAttributes" | "sqs:ListQueueTags");
        let queue = request.split("QueueUrl\":\"").nth(1).and_then(|rest| rest.split('"').next());
        let queue = queue.filter(|_| is_of_a_queue)?;
        let is_it = url.get_or_init(|| queue.to_owned()) == queue;
        is_it.then(|| (400, json!({ "__type": first, "message": "recorded" }).to_string()))
    });
    let (unbroken, broken) = (crawl(settings()).await, crawl_with(gone).await);
    assert!((broken.report.tally.coverage() - 1.0).abs() < f64::EPSILON);
    let count = "SELECT COUNT(*) FROM sqs_queues";
    assert_eq!(broken.number(count).await + 1, unbroken.number(count).await);
    let rows = broken.rows("SELECT collector, outcome, items_gone FROM coverage WHERE items_gone > 0").await;
    assert_eq!(rows, [json!({ "collector": "sqs_queues", "outcome": "complete", "items_gone": 1 })]);
}
