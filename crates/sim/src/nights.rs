//! What the nights change in the organization itself: an account may not use a region for one night, an account is
//! closed, one leaves. An organization that has not that many accounts stays as it is. What changes in an account, its
//! services declare: `services/iam/nights.rs`, `services/ec2/network/groups/nights.rs`.
//!
//! What names the account that has left still names it, and truth tells it as before: as one of the organization.

use crate::account::Account;
use crate::organization::Organization;
use crate::truth::ChangeTruth;

/// One change, of the account at a place of the organization.
struct Change {
    name: &'static str,
    /// The first night that sees it.
    night: u32,
    account: u64,
}

/// In this night alone a service control policy denies the last region to the account.
const REGION_DENIED: Change = Change { name: "region_denied", night: 1, account: 7 };

/// From this night on the account is closed.
const ACCOUNT_CLOSED: Change = Change { name: "account_closed", night: 3, account: 9 };

/// From this night on the account is in no list of the organization.
const ACCOUNT_LEFT: Change = Change { name: "account_left", night: 3, account: 10 };

impl Organization {
    /// The places of all accounts, but of one that has left.
    pub(crate) fn indices(&self) -> impl Iterator<Item = u64> {
        (0..self.settings.accounts).filter(|index| !self.has_left(*index))
    }

    /// Whether the account at this place has left.
    pub(crate) fn has_left(&self, index: u64) -> bool {
        index == ACCOUNT_LEFT.account && self.settings.night >= ACCOUNT_LEFT.night
    }

    /// Whether the account at this place was closed.
    pub(crate) fn is_closed(&self, index: u64) -> bool {
        index == ACCOUNT_CLOSED.account && self.settings.night >= ACCOUNT_CLOSED.night
    }

    /// Whether the account may not use the last region tonight.
    pub(crate) fn is_region_denied(&self, account: &Account) -> bool {
        account.index == REGION_DENIED.account && self.settings.night == REGION_DENIED.night
    }
}

/// What was changed in the organization since the first night.
pub(crate) fn changes(organization: &Organization) -> Vec<ChangeTruth> {
    let settings = &organization.settings;
    let made = |change: Change, who: Option<String>| {
        let Change { name, night, account } = change;
        let is_made = night <= settings.night && account < settings.accounts;
        let account_id = organization.account_id(account);
        let who = who.or_else(|| Some(account_id.clone())).filter(|_| is_made)?;
        Some(ChangeTruth { night, account_id, change: name, who })
    };
    let denied = organization.last_region().and_then(|region| made(REGION_DENIED, Some(region.to_owned())));
    [denied, made(ACCOUNT_CLOSED, None), made(ACCOUNT_LEFT, None)].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    const REGION: &str = "ap-southeast-2";

    /// The accounts that are listed, and their states.
    fn listed(client: &Client) -> BTreeMap<String, String> {
        let reply = client.json("organizations", "ListAccounts", &json!({})).json();
        let text = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
        reply["Accounts"].as_array().unwrap().iter().map(|it| (text(it, "Id"), text(it, "State"))).collect()
    }

    /// Whether the account may use the last region.
    fn uses_region(client: &Client, index: u64) -> bool {
        let there = client.assume(index, "").unwrap().in_region(REGION);
        there.query("ec2", "Action=DescribeSecurityGroups").status == 200
    }

    #[test]
    fn whatever_the_seed_a_region_is_denied_for_a_night_and_then_one_account_is_closed_and_one_leaves() {
        for seed in 1..=20 {
            let night = |night: u32| Client::new(quiet(12, seed).at_night(night));
            let [first, second, third, last] = [0, 1, 2, 3].map(night);
            let id = |index: u64| first.simulation.account_id(index);
            assert!(uses_region(&first, 7) && !uses_region(&second, 7) && uses_region(&third, 7), "seed {seed}");
            assert!(uses_region(&second, 6), "seed {seed}: another account");
            let mut expected = listed(&first);
            assert!(expected.len() == 12 && expected.values().all(|state| state == "ACTIVE"), "seed {seed}");
            assert_eq!(listed(&third), expected, "seed {seed}");
            expected.insert(id(9), "CLOSED".to_owned());
            expected.remove(&id(10));
            assert_eq!(listed(&last), expected, "seed {seed}");
            assert!(third.assume(9, "").is_ok() && third.assume(10, "").is_ok(), "seed {seed}");
            assert!(last.assume(9, "").is_err() && last.assume(10, "").is_err(), "seed {seed}");
        }
    }

    #[test]
    fn truth_says_what_was_changed_in_the_organization() {
        let truth = |night: u32| Client::new(quiet(12, 4).at_night(night)).simulation.truth();
        let (second, last) = (truth(1), truth(3));
        let changes = |truth: &crate::Truth| -> Vec<(u32, &'static str, String)> {
            let ours = ["region_denied", "account_closed", "account_left"];
            let of_ours = truth.changes.iter().filter(|it| ours.contains(&it.change));
            of_ours.map(|it| (it.night, it.change, it.who.clone())).collect()
        };
        let [closed, left] = [9, 10].map(|index| Client::new(quiet(12, 4)).simulation.account_id(index));
        let denied = (1, "region_denied", REGION.to_owned());
        assert_eq!(changes(&second), std::slice::from_ref(&denied));
        let at = |it: &&crate::Obstructed| it.service == "ec2" && it.outcome == "denied_by_scp";
        let denied_at: Vec<&str> = second.obstructed.iter().filter(at).map(|it| it.region.as_str()).collect();
        assert_eq!(denied_at, [REGION]);
        let expected = [denied, (3, "account_closed", closed.clone()), (3, "account_left", left.clone())];
        assert_eq!(changes(&last), expected);
        assert_eq!((last.account_count, last.tables["accounts"], last.accounts.len()), (11, 11, 11));
        let outcome = |id: &str| last.accounts.iter().find(|it| it.account_id == id).map(|it| it.outcome);
        assert_eq!((outcome(&closed), outcome(&left)), (Some("account_suspended"), None));
        let is_denied = |it: &crate::Obstructed| it.outcome == "denied_by_scp";
        assert!(!last.obstructed.iter().any(is_denied), "{:?}", last.obstructed);
    }

    #[test]
    fn a_small_organization_keeps_its_accounts_and_regions() {
        let few = Client::new(quiet(7, 4).at_night(3));
        assert_eq!(listed(&few).len(), 7);
        let ours = few.simulation.truth().changes;
        assert!(ours.iter().all(|it| !it.change.starts_with("account_") && it.change != "region_denied"), "{ours:?}");
    }
}
