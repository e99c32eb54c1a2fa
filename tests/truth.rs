//! The crawl publishes exactly the truth of the simulated organization, cell by cell.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_answers::{Kind, select};
use orgcensus_reach::Access;
use orgcensus_sim::{Settings, Simulation, Troubles, Truth, serve};
use orgcensus_tests::{Crawled, Way, crawl_by};
use serde_json::Value;

use crate::shared::crawl;
use crate::who_can::{assert_may, reach};

/// How many organizations are crawled: one, or as many as `ORGCENSUS_TRUTH_SEEDS` says.
fn seeds() -> u64 {
    orgcensus_tests::seeds("ORGCENSUS_TRUTH_SEEDS", 1)
}

/// The questions that are lists, if the simulated organization knows their answer.
const LISTS: [&str; 13] = ["E10", "E8", "E9", "G1", "G16", "G17", "G2", "G3", "G4", "G5", "G8", "G9", "V1"];

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
    // Unknown subjects are counted apart, but they belong to the population.
    let cell = |row: &Value| {
        let key = (text(row, "id"), text(row, "population"), text(row, "definition"));
        (key, (number(row, "numerator"), number(row, "denominator") + number(row, "unknown_count")))
    };
    let (mut facts, misconfigurations) = (crawled.answers("F").await, crawled.answers("B").await);
    facts.extend(misconfigurations);
    facts.extend(crawled.answers("C").await);
    // Lists have no numbers.
    for part in ["E", "S"] {
        facts.extend(crawled.answers(part).await.into_iter().filter(|it| it["numerator"].is_number()));
    }
    facts.iter().map(cell).collect()
}

async fn assert_true(crawled: &Crawled) {
    let truth = crawled.simulation.truth();
    let late = "SELECT account_id, region, collector, error_operation, error_message FROM coverage \
                 WHERE outcome = 'timed_out'";
    assert_eq!(crawled.rows(late).await, Vec::<Value>::new(), "nothing is late, seed {}", truth.seed);
    let (said, mut found) = (said(&truth), found(crawled).await);
    // Of the anti-patterns and of the security services the simulated organization knows some populations only.
    found.retain(|key, _| !key.0.starts_with(['E', 'S']) || said.contains_key(key));
    let twins: Cells = found.extract_if(.., |key, _| !said.contains_key(key)).collect();
    assert_eq!(found, said, "facts, seed {}", truth.seed);
    assert_twins(&twins, &said);
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
    assert_lists(crawled, &truth).await;
    assert_keys(crawled).await;
    assert_account_policies(crawled, &truth).await;
    assert_identities(crawled, &truth).await;
    assert_who_can(crawled, &truth).await;
}

/// Beside each fact about organizations there is a row about the accounts of the only organization: the organization is
/// so if one account is.
fn assert_twins(twins: &Cells, said: &Cells) {
    assert_eq!(twins.len(), 11, "{twins:#?}");
    for ((id, of, definition), (accounts, _)) in twins {
        let of = of.replacen("accounts", "organizations", 1);
        let (organizations, _) = said[&(id.clone(), of, definition.clone())];
        assert_eq!(*accounts > 0, organizations == 1, "{id} {definition}");
    }
}

/// Every identity is there with its true rights. A null is right only where a policy was not read.
async fn assert_identities(crawled: &Crawled, truth: &Truth) {
    let rows = crawled.rows("SELECT * FROM identity_access").await;
    let arn = |row: &Value| row["identity_arn"].as_str().unwrap_or_default().to_owned();
    let by_arn: BTreeMap<String, &Value> = rows.iter().map(|row| (arn(row), row)).collect();
    assert_eq!((by_arn.len(), rows.len()), (truth.identities.len(), truth.identities.len()), "seed {}", truth.seed);
    let mut wrong = Vec::new();
    for it in &truth.identities {
        let Some(row) = by_arn.get(&it.arn) else {
            wrong.push(format!("{} is missing", it.arn));
            continue;
        };
        let is_read = row["unread_policy_count"] == 0 && row["boundary_effect"] != "unread";
        for (name, is_so) in [
            ("is_administrator", it.is_administrator),
            ("allows_everything", it.allows_everything),
            ("writes_iam", it.writes_iam),
            ("passes_roles", it.passes_roles),
            ("reads_all_data", it.reads_all_data),
            ("may_escalate", it.may_escalate),
        ] {
            let found = row[name].as_bool();
            if found != is_so && is_so.is_some() && (is_read || found.is_some()) {
                wrong.push(format!("{} {name}: {found:?}, truth {is_so:?}: {row}", it.arn));
            }
        }
    }
    assert!(wrong.is_empty(), "seed {}: {wrong:#?}", truth.seed);
}

