//! What two snapshots of an organization say of themselves: how each task ended, which accounts there are, which
//! regions are off.
//!
//! All of it is in memory. An account costs a few hundred bytes, because most places have the outcomes of others, and
//! equal ones are kept once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use orgcensus_lake::{Lake, Manifest, Wanted};

use super::columns::{ACCOUNT_ID, ACCOUNTS, COVERAGE, REGION};
use super::ended::{Ended, Side};
use super::reader::each;
use crate::Result;

/// The task that reads the list of accounts.
pub(crate) const ORGANIZATION: &str = "organization";

/// The task that reads an account's own list of regions, and the table of these lists.
const ACCOUNT_REGIONS: &str = "account_regions";

/// The region of what has none.
pub(crate) const GLOBAL: &str = "global";

/// The states of an account that AWS has closed, or is closing. What is only suspended may come back with all it had.
const CLOSED: [&str; 2] = ["CLOSED", "PENDING_CLOSURE"];

/// Where a task runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    pub(crate) account_id: &'a str,
    pub(crate) region: &'a str,
}

/// Names by number. Number 0 is no name.
#[derive(Debug)]
struct NumberedNames {
    numbers: HashMap<String, u16>,
    names: Vec<String>,
    /// The number that was asked for last.
    last: u16,
}

impl Default for NumberedNames {
    fn default() -> Self {
        Self { numbers: HashMap::new(), names: vec![String::new()], last: 0 }
    }
}

impl NumberedNames {
    /// The name's number. Places have the same tasks in the same order, most with one outcome: so the number after the
    /// last one, and the last one, are tried before the name is looked up.
    fn number(&mut self, name: &str) -> u16 {
        let near = [self.last.saturating_add(1), self.last];
        let known = near.into_iter().find(|number| *number > 0 && self.name(*number) == name);
        self.last = known.or_else(|| self.numbers.get(name).copied()).unwrap_or_else(|| self.add(name));
        self.last
    }

    fn add(&mut self, name: &str) -> u16 {
        let number = u16::try_from(self.names.len()).unwrap_or(u16::MAX);
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    fn name(&self, number: u16) -> &str {
        self.names.get(usize::from(number)).map_or("", String::as_str)
    }
}

/// The tasks of one place: by each collector's number the number of its outcome, 0 where it did not run.
type Tasks = Vec<u16>;

/// What one snapshot says of itself.
#[derive(Debug)]
struct OneSnapshot {
    /// By account and region which of `tasks` ran there.
    places: BTreeMap<String, BTreeMap<String, usize>>,
    /// Each once. The first is of places where nothing ran.
    tasks: Vec<Tasks>,
    numbers: HashMap<Tasks, usize>,
    /// The place that is being read.
    begun: Option<(String, String, Tasks)>,
    /// The account for which the organization's tasks are counted.
    management: String,
    /// The accounts that are listed and not closed; none if the list was not read completely.
    accounts: Option<BTreeSet<String>>,
    /// The regions that accounts have off.
    off: BTreeMap<String, BTreeSet<String>>,
}

impl Default for OneSnapshot {
    fn default() -> Self {
        Self {
            places: BTreeMap::new(),
            tasks: vec![Tasks::new()],
            numbers: HashMap::new(),
            begun: None,
            management: String::new(),
            accounts: None,
            off: BTreeMap::new(),
        }
    }
}

impl OneSnapshot {
    fn begin(&mut self, place: Place<'_>) -> &mut Tasks {
        let is_same = self
            .begun
            .as_ref()
            .is_some_and(|(account, region, _)| (&**account, &**region) == (place.account_id, place.region));
        if !is_same {
            self.end();
        }
        let fresh = || (place.account_id.to_owned(), place.region.to_owned(), Tasks::new());
        &mut self.begun.get_or_insert_with(fresh).2
    }

    fn end(&mut self) {
        let Some((account_id, region, tasks)) = self.begun.take() else { return };
        let number = match self.numbers.get(&tasks) {
            Some(number) => *number,
            None => {
                let number = self.tasks.len();
                self.tasks.push(tasks.clone());
                self.numbers.insert(tasks, number);
                number
            }
        };
        self.places.entry(account_id).or_default().insert(region, number);
    }

