//! Policies of VPC endpoints (E7). They bind the requests that come through the endpoint, so they decide only where the
//! question says so, or where other policies force a request through it. A request that is forced to come from a VPC
//! comes by one of the VPC's endpoints that lead to the service, since these alone say which VPC it is.

use std::sync::Arc;

use super::answer::Layer;
use super::atom::{Atom, Test};
use super::caller::Kind;
use super::compare::Compare;
use super::context::Facts;
use super::formula::{Doubt, Formula, Term, Terms};
use super::keys::SOURCE_VPCE;
use super::layers::Guard;
use super::request::{Endpoint, Request, Vpc};
use super::resource_side::ResourceSide;
use crate::arn::has_wildcard;

/// `aws:SourceVpc` as what is given has it.
const SOURCE_VPC: &str = "aws:sourcevpc";

/// The endpoint that the question says; else the VPC, by one of whose endpoints the request comes.
pub(super) fn given(facts: &Facts) -> Guard {
    if facts.caller.kind == Kind::Service {
        return Guard::open();
    }
    let Some([id]) = facts.given.get(SOURCE_VPCE).map(Vec::as_slice) else { return given_vpc(facts) };
    match facts.request.endpoints.items.iter().find(|it| it.id == *id) {
        Some(endpoint) => guard(endpoint, facts),
        None => unlisted(facts.request),
    }
}

/// One that is not listed: it is nobody's that we know, unless not all were read.
fn unlisted(request: &Request) -> Guard {
    others(request).map_or_else(Guard::open, |doubt| Guard { allow: Formula::Doubt(doubt), denies: Vec::new() })
}

fn others(request: &Request) -> Option<Doubt> {
    let unread = Doubt { layer: Layer::Endpoint, why: "the endpoints were not read" };
    request.endpoints.has_unread.then_some(unread)
}

fn given_vpc(facts: &Facts) -> Guard {
    let Some([id]) = facts.given.get(SOURCE_VPC).map(Vec::as_slice) else { return Guard::open() };
    let vpc = facts.request.vpcs.iter().find(|it| it.id == *id);
    let by_one = |vpc| Guard { allow: by_one_of(vpc, std::slice::from_ref(facts)), denies: Vec::new() };
    vpc.map_or_else(|| unlisted(facts.request), by_one)
}

fn guard(endpoint: &Endpoint, facts: &Facts) -> Guard {
    // The policy that AWS gives an endpoint allows everything.
    let Some(policies) = &endpoint.policies else { return Guard::open() };
    let side = ResourceSide::of(policies, facts, Layer::Endpoint);
    Guard { allow: side.any(), denies: side.denies }
}

/// Whether an endpoint lets all of the requests through that are one.
fn by(endpoint: &Endpoint, asks: &[Facts]) -> Formula {
    Formula::all(asks.iter().map(|facts| {
        let guard = guard(endpoint, facts);
        Formula::all(guard.denies.into_iter().map(|deny| deny.formula.negated()).chain([guard.allow]))
    }))
}

/// Whether one of the VPC's endpoints lets them through.
fn by_one_of(vpc: &Vpc, asks: &[Facts]) -> Formula {
    let unread = || Formula::doubt(Layer::Endpoint, "the endpoints of the VPC were not all read");
    let others = vpc.endpoints.has_unread.then(unread);
    Formula::any(vpc.endpoints.items.iter().map(|endpoint| by(endpoint, asks)).chain(others))
}

/// What a request may be forced through, of one kind: endpoints, or VPCs.
struct Passages {
    /// The condition key that names one.
    key: &'static str,
    /// An id that no policy names.
    another: &'static str,
    /// The listed ones, and whether each lets a request through.
    known: Vec<(String, Formula)>,
}

/// The endpoints and the VPCs that a request may be forced through.
#[derive(Default)]
pub(super) struct Ways {
    /// Endpoints before VPCs: a term that leaves endpoints alone is about these.
    kinds: Vec<Passages>,
    /// What is in doubt of those that are not listed.
    others: Option<Doubt>,
}

