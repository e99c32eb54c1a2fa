//! The layers that only take away: service and resource control policies (E2–E5), and what statements they rest on.

use super::answer::{DecidedBy, Layer};
use super::caller::Kind;
use super::context::Facts;
use super::formula::Formula;
use super::matching::{Grammar, applies};
use super::naming::denies;
use super::organization::Place;
use super::request::{Attachment, Listed, NamedPolicy, Organization};
use crate::arn::{Arn, is_account};
use crate::document::Document;
use crate::guardrail::{binds_action, is_service_linked};
use crate::statement::{Effect, Statement};

/// A statement, and whether it is about the request.
#[derive(Debug, Clone)]
pub(super) struct Stated {
    layer: Layer,
    policy: String,
    ordinal: Option<usize>,
    sid: Option<String>,
    pub(super) formula: Formula,
}

impl Stated {
    pub(super) fn new(layer: Layer, policy: &str, statement: &Statement, formula: Formula) -> Stated {
        let (ordinal, sid) = (Some(statement.ordinal), statement.sid.clone());
        Stated { layer, policy: policy.to_owned(), ordinal, sid, formula }
    }

    /// What is no statement of a policy: a grant, a policy that was not read.
    pub(super) fn other(layer: Layer, name: &str, formula: Formula) -> Stated {
        Stated { layer, policy: name.to_owned(), ordinal: None, sid: None, formula }
    }

    /// The statement as what decided.
    pub(super) fn decided(&self, reason: &'static str) -> DecidedBy {
        DecidedBy {
            policy: Some(self.policy.clone()),
            statement: self.ordinal,
            sid: self.sid.clone(),
            ..DecidedBy::layer(self.layer, reason)
        }
    }
}

/// The statements of this effect that may be about the request.
pub(super) fn stated<'p>(
    policies: impl IntoIterator<Item = (&'p str, &'p Document)>,
    effect: &Effect,
    layer: Layer,
    formula: impl Fn(&Statement) -> Formula,
) -> Vec<Stated> {
    let mut found = Vec::new();
    for (name, document) in policies {
        for statement in document.statements.iter().filter(|statement| statement.effect == *effect) {
            let formula = formula(statement);
            if formula != Formula::False {
                found.push(Stated::new(layer, name, statement, formula));
            }
        }
    }
    found
}

/// The policies of a list.
pub(super) fn named(policies: &Listed<NamedPolicy>) -> impl Iterator<Item = (&str, &Document)> {
    policies.items.iter().map(|policy| (policy.name.as_str(), &policy.document))
}

/// Whether a policy of a list was not read, or cannot be.
pub(super) fn is_unread(policies: &Listed<NamedPolicy>) -> bool {
    policies.has_unread || policies.items.iter().any(|policy| !policy.document.is_readable())
}

/// Any of the statements.
pub(super) fn any(statements: &[Stated]) -> Formula {
    Formula::any(statements.iter().map(|it| it.formula.clone()))
}

/// What a layer lets through, and what it denies.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    pub(super) allow: Formula,
    pub(super) denies: Vec<Stated>,
}

impl Guard {
    /// A layer that is not there.
    pub(super) fn open() -> Guard {
        Guard { allow: Formula::True, denies: Vec::new() }
    }
}

const SCPS_UNREAD: &str = "service control policies were not read";

/// E4: the service control policies of the caller's account. At each level one must allow, and none may deny.
pub(super) fn scps(asks: &[Facts]) -> Guard {
    let Some((facts, account)) = asks.first().and_then(|it| Some((it, it.caller.account?))) else {
        return Guard::open();
    };
    let caller = facts.caller;
    let is_bound = matches!(caller.place, Place::Member | Place::NotKnown) && !caller.is_service_linked();
    // Whoever calls with a token calls as nobody's principal.
    if !is_bound || caller.kind == Kind::Provider {
        return Guard::open();
    }
    let organization = &facts.request.organization;
    let chain = organization.chain(account);
    let is_member = caller.place == Place::Member;
    let unread = || Formula::doubt(Layer::Scp, SCPS_UNREAD);
    let mut guard = Guard::open();
    let mut levels = Vec::new();
    for node in chain.nodes.iter().filter(|_| is_member) {
        let attached: Vec<&Attachment> = organization.scps.items.iter().filter(|it| it.target == *node).collect();
        let read = |effect: &Effect| statements(&attached, effect, Layer::Scp, asks, Grammar::Identity);
        let mut allow = vec![any(&read(&Effect::Allow)), full_access(facts, node)];
        let is_unread = organization.scps.has_unread || attached.iter().any(|it| it.document.is_none());
        if is_unread {
            allow.push(unread());
            guard.denies.push(Stated::other(Layer::Scp, node, unread()));
        }
        guard.denies.extend(read(&Effect::Deny));
        levels.push(Formula::any(allow));
    }
    if !is_member || chain.has_unread {
        // No policy is attached to an account but its own.
        let may_be_above = |node: &str| {
            let is_seen = is_member && chain.nodes.contains(&node);
            !is_seen && (node == account || !is_account(node))
        };
        let other = possible_scps(asks, organization, may_be_above);
        levels.push(other.allow);
        guard.denies.extend(other.denies);
    }
    guard.allow = Formula::all(levels);
    guard
}

