//! IAM: users, groups, roles, managed policies and the root user of an account.

mod answers;
mod credentials;
mod delegation;
mod details;
mod identities;
mod last_accessed;
mod lists;
mod managed;
mod nights;
mod password_policy;
mod permissions;
mod planted;
mod policies;
mod population;
mod providers;
mod report;
mod roles;
mod users;

pub(crate) use credentials::DeviceKind;
pub(crate) use last_accessed::accesses;
pub(crate) use nights::attached_policy;
pub(crate) use password_policy::{password_max_age_days, password_strength};
pub(crate) use permissions::Permissions;
pub(crate) use population::Iam;
pub(crate) use roles::{ROLES_CANNOT, Role};
pub(crate) use users::{Key, User};

use crate::quota::each;
use crate::service::{Scope, Service};
use crate::truth::{At, count_iam, things};

pub(crate) static SERVICE: Service = Service {
    scope: Scope::Global,
    // From AWS's page `reference_iam-quotas`; the rates are those that others measured.
    quotas: &[each(&["GetAccountAuthorizationDetails"], f64::MAX, f64::MAX), each(&[], 15.0, 15.0)],
    answers: &[answers::ANSWERS, identities::ANSWERS, managed::ANSWERS],
    kinds: &[
        things(At::Account, "iam_delegation_requests", |place| delegation::requests(place).len()),
        things(At::Account, "iam_outbound_federation", |_| 1),
    ],
    counts: Some((At::Account, count_iam)),
    ..Service::named("iam")
};
