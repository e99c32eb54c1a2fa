//! What is told of a region that was denied for a night, of lists that were denied in another one, of an account that
//! was closed, and of one that left: of each row once, and never that it is gone.

use std::collections::BTreeMap;

use orgcensus_answers::{Change, Diff, Difference, Snapshot};
use orgcensus_sim::ChangeTruth;
use orgcensus_tests::Place;

use super::{of_night, rows, text};

/// By table and what is told.
type Counts = BTreeMap<(String, &'static str), u64>;

const OF_REGION: [&str; 4] = ["ec2_security_groups", "ec2_vpcs", "sns_topics", "sqs_queues"];
const OF_LISTS: [&str; 3] = ["s3_buckets", "sns_topics", "sqs_queues"];
const OF_ACCOUNT: [&str; 4] = ["ec2_security_groups", "ec2_vpcs", "iam_roles", "kms_keys"];

/// The one change of this name.
pub(super) fn the_one<'a>(changes: &'a [ChangeTruth], name: &str) -> &'a ChangeTruth {
    let found: Vec<_> = changes.iter().filter(|it| it.change == name).collect();
    let [one] = found[..] else { panic!("{name}: {changes:?}") };
    one
}

async fn of_run(place: &Place, night: u32) -> Snapshot {
    Snapshot::open(&place.lake, &of_night(night)).await.expect("a snapshot")
}

/// The region is denied in the second night, the lists in the third, and in the last one two accounts are out.
pub(super) async fn assert_places(place: &Place, changes: &[ChangeTruth]) {
    let denied = the_one(changes, "region_denied");
    let there = format!("account_id = '{}' AND region = '{}'", denied.account_id, denied.who);
    assert_unseen(place, [0, 1], &OF_REGION, &there, "denied_by_scp").await;
    // What is back has not appeared.
    let found = differences(place, [1, 2], &["ec2_vpcs"]).await;
    assert_eq!(counts(&found), held(place, 2, &["ec2_vpcs"], &there, Change::NotSeen).await, "{found:?}");
    let sql = "SELECT DISTINCT account_id FROM coverage WHERE outcome = 'denied_by_scp'";
    let denied_to: Vec<String> =
        rows(&of_run(place, 1).await, sql).await.iter().map(|it| text(it, "account_id")).collect();
    assert_eq!(denied_to, std::slice::from_ref(&denied.account_id));

    let members = format!("account_id <> '{}'", place.simulation.account_id(0));
    assert_unseen(place, [1, 2], &OF_LISTS, &members, "denied").await;

    let found = differences(place, [2, 3], &OF_ACCOUNT).await;
    let out = ["account_closed", "account_left"].map(|name| the_one(changes, name).account_id.as_str());
    let is_out = |it: &&Difference| it.account_id.as_deref().is_some_and(|id| out.contains(&id));
    for account_id in out {
        let of_it = found.iter().filter(|it| it.account_id.as_deref() == Some(account_id));
        let there = format!("account_id = '{account_id}'");
        let expected = held(place, 2, &OF_ACCOUNT, &there, Change::AccountLeft).await;
        assert_eq!(counts(of_it), expected, "{account_id}");
    }
    let others = found.iter().filter(|it| !is_out(it));
    let untrue: Vec<_> = others.filter(|it| it.change == Change::AccountLeft || it.change == Change::Gone).collect();
    assert!(untrue.is_empty(), "{untrue:?}");
}

/// Between the two nights every row of these tables that was there is told to be unseen, and why, and nothing else is.
async fn assert_unseen(place: &Place, nights: [u32; 2], tables: &[&str], there: &str, outcome: &str) {
    let found = differences(place, nights, tables).await;
    assert_eq!(counts(&found), held(place, nights[0], tables, there, Change::NotSeen).await, "{nights:?}");
    for it in &found {
        assert!(it.reason.as_ref().is_some_and(|reason| reason.ends_with(&format!(" {outcome}"))), "{it:?}");
    }
}

/// What differs between two nights.
async fn differences(place: &Place, nights: [u32; 2], tables: &[&str]) -> Vec<Difference> {
    let [from, to] = nights.map(of_night);
    let tables: Vec<String> = tables.iter().map(|&table| table.to_owned()).collect();
    let mut diff = Diff::open(&place.lake, Some(&from), &to, &tables).await.expect("two nights");
    let mut found = Vec::new();
    while let Some(more) = diff.next().await.expect("differences") {
        found.extend(more);
    }
    found
}

fn counts<'a>(found: impl IntoIterator<Item = &'a Difference>) -> Counts {
    let mut counts = Counts::new();
    for it in found {
        *counts.entry((it.table_name.clone(), it.change.as_str())).or_default() += 1;
    }
    counts
}

/// What is told if that is told of each row which these tables have there in a night. The first table has some.
async fn held(place: &Place, night: u32, tables: &[&str], there: &str, change: Change) -> Counts {
    let snapshot = of_run(place, night).await;
    let mut counts = Counts::new();
    for (at, table) in tables.iter().enumerate() {
        let held = rows(&snapshot, &format!("SELECT COUNT(*) AS held FROM {table} WHERE {there}")).await;
        let count = held[0]["held"].as_u64().unwrap_or_default();
        assert!(at > 0 || count > 0, "{table} has no row where {there}");
        if count > 0 {
            counts.insert(((*table).to_owned(), change.as_str()), count);
        }
    }
    counts
}
