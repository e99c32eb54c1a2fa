//! Several nights of one organization in one lake: what earlier nights know is carried, also over a night that was
//! denied, and what is published of the answers is what is answered.

mod history;
mod known;
mod places;

use std::collections::BTreeMap;

use orgcensus_answers::{
    Change, Changes, Format, Found, Question, Rule, Snapshot, Which, ask_json, format, questions, rules, select,
    select_rules,
};
use orgcensus_crawl::{Crawl, run};
use orgcensus_lake::Lake;
use orgcensus_sim::{ChangeTruth, Settings, Troubles};
use orgcensus_tests::{Place, Way};
use serde_json::{Value, json};

use history::assert_histories;
use known::{Missed, assert_last_night, assert_missed, assert_opened, assert_told, assert_who_removed_mfa, unseen};
use places::{assert_places, the_one};

const DAY_MILLIS: i64 = 86_400_000;

/// The account whose users change from night to night, by its place.
const SHOWCASE: u64 = 1;

/// The night in which nobody reads that account's credential report, nor these lists of any member.
const DENIED: u32 = 2;
const DENIED_LISTS: [&str; 3] = ["s3:ListAllMyBuckets", "sns:ListTopics", "sqs:ListQueues"];
const ACCOUNTS: u64 = 12;

const REVIEW: &str = "SELECT account_id, user_name, is_root, reasons, next_step, is_inactive, inactive_seen_since, \
    inactive_seen_days, root_used_dates, root_used_date_count, captured_at FROM credential_review";

type Rows = BTreeMap<(String, String), Value>;

fn text(row: &Value, column: &str) -> String {
    row[column].as_str().unwrap_or_default().to_owned()
}

/// The rows of a query.
async fn rows(snapshot: &Snapshot, sql: &str) -> Vec<Value> {
    let batches = snapshot.query(sql).await.expect(sql).collect().await.expect(sql);
    let mut bytes = Vec::new();
    format(&batches, Format::Json, &mut bytes).expect("JSON");
    serde_json::from_slice(&bytes).expect("an array")
}

/// The rows of a shipped list.
async fn list(snapshot: &Snapshot, id: &str) -> Vec<Value> {
    let answer = ask_json(snapshot, &select(&[id]).expect("a question")).await.expect("an answer");
    answer[0]["rows"].as_array().expect("rows").clone()
}

/// The rows of the newest snapshot, by account and user.
async fn reviews(snapshot: &Snapshot) -> Rows {
    let rows = rows(snapshot, REVIEW).await;
    rows.into_iter().map(|row| ((text(&row, "account_id"), text(&row, "user_name")), row)).collect()
}

/// Cells of a row.
fn cells<const N: usize>(row: &Value, columns: [&str; N]) -> Vec<Value> {
    columns.iter().map(|column| row[*column].clone()).collect()
}

/// How many organizations have their nights: one, or as many as `ORGCENSUS_NIGHTS_SEEDS` says.
fn seeds() -> u64 {
    orgcensus_tests::seeds("ORGCENSUS_NIGHTS_SEEDS", 1)
}

/// The organization in a night. The last night is today's.
fn settings(seed: u64, night: u32) -> Settings {
    let settings = Settings { troubles: Troubles::none(), ..Settings::new(ACCOUNTS, seed) };
    let first = Settings { now_millis: settings.now_millis - 3 * DAY_MILLIS, ..settings };
    let denied_actions = match night {
        DENIED => {
            let lists = DENIED_LISTS.iter().flat_map(|it| (1..ACCOUNTS).map(|place| (place, (*it).to_owned())));
            lists.chain([(SHOWCASE, "iam:GenerateCredentialReport".to_owned())]).collect()
        }
        _ => Vec::new(),
    };
    Settings { denied_actions, ..first.at_night(night) }
}

/// How the run of a night is called.
fn run_of(night: u32) -> String {
    format!("night-{night}")
}

/// The snapshot of a night.
fn of_night(night: u32) -> Which {
    Which::Run(run_of(night))
}

fn is_inactive(row: &Value) -> bool {
    row["is_inactive"] == true
}

#[tokio::test(flavor = "multi_thread")]
async fn what_earlier_nights_know_is_carried_also_over_a_night_that_was_denied() {
    for seed in 1..=seeds() {
        four_nights(seed).await;
    }
}

