//! Secrets of Secrets Manager: ListSecrets, then GetResourcePolicy and ListResourcePolicies for each. No value is ever
//! read.

mod named_policies;

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use orgcensus_collect::kinds::SECRETSMANAGER_SECRET;
use orgcensus_collect::{
    Class, Collector, Error, Moment, Policy, PolicyText, Read, Rows, Runs, Scope, Session, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::named_policies::NamedPolicy;
use crate::items::{Answer, Tag, Unread, by_key, details, is_gone, policy_text, with_policies};

const LIST: Read<Page> = reads("secretsmanager", "ListSecrets");
const POLICY: Read<ResourcePolicy> = reads("secretsmanager", "GetResourcePolicy");

/// How Secrets Manager says that there is no such secret.
const GONE: &[&str] = &["ResourceNotFoundException"];

/// One secret, without its value. One that is scheduled for deletion has a row as well.
#[derive(Debug, Serialize, Row)]
#[row(table = "secretsmanager_secrets", key = "arn")]
pub struct Secret {
    /// The secret's ARN.
    pub arn: String,
    /// The secret's name.
    pub secret_name: String,
    /// The secret's description.
    pub description: Option<String>,
    /// The KMS key that encrypts the secret; null for AWS's own key, aws/secretsmanager.
    pub kms_key_id: Option<String>,
    /// Whether a key other than aws/secretsmanager encrypts the secret.
    pub has_own_kms_key: bool,
    /// The AWS service that made and owns the secret, rds; null for the account's own.
    pub owning_service: Option<String>,
    /// Whether the secret is rotated on its own.
    pub is_rotation_enabled: bool,
    /// The Lambda function that rotates the secret.
    pub rotation_lambda_arn: Option<String>,
    /// Days between rotations; null where a schedule or nothing is set.
    pub rotation_period_days: Option<i64>,
    /// When it is rotated, as a rate(…) or cron(…) expression.
    pub rotation_schedule: Option<String>,
    /// When the secret was last rotated (UTC); null when never.
    pub last_rotated_at: Option<Timestamp>,
    /// Days since then; null when never.
    pub last_rotated_days: Option<i32>,
    /// When the secret is rotated next (UTC).
    pub next_rotation_at: Option<Timestamp>,
    /// When the secret was last changed in any way (UTC).
    pub last_changed_at: Option<Timestamp>,
    /// Days since then.
    pub last_changed_days: Option<i32>,
    /// The day on which the secret's value was last read (UTC, without time of day); null when never.
    pub last_accessed_at: Option<Timestamp>,
    /// Days since then; null when never.
    pub last_accessed_days: Option<i32>,
    /// When the secret was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
    /// When deletion was asked for (UTC); null unless the secret is scheduled for deletion.
    pub deleted_at: Option<Timestamp>,
    /// Whether the secret is scheduled for deletion: nobody can read it meanwhile.
    pub is_scheduled_for_deletion: bool,
    /// The region from which the secret is replicated; null when it is not.
    pub primary_region: Option<String>,
    /// Whether the secret is a replica of one in another region.
    pub is_replica: bool,
    /// How many versions the secret has.
    pub version_count: i32,
    /// Labels of the versions, AWSCURRENT, AWSPREVIOUS ….
    pub version_stages: Vec<String>,
    /// The secret's tags; null when the answer has none.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The secrets of a region, with their policies.
pub const SECRETS: Collector = Collector {
    name: "secretsmanager_secrets",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call(), named_policies::LIST.call()],
    resources: &[SECRETSMANAGER_SECRET],
    tables: &[table::<Secret>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    secret_list: Vec<Entry>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Entry {
    #[serde(rename = "ARN")]
    arn: Option<String>,
    name: Option<String>,
    description: Option<String>,
    kms_key_id: Option<String>,
    owning_service: Option<String>,
    rotation_enabled: Option<bool>,
    #[serde(rename = "RotationLambdaARN")]
    rotation_lambda_arn: Option<String>,
    rotation_rules: Option<RotationRules>,
    last_rotated_date: Option<Moment>,
    next_rotation_date: Option<Moment>,
    last_changed_date: Option<Moment>,
    last_accessed_date: Option<Moment>,
    created_date: Option<Moment>,
    deleted_date: Option<Moment>,
    primary_region: Option<String>,
    secret_versions_to_stages: BTreeMap<String, Vec<String>>,
    tags: Option<Vec<Tag>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct RotationRules {
    automatically_after_days: Option<i64>,
    schedule_expression: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ResourcePolicy {
    resource_policy: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"IncludePlannedDeletion": true, "MaxResults": 100}));
    while let Some(page) = pages.next().await {
        let mut entries = details(page?.secret_list, |entry| read(session, entry));
        while let Some((entry, policy)) = entries.next().await {
            push(session, rows, entry, policy).await?;
        }
    }
    Ok(())
}

/// The policies of a secret: its owner's, which is called default, and those that services of AWS attach.
struct Policies {
    default: Answer<Option<String>>,
    named: Answer<Vec<NamedPolicy>>,
}

/// A secret's policies; `None` for a secret that is scheduled for deletion, since AWS then does not give them.
async fn read(session: &Session, entry: Entry) -> (Entry, Option<Policies>) {
    if entry.deleted_date.is_some() {
        return (entry, None);
    }
    let id = entry.arn.as_deref().unwrap_or_default();
    let answer = POLICY.send(session, json!({"SecretId": id})).await;
    let named = named_policies::read(session, id).await;
    (entry, Some(Policies { default: answer.map(|it| it.resource_policy), named }))
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    mut entry: Entry,
    policies: Option<Policies>,
) -> Result<(), Error> {
    if policies.as_ref().is_some_and(|it| is_gone(GONE, &it.default) && it.named.is_err()) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let Some(arn) = unread.value("ARN", entry.arn.take()) else {
        unread.lost(rows, with_policies([Secret::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let is_in_force = policies.is_some();
    let (text, named) = match policies {
        Some(Policies { default, named }) => (policy_text(rows, default)?, Some(named)),
        None => (unread_until_restored(), None),
    };
    let secret = secret(arn, entry, session.region(), rows.captured_at(), &mut unread);
    unread.count(rows, Secret::TABLE, &LIST.call().name());
    let policy = Policy::of(&secret.arn, SECRETSMANAGER_SECRET, text);
    rows.policy(Policy { is_in_force, ..policy }).await?;
    if let Some(named) = named {
        named_policies::push(rows, &secret.arn, named).await?;
    }
    rows.push(secret).await
}

/// Nothing was missed, since nobody can use such a policy. But the policy may exist, so it does not count as absent.
fn unread_until_restored() -> PolicyText {
    let message = "AWS gives no policy of a secret that is scheduled for deletion";
    PolicyText::Unread(orgcensus_aws::Error::new(Class::Unsupported, "ScheduledForDeletion", message))
}

fn secret(arn: String, entry: Entry, region: &str, captured_at: Timestamp, unread: &mut Unread) -> Secret {
    let days = |at: Option<Timestamp>| at.map(|at| at.days_until(captured_at));
    let created_at = unread.moment("CreatedDate", entry.created_date.as_ref());
    let deleted_at = unread.moment("DeletedDate", entry.deleted_date.as_ref());
    let last_rotated_at = unread.moment("LastRotatedDate", entry.last_rotated_date.as_ref());
    let next_rotation_at = unread.moment("NextRotationDate", entry.next_rotation_date.as_ref());
    let last_changed_at = unread.moment("LastChangedDate", entry.last_changed_date.as_ref());
    let last_accessed_at = unread.moment("LastAccessedDate", entry.last_accessed_date.as_ref());
    let versions = entry.secret_versions_to_stages;
    Secret {
        secret_name: unread.value("Name", entry.name).unwrap_or_default(),
        arn,
        description: entry.description,
        has_own_kms_key: entry.kms_key_id.is_some(),
        kms_key_id: entry.kms_key_id,
        owning_service: entry.owning_service,
        is_rotation_enabled: entry.rotation_enabled == Some(true),
        rotation_lambda_arn: entry.rotation_lambda_arn,
        rotation_period_days: entry.rotation_rules.as_ref().and_then(|it| it.automatically_after_days),
        rotation_schedule: entry.rotation_rules.and_then(|it| it.schedule_expression),
        last_rotated_at,
        last_rotated_days: days(last_rotated_at),
        next_rotation_at,
        last_changed_at,
        last_changed_days: days(last_changed_at),
        last_accessed_at,
        last_accessed_days: days(last_accessed_at),
        created_at,
        age_days: days(created_at),
        deleted_at,
        is_scheduled_for_deletion: entry.deleted_date.is_some(),
        is_replica: entry.primary_region.as_ref().is_some_and(|primary| primary != region),
        primary_region: entry.primary_region,
        version_count: i32::try_from(versions.len()).unwrap_or(i32::MAX),
        version_stages: versions.into_values().flatten().collect::<BTreeSet<_>>().into_iter().collect(),
        tags: entry.tags.map(by_key),
    }
}

#[cfg(test)]
mod tests;
