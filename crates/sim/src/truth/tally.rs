//! Counts the things at one place after another: what each service holds there, if a census can see it.

use super::kind::{At, Holds, Kind, Planted};
use super::misconfigurations::Misconfigurations;
use super::{IdentityTruth, Lists, Obstructed, ResourceTruth};
use crate::access::obstacle;
use crate::account::Account;
use crate::organization::Organization;
use crate::place::Place;
use crate::service::Service;
use crate::services::SERVICES;
use orgcensus_policy::ResourceKind;
use std::collections::BTreeMap;

/// All counts. Field names are those of the facts.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(super) accounts_seen: u64,
    pub(super) users: u64,
    pub(super) users_with_active_key: u64,
    pub(super) users_inactive: u64,
    pub(super) users_key_old_and_idle: u64,
    pub(super) users_key_over_90_days: u64,
    pub(super) users_console_without_mfa: u64,
    pub(super) accounts_with_root_key: u64,
    pub(super) accounts_with_root_used: u64,
    pub(crate) instances: u64,
    pub(crate) instances_imds_optional: u64,
    pub(super) obstructed: Vec<Obstructed>,
    pub(super) resources: Vec<ResourceTruth>,
    pub(crate) lists: Lists,
    pub(super) identities: Vec<IdentityTruth>,
    pub(crate) misconfigurations: Misconfigurations,
    exposures: BTreeMap<&'static str, Exposure>,
    rows: BTreeMap<&'static str, u64>,
    cells: BTreeMap<&'static str, u64>,
}

/// How many resources of a kind there are, and how many are public.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Exposure {
    pub(super) count: u64,
    pub(super) study_public: u64,
    pub(super) public: u64,
}

impl Tally {
    /// Counts the things that exist once in the organization.
    pub(super) fn organization(&mut self, organization: &Organization) {
        self.place(&Place::account(organization, &organization.account(0)), At::Organization);
    }

    /// Counts the things of an account that a census can see.
    pub(super) fn account(&mut self, organization: &Organization, account: &Account) {
        if !account.is_reachable() {
            return;
        }
        self.accounts_seen += 1;
        let place = Place::account(organization, account);
        self.place(&place, At::Account);
        let settings = &organization.settings;
        let opted_in = Some(&settings.opt_in_region).filter(|_| organization.is_opted_in(account));
        for region in settings.regions.iter().chain(opted_in) {
            self.place(&place.in_region(region), At::Region);
        }
    }

    /// Counts rows of a table.
    pub(super) fn rows(&mut self, table: &'static str, count: usize) {
        *self.rows.entry(table).or_default() += u64::try_from(count).unwrap_or_default();
    }

    /// Counts rows of a table that meet a condition: `table WHERE condition`.
    pub(super) fn cell(&mut self, table_where: &'static str, count: usize) {
        *self.cells.entry(table_where).or_default() += u64::try_from(count).unwrap_or_default();
    }

    /// The number of rows of each table.
    pub(super) fn tables(&self) -> BTreeMap<String, u64> {
        self.rows.iter().map(|(table, count)| ((*table).to_owned(), *count)).collect()
    }

    /// The number of rows that meet a condition.
    pub(super) fn cells(&self) -> BTreeMap<String, u64> {
        self.cells.iter().map(|(table_where, count)| ((*table_where).to_owned(), *count)).collect()
    }

    /// How many resources of this kind there are, and how many are public.
    pub(super) fn exposure(&self, kind: ResourceKind) -> Exposure {
        self.exposures.get(kind.resource_type).copied().unwrap_or_default()
    }

    /// Counts what every service holds at this place, or notes that a census cannot read the service there.
    fn place(&mut self, place: &Place<'_>, at: At) {
        for service in SERVICES {
            let kinds = || service.kinds.iter().filter(|kind| kind.at == at);
            let counts = service.counts.filter(|(counted_at, _)| *counted_at == at);
            if kinds().next().is_none() && counts.is_none() {
                continue;
            }
            if let Some(obstacle) = obstacle(place, service) {
                self.obstruct(place, service, obstacle.outcome());
                continue;
            }
            for kind in kinds() {
                self.kind(place, service, kind);
            }
            if let Some((_, count)) = counts {
                count(place, self);
            }
        }
    }

    fn kind(&mut self, place: &Place<'_>, service: &Service, kind: &Kind) {
        let count = match kind.holds {
            Holds::Count(count) => count(place),
            Holds::Resources(all) => {
                let found = all(place);
                if found.iter().any(|it| it.is_policy_hidden) {
                    self.obstruct(place, service, "partial");
                }
                let count = found.len();
                for it in found {
                    self.resource(place, kind.resource, it);
                }
                count
            }
        };
        if let Some(table) = kind.table {
            self.rows(table, count);
        }
    }

    /// Counts a resource and adds it to the lists. `asked_as` is the questions' name for its kind; none if no question
    /// asks for it.
    pub(super) fn resource(&mut self, place: &Place<'_>, asked_as: Option<&'static str>, it: Planted) {
        let is_public = it.verdict.is_public == Some(true);
        if let Some(resource) = asked_as {
            let exposure = self.exposures.entry(resource).or_default();
            exposure.count += 1;
            exposure.study_public += u64::from(it.is_study_public);
            exposure.public += u64::from(is_public);
            self.misconfigurations.one("B8", resource, "lake", !it.has_policy);
        }
        if is_public {
            self.lists.add("G1", [&it.arn]);
        }
        for (question, principals) in [("G2", &it.named.outside), ("G8", &it.named.dead), ("G9", &it.named.unscoped)] {
            for principal in principals {
                self.lists.add(question, [&it.arn, principal]);
            }
        }
        self.resources.push(ResourceTruth {
            arn: it.arn,
            account_id: place.account.id.clone(),
            is_public: it.verdict.is_public,
            is_external: it.verdict.is_external,
            is_in_org: it.verdict.is_in_org,
            rests_on_networks: it.rests_on_networks,
        });
    }

    fn obstruct(&mut self, place: &Place<'_>, service: &Service, outcome: &'static str) {
        let (account_id, region) = (place.account.id.clone(), place.region.to_owned());
        self.obstructed.push(Obstructed { account_id, region, service: service.name, outcome });
    }
}
