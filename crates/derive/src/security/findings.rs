//! Open findings of the services that watch, each counted once: in the account and region that it is about.
//!
//! An administrator has copies of its members' findings, and a region that gathers findings those of other regions.
//! They count only where the member itself was not read, and are marked.

mod copies;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use orgcensus_collectors::guardduty::detectors::{self, DETECTORS, Detector};
use orgcensus_collectors::inspector2::accounts::{self, ACCOUNTS, Account};
use orgcensus_collectors::macie2::sessions::{SESSIONS, Session};
use orgcensus_collectors::securityhub::findings::{FINDINGS, FindingCounts, GatheredFindings};
use orgcensus_crawl::{Derivation, Derive, Derived, Error, ScratchRows, Staged, TaskCoverage};
use orgcensus_row::{Row, Table, table};
use serde::Serialize;

use self::copies::Copies;
use super::{GUARDDUTY, INSPECTOR, MACIE, SECURITY_HUB_CSPM};

/// The derivation.
pub(crate) const SECURITY_FINDING_COUNTS: Derivation = Derivation {
    name: "security_finding_counts",
    reads: READS,
    reads_previous: &[],
    writes: &[Derived { table: table::<SecurityFindingCount>(), rests_on: RESTS_ON }],
    run: |derive| Box::pin(run(derive)),
};

/// The coverage stands first: the rows do not rest on it.
const READS: &[Table] = &[
    table::<TaskCoverage>(),
    table::<Account>(),
    table::<Detector>(),
    table::<FindingCounts>(),
    table::<GatheredFindings>(),
    table::<Session>(),
    table::<accounts::MemberFindings>(),
    table::<detectors::MemberFindings>(),
];

/// What the rows say less without.
const RESTS_ON: &[Table] = READS.split_at(1).1;

/// The open findings of one service about one account and region, each counted once. Where the account was not read
/// there, the copies that its administrator has are counted, and marked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Row)]
#[row(table = "security_finding_counts", key = "service")]
pub struct SecurityFindingCount {
    /// guardduty, inspector, macie or security_hub_cspm, which is counted only where securityhub_findings was named.
    pub service: String,
    /// Open findings of the service's severity critical, which Macie has not. Null: not counted.
    pub critical_count: Option<i64>,
    /// The same of severity high.
    pub high_count: Option<i64>,
    /// The same of severity medium.
    pub medium_count: Option<i64>,
    /// The same of severity low.
    pub low_count: Option<i64>,
    /// Whether these are copies, since the account itself was not read here. Null: nothing was counted.
    pub is_copy: Option<bool>,
    /// The account that has what was counted: this one or, of copies, its administrator. Null: nothing was counted.
    pub counted_by_account_id: Option<String>,
    /// The region that has what was counted: this one or, of copies, the one in which Security Hub gathers findings.
    /// Null: nothing was counted.
    pub counted_in_region: Option<String>,
    /// Why nothing was counted: off; too_many_findings; not_read, and no administrator shows any; not_by_account: not
    /// read, and an administrator cannot count this service's findings by account. Null: they were counted.
    pub reason: Option<String>,
}

/// A service that counts its findings.
#[derive(Debug)]
struct Service {
    name: &'static str,
    /// The collector that reads them.
    collector: &'static str,
    /// Whether its administrator counts those of members, by account.
    is_by_account: bool,
}

static SERVICES: [Service; 4] = [
    Service { name: GUARDDUTY, collector: DETECTORS.name, is_by_account: true },
    Service { name: INSPECTOR, collector: ACCOUNTS.name, is_by_account: true },
    // GetFindingStatistics groups by bucket, type, job or severity.
    Service { name: MACIE, collector: SESSIONS.name, is_by_account: false },
    Service { name: SECURITY_HUB_CSPM, collector: FINDINGS.name, is_by_account: true },
];

/// How many findings there are by severity: critical, high, medium, low.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts([Option<i64>; 4]);

impl Counts {
    /// Whether any of them is known.
    fn are_known(self) -> bool {
        self.0.iter().any(Option::is_some)
    }
}

/// What an account itself says of a service in a region, where it should have been read.
#[derive(Debug, Clone, Default)]
struct Told {
    is_complete: bool,
    is_on: Option<bool>,
    counts: Counts,
    /// Why they are not known, although it is on.
    reason: Option<String>,
}

/// By service, what an account says in one region.
type Region = BTreeMap<&'static str, Told>;

