//! Who one statement lets in: each principal, after its conditions (R1–R7).

use std::sync::Arc;

use crate::bound::{Bound, Bounds, bounds};
use crate::class::Class;
use crate::facts::Facts;
use crate::flag::{Flag, raise};
use crate::gate::Gate;
use crate::kind::PolicyKind;
use crate::level::{AccessLevel, AccessLevels};
use crate::limit::{Limit, shortened};
use crate::standing::Standing;
use crate::statement::{Condition, Effect, PrincipalKind, PrincipalValue, Statement};

/// How many bytes of a principal's value a reason shows: more than any ARN has.
const MAX_REASON_VALUE_BYTES: usize = 2048;

/// How much of a `Sid` a reason shows.
const MAX_SID_BYTES: usize = 128;

/// How many conditions a reason shows.
const MAX_REASON_LIMITS: usize = 8;

/// What one statement gives to one principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The number of its document among the documents that were judged together.
    pub document: usize,
    /// The statement's place in its document.
    pub ordinal: usize,
    /// The statement's `Sid`.
    pub sid: Option<Arc<str>>,
    /// The principal as it was written; `AWS:*` in place of `NotPrincipal`.
    pub principal: PrincipalValue,
    /// The class of those who are let in.
    pub class: Class,
    /// Their account, if all are of one account.
    pub account: Option<String>,
    /// Whether someone outside is among them; `None` when it cannot be told.
    pub is_external: Option<bool>,
    /// The condition keys that bound them, those of Denies included, each once.
    pub bounded_by: Vec<String>,
    /// The conditions that bound them: the subject of each, and its values.
    pub limits: Vec<Arc<Limit>>,
    /// What the statement's actions do, before any Deny.
    pub access_levels: AccessLevels,
    /// The Denies that take all or a part of it away, at most eight: `statement 3 (OnlyOurs)`.
    pub denied_by: Vec<String>,
    /// What is worth knowing.
    pub flags: Vec<Flag>,
    /// The gate that closes the grant, or a part of it. Only a verdict fills this.
    pub gate: Option<Gate>,
    /// The same in words.
    pub reason: String,
}

impl Grant {
    /// The same grant with one more flag.
    pub(crate) fn flagged(mut self, flag: Flag) -> Grant {
        raise(&mut self.flags, flag);
        self.explained()
    }

    /// The same grant, after these Denies took all or a part of it away.
    pub(crate) fn denied(mut self, flag: Flag, by: Vec<String>) -> Grant {
        self.denied_by = by;
        self.flagged(flag)
    }

    fn explained(mut self) -> Grant {
        self.reason = reason(&self);
        self
    }
}

/// Who the statement lets in before any Deny: one grant for each principal. A Deny lets nobody in, so it has no grants.
pub fn statement_grants(statement: &Statement, facts: &Facts) -> Vec<Grant> {
    Reading::of(statement, facts).map_or_else(Vec::new, |reading| {
        reading.principals.iter().map(|principal| reading.grant(principal, &reading.own_bounds(), facts)).collect()
    })
}

/// An Allow, read once for all of its principals.
pub(crate) struct Reading<'a> {
    pub(crate) statement: &'a Statement,
    bounds: Bounds,
    flags: Vec<Flag>,
    sid: Option<Arc<str>>,
    access_levels: AccessLevels,
    /// The principals; anyone in place of `NotPrincipal` (R4).
    pub(crate) principals: Vec<PrincipalValue>,
}

