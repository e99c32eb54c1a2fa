//! Denies: which of them cover an Allow, and who survives them (D1–D6).

use std::borrow::Cow;
use std::sync::Arc;

use crate::arn::Arn;
use crate::bound::{Bound, Entry, Key};
use crate::certain::Demand;
use crate::facts::Facts;
use crate::grant::title;
use crate::guardrail::Guard;
use crate::kind::PolicyKind;
use crate::limit::{Dimension, Limit};
use crate::operator::{Comparison, Operator};
use crate::part::PatternPart;
use crate::principal::Principal;
use crate::reach::Reach;
use crate::statement::{Condition, Effect, PrincipalValue, Statement};
use crate::value::variables_as_wildcards;

mod surviving;

pub(crate) use surviving::surviving;

/// A Deny that can be relied on: it denies those whom it names if its demands are certain, unless they are among the
/// survivors.
pub(crate) struct Denial<'a> {
    statement: &'a Statement,
    actions: Vec<String>,
    resources: Vec<Cow<'a, str>>,
    /// The conditions that must certainly hold for the callers.
    demands: Vec<Demand<'a>>,
    /// Those who are let through in spite of the Deny. Empty: nobody.
    pub(crate) survivors: Bound,
    /// The guardrail that contains it; none for a policy of the resource itself.
    guard: Option<Guard<'a>>,
}

impl<'a> Denial<'a> {
    /// Reads a Deny; `None` when it proves nothing (D5).
    pub(crate) fn read(statement: &'a Statement, facts: &Facts) -> Option<Denial<'a>> {
        let names_no_one = statement.principals.is_empty();
        if statement.effect != Effect::Deny || statement.does_nothing() || names_no_one || !statement.is_whole() {
            return None;
        }
        let mut survivors = Bound::default();
        let mut demands = Vec::new();
        for condition in &statement.conditions {
            // The Deny hits only if all its conditions hold, so a caller that one of them does not hit survives: the
            // union (D3).
            let Some((dimension, entries)) = escapes(condition, statement.expands_variables) else {
                demands.push(Demand::read(condition, statement.expands_variables)?);
                continue;
            };
            survivors.entries.extend(entries);
            survivors.limits.push(Arc::new(Limit::of(condition, dimension, true)));
        }
        if statement.is_not_principal {
            // D4: only those listed survive.
            survivors.entries.extend(statement.principals.iter().filter_map(|listed| left_out(listed, facts)));
            let names = statement.principals.iter().map(|principal| &principal.value);
            survivors.limits.push(Arc::new(Limit::new("NotPrincipal".to_owned(), names, Dimension::Caller, true)));
        }
        let actions = statement.actions.iter().map(|action| action_pattern(action, facts)).collect();
        let resources =
            statement.resources.iter().map(|resource| resource_pattern(resource, statement, facts)).collect();
        (!survivors.is_vacuous()).then_some(Denial { statement, actions, resources, demands, survivors, guard: None })
    }

    /// Reads a Deny of a guardrail. A role's trust policy names no resource: there the Deny's resources are compared
    /// with the role itself.
    pub(crate) fn of_guardrail(statement: &'a Statement, guard: Guard<'a>, facts: &Facts) -> Option<Denial<'a>> {
        let denial = Denial { guard: Some(guard), ..Denial::read(statement, facts)? };
        let Some(role) = facts.target.filter(|_| facts.kind == PolicyKind::Trust) else { return Some(denial) };
        let covers = PatternPart::new(role.base().into()).is_within(&denial.resources, statement.is_not_resource);
        (denial.resources.is_empty() || covers).then(|| Denial { resources: Vec::new(), ..denial })
    }

    /// D2: whether all whom the principal stands for are denied.
    pub(crate) fn names(&self, principal_value: &PrincipalValue) -> bool {
        let principal = Principal::read(principal_value);
        let covers = |named| match (Principal::read(named), principal) {
            (Principal::Anyone, _) => true,
            (Principal::Account { id, arn: None }, Principal::Account { id: other, .. }) => id == other,
            (Principal::Service("*"), Principal::Service(_)) => true,
            // A role stands for its sessions.
            (Principal::Account { arn: Some(role), .. }, Principal::Account { arn: Some(session), .. }) => {
                role == session || is_session(role, session)
            }
            // A wildcard inside an ARN matches nobody, so it denies nobody (P4).
            (Principal::InvalidWildcard | Principal::Services(_) | Principal::Malformed | Principal::Dangling, _) => {
                false
            }
            (named, principal) => named == principal,
        };
        self.guard.is_none_or(|guard| guard.binds_principal(principal_value))
            && (self.statement.is_not_principal || self.statement.principals.iter().any(covers))
    }

    /// How a reason names it.
    fn title(&self) -> String {
        let own = title(self.statement.ordinal, self.statement.sid.as_deref());
        self.guard.map_or_else(|| own.clone(), |guard| format!("RCP {}, {own}", guard.name))
    }

