//! Reading the organization: one paged list of all accounts, and the tree for the units' names.
//!
//! An account that moves between units while the tree is read would be met twice, or never. So the list of accounts
//! decides which accounts exist, and each account's own path decides its unit. The tree is read beside the list. If a path
//! names a unit that the tree does not have, which was made meanwhile, the tree is read once more.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{Account as SdkAccount, OrganizationalUnit as SdkUnit, Root as SdkRoot};

use super::{Account, Difference, Extent, Oddity, Organization, OrganizationRow, OrganizationalUnit};
use crate::client;
use crate::error::{Class, Error};
use crate::session::Session;
use crate::timestamp;

/// Operations that reading the organization calls, for the permissions of the management role.
pub const OPERATIONS: &[&str] = &[
    "DescribeOrganization",
    "ListAccounts",
    "ListAccountsForParent",
    "ListOrganizationalUnitsForParent",
    "ListRoots",
    "ListTagsForResource",
];

/// Asks which organization the session is in, `o-…`.
pub async fn id(session: &Session) -> Result<String, Error> {
    Ok(describe(&client!(session, aws_sdk_organizations)).await?.0)
}

/// Reads the organization; `found` is told of each account at once.
pub async fn read(session: &Session, found: impl Fn(&Account)) -> Result<Organization, Error> {
    let organizations = client!(session, aws_sdk_organizations);
    let (id, row) = describe(&organizations).await?;
    let (listed, mut units) = futures::try_join!(list(&organizations, &found), self::units(&organizations))?;
    if !has_all(&units, &listed) {
        units = self::units(&organizations).await?;
    }
    // Where lists give no paths, each unit is asked for its accounts.
    let has_paths = listed.values().all(|it| it.unit_id.is_some());
    let walked = if has_paths { Vec::new() } else { walk(&organizations, &units).await? };
    let (accounts, differences) = put_together(listed, &units, walked, &found);
    Ok(Organization { id, extent: Extent::Whole, row, units, accounts, differences })
}

/// An account of the list.
struct Listed {
    account: Account,
    /// The unit that its path names.
    unit_id: Option<String>,
    /// The place of the unit where the tree has it.
    walked: Option<usize>,
}

pub(super) async fn describe(organizations: &Client) -> Result<(String, OrganizationRow), Error> {
    let missing = |what: &str| Error::new(Class::Failed, "Empty", format!("no {what}"));
    let answer = organizations.describe_organization().send().await?;
    let described = answer.organization.ok_or_else(|| missing("organization"))?;
    let row = OrganizationRow {
        arn: described.arn.unwrap_or_default(),
        management_account_id: described.master_account_id,
        management_account_email: described.master_account_email,
        feature_set: described.feature_set.map(|set| set.as_str().to_owned()),
        is_whole: true,
    };
    Ok((described.id.ok_or_else(|| missing("organization's id"))?, row))
}

/// All accounts by id. If pages repeat an account, it is kept once.
async fn list(organizations: &Client, found: &impl Fn(&Account)) -> Result<BTreeMap<String, Listed>, Error> {
    let mut listed = BTreeMap::new();
    let mut pages = organizations.list_accounts().into_paginator().send();
    while let Some(page) = pages.next().await {
        for it in page?.accounts.unwrap_or_default() {
            let unit_id = it.paths().iter().find_map(|path| unit_in(path)).map(str::to_owned);
            let account = account(it)?;
            if !listed.contains_key(&account.id) {
                found(&account);
            }
            listed.insert(account.id.clone(), Listed { account, unit_id, walked: None });
        }
    }
    Ok(listed)
}

/// The unit at the end of a path: `ou-1` of `o-1/r-1/ou-1/111122223333/`.
fn unit_in(path: &str) -> Option<&str> {
    path.split('/').rfind(|id| id.starts_with("ou-") || id.starts_with("r-"))
}

/// Roots and units, each after its parent.
async fn units(organizations: &Client) -> Result<Vec<OrganizationalUnit>, Error> {
    let mut units = Vec::new();
    let mut pages = organizations.list_roots().into_paginator().send();
    while let Some(page) = pages.next().await {
        units.extend(page?.roots.unwrap_or_default().into_iter().map(root));
    }
    let mut next = 0;
    while let Some(parent) = units.get(next).cloned() {
        let children = organizations.list_organizational_units_for_parent().parent_id(&parent.ou_id);
        let mut pages = children.into_paginator().send();
        while let Some(page) = pages.next().await {
            units.extend(page?.organizational_units.unwrap_or_default().into_iter().map(|it| unit(it, &parent)));
        }
        next += 1;
    }
    Ok(units)
}

