//! How many cases each exception is about, counted case by case.

use std::collections::BTreeSet;

use super::{Accepted, Case, Hold};
use crate::{Change, Found};

/// How many cases each exception is about.
pub(super) struct Tally<'a> {
    pub(super) accepted: &'a Accepted,
    pub(super) seen: Vec<CaseCounts>,
    /// The questions and rules that were asked.
    pub(super) asked: BTreeSet<String>,
}

/// What is seen of one exception.
#[derive(Clone, Default)]
pub(super) struct CaseCounts {
    pub(super) case_count: u64,
    pub(super) lapsed_count: u64,
    pub(super) unread: Option<String>,
}

impl<'a> Tally<'a> {
    pub(super) fn new(accepted: &'a Accepted) -> Self {
        let seen = vec![CaseCounts::default(); accepted.exceptions().all().len()];
        Self { accepted, seen, asked: BTreeSet::new() }
    }

    pub(super) fn count(&mut self, id: &str, case: &Case<'_>) {
        for (exception, seen) in self.accepted.exceptions().all().iter().zip(&mut self.seen) {
            if exception.fits(id, case) {
                seen.case_count += 1;
                seen.lapsed_count += u64::from(exception.hold(self.accepted.on(), case.made_on) != Hold::InForce);
            }
        }
    }

    /// Counts what a rule found. Where it could not look there may be something.
    pub(super) fn found(&mut self, found: &Found) {
        let accepted = self.accepted;
        match Case::of_found(found, accepted.made()) {
            Some(case) => self.count(&found.rule_id, &case),
            None if found.change == Change::NotSeen => {
                let reason = found.reason.as_deref().unwrap_or_default();
                self.could_not(&found.rule_id, found.account_id.as_deref(), reason);
            }
            None => {}
        }
    }

    /// Notes why a question or rule could not be asked, everywhere or in an account.
    pub(super) fn could_not(&mut self, id: &str, account_id: Option<&str>, reason: &str) {
        for (exception, seen) in self.accepted.exceptions().all().iter().zip(&mut self.seen) {
            let account = exception.account.as_ref().zip(account_id);
            if exception.names(id) && account.is_none_or(|(account, id)| account.fits(id)) {
                seen.unread.get_or_insert_with(|| format!("{id}: {reason}"));
            }
        }
    }

    /// The exceptions that hold, whose questions and rules were all asked, and that are about nothing.
    pub(super) fn idle(&self) -> BTreeSet<usize> {
        let all = self.accepted.exceptions().all();
        let is_idle = |index: &usize| {
            let exception = &all[*index];
            exception.hold(self.accepted.on(), None) == Hold::InForce
                && exception.of.iter().all(|id| self.asked.contains(id))
        };
        self.unused(&(0..all.len()).filter(is_idle).collect())
    }

    /// Those among some exceptions that are certainly about nothing.
    pub(super) fn unused(&self, among: &BTreeSet<usize>) -> BTreeSet<usize> {
        let is_unused = |index: &&usize| self.seen[**index].case_count == 0 && self.seen[**index].unread.is_none();
        among.iter().filter(is_unused).copied().collect()
    }
}