    fn places(&self) -> impl Iterator<Item = (&str, &str)> {
        let places = self.places.iter();
        places.flat_map(|(account, regions)| regions.keys().map(move |region| (account.as_str(), region.as_str())))
    }

    fn at(&self, place: Place<'_>) -> usize {
        let number = self.places.get(place.account_id).and_then(|regions| regions.get(place.region));
        number.copied().unwrap_or_default()
    }
}

/// What two snapshots of an organization say of themselves.
#[derive(Debug, Default)]
pub(crate) struct Both {
    collectors: NumberedNames,
    outcomes: NumberedNames,
    from: OneSnapshot,
    to: OneSnapshot,
}

impl Both {
    /// Reads it from the older and the newer snapshot.
    pub(crate) async fn read(lake: &Lake, [from, to]: &[Manifest; 2]) -> Result<Self> {
        Self::read_within(lake, [from, to], None).await
    }

    /// The same; if the rows of some accounts are wanted, only theirs.
    pub(crate) async fn read_within(lake: &Lake, both: [&Manifest; 2], wanted: Option<&Wanted>) -> Result<Self> {
        let mut known = Self::default();
        known.read_side(lake, both[0], Side::From, wanted).await?;
        known.read_side(lake, both[1], Side::To, wanted).await?;
        Ok(known)
    }

    async fn read_side(&mut self, lake: &Lake, manifest: &Manifest, side: Side, wanted: Option<&Wanted>) -> Result<()> {
        let columns = [ACCOUNT_ID, REGION, "collector", "outcome"];
        each(lake, manifest, (COVERAGE, wanted), columns, |[account, region, task, end]| {
            if let (Some(account_id), Some(region), Some(task), Some(end)) = (account, region, task, end) {
                self.add_task(side, Place { account_id, region }, task, end);
            }
        })
        .await?;
        let mut accounts = BTreeSet::new();
        each(lake, manifest, (ACCOUNTS, wanted), [ACCOUNT_ID, "status"], |[account, status]| {
            let is_closed = status.is_some_and(|it| CLOSED.contains(&it));
            accounts.extend(account.filter(|_| !is_closed).map(str::to_owned));
        })
        .await?;
        self.end_tasks(side, accounts);
        let columns = [ACCOUNT_ID, "region_name", "is_enabled"];
        each(lake, manifest, (ACCOUNT_REGIONS, wanted), columns, |[account, region, is_on]| {
            if let (Some(account_id), Some(region), Some("false")) = (account, region, is_on) {
                self.add_region_off(side, Place { account_id, region });
            }
        })
        .await
    }

    /// Adds a task. Tasks of one place come together.
    pub(crate) fn add_task(&mut self, side: Side, place: Place<'_>, collector: &str, outcome: &str) {
        let is_organization = collector == ORGANIZATION;
        let (index, outcome) = (usize::from(self.collectors.number(collector)), self.outcomes.number(outcome));
        let known = self.known_mut(side);
        let tasks = known.begin(place);
        if tasks.len() <= index {
            tasks.resize(index + 1, 0);
        }
        tasks[index] = outcome;
        if is_organization {
            place.account_id.clone_into(&mut known.management);
        }
    }

    /// After the last task: takes the accounts that are listed and not closed, if the list was read completely.
    pub(crate) fn end_tasks(&mut self, side: Side, accounts: BTreeSet<String>) {
        self.known_mut(side).end();
        let management = self.known(side).management.clone();
        let is_whole = self.is_complete(side, Place { account_id: &management, region: GLOBAL }, ORGANIZATION);
        self.known_mut(side).accounts = is_whole.then_some(accounts);
    }

    /// Takes a region that an account has off, if the account's list was read completely.
    pub(crate) fn add_region_off(&mut self, side: Side, off: Place<'_>) {
        if self.is_complete(side, Place { region: GLOBAL, ..off }, ACCOUNT_REGIONS) {
            let regions = self.known_mut(side).off.entry(off.account_id.to_owned()).or_default();
            regions.insert(off.region.to_owned());
        }
    }

