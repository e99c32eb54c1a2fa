//! Access keys of users: their ids by ListAccessKeys, their last use from the credential report where it is certain.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::{AccessKeyLastUsed, AccessKeyMetadata};
use orgcensus_collect::{Error, Rows, timestamp};
use orgcensus_row::{Row, Timestamp};
use serde::Serialize;

use super::credential_report::{Credentials, Reported};
use crate::items::{Answer, Unread, given};

const LIST: &str = "iam:ListAccessKeys";

/// One access key of an IAM user. Root's keys have no id that others may read: they are in iam_root_users.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_access_keys", key = "access_key_id")]
pub struct AccessKey {
    /// The key's id, AKIA…; the secret is nowhere.
    pub access_key_id: String,
    /// The user's name.
    pub user_name: String,
    /// The user's ARN.
    pub user_arn: Option<String>,
    /// Active, Inactive or Expired, as AWS says it.
    pub status: Option<String>,
    /// Whether the key is active.
    pub is_active: Option<bool>,
    /// When the key was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
    /// Whether AWS saw the key used, since April 2015; null when that could not be read.
    pub has_been_used: Option<bool>,
    /// When the key was last used (UTC); null when never, or when has_been_used is null.
    pub last_used_at: Option<Timestamp>,
    /// Days since then.
    pub last_used_days: Option<i32>,
    /// The region of the last use; null when never, or where the service has no regions.
    pub last_used_region: Option<String>,
    /// The service of the last use, s3.
    pub last_used_service: Option<String>,
    /// When AWS made the credential report that told of the key (UTC): up to four hours before the run.
    pub report_generated_at: Option<Timestamp>,
}

/// A key as it is listed, with its last use.
pub(super) struct Key {
    metadata: AccessKeyMetadata,
    last_use: Answer<LastUse>,
}

/// When and where a key was last used; empty if never.
#[derive(Debug, Default, PartialEq)]
struct LastUse {
    at: Option<Timestamp>,
    region: Option<String>,
    service: Option<String>,
}

/// The keys of a user.
pub(super) async fn list(iam: &Client, line: &Reported) -> Answer<Vec<Key>> {
    let pages =
        iam.list_access_keys().user_name(&line.credentials.user_name).max_items(1000).into_paginator().items().send();
    let mut keys = Vec::new();
    for metadata in pages.try_collect().await? {
        let last_use = match reported(line, metadata.create_date.as_ref().and_then(timestamp)) {
            Some(last_use) => Ok(last_use),
            None => ask(iam, metadata.access_key_id.as_deref()).await,
        };
        keys.push(Key { metadata, last_use });
    }
    Ok(keys)
}

/// The last use from the report, which identifies keys by the second of their creation and not by an id. If the
/// report's last use is incomplete or cannot be read, IAM is asked for it.
fn reported(line: &Reported, created_at: Option<Timestamp>) -> Option<LastUse> {
    let Reported { credentials: line, unread } = line;
    let second = |at: Option<Timestamp>| at.map(|at| at.0.div_euclid(1000));
    let wanted = second(Some(created_at?));
    let is_first = second(line.access_key_1_last_rotated_at) == wanted;
    let is_second = second(line.access_key_2_last_rotated_at) == wanted;
    let is_said = |number: u8| !unread.has(&format!("access_key_{number}_last_used"));
    let (at, region, service) = match (is_first, is_second) {
        (true, false) if is_said(1) => {
            (line.access_key_1_last_used_at, &line.access_key_1_last_used_region, &line.access_key_1_last_used_service)
        }
        (false, true) if is_said(2) => {
            (line.access_key_2_last_used_at, &line.access_key_2_last_used_region, &line.access_key_2_last_used_service)
        }
        _ => return None,
    };
    Some(LastUse { at, region: region.clone(), service: service.clone() })
}

async fn ask(iam: &Client, access_key_id: Option<&str>) -> Answer<LastUse> {
    let id = given(access_key_id, LIST, "AccessKeyId")?;
    let answer = iam.get_access_key_last_used().access_key_id(id).send().await?;
    given(answer.access_key_last_used, "iam:GetAccessKeyLastUsed", "AccessKeyLastUsed").map(from_answer)
}

fn from_answer(used: AccessKeyLastUsed) -> LastUse {
    let said = |word: String| Some(word).filter(|word| !word.is_empty() && word != "N/A");
    LastUse {
        at: used.last_used_date.as_ref().and_then(timestamp),
        region: said(used.region),
        service: said(used.service_name),
    }
}

/// Adds a key. If IAM does not find its last use, the key stays: it was listed a moment ago.
pub(super) async fn push(rows: &mut Rows<'_>, line: &Credentials, key: Key) -> Result<(), Error> {
    let Key { mut metadata, last_use } = key;
    let mut unread = Unread::default();
    let Some(id) = unread.value("AccessKeyId", metadata.access_key_id.take()) else {
        unread.lost(rows, [AccessKey::TABLE], LIST);
        return Ok(());
    };
    let last_use = rows.item([AccessKey::TABLE], last_use)?;
    let row = access_key(id, line, metadata, last_use, rows.captured_at());
    unread.value("Status", row.status.as_ref());
    unread.value("CreateDate", row.created_at);
    unread.count(rows, AccessKey::TABLE, LIST);
    rows.push(row).await
}

fn access_key(
    access_key_id: String,
    line: &Credentials,
    key: AccessKeyMetadata,
    last_use: Option<LastUse>,
    now: Timestamp,
) -> AccessKey {
    let created_at = key.create_date.as_ref().and_then(timestamp);
    let has_been_used = last_use.as_ref().map(|it| it.at.is_some());
    let LastUse { at, region, service } = last_use.unwrap_or_default();
    let status = key.status.map(|status| status.as_str().to_owned());
    AccessKey {
        access_key_id,
        user_name: line.user_name.clone(),
        user_arn: line.arn.clone(),
        is_active: status.as_ref().map(|status| status == "Active"),
        status,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        has_been_used,
        last_used_at: at,
        last_used_days: at.map(|at| at.days_until(now)),
        last_used_region: region,
        last_used_service: service,
        report_generated_at: line.report_generated_at,
    }
}
