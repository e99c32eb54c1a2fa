mod events;

use orgcensus_crawl::Outcome;

use super::*;
use crate::diff::tests::nights::{Night, lake, publish, two_nights, user};
use crate::rule::Priority;
use crate::rule_file::RuleFile;
use crate::{Exceptions, Snapshot};

/// A rule about the table of the nights. `lines` are more of its header, each with an end.
fn rule(id: &str, lines: &str, condition: &str) -> Rule {
    let text = format!(
        "-- id: {id}\n-- title: {id}\n-- priority: error\n-- watches: test_users\n-- shows: mfa_active\n{lines}{condition}\n"
    );
    RuleFile::parse("x.sql", text.leak()).unwrap().rule
}

/// `1 c unknown: true -> NULL (reason)`
fn line(it: &Found) -> String {
    let account = it.account_id.as_deref().map_or("-", |id| id.trim_start_matches('0'));
    let account = if account.is_empty() { "0" } else { account };
    let mut line = format!("{account} {} {}", it.resource.as_deref().unwrap_or("-"), it.change);
    if it.was.is_some() || it.now.is_some() {
        let text = |value: &Option<String>| value.clone().unwrap_or("NULL".into());
        line += &format!(": {} -> {}", text(&it.was), text(&it.now));
    }
    it.reason.iter().for_each(|reason| line += &format!(" ({reason})"));
    line
}

async fn found(from: Option<&str>, to: &str, rules: &[Rule], with_states: bool) -> Vec<(String, String)> {
    let (_folder, lake) = two_nights().await;
    let from: Option<Which> = from.map(|it| it.parse().unwrap());
    let rules: Vec<&Rule> = rules.iter().collect();
    let mut changes = Changes::open(&lake, from.as_ref(), &to.parse().unwrap(), &rules, with_states).await.unwrap();
    let mut lines = Vec::new();
    while let Some(found) = changes.next().await.unwrap() {
        assert!(!found.is_empty());
        lines.extend(found.iter().map(|it| (it.rule_id.clone(), line(it))));
    }
    lines
}

async fn lines(from: Option<&str>, to: &str, rule: Rule, with_states: bool) -> Vec<String> {
    found(from, to, &[rule], with_states).await.into_iter().map(|(_, line)| line).collect()
}

/// Account 2 was denied in the second night.
const DENIED: &str = "2 - not_seen (to: users denied)";

#[tokio::test]
async fn what_appeared_is_found_and_a_denied_place_is_told() {
    let appeared = rule("X1", "-- finds: appeared\n", "true");
    let expected = [DENIED, "0 n appeared: NULL -> true", "5 g appeared: NULL -> true"];
    assert_eq!(lines(None, "newest", appeared.clone(), false).await, expected);
    let some = rule("X1", "-- finds: appeared\n", "arn <> 'g'");
    assert_eq!(lines(None, "newest", some, false).await, expected[..2]);
    // The other way round the older snapshot did not see account 2.
    let expected = [
        "2 - not_seen (from: users denied)",
        "0 b appeared: NULL -> true",
        "2 d not_seen: NULL -> true (from: users denied)",
        "3 e appeared: NULL -> true",
        "4 f appeared: NULL -> true",
    ];
    assert_eq!(lines(Some("2026-11-22"), "2026-11-21", appeared, false).await, expected);
}

#[tokio::test]
async fn gone_is_told_apart_from_not_seen_and_accounts_that_left_are_no_deletions() {
    let gone = rule("X1", "-- finds: gone\n", "mfa_active");
    let expected = [DENIED, "0 b gone: true -> NULL", "2 d not_seen: true -> NULL (to: users denied)"];
    assert_eq!(lines(None, "newest", gone, false).await, expected);
}

#[tokio::test]
async fn what_ended_is_changed_and_null_is_unknown() {
    let ended = rule("X1", "-- finds: ended\n", "mfa_active");
    let expected = [DENIED, "0 a changed: true -> false", "1 c unknown: true -> NULL (null says that it is not known)"];
    assert_eq!(lines(None, "newest", ended, false).await, expected);
}

