//! What `orgcensus history` tells of twenty things over the four nights, with who made each change.

use std::collections::BTreeMap;

use orgcensus_answers::{Event, Life, Snapshot, Subject};
use orgcensus_sim::ChangeTruth;
use orgcensus_tests::Place;

use super::places::the_one;
use super::{SHOWCASE, rows, text};

/// Where no rule looks for the change: a user who is gone, a new key.
const NO_RULE: &str = "no rule of change knows which event makes it";

/// Of one thing the table and the columns that are looked at, and what is told. A row as a whole has no column.
type Told<'a> = (String, &'a str, &'a [&'a str], Vec<String>);

pub(super) async fn assert_histories(place: &Place, changes: &[ChangeTruth]) {
    let account_id = place.simulation.account_id(SHOWCASE);
    let snapshot = place.snapshot().await;
    let (of, whole) = (Things { snapshot: &snapshot, account_id: &account_id, changes }, &["-"][..]);
    let user = |name: &str| format!("arn:aws:iam::{account_id}:user/people/{name}");
    let policy = |name: &str| format!("arn:aws:iam::{account_id}:policy/planted/{name}");
    let lines = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
    let root = ["has_access_key", "is_mfa_enabled", "mfa_type"];
    let of_root = root.map(|column| format!("3 changed {column}: root"));
    let gone = vec!["1 appeared -: olga".to_owned(), format!("3 gone -: {NO_RULE}")];
    let [denied, closed, left] = ["region_denied", "account_closed", "account_left"].map(|name| the_one(changes, name));
    let crawler = |account_id: &str| format!("arn:aws:iam::{account_id}:role/orgcensus");
    let is_left = || lines(&["0 seen -: -", "3 account_left -: -"]);
    let region = &place.simulation.settings().regions[0];
    let group = of.arn("ec2_security_groups", &format!("group_name = 'desk' AND region = '{region}'")).await;
    let vpc = of.arn_of(&denied.account_id, "ec2_vpcs", &format!("region = '{}'", denied.who)).await;
    // It has a rule for an office and one for what goes out; the one that opened it is gone again.
    let mut of_group = lines(&["0 seen -: -", "0 seen -: -", "2 appeared -: olga"]);
    of_group.push(format!("3 gone -: {NO_RULE}"));
    // What was denied in the third night.
    let unseen = || lines(&["0 seen -: -", "2 not_seen -: -", "3 seen -: -"]);
    let told: [Told<'_>; 20] = [
        (user("night-1"), "iam_users", whole, gone),
        (user("night-2"), "iam_users", whole, lines(&["2 appeared -: olga"])),
        // Made again under the same name.
        (
            user("night-2"),
            "iam_users",
            &["created_at", "user_id"][..],
            vec![format!("3 changed created_at: {NO_RULE}"), "3 changed user_id: olga".to_owned()],
        ),
        (user("night-3"), "iam_users", whole, lines(&["3 appeared -: olga"])),
        (user("night-9"), "iam_users", whole, lines(&[])),
        (
            of.user("mfa_removed").await,
            "iam_credential_report",
            &["mfa_active"][..],
            lines(&["1 changed mfa_active: olga"]),
        ),
        (of.user("keys_deactivated").await, "iam_users", whole, of.first_seen("keys_deactivated")),
        (format!("arn:aws:iam::{account_id}:root"), "iam_root_users", &root[..], of_root.to_vec()),
        (policy("night-2"), "policy_statements", whole, lines(&["2 appeared -: olga"])),
        // The night before did not see all policies of the account: its buckets were denied.
        (policy("night-3"), "policy_statements", whole, lines(&["3 seen -: -"])),
        (
            format!("arn:aws:iam::{account_id}:role/show/for-people"),
            "policy_documents",
            &["document"][..],
            lines(&["2 changed document: olga", "3 changed document: olga"]),
        ),
        (of.one("s3_buckets").await, "s3_buckets", whole, unseen()),
        (of.one("sqs_queues").await, "sqs_queues", whole, unseen()),
        (group, "ec2_security_group_rules", whole, of_group),
        (vpc, "ec2_vpcs", whole, lines(&["0 seen -: -", "1 not_seen -: -", "2 seen -: -"])),
        (account_id.clone(), "accounts", whole, lines(&["0 seen -: -"])),
        (closed.account_id.clone(), "accounts", &["status"][..], vec![format!("3 changed status: {NO_RULE}")]),
        (crawler(&closed.account_id), "iam_roles", whole, is_left()),
        (left.account_id.clone(), "accounts", whole, is_left()),
        (crawler(&left.account_id), "iam_roles", whole, is_left()),
    ];
    let commits = place.lake.snapshots().await.expect("snapshots");
    let nights: BTreeMap<&str, usize> =
        commits.iter().enumerate().map(|(night, it)| (it.snapshot_date.as_str(), night)).collect();
    assert_eq!(nights.len(), 4, "a date each");
    for (thing, table, columns, expected) in told {
        let found = history(place, &nights, (&thing, table, columns)).await;
        assert_eq!(found, expected, "{thing} {table}");
    }
}

