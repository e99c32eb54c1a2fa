//! Nights with known changes, and what is told of them.

mod makers;

use orgcensus_crawl::Outcome;
use orgcensus_lake::{ColumnEntry, TableEntry};
use orgcensus_row::Row;
use serde::Serialize;

use super::*;
use crate::diff::tests::nights::{Night, User, Verdict, coverage, lake, listed, publish, user, users};
use crate::testing::{begin, commit};

/// `2026-11-22 test_users a changed mfa_active true>false (reason)`
fn line(it: &Event) -> String {
    let table = it.table_name.trim_start_matches("test_");
    let mut line = format!("{} {table} {}", &it.snapshot_date[8..], it.change);
    if let Some(column) = &it.column_name {
        let text = |value: &Option<String>| value.clone().unwrap_or("-".to_owned());
        line += &format!(" {column} {}>{}", text(&it.was), text(&it.now));
    }
    match &it.reason {
        Some(reason) => format!("{line} ({reason})"),
        None => line,
    }
}

async fn told(lake: &Lake, subject: &Subject, tables: &[&str]) -> Vec<String> {
    let tables: Vec<String> = tables.iter().map(|&it| it.to_owned()).collect();
    let mut life = Life::open(lake, subject, &tables).await.unwrap();
    let mut told = Vec::new();
    while let Some(events) = life.next().await.unwrap() {
        told.extend(events.iter().map(line));
    }
    told
}

fn verdict(is_public: Option<bool>) -> Verdict {
    Verdict { resource_arn: "a".into(), policy_name: "p".into(), is_public, why: None }
}

/// Account 1 with the user a, who is not seen on the second night, and gone on the fourth.
async fn publish_nights(lake: &Lake) {
    let without_mfa = || User { mfa_active: Some(false), ..user("a") };
    for (date, status, outcome, users, verdicts) in [
        ("2026-11-21", "ACTIVE", Outcome::Complete, vec![user("a"), user("b")], vec![verdict(Some(true))]),
        ("2026-11-22", "ACTIVE", Outcome::Denied, vec![], vec![verdict(None)]),
        ("2026-11-23", "ACTIVE", Outcome::Denied, vec![], vec![verdict(None)]),
        ("2026-11-24", "ACTIVE", Outcome::Complete, vec![without_mfa()], vec![verdict(Some(true))]),
        ("2026-11-25", "ACTIVE", Outcome::Complete, vec![user("b")], vec![]),
        ("2026-11-26", "ACTIVE", Outcome::Complete, vec![user("a")], vec![]),
        ("2026-11-27", "CLOSED", Outcome::AccountSuspended, vec![], vec![]),
        ("2026-11-28", "CLOSED", Outcome::AccountSuspended, vec![], vec![]),
    ] {
        let accounts = vec![(0, "ACTIVE", Outcome::Complete), (1, status, outcome)];
        let users = users.into_iter().map(|it| (1, it)).collect();
        let verdicts = verdicts.into_iter().map(|it| (1, it)).collect();
        publish(lake, Night { date, accounts, users, verdicts }).await;
    }
}

