//! The members that administer services for the organization.

use crate::account::Account;
use crate::organization::Organization;
use crate::place::Place;

/// The place of the account that administers the security services.
const WATCHER: u64 = 2;

/// Their places in the organization, each with its services.
pub(crate) const DELEGATED: [(u64, &[&str]); 2] = [
    (
        WATCHER,
        &[
            "detective.amazonaws.com",
            "guardduty.amazonaws.com",
            "inspector2.amazonaws.com",
            "macie.amazonaws.com",
            "securityhub.amazonaws.com",
        ],
    ),
    (3, &["access-analyzer.amazonaws.com"]),
];

/// Whether this account administers the security services.
pub(crate) fn is_watcher(account: &Account) -> bool {
    account.index == WATCHER
}

/// The id of the account that administers the security services; none if the organization has not that many accounts.
pub(crate) fn watcher_id(organization: &Organization) -> Option<String> {
    (WATCHER < organization.settings.accounts).then(|| organization.account_id(WATCHER))
}

/// The ids of the accounts about which a place may show findings: its own, and in the administrator all others.
pub(crate) fn shown_ids(place: &Place<'_>) -> Vec<String> {
    let organization = place.organization;
    match is_watcher(place.account) {
        true => organization.indices().map(|index| organization.account_id(index)).collect(),
        false => vec![place.account.id.clone()],
    }
}

/// Those of these accounts that a call asks for; no ids mean all. Whether one is a member, its service says.
pub(crate) fn shown_accounts(place: &Place<'_>, asked: &[String]) -> Vec<Account> {
    let organization = place.organization;
    if asked.is_empty() {
        return shown_ids(place).iter().filter_map(|id| organization.find(id)).collect();
    }
    let is_shown = |id: &&String| is_watcher(place.account) || **id == place.account.id;
    asked.iter().filter(is_shown).filter_map(|id| organization.find(id)).collect()
}

/// The delegated administrators and their services. The first is the one in the settings.
pub(crate) fn delegated(organization: &Organization) -> Vec<(u64, Vec<&'static str>)> {
    let own = organization.settings.delegated_administrator;
    let mut found: Vec<(u64, Vec<&str>)> = own.map(|index| (index, vec!["sso.amazonaws.com"])).into_iter().collect();
    for (index, services) in DELEGATED {
        match found.iter_mut().find(|(known, _)| *known == index) {
            Some((_, known)) => known.extend(services),
            None => found.push((index, services.to_vec())),
        }
    }
    found.retain(|(index, _)| *index < organization.settings.accounts);
    found
}
