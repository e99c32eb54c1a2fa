//! The walk over all places: counts what each service holds there, if a census can see it.

use super::kind::{At, Holds, Kind};
use super::parts::Obstructed;
use super::tally::Tally;
use crate::access::obstacle;
use crate::account::Account;
use crate::organization::Organization;
use crate::place::Place;
use crate::service::Service;

/// Counts the things that exist once in the organization.
pub(super) fn organization(tally: &mut Tally, services: &[&Service], organization: &Organization) {
    visit(tally, services, &Place::account(organization, &organization.account(0)), At::Organization);
}

/// Counts the things of an account that a census can see.
pub(super) fn account(tally: &mut Tally, services: &[&Service], organization: &Organization, account: &Account) {
    if !account.is_reachable() {
        return;
    }
    tally.accounts_seen += 1;
    let place = Place::account(organization, account);
    visit(tally, services, &place, At::Account);
    let settings = &organization.settings;
    let opted_in = Some(&settings.opt_in_region).filter(|_| organization.is_opted_in(account));
    for region in settings.regions.iter().chain(opted_in) {
        visit(tally, services, &place.in_region(region), At::Region);
    }
}

/// Counts what every service holds at this place, or notes that a census cannot read the service there.
fn visit(tally: &mut Tally, services: &[&Service], place: &Place<'_>, at: At) {
    for service in services {
        let kinds = || service.kinds.iter().filter(|kind| kind.at == at);
        let counts = service.counts.filter(|(counted_at, _)| *counted_at == at);
        if kinds().next().is_none() && counts.is_none() {
            continue;
        }
        if let Some(obstacle) = obstacle(place, service) {
            obstruct(tally, place, service, obstacle.outcome());
            continue;
        }
        for kind in kinds() {
            count(tally, place, service, kind);
        }
        if let Some((_, count)) = counts {
            count(place, tally);
        }
    }
}

/// Counts the things of one kind at this place.
fn count(tally: &mut Tally, place: &Place<'_>, service: &Service, kind: &Kind) {
    let count = match kind.holds {
        Holds::Count(count) => count(place),
        Holds::Resources(all) => {
            let found = all(place);
            if found.iter().any(|it| it.is_policy_hidden) {
                obstruct(tally, place, service, "partial");
            }
            let count = found.len();
            for it in found {
                tally.resource(place, kind.resource, it);
            }
            count
        }
    };
    if let Some(table) = kind.table {
        tally.rows(table, count);
    }
}

fn obstruct(tally: &mut Tally, place: &Place<'_>, service: &Service, outcome: &'static str) {
    let (account_id, region) = (place.account.id.clone(), place.region.to_owned());
    tally.obstructed.push(Obstructed { account_id, region, service: service.name, outcome });
}
