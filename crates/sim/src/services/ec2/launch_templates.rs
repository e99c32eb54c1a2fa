//! Launch templates and their versions.

use super::images;
use super::profiles::{Choice, Profiles};
use super::vpcs::tag_set;
use crate::CANARY;
use crate::clock::iso_millis;
use crate::context::Context;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::protocol::{Refusal, items};
use crate::service::{Operation, get, list};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::cell::LazyCell;

pub(super) const ANSWERS: &[Operation] = &[
    get("DescribeLaunchTemplateVersions", describe_versions).pages(200, 200),
    list("DescribeLaunchTemplates", "launchTemplates", |context| Ok(describe_templates(&context.place))),
];

/// A launch template.
#[derive(Debug)]
struct Template {
    id: String,
    name: String,
    default_number: usize,
    is_of_eks: bool,
    created_millis: i64,
    versions: Vec<Version>,
    tags: Vec<(String, String)>,
}

/// One version of it.
#[derive(Debug)]
struct Version {
    created_millis: i64,
    image_id: Option<String>,
    options: Options,
    /// Whether the instance profile is named by its ARN, and which of the account's it is.
    profile: Option<(bool, Choice)>,
    key_name: Option<&'static str>,
    is_public: Option<bool>,
}

/// The metadata options that a launch asks for; none of those that it leaves to others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    pub(crate) tokens: Option<&'static str>,
    pub(crate) endpoint: Option<&'static str>,
    pub(crate) hop_limit: Option<i64>,
    pub(crate) tags: Option<&'static str>,
}

/// What a launch is made of, as a census names it.
#[derive(Debug)]
pub(crate) struct Launched {
    pub(crate) subject: String,
    pub(crate) image_id: Option<String>,
    pub(crate) options: Options,
}

impl Options {
    /// Those of a launch that says nothing.
    pub(crate) const NONE: Self = Self { tokens: None, endpoint: None, hop_limit: None, tags: None };

    pub(crate) fn by_chance(dice: &mut Dice) -> Self {
        Self {
            tokens: dice.weighted(&[(None, 3), (Some("required"), 3), (Some("optional"), 2)]),
            endpoint: dice.weighted(&[(None, 5), (Some("enabled"), 4), (Some("disabled"), 1)]),
            hop_limit: dice.weighted(&[(None, 4), (Some(1), 2), (Some(2), 2), (Some(64), 1)]),
            tags: dice.weighted(&[(None, 5), (Some("disabled"), 2), (Some("enabled"), 1)]),
        }
    }

    fn is_none(self) -> bool {
        self.tokens.is_none() && self.endpoint.is_none() && self.hop_limit.is_none() && self.tags.is_none()
    }
}

fn templates(place: &Place<'_>) -> Vec<Template> {
    let mean = place.organization.settings.rates.other_resources;
    let (mut dice, count) = place.population("ec2-launch-templates", mean);
    let own_images = images::ids(place);
    (0..count).map(|number| template(place, number, &own_images, &mut dice)).collect()
}

fn template(place: &Place<'_>, number: u64, own_images: &[String], dice: &mut Dice) -> Template {
    let days = dice.between(30, 1200);
    let count = dice.some(1, 3);
    let versions = (0..count).map(|_| version(place, days, own_images, dice)).collect::<Vec<_>>();
    Template {
        id: format!("lt-0{}", dice.hex(16)),
        name: format!("{}-{number}", dice.pick(&["web", "workers", "batch"])),
        default_number: usize::try_from(dice.between(1, count)).unwrap_or(1),
        is_of_eks: dice.chance(0.1),
        created_millis: place.days_ago(days, dice),
        versions,
        tags: some_tags(dice),
    }
}

fn version(place: &Place<'_>, days: i64, own_images: &[String], dice: &mut Dice) -> Version {
    let profile = Choice::by_number(usize::try_from(dice.between(0, 7)).unwrap_or_default());
    Version {
        created_millis: place.days_ago(days - dice.between(0, 29), dice),
        image_id: image_id(own_images, dice),
        options: Options::by_chance(dice),
        profile: dice.weighted(&[(None, 1), (Some((true, profile)), 1), (Some((false, profile)), 1)]),
        key_name: dice.chance(0.3).then_some("operators"),
        is_public: dice.weighted(&[(None, 6), (Some(true), 2), (Some(false), 2)]),
    }
}

/// The image of a launch: somebody else's, an own one, a parameter that names it, or none.
fn image_id(own_images: &[String], dice: &mut Dice) -> Option<String> {
    let other = format!("ami-0{}", dice.hex(16));
    let own = own_images.get(usize::try_from(dice.between(0, 3)).unwrap_or_default()).cloned();
    match dice.weighted(&[("other", 4), ("own", 3), ("parameter", 1), ("none", 1)]) {
        "own" => Some(own.unwrap_or(other)),
        "parameter" => Some("resolve:ssm:/golden/image".to_owned()),
        "none" => None,
        _ => Some(other),
    }
}

impl Template {
    /// The versions that these words name, each with its number: $Default and $Latest.
    fn named(&self, words: &[&str]) -> Vec<(usize, &Version)> {
        let is_named = |number: usize| {
            (words.contains(&"$Default") && number == self.default_number)
                || (words.contains(&"$Latest") && number == self.versions.len())
                || words.contains(&number.to_string().as_str())
        };
        (1..).zip(&self.versions).filter(|(number, _)| is_named(*number)).collect()
    }
}