#[tokio::test]
async fn a_life_is_told_night_after_night() {
    let (_folder, lake) = lake();
    publish_nights(&lake).await;
    let of_a = Subject::Thing("a".into());
    let expected = [
        "21 users seen (it is the first snapshot)",
        "22 users not_seen (to: users denied)",
        "24 users seen",
        "24 users changed mfa_active true>false",
        "25 users gone",
        "26 users appeared",
        "27 users account_left",
    ];
    assert_eq!(told(&lake, &of_a, &["test_users"]).await, expected);
    let all = told(&lake, &of_a, &[]).await;
    assert!(expected.iter().all(|line| all.contains(&(*line).to_owned())), "{all:?}");
    assert_eq!(told(&lake, &Subject::Thing("x".into()), &[]).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_verdict_that_nobody_knows_is_unknown() {
    let (_folder, lake) = lake();
    publish_nights(&lake).await;
    let expected = [
        "21 verdicts seen (it is the first snapshot)",
        "22 verdicts unknown is_public true>- (to: users denied in 000000000001 global)",
        "24 verdicts unknown is_public ->true (from: users denied in 000000000001 global)",
        "25 verdicts gone",
    ];
    assert_eq!(told(&lake, &Subject::Thing("a".into()), &["test_verdicts"]).await, expected);
}

#[tokio::test]
async fn an_account_has_its_own_rows() {
    let (_folder, lake) = lake();
    publish_nights(&lake).await;
    let account = Subject::Account("000000000001".into());
    let told_by_all = told(&lake, &account, &[]).await;
    assert_eq!(
        told_by_all,
        ["21 accounts seen (it is the first snapshot)", "27 accounts changed status ACTIVE>CLOSED"]
    );
    let ended = told(&lake, &account, &["coverage"]).await;
    let outcomes: Vec<&str> = ended.iter().map(String::as_str).filter(|line| line.contains("outcome")).collect();
    let expected = [
        "22 coverage changed outcome complete>denied",
        "24 coverage changed outcome denied>complete",
        "27 coverage changed outcome complete>account_suspended",
    ];
    assert_eq!(outcomes, expected);
}

#[tokio::test]
async fn it_is_written_as_rows_and_a_table_must_be_there() {
    let (_folder, lake) = lake();
    publish_nights(&lake).await;
    let subject = Subject::Thing("b".into());
    let life = Life::open(&lake, &subject, &["test_users".to_owned()]).await.unwrap();
    let mut written = Vec::new();
    // Seen, not seen, gone on the fourth night, appeared on the fifth, gone on the sixth.
    assert_eq!(life.write(Format::Csv, None, &mut written).await.unwrap(), 5);
    let text = String::from_utf8(written).unwrap();
    assert!(text.starts_with("snapshot_date,previous_snapshot_date,change,table_name,organization_id,account_id,"));
    assert!(text.contains(",was,now,reason,actor_arn,event_time,event_id,actor_reason\n"), "{text}");
    assert!(
        text.contains(
            "\n2026-11-24,2026-11-21,gone,test_users,o-1,000000000001,account 1,global,b,,,,,,,,no events were read\n"
        ),
        "{text}"
    );
    let error = Life::open(&lake, &subject, &["test_userz".to_owned()]).await.err().unwrap().to_string();
    assert_eq!(error, "find table test_userz; the nearest is test_users");
}

/// An access key, as an older version had it.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_access_keys", key = "access_key_id")]
struct OldKey {
    /// Its id.
    access_key_id: String,
}

/// The same with its user.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_access_keys", key = "access_key_id")]
struct Key {
    /// Its id.
    access_key_id: String,
    /// Its user.
    user_arn: Option<String>,
}

async fn publish_key<R: Row>(lake: &Lake, date: &str, key: R) {
    let to = begin(lake, "o-1", date).await;
    let accounts = [(0, "ACTIVE", Outcome::Complete)];
    let tables = vec![listed(&to, &accounts).await, coverage(&to, &accounts).await, users(&to, vec![(0, key)]).await];
    commit(to, tables).await;
}

#[tokio::test]
async fn what_an_older_version_did_not_name_has_not_appeared() {
    let (_folder, lake) = lake();
    let access_key_id = || "AKIA1".to_owned();
    publish_key(&lake, "2026-11-21", OldKey { access_key_id: access_key_id() }).await;
    let key = Key { access_key_id: access_key_id(), user_arn: Some("ana".to_owned()) };
    publish_key(&lake, "2026-11-22", key).await;
    let expected = ["22 iam_access_keys seen (from: the table does not say yet whose its rows are)"];
    assert_eq!(told(&lake, &Subject::Thing("ana".into()), &[]).await, expected);
}

#[test]
fn a_subject_is_an_arn_or_an_account() {
    let account = || Subject::Account("111122223333".into());
    let user = "arn:aws:iam::111122223333:user/ana";
    for (text, expected) in [
        ("111122223333", Some(account())),
        ("arn:aws:organizations::999988887777:account/o-a1b2c3d4e5/111122223333", Some(account())),
        (user, Some(Subject::Thing(user.into()))),
        ("arn:aws:s3:::logs", Some(Subject::Thing("arn:aws:s3:::logs".into()))),
        ("arn:aws:organizations::999988887777:account/o-a1b2c3d4e5/1", None),
        ("ana", None),
        ("1111", None),
        ("arn:aws:iam", None),
    ] {
        assert_eq!(text.parse::<Subject>().ok(), expected, "{text}");
    }
}

#[test]
fn columns_that_name_a_thing_are_its_own_those_of_keys_and_of_parents() {
    let table = |name: &str, key: &[&str], columns: &[&str]| TableEntry {
        name: name.into(),
        comment: String::new(),
        key: key.iter().map(|&it| it.to_owned()).collect(),
        columns: columns
            .iter()
            .map(|&name| ColumnEntry {
                name: name.into(),
                data_type: "string".into(),
                is_nullable: true,
                comment: String::new(),
            })
            .collect(),
        rests_on: None,
        is_derived: false,
        rows: 1,
        duplicate_rows: 0,
        bytes: 0,
        files: Vec::new(),
    };
    let group = "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1";
    let named = |subject: &Subject, table: &TableEntry| -> Vec<String> {
        subject.columns(table).into_iter().map(|(name, value)| format!("{name} {value}")).collect()
    };
    let thing = Subject::Thing(group.into());
    let own = format!("arn {group}");
    let rules = table("ec2_security_group_rules", &["arn"], &["arn", "security_group_id", "owner_arn"]);
    assert_eq!(named(&thing, &rules), [own.clone(), "security_group_id sg-1".to_owned()]);
    let keys = table("iam_access_keys", &["access_key_id"], &["access_key_id", "user_arn"]);
    assert_eq!(named(&thing, &keys), [format!("user_arn {group}")]);
    let access = table("x_grants", &["resource_arn", "name"], &["resource_arn", "name", "role_arn"]);
    assert_eq!(named(&thing, &access), [format!("resource_arn {group}")]);
    let account = Subject::Account("111122223333".into());
    assert_eq!(named(&account, &rules), Vec::<String>::new());
    let alone = table("iam_password_policies", &[], &["account_id"]);
    assert_eq!(named(&account, &alone), ["account_id 111122223333"]);
    assert_eq!(named(&thing, &alone), Vec::<String>::new());
}
