//! Kinds of things that are alike but for their names: a list, and for each thing a policy or a share. A service declares
//! such a kind in one line, and says only how its things look on the wire.

use crate::clock::{epoch_seconds, iso};
use crate::context::Context;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::policies::{Kind as PolicyKind, Named, ResourcePolicy, Subject, Verdict, any_kind};
use crate::protocol::Refusal;
use crate::samples::{Class, NEVER_PUBLIC, SHARED, Sampled, UNGATED};
use crate::truth::{At, Kind, Planted, resources};
use serde_json::{Map, Value, json};

/// A kind of things.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Things {
    /// The name of the population: `backup_vaults`.
    name: &'static str,
    /// The service in ARNs, and the rest of the ARN: `{name}` and `{id}` are the thing's.
    arn: (&'static str, &'static str),
    /// The major actions on such a thing.
    actions: &'static [&'static str],
    /// A service that its policies commonly let in.
    service: &'static str,
    sharing: Sharing,
    language: Language,
    /// The kind of things that each of these belongs to: it has the name and the id of its owner.
    below: Option<&'static Things>,
}

/// Whether it has a policy, or is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sharing {
    /// It has a policy.
    Policy,
    /// It is shared with accounts or with everyone.
    Anyone,
    /// It is shared with accounts.
    Accounts,
    /// It is open to everyone, or to nobody.
    Everyone,
}

/// The language of its policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    /// IAM's.
    Iam,
    /// The service's own, which a census does not judge.
    Own,
    /// The service's own, and every thing has a policy.
    OwnAlways,
}

/// One thing.
#[derive(Debug)]
pub(crate) struct Thing {
    pub(crate) arn: String,
    pub(crate) name: String,
    /// Ten lower-case letters and digits.
    pub(crate) id: String,
    pub(crate) policy: ResourcePolicy,
    pub(crate) created_millis: i64,
    pub(crate) tags: Vec<(String, String)>,
    /// A number from 0 to 99, for whatever else the thing has.
    pub(crate) number: i64,
}

/// Declares a kind: the population's name, the service and the rest of its ARNs, and the major actions.
pub(crate) const fn kind_of(
    name: &'static str,
    service: &'static str,
    rest: &'static str,
    actions: &'static [&'static str],
) -> Things {
    Things {
        name,
        arn: (service, rest),
        actions,
        service: "events.amazonaws.com",
        sharing: Sharing::Policy,
        language: Language::Iam,
        below: None,
    }
}

impl Things {
    /// It is shared with accounts or with everyone, and has no policy.
    pub(crate) const fn shared(self) -> Self {
        Self { sharing: Sharing::Anyone, ..self }
    }

    /// It is shared with named accounts only.
    pub(crate) const fn never_public(self) -> Self {
        Self { sharing: Sharing::Accounts, ..self }
    }

    /// It is open to everyone, or to nobody.
    pub(crate) const fn only_public(self) -> Self {
        Self { sharing: Sharing::Everyone, ..self }
    }

    /// Its policies are in a language of the service's own.
    pub(crate) const fn foreign(self) -> Self {
        Self { language: Language::Own, ..self }
    }

    /// The same, and none is without a policy.
    pub(crate) const fn always_foreign(self) -> Self {
        Self { language: Language::OwnAlways, ..self }
    }

    /// Each belongs to a thing of this kind.
    pub(crate) const fn below(self, above: &'static Things) -> Self {
        Self { below: Some(above), ..self }
    }

    /// All things at a place.
    pub(crate) fn all(&self, place: &Place<'_>) -> Vec<Thing> {
        let mut things = match self.below {
            None => self.named(place),
            Some(above) => {
                let mut dice = place.dice(self.name);
                let owners = above.all(place).into_iter();
                owners.map(|owner| self.thing(place, (owner.name, owner.id), &mut dice)).collect()
            }
        };
        if let Some(last) = things.last_mut() {
            self.show(place, last);
        }
        things
    }

    /// The things that belong to no other.
    fn named(&self, place: &Place<'_>) -> Vec<Thing> {
        // None to two in a region: there are many kinds.
        let mean = place.organization.settings.rates.other_resources.min(1);
        let (mut dice, count) = match place.region {
            "" => {
                let mut dice = place.dice(self.name);
                let count = dice.count(mean);
                (dice, count)
            }
            _ => place.population(self.name, mean),
        };
        let count = if self.sample(place).is_some() { count.max(1) } else { count };
        let named = |number| {
            let id = dice.lower(10);
            let name = format!("{}-{number}", dice.pick(&["main", "shared", "nightly", "team"]));
            self.thing(place, (name, id), &mut dice)
        };
        (0..count).map(named).collect()
    }

