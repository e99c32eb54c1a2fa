//! The ways in which a request can be allowed: by the caller's own side, by the resource, or by both (E9–E11).

use super::formula::Formula;
use super::key_grant::Grants;
use super::naming::Naming;
use super::own::Own;
use super::resource_side::ResourceSide;
use super::rules::Joined;

/// Whose the two sides are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sides {
    /// The caller has none: it is a service or unsigned.
    Resource,
    /// One account's.
    One,
    /// Two accounts'.
    Two,
}

/// Whether some way leads through. `own_identity` is what the identity's policies allow.
pub(super) fn paths(
    sides: Sides,
    joined: Joined,
    own: &Own,
    own_identity: &Formula,
    resource: &ResourceSide,
    grants: &Grants,
) -> Formula {
    let bounds = Formula::all([own.boundary.clone(), own.session.clone()]);
    let whole = Formula::all([own_identity.clone(), bounds.clone()]);
    let with = |one: Formula, other: &Formula| Formula::all([one, other.clone()]);
    let by_grant = || grants.paths(sides, &whole, &bounds);
    match (sides, joined) {
        (Sides::Resource, _) | (_, Joined::ResourceAlone) => Formula::any([resource.any(), by_grant()]),
        // E11: to be named saves from nothing.
        (Sides::Two, _) => Formula::any([with(resource.any(), &whole), by_grant()]),
        (Sides::One, Joined::Both) => with(resource.any(), &whole),
        (Sides::One, Joined::Either | Joined::ByResource) => {
            let user = resource.named(Naming::User);
            let direct = [
                resource.named(Naming::Anyone),
                resource.named(Naming::Session),
                resource.named(Naming::Other),
                // A session that a user made with policies of its own is no longer the user.
                if own.has_session { with(user, &bounds) } else { user },
                with(resource.named(Naming::Role), &bounds),
                with(resource.named(Naming::Account), &whole),
                by_grant(),
            ];
            let by_resource = Formula::any(direct);
            if joined == Joined::Either { Formula::any([whole, by_resource]) } else { by_resource }
        }
    }
}
