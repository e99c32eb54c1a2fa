//! Projects, what of them is public, and what of them is not read.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::PROJECTS;
use super::described::without_user;
use crate::testing::{columns, json_error};

const FULL: &str = r#"{"name":"site","arn":"arn:site","description":"The site","projectVisibility":"PUBLIC_READ",
    "publicProjectAlias":"alias","resourceAccessRole":"arn:viewer","serviceRole":"arn:builder",
    "source":{"type":"GITHUB","location":"https://ana:CANARY@github.com/shop/site.git","auth":{"type":"OAUTH"},
    "buildspec":"CANARY","insecureSsl":false},"artifacts":{"type":"S3","location":"bucket","encryptionDisabled":true},
    "environment":{"type":"LINUX_CONTAINER","image":"aws/codebuild/standard:7.0","privilegedMode":true,
    "environmentVariables":[{"name":"A","value":"CANARY"},{"name":"B_TOKEN","value":"CANARY","type":"SECRETS_MANAGER"},
    {"name":"C_TOKEN","value":"CANARY","type":"PLAINTEXT"}]},"encryptionKey":"alias/aws/s3","created":1766361600.5,
    "tags":[{"key":"team","value":"shop"}],"vpcConfig":{"vpcId":""},"badge":{"badgeEnabled":true},
    "webhook":{"secret":"CANARY","pullRequestBuildPolicy":{"requiresCommentApproval":"FORK_PULL_REQUESTS"}},
    "logsConfig":{"cloudWatchLogs":{"status":"ENABLED"},"s3Logs":{"status":"DISABLED"}}}"#;
const DOCUMENT: &str = concat!(
    r#"{"policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"222233334444\"},"#,
    r#"\"Action\":\"codebuild:BatchGetProjects\",\"Resource\":\"arn:site\"}]}"}"#
);

async fn collected() -> Collected {
    let first = format!(r#"{{"projects":[{FULL}],"projectsNotFound":["gone"]}}"#);
    let second = r#"{"projects":[{"name":"bare","projectVisibility":"SECLUDED"},{"name":"secret"},{"name":"odd"},{}]}"#;
    let recorded = Recorded::new()
        .answer("ListProjects", r#"{"projects":["site","gone"],"nextToken":"more"}"#)
        .answer_to("ListProjects", "more", r#"{"projects":["bare","secret","odd"],"nextToken":"last"}"#)
        .answer_to("ListProjects", "last", r#"{"projects":[]}"#)
        .answer_to("BatchGetProjects", "gone", &first)
        .answer_to("BatchGetProjects", "bare", second)
        .answer_to("GetResourcePolicy", "site", DOCUMENT)
        .refuse("GetResourcePolicy", "bare", 400, &json_error("ResourceNotFoundException"))
        .refuse("GetResourcePolicy", "secret", 400, &json_error("AccessDeniedException"))
        .refuse("GetResourcePolicy", "odd", 400, &json_error("InvalidInputException"));
    let collected = recorded.run(&PROJECTS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn projects_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&PROJECTS);
    let names = ["project_name", "project_visibility", "is_public", "has_webhook", "has_logs", "age_days"];
    assert_eq!(
        columns(&collected, "codebuild_projects", &names),
        [
            json!(["site", "PUBLIC_READ", true, true, true, 9]),
            json!(["bare", "SECLUDED", false, false, null, null]),
            json!(["secret", null, null, false, null, null]),
            json!(["odd", null, null, false, null, null]),
        ]
    );
    let names = ["source_location", "pull_request_approval", "is_privileged", "vpc_id", "has_badge", "tags"];
    let location = "https://github.com/shop/site.git";
    assert_eq!(
        columns(&collected, "codebuild_projects", &names)[0],
        json!([location, "FORK_PULL_REQUESTS", true, null, true, {"team": "shop"}])
    );
    let arn = "arn:aws:codebuild:eu-west-1:111122223333:project/bare";
    assert_eq!(collected.table("codebuild_projects")[1]["arn"], arn);
}

#[tokio::test]
async fn variables_have_names_and_no_values() {
    let collected = collected().await;
    let names =
        ["environment_names", "plaintext_environment_names", "secret_like_variables", "has_secret_like_variable"];
    let found = columns(&collected, "codebuild_projects", &names);
    assert_eq!(found[0], json!([["A", "B_TOKEN", "C_TOKEN"], ["A", "C_TOKEN"], ["C_TOKEN"], true]));
    assert_eq!(found[1], json!([[], [], [], false]));
    assert!(!format!("{:?}", collected.rows).contains("CANARY"));
    assert_eq!(without_user("s3-bucket/key.zip"), "s3-bucket/key.zip");
    assert_eq!(without_user("https://token@host"), "https://host");
}

#[tokio::test]
async fn a_policy_is_read_absent_or_unread() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["state", "error_code"]),
        [
            json!(["read", null]),
            json!(["absent", null]),
            json!(["unread", "AccessDeniedException"]),
            json!(["unread", "InvalidInputException"]),
        ]
    );
    // Two policies, and a project without a name.
    assert_eq!(collected.short(), (3, vec!["codebuild_projects", "policy_documents", "policy_statements"]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn a_refused_list_or_batch_is_how_the_task_ends() {
    let denied = json_error("AccessDeniedException");
    let list = Recorded::new().refuse("ListProjects", "", 400, &denied);
    let names = r#"{"projects":["site"]}"#;
    let batch = Recorded::new().answer("ListProjects", names).refuse("BatchGetProjects", "", 400, &denied);
    for recorded in [list, batch] {
        let collected = recorded.run(&PROJECTS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
