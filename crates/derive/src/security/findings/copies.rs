//! What administrators, and regions that gather findings, have of accounts that were not read.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_collectors::guardduty::detectors;
use orgcensus_collectors::inspector2::accounts;
use orgcensus_collectors::securityhub::findings::GatheredFindings;
use orgcensus_crawl::{Derive, Error, TaskCoverage};

use super::super::shared::each;
use super::super::{GUARDDUTY, INSPECTOR, SECURITY_HUB_CSPM};
use super::{Counts, SERVICES};

/// Counts of one account and region, as another has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Copied {
    pub(super) counts: Counts,
    /// The account and region that have them.
    pub(super) account_id: String,
    pub(super) region: String,
    /// Why they are not known.
    pub(super) reason: Option<String>,
}

/// The copies of accounts that were not read wholly, by account, region and service. So they grow only with what was
/// not read.
#[derive(Debug, Default)]
pub(super) struct Copies {
    unread: BTreeSet<String>,
    found: BTreeMap<(String, String, &'static str), Copied>,
}

impl Copies {
    pub(super) fn read(derive: &mut Derive<'_>) -> Result<Self, Error> {
        let mut copies = Self::default();
        derive.staged::<TaskCoverage>()?.each(|account_id, it| {
            let is_short = it.is_planned && !it.is_complete && !copies.unread.contains(&**account_id);
            if is_short && SERVICES.iter().any(|service| service.collector == it.collector) {
                copies.unread.insert((**account_id).to_owned());
            }
        })?;
        each(&mut derive.staged::<detectors::MemberFindings>()?, |account_id, region, it| {
            let counts = Counts([it.critical_count, it.high_count, it.medium_count, it.low_count]);
            copies.add((it.member_account_id, region, GUARDDUTY), Copied::new(counts, account_id, region, None));
        })?;
        each(&mut derive.staged::<accounts::MemberFindings>()?, |account_id, region, it| {
            let counts = Counts([it.critical_count, it.high_count, it.medium_count, it.low_count]);
            copies.add((it.member_account_id, region, INSPECTOR), Copied::new(counts, account_id, region, None));
        })?;
        each(&mut derive.staged::<GatheredFindings>()?, |account_id, region, it| {
            let counts = Counts([it.critical_count, it.high_count, it.medium_count, it.low_count]);
            let place = (it.about_account_id, it.about_region, SECURITY_HUB_CSPM);
            copies.add(place, Copied::new(counts, account_id, region, it.reason));
        })?;
        Ok(copies)
    }

    /// Adds the copy of a place, unless the place's account was read or a copy with counts is there.
    pub(super) fn add(&mut self, (account_id, region, service): (&str, &str, &'static str), copy: Copied) {
        if !self.unread.contains(account_id) {
            return;
        }
        let place = (account_id.to_owned(), region.to_owned(), service);
        let known = self.found.get(&place);
        if known.is_none_or(|known| !known.counts.are_known()) {
            self.found.insert(place, copy);
        }
    }

    /// The copy of a place.
    pub(super) fn of(&self, account_id: &str, region: &str, service: &'static str) -> Option<&Copied> {
        self.found.get(&(account_id.to_owned(), region.to_owned(), service))
    }

    /// Copies of these accounts, for tests.
    #[cfg(test)]
    pub(super) fn with(unread: &[&str]) -> Self {
        Self { unread: unread.iter().map(|it| (*it).to_owned()).collect(), ..Self::default() }
    }
}

impl Copied {
    pub(super) fn new(counts: Counts, account_id: &str, region: &str, reason: Option<&str>) -> Self {
        let reason = reason.map(str::to_owned);
        Self { counts, account_id: account_id.to_owned(), region: region.to_owned(), reason }
    }
}
