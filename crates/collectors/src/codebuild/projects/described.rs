//! What BatchGetProjects answers. What may hold secrets is not read: values of variables, the build's commands, a
//! webhook's secret.

use orgcensus_collect::Moment;
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Projects {
    pub(super) projects: Vec<Described>,
    pub(super) projects_not_found: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Described {
    pub(super) name: Option<String>,
    pub(super) arn: Option<String>,
    pub(super) description: Option<String>,
    pub(super) source: Source,
    pub(super) artifacts: Artifacts,
    pub(super) environment: Environment,
    pub(super) service_role: Option<String>,
    pub(super) encryption_key: Option<String>,
    pub(super) tags: Vec<ProjectTag>,
    pub(super) created: Option<Moment>,
    pub(super) last_modified: Option<Moment>,
    pub(super) webhook: Option<Webhook>,
    pub(super) vpc_config: VpcConfig,
    pub(super) badge: Badge,
    pub(super) logs_config: Option<Logs>,
    pub(super) project_visibility: Option<String>,
    pub(super) public_project_alias: Option<String>,
    pub(super) resource_access_role: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Source {
    #[serde(rename = "type")]
    pub(super) source_type: Option<String>,
    pub(super) location: Option<String>,
    pub(super) auth: Auth,
    pub(super) insecure_ssl: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Auth {
    #[serde(rename = "type")]
    pub(super) auth_type: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Artifacts {
    #[serde(rename = "type")]
    pub(super) artifacts_type: Option<String>,
    pub(super) location: Option<String>,
    pub(super) encryption_disabled: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Environment {
    #[serde(rename = "type")]
    pub(super) environment_type: Option<String>,
    pub(super) image: Option<String>,
    pub(super) environment_variables: Vec<Variable>,
    pub(super) privileged_mode: Option<bool>,
}

/// A variable without its value.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Variable {
    pub(super) name: Option<String>,
    #[serde(rename = "type")]
    variable_type: Option<String>,
}

impl Variable {
    /// Whether its value stands in the project itself. AWS takes a variable without a type for such a one.
    pub(super) fn is_plaintext(&self) -> bool {
        self.variable_type.as_deref().is_none_or(|of| of == "PLAINTEXT")
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ProjectTag {
    pub(super) key: String,
    pub(super) value: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Webhook {
    pub(super) pull_request_build_policy: PullRequests,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PullRequests {
    pub(super) requires_comment_approval: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct VpcConfig {
    pub(super) vpc_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Badge {
    pub(super) badge_enabled: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Logs {
    pub(super) cloud_watch_logs: Log,
    pub(super) s3_logs: Log,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Log {
    status: Option<String>,
}

/// Whether logs go there.
pub(super) fn is_enabled(log: &Log) -> bool {
    log.status.as_deref() == Some("ENABLED")
}

/// An address without the name and password that may stand before its host.
pub(super) fn without_user(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = host.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}
