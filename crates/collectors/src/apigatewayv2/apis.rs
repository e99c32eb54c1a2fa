//! HTTP and WebSocket APIs of API Gateway: GetApis, then GetStages and GetRoutes for each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::routes::{self, Route, route};
use super::stages::{self, Stage, stage};
use crate::items::{Answer, Unread, all, details, is_gone};

const LIST: Read<Page> = reads("apigatewayv2", "GetApis").needs("apigateway:GET");

/// How API Gateway says that there is no such API.
const GONE: &[&str] = &["NotFoundException"];

/// One HTTP or WebSocket API of API Gateway. Such an API has no policy, and no web ACL can stand before it: each route
/// decides who gets in. REST APIs are in apigateway_rest_apis.
#[derive(Debug, Serialize, Row)]
#[row(table = "apigatewayv2_apis", key = "arn")]
pub struct Api {
    /// The ARN by which API Gateway names the API: arn:aws:apigateway:…::/apis/….
    pub arn: String,
    /// The ARN by which policies of identities name it: arn:aws:execute-api:….
    pub execute_api_arn: String,
    /// The API's id.
    pub api_id: String,
    /// The API's name.
    pub api_name: Option<String>,
    /// HTTP or WEBSOCKET.
    pub protocol_type: Option<String>,
    /// Its URL, without a stage.
    pub api_endpoint: Option<String>,
    /// What people wrote about it. Null: nothing.
    pub description: Option<String>,
    /// A name for its version that people gave it. Null: none.
    pub api_version: Option<String>,
    /// Whether the host that API Gateway gave it is switched off. Then it is reached by the account's own domain names.
    pub is_default_endpoint_disabled: Option<bool>,
    /// ipv4 or dualstack. Null: AWS did not say.
    pub ip_address_type: Option<String>,
    /// Whether another service of AWS made it and manages it. Null: AWS did not say, none does.
    pub is_managed: Option<bool>,
    /// Whether requests to a WebSocket API go unchecked by its models. Null: AWS did not say.
    pub is_schema_validation_disabled: Option<bool>,
    /// The origins that browsers may call it from. Null: no cross-origin calls.
    pub cors_allow_origins: Option<Vec<String>>,
    /// The methods that browsers may call from there. Null: no cross-origin calls.
    pub cors_allow_methods: Option<Vec<String>>,
    /// Whether browsers send their cookies along. Null: no cross-origin calls, or AWS did not say.
    pub has_cors_credentials: Option<bool>,
    /// How a request finds its route, $request.method $request.path.
    pub route_selection_expression: Option<String>,
    /// Where a caller's key of a usage plan is. Null: AWS did not say.
    pub api_key_selection_expression: Option<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The HTTP and WebSocket APIs of one region, with their stages and routes.
pub const APIS: Collector = Collector {
    name: "apigatewayv2_apis",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), stages::LIST.call(), routes::LIST.call()],
    resources: &[],
    tables: &[table::<Api>(), table::<Stage>(), table::<Route>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    items: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    api_id: Option<String>,
    name: Option<String>,
    protocol_type: Option<String>,
    api_endpoint: Option<String>,
    description: Option<String>,
    version: Option<String>,
    disable_execute_api_endpoint: Option<bool>,
    ip_address_type: Option<String>,
    api_gateway_managed: Option<bool>,
    disable_schema_validation: Option<bool>,
    cors_configuration: Option<Cors>,
    route_selection_expression: Option<String>,
    api_key_selection_expression: Option<String>,
    created_date: Option<Moment>,
    tags: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Cors {
    allow_origins: Vec<String>,
    allow_methods: Vec<String>,
    allow_credentials: Option<bool>,
}

/// An API, with the answers to the calls about it.
struct Details {
    described: Described,
    stages: Answer<Vec<stages::Described>>,
    routes: Answer<Vec<routes::Described>>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"maxResults": "500"}));
    while let Some(page) = pages.next().await {
        let mut apis = details(page?.items, |described| read(session, described));
        while let Some(api) = apis.next().await {
            push(session, rows, api).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, described: Described) -> Details {
    let input = json!({"apiId": described.api_id, "maxResults": "500"});
    let stages = all(&stages::LIST, session, input.clone(), |page| page.items).await;
    let routes = all(&routes::LIST, session, input, |page| page.items).await;
    Details { described, stages, routes }
}

async fn push(session: &Session, rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { described, stages, routes } = details;
    if is_gone(GONE, &stages) && routes.is_err() {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let Some(row) = api(session, described, rows.captured_at(), &mut unread) else {
        unread.lost(rows, [Api::TABLE, Stage::TABLE, Route::TABLE], &LIST.call().name());
        return Ok(());
    };
    unread.count(rows, Api::TABLE, &LIST.call().name());
    for described in rows.item([Stage::TABLE], stages)?.unwrap_or_default() {
        let mut unread = Unread::default();
        let stage = stage(&row, described, rows.captured_at(), &mut unread);
        unread.count(rows, Stage::TABLE, &stages::LIST.call().name());
        rows.push(stage).await?;
    }
    for described in rows.item([Route::TABLE], routes)?.unwrap_or_default() {
        let mut unread = Unread::default();
        let route = route(&row, described, &mut unread);
        unread.push(rows, &routes::LIST.call().name(), route).await?;
    }
    rows.push(row).await
}

fn api(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<Api> {
    let api_id = unread.value("apiId", it.api_id)?;
    let created_at = unread.moment("createdDate", it.created_date.as_ref());
    let (partition, region) = (session.partition(), session.region());
    let cors = it.cors_configuration;
    Some(Api {
        arn: format!("arn:{partition}:apigateway:{region}::/apis/{api_id}"),
        execute_api_arn: session.arn("execute-api", &api_id),
        api_id,
        api_name: unread.value("name", it.name),
        protocol_type: unread.value("protocolType", it.protocol_type),
        api_endpoint: it.api_endpoint,
        description: it.description.filter(|text| !text.is_empty()),
        api_version: it.version,
        is_default_endpoint_disabled: it.disable_execute_api_endpoint,
        ip_address_type: it.ip_address_type,
        is_managed: it.api_gateway_managed,
        is_schema_validation_disabled: it.disable_schema_validation,
        has_cors_credentials: cors.as_ref().and_then(|it| it.allow_credentials),
        cors_allow_methods: cors.as_ref().map(|it| it.allow_methods.clone()),
        cors_allow_origins: cors.map(|it| it.allow_origins),
        route_selection_expression: unread.value("routeSelectionExpression", it.route_selection_expression),
        api_key_selection_expression: it.api_key_selection_expression,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags: it.tags,
    })
}

#[cfg(test)]
mod tests;