/// Whether the tree has every unit that a path names.
fn has_all(units: &[OrganizationalUnit], listed: &BTreeMap<String, Listed>) -> bool {
    let known: BTreeSet<_> = units.iter().map(|unit| unit.ou_id.as_str()).collect();
    listed.values().filter_map(|it| it.unit_id.as_deref()).all(|id| known.contains(id))
}

/// The accounts of each unit, with the unit's place.
async fn walk(organizations: &Client, units: &[OrganizationalUnit]) -> Result<Vec<(Account, usize)>, Error> {
    let mut accounts = Vec::new();
    for (place, unit) in units.iter().enumerate() {
        let of_unit = organizations.list_accounts_for_parent().parent_id(&unit.ou_id);
        let mut pages = of_unit.into_paginator().send();
        while let Some(page) = pages.next().await {
            for it in page?.accounts.unwrap_or_default() {
                accounts.push((account(it)?, place));
            }
        }
    }
    Ok(accounts)
}

/// Each account once, in the unit that its path names, or else in the unit where the tree has it; and the accounts
/// about which the two disagree.
fn put_together(
    mut listed: BTreeMap<String, Listed>,
    units: &[OrganizationalUnit],
    walked: Vec<(Account, usize)>,
    found: &impl Fn(&Account),
) -> (Vec<Account>, Vec<Difference>) {
    let mut differences = Vec::new();
    let mut differ = |id: &str, oddity| differences.push(Difference { account_id: id.to_owned(), oddity });
    for (account, place) in walked {
        match listed.get_mut(&account.id) {
            None => {
                differ(&account.id, Oddity::NotListed);
                found(&account);
                listed.insert(account.id.clone(), Listed { account, unit_id: None, walked: Some(place) });
            }
            // Its own path says where it is, whenever the walk has met it.
            Some(it) if it.unit_id.is_some() => it.walked = Some(place),
            Some(it) => {
                if it.walked.replace(place).is_some() {
                    differ(&account.id, Oddity::InTwoUnits);
                }
            }
        }
    }
    let places: BTreeMap<_, _> = units.iter().enumerate().map(|(place, it)| (it.ou_id.as_str(), place)).collect();
    let accounts = listed.into_values().map(|Listed { account, unit_id, walked }| {
        let unit = unit_id.and_then(|id| places.get(id.as_str()).copied()).or(walked);
        if unit.is_none() {
            differ(&account.id, Oddity::InNoUnit);
        }
        Account { unit, ..account }
    });
    let accounts = accounts.collect();
    differences.sort_by(|one, other| one.account_id.cmp(&other.account_id));
    (accounts, differences)
}

/// The tags of one account.
pub async fn tags(session: &Session, account_id: &str) -> Result<BTreeMap<String, String>, Error> {
    let organizations = client!(session, aws_sdk_organizations);
    let mut tags = BTreeMap::new();
    let mut pages = organizations.list_tags_for_resource().resource_id(account_id).into_paginator().send();
    while let Some(page) = pages.next().await {
        tags.extend(page?.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)));
    }
    Ok(tags)
}

fn root(it: SdkRoot) -> OrganizationalUnit {
    let (id, name) = (it.id.unwrap_or_default(), it.name.unwrap_or_default());
    OrganizationalUnit {
        ou_id: id.clone(),
        arn: it.arn.unwrap_or_default(),
        path: name.clone(),
        ou_name: name,
        parent_id: None,
        id_path: id,
        depth: 0,
        is_root: true,
    }
}

fn unit(it: SdkUnit, parent: &OrganizationalUnit) -> OrganizationalUnit {
    let (id, name) = (it.id.unwrap_or_default(), it.name.unwrap_or_default());
    OrganizationalUnit {
        arn: it.arn.unwrap_or_default(),
        parent_id: Some(parent.ou_id.clone()),
        path: format!("{}/{name}", parent.path),
        id_path: format!("{}/{id}", parent.id_path),
        depth: parent.depth + 1,
        is_root: false,
        ou_id: id,
        ou_name: name,
    }
}

