//! Nights of a small organization, published to a lake.

use std::collections::BTreeMap;

use orgcensus_collectors::cloudtrail::activity::Event;
use orgcensus_crawl::{Outcome, TaskCoverage, TaskRecord};
use orgcensus_lake::{Lake, LakeOptions, Publication, TableEntry};
use orgcensus_row::{GLOBAL, Row, Timestamp};
use serde::Serialize;
use tempfile::TempDir;

use crate::testing::{begin, commit, write};

/// One user.
#[derive(Debug, Clone, Default, Serialize, Row)]
#[row(table = "test_users", key = "arn", resource = "none")]
pub(crate) struct User {
    /// The ARN.
    pub(crate) arn: String,
    /// Whether an MFA device is active.
    pub(crate) mfa_active: Option<bool>,
    /// Names of groups.
    pub(crate) groups: Vec<String>,
    /// Tags.
    pub(crate) tags: Option<BTreeMap<String, String>>,
    /// When the user was made.
    pub(crate) created_at: Option<Timestamp>,
    /// Whole days since then.
    pub(crate) age_days: Option<i32>,
}

/// The same, as an older version had it.
#[derive(Debug, Serialize, Row)]
#[row(table = "test_users", key = "arn", resource = "none")]
pub(crate) struct OldUser {
    /// The ARN.
    pub(crate) arn: String,
}

/// One verdict.
#[derive(Debug, Serialize, Row)]
#[row(table = "test_verdicts", key = "resource_arn, policy_name")]
pub(crate) struct Verdict {
    /// The resource.
    pub(crate) resource_arn: String,
    /// The policy's name.
    pub(crate) policy_name: String,
    /// Whether it is public.
    pub(crate) is_public: Option<bool>,
    /// Why.
    pub(crate) why: Option<String>,
}

/// One account.
#[derive(Debug, Serialize, Row)]
#[row(table = "accounts", key = "arn", resource = "none")]
pub(crate) struct Listed {
    /// The ARN.
    pub(crate) arn: String,
    /// Its state.
    pub(crate) status: Option<String>,
}

pub(crate) fn user(arn: &str) -> User {
    User { arn: arn.into(), mfa_active: Some(true), ..User::default() }
}

/// An event that did something, by `actor-` and its id.
pub(crate) fn happened(id: &str, name: &str, at_millis: i64, resources: &[&str]) -> Event {
    Event {
        event_id: id.to_owned(),
        event_time: Some(Timestamp(at_millis)),
        event_name: Some(name.to_owned()),
        event_source: None,
        event_type: None,
        actor_type: None,
        actor_arn: Some(format!("actor-{id}")),
        session_issuer_arn: None,
        invoked_by: None,
        source_address: None,
        resources: Some(resources.iter().map(|&it| it.to_owned()).collect()),
        error_code: None,
        is_failed: Some(false),
        is_read_only: None,
        is_mfa_used: None,
    }
}

/// Account 0 is the management account. Each account with its state in the organization's list and how its task `users`
/// ended.
pub(crate) struct Night {
    pub(crate) date: &'static str,
    pub(crate) accounts: Vec<(u64, &'static str, Outcome)>,
    pub(crate) users: Vec<(u64, User)>,
    pub(crate) verdicts: Vec<(u64, Verdict)>,
}

pub(crate) async fn coverage(to: &Publication, accounts: &[(u64, &'static str, Outcome)]) -> TableEntry {
    let task = |collector, outcome| TaskCoverage::from(&TaskRecord::untried(collector, GLOBAL, outcome));
    let organization = [(0, task("organization", Outcome::Complete))];
    let users = accounts.iter().map(|(account, _, outcome)| (*account, task("users", *outcome)));
    write(to, organization.into_iter().chain(users)).await
}

pub(crate) async fn listed(to: &Publication, accounts: &[(u64, &'static str, Outcome)]) -> TableEntry {
    let row = |account: u64, status: &str| Listed { arn: account.to_string(), status: Some(status.into()) };
    write(to, accounts.iter().map(|(account, status, _)| (*account, row(*account, status)))).await
}

pub(crate) async fn users<R: Row>(to: &Publication, rows: Vec<(u64, R)>) -> TableEntry {
    TableEntry { rests_on: Some(vec!["users".into()]), ..write(to, rows).await }
}

pub(crate) async fn publish(lake: &Lake, night: Night) {
    let to = begin(lake, "o-1", night.date).await;
    let verdicts = users(&to, night.verdicts).await;
    let tables = vec![
        listed(&to, &night.accounts).await,
        coverage(&to, &night.accounts).await,
        users(&to, night.users).await,
        TableEntry { is_derived: true, ..verdicts },
    ];
    commit(to, tables).await;
}

pub(crate) fn lake() -> (TempDir, Lake) {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path().to_str().unwrap(), &LakeOptions::default()).unwrap();
    (folder, lake)
}

pub(crate) async fn two_nights() -> (TempDir, Lake) {
    let (folder, lake) = lake();
    let verdict = |resource: &str, is_public, why: Option<&str>| Verdict {
        resource_arn: resource.into(),
        policy_name: "p".into(),
        is_public,
        why: why.map(str::to_owned),
    };
    let complete = |account| (account, "ACTIVE", Outcome::Complete);
    let groups = |names: [&str; 2]| names.map(str::to_owned).to_vec();
    let a = User { groups: groups(["x", "y"]), age_days: Some(1), created_at: Some(Timestamp(5)), ..user("a") };
    let from = Night {
        date: "2026-11-21",
        accounts: (0..5).map(complete).collect(),
        users: vec![(0, a.clone()), (0, user("b")), (1, user("c")), (2, user("d")), (3, user("e")), (4, user("f"))],
        verdicts: vec![(0, verdict("r", Some(true), None)), (0, verdict("s", Some(true), None))],
    };
    publish(&lake, from).await;
    let tags = Some(BTreeMap::from([("team".to_owned(), "x".to_owned())]));
    let to = Night {
        date: "2026-11-22",
        accounts: vec![
            complete(0),
            complete(1),
            (2, "ACTIVE", Outcome::Denied),
            // Account 3 has left.
            (4, "CLOSED", Outcome::AccountSuspended),
            complete(5),
        ],
        users: vec![
            (0, User { groups: groups(["y", "x"]), age_days: Some(2), mfa_active: Some(false), ..a }),
            (0, user("n")),
            (1, User { mfa_active: None, tags, ..user("c") }),
            (5, user("g")),
        ],
        verdicts: vec![(0, verdict("r", None, Some("unread")))],
    };
    publish(&lake, to).await;
    (folder, lake)
}
