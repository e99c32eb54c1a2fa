//! From conditions to bounds: what a statement's conditions say about who can satisfy them (C1–C15).

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use crate::cidr::{Breadth, breadth};
use crate::class::Class;
use crate::facts::Facts;
use crate::flag::{Flag, raise};
use crate::kind::PolicyKind;
use crate::limit::{Dimension, Limit};
use crate::operator::{Comparison, Operator};
use crate::reach::Reach;
use crate::statement::{Condition, Statement};
use crate::value::{Shape, reach};

/// Whether a key, in lower case, is the ARN of the access point that a request comes through: S3, S3 Express and S3 on
/// Outposts each have one.
pub(crate) fn names_access_point(key: &str) -> bool {
    matches!(key, "s3:dataaccesspointarn" | "s3express:dataaccesspointarn" | "s3-outposts:dataaccesspointarn")
}

/// A key that can bound.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// What it speaks of.
    pub(crate) dimension: Dimension,
    shape: Shape,
    /// Whether every request has it (C8).
    pub(crate) always_present: bool,
}

impl Key {
    /// The key of this name, in any case (P2). `None` bounds nothing (C4).
    pub(crate) fn of(name: &str) -> Option<Key> {
        use Dimension::{Caller, CallerOrSource, Endpoint, Network, Service, Source};
        let (dimension, shape, always_present) = match name.to_ascii_lowercase().as_str() {
            "aws:principalaccount" => (Caller, Shape::Account, true),
            "aws:principalarn" => (Caller, Shape::PrincipalArn, false),
            "aws:principalorgid" => (Caller, Shape::Organization, false),
            "aws:principalorgpaths" => (Caller, Shape::OrganizationPath, false),
            "aws:userid" => (Caller, Shape::UserId, true),
            // A condition on the resource says nothing about the caller, unless it must equal a property of the caller
            // (C15).
            "aws:resourceaccount" | "s3:resourceaccount" => (Caller, Shape::ResourceAccount, false),
            "aws:resourceorgid" => (Caller, Shape::ResourceOrganization, false),
            "s3:dataaccesspointaccount" | "s3express:dataaccesspointaccount" | "s3-outposts:dataaccesspointaccount" => {
                (Caller, Shape::Account, false)
            }
            name if names_access_point(name) => (Caller, Shape::ResourceArn, false),
            // S3 counts it as fixed. The key's own policy says who may use the key.
            "s3:x-amz-server-side-encryption-aws-kms-key-id" => (Caller, Shape::Key, false),
            "kms:calleraccount" => (CallerOrSource, Shape::Account, true),
            "aws:sourceowner" => (CallerOrSource, Shape::Account, false),
            "aws:sourceaccount" => (Source, Shape::Account, false),
            "aws:sourcearn" => (Source, Shape::ResourceArn, false),
            "aws:sourceorgid" => (Source, Shape::Organization, false),
            "aws:sourceorgpaths" => (Source, Shape::OrganizationPath, false),
            "aws:sourceip" => (Network, Shape::Address, false),
            // Inside a VPC private addresses are real.
            "aws:vpcsourceip" => (Network, Shape::VpcAddress, false),
            "aws:sourcevpc" => (Network, Shape::Network("vpc-"), false),
            "aws:sourcevpce" => (Network, Shape::Network("vpce-"), false),
            "aws:sourcevpcarn" => (Network, Shape::ResourceArn, false),
            "aws:vpceaccount" => (Network, Shape::Account, false),
            "aws:vpceorgid" => (Network, Shape::Organization, false),
            "aws:vpceorgpaths" => (Network, Shape::OrganizationPath, false),
            "sns:endpoint" => (Endpoint, Shape::Endpoint, false),
            "aws:principalisawsservice" => (Service, Shape::IsService, false),
            "aws:principalservicename" | "aws:principalservicenameslist" => (Service, Shape::ServiceName, false),
            _ => return None,
        };
        Some(Key { dimension, shape, always_present })
    }

    /// Whether it is about the key that an object is encrypted with.
    pub(crate) fn is_encryption(&self) -> bool {
        self.shape == Shape::Key
    }

    /// How wide the addresses of a condition are; `None` where it is not about addresses.
    fn breadth(&self, comparison: Comparison, condition: &Condition) -> Option<Breadth> {
        let is_address = matches!(self.shape, Shape::Address | Shape::VpcAddress) && comparison == Comparison::Ip;
        is_address.then(|| breadth(condition.values.iter().map(String::as_str)))
    }

    /// Whether an address of the condition cannot be read, and is no variable.
    fn misreads(&self, comparison: Comparison, condition: &Condition, variables: bool) -> bool {
        let varies = |value: &String| variables && value.contains("${");
        self.breadth(comparison, condition) == Some(Breadth::Unreadable) && !condition.values.iter().any(varies)
    }

    /// Who the condition's values admit: empty when none can match.
    pub(crate) fn reaches(&self, comparison: Comparison, condition: &Condition, variables: bool) -> Vec<Entry> {
        let entry = |reach| Entry { dimension: self.dimension, reach };
        if let Some(breadth) = self.breadth(comparison, condition) {
            return match breadth {
                Breadth::Internet | Breadth::Unreadable => vec![entry(Reach::Anyone)],
                // Nobody comes from there.
                Breadth::Private if self.shape == Shape::Address => Vec::new(),
                Breadth::Private | Breadth::Networks => vec![entry(Reach::Place)],
            };
        }
        condition.values.iter().filter_map(|value| reach(self.shape, comparison, value, variables)).map(entry).collect()
    }
}

