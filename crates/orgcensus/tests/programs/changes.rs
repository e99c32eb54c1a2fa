//! `orgcensus changes` on a lake with two nights of the simulated organization.

use std::collections::BTreeSet;

use orgcensus_sim::{Settings, Troubles};
use serde_json::Value;

use crate::world::{Ended, World, days_ago};

/// The account whose users change from night to night, by its place.
const SHOWCASE: u64 = 1;

/// The rules that need events, which nobody collects.
const EVENTS: [&str; 6] = ["D10", "D11", "D12", "D18", "D20", "D23"];

fn quiet() -> Settings {
    Settings { troubles: Troubles::none(), ..Settings::new(4, 7) }
}

/// A lake with a night of the organization, and one of the same organization with other settings. The second world
/// knows what was changed.
fn two_nights(second: Settings) -> [World; 2] {
    nights(&[], second)
}

/// The same, a day apart: a census compares itself with one of an earlier date.
fn a_day_apart(second: Settings) -> [World; 2] {
    nights(&["--captured-at", &days_ago(1)], second)
}

fn nights(first_crawl: &[&str], second: Settings) -> [World; 2] {
    let first = World::new(quiet());
    let ended = first.crawl(first_crawl);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let lake = first.path("lake").to_string_lossy().into_owned();
    let second = World::new(second);
    let ended = second.crawl(&["--lake", &lake]);
    assert!([0, 3].contains(&ended.code), "{}", ended.err);
    [first, second]
}

/// What changed from the first run to the second.
fn changes(world: &World, more: &[&str]) -> Ended {
    let listed = world.run(&["snapshots", "--format", "json"]);
    let runs: Vec<Value> = serde_json::from_str(&listed.out).expect("JSON");
    let run = |index: usize| runs[index]["run_id"].as_str().expect("a run");
    world.run(&[&["changes", "--from", run(1), "--to", run(0)], more].concat())
}

fn found(world: &World, more: &[&str]) -> Vec<Value> {
    let ended = changes(world, &[&["--format", "json"], more].concat());
    assert_eq!(ended.code, 0, "{}", ended.err);
    serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {}", ended.out))
}

fn text<'a>(row: &'a Value, column: &str) -> &'a str {
    row[column].as_str().unwrap_or_default()
}

#[test]
fn an_unchanged_organization_has_no_changes_and_says_what_it_cannot_see() {
    let [world, _second] = two_nights(quiet());
    let rows = found(&world, &[]);
    let ids: Vec<&str> = rows.iter().map(|row| text(row, "rule_id")).collect();
    assert_eq!(ids, EVENTS, "{rows:?}");
    assert!(rows.iter().all(|row| row["change"] == "not_seen" && text(row, "reason").contains("activity")), "{rows:?}");
    let quiet = changes(&world, &["--fail-on", "low"]);
    assert_eq!(quiet.code, 0, "{}", quiet.err);
    assert!(quiet.err.contains("6 rows of it are unknown or not seen"), "{}", quiet.err);
    // A state that lasts is told if it is asked for, and then reaches a priority: AWS's default is weak.
    let states = changes(&world, &["D24", "D27", "D28", "--states", "--fail-on", "medium"]);
    assert!(states.code == 8 && states.out.contains("still"), "{} {}", states.code, states.out);
}