/// How many templates there are.
pub(super) fn count(place: &Place<'_>) -> usize {
    templates(place).len()
}

/// The default and the latest versions, each once.
pub(super) fn launched(place: &Place<'_>) -> Vec<Launched> {
    let of_template = |it: &Template| {
        let versions = it.named(&["$Default", "$Latest"]).into_iter();
        let arn = place.arn("ec2", &format!("launch-template/{}", it.id));
        let launched = versions.map(|(number, version)| Launched {
            subject: format!("{arn}:{number}"),
            image_id: version.image_id.clone(),
            options: version.options,
        });
        launched.collect::<Vec<_>>()
    };
    templates(place).iter().flat_map(of_template).collect()
}

fn describe_templates(place: &Place<'_>) -> Vec<Value> {
    let describe = |it: &Template| {
        json!({
            "launchTemplateId": it.id,
            "launchTemplateName": it.name,
            "createTime": iso_millis(it.created_millis),
            "createdBy": place.iam_arn("root"),
            "defaultVersionNumber": it.default_number,
            "latestVersionNumber": it.versions.len(),
            "operator": if it.is_of_eks {
                json!({ "managed": true, "principal": "eks.amazonaws.com" })
            } else {
                json!({ "managed": false })
            },
            "tagSet": tag_set(&it.tags),
        })
    };
    templates(place).iter().map(describe).collect()
}

/// Versions of one template, or, by $Default and $Latest alone, of all.
fn describe_versions(context: &Context<'_>) -> Result<Value, Refusal> {
    let (request, place) = (context.request, &context.place);
    let words = request.texts("LaunchTemplateVersion");
    let id = request.text("LaunchTemplateId");
    let templates = templates(place);
    if id.is_some_and(|id| !templates.iter().any(|it| it.id == id)) {
        let message = "At least one of the launch templates specified in the request does not exist.";
        return Err(Refusal::new(400, "InvalidLaunchTemplateId.NotFound", message));
    }
    if id.is_none() && (words.is_empty() || words.iter().any(|word| !word.starts_with('$'))) {
        let message = "You must specify either a launch template ID or name, or the versions $Latest or $Default.";
        return Err(Refusal::new(400, "MissingParameter", message));
    }
    let all: Vec<String> = (1..=9).map(|number: u8| number.to_string()).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let words = if words.is_empty() { all } else { words };
    let profiles = &LazyCell::new(|| Profiles::of(place));
    let asked = templates.iter().filter(|it| id.is_none_or(|id| it.id == id));
    let versions = asked.flat_map(|it| {
        let named = it.named(&words).into_iter();
        named.map(move |(number, version)| describe(place, profiles, it, number, version))
    });
    let page = context.page(versions.collect::<Vec<_>>())?;
    Ok(json!({ "launchTemplateVersionSet": items(page.elements), "nextToken": page.next }))
}

fn describe(place: &Place<'_>, profiles: &Profiles, template: &Template, number: usize, it: &Version) -> Value {
    let profile = it.profile.and_then(|(is_by_arn, choice)| {
        let profile = profiles.named(choice)?;
        Some(if is_by_arn { json!({ "arn": profile.arn }) } else { json!({ "name": profile.name }) })
    });
    let options = (!it.options.is_none()).then(|| metadata(it.options));
    let interface = it.is_public.map(|is_public| {
        let groups = json!({ "groupId": ["sg-0123456789abcdef0"] });
        json!({ "deviceIndex": 0, "associatePublicIpAddress": is_public, "groupSet": groups })
    });
    json!({
        "launchTemplateId": template.id,
        "launchTemplateName": template.name,
        "versionNumber": number,
        "createTime": iso_millis(it.created_millis),
        "createdBy": place.iam_arn("root"),
        "defaultVersion": number == template.default_number,
        "launchTemplateData": {
            "imageId": it.image_id,
            "instanceType": "m7g.large",
            "keyName": it.key_name,
            "iamInstanceProfile": profile,
            "metadataOptions": options,
            "networkInterfaceSet": items(interface),
            "userData": STANDARD.encode(format!("{CANARY} password=hunter2")),
        },
    })
}

/// Metadata options as a launch template has them.
fn metadata(options: Options) -> Value {
    json!({
        "state": "applied",
        "httpTokens": options.tokens,
        "httpEndpoint": options.endpoint,
        "httpPutResponseHopLimit": options.hop_limit,
        "instanceMetadataTags": options.tags,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};

    #[test]
    fn versions_of_all_templates_are_asked_for_by_the_default_and_the_latest_alone() {
        let client = Client::new(quiet(4, 1));
        let all = "Action=DescribeLaunchTemplateVersions";
        assert_eq!(client.query("ec2", all).element("Code"), "MissingParameter");
        let numbered = format!("{all}&LaunchTemplateVersion.1=1");
        assert_eq!(client.query("ec2", &numbered).element("Code"), "MissingParameter");
        let both = format!("{all}&LaunchTemplateVersion.1=%24Default&LaunchTemplateVersion.2=%24Latest");
        let read = client.query("ec2", &both).elements("versionNumber").len();
        let templates = client.query("ec2", "Action=DescribeLaunchTemplates").elements("launchTemplateId").len();
        assert!(read >= templates && read <= 2 * templates, "{read} of {templates}");
    }
}
