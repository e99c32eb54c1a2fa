//! Events beside state: what rules find in them, and who made a change.

use orgcensus_collect::ActivityWindow;
use orgcensus_collectors::cloudtrail::activity::Event;
use orgcensus_crawl::{Outcome, TaskCoverage, TaskRecord};
use orgcensus_lake::TableEntry;
use orgcensus_row::{GLOBAL, Timestamp};

use super::*;
use crate::diff::tests::nights::{happened, lake, listed, user, users};
use crate::testing::{begin, commit, write};

/// When both snapshots were taken, as the tests' lakes have it.
const TAKEN: i64 = 1_795_000_000_000;
const MINUTE: i64 = 60_000;
const ACTIVITY_TASK: &str = "cloudtrail_activity";

/// What a night read of what happened: how the task ended, since when, and what it found. A task that was not complete
/// has no window. None: it did not run.
type Read = Option<(Outcome, i64, Vec<Event>)>;

fn event(id: &str, name: &str, minutes: i64, resources: &[&str]) -> Event {
    happened(id, name, TAKEN + minutes * MINUTE, resources)
}

/// When the tasks of the events and of the users began, minutes after the snapshot's moment. Each took ten.
type Begun = Option<[i64; 2]>;

/// So much later it is by the clock of the tasks, as where an organization is simulated.
const CLOCK: i64 = 1_000_000 * MINUTE;

async fn publish(lake: &Lake, date: &str, arns: &[&str], read: Read, begun: Begun) {
    let to = begin(lake, "o-1", date).await;
    let task = |collector, outcome, minutes: Option<i64>| {
        let task = TaskCoverage::from(&TaskRecord::untried(collector, GLOBAL, outcome));
        let started_at = minutes.map(|it| Timestamp(TAKEN + CLOCK + it * MINUTE));
        (0, TaskCoverage { started_at, duration_millis: 10 * MINUTE, ..task })
    };
    let own = read.as_ref().map(|(outcome, ..)| task(ACTIVITY_TASK, *outcome, begun.map(|it| it[0])));
    let users_task = task("users", Outcome::Complete, begun.map(|it| it[1]));
    let others = [task("organization", Outcome::Complete, begun.map(|_| 0)), users_task];
    let (windows, events) = match read {
        Some((Outcome::Complete, since, events)) => (vec![(0, ActivityWindow { since_at: Timestamp(since) })], events),
        Some((_, _, events)) => (Vec::new(), events),
        None => (Vec::new(), Vec::new()),
    };
    let rests_on = Some(vec![ACTIVITY_TASK.to_owned()]);
    let tables = vec![
        listed(&to, &[(0, "ACTIVE", Outcome::Complete)]).await,
        write(&to, own.into_iter().chain(others)).await,
        users(&to, arns.iter().map(|arn| (0, user(arn))).collect()).await,
        TableEntry { rests_on: rests_on.clone(), ..write(&to, events.into_iter().map(|it| (0, it))).await },
        TableEntry { rests_on, ..write(&to, windows).await },
    ];
    commit(to, tables).await;
}

/// What a rule finds between two nights, the second of which has one more user.
async fn between(from: Read, to: Read, rule: &Rule, begun: Begun) -> Vec<Found> {
    let (_folder, lake) = lake();
    publish(&lake, "2026-11-21", &["arn:user/a"], from, begun).await;
    publish(&lake, "2026-11-22", &["arn:user/a", "arn:user/people/n"], to, begun).await;
    let mut changes = Changes::open(&lake, None, &Which::Newest, &[rule], false).await.unwrap();
    let mut all = Vec::new();
    while let Some(found) = changes.next().await.unwrap() {
        all.extend(found);
    }
    all
}

fn complete(since_minutes: i64, events: Vec<Event>) -> Read {
    Some((Outcome::Complete, TAKEN + since_minutes * MINUTE, events))
}

/// Who signed in.
async fn signed_in(from: Read, to: Read) -> Vec<String> {
    let text = "-- id: X1\n-- title: x\n-- priority: info\n-- watches: activity\n-- event: ConsoleLogin\n\
        -- finds: appeared\nevent_name = 'ConsoleLogin'\n";
    let rule = RuleFile::parse("x.sql", text).unwrap().rule;
    between(from, to, &rule, None).await.iter().map(line).collect()
}

#[tokio::test]
async fn a_rule_finds_its_events_whatever_the_night_before_read() {
    let events = || vec![event("e-1", "ConsoleLogin", 5, &[]), event("e-2", "CreateUser", 5, &[])];
    assert_eq!(signed_in(None, complete(-60, events())).await, ["0 e-1 appeared"]);
    let denied = || Some((Outcome::Denied, TAKEN, Vec::new()));
    assert_eq!(signed_in(denied(), complete(-60, events())).await, ["0 e-1 appeared"]);
    let expected = ["0 - not_seen (to: cloudtrail_activity denied)"];
    assert_eq!(signed_in(complete(-60, events()), denied()).await, expected);
}