impl<'a> Reading<'a> {
    /// Reads a statement; `None` if its kind never lets anyone in.
    pub(crate) fn of(statement: &'a Statement, facts: &Facts) -> Option<Reading<'a>> {
        let grants = statement.effect == Effect::Allow && !statement.does_nothing();
        // V6: neither kind lets anyone in.
        if !grants || !facts.kind.has_principals() {
            return None;
        }
        let mut bounds = bounds(statement, facts.kind);
        if facts.target().is_some_and(|target| target.parts(statement).is_empty()) {
            bounds.never = true;
            raise(&mut bounds.flags, Flag::OtherResource);
        }
        let mut flags = bounds.flags.clone();
        let mut principals = statement.principals.clone();
        if statement.is_not_principal {
            raise(&mut flags, Flag::NotPrincipal);
            principals = vec![PrincipalValue { kind: PrincipalKind::Aws, value: "*".to_owned() }];
        }
        let sid = statement.sid.as_deref().map(Arc::from);
        let access_levels = statement.access_levels(facts.service);
        Some(Reading { statement, bounds, flags, sid, access_levels, principals })
    }

    /// The bounds of the statement's own conditions.
    pub(crate) fn own_bounds(&self) -> Vec<&Bound> {
        self.bounds.bounds.iter().collect()
    }

    /// What the principal gets when all these bounds hold: the statement's own and the survivors of Denies.
    pub(crate) fn grant(&self, principal: &PrincipalValue, all: &[&Bound], facts: &Facts) -> Grant {
        let mut standing = Standing::new(self.flags.clone());
        if self.bounds.never {
            standing.class = Class::Nobody;
        } else {
            standing.place(principal, self.statement, all, facts);
        }
        if standing.class == Class::Public && self.is_signed_only(facts) {
            standing.raise(Flag::SignedOnly);
        }
        let is_external = standing.is_external.unwrap_or_else(|| standing.class.is_external());
        let limits: Vec<Arc<Limit>> =
            all.iter().flat_map(|bound| &bound.limits).chain(&standing.claims).cloned().collect();
        Grant {
            document: 0,
            ordinal: self.statement.ordinal,
            sid: self.sid.clone(),
            principal: principal.clone(),
            class: standing.class,
            account: standing.account,
            is_external,
            bounded_by: distinct(limits.iter().map(|limit| &limit.key)),
            limits,
            access_levels: self.access_levels,
            denied_by: Vec::new(),
            flags: standing.flags,
            gate: None,
            reason: String::new(),
        }
        .explained()
    }

    /// R7: roles are assumed, and `AWS_IAM` URLs called, with signed requests only.
    fn is_signed_only(&self, facts: &Facts) -> bool {
        let by_url = |condition: &Condition| {
            condition.key.eq_ignore_ascii_case("lambda:FunctionUrlAuthType")
                && condition.values.iter().all(|value| value == "AWS_IAM")
                && condition.operator.eq_ignore_ascii_case("StringEquals")
                && !condition.values.is_empty()
        };
        facts.kind == PolicyKind::Trust || self.statement.conditions.iter().any(by_url)
    }
}

/// The keys, each once, ignoring case. They are few, since few keys can bound.
fn distinct<'a>(keys: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for key in keys {
        if !distinct.iter().any(|known| known.eq_ignore_ascii_case(key)) {
            distinct.push(key.clone());
        }
    }
    distinct
}

/// How a reason names a statement: `statement 2 (Partners)`.
pub(crate) fn title(ordinal: usize, sid: Option<&str>) -> String {
    match sid.filter(|sid| !sid.is_empty()) {
        Some(sid) => format!("statement {ordinal} ({})", shortened(sid, MAX_SID_BYTES)),
        None => format!("statement {ordinal}"),
    }
}

/// `statement 2 (Partners): AWS:* is external (999988887777), bounded by aws:PrincipalAccount 999988887777; access: Read`.
fn reason(grant: &Grant) -> String {
    let principal = &grant.principal;
    let mut text = title(grant.ordinal, grant.sid.as_deref());
    let value = shortened(&principal.value, MAX_REASON_VALUE_BYTES);
    text.push_str(&format!(": {}:{value} is {}", principal.kind.as_str(), grant.class));
    if let Some(account) = grant.account.as_deref().filter(|account| !value.contains(*account)) {
        text.push_str(&format!(" ({account})"));
    }
    for (place, limit) in grant.limits.iter().take(MAX_REASON_LIMITS).enumerate() {
        text.push_str(if place == 0 { ", bounded by " } else { " and " });
        text.push_str(&limit.to_string());
    }
    match grant.limits.len().saturating_sub(MAX_REASON_LIMITS) {
        0 => {}
        more => text.push_str(&format!(" and {more} more conditions")),
    }
    if grant.class != Class::Nobody {
        let levels: Vec<&str> = grant.access_levels.iter().map(AccessLevel::as_str).collect();
        text.push_str(&format!("; access: {}", levels.join(", ")));
    }
    for (place, denial) in grant.denied_by.iter().enumerate() {
        text.push_str(match (place, grant.class) {
            (0, Class::Nobody) => "; denied by ",
            (0, _) => "; denied in part by ",
            _ => " and ",
        });
        text.push_str(denial);
    }
    if !grant.flags.is_empty() {
        let flags: Vec<&str> = grant.flags.iter().map(|flag| flag.as_str()).collect();
        text.push_str(&format!(" [{}]", flags.join(", ")));
    }
    text
}