impl Ways {
    /// None where the question says how the request comes.
    pub(super) fn of(asks: &[Facts]) -> Ways {
        let Some(facts) = asks.first().filter(|facts| !facts.given.contains_key(SOURCE_VPCE)) else {
            return Ways::default();
        };
        let request = facts.request;
        let endpoints = request.endpoints.items.iter().map(|it| (it.id.clone(), by(it, asks))).collect();
        let vpcs = request.vpcs.iter().map(|it| (it.id.clone(), by_one_of(it, asks))).collect();
        let kinds = vec![
            Passages { key: "aws:SourceVpce", another: "vpce-another", known: endpoints },
            Passages { key: "aws:SourceVpc", another: "vpc-another", known: vpcs },
        ];
        Ways { kinds, others: others(request) }
    }

    /// The terms that are left if what is forced through an endpoint must pass the endpoint's policy.
    pub(super) fn through(&self, terms: Terms, in_favour: bool) -> Terms {
        if self.kinds.iter().all(|it| it.known.is_empty()) && self.others.is_none() {
            return terms;
        }
        let mut through = Terms { list: Vec::new(), is_cut: terms.is_cut };
        for term in terms.list {
            // What a term leaves, if it leaves no other way.
            let left = match self.kinds.iter().find_map(|it| Some((it, it.forced(&term)?))) {
                Some((kind, ids)) if !kind.known.is_empty() || self.others.is_some() => {
                    self.by_passages(&term, kind, &ids).resolved(in_favour).terms()
                }
                _ => Terms::of(vec![term]),
            };
            through = through.or(left);
        }
        through
    }

    /// What was not read of them.
    pub(super) fn first_doubt(&self) -> Option<Doubt> {
        let mut known = self.kinds.iter().flat_map(|it| &it.known);
        known.find_map(|(_, policy)| policy.first_doubt()).or(self.others)
    }

    /// The term, and that one of these endpoints or VPCs lets it through.
    fn by_passages(&self, term: &Term, kind: &Passages, ids: &[String]) -> Formula {
        let unlisted = || self.others.map_or(Formula::True, Formula::Doubt);
        let whole = |id: &String| {
            let policy =
                kind.known.iter().find(|(known, _)| known == id).map_or_else(unlisted, |(_, policy)| policy.clone());
            let by = Atom::literal(kind.key, Test::plain(Compare::Exact), vec![id.clone()], false);
            Formula::all([policy, Formula::literal(by)])
        };
        let ways = Formula::any(ids.iter().map(whole));
        let all = term.iter().map(|(atom, wanted)| Formula::Is(Arc::clone(atom), *wanted));
        Formula::all(all.chain([ways]))
    }
}

impl Passages {
    /// The ids that a term leaves, if the key must be there and cannot be just any.
    fn forced(&self, term: &Term) -> Option<Vec<String>> {
        let is_meant = |atom: &Atom| atom.key.eq_ignore_ascii_case(self.key) && !atom.is_opaque;
        let literals: Vec<_> = term.iter().filter(|(atom, _)| is_meant(atom)).collect();
        // A wildcard may stand for endpoints that are not named.
        if literals.iter().any(|(atom, _)| atom.values.iter().any(|value| has_wildcard(value))) {
            return None;
        }
        let permits = |value: Option<&[&str]>| literals.iter().all(|(atom, wanted)| atom.holds(value) == *wanted);
        let is_forced = !literals.is_empty() && !permits(None) && !permits(Some(&[self.another]));
        let named = literals.iter().flat_map(|(atom, _)| atom.values.iter().cloned());
        let known = self.known.iter().map(|(id, _)| id.clone());
        let mut ids: Vec<String> = named.chain(known).filter(|id| permits(Some(&[id.as_str()]))).collect();
        ids.sort();
        ids.dedup();
        is_forced.then_some(ids)
    }
}