#[test]
fn the_changes_of_a_night_are_found_and_no_others() {
    let [world, second] = a_day_apart(quiet().at_night(1));
    let truth = second.simulation.truth().changes;
    let rows: Vec<Value> = found(&world, &[]).into_iter().filter(|row| row["change"] != "not_seen").collect();
    let expected = |change: &str, rule: &str| -> Vec<(String, String, String)> {
        let made = truth.iter().filter(|it| it.change == change);
        made.map(|it| (rule.to_owned(), it.account_id.clone(), it.who.clone())).collect()
    };
    let expected: BTreeSet<_> =
        [expected("user_added", "D6"), expected("mfa_removed", "D17")].concat().into_iter().collect();
    assert!(!expected.is_empty(), "{truth:?}");
    let name = |row: &Value| text(row, "resource").rsplit('/').next().unwrap_or_default().to_owned();
    let told: BTreeSet<_> = rows
        .iter()
        .map(|row| (text(row, "rule_id").to_owned(), text(row, "account_id").to_owned(), name(row)))
        .collect();
    assert_eq!(told, expected, "{rows:?}");
    assert_eq!(rows.len(), told.len(), "each once: {rows:?}");
    let ended = world.run(&["report", "--out", "page.html"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let page = std::fs::read_to_string(world.path("page.html")).expect("a page");
    let (_, list) = page.split_once("<details id=\"changes-table\"").expect("the changes");
    let (list, _) = list.split_once("</details>").expect("its end");
    for row in &rows {
        assert!(list.contains(&format!("<bdi>{}</bdi>", text(row, "resource"))), "{row} is not in {list}");
    }
    assert_eq!(list.matches("scope=\"row\"").count(), rows.len(), "{list}");
    assert_eq!(list.matches("not known: no events were read").count(), rows.len(), "{list}");
    std::fs::create_dir(world.path("rules")).expect("made");
    let own = "-- id: X1\n-- title: A user is there\n-- priority: error\n-- watches: iam_users\n-- finds: appeared\n\
        -- resource: arn\ntrue\n";
    std::fs::write(world.path("rules/x01_users.sql"), own).expect("written");
    let resources = |rows: Vec<Value>| rows.iter().map(|row| text(row, "resource").to_owned()).collect::<Vec<_>>();
    let own = resources(found(&world, &["X1", "--rules", "rules"]));
    assert_eq!(own, resources(found(&world, &["D6"])), "a rule of a folder finds what a shipped one finds");
    assert!(!own.is_empty());
    assert_eq!(changes(&world, &["D6", "--fail-on", "low"]).code, 8);
    assert_eq!(changes(&world, &["D6", "--fail-on", "medium"]).code, 0, "an info is no warning");
    assert_eq!(changes(&world, &["--fail-on", "critical"]).code, 0);
    let added: Vec<&Value> = rows.iter().filter(|row| text(row, "rule_id") == "D6").collect();
    let accepted_until = |day: &str| {
        let section = |row: &&Value| {
            let (account, resource) = (text(row, "account_id"), text(row, "resource"));
            format!(
                "[[exception]]\nof = \"D6\"\naccount = \"{account}\"\nresource = \"{resource}\"\nreason = \"hired\"\n\
                 by = \"ana\"\nuntil = {day}\n"
            )
        };
        let file: String = added.iter().map(section).collect();
        std::fs::write(world.path("exceptions.toml"), file).expect("written");
        changes(&world, &["D6", "--fail-on", "low", "--exceptions", "exceptions.toml", "--format", "csv"])
    };
    let accepted = accepted_until("2999-12-31");
    let count = accepted.out.matches(",accepted,accepted by ana until 2999-12-31: hired\n").count();
    assert_eq!((accepted.code, count), (0, added.len()), "{} {}", accepted.err, accepted.out);
    let expired = accepted_until("2000-01-01");
    let count = expired.out.matches(",active,expired: accepted by ana until 2000-01-01: hired\n").count();
    assert_eq!((expired.code, count), (8, added.len()), "{} {}", expired.err, expired.out);
}

#[test]
fn what_was_denied_is_not_seen_and_nothing_is_gone() {
    let denied_actions = vec![(SHOWCASE, "iam:GetAccountAuthorizationDetails".to_owned())];
    let [world, second] = two_nights(Settings { denied_actions, ..quiet().at_night(1) });
    let account_id = second.simulation.account_id(SHOWCASE);
    for id in ["D1", "D2", "D6", "D19", "D21", "D34"] {
        let rows = found(&world, &[id]);
        assert!(rows.iter().all(|row| row["change"] == "not_seen"), "{id}: {rows:?}");
        assert!(rows.iter().all(|row| row["account_id"] == account_id.as_str()), "{id}: {rows:?}");
        let place = rows.iter().find(|row| row["resource"].is_null()).unwrap_or_else(|| panic!("{id}: {rows:?}"));
        assert_eq!((text(place, "region"), text(place, "reason")), ("global", "to: iam_authorization_details denied"));
    }
}

#[test]
fn rules_are_listed_and_what_is_none_is_refused() {
    let world = World::of(1);
    let listed = world.run(&["changes", "--list"]);
    assert_eq!((listed.code, listed.out.lines().count()), (0, 34), "{}", listed.err);
    assert!(listed.out.starts_with("D1   info     A user was added to a group\n"), "{}", listed.out);
    assert!(
        listed.out.contains("\nD20  warning  The recovery of a password was requested (needs CloudTrail's activity)\n")
    );
    let one = world.run(&["changes", "--list", "d9"]);
    assert_eq!(one.out, "D9   critical A security group's rule lets in the whole world\n", "{}", one.err);
    for (arguments, words) in [
        (&["changes", "D99"][..], "failed to find rule D99; the nearest are D"),
        (&["changes", "--fail-on", "huge"][..], "huge"),
        (&["changes", "--from", "last/night"][..], "last/night"),
    ] {
        let refused = world.run(arguments);
        assert!(refused.code == 2 && refused.err.contains(words), "{} {}", refused.code, refused.err);
    }
}
