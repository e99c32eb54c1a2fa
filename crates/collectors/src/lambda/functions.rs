//! Lambda functions: ListFunctions, then GetPolicy, GetResourcePolicy, ListFunctionUrlConfigs and ListTags for each.
//!
//! Only the names of environment variables are kept; their values are dropped when the answer is read.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::LAMBDA_FUNCTION;
use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::function_urls::{self, FunctionUrl, Url};
use super::policies::{self, GONE, Policies};
use super::runtimes::Lifecycle;
use crate::items::{Answer, Unread, details, is_gone, with_policies};
use crate::secret_names::secret_like;

const LIST: Read<Page> = reads("lambda", "ListFunctions");
const TAGS: Read<Tags> = reads("lambda", "ListTags");

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
    /// The log group that it writes to, by name. It is made when it first runs. Null: AWS did not say.
    pub log_group_name: Option<String>,
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
    /// Those of the names of its environment variables that look like a secret's. Null: Lambda could not read them.
    pub secret_like_variables: Option<Vec<String>>,
    /// The day (UTC) from which AWS gives its runtime no patches, also one to come. Null: a container image, or a
    /// runtime whose end this version does not know.
    pub runtime_deprecated_at: Option<Timestamp>,
    /// Whether its runtime is past that day. Null: a container image, or a runtime whose end this version does not
    /// know.
    pub is_runtime_deprecated: Option<bool>,
    /// The day (UTC) from which functions of its runtime cannot be created. Null: not known, or none is set.
    pub runtime_create_blocked_at: Option<Timestamp>,
    /// The day (UTC) from which functions of its runtime cannot be updated. Null: not known, or none is set.
    pub runtime_update_blocked_at: Option<Timestamp>,
}

