//! Shares with accounts that are no policies: who may restore a snapshot.

use super::{Named, Verdict};
use crate::dice::Dice;
use crate::place::Place;

/// With whom a thing is shared, and who can reach it by that.
#[derive(Debug, Clone)]
pub(crate) struct AccountShare {
    /// The ids of accounts; `all` is everyone. Empty: it is not shared.
    pub(crate) with: Vec<String>,
    pub(crate) verdict: Verdict,
    /// The principals that the questions ask for.
    pub(crate) named: Named,
}

/// Whom a share names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sharee {
    InOrganization,
    Outside,
    Everyone,
}

impl AccountShare {
    /// A share by chance. It is with everyone at this rate.
    pub(crate) fn any(place: &Place<'_>, public_rate: f64, dice: &mut Dice) -> Self {
        const WEIGHTS: [(&[Sharee], u32); 4] = [
            (&[], 12),
            (&[Sharee::InOrganization], 4),
            (&[Sharee::Outside], 2),
            (&[Sharee::InOrganization, Sharee::Outside], 1),
        ];
        let is_public = dice.chance(public_rate);
        let sharees: &[Sharee] = if is_public { &[Sharee::Everyone] } else { dice.weighted(&WEIGHTS) };
        let mut share = Self { with: Vec::new(), verdict: Verdict::CLOSED, named: Named::default() };
        for sharee in sharees {
            share.add(place, *sharee, dice);
        }
        share
    }

    fn add(&mut self, place: &Place<'_>, sharee: Sharee, dice: &mut Dice) {
        let organization = place.organization;
        let (id, verdict) = match sharee {
            Sharee::InOrganization => (organization.other_id(place.account, dice), Verdict::IN_ORG),
            Sharee::Outside => (organization.outside_id(dice), Verdict::EXTERNAL),
            Sharee::Everyone => ("all".to_owned(), Verdict::PUBLIC),
        };
        // If the organization has only one account, there is no other to share with.
        if id == place.account.id {
            return;
        }
        match sharee {
            Sharee::InOrganization => {}
            Sharee::Outside => self.named.outside.push(format!("AWS:{id}")),
            Sharee::Everyone => self.named.outside.push("AWS:*".to_owned()),
        }
        self.verdict = self.verdict.or(verdict);
        self.with.push(id);
    }
}
