//! What the crawl publishes is what the simulated organization says of itself, cell by cell.

use std::collections::BTreeMap;

use orgcensus_sim::{Settings, Simulation, Truth, serve};
use orgcensus_tests::{Crawled, Way, crawl, crawl_by};
use serde_json::Value;

const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];

/// The facts' numbers by id, population and definition.
type Cells = BTreeMap<(String, String, String), (u64, u64)>;

fn said(truth: &Truth) -> Cells {
    let cell = |it: &orgcensus_sim::Fact| {
        ((it.id.to_owned(), it.of.to_owned(), it.definition.to_owned()), (it.numerator, it.denominator))
    };
    truth.facts.iter().map(cell).collect()
}

async fn found(crawled: &Crawled) -> Cells {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let number = |row: &Value, name: &str| row[name].as_u64().unwrap_or(u64::MAX);
    let cell = |row: &Value| {
        let key = (text(row, "id"), text(row, "population"), text(row, "definition"));
        (key, (number(row, "numerator"), number(row, "denominator")))
    };
    crawled.answers("F").await.iter().map(cell).collect()
}

async fn assert_true(crawled: &Crawled) {
    let truth = crawled.simulation.truth();
    assert_eq!(found(crawled).await, said(&truth), "facts, seed {}", truth.seed);
    for (table, rows) in &truth.tables {
        let from = match table.as_str() {
            "organizational_units" => "organizational_units WHERE NOT is_root",
            table => table,
        };
        let counted = crawled.number(&format!("SELECT COUNT(*) FROM {from}")).await;
        assert_eq!(counted, *rows, "rows of {table}, seed {}", truth.seed);
    }
    for (cells, rows) in &truth.cells {
        let counted = crawled.number(&format!("SELECT COUNT(*) FROM {cells}")).await;
        assert_eq!(counted, *rows, "{cells}, seed {}", truth.seed);
    }
    assert_verdicts(crawled, &truth).await;
    assert_account_policies(crawled, &truth).await;
}

/// Each account has exactly the organization's policies that it truly has, each from where it has it.
async fn assert_account_policies(crawled: &Crawled, truth: &Truth) {
    let rows = crawled.rows("SELECT account_id, policy_id, source_id FROM account_policies").await;
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let mut found: Vec<_> =
        rows.iter().map(|row| (text(row, "account_id"), text(row, "policy_id"), text(row, "source_id"))).collect();
    let said = truth.account_policies.iter();
    let mut said: Vec<_> = said.map(|it| (it.account_id.clone(), it.policy_id.clone(), it.source_id.clone())).collect();
    found.sort();
    said.sort();
    assert_eq!(found, said, "policies of accounts, seed {}", truth.seed);
}

/// Every resource is there, and no verdict contradicts the truth. A verdict may be null where a fact is not collected.
async fn assert_verdicts(crawled: &Crawled, truth: &Truth) {
    let sql = "SELECT resource_arn, is_public, is_external, is_in_org FROM resource_access \
               WHERE resource_type <> 'ecr_registry'";
    let rows = crawled.rows(sql).await;
    let by_arn: BTreeMap<&str, &Value> =
        rows.iter().map(|row| (row["resource_arn"].as_str().unwrap_or_default(), row)).collect();
    assert_eq!(by_arn.len(), rows.len(), "a resource has one verdict");
    let (mut unknown, mut wrong) = (0, Vec::new());
    for resource in &truth.resources {
        let Some(row) = by_arn.get(resource.arn.as_str()) else {
            wrong.push(format!("{} is missing", resource.arn));
            continue;
        };
        for (name, is_so) in [
            ("is_public", resource.is_public),
            ("is_external", resource.is_external),
            ("is_in_org", resource.is_in_org),
        ] {
            match row[name].as_bool() {
                None if is_so.is_some() => unknown += 1,
                verdict if verdict != is_so => {
                    wrong.push(format!("{} {name}: {verdict:?}, truth {is_so:?}", resource.arn))
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "seed {}: {wrong:#?}", truth.seed);
    assert!(unknown * 20 < truth.resources.len(), "too many unknown verdicts: {unknown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_true_for_five_seeds() {
    for seed in SEEDS {
        assert_true(&crawl(Settings::new(40, seed)).await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn small_pages_change_nothing() {
    let settings = Settings { page_size: Some(2), ..Settings::new(12, 6) };
    assert_true(&crawl(settings).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_through_sockets() {
    let settings = Settings::new(40, 1);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let server = tokio::spawn(serve(Simulation::new(settings.clone()), listener));
    let crawled = crawl_by(settings, Way::Socket(url)).await;
    assert_true(&crawled).await;
    assert!(crawled.simulation.calls().is_empty(), "no call went around the socket");
    server.abort();
}
