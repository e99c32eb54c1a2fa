use orgcensus_crawl::Outcome::{Complete, Denied};

use super::*;
use crate::testing::{DAY_MILLIS, Night, access, collected, external, lake, publish, whole, write, written};

const BOTH: [(u64, orgcensus_crawl::Outcome); 2] = [(0, Complete), (1, Complete)];

/// `1 external b AWS:x since 22, 3 days, seen`; `-` is since a first census, `?` perhaps older.
fn line(it: &Placed<FirstSeen>) -> String {
    let FirstSeen { kind, resource_arn, principal, .. } = &it.row;
    let account = it.account_id.trim_start_matches('0');
    let account = if account.is_empty() { "0" } else { account };
    let since = it.row.first_seen_at.map_or("-".to_owned(), |at| (at.0 / DAY_MILLIS).to_string());
    let days = it.row.first_seen_days.map_or("-".to_owned(), |days| days.to_string());
    let older = if it.row.is_perhaps_older { "?" } else { "" };
    let last = it.row.last_seen_at.0 / DAY_MILLIS;
    let seen = if it.row.is_seen { "seen".to_owned() } else { format!("carried since {last}") };
    format!("{account} {kind} {resource_arn} {principal} since {since}{older}, {days} days, {seen}")
}

/// Publishes a night with what it first saw, and tells that.
async fn told(lake: &Lake, night: Night) -> Vec<String> {
    told_after(lake, night, 0).await
}

/// The same, after so many damaged nights.
async fn told_after(lake: &Lake, night: Night, damaged: usize) -> Vec<String> {
    let (to, mut tables) = written(lake, night).await;
    let (preview, commit) = to.preview(tables.clone(), whole()).unwrap();
    let now = preview.manifest(&commit).await.unwrap();
    let mut earlier = lake.commits().await.unwrap();
    earlier.reverse();
    let (was, errors) = choose(&preview, earlier, &now).await.unwrap();
    assert_eq!(errors.len(), damaged, "{errors:?}");
    let rows = collected(|rows| entries(preview.clone(), was, now, rows)).await.unwrap();
    let numbered = rows.iter().map(|it| (it.account_id.parse().unwrap(), it.row.clone()));
    tables.push(write(&to, numbered).await);
    to.commit(tables, whole(), Timestamp(0)).await.unwrap();
    rows.iter().map(line).collect()
}

/// Damages the files of a table of the newest night.
async fn damage(lake: &Lake, table: &str) {
    let commit = lake.commits().await.unwrap().pop().unwrap();
    damage_files(lake, &lake.manifest(&commit).await.unwrap(), table);
}

fn damage_files(lake: &Lake, manifest: &Manifest, table: &str) {
    for file in &manifest.table(table).unwrap().files {
        let path = lake.local().unwrap().join(&file.path);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[10] ^= 1;
        std::fs::write(&path, bytes).unwrap();
    }
}

fn open(arn: &str) -> ResourceAccess {
    access(arn, Some(true))
}

fn lets_in(arn: &str) -> ExternalAccess {
    external(arn, "AWS:x", Some(true))
}

#[tokio::test]
async fn a_denied_night_resets_nothing_and_an_entry_ends_by_the_rule_of_diff() {
    let (_folder, lake) = lake();
    let night = |date| Night::new(date, &BOTH).with(0, open("a"));
    let first = told(&lake, night("2026-11-21").with(1, open("b")).with_external(1, lets_in("b"))).await;
    let always = ["0 public a  since -?, - days, seen", "1 external b AWS:x since -?, - days, seen"];
    assert_eq!(first, [always[0], always[1], "1 public b  since -?, - days, seen"], "a first census");

    let second = night("2026-11-22").with(0, open("c")).with(1, open("b")).with_external(1, lets_in("b"));
    let with_c = |last: &'static str| [always[0], last, always[1], "1 public b  since -?, - days, seen"];
    assert_eq!(told(&lake, second).await, with_c("0 public c  since 22, 0 days, seen"));

    let denied = Night::new("2026-11-23", &[(0, Complete), (1, Denied)]).with(0, open("a")).with(0, open("c"));
    let carried = [
        always[0],
        "0 public c  since 22, 1 days, seen",
        "1 external b AWS:x since -?, - days, carried since 22",
        "1 public b  since -?, - days, carried since 22",
    ];
    assert_eq!(told(&lake, denied).await, carried);

    let fourth = night("2026-11-24").with(0, open("c")).with(1, open("b")).with_external(1, lets_in("b"));
    assert_eq!(told(&lake, fourth).await, with_c("0 public c  since 22, 2 days, seen"));

    // c is gone, and of b nobody knows whether it is public.
    let fifth = night("2026-11-25").with(1, access("b", None)).with_external(1, lets_in("b"));
    let expected = [always[0], always[1], "1 public b  since -?, - days, carried since 24"];
    assert_eq!(told(&lake, fifth).await, expected);

    // What is open anew is new; account 1 has left.
    let sixth = Night::new("2026-11-26", &BOTH[..1]).with(0, open("a")).with(0, open("c"));
    assert_eq!(told(&lake, sixth).await, [always[0], "0 public c  since 26, 0 days, seen"]);
}

