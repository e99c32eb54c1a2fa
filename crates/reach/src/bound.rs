//! What a search does not look at: the organization's identities, where a role lets in none of them, and those above a
//! bound.

use std::collections::BTreeMap;

use orgcensus_policy::evaluation::{Named, Resource};
use orgcensus_policy::{Condition, Document, Effect, Statement};

use crate::account::is_session_of;
use crate::arn::account_of;
use crate::outside::is_unread;
use crate::search::Target;

/// How many of the organization's identities are looked at for one target.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Most {
    /// So many are told.
    pub(crate) found: usize,
    /// So many are evaluated. Those whom the target names are evaluated in any case.
    pub(crate) judged: usize,
}

impl Most {
    /// No bound.
    pub(crate) const ALL: Most = Most { found: usize::MAX, judged: usize::MAX };
}

/// What was looked at for each target.
pub(crate) struct Looked {
    most: Most,
    counts: Vec<Counts>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    found: usize,
    judged: usize,
    /// Whether there are more candidates than were evaluated.
    is_cut: bool,
    /// The accounts since then, of which not everyone was looked at.
    accounts_left: usize,
}

impl Looked {
    pub(crate) fn new(most: Most, targets: usize) -> Looked {
        Looked { most, counts: vec![Counts::default(); targets] }
    }

    /// Whether one more candidate is looked at for a target. If not, the target is cut.
    pub(crate) fn may_look(&mut self, target: usize, is_named: bool) -> bool {
        let most = self.most;
        let Some(counts) = self.counts.get_mut(target) else { return false };
        let may_look = counts.found < most.found && (is_named || counts.judged < most.judged);
        counts.is_cut |= !may_look;
        may_look
    }

    /// Counts one that was looked at.
    pub(crate) fn add(&mut self, target: usize, is_found: bool) {
        if let Some(counts) = self.counts.get_mut(target) {
            counts.judged += 1;
            counts.found += usize::from(is_found);
        }
    }

    /// Whether a target is cut, so that only those whom it names are looked at.
    pub(crate) fn is_cut(&self, target: usize) -> bool {
        self.counts.get(target).is_some_and(|it| it.is_cut)
    }

    /// Goes on to the next account. Of this one not everyone was looked at, if the target is cut by now.
    pub(crate) fn end_account(&mut self, target: usize) {
        if let Some(counts) = self.counts.get_mut(target).filter(|it| it.is_cut) {
            counts.accounts_left += 1;
        }
    }

    /// The targets that are cut, each with how many accounts were not wholly looked at.
    pub(crate) fn cut(&self) -> BTreeMap<usize, usize> {
        let cut = self.counts.iter().enumerate().filter(|(_, it)| it.is_cut);
        cut.map(|(target, it)| (target, it.accounts_left)).collect()
    }
}

/// What a reason says of so many accounts of which not everyone was looked at; nothing of none.
pub fn left_in_words(accounts: usize) -> String {
    match accounts {
        0 => String::new(),
        accounts => format!("; accounts of which not everyone was looked at: {accounts}"),
    }
}

impl Target {
    /// Whether it is a role whose trust policy lets in none of the organization's identities: it must name whom it lets
    /// in (E17), and names services and providers alone.
    pub(crate) fn is_closed(&self) -> bool {
        let Named { is_anyone, accounts, identities, has_canonical_user, .. } = self.named();
        let names_some = *is_anyone || *has_canonical_user || !accounts.is_empty() || !identities.is_empty();
        self.is_assuming() && !names_some && self.resource.as_ref().is_some_and(|it| !is_unread(&it.policies))
    }

    /// Whether a role is assumed with credentials, which the root user cannot do.
    pub(crate) fn is_assuming(&self) -> bool {
        self.action.eq_ignore_ascii_case("sts:AssumeRole")
    }

    /// Whether it may mean identities of every account: it names anyone, and no condition says which accounts it means.
    /// Roles of templates often trust anyone who is one role of one account.
    pub(crate) fn is_wide(&self) -> bool {
        let says = |resource: &Resource| resource.policies.items.iter().all(|it| says_accounts(&it.document));
        let is_bounded = self.is_assuming() && self.resource.as_ref().is_some_and(says);
        self.named().is_anyone && !is_bounded
    }

