//! What AWS says of a classic load balancer.

use orgcensus_collect::Moment;
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Page {
    pub(super) load_balancer_descriptions: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Described {
    pub(super) load_balancer_name: Option<String>,
    pub(super) scheme: Option<String>,
    #[serde(rename = "DNSName")]
    pub(super) dns_name: Option<String>,
    #[serde(rename = "CanonicalHostedZoneNameID")]
    pub(super) hosted_zone_id: Option<String>,
    #[serde(rename = "VPCId")]
    pub(super) vpc_id: Option<String>,
    pub(super) availability_zones: Vec<String>,
    pub(super) subnets: Vec<String>,
    pub(super) security_groups: Vec<String>,
    pub(super) instances: Vec<Instance>,
    pub(super) listener_descriptions: Vec<ItsListener>,
    pub(super) health_check: HealthCheck,
    pub(super) created_time: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Instance {
    pub(super) instance_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ItsListener {
    pub(super) listener: Ports,
    pub(super) policy_names: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Ports {
    pub(super) protocol: Option<String>,
    pub(super) load_balancer_port: Option<i32>,
    pub(super) instance_protocol: Option<String>,
    pub(super) instance_port: Option<i32>,
    #[serde(rename = "SSLCertificateId")]
    pub(super) certificate: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct HealthCheck {
    pub(super) target: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ItsAttributes {
    pub(super) load_balancer_attributes: Attributes,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Attributes {
    pub(super) cross_zone_load_balancing: Switch,
    pub(super) access_log: AccessLog,
    pub(super) connection_draining: Switch,
    pub(super) connection_settings: Settings,
    pub(super) additional_attributes: Vec<Further>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Switch {
    pub(super) enabled: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct AccessLog {
    pub(super) enabled: Option<bool>,
    pub(super) s3_bucket_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Settings {
    pub(super) idle_timeout: Option<i32>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Further {
    pub(super) key: String,
    pub(super) value: String,
}
