//! Network interfaces: those of the instances, and those that services made.

use super::around::nat_address;
use super::groups::{NAMES, group_id};
use super::{data, id, owned, public_block_mode, subnet_id};
use crate::clock::iso_millis;
use crate::place::Place;
use crate::protocol::items;
use crate::service::{Operation, list};
use crate::services::ec2::vpcs::default_vpc_id_in;
use crate::services::ec2::{Instance, instances};
use crate::truth::Tally;
use serde_json::{Value, json};

pub(in super::super) const ANSWERS: &[Operation] =
    &[list("DescribeNetworkInterfaces", "networkInterfaceSet", |context| Ok(interfaces(&context.place)))];

/// Where an instance is in the network.
pub(in super::super) struct Site {
    /// The name of its subnet.
    subnet: &'static str,
    /// The name of its security group.
    group: &'static str,
    ipv6_address: Option<String>,
}

/// Where an instance is, by its number in its place. One instance of the showcase can be reached.
pub(in super::super) fn site(place: &Place<'_>, number: usize, instance: &Instance) -> Site {
    let mut dice = place.organization.dice(&["ec2-site", &place.account.id, place.region, &instance.id]);
    let with_address = [("public", 6), ("guarded", 1), ("hub", 1), ("private", 1)];
    let without_address = [("public", 2), ("private", 4), ("isolated", 2), ("hub", 1)];
    let subnet = dice.weighted(if instance.public_ip.is_some() { &with_address } else { &without_address });
    let group = dice.pick(&NAMES);
    let (has_ipv6, last) = (dice.chance(0.25), dice.hex(4));
    if number == 0 && place.organization.is_showcase(place.account) {
        return Site { subnet: "public", group: "web", ipv6_address: Some(format!("2001:db8::1:{last}")) };
    }
    Site { subnet, group, ipv6_address: has_ipv6.then(|| format!("2001:db8::1:{last}")) }
}

impl Site {
    pub(in super::super) fn subnet_id(&self, place: &Place<'_>) -> String {
        subnet_id(place, self.subnet)
    }

    /// Its security group as a list of EC2.
    pub(in super::super) fn group_set(&self, place: &Place<'_>) -> Value {
        items([json!({ "groupId": group_id(place, self.group), "groupName": self.group })])
    }

    /// Whether the internet reaches an instance here: by an address, the gateway, its group and the subnet's ACL.
    fn is_reachable(&self, place: &Place<'_>, instance: &Instance) -> bool {
        let by_ipv4 = instance.public_ip.is_some() && matches!(self.group, "web" | "ssh" | "office" | "listed");
        let by_ipv6 = self.ipv6_address.is_some() && self.group == "web";
        self.subnet == "public" && public_block_mode(place) == "off" && (by_ipv4 || by_ipv6)
    }
}

fn interfaces(place: &Place<'_>) -> Vec<Value> {
    if !place.is_settled() {
        return Vec::new();
    }
    let all = instances(place);
    let living = all.iter().enumerate().filter(|(_, it)| it.exists());
    let of_instances = living.map(|(number, it)| of_instance(place, number, it));
    let of_services = of_services(place).into_iter().chain(owned::interfaces(place)).chain(data::interfaces(place));
    of_instances.chain(of_services).collect()
}

/// What all interfaces have.
pub(super) fn interface(
    place: &Place<'_>,
    name: &str,
    subnet: &str,
    private_ip: &str,
    public_ip: Option<&str>,
) -> Value {
    let association =
        public_ip.map(|address| json!({ "publicIp": address, "ipOwnerId": "amazon", "publicDnsName": "ec2.example" }));
    let address = json!({ "privateIpAddress": private_ip, "primary": true, "association": association });
    json!({
        "networkInterfaceId": id(place, "eni", name),
        "subnetId": subnet_id(place, subnet),
        "vpcId": default_vpc_id_in(place),
        "ownerId": place.account.id,
        "availabilityZone": format!("{}a", place.region),
        "description": "",
        "requesterManaged": false,
        "status": "in-use",
        "interfaceType": "interface",
        "sourceDestCheck": true,
        "privateIpAddress": private_ip,
        "association": association,
        "privateIpAddressesSet": items([address]),
        "groupSet": {},
        "tagSet": {},
    })
}

fn of_instance(place: &Place<'_>, number: usize, instance: &Instance) -> Value {
    let site = site(place, number, instance);
    let public_ip = instance.public_ip.as_deref();
    let mut described = interface(place, &instance.id, site.subnet, &instance.private_ip, public_ip);
    described["groupSet"] = site.group_set(place);
    let address = site.ipv6_address.map(|address| json!({ "ipv6Address": address, "isPrimaryIpv6": true }));
    described["ipv6AddressesSet"] = items(address);
    described["attachment"] = json!({
        "attachmentId": id(place, "eni-attach", &instance.id),
        "instanceId": instance.id,
        "instanceOwnerId": place.account.id,
        "deviceIndex": 0,
        "status": "attached",
        "attachTime": iso_millis(instance.launched_millis),
        "deleteOnTermination": true,
    });
    described
}

/// The interfaces of a NAT gateway, of a load balancer that nobody describes, and of nothing.
fn of_services(place: &Place<'_>) -> Vec<Value> {
    let groups = |name: &str| items([json!({ "groupId": group_id(place, name), "groupName": name })]);
    let mut nat = interface(place, "nat", "public", "172.31.0.250", Some(&nat_address(place)));
    nat["interfaceType"] = json!("nat_gateway");
    nat["description"] = json!(format!("Interface for NAT Gateway {}", id(place, "nat", "out")));
    nat["requesterManaged"] = json!(true);
    let mut balancer = interface(place, "balancer", "public", "172.31.0.20", Some("203.0.113.250"));
    balancer["description"] = json!("ELB app/front/0123456789abcdef");
    balancer["requesterId"] = json!("amazon-elb");
    balancer["requesterManaged"] = json!(true);
    balancer["groupSet"] = groups("web");
    let mut idle = interface(place, "idle", "private", "172.31.1.40", None);
    idle["status"] = json!("available");
    idle["groupSet"] = groups("closed");
    vec![nat, balancer, idle]
}

pub(in super::super) fn interface_count(place: &Place<'_>) -> usize {
    interfaces(place).len()
}

/// Adds the instances that the internet reaches.
pub(super) fn count(place: &Place<'_>, tally: &mut Tally) {
    for (number, instance) in instances(place).iter().enumerate().filter(|(_, it)| it.exists()) {
        if site(place, number, instance).is_reachable(place, instance) {
            tally.lists.add("G16", [&place.arn("ec2", &format!("instance/{}", instance.id))]);
        }
    }
}
