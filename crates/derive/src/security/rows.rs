//! The rows about services that watch.

use std::collections::BTreeMap;

use orgcensus_row::Row;
use serde::Serialize;

use super::known::Known;
use super::{SERVICES, Service};

/// One service that watches, in one account and region, where it should have been read, whether or not it could be.
/// What it found is in the tables of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Row)]
#[row(table = "security_services", key = "service")]
pub struct SecurityService {
    /// detective, guardduty, inspector, macie, security_hub (the one of 2025) or security_hub_cspm (the older one).
    pub service: String,
    /// Whether it is on. Null: it was not seen.
    pub is_on: Option<bool>,
    /// organization: by its delegated administrator. administrator: by another account. account: by nobody but the
    /// account itself. Null: it is off, or it is not known.
    pub managed_by: Option<String>,
    /// The account that administers it, which may be this one. Null: none does, it is off, or it is not known.
    pub administrator_account_id: Option<String>,
    /// Whether what it needs of other services is there. Null: it is off, or it needs what is not read.
    pub is_what_it_needs_there: Option<bool>,
    /// What it needs and has not, config_recorder. Null: nothing is known to be missing.
    pub missing: Option<String>,
}

/// The services of one region that should have been read.
#[derive(Debug, Default)]
pub(super) struct Region {
    /// By name.
    pub(super) services: BTreeMap<&'static str, Seen>,
}

/// What was read of one service.
#[derive(Debug, Default, Clone)]
pub(super) struct Seen {
    /// Whether all was read.
    pub(super) is_complete: bool,
    pub(super) is_on: Option<bool>,
    pub(super) administrator: Option<String>,
    /// What AWS says to be missing.
    pub(super) missing: Option<&'static str>,
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

    /// The rows of the services.
    pub(super) fn rows(&self, account_id: &str, known: &Known) -> Vec<SecurityService> {
        let seen = SERVICES.iter().filter_map(|service| Some((service, self.services.get(service.name)?)));
        seen.map(|(service, seen)| seen.row(service, account_id, known)).collect()
    }
}

impl Seen {
    fn row(&self, service: &Service, account_id: &str, known: &Known) -> SecurityService {
        let is_on = self.is_on == Some(true);
        let managed = if is_on { self.managed(service, account_id, known) } else { (None, None) };
        let needs = if self.missing.is_some() { Some(false) } else { service.needs_nothing };
        SecurityService {
            service: service.name.to_owned(),
            is_on: self.is_on,
            managed_by: managed.0.map(str::to_owned),
            administrator_account_id: managed.1,
            is_what_it_needs_there: needs.filter(|_| is_on),
            missing: self.missing.filter(|_| is_on).map(str::to_owned),
        }
    }

    /// Who manages a service that is on, and the account that does.
    fn managed(&self, service: &Service, account_id: &str, known: &Known) -> (Option<&'static str>, Option<String>) {
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