async fn run(derive: &mut Derive<'_>) -> Result<(), Error> {
    let copies = Copies::read(derive)?;
    let mut sources = Sources::open(derive)?;
    let mut rows: ScratchRows<SecurityFindingCount> = derive.rows()?;
    for account in &derive.organization().accounts {
        for (name, region) in &sources.account(&account.id)? {
            let stamp = derive.stamp(&account.id, name);
            let counted = SERVICES.iter().filter_map(|service| {
                let told = region.get(service.name)?;
                Some(told.counted(service, &account.id, name, &copies))
            });
            derive.extend(&mut rows, &stamp, counted)?;
            derive.stage(&mut rows, &stamp)?;
        }
        tokio::task::yield_now().await;
    }
    Ok(())
}

impl Told {
    /// The row of a service: the account's own counts, else copies, else why there are none.
    fn counted(&self, service: &Service, account_id: &str, region: &str, copies: &Copies) -> SecurityFindingCount {
        let none = |reason: &str| SecurityFindingCount::none(service.name, reason);
        if self.counts.are_known() {
            return SecurityFindingCount::of(service.name, self.counts, false, account_id, region);
        }
        if let Some(reason) = &self.reason {
            return none(reason);
        }
        // Where it is on and AWS gave no number, it is not off.
        if self.is_on == Some(false) || (self.is_complete && self.is_on.is_none()) {
            return none("off");
        }
        match copies.of(account_id, region, service.name) {
            Some(copy) if copy.counts.are_known() => {
                SecurityFindingCount::of(service.name, copy.counts, true, &copy.account_id, &copy.region)
            }
            Some(copy) => none(copy.reason.as_deref().unwrap_or("not_read")),
            None if service.is_by_account => none("not_read"),
            None => none("not_by_account"),
        }
    }
}

impl SecurityFindingCount {
    fn of(service: &str, counts: Counts, is_copy: bool, account_id: &str, region: &str) -> Self {
        let Counts([critical_count, high_count, medium_count, low_count]) = counts;
        Self {
            service: service.to_owned(),
            critical_count,
            high_count,
            medium_count,
            low_count,
            is_copy: Some(is_copy),
            counted_by_account_id: Some(account_id.to_owned()),
            counted_in_region: Some(region.to_owned()),
            reason: None,
        }
    }

    fn none(service: &str, reason: &str) -> Self {
        Self {
            service: service.to_owned(),
            critical_count: None,
            high_count: None,
            medium_count: None,
            low_count: None,
            is_copy: None,
            counted_by_account_id: None,
            counted_in_region: None,
            reason: Some(reason.to_owned()),
        }
    }
}

/// The staged rows. A caller asks for one account after the other.
struct Sources {
    coverage: Staged<TaskCoverage>,
    detectors: Staged<Detector>,
    inspectors: Staged<Account>,
    sessions: Staged<Session>,
    findings: Staged<FindingCounts>,
}

impl Sources {
    fn open(derive: &mut Derive<'_>) -> Result<Self, Error> {
        Ok(Self {
            coverage: derive.staged()?,
            detectors: derive.staged()?,
            inspectors: derive.staged()?,
            sessions: derive.staged()?,
            findings: derive.staged()?,
        })
    }

    /// What an account says, by region: of the services that should have been read there.
    fn account(&mut self, account_id: &str) -> Result<BTreeMap<String, Region>, Error> {
        let mut regions = BTreeMap::<_, Region>::new();
        self.coverage.by_region(account_id, &mut regions, |region, it| {
            let service = SERVICES.iter().find(|service| service.collector == it.collector && it.is_planned);
            if let Some(service) = service {
                region.insert(service.name, Told { is_complete: it.is_complete, ..Told::default() });
            }
        })?;
        self.detectors.by_region(account_id, &mut regions, |region, it| {
            let counts = Counts([it.critical_count, it.high_count, it.medium_count, it.low_count]);
            see(region, GUARDDUTY, it.is_enabled, counts, None);
        })?;
        self.inspectors.by_region(account_id, &mut regions, |region, it| {
            let counts = Counts([it.critical_count, it.high_count, it.medium_count, it.low_count]);
            see(region, INSPECTOR, it.is_enabled, counts, None);
        })?;
        self.sessions.by_region(account_id, &mut regions, |region, it| {
            let counts = Counts([None, it.high_count, it.medium_count, it.low_count]);
            see(region, MACIE, it.is_enabled, counts, None);
        })?;
        self.findings.by_region(account_id, &mut regions, |region, it| {
            let counts = Counts([it.critical_count, it.high_count, it.medium_count, it.low_count]);
            see(region, SECURITY_HUB_CSPM, Some(true), counts, it.reason);
        })?;
        regions.retain(|_, region| !region.is_empty());
        Ok(regions)
    }
}

/// Notes what the row of a service says.
fn see(region: &mut Region, service: &str, is_on: Option<bool>, counts: Counts, reason: Option<&str>) {
    if let Some(told) = region.get_mut(service) {
        *told = Told { is_complete: told.is_complete, is_on, counts, reason: reason.map(str::to_owned) };
    }
}
