//! Table buckets of S3 and their tables: ListTableBuckets, then GetTableBucketPolicy and ListTables for each, then
//! GetTablePolicy for each table.

use futures::StreamExt;
use orgcensus_collect::kinds::{S3TABLES_BUCKET, S3TABLES_TABLE};
use orgcensus_collect::{Collector, Error, Moment, Optional, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, all, details, given, is_gone, policy_text, with_policies};

const LIST: Read<Page> = reads("s3tables", "ListTableBuckets");
const POLICY: Read<ItsPolicy> = reads("s3tables", "GetTableBucketPolicy");
const TABLES: Read<Tables> = reads("s3tables", "ListTables");
const TABLE_POLICY: Read<ItsPolicy> = reads("s3tables", "GetTablePolicy");

/// How S3 Tables says that a bucket or a table has no policy, and also that it is not there.
const NOT_FOUND: &[&str] = &["NotFoundException"];

/// One table bucket of S3. Its policy is about its tables too.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3tables_buckets", key = "arn")]
pub struct Bucket {
    /// The table bucket's ARN.
    pub arn: String,
    /// The table bucket's name. Other regions may have one of this name.
    pub bucket_name: Option<String>,
    /// The table bucket's id. Null: AWS did not say.
    pub bucket_id: Option<String>,
    /// The account that owns it.
    pub owner_account_id: Option<String>,
    /// customer; or aws: a service made it and manages it. Null: AWS did not say.
    pub bucket_type: Option<String>,
    /// How many tables it has. Null: they could not be listed.
    pub table_count: Option<i64>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
}

/// One table of a table bucket.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3tables_tables", key = "arn")]
pub struct Table {
    /// The table's ARN.
    pub arn: String,
    /// The table's name.
    pub table_name: String,
    /// The namespace that it is in; its levels have dots between them.
    pub namespace_name: String,
    /// The table bucket that it is in, by its ARN.
    pub bucket_arn: String,
    /// customer; or aws: a service made it and manages it.
    pub table_type: Option<String>,
    /// The service that manages it. Null: none does.
    pub managed_by_service: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was last changed (UTC).
    pub modified_at: Option<Timestamp>,
}

