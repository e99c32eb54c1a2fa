//! What the simulator knows of the nights, and what is told of them: who took whose second factor, what the last
//! night changed, what is counted, what was not seen.

use std::collections::BTreeSet;

use orgcensus_answers::{Found, Snapshot, Which, select_rules};
use orgcensus_lake::Lake;
use orgcensus_sim::ChangeTruth;
use orgcensus_tests::Place;
use serde_json::Value;

use super::places::the_one;
use super::{ACCOUNTS, DENIED, SHOWCASE, found_between, list, of_night, text};

/// Whose second factor was taken in the first night, by whom. Of the last night nobody knows: the one before had no
/// credential report.
pub(super) async fn assert_who_removed_mfa(lake: &Lake, changes: &[ChangeTruth]) {
    let [from, to] = [0, 1].map(of_night);
    let rules = select_rules(&["D17".to_owned()]).expect("a rule");
    let mut found = found_between(lake, Some(&from), &to, &rules).await;
    found.retain(Found::is_seen);
    let removed: Vec<_> = changes.iter().filter(|it| it.night == 1 && it.change == "mfa_removed").collect();
    assert!(!removed.is_empty() && found.len() == removed.len(), "{found:?}");
    for (it, truth) in found.iter().zip(removed) {
        let (user, actor) = (it.resource.as_deref().unwrap_or_default(), it.actor_arn.as_deref().unwrap_or_default());
        assert!(user.ends_with(&format!("/{}", truth.who)) && actor.ends_with("/olga"), "{it:?}");
    }
}

/// What the last night changed, and who did it: a policy that is attached to a user, one that allows everything, root's
/// key, root's device, a role's trust.
pub(super) async fn assert_last_night(lake: &Lake, changes: &[ChangeTruth]) {
    for (rule, change, actor) in [
        ("D3", "policy_attached", ":assumed-role/administrator/olga"),
        ("D7", "policy_made", ":assumed-role/administrator/olga"),
        ("D8", "root_key_made", ":root"),
        ("D13", "root_mfa_removed", ":root"),
        ("D14", "root_mfa_removed", ":root"),
        ("D34", "trust_changed", ":assumed-role/administrator/olga"),
    ] {
        let rules = select_rules(&[rule.to_owned()]).expect("a rule");
        let found = found_between(lake, None, &Which::Newest, &rules).await;
        let made: Vec<_> = changes.iter().filter(|it| it.night == 3 && it.change == change).collect();
        assert_is_found(&found, &made, actor);
    }
}

/// The security group that was opened in the third night, by whom. In the last one it is closed, which no rule finds.
pub(super) async fn assert_opened(lake: &Lake, changes: &[ChangeTruth]) {
    let opened = the_one(changes, "group_opened");
    assert_eq!((opened.night, the_one(changes, "group_closed").night), (2, 3));
    let [before, opening, closing] = [1, 2, 3].map(of_night);
    let ids = ["D5", "D9"];
    let rules = select_rules(&ids.map(str::to_owned)).expect("rules");
    let found = found_between(lake, Some(&before), &opening, &rules).await;
    for id in ids {
        let of_it: Vec<Found> = found.iter().filter(|it| it.rule_id == id).cloned().collect();
        assert_is_found(&of_it, &[opened], ":assumed-role/administrator/olga");
    }
    let found = found_between(lake, Some(&opening), &closing, &rules).await;
    assert!(!found.iter().any(Found::is_seen), "{found:?}");
}

/// A rule found the one change that was made, and who made it.
fn assert_is_found(found: &[Found], made: &[&ChangeTruth], actor: &str) {
    let seen: Vec<&Found> = found.iter().filter(|it| it.is_seen()).collect();
    let ([it], [truth]) = (seen.as_slice(), made) else { panic!("{found:?} {made:?}") };
    let about = it.resource.as_deref().and_then(|arn| arn.rsplit(['/', ':']).next());
    assert_eq!((about, it.account_id.as_ref()), (Some(truth.who.as_str()), Some(&truth.account_id)), "{it:?}");
    assert!(it.actor_arn.as_ref().is_some_and(|arn| arn.ends_with(actor)) && it.event_id.is_some(), "{it:?}");
}

/// Of G7: the users who were added are counted, and in the denied night what a rule of the credential report could not see.
pub(super) fn assert_told(counted: &[Value], account_id: &str, changes: &[ChangeTruth], night: u32) {
    let of = |rule: &str, change: &str| -> u64 {
        let is_it =
            |row: &&Value| row["account_id"] == account_id && row["rule_id"] == rule && text(row, "change") == change;
        counted.iter().filter(is_it).map(|row| row["change_count"].as_u64().unwrap_or_default()).sum()
    };
    let added = changes.iter().filter(|it| it.night == night && it.change == "user_added").count() as u64;
    assert_eq!((of("D6", "appeared"), of("D6", "not_seen")), (added, 0), "night {night}: {counted:?}");
    let replaced = changes.iter().filter(|it| it.night == night && it.change == "user_replaced").count() as u64;
    assert_eq!(of("D6", "changed"), replaced, "night {night}: {counted:?}");
    assert_eq!(of("D17", "not_seen") > 0, night >= DENIED, "night {night}: {counted:?}");
}

/// By account and call.
pub(super) type Missed = BTreeSet<[String; 2]>;

/// What was not seen, by G6.
pub(super) async fn unseen(snapshot: &Snapshot) -> Missed {
    let rows = list(snapshot, "G6").await;
    rows.iter().map(|row| ["account_id", "error_operation"].map(|column| text(row, column))).collect()
}

/// The second night missed a region of one account, the denied night what was denied, the last night the account that
/// was closed; nothing is said of the one that left. No night missed more.
pub(super) fn assert_missed(place: &Place, nights: &[Missed], changes: &[ChangeTruth]) {
    let calls = ["s3:ListBuckets", "sns:ListTopics", "sqs:ListQueues"];
    let of = |at: u64, call: &str| [place.simulation.account_id(at), call.to_owned()];
    let lists = (1..ACCOUNTS).flat_map(|at| calls.map(|call| of(at, call)));
    let expected: Missed = lists.chain([of(SHOWCASE, "iam:GenerateCredentialReport")]).collect();
    let [first, second, denied, last] = nights else { panic!("four nights") };
    assert_eq!(denied.difference(first).cloned().collect::<Missed>(), expected);
    let [denied_to, closed, left] =
        ["region_denied", "account_closed", "account_left"].map(|name| the_one(changes, name).account_id.as_str());
    let without = |night: &Missed, accounts: &[&str]| -> Missed {
        night.iter().filter(|[account_id, _]| !accounts.contains(&account_id.as_str())).cloned().collect()
    };
    assert_eq!(without(second, &[denied_to]), without(first, &[denied_to]));
    assert!(second.difference(first).next().is_some(), "{second:?}");
    let mut expected = without(first, &[closed, left]);
    expected.insert([closed.to_owned(), String::new()]);
    assert_eq!(*last, expected);
}
