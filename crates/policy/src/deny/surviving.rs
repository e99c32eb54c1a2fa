//! The part of an Allow that Denies leave (D1): each of its actions on each of its resources is compared with the
//! Denies that cover it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Denial, action_pattern};
use crate::bound::{Bound, Entry};
use crate::certain::{CallerFacts, Demand};
use crate::class::Class;
use crate::facts::Facts;
use crate::flag::Flag;
use crate::grant::{Grant, Reading};
use crate::part::{cut_along, cuts, parts};
use crate::statement::{PrincipalValue, Statement};

/// The most comparisons of patterns for one Allow. With more, no Deny counts.
const MAX_COMPARISONS: usize = 20_000;
/// The largest product of principals, sets and names in the Denies. Above it no Deny counts.
const MAX_WEIGHINGS: usize = 10_000_000;
/// How many Denies a grant names.
const MAX_NAMED: usize = 8;
/// The most different sets of Denies that cover parts of one Allow. With more, no Deny counts.
const MAX_SETS: usize = 64;

impl<'a> Denial<'a> {
    /// This Deny compared with one Allow; `None` if the Deny depends on something that the Allow does not make certain
    /// (D5).
    fn against(&self, allow: &Statement) -> Option<WeighedDenial<'a, '_>> {
        let open: Vec<&Demand> = self.demands.iter().filter(|demand| !demand.follows_from(allow)).collect();
        open.iter().all(|demand| demand.is_of_caller()).then_some(WeighedDenial { denial: self, open })
    }
}

/// A Deny against one Allow.
struct WeighedDenial<'a, 'd> {
    denial: &'d Denial<'a>,
    /// The demands that the Allow's own conditions do not make certain.
    open: Vec<&'d Demand<'a>>,
}

impl WeighedDenial<'_, '_> {
    /// Whether everyone whom the grant lets in is denied, except the survivors.
    fn denies(&self, caller: &KnownCaller) -> bool {
        self.denial.names(caller.principal) && self.open.iter().all(|demand| caller.known.meets(demand))
    }

    /// Whether everyone whom a bound of the grant lets through by this entry is denied.
    fn excludes(&self, caller: &KnownCaller, bound: &Bound, entry: &Entry) -> bool {
        let names = || self.denial.names_entry(entry) || (!self.open.is_empty() && self.denial.names(caller.principal));
        let is_certain = || {
            let known = CallerFacts::of_entry(bound, entry, caller.facts);
            self.open.iter().all(|demand| caller.known.meets(demand) || known.meets(demand))
        };
        self.denial.spares_no_one() && names() && (self.open.is_empty() || is_certain())
    }

    /// Whether it excludes someone whom these bounds name; false if there is too much to compare.
    fn excludes_any(&self, caller: &KnownCaller, bounds: &[&Bound]) -> bool {
        let entries: usize = bounds.iter().map(|bound| bound.entries.len()).sum();
        let is_little = self.denial.named().saturating_mul(entries) <= MAX_COMPARISONS;
        let excludes = |bound: &&Bound| bound.entries.iter().any(|entry| self.excludes(caller, bound, entry));
        is_little && bounds.iter().any(excludes)
    }
}

/// One principal of an Allow, and what is certain of it.
struct KnownCaller<'a> {
    principal: &'a PrincipalValue,
    known: CallerFacts,
    facts: &'a Facts<'a>,
}

/// The sets of Denies that the parts of an Allow meet, each part being one action on one resource: an Allow is only
/// gone when every part of it is. `None` when there is too much to compare.
fn sets(allow: &Statement, denials: &[WeighedDenial], facts: &Facts) -> Option<BTreeSet<Vec<usize>>> {
    if denials.is_empty() {
        return Some(BTreeSet::from([Vec::new()]));
    }
    let denials: Vec<&Denial> = denials.iter().map(|weighed| weighed.denial).collect();
    let left_out = denials.iter().filter(|it| it.statement.is_not_action).flat_map(|it| &it.actions);
    let cuts_of_actions = cuts(left_out.map(String::as_str));
    let left_out = denials.iter().filter(|it| it.statement.is_not_resource).flat_map(|it| &it.resources);
    let cuts_of_resources = cuts(left_out.map(|it| &**it));
    let actions = allow.actions.iter().map(|action| action_pattern(action, facts).into()).collect();
    let actions = cut_along(parts(actions, allow.is_not_action), &cuts_of_actions);
    let resources = match facts.target() {
        Some(target) => target.parts(allow),
        None => parts(allow.resources.iter().map(Cow::from).collect(), allow.is_not_resource),
    };
    let resources = cut_along(resources, &cuts_of_resources);
    let patterns: usize =
        denials.iter().map(|denial| denial.actions.len().saturating_add(denial.statement.resources.len())).sum();
    if actions.len().saturating_mul(resources.len()).saturating_mul(patterns) > MAX_COMPARISONS {
        return None;
    }
    let pairs = || actions.iter().flat_map(|action| resources.iter().map(move |resource| (action, resource)));
    // Some actions are never on a part, as `GetObject` is never on a bucket itself: there is nothing that a Deny could
    // leave.
    let gives_any = pairs().any(|(action, resource)| !resource.is_never_of(action));
    let mut sets = BTreeSet::new();
    for (action, resource) in pairs().filter(|(action, resource)| !gives_any || !resource.is_never_of(action)) {
        let covering = denials.iter().enumerate().filter(|(_, denial)| denial.covers(action, resource));
        sets.insert(covering.map(|(index, _)| index).collect());
    }
    (sets.len() <= MAX_SETS).then_some(sets)
}

