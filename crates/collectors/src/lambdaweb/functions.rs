//! Web functions of Lambda: ListWebFunctions, then ListWebFunctionEndpoints and GetResourcePolicy for each.

use futures::StreamExt;
use orgcensus_collect::kinds::LAMBDA_WEB_FUNCTION;
use orgcensus_collect::{Collector, Error, Moment, Optional, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, all, details, given_if_set, is_gone, policy_text, with_policies};

const LIST: Read<Page> = reads("lambdaweb", "ListWebFunctions");
const ENDPOINTS: Read<Endpoints> = reads("lambdaweb", "ListWebFunctionEndpoints");
const POLICY: Read<ItsPolicy> = reads("lambdaweb", "GetResourcePolicy");

/// How the service says that there is no such function; of a policy, also that a function has none.
const GONE: &[&str] = &["ResourceNotFoundException"];

/// One web function of Lambda: an application that answers HTTPS at endpoints of its own.
#[derive(Debug, Serialize, Row)]
#[row(table = "lambda_web_functions", key = "arn")]
pub struct WebFunction {
    /// The function's ARN.
    pub arn: String,
    /// The function's name.
    pub function_name: String,
    /// Pending, Active, Failed or Deleting.
    pub state: Option<String>,
    /// Why it is in this state, in AWS's words.
    pub state_reason: Option<String>,
    /// How many endpoints it has. Null: it was not read.
    pub endpoint_count: Option<i32>,
    /// Whether everyone reaches one of its endpoints, and the application itself asks who comes. Null: it was not read.
    pub has_open_endpoint: Option<bool>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was last changed (UTC).
    pub modified_at: Option<Timestamp>,
}

/// One endpoint of a web function: a host name at which it answers.
#[derive(Debug, Serialize, Row)]
#[row(table = "lambda_web_endpoints", key = "arn")]
pub struct WebEndpoint {
    /// The endpoint's ARN.
    pub arn: String,
    /// The ARN of the web function.
    pub function_arn: String,
    /// The endpoint's name.
    pub endpoint_name: Option<String>,
    /// What is said of it. Null: nothing.
    pub description: Option<String>,
    /// HomeRegion, MultiRegion or PerRegion.
    pub endpoint_type: Option<String>,
    /// Its host name.
    pub domain_name: Option<String>,
    /// IamAuth (only who may call it by IAM gets in), or ApplicationManaged (everyone reaches the application).
    pub auth_type: Option<String>,
    /// LatestRevision (a new revision answers at once) or Disabled.
    pub auto_deployment_mode: Option<String>,
    /// The regions in which it answers.
    pub regions: Vec<String>,
    /// How many requests it takes at most. Null: it has no limit of its own.
    pub throttle_rate_limit: Option<i32>,
    /// Pending, Active, Failed or Deleting.
    pub state: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was last changed (UTC).
    pub modified_at: Option<Timestamp>,
}

