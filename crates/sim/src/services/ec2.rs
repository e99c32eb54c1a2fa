//! EC2: regions, VPCs, instances, and the defaults of their metadata service.

mod vpcs;

pub(crate) use vpcs::vpcs;

use super::{Context, population, some_tags};
use crate::CANARY;
use crate::account::Account;
use crate::clock::iso_millis;
use crate::dice::Dice;
use crate::network_ids::default_vpc_id_in;
use crate::organization::Organization;
use crate::protocol::{Answer, Limits, Refusal, items};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const PAGE: Limits = Limits { token: "NextToken", size: "MaxResults", default: 1000, max: 1000 };

/// An instance.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) reservation_id: String,
    pub(crate) state: State,
    /// Whether it answers metadata requests of version 1.
    pub(crate) is_imds_optional: bool,
    image_id: String,
    instance_type: &'static str,
    launched_millis: i64,
    is_imds_disabled: bool,
    hop_limit: i64,
    private_ip: String,
    public_ip: Option<String>,
    profile: Option<(String, String)>,
    tags: Vec<(String, String)>,
}

/// An instance's state, with the code that goes with the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) name: &'static str,
    code: u16,
}

impl Instance {
    /// Whether it is counted: a terminated instance is gone.
    pub(crate) fn exists(&self) -> bool {
        self.state.name != "terminated"
    }

    /// Whether it has an instance profile.
    pub(crate) fn has_profile(&self) -> bool {
        self.profile.is_some()
    }
}

const STATES: [(State, u32); 3] = [
    (State { name: "running", code: 16 }, 16),
    (State { name: "stopped", code: 80 }, 3),
    (State { name: "terminated", code: 48 }, 1),
];

/// The instances of an account in a region; those of one reservation follow each other.
pub(crate) fn instances(organization: &Organization, account: &Account, region: &str) -> Vec<Instance> {
    let mean = organization.settings.rates.instances;
    let (mut dice, count) = population(organization, account, "ec2", region, mean);
    let mut reservation_id = String::new();
    let mut instances = Vec::new();
    for number in 0..count {
        if number == 0 || dice.chance(0.7) {
            reservation_id = format!("r-0{}", dice.hex(16));
        }
        instances.push(instance(organization, account, &reservation_id, &mut dice));
    }
    instances
}

fn instance(organization: &Organization, account: &Account, reservation_id: &str, dice: &mut Dice) -> Instance {
    let state = dice.weighted(&STATES);
    let days = dice.between(0, 1000);
    let has_address = state.name == "running" && dice.chance(0.3);
    let profile = dice.chance(0.6).then(|| {
        let arn = organization.arn("iam", "", &account.id, "instance-profile/app");
        (arn, format!("AIPA{}", dice.base32(17)))
    });
    let mut tags = some_tags(dice);
    tags.push(("Name".to_owned(), format!("web-{}", dice.between(1, 99))));
    Instance {
        id: format!("i-0{}", dice.hex(16)),
        reservation_id: reservation_id.to_owned(),
        state,
        is_imds_optional: dice.chance(organization.settings.rates.imds_optional),
        image_id: format!("ami-0{}", dice.hex(16)),
        instance_type: dice.weighted(&[("t3.micro", 8), ("m7g.large", 8), ("z99.metal-9000xl", 1)]),
        launched_millis: organization.clock.days_ago(days, dice),
        is_imds_disabled: dice.chance(0.02),
        hop_limit: dice.pick(&[1, 2]),
        private_ip: format!("10.{}.{}.{}", dice.between(0, 255), dice.between(0, 255), dice.between(4, 250)),
        public_ip: has_address.then(|| format!("203.0.113.{}", dice.between(1, 254))),
        profile,
        tags,
    }
}

pub(crate) fn answer(context: &Context<'_>) -> Result<Answer, Refusal> {
    match context.request.operation.as_str() {
        "DescribeRegions" => Ok(describe_regions(context)),
        "DescribeInstances" => describe_instances(context),
        "DescribeVpcs" => vpcs::describe_vpcs(context),
        "DescribeVpcEndpoints" => vpcs::describe_vpc_endpoints(context),
        "DescribeInstanceAttribute" => instance_attribute(context),
        "GetInstanceMetadataDefaults" => Ok(metadata_defaults(context)),
        _ => Err(context.unknown_operation()),
    }
}

fn describe_regions(context: &Context<'_>) -> Answer {
    let (organization, request) = (context.organization, context.request);
    let settings = &organization.settings;
    let opt_in = if organization.is_opted_in(context.account()) { "opted-in" } else { "not-opted-in" };
    let all = settings.regions.iter().map(|name| (name, "opt-in-not-required"));
    let all = all.chain([(&settings.opt_in_region, opt_in)]);
    let (wants_all, named) = (request.flag("AllRegions"), request.texts("RegionName"));
    let is_wanted = |(name, status): &(&String, &str)| {
        (wants_all || *status != "not-opted-in")
            && (named.is_empty() || named.contains(&name.as_str()))
            && passes_filters(context, name, status)
    };
    let regions = all.filter(is_wanted).map(|(name, status)| {
        json!({ "regionName": name, "regionEndpoint": format!("ec2.{name}.amazonaws.com"), "optInStatus": status })
    });
    json!({ "regionInfo": items(regions) }).into()
}

