//! Endpoints as DescribeVerifiedAccessEndpoints answers them.

use orgcensus_collect::Moment;
use serde::Deserialize;

use crate::ec2::tags::Tag;
use crate::ec2::verified_access_groups::Sse;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Described {
    pub(super) verified_access_endpoint_id: Option<String>,
    pub(super) verified_access_group_id: Option<String>,
    pub(super) verified_access_instance_id: Option<String>,
    pub(super) description: Option<String>,
    pub(super) status: Status,
    pub(super) endpoint_type: Option<String>,
    pub(super) attachment_type: Option<String>,
    pub(super) load_balancer_options: LoadBalancer,
    pub(super) network_interface_options: Interface,
    #[serde(rename = "rdsOptions")]
    pub(super) database_options: Database,
    pub(super) cidr_options: Addresses,
    pub(super) security_group_id_set: Vec<String>,
    pub(super) application_domain: Option<String>,
    pub(super) endpoint_domain: Option<String>,
    pub(super) device_validation_domain: Option<String>,
    pub(super) domain_certificate_arn: Option<String>,
    pub(super) sse_specification: Sse,
    pub(super) creation_time: Option<Moment>,
    pub(super) last_updated_time: Option<Moment>,
    pub(super) deletion_time: Option<Moment>,
    pub(super) tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Status {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct LoadBalancer {
    pub(super) load_balancer_arn: Option<String>,
    pub(super) protocol: Option<String>,
    pub(super) port: Option<i32>,
    pub(super) port_range_set: Vec<PortRange>,
    pub(super) subnet_id_set: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Interface {
    pub(super) network_interface_id: Option<String>,
    pub(super) protocol: Option<String>,
    pub(super) port: Option<i32>,
    pub(super) port_range_set: Vec<PortRange>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Database {
    #[serde(rename = "rdsDbInstanceArn")]
    pub(super) instance_arn: Option<String>,
    #[serde(rename = "rdsDbClusterArn")]
    pub(super) cluster_arn: Option<String>,
    #[serde(rename = "rdsDbProxyArn")]
    pub(super) proxy_arn: Option<String>,
    pub(super) protocol: Option<String>,
    pub(super) port: Option<i32>,
    pub(super) subnet_id_set: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Addresses {
    pub(super) cidr: Option<String>,
    pub(super) protocol: Option<String>,
    pub(super) port_range_set: Vec<PortRange>,
    pub(super) subnet_id_set: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PortRange {
    from_port: Option<i32>,
    to_port: Option<i32>,
}

impl PortRange {
    /// `8000-8100`.
    pub(super) fn text(&self) -> Option<String> {
        Some(format!("{}-{}", self.from_port?, self.to_port?))
    }
}
