//! Ids of VPCs and endpoints. They are computed apart from both, since policies of other accounts name them.

use crate::organization::Organization;

/// The id of a VPC, by its number in the account and region.
pub(crate) fn vpc_id(organization: &Organization, account_id: &str, region: &str, number: u64) -> String {
    format!("vpc-0{}", organization.dice(&["vpc-id", account_id, region, &number.to_string()]).hex(16))
}

/// The id of an endpoint, by its place in the VPC.
pub(crate) fn endpoint_id(organization: &Organization, vpc_id: &str, place: u64) -> String {
    format!("vpce-0{}", organization.dice(&["vpce-id", vpc_id, &place.to_string()]).hex(16))
}

/// The id of the default VPC of this account in the first region.
pub(crate) fn default_vpc_id(organization: &Organization, account_id: &str) -> String {
    let region = organization.settings.regions.first().map(String::as_str).unwrap_or_default();
    default_vpc_id_in(organization, account_id, region)
}

/// The id of the default VPC of this account in a region.
pub(crate) fn default_vpc_id_in(organization: &Organization, account_id: &str, region: &str) -> String {
    vpc_id(organization, account_id, region, 0)
}

/// The id of the first endpoint of this account in the first region.
pub(crate) fn first_endpoint_id(organization: &Organization, account_id: &str) -> String {
    endpoint_id(organization, &default_vpc_id(organization, account_id), 0)
}
