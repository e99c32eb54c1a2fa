//! A network interface as AWS describes it.

use orgcensus_collect::Moment;
use serde::Deserialize;

use crate::ec2::tags::Tag;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Page {
    pub(super) network_interface_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Described {
    pub(super) network_interface_id: Option<String>,
    pub(super) description: Option<String>,
    pub(super) owner_id: Option<String>,
    pub(super) interface_type: Option<String>,
    pub(super) requester_id: Option<String>,
    pub(super) requester_managed: Option<bool>,
    pub(super) operator: Option<Operator>,
    pub(super) status: Option<String>,
    pub(super) vpc_id: Option<String>,
    pub(super) subnet_id: Option<String>,
    pub(super) availability_zone: Option<String>,
    pub(super) group_set: Vec<Group>,
    pub(super) association: Option<Association>,
    pub(super) private_ip_address: Option<String>,
    pub(super) private_ip_addresses_set: Vec<PrivateAddress>,
    pub(super) ipv6_addresses_set: Vec<Ipv6Address>,
    pub(super) ipv4_prefix_set: Vec<Ipv4Prefix>,
    pub(super) ipv6_prefix_set: Vec<Ipv6Prefix>,
    pub(super) deny_all_igw_traffic: Option<bool>,
    pub(super) source_dest_check: Option<bool>,
    pub(super) attachment: Option<Attachment>,
    pub(super) tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Operator {
    pub(super) principal: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Group {
    pub(super) group_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Association {
    pub(super) public_ip: Option<String>,
    pub(super) ip_owner_id: Option<String>,
    pub(super) allocation_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PrivateAddress {
    pub(super) private_ip_address: Option<String>,
    pub(super) association: Option<ItsAssociation>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ItsAssociation {
    pub(super) public_ip: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Ipv6Address {
    pub(super) ipv6_address: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Ipv4Prefix {
    pub(super) ipv4_prefix: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Ipv6Prefix {
    pub(super) ipv6_prefix: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Attachment {
    pub(super) instance_id: Option<String>,
    pub(super) instance_owner_id: Option<String>,
    pub(super) status: Option<String>,
    pub(super) device_index: Option<i32>,
    pub(super) delete_on_termination: Option<bool>,
    pub(super) attach_time: Option<Moment>,
}

impl Described {
    /// The public addresses of all its private ones. The first one's is beside them, too.
    pub(super) fn public_ip_addresses(&self) -> Vec<String> {
        let first = self.association.as_ref().and_then(|it| it.public_ip.clone());
        let of_each = self.private_ip_addresses_set.iter().filter_map(|it| it.association.as_ref()?.public_ip.clone());
        let mut found: Vec<String> = first.into_iter().collect();
        for address in of_each {
            if !found.contains(&address) {
                found.push(address);
            }
        }
        found
    }
}
