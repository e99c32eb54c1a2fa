//! What watches the organization: the questions about security services answer the truth, and what was not seen is
//! unknown, never off.

use orgcensus_sim::{Settings, Troubles};
use orgcensus_tests::Crawled;
use serde_json::Value;

use crate::shared::crawl;

/// A row of an answer by its question and definition, the cell of the truth that it must equal, and the table whose
/// rows are its population.
const ROWS: [(&str, &str, &str, &str); 11] = [
    ("S3", "off", "guardduty_detectors WHERE NOT is_enabled", "guardduty_detectors"),
    ("S4", "off", "detective_graphs WHERE NOT is_enabled", "detective_graphs"),
    ("S5", "cspm_off", "securityhub_hubs WHERE NOT is_enabled", "securityhub_hubs"),
    ("S5", "not_ready", "securityhub_standards WHERE status <> 'READY'", "securityhub_standards"),
    ("S8", "off", "macie_sessions WHERE NOT is_enabled", "macie_sessions"),
    ("S9", "off", "inspector2_accounts WHERE NOT is_enabled", "inspector2_accounts"),
    ("E19", "no_inspector", "inspector2_accounts WHERE NOT is_enabled", "inspector2_accounts"),
    ("E20", "no_guardduty", "guardduty_detectors WHERE NOT is_enabled", "guardduty_detectors"),
    ("E20", "no_macie", "macie_sessions WHERE NOT is_enabled", "macie_sessions"),
    ("E20", "no_detective", "detective_graphs WHERE NOT is_enabled", "detective_graphs"),
    (
        "E21",
        "no_security_contact",
        "account_alternate_contacts WHERE contact_type = 'SECURITY' AND NOT is_set",
        "accounts",
    ),
];

/// How many are so, of how many, and of how many it is not known.
async fn share(crawled: &Crawled, id: &str, definition: &str) -> [u64; 3] {
    let rows = crawled.answers(id).await;
    let row = rows.iter().find(|row: &&Value| row["definition"] == definition).expect(definition);
    ["numerator", "denominator", "unknown_count"].map(|name| row[name].as_u64().expect(name))
}

