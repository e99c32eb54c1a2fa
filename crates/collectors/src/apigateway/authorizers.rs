//! Authorizers of REST APIs: GetAuthorizers for each, called by the collector of the APIs.

use orgcensus_collect::{Read, read as reads};
use orgcensus_row::Row;
use serde::{Deserialize, Serialize};

use super::rest_apis::RestApi;
use crate::items::Unread;

pub(super) const LIST: Read<Page> = reads("apigateway", "GetAuthorizers").needs("apigateway:GET");

/// One authorizer of a REST API: what its methods may ask to judge a caller. Which methods do so, no table has.
#[derive(Debug, Serialize, Row)]
#[row(table = "apigateway_authorizers", key = "arn", resource = "none")]
pub struct Authorizer {
    /// The authorizer's ARN.
    pub arn: String,
    /// The ARN by which policies name its API, that of apigateway_rest_apis.
    pub rest_api_arn: String,
    /// Its API's id.
    pub rest_api_id: String,
    /// The authorizer's id.
    pub authorizer_id: String,
    /// The authorizer's name.
    pub authorizer_name: Option<String>,
    /// TOKEN or REQUEST (a function of Lambda judges a token, or the whole request), or COGNITO_USER_POOLS.
    pub authorizer_type: Option<String>,
    /// The user pools of Cognito whose tokens it takes.
    pub provider_arns: Vec<String>,
    /// What its definition in OpenAPI says of its kind, custom. Null: nothing.
    pub auth_type: Option<String>,
    /// The URI by which API Gateway calls its function. Null: it has none.
    pub authorizer_uri: Option<String>,
    /// The role by which API Gateway calls its function, by its ARN. Null: the function's policy lets API Gateway in.
    pub credentials_role_arn: Option<String>,
    /// Where the token is in a request, method.request.header.Authorization.
    pub identity_source: Option<String>,
    /// The regular expression that a token must match before the function is asked. Null: none.
    pub identity_validation_expression: Option<String>,
    /// How long its answer holds for the same token, in seconds. 0: each request is judged. Null: AWS did not say.
    pub result_ttl_seconds: Option<i32>,
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
    id: Option<String>,
    name: Option<String>,
    #[serde(rename = "type")]
    authorizer_type: Option<String>,
    #[serde(rename = "providerARNs")]
    provider_arns: Vec<String>,
    auth_type: Option<String>,
    authorizer_uri: Option<String>,
    authorizer_credentials: Option<String>,
    identity_source: Option<String>,
    identity_validation_expression: Option<String>,
    authorizer_result_ttl_in_seconds: Option<i32>,
}

/// The row of an authorizer of an API.
pub(super) fn authorizer(api: &RestApi, it: Described, unread: &mut Unread) -> Option<Authorizer> {
    let authorizer_id = unread.value("id", it.id)?;
    Some(Authorizer {
        arn: format!("{}/authorizers/{authorizer_id}", api.api_arn),
        rest_api_arn: api.arn.clone(),
        rest_api_id: api.rest_api_id.clone(),
        authorizer_id,
        authorizer_name: it.name,
        authorizer_type: unread.value("type", it.authorizer_type),
        provider_arns: it.provider_arns,
        auth_type: it.auth_type,
        authorizer_uri: it.authorizer_uri,
        credentials_role_arn: it.authorizer_credentials,
        identity_source: it.identity_source,
        identity_validation_expression: it.identity_validation_expression.filter(|text| !text.is_empty()),
        result_ttl_seconds: it.authorizer_result_ttl_in_seconds,
    })
}
