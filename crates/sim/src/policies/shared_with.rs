//! Shares that are no policies: with whom something is shared. Each has a known verdict.

use super::{Named, Verdict};
use crate::dice::Dice;
use crate::place::Place;
use crate::truth::Planted;

/// With whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// With nobody.
    Nobody,
    /// With another account of the organization.
    Member,
    /// With an account outside.
    Outsider,
    /// With the whole organization.
    Organization,
    /// With a unit of the organization.
    Unit,
    /// With everyone.
    Everyone,
}

/// A share, as AWS lists it, and who can reach what is shared.
#[derive(Debug, Clone)]
pub(crate) struct SharedWith {
    /// Ids of accounts, ARNs of parts of the organization, or `all`.
    pub(crate) principals: Vec<String>,
    verdict: Verdict,
    named: Named,
}

impl SharedWith {
    /// A share of this kind.
    pub(crate) fn of(place: &Place<'_>, sharing: Sharing, dice: &mut Dice) -> Self {
        let organization = place.organization;
        let part = |part: &str| organization.arn("organizations", "", &organization.management_id(), part);
        let outside = |principal: &str| Named { outside: vec![format!("AWS:{principal}")], ..Named::default() };
        let none = Named::default();
        let (principal, verdict, named) = match sharing {
            Sharing::Nobody => (None, Verdict::CLOSED, none),
            Sharing::Member => {
                let other = organization.other_id(place.account, dice);
                let verdict = if other == place.account.id { Verdict::CLOSED } else { Verdict::IN_ORG };
                (Some(other), verdict, none)
            }
            Sharing::Outsider => {
                let outsider = organization.outside_id(dice);
                let named = outside(&organization.arn("iam", "", &outsider, "root"));
                (Some(outsider), Verdict::EXTERNAL, named)
            }
            Sharing::Organization => (Some(part(&format!("organization/{}", organization.id))), Verdict::IN_ORG, none),
            Sharing::Unit => {
                let unit = dice.pick(&organization.units.iter().map(|unit| unit.id.as_str()).collect::<Vec<_>>());
                (Some(part(&format!("ou/{}/{unit}", organization.id))), Verdict::IN_ORG, none)
            }
            Sharing::Everyone => (Some("all".to_owned()), Verdict::PUBLIC, outside("*")),
        };
        Self { principals: principal.into_iter().collect(), verdict, named }
    }

    /// What is shared so, as the truth counts it.
    pub(crate) fn planted(self, arn: String) -> Planted {
        let (has_policy, is_study_public) = (!self.principals.is_empty(), self.verdict == Verdict::PUBLIC);
        Planted { named: self.named, has_policy, is_study_public, ..Planted::known(arn, self.verdict) }
    }
}
