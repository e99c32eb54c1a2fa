//! The rows about services that watch.

use std::collections::BTreeMap;

use orgcensus_collectors::securityhub::hubs::HubRef;
use orgcensus_row::Row;
use serde::Serialize;

use super::analyzers::Analyzer;
use super::buses::Rule;
use super::known::Administration;
use super::recorders::Recorder;
use super::trails::Trail;
use super::{SECURITY_HUB_CSPM, SERVICES, Service};
use crate::three_valued::all;

/// One service that watches, in one account and region, where it should have been read, whether or not it could be.
/// What it found is in the tables of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Row)]
#[row(table = "security_services", key = "service")]
pub struct SecurityService {
    /// access_analyzer, cloudtrail, config, detective, guardduty, inspector, macie, security_hub (the one of 2025) or
    /// security_hub_cspm (the older one).
    pub service: String,
    /// Whether it is on. access_analyzer: an active analyzer looks for access from outside. cloudtrail: a trail logs
    /// management reads and writes. config: a recorder records and delivers. The organization's count too. Null: not
    /// seen.
    pub is_on: Option<bool>,
    /// organization: by its delegated administrator, or by a trail or an analyzer of the organization. administrator:
    /// by another account. account: by nobody but the account itself. Null: it is off, or it is not known.
    pub managed_by: Option<String>,
    /// The account that administers it, or that has the organization's trail or analyzer, which may be this one. Null:
    /// none does, it is off, or it is not known.
    pub administrator_account_id: Option<String>,
    /// Whether what it needs of other services is there. Null: it is off, or it needs what is not read.
    pub is_what_it_needs_there: Option<bool>,
    /// What it needs and has not: bucket (it refuses CloudTrail's files) or config_recorder. Null: nothing is known to
    /// be missing.
    pub missing: Option<String>,
    /// security_hub_cspm: the types of resources that the recorder of Config leaves out, which its controls may need.
    /// Null: no recorder runs, it records some types by name, or it is not known; null of other services too.
    pub unrecorded_types: Option<Vec<String>>,
    /// Whether EventBridge's rules with live targets match every severe finding, here or where the service also publishes;
    /// GuardDuty's also as Security Hub passes them on. Null: it is off, unknown, not read, or its administrator's hub
    /// may pass them on.
    pub is_heard: Option<bool>,
    /// The patterns of rules that tell somebody of some of these events, where it is not known that all are heard, as a
    /// JSON list: a pattern that fixes a finding's type, its resource or its account. Null: there are none.
    pub heard_partly: Option<String>,
}

/// The services of one region that should have been read.
#[derive(Debug, Default)]
pub(super) struct Region {
    /// By name.
    pub(super) services: BTreeMap<&'static str, ReadService>,
    /// The account's own trails that have their rows here.
    pub(super) trails: Vec<Trail>,
    /// The account's own analyzers.
    pub(super) analyzers: Vec<Analyzer>,
    pub(super) recorders: Vec<Recorder>,
    /// Whether Config has a channel by which it delivers.
    pub(super) has_channel: bool,
    /// Where Security Hub CSPM gathers findings.
    pub(super) gathering: Option<Gathering>,
    /// Whether Security Hub CSPM, where it is on, takes what GuardDuty finds.
    pub(super) is_taking_guardduty: Option<bool>,
    /// The rules on the default bus that may hear something.
    pub(super) rules: Vec<Rule>,
    /// Whether these are all.
    pub(super) are_rules_read: bool,
}

/// The region in which Security Hub CSPM gathers findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gathering {
    pub(super) region: String,
    /// Whether those of the row's region are among them; none if it is not known.
    pub(super) is_linked: Option<bool>,
}

impl Gathering {
    pub(super) fn read(it: &HubRef<'_>) -> Option<Self> {
        Some(Self { region: it.aggregation_region?.to_owned(), is_linked: it.is_region_linked })
    }
}

/// What was read of one service.
#[derive(Debug, Default, Clone)]
pub(super) struct ReadService {
    /// Whether all was read.
    pub(super) is_complete: bool,
    pub(super) is_on: Option<bool>,
    pub(super) administrator: Option<String>,
    /// Who manages it, where no administrator does.
    pub(super) manager: Manager,
    /// Whether what it needs is there, where that differs from place to place.
    pub(super) has_needs: Option<bool>,
    /// What is missing.
    pub(super) missing: Option<&'static str>,
    pub(super) unrecorded_types: Option<Vec<String>>,
}

/// Who manages a service.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) enum Manager {
    /// Its administrator, if it has one.
    #[default]
    Administrator,
    /// The account itself.
    Account,
    /// The organization, by what this account has.
    Organization(String),
    /// It is not known.
    Unknown,
}

impl Region {
    /// Notes what the row of a service says.
    pub(super) fn see(&mut self, name: &str, is_on: Option<bool>, administrator: Option<&str>) {
        if let Some(seen) = self.services.get_mut(name) {
            seen.is_on = is_on;
            seen.administrator = administrator.map(str::to_owned);
        }
    }

    /// Whether a service is known to be on.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.services.get(name).is_some_and(|seen| seen.is_on == Some(true))
    }

    /// Whether Security Hub CSPM passes on what GuardDuty finds: it is on, and takes it.
    pub(super) fn is_guardduty_passed_on(&self) -> Option<bool> {
        all([self.services.get(SECURITY_HUB_CSPM).and_then(|seen| seen.is_on), self.is_taking_guardduty])
    }

    /// The rows of the services. Whether anybody hears of them is not said yet.
    pub(super) fn rows(&self, account_id: &str, known: &Administration) -> Vec<SecurityService> {
        let seen = SERVICES.iter().filter_map(|service| Some((service, self.services.get(service.name)?)));
        seen.map(|(service, seen)| seen.row(service, account_id, known)).collect()
    }
}

impl ReadService {
    fn row(&self, service: &Service, account_id: &str, known: &Administration) -> SecurityService {
        let is_on = self.is_on == Some(true);
        let managed = if is_on { self.managed(service, account_id, known) } else { (None, None) };
        let needs = if self.missing.is_some() { Some(false) } else { self.has_needs.or(service.needs_nothing) };
        SecurityService {
            service: service.name.to_owned(),
            is_on: self.is_on,
            managed_by: managed.0.map(str::to_owned),
            administrator_account_id: managed.1,
            is_what_it_needs_there: needs.filter(|_| is_on),
            missing: self.missing.filter(|_| is_on).map(str::to_owned),
            unrecorded_types: self.unrecorded_types.clone().filter(|_| is_on),
            is_heard: None,
            heard_partly: None,
        }
    }

    /// Who manages a service that is on, and the account that does.
    fn managed(
        &self,
        service: &Service,
        account_id: &str,
        known: &Administration,
    ) -> (Option<&'static str>, Option<String>) {
        match &self.manager {
            Manager::Administrator => {}
            Manager::Account => return (Some("account"), None),
            Manager::Organization(id) => return (Some("organization"), Some(id.clone())),
            Manager::Unknown => return (None, None),
        }
        let is_delegate = |id: &str| known.is_delegate(service.principal, id);
        match &self.administrator {
            Some(id) if is_delegate(id) => (Some("organization"), Some(id.clone())),
            Some(id) => (known.is_delegation_read.then_some("administrator"), Some(id.clone())),
            None if is_delegate(account_id) => (Some("organization"), Some(account_id.to_owned())),
            None => {
                let is_known = self.is_complete && known.is_delegation_read && service.principal.is_some();
                (is_known.then_some("account"), None)
            }
        }
    }
}
