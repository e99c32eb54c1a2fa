//! Allows of an access point's policy joined with those of its bucket's: what both of them give.
//!
//! Where one of the two was not read, an Allow of everything to anyone stands for it, which is not certain: then the
//! other one says who may get in at most.

use super::keys::Met;
use super::names::BucketNames;
use super::{AccessPoint, BucketBehind};
use crate::arn::Arn;
use crate::class::Class;
use crate::document::Document;
use crate::facts::Facts;
use crate::flag::Flag;
use crate::glob::{contains, overlaps};
use crate::principal::Principal;
use crate::s3::blocked;
use crate::statement::{Condition, Effect, PrincipalKind, PrincipalValue, Statement};
use crate::value::variables_as_wildcards;
use crate::verdict::Policies;

/// The most pairs of Allows. With more, the bucket's policy counts as not read.
const MAX_PAIRS: usize = 4096;

/// The most comparisons of the patterns of two Allows. With more, those of the first stand for both.
const MAX_COMPARISONS: usize = 10_000;

/// What the policies of an access point and of one of its buckets say of a request.
pub(crate) struct Way {
    /// What both allow.
    pub(crate) allows: Vec<Joint>,
    /// What one of them denies.
    pub(crate) denies: Vec<Statement>,
}

/// An Allow of the access point and one of the bucket as one.
pub(crate) struct Joint {
    /// Both together, about the access point. Place and principals are those of the access point's statement.
    pub(crate) statement: Statement,
    /// The number of the document that the access point's statement is in.
    pub(crate) document: usize,
    /// Whether it is certain that both allow it.
    pub(crate) is_certain: bool,
    /// Whether the access point's policy says so. If not, that policy was not read, and only the bucket's says so.
    pub(crate) is_read: bool,
}

/// An Allow of one of the two, as requests through the access point meet it.
struct Side {
    statement: Statement,
    document: usize,
    is_certain: bool,
    is_read: bool,
}

impl Side {
    /// A policy that was not read: it may allow everything to anyone.
    fn unread() -> Side {
        let anyone = PrincipalValue { kind: PrincipalKind::Aws, value: "*".to_owned() };
        let statement = Statement {
            effect: Effect::Allow,
            principals: vec![anyone],
            has_principal: true,
            actions: vec!["*".to_owned()],
            ..Statement::empty(0, false)
        };
        Side { statement, document: 0, is_certain: false, is_read: false }
    }
}

impl Way {
    /// The way through the access point, which the policies are on, to one of its buckets.
    pub(crate) fn to(bucket: &BucketBehind, point: &AccessPoint, policies: &Policies, facts: &Facts) -> Way {
        let (own, mut denies) = of_point(point, policies, facts);
        let (mut others, denied) = of_bucket(bucket, point, policies, facts);
        denies.extend(denied);
        if own.len().saturating_mul(others.len()) > MAX_PAIRS {
            others = vec![Side::unread()];
        }
        let pairs = own.iter().flat_map(|own| others.iter().map(move |other| (own, other)));
        Way { allows: pairs.flat_map(|(own, other)| joined(own, other, facts)).collect(), denies }
    }
}

/// The Allows and Denies of an access point's policy.
fn of_point(point: &AccessPoint, policies: &Policies, facts: &Facts) -> (Vec<Side>, Vec<Statement>) {
    let (mut sides, mut denies) = (Vec::new(), Vec::new());
    for (document, statement) in statements(policies.documents) {
        match point.meets(statement, facts) {
            Some(met) if statement.effect == Effect::Allow => {
                sides.push(Side { statement: met.statement, document, is_certain: met.is_certain, is_read: true });
            }
            Some(met) if met.is_certain => denies.push(met.statement),
            _ => {}
        }
    }
    if policies.has_unread || policies.never_read.is_some() || !policies.documents.iter().all(is_whole) {
        sides.push(Side::unread());
    }
    (sides, denies)
}

