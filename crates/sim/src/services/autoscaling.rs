//! EC2 Auto Scaling: groups and launch configurations.

use crate::CANARY;
use crate::clock::iso_millis;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::protocol::{members, tags};
use crate::service::{Service, list};
use crate::services::ec2::launch_templates::{Launched, Options};
use crate::services::ec2::profiles::{Choice, Profiles};
use crate::truth::{At, things};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::cell::LazyCell;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("DescribeAutoScalingGroups", "AutoScalingGroups", |context| Ok(describe_groups(&context.place)))
            .pages(50, 100),
        list("DescribeLaunchConfigurations", "LaunchConfigurations", |context| {
            Ok(describe_configurations(&context.place))
        })
        .pages(50, 100),
    ]],
    kinds: &[
        things(At::Region, "autoscaling_groups", |place| groups(place).len()),
        things(At::Region, "autoscaling_launch_configurations", |place| configurations(place).len()),
    ],
    ..Service::named("autoscaling")
};

/// A launch configuration.
#[derive(Debug)]
struct Configuration {
    name: String,
    id: String,
    image_id: String,
    options: Options,
    /// Whether the instance profile is named by its ARN, and which of the account's it is.
    profile: Option<(bool, Choice)>,
    key_name: Option<&'static str>,
    is_public: Option<bool>,
    created_millis: i64,
}

