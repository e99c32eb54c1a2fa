//! Many questions at once: what guardrails stop in each account, and several resources of one account.

use super::*;
use crate::{Asker, Guarded};

/// `2 true false`: the account, and what is stopped of each action.
fn stopped(guarded: &Guarded) -> String {
    let stops: Vec<String> = guarded.stops.iter().map(|it| format!("{:?}", it.is_stopped)).collect();
    let management = if guarded.is_management { " management" } else { "" };
    format!("{}{management} {}", guarded.account_id.trim_start_matches('0'), stops.join(" "))
}

fn guarded(reach: &Reach) -> Vec<Guarded> {
    let actions = ["s3:DeleteObject", "s3:GetObject"].map(str::to_owned);
    reach.guardrails(&actions).collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn what_guardrails_stop_is_said_account_by_account() {
    let (_folder, reach) = reach().await;
    let guarded = guarded(&reach);
    let told: Vec<String> = guarded.iter().map(stopped).collect();
    let expected = [
        "1 management Some(false) Some(false)",
        "2 Some(true) Some(false)",
        "3 Some(true) Some(false)",
        "4 Some(true) Some(false)",
        // What is attached to it was not read: it may stop the other one too.
        "5 Some(true) None",
    ];
    assert_eq!(told, expected);
    let decided = &guarded[1].stops[0].answer.decided_by;
    assert_eq!((decided.layer, decided.policy.as_deref()), (Layer::Scp, Some("p-keep")));
    assert!(std::sync::Arc::ptr_eq(&guarded[1].stops, &guarded[2].stops), "accounts of one unit are asked once");
}

#[tokio::test]
async fn of_guardrails_that_were_not_read_nothing_is_known() {
    let (_folder, lake) = alone().await;
    let reach = Reach::open(&lake, &Which::Newest).await.unwrap();
    assert_eq!(guarded(&reach).iter().map(stopped).collect::<Vec<_>>(), ["2 None None"]);
}

#[tokio::test]
async fn several_questions_have_the_answers_of_each() {
    let (_folder, reach) = reach().await;
    let of_data = ["s3:GetObject", "s3:DeleteObject", "s3:PutObject"].map(|it| (it, OBJECT));
    let by_point = ["s3:GetObject", "s3:PutObject"].map(|it| (it, "arn:aws:s3:::shared/k"));
    let asked = of_data.into_iter().chain(by_point).map(|(action, arn)| (action.to_owned(), arn.to_owned()));
    let asked: Vec<(String, String)> = asked.collect();
    let mut asker = reach.asker().unwrap();
    let answers = asker.who_can("000000000002", &asked).await.unwrap();
    assert_eq!(answers.len(), asked.len());
    for ((action, arn), answer) in asked.iter().zip(&answers) {
        let alone = reach.who_can(action, arn).await.unwrap();
        assert_eq!((words(&answer.rows), answer.is_cut), (words(&alone), false), "{action}");
    }
    assert!(!answers[0].rows.is_empty());
    let by_point = words(&answers[3].rows);
    assert!(by_point.contains(&"3 user/stranger allowed by accesspoint/partners".to_owned()), "{by_point:?}");
    assert!(Asker::can_ask("s3:GetObject", OBJECT) && !Asker::can_ask("s3:GetObject", "data/k"));
}

#[tokio::test]
async fn accounts_of_which_a_collector_read_nothing_are_short_of_it() {
    let (_folder, reach) = reach().await;
    let asker = reach.asker().unwrap();
    let short = asker.short(&["iam_authorization_details", "s3_access_points"]).await.unwrap();
    let told: Vec<_> = short.iter().map(|(id, names)| (id.as_str(), names.len())).collect();
    assert_eq!(told, [("000000000004", 1)]);
    assert!(short["000000000004"].contains("iam_authorization_details"));
}