/// The Allows of a bucket's policy and ACL, and the Denies of its policy, about the access point instead of the bucket.
fn of_bucket(
    bucket: &BucketBehind,
    point: &AccessPoint,
    policies: &Policies,
    facts: &Facts,
) -> (Vec<Side>, Vec<Statement>) {
    let names = BucketNames::of(bucket.arn, point.arn);
    let (mut sides, mut denies) = (Vec::new(), Vec::new());
    let side = |statement: Statement, is_certain: bool| Side { statement, document: 0, is_certain, is_read: true };
    for (_, statement) in statements(bucket.documents) {
        let Some(Met { statement, is_certain }) = point.meets(statement, facts) else { continue };
        if statement.effect == Effect::Allow {
            sides.extend(names.of_allow(statement).map(|statement| side(statement, is_certain)));
        } else if is_certain {
            denies.extend(names.of_deny(statement));
        }
    }
    let levels: Vec<_> = policies.blocks.iter().chain(&bucket.blocks).copied().collect();
    let ignored = blocked(&levels, |block| block.ignore_public_acls);
    for grant in &bucket.acl {
        let is_public = grant.grantee.is_anyone();
        let is_ignored = is_public && ignored == Some(true);
        if !is_ignored && grant.grantee.class(bucket.acl_owner, facts) > Class::SameAccount {
            sides.push(side(grant.statement(), !is_public || ignored.is_some()));
        }
    }
    if bucket.has_unread || !bucket.documents.iter().all(is_whole) {
        sides.push(Side::unread());
    }
    (sides, denies)
}

/// The statements that say something, each with the number of its document.
fn statements(documents: &[Document]) -> impl Iterator<Item = (usize, &Statement)> {
    let all = documents.iter().enumerate();
    let all = all.flat_map(|(place, document)| document.statements.iter().map(move |statement| (place, statement)));
    all.filter(|(_, it)| match it.effect {
        Effect::Allow => !it.does_nothing() && it.refused.is_none(),
        Effect::Deny => !it.does_nothing() && it.is_whole(),
        Effect::Unknown(_) => false,
    })
}

/// Whether all of a document was understood.
fn is_whole(document: &Document) -> bool {
    let is_object = |statement: &Statement| !statement.flags.contains(&Flag::MalformedStatement);
    document.is_understood() && document.statements.iter().all(is_object)
}

/// What two Allows give together: no statement if they have nothing in common, and more than one if the second names
/// callers of several sorts.
fn joined(own: &Side, other: &Side, facts: &Facts) -> Vec<Joint> {
    let (one, two) = (&own.statement, &other.statement);
    let actions = common(&Patterns::of_actions(one, facts), &Patterns::of_actions(two, facts));
    let resources = common(&Patterns::of_resources(one, facts), &Patterns::of_resources(two, facts));
    let (Some(actions), Some(resources)) = (actions, resources) else { return Vec::new() };
    let statement = Statement {
        actions: actions.list,
        is_not_action: actions.is_negated,
        resources: resources.list,
        is_not_resource: resources.is_negated,
        conditions: one.conditions.iter().chain(&two.conditions).cloned().collect(),
        expands_variables: one.expands_variables || two.expands_variables,
        ..one.clone()
    };
    let joint = |caller: Option<Condition>| {
        let mut statement = statement.clone();
        statement.conditions.extend(caller);
        let is_certain = own.is_certain && other.is_certain;
        Joint { statement, document: own.document, is_certain, is_read: own.is_read }
    };
    callers(two, facts).into_iter().map(joint).collect()
}

