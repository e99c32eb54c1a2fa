//! Ids and names that are computed without the things that have them: sessions name those things, and so do policies of
//! other accounts.

use crate::organization::Organization;
use crate::place::Place;

/// The role that every member made by Organizations has. The management account may assume it.
pub(crate) const ORGANIZATION_ROLE: &str = "OrganizationAccountAccessRole";

/// The unique id of a role, by its path and name without a leading slash. Sessions contain the id.
pub(crate) fn role_id(place: &Place<'_>, role: &str) -> String {
    format!("AROA{}", place.organization.dice(&["role-id", &place.account.id, role]).base32(17))
}

/// The id of a VPC, by its number in an account's region.
pub(crate) fn vpc_id(organization: &Organization, account_id: &str, region: &str, number: u64) -> String {
    format!("vpc-0{}", organization.dice(&["vpc-id", account_id, region, &number.to_string()]).hex(16))
}

/// The id of a VPC endpoint, by its number in its VPC.
pub(crate) fn endpoint_id(organization: &Organization, vpc_id: &str, number: u64) -> String {
    format!("vpce-0{}", organization.dice(&["vpce-id", vpc_id, &number.to_string()]).hex(16))
}

/// The id of the default VPC of this account in the first region.
pub(crate) fn default_vpc_id(organization: &Organization, account_id: &str) -> String {
    let region = organization.settings.regions.first().map(String::as_str).unwrap_or_default();
    vpc_id(organization, account_id, region, 0)
}

/// The id of the first endpoint of this account in the first region.
pub(crate) fn first_endpoint_id(organization: &Organization, account_id: &str) -> String {
    endpoint_id(organization, &default_vpc_id(organization, account_id), 0)
}
