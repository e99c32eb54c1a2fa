//! All policies that are attached to an identity, and the rights that they give after boundary and Denies.

use super::action::{self, ACTIONS};
use super::held::{Holds, PassedTo, held};
use super::policy::{IdentityPolicy, Saying};
use super::resource::{Cover, Own, ResourcePart, Scope, cover, parts, place};
use super::well_known;
use crate::arn::{Arn, is_account};
use crate::statement::Effect;

/// How an identity has a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through<'a> {
    /// It is written into the identity.
    Inline,
    /// It is a managed policy, attached.
    Managed,
    /// Through the group with this ARN.
    Group(&'a str),
}

/// A policy that an identity has.
#[derive(Debug, Clone, Copy)]
pub struct Attached<'a> {
    /// How.
    pub through: Through<'a>,
    /// A managed policy's ARN; for an inline policy, the ARN of the identity that it is written into.
    pub resource_arn: &'a str,
    /// The policy's content; `None` if it was not read.
    pub policy: Option<&'a IdentityPolicy>,
}

/// What bounds an identity.
#[derive(Debug, Clone, Copy)]
pub enum Boundary<'a> {
    /// Nothing.
    None,
    /// This policy.
    Policy(&'a IdentityPolicy),
    /// A policy that was not read.
    Unread,
}

/// An identity with all that is attached to it.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// Its ARN.
    pub arn: &'a str,
    /// Whether `${aws:username}` is its own name: true for users, and for groups as the names of their members.
    pub has_user_name: bool,
    /// The policies.
    pub attached: &'a [Attached<'a>],
    /// The boundary.
    pub boundary: Boundary<'a>,
}

/// A right, and the statement that gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The action.
    pub action: &'static str,
    /// The place of the policy among those attached.
    pub attached: usize,
    /// The statement's place in it.
    pub ordinal: usize,
    /// How far it reaches.
    pub scope: Scope,
    /// The resources as written.
    pub resources: Vec<String>,
    /// Whether it depends on a condition, the statement's or the boundary's.
    pub is_conditional: bool,
    /// The keys of the statement's conditions, as written.
    pub condition_keys: Vec<String>,
    /// Whether a Deny takes some of it away.
    pub is_denied_in_part: bool,
    /// Whether a Deny would take it away if a condition held.
    pub is_denied_conditionally: bool,
}

/// What an identity has, sorted out.
#[derive(Debug, Clone)]
pub(super) struct Permissions<'a> {
    allows: Vec<(usize, Saying<'a>)>,
    denies: Vec<Saying<'a>>,
    boundary: Option<Vec<Saying<'a>>>,
    own: Own<'a>,
    partition: &'a str,
    account: Option<&'a str>,
    /// Whether some Allow speaks of the action of this number.
    is_allowed: Vec<bool>,
    /// Whether something that was not read may allow more.
    pub(super) may_allow_more: bool,
    /// Whether something that was not read may take away.
    pub(super) may_take_away: bool,
}

