//! Policies of VPC endpoints (E7). They bind the requests that come through the endpoint, so they decide only where the
//! question says so, or where other policies force a request through it.

use std::sync::Arc;

use super::answer::Layer;
use super::atom::{Atom, Test};
use super::caller::Kind;
use super::compare::Compare;
use super::context::Facts;
use super::formula::{Formula, Term, Terms};
use super::keys::SOURCE_VPCE;
use super::layers::Guard;
use super::request::Endpoint;
use super::resource_side::ResourceSide;
use crate::arn::has_wildcard;

/// The endpoint that the question says.
pub(super) fn given(facts: &Facts) -> Guard {
    let Some([id]) = facts.given.get(SOURCE_VPCE).map(Vec::as_slice) else { return Guard::open() };
    let endpoints = &facts.request.endpoints;
    match endpoints.items.iter().find(|it| it.id == *id) {
        _ if facts.caller.kind == Kind::Service => Guard::open(),
        Some(endpoint) => guard(endpoint, facts),
        None if endpoints.has_unread => {
            Guard { allow: Formula::doubt(Layer::Endpoint, "the endpoints were not read"), denies: Vec::new() }
        }
        // It is nobody's that we know.
        None => Guard::open(),
    }
}

fn guard(endpoint: &Endpoint, facts: &Facts) -> Guard {
    // The policy that AWS gives an endpoint allows everything.
    let Some(policies) = &endpoint.policies else { return Guard::open() };
    let side = ResourceSide::of(policies, facts, Layer::Endpoint);
    Guard { allow: side.any(), denies: side.denies }
}

/// The endpoints that a request may be forced through, and whether each lets it through.
pub(super) struct Ways(Vec<(String, Formula)>);

impl Ways {
    /// None where the question says how the request comes.
    pub(super) fn of(asks: &[Facts]) -> Ways {
        let Some(facts) = asks.first().filter(|facts| !facts.given.contains_key(SOURCE_VPCE)) else {
            return Ways(Vec::new());
        };
        let whole = |endpoint: &Endpoint, facts: &Facts| {
            let guard = guard(endpoint, facts);
            Formula::all(guard.denies.into_iter().map(|deny| deny.formula.negated()).chain([guard.allow]))
        };
        let way =
            |endpoint: &Endpoint| (endpoint.id.clone(), Formula::all(asks.iter().map(|facts| whole(endpoint, facts))));
        Ways(facts.request.endpoints.items.iter().map(way).collect())
    }

    /// The terms that are left if what is forced through an endpoint must pass the endpoint's policy.
    pub(super) fn through(&self, terms: Terms, in_favour: bool) -> Terms {
        if self.0.is_empty() {
            return terms;
        }
        let mut through = Terms { list: Vec::new(), is_cut: terms.is_cut };
        for term in terms.list {
            let left = match self.forced(&term) {
                None => Terms::of(vec![term]),
                Some(ids) => self.by_endpoints(&term, &ids, in_favour),
            };
            through = through.or(left);
        }
        through
    }

    /// The endpoints that a term leaves, if it leaves no other way.
    fn forced(&self, term: &Term) -> Option<Vec<String>> {
        let literals: Vec<_> = term.iter().filter(|(atom, _)| atom.key == SOURCE_VPCE && !atom.is_opaque).collect();
        // A wildcard may stand for endpoints that are not named.
        if literals.iter().any(|(atom, _)| atom.values.iter().any(|value| has_wildcard(value))) {
            return None;
        }
        let permits = |value: Option<&[&str]>| literals.iter().all(|(atom, wanted)| atom.holds(value) == *wanted);
        let is_forced = !literals.is_empty() && !permits(None) && !permits(Some(&["vpce-another"]));
        let named = literals.iter().flat_map(|(atom, _)| atom.values.iter().cloned());
        let known = self.0.iter().map(|(id, _)| id.clone());
        let mut ids: Vec<String> = named.chain(known).filter(|id| permits(Some(&[id.as_str()]))).collect();
        ids.sort();
        ids.dedup();
        is_forced.then_some(ids)
    }

    fn by_endpoints(&self, term: &Term, ids: &[String], in_favour: bool) -> Terms {
        let whole = |id: &String| {
            let policy =
                self.0.iter().find(|(known, _)| known == id).map_or(Formula::True, |(_, policy)| policy.clone());
            let by = Atom::literal("aws:SourceVpce", Test::plain(Compare::Exact), vec![id.clone()], false);
            Formula::all([policy, Formula::literal(by)])
        };
        let ways = Formula::any(ids.iter().map(whole)).resolved(in_favour);
        let all = term.iter().map(|(atom, wanted)| Formula::Is(Arc::clone(atom), *wanted));
        Formula::all(all.chain([ways])).terms()
    }
}
