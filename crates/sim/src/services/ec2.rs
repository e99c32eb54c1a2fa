//! EC2: regions, VPCs with their networks, instances, the defaults of their metadata service, and what can be shared or
//! has a policy.

mod endpoint_services;
mod filters;
mod flow_logs;
mod fpga_images;
mod images;
pub(crate) mod launch_templates;
mod metadata;
mod network;
pub(crate) mod profiles;
mod settings;
mod sharing;
mod snapshots;
mod verified_access;
mod vpcs;

pub(crate) use network::{changed_group_id, group_changes, reached_balancers, spots};
pub(crate) use vpcs::default_vpc_leads_to;

use crate::CANARY;
use crate::clock::iso_millis;
use crate::context::Context;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::protocol::{Refusal, items};
use crate::quota::each;
use crate::samples::{Class, SHARED};
use crate::service::{Service, get, list};
use crate::services::autoscaling;
use crate::truth::{At, Tally, resources, things};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiles::{Choice, Profile, Profiles};
use serde_json::{Value, json};
use std::cell::LazyCell;
use std::collections::BTreeSet;

pub(crate) static SERVICE: Service = Service {
    // From AWS's page `ec2-api-throttling`.
    quotas: &[each(&[], 100.0, 20.0)],
    page: 1000,
    answers: &[
        &[
            get("DescribeInstanceAttribute", instance_attribute),
            list("DescribeInstances", "reservationSet", |context| Ok(reservations(&context.place))),
            get("DescribeRegions", |context| Ok(describe_regions(context))),
            list("DescribeVpcEndpoints", "vpcEndpointSet", |context| Ok(vpcs::describe_vpc_endpoints(&context.place))),
            list("DescribeVpcs", "vpcSet", |context| Ok(vpcs::describe_vpcs(&context.place))),
            get("GetInstanceMetadataDefaults", |context| Ok(metadata::describe_defaults(&context.place))),
        ],
        endpoint_services::ANSWERS,
        flow_logs::ANSWERS,
        fpga_images::ANSWERS,
        images::ANSWERS,
        launch_templates::ANSWERS,
        network::AROUND,
        network::GROUPS,
        network::INTERFACES,
        network::PREFIX_LISTS,
        network::SUBNETS,
        network::TABLES,
        settings::ANSWERS,
        snapshots::ANSWERS,
        verified_access::ANSWERS,
    ],
    kinds: &[
        // Each account has settings in every region, even if it is empty.
        things(At::Region, "ec2_account_settings", |_| 1),
        things(At::Region, "ec2_flow_logs", |place| flow_logs::flow_logs(place).len()),
        things(At::Region, "ec2_images_in_use", images_in_use),
        things(At::Region, "ec2_instances", |place| instances(place).len()),
        things(At::Region, "ec2_launch_template_versions", |place| launch_templates::launched(place).len()),
        things(At::Region, "ec2_launch_templates", launch_templates::count),
        things(At::Region, "ec2_metadata_posture", metadata::postures),
        things(At::Region, "ec2_vpcs", |place| vpcs::vpcs(place).len()),
        things(At::Region, "ec2_internet_gateways", network::gateway_count),
        things(At::Region, "ec2_managed_prefix_list_entries", network::prefix_entry_count),
        things(At::Region, "ec2_managed_prefix_lists", network::prefix_list_count),
        things(At::Region, "ec2_nat_gateways", network::nat_gateway_count),
        things(At::Region, "ec2_network_acl_entries", network::entry_count),
        things(At::Region, "ec2_network_acls", network::acl_count),
        things(At::Region, "ec2_network_interfaces", network::interface_count),
        things(At::Region, "ec2_route_table_associations", network::association_count),
        things(At::Region, "ec2_route_tables", network::table_count),
        things(At::Region, "ec2_routes", network::route_count),
        things(At::Region, "ec2_security_group_rules", network::rule_count),
        things(At::Region, "ec2_security_groups", network::group_count),
        things(At::Region, "ec2_subnets", network::subnet_count),
        things(At::Region, "ec2_transit_gateway_attachments", network::attachment_count),
        things(At::Region, "ec2_vpc_block_public_access_exclusions", network::exclusion_count),
        things(At::Region, "ec2_vpc_peering_connections", network::peering_count),
        resources(At::Region, vpcs::planted).rows("ec2_vpc_endpoints").sampled("ec2_vpc_endpoints", vpcs::CANNOT),
        resources(At::Region, endpoint_services::planted)
            .rows("ec2_vpc_endpoint_services")
            .sampled("ec2_vpc_endpoint_services", &[Class::Unread]),
        resources(At::Region, fpga_images::planted).rows("ec2_fpga_images").sampled("ec2_fpga_images", SHARED),
        resources(At::Region, images::planted).rows("ec2_images").sampled("ec2_images", SHARED),
        resources(At::Region, snapshots::planted).rows("ec2_snapshots").sampled("ec2_snapshots", &[Class::Unread]),
        resources(At::Region, verified_access::planted_endpoints)
            .rows("ec2_verified_access_endpoints")
            .sampled("ec2_verified_access_endpoints", verified_access::CANNOT),
        resources(At::Region, verified_access::planted_groups)
            .rows("ec2_verified_access_groups")
            .sampled("ec2_verified_access_groups", verified_access::CANNOT),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("ec2")
};

/// An instance.
#[derive(Debug)]
struct Instance {
    id: String,
    reservation_id: String,
    state: State,
    /// Whether it answers metadata requests of version 1.
    is_imds_optional: bool,
    image_id: String,
    instance_type: &'static str,
    launched_millis: i64,
    is_imds_disabled: bool,
    hop_limit: i64,
    private_ip: String,
    public_ip: Option<String>,
    /// Its profile, and that profile's id if it was deleted.
    profile: Option<(Choice, String)>,
    tags: Vec<(String, String)>,
}

/// An instance's state: its name and its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    name: &'static str,
    code: u16,
}

