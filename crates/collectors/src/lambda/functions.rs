//! Lambda functions: ListFunctions, then GetPolicy, ListFunctionUrlConfigs and ListTags for each.
//!
//! Of the environment only the names of variables are kept; their values never leave this file's `environment_names`.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_lambda::Client;
use aws_sdk_lambda::types::{EnvironmentResponse, FunctionConfiguration, FunctionUrlAuthType, FunctionUrlConfig};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Optional, Policy, Rows, Said, Scope, Session, call, client, timestamp};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use super::function_urls::{self, FunctionUrl};
use crate::items::{Answer, Unread, details, given, is_gone, policy_text, resource_policy, word};

/// How Lambda says that there is no such function.
const GONE: &[&str] = &["ResourceNotFoundException"];
const LIST: &str = "lambda:ListFunctions";

/// One Lambda function, as its newest, unpublished version.
#[derive(Debug, Serialize, Row)]
#[row(table = "lambda_functions", key = "arn")]
pub struct Function {
    /// The function's ARN.
    pub arn: String,
    /// The function's name.
    pub function_name: String,
    /// What its author says of it.
    pub description: Option<String>,
    /// The runtime, python3.13. Null: a container image.
    pub runtime: Option<String>,
    /// Zip or Image.
    pub package_type: Option<String>,
    /// Where the code starts.
    pub handler: Option<String>,
    /// The ARN of the role that the code runs as.
    pub execution_role_arn: Option<String>,
    /// The size of the code, in bytes. Null: AWS did not say.
    pub code_size_bytes: Option<i64>,
    /// Memory, in MiB.
    pub memory_mib: Option<i32>,
    /// How long it may run, in seconds.
    pub timeout_seconds: Option<i32>,
    /// When code or configuration last changed (UTC).
    pub last_modified_at: Option<Timestamp>,
    /// Whole days since code or configuration last changed.
    pub last_modified_days: Option<i32>,
    /// x86_64 or arm64.
    pub architectures: Vec<String>,
    /// The ARNs of its layers, with their versions.
    pub layer_arns: Vec<String>,
    /// The VPC that it reaches. Null: none.
    pub vpc_id: Option<String>,
    /// The subnets that it reaches.
    pub subnet_ids: Vec<String>,
    /// Its security groups in the VPC.
    pub security_group_ids: Vec<String>,
    /// The KMS key that encrypts its environment. Null: a key of Lambda.
    pub kms_key_arn: Option<String>,
    /// X-Ray tracing: PassThrough or Active.
    pub tracing_mode: Option<String>,
    /// Where events go that could not be processed. Null: nowhere.
    pub dead_letter_target_arn: Option<String>,
    /// The names of its environment variables, sorted; never their values. Null: Lambda could not read them.
    pub environment_names: Option<Vec<String>>,
    /// Whether an environment variable's name looks like a secret's.
    pub has_secret_like_environment_name: Option<bool>,
    /// Whether it has a URL of its own. Null: that could not be read.
    pub has_url: Option<bool>,
    /// Whether it has a URL that asks for no authentication. Null: that could not be read.
    pub has_unauthenticated_url: Option<bool>,
    /// Tags. Null: they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The functions of one region.
pub const FUNCTIONS: Collector = Collector {
    name: "lambda_functions",
    scope: Scope::Region,
    calls: &[
        call("lambda", "ListFunctions"),
        call("lambda", "GetPolicy"),
        call("lambda", "ListFunctionUrlConfigs"),
        call("lambda", "ListTags"),
    ],
    tables: &[table::<Function>(), table::<FunctionUrl>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let lambda = client!(session, aws_sdk_lambda);
    let said = Said::new();
    let list = client!(session, aws_sdk_lambda, |builder| builder.interceptor(said.clone()));
    let mut pages = list.list_functions().max_items(50).into_paginator().send();
    while let Some(page) = pages.next().await {
        let configurations = page?.functions.unwrap_or_default();
        let sizes = code_sizes(&said, &configurations);
        let mut functions = details(configurations.into_iter().zip(sizes), |(it, size)| read(lambda.clone(), it, size));
        while let Some(function) = functions.next().await {
            push(session, rows, function).await?;
        }
    }
    Ok(())
}

/// The size of each function's code, where the answer says it: the SDK makes zero of what it does not say.
fn code_sizes(said: &Said, configurations: &[FunctionConfiguration]) -> Vec<Option<i64>> {
    let sizes = configurations.iter().map(|it| Some(it.code_size)).collect::<Vec<_>>();
    // A layer has a size as well.
    let layers: usize = configurations.iter().map(|it| it.layers().len()).sum();
    if said.count("CodeSize") == sizes.len() + layers {
        return sizes;
    }
    let json = said.json();
    let is_said = |at: usize| json["Functions"][at]["CodeSize"].is_number();
    sizes.into_iter().enumerate().map(|(at, size)| size.filter(|_| is_said(at))).collect()
}

/// What the calls about one function came to.
struct Details {
    configuration: FunctionConfiguration,
    code_size_bytes: Option<i64>,
    /// By qualifier; the function's own first, under the empty one.
    policies: Vec<(String, Answer<Option<String>>)>,
    urls: Answer<Vec<FunctionUrlConfig>>,
    tags: Answer<HashMap<String, String>>,
}

async fn read(lambda: Client, configuration: FunctionConfiguration, code_size_bytes: Option<i64>) -> Details {
    let name = configuration.function_name.as_deref().unwrap_or_default();
    let urls = function_urls::read(&lambda, name).await;
    // A URL of an alias is guarded by the alias's policy, not by the function's.
    let aliases = urls.iter().flatten().filter_map(|url| function_urls::qualifier(&url.function_arn));
    let mut policies = Vec::new();
    for qualifier in std::iter::once(String::new()).chain(aliases) {
        let own = Some(qualifier.clone()).filter(|qualifier| !qualifier.is_empty());
        let policy = lambda.get_policy().function_name(name).set_qualifier(own).send().await;
        let policy = policy.optional(GONE);
        let policy = policy.and_then(|it| it.map(|it| given(it.policy, "lambda:GetPolicy", "Policy")).transpose());
        policies.push((qualifier, policy));
    }
    let arn = configuration.function_arn.as_deref().unwrap_or_default();
    let tags = lambda.list_tags().resource(arn).send().await;
    let tags = tags.map(|it| it.tags.unwrap_or_default()).map_err(Into::into);
    Details { configuration, code_size_bytes, policies, urls, tags }
}

async fn push(session: &Session, rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { mut configuration, code_size_bytes, policies, urls, tags } = details;
    if is_gone(GONE, &urls) && tags.is_err() {
        rows.gone();
        return Ok(());
    }
    let name = configuration.function_name.take().unwrap_or_default();
    let arn = configuration.function_arn.take().unwrap_or_else(|| session.arn("lambda", &format!("function:{name}")));
    for (qualifier, policy) in policies {
        let text = policy_text(rows, policy)?;
        rows.policy(Policy { name: &qualifier, ..resource_policy(&arn, "lambda_function", text) }).await?;
    }
    let urls = rows.item([FunctionUrl::TABLE, Function::TABLE], urls)?;
    let (tags, now) = (rows.item([Function::TABLE], tags)?, rows.captured_at());
    let mut unread = Unread::default();
    unread.value("CodeSize", code_size_bytes);
    let row = function(&arn, name, configuration, urls.as_deref(), tags, now, &mut unread);
    unread.count(rows, Function::TABLE, LIST);
    rows.push(Function { code_size_bytes, ..row }).await?;
    for url in urls.into_iter().flatten() {
        let mut unread = Unread::default();
        let row = function_urls::row(&arn, url, now, &mut unread);
        unread.count(rows, FunctionUrl::TABLE, "lambda:ListFunctionUrlConfigs");
        rows.push(row).await?;
    }
    Ok(())
}

fn function(
    arn: &str,
    function_name: String,
    it: FunctionConfiguration,
    urls: Option<&[FunctionUrlConfig]>,
    tags: Option<HashMap<String, String>>,
    now: Timestamp,
    unread: &mut Unread,
) -> Function {
    let last_modified_at = unread.parsed("LastModified", it.last_modified.as_deref(), moment);
    let vpc = it.vpc_config;
    let names = environment_names(it.environment);
    Function {
        arn: arn.to_owned(),
        function_name,
        description: it.description.filter(|text| !text.is_empty()),
        runtime: it.runtime.map(|runtime| runtime.as_str().to_owned()),
        package_type: it.package_type.map(|package_type| package_type.as_str().to_owned()),
        handler: it.handler,
        execution_role_arn: it.role,
        code_size_bytes: None,
        memory_mib: it.memory_size,
        timeout_seconds: it.timeout,
        last_modified_at,
        last_modified_days: last_modified_at.map(|at| at.days_until(now)),
        architectures: it.architectures.iter().flatten().map(|it| it.as_str().to_owned()).collect(),
        layer_arns: it.layers.into_iter().flatten().filter_map(|layer| layer.arn).collect(),
        vpc_id: vpc.as_ref().and_then(|vpc| vpc.vpc_id.clone()).filter(|id| !id.is_empty()),
        subnet_ids: vpc.as_ref().and_then(|vpc| vpc.subnet_ids.clone()).unwrap_or_default(),
        security_group_ids: vpc.and_then(|vpc| vpc.security_group_ids).unwrap_or_default(),
        kms_key_arn: it.kms_key_arn,
        tracing_mode: it.tracing_config.and_then(|it| it.mode).map(|mode| mode.as_str().to_owned()),
        dead_letter_target_arn: it.dead_letter_config.and_then(|it| it.target_arn),
        has_secret_like_environment_name: names.as_ref().map(|names| names.iter().any(|name| is_secret_like(name))),
        environment_names: names,
        has_url: urls.map(|urls| !urls.is_empty()),
        has_unauthenticated_url: urls.and_then(has_unauthenticated),
        tags: tags.map(BTreeMap::from_iter),
    }
}

/// Whether one of the URLs asks for no authentication; not known where AWS does not say it of one, and no other does.
fn has_unauthenticated(urls: &[FunctionUrlConfig]) -> Option<bool> {
    let is_any = urls.iter().any(|it| it.auth_type == FunctionUrlAuthType::None);
    let is_known = urls.iter().all(|it| word(it.auth_type.as_str()).is_some());
    (is_any || is_known).then_some(is_any)
}

/// Names only. `None`: Lambda itself could not read the environment.
fn environment_names(environment: Option<EnvironmentResponse>) -> Option<Vec<String>> {
    let Some(environment) = environment else { return Some(Vec::new()) };
    if environment.error.is_some() {
        return None;
    }
    let mut names: Vec<_> = environment.variables.into_iter().flatten().map(|(name, _)| name).collect();
    names.sort();
    Some(names)
}

fn is_secret_like(name: &str) -> bool {
    let words =
        ["SECRET", "PASSWORD", "PASSWD", "TOKEN", "APIKEY", "API_KEY", "ACCESS_KEY", "PRIVATE_KEY", "CREDENTIAL"];
    let name = name.to_uppercase();
    words.iter().any(|word| name.contains(word))
}

/// Lambda writes `2025-12-22T00:00:00.000+0000`, which is ISO 8601 and not RFC 3339.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let utc = text.strip_suffix("+0000").map_or_else(|| text.to_owned(), |moment| format!("{moment}Z"));
    DateTime::from_str(&utc, Format::DateTime).ok().as_ref().and_then(timestamp)
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::{Collected, Recorded};

    use super::FUNCTIONS;

    const ARN: &str = "arn:aws:lambda:eu-west-1:111122223333:function";
    const DENIED: &str = r#"{"__type": "AccessDeniedException", "Message": "not authorized"}"#;
    const GONE: &str = r#"{"__type": "ResourceNotFoundException", "Message": "none"}"#;
    const NO_URLS: &str = r#"{"FunctionUrlConfigs": []}"#;
    const PUBLIC: &str = r#"{"Policy": "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"lambda:InvokeFunctionUrl\"}]}"}"#;

    fn function(name: &str, more: &str) -> String {
        format!(r#"{{"FunctionName": "{name}", "FunctionArn": "{ARN}:{name}", "CodeSize": 1024{more}}}"#)
    }

    fn recorded() -> Recorded {
        let orders = function(
            "orders",
            r#", "Runtime": "cobol9", "Role": "arn:aws:iam::111122223333:role/orders", "VpcConfig": {"VpcId": ""},
            "LastModified": "2025-12-22T00:00:00.000+0000",
            "Environment": {"Variables": {"STAGE": "CANARY", "DB_PASSWORD": "CANARY"}}"#,
        );
        let (gone, bare) =
            (function("gone", ""), function("bare", r#", "Environment": {"Error": {"ErrorCode": "x"}}"#));
        let (first, second) = (format!(r#"{{"Functions": [{orders}, {gone}], "NextMarker": "second"}}"#), bare);
        let urls = format!(
            r#"{{"FunctionUrlConfigs": [{{"FunctionUrl": "https://x.lambda-url.eu-west-1.on.aws/", "AuthType": "NONE",
            "FunctionArn": "{ARN}:orders:live", "CreationTime": "2025-12-22T00:00:00.000000Z",
            "LastModifiedTime": "2025-12-22T00:00:00.000000Z"}}]}}"#
        );
        Recorded::new()
            .answer("ListFunctions", &first)
            .answer_to("ListFunctions", "second", &format!(r#"{{"Functions": [{second}]}}"#))
            .answer_to("ListFunctionUrlConfigs", "orders", &urls)
            .answer_to("GetPolicy", "Qualifier=live", PUBLIC)
            .refuse("GetPolicy", "orders", 404, GONE)
            .answer_to("ListTags", "orders", r#"{"Tags": {"team": "shop"}}"#)
            .refuse("ListFunctionUrlConfigs", "gone", 404, GONE)
            .refuse("GetPolicy", "gone", 404, GONE)
            .refuse("ListTags", "gone", 404, GONE)
            .answer_to("ListFunctionUrlConfigs", "bare", NO_URLS)
            .refuse("GetPolicy", "bare", 403, DENIED)
            .refuse("ListTags", "bare", 403, DENIED)
    }

    async fn collected() -> Collected {
        let collected = recorded().run(&FUNCTIONS).await;
        collected.result.as_ref().unwrap();
        collected
    }

    #[tokio::test]
    async fn functions_of_two_pages_one_gone_one_denied() {
        let collected = collected().await;
        collected.assert_all_calls(&FUNCTIONS);
        assert_eq!(collected.short(), (2, vec!["lambda_functions", "policy_documents", "policy_statements"]));
        assert_eq!(collected.gone, 1);

        let functions = collected.table("lambda_functions");
        assert_eq!(functions.len(), 2);
        assert_eq!(functions[0]["runtime"], "cobol9");
        assert_eq!(functions[0]["last_modified_days"], 10);
        assert!(functions[0]["vpc_id"].is_null());
        assert_eq!(functions[0]["has_unauthenticated_url"], true);
        assert_eq!(functions[1]["has_url"], false);
        assert!(functions[1]["environment_names"].is_null() && functions[1]["tags"].is_null());
    }

    #[tokio::test]
    async fn urls_that_lambda_does_not_know_of_are_unknown_and_not_none() {
        let unsaid = format!(
            r#"{{"FunctionName": "odd", "FunctionArn": "{ARN}:odd", "LastModified": "lately", "Layers": [{{"Arn": "l", "CodeSize": 7}}]}}"#
        );
        let recorded = Recorded::new()
            .answer("ListFunctions", &format!(r#"{{"Functions": [{unsaid}, {}]}}"#, function("plain", "")))
            .refuse("ListFunctionUrlConfigs", "odd", 400, r#"{"__type": "UnknownOperationException"}"#)
            .answer_to("GetPolicy", "odd", "{}")
            .answer_to("ListTags", "odd", "{}")
            .answer_to(
                "ListFunctionUrlConfigs",
                "plain",
                &format!(
                    r#"{{"FunctionUrlConfigs": [{{"FunctionUrl": "https://x/", "FunctionArn": "{ARN}:plain"}}]}}"#
                ),
            )
            .refuse("GetPolicy", "plain", 404, GONE)
            .answer_to("ListTags", "plain", "{}");
        let collected = recorded.run(&FUNCTIONS).await;
        collected.result.as_ref().unwrap();
        let functions = collected.table("lambda_functions");
        for column in ["has_url", "has_unauthenticated_url", "code_size_bytes", "last_modified_at"] {
            assert!(functions[0][column].is_null(), "{column}");
        }
        assert_eq!((&functions[1]["code_size_bytes"], &functions[1]["has_url"]), (&1024.into(), &true.into()));
        assert!(functions[1]["has_unauthenticated_url"].is_null());
        let url = &collected.table("lambda_function_urls")[0];
        assert!(url["auth_type"].is_null() && url["is_unauthenticated"].is_null(), "{url}");
        // URLs, a policy, a size, a moment; of the other's URL two values.
        let tables = ["lambda_function_urls", "lambda_functions", "policy_documents", "policy_statements"];
        assert_eq!(collected.short(), (6, tables.to_vec()));
    }

    #[tokio::test]
    async fn of_the_environment_only_names_are_kept() {
        let collected = collected().await;
        let function = &collected.table("lambda_functions")[0];
        assert_eq!(function["environment_names"], serde_json::json!(["DB_PASSWORD", "STAGE"]));
        assert_eq!(function["has_secret_like_environment_name"], true);
        assert!(!format!("{:?}", collected.rows).contains("CANARY"));
    }

    #[tokio::test]
    async fn an_alias_with_a_url_has_its_own_policy() {
        let collected = collected().await;
        let url = &collected.table("lambda_function_urls")[0];
        assert_eq!((&url["qualifier"], &url["age_days"]), (&"live".into(), &10.into()));
        let policies = collected.table("policy_documents").iter();
        let states: Vec<_> = policies.map(|row| (row["policy_name"].as_str(), row["state"].as_str())).collect();
        assert_eq!(states, [(Some(""), Some("absent")), (Some("live"), Some("read")), (Some(""), Some("unread"))]);
    }
}
