//! Routes of HTTP and WebSocket APIs: GetRoutes for each, called by the collector of the APIs.

use orgcensus_collect::{Read, read as reads};
use orgcensus_row::Row;
use serde::{Deserialize, Serialize};

use super::apis::Api;
use crate::items::Unread;

pub(super) const LIST: Read<Page> = reads("apigatewayv2", "GetRoutes").needs("apigateway:GET");

/// One route of an HTTP or WebSocket API: what it takes, where it leads, and what a caller must show.
#[derive(Debug, Serialize, Row)]
#[row(table = "apigatewayv2_routes", key = "arn", resource = "none")]
pub struct Route {
    /// The route's ARN.
    pub arn: String,
    /// Its API's ARN, that of apigatewayv2_apis.
    pub api_arn: String,
    /// Its API's id.
    pub api_id: String,
    /// The route's id.
    pub route_id: String,
    /// Method and path, GET /pets; a WebSocket API's key, $connect; or $default.
    pub route_key: Option<String>,
    /// NONE, AWS_IAM, CUSTOM (a function judges the caller) or JWT (a token does). Null: AWS did not say.
    pub authorization_type: Option<String>,
    /// Whether a caller must show who it is. Only the route $connect of a WebSocket API can ask that. Null: AWS did not
    /// say.
    pub has_authorization: Option<bool>,
    /// Whether a caller must have a key of a usage plan, which proves little. Null: AWS did not say.
    pub is_api_key_required: Option<bool>,
    /// The authorizer that it asks, by its id. Null: none.
    pub authorizer_id: Option<String>,
    /// The scopes of which a token must have one. Empty: any token of the authorizer does.
    pub authorization_scopes: Vec<String>,
    /// Where it leads, integrations/…. Null: nowhere yet.
    pub target: Option<String>,
    /// The operation's name. Null: none.
    pub operation_name: Option<String>,
    /// Whether another service of AWS made it and manages it. Null: AWS did not say, none does.
    pub is_managed: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Page {
    pub(super) items: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Described {
    route_id: Option<String>,
    route_key: Option<String>,
    authorization_type: Option<String>,
    api_key_required: Option<bool>,
    authorizer_id: Option<String>,
    authorization_scopes: Vec<String>,
    target: Option<String>,
    operation_name: Option<String>,
    api_gateway_managed: Option<bool>,
}

/// The row of a route of an API.
pub(super) fn route(api: &Api, it: Described, unread: &mut Unread) -> Option<Route> {
    let route_id = unread.value("routeId", it.route_id)?;
    let authorization_type = unread.value("authorizationType", it.authorization_type);
    Some(Route {
        arn: format!("{}/routes/{route_id}", api.arn),
        api_arn: api.arn.clone(),
        api_id: api.api_id.clone(),
        route_id,
        route_key: unread.value("routeKey", it.route_key),
        has_authorization: authorization_type.as_deref().map(|it| it != "NONE"),
        authorization_type,
        is_api_key_required: it.api_key_required,
        authorizer_id: it.authorizer_id,
        authorization_scopes: it.authorization_scopes,
        target: it.target,
        operation_name: it.operation_name,
        is_managed: it.api_gateway_managed,
    })
}
