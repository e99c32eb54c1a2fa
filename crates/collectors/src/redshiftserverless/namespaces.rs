//! Namespaces of Redshift Serverless: ListNamespaces, then the policy and the tags of each.
//!
//! Who may copy data into a namespace is in the policy that Redshift's GetResourcePolicy answers, as for a cluster. The
//! call of the same name of Redshift Serverless answers another one, if somebody set it there. Both are read.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::REDSHIFT_SERVERLESS_NAMESPACE;
use orgcensus_collect::{
    Collector, Error, Moment, POLICY_TABLE_NAMES, Policy, Read, Rows, Runs, Scope, Session, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::parts::{POLICY, TAGS, is_gone, policy_of, tags_of};
use crate::items::{Answer, Unread, details, policy_text, with_arns};
use crate::redshift::clusters;

const LIST: Read<Page> = reads("redshiftserverless", "ListNamespaces");

/// The name of the policy that Redshift Serverless answers, beside that of Redshift.
const SERVERLESS: &str = "redshift-serverless";

/// What is short of a namespace that cannot be told from others.
const SHORT: [&str; 3] = [Namespace::TABLE, POLICY_TABLE_NAMES[0], POLICY_TABLE_NAMES[1]];

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
        let name = LIST.call().name();
        let known = with_arns(rows, (name.as_str(), "namespaceId"), &SHORT, page?.namespaces, |it| arn(session, it));
        let mut namespaces = details(known, |(arn, described)| read(session, arn, described));
        while let Some(namespace) = namespaces.next().await {
            push(rows, namespace).await?;
        }
    }
    Ok(())
}

/// The ARN, which is made of the id where AWS left it out.
fn arn(session: &Session, it: &Described) -> Option<String> {
    let made = |id: &str| session.arn("redshift-serverless", &format!("namespace/{id}"));
    it.namespace_arn.clone().or_else(|| it.namespace_id.as_deref().map(made))
}

async fn read(session: &Session, arn: String, described: Described) -> Details {
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
mod tests;
