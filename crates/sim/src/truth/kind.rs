//! The kinds of things that services hold, as truth counts them.

use super::Tally;
use crate::place::Place;
use crate::policies::{Named, ResourcePolicy, Verdict};

/// A kind of thing that a service holds.
pub(crate) struct Kind {
    pub(super) at: At,
    /// The table of a census that has a row for each; none if a table has other rows beside.
    pub(super) table: Option<&'static str>,
    /// What questions call those whose policy may be missing, and may be public.
    pub(super) resource: Option<&'static str>,
    pub(super) holds: Holds,
}

/// Where things of a kind are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// Once in the organization.
    Organization,
    /// In an account, wherever in it.
    Account,
    /// In a region of an account.
    Region,
}

/// What there is at a place.
pub(super) enum Holds {
    /// So many things.
    Count(fn(&Place<'_>) -> usize),
    /// Things that can have a policy.
    Resources(fn(&Place<'_>) -> Vec<Planted>),
}

/// What a service counts itself, and where: what is so of it in no way that other services have.
pub(crate) type Counts = (At, fn(&Place<'_>, &mut Tally));

/// One resource with what was planted in its policy.
#[derive(Debug)]
pub(crate) struct Planted {
    pub(crate) arn: String,
    pub(crate) verdict: Verdict,
    pub(crate) named: Named,
    pub(crate) rests_on_networks: bool,
    pub(crate) has_policy: bool,
    /// Whether the crawler's role may not read the policy.
    pub(crate) is_policy_hidden: bool,
    /// Public as the yearly study counts.
    pub(crate) is_study_public: bool,
}

impl Planted {
    /// A resource that its policy alone opens.
    pub(crate) fn by(arn: String, policy: ResourcePolicy) -> Self {
        Self {
            arn,
            verdict: policy.verdict,
            named: policy.named,
            rests_on_networks: policy.kind.rests_on_networks(),
            has_policy: policy.document.is_some(),
            is_policy_hidden: false,
            is_study_public: policy.kind.is_study_public(),
        }
    }

    /// A resource of which this is known, whatever its policy says.
    pub(crate) fn known(arn: String, verdict: Verdict) -> Self {
        Self {
            arn,
            verdict,
            named: Named::default(),
            rests_on_networks: false,
            has_policy: true,
            is_policy_hidden: false,
            is_study_public: false,
        }
    }
}

/// Things that are counted: the rows of a table.
pub(crate) const fn things(at: At, table: &'static str, count: fn(&Place<'_>) -> usize) -> Kind {
    Kind { at, table: Some(table), resource: None, holds: Holds::Count(count) }
}

/// Resources: things that can have a policy.
pub(crate) const fn resources(at: At, all: fn(&Place<'_>) -> Vec<Planted>) -> Kind {
    Kind { at, table: None, resource: None, holds: Holds::Resources(all) }
}

impl Kind {
    /// The same, being the rows of a table.
    pub(crate) const fn rows(self, table: &'static str) -> Self {
        Self { table: Some(table), ..self }
    }

    /// The same under the name by which questions count those without a policy, and the public ones.
    pub(crate) const fn asked_as(self, resource: &'static str) -> Self {
        Self { resource: Some(resource), ..self }
    }
}
