//! The settings of a run, and the data that its workers share.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use orgcensus_aws::organization::{Account, Organization};
use orgcensus_aws::regions::AccountRegion;
use orgcensus_aws::{Base, Chain};
use orgcensus_collect::Collector;
use orgcensus_lake::{FileOptions, Lake, Stage};
use orgcensus_row::{Stamp, Timestamp};
use tokio::sync::OnceCell;

use crate::derivation::Derivation;
use crate::event::{Event, Listener};
use crate::last_complete::LastComplete;
use crate::materialization::Materialization;
use crate::regions::{KnownRegions, Presence, Regions, taken};
use crate::role_actions::RoleActions;
use crate::roster::Roster;
use crate::selection::Selection;
use crate::tags::{TagReader, Tagging};
use crate::task_record::TaskRecord;

/// The settings of one run.
pub struct Crawl {
    /// The run, a UUID.
    pub run_id: String,
    /// When it started (UTC): the snapshot's moment and day.
    pub captured_at: Timestamp,
    /// The base identity.
    pub base: Arc<Base>,
    /// The chain of roles that leads into the accounts.
    pub chain: Chain,
    /// Where the accounts come from.
    pub roster: Roster,
    /// The account of the identity that reads the organization, if the crawler enters this account with that identity
    /// and not by its role.
    pub own_account_id: Option<String>,
    /// The collectors to run, after the selection.
    pub collectors: Vec<Collector>,
    /// Every collector that exists. Its tables exist even if it did not run.
    pub all_collectors: Vec<Collector>,
    /// The derivations, in the order in which they run after all accounts are done.
    pub derivations: &'static [Derivation],
    /// What is made of the written files before the snapshot is committed, in this order.
    pub materializations: Vec<Arc<dyn Materialization>>,
    /// The accounts and regions to read.
    pub selection: Selection,
    /// Accounts besides the organization's that count as inside.
    pub trusted_accounts: Vec<String>,
    /// Tenants of identity providers that count as inside, as the configuration writes them.
    pub trusted_tenants: Vec<String>,
    /// The key of the tag whose value names a resource's owner, if there is such a tag.
    pub owner_tag: Option<String>,
    /// Since which version the members' role has each action.
    pub role_actions: RoleActions,
    /// The folder that contains a folder for each run, where rows wait until they are published.
    pub stage_directory: PathBuf,
    /// The lake that the snapshot is written to.
    pub lake: Lake,
    /// How the snapshot's files are written.
    pub file_options: FileOptions,
    /// The part of the planned tasks that must be complete for the snapshot to count as whole.
    pub min_coverage: f64,
    /// How much runs at once, and for how long.
    pub bounds: Bounds,
    /// The listener that hears of events.
    pub listener: Listener,
    /// When this future is ready, the run stops. It can be resumed.
    pub stop: Stop,
}

/// A future that becomes ready when the run must stop, for example after a signal.
pub type Stop = futures::future::Shared<BoxFuture<'static, ()>>;

/// A future that never becomes ready.
pub fn never() -> Stop {
    futures::future::pending().boxed().shared()
}

/// How much runs at once, and for how long.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// How many accounts run at once.
    pub accounts: usize,
    /// How many tasks run at once in each account.
    pub tasks_per_account: usize,
    /// How long a task may take.
    pub task: Duration,
    /// How long an account may take. Tasks that have not begun by then are skipped.
    pub account: Duration,
    /// How long this process may crawl. Accounts that have not begun by then are skipped.
    pub run: Duration,
    /// How far back what happened is read by a task that was never complete before.
    pub first_activity: Duration,
    /// How often the journal is written to disk, so that it survives a power loss.
    pub sync_interval: Duration,
    /// How often the stage is copied to the lake, so that another machine can resume the run. Zero: only when the run
    /// is told to stop.
    pub checkpoint_interval: Duration,
    /// If no sign of a run was seen for this long, the run counts as dead.
    pub lock: Duration,
    /// How long the files of an unfinished run are kept after the last change.
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
            first_activity: Duration::from_secs(24 * 3600),
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
    /// The accounts that the selection chose.
    pub(crate) selected: BTreeSet<String>,
    /// Which shard of the run this process does; none if it does the whole run.
    pub(crate) shard: Option<u32>,
    /// The places of this process's accounts in the organization's list.
    pub(crate) places: Vec<usize>,
    /// Whether this process reads the things that belong to the organization as a whole.
    pub(crate) reads_organization: bool,
    /// The outcome of reading the tree.
    pub(crate) reading: TaskRecord,
    /// The regions that exist.
    pub(crate) regions: KnownRegions,
    /// The accounts' tags, if the selection needed them.
    pub(crate) tags: Option<Tagging>,
    /// The reader that has been reading the tags since the tree was walked. The organization's turn takes it.
    pub(crate) tag_reader: Mutex<Option<TagReader>>,
    /// When each task that reads what happened was last complete. Read when the first of them begins.
    pub(crate) last_complete: OnceCell<LastComplete>,
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
    /// Leaves a reader of tags to the organization's turn, which continues with it.
    pub(crate) fn goes_on_with(&self, reader: Option<TagReader>) {
        *self.tag_reader.lock().unwrap_or_else(PoisonError::into_inner) = reader;
    }

    /// This process's accounts.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.places.iter().filter_map(|place| self.organization.accounts.get(*place))
    }

    /// The regions that an account is expected to have, when it cannot be asked.
    fn expected_regions(&self) -> Regions {
        let expected = |selected: &BTreeSet<String>| self.regions.expected(selected, self.crawl.base.partition());
        let selected = expected(&self.crawl.selection.regions);
        let every: BTreeSet<String> = expected(&BTreeSet::new()).into_iter().chain(selected.iter().cloned()).collect();
        let on = |region: String| (region, Presence::On);
        Regions { selected: selected.into_iter().map(on).collect(), every: every.into_iter().map(on).collect() }
    }

    /// The regions as the account answered, including those that are selected and that it does not have. If the account
    /// did not answer, all expected regions: then each task finds out for itself.
    pub(crate) fn regions_of(&self, read: Option<&[AccountRegion]>) -> Regions {
        match read {
            Some(read) => {
                Regions { selected: taken(&self.crawl.selection, read), every: taken(&Selection::default(), read) }
            }
            None => self.expected_regions(),
        }
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
