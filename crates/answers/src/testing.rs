//! A small lake whose facts are known: two organizations, one of them with an older snapshot of older columns.

use orgcensus_lake::{Begun, Coverage as Seen, FileOptions, Lake, LakeOptions, Publication, TableEntry};
use orgcensus_row::{BatchBuilder, Row, Stamp, Timestamp, table};
use serde::Serialize;
use tempfile::TempDir;

use crate::{Format, Snapshot, format};

macro_rules! rows {
    ($($row:ident $table:tt { $($column:ident: $type:ty),* $(,)? })+) => {
        $(
            #[doc = $table]
            #[derive(Debug, Clone, Default, Serialize, Row)]
            #[row(table = $table)]
            pub(crate) struct $row {
                $(#[doc = "A column."] pub(crate) $column: $type,)*
            }
        )+
    };
}

mod old {
    use super::{Row, Serialize};

    rows! { Account "accounts" { arn: String } }
}

rows! {
    Account "accounts" { arn: String, account_status: Option<String> }
    Organization "organizations" { arn: String }
    Coverage "coverage" { collector: String, is_planned: bool, is_complete: bool }
    Credentials "iam_credential_report" {
        user_name: String, is_root: bool, password_enabled: Option<bool>, password_last_used_days: Option<i32>,
        password_age_days: Option<i32>, mfa_active: bool,
        access_key_1_active: bool, access_key_1_age_days: Option<i32>, access_key_1_last_used_days: Option<i32>,
        access_key_2_active: bool, access_key_2_age_days: Option<i32>, access_key_2_last_used_days: Option<i32>,
    }
    Instance "ec2_instances" { arn: String, is_terminated: bool, is_imdsv2_required: Option<bool> }
    Bucket "s3_buckets" { arn: String }
    Topic "sns_topics" { arn: String }
    Queue "sqs_queues" { arn: String }
    Document "policy_documents" { resource_arn: String, resource_type: String, state: String }
    Statement "policy_statements" {
        resource_arn: String, resource_type: String, policy_kind: String, is_allow: bool, principals: Vec<String>,
        has_wildcard_principal: bool, has_condition: bool, has_wildcard_action: bool,
    }
    Access "resource_access" { resource_arn: String, resource_type: String, is_public: Option<bool> }
}

/// One table with rows of accounts, which are numbered.
pub(crate) async fn write<R: Row>(publication: &Publication, rows: impl IntoIterator<Item = (u64, R)>) -> TableEntry {
    let table = table::<R>();
    let mut writer = publication.writer(&table);
    let mut builder = BatchBuilder::new(table).unwrap();
    for (account, row) in rows {
        builder.push(&row).unwrap();
        let stamp = Stamp {
            organization_id: publication.snapshot().organization_id.clone(),
            account_id: format!("{account:012}"),
            account_name: format!("account {account}"),
            ou_path: "Root".into(),
            region: "global".into(),
            captured_at: publication.snapshot().captured_at,
            run_id: publication.snapshot().run_id.clone(),
        };
        writer.write(&builder.take(&stamp).unwrap()).await.unwrap();
    }
    writer.close().await.unwrap()
}

pub(crate) async fn begin(lake: &Lake, organization_id: &str, snapshot_date: &str) -> Publication {
    let snapshot = orgcensus_lake::Snapshot {
        organization_id: organization_id.into(),
        snapshot_date: snapshot_date.into(),
        run_id: format!("run-{organization_id}-{snapshot_date}"),
        captured_at: Timestamp(1_795_000_000_000),
    };
    match Publication::begin(lake, snapshot, FileOptions::default()).await.unwrap() {
        Begun::Fresh(publication) => publication,
        Begun::Published(commit) => panic!("{commit:?}"),
    }
}

pub(crate) async fn commit(publication: Publication, tables: Vec<TableEntry>) {
    let coverage = Seen { is_complete: true, summary: serde_json::Value::Null };
    publication.commit(tables, coverage, Timestamp(1_795_000_001_000)).await.unwrap();
}

/// The lake, which lasts as long as its folder.
pub(crate) async fn lake() -> (TempDir, Lake) {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path().to_str().unwrap(), &LakeOptions::default()).unwrap();
    let yesterday = begin(&lake, "o-big", "2026-11-21").await;
    let accounts = write(&yesterday, [(0, old::Account { arn: "0".into() })]).await;
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
    coverage: Vec<Coverage>,
    credentials: Vec<(u64, Credentials)>,
    instances: Vec<Instance>,
    buckets: Vec<&'static str>,
    topics: Vec<&'static str>,
    documents: Vec<Document>,
    statements: Vec<Statement>,
    access: Vec<Access>,
}

