//! The whole of a request: all layers joined.

use std::collections::BTreeMap;

use super::acl::{add_acl, restrict};
use super::answer::{Answer, DecidedBy, Layer, Outcome};
use super::atom::{Atom, Test};
use super::caller::{Caller, Kind};
use super::compare::Compare;
use super::context::{Fact, Facts};
use super::decide::decide;
use super::endpoints::{Ways, given};
use super::exceptions::fixed;
use super::formula::Formula;
use super::key_grant::Grants;
use super::layers::{Guard, Stated, rcps, scps};
use super::naming::Naming;
use super::own::Own;
use super::paths::{Sides, paths};
use super::request::{AccessPoint, Request, RequestError, Resource};
use super::resource_side::ResourceSide;
use super::rules::{self, Joined};
use super::told::{Told, told};
use crate::arn::{has_wildcard, is_arn};
use crate::catalogue::lacks_resources;
use crate::function_url::needs_both;
use crate::kind::PolicyKind;

/// A request as a formula, and what it rests on.
#[derive(Debug, Clone)]
pub(super) struct Whole {
    pub(super) formula: Formula,
    pub(super) allows: Vec<Stated>,
    pub(super) denies: Vec<Stated>,
    /// The layers that must each allow it.
    pub(super) pieces: Vec<(Layer, Formula)>,
    /// What each layer allows by itself, also where another one is enough.
    pub(super) layers: Vec<(Layer, Formula)>,
    pub(super) is_assumed: bool,
}

impl Whole {
    /// Both must be allowed.
    fn and(mut self, other: Whole) -> Whole {
        self.formula = Formula::all([self.formula, other.formula]);
        self.allows.extend(other.allows);
        self.denies.extend(other.denies);
        self.pieces.extend(other.pieces);
        self.layers.extend(other.layers);
        self.is_assumed |= other.is_assumed;
        self
    }
}

/// The answer to a request.
pub fn evaluate(request: &Request) -> Result<Answer, RequestError> {
    weighed(request, |_| ()).map(|(answer, ())| answer)
}

/// The answer to a request, and what each layer says of it. No layer is asked where a rule of the service decides.
pub fn explain(request: &Request) -> Result<(Answer, Vec<Told>), RequestError> {
    weighed(request, |whole| whole.map(told).unwrap_or_default())
}

/// The answer, and what is told of the whole that it follows from.
fn weighed<T>(request: &Request, tell: impl Fn(Option<&Whole>) -> T) -> Result<(Answer, T), RequestError> {
    with_facts(request, |facts| {
        if let Some(answer) = fixed(facts) {
            return (answer, tell(None));
        }
        let (answer, whole) = judged(facts);
        let told = tell(Some(&whole));
        // The account of a bucket is not in its ARN. Where it was not read, it may be the caller's own, or another one.
        if facts.resource_account.is_some() || facts.caller.account.is_none() {
            return (answer, told);
        }
        let (own, _) = judged(&Facts { resource_account: facts.caller.account, ..*facts });
        if own.result == answer.result {
            return (answer, told);
        }
        let decided_by = DecidedBy::layer(Layer::Resource, "it is not known which account the resource is of");
        (Answer::plain(Outcome::Unknown, decided_by), told)
    })
}