/// A group.
#[derive(Debug)]
struct Group {
    name: String,
    id: String,
    launches: Launches,
    capacity: i64,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

/// What a group launches.
#[derive(Debug)]
enum Launches {
    /// A version of a template.
    Template(String, Option<&'static str>),
    /// A template with other types of instances, by a mixed instances policy.
    Mixed(String),
    /// A launch configuration.
    Configuration(String),
}

fn configurations(place: &Place<'_>) -> Vec<Configuration> {
    let (mut dice, count) =
        place.population("launch-configurations", place.organization.settings.rates.other_resources);
    (0..count).map(|number| configuration(place, number, &mut dice)).collect()
}

fn configuration(place: &Place<'_>, number: u64, dice: &mut Dice) -> Configuration {
    let days = dice.between(600, 2500);
    let name = format!("{}-{number}", dice.pick(&["web", "workers", "legacy"]));
    let profile = dice.pick(&[None, Some(0), Some(1)]);
    let is_by_arn = dice.chance(0.5);
    Configuration {
        id: dice.uuid(),
        image_id: format!("ami-0{}", dice.hex(16)),
        // A launch configuration cannot say whether tags are shown.
        options: Options { tags: None, ..Options::by_chance(dice) },
        profile: profile.map(|number| (is_by_arn, Choice::by_number(number))),
        key_name: dice.chance(0.5).then_some("operators"),
        is_public: dice.weighted(&[(None, 6), (Some(true), 2), (Some(false), 2)]),
        created_millis: place.days_ago(days, dice),
        name,
    }
}

/// The launch configurations of this place, as launches.
pub(crate) fn launched(place: &Place<'_>) -> Vec<Launched> {
    let launched =
        |it: Configuration| Launched { subject: it.arn(place), image_id: Some(it.image_id), options: it.options };
    configurations(place).into_iter().map(launched).collect()
}

impl Configuration {
    fn arn(&self, place: &Place<'_>) -> String {
        let resource = format!("launchConfiguration:{}:launchConfigurationName/{}", self.id, self.name);
        place.arn("autoscaling", &resource)
    }
}

fn groups(place: &Place<'_>) -> Vec<Group> {
    let (mut dice, count) = place.population("autoscaling", place.organization.settings.rates.other_resources);
    let configurations = configurations(place);
    (0..count).map(|number| group(place, number, &configurations, &mut dice)).collect()
}

fn group(place: &Place<'_>, number: u64, configurations: &[Configuration], dice: &mut Dice) -> Group {
    let template = format!("lt-0{}", dice.hex(16));
    let version = dice.pick(&[None, Some("$Latest"), Some("$Default"), Some("1")]);
    let launches = match (dice.weighted(&[("template", 5), ("mixed", 2), ("configuration", 2)]), configurations.first())
    {
        ("configuration", Some(first)) => Launches::Configuration(first.name.clone()),
        ("mixed", _) => Launches::Mixed(template),
        _ => Launches::Template(template, version),
    };
    let days = dice.between(0, 1200);
    Group {
        name: format!("{}-{number}", dice.pick(&["web", "workers", "batch"])),
        id: dice.uuid(),
        launches,
        capacity: dice.between(0, 3),
        created_millis: place.days_ago(days, dice),
        tags: some_tags(dice),
    }
}

fn describe_configurations(place: &Place<'_>) -> Vec<Value> {
    let profiles = LazyCell::new(|| Profiles::of(place));
    configurations(place).iter().map(|it| describe_configuration(place, &profiles, it)).collect()
}

fn describe_configuration(place: &Place<'_>, profiles: &Profiles, it: &Configuration) -> Value {
    let profile = it.profile.and_then(|(is_by_arn, choice)| {
        let profile = profiles.named(choice)?;
        Some(if is_by_arn { &profile.arn } else { &profile.name })
    });
    let options = json!({
        "HttpTokens": it.options.tokens,
        "HttpEndpoint": it.options.endpoint,
        "HttpPutResponseHopLimit": it.options.hop_limit,
    });
    json!({
        "LaunchConfigurationName": it.name,
        "LaunchConfigurationARN": it.arn(place),
        "ImageId": it.image_id,
        "KeyName": it.key_name.unwrap_or_default(),
        "SecurityGroups": members([json!("sg-0123456789abcdef0")]),
        "UserData": STANDARD.encode(format!("{CANARY} password=hunter2")),
        "InstanceType": "m5.large",
        "IamInstanceProfile": profile,
        "MetadataOptions": options,
        "AssociatePublicIpAddress": it.is_public,
        "InstanceMonitoring": { "Enabled": true },
        "EbsOptimized": false,
        "CreatedTime": iso_millis(it.created_millis),
    })
}

fn describe_groups(place: &Place<'_>) -> Vec<Value> {
    let describe = |it: &Group| {
        let specification = |id: &str, version: Option<&str>| json!({ "LaunchTemplateId": id, "Version": version });
        let (template, mixed, configuration) = match &it.launches {
            Launches::Template(id, version) => (Some(specification(id, *version)), None, None),
            Launches::Mixed(id) => {
                let overrides = members(["m7g.large", "m7g.xlarge"].map(|it| json!({ "InstanceType": it })));
                let template = json!({ "LaunchTemplateSpecification": specification(id, Some("$Latest")), "Overrides": overrides });
                let distribution = json!({ "OnDemandPercentageAboveBaseCapacity": 20 });
                (None, Some(json!({ "LaunchTemplate": template, "InstancesDistribution": distribution })), None)
            }
            Launches::Configuration(name) => (None, None, Some(name)),
        };
        let resource = format!("autoScalingGroup:{}:autoScalingGroupName/{}", it.id, it.name);
        json!({
            "AutoScalingGroupName": it.name,
            "AutoScalingGroupARN": place.arn("autoscaling", &resource),
            "LaunchTemplate": template,
            "MixedInstancesPolicy": mixed,
            "LaunchConfigurationName": configuration,
            "MinSize": 0,
            "MaxSize": 10,
            "DesiredCapacity": it.capacity,
            "DefaultCooldown": 300,
            "AvailabilityZones": members([json!(format!("{}a", place.region))]),
            "HealthCheckType": "EC2",
            "HealthCheckGracePeriod": 300,
            "VPCZoneIdentifier": "subnet-0123456789abcdef0",
            "NewInstancesProtectedFromScaleIn": false,
            "CreatedTime": iso_millis(it.created_millis),
            "Tags": members(tags(&it.tags)),
        })
    };
    groups(place).iter().map(describe).collect()
}
