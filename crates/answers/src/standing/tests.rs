//! Each state, from what it follows, and what is never taken for clear.

use super::*;
use crate::question::Kind;
use crate::question_file::QuestionFile;
use crate::{Which, testing};

fn question(text: &str) -> Question {
    QuestionFile::parse("x", text.to_owned().leak()).unwrap().questions.remove(0)
}

async fn standing(snapshot: &Snapshot, question: &Question) -> Standing {
    let shares: Vec<&Share> = match &question.kind {
        Kind::Fact { shares, .. } => shares.iter().collect(),
        Kind::List { .. } => Vec::new(),
    };
    Standing::of(snapshot, question, &shares).await.unwrap()
}

async fn snapshot(which: Which) -> (tempfile::TempDir, Snapshot) {
    let (folder, lake) = testing::lake().await;
    let snapshot = Snapshot::open(&lake, &which).await.unwrap();
    (folder, snapshot)
}

fn accounts(rests_on: &str, is_so: &str) -> Question {
    question(&format!(
        "-- id: X1\n-- title: X\n-- subject: organization_id, account_id, account_name, region\n\
         -- rests on: {rests_on}\n-- of: accounts\n\
         SELECT organization_id, account_id, account_name, region, {is_so} AS is_so FROM accounts\n"
    ))
}

#[tokio::test]
async fn a_case_is_found_none_is_clear_and_the_rest_is_unknown() {
    let (_folder, snapshot) = snapshot(Which::Newest).await;
    let never = "account_id = 'x'";
    let clear = standing(&snapshot, &accounts("organization", never)).await;
    assert_eq!((clear.state(), clear.is_whole, clear.coverage_percent), (State::Clear, true, Some(100.0)));
    let short = standing(&snapshot, &accounts("s3_buckets", never)).await;
    assert_eq!((short.state(), short.coverage_percent), (State::Unknown, Some(50.0)), "not all tasks are complete");
    let none = standing(&snapshot, &accounts("nothing", never)).await;
    assert_eq!((none.state(), none.coverage_percent), (State::Unknown, None), "nothing was planned");
    let null = "CASE WHEN account_id <> '000000000003' THEN false END";
    let unknown = standing(&snapshot, &accounts("organization", null)).await;
    assert_eq!((unknown.state(), unknown.unknown_count), (State::Unknown, Some(1)));
    let found = standing(&snapshot, &accounts("s3_buckets", "account_id < '000000000002'")).await;
    assert_eq!((found.state(), found.case_count, found.unknown_count), (State::Found, 3, Some(0)));
    let places: Vec<_> = found.places.iter().map(|it| (it.id.as_str(), it.case_count)).collect();
    assert_eq!(places, [("000000000000", 2), ("000000000001", 1)], "of both organizations");
    assert_eq!(
        (found.places[0].name.as_deref(), found.places[0].region.as_deref()),
        (Some("account 0"), Some("global"))
    );
}

#[tokio::test]
async fn a_subject_counts_once_and_only_within_its_population() {
    let (_folder, snapshot) = snapshot(Which::Newest).await;
    let of_two = question(
        "-- id: X1\n-- title: X\n-- subject: account_id\n-- rests on: organization\n-- of: accounts\n\
         -- of: some\n-- where: is_some\n-- is so: is_so_too\n\
         SELECT account_id, account_id = '000000000001' AS is_so, account_id < '000000000003' AS is_some, \
         account_id <> '000000000002' AS is_so_too FROM accounts WHERE account_id > '000000000000'\n",
    );
    let standing = standing(&snapshot, &of_two).await;
    assert_eq!((standing.case_count, standing.unknown_count), (1, Some(0)), "and not 3, which is in no population");
}

#[tokio::test]
async fn a_list_without_rows_is_clear_only_if_it_says_what_is_not_known() {
    let (_folder, snapshot) = snapshot(Which::Newest).await;
    let list = |columns: &str, account: &str| {
        question(&format!(
            "-- id: X1\n-- title: X\n-- key: account_id\n-- rests on: organization\n\
             SELECT account_id{columns} FROM accounts WHERE account_id = '{account}'\n"
        ))
    };
    let found = standing(&snapshot, &list("", "000000000003")).await;
    assert_eq!((found.state(), found.case_count, found.unknown_count), (State::Found, 1, None));
    let silent = standing(&snapshot, &list("", "x")).await;
    assert_eq!((silent.state(), silent.is_whole), (State::Unknown, true));
    assert_eq!(standing(&snapshot, &list(", is_selected AS is_so", "x")).await.state(), State::Clear);
}

#[tokio::test]
async fn what_cannot_be_asked_is_unknown_and_so_is_what_it_is_counted_with() {
    let (_folder, older) = snapshot(Which::Date("2026-11-21".into())).await;
    let not_asked = standing(&older, &accounts("organization", "false")).await;
    assert_eq!((not_asked.state(), not_asked.case_count), (State::Unknown, 0));
    assert_eq!(not_asked.error.as_deref(), Some("find table coverage; the snapshot has accounts"));
    let (_folder, newest) = snapshot(Which::Newest).await;
    let clear = standing(&newest, &accounts("organization", "false")).await;
    let found = standing(&newest, &accounts("organization", "account_id = '000000000000'")).await;
    assert_eq!(clear.clone().and(clear.clone()).state(), State::Clear);
    assert_eq!(clear.clone().and(not_asked.clone()).state(), State::Unknown);
    let all = found.clone().and(found).and(clear).and(not_asked);
    assert_eq!((all.state(), all.case_count, all.unknown_count), (State::Found, 4, None));
    assert_eq!((all.places.len(), all.places[0].case_count), (1, 4));
}

#[test]
fn what_is_not_whole_is_never_a_hundred_percent() {
    assert_eq!([percent(0, 0), percent(3, 3), percent(3, 2)], [None, Some(100.0), Some(66.7)]);
    assert_eq!(percent(100_000, 99_999), Some(99.9));
}