/// Shows what is known of a request.
pub(super) fn with_facts<T>(request: &Request, show: impl FnOnce(&Facts<'_>) -> T) -> Result<T, RequestError> {
    let caller = Caller::read(request)?;
    let question = &request.question;
    let action = action(&question.action)?;
    let resource = question.resource.as_deref().or(request.resource.as_ref().and_then(|it| it.arn.as_deref()));
    let resource = resource.unwrap_or("*");
    if resource != "*" && !is_arn(resource) {
        return Err(RequestError { field: "question.resource".to_owned(), expected: "an ARN or \"*\"" });
    }
    let given: BTreeMap<String, Vec<String>> =
        question.context.iter().map(|(key, values)| (key.to_ascii_lowercase(), values.clone())).collect();
    let resource_account = rules::resource_account(request, resource, caller.account);
    Ok(show(&Facts {
        request,
        caller: &caller,
        action: &action,
        resource,
        resource_account,
        given: &given,
        is_by_url: false,
        lacks_resources: lacks_resources(&action),
    }))
}

/// The action in lower case.
fn action(text: &str) -> Result<String, RequestError> {
    let is_whole = text.split_once(':').is_some_and(|(service, name)| !service.is_empty() && !name.is_empty());
    if is_whole && !has_wildcard(text) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(RequestError { field: "question.action".to_owned(), expected: "one action: s3:GetObject" })
}

fn judged(facts: &Facts) -> (Answer, Whole) {
    let resource = facts.request.resource.as_ref();
    let point = resource.and_then(|it| Some((it, it.access_point.as_ref()?)));
    match (resource, point) {
        // Of a function without a word about its URL there is none, or one of which nothing is known.
        _ if facts.action == "lambda:invokefunctionurl" => {
            let made_at = resource.and_then(|it| it.function_url.as_ref()).and_then(|url| url.created_at);
            let whole = by_url(needs_both(made_at), facts);
            (decide(&whole, &Ways::of(std::slice::from_ref(facts)), facts), whole)
        }
        (_, Some((resource, point))) if facts.service() == "s3" => through_point(resource, point, facts),
        _ => {
            let asks = std::slice::from_ref(facts);
            let whole = one(asks, side(facts));
            (decide(&whole, &Ways::of(asks), facts), whole)
        }
    }
}

/// What the resource says of a request that comes to it directly.
fn side(facts: &Facts) -> ResourceSide {
    let Some(resource) = facts.request.resource.as_ref().filter(|_| facts.resource != "*") else {
        return ResourceSide::default();
    };
    if !rules::has_resource_policy(facts) {
        return ResourceSide::default();
    }
    let mut side = ResourceSide::of(&resource.policies, facts, Layer::Resource);
    let is_own_root = facts.caller.kind == Kind::Root && facts.caller.account == facts.resource_account;
    if is_own_root && rules::is_of_bucket_policy(facts) {
        side.denies.clear();
    }
    add_acl(&mut side, resource, facts);
    restrict(&mut side, resource, &resource.policies, PolicyKind::Resource, facts);
    side
}

/// One request to one resource. Through an access point it is one about the bucket and one about the access point:
/// `asks` has both for the bucket, since the caller's own policies may name either.
fn one(asks: &[Facts], resource: ResourceSide) -> Whole {
    let Some(facts) = asks.first() else {
        return Whole {
            formula: Formula::False,
            allows: Vec::new(),
            denies: Vec::new(),
            pieces: Vec::new(),
            layers: Vec::new(),
            is_assumed: false,
        };
    };
    let sides = match (facts.caller.account, facts.resource_account) {
        (None, _) => Sides::Resource,
        (Some(own), Some(other)) if own == other => Sides::One,
        _ => Sides::Two,
    };
    let joined = rules::joined(facts);
    // Whoever calls with a token calls without an own side.
    let is_alone = joined == Joined::ResourceAlone;
    let (own, scp) = match is_alone {
        true => (Own::of(&[]), Guard::open()),
        false => (Own::of(asks), scps(asks)),
    };
    let grants = Grants::of(facts);
    let identity = at_bucket(&own, sides, asks.len() > 1);
    let way = paths(sides, joined, &own, &identity, &resource, &grants);
    let endpoint = given(facts);
    let mut denies = scp.denies;
    denies.extend(rcps(asks));
    denies.extend(endpoint.denies);
    denies.extend(own.denies);
    denies.extend(resource.denies);
    let by_grants = Formula::any(grants.allows.iter().map(|(_, stated)| stated.formula.clone()));
    let by_resource = Formula::any(resource.allows.iter().map(|(_, stated)| stated.formula.clone()).chain([by_grants]));
    // What leaves it to the account's own policies leads nowhere if these allow nothing.
    let is_left_to_nobody = sides == Sides::One && identity == Formula::False;
    let mut pieces = vec![(Layer::Scp, scp.allow.clone()), (Layer::Endpoint, endpoint.allow.clone())];
    let mut layers = pieces.clone();
    layers.push((Layer::Resource, by_resource.clone()));
    if sides != Sides::One || joined != Joined::Either {
        pieces.push((Layer::Resource, by_resource));
    }
    let of_caller = [(Layer::Identity, identity), (Layer::Boundary, own.boundary), (Layer::Session, own.session)];
    layers.extend(of_caller.clone());
    pieces.extend(of_caller);
    let formula = Formula::all(denies.iter().map(|deny| deny.formula.clone().negated()).chain([
        scp.allow,
        endpoint.allow,
        way.clone(),
    ]));
    // A caller without an own side is never held up by it.
    if way != Formula::False || sides == Sides::Resource || is_alone {
        pieces.retain(|(layer, _)| !matches!(layer, Layer::Identity | Layer::Boundary | Layer::Session));
    }
    let of_resource = resource.allows.into_iter().chain(grants.allows);
    let leading = of_resource.filter(|(naming, _)| !(is_left_to_nobody && *naming == Naming::Account));
    let allows = own.allows.into_iter().chain(leading.map(|(_, stated)| stated)).collect();
    Whole { formula, allows, denies, pieces, layers, is_assumed: own.is_assumed }
}

/// What the identity's policies allow. A request through an access point names the access point; whether an identity of
/// the bucket's own account must be allowed the bucket as well, AWS's pages do not say. That of another account must not.
fn at_bucket(own: &Own, sides: Sides, is_through_point: bool) -> Formula {
    if !is_through_point {
        return own.identity.clone();
    }
    let suffices = match sides {
        Sides::One => Formula::doubt(Layer::Identity, "whether it must name the bucket behind the access point too"),
        Sides::Resource | Sides::Two => Formula::True,
    };
    Formula::any([own.identity.clone(), Formula::all([own.identity_at_point.clone(), suffices])])
}

/// E20: since October 2025 a new URL needs both permissions. Of an older one it is not known.
fn by_url(needs_both: bool, facts: &Facts) -> Whole {
    let ask = |action| {
        let facts = Facts { action, is_by_url: true, ..*facts };
        one(std::slice::from_ref(&facts), side(&facts))
    };
    let (url, function) = (ask("lambda:invokefunctionurl"), ask("lambda:invokefunction"));
    let is_undenied = Formula::all(url.denies.iter().map(|deny| deny.formula.clone().negated()));
    let either = Formula::any([url.formula.clone(), function.formula.clone()]);
    let both = url.and(function);
    if needs_both {
        return both;
    }
    let doubt =
        Formula::doubt(Layer::Service, "whether AWS asks for both permissions of a URL that is older, or undated");
    let half = Formula::all([doubt, is_undenied, either]);
    Whole { formula: Formula::any([both.formula, half]), ..both }
}

/// E19: a request through an access point needs both the access point's consent and the bucket's.
fn through_point(resource: &Resource, point: &AccessPoint, facts: &Facts) -> (Answer, Whole) {
    let (of_bucket, of_point) = names(resource, point, facts.resource);
    let bucket_account = resource.account.as_deref().or(facts.resource_account);
    let bucket = Facts { resource: &of_bucket, resource_account: bucket_account, ..*facts };
    let point_account = rules::account_of_point(point).or(facts.resource_account);
    let at_point = Facts { resource: &of_point, resource_account: point_account, ..*facts };
    let mut point_side = ResourceSide::of(&point.policies, &at_point, Layer::AccessPoint);
    restrict(&mut point_side, resource, &point.policies, PolicyKind::AccessPoint, &at_point);
    let asks = [bucket, at_point];
    let mut whole = one(&asks, side(&bucket)).and(one(&asks[1..], point_side));
    if let Some(vpc) = &point.vpc_id {
        let from_vpc = from_vpc(vpc, facts);
        whole.formula = Formula::all([whole.formula, from_vpc.clone()]);
        whole.pieces.push((Layer::AccessPoint, from_vpc));
    }
    (decide(&whole, &Ways::of(&asks), facts), whole)
}

/// The ARNs of what is asked for, of the bucket and of the access point: `arn:aws:s3:::b/k` is
/// `arn:aws:s3:us-east-1:111122223333:accesspoint/p/object/k`.
fn names(resource: &Resource, point: &AccessPoint, asked: &str) -> (String, String) {
    let bucket = resource.arn.as_deref().map(|arn| arn.split_once('/').map_or(arn, |(bucket, _)| bucket));
    match asked.strip_prefix(point.arn.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/')) {
        Some(rest) => {
            let key = rest.strip_prefix("/object/").map(|key| format!("/{key}")).unwrap_or_default();
            (bucket.map_or_else(|| asked.to_owned(), |bucket| format!("{bucket}{key}")), asked.to_owned())
        }
        None => {
            let key = asked.split_once('/').map(|(_, key)| format!("/object/{key}")).unwrap_or_default();
            (asked.to_owned(), format!("{}{key}", point.arn))
        }
    }
}

/// Whether the request comes from the only network that an access point takes requests from.
fn from_vpc(vpc: &str, facts: &Facts) -> Formula {
    const KEY: &str = "aws:SourceVpc";
    match facts.fact(KEY) {
        Fact::Known(known) => Formula::known(known.iter().any(|it| it == vpc)),
        Fact::Missing => Formula::False,
        _ => Formula::literal(Atom::literal(KEY, Test::plain(Compare::Exact), vec![vpc.to_owned()], false)),
    }
}
