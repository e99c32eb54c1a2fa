//! Denies: which of them cover an Allow, and who survives them (D1–D6).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::arn::Arn;
use crate::bound::{Bound, Entry, Key};
use crate::certain::{Demand, Known};
use crate::class::Class;
use crate::facts::Facts;
use crate::flag::Flag;
use crate::grant::{Grant, Reading, title};
use crate::guardrail::Guard;
use crate::kind::PolicyKind;
use crate::limit::{Dimension, Limit};
use crate::operator::{Comparison, Operator};
use crate::part::{Part, cut_along, cuts, parts};
use crate::principal::Principal;
use crate::reach::Reach;
use crate::statement::{Condition, Effect, PrincipalValue, Statement};
use crate::value::variables_as_wildcards;

/// The most comparisons of patterns for one Allow; past it no Deny counts.
const MAX_COMPARISONS: usize = 20_000;
/// The most principals, times sets, times what the Denies name; past it no Deny counts.
const MAX_WEIGHINGS: usize = 10_000_000;
/// How many Denies a grant names.
const MAX_NAMED: usize = 8;
/// The most different sets of Denies that the parts of one Allow may meet; past it no Deny counts.
const MAX_SETS: usize = 64;

/// A Deny that may prove something: those it names are denied if its demands are certain, unless they are among the
/// survivors.
pub(crate) struct Denial<'a> {
    statement: &'a Statement,
    actions: Vec<String>,
    resources: Vec<Cow<'a, str>>,
    /// What must be certain of the callers.
    demands: Vec<Demand<'a>>,
    /// Who is let through all the same. Empty: no one.
    pub(crate) survivors: Bound,
    /// The guardrail that it stands in; none: a policy of the resource's own.
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
            // The Deny holds when all its conditions do, so whoever escapes one of them survives: the union (D3).
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

    /// Reads a Deny of a guardrail. A role's trust policy names no resource: there it is held against the role itself.
    pub(crate) fn of_guardrail(statement: &'a Statement, guard: Guard<'a>, facts: &Facts) -> Option<Denial<'a>> {
        let denial = Denial { guard: Some(guard), ..Denial::read(statement, facts)? };
        let Some(role) = facts.target.filter(|_| facts.kind == PolicyKind::Trust) else { return Some(denial) };
        let covers = Part::new(role.base().into()).is_within(&denial.resources, statement.is_not_resource);
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

    /// The Deny against one Allow; `None` when it rests on what that does not make certain (D5).
    fn against(&self, allow: &Statement) -> Option<Weighed<'a, '_>> {
        let open: Vec<&Demand> = self.demands.iter().filter(|demand| !demand.follows_from(allow)).collect();
        open.iter().all(|demand| demand.is_of_caller()).then_some(Weighed { denial: self, open })
    }

    /// Whether all whom it names are denied.
    fn spares_no_one(&self) -> bool {
        self.survivors.entries.is_empty() && !self.statement.is_not_principal
    }

    /// How much there is to compare with one principal.
    fn size(&self) -> usize {
        self.named().saturating_add(self.survivors.entries.len())
    }

    fn named(&self) -> usize {
        self.demands.iter().map(Demand::size).sum::<usize>().saturating_add(self.statement.principals.len())
    }

    fn covers(&self, action: &Part, resource: &Part) -> bool {
        self.guard.is_none_or(|guard| guard.binds(action))
            && action.is_within(&self.actions, self.statement.is_not_action)
            && (self.resources.is_empty() || resource.is_within(&self.resources, self.statement.is_not_resource))
    }
}

/// A Deny against one Allow.
struct Weighed<'a, 'd> {
    denial: &'d Denial<'a>,
    /// What the Allow's own conditions do not make certain.
    open: Vec<&'d Demand<'a>>,
}

impl Weighed<'_, '_> {
    /// Whether all whom the grant lets in are denied, but for the survivors.
    fn denies(&self, caller: &Caller) -> bool {
        self.denial.names(caller.principal) && self.open.iter().all(|demand| caller.known.meets(demand))
    }

