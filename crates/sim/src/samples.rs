//! Samples: of every kind of resource at least two of each class that it can have, so that none depends on chance.

use crate::dice::Dice;
use crate::organization_policies::unprotected_first;
use crate::place::Place;
use crate::policies::{Kind, Sharing};
use crate::truth::Planted;

/// What a census must tell apart of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Everyone can reach it.
    Public,
    /// Someone outside of the organization can, but not everyone.
    External,
    /// Another account of the organization can, and nobody outside.
    InOrg,
    /// It has no policy.
    Absent,
    /// Its policy says nothing that a census can read.
    Unread,
    /// Its policy opens it to everyone, and something else shuts it again: it is in a VPC.
    Gated,
}

/// Every class.
pub(crate) const CLASSES: [Class; 6] =
    [Class::Public, Class::External, Class::InOrg, Class::Absent, Class::Unread, Class::Gated];

/// What a kind cannot have whose policies alone say who reaches it.
pub(crate) const UNGATED: &[Class] = &[Class::Gated];

/// The same of what is shared without a policy: nothing of it is unread.
pub(crate) const SHARED: &[Class] = &[Class::Unread, Class::Gated];

/// The same of what is shared with named accounts alone.
pub(crate) const NEVER_PUBLIC: &[Class] = &[Class::Public, Class::Unread, Class::Gated];

/// How many samples there are of each class.
const EACH: usize = 2;

/// The accounts that may hold samples, by place in the organization. None of them has a trouble. The first hold those of
/// most kinds.
const ACCOUNTS: [u64; 26] =
    [4, 6, 7, 9, 10, 12, 13, 15, 16, 18, 19, 21, 23, 24, 26, 27, 28, 29, 30, 32, 33, 34, 36, 37, 38, 39];

/// What a kind of resource is called, and the classes that it cannot have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sampled {
    pub(crate) name: &'static str,
    pub(crate) cannot: &'static [Class],
}

impl Class {
    /// Its name in the truth.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::External => "external",
            Self::InOrg => "in_org",
            Self::Absent => "absent",
            Self::Unread => "unread",
            Self::Gated => "gated",
        }
    }

    /// The policy of a sample.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Public | Self::Gated => Kind::Public,
            Self::External => Kind::ExternalAccount,
            Self::InOrg => Kind::InOrgAccount,
            Self::Absent => Kind::None,
            Self::Unread => Kind::Malformed,
        }
    }

    /// With whom a sample is shared that has no policy; none if nothing of the class is shared so.
    fn sharing(self) -> Option<Sharing> {
        match self {
            Self::Public => Some(Sharing::Everyone),
            Self::External => Some(Sharing::Outsider),
            Self::InOrg => Some(Sharing::Member),
            Self::Absent => Some(Sharing::Nobody),
            Self::Unread | Self::Gated => None,
        }
    }

    /// The kind of a thing's policy: that of the sample if it is the last thing, else by chance.
    pub(crate) fn shown(sample: Option<Self>, by_chance: Kind, is_last: bool) -> Kind {
        sample.filter(|_| is_last).map_or(by_chance, Self::kind)
    }

    /// The class of a resource; none if its policy opens it to nobody else, or to someone who is not known.
    pub(crate) fn of(it: &Planted) -> Option<Self> {
        let verdict = it.verdict;
        match (verdict.is_public, verdict.is_external, verdict.is_in_org) {
            _ if it.is_gated => Some(Self::Gated),
            _ if !it.has_policy => Some(Self::Absent),
            (None, ..) => Some(Self::Unread),
            (Some(true), ..) => Some(Self::Public),
            (_, Some(true), _) => Some(Self::External),
            (_, Some(false), Some(true)) => Some(Self::InOrg),
            _ => None,
        }
    }
}

