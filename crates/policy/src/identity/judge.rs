//! The verdict on an identity.

use super::action::{DATA_READS, IAM_WRITES};
use super::administrator::{Administrator, administrator};
use super::held::PassedTo;
use super::method::Method;
use super::methods::METHODS;
use super::permissions::{Boundary, Given, Identity, Permissions};
use super::resource::Scope;

/// What a permissions boundary does to an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundaryEffect {
    /// There is none.
    None,
    /// It takes away none of the rights that are looked for here.
    Keeps,
    /// It takes something away.
    Cuts,
    /// It was not read.
    Unread,
}

impl BoundaryEffect {
    /// The effect's name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            BoundaryEffect::None => "none",
            BoundaryEffect::Keeps => "keeps",
            BoundaryEffect::Cuts => "cuts",
            BoundaryEffect::Unread => "unread",
        }
    }
}

/// What is worth knowing about an identity's rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Remark {
    /// The boundary was not read.
    BoundaryUnread,
    /// Some of the rights depend on a condition, and were not counted.
    Conditional,
    /// Administrator, if a condition holds.
    ConditionalAdministrator,
    /// A Deny with a condition was not counted.
    DenyConditional,
    /// A Deny takes away a part.
    DenyInPart,
    /// It would be administrator without a Deny.
    DenySaves,
    /// A policy was not read.
    PolicyUnread,
}

impl Remark {
    /// Every remark.
    pub const ALL: [Self; 7] = [
        Self::BoundaryUnread,
        Self::Conditional,
        Self::ConditionalAdministrator,
        Self::DenyConditional,
        Self::DenyInPart,
        Self::DenySaves,
        Self::PolicyUnread,
    ];

    /// The remark's name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Remark::BoundaryUnread => "boundary_unread",
            Remark::Conditional => "conditional",
            Remark::ConditionalAdministrator => "conditional_administrator",
            Remark::DenyConditional => "deny_conditional",
            Remark::DenyInPart => "deny_in_part",
            Remark::DenySaves => "deny_saves",
            Remark::PolicyUnread => "policy_unread",
        }
    }
}

/// A way to more rights that an identity has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Which.
    pub method: &'static Method,
    /// How far it leads.
    pub scope: Scope,
    /// Whether one of its steps depends on a condition.
    pub is_conditional: bool,
    /// Its actions with the statements that give them. The decisive action comes first.
    pub steps: Vec<Given>,
}

impl Path {
    /// Whether it certainly leads to more rights: without a condition, and not only on named resources.
    pub fn is_open(&self) -> bool {
        !self.is_conditional && self.scope != Scope::Some
    }
}

/// What an identity may do. `None`: not known, since something was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Whether it is administrator.
    pub is_administrator: Option<bool>,
    /// The places of the policies that make it so, or would if all were read.
    pub administrator_by: Vec<usize>,
    /// Whether one of its policies allows everything on everything, before boundary and Denies.
    pub allows_everything: Option<bool>,
    /// Whether it may change who may do what, beyond its own credentials.
    pub writes_iam: Option<bool>,
    /// Whether it may pass roles.
    pub passes_roles: Option<bool>,
    /// Whether it may pass every role of the account.
    pub passes_every_role: Option<bool>,
    /// The roles it may pass, as written.
    pub passed_roles: Vec<String>,
    /// The reading actions that it may take on everything of their kind.
    pub reads_all_by: Vec<&'static str>,
    /// Whether there is any.
    pub reads_all_data: Option<bool>,
    /// Whether one of its ways to more rights is open. An administrator needs none.
    pub may_escalate: Option<bool>,
    /// Its ways to more rights, in the order of [`METHODS`]; none of an administrator.
    pub paths: Vec<Path>,
    /// What its boundary does.
    pub boundary_effect: BoundaryEffect,
    /// What is worth knowing, in order.
    pub remarks: Vec<Remark>,
    /// Whether every policy and the boundary were read.
    pub is_read: bool,
}

/// The result of the permissions that were read.
#[derive(Debug, PartialEq, Eq)]
struct Weighed {
    administrator: Administrator,
    writes_iam: Vec<Given>,
    passes: Vec<Given>,
    reads: Vec<Given>,
    paths: Vec<Path>,
}

