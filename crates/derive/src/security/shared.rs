//! What some accounts have for others: trails and analyzers of the organization, and the buses of administrators. These
//! are few accounts, so this does not grow with the organization.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_collectors::accessanalyzer::analyzers::{self, ANALYZERS};
use orgcensus_collectors::cloudtrail::trails::{self, TRAILS};
use orgcensus_collectors::eventbridge::rules::RULES;
use orgcensus_collectors::guardduty::detectors::Detector;
use orgcensus_collectors::inspector2::accounts::Account;
use orgcensus_collectors::macie2::sessions::Session;
use orgcensus_collectors::securityhub::hubs::{HUBS, Hub};
use orgcensus_crawl::{Derive, Error, Staged, TaskCoverage};
use orgcensus_row::Row;

use super::ACCESS_ANALYZER_PRINCIPAL;
use super::analyzers::Analyzer;
use super::buses::{Buses, Rule};
use super::rows::Gathering;
use super::trails::Trail;
use crate::three_valued::all;

/// The collectors whose tasks in these accounts decide about others.
const COLLECTORS: [&str; 4] = [ANALYZERS.name, HUBS.name, RULES.name, TRAILS.name];

/// What accounts have for others.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// The account that has the organization's trails; empty if AWS did not tell which it is.
    pub(super) management_account_id: String,
    /// The accounts that may have analyzers of the organization.
    pub(super) analyzing: BTreeSet<String>,
    /// Trails of the organization, and those of which it is not known.
    pub(super) trails: Vec<Trail>,
    /// Analyzers of the organization, and those of which it is not known.
    pub(super) analyzers: Vec<Analyzer>,
    /// By account and region, the rules that may hear something.
    pub(super) rules: BTreeMap<(String, String), Vec<Rule>>,
    /// By account and region, where Security Hub CSPM gathers findings.
    pub(super) gatherings: BTreeMap<(String, String), Gathering>,
    /// By account and region, what Security Hub CSPM does with what GuardDuty finds.
    pub(super) takers: BTreeMap<(String, String), Taker>,
    /// By account, region and collector: whether all was read. Only what was planned is here.
    pub(super) tasks: BTreeMap<(String, String, &'static str), bool>,
}

/// A hub of Security Hub CSPM that may take what GuardDuty finds.
#[derive(Debug, Clone, Default)]
pub(super) struct Taker {
    /// Whether it is on, and takes it. None: it is not known.
    pub(super) is_taking_guardduty: Option<bool>,
    /// The account that administers the hub.
    pub(super) administrator: Option<String>,
}

impl Shared {
    pub(super) fn read(derive: &mut Derive<'_>, delegates: &BTreeSet<(String, String)>) -> Result<Self, Error> {
        let management = derive.organization().row.management_account_id.clone().unwrap_or_default();
        let delegated = delegates.iter().filter(|(principal, _)| principal == ACCESS_ANALYZER_PRINCIPAL);
        let analyzing = delegated.map(|(_, account_id)| account_id.clone()).chain([management.clone()]).collect();
        let mut shared = Self { management_account_id: management, analyzing, ..Self::default() };
        each(&mut derive.staged::<trails::Trail>()?, |account_id, region, it| {
            if it.is_organization_trail != Some(false) {
                shared.trails.push(Trail::read(account_id, region, &it));
            }
        })?;
        each(&mut derive.staged::<analyzers::Analyzer>()?, |account_id, region, it| {
            if it.is_of_organization != Some(false) {
                shared.analyzers.push(Analyzer::read(account_id, region, &it));
            }
        })?;
        let accounts = shared.accounts(derive)?;
        shared.read_tasks(derive, &accounts)?;
        shared.read_buses(derive, &accounts)?;
        Ok(shared)
    }

    /// The accounts whose tasks and buses count for others.
    fn accounts(&self, derive: &mut Derive<'_>) -> Result<BTreeSet<String>, Error> {
        let mut accounts: BTreeSet<String> = self.analyzing.clone();
        accounts.extend(self.analyzers.iter().map(|it| it.account_id.clone()));
        let mut add = |id: Option<&str>| {
            if let Some(id) = id.filter(|id| !accounts.contains(*id)) {
                accounts.insert(id.to_owned());
            }
        };
        derive.staged::<Detector>()?.each(|_, it| add(it.administrator_account_id))?;
        derive.staged::<Account>()?.each(|_, it| add(it.administrator_account_id))?;
        derive.staged::<Session>()?.each(|_, it| add(it.administrator_account_id))?;
        derive.staged::<Hub>()?.each(|_, it| add(it.administrator_account_id))?;
        Ok(accounts)
    }

    fn read_tasks(&mut self, derive: &mut Derive<'_>, accounts: &BTreeSet<String>) -> Result<(), Error> {
        let mut coverage = derive.staged::<TaskCoverage>()?;
        for account_id in accounts {
            coverage.of_regions(account_id, |region, it| {
                if let Some(name) = COLLECTORS.into_iter().find(|name| it.is_planned && *name == it.collector) {
                    self.tasks.insert((account_id.clone(), region.to_owned(), name), it.is_complete);
                }
            })?;
        }
        Ok(())
    }

    fn read_buses(&mut self, derive: &mut Derive<'_>, accounts: &BTreeSet<String>) -> Result<(), Error> {
        let (mut buses, mut hubs) = (Buses::open(derive)?, derive.staged::<Hub>()?);
        for account_id in accounts {
            for (region, rules) in buses.account(account_id)? {
                self.rules.insert((account_id.clone(), region), rules);
            }
            hubs.of_regions(account_id, |own, it| {
                let place = (account_id.clone(), own.to_owned());
                if let Some(gathering) = Gathering::read(&it) {
                    self.gatherings.insert(place.clone(), gathering);
                }
                let is_taking_guardduty = all([Some(it.is_enabled), it.is_taking_guardduty]);
                let administrator = it.administrator_account_id.map(str::to_owned);
                self.takers.insert(place, Taker { is_taking_guardduty, administrator });
            })?;
        }
        Ok(())
    }

    /// Whether a task of an account read all.
    pub(super) fn is_read(&self, account_id: &str, region: &str, collector: &'static str) -> bool {
        self.tasks.get(&(account_id.to_owned(), region.to_owned(), collector)) == Some(&true)
    }

    /// Whether all trails of the organization were read. They are the management account's.
    pub(super) fn are_trails_read(&self) -> bool {
        let of_trails = self.tasks.iter().filter(|((account_id, _, collector), _)| {
            *account_id == self.management_account_id && *collector == TRAILS.name
        });
        let mut tasks = of_trails.map(|(_, is_read)| *is_read).peekable();
        tasks.peek().is_some() && tasks.all(|is_read| is_read)
    }

    /// Whether all analyzers of the organization in a region were read, if it is known who may have them.
    pub(super) fn are_analyzers_read(&self, region: &str) -> bool {
        let task = |id: &String| self.tasks.get(&(id.clone(), region.to_owned(), ANALYZERS.name)).copied();
        let mut tasks = self.analyzing.iter().filter_map(task).peekable();
        tasks.peek().is_some() && tasks.all(|is_read| is_read)
    }
}

/// Shows every row with its account and region.
pub(super) fn each<R: Row>(staged: &mut Staged<R>, mut show: impl FnMut(&str, &str, R::Ref<'_>)) -> Result<(), Error> {
    while let Some(group) = staged.next_group()? {
        staged.each_of(&group, |row| show(&group.account_id, &group.region, row))?;
    }
    Ok(())
}
