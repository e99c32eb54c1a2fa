//! `orgcensus diff` on a lake with two nights of the simulated organization.

use std::collections::BTreeSet;

use orgcensus_sim::{Settings, Troubles};
use serde_json::Value;

use crate::world::{Ended, World};

fn quiet(accounts: u64) -> Settings {
    Settings { troubles: Troubles::none(), ..Settings::new(accounts, 7) }
}

/// A lake with a night of the organization, and one of the same organization with other settings.
fn two_nights(second: Settings) -> World {
    let world = World::new(quiet(second.accounts));
    let ended = world.crawl(&[]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let lake = world.path("lake").to_string_lossy().into_owned();
    let ended = World::new(second).crawl(&["--lake", &lake]);
    assert!([0, 3].contains(&ended.code), "{}", ended.err);
    world
}

/// The ids of the runs, the oldest first.
fn runs(world: &World) -> Vec<String> {
    let listed = world.run(&["snapshots", "--format", "json"]);
    let rows: Vec<Value> = serde_json::from_str(&listed.out).expect("JSON");
    rows.iter().rev().map(|row| row["run_id"].as_str().expect("a run").to_owned()).collect()
}

fn diff(world: &World, more: &[&str]) -> Ended {
    let runs = runs(world);
    world.run(&[&["diff", "--from", &runs[0], "--to", &runs[1]], more].concat())
}

fn differences(world: &World, more: &[&str]) -> Vec<Value> {
    let ended = diff(world, &[&["--format", "json"], more].concat());
    assert_eq!(ended.code, 0, "{}", ended.err);
    serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {}", ended.out))
}

fn changes<'a>(differences: impl IntoIterator<Item = &'a Value>) -> BTreeSet<&'a str> {
    differences.into_iter().map(|it| it["change"].as_str().expect("a word")).collect()
}

#[test]
fn an_unchanged_organization_does_not_differ() {
    let world = two_nights(quiet(3));
    assert_eq!(differences(&world, &[]), Vec::<Value>::new());
    let ended = diff(&world, &["--summary", "--format", "csv"]);
    assert_eq!(ended.out, "table_name,change,differences\n", "{}", ended.err);
    let ended = world.run(&["diff", "--from", "newest", "--format", "json"]);
    assert_eq!((ended.code, ended.out.as_str()), (0, "[]\n"), "{}", ended.err);
}

#[test]
fn what_was_denied_is_not_seen_and_nothing_is_gone() {
    let denied_actions = vec![(1, "iam:GetAccountAuthorizationDetails".to_owned())];
    let world = two_nights(Settings { denied_actions, ..quiet(3) });
    let roles = differences(&world, &["iam_roles"]);
    assert_eq!(changes(&roles), BTreeSet::from(["not_seen"]));
    for role in &roles {
        assert_eq!(role["reason"], "to: iam_authorization_details denied", "{role}");
        assert_eq!(role["account_id"], roles[0]["account_id"], "{role}");
    }
    let all = differences(&world, &[]);
    assert!(!changes(&all).contains("gone"), "{}", diff(&world, &["--summary"]).out);
}

#[test]
fn a_collector_that_was_left_out_hides_its_rows() {
    let world = World::new(quiet(3));
    assert_eq!(world.crawl(&[]).code, 0);
    world.configure("exclude_collectors = [\"sqs_queues\"]\n");
    assert_eq!(world.crawl(&[]).code, 0);
    let queues = differences(&world, &["sqs_queues"]);
    assert_eq!(changes(&queues), BTreeSet::from(["not_seen"]));
    assert!(queues.iter().all(|it| it["reason"] == "to: sqs_queues not_run"), "{queues:?}");
}

#[test]
fn a_closed_account_has_left() {
    let world = two_nights(Settings { states: vec![(2, "CLOSED".to_owned())], ..quiet(4) });
    let accounts = differences(&world, &["accounts"]);
    let closed = accounts.iter().find(|it| it["now"] == "CLOSED").expect("a closed account");
    assert_eq!((&closed["change"], &closed["column_name"]), (&"changed".into(), &"status".into()));
    let all = differences(&world, &[]);
    let of_it = || all.iter().filter(|it| it["account_id"] == closed["account_id"]);
    let changes = changes(of_it());
    assert!(changes.contains("account_left") && !changes.contains("gone"), "{changes:?}");
    let not_seen: Vec<&Value> = of_it().filter(|it| it["change"] == "not_seen").collect();
    assert!(not_seen.is_empty(), "{not_seen:?}");
    let roles = of_it().filter(|it| it["table_name"] == "iam_roles");
    assert!(roles.clone().count() > 0 && roles.into_iter().all(|it| it["change"] == "account_left"));
}

#[test]
fn what_cannot_be_compared_is_said() {
    let world = World::crawled();
    let alone = world.run(&["diff"]);
    assert_eq!(alone.code, 4, "{}", alone.out);
    assert!(
        alone.err.contains("failed to find a snapshot of an earlier date than a published snapshot"),
        "{}",
        alone.err
    );
    let unknown = world.run(&["diff", "--from", "newest", "iam_userz"]);
    assert_eq!(unknown.code, 2, "{}", unknown.out);
    assert!(unknown.err.contains("failed to find table iam_userz; the nearest is iam_users"), "{}", unknown.err);
    let no_snapshot = world.run(&["diff", "--from", "last/night"]);
    assert_eq!(no_snapshot.code, 2, "{}", no_snapshot.err);
}
