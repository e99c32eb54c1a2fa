//! Where each service publishes its events, and what is heard there.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use orgcensus_collectors::eventbridge::rules::RULES;
use orgcensus_collectors::securityhub::hubs::HUBS;

use super::analyzers::{Analyzer, EXTERNAL, UNUSED, is_looked_for};
use super::buses::Rule;
use super::heard::{Asked, Heard, Listener};
use super::known::Administration;
use super::rows::{Gathering, Region, SecurityService};
use super::targets::Lives;
use super::{ACCESS_ANALYZER, CLOUDTRAIL, GUARDDUTY, INSPECTOR, MACIE, SECURITY_HUB_CSPM};
use crate::three_valued::all;

/// Who listens, as far as one account is concerned.
pub(super) struct Ears<'a> {
    pub(super) account_id: &'a str,
    /// The account's own regions.
    pub(super) regions: &'a BTreeMap<String, Region>,
    pub(super) known: &'a Administration,
    pub(super) lives: &'a Lives,
}

/// A default bus to which a service publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place<'a> {
    account_id: &'a str,
    region: &'a str,
    /// Whether it certainly does.
    is_certain: bool,
}

/// The default buses to which a service publishes.
#[derive(Debug)]
struct Places<'a> {
    found: Vec<Place<'a>>,
    /// Whether these are all.
    are_all: bool,
}

impl<'a> Ears<'a> {
    /// The row of a service, which says whether anybody hears of it.
    pub(super) fn told(&self, row: SecurityService, region: &'a str) -> SecurityService {
        if row.is_on != Some(true) {
            return row;
        }
        let Heard { is_heard, partly } = self.heard(&row.service, region);
        let heard_partly = (!partly.is_empty()).then(|| format!("[{}]", partly.join(",")));
        SecurityService { is_heard, heard_partly, ..row }
    }

    fn heard(&self, service: &str, region: &'a str) -> Heard {
        let of_class = |class, places: &Places<'a>| Heard::of(&[self.asked(class, Some(true), places)]);
        match service {
            ACCESS_ANALYZER => Heard::of(&[
                self.of_analyzers("access_analyzer_external", EXTERNAL, region),
                self.of_analyzers("access_analyzer_unused", UNUSED, region),
            ]),
            CLOUDTRAIL => of_class("cloudtrail_insight", &self.own(region)),
            INSPECTOR => of_class("inspector_high", &self.administered(INSPECTOR, region, true)),
            // AWS does not say whether the administrator gets the events of its members.
            MACIE => of_class("macie_high", &self.administered(MACIE, region, false)),
            SECURITY_HUB_CSPM => of_class("securityhub_high", &self.of_hub(region)),
            GUARDDUTY => {
                let own = of_class("guardduty_high", &self.administered(GUARDDUTY, region, true));
                let by_hub = of_class("securityhub_guardduty_high", &self.of_hub(region));
                let by_its_own =
                    own.or_passed_on(self.regions.get(region).and_then(Region::is_guardduty_passed_on), &by_hub);
                let (is_passed_on, places) = self.of_administrator_s_hub(region);
                by_its_own.or_passed_on(is_passed_on, &of_class("securityhub_guardduty_high", &places))
            }
            _ => Heard::default(),
        }
    }

