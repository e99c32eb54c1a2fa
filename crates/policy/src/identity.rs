//! Identities: what the policies of a user, a group, a role or a permission set allow, and how it may get more rights.
//!
//! [`judge`] weighs everything that is attached: an Allow counts as far as the permissions boundary allows it too and
//! no Deny takes it away. Four rules always hold:
//!
//! - **Conditions.** What an Allow gives under a condition is no right, but noted ([`Path::is_conditional`],
//!   [`Remark::Conditional`]). A Deny with a condition saves nothing, and is noted. The one condition that is read is
//!   `iam:PassedToService`.
//! - **Resources.** A right on every resource of the kind, or on the identity itself where that is enough (a user that
//!   may write its own policy), counts in full. One on some resources is noted as [`Scope::Some`]. One's own access keys
//!   or password are nobody else's, and do not count.
//! - **What was not read** makes every *no* unknown; and every *yes* too, unless it is AWS's own policy, which are
//!   written to allow.
//! - **Administrator** is who is allowed everything on every resource, or all but what a `NotAction` or a Deny leaves
//!   out, as long as it may still write policies on any resource: with that it can give itself the rest.
//!
//! Service control policies, resource policies and sessions' own policies are no part of this.

mod action;
mod administrator;
mod held;
mod judge;
mod method;
mod methods;
mod permissions;
mod policy;
mod resource;
mod well_known;

pub use judge::{Access, BoundaryEffect, Path, Remark, judge};
pub use method::{Category, Method};
pub use methods::METHODS;
pub use permissions::{Attached, Boundary, Given, Identity, Through};
pub use policy::IdentityPolicy;
pub use resource::Scope;
