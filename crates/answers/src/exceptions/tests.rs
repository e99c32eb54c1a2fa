//! The cases of `cases.jsonl`: exceptions in, and a case of a question; its state out, or what is wrong with the file.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, StringArray};
use arrow::record_batch::RecordBatch;
use orgcensus_crawl::Outcome;
use serde_json::Value;

use super::made::Made;
use super::uses::used as used_within;
use super::*;
use crate::cells::{batch_of_texts, schema_of_texts};
use crate::diff::tests::nights::{Night, lake, publish, two_nights, user};
use crate::question_file::QuestionFile;
use crate::rule_file::RuleFile;
use crate::{Question, Snapshot, Which, ask_json, cases_json, cases_json_since, questions, rules, select, testing};

const CASES: &str = include_str!("cases.jsonl");

/// The file that a case has, line for line: JSON's texts, numbers and lists are TOML's too. What no case needs to say
/// is added at the end of each exception, and null leaves it out.
fn file(case: &Value) -> String {
    if let Some(text) = case["text"].as_str() {
        return text.to_owned();
    }
    let mut text = String::new();
    for exception in case["exceptions"].as_array().unwrap() {
        text.push_str("[[exception]]\n");
        let keys = exception.as_object().unwrap();
        let usual = [("reason", "looked at"), ("by", "sec"), ("until", "2027-03-31")];
        let added = usual.into_iter().filter(|(key, _)| !keys.contains_key(*key));
        let added = added.map(|(key, value)| (key.to_owned(), Value::from(value)));
        let given = keys.iter().map(|(key, value)| (key.clone(), value.clone()));
        for (key, value) in given.chain(added).filter(|(_, value)| !value.is_null()) {
            text.push_str(&format!("{key} = {value}\n"));
        }
    }
    text
}

fn parsed(case: &Value) -> Result<Exceptions, String> {
    let ids = questions().unwrap().iter().map(|it| it.id).chain(rules().unwrap().iter().map(|it| it.id));
    let ids: Vec<&str> = ids.collect();
    Exceptions::parse(&file(case), "exceptions.toml", &ids).map_err(|error| error.to_string())
}

/// The state and the words of the case's row.
fn judged(case: &Value, exceptions: &Exceptions) -> (String, Option<String>) {
    let row = case["row"].as_object().unwrap();
    let names: Vec<&str> = row.keys().map(String::as_str).collect();
    let column = |cell: &Value| -> ArrayRef { Arc::new(StringArray::from(vec![cell.as_str()])) };
    let columns: Vec<ArrayRef> = row.values().map(column).collect();
    let batch = RecordBatch::try_new(schema_of_texts(&names), columns).unwrap();
    let days = case["made"].as_object().into_iter().flatten();
    let made = Made::of_days(days.map(|(arn, day)| (arn.as_str(), Day::parse(day.as_str().unwrap()).unwrap())));
    let on = Day::parse(case["on"].as_str().unwrap()).unwrap();
    let judgement = exceptions.judge(case["id"].as_str().unwrap(), &NameColumns::of(&batch).case(0, &made), &on);
    (judgement.state.as_str().to_owned(), judgement.words())
}

#[test]
fn every_case_has_its_state_and_every_wrong_file_its_place() {
    let cases: Vec<Value> = CASES.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(cases.len() >= 20);
    for case in &cases {
        let name = &case["case"];
        match (parsed(case), case["error"].as_str()) {
            (Err(error), Some(expected)) => assert!(error.starts_with(expected), "{name}: {error}"),
            (Ok(exceptions), None) => {
                let expected = (case["state"].as_str().unwrap().to_owned(), case["says"].as_str().map(str::to_owned));
                assert_eq!(judged(case, &exceptions), expected, "{name}");
            }
            (result, expected) => panic!("{name}: {result:?}, and not {expected:?}"),
        }
    }
    let has = |word: &str| cases.iter().any(|case| case["case"].as_str().unwrap().contains(word));
    assert!(["expired", "all ", "moved", "replaced", "unknown id"].into_iter().all(has));
}