/// The functions of one region.
pub const FUNCTIONS: Collector = Collector {
    name: "lambda_functions",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[
        LIST.call(),
        policies::PERMISSIONS.call(),
        policies::WHOLE.call(),
        function_urls::LIST.call(),
        TAGS.call(),
    ],
    resources: &[LAMBDA_FUNCTION],
    tables: &[table::<Function>(), table::<FunctionUrl>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    functions: Vec<Configuration>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Configuration {
    function_name: Option<String>,
    function_arn: Option<String>,
    description: Option<String>,
    runtime: Option<String>,
    package_type: Option<String>,
    handler: Option<String>,
    role: Option<String>,
    code_size: Option<i64>,
    memory_size: Option<i32>,
    timeout: Option<i32>,
    last_modified: Option<Moment>,
    architectures: Vec<String>,
    layers: Vec<Layer>,
    vpc_config: Vpc,
    #[serde(rename = "KMSKeyArn")]
    kms_key_arn: Option<String>,
    tracing_config: Tracing,
    logging_config: Logging,
    dead_letter_config: DeadLetters,
    environment: Environment,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Layer {
    pub(super) arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Vpc {
    vpc_id: Option<String>,
    subnet_ids: Vec<String>,
    security_group_ids: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Tracing {
    mode: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Logging {
    log_group: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct DeadLetters {
    target_arn: Option<String>,
}

/// The environment without the values of its variables, and without what the error says.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Environment {
    variables: BTreeMap<String, IgnoredAny>,
    error: Option<IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Tags {
    tags: BTreeMap<String, String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxItems": 50}));
    while let Some(page) = pages.next().await {
        let mut functions = details(page?.functions, |configuration| read(session, configuration));
        while let Some(function) = functions.next().await {
            push(session, rows, function).await?;
        }
    }
    Ok(())
}

/// The results of the calls about one function.
struct Details {
    configuration: Configuration,
    policies: Policies,
    urls: Answer<Vec<Url>>,
    tags: Answer<Tags>,
}

async fn read(session: &Session, configuration: Configuration) -> Details {
    // By a name or an ARN that is missing nothing is asked, which counts.
    let name = configuration.function_name.as_deref().unwrap_or_default();
    let arn = configuration.function_arn.as_deref().unwrap_or_default();
    let urls = function_urls::read(session, name).await;
    let policies = policies::read(session, name, None, arn).await;
    let tags = TAGS.send(session, json!({"Resource": arn})).await;
    Details { policies, urls, tags, configuration }
}

async fn push(session: &Session, rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { mut configuration, policies, urls, tags } = details;
    if is_gone(GONE, &urls) && tags.is_err() {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let made = |name: &str| session.arn("lambda", &format!("function:{name}"));
    let (name, arn) = (configuration.function_name.take(), configuration.function_arn.take());
    let Some((arn, name)) = unread.identity("FunctionName", name, arn, made) else {
        unread.lost(rows, with_policies([Function::TABLE, FunctionUrl::TABLE]), &LIST.call().name());
        return Ok(());
    };
    policies::push(rows, &arn, policies).await?;
    let urls = rows.item([FunctionUrl::TABLE, Function::TABLE], urls)?;
    let (tags, now) = (rows.item([Function::TABLE], tags)?, rows.captured_at());
    let row = function(&arn, name, configuration, urls.as_deref(), tags, now, &mut unread);
    unread.count(rows, Function::TABLE, &LIST.call().name());
    rows.push(row).await?;
    for url in urls.into_iter().flatten() {
        let mut unread = Unread::default();
        let row = function_urls::row(&arn, url, now, &mut unread);
        unread.push(rows, &function_urls::LIST.call().name(), row).await?;
    }
    Ok(())
}

fn function(
    arn: &str,
    function_name: String,
    it: Configuration,
    urls: Option<&[Url]>,
    tags: Option<Tags>,
    now: Timestamp,
    unread: &mut Unread,
) -> Function {
    let code_size_bytes = unread.value("CodeSize", it.code_size);
    let last_modified_at = unread.moment("LastModified", it.last_modified.as_ref());
    let names = environment_names(it.environment);
    let secrets = names.as_deref().map(secret_like);
    let lifecycle = it.runtime.as_deref().map(Lifecycle::of).unwrap_or_default();
    Function {
        arn: arn.to_owned(),
        function_name,
        description: it.description.filter(|text| !text.is_empty()),
        runtime: it.runtime,
        package_type: it.package_type,
        handler: it.handler,
        execution_role_arn: it.role,
        code_size_bytes,
        memory_mib: it.memory_size,
        timeout_seconds: it.timeout,
        last_modified_at,
        last_modified_days: last_modified_at.map(|at| at.days_until(now)),
        architectures: it.architectures,
        layer_arns: unread.each("Layers.Arn", it.layers.into_iter().map(|layer| layer.arn)),
        vpc_id: it.vpc_config.vpc_id.filter(|id| !id.is_empty()),
        subnet_ids: it.vpc_config.subnet_ids,
        security_group_ids: it.vpc_config.security_group_ids,
        kms_key_arn: it.kms_key_arn,
        tracing_mode: it.tracing_config.mode,
        log_group_name: it.logging_config.log_group,
        dead_letter_target_arn: it.dead_letter_config.target_arn,
        has_secret_like_environment_name: secrets.as_ref().map(|names| !names.is_empty()),
        environment_names: names,
        has_url: urls.map(|urls| !urls.is_empty()),
        has_unauthenticated_url: urls.and_then(has_unauthenticated),
        tags: tags.map(|it| it.tags),
        secret_like_variables: secrets,
        runtime_deprecated_at: lifecycle.deprecated_at,
        is_runtime_deprecated: lifecycle.is_deprecated(now),
        runtime_create_blocked_at: lifecycle.create_blocked_at,
        runtime_update_blocked_at: lifecycle.update_blocked_at,
    }
}

/// Whether one of the URLs needs no authentication. Not known if AWS does not say it for one URL, and all others need
/// it.
fn has_unauthenticated(urls: &[Url]) -> Option<bool> {
    let is_any = urls.iter().any(|it| it.auth_type.as_deref().is_some_and(function_urls::is_open));
    let is_known = urls.iter().all(|it| it.auth_type.is_some());
    (is_any || is_known).then_some(is_any)
}

/// Names only, sorted. `None`: Lambda itself could not read the environment.
pub(super) fn environment_names(environment: Environment) -> Option<Vec<String>> {
    environment.error.is_none().then(|| environment.variables.into_keys().collect())
}

#[cfg(test)]
mod tests;