async fn four_nights(seed: u64) {
    let mut place = Place::new(settings(seed, 0), Way::Inside);
    let mut nights: Vec<Rows> = Vec::new();
    let mut seen: Vec<FirstSeen> = Vec::new();
    let mut missed: Vec<Missed> = Vec::new();
    for night in 0..=3 {
        place = place.in_night(settings(seed, night));
        let materializations = orgcensus_materialize::shipped().expect("what is shipped");
        let crawl = Crawl { run_id: run_of(night), materializations, ..place.crawl().await };
        run(crawl).await.expect("a run");
        let snapshot = place.snapshot().await;
        assert_materialized(&snapshot, night).await;
        let counted = list(&snapshot, "G7").await;
        assert_changes(&place.lake, &snapshot, &counted, night).await;
        assert_facts(&snapshot).await;
        seen.push(first_seen(&snapshot).await);
        missed.push(unseen(&snapshot).await);
        if night > 0 {
            assert_told(&counted, &place.simulation.account_id(SHOWCASE), &place.simulation.truth().changes, night);
        }
        nights.push(reviews(&snapshot).await);
    }
    let changes = place.simulation.truth().changes;
    let out = ["account_closed", "account_left"].map(|name| the_one(&changes, name).account_id.as_str());
    assert_first_seen(&seen, out);
    assert_missed(&place, &missed, &changes);
    let [first, second, denied, last] = &nights[..] else { panic!("four nights") };
    for (who, row) in first {
        let earlier = ["inactive_seen_since", "inactive_seen_days", "root_used_dates", "root_used_date_count"];
        assert!(earlier.iter().all(|column| row[*column].is_null()), "a first census, {who:?}: {row}");
    }
    assert_inactive(first, second, denied, last);
    assert_denied(&place.simulation.account_id(SHOWCASE), second, denied);
    let deletes = nights.iter().flatten().filter(|(_, row)| row["next_step"] == "delete").count();
    assert_eq!(deletes, 0, "three days are no rest");
    assert_root(&place.simulation.account_id(SHOWCASE), &changes, [first, second, denied, last]);
    assert_activity(&place.snapshot().await, &changes).await;
    assert_actors(&place, &changes).await;
    assert_who_removed_mfa(&place.lake, &changes).await;
    assert_opened(&place.lake, &changes).await;
    assert_last_night(&place.lake, &changes).await;
    assert_places(&place, &changes).await;
    assert_histories(&place, &changes).await;
}

/// What the rules find between two nights.
async fn found_between(lake: &Lake, from: Option<&Which>, to: &Which, rules: &[&Rule]) -> Vec<Found> {
    let mut changes = Changes::open(lake, from, to, rules, false).await.expect("two nights");
    let mut found = Vec::new();
    while let Some(more) = changes.next().await.expect("changes") {
        found.extend(more);
    }
    found
}

/// Who was added in the last night, or made again, has the one who did it, and the sign-ins are found.
async fn assert_actors(place: &Place, changes: &[ChangeTruth]) {
    let rules = select_rules(&["D6", "D10", "D11", "D12"].map(str::to_owned)).expect("rules");
    let found = found_between(&place.lake, None, &Which::Newest, &rules).await;
    let of = |rule: &str| found.iter().filter(|it| it.rule_id == rule).collect::<Vec<_>>();
    let made = |change: &str| changes.iter().filter(|it| it.night == 3 && it.change == change).count();
    let (added, replaced) = (made("user_added"), made("user_replaced"));
    assert_eq!(of("D6").len(), added + replaced, "{found:?}");
    let changed = of("D6").iter().filter(|it| it.change == Change::Changed).count();
    assert_eq!((changed, replaced), (1, 1), "{found:?}");
    for it in of("D6") {
        let actor = it.actor_arn.as_deref().unwrap_or_default();
        assert!(actor.ends_with(":assumed-role/administrator/olga") && it.event_id.is_some(), "{it:?}");
    }
    for rule in ["D10", "D11", "D12"] {
        let found = of(rule);
        assert!(found.len() == 1 && found[0].is_seen() && found[0].event_time.is_some(), "{rule}: {found:?}");
    }
    assert_eq!(of("D10")[0].resource, None, "what was typed as a name is not stored");
    let told = list(&place.snapshot().await, "G18").await;
    let told: Vec<_> = told.iter().filter(|row| row["rule_id"] == "D6").collect();
    assert_eq!(told.len(), added + replaced, "{told:?}");
    for row in told {
        assert!(row["event_name"] == "CreateUser" && text(row, "actor_arn").ends_with("/olga"), "{row}");
    }
}