/// The bounds that hold where these Denies do: the statement's own, less whom a Deny names, and who survives those that
/// deny the principal. `None` where they change nothing.
fn left<'a>(
    own: &[&'a Bound],
    caller: &KnownCaller,
    denials: &[&'a WeighedDenial<'_, '_>],
) -> Option<Vec<Cow<'a, Bound>>> {
    let hit = denials.iter().filter(|weighed| weighed.denies(caller));
    let survivors = hit.map(|weighed| &weighed.denial.survivors);
    let mut all: Vec<&Bound> = own.to_vec();
    all.extend(survivors);
    let naming: Vec<&&WeighedDenial> = denials.iter().filter(|weighed| weighed.denial.spares_no_one()).collect();
    let named: usize = naming.iter().map(|weighed| weighed.denial.named()).sum();
    let entries: usize = all.iter().map(|bound| bound.entries.len()).sum();
    let is_little = named.saturating_mul(entries) <= MAX_COMPARISONS;
    let less = |bound: &'a Bound| {
        let is_excluded = |entry: &Entry| naming.iter().any(|weighed| weighed.excludes(caller, bound, entry));
        if is_little { bound.without(is_excluded) } else { Cow::Borrowed(bound) }
    };
    let left: Vec<Cow<'a, Bound>> = all.into_iter().map(less).collect();
    let is_changed = left.len() > own.len() || left.iter().any(|bound| matches!(bound, Cow::Owned(_)));
    is_changed.then_some(left)
}

/// The grants of an Allow after Denies: for each principal the widest of what its actions and resources leave.
pub(crate) fn surviving(reading: &Reading, denials: &[Denial], facts: &Facts) -> Vec<Grant> {
    let denials: Vec<WeighedDenial> = denials.iter().filter_map(|denial| denial.against(reading.statement)).collect();
    let sizes: usize = denials.iter().map(|weighed| weighed.denial.size()).sum();
    let sets = sets(reading.statement, &denials, facts).filter(|sets| {
        let work = reading.principals.len().saturating_mul(sizes).saturating_mul(sets.len());
        work <= MAX_WEIGHINGS
    });
    let own = reading.own_bounds();
    let weigh = |principal: &PrincipalValue| {
        let open = reading.grant(principal, &own, facts);
        let Some(sets) = &sets else {
            return open.flagged(Flag::DenyNotWeighed);
        };
        let caller = KnownCaller {
            principal,
            known: CallerFacts::of_principal(principal, &own, reading.statement, facts),
            facts,
        };
        let mut widest: Option<Grant> = None;
        for set in sets {
            let met: Vec<&WeighedDenial> = set.iter().map(|index| &denials[*index]).collect();
            let grant = match left(&own, &caller, &met) {
                None => open.clone(),
                Some(left) => reading.grant(principal, &left.iter().map(|bound| &**bound).collect::<Vec<_>>(), facts),
            };
            if widest.as_ref().is_none_or(|known| grant.class > known.class) {
                widest = Some(grant);
            }
        }
        let by = || {
            let hits = |weighed: &&WeighedDenial| weighed.denies(&caller) || weighed.excludes_any(&caller, &own);
            let met: BTreeSet<usize> = sets.iter().flatten().copied().collect();
            let hit = met.into_iter().map(|index| &denials[index]).filter(hits).map(|weighed| weighed.denial);
            hit.map(Denial::title).take(MAX_NAMED).collect()
        };
        match widest {
            Some(grant) if grant.class == Class::Nobody && open.class != Class::Nobody => {
                grant.denied(Flag::Denied, by())
            }
            Some(grant) if grant.class < open.class => grant.denied(Flag::DeniedInPart, by()),
            Some(grant) => grant,
            None => open,
        }
    };
    reading.principals.iter().map(weigh).collect()
}