impl Place<'_> {
    /// The class of the samples that are here: there is at least one thing of each sort, and the last of a sort is the
    /// sample. Samples are in the first region, and of what is in no region, in the account. Where there is little in
    /// the accounts, there are none.
    pub(crate) fn sample(&self) -> Option<Class> {
        let most = EACH * CLASSES.len();
        let number = ACCOUNTS.iter().take(most).position(|index| *index == self.account.index)?;
        self.has_samples().then(|| CLASSES[number % CLASSES.len()])
    }

    /// The same of things that cannot have these classes.
    pub(crate) fn sample_but(&self, cannot: &[Class]) -> Option<Class> {
        self.sample().filter(|class| !cannot.contains(class))
    }

    /// The same of things of a service that cannot have these classes. In some accounts a resource control policy may
    /// let in nobody from outside: then the samples are in the first accounts where none does, the open classes first.
    pub(crate) fn sample_of(&self, service: &str, cannot: &[Class]) -> Option<Class> {
        let own = self.account.index;
        if !ACCOUNTS.contains(&own) || !self.has_samples() {
            return None;
        }
        let Some(accounts) = unprotected_first(self.organization, &ACCOUNTS, service) else {
            return self.sample_but(cannot);
        };
        let number = accounts.iter().position(|index| *index == own)?;
        CLASSES.into_iter().filter(|class| !cannot.contains(class)).nth(number / EACH)
    }

    /// Whether this is a place for samples, if the account has any.
    fn has_samples(&self) -> bool {
        let settings = &self.organization.settings;
        let has_any = settings.rates.other_resources > 0 && settings.at_most.is_none();
        has_any && (self.region.is_empty() || self.is_first_region())
    }

    /// So many things, or one more where a sample is and there is nothing.
    pub(crate) fn with_sample(&self, count: u64) -> u64 {
        if self.sample().is_some() { count.max(1) } else { count }
    }

    /// The population of things that have samples, unless there are none at all.
    pub(crate) fn sampled(&self, name: &str, mean: u64) -> (Dice, u64) {
        let (dice, count) = self.population(name, mean);
        (dice, if mean > 0 { self.with_sample(count) } else { count })
    }

    /// The kind of a thing's policy that nothing gates: by chance, but for the last thing where a sample is.
    pub(crate) fn shown(&self, by_chance: Kind, is_last: bool) -> Kind {
        self.shown_but(UNGATED, by_chance, is_last)
    }

    /// The same of a thing that cannot have these classes.
    pub(crate) fn shown_but(&self, cannot: &[Class], by_chance: Kind, is_last: bool) -> Kind {
        Class::shown(self.sample_but(cannot), by_chance, is_last)
    }

    /// The same of those with whom a thing is shared.
    pub(crate) fn shared(&self, by_chance: Sharing, is_last: bool) -> Sharing {
        self.shared_but(SHARED, by_chance, is_last)
    }

    /// The same of what cannot have these classes.
    pub(crate) fn shared_but(&self, cannot: &[Class], by_chance: Sharing, is_last: bool) -> Sharing {
        let sample = self.sample_but(cannot).filter(|_| is_last);
        sample.and_then(Class::sharing).unwrap_or(by_chance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organization_policies::is_in_perimeter;
    use crate::{Settings, Simulation};

    /// How many kinds are sampled at least.
    const KINDS: usize = 141;

    #[test]
    fn every_kind_has_two_samples_of_each_class_that_it_can_have_and_none_of_another() {
        let mut wrong = Vec::new();
        for seed in 1..=3 {
            let truth = Simulation::new(Settings::new(40, seed)).truth();
            assert!(truth.kinds.len() >= KINDS, "only {} kinds are sampled", truth.kinds.len());
            for (kind, class) in truth.kinds.iter().flat_map(|kind| CLASSES.map(|class| (kind, class.name()))) {
                let (name, count) = (kind.name, kind.samples.get(class).copied().unwrap_or_default());
                match (kind.cannot.contains(&class), count) {
                    (true, 1..) => wrong.push(format!("seed {seed}: {name} cannot be {class}, yet {count} are")),
                    (false, 0..2) => wrong.push(format!("seed {seed}: of {name} only {count} are {class}")),
                    _ => {}
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn samples_are_in_readable_accounts_of_a_whole_organization_alone() {
        let of = |settings: Settings| {
            let organization = crate::organization::Organization::new(settings);
            let sampled = organization.accounts().filter(|account| {
                let place = Place::account(&organization, account);
                assert!(place.sample().is_none() || account.trouble.is_none(), "account {}", account.index);
                let (first, last) = ("us-east-1", "ap-southeast-2");
                assert_eq!(place.in_region(first).sample(), place.sample(), "account {}", account.index);
                assert_eq!(place.in_region(last).sample(), None, "account {}", account.index);
                place.sample().is_some()
            });
            sampled.count()
        };
        assert_eq!(of(Settings::new(40, 1)), EACH * CLASSES.len());
        assert_eq!(of(Settings::new(40, 1).with_little()), 0);
    }

    #[test]
    fn whatever_the_seed_what_is_open_to_others_is_where_no_resource_control_policy_keeps_them_out() {
        let mut is_any_protected = false;
        for (seed, service) in (1..=20).flat_map(|seed| ["kms", "s3", "sqs", "sts"].map(|service| (seed, service))) {
            let organization = crate::organization::Organization::new(Settings::new(40, seed));
            let mut count = [0; CLASSES.len()];
            for account in organization.accounts() {
                let place = Place::account(&organization, &account);
                let is_protected = is_in_perimeter(&place, service);
                is_any_protected |= is_protected && ACCOUNTS[..EACH].contains(&account.index);
                let Some(class) = place.sample_of(service, UNGATED) else { continue };
                assert!(account.trouble.is_none() && class != Class::Gated, "seed {seed}, {service}: {class:?}");
                let is_open = matches!(class, Class::Public | Class::External);
                assert!(!(is_open && is_protected), "seed {seed}, {service}: {class:?} in account {}", account.index);
                count[CLASSES.iter().position(|it| *it == class).unwrap()] += 1;
            }
            assert_eq!(count, [EACH, EACH, EACH, EACH, EACH, 0], "seed {seed}, {service}");
        }
        assert!(is_any_protected, "else the first accounts would do");
    }

    #[test]
    fn of_a_service_without_such_a_policy_the_samples_are_in_the_usual_accounts() {
        let organization = crate::organization::Organization::new(Settings::new(40, 1));
        for account in organization.accounts() {
            let place = Place::account(&organization, &account);
            assert_eq!(place.sample_of("efs", &[]), place.sample(), "account {}", account.index);
            assert_eq!(place.sample_of("efs", &CLASSES), None, "account {}", account.index);
            assert_eq!(place.sample_of("s3", &CLASSES), None, "account {}", account.index);
        }
    }
}