#[tokio::test]
async fn what_is_not_read_is_not_seen() {
    let expected = ["- - not_seen (ConsoleLogin: CloudTrail's activity is not collected)"];
    assert_eq!(signed_in(None, None).await, expected);
    let late = signed_in(None, complete(10, vec![event("e-1", "ConsoleLogin", 15, &[])])).await;
    assert_eq!(late.len(), 2, "{late:?}");
    assert!(late[0].starts_with("- - not_seen (to: in 1 places activity was read since 20"), "{late:?}");
    assert_eq!(late[1], "0 e-1 appeared", "what was found counts");
}

#[tokio::test]
async fn an_event_is_told_once() {
    let both = || event("e-1", "ConsoleLogin", -30, &[]);
    let (late, old) = (event("e-2", "ConsoleLogin", -20, &[]), event("e-3", "ConsoleLogin", -90, &[]));
    let found = signed_in(complete(-60, vec![both()]), complete(-120, vec![both(), late, old])).await;
    assert_eq!(found, ["0 e-2 appeared"], "not what the night before had, nor what is older");
}

#[tokio::test]
async fn what_a_denied_night_missed_is_told_by_the_next() {
    let denied = |events| Some((Outcome::Denied, TAKEN, events));
    let events = || vec![event("e-1", "ConsoleLogin", -110, &[]), event("e-2", "ConsoleLogin", -90, &[])];
    let found = signed_in(denied(Vec::new()), complete(-120, events())).await;
    assert_eq!(found, ["0 e-1 appeared", "0 e-2 appeared"]);
    let found = signed_in(denied(vec![event("e-1", "ConsoleLogin", -110, &[])]), complete(-120, events())).await;
    assert_eq!(found, ["0 e-2 appeared"], "the denied night had the other one, and told it");
    let found = signed_in(None, complete(-120, events())).await;
    assert_eq!(found, Vec::<String>::new(), "the first time nobody had asked");
}

/// Who made the new user.
async fn maker(events: Vec<Event>, since_minutes: i64) -> [Option<String>; 3] {
    maker_by(complete(since_minutes, events), None).await
}

async fn maker_by(to: Read, begun: Begun) -> [Option<String>; 3] {
    let text = "-- id: X1\n-- title: x\n-- priority: info\n-- watches: test_users\n-- finds: appeared\n\
        -- made by: CreateUser\n-- resource: arn\ntrue\n";
    let rule = RuleFile::parse("x.sql", text).unwrap().rule;
    let mut found = between(None, to, &rule, begun).await;
    assert_eq!(found.iter().map(line).collect::<Vec<_>>(), ["0 arn:user/people/n appeared"]);
    let Found { actor_arn, event_time, event_id, .. } = found.remove(0);
    [actor_arn, event_time, event_id]
}

#[tokio::test]
async fn a_change_has_its_actor_if_one_event_fits() {
    let others = || {
        let failed = Event { is_failed: Some(true), ..event("e-2", "CreateUser", 5, &["n"]) };
        vec![event("e-1", "CreateUser", 5, &["a"]), failed, event("e-3", "DeleteUser", 5, &["n"])]
    };
    let with = |mut events: Vec<Event>, more: Vec<Event>| {
        events.extend(more);
        events
    };
    let [actor, time, id] = maker(with(others(), vec![event("e-4", "CreateUser", 14, &["n"])]), -60).await;
    assert_eq!((actor.as_deref(), id.as_deref()), (Some("actor-e-4"), Some("e-4")));
    assert!(time.is_some_and(|at| at.ends_with('Z')));
    let none = [None, None, None];
    assert_eq!(maker(others(), -60).await, none, "none fits");
    let two = vec![event("e-4", "CreateUser", 5, &["n"]), event("e-5", "CreateUser", 6, &["n"])];
    assert_eq!(maker(with(others(), two), -60).await, none, "two fit");
    assert_eq!(maker(vec![event("e-4", "CreateUser", 16, &["n"])], -60).await, none, "too late");
    assert_eq!(maker(vec![event("e-4", "CreateUser", 5, &["n"])], 1).await, none, "there may have been an earlier one");
    let partial = Some((Outcome::Partial, TAKEN, vec![event("e-4", "CreateUser", 5, &["n"])]));
    assert_eq!(maker_by(partial, None).await, none, "another one may not have been read");
}

#[tokio::test]
async fn an_event_fits_by_when_the_row_was_read_and_not_by_when_the_run_began() {
    let made = async |minutes: &[i64], begun: [i64; 2]| {
        let of = |at: &i64| event(&format!("e-{at}"), "CreateUser", *at, &["n"]);
        let [.., id] = maker_by(complete(-60, minutes.iter().map(of).collect()), Some(begun)).await;
        id
    };
    // Both times the users were read from minute 40 to minute 50.
    assert_eq!(made(&[60], [40, 40]).await.as_deref(), Some("e-60"));
    assert_eq!(made(&[10], [40, 40]).await, None, "the older night had read the users later");
    assert_eq!(made(&[10, 60], [40, 40]).await.as_deref(), Some("e-60"), "the earlier one does not fit");
    assert_eq!(made(&[30, 60], [40, 40]).await, None, "two fit");
    assert_eq!(made(&[66], [40, 40]).await, None, "too late");
    assert_eq!(made(&[30], [35, 40]).await.as_deref(), Some("e-30"));
    assert_eq!(made(&[30], [20, 40]).await, None, "a later one may have happened after the events were read");
}
