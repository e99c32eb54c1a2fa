//! Published versions of Lambda functions: ListFunctions, ListVersionsByFunction for each, then GetPolicy and
//! GetResourcePolicy for each of the newest versions.

use std::cmp::Reverse;

use futures::StreamExt;
use orgcensus_collect::kinds::LAMBDA_FUNCTION;
use orgcensus_collect::{
    Class, Collector, Error, Moment, POLICY_TABLE_NAMES, Policy, PolicyText, Read, Rows, Runs, Scope, Session,
    read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::functions::{Environment, Layer, environment_names};
use super::parts::{self, Named};
use super::policies::{self, GONE, Policies};
use crate::items::{Answer, Unread, all, details, given, is_gone};
use crate::secret_names::is_secret_like;

const LIST: Read<Page> = reads("lambda", "ListVersionsByFunction");

/// The version that is not published. Its policy is the function's.
const LATEST: &str = "$LATEST";

/// Of so many versions of a function, the newest, the policies are read: each costs two calls of a service that allows
/// fifteen a second.
const ASKED_MAX: usize = 20;

/// One published version of a Lambda function. It never changes, and it has a policy of its own: only those of the
/// newest twenty versions of a function are read, and who may call the others is not known.
#[derive(Debug, Serialize, Row)]
#[row(table = "lambda_versions", key = "arn")]
pub struct Version {
    /// The version's ARN: the function's, and the version's number.
    pub arn: String,
    /// The function's ARN.
    pub function_arn: String,
    /// The version's number.
    pub function_version: String,
    /// Whether it is one of those whose policies are read, the newest of the function.
    pub is_policy_asked: bool,
    /// What its author says of it. Null: nothing.
    pub description: Option<String>,
    /// The runtime, python3.13. Null: a container image.
    pub runtime: Option<String>,
    /// Zip or Image.
    pub package_type: Option<String>,
    /// Where the code starts.
    pub handler: Option<String>,
    /// The ARN of the role that the code runs as.
    pub execution_role_arn: Option<String>,
    /// The code's SHA-256, in base64.
    pub code_sha256: Option<String>,
    /// The size of the code, in bytes. Null: AWS did not say.
    pub code_size_bytes: Option<i64>,
    /// Memory, in MiB.
    pub memory_mib: Option<i32>,
    /// How long it may run, in seconds.
    pub timeout_seconds: Option<i32>,
    /// When its code or configuration last changed before it was published (UTC).
    pub last_modified_at: Option<Timestamp>,
    /// Whole days since then.
    pub last_modified_days: Option<i32>,
    /// x86_64 or arm64.
    pub architectures: Vec<String>,
    /// The ARNs of its layers, with their versions.
    pub layer_arns: Vec<String>,
    /// The KMS key that encrypts its environment. Null: a key of Lambda.
    pub kms_key_arn: Option<String>,
    /// The names of its environment variables, sorted; never their values. Null: Lambda could not read them.
    pub environment_names: Option<Vec<String>>,
    /// Whether an environment variable's name looks like a secret's.
    pub has_secret_like_environment_name: Option<bool>,
}

/// The published versions of the functions of one region, with the policies of the newest.
pub const VERSIONS: Collector = Collector {
    name: "lambda_versions",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[parts::LIST.call(), LIST.call(), policies::PERMISSIONS.call(), policies::WHOLE.call()],
    resources: &[LAMBDA_FUNCTION],
    tables: &[table::<Version>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    versions: Vec<Published>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Published {
    function_arn: Option<String>,
    version: Option<String>,
    description: Option<String>,
    runtime: Option<String>,
    package_type: Option<String>,
    handler: Option<String>,
    role: Option<String>,
    code_sha256: Option<String>,
    code_size: Option<i64>,
    memory_size: Option<i32>,
    timeout: Option<i32>,
    last_modified: Option<Moment>,
    architectures: Vec<String>,
    layers: Vec<Layer>,
    #[serde(rename = "KMSKeyArn")]
    kms_key_arn: Option<String>,
    environment: Environment,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = parts::LIST.pages(session, json!({"MaxItems": 50}));
    while let Some(page) = pages.next().await {
        let mut functions = details(page?.functions, |listed| read(session, listed.named(session)));
        while let Some((function, versions)) = functions.next().await {
            push(rows, &function, versions).await?;
        }
    }
    Ok(())
}

/// A version with its policy, if that was asked for.
struct Details {
    arn: String,
    number: String,
    published: Published,
    policies: Option<Policies>,
}

async fn read(session: &Session, function: Named) -> (Named, Answer<Vec<Details>>) {
    let versions = versions(session, &function).await;
    (function, versions)
}

/// The function's versions, the newest first.
async fn versions(session: &Session, function: &Named) -> Answer<Vec<Details>> {
    let input = json!({"FunctionName": function.name, "MaxItems": 50});
    let mut listed = all(&LIST, session, input, |page| page.versions).await?;
    listed.retain(|it| it.version.as_deref() != Some(LATEST));
    listed.sort_by_key(|it| Reverse(number(it)));
    let mut versions = Vec::new();
    for (place, mut published) in listed.into_iter().enumerate() {
        let number = given(published.version.take(), &LIST.call().name(), "Version")?;
        let arn = published.function_arn.take().unwrap_or_else(|| function.qualified(&number));
        let policies = if place < ASKED_MAX {
            Some(policies::read(session, &function.name, Some(&number), &arn).await)
        } else {
            None
        };
        versions.push(Details { arn, number, published, policies });
    }
    Ok(versions)
}

/// A version that is no number is one of a new sort: it counts as the newest.
fn number(published: &Published) -> u64 {
    published.version.as_deref().and_then(|version| version.parse().ok()).unwrap_or(u64::MAX)
}

async fn push(rows: &mut Rows<'_>, function: &Named, versions: Answer<Vec<Details>>) -> Result<(), Error> {
    if is_gone(GONE, &versions) {
        rows.gone();
        return Ok(());
    }
    let tables = POLICY_TABLE_NAMES.into_iter().chain([Version::TABLE]);
    for version in rows.item(tables, versions)?.unwrap_or_default() {
        let Details { arn, number, published, policies } = version;
        let is_policy_asked = policies.is_some();
        match policies {
            Some(policies) => policies::push(rows, &arn, policies).await?,
            None => rows.policy(Policy::of(&arn, LAMBDA_FUNCTION, not_asked())).await?,
        }
        let (mut unread, now) = (Unread::default(), rows.captured_at());
        let row = row(arn, number, published, now, &mut unread);
        unread.count(rows, Version::TABLE, &LIST.call().name());
        rows.push(Version { function_arn: function.arn.clone(), is_policy_asked, ..row }).await?;
    }
    Ok(())
}

/// Nothing was missed: no one asks for the policies of old versions.
fn not_asked() -> PolicyText {
    let message = format!("only the policies of the newest {ASKED_MAX} versions of a function are read");
    PolicyText::Unread(orgcensus_aws::Error::new(Class::Unsupported, "NotAsked", message))
}

/// All of a version but its function, and whether its policy is read.
fn row(arn: String, function_version: String, it: Published, now: Timestamp, unread: &mut Unread) -> Version {
    let code_size_bytes = unread.value("CodeSize", it.code_size);
    let last_modified_at = unread.moment("LastModified", it.last_modified.as_ref());
    let names = environment_names(it.environment);
    Version {
        arn,
        function_arn: String::new(),
        function_version,
        is_policy_asked: false,
        description: it.description.filter(|text| !text.is_empty()),
        runtime: it.runtime,
        package_type: it.package_type,
        handler: it.handler,
        execution_role_arn: it.role,
        code_sha256: it.code_sha256,
        code_size_bytes,
        memory_mib: it.memory_size,
        timeout_seconds: it.timeout,
        last_modified_at,
        last_modified_days: last_modified_at.map(|at| at.days_until(now)),
        architectures: it.architectures,
        layer_arns: unread.each("Layers.Arn", it.layers.into_iter().map(|layer| layer.arn)),
        kms_key_arn: it.kms_key_arn,
        has_secret_like_environment_name: names.as_ref().map(|names| names.iter().any(|name| is_secret_like(name))),
        environment_names: names,
    }
}

#[cfg(test)]
mod tests;
