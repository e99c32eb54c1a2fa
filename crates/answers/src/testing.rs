//! A small lake whose facts are known: two organizations, one of them with an older snapshot of older columns. Its rows
//! are those of the crates that fill the tables. Only the tests know these crates, none of which depends on this one.

mod rows;

use orgcensus_collect::{PolicyDocument, PolicyStatement};
use orgcensus_collectors::ec2::instances::Instance;
use orgcensus_collectors::iam::credential_report::Credentials;
use orgcensus_collectors::sqs::queues::Queue;
use orgcensus_crawl::{Outcome, TaskCoverage};
use orgcensus_derive::ResourceAccess;
pub(crate) use orgcensus_lake::testing::write;
use orgcensus_lake::{Lake, LakeOptions, Publication, RunSnapshot, TableEntry, testing};
use orgcensus_row::{Row, Timestamp};
use serde::Serialize;
use tempfile::TempDir;

use crate::{Format, Snapshot, format};
use rows::{access, account, allow_all, bucket, instance, organization, person, task, topic, unread};

/// An account as an older version had it. The columns that it lacks are null in the newer table.
#[derive(Debug, Serialize, Row)]
#[row(table = "accounts", key = "arn")]
struct OldAccount {
    /// The account's ARN in the organization.
    arn: String,
}

pub(crate) async fn begin(lake: &Lake, organization_id: &str, snapshot_date: &str) -> Publication {
    let snapshot = RunSnapshot {
        organization_id: organization_id.into(),
        snapshot_date: snapshot_date.into(),
        run_id: format!("run-{organization_id}-{snapshot_date}"),
        captured_at: Timestamp(1_795_000_000_000),
    };
    testing::begin(lake, snapshot).await
}

pub(crate) async fn commit(publication: Publication, tables: Vec<TableEntry>) {
    publication.commit(tables, testing::whole(), Timestamp(1_795_000_001_000)).await.unwrap();
}

/// The lake, which lasts as long as its folder.
pub(crate) async fn lake() -> (TempDir, Lake) {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path().to_str().unwrap(), &LakeOptions::default()).unwrap();
    let yesterday = begin(&lake, "o-big", "2026-11-21").await;
    let accounts = write(&yesterday, [(0, OldAccount { arn: "0".into() })]).await;
    commit(yesterday, vec![accounts]).await;
    for organization in [big(), small()] {
        let today = begin(&lake, organization.id, "2026-11-22").await;
        let tables = organization.write(&today).await;
        commit(today, tables).await;
    }
    (folder, lake)
}

