//! What MSK answers.

use std::collections::BTreeMap;

use orgcensus_collect::Moment;
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Page {
    pub(super) cluster_info_list: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Listed {
    pub(super) cluster_type: Option<String>,
    pub(super) cluster_arn: Option<String>,
    pub(super) cluster_name: Option<String>,
    pub(super) creation_time: Option<Moment>,
    pub(super) state: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) provisioned: Option<Provisioned>,
    pub(super) serverless: Option<Serverless>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Provisioned {
    pub(super) broker_node_group_info: Nodes,
    pub(super) current_broker_software_info: Software,
    pub(super) client_authentication: Authentication,
    pub(super) encryption_info: Encryption,
    pub(super) enhanced_monitoring: Option<String>,
    pub(super) logging_info: Logging,
    pub(super) number_of_broker_nodes: Option<i32>,
    pub(super) storage_mode: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Nodes {
    pub(super) client_subnets: Vec<String>,
    pub(super) instance_type: Option<String>,
    pub(super) security_groups: Vec<String>,
    pub(super) connectivity_info: Connectivity,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Connectivity {
    pub(super) public_access: PublicAccess,
    pub(super) vpc_connectivity: VpcConnectivity,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PublicAccess {
    #[serde(rename = "type")]
    pub(super) access_type: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct VpcConnectivity {
    pub(super) client_authentication: VpcAuthentication,
}

/// How clients of other VPCs may authenticate.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct VpcAuthentication {
    sasl: Sasl,
    tls: Switch,
}

impl VpcAuthentication {
    /// Whether they may in any way.
    pub(super) fn has_any(&self) -> bool {
        is_on(&self.sasl.iam) || is_on(&self.sasl.scram) || is_on(&self.tls)
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Software {
    pub(super) kafka_version: Option<String>,
}

/// How clients may authenticate.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Authentication {
    pub(super) sasl: Sasl,
    pub(super) tls: Switch,
    pub(super) unauthenticated: Switch,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Sasl {
    pub(super) scram: Switch,
    pub(super) iam: Switch,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Switch {
    enabled: Option<bool>,
}

/// Whether something is switched on. What is not there is off.
pub(super) fn is_on(switch: &Switch) -> bool {
    switch.enabled == Some(true)
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Encryption {
    pub(super) encryption_at_rest: AtRest,
    pub(super) encryption_in_transit: InTransit,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct AtRest {
    #[serde(rename = "dataVolumeKMSKeyId")]
    pub(super) key_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct InTransit {
    pub(super) client_broker: Option<String>,
    pub(super) in_cluster: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Logging {
    pub(super) broker_logs: BrokerLogs,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct BrokerLogs {
    cloud_watch_logs: Switch,
    firehose: Switch,
    s3: Switch,
}

impl BrokerLogs {
    /// Whether logs are kept anywhere.
    pub(super) fn has_any(&self) -> bool {
        is_on(&self.cloud_watch_logs) || is_on(&self.firehose) || is_on(&self.s3)
    }
}

/// A serverless cluster has IAM only.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Serverless {
    pub(super) vpc_configs: Vec<VpcConfig>,
    pub(super) client_authentication: ServerlessAuthentication,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ServerlessAuthentication {
    sasl: ServerlessSasl,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ServerlessSasl {
    iam: Switch,
}

impl From<ServerlessAuthentication> for Authentication {
    fn from(it: ServerlessAuthentication) -> Self {
        Self { sasl: Sasl { iam: it.sasl.iam, ..Sasl::default() }, ..Self::default() }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct VpcConfig {
    pub(super) subnet_ids: Vec<String>,
    pub(super) security_group_ids: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ItsPolicy {
    pub(super) policy: Option<String>,
}