    /// Whether it names the identity, or a session of it.
    pub(crate) fn names(&self, identity: &str) -> bool {
        self.named().identities.iter().any(|it| it == identity || is_session_of(identity, it))
    }

    /// Whether it names an identity of the account.
    pub(crate) fn names_one_of(&self, account: &str) -> bool {
        self.named().identities.iter().any(|it| account_of(it) == Some(account))
    }
}

/// Whether every Allow that may name anyone says by a condition which accounts it means.
fn says_accounts(document: &Document) -> bool {
    let names_accounts = |it: &Statement| {
        let is_account =
            |text: &str| text.len() == 12 || account_of(text).is_some() || text.ends_with(".amazonaws.com");
        !it.is_not_principal && it.principals.iter().all(|principal| is_account(&principal.value))
    };
    let mut allows = document.statements.iter().filter(|it| it.effect == Effect::Allow);
    allows.all(|it| names_accounts(it) || it.conditions.iter().any(is_of_accounts))
}

/// Whether a condition lets through the callers of some accounts alone, of which it says the ids.
fn is_of_accounts(condition: &Condition) -> bool {
    const POSITIVE: [&str; 5] = ["StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"];
    let is_positive = POSITIVE.iter().any(|it| it.eq_ignore_ascii_case(&condition.operator));
    let says_account = |value: &String| match condition.key.to_ascii_lowercase().as_str() {
        "aws:principalaccount" => value.len() == 12 && value.bytes().all(|it| it.is_ascii_digit()),
        "aws:principalarn" => account_of(value).is_some(),
        _ => false,
    };
    is_positive && !condition.values.is_empty() && condition.values.iter().all(says_account)
}

#[cfg(test)]
mod tests {
    use orgcensus_policy::evaluation::{Listed, NamedPolicy};
    use serde_json::{Value, json};

    use super::*;
    use crate::resource::{Owned, unread};

    #[test]
    fn whoever_trusts_anyone_of_some_accounts_is_not_asked_of_all() {
        let is_wide = |condition: &str| {
            let condition: Value = serde_json::from_str(condition).unwrap();
            let statement =
                json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*", "Condition": condition});
            let document = Document::parse(&json!({"Version": "2012-10-17", "Statement": [statement]}).to_string());
            let policies = Listed::of(vec![NamedPolicy { name: "trust".to_owned(), document }]);
            let role = "arn:aws:iam::111122223333:role/r";
            let resource = Resource { policies, ..unread(role) };
            let owned = Owned { account: Some("111122223333".to_owned()), resource, has_object_acls: false };
            Target::new("sts:AssumeRole", role, Some(owned)).is_wide()
        };
        for one in [
            r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/hub"}}"#,
            r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/hub-*"}}"#,
            r#"{"StringEquals":{"aws:PrincipalAccount":["444455556666","777788889999"]}}"#,
        ] {
            assert!(!is_wide(one), "{one}");
        }
        for all in [
            r#"{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#,
            r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/hub"}}"#,
            r#"{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/hub"}}"#,
            r#"{"StringEqualsIfExists":{"aws:PrincipalAccount":"444455556666"}}"#,
            r#"{"StringLike":{"aws:PrincipalAccount":"4444*"}}"#,
        ] {
            assert!(is_wide(all), "{all}");
        }
    }

    #[test]
    fn above_the_bound_a_target_is_cut_and_those_whom_it_names_are_judged_in_any_case() {
        let mut looked = Looked::new(Most { found: 2, judged: 3 }, 2);
        for is_found in [false, false, true] {
            assert!(looked.may_look(0, false));
            looked.add(0, is_found);
        }
        assert!(!looked.is_cut(0), "there may be no fourth");
        assert!(!looked.may_look(0, false) && looked.may_look(0, true) && looked.is_cut(0));
        looked.add(0, true);
        assert!(!looked.may_look(0, true), "two are told");
        (0..3).for_each(|_| looked.end_account(0));
        looked.end_account(1);
        assert_eq!(looked.cut(), BTreeMap::from([(0, 3)]));
    }
}