/// The events of the last night alone, since those of the nights before were read then.
async fn assert_activity(snapshot: &Snapshot, changes: &[ChangeTruth]) {
    let made = |change: &str| {
        let count = changes.iter().filter(|it| it.night == 3 && it.change == change).count() as u64;
        (count, count)
    };
    let made_users = made("user_added").0 + made("user_replaced").0;
    let sql =
        "SELECT event_name, actor_type, COUNT(*) AS events, COUNT(actor_arn) AS actors FROM activity GROUP BY 1, 2";
    let found: BTreeMap<(String, String), (u64, u64)> = rows(snapshot, sql)
        .await
        .iter()
        .map(|row| {
            let count = |name: &str| row[name].as_u64().unwrap_or_default();
            ((text(row, "event_name"), text(row, "actor_type")), (count("events"), count("actors")))
        })
        .collect();
    let expected = [
        ("AttachUserPolicy", "AssumedRole", made("policy_attached")),
        // Of two sign-ins one failed, and has no name.
        ("ConsoleLogin", "IAMUser", (2, 1)),
        ("ConsoleLogin", "Root", made("root_used")),
        ("CreateAccessKey", "Root", made("root_key_made")),
        ("CreatePolicy", "AssumedRole", made("policy_made")),
        ("CreateUser", "AssumedRole", (made_users, made_users)),
        ("DeactivateMFADevice", "AssumedRole", made("mfa_removed")),
        ("DeactivateMFADevice", "Root", made("root_mfa_removed")),
        ("UpdateAssumeRolePolicy", "AssumedRole", made("trust_changed")),
    ];
    let expected = expected.into_iter().filter(|(.., counts)| counts.0 > 0);
    let expected: BTreeMap<_, _> =
        expected.map(|(name, kind, counts)| ((name.to_owned(), kind.to_owned()), counts)).collect();
    assert_eq!(found, expected);
    // The night before, less an hour.
    let sql = "SELECT DISTINCT since_at, captured_at FROM activity_windows";
    let windows = rows(snapshot, sql).await;
    let hour = |name: &str| text(&windows[0], name)[11..13].to_owned();
    assert_eq!((windows.len(), hour("captured_at"), hour("since_at")), (1, "00".into(), "23".into()), "{windows:?}");
}

/// Who was inactive in the first night and still is has been so since that night; others since a later one.
fn assert_inactive(first: &Rows, second: &Rows, denied: &Rows, last: &Rows) {
    let days = |row: &Value| row["inactive_seen_days"].as_i64();
    let mut seen = 0;
    for (who, row) in last.iter().filter(|(_, row)| is_inactive(row)) {
        let nights = [first, second, denied].map(|night| night.get(who));
        let is_always = nights.iter().all(|row| row.is_some_and(|row| row["is_inactive"] != false));
        let was_at_first = nights[0].is_some_and(is_inactive);
        if is_always && was_at_first {
            seen += 1;
            assert_eq!(days(row), Some(3), "{who:?}: {row}");
        } else {
            assert!(days(row).is_some_and(|days| days < 3), "{who:?}: {row}");
        }
    }
    assert!(seen > 0, "somebody was inactive in all nights");
    let mut active = last.values().filter(|row| row["is_inactive"] == false);
    assert!(active.all(|row| row["inactive_seen_since"].is_null()));
}

/// The denied night says that there was no report, knows the same users, and carries on what was known of them.
fn assert_denied(account_id: &str, second: &Rows, denied: &Rows) {
    let of = |(who, _): &(&(String, String), &Value)| who.0 == account_id;
    for (who, row) in denied.iter().filter(of) {
        assert_eq!(row["reasons"], serde_json::json!(["report_missing"]), "{who:?}");
        assert!(row["is_inactive"].is_null() && row["next_step"].is_null(), "{who:?}: {row}");
        let before = second.get(who);
        let since = before.map_or(Value::Null, |row| row["inactive_seen_since"].clone());
        assert_eq!(row["inactive_seen_since"], since, "{who:?}");
    }
    assert!(denied.contains_key(&(account_id.to_owned(), "<root_account>".to_owned())));
}

