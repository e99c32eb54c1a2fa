//! REST APIs of API Gateway with their policies: GetRestApis, then GetStages and GetAuthorizers for each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::APIGATEWAY_REST_API;
use orgcensus_collect::{
    Collector, Error, Gate, Moment, Policy, PolicyText, Read, Rows, Runs, Scope, Session, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::authorizers::{self, Authorizer, authorizer};
use super::stages::{self, Stage, stage};
use crate::items::{Answer, Unread, all, details, is_gone, with_policies};

const LIST: Read<Page> = reads("apigateway", "GetRestApis").needs("apigateway:GET");

/// How API Gateway says that there is no such API.
const GONE: &[&str] = &["NotFoundException"];

/// One REST API of API Gateway. An API that is not private and has no policy is reached by anyone on the internet: then
/// each method's own authorization decides, which no table has. HTTP and WebSocket APIs have no policies.
#[derive(Debug, Serialize, Row)]
#[row(table = "apigateway_rest_apis", key = "arn")]
pub struct RestApi {
    /// The ARN by which policies name the API: arn:aws:execute-api:….
    pub arn: String,
    /// The ARN by which API Gateway names the API: arn:aws:apigateway:…::/restapis/….
    pub api_arn: String,
    /// The API's id.
    pub rest_api_id: String,
    /// The API's name.
    pub api_name: Option<String>,
    /// What people wrote about it.
    pub description: Option<String>,
    /// A name for its version that people gave it. Null: none.
    pub api_version: Option<String>,
    /// REGIONAL, EDGE or PRIVATE.
    pub endpoint_types: Vec<String>,
    /// Whether it is private: reached through VPC endpoints only, whosesoever they are.
    pub is_private: Option<bool>,
    /// The VPC endpoints that have a host for it. Others may lead to it as well.
    pub vpc_endpoint_ids: Vec<String>,
    /// ipv4 or dualstack. Null: AWS did not say.
    pub ip_address_type: Option<String>,
    /// Whether it has a policy. Without one a private API is closed, and any other is open but for what its methods
    /// ask.
    pub has_policy: bool,
    /// Whether the host that API Gateway gave it is switched off. Then it is reached by the account's own domain names.
    pub is_default_endpoint_disabled: Option<bool>,
    /// The least that it asks of encrypted connections, TLS_1_2. Null: AWS did not say.
    pub security_policy: Option<String>,
    /// BASIC or STRICT: whether a connection must name the host that the request names. Null: AWS did not say.
    pub endpoint_access_mode: Option<String>,
    /// Where a caller's key of a usage plan is: HEADER or AUTHORIZER.
    pub api_key_source: Option<String>,
    /// AVAILABLE, UPDATING, PENDING or FAILED. Null: AWS did not say.
    pub api_status: Option<String>,
    /// Answers from this size on are compressed, in bytes. Null: none is.
    pub minimum_compression_bytes: Option<i32>,
    /// The types of content that are passed on byte for byte.
    pub binary_media_types: Vec<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The REST APIs of one region, with their policies, stages and authorizers.
pub const REST_APIS: Collector = Collector {
    name: "apigateway_rest_apis",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), stages::LIST.call(), authorizers::LIST.call()],
    resources: &[APIGATEWAY_REST_API],
    tables: &[table::<RestApi>(), table::<Stage>(), table::<Authorizer>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    #[serde(rename = "item")]
    items: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    id: Option<String>,
    name: Option<String>,
    description: Option<String>,
    version: Option<String>,
    created_date: Option<Moment>,
    endpoint_configuration: Endpoint,
    policy: Option<String>,
    disable_execute_api_endpoint: Option<bool>,
    security_policy: Option<String>,
    endpoint_access_mode: Option<String>,
    api_key_source: Option<String>,
    api_status: Option<String>,
    minimum_compression_size: Option<i32>,
    binary_media_types: Vec<String>,
    tags: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Endpoint {
    types: Vec<String>,
    ip_address_type: Option<String>,
    vpc_endpoint_ids: Vec<String>,
}

/// An API, with the answers to the calls about it.
struct Details {
    described: Described,
    stages: Answer<Vec<stages::Described>>,
    authorizers: Answer<Vec<authorizers::Described>>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"limit": 500}));
    while let Some(page) = pages.next().await {
        let mut apis = details(page?.items, |described| read(session, described));
        while let Some(api) = apis.next().await {
            push(session, rows, api).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, described: Described) -> Details {
    let stages = stages::LIST.send(session, json!({"restapi_id": described.id})).await.map(|answer| answer.items);
    let input = json!({"restapi_id": described.id, "limit": 500});
    let authorizers = all(&authorizers::LIST, session, input, |page| page.items).await;
    Details { described, stages, authorizers }
}

async fn push(session: &Session, rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { mut described, stages, authorizers } = details;
    if is_gone(GONE, &stages) && authorizers.is_err() {
        rows.gone();
        return Ok(());
    }
    let policy = described.policy.take().filter(|text| !text.is_empty()).map(plain);
    let has_policy = policy.is_some();
    let gate = is_private(&described.endpoint_configuration).filter(|is| *is).map(|_| Gate::PrivateApi);
    let mut unread = Unread::default();
    let Some(row) = rest_api(session, described, has_policy, rows.captured_at(), &mut unread) else {
        let tables = with_policies([RestApi::TABLE, Stage::TABLE, Authorizer::TABLE]);
        unread.lost(rows, tables, &LIST.call().name());
        return Ok(());
    };
    unread.count(rows, RestApi::TABLE, &LIST.call().name());
    let policy = Policy::of(&row.arn, APIGATEWAY_REST_API, PolicyText::read(policy));
    rows.policy(Policy { gate, ..policy }).await?;
    for described in rows.item([Stage::TABLE], stages)?.unwrap_or_default() {
        let mut unread = Unread::default();
        let stage = stage(&row, described, rows.captured_at(), &mut unread);
        unread.push(rows, &stages::LIST.call().name(), stage).await?;
    }
    for described in rows.item([Authorizer::TABLE], authorizers)?.unwrap_or_default() {
        let mut unread = Unread::default();
        let authorizer = authorizer(&row, described, &mut unread);
        unread.push(rows, &authorizers::LIST.call().name(), authorizer).await?;
    }
    rows.push(row).await
}

/// The document. API Gateway writes it as the inside of a JSON string, so that each quote has a backslash before it.
fn plain(text: String) -> String {
    let is_plain = serde_json::from_str::<IgnoredAny>(&text).is_ok();
    let unescaped: Option<String> = serde_json::from_str(&format!("\"{text}\"")).ok();
    unescaped.filter(|_| !is_plain).unwrap_or(text)
}

/// Not known if AWS does not say of which type the API is.
fn is_private(endpoint: &Endpoint) -> Option<bool> {
    (!endpoint.types.is_empty()).then(|| endpoint.types.iter().any(|it| it == "PRIVATE"))
}

fn rest_api(
    session: &Session,
    it: Described,
    has_policy: bool,
    now: Timestamp,
    unread: &mut Unread,
) -> Option<RestApi> {
    let rest_api_id = unread.value("id", it.id)?;
    let created = unread.value("createdDate", it.created_date.as_ref());
    let created_at = unread.moment("createdDate", created);
    let (partition, region) = (session.partition(), session.region());
    Some(RestApi {
        arn: session.arn("execute-api", &rest_api_id),
        api_arn: format!("arn:{partition}:apigateway:{region}::/restapis/{rest_api_id}"),
        rest_api_id,
        api_name: unread.value("name", it.name),
        description: it.description.filter(|text| !text.is_empty()),
        api_version: it.version,
        is_private: unread.value("endpointConfiguration", is_private(&it.endpoint_configuration)),
        endpoint_types: it.endpoint_configuration.types,
        vpc_endpoint_ids: it.endpoint_configuration.vpc_endpoint_ids,
        ip_address_type: it.endpoint_configuration.ip_address_type,
        has_policy,
        is_default_endpoint_disabled: it.disable_execute_api_endpoint,
        security_policy: it.security_policy,
        endpoint_access_mode: it.endpoint_access_mode,
        api_key_source: it.api_key_source,
        api_status: it.api_status,
        minimum_compression_bytes: it.minimum_compression_size,
        binary_media_types: it.binary_media_types,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags: it.tags,
    })
}

#[cfg(test)]
mod tests;
