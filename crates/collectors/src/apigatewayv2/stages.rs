//! Stages of HTTP and WebSocket APIs: GetStages for each, called by the collector of the APIs.

use std::collections::BTreeMap;

use orgcensus_collect::{Moment, Read, read as reads};
use orgcensus_row::{Row, Timestamp};
use serde::{Deserialize, Serialize};

use super::apis::Api;
use crate::items::Unread;

pub(super) const LIST: Read<Page> = reads("apigatewayv2", "GetStages").needs("apigateway:GET");

/// One stage of an HTTP or WebSocket API: a version of it that can be called.
#[derive(Debug, Serialize, Row)]
#[row(table = "apigatewayv2_stages", key = "arn")]
pub struct Stage {
    /// The stage's ARN.
    pub arn: String,
    /// Its API's ARN, that of apigatewayv2_apis.
    pub api_arn: String,
    /// Its API's id.
    pub api_id: String,
    /// The stage's name, $default or what the URL has.
    pub stage_name: String,
    /// What people wrote about it. Null: nothing.
    pub description: Option<String>,
    /// Whether it logs who called it, one line for each request.
    pub has_access_logs: bool,
    /// The log group or the stream to which these lines go, by its ARN. Null: none.
    pub access_log_destination_arn: Option<String>,
    /// What such a line says, by the names of variables. Null: none is written.
    pub access_log_format: Option<String>,
    /// What is logged of routes without settings of their own: ERROR, INFO or OFF. Null: nothing; HTTP APIs have no
    /// such logs.
    pub default_logging_level: Option<String>,
    /// Whether requests and answers of some route are logged whole, with all that is in them.
    pub is_data_traced: bool,
    /// How many requests a second routes without settings of their own take. Null: as many as the account.
    pub default_rate_limit_per_second: Option<f64>,
    /// How many requests at once such routes take. Null: as many as the account.
    pub default_burst_limit: Option<i32>,
    /// Whether routes without settings of their own have metrics each. Null: AWS did not say.
    pub has_detailed_metrics: Option<bool>,
    /// The keys of routes with settings of their own.
    pub route_setting_keys: Vec<String>,
    /// Whether each change of the API is shown at once. Null: AWS did not say.
    pub is_auto_deploy: Option<bool>,
    /// Whether another service of AWS made it and manages it. Null: AWS did not say, none does.
    pub is_managed: Option<bool>,
    /// The deployment that it shows. Null: none yet.
    pub deployment_id: Option<String>,
    /// What went wrong when it was last shown. Null: AWS did not say.
    pub last_deployment_status_message: Option<String>,
    /// The certificate by which API Gateway proves to its backend who calls, by its id. Null: none.
    pub client_certificate_id: Option<String>,
    /// The names of its variables; never their values.
    pub variable_names: Vec<String>,
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
    pub(super) items: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Described {
    stage_name: Option<String>,
    description: Option<String>,
    access_log_settings: AccessLogs,
    default_route_settings: Settings,
    route_settings: BTreeMap<String, Settings>,
    auto_deploy: Option<bool>,
    api_gateway_managed: Option<bool>,
    deployment_id: Option<String>,
    last_deployment_status_message: Option<String>,
    client_certificate_id: Option<String>,
    stage_variables: BTreeMap<String, String>,
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
    detailed_metrics_enabled: Option<bool>,
    throttling_rate_limit: Option<f64>,
    throttling_burst_limit: Option<i32>,
}

/// The row of a stage of an API.
pub(super) fn stage(api: &Api, it: Described, now: Timestamp, unread: &mut Unread) -> Stage {
    let created_at = unread.moment("createdDate", it.created_date.as_ref());
    let last_updated_at = unread.moment("lastUpdatedDate", it.last_updated_date.as_ref());
    let stage_name = unread.value("stageName", it.stage_name).unwrap_or_default();
    let default = it.default_route_settings;
    let is_traced = |it: &Settings| it.data_trace_enabled == Some(true);
    let is_data_traced = is_traced(&default) || it.route_settings.values().any(is_traced);
    Stage {
        arn: format!("{}/stages/{stage_name}", api.arn),
        api_arn: api.arn.clone(),
        api_id: api.api_id.clone(),
        stage_name,
        description: it.description.filter(|text| !text.is_empty()),
        has_access_logs: it.access_log_settings.destination_arn.is_some(),
        access_log_destination_arn: it.access_log_settings.destination_arn,
        access_log_format: it.access_log_settings.format,
        default_logging_level: default.logging_level,
        is_data_traced,
        default_rate_limit_per_second: default.throttling_rate_limit,
        default_burst_limit: default.throttling_burst_limit,
        has_detailed_metrics: default.detailed_metrics_enabled,
        route_setting_keys: it.route_settings.into_keys().collect(),
        is_auto_deploy: it.auto_deploy,
        is_managed: it.api_gateway_managed,
        deployment_id: it.deployment_id,
        last_deployment_status_message: it.last_deployment_status_message,
        client_certificate_id: it.client_certificate_id,
        variable_names: it.stage_variables.into_keys().collect(),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        last_updated_at,
        tags: it.tags,
    }
}
