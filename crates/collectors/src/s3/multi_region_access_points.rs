//! Multi-Region Access Points of S3: ListMultiRegionAccessPoints, then two calls about each, in the one region that
//! answers for all.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::S3_MULTI_REGION_ACCESS_POINT;
use orgcensus_collect::{Collector, Error, Moment, Optional, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::control::{Block, Status};
use crate::items::{Answer, Unread, details, is_gone, policy_text, with_policies};

const LIST: Read<Page> = reads("s3control", "ListMultiRegionAccessPoints").needs("s3:ListMultiRegionAccessPoints");
const POLICY: Read<ItsPolicy> =
    reads("s3control", "GetMultiRegionAccessPointPolicy").needs("s3:GetMultiRegionAccessPointPolicy");
const STATUS: Read<ItsStatus> =
    reads("s3control", "GetMultiRegionAccessPointPolicyStatus").needs("s3:GetMultiRegionAccessPointPolicyStatus");

/// The region that answers for all regions. Other partitions than the first have no such access points.
const REGION: &str = "us-west-2";

/// How S3 Control says that there is no such access point.
const GONE: &[&str] = &["NoSuchMultiRegionAccessPoint"];

/// How S3 Control says that an access point has no policy.
const NO_POLICY: &[&str] = &["NoSuchMultiRegionAccessPointPolicy"];

/// One Multi-Region Access Point: a way into buckets of several regions, with a policy of its own.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3_multi_region_access_points", key = "arn")]
pub struct MultiRegionAccessPoint {
    /// The access point's ARN, by its alias.
    pub arn: String,
    /// The access point's name.
    pub access_point_name: String,
    /// The alias by which it is used, …mrap. Null: AWS did not say.
    pub alias: Option<String>,
    /// READY, INCONSISTENT_ACROSS_REGIONS, CREATING, PARTIALLY_CREATED, PARTIALLY_DELETED or DELETING.
    pub status: Option<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// The buckets that it leads to.
    pub bucket_names: Vec<String>,
    /// The bucket in each region, by the region.
    pub region_buckets: BTreeMap<String, String>,
    /// The account that owns each bucket, by the bucket's name; those are missing of which AWS did not say it.
    pub bucket_accounts: BTreeMap<String, String>,
    /// AWS's own verdict whether the policy makes it public; false without a policy. Null: it could not be read.
    pub aws_is_public: Option<bool>,
    /// Whether a policy was put that is not in force in all regions yet. Null: it could not be read.
    pub has_proposed_policy: Option<bool>,
    /// Whether new public ACLs are refused through it. Null: AWS did not say.
    pub block_public_acls: Option<bool>,
    /// Whether public ACLs give nothing through it. Null: AWS did not say.
    pub ignore_public_acls: Option<bool>,
    /// Whether new public policies are refused for it. Null: AWS did not say.
    pub block_public_policy: Option<bool>,
    /// Whether a public policy admits only AWS services and the account. Null: AWS did not say.
    pub restrict_public_buckets: Option<bool>,
}

/// The Multi-Region Access Points of one account, with their policies.
pub const MULTI_REGION_ACCESS_POINTS: Collector = Collector {
    name: "s3_multi_region_access_points",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call(), STATUS.call()],
    resources: &[S3_MULTI_REGION_ACCESS_POINT],
    tables: &[table::<MultiRegionAccessPoint>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    access_points: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    name: Option<String>,
    alias: Option<String>,
    created_at: Option<Moment>,
    public_access_block: Option<Block>,
    status: Option<String>,
    regions: Vec<Region>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Region {
    bucket: Option<String>,
    region: Option<String>,
    bucket_account_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ItsPolicy {
    policy: Versions,
}

/// The policy in force, and the one that takes its place when all regions have it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Versions {
    established: Version,
    proposed: Version,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Version {
    policy: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ItsStatus {
    established: Status,
}

/// What was read of one access point.
struct Details {
    listed: Listed,
    policy: Answer<Versions>,
    is_public: Answer<bool>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    if session.partition() != "aws" {
        return Ok(());
    }
    let session = session.in_region(REGION);
    let mut pages = LIST.pages(&session, json!({"AccountId": session.account_id(), "maxResults": 1000}));
    while let Some(page) = pages.next().await {
        let mut points = details(page?.access_points, |listed| read(&session, listed));
        while let Some(point) = points.next().await {
            push(&session, rows, point).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, listed: Listed) -> Details {
    let input = json!({"AccountId": session.account_id(), "name": listed.name});
    let policy = POLICY.send(session, input.clone()).await.optional(NO_POLICY);
    let status = STATUS.send(session, input).await.optional(NO_POLICY);
    Details {
        listed,
        // One that never had a policy has neither of the two versions.
        policy: policy.map(|it| it.unwrap_or_default().policy),
        is_public: status.and_then(|it| it.map_or(Ok(false), |it| it.established.given(&STATUS.call().name()))),
    }
}

async fn push(session: &Session, rows: &mut Rows<'_>, it: Details) -> Result<(), Error> {
    if is_gone(GONE, &it.policy) && it.is_public.is_err() {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let name = unread.value("Name", it.listed.name.as_deref());
    let Some(id) = it.listed.alias.as_deref().or(name) else {
        unread.lost(rows, with_policies([MultiRegionAccessPoint::TABLE]), &LIST.call().name());
        return Ok(());
    };
    // It is in no region.
    let arn = format!("arn:{}:s3::{}:accesspoint/{id}", session.partition(), session.account_id());
    let has_proposed_policy = it.policy.as_ref().ok().map(Versions::has_proposed);
    let text = policy_text(rows, it.policy.map(|it| it.established.policy))?;
    rows.policy(Policy::of(&arn, S3_MULTI_REGION_ACCESS_POINT, text)).await?;
    let aws_is_public = rows.item([MultiRegionAccessPoint::TABLE], it.is_public)?;
    let row = access_point(arn, it.listed, rows.captured_at(), &mut unread);
    unread.count(rows, MultiRegionAccessPoint::TABLE, &LIST.call().name());
    rows.push(MultiRegionAccessPoint { aws_is_public, has_proposed_policy, ..row }).await
}

impl Versions {
    fn has_proposed(&self) -> bool {
        self.proposed.policy.is_some() && self.proposed.policy != self.established.policy
    }
}

fn access_point(arn: String, it: Listed, now: Timestamp, unread: &mut Unread) -> MultiRegionAccessPoint {
    let block = unread.value("PublicAccessBlock", it.public_access_block);
    let [block_public_acls, ignore_public_acls, block_public_policy, restrict_public_buckets] =
        block.map_or([None; 4], |block| block.settings(unread));
    let created_at = unread.moment("CreatedAt", it.created_at.as_ref());
    let of_region = |it: &Region| it.region.clone().zip(it.bucket.clone());
    let of_bucket = |it: &Region| it.bucket.clone().zip(it.bucket_account_id.clone());
    MultiRegionAccessPoint {
        arn,
        access_point_name: it.name.unwrap_or_default(),
        alias: unread.value("Alias", it.alias),
        status: it.status,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        region_buckets: it.regions.iter().filter_map(of_region).collect(),
        bucket_accounts: it.regions.iter().filter_map(of_bucket).collect(),
        bucket_names: unread.each("Bucket", it.regions.into_iter().map(|it| it.bucket)),
        aws_is_public: None,
        has_proposed_policy: None,
        block_public_acls,
        ignore_public_acls,
        block_public_policy,
        restrict_public_buckets,
    }
}

#[cfg(test)]
mod tests;
