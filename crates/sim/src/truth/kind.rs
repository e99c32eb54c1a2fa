//! The kinds of things that services hold, as the truth counts them.

use orgcensus_policy::ResourceKind;

use super::planted::Planted;
use super::tally::Tally;
use crate::place::Place;
use crate::samples::{Class, Sampled};

/// A kind of thing that a service holds.
pub(crate) struct Kind {
    pub(super) at: At,
    /// The table of a census that has one row for each thing; none if the table also has other rows.
    pub(super) table: Option<&'static str>,
    /// The questions' name for these resources. The questions count those without a policy, and the public ones.
    pub(super) resource: Option<&'static str>,
    /// What it is called among the samples, if its things do not say it.
    pub(super) sampled: Option<Sampled>,
    pub(super) holds: Holds,
}

/// Where things of a kind are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// Once in the organization.
    Organization,
    /// In an account, wherever they are in it.
    Account,
    /// In a region of an account.
    Region,
}

/// The things at a place.
pub(super) enum Holds {
    /// The number of things.
    Count(fn(&Place<'_>) -> usize),
    /// Things that can have a policy.
    Resources(fn(&Place<'_>) -> Vec<Planted>),
}

/// A service's own function that counts what no other service has, and the places where it is called.
pub(crate) type Counts = (At, fn(&Place<'_>, &mut Tally));

/// A kind of things that are only counted. Each is a row of this table.
pub(crate) const fn things(at: At, table: &'static str, count: fn(&Place<'_>) -> usize) -> Kind {
    Kind { at, table: Some(table), resource: None, sampled: None, holds: Holds::Count(count) }
}

/// A kind of resources: things that can have a policy.
pub(crate) const fn resources(at: At, all: fn(&Place<'_>) -> Vec<Planted>) -> Kind {
    Kind { at, table: None, resource: None, sampled: None, holds: Holds::Resources(all) }
}

impl Kind {
    /// The same kind; each thing is a row of this table.
    pub(crate) const fn rows(self, table: &'static str) -> Self {
        Self { table: Some(table), ..self }
    }

    /// The same kind; its places have samples of each class but these, which it cannot have.
    pub(crate) const fn sampled(self, name: &'static str, cannot: &'static [Class]) -> Self {
        Self { sampled: Some(Sampled { name, cannot }), ..self }
    }

    /// The same kind, as resources of this type: the questions count those without a policy, and the public ones.
    pub(crate) const fn asked_as(self, kind: ResourceKind) -> Self {
        Self { resource: Some(kind.resource_type), ..self }
    }
}
