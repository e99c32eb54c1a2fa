//! Nights of a small organization, published to a lake.

pub(crate) mod organization;

use orgcensus_crawl::{Failed, Outcome, Placed, TaskCoverage, TaskRecord};
use orgcensus_derive::{ExternalAccess, ResourceAccess};
pub(crate) use orgcensus_lake::testing::{whole, write};
use orgcensus_lake::{Lake, LakeOptions, Publication, RunSnapshot, TableEntry, testing};
use orgcensus_row::{GLOBAL, Row, Timestamp};
use serde::Serialize;
use tempfile::TempDir;
use tokio::sync::mpsc::channel;

use crate::worker::Rows;

pub(crate) const DAY_MILLIS: i64 = 86_400_000;

/// One account.
#[derive(Debug, Serialize, Row)]
#[row(table = "accounts", key = "arn", resource = "none")]
struct Listed {
    /// The ARN.
    arn: String,
    /// Its state.
    status: Option<String>,
}

/// The accounts that are listed, each with how its task `policies` ended, and what is open. Account 0 is the
/// management account. Rows are in the order of accounts.
pub(crate) struct Night {
    date: &'static str,
    accounts: Vec<(u64, Outcome)>,
    resources: Vec<(u64, ResourceAccess)>,
    externals: Vec<(u64, ExternalAccess)>,
}

impl Night {
    pub(crate) fn new(date: &'static str, accounts: &[(u64, Outcome)]) -> Self {
        Self { date, accounts: accounts.to_vec(), resources: Vec::new(), externals: Vec::new() }
    }

    pub(crate) fn with(mut self, account: u64, resource: ResourceAccess) -> Self {
        self.resources.push((account, resource));
        self
    }

    pub(crate) fn with_external(mut self, account: u64, external: ExternalAccess) -> Self {
        self.externals.push((account, external));
        self
    }

    /// The moment of a date: as many days as its last two digits say.
    fn captured_at(&self) -> Timestamp {
        Timestamp(self.date[8..].parse::<i64>().unwrap() * DAY_MILLIS)
    }
}

/// A resource that is as open to those outside as it is public.
pub(crate) fn access(arn: &str, is_public: Option<bool>) -> ResourceAccess {
    ResourceAccess {
        resource_arn: arn.to_owned(),
        resource_type: "s3_bucket".to_owned(),
        resource_account_id: String::new(),
        is_public,
        is_external: is_public,
        is_in_org: Some(false),
        is_policy_public: None,
        aws_is_public: None,
        has_rcp: None,
        has_policy: Some(true),
        gated_by: Vec::new(),
        flags: Vec::new(),
        reasons: Vec::new(),
    }
}

pub(crate) fn external(arn: &str, principal: &str, is_external: Option<bool>) -> ExternalAccess {
    ExternalAccess {
        resource_arn: arn.to_owned(),
        resource_type: "s3_bucket".to_owned(),
        policy_kind: "resource".to_owned(),
        policy_name: String::new(),
        ordinal: 0,
        sid: None,
        principal: principal.to_owned(),
        reason: "external".to_owned(),
        principal_account_id: None,
        principal_organization_id: None,
        is_public: Some(false),
        is_external,
        gate: None,
        access_levels: Vec::new(),
        has_read_access: true,
        has_write_access: false,
        has_permissions_access: false,
        can_decrypt: false,
        can_read_data: Some(true),
        can_change_policy: false,
        bounded_by: Vec::new(),
        bounds_json: None,
        is_service_unscoped: false,
        is_network_restricted: false,
        flags: Vec::new(),
        explanation: String::new(),
    }
}

pub(crate) fn lake() -> (TempDir, Lake) {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path().to_str().unwrap(), &LakeOptions::default()).unwrap();
    (folder, lake)
}

/// Writes a night's tables, which are not published yet.
pub(crate) async fn written(lake: &Lake, night: Night) -> (Publication, Vec<TableEntry>) {
    let snapshot = RunSnapshot {
        organization_id: "o-1".into(),
        snapshot_date: night.date.into(),
        run_id: format!("run-{}", night.date),
        captured_at: night.captured_at(),
    };
    let to = testing::begin(lake, snapshot).await;
    let listed = night
        .accounts
        .iter()
        .map(|(account, _)| (*account, Listed { arn: account.to_string(), status: Some("ACTIVE".into()) }));
    let listed = write(&to, listed).await;
    let task = |collector, outcome| TaskCoverage::from(&TaskRecord::untried(collector, GLOBAL, outcome));
    let organization = [(0, task("organization", Outcome::Complete))];
    let policies = night.accounts.iter().map(|(account, outcome)| (*account, task("policies", *outcome)));
    let coverage = write(&to, organization.into_iter().chain(policies)).await;
    let derived = |entry: TableEntry| TableEntry { rests_on: Some(vec!["policies".into()]), is_derived: true, ..entry };
    let resources = derived(write(&to, night.resources).await);
    let externals = derived(write(&to, night.externals).await);
    (to, vec![listed, coverage, resources, externals])
}

pub(crate) async fn publish(lake: &Lake, night: Night) {
    let (to, tables) = written(lake, night).await;
    to.commit(tables, whole(), Timestamp(0)).await.unwrap();
}

/// All rows that some work hands over.
pub(crate) async fn collected<R: Row, O, W>(work: impl FnOnce(Rows<R>) -> W) -> Result<Vec<Placed<R>>, Failed>
where
    W: Future<Output = Result<O, Failed>>,
{
    let (sender, mut receiver) = channel(1);
    let receive = async {
        let mut all = Vec::new();
        while let Some(rows) = receiver.recv().await {
            all.extend(rows);
        }
        all
    };
    let (done, rows) = tokio::join!(work(sender), receive);
    done.map(|_| rows)
}
