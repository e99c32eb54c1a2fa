//! The URLs of Lambda functions: ListFunctionUrlConfigs for each, called by the collector of functions.

use aws_sdk_lambda::Client;
use aws_sdk_lambda::types::{FunctionUrlAuthType, FunctionUrlConfig};
use orgcensus_row::{Row, Timestamp};
use serde::Serialize;

use super::functions::moment;
use crate::items::{Answer, Unread, word};

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

/// The function's URLs. Where Lambda does not know the operation, it is not known that a function has none.
pub(super) async fn read(lambda: &Client, name: &str) -> Answer<Vec<FunctionUrlConfig>> {
    let pages = lambda.list_function_url_configs().function_name(name).max_items(50).into_paginator();
    let urls: Result<Vec<_>, _> = pages.items().send().collect().await;
    Ok(urls?)
}

/// `live`, of `arn:aws:lambda:eu-west-1:111122223333:function:orders:live`.
pub(super) fn qualifier(arn: &str) -> Option<String> {
    arn.split(':').nth(7).map(str::to_owned)
}

pub(super) fn row(function_arn: &str, url: FunctionUrlConfig, now: Timestamp, unread: &mut Unread) -> FunctionUrl {
    let created_at = unread.value("CreationTime", moment(&url.creation_time));
    let auth_type = unread.value("AuthType", word(url.auth_type.as_str()));
    FunctionUrl {
        function_arn: function_arn.to_owned(),
        qualifier: qualifier(&url.function_arn),
        qualified_arn: url.function_arn,
        function_url: url.function_url,
        is_unauthenticated: auth_type.as_ref().map(|_| url.auth_type == FunctionUrlAuthType::None),
        auth_type,
        invoke_mode: url.invoke_mode.map(|mode| mode.as_str().to_owned()),
        cors_allow_origins: url.cors.map(|cors| cors.allow_origins.unwrap_or_default()),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    }
}
