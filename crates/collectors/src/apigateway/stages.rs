//! Stages of REST APIs: GetStages for each, called by the collector of the APIs.

use std::collections::BTreeMap;

use orgcensus_collect::{Moment, Read, read as reads};
use orgcensus_row::{Row, Timestamp};
use serde::{Deserialize, Serialize};

use super::rest_apis::RestApi;
use crate::items::Unread;

pub(super) const LIST: Read<Page> = reads("apigateway", "GetStages").needs("apigateway:GET");

/// The settings of all methods that have none of their own.
const ALL_METHODS: &str = "*/*";

/// One stage of a REST API: a version of it that can be called.
#[derive(Debug, Serialize, Row)]
#[row(table = "apigateway_stages", key = "arn")]
pub struct Stage {
    /// The stage's ARN.
    pub arn: String,
    /// The ARN by which policies name its API, that of apigateway_rest_apis.
    pub rest_api_arn: String,
    /// Its API's id.
    pub rest_api_id: String,
    /// The stage's name, which is in the URL.
    pub stage_name: String,
    /// What people wrote about it. Null: nothing.
    pub description: Option<String>,
    /// The deployment that it shows.
    pub deployment_id: Option<String>,
    /// Whether it logs who called it, one line for each request.
    pub has_access_logs: bool,
    /// The log group or the stream to which these lines go, by its ARN. Null: none.
    pub access_log_destination_arn: Option<String>,
    /// What such a line says, by the names of variables. Null: none is written.
    pub access_log_format: Option<String>,
    /// Whether API Gateway logs what it does for every method: at least errors, and no method is left out.
    pub has_execution_logs: bool,
    /// What is logged of methods that have no setting of their own: ERROR, INFO or OFF. Null: nothing.
    pub default_logging_level: Option<String>,
    /// Methods with settings of their own that log nothing: ~1pets/GET.
    pub unlogged_method_paths: Vec<String>,
    /// Whether requests and answers of some method are logged whole, with all that is in them.
    pub is_data_traced: bool,
    /// Whether methods without settings of their own have metrics. Null: it is not set, they have none.
    pub has_default_metrics: Option<bool>,
    /// How many requests a second methods without settings of their own take. -1: as many as the account. Null: it is
    /// not set.
    pub default_rate_limit_per_second: Option<f64>,
    /// How many requests at once such methods take. -1: as many as the account. Null: it is not set.
    pub default_burst_limit: Option<i32>,
    /// Methods with settings of their own: ~1pets/GET.
    pub method_setting_paths: Vec<String>,
    /// Whether requests are traced by X-Ray. Null: AWS did not say.
    pub is_tracing_enabled: Option<bool>,
    /// Whether it has a cache. Null: AWS did not say.
    pub is_cache_enabled: Option<bool>,
    /// AVAILABLE, NOT_AVAILABLE, CREATE_IN_PROGRESS …. Null: AWS did not say.
    pub cache_status: Option<String>,
    /// The cache's size, in GB. Null: AWS did not say.
    pub cache_size_gb: Option<f64>,
    /// Whether the cache encrypts the answers of every method that it keeps answers of. Null: it keeps none.
    pub is_cache_encrypted: Option<bool>,
    /// The certificate by which API Gateway proves to its backend who calls, by its id. Null: none.
    pub client_certificate_id: Option<String>,
    /// The web ACL of WAF before it, by its ARN; of WAF Classic too. Null: none.
    pub web_acl_arn: Option<String>,
    /// The share of requests that goes to another deployment, in percent. Null: none does.
    pub canary_percent: Option<f64>,
    /// The names of its variables; never their values.
    pub variable_names: Vec<String>,
    /// The version of its documentation. Null: none.
    pub documentation_version: Option<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was last changed (UTC). Null: AWS did not say.
    pub last_updated_at: Option<Timestamp>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Page {
    #[serde(rename = "item")]
    pub(super) items: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Described {
    stage_name: Option<String>,
    description: Option<String>,
    deployment_id: Option<String>,
    access_log_settings: AccessLogs,
    method_settings: BTreeMap<String, Settings>,
    tracing_enabled: Option<bool>,
    cache_cluster_enabled: Option<bool>,
    cache_cluster_status: Option<String>,
    cache_cluster_size: Option<String>,
    client_certificate_id: Option<String>,
    web_acl_arn: Option<String>,
    canary_settings: Canary,
    variables: BTreeMap<String, String>,
    documentation_version: Option<String>,
    created_date: Option<Moment>,
    last_updated_date: Option<Moment>,
    tags: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct AccessLogs {
    destination_arn: Option<String>,
    format: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Settings {
    logging_level: Option<String>,
    data_trace_enabled: Option<bool>,
    metrics_enabled: Option<bool>,
    throttling_rate_limit: Option<f64>,
    throttling_burst_limit: Option<i32>,
    caching_enabled: Option<bool>,
    cache_data_encrypted: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Canary {
    percent_traffic: Option<f64>,
}

impl Settings {
    fn logs(&self) -> bool {
        self.logging_level.as_deref().is_some_and(|level| level != "OFF")
    }
}

impl Described {
    /// The methods with settings of their own.
    fn methods(&self) -> impl Iterator<Item = (&String, &Settings)> {
        self.method_settings.iter().filter(|(path, _)| *path != ALL_METHODS)
    }

    fn is_cache_encrypted(&self) -> Option<bool> {
        let mut kept = self.method_settings.values().filter(|it| it.caching_enabled == Some(true)).peekable();
        let has_cache = self.cache_cluster_enabled == Some(true) && kept.peek().is_some();
        has_cache.then(|| kept.all(|it| it.cache_data_encrypted == Some(true)))
    }
}

/// The row of a stage of an API.
pub(super) fn stage(api: &RestApi, it: Described, now: Timestamp, unread: &mut Unread) -> Option<Stage> {
    let stage_name = unread.value("stageName", it.stage_name.clone())?;
    let created_at = unread.moment("createdDate", it.created_date.as_ref());
    let last_updated_at = unread.moment("lastUpdatedDate", it.last_updated_date.as_ref());
    let cache_size_gb = unread.parsed("cacheClusterSize", it.cache_cluster_size.as_deref(), |text| text.parse().ok());
    let default = it.method_settings.get(ALL_METHODS);
    let unlogged = it.methods().filter(|(_, settings)| !settings.logs());
    let unlogged_method_paths: Vec<String> = unlogged.map(|(path, _)| path.clone()).collect();
    Some(Stage {
        arn: format!("{}/stages/{stage_name}", api.api_arn),
        rest_api_arn: api.arn.clone(),
        rest_api_id: api.rest_api_id.clone(),
        stage_name,
        deployment_id: unread.value("deploymentId", it.deployment_id.clone()),
        has_access_logs: it.access_log_settings.destination_arn.is_some(),
        has_execution_logs: default.is_some_and(Settings::logs) && unlogged_method_paths.is_empty(),
        default_logging_level: default.and_then(|it| it.logging_level.clone()),
        unlogged_method_paths,
        is_data_traced: it.method_settings.values().any(|it| it.data_trace_enabled == Some(true)),
        has_default_metrics: default.and_then(|it| it.metrics_enabled),
        default_rate_limit_per_second: default.and_then(|it| it.throttling_rate_limit),
        default_burst_limit: default.and_then(|it| it.throttling_burst_limit),
        method_setting_paths: it.methods().map(|(path, _)| path.clone()).collect(),
        is_tracing_enabled: it.tracing_enabled,
        is_cache_enabled: it.cache_cluster_enabled,
        cache_size_gb,
        is_cache_encrypted: it.is_cache_encrypted(),
        canary_percent: it.canary_settings.percent_traffic,
        variable_names: it.variables.into_keys().collect(),
        description: it.description.filter(|text| !text.is_empty()),
        access_log_destination_arn: it.access_log_settings.destination_arn,
        access_log_format: it.access_log_settings.format,
        cache_status: it.cache_cluster_status,
        client_certificate_id: it.client_certificate_id,
        web_acl_arn: it.web_acl_arn.filter(|arn| !arn.is_empty()),
        documentation_version: it.documentation_version,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        last_updated_at,
        tags: it.tags,
    })
}