/// Weighs all that an identity has.
pub fn judge(identity: &Identity<'_>) -> Access {
    let permissions = Permissions::of(identity);
    let has_boundary = !matches!(identity.boundary, Boundary::None);
    let weighed = weigh(&permissions, has_boundary);
    let boundary_effect = match identity.boundary {
        Boundary::None => BoundaryEffect::None,
        Boundary::Unread => BoundaryEffect::Unread,
        Boundary::Policy(_) if weigh(&Permissions::unbounded(identity), has_boundary) == weighed => {
            BoundaryEffect::Keeps
        }
        Boundary::Policy(_) => BoundaryEffect::Cuts,
    };
    let answer = |found: bool| match (found, permissions.may_take_away, permissions.may_allow_more) {
        (true, false, _) => Some(true),
        (false, _, false) => Some(false),
        _ => None,
    };
    let certain = |given: &&Given| !given.is_conditional;
    let everything = identity.attached.iter().any(|it| it.policy.is_some_and(|policy| policy.allows_everything()));
    let passes: Vec<&Given> = weighed.passes.iter().filter(certain).collect();
    let remarks = remarks(&weighed, &permissions, identity);
    let administrator_by = match &weighed.administrator {
        Administrator::By(policies) => policies.clone(),
        _ => Vec::new(),
    };
    let mut passed_roles: Vec<String> = passes.iter().flat_map(|given| given.resources.clone()).collect();
    passed_roles.sort();
    passed_roles.dedup();
    let everywhere = |given: &&Given| !given.is_conditional && given.scope == Scope::Every;
    let reads_all_by: Vec<&'static str> = weighed.reads.iter().filter(everywhere).map(|given| given.action).collect();
    Access {
        is_administrator: answer(!administrator_by.is_empty()),
        administrator_by,
        allows_everything: if everything || !permissions.may_allow_more { Some(everything) } else { None },
        writes_iam: answer(weighed.writes_iam.iter().any(|given| certain(&given))),
        passes_roles: answer(!passes.is_empty()),
        passes_every_role: answer(passes.iter().any(|given| given.scope == Scope::Every)),
        passed_roles,
        reads_all_data: answer(!reads_all_by.is_empty()),
        reads_all_by,
        may_escalate: answer(weighed.paths.iter().any(Path::is_open)),
        paths: weighed.paths,
        boundary_effect,
        remarks,
        is_read: !permissions.may_allow_more && !matches!(identity.boundary, Boundary::Unread),
    }
}

fn weigh(permissions: &Permissions<'_>, has_boundary: bool) -> Weighed {
    let administrator = administrator(permissions);
    let needs_paths = !matches!(administrator, Administrator::By(_));
    let methods = METHODS.iter().filter(|it| needs_paths && (has_boundary || !it.needs_boundary));
    let writes = IAM_WRITES.iter().filter_map(|action| permissions.given(action, "*", false, PassedTo::Nothing));
    let reads = DATA_READS.iter().filter_map(|(action, on)| permissions.given(action, on, false, PassedTo::Nothing));
    Weighed {
        writes_iam: writes.collect(),
        passes: permissions.givens("iam:PassRole", "iam::{a}:role/*", false, PassedTo::Anything),
        reads: reads.collect(),
        paths: methods.filter_map(|method| path(method, permissions)).collect(),
        administrator,
    }
}

fn path(method: &'static Method, permissions: &Permissions<'_>) -> Option<Path> {
    let to = method.passed_to.map_or(PassedTo::Nothing, PassedTo::Service);
    let key = permissions.given(method.action, method.on, method.is_on_itself, to)?;
    let (scope, mut is_conditional) = (key.scope, key.is_conditional);
    let mut steps = vec![key];
    for any in method.also {
        let givens = any.iter().filter_map(|action| permissions.given(action, "*", true, PassedTo::Nothing));
        let step = givens.reduce(|best, next| if best.is_conditional && !next.is_conditional { next } else { best })?;
        is_conditional |= step.is_conditional;
        steps.push(step);
    }
    Some(Path { method, scope, is_conditional, steps })
}

fn remarks(weighed: &Weighed, permissions: &Permissions<'_>, identity: &Identity<'_>) -> Vec<Remark> {
    let steps = weighed.paths.iter().flat_map(|path| &path.steps);
    let all: Vec<&Given> = steps.chain(&weighed.writes_iam).chain(&weighed.passes).chain(&weighed.reads).collect();
    let any = |test: &dyn Fn(&Given) -> bool| all.iter().any(|given| test(given));
    let found = [
        (Remark::BoundaryUnread, matches!(identity.boundary, Boundary::Unread)),
        (Remark::Conditional, any(&|given| given.is_conditional)),
        (Remark::ConditionalAdministrator, weighed.administrator == Administrator::Conditionally),
        (Remark::DenyConditional, any(&|given| given.is_denied_conditionally)),
        (Remark::DenyInPart, any(&|given| given.is_denied_in_part)),
        (Remark::DenySaves, weighed.administrator == Administrator::Saved),
        (Remark::PolicyUnread, permissions.may_allow_more),
    ];
    found.into_iter().filter(|(_, holds)| *holds).map(|(remark, _)| remark).collect()
}
