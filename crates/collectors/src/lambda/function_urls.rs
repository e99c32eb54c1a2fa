//! The URLs of Lambda functions: ListFunctionUrlConfigs for each, called by the collector of functions.

use orgcensus_collect::{Moment, Read, Session, read as reads};
use orgcensus_row::{Row, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, all};

pub(super) const LIST: Read<Page> = reads("lambda", "ListFunctionUrlConfigs");

/// One URL of a Lambda function, or of one of its aliases.
#[derive(Debug, Serialize, Row)]
#[row(table = "lambda_function_urls", key = "qualified_arn")]
pub struct FunctionUrl {
    /// The ARN of the function, with its alias if the URL is an alias's.
    pub qualified_arn: String,
    /// The function's ARN.
    pub function_arn: String,
    /// The alias. Null: the URL is the function's own.
    pub qualifier: Option<String>,
    /// The URL.
    pub function_url: String,
    /// AWS_IAM or NONE: how callers authenticate. Null: AWS did not say.
    pub auth_type: Option<String>,
    /// Whether it asks for no authentication. Null: AWS did not say.
    pub is_unauthenticated: Option<bool>,
    /// BUFFERED or RESPONSE_STREAM.
    pub invoke_mode: Option<String>,
    /// The origins that browsers may call it from. Null: no cross-origin calls.
    pub cors_allow_origins: Option<Vec<String>>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Page {
    function_url_configs: Vec<Url>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Url {
    function_arn: Option<String>,
    function_url: Option<String>,
    pub(super) auth_type: Option<String>,
    invoke_mode: Option<String>,
    cors: Option<Cors>,
    creation_time: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Cors {
    allow_origins: Vec<String>,
}

/// The function's URLs. If Lambda does not know the operation, it is not known whether the function has URLs.
pub(super) async fn read(session: &Session, name: &str) -> Answer<Vec<Url>> {
    all(&LIST, session, json!({"FunctionName": name, "MaxItems": 50}), |page| page.function_url_configs).await
}

/// `live`, of `arn:aws:lambda:eu-west-1:111122223333:function:orders:live`.
pub(super) fn qualifier(arn: &str) -> Option<String> {
    arn.split(':').nth(7).map(str::to_owned)
}

/// Whether a URL of this kind of authentication asks for none.
pub(super) fn is_open(auth_type: &str) -> bool {
    auth_type == "NONE"
}

pub(super) fn row(function_arn: &str, url: Url, now: Timestamp, unread: &mut Unread) -> Option<FunctionUrl> {
    let qualified_arn = unread.value("FunctionArn", url.function_arn)?;
    let created_at = unread.value("CreationTime", url.creation_time.and_then(|at| at.millis()).map(Timestamp));
    let auth_type = unread.value("AuthType", url.auth_type);
    Some(FunctionUrl {
        function_arn: function_arn.to_owned(),
        qualifier: qualifier(&qualified_arn),
        qualified_arn,
        function_url: unread.value("FunctionUrl", url.function_url).unwrap_or_default(),
        is_unauthenticated: auth_type.as_deref().map(is_open),
        auth_type,
        invoke_mode: url.invoke_mode,
        cors_allow_origins: url.cors.map(|cors| cors.allow_origins),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    })
}