/// `Filter.1.Name=opt-in-status&Filter.1.Value.1=opted-in`: the filters that region discovery uses.
fn passes_filters(context: &Context<'_>, region: &str, status: &str) -> bool {
    (1..=10).all(|number| {
        let values = context.request.texts(&format!("Filter.{number}.Value"));
        match context.request.text(&format!("Filter.{number}.Name")) {
            Some("opt-in-status") => values.contains(&status),
            Some("region-name") => values.contains(&region),
            _ => true,
        }
    })
}

fn describe_instances(context: &Context<'_>) -> Result<Answer, Refusal> {
    let mut reservations: Vec<Vec<Instance>> = Vec::new();
    for instance in instances(context.organization, context.account(), context.region()) {
        match reservations.last_mut().filter(|last| last[0].reservation_id == instance.reservation_id) {
            Some(reservation) => reservation.push(instance),
            None => reservations.push(vec![instance]),
        }
    }
    let page = context.page(&PAGE, reservations)?;
    let next = page.next;
    let vpc_id = default_vpc_id_in(context.organization, &context.account().id, context.region());
    let reservations = page.elements.iter().map(|reservation| {
        json!({
            "reservationId": reservation[0].reservation_id,
            "ownerId": context.account().id,
            "groupSet": {},
            "instancesSet": items(reservation.iter().enumerate().map(|(place, it)| describe(context, &vpc_id, place, it))),
        })
    });
    Ok(json!({ "reservationSet": items(reservations), "nextToken": next }).into())
}

fn describe(context: &Context<'_>, vpc_id: &str, place: usize, instance: &Instance) -> Value {
    let exists = instance.exists();
    let tags = instance.tags.iter().map(|(key, value)| json!({ "key": key, "value": value }));
    json!({
        "instanceId": instance.id,
        "imageId": instance.image_id,
        "instanceState": { "code": instance.state.code, "name": instance.state.name },
        "privateDnsName": exists.then(|| format!("ip-{}.ec2.internal", instance.private_ip.replace('.', "-"))),
        "reason": (!exists).then_some("User initiated"),
        "amiLaunchIndex": place,
        "instanceType": instance.instance_type,
        "launchTime": iso_millis(instance.launched_millis),
        "placement": { "availabilityZone": format!("{}a", context.region()), "tenancy": "default" },
        "monitoring": { "state": "disabled" },
        "subnetId": exists.then_some("subnet-0123456789abcdef0"),
        "vpcId": exists.then_some(vpc_id),
        "privateIpAddress": exists.then_some(&instance.private_ip),
        "ipAddress": instance.public_ip,
        "architecture": "x86_64",
        "rootDeviceType": "ebs",
        "rootDeviceName": "/dev/xvda",
        "virtualizationType": "hvm",
        "hypervisor": "xen",
        "ebsOptimized": false,
        "tagSet": items(tags),
        "groupSet": items(exists.then(|| json!({ "groupId": "sg-0123456789abcdef0", "groupName": "web" }))),
        "iamInstanceProfile": instance.profile.as_ref().map(|(arn, id)| json!({ "arn": arn, "id": id })),
        "metadataOptions": {
            "state": "applied",
            "httpTokens": if instance.is_imds_optional { "optional" } else { "required" },
            "httpPutResponseHopLimit": instance.hop_limit,
            "httpEndpoint": if instance.is_imds_disabled { "disabled" } else { "enabled" },
            "httpProtocolIpv6": "disabled",
            "instanceMetadataTags": "disabled",
        },
        "platformDetails": "Linux/UNIX",
    })
}

/// User data often holds secrets, so a census must not read it.
fn instance_attribute(context: &Context<'_>) -> Result<Answer, Refusal> {
    let id = context.request.required("InstanceId")?;
    let mut instances = instances(context.organization, context.account(), context.region()).into_iter();
    if !instances.any(|instance| instance.id == id) {
        let message = format!("The instance ID '{id}' does not exist");
        return Err(Refusal::new(400, "InvalidInstanceID.NotFound", message));
    }
    if context.request.required("Attribute")? != "userData" {
        return Err(Refusal::invalid_parameter(context.request.service, "Attribute"));
    }
    let script = STANDARD.encode(format!("{CANARY} password=hunter2"));
    Ok(json!({ "instanceId": id, "userData": { "value": script } }).into())
}

/// The defaults of new instances; most accounts have set none.
fn metadata_defaults(context: &Context<'_>) -> Answer {
    let mut dice = context.organization.dice(&["ec2-defaults", &context.account().id, context.region()]);
    let level = dice.chance(0.2).then(|| {
        let hop_limit = dice.pick(&[1, 2]);
        json!({ "httpTokens": "required", "httpPutResponseHopLimit": hop_limit, "managedBy": "account" })
    });
    json!({ "accountLevel": level.unwrap_or_else(|| json!({})) }).into()
}
