//! Where the rules of a table could not look. It is told some places at a time: where a policy denies a region to ten
//! thousand accounts, there are more of them than memory should hold as rows.

use std::vec::IntoIter;

use super::found::Found;
use super::groups::not_collected;
use crate::diff::{ACTIVITY, Unseen};
use crate::rule::Rule;

/// Places that are told at once, of each rule.
const AT_ONCE: usize = 1024;

/// What is still to be told.
pub(crate) struct Unlooked {
    rules: Vec<Rule>,
    organization_id: String,
    is_of_events: bool,
    places: IntoIter<Unseen>,
    /// Reasons that are about no place, which come last.
    reasons: Vec<String>,
}

impl Unlooked {
    /// The rules of one table, the places that were not seen, and reasons that are about no place.
    pub(crate) fn new(
        table: &str,
        organization_id: &str,
        rules: Vec<Rule>,
        unseen: Vec<Unseen>,
        reasons: Vec<String>,
    ) -> Self {
        let (organization_id, is_of_events) = (organization_id.to_owned(), table == ACTIVITY);
        Self { rules, organization_id, is_of_events, places: unseen.into_iter(), reasons }
    }

    /// Adds what is told next; false if nothing is left.
    pub(crate) fn fill(&mut self, found: &mut Vec<Found>) -> bool {
        let begin = found.len();
        for Unseen { place, reason } in self.places.by_ref().take(AT_ONCE) {
            let is_off = self.is_of_events && place.is_none();
            for rule in &self.rules {
                let reason = if is_off { not_collected(rule) } else { reason.clone() };
                found.push(Found::not_seen(rule, &self.organization_id, place.as_ref(), reason));
            }
        }
        if found.len() == begin {
            for reason in std::mem::take(&mut self.reasons) {
                let of = |rule| Found::not_seen(rule, &self.organization_id, None, reason.clone());
                found.extend(self.rules.iter().map(of));
            }
        }
        found.len() > begin
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule_file::RuleFile;

    #[test]
    fn each_place_is_told_of_each_rule_some_at_a_time() {
        let rule = |text| RuleFile::parse("x.sql", text).unwrap().rule;
        let rules = vec![
            rule("-- id: X1\n-- title: x\n-- priority: info\n-- watches: test_users\n-- finds: gone\ntrue\n"),
            rule("-- id: X2\n-- title: x\n-- priority: info\n-- watches: test_users\n-- finds: gone\ntrue\n"),
        ];
        let place = |n: usize| Some((format!("{n:012}"), "eu-west-1".to_owned()));
        let unseen = |n| Unseen { place: place(n), reason: "to: users denied".to_owned() };
        let places = (0..=AT_ONCE).map(unseen).collect();
        let mut unlooked = Unlooked::new("test_users", "o-1", rules, places, vec!["late".to_owned()]);
        let mut next = || {
            let mut found = Vec::new();
            let has_more = unlooked.fill(&mut found);
            (has_more, found)
        };
        let (has_more, found) = next();
        assert!(has_more && found.len() == 2 * AT_ONCE);
        let told = |it: &Found| (it.rule_id.clone(), it.account_id.clone(), it.reason.clone());
        let of = |rule: &str, account: usize| {
            (rule.to_owned(), place(account).map(|it| it.0), Some("to: users denied".to_owned()))
        };
        assert_eq!(found[..3].iter().map(told).collect::<Vec<_>>(), [of("X1", 0), of("X2", 0), of("X1", 1)]);
        assert_eq!(next().1.iter().map(told).collect::<Vec<_>>(), [of("X1", AT_ONCE), of("X2", AT_ONCE)]);
        let late = next().1;
        assert_eq!(late.iter().map(|it| it.reason.as_deref()).collect::<Vec<_>>(), [Some("late"); 2]);
        assert!(late.iter().all(|it| it.account_id.is_none()));
        assert!(!next().0);
    }
}
