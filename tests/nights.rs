//! Several nights of one organization in one lake: what earlier nights know is carried, also over a night that was
//! denied.

use std::collections::BTreeMap;

use orgcensus_answers::{Changes, Format, Snapshot, Which, format, select_rules};
use orgcensus_crawl::{Crawl, run};
use orgcensus_sim::{ChangeTruth, Settings, Troubles};
use orgcensus_tests::{Place, Way};
use serde_json::Value;

const DAY_MILLIS: i64 = 86_400_000;

/// The account whose users change from night to night, by its place.
const SHOWCASE: u64 = 1;

/// The night in which nobody reads that account's credential report.
const DENIED: u32 = 2;

const REVIEW: &str = "SELECT account_id, user_name, is_root, reasons, next_step, is_inactive, inactive_seen_since, \
    inactive_seen_days, root_used_dates, root_used_date_count, captured_at FROM credential_review";

type Rows = BTreeMap<(String, String), Value>;

fn text(row: &Value, column: &str) -> String {
    row[column].as_str().unwrap_or_default().to_owned()
}

async fn rows(snapshot: &Snapshot, sql: &str) -> Vec<Value> {
    let batches = snapshot.query(sql).await.expect(sql).collect().await.expect(sql);
    let mut bytes = Vec::new();
    format(&batches, Format::Json, &mut bytes).expect("JSON");
    serde_json::from_slice(&bytes).expect("an array")
}

/// The rows of the newest snapshot, by account and user.
async fn reviews(snapshot: &Snapshot) -> Rows {
    let rows = rows(snapshot, REVIEW).await;
    rows.into_iter().map(|row| ((text(&row, "account_id"), text(&row, "user_name")), row)).collect()
}

/// The organization in a night. The last night is today's.
fn settings(night: u32) -> Settings {
    let settings = Settings { troubles: Troubles::none(), ..Settings::new(12, 1) };
    let first = Settings { now_millis: settings.now_millis - 3 * DAY_MILLIS, ..settings };
    let denied_actions = match night {
        DENIED => vec![(SHOWCASE, "iam:GenerateCredentialReport".to_owned())],
        _ => Vec::new(),
    };
    Settings { denied_actions, ..first.at_night(night) }
}

fn is_inactive(row: &Value) -> bool {
    row["is_inactive"] == true
}

#[tokio::test(flavor = "multi_thread")]
async fn what_earlier_nights_know_is_carried_also_over_a_night_that_was_denied() {
    let mut place = Place::new(settings(0), Way::Inside);
    let mut nights: Vec<Rows> = Vec::new();
    for night in 0..=3 {
        place = place.in_night(settings(night));
        let crawl = Crawl { run_id: format!("night-{night}"), ..place.crawl().await };
        run(crawl).await.expect("a run");
        nights.push(reviews(&place.snapshot().await).await);
    }
    let [first, second, denied, last] = &nights[..] else { panic!("four nights") };
    for (who, row) in first {
        let earlier = ["inactive_seen_since", "inactive_seen_days", "root_used_dates", "root_used_date_count"];
        assert!(earlier.iter().all(|column| row[*column].is_null()), "a first census, {who:?}: {row}");
    }
    assert_inactive(first, second, denied, last);
    assert_denied(&place.simulation.account_id(SHOWCASE), second, denied);
    let deletes = nights.iter().flatten().filter(|(_, row)| row["next_step"] == "delete").count();
    assert_eq!(deletes, 0, "three days are no rest");
    let changes = place.simulation.truth().changes;
    assert_root(&place.simulation.account_id(SHOWCASE), &changes, [first, second, denied, last]);
    assert_activity(&place.snapshot().await, &changes).await;
    assert_actors(&place, &changes).await;
}

/// Who was added in the last night has the one who added them, and the sign-ins are found.
async fn assert_actors(place: &Place, changes: &[ChangeTruth]) {
    let rules = select_rules(&["D6", "D10", "D11", "D12"].map(str::to_owned)).expect("rules");
    let mut open = Changes::open(&place.lake, None, &Which::Newest, &rules, false).await.expect("two nights");
    let mut found = Vec::new();
    while let Some(more) = open.next().await.expect("changes") {
        found.extend(more);
    }
    let of = |rule: &str| found.iter().filter(|it| it.rule_id == rule).collect::<Vec<_>>();
    let added = changes.iter().filter(|it| it.night == 3 && it.change == "user_added").count();
    assert_eq!(of("D6").len(), added, "{found:?}");
    for it in of("D6") {
        let actor = it.actor_arn.as_deref().unwrap_or_default();
        assert!(actor.ends_with(":assumed-role/administrator/olga") && it.event_id.is_some(), "{it:?}");
    }
    for rule in ["D10", "D11", "D12"] {
        let found = of(rule);
        assert!(found.len() == 1 && found[0].is_seen() && found[0].event_time.is_some(), "{rule}: {found:?}");
    }
    assert_eq!(of("D10")[0].resource, None, "what was typed as a name is not stored");
}

/// The events of the last night alone, since those of the nights before were read then.
async fn assert_activity(snapshot: &Snapshot, changes: &[ChangeTruth]) {
    let made = |change: &str| changes.iter().filter(|it| it.night == 3 && it.change == change).count() as u64;
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
        // Of two sign-ins one failed, and has no name.
        ("ConsoleLogin", "IAMUser", (2, 1)),
        ("ConsoleLogin", "Root", (made("root_used"), made("root_used"))),
        ("CreateUser", "AssumedRole", (made("user_added"), made("user_added"))),
        ("DeactivateMFADevice", "AssumedRole", (made("mfa_removed"), made("mfa_removed"))),
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