/// The same of one population.
async fn share_of(crawled: &Crawled, id: &str, population: &str, definition: &str) -> [u64; 3] {
    let rows = crawled.answers(id).await;
    let is_it = |row: &&Value| row["population"] == population && row["definition"] == definition;
    let row = rows.iter().find(is_it).expect(definition);
    ["numerator", "denominator", "unknown_count"].map(|name| row[name].as_u64().expect(name))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_off_is_told_as_it_is() {
    for seed in 1..=2 {
        let settings = Settings { troubles: Troubles::none(), ..Settings::new(12, seed) };
        let crawled = crawl(settings).await;
        let truth = crawled.simulation.truth();
        for (id, definition, cell, table) in ROWS {
            let said = [truth.cells[cell], truth.tables[table], 0];
            assert!(said[0] > 0 && said[0] < said[1], "{cell} has both, seed {seed}: {said:?}");
            assert_eq!(share(&crawled, id, definition).await, said, "{id} {definition}, seed {seed}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_counts_no_finding_that_is_about_a_member() {
    let settings = Settings { troubles: Troubles::none(), ..Settings::new(12, 1) };
    let crawled = crawl(settings).await;
    let truth = crawled.simulation.truth();
    for cell in [
        "guardduty_detectors WHERE critical_count = 2",
        "guardduty_detectors WHERE high_count > 0",
        "inspector2_accounts WHERE finding_count = 0",
        "macie_sessions WHERE high_count = 1",
        "securityhub_finding_counts WHERE high_count > 0",
        "securityhub_scores WHERE score_percent >= 50",
    ] {
        assert_eq!(crawled.number(&format!("SELECT COUNT(*) FROM {cell}")).await, truth.cells[cell], "{cell}");
        assert!(truth.cells[cell] > 0, "{cell}");
    }
    assert_rows_of_findings_are_those_counted(&crawled).await;
}

/// Findings that are read one by one, each of one account and region, are as many as the services count.
async fn assert_rows_of_findings_are_those_counted(crawled: &Crawled) {
    for (service, table, severities) in [
        ("guardduty", "guardduty_detectors", "critical high medium low"),
        ("inspector", "inspector2_accounts", "critical high medium low"),
        ("macie", "macie_sessions", "high medium low"),
        ("security_hub_cspm", "securityhub_finding_counts", "critical high medium low informational"),
    ] {
        for severity in severities.split(' ') {
            let of = format!("service = '{service}' AND severity = '{}'", severity.to_uppercase());
            let rows = crawled.number(&format!("SELECT COUNT(*) FROM security_findings WHERE {of}")).await;
            let counted = format!("SELECT CAST(SUM({severity}_count) AS BIGINT) FROM {table}");
            assert!(rows > 0, "{of}");
            assert_eq!(rows, crawled.number(&counted).await, "{of}");
            let elsewhere = format!(
                "SELECT COUNT(*) FROM (SELECT account_id, region, COUNT(*) AS many FROM security_findings WHERE {of} \
                 GROUP BY account_id, region) AS found LEFT JOIN {table} AS counted ON \
                 counted.account_id = found.account_id AND counted.region = found.region \
                 WHERE counted.{severity}_count IS DISTINCT FROM found.many"
            );
            assert_eq!(crawled.number(&elsewhere).await, 0, "{of}");
        }
    }
    let short = "SELECT COUNT(*) FROM coverage WHERE reason = 'too_many_findings'";
    assert_eq!(crawled.number(short).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_service_has_a_row_where_it_was_planned_and_says_who_manages_it() {
    let crawled = crawl(Settings::new(40, 1)).await;
    let truth = crawled.simulation.truth();
    for (service, collector, table, has_administrator) in [
        ("guardduty", "guardduty_detectors", "guardduty_detectors", true),
        ("inspector", "inspector2_accounts", "inspector2_accounts", false),
        ("macie", "macie_sessions", "macie_sessions", true),
        ("security_hub", "securityhub_v2_hubs", "securityhub_v2_hubs", false),
        ("security_hub_cspm", "securityhub_hubs", "securityhub_hubs", true),
    ] {
        let rows = format!("SELECT COUNT(*) FROM security_services WHERE service = '{service}'");
        let planned = format!("SELECT COUNT(*) FROM coverage WHERE collector = '{collector}' AND is_planned");
        assert_eq!(crawled.number(&rows).await, crawled.number(&planned).await, "{service}");
        let (unseen, unread) = (format!("{rows} AND is_on IS NULL"), format!("{planned} AND NOT is_complete"));
        assert_eq!(crawled.number(&unseen).await, crawled.number(&unread).await, "{service}");
        let off = crawled.number(&format!("{rows} AND NOT is_on")).await;
        assert_eq!(off, truth.cells[format!("{table} WHERE NOT is_enabled").as_str()], "{service}");
        if has_administrator {
            let administrator = crawled.simulation.account_id(2);
            let members = "AND managed_by = 'organization' AND administrator_account_id <> account_id AND is_on";
            let sql = format!("{rows} {members} AND administrator_account_id = '{administrator}'");
            let sees = format!(
                "SELECT COUNT(*) FROM {table} WHERE administrator_account_id = '{administrator}' AND is_enabled"
            );
            assert_eq!(crawled.number(&sql).await, crawled.number(&sees).await, "{service}");
            let own = format!("{rows} AND account_id = '{administrator}' AND managed_by = 'organization'");
            assert_eq!(crawled.number(&own).await, 3, "{service}: the administrator, in each region");
        }
    }
    assert_counted_once(&crawled).await;
}

/// By service: the collector, the table of what accounts say of themselves, and that of what others have of them, with
/// its columns of the account and region.
const COUNTED: [(&str, &str, &str, &str, [&str; 2]); 3] = [
    (
        "guardduty",
        "guardduty_detectors",
        "guardduty_detectors",
        "guardduty_member_findings",
        ["member_account_id", "region"],
    ),
    (
        "inspector",
        "inspector2_accounts",
        "inspector2_accounts",
        "inspector2_member_findings",
        ["member_account_id", "region"],
    ),
    (
        "security_hub_cspm",
        "securityhub_findings",
        "securityhub_finding_counts",
        "securityhub_gathered_findings",
        ["about_account_id", "about_region"],
    ),
];

/// A finding counts once: as its account says it, and as its administrator says it where the account was not read.
async fn assert_counted_once(crawled: &Crawled) {
    for (service, collector, own, others, [account_id, region]) in COUNTED {
        let planned = format!("SELECT COUNT(*) FROM coverage WHERE collector = '{collector}' AND is_planned");
        let rows = format!("SELECT COUNT(*) FROM security_finding_counts WHERE service = '{service}'");
        assert_eq!(crawled.number(&rows).await, crawled.number(&planned).await, "{service}");
        let unread = format!("{planned} AND NOT is_complete");
        let not_own = format!("{rows} AND (is_copy OR reason = 'not_read')");
        assert_eq!(crawled.number(&not_own).await, crawled.number(&unread).await, "{service}");
        for count in ["critical_count", "high_count", "medium_count", "low_count"] {
            let sum = |is_copy: &str| {
                format!(
                    "SELECT COALESCE(SUM({count}), 0) FROM security_finding_counts \
                     WHERE service = '{service}' AND {is_copy}"
                )
            };
            let said = format!("SELECT COALESCE(SUM({count}), 0) FROM {own}");
            assert_eq!(crawled.number(&sum("NOT is_copy")).await, crawled.number(&said).await, "{service} {count}");
            // Of each account and region that was not read the most that one place has: all that have it say the same.
            let copied = format!(
                "SELECT COALESCE(SUM(found), 0) FROM (SELECT MAX(others.{count}) AS found FROM {others} AS others \
                 JOIN coverage ON coverage.account_id = others.{account_id} AND coverage.region = others.{region} \
                 WHERE coverage.collector = '{collector}' AND coverage.is_planned AND NOT coverage.is_complete \
                 GROUP BY others.{account_id}, others.{region}) AS copies"
            );
            let copies = crawled.number(&sum("is_copy")).await;
            assert_eq!(copies, crawled.number(&copied).await, "{service} {count}");
            assert!(copies > 0 || count != "high_count", "{service}: a member was not read");
        }
        let told = format!("{rows} AND is_copy AND counted_by_account_id = account_id AND counted_in_region = region");
        assert_eq!(crawled.number(&told).await, 0, "{service}: a copy is another place's");
    }
    // The questions count them so too.
    for (id, definition, severe) in [
        ("S3", "severe_findings", "service = 'guardduty' AND (critical_count > 0 OR high_count > 0)"),
        ("S9", "critical_findings", "service = 'inspector' AND critical_count > 0"),
    ] {
        let rows = format!("SELECT COUNT(*) FROM security_finding_counts WHERE {severe}");
        assert_eq!(share(crawled, id, definition).await[0], crawled.number(&rows).await, "{id} {definition}");
    }
}

/// The accounts and regions in which Config records and delivers, those in which it is known not to, and the standards
/// that AWS itself calls short of a recorder.
const CONFIG: &str = "\
    WITH tasks AS (SELECT account_id, region, is_complete FROM coverage \
      WHERE collector = 'config_recorders' AND is_planned), \
    recorders AS (SELECT account_id, region, bool_or(is_recording) AS records FROM config_recorders \
      GROUP BY account_id, region), \
    channels AS (SELECT DISTINCT account_id, region, true AS is_there FROM config_delivery_channels), \
    config AS (SELECT tasks.account_id, tasks.region, \
      COALESCE(recorders.records, CASE WHEN is_complete AND recorders.account_id IS NULL THEN false END) \
      AND COALESCE(channels.is_there, CASE WHEN is_complete THEN false END) AS is_on FROM tasks \
      LEFT JOIN recorders ON recorders.account_id = tasks.account_id AND recorders.region = tasks.region \
      LEFT JOIN channels ON channels.account_id = tasks.account_id AND channels.region = tasks.region), \
    short AS (SELECT DISTINCT account_id, region, true AS is_so FROM securityhub_standards \
      WHERE status_reason = 'NO_AVAILABLE_CONFIGURATION_RECORDER')";

#[tokio::test(flavor = "multi_thread")]
async fn security_hub_lacks_what_config_does_not_record() {
    let crawled = crawl(Settings::new(40, 1)).await;
    let missing =
        "SELECT COUNT(*) FROM security_services WHERE missing = 'config_recorder' AND NOT is_what_it_needs_there";
    let lacking = format!(
        "{CONFIG} SELECT COUNT(*) FROM securityhub_hubs AS hubs \
         LEFT JOIN config ON config.account_id = hubs.account_id AND config.region = hubs.region \
         LEFT JOIN short ON short.account_id = hubs.account_id AND short.region = hubs.region \
         WHERE hubs.is_enabled AND (short.is_so OR NOT config.is_on)"
    );
    let found = crawled.number(missing).await;
    assert_eq!(found, crawled.number(&lacking).await);
    let by_aws = "SELECT COUNT(*) FROM (SELECT DISTINCT account_id, region FROM securityhub_standards \
                  WHERE status_reason = 'NO_AVAILABLE_CONFIGURATION_RECORDER') AS places";
    assert!(found >= crawled.number(by_aws).await && found > 0);
    let on = crawled.number("SELECT COUNT(*) FROM security_services WHERE service = 'config' AND is_on").await;
    assert_eq!(on, crawled.number(&format!("{CONFIG} SELECT COUNT(*) FROM config WHERE is_on")).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn cloudtrail_config_and_access_analyzer_are_on_where_their_questions_say() {
    for troubles in [Troubles::none(), Settings::new(40, 1).troubles] {
        let crawled = crawl(Settings { troubles, ..Settings::new(40, 1) }).await;
        for (id, service) in [("S1", "cloudtrail"), ("S2", "access_analyzer"), ("S6", "config")] {
            let [off, known, unknown] = share_of(&crawled, id, "accounts_and_regions", "lake").await;
            let rows = format!("SELECT COUNT(*) FROM security_services WHERE service = '{service}'");
            for (condition, count) in [("NOT is_on", off), ("is_on", known - off), ("is_on IS NULL", unknown)] {
                assert_eq!(crawled.number(&format!("{rows} AND {condition}")).await, count, "{service} {condition}");
            }
            assert!(known > 0, "{service}");
        }
    }
}

/// Who listens to GuardDuty and to Security Hub, and the hubs of whose findings somebody hears: here, in the
/// administrator's account, or where one of the two gathers findings.
const HEARD: &str = "\
    WITH listeners AS (SELECT account_id, region FROM eventbridge_rules \
      WHERE rule_name = 'listener' AND is_enabled), \
    hub_listeners AS (SELECT account_id, region FROM eventbridge_rules \
      WHERE rule_name = 'hub-listener' AND is_enabled), \
    hubs AS (SELECT hub.account_id, hub.region, hub.is_taking_guardduty \
      FROM securityhub_hubs AS hub \
      LEFT JOIN hub_listeners AS own ON own.account_id = hub.account_id AND own.region = hub.region \
      LEFT JOIN hub_listeners AS gathered ON gathered.account_id = hub.account_id \
        AND gathered.region = hub.aggregation_region AND hub.is_region_linked \
      LEFT JOIN hub_listeners AS shared ON shared.account_id = hub.administrator_account_id \
        AND shared.region = hub.region \
      LEFT JOIN securityhub_hubs AS administrator ON administrator.account_id = hub.administrator_account_id \
        AND administrator.region = hub.region AND administrator.is_region_linked \
      LEFT JOIN hub_listeners AS central ON central.account_id = administrator.account_id \
        AND central.region = administrator.aggregation_region \
      WHERE hub.is_enabled AND COALESCE(own.account_id, gathered.account_id, shared.account_id, central.account_id) \
        IS NOT NULL)";

#[tokio::test(flavor = "multi_thread")]
async fn guardduty_and_security_hub_are_heard_where_somebody_listens_to_what_they_publish() {
    let crawled = crawl(Settings { troubles: Troubles::none(), ..Settings::new(40, 1) }).await;
    // Of GuardDuty somebody hears directly, or by a hub that takes its findings.
    let guardduty = |condition: &str| {
        format!(
            "{HEARD} SELECT COUNT(*) FROM guardduty_detectors AS detectors \
             LEFT JOIN listeners AS own ON own.account_id = detectors.account_id AND own.region = detectors.region \
             LEFT JOIN listeners AS shared ON shared.account_id = detectors.administrator_account_id \
             AND shared.region = detectors.region \
             LEFT JOIN hubs ON hubs.account_id = detectors.account_id AND hubs.region = detectors.region \
             LEFT JOIN hubs AS central ON central.account_id = detectors.administrator_account_id \
             AND central.region = detectors.region \
             WHERE detectors.is_enabled AND {condition}"
        )
    };
    let by_hub = "own.account_id IS NULL AND shared.account_id IS NULL AND hubs.is_taking_guardduty";
    let anyhow = "(own.account_id IS NOT NULL OR shared.account_id IS NOT NULL OR hubs.is_taking_guardduty)";
    let rows = "SELECT COUNT(*) FROM security_services WHERE service = 'guardduty' AND is_on";
    let heard = crawled.number(&format!("{rows} AND is_heard")).await;
    assert_eq!(heard, crawled.number(&guardduty(anyhow)).await);
    assert!(crawled.number(&guardduty(by_hub)).await > 0, "some of it is heard by Security Hub alone");
    // All was read, and all that others send to is gone. Nobody knows whether the administrator's hub takes what
    // GuardDuty finds in members.
    let unsure = format!("NOT COALESCE({anyhow}, false) AND central.is_taking_guardduty");
    let unknown = crawled.number(&format!("{rows} AND is_heard IS NULL")).await;
    assert_eq!(unknown, crawled.number(&guardduty(&unsure)).await);
    let silent = crawled.number(&format!("{rows} AND NOT is_heard")).await;
    assert!(heard > 0 && silent > 0, "{heard} heard, {silent} not");
    assert_eq!(heard + silent + unknown, crawled.number(rows).await);
    let hubs = "SELECT COUNT(*) FROM security_services WHERE service = 'security_hub_cspm' AND is_heard";
    assert_eq!(crawled.number(hubs).await, crawled.number(&format!("{HEARD} SELECT COUNT(*) FROM hubs")).await);
    let others = "SELECT COUNT(*) FROM security_services \
                  WHERE service NOT IN ('guardduty', 'security_hub_cspm') AND is_heard";
    assert_eq!(crawled.number(others).await, 0);
    assert_eq!(share_of(&crawled, "S11", "guardduty", "not_heard").await, [silent, heard + silent, unknown]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_seen_is_unknown() {
    let crawled = crawl(Settings::new(40, 1)).await;
    for (id, definition, collector) in [
        ("S3", "off", "guardduty_detectors"),
        ("S5", "cspm_off", "securityhub_hubs"),
        ("S8", "off", "macie_sessions"),
        ("S9", "off", "inspector2_accounts"),
        ("E21", "no_security_contact", "account_alternate_contacts"),
    ] {
        let planned = format!("SELECT COUNT(*) FROM coverage WHERE collector = '{collector}' AND is_planned");
        let unseen = crawled.number(&format!("{planned} AND NOT is_complete")).await;
        let [_, known, unknown] = share(&crawled, id, definition).await;
        assert!(unseen > 0, "{collector}");
        assert_eq!((known + unknown, unknown), (crawled.number(&planned).await, unseen), "{id} {definition}");
    }
}
