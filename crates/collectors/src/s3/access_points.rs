//! S3 access points: ListAccessPoints, then three calls about each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::S3_ACCESS_POINT;
use orgcensus_collect::{Collector, Error, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;
use serde_json::json;

use super::control::{self, Described, GONE, ItsPolicy, ItsStatus, NO_POLICY, Point, Points};
use crate::items::{Answer, Unread, details, is_gone, policy_text, with_policies};

const LIST: Read<Points> = reads("s3control", "ListAccessPoints").needs("s3:ListAccessPoints");
const POINT: Read<Described> = reads("s3control", "GetAccessPoint").needs("s3:GetAccessPoint");
const POLICY: Read<ItsPolicy> = reads("s3control", "GetAccessPointPolicy").needs("s3:GetAccessPointPolicy");
const STATUS: Read<ItsStatus> = reads("s3control", "GetAccessPointPolicyStatus").needs("s3:GetAccessPointPolicyStatus");

/// One access point: a second way into a bucket, with a policy of its own. AWS asks that the bucket's policy lets the
/// same callers in, or leaves it to the account's access points.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3_access_points", key = "arn")]
pub struct AccessPoint {
    /// The access point's ARN.
    pub arn: String,
    /// The access point's name.
    pub access_point_name: String,
    /// The name by which it can be used like a bucket. Null: AWS did not say.
    pub alias: Option<String>,
    /// The bucket that it leads to, or what stands for one where data_source_type says something else.
    pub bucket_name: Option<String>,
    /// The account that owns the bucket, 12 digits. Null: AWS did not say.
    pub bucket_account_id: Option<String>,
    /// What it leads to, as AWS names it: a bucket, or the volume of a file system. Null: AWS did not say.
    pub data_source_id: Option<String>,
    /// What kind of data that is: FSX_OPENZFS … Null: AWS did not say.
    pub data_source_type: Option<String>,
    /// Where its callers come from: Internet, or VPC (it is reached from one VPC alone).
    pub network_origin: Option<String>,
    /// The VPC that its callers come from. Null: they may come from the internet.
    pub vpc_id: Option<String>,
    /// When it was made (UTC). Null: AWS did not say, or it could not be read.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// AWS's own verdict whether the policy makes it public; false without a policy, and where callers come from a VPC.
    /// Null: it could not be read.
    pub aws_is_public: Option<bool>,
    /// Whether new public ACLs are refused through it. Null: it could not be read.
    pub block_public_acls: Option<bool>,
    /// Whether public ACLs give nothing through it. Null: it could not be read.
    pub ignore_public_acls: Option<bool>,
    /// Whether new public policies are refused for it. Null: it could not be read.
    pub block_public_policy: Option<bool>,
    /// Whether a public policy admits only AWS services and the account. Null: it could not be read.
    pub restrict_public_buckets: Option<bool>,
    /// Its host names, by what they are for: ipv4, fips, dualstack … Null: they could not be read.
    pub endpoints: Option<BTreeMap<String, String>>,
}

/// The access points of one region, with their policies.
pub const ACCESS_POINTS: Collector = Collector {
    name: "s3_access_points",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POINT.call(), POLICY.call(), STATUS.call()],
    resources: &[S3_ACCESS_POINT],
    tables: &[table::<AccessPoint>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

/// What was read of one access point.
struct Details {
    listed: Point,
    point: Answer<Described>,
    policy: Answer<Option<String>>,
    is_public: Answer<bool>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    // Without the type, S3 lists those of buckets alone, and not those of file systems and of AWS Backup.
    let input = json!({"AccountId": session.account_id(), "dataSourceType": "ALL", "maxResults": 1000});
    let mut pages = LIST.pages(session, input);
    while let Some(page) = pages.next().await {
        let mut points = details(page?.access_point_list, |listed| read(session, listed));
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
async fn read(session: &Session, listed: Point) -> Option<Details> {
    let input = json!({"AccountId": session.account_id(), "name": listed.name});
    let point = POINT.send(session, input.clone()).await;
    if is_gone(GONE, &point) {
        return None;
    }
    let policy = control::policy(&POLICY, session, input.clone(), NO_POLICY).await;
    let is_public = control::is_public(&STATUS, session, input, NO_POLICY).await;
    Some(Details { listed, point, policy, is_public })
}

async fn push(session: &Session, rows: &mut Rows<'_>, it: Details) -> Result<(), Error> {
    let mut listed = it.listed;
    let mut unread = Unread::default();
    let made = |name: &str| session.arn("s3", &format!("accesspoint/{name}"));
    let Some(identity) = unread.identity("Name", listed.name.take(), listed.access_point_arn.take(), made) else {
        unread.lost(rows, with_policies([AccessPoint::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let text = policy_text(rows, it.policy)?;
    rows.policy(Policy { gate: listed.gate(), ..Policy::of(&identity.0, S3_ACCESS_POINT, text) }).await?;
    let point = rows.item([AccessPoint::TABLE], it.point)?;
    let aws_is_public = rows.item([AccessPoint::TABLE], it.is_public)?;
    let row = access_point(identity, listed, point, rows.captured_at(), &mut unread);
    unread.count(rows, AccessPoint::TABLE, &POINT.call().name());
    rows.push(AccessPoint { aws_is_public, ..row }).await
}

fn access_point(
    (arn, access_point_name): (String, String),
    listed: Point,
    point: Option<Described>,
    now: Timestamp,
    unread: &mut Unread,
) -> AccessPoint {
    let block = point.as_ref().map(|it| it.public_access_block_configuration.as_ref());
    let block = block.and_then(|block| unread.value("PublicAccessBlockConfiguration", block));
    let [block_public_acls, ignore_public_acls, block_public_policy, restrict_public_buckets] =
        block.map_or([None; 4], |block| block.settings(unread));
    let created_at = unread.moment("CreationDate", point.as_ref().and_then(|it| it.creation_date.as_ref()));
    AccessPoint {
        arn,
        access_point_name,
        alias: listed.alias,
        bucket_name: unread.value("Bucket", listed.bucket),
        bucket_account_id: listed.bucket_account_id,
        data_source_id: listed.data_source_id,
        data_source_type: listed.data_source_type,
        network_origin: unread.value("NetworkOrigin", listed.network_origin),
        vpc_id: listed.vpc_configuration.vpc_id,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        aws_is_public: None,
        block_public_acls,
        ignore_public_acls,
        block_public_policy,
        restrict_public_buckets,
        endpoints: point.map(|it| it.endpoints),
    }
}

#[cfg(test)]
mod tests;