    /// The one thing that there is at every place.
    pub(crate) fn one(&self, place: &Place<'_>) -> Thing {
        let mut it = self.thing(place, (self.name.to_owned(), self.name.to_owned()), &mut place.dice(self.name));
        self.show(place, &mut it);
        it
    }

    /// The class of the sample at a place, if these things can have it.
    fn sample(&self, place: &Place<'_>) -> Option<Class> {
        let service = self.actions.first().and_then(|action| action.split(':').next()).unwrap_or_default();
        place.sample_of(service, self.cannot())
    }

    /// Makes a thing the sample of its place. Only its policy is another than by chance.
    fn show(&self, place: &Place<'_>, it: &mut Thing) {
        if let Some(class) = self.sample(place) {
            let mut dice = place.dice(&format!("{}-sample", self.name));
            it.policy = self.subject(place, &it.arn).policy(class.kind(), &mut dice);
        }
    }

    /// The classes that these things cannot have.
    const fn cannot(&self) -> &'static [Class] {
        match (self.language, self.sharing) {
            (Language::OwnAlways, _) => &[Class::Public, Class::External, Class::InOrg, Class::Absent, Class::Gated],
            (Language::Own, _) => &[Class::Public, Class::External, Class::InOrg, Class::Gated],
            (Language::Iam, Sharing::Policy) => UNGATED,
            (Language::Iam, Sharing::Anyone) => SHARED,
            (Language::Iam, Sharing::Accounts) => NEVER_PUBLIC,
            (Language::Iam, Sharing::Everyone) => &[Class::External, Class::InOrg, Class::Unread, Class::Gated],
        }
    }

    /// What a policy of the thing with this ARN is for.
    fn subject<'a>(&self, place: &Place<'a>, arn: &str) -> Subject<'a> {
        Subject { place: *place, actions: self.actions, resources: vec![arn.to_owned()], service: self.service }
    }

    fn thing(&self, place: &Place<'_>, (name, id): (String, String), dice: &mut Dice) -> Thing {
        let (service, rest) = self.arn;
        let arn = place.arn(service, &rest.replace("{name}", &name).replace("{id}", &id));
        let kind = self.kind(place, dice);
        let policy = self.subject(place, &arn).policy(kind, dice);
        let days = dice.between(0, 1500);
        Thing {
            arn,
            name,
            id,
            policy,
            created_millis: place.days_ago(days, dice),
            tags: some_tags(dice),
            number: dice.between(0, 99),
        }
    }

    /// What its policy does. Those with whom it is shared are told by such a policy too.
    fn kind(&self, place: &Place<'_>, dice: &mut Dice) -> PolicyKind {
        let public = place.organization.settings.rates.public_other_resources;
        match self.sharing {
            Sharing::Policy => any_kind(dice, public),
            Sharing::Anyone | Sharing::Everyone if dice.chance(public) => PolicyKind::Public,
            Sharing::Everyone => PolicyKind::None,
            Sharing::Anyone | Sharing::Accounts => {
                let kinds = [(PolicyKind::None, 6), (PolicyKind::InOrgAccount, 3), (PolicyKind::ExternalAccount, 1)];
                dice.weighted(&kinds)
            }
        }
    }

    /// The kind as the truth counts it.
    pub(crate) fn planted(&self, place: &Place<'_>) -> Vec<Planted> {
        self.all(place).into_iter().map(|it| self.planted_as(it)).collect()
    }

    /// The same of the one thing that there is at every place.
    pub(crate) fn planted_once(&self, place: &Place<'_>) -> Vec<Planted> {
        vec![self.planted_as(self.one(place))]
    }

    /// One of them as the truth counts it.
    pub(crate) fn planted_as(&self, it: Thing) -> Planted {
        let mut planted = Planted::by(it.arn, it.policy);
        planted.sampled = Some(Sampled { name: self.name, cannot: self.cannot() });
        let has_policy = planted.has_policy || self.language == Language::OwnAlways;
        if self.language != Language::Iam {
            planted.verdict = if has_policy { Verdict::UNKNOWN } else { Verdict::CLOSED };
            planted.named = Named::default();
            planted.has_policy = has_policy;
            planted.is_study_public = false;
            planted.rests_on_networks = false;
        }
        planted
    }

    /// All things as a list answers them.
    pub(crate) fn list(
        &self,
        context: &Context<'_>,
        describe: impl Fn(&Thing) -> Value,
    ) -> Result<Vec<Value>, Refusal> {
        Ok(self.all(&place_of(context)).iter().map(describe).collect())
    }

    /// The thing that a call is about, by the input that has its ARN, its name or its id.
    pub(crate) fn wanted(&self, context: &Context<'_>, input: &str, gone: &str) -> Result<Thing, Refusal> {
        let wanted = context.request.required(input)?.to_owned();
        let is_it = |it: &Thing| it.arn == wanted || it.name == wanted || it.id == wanted;
        let found = self.all(&place_of(context)).into_iter().find(is_it);
        found.ok_or_else(|| Refusal::new(404, gone, format!("{wanted} does not exist.")))
    }

    /// The policy of the thing that a call is about, under the name that its answer gives it; the service's error if the
    /// thing is not there, or has none.
    pub(crate) fn policy(
        &self,
        context: &Context<'_>,
        input: &str,
        member: &str,
        (gone, none): (&str, &str),
    ) -> Result<Value, Refusal> {
        self.wanted(context, input, gone)?.policy(member, none)
    }

    /// The same of a service that answers nothing where there is no policy.
    pub(crate) fn policy_or_nothing(
        &self,
        context: &Context<'_>,
        input: &str,
        member: &str,
        gone: &str,
    ) -> Result<Value, Refusal> {
        Ok(self.wanted(context, input, gone)?.policy_or_nothing(member))
    }
}

