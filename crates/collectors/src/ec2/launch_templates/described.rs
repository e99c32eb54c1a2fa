//! Launch templates and their versions as EC2 answers them. The answer has the user data too, which is not read.

use orgcensus_collect::Moment;
use serde::Deserialize;

use crate::ec2::tags::Tag;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Page {
    pub(super) launch_templates: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Described {
    pub(super) launch_template_id: Option<String>,
    pub(super) launch_template_name: Option<String>,
    pub(super) default_version_number: Option<i64>,
    pub(super) latest_version_number: Option<i64>,
    pub(super) created_by: Option<String>,
    pub(super) operator: Operator,
    pub(super) create_time: Option<Moment>,
    pub(super) tag_set: Vec<Tag>,
}

/// The service that manages it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Operator {
    pub(super) principal: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct VersionPage {
    pub(super) launch_template_version_set: Vec<Version>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Version {
    pub(super) launch_template_id: Option<String>,
    pub(super) launch_template_name: Option<String>,
    pub(super) version_number: Option<i64>,
    pub(super) version_description: Option<String>,
    pub(super) default_version: Option<bool>,
    pub(super) created_by: Option<String>,
    pub(super) create_time: Option<Moment>,
    pub(super) launch_template_data: Data,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Data {
    pub(super) image_id: Option<String>,
    pub(super) instance_type: Option<String>,
    pub(super) key_name: Option<String>,
    pub(super) iam_instance_profile: Profile,
    pub(super) metadata_options: Metadata,
    pub(super) network_interface_set: Vec<Interface>,
    pub(super) security_group_id_set: Vec<String>,
    pub(super) instance_market_options: Market,
    pub(super) placement: Placement,
    pub(super) monitoring: Monitoring,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Profile {
    pub(super) arn: Option<String>,
    pub(super) name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Metadata {
    pub(super) http_tokens: Option<String>,
    pub(super) http_endpoint: Option<String>,
    pub(super) http_put_response_hop_limit: Option<i32>,
    pub(super) http_protocol_ipv6: Option<String>,
    pub(super) instance_metadata_tags: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Interface {
    pub(super) associate_public_ip_address: Option<bool>,
    pub(super) subnet_id: Option<String>,
    pub(super) group_set: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Market {
    pub(super) market_type: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Placement {
    pub(super) tenancy: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Monitoring {
    pub(super) enabled: Option<bool>,
}
