use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::ANALYZERS;
use crate::testing::{columns, json_error};

const LIST: &str = "ListAnalyzers";
const RULES: &str = "ListArchiveRules";
const STATISTICS: &str = "GetFindingsStatistics";
const FINDINGS: &str = "ListFindingsV2";
const DETAILS: &str = "GetFindingV2";
const TABLE: &str = "accessanalyzer_analyzers";

const EXTERNAL: &str = r#"{"arn":"arn:analyzer/outside","name":"outside","type":"ORGANIZATION","status":"ACTIVE",
    "createdAt":"2025-01-01T00:00:00Z","lastResourceAnalyzed":"arn:bucket","lastResourceAnalyzedAt":"2025-12-01T00:00:00Z",
    "tags":{"team":"red"},"managedBy":"securityhub.amazonaws.com"}"#;
const UNUSED: &str = r#"{"arn":"arn:analyzer/idle","name":"idle","type":"ACCOUNT_UNUSED_ACCESS","status":"DISABLED",
    "createdAt":"soon","statusReason":{"code":"ORGANIZATION_DELETED"},"configuration":{"unusedAccess":{
    "unusedAccessAge":90,"analysisRule":{"exclusions":[{"accountIds":["1","2"]},{"resourceTags":[{"a":"b"}]}]}}}}"#;
const ODD: &str = r#"{"arn":"arn:analyzer/odd","name":"odd","type":"GALAXY","status":"ASLEEP"}"#;

const OF_EXTERNAL: &str = r#"{"lastUpdatedAt":"2025-12-31T00:00:00Z","findingsStatistics":[{
    "externalAccessFindingsStatistics":{"totalActiveFindings":5,"totalArchivedFindings":2,"totalResolvedFindings":0,
    "resourceTypeStatistics":{"AWS::S3::Bucket":{"totalActivePublic":1,"totalActiveCrossAccount":3},
    "AWS::IAM::Role":{"totalActiveErrors":1}}}}]}"#;
const OF_UNUSED: &str = r#"{"findingsStatistics":[{"unusedAccessFindingsStatistics":{"totalArchivedFindings":1,
    "unusedAccessTypeStatistics":[{"unusedAccessType":"UnusedIAMRole","total":7},{"total":1}]}}]}"#;
const OF_INTERNAL: &str = r#"{"findingsStatistics":[{"internalAccessFindingsStatistics":{"totalActiveFindings":4,
    "resourceTypeStatistics":{"AWS::S3::Bucket":{"totalActiveFindings":4,"totalResolvedFindings":9}}}},{}]}"#;

const FOUND: &str = r#"{"findings":[{"id":"f-1","findingType":"UnusedIAMRole","resource":"arn:aws:iam::1:role/idle",
    "resourceType":"AWS::IAM::Role","resourceOwnerAccount":"1","status":"ACTIVE","createdAt":"2025-12-22T00:00:00Z",
    "analyzedAt":"2025-12-31T00:00:00Z"}],"nextToken":"further"}"#;
const FOUND_MORE: &str = r#"{"findings":[{"id":"f-2","findingType":"UnusedPermission","resource":"arn:aws:iam::1:user/u",
    "resourceType":"AWS::IAM::User","resourceOwnerAccount":"1","status":"ARCHIVED","error":"ACCESS_DENIED",
    "createdAt":"2025-12-22T00:00:00Z","analyzedAt":"2025-12-31T00:00:00Z","newMember":1}]}"#;