/// The web functions of one region, with their endpoints and policies.
pub const FUNCTIONS: Collector = Collector {
    name: "lambda_web_functions",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), ENDPOINTS.call(), POLICY.call()],
    resources: &[LAMBDA_WEB_FUNCTION],
    tables: &[table::<WebFunction>(), table::<WebEndpoint>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    functions: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listed {
    function_name: Option<String>,
    function_arn: Option<String>,
    state: Option<String>,
    state_reason: Option<String>,
    created_at: Option<Moment>,
    updated_at: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Endpoints {
    endpoints: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    endpoint_arn: Option<String>,
    endpoint_name: Option<String>,
    description: Option<String>,
    endpoint_type: Option<String>,
    domain_name: Option<String>,
    auth_type: Option<String>,
    auto_deployment_mode: Option<String>,
    regions: Vec<String>,
    throttle_config: Throttle,
    state: Option<String>,
    created_at: Option<Moment>,
    updated_at: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Throttle {
    rate_limit: Option<i32>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ItsPolicy {
    policy: Option<String>,
}

/// A function with what two calls say of it.
struct Function {
    listed: Listed,
    endpoints: Answer<Vec<Described>>,
    policy: Answer<Option<String>>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"maxResults": 50}));
    while let Some(page) = pages.next().await {
        let mut functions = details(page?.functions, |listed| read(session, listed));
        while let Some(function) = functions.next().await {
            push(session, rows, function).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, listed: Listed) -> Function {
    let input = json!({"functionName": listed.function_name, "maxResults": 50});
    let endpoints = all(&ENDPOINTS, session, input, |page| page.endpoints).await;
    let name = listed.function_name.as_deref();
    let arn = listed.function_arn.clone().or_else(|| name.map(|name| arn_of(session, name)));
    let answer = POLICY.send(session, json!({"resourceArn": arn})).await.optional(GONE);
    let policy = given_if_set(answer, |it| it.policy, &POLICY.call().name(), "Policy");
    Function { listed, endpoints, policy }
}

fn arn_of(session: &Session, name: &str) -> String {
    session.arn("lambda", &format!("web-function:{name}"))
}

async fn push(session: &Session, rows: &mut Rows<'_>, mut it: Function) -> Result<(), Error> {
    if is_gone(GONE, &it.endpoints) {
        rows.gone();
        return Ok(());
    }
    let (mut unread, now) = (Unread::default(), rows.captured_at());
    let (name, arn) = (it.listed.function_name.take(), it.listed.function_arn.take());
    let Some((arn, name)) = unread.identity("functionName", name, arn, |name| arn_of(session, name)) else {
        unread.lost(rows, with_policies([WebFunction::TABLE, WebEndpoint::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let text = policy_text(rows, it.policy)?;
    rows.policy(Policy::of(&arn, LAMBDA_WEB_FUNCTION, text)).await?;
    let endpoints = rows.item([WebEndpoint::TABLE, WebFunction::TABLE], it.endpoints)?;
    let row = function(arn.clone(), name, it.listed, endpoints.as_deref(), now, &mut unread);
    unread.count(rows, WebFunction::TABLE, &LIST.call().name());
    rows.push(row).await?;
    for described in endpoints.unwrap_or_default() {
        let mut unread = Unread::default();
        let row = endpoint(&arn, described, now, &mut unread);
        unread.push(rows, &ENDPOINTS.call().name(), row).await?;
    }
    Ok(())
}

fn function(
    arn: String,
    function_name: String,
    it: Listed,
    endpoints: Option<&[Described]>,
    now: Timestamp,
    unread: &mut Unread,
) -> WebFunction {
    let created = unread.value("createdAt", it.created_at.as_ref());
    let created_at = unread.moment("createdAt", created);
    let is_open = |it: &Described| it.auth_type.as_deref() == Some("ApplicationManaged");
    WebFunction {
        arn,
        function_name,
        state: unread.value("state", it.state),
        state_reason: it.state_reason.filter(|reason| !reason.is_empty()),
        endpoint_count: endpoints.map(|all| i32::try_from(all.len()).unwrap_or(i32::MAX)),
        has_open_endpoint: endpoints.map(|all| all.iter().any(is_open)),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        modified_at: unread.moment("updatedAt", it.updated_at.as_ref()),
    }
}

fn endpoint(function_arn: &str, it: Described, now: Timestamp, unread: &mut Unread) -> Option<WebEndpoint> {
    let made = |name: &String| format!("{function_arn}/endpoint/{name}");
    let arn = unread.value("endpointArn", it.endpoint_arn).or_else(|| it.endpoint_name.as_ref().map(made))?;
    let created = unread.value("createdAt", it.created_at.as_ref());
    let created_at = unread.moment("createdAt", created);
    Some(WebEndpoint {
        arn,
        function_arn: function_arn.to_owned(),
        endpoint_name: unread.value("endpointName", it.endpoint_name),
        description: it.description,
        endpoint_type: unread.value("endpointType", it.endpoint_type),
        domain_name: unread.value("domainName", it.domain_name),
        auth_type: unread.value("authType", it.auth_type),
        auto_deployment_mode: it.auto_deployment_mode,
        regions: it.regions,
        throttle_rate_limit: it.throttle_config.rate_limit,
        state: unread.value("state", it.state),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        modified_at: unread.moment("updatedAt", it.updated_at.as_ref()),
    })
}

#[cfg(test)]
mod tests;
