//! What watches the organization: the questions about security services answer the truth, and what was not seen is
//! unknown, never off.

use orgcensus_sim::{Settings, Troubles};
use orgcensus_tests::{Crawled, crawl};
use serde_json::Value;

/// A row of an answer by its question and definition, the cell of the truth that it must equal, and the table whose rows
/// are its population.
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