#[tokio::test]
async fn a_condition_on_both_moments_is_asked_of_rows_that_both_have() {
    let when = "-- finds: changed\n-- when: now.mfa_active IS DISTINCT FROM was.mfa_active\n";
    let expected = [DENIED, "0 a changed: true -> false", "1 c changed: true -> NULL"];
    assert_eq!(lines(None, "newest", rule("X1", when, "true"), false).await, expected);
}

#[tokio::test]
async fn batches_need_not_fit_each_other() {
    let (_folder, lake) = lake();
    let night = |date, has: fn(&usize) -> bool| Night {
        date,
        accounts: vec![(0, "ACTIVE", Outcome::Complete)],
        users: (0..3000).filter(has).map(|n| (0, user(&format!("{n:04}")))).collect(),
        verdicts: vec![],
    };
    publish(&lake, night("2026-11-21", |n| n % 5 != 0)).await;
    publish(&lake, night("2026-11-22", |n| n % 7 != 0)).await;
    let rule = rule("X1", "-- finds: appeared, gone\n", "mfa_active");
    let mut changes = Changes::open(&lake, None, &Which::Newest, &[&rule], false).await.unwrap();
    let mut lines = Vec::new();
    while let Some(found) = changes.next().await.unwrap() {
        lines.extend(found.iter().map(line));
    }
    let expected = (0..3000).filter_map(|n| match (n % 5, n % 7) {
        (0, 0) => None,
        (0, _) => Some(format!("0 {n:04} appeared: NULL -> true")),
        (_, 0) => Some(format!("0 {n:04} gone: true -> NULL")),
        _ => None,
    });
    assert_eq!(lines, expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn states_are_told_only_if_they_are_asked_for() {
    let still = || rule("X1", "-- finds: still\n", "arn = 'a'");
    assert_eq!(lines(None, "newest", still(), false).await, [DENIED]);
    assert_eq!(lines(None, "newest", still(), true).await, [DENIED, "0 a still: true -> false"]);
    // In the same snapshot, too.
    let same = lines(Some("newest"), "newest", rule("X1", "-- finds: still, became\n", "mfa_active"), true).await;
    assert_eq!(same, [DENIED, "0 n still: true -> true", "5 g still: true -> true"]);
}

#[tokio::test]
async fn a_rule_that_cannot_look_says_why() {
    let unknown_column = rule("X1", "-- finds: appeared\n", "nope");
    let told = lines(None, "newest", unknown_column, false).await;
    assert!(told.len() == 1 && told[0].starts_with("- - not_seen (") && told[0].contains("nope"), "{told:?}");
    let no_flag = lines(None, "newest", rule("X1", "-- finds: appeared\n", "arn"), false).await;
    assert!(no_flag.len() == 1 && no_flag[0].contains("neither true nor false"), "{no_flag:?}");
    let list = lines(None, "newest", rule("X1", "-- finds: appeared\n-- resource: groups\n", "true"), false).await;
    assert!(list.len() == 1 && list[0].contains("the column groups, or it is a list"), "{list:?}");
    let other = "-- id: X1\n-- title: x\n-- priority: info\n-- watches: nothing\n-- finds: gone\ntrue\n";
    let other = RuleFile::parse("x.sql", other).unwrap().rule;
    let expected = ["- - not_seen (from: the snapshot has no such table)"];
    assert_eq!(lines(None, "newest", other, false).await, expected);
    let event = "-- id: X1\n-- title: x\n-- priority: info\n-- event: ConsoleLogin\n";
    let event = RuleFile::parse("x.sql", event).unwrap().rule;
    let expected = ["- - not_seen (ConsoleLogin: CloudTrail's activity is not collected)"];
    assert_eq!(lines(None, "newest", event, false).await, expected);
    let nobody = rule("X1", "-- rests on: nobody\n-- finds: appeared\n", "arn = 'x'");
    assert_eq!(lines(None, "newest", nobody, false).await, ["- - not_seen (no task of this table was complete)"]);
}

#[tokio::test]
async fn rules_of_one_table_are_told_together_and_counted() {
    let rules =
        [rule("X1", "-- finds: gone\n", "true"), rule("X2", "-- finds: appeared\n-- rests on: users\n", "arn = 'n'")];
    let told = found(None, "newest", &rules, false).await;
    let told: Vec<(&str, &str)> = told.iter().map(|(id, line)| (id.as_str(), line.as_str())).collect();
    let expected = [
        ("X1", DENIED),
        ("X1", "0 b gone: true -> NULL"),
        ("X1", "2 d not_seen: true -> NULL (to: users denied)"),
        ("X2", DENIED),
        ("X2", "0 n appeared: NULL -> true"),
    ];
    assert_eq!(told, expected);
    let (_folder, lake) = two_nights().await;
    let rules: Vec<&Rule> = rules.iter().collect();
    let mut written = Vec::new();
    let changes = Changes::open(&lake, None, &Which::Newest, &rules, false).await.unwrap();
    assert_eq!((changes.pairs().len(), changes.alone().len()), (1, 0));
    let told = changes.write(Format::Csv, None, &mut written).await.unwrap();
    assert_eq!((told.seen(Priority::Error), told.unseen(Priority::Error)), (2, 3));
    assert_eq!((told.seen(Priority::Critical), told.unseen(Priority::Critical)), (0, 0));
    assert_eq!((told.seen(Priority::Info), told.unseen(Priority::Info)), (2, 3));
    let text = String::from_utf8(written).unwrap();
    let header = "rule_id,priority,title,change,organization_id,account_id,account_name,region,resource,was,now,reason,\
                  actor_arn,event_time,event_id,state,exception\n";
    assert!(text.starts_with(header), "{text}");
    assert!(text.contains("X1,error,X1,gone,o-1,000000000000,account 0,global,b,true,,,,,,active,\n"), "{text}");
    let denied = "X1,error,X1,not_seen,o-1,000000000002,,global,,,,to: users denied,,,,,\n";
    assert!(text.contains(denied), "a place where nothing was found has no state: {text}");
}

#[tokio::test]
async fn what_is_accepted_is_told_and_counted_apart() {
    let file = |until: &str| {
        let text = format!(
            "[[exception]]\nof = [\"X1\", \"X2\"]\naccount = \"000000000000\"\nresource = \"b\"\nreason = \"moved\"\n\
             by = \"ana\"\nuntil = {until}\n"
        );
        Exceptions::parse(&text, "exceptions.toml", &["X1", "X2"]).unwrap()
    };
    let (_folder, lake) = two_nights().await;
    let gone = rule("X1", "-- finds: gone\n", "true");
    let appeared = rule("X2", "-- finds: appeared\n", "arn = 'n'");
    let snapshot = Snapshot::open(&lake, &Which::Newest).await.unwrap();
    let date = snapshot.commits()[0].snapshot_date.clone();
    let mut told = Vec::new();
    for until in [date.as_str(), "2000-01-01"] {
        let changes = Changes::open(&lake, None, &Which::Newest, &[&gone, &appeared], false).await.unwrap();
        let accepted = Accepted::of(&snapshot, &file(until)).await.unwrap();
        let mut written = Vec::new();
        let counts = changes.accepting(accepted).write(Format::Csv, None, &mut written).await.unwrap();
        told.push((counts.seen(Priority::Error), counts.accepted(Priority::Error), counts.unseen(Priority::Error)));
        let text = String::from_utf8(written).unwrap();
        let state = if until == date { "accepted" } else { "active" };
        let words = if until == date { "accepted by ana" } else { "expired: accepted by ana" };
        let line = format!(",b,true,,,,,,{state},{words} until {until}: moved\n");
        assert!(text.contains(&line), "{line} is not in {text}");
        assert!(text.contains(",n,,true,,,,,active,\n"), "{text}");
    }
    assert_eq!((told[0].0, told[0].1, told[1].0, told[1].1), (1, 1, 2, 0), "{told:?}");
    assert_eq!(told[0].2, told[1].2, "what nobody knows is not accepted");
}