/// Root was used half a day before each later night, so on the day of the night before. The use that the denied night
/// did not see was overwritten by the next one.
fn assert_root(account_id: &str, changes: &[ChangeTruth], nights: [&Rows; 4]) {
    let uses = changes.iter().filter(|it| it.change == "root_used" && it.account_id == account_id);
    assert_eq!(uses.map(|it| it.night).collect::<Vec<_>>(), [1, 2, 3]);
    let root = |night: usize| &nights[night][&(account_id.to_owned(), "<root_account>".to_owned())];
    let day = |night: usize| text(root(night), "captured_at")[..10].to_owned();
    let dates = root(3)["root_used_dates"].as_array().expect("dates").clone();
    let is_there = |night: usize| dates.iter().any(|date| *date == day(night).as_str());
    assert!(is_there(0) && is_there(2), "{}", root(3));
    assert!(!is_there(1), "the denied night: {}", root(3));
    assert_eq!(root(3)["root_used_date_count"].as_u64(), u64::try_from(dates.len()).ok());
}

/// Each table says how it was made, and with which earlier snapshot.
async fn assert_materialized(snapshot: &Snapshot, night: u32) {
    let sql = "SELECT table_name, outcome, previous_run_id FROM materializations ORDER BY table_name";
    let found: Vec<_> =
        rows(snapshot, sql).await.iter().map(|row| cells(row, ["table_name", "outcome", "previous_run_id"])).collect();
    let (outcome, previous) = match night {
        0 => ("no_previous", Value::Null),
        _ => ("complete", json!(format!("night-{}", night - 1))),
    };
    let expected = [
        vec![json!("can_assume"), json!("complete"), Value::Null],
        vec![json!("can_become"), json!("complete"), Value::Null],
        vec![json!("changes"), json!(outcome), previous.clone()],
        // The shipped configuration does not say what is critical.
        vec![json!("critical_access"), json!("not_configured"), Value::Null],
        vec![json!("effective_access"), json!("complete"), Value::Null],
        vec![json!("exceptions"), json!("complete"), Value::Null],
        vec![json!("facts"), json!("complete"), Value::Null],
        vec![json!("first_seen"), json!(outcome), previous],
        vec![json!("guardrail_stops"), json!("complete"), Value::Null],
    ];
    assert_eq!(found, expected, "night {night}");
}

/// The published changes are those that `orgcensus changes` tells, and that G7 counts; a first night has none.
async fn assert_changes(lake: &Lake, snapshot: &Snapshot, counted: &[Value], night: u32) {
    let sql = "SELECT rule_id, priority, title, change, NULLIF(account_id, '') AS account_id, resource, was, now, \
        reason FROM changes ORDER BY ordinal";
    let columns = ["rule_id", "priority", "title", "change", "account_id", "resource", "was", "now", "reason"];
    let published: Vec<_> = rows(snapshot, sql).await.iter().map(|row| cells(row, columns)).collect();
    assert_counted(counted, &published);
    if night == 0 {
        assert!(published.is_empty(), "{published:?}");
        return;
    }
    let rules: Vec<&Rule> = rules().expect("the shipped rules").iter().collect();
    let found = found_between(lake, None, &Which::Newest, &rules).await;
    let row = |it: &Found| {
        vec![
            json!(it.rule_id),
            json!(it.priority.as_str()),
            json!(it.title),
            json!(it.change.as_str()),
            json!(it.account_id),
            json!(it.resource),
            json!(it.was),
            json!(it.now),
            json!(it.reason),
        ]
    };
    let expected: Vec<Vec<Value>> = found.iter().map(row).collect();
    assert!(expected.iter().any(|row| row[3] == "appeared"), "night {night}: a user is added in each");
    assert_eq!(published, expected, "night {night}");
}

