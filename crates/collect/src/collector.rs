//! A collector as a value: the engine sees plain data and a function pointer.

use futures::future::BoxFuture;
use orgcensus_aws::Session;
use orgcensus_policy::ResourceKind;
use orgcensus_row::Table;

use crate::{Call, Error, Rows};

/// About how many things of a kind one place has, where nobody knows.
const THINGS: u32 = 5;

/// Where a collector runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Once for each account, in the home region; its rows have the region `global`.
    Account,
    /// Once for each region that the account has switched on.
    Region,
    /// Once for each region that the account has switched on, whatever regions the configuration selects: for what may
    /// be recorded in any of them, as sign-ins are.
    EveryRegion,
    /// Once for the whole organization, by the identity that reads it, in the home region. Its rows are those of the
    /// management account, with the region `global`.
    Organization,
    /// Once for the whole organization in each region that this identity's account has switched on: for services whose
    /// one instance may be in any of them. Its rows are those of the management account.
    OrganizationRegion,
}

impl Scope {
    /// Whether it runs once for the organization, and not in each account.
    pub fn is_organization_wide(self) -> bool {
        matches!(self, Self::Organization | Self::OrganizationRegion)
    }

    /// Whether its rows say a region, and not `global`.
    pub fn is_regional(self) -> bool {
        matches!(self, Self::Region | Self::EveryRegion | Self::OrganizationRegion)
    }
}

/// When a collector runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// In every crawl that does not leave it out.
    Always,
    /// Only where the configuration names it; what it costs, in words.
    IfNamed(&'static str),
    /// In every crawl, but it can read nothing; why, in one word. The coverage says so in each of its places.
    Unread(&'static str),
}

/// One file that reads one kind of thing.
#[derive(Clone, Copy)]
pub struct Collector {
    /// `service_things`; the name in coverage and in the configuration.
    pub name: &'static str,
    /// Where it runs.
    pub scope: Scope,
    /// When it runs.
    pub runs: Runs,
    /// Every operation that it may call.
    pub calls: &'static [Call],
    /// Every type of resource whose policies it reads, or tells as unread since nobody can read them.
    pub resources: &'static [ResourceKind],
    /// Every table that it may fill, besides those of policies.
    pub tables: &'static [Table],
    /// Reads, maps, pushes.
    pub collect: for<'a> fn(&'a Session, &'a mut Rows<'_>) -> BoxFuture<'a, Result<(), Error>>,
}

impl Collector {
    /// Its calls, each with about how many a task makes: the first lists and is made once, the others for each thing
    /// that is found, unless the call says how many there are.
    pub fn expected_calls(&self) -> impl Iterator<Item = (&'static Call, u32)> + use<> {
        let times = |place: usize, call: &Call| if place == 0 { 1 } else { call.times().unwrap_or(THINGS) };
        self.calls.iter().enumerate().map(move |(place, call)| (call, times(place, call)))
    }

    /// What it costs, where it runs only if it is named.
    pub fn cost(&self) -> Option<&'static str> {
        match self.runs {
            Runs::Always | Runs::Unread(_) => None,
            Runs::IfNamed(cost) => Some(cost),
        }
    }

    /// Why it can read nothing, if that is so.
    pub fn unread(&self) -> Option<&'static str> {
        match self.runs {
            Runs::Unread(why) => Some(why),
            Runs::Always | Runs::IfNamed(_) => None,
        }
    }
}

impl std::fmt::Debug for Collector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}