/// Those who can write a policy's new version are those who truly may. What was not read is unknown, on either side.
async fn assert_who_can(crawled: &Crawled, truth: &Truth) {
    let reach = reach(crawled).await;
    let found = reach.who_can("iam:CreatePolicyVersion", "*").await.expect("an answer");
    let direct = found.iter().filter(|it| it.via.is_empty());
    let results: BTreeMap<&str, &Access> = direct.map(|it| (it.principal.as_str(), it)).collect();
    let (mut wrong, mut allowed) = (Vec::new(), 0);
    let identities = truth.identities.iter().filter(|it| it.arn.contains(":user/") || it.arn.contains(":role/"));
    for it in identities {
        let result = results.get(it.arn.as_str()).map(|access| format!("{:?}", access.answer.result).to_lowercase());
        allowed += usize::from(result.as_deref() == Some("allowed"));
        let is_right = match result.as_deref() {
            Some("allowed") => it.writes_iam == Some(true),
            Some("unknown") => true,
            _ => it.writes_iam != Some(true),
        };
        if !is_right {
            wrong.push(format!("{}: {result:?}, truth {:?}", it.arn, it.writes_iam));
        }
    }
    assert!(wrong.is_empty(), "who can, seed {}: {wrong:#?}", truth.seed);
    assert!(allowed > 0 || truth.account_count < 40, "somebody can, seed {}", truth.seed);
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

/// Every resource is there with its true verdict. Whether a network is outside is known only if all networks are known:
/// otherwise, and only then, the verdict is null.
async fn assert_verdicts(crawled: &Crawled, truth: &Truth) {
    let rows = crawled.rows("SELECT resource_arn, is_public, is_external, is_in_org FROM resource_access").await;
    let by_arn: BTreeMap<&str, &Value> =
        rows.iter().map(|row| (row["resource_arn"].as_str().unwrap_or_default(), row)).collect();
    assert_eq!(by_arn.len(), rows.len(), "a resource has one verdict");
    let mut wrong = Vec::new();
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
            let verdict = row[name].as_bool();
            let may_be_unknown = resource.rests_on_networks && !sees_all_networks(truth);
            if verdict != is_so && !(may_be_unknown && verdict.is_none()) {
                wrong.push(format!("{} {name}: {verdict:?}, truth {is_so:?}", resource.arn));
            }
        }
    }
    assert!(wrong.is_empty(), "seed {}: {wrong:#?}", truth.seed);
}

/// Whether every account and region that may have networks was read. A suspended account has no networks that work.
fn sees_all_networks(truth: &Truth) -> bool {
    let is_seen = |account: &orgcensus_sim::AccountTruth| account.outcome != "role_not_assumable";
    truth.accounts.iter().all(is_seen) && truth.obstructed.iter().all(|it| it.service != "ec2")
}

/// The questions that are lists have exactly the cases that were planted.
async fn assert_lists(crawled: &Crawled, truth: &Truth) {
    let unsure: BTreeSet<&str> = truth
        .resources
        .iter()
        .filter(|it| it.rests_on_networks && !sees_all_networks(truth))
        .map(|it| it.arn.as_str())
        .collect();
    for id in LISTS {
        let answer = &crawled.answers(id).await[0];
        let rows = answer["rows"].as_array().expect("rows");
        let width = truth.lists.of(id).first().map_or(1, Vec::len);
        let cells = |row: &Value| -> Vec<String> {
            let cells = row.as_object().into_iter().flatten().take(width);
            cells.map(|(_, cell)| cell.as_str().unwrap_or_default().to_owned()).collect()
        };
        let is_sure = |case: &Vec<String>| !unsure.contains(case[0].as_str());
        let found: BTreeSet<Vec<String>> = rows.iter().map(cells).filter(is_sure).collect();
        let said: BTreeSet<Vec<String>> = truth.lists.of(id).into_iter().filter(is_sure).collect();
        let missing: Vec<_> = said.difference(&found).collect();
        let wrong: Vec<_> = found.difference(&said).collect();
        assert!(
            missing.is_empty() && wrong.is_empty(),
            "{id}, seed {}: missing {missing:#?}, wrong {wrong:#?}",
            truth.seed
        );
        assert!(!said.is_empty(), "{id}, seed {}: the showcase has a case", truth.seed);
    }
}