    /// Whether all whom a bound of the grant lets through by this entry are denied.
    fn excludes(&self, caller: &Caller, bound: &Bound, entry: &Entry) -> bool {
        let names = || self.denial.names_entry(entry) || (!self.open.is_empty() && self.denial.names(caller.principal));
        let is_certain = || {
            let known = Known::of_entry(bound, entry, caller.facts);
            self.open.iter().all(|demand| caller.known.meets(demand) || known.meets(demand))
        };
        self.denial.spares_no_one() && names() && (self.open.is_empty() || is_certain())
    }

    /// Whether it excludes someone whom these bounds name; no, where that is too much to ask.
    fn excludes_any(&self, caller: &Caller, bounds: &[&Bound]) -> bool {
        let entries: usize = bounds.iter().map(|bound| bound.entries.len()).sum();
        let is_little = self.denial.named().saturating_mul(entries) <= MAX_COMPARISONS;
        let excludes = |bound: &&Bound| bound.entries.iter().any(|entry| self.excludes(caller, bound, entry));
        is_little && bounds.iter().any(excludes)
    }
}

/// One principal of an Allow, and what is certain of it.
struct Caller<'a> {
    principal: &'a PrincipalValue,
    known: Known,
    facts: &'a Facts<'a>,
}

/// Whether the session is of the role, in the same account. A role's path is not in its session's ARN.
fn is_session(role: &str, session: &str) -> bool {
    let (Some(role), Some(session)) = (Arn::parse(role), Arn::parse(session)) else { return false };
    let name = role.resource.strip_prefix("role/").and_then(|path| path.rsplit('/').next());
    let of = session.resource.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next());
    (role.service, session.service) == ("iam", "sts") && role.account == session.account && name.is_some() && name == of
}

/// Who escapes one condition of a Deny; `None` when that may be anyone.
fn escapes(condition: &Condition, expands_variables: bool) -> Option<(Dimension, Vec<Entry>)> {
    let operator = Operator::parse(&condition.operator)?;
    // Who uploads under which key says nothing of who reads (D5).
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
    // `ForAnyValue` with `Not` is false when the key is missing, so whoever lacks it escapes.
    let escapable = operator.for_any && !key.always_present;
    let proves = operator.negated && !operator.for_all && !escapable && operator.comparison != Comparison::Other;
    let survivors = || (key.dimension, key.reaches(operator.comparison, condition, expands_variables));
    (proves && !condition.values.is_empty()).then(survivors)
}

