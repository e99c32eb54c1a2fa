//! VPC endpoint services: DescribeVpcEndpointServiceConfigurations, then DescribeVpcEndpointServicePermissions for
//! each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::EC2_VPC_ENDPOINT_SERVICE;
use orgcensus_collect::{
    Collector, Error, Gate, PolicyKind, Read, Rows, Runs, Scope, Session, Share, Sharee, read as reads,
};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::tags::{self, Tag};
use crate::items::{Answer, Unread, all, details, given, is_gone, with_policies};
use crate::shares::{counted, named};

const LIST: Read<Page> = reads("ec2", "DescribeVpcEndpointServiceConfigurations");
const PERMISSIONS: Read<Permissions> = reads("ec2", "DescribeVpcEndpointServicePermissions");

/// How EC2 says that there is no such service.
const GONE: &[&str] = &["InvalidVpcEndpointServiceId.NotFound", "InvalidVpcEndpointService.NotFound"];

/// One service of the account that others reach by endpoints in their VPCs (PrivateLink). Who may make such an endpoint
/// is in policy_documents, as its share.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_vpc_endpoint_services", key = "arn")]
pub struct EndpointService {
    /// The service's ARN.
    pub arn: String,
    /// The service's id, vpce-svc-….
    pub service_id: String,
    /// The name by which others find it, com.amazonaws.vpce.eu-west-1.vpce-svc-….
    pub service_name: Option<String>,
    /// Interface, Gateway or GatewayLoadBalancer.
    pub service_types: Vec<String>,
    /// Pending, Available, Deleting, Deleted or Failed.
    pub state: Option<String>,
    /// Whether the owner must accept each endpoint before it connects.
    pub is_acceptance_required: Option<bool>,
    /// Whether the service makes and manages endpoints in the VPCs of others.
    pub has_managed_vpc_endpoints: Option<bool>,
    /// Whether endpoints in other regions may reach it.
    pub is_remote_access_enabled: Option<bool>,
    /// The regions in which it can be reached.
    pub supported_regions: Vec<String>,
    /// The availability zones that it is in.
    pub availability_zones: Vec<String>,
    /// The ids of these zones, which are the same in all accounts.
    pub availability_zone_ids: Vec<String>,
    /// The network load balancers before it.
    pub network_load_balancer_arns: Vec<String>,
    /// The gateway load balancers before it.
    pub gateway_load_balancer_arns: Vec<String>,
    /// ipv4 or ipv6.
    pub ip_address_types: Vec<String>,
    /// The host names of its endpoints.
    pub base_endpoint_dns_names: Vec<String>,
    /// Its own host name. Null: none.
    pub private_dns_name: Option<String>,
    /// Whether AWS saw that this name is the owner's: pendingVerification, verified or failed. Null: it has none.
    pub private_dns_name_state: Option<String>,
    /// Who pays for the endpoints, ServiceOwner. Null: who makes them.
    pub payer_responsibility: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The endpoint services of one region, with those who may use them.
pub const VPC_ENDPOINT_SERVICES: Collector = Collector {
    name: "ec2_vpc_endpoint_services",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), PERMISSIONS.call()],
    resources: &[EC2_VPC_ENDPOINT_SERVICE],
    tables: &[table::<EndpointService>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    service_configuration_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    service_id: Option<String>,
    service_name: Option<String>,
    service_type: Vec<ServiceType>,
    service_state: Option<String>,
    acceptance_required: Option<bool>,
    manages_vpc_endpoints: Option<bool>,
    remote_access_enabled: Option<bool>,
    supported_region_set: Vec<SupportedRegion>,
    availability_zone_set: Vec<String>,
    availability_zone_id_set: Vec<String>,
    network_load_balancer_arn_set: Vec<String>,
    gateway_load_balancer_arn_set: Vec<String>,
    supported_ip_address_type_set: Vec<String>,
    base_endpoint_dns_name_set: Vec<String>,
    private_dns_name: Option<String>,
    private_dns_name_configuration: DnsName,
    payer_responsibility: Option<String>,
    tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ServiceType {
    service_type: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SupportedRegion {
    region: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct DnsName {
    state: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Permissions {
    allowed_principals: Vec<Allowed>,
}

/// One who may make endpoints: an account, user or role by its ARN, or `*`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Allowed {
    principal: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 1000}));
    while let Some(page) = pages.next().await {
        let mut services = details(page?.service_configuration_set, |described| read(session, described));
        while let Some((described, sharees)) = services.next().await {
            push(session, rows, described, sharees).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, described: Described) -> (Described, Answer<Vec<Sharee>>) {
    let input = json!({"ServiceId": described.service_id, "MaxResults": 1000});
    let allowed = all(&PERMISSIONS, session, input, |page| page.allowed_principals).await;
    let sharees = allowed
        .and_then(|allowed| named(allowed.into_iter().map(|it| it.principal), &PERMISSIONS.call().name(), "principal"));
    (described, sharees)
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    described: Described,
    sharees: Answer<Vec<Sharee>>,
) -> Result<(), Error> {
    if is_gone(GONE, &sharees) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let Some(row) = service(session, described, &mut unread) else {
        unread.lost(rows, with_policies([EndpointService::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let mut sharees = counted(rows, sharees)?;
    let is_public = sharees.as_ref().is_ok_and(|sharees| sharees.contains(&Sharee::Everyone));
    let gate = match given(row.is_acceptance_required, &LIST.call().name(), "acceptanceRequired") {
        Ok(is_required) => is_required.then_some(Gate::AcceptanceRequired),
        Err(error) => {
            if is_public {
                // Whether anyone gets in unasked is not known.
                sharees = Err(error);
            }
            None
        }
    };
    unread.count(rows, EndpointService::TABLE, &LIST.call().name());
    let share = Share {
        resource_arn: &row.arn,
        resource: EC2_VPC_ENDPOINT_SERVICE,
        origin: PolicyKind::Share,
        name: "",
        actions: &["ec2:CreateVpcEndpoint"],
        gate,
    };
    rows.share(share, sharees).await?;
    rows.push(row).await
}

fn service(session: &Session, it: Described, unread: &mut Unread) -> Option<EndpointService> {
    let service_id = unread.value("serviceId", it.service_id)?;
    Some(EndpointService {
        arn: session.arn("ec2", &format!("vpc-endpoint-service/{service_id}")),
        service_id,
        service_name: unread.value("serviceName", it.service_name),
        service_types: it.service_type.into_iter().filter_map(|it| it.service_type).collect(),
        state: unread.value("serviceState", it.service_state),
        is_acceptance_required: unread.value("acceptanceRequired", it.acceptance_required),
        has_managed_vpc_endpoints: it.manages_vpc_endpoints,
        is_remote_access_enabled: it.remote_access_enabled,
        supported_regions: it.supported_region_set.into_iter().filter_map(|it| it.region).collect(),
        availability_zones: it.availability_zone_set,
        availability_zone_ids: it.availability_zone_id_set,
        network_load_balancer_arns: it.network_load_balancer_arn_set,
        gateway_load_balancer_arns: it.gateway_load_balancer_arn_set,
        ip_address_types: it.supported_ip_address_type_set,
        base_endpoint_dns_names: it.base_endpoint_dns_name_set,
        private_dns_name: it.private_dns_name.filter(|name| !name.is_empty()),
        private_dns_name_state: it.private_dns_name_configuration.state,
        payer_responsibility: it.payer_responsibility,
        tags: tags::by_key(it.tag_set),
    })
}

#[cfg(test)]
mod tests;