/// The principals of an Allow as conditions, of which one must hold. Anyone needs none.
fn callers(statement: &Statement, facts: &Facts) -> Vec<Option<Condition>> {
    let anyone = || vec![None];
    if statement.is_not_principal {
        return anyone();
    }
    let (mut accounts, mut identities) = (Vec::new(), Vec::new());
    let (mut services, mut others) = (Vec::new(), Vec::new());
    for principal in &statement.principals {
        match Principal::read(principal) {
            Principal::Anyone | Principal::InvalidWildcard | Principal::Service("*") | Principal::Federated("*") => {
                return anyone();
            }
            // A session's ARN is no value of the key: there the account stands for it.
            Principal::Account { arn: Some(arn), .. } if Arn::parse(arn).is_some_and(|arn| arn.service == "iam") => {
                identities.push(arn.to_owned());
            }
            Principal::Account { id, .. } => accounts.push(id.to_owned()),
            Principal::CanonicalUser(id) => match facts.organization.canonical_ids.get(id) {
                Some(account) => accounts.push(account.clone()),
                None => others.push(id.to_owned()),
            },
            Principal::Service(name) | Principal::Services(name) => services.push(name.to_owned()),
            // Whoever that is: nobody knows the owner of such an id.
            Principal::Federated(_) | Principal::Malformed => others.push("unreadable".to_owned()),
            Principal::OriginAccess(_) | Principal::Dangling => {}
        }
    }
    let sorts = [
        ("StringEquals", "aws:PrincipalAccount", accounts),
        ("ArnEquals", "aws:PrincipalArn", identities),
        ("StringLike", "aws:PrincipalServiceName", services),
        ("StringEquals", "aws:userid", others),
    ];
    let named = sorts.into_iter().filter(|(_, _, values)| !values.is_empty());
    named
        .map(|(operator, key, values)| Some(Condition { operator: operator.into(), key: key.into(), values }))
        .collect()
}

/// Patterns of actions or resources; if negated, all but those.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Patterns {
    list: Vec<String>,
    is_negated: bool,
}

impl Patterns {
    fn of_actions(statement: &Statement, facts: &Facts) -> Patterns {
        let whole = |action: &String| match facts.service {
            // An action without its service can only be one of the service that the policy is about.
            Some(service) if action != "*" && !action.contains(':') => format!("{service}:{action}"),
            _ => action.clone(),
        };
        let list = statement.actions.iter().map(|action| whole(action).to_ascii_lowercase()).collect();
        Patterns { list, is_negated: statement.is_not_action }
    }

    fn of_resources(statement: &Statement, facts: &Facts) -> Patterns {
        // Without the element a statement is about all of the resource that it is on.
        if statement.resources.is_empty() {
            return Patterns { list: vec!["*".to_owned()], is_negated: false };
        }
        let is_negated = statement.is_not_resource;
        // A text that does not show what it names may name anything here.
        let may_be_any = |pattern: &String| {
            let wild = variables_as_wildcards(pattern);
            !is_negated && facts.target().is_some_and(|target| target.is_undecided(&wild))
        };
        let shown = |pattern: &String| if may_be_any(pattern) { "*".to_owned() } else { pattern.clone() };
        Patterns { list: statement.resources.iter().map(shown).collect(), is_negated }
    }
}

/// What two lists of patterns have in common, or a little more where that cannot be written; `None` if nothing.
fn common(one: &Patterns, other: &Patterns) -> Option<Patterns> {
    if one.list.len().saturating_mul(other.list.len()) > MAX_COMPARISONS {
        return Some(one.clone());
    }
    let mut list: Vec<String> = match (one.is_negated, other.is_negated) {
        (true, false) => return common(other, one),
        (true, true) => one.list.iter().chain(&other.list).cloned().collect(),
        (false, true) => {
            let is_left = |it: &&String| !other.list.iter().any(|left_out| contains(left_out, it));
            one.list.iter().filter(is_left).cloned().collect()
        }
        (false, false) => {
            let pairs = one.list.iter().flat_map(|it| other.list.iter().map(move |other| (it, other)));
            pairs.filter_map(|(it, other)| narrower(it, other)).map(str::to_owned).collect()
        }
    };
    list.sort_unstable();
    list.dedup();
    (!list.is_empty()).then_some(Patterns { list, is_negated: one.is_negated && other.is_negated })
}

/// The pattern that matches less; the first one if neither contains the other, and `None` if no text matches both.
fn narrower<'p>(one: &'p str, other: &'p str) -> Option<&'p str> {
    if contains(one, other) {
        return Some(other);
    }
    // A variable may be anything.
    let may_meet = || overlaps(&variables_as_wildcards(one), &variables_as_wildcards(other));
    (contains(other, one) || may_meet()).then_some(one)
}
