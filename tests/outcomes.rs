//! Everything that goes wrong has its own outcome. The run continues, and coverage shows the outcome.

use std::collections::BTreeSet;

use orgcensus_aws::NameError;
use orgcensus_collectors::COLLECTORS;
use orgcensus_crawl::{Crawl, RoleActions, RolesBehind};
use orgcensus_sim::{Network, Settings, Troubles};
use orgcensus_tests::{Crawled, Manner, NameServer, Place, Way, crawl_as, crawl_by};
use serde_json::Value;

use crate::shared::crawl;

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
        "unread",
        "failed",
    ] {
        assert!(outcomes.contains(outcome), "{outcome} is not among {outcomes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_services_end_as_they_must() {
    let crawled = crawl(Settings::new(40, 1)).await;
    let truth = crawled.simulation.truth();
    for account in truth.accounts.iter().filter(|it| it.outcome != "complete") {
        let id = &account.account_id;
        let sql = format!("SELECT DISTINCT outcome FROM coverage WHERE account_id = '{id}' AND outcome <> 'unread'");
        let rows = crawled.rows(&sql).await;
        assert_eq!(rows.iter().map(|row| text(row, "outcome")).collect::<Vec<_>>(), [account.outcome], "{id}");
    }
    let unseen = crawled.answers("G6").await[0]["rows"].as_array().cloned().unwrap_or_default();
    let whole = unseen.iter().filter(|row| row["region"].is_null());
    let whole: BTreeSet<_> = whole.map(|row| (text(row, "account_id"), text(row, "outcome"))).collect();
    let said = truth.accounts.iter().filter(|it| it.outcome != "complete");
    let said: BTreeSet<_> = said.map(|it| (it.account_id.clone(), it.outcome.to_owned())).collect();
    assert_eq!(whole, said, "accounts of which nothing was seen");
    for row in &unseen {
        let is_by_scp = row["outcome"] == "denied_by_scp";
        assert!(!is_by_scp || row["denied_by"] == "service control policy", "{row}");
    }
    for it in &truth.obstructed {
        let sql = format!(
            "SELECT collector, outcome FROM coverage WHERE account_id = '{}' AND region = '{}' \
             AND error_operation LIKE '{}:%' AND outcome = '{}'",
            it.account_id,
            it.region,
            client_of(it.service),
            it.outcome
        );
        assert!(!crawled.rows(&sql).await.is_empty(), "no such coverage: {it:?}");
    }
}

/// The client whose calls a service answers: those of directory buckets are S3's.
fn client_of(service: &str) -> &str {
    if service == "s3express" { "s3" } else { service }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_names_the_call_that_it_is_of() {
    let crawled = crawl(Settings::new(40, 1)).await;
    let sql = "SELECT DISTINCT collector, outcome, error_code, error_message, error_operation FROM coverage \
               WHERE error_code IS NOT NULL";
    let rows = crawled.rows(sql).await;
    assert!(!rows.is_empty());
    for row in rows {
        let (operation, message) = (text(&row, "error_operation"), text(&row, "error_message"));
        let collector = COLLECTORS.iter().find(|it| it.name == text(&row, "collector"));
        let calls = collector.map(|it| it.calls).unwrap_or_default();
        let declared = calls.iter().find(|it| it.name() == operation);
        assert!(declared.is_some() || operation == "sts:AssumeRole", "{row}");
        // AWS's message of a denial names the action.
        let action = declared.map_or_else(|| operation.clone(), |it| it.action());
        let action = action.split(':').next_back().unwrap_or_default();
        let is_told = text(&row, "error_code") != "AccessDenied" || message.contains(action);
        assert!(is_told && !message.is_empty(), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_role_is_too_old_for_is_denied_with_the_reason_and_stays_planned() {
    let denied_actions = ["sns:ListTopics", "sqs:ListQueues"].map(|action| (1, action.to_owned())).to_vec();
    for (role_version, expected) in [(Some("1"), Some("role_outdated")), (Some("2"), None), (None, None)] {
        let role_version = role_version.map(str::to_owned);
        let (denied_actions, troubles) = (denied_actions.clone(), Troubles::none());
        let settings = Settings { denied_actions, role_version, troubles, ..Settings::new(3, 1) };
        let place = Place::new(settings, Way::Inside);
        let role_actions = RoleActions::parse("sns:ListTopics\t1\nsqs:ListQueues\t2\n");
        let crawl = Crawl { role_actions, ..place.crawl().await };
        let crawled = place.run(crawl).await;
        let behind = crawled.report.tally.roles_behind;
        assert_eq!(
            behind,
            expected.map(|_| RolesBehind { accounts: 2, oldest: 1 }),
            "the own account has no such role"
        );
        let id = crawled.simulation.account_id(1);
        let sql = format!(
            "SELECT DISTINCT collector, reason FROM coverage WHERE account_id = '{id}' AND outcome = 'denied' \
             AND is_planned AND NOT is_complete ORDER BY collector"
        );
        let rows = crawled.rows(&sql).await;
        let told: Vec<_> = rows.iter().map(|row| (text(row, "collector"), row["reason"].as_str())).collect();
        assert_eq!(told, [("sns_topics".to_owned(), None), ("sqs_queues".to_owned(), expected)]);
        let outdated = "SELECT COUNT(DISTINCT collector) FROM coverage WHERE reason = 'role_outdated'";
        assert_eq!(crawled.number(outdated).await, u64::from(expected.is_some()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_account_and_task_has_one_row() {
    let crawled = crawl(Settings::new(40, 1)).await;
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
        crawl(Settings::new(40, 1)).await,
        crawl(Settings { troubles: Troubles::none(), ..Settings::new(40, 1) }).await,
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

/// A delegated administrator of another service may read the organization, but neither Identity Center nor root access.
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
    // The instances may be listed, so their rows are there.
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

/// Three accounts where nothing goes wrong except the given trouble.
fn quiet(network: Network) -> Settings {
    Settings { troubles: Troubles::none(), network, ..Settings::new(3, 1) }
}

fn coverage(crawled: &Crawled) -> (u64, f64) {
    (crawled.report.tally.planned(), crawled.report.tally.coverage())
}

#[tokio::test(start_paused = true)]
async fn rejected_credentials_leave_no_task_out_of_the_plan() {
    let whole = crawl(quiet(Network::default())).await;
    let dead = crawl(quiet(Network { dead_account: Some(1), ..Network::default() })).await;
    let id = dead.simulation.account_id(1);
    let sql = format!("SELECT DISTINCT outcome, is_planned FROM coverage WHERE account_id = '{id}' ORDER BY 1");
    let rows = dead.rows(&sql).await;
    let found: Vec<_> = rows.iter().map(|row| (text(row, "outcome"), row["is_planned"].as_bool())).collect();
    // Nobody is asked for what this program cannot read.
    assert_eq!(found, [("failed".to_owned(), Some(true)), ("unread".to_owned(), Some(false))]);
    let codes = dead.rows("SELECT DISTINCT error_code FROM coverage WHERE error_code IS NOT NULL ORDER BY 1").await;
    let codes: Vec<_> = codes.iter().map(|row| text(row, "error_code")).collect();
    for code in ["AuthFailure", "InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException"] {
        assert!(codes.iter().any(|it| it == code), "{code} is not among {codes:?}");
    }
    let ((planned, share), (planned_whole, share_whole)) = (coverage(&dead), coverage(&whole));
    assert!(
        planned >= planned_whole && share < 0.7 && share_whole > 0.99,
        "{planned} {share}, {planned_whole} {share_whole}"
    );
}

/// A crawl with a name server.
async fn resolved_by(name_server: NameServer) -> Crawled {
    let manner = Manner { name_server: Some(name_server), is_on_tokios_clock: true, ..Manner::default() };
    let regions = ["us-east-1", "eu-west-1", "xx-north-9"].map(String::from).to_vec();
    crawl_as(Settings { regions, ..quiet(Network::default()) }, manner).await
}

fn no_such(host: &str) -> Result<(), NameError> {
    Err(NameError::NoSuchHost(host.to_owned()))
}

fn late(host: &str) -> Result<(), NameError> {
    Err(NameError::Unresolved { host: host.to_owned(), why: "Temporary failure in name resolution".to_owned() })
}

/// The outcomes of a collector, by region.
async fn outcomes(crawled: &Crawled, collector: &str) -> BTreeSet<(String, String)> {
    let sql = format!(
        "SELECT DISTINCT region, outcome FROM coverage WHERE collector = '{collector}' AND region <> 'me-south-1'"
    );
    crawled.rows(&sql).await.iter().map(|row| (text(row, "region"), text(row, "outcome"))).collect()
}

fn by_region(outcomes: [&str; 3]) -> BTreeSet<(String, String)> {
    let regions = ["eu-west-1", "us-east-1", "xx-north-9"].map(String::from);
    regions.into_iter().zip(outcomes.map(String::from)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_resolver_that_fails_is_no_absent_service() {
    let whole = resolved_by(|_| Ok(())).await;
    for (why, server) in [
        ("it does not answer", (|host| if host.starts_with("sqs.") { late(host) } else { Ok(()) }) as NameServer),
        ("it knows no host of a region", |host| {
            if host.contains("eu-west-1.") && !host.starts_with("ec2") || host.starts_with("sqs.xx") {
                if host.contains("eu-west-1.") { no_such(host) } else { late(host) }
            } else {
                Ok(())
            }
        }),
        ("it denies what the data list", |host| if host.starts_with("sqs.eu") { no_such(host) } else { Ok(()) }),
    ] {
        let broken = resolved_by(server).await;
        let ((planned, share), (planned_whole, share_whole)) = (coverage(&broken), coverage(&whole));
        assert!(
            planned >= planned_whole && share < share_whole,
            "{why}: {planned} {share}, {planned_whole} {share_whole}"
        );
        let found = outcomes(&broken, "sqs_queues").await;
        assert!(found.contains(&("eu-west-1".to_owned(), "failed".to_owned())), "{why}: {found:?}");
        assert!(!found.iter().any(|(_, outcome)| outcome == "unsupported"), "{why}: {found:?}");
        let sql = "SELECT DISTINCT error_code FROM coverage WHERE outcome = 'failed'";
        let codes = broken.rows(sql).await;
        assert!(codes.len() == 1 && text(&codes[0], "error_code") == "NameUnresolved", "{why}: {codes:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_not_in_a_region_is_unsupported_there() {
    let whole = resolved_by(|_| Ok(())).await;
    let without = resolved_by(|host| if host.starts_with("sqs.xx-") { no_such(host) } else { Ok(()) }).await;
    assert_eq!(outcomes(&without, "sqs_queues").await, by_region(["complete", "complete", "unsupported"]));
    assert_eq!(coverage(&whole).0 - coverage(&without).0, 3, "one task of each account is out of the plan");
}