/// G7 counts each of the published changes once; in a first night it says that nothing was compared.
fn assert_counted(counted: &[Value], published: &[Vec<Value>]) {
    if published.is_empty() {
        assert_eq!(counted.len(), 1, "{counted:?}");
        assert_eq!(cells(&counted[0], ["change", "reason"]), [json!("not_seen"), json!("no_previous")]);
        return;
    }
    let mut expected: BTreeMap<[String; 3], u64> = BTreeMap::new();
    for row in published {
        // Account, rule and change.
        *expected.entry([4, 0, 3].map(|column| row[column].to_string())).or_default() += 1;
    }
    let key = |row: &Value| ["account_id", "rule_id", "change"].map(|column| row[column].to_string());
    let counted: Vec<_> = counted.iter().map(|row| (key(row), row["change_count"].as_u64().unwrap_or(0))).collect();
    assert_eq!(counted.len(), expected.len(), "a row of each");
    assert_eq!(counted.into_iter().collect::<BTreeMap<_, _>>(), expected);
}

/// The published facts are the answers of `orgcensus ask`, without a name.
async fn assert_facts(snapshot: &Snapshot) {
    let questions: Vec<&Question> =
        questions().expect("the shipped questions").iter().filter(|it| !it.is_list()).collect();
    let asked = ask_json(snapshot, &questions).await.expect("answers");
    let sql = "SELECT question_id AS id, population, definition, numerator, denominator, unknown_count, \
        coverage_percent, account_id, account_name, ou_path, is_answered FROM facts";
    let published = rows(snapshot, sql).await;
    let line = |row: &Value| {
        // The paths of users are chosen by somebody, and published as hashes.
        let population = if row["definition"] == "by_path" { String::new() } else { text(row, "population") };
        let numbers = ["id", "definition", "numerator", "denominator", "unknown_count", "coverage_percent"];
        format!("{population} {:?}", cells(row, numbers))
    };
    let sorted = |rows: &[Value]| {
        let mut lines: Vec<String> = rows.iter().map(line).collect();
        lines.sort();
        lines
    };
    let asked = asked.as_array().expect("an array");
    assert!(asked.len() >= questions.len());
    assert_eq!(sorted(&published), sorted(asked));
    for row in &published {
        assert_eq!(row["is_answered"], true, "{row}");
        let names = ["account_id", "account_name", "ou_path"];
        assert!(names.iter().all(|name| text(row, name).is_empty()), "{row}");
        assert!(row["definition"] != "by_path" || !text(row, "population").contains('/'), "{row}");
    }
}

/// By account, kind, resource and principal.
type FirstSeen = BTreeMap<[String; 4], Value>;

async fn first_seen(snapshot: &Snapshot) -> FirstSeen {
    let sql =
        "SELECT account_id, kind, resource_arn, principal, first_seen_at, is_perhaps_older, is_seen FROM first_seen";
    let key = |row: &Value| ["account_id", "kind", "resource_arn", "principal"].map(|column| text(row, column));
    rows(snapshot, sql).await.into_iter().map(|row| (key(&row), row)).collect()
}

/// What the denied night did not see keeps its moment, and has it still when it is seen again. What is carried of the
/// accounts that are out in the last night ends with it.
fn assert_first_seen(nights: &[FirstSeen], out: [&str; 2]) {
    let [first, second, denied, last] = nights else { panic!("four nights") };
    assert!(first.values().all(|row| row["first_seen_at"].is_null() && row["is_seen"] == true), "a first census");
    assert!(first.values().all(|row| row["is_perhaps_older"] == true), "a first census");
    let is_out = |key: &[String; 4]| out.contains(&key[0].as_str());
    assert!(second.keys().any(is_out) && !last.keys().any(is_out), "{out:?}");
    let carried: Vec<_> = denied.iter().filter(|(_, row)| row["is_seen"] == false).collect();
    assert!(carried.len() > 1, "what the members' buckets, queues and topics let in");
    for (key, row) in carried {
        assert_eq!(row["first_seen_at"], second[key]["first_seen_at"], "{key:?}");
        assert!(is_out(key) || last[key]["is_seen"] == true, "{key:?}");
    }
    for (key, row) in second {
        let later = if is_out(key) { vec![denied] } else { vec![denied, last] };
        for night in later {
            assert_eq!(night.get(key).map(|it| &it["first_seen_at"]), Some(&row["first_seen_at"]), "{key:?}");
        }
    }
}