#[tokio::test]
async fn a_verdict_of_no_ends_it_and_null_does_not() {
    let (_folder, lake) = lake();
    let principals = ["AWS:x", "AWS:y", "AWS:z"];
    let mut first = Night::new("2026-11-21", &BOTH).with(0, open("a")).with(0, open("b"));
    for principal in principals {
        first = first.with_external(0, external("a", principal, Some(true)));
    }
    first = first.with_external(0, external("b", "AWS:x", Some(true)));
    assert_eq!(told(&lake, first).await.len(), 6);
    // The second night was denied elsewhere, so what is missing may be there. The resource a lets in others still.
    let only_external = ResourceAccess { is_external: Some(true), ..access("a", Some(false)) };
    let second = Night::new("2026-11-22", &[(0, Complete), (1, Denied)])
        .with(0, only_external)
        .with(0, access("b", Some(false)))
        .with_external(0, external("a", "AWS:x", Some(false)))
        .with_external(0, external("a", "AWS:y", None));
    let expected = [
        "0 external a AWS:y since -?, - days, carried since 21",
        "0 external a AWS:z since -?, - days, carried since 21",
    ];
    assert_eq!(told(&lake, second).await, expected);
}

#[tokio::test]
async fn what_the_night_before_may_have_missed_may_be_older_than_it_was_seen() {
    let (_folder, lake) = lake();
    told(&lake, Night::new("2026-11-21", &[(0, Complete), (1, Denied)])).await;
    let second = Night::new("2026-11-22", &BOTH).with(0, open("a")).with(1, open("b"));
    let expected = ["0 public a  since 22, 0 days, seen", "1 public b  since 22?, 0 days, seen"];
    assert_eq!(told(&lake, second).await, expected);
}

#[tokio::test]
async fn after_a_lake_without_the_table_it_is_a_first_census() {
    let (_folder, lake) = lake();
    publish(&lake, Night::new("2026-11-21", &BOTH).with(0, open("a"))).await;
    let (to, tables) = written(&lake, Night::new("2026-11-22", &BOTH).with(0, open("a"))).await;
    let (preview, commit) = to.preview(tables, whole()).unwrap();
    let now = preview.manifest(&commit).await.unwrap();
    let rows = collected(|rows| entries(preview, None, now, rows)).await.unwrap();
    assert_eq!(rows.iter().map(line).collect::<Vec<_>>(), ["0 public a  since -?, - days, seen"]);
}

#[tokio::test]
async fn after_a_damaged_night_the_one_before_it_is_carried_on() {
    for table in [FirstSeen::TABLE, "coverage"] {
        let (_folder, lake) = lake();
        told(&lake, Night::new("2026-11-21", &BOTH).with(0, open("a"))).await;
        let both = |date| Night::new(date, &BOTH).with(0, open("a")).with(0, open("c"));
        let carried = "0 public a  since -?, - days, seen";
        assert_eq!(told(&lake, both("2026-11-22")).await, [carried, "0 public c  since 22, 0 days, seen"]);
        damage(&lake, table).await;
        let third = told_after(&lake, both("2026-11-23"), 1).await;
        assert_eq!(third, [carried, "0 public c  since 23?, 0 days, seen"], "the damaged {table} had it");
        // It is told once: the next night goes on from the third.
        assert_eq!(told(&lake, both("2026-11-24")).await, [carried, "0 public c  since 23?, 1 days, seen"]);
    }
}

#[tokio::test]
async fn without_a_readable_night_it_is_a_first_census() {
    let (_folder, lake) = lake();
    told(&lake, Night::new("2026-11-21", &BOTH).with(0, open("a"))).await;
    damage(&lake, FirstSeen::TABLE).await;
    let second = told_after(&lake, Night::new("2026-11-22", &BOTH).with(0, open("a")), 1).await;
    assert_eq!(second, ["0 public a  since -?, - days, seen"]);
}

#[tokio::test]
async fn where_this_snapshot_is_damaged_no_earlier_one_is_passed_over() {
    let (_folder, lake) = lake();
    told(&lake, Night::new("2026-11-21", &BOTH).with(0, open("a"))).await;
    let (to, tables) = written(&lake, Night::new("2026-11-22", &BOTH)).await;
    let (preview, commit) = to.preview(tables, whole()).unwrap();
    let now = preview.manifest(&commit).await.unwrap();
    damage_files(&lake, &now, "coverage");
    assert!(choose(&preview, lake.commits().await.unwrap(), &now).await.is_err());
}
