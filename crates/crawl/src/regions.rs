//! Which regions there are and which of them an account has: asked once by the crawl's own identity, and in each account.

use std::collections::BTreeSet;

use orgcensus_aws::regions::{self, AccountRegion};
use orgcensus_aws::{Class, Error, Session, partition};
use orgcensus_row::GLOBAL;
use serde::{Deserialize, Serialize};

use crate::outcome::Outcome;
use crate::selection::Selection;
use crate::task_record::{TaskRecord, TaskStart};

/// The engine's task that asks which regions there are. It keeps no rows.
pub(crate) const ORGANIZATION_REGIONS: &str = "organization_regions";

/// The regions as the account of the crawl's own identity has them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KnownRegions {
    /// All of the partition, on or off; none where AWS did not tell.
    pub own: Option<Vec<AccountRegion>>,
    /// How asking went.
    pub reading: TaskRecord,
}

/// The regions of an account, and what it has of each.
#[derive(Debug)]
pub(crate) struct Regions {
    /// Those that the configuration selects.
    pub(crate) selected: Vec<(String, Presence)>,
    /// All of them, for what is read whatever is selected.
    pub(crate) every: Vec<(String, Presence)>,
}

/// What an account has of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It can use it.
    On,
    /// It has switched it off, or never on.
    Off,
    /// It is selected, but the account's list of regions does not contain it.
    Absent,
}

impl KnownRegions {
    /// Asks.
    pub async fn read(session: &Session) -> Self {
        let begun = TaskStart::now();
        let read = regions::read(session).await;
        let error = read.as_ref().err();
        let outcome = error.map_or(Outcome::Complete, Outcome::of);
        let reading = TaskRecord::measured(ORGANIZATION_REGIONS, GLOBAL, (outcome, error), session.usage(), begun);
        Self { own: read.ok().filter(|regions| !regions.is_empty()), reading }
    }

    /// Every region that exists, as far as AWS and this version know.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        let own = self.own.iter().flatten().map(|region| region.region_name.as_str());
        own.chain(partition::REGIONS.iter().copied()).collect()
    }

    /// The regions that are assumed for an account that cannot be asked: the selected ones, or else those of the
    /// crawl's own account, or else those that this version knows.
    pub(crate) fn expected(&self, selected: &BTreeSet<String>, partition: &str) -> Vec<String> {
        if !selected.is_empty() {
            return selected.iter().cloned().collect();
        }
        match &self.own {
            Some(own) => own.iter().filter(|it| it.is_enabled).map(|it| it.region_name.clone()).collect(),
            None => partition::expected_regions(partition).into_iter().map(str::to_owned).collect(),
        }
    }

    /// How asking went, and a task for each selected region if nobody could say whether that region exists.
    pub(crate) fn tasks(&self, selected: &BTreeSet<String>) -> Vec<TaskRecord> {
        let names = self.names();
        let doubtful = selected.iter().filter(|region| !names.contains(region.as_str()));
        let doubtful = doubtful.map(|region| {
            let words = "this version knows no region of that name, and AWS could not be asked";
            let error = Error::new(Class::Failed, "UnknownRegion", words);
            TaskRecord::untried(ORGANIZATION_REGIONS, region, Outcome::Failed).because(&error)
        });
        std::iter::once(self.reading.clone()).chain(doubtful).collect()
    }
}

/// The selected regions as an account answered, including those that it does not have.
pub(crate) fn taken(selection: &Selection, read: &[AccountRegion]) -> Vec<(String, Presence)> {
    let presence = |it: &AccountRegion| if it.is_enabled { Presence::On } else { Presence::Off };
    let taken = read.iter().filter(|it| selection.takes_region(&it.region_name));
    let mut taken: Vec<_> = taken.map(|it| (it.region_name.clone(), presence(it))).collect();
    let is_read = |region: &&String| read.iter().any(|it| it.region_name == **region);
    taken.extend(selection.regions.iter().filter(|it| !is_read(it)).map(|it| (it.clone(), Presence::Absent)));
    taken
}

/// A task in a region that an account does not have, though it is selected.
pub(crate) fn absent(collector: &str, region: &str) -> TaskRecord {
    let words = "the region is selected, and the account's list of regions does not have it";
    let error = Error::new(Class::Failed, "NoSuchRegion", words);
    TaskRecord::untried(collector, region, Outcome::Failed).because(&error)
}
