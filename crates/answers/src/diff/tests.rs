use orgcensus_crawl::Outcome;

use super::*;
use crate::testing::{begin, commit};

pub(crate) mod nights;

use nights::{Night, OldUser, coverage, lake, listed, publish, two_nights, user, users};

async fn diff(lake: &Lake, from: Option<&str>, to: &str, tables: &[&str]) -> Result<Vec<String>> {
    let from: Option<Which> = from.map(|it| it.parse().unwrap());
    let tables: Vec<String> = tables.iter().map(|&it| it.to_owned()).collect();
    let mut diff = Diff::open(lake, from.as_ref(), &to.parse().unwrap(), &tables).await?;
    let mut lines = Vec::new();
    while let Some(differences) = diff.next().await? {
        lines.extend(differences.iter().map(line));
    }
    Ok(lines)
}

/// `1 c changed mfa_active: true -> NULL (reason)`
fn line(it: &Difference) -> String {
    let account = it.account_id.as_deref().map_or("-", |id| id.trim_start_matches('0'));
    let account = if account.is_empty() { "0" } else { account };
    let mut line = format!("{account} {} {}", it.row_key.as_deref().unwrap_or("-"), it.change);
    if let Some(column) = &it.column_name {
        let text = |value: &Option<String>| value.clone().unwrap_or("NULL".into());
        line += &format!(" {column}: {} -> {}", text(&it.was), text(&it.now));
    }
    it.reason.iter().for_each(|reason| line += &format!(" ({reason})"));
    line
}

#[tokio::test]
async fn gone_is_told_apart_from_not_seen_and_from_accounts_that_left() {
    let (_folder, lake) = two_nights().await;
    let expected = [
        "0 a changed mfa_active: true -> false",
        "0 b gone",
        "0 n appeared",
        "1 c changed mfa_active: true -> NULL",
        r#"1 c changed tags: NULL -> {"team":"x"}"#,
        "2 d not_seen (to: users denied)",
        "3 e account_left",
        "4 f account_left",
        "5 g appeared",
    ];
    assert_eq!(diff(&lake, None, "newest", &["test_users"]).await.unwrap(), expected);
    let expected = ["3 3 account_left", "4 4 changed status: ACTIVE -> CLOSED", "5 5 appeared"];
    assert_eq!(diff(&lake, None, "newest", &["accounts"]).await.unwrap(), expected);
}

#[tokio::test]
async fn the_other_way_round_what_was_gone_has_appeared() {
    let (_folder, lake) = two_nights().await;
    let expected = [
        "0 a changed mfa_active: false -> true",
        "0 b appeared",
        "0 n gone",
        "1 c changed mfa_active: NULL -> true",
        r#"1 c changed tags: {"team":"x"} -> NULL"#,
        "2 d not_seen (from: users denied)",
        "3 e appeared",
        "4 f appeared",
        "5 g account_left",
    ];
    assert_eq!(diff(&lake, Some("2026-11-22"), "2026-11-21", &["test_users"]).await.unwrap(), expected);
}

#[tokio::test]
async fn a_derived_row_needs_the_facts_of_all_accounts_and_a_null_verdict_is_unknown() {
    let (_folder, lake) = two_nights().await;
    let expected = [
        r#"0 {"resource_arn":"r","policy_name":"p"} unknown is_public: true -> NULL (to: users denied in 000000000002 global)"#,
        r#"0 {"resource_arn":"r","policy_name":"p"} unknown why: NULL -> unread (to: users denied in 000000000002 global)"#,
        r#"0 {"resource_arn":"s","policy_name":"p"} not_seen (to: users denied in 000000000002 global)"#,
    ];
    assert_eq!(diff(&lake, None, "newest", &["test_verdicts"]).await.unwrap(), expected);
}

#[tokio::test]
async fn a_snapshot_does_not_differ_from_itself() {
    let (_folder, lake) = two_nights().await;
    for date in ["2026-11-21", "2026-11-22", "newest"] {
        assert_eq!(diff(&lake, Some(date), date, &[]).await.unwrap(), Vec::<String>::new());
    }
    let which = Which::Newest;
    let mut written = Vec::new();
    let all = Diff::open(&lake, Some(&which), &which, &[]).await.unwrap();
    assert_eq!(all.write(Format::Json, None, &mut written).await.unwrap(), 0);
    assert_eq!(String::from_utf8(written).unwrap(), "[]\n");
}

