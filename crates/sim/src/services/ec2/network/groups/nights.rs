//! What changes in a security group from night to night, in the first region of the showcase: from the second night on
//! a rule opens it in every other night, and the night after that has closed it again. Each time it is another rule.

use super::{Rule, group_id, id};
use crate::place::Place;
use crate::truth::ChangeTruth;
use serde_json::json;

/// The group that changes. Only what listens on other ports has it, so that nothing else is reached for this.
pub(super) const GROUP: &str = "desk";

/// The rule that is there tonight: the whole world may use SSH.
pub(super) fn rule(place: &Place<'_>) -> Option<Rule> {
    let night = place.organization.settings.night;
    (has_changes(place) && is_open(night)).then(|| Rule {
        id: rule_id(place, night),
        is_egress: false,
        protocol: "tcp",
        ports: (22, 22),
        named: ("cidrIpv4", json!("0.0.0.0/0")),
    })
}

/// What was changed since the first night, by the ids of the rules.
pub(crate) fn group_changes(place: &Place<'_>) -> Vec<ChangeTruth> {
    if !has_changes(place) {
        return Vec::new();
    }
    let of_night = |night: u32| {
        let (change, opened) = if is_open(night) { ("group_opened", night) } else { ("group_closed", night - 1) };
        ChangeTruth { night, account_id: place.account.id.clone(), change, who: rule_id(place, opened) }
    };
    (2..=place.organization.settings.night).map(of_night).collect()
}

/// The id of the group that changes.
pub(crate) fn changed_group_id(place: &Place<'_>) -> String {
    group_id(place, GROUP)
}

fn has_changes(place: &Place<'_>) -> bool {
    place.is_first_region() && place.organization.is_showcase(place.account)
}

fn is_open(night: u32) -> bool {
    night > 0 && night.is_multiple_of(2)
}

/// The id of the rule that was made in this night.
fn rule_id(place: &Place<'_>, night: u32) -> String {
    id(place, "sgr", &format!("night-{night}"))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use std::collections::BTreeSet;

    /// The ids of the showcase's rules.
    fn rules(seed: u64, night: u32, region: &str) -> BTreeSet<String> {
        let client = Client::new(quiet(2, seed).at_night(night)).assume(1, "").unwrap().in_region(region);
        let ids = client.query("ec2", "Action=DescribeSecurityGroupRules").elements("securityGroupRuleId");
        ids.into_iter().collect()
    }

    #[test]
    fn whatever_the_seed_a_rule_is_there_in_every_other_night() {
        let (region, another) = ("us-east-1", "eu-west-1");
        for seed in 1..=20 {
            let first = rules(seed, 0, region);
            assert!(first.len() > 1, "seed {seed}");
            let made = |night: u32| rules(seed, night, region).difference(&first).cloned().collect::<Vec<_>>();
            let (second, fourth) = (made(2), made(4));
            let ([second], [fourth]) = (second.as_slice(), fourth.as_slice()) else { panic!("seed {seed}") };
            assert_ne!(second, fourth, "seed {seed}");
            assert!((0..=4).all(|night| rules(seed, night, region).is_superset(&first)), "seed {seed}");
            assert!([1, 3, 5].into_iter().all(|night| made(night).is_empty()), "seed {seed}");
            assert_eq!(rules(seed, 2, another), rules(seed, 0, another), "seed {seed}");
            let changes = Client::new(quiet(2, seed).at_night(4)).simulation.truth().changes;
            let of_groups = changes.iter().filter(|it| it.change.starts_with("group_"));
            let found: Vec<_> = of_groups.map(|it| (it.night, it.change, &it.who)).collect();
            let expected = [(2, "group_opened", second), (3, "group_closed", second), (4, "group_opened", fourth)];
            assert_eq!(found, expected, "seed {seed}");
        }
    }

    #[test]
    fn the_rule_that_is_there_is_of_the_group_and_opens_ssh_to_the_world() {
        let client = Client::new(quiet(2, 4).at_night(2)).assume(1, "").unwrap();
        let truth = client.simulation.truth();
        let opened = truth.changes.iter().find(|it| it.change == "group_opened").unwrap();
        let is_it = |case: &&Vec<String>| case[0].ends_with(&opened.who);
        assert_eq!(truth.lists.of("E8").iter().filter(is_it).count(), 1);
        let count = |night: u32| {
            let client = Client::new(quiet(2, 4).at_night(night)).assume(1, "").unwrap();
            client
                .query("ec2", "Action=DescribeSecurityGroups")
                .elements("fromPort")
                .iter()
                .filter(|it| *it == "22")
                .count()
        };
        assert_eq!(count(2), count(1) + 1);
    }
}
