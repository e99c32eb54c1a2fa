//! VPC Lattice. Where authentication is off (the type NONE), an auth policy is inactive: the service does not evaluate it.
//! Then whoever reaches the network gets in, which no policy says.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::{VPC_LATTICE_RESOURCE_CONFIGURATION, VPC_LATTICE_SERVICE, VPC_LATTICE_SERVICE_NETWORK};

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Services, with their auth policies, and those by which they are shared.
    SERVICES = listed(
        "vpc_lattice_services",
        VPC_LATTICE_SERVICE,
        &[list("vpclattice", "ListServices", "items", &[])],
        &[
            policy("vpclattice", "GetAuthPolicy", &[("resourceIdentifier", Arn)], "policy")
                .none(&["ResourceNotFoundException"])
                .may_lack()
                .unless("state", "Inactive"),
            policy("vpclattice", "GetResourcePolicy", &[("resourceArn", Arn)], "policy")
                .none(&["ResourceNotFoundException"])
                .may_lack()
                .called("share"),
        ],
    )
    .arn("arn")
    .name("name")
    .created("createdAt")
    .keeps(&["id", "dnsEntry.domainName", "customDomainName", "status"]);
    /// Service networks, with their auth policies, and those by which they are shared.
    SERVICE_NETWORKS = listed(
        "vpc_lattice_service_networks",
        VPC_LATTICE_SERVICE_NETWORK,
        &[list("vpclattice", "ListServiceNetworks", "items", &[])],
        &[
            policy("vpclattice", "GetAuthPolicy", &[("resourceIdentifier", Arn)], "policy")
                .none(&["ResourceNotFoundException"])
                .may_lack()
                .unless("state", "Inactive"),
            policy("vpclattice", "GetResourcePolicy", &[("resourceArn", Arn)], "policy")
                .none(&["ResourceNotFoundException"])
                .may_lack()
                .called("share"),
        ],
    )
    .arn("arn")
    .name("name")
    .created("createdAt")
    .keeps(&["id", "numberOfAssociatedVPCs", "numberOfAssociatedServices"]);
    /// Resource configurations, with their policies.
    RESOURCE_CONFIGURATIONS = listed(
        "vpc_lattice_resource_configurations",
        VPC_LATTICE_RESOURCE_CONFIGURATION,
        &[list("vpclattice", "ListResourceConfigurations", "items", &[])],
        &[policy("vpclattice", "GetResourcePolicy", &[("resourceArn", Arn)], "policy")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("arn")
    .name("name")
    .created("createdAt")
    .keeps(&["id", "type", "status", "amazonManaged", "customDomainName"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[SERVICES, SERVICE_NETWORKS, RESOURCE_CONFIGURATIONS];
