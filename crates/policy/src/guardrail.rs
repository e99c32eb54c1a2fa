//! Resource control policies: what an organization denies to all callers on the resources of an account (E2, E3).
//!
//! They only take rights away, wherever the caller is from. They bind the actions of some services. They bind neither
//! the calls of service-linked roles nor the assuming of such roles. The caller of this module must know which of them
//! an account has; the management account has none.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use crate::arn::Arn;
use crate::class::Class;
use crate::deny::{Denial, surviving};
use crate::document::Document;
use crate::facts::Facts;
use crate::flag::Flag;
use crate::grant::{Grant, Reading};
use crate::kind::PolicyKind;
use crate::operator::Operator;
use crate::part::PatternPart;
use crate::principal::Principal;
use crate::statement::{PrincipalValue, Statement};

/// The services whose actions they bind; `scripts/access-levels` writes it.
static SERVICES: LazyLock<BTreeSet<&'static str>> =
    LazyLock::new(|| include_str!("../data/rcp_services.txt").lines().filter(|line| !line.starts_with('#')).collect());

/// The one action of those services that they never bind.
const NEVER_BOUND: &str = "kms:retiregrant";

/// One resource control policy, read once for all accounts that have it.
#[derive(Debug)]
pub struct Guardrail {
    name: String,
    document: Document,
}

impl Guardrail {
    /// Reads one. Reasons call it by `name`: `perimeter (p-abcdefgh)`.
    pub fn parse(name: String, text: &str) -> Guardrail {
        Guardrail { name, document: Document::parse(text) }
    }

    /// Whether the document could be understood; one that could not takes nothing away.
    pub fn is_understood(&self) -> bool {
        self.document.is_understood()
    }
}

/// The resource control policies that an account has.
#[derive(Debug, Clone, Default)]
pub struct Guardrails {
    policies: Vec<Arc<Guardrail>>,
    has_unread: bool,
}

impl Guardrails {
    /// Those that were read, each once, and whether the account may have more.
    pub fn new(policies: Vec<Arc<Guardrail>>, has_unread: bool) -> Guardrails {
        Guardrails { policies, has_unread }
    }

    /// Whether the account may have more than these.
    pub fn has_unread(&self) -> bool {
        self.has_unread
    }

    /// Whether an unread one may take away some of what the resource's policies give.
    pub(crate) fn is_unread(&self, facts: &Facts) -> bool {
        self.has_unread && may_bind(facts)
    }

    /// Their Denies, as far as they may bind the resource.
    pub(crate) fn denials(&self, facts: &Facts) -> Vec<Denial<'_>> {
        let mut denials = Vec::new();
        for policy in self.policies.iter().filter(|_| may_bind(facts)) {
            let guard = Guard { name: &policy.name, is_of_service: facts.service.is_some() };
            let statements = policy.document.statements.iter();
            denials.extend(statements.filter_map(|statement| Denial::of_guardrail(statement, guard, facts)));
        }
        denials
    }
}

/// The guardrail that a Deny is in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guard<'a> {
    /// How reasons call the policy.
    pub(crate) name: &'a str,
    /// Whether the resource is known to be of a service that is bound: there `*` means that service's actions.
    is_of_service: bool,
}

impl Guard<'_> {
    /// Whether all of an Allow's part is actions that are bound.
    pub(crate) fn binds(&self, action: &PatternPart) -> bool {
        let pattern = action.pattern();
        let is_bound = match pattern.split_once(':') {
            Some((service, _)) => SERVICES.contains(service),
            None => self.is_of_service,
        };
        is_bound && pattern != NEVER_BOUND
    }

    /// Whether it binds all whom the principal stands for.
    pub(crate) fn binds_principal(&self, principal: &PrincipalValue) -> bool {
        match Principal::read(principal) {
            Principal::Account { arn: Some(arn), .. } => !is_service_linked(arn),
            _ => true,
        }
    }
}

/// Whether resource control policies bind an action, written in lower case (E3).
pub(crate) fn binds_action(action: &str) -> bool {
    action != NEVER_BOUND && action.split_once(':').is_some_and(|(service, _)| SERVICES.contains(service))
}

/// Whether any action on the resource may be bound.
fn may_bind(facts: &Facts) -> bool {
    let role = facts.target.filter(|_| facts.kind == PolicyKind::Trust);
    let is_exempt = role.is_some_and(|role| is_service_linked(role.base()));
    !is_exempt && facts.service.is_none_or(|service| SERVICES.contains(service))
}