/// A list's key names one row: a list is ordered by its key, so rows of one key would come in any order.
async fn assert_keys(crawled: &Crawled) {
    let made = orgcensus_materialize::tables();
    for question in select(&["E", "G", "V"]).expect("parts") {
        let Kind::List { key } = &question.kind else { continue };
        // These crawls publish nothing that is made of a snapshot: `nights` asks about that.
        if question.tables.iter().any(|name| made.iter().any(|table| table.name == name)) {
            continue;
        }
        let answer = &crawled.answers(question.id).await[0];
        let mut seen = BTreeSet::new();
        for row in answer["rows"].as_array().expect("rows") {
            let names: Vec<String> = key.iter().map(|column| row[column].to_string()).collect();
            assert!(seen.insert(names.clone()), "{}: two rows of {names:?}", question.id);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_true() {
    for seed in 1..=seeds() {
        let crawled = crawl(Settings::new(40, seed)).await;
        assert_true(&crawled).await;
        assert!(assert_may(&crawled, 12).await > 60, "seed {seed}");
    }
}

/// Without troubles every network is seen, so nothing may be unknown that could be known.
#[tokio::test(flavor = "multi_thread")]
async fn quiet_organizations_are_true() {
    for seed in 11..=11 + seeds() {
        let accounts = if seed == 11 { 1 } else { 4 };
        let settings = Settings { troubles: Troubles::none(), ..Settings::new(accounts, seed) };
        assert_true(&crawl_by(settings, Way::Inside).await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn small_pages_change_nothing() {
    let settings = Settings { page_size: Some(2), ..Settings::new(12, 6) };
    assert_true(&crawl_by(settings, Way::Inside).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_through_sockets() {
    let settings = Settings::new(12, 6);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let server = tokio::spawn(serve(Simulation::new(settings.clone()), listener));
    let crawled = crawl_by(settings, Way::Socket(url)).await;
    assert_true(&crawled).await;
    assert!(crawled.simulation.calls().is_empty(), "no call went around the socket");
    server.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_of_every_sort_are_found_and_explained() {
    let crawled = crawl(Settings::new(12, 3)).await;
    for (what, sql) in [
        ("inline", "identity_access WHERE is_administrator AND array_has(administrator_through, 'inline')"),
        ("managed", "identity_access WHERE is_administrator AND array_has(administrator_through, 'managed')"),
        ("group", "identity_access WHERE identity_type = 'user' AND is_administrator AND policy_count = 2"),
        ("cut", "identity_access WHERE NOT is_administrator AND allows_everything AND boundary_effect = 'cuts'"),
        ("kept", "identity_access WHERE is_administrator AND boundary_effect = 'keeps'"),
        ("saved", "identity_access WHERE NOT is_administrator AND array_has(flags, 'deny_saves')"),
        ("set", "identity_access WHERE identity_type = 'permission_set' AND is_administrator"),
        ("two", "privilege_paths WHERE method = 'pass_role_lambda_create_function' AND is_open"),
        ("version", "privilege_paths WHERE method = 'iam_create_policy_version' AND is_open"),
        ("own", "privilege_paths WHERE method = 'iam_put_user_policy' AND resource_scope = 'own' AND is_open"),
    ] {
        assert!(crawled.number(&format!("SELECT COUNT(*) AS n FROM {sql}")).await > 0, "{what}");
    }
    let unexplained = "SELECT privilege_paths.identity_arn, privilege_paths.method FROM privilege_paths \
        LEFT JOIN policy_statements ON policy_statements.resource_arn = privilege_paths.policy_resource_arn \
        AND policy_statements.policy_kind = privilege_paths.policy_kind \
        AND policy_statements.policy_name = privilege_paths.policy_name \
        AND policy_statements.ordinal = privilege_paths.ordinal \
        WHERE (policy_statements.effect IS DISTINCT FROM 'Allow') AND privilege_paths.identity_type <> 'permission_set'";
    assert_eq!(crawled.rows(unexplained).await, Vec::<Value>::new(), "each way has its statement");
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_trust_whom_they_truly_trust() {
    let crawled = crawl(Settings::new(12, 3)).await;
    let truth = crawled.simulation.truth();
    let sql = "SELECT role_arn, bool_or(is_public) AS is_public, bool_or(is_external) AS is_external FROM role_trust \
               GROUP BY role_arn";
    let rows = crawled.rows(sql).await;
    let roles: Vec<_> = truth.resources.iter().filter(|it| it.arn.contains(":role/")).collect();
    assert_eq!(rows.len(), roles.len(), "every role has rows");
    for role in roles {
        let row = rows.iter().find(|row| row["role_arn"] == role.arn.as_str()).expect("a row");
        assert_eq!(row["is_public"].as_bool(), role.is_public, "{}", role.arn);
        assert_eq!(row["is_external"].as_bool(), role.is_external, "{}", role.arn);
    }
    let asked = "SELECT COUNT(*) AS n FROM role_trust WHERE is_external AND NOT is_public AND is_external_id_required";
    assert!(crawled.number(asked).await > 0, "vendors ask for an external id");
}
