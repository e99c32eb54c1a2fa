//! The accounts whose role is tried.

use std::collections::BTreeMap;

use orgcensus_aws::organization::{Account, Organization};
use orgcensus_crawl::Selection;

/// Accounts whose role is tried, by a random number for each. They are of as many units as there are: a role that one
/// unit lacks is then found.
pub(super) fn sample<'o>(
    organization: &'o Organization,
    selection: &Selection,
    own: &str,
    count: usize,
    random: impl Fn(&str) -> u64,
) -> Vec<&'o Account> {
    let none = BTreeMap::new();
    let tags = (!selection.needs_tags()).then_some(&none);
    let is_meant = |it: &&Account| it.is_open() && it.id != own && selection.takes(organization, it, tags);
    let mut by_unit = BTreeMap::<Option<usize>, Vec<(u64, &Account)>>::new();
    for account in organization.accounts.iter().filter(is_meant) {
        by_unit.entry(account.unit).or_default().push((random(&account.id), account));
    }
    let mut turns = Vec::new();
    for mut of_unit in by_unit.into_values() {
        of_unit.sort_by_key(|(number, _)| *number);
        turns.extend(of_unit.into_iter().enumerate().map(|(turn, (number, account))| (turn, number, account)));
    }
    turns.sort_by_key(|(turn, number, _)| (*turn, *number));
    turns.into_iter().take(count).map(|(_, _, account)| account).collect()
}

#[cfg(test)]
mod tests {
    use orgcensus_aws::organization::{Extent, OrganizationRow};

    use super::*;

    #[test]
    fn a_sample_is_of_as_many_units_as_there_are() {
        let account = |(number, unit): (usize, usize)| Account {
            id: format!("{number:012}"),
            arn: String::new(),
            name: String::new(),
            email: None,
            status: Some("ACTIVE".to_owned()),
            joined_method: None,
            joined_at: None,
            unit: Some(unit),
        };
        let row = OrganizationRow {
            arn: String::new(),
            management_account_id: None,
            management_account_email: None,
            feature_set: None,
            is_whole: true,
        };
        // One unit has most of the accounts; the first account is the crawl's own.
        let units = [(0, 0), (1, 0), (2, 0), (3, 0), (4, 1), (5, 2)];
        let accounts = units.into_iter().map(account).collect();
        let organization =
            Organization { id: "o-1".into(), extent: Extent::Whole, row, units: vec![], accounts, differences: vec![] };
        let taken = |count: usize, random: fn(&str) -> u64| {
            let own = format!("{:012}", 0);
            let taken = sample(&organization, &Selection::default(), &own, count, random);
            taken.into_iter().map(|it| it.id.trim_start_matches('0').to_owned()).collect::<Vec<_>>()
        };
        let number = |id: &str| id.parse::<u64>().unwrap_or_default();
        let from_the_end = |id: &str| 9 - id.parse::<u64>().unwrap_or_default();
        assert_eq!(taken(3, number), ["1", "4", "5"]);
        assert_eq!(taken(3, from_the_end), ["5", "4", "3"]);
        assert_eq!(taken(9, number), ["1", "4", "5", "2", "3"]);
    }
}