/// A principal of `NotPrincipal` as one who survives.
fn left_out(principal: &PrincipalValue, facts: &Facts) -> Option<Entry> {
    let canonical_ids = &facts.organization.canonical_ids;
    let (dimension, reach) = match Principal::read(principal) {
        // What cannot be read is not shown to leave out no one.
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

/// The pattern of a Deny's resource. What `NotResource` leaves out by a variable, or by a text that may be the resource's,
/// is not known, so it may be anything.
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

/// The sets of Denies that the parts of an Allow meet, each part being one action on one resource: an Allow is only
/// gone when every part of it is. `None` when there is too much to compare.
fn sets(allow: &Statement, denials: &[Weighed], facts: &Facts) -> Option<BTreeSet<Vec<usize>>> {
    if denials.is_empty() {
        return Some(BTreeSet::from([Vec::new()]));
    }
    let denials: Vec<&Denial> = denials.iter().map(|weighed| weighed.denial).collect();
    let left_out = denials.iter().filter(|it| it.statement.is_not_action).flat_map(|it| &it.actions);
    let cuts_of_actions = cuts(left_out.map(String::as_str));
    let left_out = denials.iter().filter(|it| it.statement.is_not_resource).flat_map(|it| &it.resources);
    let cuts_of_resources = cuts(left_out.map(|it| &**it));
    let actions = allow.actions.iter().map(|action| action_pattern(action, facts).into()).collect();
    let actions = cut_along(parts(actions, allow.is_not_action), &cuts_of_actions);
    let resources = match facts.target() {
        Some(target) => target.parts(allow),
        None => parts(allow.resources.iter().map(Cow::from).collect(), allow.is_not_resource),
    };
    let resources = cut_along(resources, &cuts_of_resources);
    let patterns: usize =
        denials.iter().map(|denial| denial.actions.len().saturating_add(denial.statement.resources.len())).sum();
    if actions.len().saturating_mul(resources.len()).saturating_mul(patterns) > MAX_COMPARISONS {
        return None;
    }
    let pairs = || actions.iter().flat_map(|action| resources.iter().map(move |resource| (action, resource)));
    // An action that is never on a part, as `GetObject` on a bucket itself, gives nothing there that a Deny could leave.
    let gives_any = pairs().any(|(action, resource)| !resource.is_never_of(action));
    let mut sets = BTreeSet::new();
    for (action, resource) in pairs().filter(|(action, resource)| !gives_any || !resource.is_never_of(action)) {
        let covering = denials.iter().enumerate().filter(|(_, denial)| denial.covers(action, resource));
        sets.insert(covering.map(|(index, _)| index).collect());
    }
    (sets.len() <= MAX_SETS).then_some(sets)
}

/// The bounds that hold where these Denies do: the statement's own, less whom a Deny names, and who survives those that
/// deny the principal. `None` where they change nothing.
fn left<'a>(own: &[&'a Bound], caller: &Caller, denials: &[&'a Weighed<'_, '_>]) -> Option<Vec<Cow<'a, Bound>>> {
    let hit = denials.iter().filter(|weighed| weighed.denies(caller));
    let survivors = hit.map(|weighed| &weighed.denial.survivors);
    let mut all: Vec<&Bound> = own.to_vec();
    all.extend(survivors);
    let naming: Vec<&&Weighed> = denials.iter().filter(|weighed| weighed.denial.spares_no_one()).collect();
    let named: usize = naming.iter().map(|weighed| weighed.denial.named()).sum();
    let entries: usize = all.iter().map(|bound| bound.entries.len()).sum();
    let is_little = named.saturating_mul(entries) <= MAX_COMPARISONS;
    let less = |bound: &'a Bound| {
        let is_excluded = |entry: &Entry| naming.iter().any(|weighed| weighed.excludes(caller, bound, entry));
        if is_little { bound.without(is_excluded) } else { Cow::Borrowed(bound) }
    };
    let left: Vec<Cow<'a, Bound>> = all.into_iter().map(less).collect();
    let is_changed = left.len() > own.len() || left.iter().any(|bound| matches!(bound, Cow::Owned(_)));
    is_changed.then_some(left)
}

/// The grants of an Allow after Denies: for each principal the widest of what its actions and resources leave.
pub(crate) fn surviving(reading: &Reading, denials: &[Denial], facts: &Facts) -> Vec<Grant> {
    let denials: Vec<Weighed> = denials.iter().filter_map(|denial| denial.against(reading.statement)).collect();
    let sizes: usize = denials.iter().map(|weighed| weighed.denial.size()).sum();
    let sets = sets(reading.statement, &denials, facts).filter(|sets| {
        let work = reading.principals.len().saturating_mul(sizes).saturating_mul(sets.len());
        work <= MAX_WEIGHINGS
    });
    let own = reading.own_bounds();
    let weigh = |principal: &PrincipalValue| {
        let open = reading.grant(principal, &own, facts);
        let Some(sets) = &sets else {
            return open.flagged(Flag::DenyNotWeighed);
        };
        let caller = Caller { principal, known: Known::of_principal(principal, &own, reading.statement, facts), facts };
        let mut widest: Option<Grant> = None;
        for set in sets {
            let met: Vec<&Weighed> = set.iter().map(|index| &denials[*index]).collect();
            let grant = match left(&own, &caller, &met) {
                None => open.clone(),
                Some(left) => reading.grant(principal, &left.iter().map(|bound| &**bound).collect::<Vec<_>>(), facts),
            };
            if widest.as_ref().is_none_or(|known| grant.class > known.class) {
                widest = Some(grant);
            }
        }
        let by = || {
            let hits = |weighed: &&Weighed| weighed.denies(&caller) || weighed.excludes_any(&caller, &own);
            let met: BTreeSet<usize> = sets.iter().flatten().copied().collect();
            let hit = met.into_iter().map(|index| &denials[index]).filter(hits).map(|weighed| weighed.denial);
            hit.map(Denial::title).take(MAX_NAMED).collect()
        };
        match widest {
            Some(grant) if grant.class == Class::Nobody && open.class != Class::Nobody => {
                grant.denied(Flag::Denied, by())
            }
            Some(grant) if grant.class < open.class => grant.denied(Flag::DeniedInPart, by()),
            Some(grant) => grant,
            None => open,
        }
    };
    reading.principals.iter().map(weigh).collect()
}
