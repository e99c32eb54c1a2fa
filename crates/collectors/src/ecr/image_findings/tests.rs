//! The newest images of repositories of two pages, and what their scans found.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::IMAGE_FINDINGS;
use crate::testing::{columns, json_error};

const LIST: &str = "DescribeRepositories";
const IMAGES: &str = "DescribeImages";
const FINDINGS: &str = "DescribeImageScanFindings";

fn image(digest: &str, pushed: i64, more: &str) -> String {
    format!(r#"{{"imageDigest":"sha256:{digest}","imageTags":["{digest}"],"imagePushedAt":{pushed}{more}}}"#)
}

/// Seven images of one repository on two pages, the oldest first. Two that are scanned by Inspector, an index, four of
/// which the list says nothing: of these one is scanned by ECR, one was never scanned, one failed; and two that are too
/// old to be looked at.
fn shop(recorded: Recorded) -> Recorded {
    let summary = r#","imageSizeInBytes":77,"imageScanStatus":{"status":"ACTIVE"},"imageScanFindingsSummary":{
        "imageScanCompletedAt":1766361600,"findingSeverityCounts":{"CRITICAL":2,"HIGH":1,"BOUNDLESS":4}}"#;
    let index = r#","imageManifestMediaType":"application/vnd.oci.image.index.v1+json""#;
    let first = [image("old", 1, ""), image("older", 2, ""), image("failed", 10, ""), image("never", 20, "")].join(",");
    let second =
        [image("index", 50, index), image("basic", 30, ""), image("inspector", 1_766_361_600, summary)].join(",");
    let failed = r#"{"imageScanStatus":{"status":"FAILED"},"imageScanFindings":{"findingSeverityCounts":{}}}"#;
    recorded
        .answer_to(IMAGES, "shop", &format!(r#"{{"imageDetails":[{first}],"nextToken":"older"}}"#))
        .answer_to(IMAGES, "older", &format!(r#"{{"imageDetails":[{second}]}}"#))
        .answer_to(
            FINDINGS,
            "sha256:basic",
            r#"{"imageScanStatus":{"status":"COMPLETE"},"imageScanFindings":{"findings":[{"name":"CVE-1"}],
            "imageScanCompletedAt":1766361600,"findingSeverityCounts":{"LOW":3}},"nextToken":"unread"}"#,
        )
        .refuse(FINDINGS, "sha256:never", 400, &json_error("ScanNotFoundException"))
        .answer_to(FINDINGS, "sha256:failed", failed)
}

async fn collected() -> Collected {
    let recorded = Recorded::new()
        .answer_to(
            LIST,
            "1000",
            r#"{"repositories":[{"repositoryName":"shop","repositoryArn":"arn:shop"},{"repositoryName":"gone"}],
            "nextToken":"more"}"#,
        )
        .answer_to(
            LIST,
            "more",
            r#"{"repositories":[{"repositoryName":"secret"},{"repositoryName":"empty"},{"repositoryName":"odd"},{}]}"#,
        )
        .refuse(IMAGES, "gone", 400, &json_error("RepositoryNotFoundException"))
        .refuse(IMAGES, "secret", 400, &json_error("AccessDeniedException"))
        .answer_to(IMAGES, "empty", r#"{"imageDetails":[]}"#)
        .answer_to(
            IMAGES,
            "\"odd\"",
            r#"{"imageDetails":[{"imageDigest":"sha256:1","imagePushedAt":"lately"},{"imageDigest":"sha256:2"},
            {"imageDigest":"sha256:3"},{"imagePushedAt":5}]}"#,
        )
        .refuse(FINDINGS, "sha256:1", 400, &json_error("AccessDeniedException"))
        .refuse(FINDINGS, "sha256:2", 400, &json_error("ImageNotFoundException"))
        .refuse(FINDINGS, "sha256:3", 400, &json_error("UnsupportedOperationException"));
    let collected = shop(recorded).run(&IMAGE_FINDINGS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn the_five_newest_images_have_rows_with_what_was_found() {
    let collected = collected().await;
    collected.assert_all_calls(&IMAGE_FINDINGS);
    let names = ["image_tags", "is_newest", "scan_status", "is_scanned", "critical_count", "low_count", "other_count"];
    assert_eq!(
        columns(&collected, "ecr_image_findings", &names)[..5],
        [
            json!([["inspector"], true, "ACTIVE", true, 2, 0, 4]),
            json!([["index"], false, null, false, null, null, null]),
            json!([["basic"], false, "COMPLETE", true, 0, 3, 0]),
            json!([["never"], false, null, false, null, null, null]),
            json!([["failed"], false, "FAILED", false, null, null, null]),
        ]
    );
    let newest = &collected.table("ecr_image_findings")[0];
    assert_eq!((&newest["repository_arn"], &newest["pushed_days"]), (&json!("arn:shop"), &json!(10)));
    assert_eq!((&newest["scanned_days"], &newest["high_count"]), (&json!(10), &json!(1)));
    assert_eq!(newest["size_bytes"], 77);
}

#[tokio::test]
async fn what_is_refused_is_counted_and_what_went_away_has_no_row() {
    let collected = collected().await;
    let names = ["repository_arn", "image_digest", "is_scanned", "pushed_at"];
    let odd = "arn:aws:ecr:eu-west-1:111122223333:repository/odd";
    assert_eq!(
        columns(&collected, "ecr_image_findings", &names)[5..],
        [json!([odd, "sha256:1", null, null]), json!([odd, "sha256:3", null, null])]
    );
    // The images of one repository and of one without a name, a moment, the scans of two images, one without a digest.
    assert_eq!(collected.short(), (6, vec!["ecr_image_findings"]));
    assert_eq!(collected.gone, 2, "a repository and an image");
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    for (code, class) in [("AccessDeniedException", Class::Denied), ("UnknownOperationException", Class::Unsupported)] {
        let collected = Recorded::new().refuse(LIST, "", 400, &json_error(code)).run(&IMAGE_FINDINGS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
    }
}