    /// D2: whether it names all whom a bound lets through by this entry.
    fn names_entry(&self, entry: &Entry) -> bool {
        let (Dimension::Caller, Reach::Account { id, arn }) = (entry.dimension, &entry.reach) else { return false };
        let covers = |named| match Principal::read(named) {
            Principal::Account { id: named, arn: None } => named == id,
            Principal::Account { arn: Some(named), .. } => arn.as_deref() == Some(named),
            _ => false,
        };
        self.statement.principals.iter().any(covers)
    }

    /// Whether all whom it names are denied.
    fn spares_no_one(&self) -> bool {
        self.survivors.entries.is_empty() && !self.statement.is_not_principal
    }

    /// The number of comparisons for one principal.
    fn size(&self) -> usize {
        self.named().saturating_add(self.survivors.entries.len())
    }

    fn named(&self) -> usize {
        self.demands.iter().map(Demand::size).sum::<usize>().saturating_add(self.statement.principals.len())
    }

    fn covers(&self, action: &PatternPart, resource: &PatternPart) -> bool {
        self.guard.is_none_or(|guard| guard.binds(action))
            && action.is_within(&self.actions, self.statement.is_not_action)
            && (self.resources.is_empty() || resource.is_within(&self.resources, self.statement.is_not_resource))
    }
}

/// Whether the session is of the role, in the same account. A role's path is not in its session's ARN.
pub(crate) fn is_session(role: &str, session: &str) -> bool {
    let (Some(role), Some(session)) = (Arn::parse(role), Arn::parse(session)) else { return false };
    let name = role.resource.strip_prefix("role/").and_then(|path| path.rsplit('/').next());
    let of = session.resource.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next());
    (role.service, session.service) == ("iam", "sts") && role.account == session.account && name.is_some() && name == of
}

/// Who is not hit by one condition of a Deny; `None` if that may be anyone.
fn escapes(condition: &Condition, expands_variables: bool) -> Option<(Dimension, Vec<Entry>)> {
    let operator = Operator::parse(&condition.operator)?;
    // A key that uploads must use says nothing about who may read (D5).
    let key = Key::of(&condition.key).filter(|key| !key.is_encryption())?;
    // `PrincipalIsAWSService: false` lets services through (D3).
    let spares_services = condition.key.eq_ignore_ascii_case("aws:PrincipalIsAWSService")
        && !operator.negated
        && !operator.for_all
        && !condition.values.is_empty()
        && condition.values.iter().all(|value| value.eq_ignore_ascii_case("false"));
    if spares_services {
        return Some((key.dimension, vec![Entry { dimension: Dimension::Service, reach: Reach::Service }]));
    }
    // `ForAnyValue` with `Not` is false when the key is missing, so callers without the key are not hit.
    let escapable = operator.for_any && !key.always_present;
    let proves = operator.negated && !operator.for_all && !escapable && operator.comparison != Comparison::Other;
    let survivors = || (key.dimension, key.reaches(operator.comparison, condition, expands_variables));
    (proves && !condition.values.is_empty()).then(survivors)
}

/// A principal of `NotPrincipal` as one who survives.
fn left_out(principal: &PrincipalValue, facts: &Facts) -> Option<Entry> {
    let canonical_ids = &facts.organization.canonical_ids;
    let (dimension, reach) = match Principal::read(principal) {
        // If a value cannot be read, it may leave someone out.
        Principal::Anyone | Principal::InvalidWildcard => (Dimension::Caller, Reach::Anyone),
        Principal::Account { id, arn } => {
            let (id, arn) = (id.to_owned(), arn.map(str::to_owned));
            (Dimension::Caller, Reach::Account { id, arn })
        }
        Principal::Service(_) | Principal::Services(_) | Principal::OriginAccess(_) => {
            (Dimension::Service, Reach::Service)
        }
        Principal::CanonicalUser(id) if canonical_ids.contains_key(id) => {
            let id = canonical_ids.get(id).cloned().unwrap_or_default();
            (Dimension::Caller, Reach::Account { id, arn: None })
        }
        Principal::Federated(_) | Principal::CanonicalUser(_) | Principal::Malformed => {
            (Dimension::Caller, Reach::Unresolved)
        }
        Principal::Dangling => return None,
    };
    Some(Entry { dimension, reach })
}

/// Action names are the same in any case (P2). Where only one service is meant, all of it is `*`.
fn action_pattern(action: &str, facts: &Facts) -> String {
    let whole = facts.service.is_some_and(|service| {
        action.split_once(':').is_some_and(|(name, rest)| rest == "*" && name.eq_ignore_ascii_case(service))
    });
    if whole || action == "*:*" { "*".to_owned() } else { action.to_ascii_lowercase() }
}

/// The pattern of a Deny's resource. If `NotResource` uses a variable, or a text that may name the resource, it is not
/// known what it leaves out: so it may leave out anything.
fn resource_pattern<'a>(resource: &'a str, statement: &Statement, facts: &Facts) -> Cow<'a, str> {
    let target = facts.target();
    let written = target.map_or(Cow::Borrowed(resource), |target| target.absolute(resource));
    if !statement.is_not_resource {
        return written;
    }
    let varies = statement.expands_variables && written.contains("${");
    let pattern = if varies { Cow::Owned(variables_as_wildcards(&written)) } else { written };
    if target.is_some_and(|target| target.is_undecided(&pattern)) { Cow::Borrowed("*") } else { pattern }
}
