//! The instance profiles that an account's instances, launch templates and launch configurations name.

use crate::dice::Dice;
use crate::place::Place;
use crate::services::iam::Iam;
use crate::truth::is_over_broad;

/// Which profile something names, whatever profiles its account has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choice(usize);

/// The choice of the profile that was deleted.
const DELETED: i64 = 11;

impl Choice {
    pub(crate) fn by_chance(dice: &mut Dice) -> Self {
        Self(usize::try_from(dice.between(0, DELETED)).unwrap_or_default())
    }

    /// A profile that is there.
    pub(crate) fn by_number(number: usize) -> Self {
        Self(number % usize::try_from(DELETED).unwrap_or(1))
    }

    fn is_deleted(self) -> bool {
        i64::try_from(self.0) == Ok(DELETED)
    }
}

/// A profile.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) arn: String,
    /// None: IAM has it no more.
    pub(crate) id: Option<String>,
    /// Whether its role is administrator, or may make itself one.
    pub(crate) is_over_broad: bool,
}

/// The profiles of an account.
#[derive(Debug)]
pub(crate) struct Profiles {
    /// Those that hold a role, then those that hold none.
    there: Vec<Profile>,
    deleted: Profile,
}

impl Profiles {
    /// Makes the account's IAM for it, so an answer makes them only where something names one: most regions are empty.
    pub(crate) fn of(place: &Place<'_>) -> Self {
        let iam = Iam::of(place);
        let mut there = Vec::new();
        for role in &iam.roles {
            there.extend(role.profile.iter().map(|it| Profile {
                name: it.name.clone(),
                arn: it.arn.clone(),
                id: Some(it.id.clone()),
                is_over_broad: is_over_broad(place.account, &iam, role),
            }));
        }
        there.extend(iam.empty_profiles.iter().map(|it| Profile {
            name: it.name.clone(),
            arn: it.arn.clone(),
            id: Some(it.id.clone()),
            is_over_broad: false,
        }));
        let (name, arn) = ("app".to_owned(), place.iam_arn("instance-profile/app"));
        Self { there, deleted: Profile { name, arn, id: None, is_over_broad: false } }
    }

    /// The profile of a choice; none in an account without any.
    pub(crate) fn named(&self, choice: Choice) -> Option<&Profile> {
        let known = self.there.get(choice.0 % self.there.len().max(1))?;
        Some(if choice.is_deleted() { &self.deleted } else { known })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;
    use crate::testing::Client;

    fn profile(name: &str) -> Profile {
        Profile { name: name.to_owned(), arn: name.to_owned(), id: None, is_over_broad: false }
    }

    #[test]
    fn a_choice_names_what_the_account_has_or_what_it_had() {
        let profiles = |names: &[&str]| Profiles {
            there: names.iter().map(|name| profile(name)).collect(),
            deleted: profile("deleted"),
        };
        let two = profiles(&["a", "b"]);
        let named = |number| two.named(Choice(number)).map(|it| it.name.as_str());
        assert_eq!([named(0), named(1), named(2), named(11)], [Some("a"), Some("b"), Some("a"), Some("deleted")]);
        assert!((0..40).all(|number| !Choice::by_number(number).is_deleted()));
        assert!(profiles(&[]).named(Choice(11)).is_none(), "an account that never had one");
    }

    #[test]
    fn some_instances_give_away_an_administrator_and_some_profiles_are_gone() {
        let truth = Client::new(Settings::new(40, 1)).simulation.truth();
        let cell = |condition: &str| {
            truth.cells[&format!("ec2_metadata_posture WHERE subject_type = 'instance' AND {condition}")]
        };
        let [answering, exposing] = ["is_imdsv1_answered", "exposes_administrator"].map(cell);
        assert!(0 < exposing && exposing < answering, "{exposing} of {answering}");
        assert!(cell("array_has(unread, 'profile_gone')") > 0);
    }
}
