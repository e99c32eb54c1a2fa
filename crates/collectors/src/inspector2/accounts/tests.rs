use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::ACCOUNTS;
use crate::testing::{columns, json_error};

const ON: &str = r#"{"accounts":[{"accountId":"111122223333","state":{"status":"ENABLED"},"resourceState":{
    "ec2":{"status":"ENABLED"},"ecr":{"status":"DISABLED"},"lambda":{"status":"ENABLING"},"quantum":{"status":"ON"}}}],
    "failedAccounts":[]}"#;
const COUNTS: [&str; 6] = ["is_enabled", "critical_count", "high_count", "medium_count", "low_count", "finding_count"];
const STATUSES: [&str; 5] = ["status", "ec2_status", "ecr_status", "lambda_status", "lambda_code_status"];

#[tokio::test]
async fn an_account_its_administrator_and_its_findings() {
    let other = r#"{"accountAggregation":{"accountId":"2","severityCounts":{"all":99}}}"#;
    let own = r#"{"accountAggregation":{"accountId":"111122223333",
        "severityCounts":{"all":15,"critical":1,"high":2,"medium":4,"low":8}}}"#;
    let recorded = Recorded::new()
        .answer_to("BatchGetAccountStatus", "111122223333", ON)
        .answer(
            "GetDelegatedAdminAccount",
            r#"{"delegatedAdmin":{"accountId":"222233334444","relationshipStatus":"ENABLED"}}"#,
        )
        // Findings about members are not asked for.
        .answer_to(
            "ListFindingAggregations",
            r#""accountIds":[{"comparison":"EQUALS","value":"111122223333"}]"#,
            &format!(r#"{{"aggregationType":"ACCOUNT","responses":[{other}],"nextToken":"second"}}"#),
        )
        .answer_to("ListFindingAggregations", "second", &format!(r#"{{"responses":[{own},{{}}]}}"#));
    let collected = recorded.run(&ACCOUNTS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&ACCOUNTS);
    assert_eq!(columns(&collected, "inspector2_accounts", &COUNTS), [json!([true, 1, 2, 4, 8, 15])]);
    let rows = columns(&collected, "inspector2_accounts", &STATUSES);
    assert_eq!(rows, [json!(["ENABLED", "ENABLED", "DISABLED", "ENABLING", null])]);
    let names = ["administrator_account_id", "relationship_status"];
    assert_eq!(columns(&collected, "inspector2_accounts", &names), [json!(["222233334444", "ENABLED"])]);
    assert!(collected.missed.is_none());
}

#[tokio::test]
async fn an_administrator_also_has_the_findings_of_its_members() {
    let own = r#"{"accountAggregation":{"accountId":"111122223333",
        "severityCounts":{"all":15,"critical":1,"high":2,"medium":4,"low":8}}}"#;
    let members = r#"{"accountAggregation":{"accountId":"2","severityCounts":{"all":9,"critical":3,"high":6}}},
        {"accountAggregation":{"accountId":"3"}},{}"#;
    let recorded = Recorded::new()
        .answer("BatchGetAccountStatus", ON)
        .answer("GetDelegatedAdminAccount", r#"{"delegatedAdmin":{"accountId":"111122223333"}}"#)
        // No account is named: all are asked for.
        .answer_to(
            "ListFindingAggregations",
            r#"{"aggregationType":"ACCOUNT","maxResults":100}"#,
            &format!(r#"{{"responses":[{members}],"nextToken":"second"}}"#),
        )
        .answer_to("ListFindingAggregations", "second", &format!(r#"{{"responses":[{own}]}}"#));
    let collected = recorded.run(&ACCOUNTS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(columns(&collected, "inspector2_accounts", &COUNTS), [json!([true, 1, 2, 4, 8, 15])]);
    let names = ["member_account_id", "critical_count", "high_count", "low_count", "finding_count"];
    assert_eq!(
        columns(&collected, "inspector2_member_findings", &names),
        [json!(["2", 3, 6, null, 9]), json!(["3", null, null, null, null])]
    );
    // The counts of one member, and one without a name.
    assert_eq!(collected.short(), (2, vec!["inspector2_member_findings"]));

    let denied = json_error("AccessDeniedException");
    let recorded = Recorded::new()
        .answer("BatchGetAccountStatus", ON)
        .answer("GetDelegatedAdminAccount", r#"{"delegatedAdmin":{"accountId":"111122223333"}}"#)
        .refuse("ListFindingAggregations", "", 403, &denied);
    let collected = recorded.run(&ACCOUNTS).await;
    assert_eq!(collected.short(), (1, vec!["inspector2_accounts", "inspector2_member_findings"]));
}

#[tokio::test]
async fn off_is_a_row_and_nothing_more_is_asked() {
    let off = ON.replace("ENABLED", "DISABLED");
    let collected = Recorded::new().answer("BatchGetAccountStatus", &off).run(&ACCOUNTS).await;
    collected.result.as_ref().unwrap();
    let rows = columns(&collected, "inspector2_accounts", &COUNTS);
    assert_eq!(rows, [json!([false, null, null, null, null, null])]);
    assert!(collected.missed.is_none());
}

#[tokio::test]
async fn without_administrator_and_findings() {
    let recorded = Recorded::new()
        .answer("BatchGetAccountStatus", ON)
        .refuse("GetDelegatedAdminAccount", "", 404, &json_error("ResourceNotFoundException"))
        .answer("ListFindingAggregations", r#"{"aggregationType":"ACCOUNT","responses":[]}"#);
    let collected = recorded.run(&ACCOUNTS).await;
    collected.result.as_ref().unwrap();
    assert_eq!(columns(&collected, "inspector2_accounts", &COUNTS), [json!([true, 0, 0, 0, 0, 0])]);
    assert_eq!(columns(&collected, "inspector2_accounts", &["administrator_account_id"]), [json!([null])]);
    assert!(collected.missed.is_none());
}

#[tokio::test]
async fn what_is_refused_or_left_out_is_unknown_and_counted() {
    let denied = json_error("AccessDeniedException");
    let recorded = Recorded::new()
        .answer("BatchGetAccountStatus", ON)
        .refuse("GetDelegatedAdminAccount", "", 403, &denied)
        .refuse("ListFindingAggregations", "", 403, &denied);
    let collected = recorded.run(&ACCOUNTS).await;
    collected.result.as_ref().unwrap();
    let rows = columns(&collected, "inspector2_accounts", &COUNTS);
    assert_eq!(rows, [json!([true, null, null, null, null, null])]);
    assert_eq!(collected.short(), (2, vec!["inspector2_accounts"]));

    // The account failed: AWS says nothing of it.
    let failed = r#"{"accounts":[],"failedAccounts":[{"accountId":"111122223333","errorCode":"INTERNAL_ERROR"}]}"#;
    let collected = Recorded::new().answer("BatchGetAccountStatus", failed).run(&ACCOUNTS).await;
    let rows = columns(&collected, "inspector2_accounts", &STATUSES);
    assert_eq!(rows, [json!([null, null, null, null, null])]);
    assert_eq!(collected.short(), (1, vec!["inspector2_accounts"]));
    let bare = r#"{"accounts":[{"accountId":"111122223333"}]}"#;
    let collected = Recorded::new().answer("BatchGetAccountStatus", bare).run(&ACCOUNTS).await;
    assert_eq!(collected.short(), (3, vec!["inspector2_accounts"]));
    let recorded = Recorded::new()
        .answer("BatchGetAccountStatus", ON)
        .answer("GetDelegatedAdminAccount", "{}")
        .answer("ListFindingAggregations", r#"{"responses":[{"accountAggregation":{"accountId":"111122223333"}}]}"#);
    let collected = recorded.run(&ACCOUNTS).await;
    assert_eq!(columns(&collected, "inspector2_accounts", &["high_count"]), [json!([null])]);
    assert_eq!(collected.short(), (1, vec!["inspector2_accounts"]));

    let collected = Recorded::new().refuse("BatchGetAccountStatus", "", 403, &denied).run(&ACCOUNTS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