/// The table buckets of one region and their tables, with the policies of both.
pub const BUCKETS: Collector = Collector {
    name: "s3tables_buckets",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call(), TABLES.call(), TABLE_POLICY.call()],
    resources: &[S3TABLES_BUCKET, S3TABLES_TABLE],
    tables: &[table::<Bucket>(), table::<Table>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    table_buckets: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listed {
    arn: Option<String>,
    name: Option<String>,
    table_bucket_id: Option<String>,
    owner_account_id: Option<String>,
    #[serde(rename = "type")]
    bucket_type: Option<String>,
    created_at: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tables {
    tables: Vec<ListedTable>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ListedTable {
    namespace: Vec<String>,
    name: Option<String>,
    #[serde(rename = "tableARN")]
    arn: Option<String>,
    #[serde(rename = "type")]
    table_type: Option<String>,
    managed_by_service: Option<String>,
    created_at: Option<Moment>,
    modified_at: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ItsPolicy {
    resource_policy: Option<String>,
}

/// The results of the calls about one bucket.
struct Details {
    arn: Option<String>,
    listed: Listed,
    policy: Answer<Option<String>>,
    tables: Answer<Vec<ListedTable>>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"maxBuckets": 1000}));
    while let Some(page) = pages.next().await {
        let mut found = Vec::new();
        let mut buckets = details(page?.table_buckets, |listed| read(session, listed));
        while let Some(bucket) = buckets.next().await {
            found.extend(push_bucket(rows, bucket).await?);
        }
        let mut tables = details(found, |(bucket, table)| read_table(session, bucket, table));
        while let Some((bucket, table, policy)) = tables.next().await {
            push_table(rows, bucket, table, policy).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, mut listed: Listed) -> Details {
    let made = |name: &String| session.arn("s3tables", &format!("bucket/{name}"));
    let arn = listed.arn.take().or_else(|| listed.name.as_ref().map(made));
    let policy = POLICY.send(session, json!({"tableBucketARN": arn})).await.optional(NOT_FOUND);
    let policy = policy.and_then(|it| document(it, &POLICY.call().name()));
    let tables = all(&TABLES, session, json!({"tableBucketARN": arn, "maxTables": 1000}), |page| page.tables).await;
    Details { arn, listed, policy, tables }
}

async fn read_table(
    session: &Session,
    bucket_arn: String,
    listed: ListedTable,
) -> (String, ListedTable, Answer<Option<String>>) {
    let namespace = listed.namespace.join(".");
    let input = json!({"tableBucketARN": bucket_arn, "namespace": namespace, "name": listed.name});
    let policy = TABLE_POLICY.send(session, input).await.optional(NOT_FOUND);
    (bucket_arn, listed, policy.and_then(|it| document(it, &TABLE_POLICY.call().name())))
}

/// The document of an answer, if there is an answer.
fn document(answer: Option<ItsPolicy>, call: &str) -> Answer<Option<String>> {
    answer.map(|it| given(it.resource_policy, call, "resourcePolicy")).transpose()
}

/// Adds a bucket. Gives its tables, each with the bucket's ARN.
async fn push_bucket(rows: &mut Rows<'_>, details: Details) -> Result<Vec<(String, ListedTable)>, Error> {
    let Details { arn, listed, policy, tables } = details;
    // Of a bucket that went away, GetTableBucketPolicy says by the same code that it has no policy.
    if is_gone(NOT_FOUND, &tables) && !matches!(policy, Ok(Some(_))) {
        rows.gone();
        return Ok(Vec::new());
    }
    let mut unread = Unread::default();
    let Some(arn) = unread.value("arn", arn) else {
        unread.lost(rows, with_policies([Bucket::TABLE, Table::TABLE]), &LIST.call().name());
        return Ok(Vec::new());
    };
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, S3TABLES_BUCKET, text)).await?;
    let tables = rows.item(with_policies([Bucket::TABLE, Table::TABLE]), tables)?;
    let created = unread.value("createdAt", listed.created_at.as_ref());
    let created_at = unread.moment("createdAt", created);
    let row = Bucket {
        arn: arn.clone(),
        bucket_name: unread.value("name", listed.name),
        bucket_id: listed.table_bucket_id,
        owner_account_id: unread.value("ownerAccountId", listed.owner_account_id),
        bucket_type: listed.bucket_type,
        table_count: tables.as_ref().map(|tables| i64::try_from(tables.len()).unwrap_or(i64::MAX)),
        created_at,
        age_days: created_at.map(|at| at.days_until(rows.captured_at())),
    };
    unread.count(rows, Bucket::TABLE, &LIST.call().name());
    rows.push(row).await?;
    Ok(tables.into_iter().flatten().map(|table| (arn.clone(), table)).collect())
}

async fn push_table(
    rows: &mut Rows<'_>,
    bucket_arn: String,
    it: ListedTable,
    policy: Answer<Option<String>>,
) -> Result<(), Error> {
    let mut unread = Unread::default();
    let namespace_name = it.namespace.join(".");
    let name = unread.value("name", it.name);
    // Without its own ARN a table is told by its names.
    let made = |name: &String| format!("{bucket_arn}/table/{namespace_name}/{name}");
    let Some(arn) = unread.value("tableARN", it.arn).or_else(|| name.as_ref().map(made)) else {
        unread.lost(rows, with_policies([Table::TABLE]), &TABLES.call().name());
        return Ok(());
    };
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, S3TABLES_TABLE, text)).await?;
    let created = unread.value("createdAt", it.created_at.as_ref());
    let created_at = unread.moment("createdAt", created);
    let row = Table {
        arn,
        table_name: name.unwrap_or_default(),
        namespace_name,
        bucket_arn,
        table_type: unread.value("type", it.table_type),
        managed_by_service: it.managed_by_service,
        created_at,
        age_days: created_at.map(|at| at.days_until(rows.captured_at())),
        modified_at: unread.moment("modifiedAt", it.modified_at.as_ref()),
    };
    unread.count(rows, Table::TABLE, &TABLES.call().name());
    rows.push(row).await
}

#[cfg(test)]
mod tests;