#[test]
fn an_empty_file_has_no_exceptions_and_a_day_needs_no_quotes() {
    assert_eq!(Exceptions::parse("# nothing yet\n", "x.toml", &[]), Ok(Exceptions::default()));
    let text = "[[exception]]\nof = \"F9\"\naccount = \"1*\"\nreason = \"r\"\nby = \"b\"\nuntil = 2027-03-31\n";
    let exceptions = Exceptions::parse(text, "x.toml", &["F9"]).unwrap();
    assert_eq!(exceptions.all()[0].until, Day::parse("2027-03-31").unwrap());
    assert_eq!((exceptions.all()[0].line, exceptions.all()[0].what().as_str()), (1, "account 1*"));
    assert!(exceptions.names("F9") && !exceptions.names("F8"));
}

#[test]
fn a_batch_of_no_names_is_judged_too() {
    let batch = batch_of_texts(schema_of_texts(&["count"]), [[Some("1")]]).unwrap();
    assert_eq!(NameColumns::of(&batch).case(0, &Made::default()), Case::default());
}

/// An exception about the only user of F9 in the lake of the tests, until a day.
fn about(ids: &str, until: &str) -> Exceptions {
    let text = format!(
        "[[exception]]\nof = [{ids}]\naccount = \"000000000000\"\nprincipal = \"used-*\"\nreason = \"r\"\nby = \"b\"\n\
         until = {until}\n"
    );
    Exceptions::parse(&text, "x.toml", &["F8", "F9"]).unwrap()
}

/// The numerator of each row of a fact, and how many of it are accepted.
async fn counts(snapshot: &Snapshot, id: &str) -> Vec<String> {
    let rows = ask_json(snapshot, &select(&[id]).unwrap()).await.unwrap();
    rows.as_array().unwrap().iter().map(|it| format!("{} {}", it["numerator"], it["accepted_count"])).collect()
}

#[tokio::test]
async fn a_fact_counts_both_ways_and_its_cases_say_their_state() {
    let (_folder, lake) = testing::lake().await;
    let whole = Snapshot::open(&lake, &Which::Newest).await.unwrap();
    let accepting = whole.accepting(&about("\"F8\", \"F9\"", "2026-11-22")).await.unwrap();
    let mut told: Vec<Vec<String>> = Vec::new();
    for id in ["F9", "F8", "F3"] {
        told.push(counts(&accepting, id).await);
    }
    assert_eq!(told, [["1 1"], ["1 1"], ["2 0"]], "the user, the organization, and what no exception names");
    let only_users = whole.accepting(&about("\"F9\"", "2026-11-22")).await.unwrap();
    let told = counts(&only_users, "F8").await;
    assert_eq!(told, ["1 0"], "an exception is about the questions that it names");
    for (until, state, words) in
        [("2026-11-22", "accepted", "accepted by b until 2026-11-22: r"), ("2026-11-21", "active", "expired: accepted")]
    {
        let snapshot = whole.accepting(&about("\"F9\"", until)).await.unwrap();
        let cases = cases_json(&snapshot, &select(&["F9"]).unwrap()).await.unwrap();
        let row = &cases[0]["rows"][0];
        assert_eq!((&row["user_name"], &row["case_state"]), (&"used-90-days-ago".into(), &state.into()));
        assert!(row["exception"].as_str().unwrap().starts_with(words), "{row}");
        let questions: Vec<Question> = select(&["F9"]).unwrap().into_iter().cloned().collect();
        let used = uses(&lake, &snapshot, &questions, &[]).await.unwrap();
        let lapsed = u64::from(state == "active");
        assert_eq!((used[0].case_count, used[0].lapsed_count, &used[0].unused_since), (Some(1), lapsed, &None));
    }
    let plain = cases_json(&whole, &select(&["F9"]).unwrap()).await.unwrap();
    assert!(plain[0]["rows"][0].get("case_state").is_none(), "without exceptions a case has no state");
}

