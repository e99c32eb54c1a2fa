use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::GRAPHS;
use crate::testing::{columns, json_error};

const OWN: &str = r#"{"GraphList":[{"Arn":"arn:g1","CreatedTime":"2025-12-22T00:00:00Z"}]}"#;
const NAMES: [&str; 5] = ["is_enabled", "graph_arn", "member_count", "member_graph_arns", "pending_graph_arns"];

#[tokio::test]
async fn a_graph_with_members_of_two_pages() {
    let first = r#"{"MemberDetails":[{"AccountId":"2","Status":"ENABLED","InvitationType":"ORGANIZATION",
        "InvitedTime":"2025-12-22T00:00:00Z"}],"NextToken":"second"}"#;
    let second = r#"{"MemberDetails":[{"AccountId":"3","Status":"ACCEPTED_BUT_DISABLED",
        "DisabledReason":"VOLUME_TOO_HIGH"},{"AccountId":"4"},{}]}"#;
    let recorded = Recorded::new()
        .answer("ListGraphs", OWN)
        .answer("ListInvitations", r#"{"Invitations":[]}"#)
        .answer_to("ListMembers", "arn:g1", first)
        .answer_to("ListMembers", "second", second);
    let collected = recorded.run(&GRAPHS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&GRAPHS);
    assert_eq!(columns(&collected, "detective_graphs", &NAMES), [json!([true, "arn:g1", 4, [], []])]);
    assert_eq!(columns(&collected, "detective_graphs", &["age_days"]), [json!([10])]);
    let names = ["member_account_id", "status", "is_enabled", "disabled_reason", "invitation_type"];
    assert_eq!(
        columns(&collected, "detective_members", &names),
        [
            json!(["2", "ENABLED", true, null, "ORGANIZATION"]),
            json!(["3", "ACCEPTED_BUT_DISABLED", false, "VOLUME_TOO_HIGH", null]),
            json!(["4", null, null, null, null]),
        ]
    );
    // The member without an id.
    assert_eq!(collected.short(), (1, vec!["detective_members"]));
}

#[tokio::test]
async fn a_member_of_anothers_graph_and_an_account_that_is_none() {
    let both = r#"{"Invitations":[{"GraphArn":"arn:g2","Status":"ENABLED"},{"GraphArn":"arn:g3","Status":"INVITED"}]}"#;
    let invited = r#"{"Invitations":[{"GraphArn":"arn:g3","Status":"INVITED"}]}"#;
    for (invitations, row) in [
        (both, json!([true, null, null, ["arn:g2"], ["arn:g3"]])),
        (invited, json!([false, null, null, [], ["arn:g3"]])),
        ("{}", json!([false, null, null, [], []])),
    ] {
        let recorded = Recorded::new().answer("ListGraphs", "{}").answer("ListInvitations", invitations);
        let collected = recorded.run(&GRAPHS).await;
        collected.result.as_ref().unwrap();
        assert_eq!(columns(&collected, "detective_graphs", &NAMES), [row]);
        assert!(collected.missed.is_none());
    }
    let nameless = r#"{"Invitations":[{"Status":"ENABLED"}]}"#;
    let recorded = Recorded::new().answer("ListGraphs", "{}").answer("ListInvitations", nameless);
    let collected = recorded.run(&GRAPHS).await;
    assert_eq!(columns(&collected, "detective_graphs", &NAMES), [json!([true, null, null, [], []])]);
    assert_eq!(collected.short(), (1, vec!["detective_graphs"]));
}

#[tokio::test]
async fn what_is_refused_is_unknown_and_counted() {
    let denied = json_error("AccessDeniedException");
    let recorded =
        Recorded::new().answer("ListGraphs", r#"{"GraphList":[]}"#).refuse("ListInvitations", "", 403, &denied);
    let collected = recorded.run(&GRAPHS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(columns(&collected, "detective_graphs", &NAMES), [json!([null, null, null, null, null])]);
    assert_eq!(collected.short(), (1, vec!["detective_graphs"]));

    let recorded = Recorded::new().answer("ListGraphs", OWN).refuse("ListInvitations", "", 403, &denied).refuse(
        "ListMembers",
        "",
        403,
        &denied,
    );
    let collected = recorded.run(&GRAPHS).await;
    assert_eq!(columns(&collected, "detective_graphs", &NAMES), [json!([true, "arn:g1", null, null, null])]);
    assert_eq!(collected.short(), (2, vec!["detective_graphs", "detective_members"]));

    let collected = Recorded::new().refuse("ListGraphs", "", 403, &denied).run(&GRAPHS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    assert!(collected.table("detective_graphs").is_empty());
}
