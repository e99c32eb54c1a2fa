//! Access points of S3 Object Lambda: ListAccessPointsForObjectLambda, then four calls about each.

use futures::StreamExt;
use orgcensus_collect::kinds::S3_OBJECT_LAMBDA;
use orgcensus_collect::{Collector, Error, Moment, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::control::{self, Block, GONE, ItsPolicy, ItsStatus, NO_POLICY};
use crate::items::{Answer, Unread, details, is_gone, policy_text, with_policies};

const LIST: Read<Page> =
    reads("s3control", "ListAccessPointsForObjectLambda").needs("s3:ListAccessPointsForObjectLambda");
const POINT: Read<Described> =
    reads("s3control", "GetAccessPointForObjectLambda").needs("s3:GetAccessPointForObjectLambda");
const CONFIGURATION: Read<ItsConfiguration> = reads("s3control", "GetAccessPointConfigurationForObjectLambda")
    .needs("s3:GetAccessPointConfigurationForObjectLambda");
const POLICY: Read<ItsPolicy> =
    reads("s3control", "GetAccessPointPolicyForObjectLambda").needs("s3:GetAccessPointPolicyForObjectLambda");
const STATUS: Read<ItsStatus> = reads("s3control", "GetAccessPointPolicyStatusForObjectLambda")
    .needs("s3:GetAccessPointPolicyStatusForObjectLambda");

/// One access point of S3 Object Lambda: a way to the objects behind another access point, through functions that may
/// change them.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3_object_lambda_access_points", key = "arn", resource = S3_OBJECT_LAMBDA.resource_type)]
pub struct ObjectLambdaAccessPoint {
    /// The access point's ARN.
    pub arn: String,
    /// The access point's name.
    pub access_point_name: String,
    /// The name by which it can be used like a bucket. Null: it has none yet, or AWS did not say.
    pub alias: Option<String>,
    /// PROVISIONING or READY.
    pub alias_status: Option<String>,
    /// The access point through which it reads, by its ARN. Null: it could not be read.
    pub supporting_access_point_arn: Option<String>,
    /// The functions that it calls, by their ARNs.
    pub function_arns: Vec<String>,
    /// The operations that it calls them for: GetObject, HeadObject, ListObjects, ListObjectsV2.
    pub transformed_actions: Vec<String>,
    /// The parts of objects that can be asked for: GetObject-Range …
    pub allowed_features: Vec<String>,
    /// Whether its metrics go to CloudWatch. Null: AWS did not say, or it could not be read.
    pub has_cloudwatch_metrics: Option<bool>,
    /// When it was made (UTC). Null: AWS did not say, or it could not be read.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// AWS's own verdict whether the policy makes it public; false without a policy. Null: it could not be read.
    pub aws_is_public: Option<bool>,
    /// Whether new public ACLs are refused through it. Null: it could not be read.
    pub block_public_acls: Option<bool>,
    /// Whether public ACLs give nothing through it. Null: it could not be read.
    pub ignore_public_acls: Option<bool>,
    /// Whether new public policies are refused for it. Null: it could not be read.
    pub block_public_policy: Option<bool>,
    /// Whether a public policy admits only AWS services and the account. Null: it could not be read.
    pub restrict_public_buckets: Option<bool>,
}

/// The access points of S3 Object Lambda of one region, with their policies.
pub const OBJECT_LAMBDA_ACCESS_POINTS: Collector = Collector {
    name: "s3_object_lambda_access_points",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POINT.call(), CONFIGURATION.call(), POLICY.call(), STATUS.call()],
    resources: &[S3_OBJECT_LAMBDA],
    tables: &[table::<ObjectLambdaAccessPoint>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    object_lambda_access_point_list: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    name: Option<String>,
    object_lambda_access_point_arn: Option<String>,
    alias: Alias,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Alias {
    value: Option<String>,
    status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    public_access_block_configuration: Option<Block>,
    creation_date: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ItsConfiguration {
    configuration: Configuration,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Configuration {
    supporting_access_point: Option<String>,
    cloud_watch_metrics_enabled: Option<bool>,
    allowed_features: Vec<String>,
    transformation_configurations: Vec<Transformation>,
}

/// When a function is called. What is given to the function is not read: it may hold secrets.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Transformation {
    actions: Vec<String>,
    content_transformation: Content,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Content {
    aws_lambda: Function,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Function {
    function_arn: Option<String>,
}

/// What was read of one access point.
struct Details {
    listed: Listed,
    point: Answer<Described>,
    configuration: Answer<ItsConfiguration>,
    policy: Answer<Option<String>>,
    is_public: Answer<bool>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"AccountId": session.account_id(), "maxResults": 1000}));
    while let Some(page) = pages.next().await {
        let mut points = details(page?.object_lambda_access_point_list, |listed| read(session, listed));
        while let Some(point) = points.next().await {
            match point {
                Some(point) => push(session, rows, point).await?,
                None => rows.gone(),
            }
        }
    }
    Ok(())
}

/// Reads one access point. `None`: it went away meanwhile.
async fn read(session: &Session, listed: Listed) -> Option<Details> {
    let input = json!({"AccountId": session.account_id(), "name": listed.name});
    let point = POINT.send(session, input.clone()).await;
    if is_gone(GONE, &point) {
        return None;
    }
    let configuration = CONFIGURATION.send(session, input.clone()).await;
    let policy = control::policy(&POLICY, session, input.clone(), NO_POLICY).await;
    let is_public = control::is_public(&STATUS, session, input, NO_POLICY).await;
    Some(Details { listed, point, configuration, policy, is_public })
}

async fn push(session: &Session, rows: &mut Rows<'_>, it: Details) -> Result<(), Error> {
    const TABLES: [&str; 1] = [ObjectLambdaAccessPoint::TABLE];
    let mut listed = it.listed;
    let mut unread = Unread::default();
    let made = |name: &str| session.arn("s3-object-lambda", &format!("accesspoint/{name}"));
    let (name, arn) = (listed.name.take(), listed.object_lambda_access_point_arn.take());
    let Some(identity) = unread.identity("Name", name, arn, made) else {
        unread.lost(rows, with_policies(TABLES), &LIST.call().name());
        return Ok(());
    };
    let text = policy_text(rows, it.policy)?;
    rows.policy(Policy::of(&identity.0, S3_OBJECT_LAMBDA, text)).await?;
    let aws_is_public = rows.item(TABLES, it.is_public)?;
    let configuration = rows.item(TABLES, it.configuration)?.map(|it| it.configuration);
    let point = rows.item(TABLES, it.point)?;
    let bare = access_point(identity, listed.alias, point, rows.captured_at(), &mut unread);
    let row = configured(bare, configuration, &mut unread);
    unread.count(rows, ObjectLambdaAccessPoint::TABLE, &POINT.call().name());
    rows.push(ObjectLambdaAccessPoint { aws_is_public, ..row }).await
}

/// The row without its verdict and its configuration.
fn access_point(
    (arn, access_point_name): (String, String),
    alias: Alias,
    point: Option<Described>,
    now: Timestamp,
    unread: &mut Unread,
) -> ObjectLambdaAccessPoint {
    let block = point.as_ref().map(|it| it.public_access_block_configuration.as_ref());
    let block = block.and_then(|block| unread.value("PublicAccessBlockConfiguration", block));
    let [block_public_acls, ignore_public_acls, block_public_policy, restrict_public_buckets] =
        block.map_or([None; 4], |block| block.settings(unread));
    let created_at = unread.moment("CreationDate", point.as_ref().and_then(|it| it.creation_date.as_ref()));
    ObjectLambdaAccessPoint {
        arn,
        access_point_name,
        alias: alias.value,
        alias_status: alias.status,
        supporting_access_point_arn: None,
        function_arns: Vec::new(),
        transformed_actions: Vec::new(),
        allowed_features: Vec::new(),
        has_cloudwatch_metrics: None,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        aws_is_public: None,
        block_public_acls,
        ignore_public_acls,
        block_public_policy,
        restrict_public_buckets,
    }
}

/// The row with its configuration, if that was read.
fn configured(
    bare: ObjectLambdaAccessPoint,
    configuration: Option<Configuration>,
    unread: &mut Unread,
) -> ObjectLambdaAccessPoint {
    let Some(it) = configuration else { return bare };
    let functions = it.transformation_configurations.iter();
    let functions = functions.map(|it| it.content_transformation.aws_lambda.function_arn.clone());
    ObjectLambdaAccessPoint {
        function_arns: unread.each("FunctionArn", functions),
        transformed_actions: it.transformation_configurations.iter().flat_map(|it| it.actions.clone()).collect(),
        supporting_access_point_arn: unread.value("SupportingAccessPoint", it.supporting_access_point),
        allowed_features: it.allowed_features,
        has_cloudwatch_metrics: it.cloud_watch_metrics_enabled,
        ..bare
    }
}

#[cfg(test)]
mod tests;