impl<'a> Permissions<'a> {
    pub(super) fn of(identity: &Identity<'a>) -> Permissions<'a> {
        let arn = Arn::parse(identity.arn);
        let mut permissions = Permissions {
            allows: Vec::new(),
            denies: Vec::new(),
            boundary: None,
            own: Own { arns: vec![identity.arn], has_user_name: identity.has_user_name },
            partition: arn.map_or("aws", |arn| arn.partition),
            account: arn.map(|arn| arn.account).filter(|account| is_account(account)),
            is_allowed: vec![false; ACTIONS.len()],
            may_allow_more: false,
            may_take_away: matches!(identity.boundary, Boundary::Unread),
        };
        for (index, attached) in identity.attached.iter().enumerate() {
            permissions.add(index, attached);
        }
        if let Boundary::Policy(policy) = identity.boundary {
            permissions.denies.extend(policy.sayings(&Effect::Deny));
            permissions.boundary = Some(policy.sayings(&Effect::Allow).collect());
        }
        permissions
    }

    fn add(&mut self, index: usize, attached: &Attached<'a>) {
        self.own.arns.push(attached.resource_arn);
        if let Through::Group(arn) = attached.through {
            self.own.arns.push(arn);
        }
        let Some(policy) = attached.policy else {
            self.may_allow_more = true;
            self.may_take_away |= well_known::may_deny(attached.resource_arn);
            return;
        };
        for saying in policy.sayings(&Effect::Allow) {
            for number in saying.actions {
                self.is_allowed[usize::from(*number)] = true;
            }
            self.allows.push((index, saying));
        }
        self.denies.extend(policy.sayings(&Effect::Deny));
    }

    /// The same without its boundary. The boundary's Denies go with it.
    pub(super) fn unbounded(identity: &Identity<'a>) -> Permissions<'a> {
        Permissions::of(&Identity { boundary: Boundary::None, ..*identity })
    }

    /// The same without Denies.
    pub(super) fn undenied(&self) -> Permissions<'a> {
        Permissions { denies: Vec::new(), ..self.clone() }
    }

    /// The policies with a statement about nearly everything, and whether a condition stands before it; none where the
    /// boundary has no such statement.
    pub(super) fn broad(&self) -> Vec<(usize, bool)> {
        let is_broad = |saying: &Saying<'_>| saying.is_broad;
        let is_conditional = |saying: &Saying<'_>| saying.statement.has_condition();
        let bound = match &self.boundary {
            None => Some(false),
            Some(bounds) => bounds.iter().filter(|it| is_broad(it)).map(is_conditional).min(),
        };
        let Some(bound) = bound else { return Vec::new() };
        let mut broad: Vec<(usize, bool)> = Vec::new();
        for (index, saying) in self.allows.iter().filter(|(_, saying)| is_broad(saying)) {
            let conditional = bound || is_conditional(saying);
            match broad.last_mut().filter(|last| last.0 == *index) {
                Some(last) => last.1 &= conditional,
                None => broad.push((*index, conditional)),
            }
        }
        broad
    }

    /// The best right to an action on a kind of resource: without conditions first, then by how far it reaches.
    pub(super) fn given(&self, action: &'static str, on: &str, itself: bool, to: PassedTo) -> Option<Given> {
        self.givens(action, on, itself, to).into_iter().reduce(|best, next| {
            let rank = |given: &Given| (!given.is_conditional, given.scope);
            if rank(&next) > rank(&best) { next } else { best }
        })
    }

    /// Each statement that gives the right, in the order of the policies.
    pub(super) fn givens(&self, action: &'static str, on: &str, itself: bool, to: PassedTo) -> Vec<Given> {
        let Some(number) = action::number(action).filter(|number| self.is_allowed[usize::from(*number)]) else {
            return Vec::new();
        };
        let place = place(on, self.partition, self.account);
        let allows = self.allows.iter().filter(|(_, saying)| saying.actions.binary_search(&number).is_ok());
        let new = |attached: usize, saying: &Saying<'_>, scope: Scope, is_conditional: bool| Given {
            action,
            attached,
            ordinal: saying.statement.ordinal,
            scope,
            resources: Vec::new(),
            is_conditional,
            condition_keys: saying.statement.conditions.iter().map(|it| it.key.clone()).collect(),
            is_denied_in_part: false,
            is_denied_conditionally: false,
        };
        let give = |(index, saying): &(usize, Saying<'a>)| {
            let holds = held(saying.statement, to);
            if holds == Holds::Never {
                return None;
            }
            let mut given: Option<Given> = None;
            for part in parts(saying.statement, &place, &self.own, itself) {
                let Some(left) = self.left(number, &part, itself, to) else { continue };
                let is_conditional = left.is_conditional || holds == Holds::Sometimes;
                let it = given.get_or_insert_with(|| new(*index, saying, left.scope, is_conditional));
                if (!is_conditional, left.scope) > (!it.is_conditional, it.scope) {
                    (it.is_conditional, it.scope) = (is_conditional, left.scope);
                }
                it.is_denied_in_part |= left.is_denied_in_part;
                it.is_denied_conditionally |= left.is_denied_conditionally;
                it.resources.push(part.written.to_owned());
            }
            given
        };
        allows.filter_map(give).collect()
    }

    /// The part of a right that boundary and Denies leave.
    fn left(&self, number: u16, part: &ResourcePart<'_>, itself: bool, to: PassedTo) -> Option<Left> {
        let scope = part.scope;
        let mut left = Left { scope, is_conditional: false, is_denied_in_part: false, is_denied_conditionally: false };
        for deny in self.denies.iter().filter(|it| it.actions.binary_search(&number).is_ok()) {
            match (held(deny.statement, to), cover(deny.statement, &part.pattern)) {
                (Holds::Never, _) | (_, Cover::Nothing) => {}
                (Holds::Always, Cover::All) => return None,
                (Holds::Always, Cover::Part) => left.is_denied_in_part = true,
                (Holds::Sometimes, _) => left.is_denied_conditionally = true,
            }
        }
        let Some(boundary) = &self.boundary else { return Some(left) };
        let bounds = boundary.iter().filter(|it| it.actions.binary_search(&number).is_ok());
        let weigh = |bound: &Saying<'_>| {
            let held = held(bound.statement, to);
            let within = parts(bound.statement, &part.pattern, &self.own, itself);
            let widest = within.iter().map(|part| part.scope).max()?;
            (held != Holds::Never).then_some((held == Holds::Always, widest))
        };
        let (holds, widest) = bounds.filter_map(weigh).max()?;
        left.is_conditional = !holds;
        if widest != Scope::Every {
            left.scope = widest;
        }
        Some(left)
    }
}

/// What is left of a part.
#[derive(Debug, Clone, Copy)]
struct Left {
    scope: Scope,
    is_conditional: bool,
    is_denied_in_part: bool,
    is_denied_conditionally: bool,
}