/// Those that may be attached to the caller's account or above it, without its being known.
fn possible_scps(asks: &[Facts], organization: &Organization, may_be_above: impl Fn(&str) -> bool) -> Guard {
    let unread = || Formula::doubt(Layer::Scp, SCPS_UNREAD);
    let attached: Vec<&Attachment> = organization.scps.items.iter().filter(|it| may_be_above(&it.target)).collect();
    let mut denies = statements(&attached, &Effect::Deny, Layer::Scp, asks, Grammar::Identity);
    for it in &mut denies {
        it.formula = Formula::all([it.formula.clone(), unread()]);
    }
    if organization.scps.has_unread || attached.iter().any(|it| it.document.is_none()) {
        denies.push(Stated::other(Layer::Scp, "scps", unread()));
    }
    let detached = &organization.full_aws_access_detached_from;
    let is_attached = !detached.has_unread && !detached.items.iter().any(|it| may_be_above(it));
    Guard { allow: if is_attached { Formula::True } else { unread() }, denies }
}

/// Whether `FullAWSAccess` is attached to a node.
fn full_access(facts: &Facts, node: &str) -> Formula {
    let detached = &facts.request.organization.full_aws_access_detached_from;
    match detached.items.iter().any(|it| it == node) {
        true => Formula::False,
        false if detached.has_unread => Formula::doubt(Layer::Scp, "it was not read where FullAWSAccess is attached"),
        false => Formula::True,
    }
}

/// E2, E3: the resource control policies of the resource's account, whose Denies bind callers of any account.
pub(super) fn rcps(asks: &[Facts]) -> Vec<Stated> {
    let Some(facts) = asks.first() else { return Vec::new() };
    let organization = &facts.request.organization;
    let is_exempt = !binds_action(facts.action)
        || facts.caller.is_service_linked()
        || is_of_aws(facts.resource)
        || (organization.rcps.items.is_empty() && !organization.rcps.has_unread);
    if is_exempt {
        return Vec::new();
    }
    let unread = |why| Formula::doubt(Layer::Rcp, why);
    // A resource whose account is not known may be under any of them.
    let place = facts.resource_account.map_or(Place::NotKnown, |account| organization.place(account));
    let (attached, has_unread): (Vec<&Attachment>, bool) = match (place, facts.resource_account) {
        (Place::Outside | Place::Management, _) => return Vec::new(),
        (Place::Member, Some(account)) => {
            let chain = organization.chain(account);
            let is_attached = |it: &&Attachment| chain.nodes.contains(&it.target.as_str());
            (organization.rcps.items.iter().filter(is_attached).collect(), chain.has_unread)
        }
        _ => (organization.rcps.items.iter().collect(), true),
    };
    let mut found = statements(&attached, &Effect::Deny, Layer::Rcp, asks, Grammar::Resource);
    if place != Place::Member {
        for it in &mut found {
            let doubt = unread("it is not known which resource control policies the resource has");
            it.formula = Formula::all([it.formula.clone(), doubt]);
        }
    }
    let is_unread = organization.rcps.has_unread || (has_unread && place == Place::Member);
    if is_unread || attached.iter().any(|it| it.document.is_none()) {
        found.push(Stated::other(Layer::Rcp, "rcps", unread("resource control policies were not read")));
    }
    found
}

/// Whether no resource control policy binds the resource: a key that AWS manages, a service-linked role.
fn is_of_aws(resource: &str) -> bool {
    let is_managed_key = Arn::parse(resource).is_some_and(|arn| arn.resource.starts_with("alias/aws/"));
    is_managed_key || is_service_linked(resource)
}

/// The statements of policies that are attached to nodes, about any of the requests that are one.
fn statements(
    attached: &[&Attachment],
    effect: &Effect,
    layer: Layer,
    asks: &[Facts],
    grammar: Grammar,
) -> Vec<Stated> {
    let documents = attached.iter().filter_map(|it| Some((it.name.as_str(), it.document.as_ref()?)));
    stated(documents, effect, layer, |statement| {
        Formula::any(asks.iter().map(|facts| {
            let about = applies(statement, facts, layer, grammar);
            match grammar {
                Grammar::Identity => about,
                Grammar::Resource => Formula::all([about, denies(statement, facts, layer)]),
            }
        }))
    })
}
