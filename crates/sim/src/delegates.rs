//! The members that administer services for the organization.

use crate::organization::Organization;

/// Their places in the organization, each with its services.
pub(crate) const DELEGATED: [(u64, &[&str]); 2] =
    [(2, &["guardduty.amazonaws.com", "securityhub.amazonaws.com"]), (3, &["access-analyzer.amazonaws.com"])];

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
