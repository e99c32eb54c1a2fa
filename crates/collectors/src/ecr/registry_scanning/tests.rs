//! The registry's rules, and what they come to for the repositories of two pages.

use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::REGISTRY_SCANNING;
use crate::testing::{columns, json_error};

const SETTING: &str = "GetRegistryScanningConfiguration";
const LIST: &str = "DescribeRepositories";
const BATCH: &str = "BatchGetRepositoryScanningConfiguration";
const RULES: &str = r#"{"registryId":"111122223333","scanningConfiguration":{"scanType":"ENHANCED","rules":[
    {"scanFrequency":"SCAN_ON_PUSH","repositoryFilters":[{"filter":"*","filterType":"WILDCARD"}]},
    {"scanFrequency":"CONTINUOUS_SCAN","repositoryFilters":[{"filter":"prod*"},{"filter":"shop"}]},
    {"scanFrequency":"NOW_AND_THEN","repositoryFilters":[{"filter":"odd"}]}]}}"#;
const TABLES: [&str; 2] = ["ecr_registry_scanning", "ecr_repository_scanning"];

#[tokio::test]
async fn rules_and_repositories_of_two_pages() {
    let batch = r#"{"scanningConfigurations":[{"repositoryArn":"arn:a","repositoryName":"a","scanOnPush":true,
        "scanFrequency":"CONTINUOUS_SCAN","appliedScanFilters":[{"filter":"prod*","filterType":"WILDCARD"}]},
        {"repositoryName":"b","scanOnPush":false,"scanFrequency":"MANUAL"},{"repositoryName":"odd"},
        {"scanOnPush":true}],
        "failures":[{"repositoryName":"gone","failureCode":"REPOSITORY_NOT_FOUND","failureReason":"gone"},
        {"repositoryName":"ill","failureCode":"ILL","failureReason":"ill"}]}"#;
    let recorded = Recorded::new()
        .answer(SETTING, RULES)
        .answer_to(
            LIST,
            "1000",
            r#"{"repositories":[{"repositoryName":"a"},{"repositoryName":"b"}],"nextToken":"more"}"#,
        )
        .answer_to(
            LIST,
            "more",
            r#"{"repositories":[{"repositoryName":"odd"},{"repositoryName":"gone"},{"repositoryName":"ill"},{}]}"#,
        )
        .answer_to(BATCH, "gone", batch);
    let collected = recorded.run(&REGISTRY_SCANNING).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&REGISTRY_SCANNING);
    let names = ["scan_type", "is_enhanced", "rule_count", "is_every_repository_scanned", "continuous_scan_filters"];
    assert_eq!(
        columns(&collected, "ecr_registry_scanning", &names),
        [json!(["ENHANCED", true, 3, true, ["prod*", "shop"]])]
    );
    let names = ["arn", "scan_frequency", "is_scan_on_push", "is_scanned", "applied_filters"];
    let arn = |name: &str| format!("arn:aws:ecr:eu-west-1:111122223333:repository/{name}");
    assert_eq!(
        columns(&collected, "ecr_repository_scanning", &names),
        [
            json!(["arn:a", "CONTINUOUS_SCAN", true, true, ["prod*"]]),
            json!([arn("b"), "MANUAL", false, false, []]),
            json!([arn("odd"), null, null, null, []]),
        ]
    );
    // A repository that failed, and those without a name of either call.
    assert_eq!((collected.short(), collected.gone), ((3, vec!["ecr_repository_scanning"]), 1));
}

#[tokio::test]
async fn without_rules_nothing_is_scanned_and_a_type_that_is_not_said_is_counted() {
    let recorded = Recorded::new()
        .answer(SETTING, r#"{"scanningConfiguration":{"rules":[]}}"#)
        .answer(LIST, r#"{"repositories":[]}"#);
    let collected = recorded.run(&REGISTRY_SCANNING).await;
    collected.result.as_ref().unwrap();
    let names = ["scan_type", "is_enhanced", "rule_count", "is_every_repository_scanned", "scan_on_push_filters"];
    assert_eq!(columns(&collected, "ecr_registry_scanning", &names), [json!([null, null, 0, false, []])]);
    assert_eq!(collected.short(), (1, vec!["ecr_registry_scanning"]));
    assert!(collected.table("ecr_repository_scanning").is_empty());
}

#[tokio::test]
async fn a_refused_part_costs_its_own_table_and_both_the_task() {
    let denied = json_error("AccessDeniedException");
    let unsupported = json_error("UnknownOperationException");
    let batch = Recorded::new()
        .answer(SETTING, RULES)
        .answer(LIST, r#"{"repositories":[{"repositoryName":"a"}]}"#)
        .refuse(BATCH, "", 400, &unsupported);
    let setting = Recorded::new().refuse(SETTING, "", 400, &denied).answer(LIST, r#"{"repositories":[]}"#);
    for (recorded, short) in [(batch, TABLES[1]), (setting, TABLES[0])] {
        let collected = recorded.run(&REGISTRY_SCANNING).await;
        collected.result.as_ref().unwrap();
        assert_eq!(collected.short(), (1, vec![short]));
    }
    let both = Recorded::new().refuse(SETTING, "", 400, &denied).refuse(LIST, "", 400, &unsupported);
    let collected = both.run(&REGISTRY_SCANNING).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