impl Instance {
    /// Whether it is counted: a terminated instance no longer exists.
    fn exists(&self) -> bool {
        self.state.name != "terminated"
    }

    fn profile<'a>(&self, profiles: &'a Profiles) -> Option<&'a Profile> {
        self.profile.as_ref().and_then(|(choice, _)| profiles.named(*choice))
    }
}

const STATES: [(State, u32); 3] = [
    (State { name: "running", code: 16 }, 16),
    (State { name: "stopped", code: 80 }, 3),
    (State { name: "terminated", code: 48 }, 1),
];

/// The instances of a place. Instances of one reservation follow each other.
fn instances(place: &Place<'_>) -> Vec<Instance> {
    let (mut dice, count) = place.population("ec2", place.organization.settings.rates.instances);
    let mut reservation_id = String::new();
    let mut instances = Vec::new();
    let mut of_profiles = place.dice("ec2-instance-profiles");
    for number in 0..count {
        if number == 0 || dice.chance(0.7) {
            reservation_id = format!("r-0{}", dice.hex(16));
        }
        let choice = Choice::by_chance(&mut of_profiles);
        instances.push(instance(place, &reservation_id, choice, &mut dice));
    }
    instances
}

/// The ids of the instances that run.
pub(super) fn running_ids(place: &Place<'_>) -> Vec<String> {
    instances(place).into_iter().filter(|it| it.state.name == "running").map(|it| it.id).collect()
}

fn instance(place: &Place<'_>, reservation_id: &str, profile: Choice, dice: &mut Dice) -> Instance {
    let state = dice.weighted(&STATES);
    let days = dice.between(0, 1000);
    let has_address = state.name == "running" && dice.chance(0.3);
    let profile = dice.chance(0.6).then(|| (profile, format!("AIPA{}", dice.base32(17))));
    let mut tags = some_tags(dice);
    tags.push(("Name".to_owned(), format!("web-{}", dice.between(1, 99))));
    Instance {
        id: format!("i-0{}", dice.hex(16)),
        reservation_id: reservation_id.to_owned(),
        state,
        is_imds_optional: dice.chance(place.organization.settings.rates.imds_optional),
        image_id: format!("ami-0{}", dice.hex(16)),
        instance_type: dice.weighted(&[("t3.micro", 8), ("m7g.large", 8), ("z99.metal-9000xl", 1)]),
        launched_millis: place.days_ago(days, dice),
        is_imds_disabled: dice.chance(0.02),
        hop_limit: dice.pick(&[1, 2]),
        private_ip: format!("10.{}.{}.{}", dice.between(0, 255), dice.between(0, 255), dice.between(4, 250)),
        public_ip: has_address.then(|| format!("203.0.113.{}", dice.between(1, 254))),
        profile,
        tags,
    }
}

/// How many images of others instances, launch templates and launch configurations name. Those that are gone count as
/// well: nothing says that they were the account's own.
fn images_in_use(place: &Place<'_>) -> usize {
    let of_instances = instances(place).into_iter().filter(Instance::exists).map(|it| it.image_id);
    let launched = launch_templates::launched(place).into_iter().chain(autoscaling::launched(place));
    let all = of_instances.chain(launched.filter_map(|it| it.image_id));
    let (ids, own): (BTreeSet<String>, _) = (all.filter(|id| id.starts_with("ami-")).collect(), images::ids(place));
    ids.iter().filter(|id| !own.contains(id)).count()
}