impl Organized {
    async fn write(self, to: &Publication) -> Vec<TableEntry> {
        let account = |id: u64| Account { arn: id.to_string(), account_status: Some("ACTIVE".into()) };
        let of_first = |rows: Vec<_>| rows.into_iter().map(|arn: &str| (0, arn.to_owned()));
        vec![
            write(to, (0..self.accounts).map(|id| (id, account(id)))).await,
            write(to, [(0, Organization { arn: self.id.into() })]).await,
            write(to, self.coverage.into_iter().enumerate().map(|(id, row)| (id as u64, row))).await,
            write(to, self.credentials).await,
            write(to, self.instances.into_iter().map(|row| (0, row))).await,
            write(to, of_first(self.buckets).map(|(id, arn)| (id, Bucket { arn }))).await,
            write(to, of_first(self.topics).map(|(id, arn)| (id, Topic { arn }))).await,
            write(to, Vec::<(u64, Queue)>::new()).await,
            write(to, self.documents.into_iter().map(|row| (0, row))).await,
            write(to, self.statements.into_iter().map(|row| (0, row))).await,
            write(to, self.access.into_iter().map(|row| (0, row))).await,
        ]
    }
}

pub(crate) fn task(collector: &str, is_planned: bool, is_complete: bool) -> Coverage {
    Coverage { collector: collector.into(), is_planned, is_complete }
}

fn person(user_name: &str) -> Credentials {
    let password_enabled = Some(false);
    Credentials { user_name: user_name.into(), password_enabled, ..Credentials::default() }
}

fn console(user_name: &str, used: Option<i32>, age: i32, mfa_active: bool) -> Credentials {
    let (password_enabled, password_age_days) = (Some(true), Some(age));
    Credentials { password_enabled, password_last_used_days: used, password_age_days, mfa_active, ..person(user_name) }
}

fn key_1(user_name: &str, access_key_1_active: bool, age: i32, used: Option<i32>) -> Credentials {
    let (access_key_1_age_days, access_key_1_last_used_days) = (Some(age), used);
    Credentials { access_key_1_active, access_key_1_age_days, access_key_1_last_used_days, ..person(user_name) }
}

fn key_2(user_name: &str, age: i32, used: Option<i32>) -> Credentials {
    let (access_key_2_age_days, access_key_2_last_used_days) = (Some(age), used);
    Credentials { access_key_2_active: true, access_key_2_age_days, access_key_2_last_used_days, ..person(user_name) }
}

fn root(credentials: Credentials) -> Credentials {
    Credentials { user_name: "<root_account>".into(), is_root: true, password_enabled: None, ..credentials }
}

fn allow_all(arn: &str, resource_type: &str, policy_kind: &str) -> Statement {
    Statement {
        resource_arn: arn.into(),
        resource_type: resource_type.into(),
        policy_kind: policy_kind.into(),
        is_allow: true,
        principals: vec!["AWS:*".into()],
        has_wildcard_principal: true,
        ..Statement::default()
    }
}

fn access(arn: &str, resource_type: &str, is_public: Option<bool>) -> Access {
    Access { resource_arn: arn.into(), resource_type: resource_type.into(), is_public }
}

fn big() -> Organized {
    let report = "iam_credential_report";
    let instance =
        |arn: &str, is_terminated, is_imdsv2_required| Instance { arn: arn.into(), is_terminated, is_imdsv2_required };
    Organized {
        id: "o-big",
        accounts: 11,
        coverage: vec![
            task("organization", true, true),
            task(report, true, true),
            task(report, true, false),
            task(report, false, false),
            task("ec2_instances", true, true),
            task("s3_buckets", true, true),
            task("s3_buckets", true, false),
            task("s3_account_public_access_blocks", true, true),
            task("s3_account_public_access_blocks", true, true),
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
            allow_all("b-policy", "s3_bucket", "resource"),
            Statement { has_condition: true, ..allow_all("b-condition", "s3_bucket", "resource") },
            Statement { has_wildcard_action: true, ..allow_all("b-acl-full", "s3_bucket", "acl") },
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
    let unread =
        Document { resource_arn: "b-unread".into(), resource_type: "s3_bucket".into(), state: "unread".into() };
    Organized {
        id: "o-small",
        accounts: 1,
        coverage: vec![task("organization", true, true), task("iam_credential_report", true, true)],
        credentials: vec![(0, root(person(""))), (0, person("quiet"))],
        buckets: vec!["b-unread"],
        documents: vec![unread],
        ..Organized::default()
    }
}
