use std::collections::BTreeSet;

use orgcensus_answers::{questions, select};
use orgcensus_crawl::Outcome;
use serde_json::json;

use super::*;
use crate::testing::{Night, access, collected, lake, publish};

fn question(id: &str) -> Question {
    select(&[id]).unwrap()[0].clone()
}

fn row(population: &str, definition: &str, numerator: i64) -> Value {
    json!({"id": "C1", "population": population, "definition": definition, "numerator": numerator,
        "denominator": 9, "unknown_count": 1, "coverage_percent": 97.5})
}

#[test]
fn a_row_has_the_numbers_of_the_answer_and_no_name() {
    let (question, organization_id) = (question("C1"), "o-1");
    let told = Told::of(&question);
    let answer = json!([row("users_with_password", "over_90_days", 3), row("/people/", "by_path", 2)]);
    let facts = told.facts(&question, organization_id, &answer).unwrap();
    assert_eq!(facts[0].population, "users_with_password");
    let numbers = (facts[0].numerator, facts[0].denominator, facts[0].unknown_count, facts[0].coverage_percent);
    assert_eq!(numbers, (Some(3), Some(9), Some(1), Some(97.5)));
    assert_eq!(facts[0].thresholds.as_deref(), Some("idle_days 90"));
    assert!(facts[0].is_answered && facts[0].accepted_count.is_none());
    let mut accepted = row("users_with_password", "over_90_days", 3);
    accepted["accepted_count"] = json!(2);
    assert_eq!(told.facts(&question, organization_id, &json!([accepted])).unwrap()[0].accepted_count, Some(2));
    assert_eq!((facts[1].population.len(), facts[1].numerator), (16, Some(2)));
    assert!(!format!("{facts:?}").contains("people"));
    assert_eq!(hidden("o-1", "/people/"), facts[1].population);
    assert_ne!(hidden("o-2", "/people/"), facts[1].population);
}

#[test]
fn what_was_not_answered_is_a_row_without_numbers() {
    let question = question("F3");
    let told = Told::of(&question);
    let error = json!([{"id": "F3", "error": "find table iam_users"}]);
    assert_eq!(told.facts(&question, "o-1", &error), Err("find table iam_users".to_owned()));
    let row = told.unanswered(&question);
    assert_eq!((row.question_id.as_str(), row.is_answered, row.numerator, row.thresholds), ("F3", false, None, None));
    assert_eq!(row.text_sha256, told.counting.text_sha256);
}

/// Else one of the two would be lost.
#[test]
fn no_two_shares_have_one_name() {
    for question in questions().unwrap() {
        let Kind::Fact { shares, .. } = &question.kind else { continue };
        let mut names = BTreeSet::new();
        for share in shares {
            let (Population::Subjects(of) | Population::Each(of) | Population::Organizations(of)) = share.of;
            assert!(names.insert((of, share.definition)), "{} {of} {}", question.id, share.definition);
        }
    }
}

#[tokio::test]
async fn facts_are_those_of_ask_and_lists_have_none() {
    let (_folder, lake) = lake();
    let night = Night::new("2026-11-21", &[(0, Outcome::Complete), (1, Outcome::Denied)]);
    publish(&lake, night.with(0, access("a", Some(true))).with(0, access("b", None))).await;
    let asked: Arc<[Question]> = [question("G11"), question("G1"), question("F3")].into();
    let commit = lake.commits().await.unwrap().remove(0);
    let (run_id, organization_id) = (commit.run_id, commit.organization_id);
    let questions = Arc::clone(&asked);
    let rows = collected(|rows| answer(lake.clone(), run_id, organization_id, questions, None, rows)).await.unwrap();
    assert!(rows.iter().all(|it| it.account_id.is_empty() && it.account_name.is_empty()));
    let snapshot = Snapshot::open(&lake, &Which::Newest).await.unwrap();
    let answer = ask_json(&snapshot, &[&asked[0]]).await.unwrap();
    let expected = Told::of(&asked[0]).facts(&asked[0], "o-1", &answer).unwrap();
    assert!(expected.iter().any(|it| it.numerator == Some(1)), "{expected:?}");
    let (lists, rows): (Vec<_>, Vec<_>) = rows.into_iter().map(|it| it.row).partition(|it| it.question_id == "G1");
    assert!(lists.is_empty());
    let (of_reach, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|it| it.question_id == "G11");
    assert_eq!(of_reach, expected);
    // The lake of the test has no users.
    let told: Vec<_> = others.iter().map(|it| (it.question_id.as_str(), it.is_answered)).collect();
    assert_eq!(told, [("F3", false)]);
}
