//! The caller's own side: the policies of its identity, its boundary, its session (E6).

use super::answer::Layer;
use super::caller::Kind;
use super::context::Facts;
use super::formula::Formula;
use super::layers::{Stated, any, is_unread, named, stated};
use super::matching::{Grammar, applies};
use super::organization::Place;
use super::request::{Listed, NamedPolicy};
use crate::statement::Effect;

/// What the caller's own policies say.
#[derive(Debug, Clone)]
pub(super) struct Own {
    /// Whether its identity's policies allow it.
    pub(super) identity: Formula,
    /// Whether they allow it on the access point that the request comes through.
    pub(super) identity_at_point: Formula,
    pub(super) boundary: Formula,
    pub(super) session: Formula,
    pub(super) has_session: bool,
    pub(super) allows: Vec<Stated>,
    pub(super) denies: Vec<Stated>,
    /// Whether nothing is known of it, and it was taken as allowing: the caller is of an account outside.
    pub(super) is_assumed: bool,
}

/// What the policies of one layer say.
struct OfLayer {
    allow: Formula,
    at_point: Formula,
    allows: Vec<Stated>,
    denies: Vec<Stated>,
}

impl Own {
    fn all(formula: Formula) -> Own {
        Own {
            identity: formula.clone(),
            identity_at_point: formula.clone(),
            boundary: formula.clone(),
            session: formula,
            has_session: false,
            allows: Vec::new(),
            denies: Vec::new(),
            is_assumed: false,
        }
    }

    /// The own side of a caller. If the request comes to a bucket through an access point, `asks` has it about the
    /// bucket first, and then about the access point.
    pub(super) fn of(asks: &[Facts]) -> Own {
        let Some(facts) = asks.first() else { return Own::all(Formula::False) };
        let caller = facts.caller;
        let Some(identity) = caller.identity else {
            return match caller.kind {
                // E15: the root user needs no policy.
                Kind::Root => Own::all(Formula::True),
                Kind::Service | Kind::Anonymous | Kind::Provider => Own::all(Formula::False),
                _ if caller.place == Place::Outside => Own { is_assumed: true, ..Own::all(Formula::True) },
                _ => Own::unread(),
            };
        };
        if caller.kind == Kind::Root {
            return Own::all(Formula::True);
        }
        let policies = part(&identity.policies, asks, Layer::Identity);
        let boundary = identity.boundary.as_ref().map(|policies| part(policies, asks, Layer::Boundary));
        let session = identity.session_policy.as_ref().map(|policies| part(policies, asks, Layer::Session));
        // A session of GetFederationToken can do nothing by itself if no policy is passed.
        let without = Formula::known(caller.kind != Kind::FederatedUser);
        let mut own = Own {
            identity: policies.allow,
            identity_at_point: policies.at_point,
            boundary: either(boundary.as_ref(), Formula::True),
            session: either(session.as_ref(), without),
            has_session: session.is_some(),
            allows: policies.allows,
            denies: policies.denies,
            is_assumed: false,
        };
        for part in [boundary, session].into_iter().flatten() {
            own.denies.extend(part.denies);
        }
        own
    }

    /// An identity that is not listed, though its account is.
    fn unread() -> Own {
        let unread = |layer| Formula::doubt(layer, "the identity was not read");
        let identity = unread(Layer::Identity);
        Own { boundary: unread(Layer::Boundary), session: unread(Layer::Session), ..Own::all(identity) }
    }
}

/// A boundary or session bounds a request through an access point by what it says of either resource.
fn either(part: Option<&OfLayer>, without: Formula) -> Formula {
    part.map_or(without, |part| Formula::any([part.allow.clone(), part.at_point.clone()]))
}

fn part(policies: &Listed<NamedPolicy>, asks: &[Facts], layer: Layer) -> OfLayer {
    let about = |effect: &Effect, asks: &[Facts]| {
        stated(named(policies), effect, layer, |statement| {
            Formula::any(asks.iter().map(|facts| applies(statement, facts, layer, Grammar::Identity)))
        })
    };
    let (first, rest) = asks.split_at(asks.len().min(1));
    let allows = about(&Effect::Allow, first);
    // A policy that was not read may allow or deny.
    let unread = is_unread(policies).then(|| Formula::doubt(layer, "a policy was not read"));
    let allowed = |allows: &[Stated]| unread.clone().unwrap_or_else(|| any(allows));
    OfLayer {
        allow: allowed(&allows),
        at_point: if rest.is_empty() { Formula::False } else { allowed(&about(&Effect::Allow, rest)) },
        denies: about(&Effect::Deny, asks),
        allows,
    }
}
