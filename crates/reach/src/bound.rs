//! What a search does not look at: the organization's identities, where a role lets in none of them, and those above a
//! bound.

use std::collections::BTreeSet;

use orgcensus_policy::evaluation::Named;

use crate::account::is_session_of;
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

    /// The targets that are cut.
    pub(crate) fn cut(&self) -> BTreeSet<usize> {
        self.counts.iter().enumerate().filter(|(_, it)| it.is_cut).map(|(target, _)| target).collect()
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

    /// Whether it names the identity, or a session of it.
    pub(crate) fn names(&self, identity: &str) -> bool {
        self.named().identities.iter().any(|it| it == identity || is_session_of(identity, it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(looked.cut(), BTreeSet::from([0]));
    }
}
