//! Everything that goes wrong is an outcome of its own, the run goes on, and coverage says it.

use std::collections::BTreeSet;

use orgcensus_collectors::COLLECTORS;
use orgcensus_sim::{Settings, Troubles};
use orgcensus_tests::{Way, crawl, crawl_by};
use serde_json::Value;

fn text(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_trouble_has_its_own_outcome() {
    let crawled = crawl(Settings::new(40, 1)).await;
    let rows = crawled.rows("SELECT DISTINCT outcome FROM coverage").await;
    let outcomes: BTreeSet<String> = rows.iter().map(|row| text(row, "outcome")).collect();
    for outcome in [
        "complete",
        "partial",
        "denied_by_scp",
        "denied",
        "role_not_assumable",
        "account_suspended",
        "region_disabled",
        "unsupported",
        "failed",
    ] {
        assert!(outcomes.contains(outcome), "{outcome} is not among {outcomes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_services_end_as_they_must() {
    let crawled = crawl(Settings::new(40, 2)).await;
    let truth = crawled.simulation.truth();
    for account in truth.accounts.iter().filter(|it| it.outcome != "complete") {
        let id = &account.account_id;
        let sql = format!("SELECT DISTINCT outcome FROM coverage WHERE account_id = '{id}'");
        let rows = crawled.rows(&sql).await;
        assert_eq!(rows.iter().map(|row| text(row, "outcome")).collect::<Vec<_>>(), [account.outcome], "{id}");
    }
    for it in &truth.obstructed {
        let sql = format!(
            "SELECT collector, outcome FROM coverage WHERE account_id = '{}' AND region = '{}' \
             AND collector LIKE '{}_%' AND outcome = '{}'",
            it.account_id, it.region, it.service, it.outcome
        );
        assert!(!crawled.rows(&sql).await.is_empty(), "no such coverage: {it:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_names_the_call_that_it_is_of() {
    let crawled = crawl(Settings::new(40, 2)).await;
    let sql = "SELECT DISTINCT collector, outcome, error_code, error_message, error_operation FROM coverage \
               WHERE error_code IS NOT NULL";
    let rows = crawled.rows(sql).await;
    assert!(!rows.is_empty());
    for row in rows {
        let (operation, message) = (text(&row, "error_operation"), text(&row, "error_message"));
        let collector = COLLECTORS.iter().find(|it| it.name == text(&row, "collector"));
        let calls = collector.map(|it| it.calls).unwrap_or_default();
        let is_declared = calls.iter().any(|it| operation == format!("{}:{}", it.service, it.operation));
        assert!(is_declared || operation == "sts:AssumeRole", "{row}");
        // AWS's message of a denial names the action.
        let action = operation.split(':').next_back().unwrap_or_default();
        let is_told = text(&row, "error_code") != "AccessDenied" || message.contains(action);
        assert!(is_told && !message.is_empty(), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_account_and_task_has_one_row() {
    let crawled = crawl(Settings::new(40, 3)).await;
    assert_eq!(crawled.number("SELECT COUNT(*) FROM accounts").await, 40);
    let twice = "SELECT account_id, region, collector FROM coverage GROUP BY 1, 2, 3 HAVING COUNT(*) > 1";
    assert!(crawled.rows(twice).await.is_empty());
    let once = COLLECTORS.iter().filter(|collector| collector.scope.is_organization_wide()).map(|it| it.name);
    let once = once.chain(["organization", "account_tags", "organization_regions"]).collect::<Vec<_>>().join("', '");
    let tasks =
        format!("SELECT account_id, COUNT(*) AS tasks FROM coverage WHERE collector NOT IN ('{once}') GROUP BY 1");
    let counts: BTreeSet<u64> =
        crawled.rows(&tasks).await.iter().map(|row| row["tasks"].as_u64().unwrap_or_default()).collect();
    assert_eq!(counts.len(), 1, "every account has the same tasks, whatever happened: {counts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_table_shows_fewer_rows_without_a_reason() {
    let (with, without) = (
        crawl(Settings::new(40, 4)).await,
        crawl(Settings { troubles: Troubles::none(), ..Settings::new(40, 4) }).await,
    );
    for (table, collector) in [
        ("sqs_queues", "sqs_queues"),
        ("sns_topics", "sns_topics"),
        ("ecr_repositories", "ecr_repositories"),
        ("ec2_instances", "ec2_instances"),
        ("iam_roles", "iam_authorization_details"),
        ("s3_buckets", "s3_buckets"),
    ] {
        let sql = format!("SELECT account_id, region, COUNT(*) AS n FROM {table} GROUP BY 1, 2");
        let seen = with.rows(&sql).await;
        for row in without.rows(&sql).await {
            let place = (text(&row, "account_id"), text(&row, "region"));
            let is_place = |it: &&Value| (text(it, "account_id"), text(it, "region")) == place;
            let is_less = seen.iter().find(is_place).and_then(|it| it["n"].as_u64()) < row["n"].as_u64();
            let why = format!(
                "SELECT outcome FROM coverage WHERE account_id = '{}' AND region = '{}' AND collector = '{collector}' \
                 AND NOT is_complete",
                place.0, place.1
            );
            assert!(!is_less || !with.rows(&why).await.is_empty(), "{table} in {place:?} has fewer rows and no reason");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_policy_is_a_flagged_row() {
    let crawled = crawl(Settings::new(40, 1)).await;
    let rows = crawled.rows("SELECT document, flags FROM policy_documents WHERE NOT is_valid").await;
    assert!(!rows.is_empty());
    for row in rows {
        assert!(row["document"].is_string(), "kept byte for byte");
        assert!(!row["flags"].as_array().is_none_or(Vec::is_empty), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unread_policy_is_unknown_and_not_absent() {
    let crawled = crawl(Settings::new(40, 1)).await;
    let unread = "SELECT resource_access.is_public, resource_access.has_policy, policy_documents.error_code FROM policy_documents \
                  JOIN resource_access ON resource_access.resource_arn = policy_documents.resource_arn \
                  WHERE policy_documents.state = 'unread'";
    let rows = crawled.rows(unread).await;
    assert!(!rows.is_empty());
    for row in rows {
        assert!(row["is_public"].is_null() && row["has_policy"].is_null() && row["error_code"].is_string(), "{row}");
    }
}

/// An administrator of another service may read the organization, and neither Identity Center nor root access.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_organization_refuses_is_an_outcome_and_the_run_goes_on() {
    let settings = Settings { troubles: Troubles::none(), ..Settings::new(6, 1) };
    let crawled = crawl_by(settings, Way::Member(2)).await;
    let management = crawled.simulation.account_id(0);
    let sql = "SELECT account_id, collector, error_operation FROM coverage WHERE outcome = 'denied' ORDER BY 2";
    let denied = crawled.rows(sql).await;
    assert!(denied.iter().all(|row| text(row, "account_id") == management), "{denied:?}");
    let of = |name: &str| denied.iter().map(|row| text(row, name)).collect::<Vec<_>>();
    let collectors = ["identity_center_account_assignments", "identity_center_directory", "organization_root_access"];
    assert_eq!(of("collector"), collectors);
    let operations = ["ssoadmin:ListPermissionSets", "identitystore:ListUsers", "iam:ListOrganizationsFeatures"];
    assert_eq!(of("error_operation"), operations);
    // The instances may be listed, and are there.
    let sql = "SELECT outcome, error_operation FROM coverage WHERE collector = 'identity_center_permission_sets' \
               AND error_code IS NOT NULL";
    let partial = serde_json::json!({ "outcome": "partial", "error_operation": "ssoadmin:ListPermissionSets" });
    assert_eq!(crawled.rows(sql).await, [partial]);
    assert!(crawled.number("SELECT COUNT(*) FROM identity_center_instances").await > 0);
    for (table, has_rows) in
        [("organization_policies", true), ("account_policies", true), ("identity_center_permission_sets", false)]
    {
        assert_eq!(crawled.number(&format!("SELECT COUNT(*) FROM {table}")).await > 0, has_rows, "{table}");
    }
    assert_eq!(crawled.number("SELECT COUNT(DISTINCT account_id) FROM iam_roles").await, 6, "every account was read");
}