impl Thing {
    /// Its policy, under the name that the answer gives it; the service's error if it has none.
    pub(crate) fn policy(self, member: &str, none: &str) -> Result<Value, Refusal> {
        let no_policy = || Refusal::new(404, none, format!("{} has no policy.", self.arn));
        Ok(json!({ member: self.policy.document.ok_or_else(no_policy)? }))
    }

    /// The same of a service that answers nothing where there is no policy.
    fn policy_or_nothing(self, member: &str) -> Value {
        self.policy.document.map_or_else(|| json!({}), |document| json!({ member: document }))
    }

    /// The accounts that it is shared with.
    pub(crate) fn accounts(&self) -> Vec<String> {
        self.sharees().into_iter().filter(|it| it != "all").collect()
    }

    /// Whether it is shared with everyone.
    pub(crate) fn is_shared_with_all(&self) -> bool {
        self.sharees().iter().any(|it| it == "all")
    }

    /// Those with whom it is shared, by its policy: account ids, `all`.
    fn sharees(&self) -> Vec<String> {
        let document = self.policy.document.as_deref().unwrap_or("{}");
        let document: Value = serde_json::from_str(document).unwrap_or_default();
        let principals = document["Statement"].as_array().into_iter().flatten().map(|it| &it["Principal"]);
        let name = |principal: &Value| {
            let of = principal.get("AWS").unwrap_or(principal);
            let text = of.as_str().or_else(|| of[0].as_str())?;
            Some(text.split(':').nth(4).map_or_else(|| "all".to_owned(), str::to_owned))
        };
        principals.filter_map(name).collect()
    }

    /// When it was made, in seconds since 1970.
    pub(crate) fn created(&self) -> i64 {
        epoch_seconds(self.created_millis)
    }

    /// The same as text.
    pub(crate) fn created_text(&self) -> String {
        iso(self.created_millis)
    }

    /// Its tags as a map.
    pub(crate) fn tag_map(&self) -> Value {
        self.tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect::<Map<_, _>>().into()
    }
}

/// Where the things are that a call asks for: a global service's in the whole account.
fn place_of<'a>(context: &Context<'a>) -> Place<'a> {
    if context.request.service.is_global() { context.place.whole() } else { context.place }
}

/// The policy of the thing that a call is about, of any of these kinds.
pub(crate) fn of_kinds(
    kinds: &[&Things],
    context: &Context<'_>,
    input: &str,
    member: &str,
    none: &str,
) -> Result<Value, Refusal> {
    wanted_of(kinds, context, input)?.policy(member, none)
}

/// The same of a service that answers nothing where there is no policy.
pub(crate) fn of_kinds_or_nothing(
    kinds: &[&Things],
    context: &Context<'_>,
    input: &str,
    member: &str,
) -> Result<Value, Refusal> {
    Ok(wanted_of(kinds, context, input)?.policy_or_nothing(member))
}

/// The thing that a call is about, of whichever of these kinds it is.
pub(crate) fn wanted_of(kinds: &[&Things], context: &Context<'_>, input: &str) -> Result<Thing, Refusal> {
    let mut found = Err(Refusal::new(404, GONE, "It does not exist."));
    for kind in kinds {
        found = found.or_else(|_| kind.wanted(context, input, GONE));
    }
    found
}

/// How most services say that a thing is not there.
const GONE: &str = "ResourceNotFoundException";

/// A kind of things whose rows are in the table `other_resources`.
pub(crate) const fn other(all: fn(&Place<'_>) -> Vec<Planted>) -> Kind {
    resources(At::Region, all).rows("other_resources")
}

/// The same of a service that is global.
pub(crate) const fn other_of_account(all: fn(&Place<'_>) -> Vec<Planted>) -> Kind {
    resources(At::Account, all).rows("other_resources")
}