/// What is told of a thing's rows in a table, and of these columns.
async fn history(
    place: &Place,
    nights: &BTreeMap<&str, usize>,
    (thing, table, columns): (&str, &str, &[&str]),
) -> Vec<String> {
    let subject: Subject = thing.parse().expect("an ARN or an account");
    let mut life = Life::open(&place.lake, &subject, &[table.to_owned()]).await.expect("a history");
    let mut found = Vec::new();
    while let Some(events) = life.next().await.expect("a night") {
        let is_asked = |it: &&Event| columns.contains(&it.column_name.as_deref().unwrap_or("-"));
        // What root had before it was hardened is another one in each organization.
        let is_known = |it: &&Event| table != "iam_root_users" || nights[it.snapshot_date.as_str()] == 3;
        found.extend(
            events.iter().filter(is_asked).filter(is_known).map(|it| line(nights[it.snapshot_date.as_str()], it)),
        );
    }
    found
}

/// `3 changed mfa_type: root`
fn line(night: usize, it: &Event) -> String {
    let named = it.actor_arn.as_deref().and_then(|arn| arn.rsplit(['/', ':']).next());
    let has_event = it.event_id.is_some() && it.event_time.is_some();
    assert_eq!(named.is_some(), has_event, "{it:?}");
    assert!(named.is_none() || it.actor_reason.is_none(), "{it:?}");
    let column = it.column_name.as_deref().unwrap_or("-");
    format!("{night} {} {column}: {}", it.change, named.or(it.actor_reason.as_deref()).unwrap_or("-"))
}

/// Things of the account whose users change.
struct Things<'a> {
    snapshot: &'a Snapshot,
    account_id: &'a str,
    changes: &'a [ChangeTruth],
}

impl Things<'_> {
    fn who(&self, change: &str) -> &str {
        let made = self.changes.iter().find(|it| it.night == 1 && it.change == change);
        made.map_or_else(|| panic!("{change}: {:?}", self.changes), |it| it.who.as_str())
    }

    /// The user of a change of the first night.
    async fn user(&self, change: &str) -> String {
        let who = self.who(change);
        if who.starts_with("night-") && who != "night-0" {
            // It may be gone.
            return format!("arn:aws:iam::{}:user/people/{who}", self.account_id);
        }
        self.arn("iam_users", &format!("user_name = '{who}'")).await
    }

    /// When that user was seen first; who was added in a night is gone in the second one after it.
    fn first_seen(&self, change: &str) -> Vec<String> {
        match self.who(change) {
            "night-1" => vec!["1 appeared -: olga".to_owned(), format!("3 gone -: {NO_RULE}")],
            _ => vec!["0 seen -: -".to_owned()],
        }
    }

    async fn one(&self, table: &str) -> String {
        self.arn(table, "true").await
    }

    async fn arn(&self, table: &str, condition: &str) -> String {
        self.arn_of(self.account_id, table, condition).await
    }

    async fn arn_of(&self, account_id: &str, table: &str, condition: &str) -> String {
        let sql = format!("SELECT MIN(arn) AS arn FROM {table} WHERE account_id = '{account_id}' AND {condition}");
        let rows = rows(self.snapshot, &sql).await;
        text(&rows[0], "arn")
    }
}
