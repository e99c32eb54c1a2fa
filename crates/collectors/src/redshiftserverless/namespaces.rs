//! Namespaces of Redshift Serverless: ListNamespaces, then the policy and the tags of each.
//!
//! Who may copy data into a namespace is in the policy that Redshift's GetResourcePolicy answers, as for a cluster. The
//! call of the same name of Redshift Serverless answers another one, if somebody set it there. Both are read.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::REDSHIFT_SERVERLESS_NAMESPACE;
use orgcensus_collect::{Collector, Error, Moment, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::parts::{POLICY, TAGS, is_gone, policy_of, tags_of};
use crate::items::{Answer, Unread, details, policy_text};
use crate::redshift::clusters;

const LIST: Read<Page> = reads("redshiftserverless", "ListNamespaces");

/// The name of the policy that Redshift Serverless answers, beside that of Redshift.
const SERVERLESS: &str = "redshift-serverless";

/// One namespace of Redshift Serverless: databases with their users. A workgroup computes on them.
#[derive(Debug, Serialize, Row)]
#[row(table = "redshift_serverless_namespaces", key = "arn")]
pub struct Namespace {
    /// The namespace's ARN.
    pub arn: String,
    /// The namespace's id.
    pub namespace_id: Option<String>,
    /// The namespace's name.
    pub namespace_name: String,
    /// AVAILABLE, MODIFYING or DELETING.
    pub status: Option<String>,
    /// The KMS key that encrypts it. AWS_OWNED_KMS_KEY: a key of AWS's own.
    pub kms_key_id: Option<String>,
    /// The name of its first database.
    pub database_name: Option<String>,
    /// The name of its first user, who may do everything.
    pub admin_user_name: Option<String>,
    /// The secret that holds this user's password, by its ARN. Null: Secrets Manager does not manage the password.
    pub admin_secret_arn: Option<String>,
    /// The KMS key that encrypts this secret. Null: Secrets Manager does not manage the password.
    pub admin_secret_kms_key_id: Option<String>,
    /// The role that it takes where no other is named, by ARN. Null: none.
    pub default_iam_role_arn: Option<String>,
    /// The roles that it may take, by ARN.
    pub iam_role_arns: Vec<String>,
    /// The logs that it exports: connectionlog, userlog, useractivitylog. Empty: none.
    pub log_exports: Vec<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags. Null: they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The namespaces of one region, with their policies.
pub const NAMESPACES: Collector = Collector {
    name: "redshift_serverless_namespaces",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), clusters::POLICY.call(), POLICY.call(), TAGS.call()],
    resources: &[REDSHIFT_SERVERLESS_NAMESPACE],
    tables: &[table::<Namespace>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    namespaces: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    namespace_arn: Option<String>,
    namespace_id: Option<String>,
    namespace_name: Option<String>,
    status: Option<String>,
    kms_key_id: Option<String>,
    db_name: Option<String>,
    admin_username: Option<String>,
    admin_password_secret_arn: Option<String>,
    admin_password_secret_kms_key_id: Option<String>,
    default_iam_role_arn: Option<String>,
    iam_roles: Vec<String>,
    log_exports: Vec<String>,
    creation_date: Option<Moment>,
}

/// A namespace, and the results of the calls about it.
struct Details {
    arn: String,
    described: Described,
    of_redshift: Answer<Option<String>>,
    of_serverless: Answer<Option<String>>,
    tags: Answer<BTreeMap<String, String>>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"maxResults": 100}));
    while let Some(page) = pages.next().await {
        let mut namespaces = details(page?.namespaces, |described| read(session, described));
        while let Some(namespace) = namespaces.next().await {
            push(rows, namespace).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, described: Described) -> Details {
    let id = described.namespace_id.as_deref().unwrap_or_default();
    let made = || session.arn("redshift-serverless", &format!("namespace/{id}"));
    let arn = described.namespace_arn.clone().unwrap_or_else(made);
    let of_redshift = clusters::policy_of_namespace(session, &arn).await;
    let of_serverless = policy_of(session, &arn).await;
    let tags = tags_of(session, &arn).await;
    Details { arn, described, of_redshift, of_serverless, tags }
}

async fn push(rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { arn, described, of_redshift, of_serverless, tags } = details;
    if is_gone(&tags, &[&of_redshift, &of_serverless]) {
        rows.gone();
        return Ok(());
    }
    for (name, policy) in [("", of_redshift), (SERVERLESS, of_serverless)] {
        let text = policy_text(rows, policy)?;
        rows.policy(Policy { name, ..Policy::of(&arn, REDSHIFT_SERVERLESS_NAMESPACE, text) }).await?;
    }
    let tags = rows.item([Namespace::TABLE], tags)?;
    let mut unread = Unread::default();
    let row = namespace(arn, described, tags, rows.captured_at(), &mut unread);
    unread.count(rows, Namespace::TABLE, &LIST.call().name());
    rows.push(row).await
}

fn namespace(
    arn: String,
    it: Described,
    tags: Option<BTreeMap<String, String>>,
    now: Timestamp,
    unread: &mut Unread,
) -> Namespace {
    let created = unread.value("creationDate", it.creation_date.as_ref());
    let created_at = unread.moment("creationDate", created);
    Namespace {
        arn,
        namespace_id: it.namespace_id,
        namespace_name: unread.value("namespaceName", it.namespace_name).unwrap_or_default(),
        status: unread.value("status", it.status),
        kms_key_id: it.kms_key_id,
        database_name: it.db_name,
        admin_user_name: it.admin_username,
        admin_secret_arn: it.admin_password_secret_arn,
        admin_secret_kms_key_id: it.admin_password_secret_kms_key_id,
        default_iam_role_arn: it.default_iam_role_arn.filter(|arn| !arn.is_empty()),
        iam_role_arns: it.iam_roles.iter().map(|role| role_arn(role).to_owned()).collect(),
        log_exports: it.log_exports,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags,
    }
}

/// The role's ARN in `IamRole(applyStatus=in-sync, iamRoleArn=arn:aws:iam::111122223333:role/a)`, as AWS writes it.
fn role_arn(text: &str) -> &str {
    let rest = text.split_once("iamRoleArn=").map_or(text, |(_, rest)| rest);
    rest.split_once(", ").map_or(rest, |(arn, _)| arn).trim_end_matches(')')
}

#[cfg(test)]
mod tests {
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

    /// Five namespaces on two pages: a usual one; an odd one, whose policy is with Redshift Serverless; one that went
    /// away; one of which nothing more may be read; and one whose policies are refused as unsupported.
    async fn collected() -> Collected {
        let odd = r#"{"namespaceId":"0b","namespaceName":"odd","status":"AVAILABLE"}"#;
        let second = ["gone", "dark", "old"].map(listed).join(",");
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
        // Four policies, tags, and the moment that one lacks.
        let tables = vec!["policy_documents", "policy_statements", "redshift_serverless_namespaces"];
        assert_eq!(collected.short(), (6, tables));
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
}