/// One thing that a bound lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What it speaks of.
    pub(crate) dimension: Dimension,
    /// Who it lets through.
    pub(crate) reach: Reach,
}

impl Entry {
    /// Whether it lets through one account, or identities of it.
    pub(crate) fn is_account(&self) -> bool {
        self.dimension == Dimension::Caller && matches!(self.reach, Reach::Account { .. })
    }

    /// The class of any caller that this lets through.
    pub(crate) fn class(&self, facts: &Facts) -> Class {
        match (self.dimension, self.reach.class(facts)) {
            // C2: a Source key is present only when a service calls.
            (Dimension::Source, Class::SameAccount | Class::InOrg) => Class::Service,
            (_, class) => class,
        }
    }
}

/// An upper bound on callers: the union of its entries. Without any, nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bound {
    /// The conditions it comes from.
    pub(crate) limits: Vec<Arc<Limit>>,
    /// What it lets through.
    pub(crate) entries: Vec<Entry>,
}

impl Bound {
    /// Whether all that it lets through, and that is something, is like this.
    pub(crate) fn is_only(&self, is: impl Fn(&Entry) -> bool) -> bool {
        !self.entries.is_empty() && self.entries.iter().all(is)
    }

    /// The same without some of what it lets through.
    pub(crate) fn without(&self, is: impl Fn(&Entry) -> bool) -> Cow<'_, Bound> {
        if !self.entries.iter().any(&is) {
            return Cow::Borrowed(self);
        }
        let entries = self.entries.iter().filter(|entry| !is(entry)).cloned().collect();
        Cow::Owned(Bound { limits: self.limits.clone(), entries })
    }

    /// Whether it lets anyone through, and so bounds nothing.
    pub(crate) fn is_vacuous(&self) -> bool {
        self.entries.iter().any(|entry| entry.reach == Reach::Anyone)
    }
}

/// The result of a statement's conditions.
#[derive(Debug, Default)]
pub(crate) struct Bounds {
    /// The bounds, all of which hold.
    pub(crate) bounds: Vec<Bound>,
    /// What was odd.
    pub(crate) flags: Vec<Flag>,
    /// Whether no request can satisfy the conditions.
    pub(crate) never: bool,
}

/// Reads the conditions of an Allow.
pub(crate) fn bounds(statement: &Statement, kind: PolicyKind) -> Bounds {
    let nulls = Nulls::of(statement);
    // C9: a key that is needed must be missing.
    let mut result = Bounds { never: nulls.contradict(), ..Bounds::default() };
    for condition in &statement.conditions {
        let Some(operator) = Operator::parse(&condition.operator) else {
            raise(&mut result.flags, Flag::UnknownOperator);
            continue;
        };
        if condition.values.is_empty() {
            raise(&mut result.flags, Flag::EmptyCondition);
            continue;
        }
        // C7: a negated operator bounds nothing.
        if operator.negated || operator.comparison == Comparison::Null {
            continue;
        }
        let key = Key::of(&condition.key);
        let present = key.is_some_and(|key| key.always_present) || nulls.demands_present(&condition.key);
        if operator.holds_when_missing() && !present {
            continue;
        }
        let Some(key) = key else { continue };
        // V2: in an access point's own policy the key says nothing new.
        if kind == PolicyKind::AccessPoint && names_access_point(&condition.key.to_ascii_lowercase()) {
            continue;
        }
        if key.misreads(operator.comparison, condition, statement.expands_variables) {
            raise(&mut result.flags, Flag::MalformedAddress);
        }
        let entries = key.reaches(operator.comparison, condition, statement.expands_variables);
        result.never |= entries.is_empty();
        let limits = vec![Arc::new(Limit::of(condition, key.dimension, false))];
        let bound = Bound { limits, entries };
        if !bound.is_vacuous() {
            result.bounds.push(bound);
        }
    }
    if result.never {
        raise(&mut result.flags, Flag::ConditionNeverMatches);
    }
    result
}

/// The keys that must be missing, or there, whatever else holds; in lower case.
#[derive(Debug, Default)]
pub(crate) struct Nulls {
    missing: HashSet<String>,
    present: HashSet<String>,
}

impl Nulls {
    /// Reads the statement's `Null` conditions, and those that a request without the key does not satisfy.
    pub(crate) fn of(statement: &Statement) -> Nulls {
        let mut nulls = Nulls::default();
        for condition in &statement.conditions {
            let Some(operator) = Operator::parse(&condition.operator).filter(|_| !condition.values.is_empty()) else {
                continue;
            };
            let says = |wanted: &str| condition.values.iter().all(|value| value.eq_ignore_ascii_case(wanted));
            let is_null = operator.comparison == Comparison::Null;
            if is_null && says("true") {
                nulls.missing.insert(condition.key.to_ascii_lowercase());
            } else if if is_null { says("false") } else { operator.fails_when_missing() } {
                nulls.present.insert(condition.key.to_ascii_lowercase());
            }
        }
        nulls
    }

    /// Whether some key must be missing that must also be present, or that every request has.
    fn contradict(&self) -> bool {
        let is_there = |key: &String| self.present.contains(key) || Key::of(key).is_some_and(|key| key.always_present);
        self.missing.iter().any(is_there)
    }

    /// Whether the key must be missing.
    pub(crate) fn demands_missing(&self, key: &str) -> bool {
        !self.missing.is_empty() && self.missing.contains(&key.to_ascii_lowercase())
    }

    /// Whether the key must be there.
    pub(crate) fn demands_present(&self, key: &str) -> bool {
        !self.present.is_empty() && self.present.contains(&key.to_ascii_lowercase())
    }
}
