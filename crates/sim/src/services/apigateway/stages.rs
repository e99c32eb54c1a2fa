//! Stages and authorizers of REST APIs.

use super::{RestApi, rest_apis, tag_map};
use crate::clock::epoch_seconds;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::services::wafv2::regional_arns;
use serde_json::{Map, Value, json};

/// A stage of a REST API.
#[derive(Debug)]
pub(in crate::services) struct Stage {
    pub(in crate::services) arn: String,
    /// The web ACL before it; none of most.
    pub(in crate::services) web_acl_arn: Option<String>,
    name: &'static str,
    logging_level: Option<&'static str>,
    has_quiet_method: bool,
    is_data_traced: bool,
    pub(in crate::services) has_access_logs: bool,
    is_traced: bool,
    has_cache: bool,
    is_cache_encrypted: bool,
    has_certificate: bool,
    has_canary: bool,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

/// The stages of all APIs of a region.
pub(in crate::services) fn stages(place: &Place<'_>) -> Vec<Stage> {
    rest_apis(place).iter().flat_map(|api| of_api(place, api)).collect()
}

/// The dice of a part of an API.
fn dice_of(place: &Place<'_>, part: &str, api: &RestApi) -> Dice {
    place.organization.dice(&[part, &place.account.id, place.region, &api.id])
}

/// An API has up to two stages. One without a stage cannot be called.
fn of_api(place: &Place<'_>, api: &RestApi) -> Vec<Stage> {
    let mut dice = dice_of(place, "apigateway-stages", api);
    let count = usize::try_from(dice.between(0, 2)).unwrap_or_default();
    let lists = regional_arns(place);
    ["live", "test"].into_iter().take(count).map(|name| stage(place, api, name, &lists, &mut dice)).collect()
}

fn stage(place: &Place<'_>, api: &RestApi, name: &'static str, lists: &[String], dice: &mut Dice) -> Stage {
    let partition = &place.organization.settings.partition;
    let days = dice.between(0, 1200);
    let at = usize::try_from(dice.between(0, 99)).unwrap_or_default();
    let list = lists.get(at % lists.len().max(1)).cloned();
    Stage {
        arn: format!("arn:{partition}:apigateway:{}::/restapis/{}/stages/{name}", place.region, api.id),
        web_acl_arn: if dice.chance(0.5) { list } else { None },
        logging_level: dice.pick(&[None, Some("OFF"), Some("ERROR"), Some("INFO")]),
        has_quiet_method: dice.chance(0.2),
        is_data_traced: dice.chance(0.2),
        has_access_logs: dice.chance(0.5),
        is_traced: dice.chance(0.4),
        has_cache: dice.chance(0.3),
        is_cache_encrypted: dice.chance(0.5),
        has_certificate: dice.chance(0.2),
        has_canary: dice.chance(0.1),
        created_millis: place.days_ago(days, dice),
        tags: some_tags(dice),
        name,
    }
}

/// The stages of one API on the wire.
pub(super) fn describe_stages(place: &Place<'_>, api: &RestApi) -> Vec<Value> {
    of_api(place, api).iter().map(|it| describe(place, it)).collect()
}

fn describe(place: &Place<'_>, it: &Stage) -> Value {
    let logs = place.arn("logs", &format!("log-group:api-{}", it.name));
    let access = json!({ "destinationArn": logs, "format": "$context.identity.sourceIp $context.requestId" });
    let mut settings = Map::new();
    if let Some(level) = it.logging_level {
        settings.insert("*/*".to_owned(), of_methods(it, level));
    }
    if it.has_quiet_method {
        settings.insert("~1health/GET".to_owned(), of_methods(it, "OFF"));
    }
    json!({
        "deploymentId": "d1e2f3",
        "stageName": it.name,
        "description": "",
        "cacheClusterEnabled": it.has_cache,
        "cacheClusterSize": it.has_cache.then_some("0.5"),
        "cacheClusterStatus": if it.has_cache { "AVAILABLE" } else { "NOT_AVAILABLE" },
        "methodSettings": settings,
        "variables": { "backend": "a value that nobody stores" },
        "accessLogSettings": it.has_access_logs.then_some(access),
        "clientCertificateId": it.has_certificate.then_some("c1d2e3"),
        "canarySettings": it.has_canary.then(|| json!({ "percentTraffic": 10.0, "deploymentId": "d0" })),
        "tracingEnabled": it.is_traced,
        "webAclArn": it.web_acl_arn,
        "createdDate": epoch_seconds(it.created_millis),
        "lastUpdatedDate": epoch_seconds(it.created_millis),
        "tags": tag_map(&it.tags),
    })
}

fn of_methods(it: &Stage, level: &str) -> Value {
    json!({
        "loggingLevel": level,
        "dataTraceEnabled": it.is_data_traced,
        "metricsEnabled": true,
        "throttlingRateLimit": 10000.0,
        "throttlingBurstLimit": 5000,
        "cachingEnabled": it.has_cache,
        "cacheDataEncrypted": it.is_cache_encrypted,
        "cacheTtlInSeconds": 300,
    })
}

/// The types of the authorizers of an API.
pub(super) fn authorizers(place: &Place<'_>, api: &RestApi) -> Vec<&'static str> {
    let mut dice = dice_of(place, "apigateway-authorizers", api);
    let count = dice.count(1);
    (0..count).map(|_| dice.pick(&["TOKEN", "REQUEST", "COGNITO_USER_POOLS", "RIDDLE"])).collect()
}

/// The authorizers of one API on the wire.
pub(super) fn describe_authorizers(place: &Place<'_>, api: &RestApi) -> Vec<Value> {
    let function = place.arn("lambda", "function:judge");
    let uri = format!("arn:aws:apigateway:{}:lambda:path/2015-03-31/functions/{function}/invocations", place.region);
    let describe = |(number, kind): (usize, &'static str)| {
        let has_pool = kind == "COGNITO_USER_POOLS";
        json!({
            "id": format!("z{number}"),
            "name": format!("judge-{number}"),
            "type": kind,
            "providerARNs": has_pool.then(|| [place.arn("cognito-idp", "userpool/pool_1")]),
            "authType": if has_pool { "cognito_user_pools" } else { "custom" },
            "authorizerUri": (!has_pool).then(|| uri.clone()),
            "identitySource": "method.request.header.Authorization",
            "authorizerResultTtlInSeconds": 300,
        })
    };
    authorizers(place, api).into_iter().enumerate().map(describe).collect()
}