/// Six analyzers on two pages: one of external access, one of unused access, one of another type, one that went away,
/// one of which nothing more may be read, and one without a name.
async fn collected() -> Collected {
    let named =
        |name: &str| format!(r#"{{"arn":"arn:analyzer/{name}","name":"{name}","type":"ACCOUNT","status":"ACTIVE"}}"#);
    let first = format!(r#"{{"analyzers":[{EXTERNAL},{UNUSED}],"nextToken":"more"}}"#);
    let second = format!(r#"{{"analyzers":[{ODD},{},{},{{}}]}}"#, named("gone"), named("shut"));
    let rules = r#"{"archiveRules":[{"ruleName":"ours","filter":{"principal.AWS":{"contains":["1"]},
        "isPublic":{"eq":["false"]}},"createdAt":"2025-01-01T00:00:00Z","updatedAt":"later"},{"filter":{}}],
        "nextToken":"next"}"#;
    let none = r#"{"archiveRules":[]}"#;
    let (gone, denied) = (json_error("ResourceNotFoundException"), json_error("AccessDeniedException"));
    let recorded = Recorded::new()
        .answer(LIST, &first)
        .answer_to(LIST, "more", &second)
        .answer_to(RULES, "/analyzer/outside/archive-rule", rules)
        .answer_to(RULES, "nextToken=next", r#"{"archiveRules":[{"ruleName":"all","filter":{}}]}"#)
        .answer_to(RULES, "/analyzer/idle/archive-rule", none)
        .answer_to(RULES, "/analyzer/odd/archive-rule", none)
        .refuse(RULES, "/analyzer/gone/archive-rule", 404, &gone)
        .refuse(RULES, "/analyzer/shut/archive-rule", 403, &denied)
        .answer_to(STATISTICS, "arn:analyzer/outside", OF_EXTERNAL)
        .answer_to(STATISTICS, "arn:analyzer/idle", OF_UNUSED)
        .answer_to(STATISTICS, "arn:analyzer/odd", OF_INTERNAL)
        .answer_to(FINDINGS, "maxResults", FOUND)
        .answer_to(FINDINGS, "nextToken", FOUND_MORE)
        .answer_to(DETAILS, "/findingv2/f-1", r#"{"findingDetails":[{"unusedIamRoleDetails":{}}]}"#)
        .refuse(STATISTICS, "arn:analyzer/gone", 404, &gone)
        .refuse(STATISTICS, "arn:analyzer/shut", 403, &denied);
    let collected = recorded.run(&ANALYZERS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn analyzers_of_all_types_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&ANALYZERS);
    assert_eq!(
        columns(&collected, TABLE, &["analyzer_name", "access_kind", "is_of_organization", "status", "age_days"]),
        [
            json!(["outside", "external_access", true, "ACTIVE", 365]),
            json!(["idle", "unused_access", false, "DISABLED", null]),
            json!(["odd", null, null, "ASLEEP", null]),
            json!(["shut", "external_access", false, "ACTIVE", null]),
        ]
    );
    let names = ["status_reason", "unused_access_age_days", "excluded_account_ids", "has_excluded_tags", "managed_by"];
    assert_eq!(
        columns(&collected, TABLE, &names)[..2],
        [
            json!([null, null, [], false, "securityhub.amazonaws.com"]),
            json!(["ORGANIZATION_DELETED", 90, ["1", "2"], true, null]),
        ]
    );
    let names = ["archive_rule_count", "active_finding_count", "archived_finding_count", "resolved_finding_count"];
    assert_eq!(
        columns(&collected, TABLE, &names),
        [json!([3, 5, 2, 0]), json!([0, null, 1, null]), json!([0, 4, null, null]), json!([null, null, null, null])]
    );
    let first = &collected.table(TABLE)[0];
    assert!(first["findings_counted_at"].is_string() && first["last_analyzed_at"].is_string(), "{first}");
}

#[tokio::test]
async fn findings_are_counted_by_status_and_type() {
    let names = ["analyzer_arn", "access_kind", "finding_status", "counted_of", "finding_count", "public_count"];
    let (external, unused, internal) = ("external_access", "unused_access", "internal_access");
    let (outside, idle, odd) = ("arn:analyzer/outside", "arn:analyzer/idle", "arn:analyzer/odd");
    assert_eq!(
        columns(&collected().await, "accessanalyzer_finding_counts", &names),
        [
            json!([outside, external, "ACTIVE", "all", 5, null]),
            json!([outside, external, "ARCHIVED", "all", 2, null]),
            json!([outside, external, "RESOLVED", "all", 0, null]),
            json!([outside, external, "ACTIVE", "AWS::IAM::Role", 1, null]),
            json!([outside, external, "ACTIVE", "AWS::S3::Bucket", 4, 1]),
            json!([idle, unused, "ARCHIVED", "all", 1, null]),
            json!([idle, unused, "ACTIVE", "UnusedIAMRole", 7, null]),
            json!([odd, internal, "ACTIVE", "all", 4, null]),
            json!([odd, internal, "ACTIVE", "AWS::S3::Bucket", 4, null]),
            json!([odd, internal, "RESOLVED", "AWS::S3::Bucket", 9, null]),
        ]
    );
}

#[tokio::test]
async fn archive_rules_keep_their_criteria() {
    let collected = collected().await;
    let names = ["rule_name", "criteria", "filter_json"];
    let filter = r#"{"isPublic":{"eq":["false"]},"principal.AWS":{"contains":["1"]}}"#;
    assert_eq!(
        columns(&collected, "accessanalyzer_archive_rules", &names),
        [json!(["ours", ["isPublic", "principal.AWS"], filter]), json!(["all", [], "{}"])]
    );
    // Moments of an analyzer and of a rule, a total, a type, a rule and an analyzer without names, and two refusals.
    let tables = ["analyzers", "archive_rules", "finding_counts", "unused_findings"];
    let tables = tables.map(|it| format!("accessanalyzer_{it}"));
    let (missed, short) = collected.short();
    assert_eq!((missed, collected.gone), (8, 1));
    assert_eq!(short, tables);
}

#[tokio::test]
async fn refused_is_how_the_task_ends() {
    for (code, class) in [("AccessDeniedException", Class::Denied), ("UnknownOperationException", Class::Unsupported)] {
        let collected = Recorded::new().refuse(LIST, "", 403, &json_error(code)).run(&ANALYZERS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
    }
}

#[tokio::test]
async fn findings_of_unused_access_name_the_identity() {
    let collected = collected().await;
    let names = ["analyzer_arn", "finding_id", "finding_type", "resource_arn", "status", "error", "found_days"];
    assert_eq!(
        columns(&collected, "accessanalyzer_unused_findings", &names),
        [
            json!(["arn:analyzer/idle", "f-1", "UnusedIAMRole", "arn:aws:iam::1:role/idle", "ACTIVE", null, 10]),
            json!([
                "arn:analyzer/idle",
                "f-2",
                "UnusedPermission",
                "arn:aws:iam::1:user/u",
                "ARCHIVED",
                "ACCESS_DENIED",
                10
            ]),
        ]
    );
    let counts = columns(&collected, TABLE, &["listed_finding_count"]);
    assert_eq!(counts, [json!([null]), json!([2]), json!([null]), json!([null])]);
}

#[tokio::test]
async fn findings_that_are_denied_or_untold_leave_their_number_unknown() {
    let of = |recorded: fn(Recorded) -> Recorded| {
        recorded(
            Recorded::new()
                .answer(LIST, &format!(r#"{{"analyzers":[{UNUSED}]}}"#))
                .answer(RULES, r#"{"archiveRules":[]}"#)
                .answer(STATISTICS, r#"{"findingsStatistics":[]}"#),
        )
    };
    let denied = |it: Recorded| it.refuse(FINDINGS, "", 403, &json_error("AccessDeniedException"));
    let untold = |it: Recorded| it.answer(FINDINGS, r#"{"findings":[{"status":"ACTIVE"}]}"#);
    for collected in [of(denied).run(&ANALYZERS).await, of(untold).run(&ANALYZERS).await] {
        collected.result.as_ref().unwrap();
        assert_eq!(columns(&collected, TABLE, &["listed_finding_count"]), [json!([null])]);
        assert!(collected.table("accessanalyzer_unused_findings").is_empty());
        assert!(collected.short().1.contains(&"accessanalyzer_unused_findings"), "{:?}", collected.short());
    }
}
