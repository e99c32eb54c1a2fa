//! DynamoDB tables: ListTables, then DescribeTable and GetResourcePolicy for each, and the policy of its stream.

mod described;

use futures::StreamExt;
use orgcensus_collect::kinds::{DYNAMODB_STREAM, DYNAMODB_TABLE};
use orgcensus_collect::{
    Collector, Error, Optional, POLICY_TABLE_NAMES, Policy, Read, Rows, Runs, Scope, Session, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::described::{Described, Index};
use crate::items::{Answer, Unread, details, given, is_gone, policy_text};

const LIST: Read<Page> = reads("dynamodb", "ListTables");
const DESCRIBE: Read<ItsTable> = reads("dynamodb", "DescribeTable");
const POLICY: Read<ItsPolicy> = reads("dynamodb", "GetResourcePolicy");

/// How DynamoDB says that there is no such table or stream.
const GONE: &[&str] = &["ResourceNotFoundException"];

/// How DynamoDB says that a table or stream has no policy of its own.
const NO_POLICY: &[&str] = &["PolicyNotFoundException"];

/// One DynamoDB table. Its policy is about its indexes too; its stream has a policy of its own.
#[derive(Debug, Serialize, Row)]
#[row(table = "dynamodb_tables", key = "arn")]
pub struct Table {
    /// The table's ARN.
    pub arn: String,
    /// The table's name.
    pub table_name: String,
    /// The table's id, a UUID. A table that is made anew has another.
    pub table_id: Option<String>,
    /// ACTIVE, CREATING, UPDATING, DELETING, ARCHIVED … Null: it could not be read.
    pub table_status: Option<String>,
    /// PROVISIONED or PAY_PER_REQUEST. Null: AWS did not say; then it has always been PROVISIONED.
    pub billing_mode: Option<String>,
    /// The reads a second that are paid for. 0: each request is paid for.
    pub read_capacity_units: Option<i64>,
    /// The writes a second that are paid for. 0: each request is paid for.
    pub write_capacity_units: Option<i64>,
    /// STANDARD or STANDARD_INFREQUENT_ACCESS. Null: AWS did not say; then it is STANDARD.
    pub table_class: Option<String>,
    /// How many items it has. DynamoDB counts about every six hours.
    pub item_count: Option<i64>,
    /// What it holds without its indexes, in bytes. DynamoDB counts about every six hours.
    pub size_bytes: Option<i64>,
    /// ENABLED, UPDATING …: whether a key of KMS encrypts it. Null: a key of DynamoDB's own does, or it was not read.
    pub sse_status: Option<String>,
    /// KMS. Null: a key of DynamoDB's own encrypts it, or it could not be read.
    pub sse_type: Option<String>,
    /// The KMS key that encrypts it, by its ARN. Null: a key of DynamoDB's own does, or it could not be read.
    pub kms_key_arn: Option<String>,
    /// Whether it cannot be deleted as long as this is set.
    pub is_deletion_protected: Option<bool>,
    /// Whether changes of its items go into a stream.
    pub is_stream_enabled: Option<bool>,
    /// What its stream says of a change: NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES or KEYS_ONLY. Null: none is on.
    pub stream_view_type: Option<String>,
    /// The ARN of its latest stream, which may have been switched off. Null: it has had none.
    pub stream_arn: Option<String>,
    /// The regions that have replicas of it. Empty: it is no global table. Null: it could not be read.
    pub replica_regions: Option<Vec<String>>,
    /// The version of global tables, 2019.11.21. Null: it is no global table.
    pub global_table_version: Option<String>,
    /// EVENTUAL or STRONG. Null: it is no global table.
    pub multi_region_consistency: Option<String>,
    /// The names of its global secondary indexes. Null: it could not be read.
    pub global_index_names: Option<Vec<String>>,
    /// The names of its local secondary indexes. Null: it could not be read.
    pub local_index_names: Option<Vec<String>>,
    /// The table that it was restored of, by its ARN. Null: it was not restored.
    pub restored_from_arn: Option<String>,
    /// When it was archived, since its key could not be used (UTC). Null: it is not archived.
    pub archived_at: Option<Timestamp>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
}

/// The tables of one region, with their policies and those of their streams.
pub const TABLES: Collector = Collector {
    name: "dynamodb_tables",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), DESCRIBE.call(), POLICY.call()],
    resources: &[DYNAMODB_STREAM, DYNAMODB_TABLE],
    tables: &[table::<Table>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    table_names: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ItsTable {
    table: Option<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ItsPolicy {
    policy: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"Limit": 100}));
    while let Some(page) = pages.next().await {
        let mut tables = details(page?.table_names, |name| read(session, name));
        while let Some(table) = tables.next().await {
            push(rows, table).await?;
        }
    }
    Ok(())
}

