use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::{NAMESPACES, role_arn};
use crate::testing::{columns, json_error, xml_error};

const FULL: &str = r#"{"namespaceArn":"arn:one","namespaceId":"0a","namespaceName":"one","status":"AVAILABLE",
    "kmsKeyId":"AWS_OWNED_KMS_KEY","dbName":"dev","adminUsername":"admin","adminPasswordSecretArn":"arn:secret",
    "adminPasswordSecretKmsKeyId":"arn:key","defaultIamRoleArn":"",
    "iamRoles":["IamRole(applyStatus=in-sync, iamRoleArn=arn:aws:iam::111122223333:role/a)"],
    "logExports":["userlog"],"creationDate":"2025-12-22T00:00:00Z"}"#;
const OF_REDSHIFT: &str = "<GetResourcePolicyResponse><GetResourcePolicyResult><ResourcePolicy>
    <ResourceArn>arn:one</ResourceArn><Policy>{\"Statement\":[]}</Policy></ResourcePolicy>
    </GetResourcePolicyResult></GetResourcePolicyResponse>";
const OF_SERVERLESS: &str = r#"{"resourcePolicy":{"policy":"{\"Statement\":[{}]}","resourceArn":"arn:aws:x"}}"#;
const ODD: &str = "arn:aws:redshift-serverless:eu-west-1:111122223333:namespace/0b";

fn listed(name: &str) -> String {
    format!(
        r#"{{"namespaceArn":"arn:{name}","namespaceName":"{name}","status":"LEVITATING",
        "creationDate":"2025-12-22T00:00:00Z"}}"#
    )
}

/// Six namespaces on two pages: a usual one; an odd one, whose policy is with Redshift Serverless; one that went
/// away; one of which nothing more may be read; one whose policies are refused as unsupported; and one without an
/// ARN and an id, about which nothing is asked.
async fn collected() -> Collected {
    let odd = r#"{"namespaceId":"0b","namespaceName":"odd","status":"AVAILABLE"}"#;
    let second = ["gone", "dark", "old"].map(listed).join(",") + r#",{"namespaceName":"untold"}"#;
    let redshift = |arn: &str| format!("ResourceArn={}", arn.replace(':', "%3A").replace('/', "%2F"));
    let serverless = |arn: &str| format!(r#""resourceArn":"{arn}""#);
    let (policy, tags) = ("GetResourcePolicy", "ListTagsForResource");
    let (none, gone) = (xml_error("ResourceNotFoundFault"), json_error("ResourceNotFoundException"));
    let (denied, closed) = (xml_error("AccessDenied"), json_error("AccessDeniedException"));
    let recorded = Recorded::new()
        .answer_to(
            "ListNamespaces",
            r#""maxResults":100"#,
            &format!(r#"{{"namespaces":[{FULL},{odd}],"nextToken":"more"}}"#),
        )
        .answer_to("ListNamespaces", r#""nextToken":"more""#, &format!(r#"{{"namespaces":[{second}]}}"#))
        .answer_to(policy, &redshift("arn:one"), OF_REDSHIFT)
        .refuse(policy, &serverless("arn:one"), 400, &gone)
        .answer_to(tags, &serverless("arn:one"), r#"{"tags":[{"key":"team","value":"data"}]}"#)
        .refuse(policy, &redshift(ODD), 404, &none)
        .answer_to(policy, &serverless(ODD), OF_SERVERLESS)
        .answer_to(tags, &serverless(ODD), r#"{"tags":[]}"#)
        .refuse(policy, &redshift("arn:gone"), 404, &none)
        .refuse(policy, &serverless("arn:gone"), 400, &gone)
        .refuse(tags, &serverless("arn:gone"), 400, &gone)
        .refuse(policy, &redshift("arn:dark"), 403, &denied)
        .refuse(policy, &serverless("arn:dark"), 400, &closed)
        .refuse(tags, &serverless("arn:dark"), 400, &closed)
        .refuse(policy, &redshift("arn:old"), 400, &xml_error("UnsupportedOperation"))
        .refuse(policy, &serverless("arn:old"), 400, &json_error("UnknownOperationException"))
        .answer_to(tags, &serverless("arn:old"), "{}");
    let collected = recorded.run(&NAMESPACES).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn namespaces_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&NAMESPACES);
    let names = ["arn", "namespace_name", "status", "log_exports", "age_days", "tags"];
    assert_eq!(
        columns(&collected, "redshift_serverless_namespaces", &names),
        [
            json!(["arn:one", "one", "AVAILABLE", ["userlog"], 10, {"team": "data"}]),
            json!([ODD, "odd", "AVAILABLE", [], null, {}]),
            json!(["arn:dark", "dark", "LEVITATING", [], 10, null]),
            json!(["arn:old", "old", "LEVITATING", [], 10, {}]),
        ]
    );
    let names = ["kms_key_id", "admin_user_name", "admin_secret_arn", "default_iam_role_arn", "iam_role_arns"];
    let role = ["arn:aws:iam::111122223333:role/a"];
    let rows = columns(&collected, "redshift_serverless_namespaces", &names);
    assert_eq!(rows[0], json!(["AWS_OWNED_KMS_KEY", "admin", "arn:secret", null, role]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn both_policies_are_read_absent_or_unread() {
    let collected = collected().await;
    let own = "redshift-serverless";
    assert_eq!(
        columns(&collected, "policy_documents", &["resource_arn", "policy_name", "state", "error_code"]),
        [
            json!(["arn:one", "", "read", null]),
            json!(["arn:one", own, "absent", null]),
            json!([ODD, "", "absent", null]),
            json!([ODD, own, "read", null]),
            json!(["arn:dark", "", "unread", "AccessDenied"]),
            json!(["arn:dark", own, "unread", "AccessDeniedException"]),
            json!(["arn:old", "", "unread", "UnsupportedOperation"]),
            json!(["arn:old", own, "unread", "UnknownOperationException"]),
        ]
    );
    // Four policies, tags, the moment that one lacks, and the one that cannot be told from others.
    let tables = vec!["policy_documents", "policy_statements", "redshift_serverless_namespaces"];
    assert_eq!(collected.short(), (7, tables));
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let denied = json_error("AccessDeniedException");
    let collected = Recorded::new().refuse("ListNamespaces", "", 400, &denied).run(&NAMESPACES).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}

#[test]
fn a_role_is_read_as_aws_writes_it() {
    let arn = "arn:aws:iam::111122223333:role/a,b";
    assert_eq!(role_arn(&format!("IamRole(applyStatus=in-sync, iamRoleArn={arn})")), arn);
    assert_eq!(role_arn(&format!("IamRole(iamRoleArn={arn}, applyStatus=removing)")), arn);
    assert_eq!((role_arn(arn), role_arn("")), (arn, ""));
}
