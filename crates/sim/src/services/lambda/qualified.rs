//! The published versions and the aliases of functions, each with a policy of its own.

use super::{Function, URLS_NEED_BOTH_SINCE_MILLIS, subject};
use crate::place::Place;
use crate::policies::{Kind, Named, ResourcePolicy, Verdict, any_kind};
use crate::truth::Planted;
use serde_json::{Value, json};

/// Of so many versions of a function, the newest, a census reads the policies.
const ASKED_MAX: u64 = 20;

/// A published version.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) arn: String,
    pub(super) number: u64,
    policy: ResourcePolicy,
    is_asked: bool,
}

/// An alias.
#[derive(Debug)]
pub(super) struct Alias {
    pub(super) arn: String,
    pub(super) url_auth: Option<&'static str>,
    name: &'static str,
    version: String,
    has_second_version: bool,
    policy: ResourcePolicy,
}

/// A function's published versions: of most functions none, of some more than a census asks for.
pub(super) fn versions(place: &Place<'_>, function: &Function) -> Vec<Version> {
    let rate = place.organization.settings.rates.public_other_resources;
    let mut dice = place.dice(&format!("lambda-versions-{}", function.name));
    let count: u64 = dice.weighted(&[(0, 10), (2, 5), (23, 1)]);
    let count = dice.few(count);
    let count = if function.is_last { place.with_sample(count) } else { count };
    let version = |number: u64| {
        let arn = format!("{}:{number}", function.arn);
        let kind = place.shown(any_kind(&mut dice, rate), function.is_last && number == count);
        let policy = subject(place, &arn).policy(kind, &mut dice);
        Version { arn, number, policy, is_asked: number + ASKED_MAX > count }
    };
    (1..=count).map(version).collect()
}

/// A function's aliases. Some have a URL that asks for no authentication.
pub(super) fn aliases(place: &Place<'_>, function: &Function) -> Vec<Alias> {
    let rate = place.organization.settings.rates.public_other_resources;
    let mut dice = place.dice(&format!("lambda-aliases-{}", function.name));
    let count: usize = dice.weighted(&[(0, 8), (1, 4), (2, 1)]);
    let is_shown = function.is_last && place.sample().is_some();
    let count = count.max(usize::from(is_shown));
    let newest = versions(place, function).last().map(|it| it.number);
    let alias = |(number, name): (usize, &'static str)| {
        let arn = format!("{}:{name}", function.arn);
        let by_chance = match dice.chance(0.1) {
            true => dice.pick(&[Kind::PublicUrl, Kind::HalfOpenUrl]),
            false => any_kind(&mut dice, rate),
        };
        let kind = place.shown(by_chance, is_shown && number + 1 == count);
        let mut policy = subject(place, &arn).policy(kind, &mut dice);
        if kind == Kind::HalfOpenUrl && function.modified_millis >= URLS_NEED_BOTH_SINCE_MILLIS {
            policy.verdict = Verdict::CLOSED;
        }
        Alias {
            arn,
            url_auth: kind.is_about_urls().then_some("NONE"),
            name,
            version: newest.map_or_else(|| "$LATEST".to_owned(), |number| number.to_string()),
            has_second_version: newest.is_some_and(|number| number > 1) && dice.chance(0.3),
            policy,
        }
    };
    ["live", "canary"].into_iter().take(count).enumerate().map(alias).collect()
}

/// The policy of a version or an alias; none if there is no such version and no such alias.
pub(super) fn policy(place: &Place<'_>, function: &Function, qualifier: &str) -> Option<ResourcePolicy> {
    let alias = aliases(place, function).into_iter().find(|it| it.name == qualifier).map(|it| it.policy);
    let number = || versions(place, function).into_iter().find(|it| it.number.to_string() == qualifier);
    alias.or_else(|| number().map(|it| it.policy))
}

impl Version {
    /// The version as the truth counts it: a census knows nothing of a policy for which it does not ask.
    pub(super) fn planted(self) -> Planted {
        let seen = Planted::by(self.arn, self.policy);
        match self.is_asked {
            true => seen,
            false => Planted { verdict: Verdict::UNKNOWN, named: Named::default(), rests_on_networks: false, ..seen },
        }
    }
}

impl Alias {
    /// The alias as the truth counts it.
    pub(super) fn planted(self) -> Planted {
        Planted::by(self.arn, self.policy)
    }

    pub(super) fn describe(&self) -> Value {
        let weights = self.has_second_version.then(|| json!({ "AdditionalVersionWeights": { "1": 0.25 } }));
        json!({
            "AliasArn": self.arn,
            "Name": self.name,
            "FunctionVersion": self.version,
            "Description": "",
            "RoutingConfig": weights,
            "RevisionId": super::REVISION,
        })
    }
}