    /// The account's own bus.
    fn own(&self, region: &'a str) -> Places<'a> {
        Places { found: vec![Place { account_id: self.account_id, region, is_certain: true }], are_all: true }
    }

    /// The account's own bus, and that of its administrator.
    fn administered(&self, service: &str, region: &'a str, is_certain: bool) -> Places<'a> {
        let mut places = self.own(region);
        let seen = self.regions.get(region).and_then(|it| it.services.get(service));
        match seen.and_then(|seen| seen.administrator.as_deref()) {
            Some(account_id) => places.add(Place { account_id, region, is_certain }),
            None => places.are_all = seen.is_some_and(|seen| seen.is_complete),
        }
        places
    }

    /// Security Hub CSPM publishes to these, and to the region in which each of these accounts gathers findings, if
    /// this one is linked to it.
    fn of_hub(&self, region: &'a str) -> Places<'a> {
        self.gathered(self.administered(SECURITY_HUB_CSPM, region, true), region)
    }

    /// Whether the hub of the account that administers GuardDuty passes on what is found here, and to which buses. AWS
    /// says that GuardDuty sends what it finds to the hub of the same account, and not whether an administrator's hub
    /// also gets what is found in members: where it takes anything of GuardDuty, that is not known.
    fn of_administrator_s_hub(&self, region: &'a str) -> (Option<bool>, Places<'a>) {
        let shared = &self.known.shared;
        let seen = self.regions.get(region).and_then(|it| it.services.get(GUARDDUTY));
        let Some(account_id) = seen.and_then(|seen| seen.administrator.as_deref()) else {
            let are_all = seen.is_some_and(|seen| seen.is_complete);
            return (are_all.then_some(false), Places { found: Vec::new(), are_all });
        };
        let hub = shared.takers.get(&(account_id.to_owned(), region.to_owned()));
        let is_read = shared.is_read(account_id, region, HUBS.name);
        let is_off = hub.map_or(is_read, |hub| hub.is_taking_guardduty == Some(false));
        let mut places = Places { found: vec![Place { account_id, region, is_certain: true }], are_all: true };
        match hub.and_then(|hub| hub.administrator.as_deref()) {
            Some(account_id) => places.add(Place { account_id, region, is_certain: true }),
            None => places.are_all = is_read,
        }
        (is_off.then_some(false), self.gathered(places, region))
    }

    /// The same buses, and that of the region in which each of these accounts gathers findings, if this one is linked.
    fn gathered(&self, mut places: Places<'a>, region: &'a str) -> Places<'a> {
        let shared = &self.known.shared;
        for account_id in places.found.iter().map(|place| place.account_id).collect::<Vec<_>>() {
            let (gathering, is_read) = if account_id == self.account_id {
                let own = self.regions.get(region);
                let seen = own.and_then(|it| it.services.get(SECURITY_HUB_CSPM));
                (own.and_then(|it| it.gathering.as_ref()), seen.is_some_and(|seen| seen.is_complete))
            } else {
                let place = (account_id.to_owned(), region.to_owned());
                (shared.gatherings.get(&place), shared.is_read(account_id, region, HUBS.name))
            };
            match gathering {
                Some(Gathering { is_linked: Some(false), .. }) => {}
                Some(Gathering { region, is_linked }) => {
                    places.add(Place { account_id, region, is_certain: *is_linked == Some(true) });
                }
                None => places.are_all &= is_read,
            }
        }
        places
    }

    /// An analyzer publishes where it is. Findings of a kind that nothing looks for are not made.
    fn of_analyzers(&self, class: &'static str, access_kind: &str, region: &'a str) -> Asked<'a> {
        let shared = &self.known.shared;
        let own = self.regions.get(region);
        let are_own_read = own.and_then(|it| it.services.get(ACCESS_ANALYZER)).is_some_and(|seen| seen.is_complete);
        let are_all = are_own_read && self.known.is_delegation_read && shared.are_analyzers_read(region);
        let others = shared.analyzers.iter().filter(|it| it.account_id != self.account_id && it.region == region);
        let analyzers: Vec<&'a Analyzer> =
            own.map(|it| it.analyzers.as_slice()).unwrap_or_default().iter().chain(others).collect();
        let mut places = Places { found: Vec::new(), are_all };
        for analyzer in &analyzers {
            let looks = analyzer.looks(self.account_id, access_kind);
            if looks != Some(false) {
                let account_id = analyzer.account_id.as_str();
                places.add(Place { account_id, region, is_certain: looks == Some(true) });
            }
        }
        self.asked(class, is_looked_for(self.account_id, access_kind, &analyzers, are_all), &places)
    }

    /// The rules that may hear a class of events, on the buses to which it is published.
    fn asked(&self, class: &'static str, is_made: Option<bool>, places: &Places<'a>) -> Asked<'a> {
        let mut asked = Asked { class, is_made, listeners: Vec::new(), are_all: places.are_all };
        for place in &places.found {
            let (rules, are_read) = self.bus(place);
            asked.are_all &= are_read;
            asked.listeners.extend(rules.iter().map(|rule| Listener {
                pattern: &rule.pattern,
                is_live: all([place.is_certain.then_some(true), self.lives.of_rule(rule)]),
            }));
        }
        asked
    }

    /// The rules of a bus that may hear something, and whether all were read.
    fn bus(&self, place: &Place<'a>) -> (&'a [Rule], bool) {
        if place.account_id == self.account_id {
            let own = self.regions.get(place.region);
            let rules = own.map(|it| it.rules.as_slice()).unwrap_or_default();
            return (rules, own.is_some_and(|it| it.are_rules_read));
        }
        let shared = &self.known.shared;
        let rules = shared.rules.get(&(place.account_id.to_owned(), place.region.to_owned()));
        (rules.map(Vec::as_slice).unwrap_or_default(), shared.is_read(place.account_id, place.region, RULES.name))
    }
}

impl<'a> Places<'a> {
    /// Adds a bus, unless it is there. That it is certain counts more.
    fn add(&mut self, place: Place<'a>) {
        let is_same = |it: &&mut Place<'a>| it.account_id == place.account_id && it.region == place.region;
        match self.found.iter_mut().find(is_same) {
            Some(it) => it.is_certain |= place.is_certain,
            None => self.found.push(place),
        }
    }
}