/// AWS has replaced `Status` by `State`; where both are there, the newer one counts.
fn account(it: SdkAccount) -> Result<Account, Error> {
    let status = it.status.map(|status| status.as_str().to_owned());
    Ok(Account {
        id: it.id.ok_or_else(|| Error::new(Class::Failed, "Empty", "an account without an id"))?,
        arn: it.arn.unwrap_or_default(),
        name: it.name.unwrap_or_default(),
        email: it.email,
        status: it.state.map(|state| state.as_str().to_owned()).or(status),
        joined_method: it.joined_method.map(|method| method.as_str().to_owned()),
        joined_at: it.joined_timestamp.as_ref().and_then(timestamp),
        unit: None,
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_organizations::types::{AccountState, AccountStatus};

    use super::super::Standing;
    use super::*;

    fn unit_of_id(id: &str) -> OrganizationalUnit {
        root(SdkRoot::builder().id(id).name(id).build())
    }

    fn listed(account_id: &str, unit_id: Option<&str>) -> (String, Listed) {
        let account = account(SdkAccount::builder().id(account_id).build()).unwrap();
        (account_id.to_owned(), Listed { account, unit_id: unit_id.map(str::to_owned), walked: None })
    }

    /// What comes of a list and a walk of the units r-1, ou-a and ou-b: places by account, and what is odd.
    fn together(list: &[(&str, Option<&str>)], walk: &[(&str, usize)]) -> (Vec<(String, Option<usize>)>, Vec<String>) {
        let units = ["r-1", "ou-a", "ou-b"].map(unit_of_id);
        let walked = walk.iter().map(|(id, place)| (listed(id, None).1.account, *place)).collect();
        let list = list.iter().map(|(id, unit)| listed(id, *unit)).collect();
        let (accounts, differences) = put_together(list, &units, walked, &|_| ());
        let places = accounts.into_iter().map(|it| (it.id, it.unit)).collect();
        (places, differences.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_path_says_the_unit_whatever_a_walk_met() {
        let (places, odd) = together(&[("1", Some("r-1")), ("2", Some("ou-b"))], &[("1", 1), ("2", 1), ("2", 2)]);
        assert_eq!((places, odd), (vec![("1".into(), Some(0)), ("2".into(), Some(2))], vec![]));
        assert_eq!(unit_in("o-1/r-1/ou-a/ou-b/111122223333/"), Some("ou-b"));
        assert_eq!((unit_in("o-1/r-1/"), unit_in("o-1/")), (Some("r-1"), None));
    }

    #[test]
    fn a_tree_without_a_unit_that_a_path_names_is_old() {
        let units = ["r-1", "ou-a"].map(unit_of_id);
        let listed = |unit: Option<&str>| BTreeMap::from([listed("1", Some("r-1")), listed("2", unit)]);
        assert!(has_all(&units, &listed(Some("ou-a"))) && has_all(&units, &listed(None)));
        assert!(!has_all(&units, &listed(Some("ou-new"))));
    }

    #[test]
    fn an_account_that_moves_is_there_once_and_what_is_odd_is_told() {
        let (places, odd) =
            together(&[("1", None), ("2", None), ("3", None)], &[("1", 0), ("2", 1), ("2", 2), ("4", 1)]);
        let expected = [("1", Some(0)), ("2", Some(2)), ("3", None), ("4", Some(1))];
        assert_eq!(places, expected.map(|(id, place)| (id.to_owned(), place)));
        let words = [
            "account 2 is in two units of the tree",
            "account 3 is listed, and in no unit of the tree",
            "account 4 is in the tree, and not listed",
        ];
        assert_eq!(odd, words);
        let (places, odd) = together(&[("1", Some("ou-new"))], &[]);
        assert_eq!((places, odd.len()), (vec![("1".into(), None)], 1), "a unit that the tree does not have");
    }

    #[test]
    fn a_state_wins_over_a_status_and_an_unknown_one_is_tried() {
        let standing = |state: Option<&str>, status: Option<AccountStatus>| {
            let it = SdkAccount::builder().id("1").set_state(state.map(AccountState::from)).set_status(status).build();
            account(it).unwrap().standing()
        };
        for (state, status, expected) in [
            (Some("ACTIVE"), Some(AccountStatus::Suspended), Standing::Open),
            (Some("PENDING_ACTIVATION"), Some(AccountStatus::Active), Standing::Pending),
            (Some("PENDING_CLOSURE"), None, Standing::Closed),
            (Some("CLOSED"), Some(AccountStatus::Suspended), Standing::Closed),
            (Some("SUSPENDED"), None, Standing::Closed),
            (Some("ORBITING"), None, Standing::Open),
            (None, Some(AccountStatus::Suspended), Standing::Closed),
            (None, None, Standing::Open),
        ] {
            assert_eq!(standing(state, status), expected, "{state:?}");
        }
        assert!(account(SdkAccount::builder().build()).is_err(), "an account without an id is no account");
    }
}