/// Counts properties of instances, their metadata service and their profiles, and the cases of questions about
/// networks.
fn count(place: &Place<'_>, tally: &mut Tally) {
    let profiles = Profiles::of(place);
    flow_logs::count(place, tally);
    metadata::count(place, &profiles, tally);
    network::count(place, tally);
    vpcs::count(place, tally);
    for instance in instances(place).iter().filter(|it| it.exists()) {
        tally.instances += 1;
        tally.instances_imds_optional += u64::from(instance.is_imds_optional);
        let (profile, misconfigurations) = (instance.profile(&profiles), &mut tally.misconfigurations);
        misconfigurations.one("B6", "instances", "no_profile", profile.is_none());
        if let Some(profile) = profile {
            misconfigurations.one("B6", "instances_with_profile", "over_broad", profile.is_over_broad);
        }
    }
}

fn describe_regions(context: &Context<'_>) -> Value {
    let (organization, request) = (context.organization(), context.request);
    let settings = &organization.settings;
    let opt_in = if organization.is_opted_in(context.place.account) { "opted-in" } else { "not-opted-in" };
    let all = settings.regions.iter().map(|name| (name, "opt-in-not-required"));
    let all = all.chain([(&settings.opt_in_region, opt_in)]);
    let (wants_all, named) = (request.flag("AllRegions"), request.texts("RegionName"));
    let is_wanted = |(name, status): &(&String, &str)| {
        (wants_all || *status != "not-opted-in")
            && (named.is_empty() || named.contains(&name.as_str()))
            && filters::passes(context, |filter| match filter {
                "opt-in-status" => Some(vec![*status]),
                "region-name" => Some(vec![name.as_str()]),
                _ => None,
            })
    };
    let regions = all.filter(is_wanted).map(|(name, status)| {
        json!({ "regionName": name, "regionEndpoint": format!("ec2.{name}.amazonaws.com"), "optInStatus": status })
    });
    json!({ "regionInfo": items(regions) })
}

fn reservations(place: &Place<'_>) -> Vec<Value> {
    let mut reservations: Vec<Vec<(usize, Instance)>> = Vec::new();
    for numbered in instances(place).into_iter().enumerate() {
        match reservations.last_mut().filter(|last| last[0].1.reservation_id == numbered.1.reservation_id) {
            Some(reservation) => reservation.push(numbered),
            None => reservations.push(vec![numbered]),
        }
    }
    let vpc_id = vpcs::default_vpc_id_in(place);
    let profiles = LazyCell::new(|| Profiles::of(place));
    let reservation = |reservation: &Vec<(usize, Instance)>| {
        let numbered = reservation.iter().enumerate();
        let instances = numbered.map(|(index, it)| describe(place, &vpc_id, &profiles, index, it));
        json!({
            "reservationId": reservation[0].1.reservation_id,
            "ownerId": place.account.id,
            "groupSet": {},
            "instancesSet": items(instances),
        })
    };
    reservations.iter().map(reservation).collect()
}

fn private_name(address: &str) -> String {
    format!("ip-{}.ec2.internal", address.replace('.', "-"))
}

/// Describes an instance, by its index in its reservation and its number in the place.
fn describe(
    place: &Place<'_>,
    vpc_id: &str,
    profiles: &Profiles,
    index: usize,
    (number, instance): &(usize, Instance),
) -> Value {
    let (exists, site) = (instance.exists(), network::site(place, *number, instance));
    let deleted_id = instance.profile.as_ref().map(|(_, id)| id);
    let profile = instance.profile(profiles).map(|it| json!({ "arn": it.arn, "id": it.id.as_ref().or(deleted_id) }));
    let tags = instance.tags.iter().map(|(key, value)| json!({ "key": key, "value": value }));
    json!({
        "instanceId": instance.id,
        "imageId": instance.image_id,
        "instanceState": { "code": instance.state.code, "name": instance.state.name },
        // Of one that is gone the name is empty, and not absent.
        "privateDnsName": if exists { private_name(&instance.private_ip) } else { String::new() },
        "reason": (!exists).then_some("User initiated"),
        "amiLaunchIndex": index,
        "instanceType": instance.instance_type,
        "launchTime": iso_millis(instance.launched_millis),
        "placement": { "availabilityZone": format!("{}a", place.region), "tenancy": "default" },
        "monitoring": { "state": "disabled" },
        "subnetId": exists.then(|| site.subnet_id(place)),
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
        "groupSet": if exists { site.group_set(place) } else { json!({}) },
        "iamInstanceProfile": profile,
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
fn instance_attribute(context: &Context<'_>) -> Result<Value, Refusal> {
    let id = context.request.required("InstanceId")?;
    if !instances(&context.place).iter().any(|instance| instance.id == id) {
        let message = format!("The instance ID '{id}' does not exist");
        return Err(Refusal::new(400, "InvalidInstanceID.NotFound", message));
    }
    if context.request.required("Attribute")? != "userData" {
        return Err(Refusal::invalid_parameter(context.request.service, "Attribute"));
    }
    let script = STANDARD.encode(format!("{CANARY} password=hunter2"));
    Ok(json!({ "instanceId": id, "userData": { "value": script } }))
}