#[tokio::test]
async fn all_tables_are_compared_in_order_and_counted() {
    let (_folder, lake) = two_nights().await;
    let mut written = Vec::new();
    let all = Diff::open(&lake, None, &Which::Newest, &[]).await.unwrap();
    assert_eq!((all.pairs().len(), all.alone().len()), (1, 0));
    let count = all.write(Format::Csv, None, &mut written).await.unwrap();
    let text = String::from_utf8(written).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    assert_eq!(
        header,
        "table_name,change,organization_id,account_id,account_name,region,row_key,column_name,was,now,reason"
    );
    assert!(rows.contains("test_users,gone,o-1,000000000000,account 0,global,b,,,,\n"), "{rows}");
    let tables: Vec<&str> = rows.lines().map(|row| row.split(',').next().unwrap_or_default()).collect();
    assert!(tables.is_sorted() && tables.len() as u64 == count, "{tables:?}");
    let summary =
        Diff::open(&lake, None, &Which::Newest, &["test_users".into()]).await.unwrap().summary().await.unwrap();
    let mut written = Vec::new();
    crate::format(&[summary], Format::Csv, &mut written).unwrap();
    let expected = "table_name,change,differences\ntest_users,appeared,2\ntest_users,gone,1\ntest_users,changed,3\n\
        test_users,not_seen,1\ntest_users,account_left,2\n";
    assert_eq!(String::from_utf8(written).unwrap(), expected);
}

#[tokio::test]
async fn an_added_column_or_table_is_no_change() {
    let (_folder, lake) = lake();
    let accounts = [(0, "ACTIVE", Outcome::Complete)];
    let old = begin(&lake, "o-1", "2026-11-21").await;
    let rows = ["a", "b"].map(|arn| (0, OldUser { arn: arn.into() })).into_iter().collect();
    let tables = vec![listed(&old, &accounts).await, coverage(&old, &accounts).await, users(&old, rows).await];
    commit(old, tables).await;
    let to = Night { date: "2026-11-22", accounts: accounts.to_vec(), users: vec![(0, user("a"))], verdicts: vec![] };
    publish(&lake, to).await;
    let expected = ["0 b gone", "- - not_seen (from: the snapshot has no such table)"];
    assert_eq!(diff(&lake, None, "newest", &[]).await.unwrap(), expected);
    let expected = ["0 b appeared", "- - not_seen (to: the snapshot has no such table)"];
    assert_eq!(diff(&lake, Some("newest"), "2026-11-21", &[]).await.unwrap(), expected);
}

#[tokio::test]
async fn batches_need_not_fit_each_other() {
    let (_folder, lake) = lake();
    let accounts = vec![(0, "ACTIVE", Outcome::Complete)];
    let night = |date, has: fn(&usize) -> bool| Night {
        date,
        accounts: accounts.clone(),
        users: (0..3000).filter(has).map(|n| (0, user(&format!("{n:04}")))).collect(),
        verdicts: vec![],
    };
    publish(&lake, night("2026-11-21", |n| n % 5 != 0)).await;
    publish(&lake, night("2026-11-22", |n| n % 7 != 0)).await;
    let lines = diff(&lake, None, "newest", &["test_users"]).await.unwrap();
    let expected = (0..3000).filter_map(|n| match (n % 5, n % 7) {
        (0, 0) => None,
        (0, _) => Some(format!("0 {n:04} appeared")),
        (_, 0) => Some(format!("0 {n:04} gone")),
        _ => None,
    });
    assert_eq!(lines, expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn rows_that_are_not_sorted_are_an_error() {
    let (_folder, lake) = lake();
    for date in ["2026-11-21", "2026-11-22"] {
        let accounts = vec![(0, "ACTIVE", Outcome::Complete)];
        publish(&lake, Night { date, accounts, users: vec![(0, user("b")), (0, user("a"))], verdicts: vec![] }).await;
    }
    let error = diff(&lake, None, "newest", &["test_users"]).await.unwrap_err().to_string();
    assert_eq!(error, "compare table test_users: its rows are not in the order of account, region and key");
    let error = diff(&lake, None, "newest", &["test_userz"]).await.unwrap_err().to_string();
    assert_eq!(error, "find table test_userz; the nearest is test_users");
}

#[tokio::test]
async fn what_is_carried_ends_as_a_row_does() {
    let (_folder, lake) = two_nights().await;
    let commits = lake.commits().await.unwrap();
    let manifests = [lake.manifest(&commits[0]).await.unwrap(), lake.manifest(&commits[1]).await.unwrap()];
    let carried = Carried::read(&lake, manifests).await.unwrap();
    let id = |account: u64| format!("{account:012}");
    let users = carried.of("test_users");
    assert_eq!(
        [0, 2, 3, 4].map(|it| users.lost(&id(it), "global")),
        [Change::Gone, Change::NotSeen, Change::AccountLeft, Change::AccountLeft]
    );
    assert_eq!(
        [0, 2, 5].map(|it| users.found(&id(it), "global")),
        [Change::Appeared, Change::NotSeen, Change::Appeared]
    );
    // A derived row rests on all accounts, and one was denied.
    let verdicts = carried.of("test_verdicts");
    assert_eq!([0, 3].map(|it| verdicts.lost(&id(it), "global")), [Change::NotSeen, Change::AccountLeft]);
    let nothing = carried.of("no_such_table");
    assert_eq!([nothing.lost(&id(0), "global"), nothing.found(&id(0), "global")], [Change::NotSeen; 2]);
}