    fn is_complete(&self, side: Side, place: Place<'_>, collector: &str) -> bool {
        let Some(&collector) = self.collectors.numbers.get(collector) else { return false };
        let known = self.known(side);
        let outcome = known.tasks[known.at(place)].get(usize::from(collector)).copied().unwrap_or_default();
        self.ended(outcome) == Ended::Complete
    }

    fn known(&self, side: Side) -> &OneSnapshot {
        match side {
            Side::From => &self.from,
            Side::To => &self.to,
        }
    }

    fn known_mut(&mut self, side: Side) -> &mut OneSnapshot {
        match side {
            Side::From => &mut self.from,
            Side::To => &mut self.to,
        }
    }

    /// The numbers of collectors that ran in one of the two; all of them if none are named.
    pub(crate) fn collectors(&self, names: Option<&BTreeSet<String>>) -> Vec<u16> {
        let numbers = self.collectors.numbers.iter();
        let mut meant: Vec<u16> =
            numbers.filter(|(name, _)| names.is_none_or(|it| it.contains(*name))).map(|(_, number)| *number).collect();
        meant.sort_unstable();
        meant
    }

    /// How the two tasks of a collector ended in these places.
    pub(crate) fn ends(&self, tasks: [&[u16]; 2], collector: u16) -> [Ended; 2] {
        tasks.map(|tasks| self.ended(tasks.get(usize::from(collector)).copied().unwrap_or_default()))
    }

    fn ended(&self, outcome: u16) -> Ended {
        if outcome == 0 { Ended::NotRun } else { Ended::of(self.outcomes.name(outcome)) }
    }

    /// `to: iam_users denied`
    pub(crate) fn words(&self, side: Side, tasks: [&[u16]; 2], collector: u16) -> String {
        let [from, to] = tasks.map(|tasks| tasks.get(usize::from(collector)).copied().unwrap_or_default());
        let outcome = if side == Side::From { from } else { to };
        let outcome = if outcome == 0 { "not_run" } else { self.outcomes.name(outcome) };
        format!("{side}: {} {outcome}", self.collectors.name(collector))
    }

    /// The tasks of a place in both snapshots.
    pub(crate) fn tasks(&self, place: Place<'_>) -> [&[u16]; 2] {
        self.tasks_by(self.numbers(place))
    }

    /// The account for which the organization's tasks are counted; empty if nobody says which that is.
    pub(crate) fn management(&self, side: Side) -> &str {
        &self.known(side).management
    }

    /// The tasks of the whole organization in both snapshots.
    pub(crate) fn organization_tasks(&self) -> [&[u16]; 2] {
        [&self.from, &self.to]
            .map(|known| known.tasks[known.at(Place { account_id: &known.management, region: GLOBAL })].as_slice())
    }

    /// Numbers by which the tasks of two places can be told to be the same.
    pub(crate) fn numbers(&self, place: Place<'_>) -> [usize; 2] {
        [self.from.at(place), self.to.at(place)]
    }

    /// The tasks of these numbers.
    pub(crate) fn tasks_by(&self, [from, to]: [usize; 2]) -> [&[u16]; 2] {
        [&self.from.tasks[from], &self.to.tasks[to]]
    }

    /// Every place where something ran in one of the two, account by account.
    pub(crate) fn places(&self) -> BTreeSet<(&str, &str)> {
        self.from.places().chain(self.to.places()).collect()
    }

    /// Whether the whole organization was read, and does not list the account, or lists it as closed.
    pub(crate) fn is_account_out(&self, side: Side, account_id: &str) -> bool {
        self.known(side).accounts.as_ref().is_some_and(|accounts| !accounts.contains(account_id))
    }

    /// Whether the account's own list has the region off.
    pub(crate) fn is_region_off(&self, side: Side, place: Place<'_>) -> bool {
        self.known(side).off.get(place.account_id).is_some_and(|regions| regions.contains(place.region))
    }
}

#[cfg(test)]
mod tests;