/// Whether the ARN, or the pattern of one, is of service-linked roles or their sessions.
pub(crate) fn is_service_linked(arn: &str) -> bool {
    Arn::parse(arn).is_some_and(|arn| match arn.service {
        "iam" => arn.resource.starts_with("role/aws-service-role/"),
        // A session's ARN does not have its role's path.
        "sts" => arn.resource.starts_with("assumed-role/AWSServiceRoleFor"),
        _ => false,
    })
}

/// Whether the statement lets in service-linked roles alone.
fn is_for_service_linked(statement: &Statement) -> bool {
    statement.conditions.iter().any(|condition| {
        condition.key.eq_ignore_ascii_case("aws:PrincipalArn")
            && Operator::parse(&condition.operator).is_some_and(|operator| !operator.negated)
            && !condition.values.is_empty()
            && condition.values.iter().all(|value| is_service_linked(value))
    })
}

/// What guardrails leave of a grant.
pub(crate) struct Guarded {
    /// The grant as it is left.
    pub(crate) grant: Grant,
    /// The grant as it was before, if they took some of it away.
    pub(crate) before: Option<Grant>,
}

impl Guarded {
    /// The same, of the document at this place.
    pub(crate) fn of_document(mut self, place: usize) -> Guarded {
        self.grant.document = place;
        self
    }
}

/// The grants of an Allow after Denies: `own` are the resource's, and after them in `all` come those of guardrails.
pub(crate) fn guarded(reading: &Reading, own: usize, all: &[Denial], facts: &Facts) -> Vec<Guarded> {
    let before = surviving(reading, all.get(..own).unwrap_or(all), facts);
    if own >= all.len() || is_for_service_linked(reading.statement) {
        return before.into_iter().map(|grant| Guarded { grant, before: None }).collect();
    }
    let left = surviving(reading, all, facts);
    before.into_iter().zip(left).map(|(before, left)| lesser(before, left)).collect()
}

/// They only take away: if a grant is not narrower than before, it stays as it was.
fn lesser(before: Grant, left: Grant) -> Guarded {
    let is_weighed = !left.flags.contains(&Flag::DenyNotWeighed) || before.flags.contains(&Flag::DenyNotWeighed);
    if !is_weighed {
        return Guarded { grant: before.flagged(Flag::DenyNotWeighed), before: None };
    }
    let keeps_out = before.is_external != Some(false) && left.is_external == Some(false);
    if left.class < before.class || (keeps_out && left.class == before.class) {
        Guarded { grant: left.flagged(Flag::DeniedByRcp), before: Some(before) }
    } else {
        Guarded { grant: before, before: None }
    }
}

/// What guardrails leave of an ACL's grant, which the statement stands for, to a grantee of this class; `None` where they
/// take nothing away.
pub(crate) fn left_of_acl(statement: &Statement, class: Class, guards: &[Denial], facts: &Facts) -> Option<Grant> {
    if guards.is_empty() || class <= Class::SameAccount {
        return None;
    }
    let left = surviving(&Reading::of(statement, facts)?, guards, facts).pop()?;
    (left.class < class).then(|| left.flagged(Flag::DeniedByRcp))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e3_some_services_are_bound_and_others_are_not() {
        assert!(SERVICES.len() >= 44, "{}", SERVICES.len());
        let is_bound = |name: &str| SERVICES.contains(name);
        assert!(["s3", "sqs", "kms", "sts", "secretsmanager", "ecr", "dynamodb"].into_iter().all(is_bound));
        assert!(!["sns", "lambda", "iam", "ec2", "es"].into_iter().any(is_bound));
    }

    #[test]
    fn e2_service_linked_roles_are_known_by_path_and_by_session() {
        assert!(is_service_linked(
            "arn:aws:iam::111122223333:role/aws-service-role/a.amazonaws.com/AWSServiceRoleForA"
        ));
        assert!(is_service_linked("arn:aws:iam::*:role/aws-service-role/*"));
        assert!(is_service_linked("arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForA/s"));
        assert!(!is_service_linked("arn:aws:iam::111122223333:role/x/aws-service-role/a"));
        assert!(!is_service_linked("arn:aws:iam::111122223333:root") && !is_service_linked("*"));
    }
}
