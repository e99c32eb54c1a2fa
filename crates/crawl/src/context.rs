//! What a run is told, and what its workers share.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use orgcensus_aws::organization::{Account, Organization};
use orgcensus_aws::{Base, Chain};
use orgcensus_collect::Collector;
use orgcensus_lake::{FileOptions, Lake, Stage};
use orgcensus_row::{Stamp, Timestamp};

use crate::derivation::Derivation;
use crate::event::{Event, Listener};
use crate::regions::KnownRegions;
use crate::selection::Selection;
use crate::tags::{TagReader, Tagging};
use crate::task_record::TaskRecord;

/// Everything that one run needs to know.
pub struct Crawl {
    /// The run, a UUID.
    pub run_id: String,
    /// When it started (UTC): the snapshot's moment and day.
    pub captured_at: Timestamp,
    /// The base identity.
    pub base: Arc<Base>,
    /// The way into the accounts.
    pub chain: Chain,
    /// The account of the identity that reads the organization, if it is entered as it is and not by its role.
    pub own_account_id: Option<String>,
    /// The collectors to run, the selection applied.
    pub collectors: Vec<Collector>,
    /// Every collector there is: each one's tables exist, also when it did not run.
    pub all_collectors: Vec<Collector>,
    /// What is made of their rows once all accounts are done, in this order.
    pub derivations: &'static [Derivation],
    /// Accounts and regions to take.
    pub selection: Selection,
    /// Accounts besides the organization's that count as inside.
    pub trusted_accounts: Vec<String>,
    /// Tenants of identity providers that count as inside, as the configuration has them.
    pub trusted_tenants: Vec<String>,
    /// The folder in which each run has one, where rows wait until they are published.
    pub stage_directory: PathBuf,
    /// Where the snapshot goes.
    pub lake: Lake,
    /// How its files are written.
    pub file_options: FileOptions,
    /// The part of the planned tasks that must be complete for the snapshot to count as whole.
    pub min_coverage: f64,
    /// How much at once, and how long.
    pub bounds: Bounds,
    /// Who is told what happens.
    pub listener: Listener,
    /// When this is ready the run stops, and can be resumed.
    pub stop: Stop,
}

/// A moment that may come: a signal.
pub type Stop = futures::future::Shared<BoxFuture<'static, ()>>;

/// A moment that never comes.
pub fn never() -> Stop {
    futures::future::pending().boxed().shared()
}

/// How much at once, and how long.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Accounts at once.
    pub accounts: usize,
    /// Tasks at once in each account.
    pub tasks_per_account: usize,
    /// How long a task may take.
    pub task: Duration,
    /// How long an account may take; tasks that have not begun by then are skipped.
    pub account: Duration,
    /// How long this process may crawl; accounts that have not begun by then are skipped.
    pub run: Duration,
    /// How often the journal is made to survive a power loss.
    pub sync_interval: Duration,
    /// How often the stage is copied to the lake, for another machine; zero: only when told to stop.
    pub checkpoint_interval: Duration,
    /// A run that was not heard of for so long is taken for dead.
    pub lock: Duration,
    /// How long what an unfinished run left is kept, after it was last touched.
    pub unfinished: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            accounts: 64,
            tasks_per_account: 16,
            task: Duration::from_secs(1800),
            account: Duration::from_secs(7200),
            run: Duration::from_secs(12 * 3600),
            sync_interval: Duration::from_secs(5),
            checkpoint_interval: Duration::from_secs(300),
            lock: Duration::from_secs(120),
            unfinished: Duration::from_secs(7 * 24 * 3600),
        }
    }
}

/// What the workers of a run share.
pub(crate) struct Shared {
    pub(crate) crawl: Crawl,
    pub(crate) organization: Organization,
    /// The accounts that were chosen.
    pub(crate) selected: BTreeSet<String>,
    /// Which shard of the run this process does; none when it does all of it.
    pub(crate) shard: Option<u32>,
    /// The places of this process's accounts in the organization's list.
    pub(crate) places: Vec<usize>,
    /// Whether this process reads what is of the organization as a whole.
    pub(crate) reads_organization: bool,
    /// How the reading of the tree went.
    pub(crate) reading: TaskRecord,
    /// The regions that there are.
    pub(crate) regions: KnownRegions,
    /// The accounts' tags, where the selection had to know them.
    pub(crate) tags: Option<Tagging>,
    /// What reads them since the tree was walked, until the organization's turn takes it.
    pub(crate) tag_reader: Mutex<Option<TagReader>>,
    pub(crate) stage: Stage,
    pub(crate) ends_at: tokio::time::Instant,
}

impl Crawl {
    pub(crate) fn tell(&self, event: &Event<'_>) {
        (self.listener)(event);
    }

    /// The day of the snapshot, `YYYY-MM-DD`.
    pub(crate) fn snapshot_date(&self) -> String {
        day(self.captured_at)
    }
}

/// The day of a moment, `YYYY-MM-DD`.
pub(crate) fn day(moment: Timestamp) -> String {
    let moment = chrono::DateTime::from_timestamp_millis(moment.0).unwrap_or_default();
    moment.format("%Y-%m-%d").to_string()
}

impl Shared {
    /// Leaves a reader of tags to the organization's turn.
    pub(crate) fn goes_on_with(&self, reader: Option<TagReader>) {
        *self.tag_reader.lock().unwrap_or_else(PoisonError::into_inner) = reader;
    }

    /// This process's accounts.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.places.iter().filter_map(|place| self.organization.accounts.get(*place))
    }

    /// The stamp of rows about an account in a region.
    pub(crate) fn stamp(&self, account_id: &str, region: &str) -> Stamp {
        let accounts = &self.organization.accounts;
        let found = accounts.binary_search_by(|it| it.id.as_str().cmp(account_id)).ok().and_then(|at| accounts.get(at));
        let unit = found.and_then(|account| self.organization.unit_of(account));
        Stamp {
            organization_id: self.organization.id.clone(),
            account_id: account_id.to_owned(),
            account_name: found.map(|account| account.name.clone()).unwrap_or_default(),
            ou_path: unit.map(|unit| unit.path.clone()).unwrap_or_default(),
            region: region.to_owned(),
            captured_at: self.crawl.captured_at,
            run_id: self.crawl.run_id.clone(),
        }
    }
}