#[tokio::test]
async fn a_case_that_is_none_any_more_is_resolved_only_where_all_was_seen() {
    let (_folder, lake) = two_nights().await;
    let newer = Snapshot::open(&lake, &Which::Newest).await.unwrap().accepting(&Exceptions::default()).await.unwrap();
    let older = Snapshot::open(&lake, &Which::Date("2026-11-21".into())).await.unwrap();
    // Account 2 was denied in the second night, and the list of accounts was read.
    for (rests_on, gone) in [("organization", "resolved"), ("users", "not_seen")] {
        let text = format!(
            "-- id: X1\n-- title: X\n-- subject: account_id, account_name, arn\n-- rests on: {rests_on}\n-- of: users\n\
             SELECT account_id, account_name, arn, mfa_active AS is_so FROM test_users\n"
        );
        let question = QuestionFile::parse("x", text.leak()).unwrap().questions.remove(0);
        let cases = cases_json_since(&newer, Some(&older), &[&question]).await.unwrap();
        let rows = cases[0]["rows"].as_array().unwrap().iter();
        let told: Vec<_> = rows.map(|it| format!("{} {}", it["arn"], it["case_state"]).replace('"', "")).collect();
        let living = ["n active", "c active", "g active"].map(str::to_owned);
        let gone = ["a", "b", "d", "e", "f"].map(|arn| format!("{arn} {gone}"));
        assert_eq!(told, [&living[..], &gone].concat(), "{rests_on}");
    }
}

#[tokio::test]
async fn a_case_of_a_suspended_account_is_not_resolved() {
    let (_folder, lake) = lake();
    let night = |date, outcome, users| {
        let accounts = vec![(0, "ACTIVE", Outcome::Complete), (1, "SUSPENDED", outcome)];
        Night { date, accounts, users, verdicts: Vec::new() }
    };
    publish(&lake, night("2026-11-21", Outcome::Complete, vec![(0, user("b")), (1, user("a"))])).await;
    publish(&lake, night("2026-11-22", Outcome::AccountSuspended, Vec::new())).await;
    let newer = Snapshot::open(&lake, &Which::Newest).await.unwrap().accepting(&Exceptions::default()).await.unwrap();
    let older = Snapshot::open(&lake, &Which::Date("2026-11-21".into())).await.unwrap();
    let text = "-- id: X1\n-- title: X\n-- subject: account_id, arn\n-- rests on: users\n-- of: users\n\
        SELECT account_id, arn, mfa_active AS is_so FROM test_users\n";
    let question = QuestionFile::parse("x", text).unwrap().questions.remove(0);
    let cases = cases_json_since(&newer, Some(&older), &[&question]).await.unwrap();
    let rows = cases[0]["rows"].as_array().unwrap().iter();
    let told: Vec<_> = rows.map(|it| format!("{} {}", it["arn"], it["case_state"]).replace('"', "")).collect();
    assert_eq!(told, ["b resolved", "a not_seen"]);
}

/// A section for each pattern.
fn sections(id: &str, patterns: &[&str]) -> Exceptions {
    let section = |pattern: &&str| {
        format!("[[exception]]\nof = \"{id}\"\n{pattern}\nreason = \"r\"\nby = \"b\"\nuntil = 2999-12-31\n")
    };
    Exceptions::parse(&patterns.iter().map(section).collect::<String>(), "x.toml", &[id]).unwrap()
}

