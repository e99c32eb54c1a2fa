//! What OpenSearch says of a domain.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Described {
    pub(super) domain_name: Option<String>,
    pub(super) domain_id: Option<String>,
    #[serde(rename = "ARN")]
    pub(super) arn: Option<String>,
    pub(super) engine_version: Option<String>,
    pub(super) domain_processing_status: Option<String>,
    pub(super) deleted: Option<bool>,
    pub(super) access_policies: Option<String>,
    #[serde(rename = "VPCOptions")]
    pub(super) vpc: Vpc,
    pub(super) endpoint: Option<String>,
    pub(super) endpoints: BTreeMap<String, String>,
    #[serde(rename = "IPAddressType")]
    pub(super) ip_address_type: Option<String>,
    pub(super) encryption_at_rest_options: Encryption,
    pub(super) node_to_node_encryption_options: Switch,
    pub(super) domain_endpoint_options: EndpointOptions,
    pub(super) advanced_security_options: Security,
    pub(super) cognito_options: Switch,
    pub(super) identity_center_options: IdentityCenter,
    pub(super) log_publishing_options: BTreeMap<String, Log>,
    pub(super) cluster_config: Cluster,
    #[serde(rename = "EBSOptions")]
    pub(super) ebs: Ebs,
    pub(super) service_software_options: Software,
    pub(super) software_update_options: Updates,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Vpc {
    #[serde(rename = "VPCId")]
    pub(super) id: Option<String>,
    pub(super) subnet_ids: Vec<String>,
    pub(super) security_group_ids: Vec<String>,
}

/// What can only be on or off.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Switch {
    pub(super) enabled: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Encryption {
    pub(super) enabled: Option<bool>,
    pub(super) kms_key_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct EndpointOptions {
    #[serde(rename = "EnforceHTTPS")]
    pub(super) enforce_https: Option<bool>,
    #[serde(rename = "TLSSecurityPolicy")]
    pub(super) tls_policy: Option<String>,
    pub(super) custom_endpoint: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Security {
    pub(super) enabled: Option<bool>,
    pub(super) internal_user_database_enabled: Option<bool>,
    pub(super) anonymous_auth_enabled: Option<bool>,
    #[serde(rename = "SAMLOptions")]
    pub(super) saml: Switch,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct IdentityCenter {
    #[serde(rename = "EnabledAPIAccess")]
    pub(super) enabled: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Log {
    pub(super) enabled: Option<bool>,
    pub(super) cloud_watch_logs_log_group_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Cluster {
    pub(super) instance_type: Option<String>,
    pub(super) instance_count: Option<i32>,
    pub(super) zone_awareness_enabled: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Ebs {
    pub(super) volume_size: Option<i32>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Software {
    pub(super) current_version: Option<String>,
    pub(super) update_available: Option<bool>,
    pub(super) update_status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Updates {
    pub(super) auto_software_update_enabled: Option<bool>,
}