/// The results of the calls about one table.
struct Details {
    arn: String,
    table_name: String,
    described: Answer<Described>,
    policy: Answer<Option<String>>,
    /// The latest stream's ARN and policy.
    stream: Option<(String, Answer<Option<String>>)>,
}

async fn read(session: &Session, table_name: String) -> Details {
    let answer = DESCRIBE.send(session, json!({"TableName": table_name})).await;
    let described = answer.and_then(|it| given(it.table, &DESCRIBE.call().name(), "Table"));
    let known = described.as_ref().ok();
    let arn = known.and_then(|it| it.table_arn.clone());
    let arn = arn.unwrap_or_else(|| session.arn("dynamodb", &format!("table/{table_name}")));
    let policy = policy_of(session, &arn).await;
    let stream = match known.and_then(|it| it.latest_stream_arn.clone()) {
        Some(stream_arn) => {
            let policy = policy_of(session, &stream_arn).await;
            Some((stream_arn, policy))
        }
        None => None,
    };
    Details { arn, table_name, described, policy, stream }
}

async fn policy_of(session: &Session, arn: &str) -> Answer<Option<String>> {
    let answer = POLICY.send(session, json!({"ResourceArn": arn})).await.optional(NO_POLICY)?;
    answer.map(|it| given(it.policy, &POLICY.call().name(), "Policy")).transpose()
}

async fn push(rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { arn, table_name, described, policy, stream } = details;
    let is_answered = described.is_ok() || policy.is_ok();
    if (is_gone(GONE, &described) || is_gone(GONE, &policy)) && !is_answered {
        rows.gone();
        return Ok(());
    }
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, DYNAMODB_TABLE, text)).await?;
    // If the table could not be read, it is not known whether it has a stream with a policy.
    let described = rows.item(POLICY_TABLE_NAMES.into_iter().chain([Table::TABLE]), described)?;
    let has_stream = described.as_ref().and_then(|it| it.stream_specification.stream_enabled);
    if let Some((stream_arn, policy)) = stream {
        // A stream that was switched off is there for one more day.
        if is_gone(GONE, &policy) && has_stream != Some(true) {
            rows.gone();
        } else {
            let text = policy_text(rows, policy)?;
            rows.policy(Policy::of(&stream_arn, DYNAMODB_STREAM, text)).await?;
        }
    }
    let mut unread = Unread::default();
    let is_read = described.is_some();
    let row = one(arn, table_name, described, rows.captured_at(), &mut unread);
    if is_read {
        unread.count(rows, Table::TABLE, &DESCRIBE.call().name());
    }
    rows.push(row).await
}

fn one(arn: String, table_name: String, it: Option<Described>, now: Timestamp, unread: &mut Unread) -> Table {
    let is_read = it.is_some();
    let it = it.unwrap_or_default();
    let created = unread.value("CreationDateTime", it.creation_date_time.as_ref());
    let created_at = unread.moment("CreationDateTime", created);
    let names = |indexes: Vec<Index>| indexes.into_iter().filter_map(|index| index.index_name).collect();
    Table {
        arn,
        table_name,
        table_id: it.table_id,
        table_status: unread.value("TableStatus", it.table_status),
        billing_mode: it.billing_mode_summary.billing_mode,
        read_capacity_units: it.provisioned_throughput.read_capacity_units,
        write_capacity_units: it.provisioned_throughput.write_capacity_units,
        table_class: it.table_class_summary.table_class,
        item_count: it.item_count,
        size_bytes: it.table_size_bytes,
        sse_status: it.sse.status,
        sse_type: it.sse.sse_type,
        kms_key_arn: it.sse.key_arn,
        is_deletion_protected: it.deletion_protection_enabled,
        // Without a stream DynamoDB says nothing of one.
        is_stream_enabled: is_read.then(|| it.stream_specification.stream_enabled.unwrap_or(false)),
        stream_view_type: it.stream_specification.stream_view_type,
        stream_arn: it.latest_stream_arn,
        replica_regions: is_read.then(|| it.replicas.into_iter().filter_map(|replica| replica.region_name).collect()),
        global_table_version: it.global_table_version,
        multi_region_consistency: it.multi_region_consistency,
        global_index_names: is_read.then(|| names(it.global_secondary_indexes)),
        local_index_names: is_read.then(|| names(it.local_secondary_indexes)),
        restored_from_arn: it.restore_summary.source_table_arn,
        archived_at: unread.moment("ArchivalDateTime", it.archival_summary.archival_date_time.as_ref()),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    }
}

#[cfg(test)]
mod tests;