#[tokio::test]
async fn what_is_about_nothing_for_thirty_days_is_told() {
    let (_folder, lake) = lake();
    let night = |date, names: &[&str]| Night {
        date,
        accounts: vec![(0, "ACTIVE", Outcome::Complete)],
        users: names.iter().map(|name| (0, user(name))).collect(),
        verdicts: Vec::new(),
    };
    publish(&lake, night("2026-09-01", &["early"])).await;
    publish(&lake, night("2026-10-01", &["gone", "here"])).await;
    publish(&lake, night("2026-11-22", &["here"])).await;
    let question = "-- id: X1\n-- title: X\n-- subject: account_id, arn\n-- rests on: users\n-- of: users\n\
        SELECT account_id, arn, mfa_active AS is_so FROM test_users\n";
    let questions = QuestionFile::parse("x", question).unwrap().questions;
    let names = ["resource = \"here\"", "resource = \"gone\"", "resource = \"never\"", "resource = \"early\""];
    let young = "resource = \"never\"\nsince = 2026-11-01";
    let exceptions = sections("X1", &[&names[..], &[young]].concat());
    let snapshot = Snapshot::open(&lake, &Which::Newest).await.unwrap().accepting(&exceptions).await.unwrap();
    let used = uses(&lake, &snapshot, &questions, &[]).await.unwrap();
    let told: Vec<_> = used.iter().map(|it| (it.case_count, it.unused_since.as_ref().map(Day::as_str))).collect();
    let since = Some("2026-10-01");
    let expected = [(Some(1), None), (Some(0), None), (Some(0), since), (Some(0), since), (Some(0), None)];
    assert_eq!(told, expected, "what was a case in October is not unused, what was in September is");
    let late = used_within(&lake, &snapshot, &questions, &[], Some(Duration::ZERO)).await.unwrap();
    let told: Vec<_> = late.iter().map(|it| (it.unused_since.is_some(), it.unread.is_some())).collect();
    let nobody_knows = (false, true);
    assert_eq!(told, [(false, false), nobody_knows, nobody_knows, nobody_knows, (false, false)], "there was no time");
    let not_asked = uses(&lake, &snapshot, &[], &[]).await.unwrap();
    assert!(not_asked.iter().all(|it| it.case_count.is_none() && it.unused_since.is_none()));
}

#[tokio::test]
async fn of_some_accounts_no_exceptions_about_others_are_shown() {
    let (_folder, lake) = testing::lake().await;
    let patterns = [
        "account = \"000000000000\"",
        "account = \"000000000003\"",
        "account = \"0*\"",
        "resource = \"arn:aws:sqs:eu-west-1:000000000000:q\"",
        "resource = \"arn:aws:sqs:eu-west-1:000000000003:q\"",
        "principal = \"ana\"",
    ];
    let exceptions = sections("F9", &patterns);
    let questions: Vec<Question> = select(&["F9"]).unwrap().into_iter().cloned().collect();
    let whole = Snapshot::open(&lake, &Which::Newest).await.unwrap();
    let shown = async |snapshot: Snapshot| -> Vec<usize> {
        let snapshot = snapshot.accepting(&exceptions).await.unwrap();
        let used = uses(&lake, &snapshot, &questions, &[]).await.unwrap();
        used.iter().map(|it| exceptions.all().iter().position(|all| *all == it.exception).unwrap()).collect()
    };
    assert_eq!(shown(whole.within(["000000000003"].into_iter().collect())).await, [1, 2, 4, 5]);
    assert_eq!(shown(whole).await, [0, 1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn an_exception_to_a_rule_is_about_what_it_found_or_could_not_see() {
    let (_folder, lake) = two_nights().await;
    let rule = "-- id: X1\n-- title: X\n-- priority: error\n-- watches: test_users\n-- finds: gone\ntrue\n";
    let rule = RuleFile::parse("x.sql", rule).unwrap().rule;
    let places = ["account = \"000000000000\"\nresource = \"b\"", "account = \"000000000002\""];
    let exceptions = sections("X1", &places);
    let snapshot = Snapshot::open(&lake, &Which::Newest).await.unwrap().accepting(&exceptions).await.unwrap();
    let used = uses(&lake, &snapshot, &[], &[&rule]).await.unwrap();
    let told: Vec<_> = used.iter().map(|it| (it.case_count, it.unread.as_deref())).collect();
    assert_eq!(told, [(Some(1), None), (Some(0), Some("X1: to: users denied"))]);
}
