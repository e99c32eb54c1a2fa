//! Resource control policies narrow verdicts. If they were not read, verdicts stay as they are and say so.

use std::sync::Arc;

use orgcensus_sim::{Settings, Troubles};
use orgcensus_tests::odd::Answers;
use orgcensus_tests::{Crawled, Manner, crawl_as};
use serde_json::{Value, json};

use crate::shared::crawl;

/// The place of the account that one of the policies is attached to.
const HELD: u64 = 2;

/// The organization of the tests of items too: it is crawled once for both.
fn settings() -> Settings {
    Settings { troubles: Troubles::none(), ..Settings::new(4, 1) }
}

async fn blinded(answers: Answers) -> Crawled {
    crawl_as(settings(), Manner { odd: Some(answers), ..Manner::default() }).await
}

fn refused(call: &'static str) -> Answers {
    let body = json!({ "__type": "AccessDeniedException", "message": "recorded" }).to_string();
    Arc::new(move |name, _| (name == call).then(|| (400, body.clone())))
}

/// The verdict on the held account's queue of this name, or on its bucket.
async fn verdict(crawled: &Crawled, name: &str) -> Value {
    let account_id = crawled.simulation.account_id(HELD);
    let sql =
        format!("SELECT * FROM resource_access WHERE account_id = '{account_id}' AND resource_arn LIKE '%:{name}'");
    let rows = crawled.rows(&sql).await;
    assert_eq!(rows.len(), 1, "{name}");
    rows.into_iter().next().expect("a row")
}

fn has(row: &Value, flag: &str) -> bool {
    row["flags"].as_array().is_some_and(|flags| flags.iter().any(|it| it == flag))
}

async fn count(crawled: &Crawled, what: &str) -> u64 {
    crawled.number(&format!("SELECT COUNT(*) FROM resource_access WHERE {what}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_perimeter_takes_away_is_gone_and_told() {
    let crawled = crawl(settings()).await;
    for name in ["show-Public", "show-PublicIfEncrypted"] {
        let row = verdict(&crawled, name).await;
        assert_eq!(
            (&row["is_public"], &row["is_external"], &row["is_in_org"]),
            (&json!(false), &json!(false), &json!(true))
        );
        assert_eq!((&row["is_policy_public"], &row["has_rcp"]), (&json!(true), &json!(true)), "{row}");
        assert!(has(&row, "denied_by_rcp") && has(&row, "denied_in_part"), "{row}");
        assert!(row["reasons"][0].as_str().is_some_and(|it| it.contains("RCP perimeter (p-")), "{row}");
    }
    let closed = verdict(&crawled, "show-ExternalAccount").await;
    assert_eq!((&closed["is_external"], &closed["is_in_org"]), (&json!(false), &json!(false)), "{closed}");
    assert!(!has(&verdict(&crawled, "show-InOrgAccount").await, "denied_by_rcp"), "nothing is taken from ours");
    let bucket = verdict(&crawled, "show-acl-everyone-%").await;
    assert_eq!((&bucket["is_public"], &bucket["is_policy_public"]), (&json!(false), &json!(true)), "{bucket}");
    assert!(has(&bucket, "denied_by_rcp"), "{bucket}");
    let is_denied = "array_has(flags, 'denied_by_rcp')";
    assert_eq!(count(&crawled, &format!("{is_denied} AND (is_public OR NOT has_rcp)")).await, 0);
    let unbound = "('sns_topic', 'lambda_function')";
    assert_eq!(count(&crawled, &format!("{is_denied} AND resource_type IN {unbound}")).await, 0);
    assert_eq!(count(&crawled, "array_has(flags, 'guardrails_unread')").await, 0);
    let rows = "SELECT COUNT(*) FROM external_access WHERE array_has(flags, 'denied_by_rcp') AND is_external";
    assert_eq!(crawled.number(rows).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_they_were_not_read_verdicts_stand_and_say_so() {
    let (whole, blind) = (crawl(settings()).await, blinded(refused("organizations:ListPolicies")).await);
    let row = verdict(&blind, "show-Public").await;
    assert_eq!((&row["is_public"], &row["has_rcp"]), (&json!(true), &Value::Null), "{row}");
    assert!(has(&row, "guardrails_unread") && !has(&row, "denied_by_rcp"), "{row}");
    assert!(count(&blind, "is_public").await > count(&whole, "is_public").await);
    let management = blind.simulation.account_id(0);
    let told = "array_has(flags, 'guardrails_unread')";
    assert_eq!(count(&blind, &format!("{told} AND account_id = '{management}'")).await, 0, "none binds it");
    assert_eq!(count(&blind, &format!("{told} AND resource_type = 'sns_topic'")).await, 0, "none binds topics");
    let queues = format!("resource_type = 'sqs_queue' AND account_id <> '{management}'");
    assert_eq!(count(&blind, &format!("{told} AND {queues}")).await, count(&blind, &queues).await);
    let roles = format!("SELECT COUNT(*) FROM role_trust WHERE {told} AND role_arn NOT LIKE '%/aws-service-role/%'");
    assert!(blind.number(&roles).await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_whose_document_was_not_read_takes_nothing() {
    let blind = blinded(refused("organizations:DescribePolicy")).await;
    let row = verdict(&blind, "show-Public").await;
    assert_eq!((&row["is_public"], &row["has_rcp"]), (&json!(true), &json!(true)), "{row}");
    assert!(has(&row, "guardrails_unread"), "{row}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_key_a_function_and_a_secret_all_policies_are_read() {
    let crawled = crawl(settings()).await;
    assert_eq!(count(&crawled, "array_has(flags, 'policies_unread')").await, 0);
    for kind in ["kms_key", "lambda_function", "secretsmanager_secret"] {
        for answer in ["NOT is_public", "NOT is_external", "is_external OR is_in_org"] {
            let what = format!("resource_type = '{kind}' AND ({answer})");
            assert!(count(&crawled, &what).await > 0, "{what}");
        }
    }
    let grants = "SELECT COUNT(*) FROM external_access WHERE resource_type = 'kms_key' AND policy_kind = 'grant'";
    assert!(crawled.number(grants).await > 0);
    let named =
        "SELECT COUNT(*) FROM external_access WHERE resource_type = 'secretsmanager_secret' AND policy_name <> ''";
    assert!(crawled.number(named).await > 0);
}
