//! Who made the changes of a user, over nights that read what happened, or did not.

use orgcensus_collect::ActivityWindow;
use orgcensus_collectors::cloudtrail::activity;
use orgcensus_crawl::{TaskCoverage, TaskRecord};
use orgcensus_row::{GLOBAL, Timestamp};

use super::*;
use crate::diff::tests::nights::happened;
use crate::testing::write;

/// When all snapshots were taken, as the tests' lakes have it.
const TAKEN: i64 = 1_795_000_000_000;
const ACTIVITY_TASK: &str = "cloudtrail_activity";

/// A user, with the columns that D6 reads and one that it does not.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_users", key = "arn", resource = "none")]
struct Named {
    /// Its ARN.
    arn: String,
    /// Its id.
    user_id: String,
    /// Its path.
    path: String,
}

/// The user whose history is asked.
fn bea(user_id: &str) -> Named {
    Named { arn: "arn:user/bea".into(), user_id: user_id.into(), path: format!("/{user_id}/") }
}

/// A night with these users and what it read of what happened; none: it did not read.
async fn publish_read(lake: &Lake, date: &str, named: Vec<Named>, events: Option<Vec<activity::Event>>) {
    let to = begin(lake, "o-1", date).await;
    let task = |collector: &str| {
        let task = TaskCoverage::from(&TaskRecord::untried(collector, GLOBAL, Outcome::Complete));
        (0, TaskCoverage { started_at: Some(Timestamp(TAKEN)), ..task })
    };
    let own = events.iter().map(|_| task(ACTIVITY_TASK));
    let windows = events.iter().map(|_| (0, ActivityWindow { since_at: Timestamp(TAKEN - 3_600_000) }));
    let (tasks, windows): (Vec<_>, Vec<_>) =
        (own.chain([task("organization"), task("users")]).collect(), windows.collect());
    let rests_on = Some(vec![ACTIVITY_TASK.to_owned()]);
    let events = events.unwrap_or_default().into_iter().map(|it| (0, it));
    let tables = vec![
        listed(&to, &[(0, "ACTIVE", Outcome::Complete)]).await,
        write(&to, tasks).await,
        users(&to, named.into_iter().map(|it| (0, it)).collect()).await,
        TableEntry { rests_on: rests_on.clone(), ..write(&to, events).await },
        TableEntry { rests_on, ..write(&to, windows).await },
    ];
    commit(to, tables).await;
}

/// `22 changed user_id: actor-e-1 (e-1)`
fn who(it: &Event) -> String {
    let column = it.column_name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
    let actor = match (&it.actor_arn, &it.event_id, &it.actor_reason) {
        (Some(actor), Some(id), None) if it.event_time.is_some() => format!("{actor} ({id})"),
        (None, None, Some(why)) if it.event_time.is_none() => why.clone(),
        (None, None, None) if it.event_time.is_none() => "-".to_owned(),
        odd => panic!("{odd:?}: an actor and no reason, or a reason and no actor"),
    };
    format!("{} {}{column}: {actor}", &it.snapshot_date[8..], it.change)
}

#[tokio::test]
async fn a_change_has_its_actor_or_why_nobody_is_named() {
    let (_folder, lake) = lake();
    let created = |id: &str, name: &str| happened(id, "CreateUser", TAKEN, &[name]);
    publish_read(&lake, "2026-11-21", vec![], None).await;
    publish_read(&lake, "2026-11-22", vec![bea("1")], Some(vec![created("e-1", "bea"), created("e-2", "al")])).await;
    publish_read(&lake, "2026-11-23", vec![bea("2")], Some(vec![created("e-3", "bea")])).await;
    publish_read(&lake, "2026-11-24", vec![bea("3")], Some(vec![created("e-4", "bea"), created("e-5", "bea")])).await;
    publish_read(&lake, "2026-11-25", vec![bea("4")], Some(vec![created("e-6", "al")])).await;
    publish_read(&lake, "2026-11-26", vec![], Some(vec![])).await;
    publish_read(&lake, "2026-11-27", vec![bea("5")], None).await;
    let mut life = Life::open(&lake, &Subject::Thing("arn:user/bea".into()), &[]).await.unwrap();
    let mut told = Vec::new();
    while let Some(events) = life.next().await.unwrap() {
        told.extend(events.iter().map(who));
    }
    let no_rule = "no rule of change knows which event makes it";
    let expected = [
        "22 appeared: actor-e-1 (e-1)".to_owned(),
        format!("23 changed path: {no_rule}"),
        "23 changed user_id: actor-e-3 (e-3)".to_owned(),
        format!("24 changed path: {no_rule}"),
        "24 changed user_id: several of the events that were read fit".to_owned(),
        format!("25 changed path: {no_rule}"),
        "25 changed user_id: none of the events that were read fits".to_owned(),
        format!("26 gone: {no_rule}"),
        "27 appeared: no events were read".to_owned(),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn what_is_only_seen_has_no_actor() {
    let (_folder, lake) = lake();
    let created = || Some(vec![happened("e-1", "CreateUser", TAKEN, &["bea"])]);
    publish_read(&lake, "2026-11-21", vec![bea("1")], created()).await;
    let mut life = Life::open(&lake, &Subject::Thing("arn:user/bea".into()), &[]).await.unwrap();
    let events = life.next().await.unwrap().unwrap();
    assert_eq!(events.iter().map(who).collect::<Vec<_>>(), ["21 seen: -"]);
}