/// The rows of a query as CSV without its header.
pub(crate) async fn text(snapshot: &Snapshot, sql: &str) -> String {
    let batches = snapshot.query(sql).await.unwrap().collect().await.unwrap();
    let mut bytes = Vec::new();
    format(&batches, Format::Csv, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap().split_once('\n').unwrap().1.to_owned()
}

/// What one organization holds, by account.
#[derive(Default)]
struct Organized {
    id: &'static str,
    accounts: u64,
    coverage: Vec<TaskCoverage>,
    credentials: Vec<(u64, Credentials)>,
    instances: Vec<Instance>,
    buckets: Vec<&'static str>,
    topics: Vec<&'static str>,
    documents: Vec<PolicyDocument>,
    statements: Vec<PolicyStatement>,
    access: Vec<ResourceAccess>,
}

impl Organized {
    async fn write(self, to: &Publication) -> Vec<TableEntry> {
        vec![
            write(to, (0..self.accounts).map(|id| (id, account(&id.to_string())))).await,
            write(to, [(0, organization(self.id))]).await,
            write(to, self.coverage.into_iter().enumerate().map(|(id, row)| (id as u64, row))).await,
            write(to, self.credentials).await,
            write(to, self.instances.into_iter().map(|row| (0, row))).await,
            write(to, self.buckets.into_iter().map(|arn| (0, bucket(arn)))).await,
            write(to, self.topics.into_iter().map(|arn| (0, topic(arn)))).await,
            write(to, Vec::<(u64, Queue)>::new()).await,
            write(to, self.documents.into_iter().map(|row| (0, row))).await,
            write(to, self.statements.into_iter().map(|row| (0, row))).await,
            write(to, self.access.into_iter().map(|row| (0, row))).await,
        ]
    }
}

fn console(user_name: &str, used: Option<i32>, age: i32, mfa_active: bool) -> Credentials {
    let (password_enabled, password_age_days, mfa_active) = (Some(true), Some(age), Some(mfa_active));
    Credentials { password_enabled, password_last_used_days: used, password_age_days, mfa_active, ..person(user_name) }
}

fn key_1(user_name: &str, is_active: bool, age: i32, access_key_1_last_used_days: Option<i32>) -> Credentials {
    let (access_key_1_active, access_key_1_age_days) = (Some(is_active), Some(age));
    Credentials { access_key_1_active, access_key_1_age_days, access_key_1_last_used_days, ..person(user_name) }
}

fn key_2(user_name: &str, age: i32, access_key_2_last_used_days: Option<i32>) -> Credentials {
    let (access_key_2_active, access_key_2_age_days) = (Some(true), Some(age));
    Credentials { access_key_2_active, access_key_2_age_days, access_key_2_last_used_days, ..person(user_name) }
}

fn root(credentials: Credentials) -> Credentials {
    Credentials { user_name: "<root_account>".into(), is_root: true, password_enabled: None, ..credentials }
}

fn big() -> Organized {
    let report = "iam_credential_report";
    Organized {
        id: "o-big",
        accounts: 11,
        coverage: vec![
            task("organization", Outcome::Complete),
            task(report, Outcome::Complete),
            task(report, Outcome::Failed),
            task(report, Outcome::RegionDisabled),
            task("ec2_instances", Outcome::Complete),
            task("s3_buckets", Outcome::Complete),
            task("s3_buckets", Outcome::Failed),
            task("s3_account_public_access_blocks", Outcome::Complete),
            task("s3_account_public_access_blocks", Outcome::Complete),
        ],
        credentials: vec![
            (0, root(Credentials { password_last_used_days: Some(31), ..person("") })),
            (0, console("unused", Some(91), 400, true)),
            (0, console("used-90-days-ago", Some(90), 400, false)),
            (0, key_1("never-used", true, 400, None)),
            (0, key_2("idle", 400, Some(31))),
            (0, key_1("in-use", true, 366, Some(30))),
            (0, key_1("young", true, 90, Some(5))),
            (0, key_1("switched-off", false, 500, Some(400))),
            (0, console("new", None, 10, true)),
            (1, root(key_2("", 10, Some(30)))),
        ],
        instances: vec![
            instance("i-1", false, Some(true)),
            instance("i-2", false, Some(false)),
            instance("i-3", true, Some(false)),
            instance("i-4", false, None),
        ],
        buckets: vec!["b-policy", "b-condition", "b-acl-full", "b-acl-read"],
        topics: vec!["t-1"],
        documents: Vec::new(),
        statements: vec![
            allow_all("b-policy", "s3_bucket", "resource"),
            PolicyStatement { ordinal: 1, ..allow_all("b-policy", "s3_bucket", "resource") },
            PolicyStatement { has_condition: true, ..allow_all("b-condition", "s3_bucket", "resource") },
            PolicyStatement { has_wildcard_action: true, ..allow_all("b-acl-full", "s3_bucket", "acl") },
            allow_all("b-acl-read", "s3_bucket", "acl"),
            allow_all("t-1", "sns_topic", "resource"),
        ],
        access: vec![
            access("b-policy", "s3_bucket", Some(true)),
            access("b-condition", "s3_bucket", None),
            access("b-acl-full", "s3_bucket", Some(true)),
            access("b-acl-read", "s3_bucket", Some(true)),
            access("t-1", "sns_topic", Some(false)),
        ],
    }
}

fn small() -> Organized {
    Organized {
        id: "o-small",
        accounts: 1,
        coverage: vec![task("organization", Outcome::Complete), task("iam_credential_report", Outcome::Complete)],
        credentials: vec![(0, root(person(""))), (0, person("quiet"))],
        buckets: vec!["b-unread"],
        documents: vec![unread("b-unread", "s3_bucket")],
        ..Organized::default()
    }
}
