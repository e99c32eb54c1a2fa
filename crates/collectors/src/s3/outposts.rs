//! S3 on Outposts: ListOutpostsWithS3, then for each Outpost ListRegionalBuckets; of each bucket GetBucketPolicy and
//! ListAccessPoints; of each access point GetAccessPoint and GetAccessPointPolicy.

use futures::StreamExt;
use orgcensus_collect::kinds::{S3_OUTPOSTS_ACCESS_POINT, S3_OUTPOSTS_BUCKET};
use orgcensus_collect::{
    Collector, Error, Moment, Policy, PolicyDocument, PolicyStatement, Read, Rows, Runs, Scope, Session, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::{self, Described, GONE, ItsPolicy, NO_POLICY, Point, Points};
use crate::items::{Answer, Unread, all, details, given, is_gone, policy_text, with_arns};

const OUTPOSTS_WITH_S3: Read<Outposts> = reads("s3outposts", "ListOutpostsWithS3");
const BUCKETS: Read<Buckets> = reads("s3outpostscontrol", "ListRegionalBuckets");
const BUCKET_POLICY: Read<ItsPolicy> = reads("s3outpostscontrol", "GetBucketPolicy");
const POINTS: Read<Points> = reads("s3outpostscontrol", "ListAccessPoints");
const POINT: Read<Described> = reads("s3outpostscontrol", "GetAccessPoint");
const POINT_POLICY: Read<ItsPolicy> = reads("s3outpostscontrol", "GetAccessPointPolicy");

/// How S3 on Outposts says that there is no such Outpost.
const NO_OUTPOST: &[&str] = &["NoSuchOutpost"];

/// How it says that there is no such bucket.
const NO_BUCKET: &[&str] = &["NoSuchBucket"];

/// How it says that a bucket has no policy.
const NO_BUCKET_POLICY: &[&str] = &["NoSuchBucketPolicy"];

/// The tables that are short if the access points of a bucket cannot be read.
const OF_POINTS: [&str; 3] = [OutpostsAccessPoint::TABLE, PolicyDocument::TABLE, PolicyStatement::TABLE];

/// The tables that are short if an Outpost cannot be read.
const ALL: [&str; 4] =
    [OutpostsBucket::TABLE, OutpostsAccessPoint::TABLE, PolicyDocument::TABLE, PolicyStatement::TABLE];

/// One bucket of the account on an Outpost. It has no ACLs, and its objects are reached through access points, from
/// VPCs.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3_outposts_buckets", key = "arn")]
pub struct OutpostsBucket {
    /// The bucket's ARN.
    pub arn: String,
    /// The bucket's name.
    pub bucket_name: Option<String>,
    /// The Outpost that it is on.
    pub outpost_id: String,
    /// The account that owns the Outpost, 12 digits: another one where the Outpost is shared. Null: AWS did not say.
    pub outpost_account_id: Option<String>,
    /// Whether Block Public Access is on, as AWS says: it always is.
    pub is_public_access_blocked: Option<bool>,
    /// How many access points lead to it. Null: they could not be listed.
    pub access_point_count: Option<i64>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
}

/// One access point of a bucket on an Outpost: the way to its objects, from one VPC. Block Public Access is always on,
/// and AWS says nothing of it.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3_outposts_access_points", key = "arn")]
pub struct OutpostsAccessPoint {
    /// The access point's ARN.
    pub arn: String,
    /// The access point's name.
    pub access_point_name: String,
    /// The ARN of the bucket that it leads to.
    pub bucket_arn: String,
    /// The Outpost that both are on.
    pub outpost_id: String,
    /// Where its callers come from: VPC.
    pub network_origin: Option<String>,
    /// The VPC that its callers come from. Null: AWS did not say, as where another service made it for itself.
    pub vpc_id: Option<String>,
    /// When it was made (UTC). Null: AWS did not say, or it could not be read.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
}

/// The buckets on Outposts of one region and their access points, with the policies of both.
pub const OUTPOSTS: Collector = Collector {
    name: "s3_outposts",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[
        OUTPOSTS_WITH_S3.call(),
        BUCKETS.call(),
        BUCKET_POLICY.call(),
        POINTS.call(),
        POINT.call(),
        POINT_POLICY.call(),
    ],
    resources: &[S3_OUTPOSTS_BUCKET, S3_OUTPOSTS_ACCESS_POINT],
    tables: &[table::<OutpostsBucket>(), table::<OutpostsAccessPoint>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Outposts {
    outposts: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    outpost_id: Option<String>,
    owner_id: Option<String>,
}

/// An Outpost, by the id that all calls about it need.
struct Outpost {
    id: String,
    owner_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Buckets {
    regional_bucket_list: Vec<Bucket>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Bucket {
    bucket: Option<String>,
    bucket_arn: Option<String>,
    public_access_block_enabled: Option<bool>,
    creation_date: Option<Moment>,
}

/// What was read of one bucket.
struct BucketDetails {
    arn: String,
    listed: Bucket,
    policy: Answer<Option<String>>,
    points: Answer<Vec<Point>>,
}

/// What was read of one access point.
struct PointDetails {
    arn: String,
    bucket_arn: String,
    listed: Point,
    point: Answer<Described>,
    policy: Answer<Option<String>>,
}

impl Outpost {
    /// What a call about a bucket or an access point is given.
    fn input(&self, session: &Session, arn: &str) -> Value {
        json!({"AccountId": session.account_id(), "OutpostId": self.id, "name": arn})
    }

    /// The ARN of something on it, where AWS left it out.
    fn arn(&self, session: &Session, kind: &str, name: &str) -> String {
        session.arn("s3-outposts", &format!("outpost/{}/{kind}/{name}", self.id))
    }

    fn arn_of_bucket(&self, session: &Session, it: &Bucket) -> Option<String> {
        it.bucket_arn.clone().or_else(|| it.bucket.as_deref().map(|name| self.arn(session, "bucket", name)))
    }

    fn arn_of_point(&self, session: &Session, it: &Point) -> Option<String> {
        it.access_point_arn.clone().or_else(|| it.name.as_deref().map(|name| self.arn(session, "accesspoint", name)))
    }
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    for listed in all(&OUTPOSTS_WITH_S3, session, json!({"maxResults": 100}), |page| page.outposts).await? {
        let id = given(listed.outpost_id, &OUTPOSTS_WITH_S3.call().name(), "OutpostId");
        let Some(id) = rows.item(ALL, id)? else { continue };
        on_outpost(session, rows, &Outpost { id, owner_id: listed.owner_id }).await?;
    }
    Ok(())
}

/// The account's buckets on one Outpost, and their access points.
async fn on_outpost(session: &Session, rows: &mut Rows<'_>, outpost: &Outpost) -> Result<(), Error> {
    let input = json!({"AccountId": session.account_id(), "OutpostId": outpost.id, "maxResults": 1000});
    let buckets = all(&BUCKETS, session, input, |page| page.regional_bucket_list).await;
    if is_gone(NO_OUTPOST, &buckets) {
        rows.gone();
        return Ok(());
    }
    let Some(buckets) = rows.part(ALL, buckets)? else { return Ok(()) };
    let (mut found, name) = (Vec::new(), BUCKETS.call().name());
    let buckets = with_arns(rows, (name.as_str(), "Bucket"), &ALL, buckets, |it| outpost.arn_of_bucket(session, it));
    let mut buckets = details(buckets, |(arn, listed)| read_bucket(session, outpost, arn, listed));
    while let Some(bucket) = buckets.next().await {
        found.extend(push_bucket(rows, outpost, bucket).await?);
    }
    let name = POINTS.call().name();
    let found =
        with_arns(rows, (name.as_str(), "Name"), &OF_POINTS, found, |(_, it)| outpost.arn_of_point(session, it));
    let mut points =
        details(found, |(arn, (bucket_arn, listed))| read_point(session, outpost, arn, bucket_arn, listed));
    while let Some(point) = points.next().await {
        match point {
            Some(point) => push_point(rows, outpost, point).await?,
            None => rows.gone(),
        }
    }
    Ok(())
}

async fn read_bucket(session: &Session, outpost: &Outpost, arn: String, listed: Bucket) -> BucketDetails {
    let policy = control::policy(&BUCKET_POLICY, session, outpost.input(session, &arn), NO_BUCKET_POLICY).await;
    let input = json!({"AccountId": session.account_id(), "OutpostId": outpost.id, "bucket": arn, "maxResults": 1000});
    let points = all(&POINTS, session, input, |page| page.access_point_list).await;
    BucketDetails { arn, listed, policy, points }
}

/// Adds a bucket. Gives its access points, each with the bucket's ARN.
async fn push_bucket(rows: &mut Rows<'_>, outpost: &Outpost, it: BucketDetails) -> Result<Vec<(String, Point)>, Error> {
    let BucketDetails { arn, listed, policy, points } = it;
    if is_gone(NO_BUCKET, &policy) && points.is_err() {
        rows.gone();
        return Ok(Vec::new());
    }
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, S3_OUTPOSTS_BUCKET, text)).await?;
    let points = rows.item(OF_POINTS, points)?;
    let mut unread = Unread::default();
    let created = unread.value("CreationDate", listed.creation_date.as_ref());
    let created_at = unread.moment("CreationDate", created);
    let row = OutpostsBucket {
        arn: arn.clone(),
        bucket_name: unread.value("Bucket", listed.bucket),
        outpost_id: outpost.id.clone(),
        outpost_account_id: outpost.owner_id.clone(),
        is_public_access_blocked: unread.value("PublicAccessBlockEnabled", listed.public_access_block_enabled),
        access_point_count: points.as_ref().map(|points| i64::try_from(points.len()).unwrap_or(i64::MAX)),
        created_at,
        age_days: created_at.map(|at| at.days_until(rows.captured_at())),
    };
    unread.count(rows, OutpostsBucket::TABLE, &BUCKETS.call().name());
    rows.push(row).await?;
    Ok(points.into_iter().flatten().map(|point| (arn.clone(), point)).collect())
}

/// Reads one access point. `None`: it went away meanwhile.
async fn read_point(
    session: &Session,
    outpost: &Outpost,
    arn: String,
    bucket_arn: String,
    listed: Point,
) -> Option<PointDetails> {
    let input = outpost.input(session, &arn);
    let point = POINT.send(session, input.clone()).await;
    if is_gone(GONE, &point) {
        return None;
    }
    let policy = control::policy(&POINT_POLICY, session, input, NO_POLICY).await;
    Some(PointDetails { arn, bucket_arn, listed, point, policy })
}

async fn push_point(rows: &mut Rows<'_>, outpost: &Outpost, it: PointDetails) -> Result<(), Error> {
    let PointDetails { arn, bucket_arn, listed, point, policy } = it;
    let text = policy_text(rows, policy)?;
    rows.policy(Policy { gate: listed.gate(), ..Policy::of(&arn, S3_OUTPOSTS_ACCESS_POINT, text) }).await?;
    let point = rows.item([OutpostsAccessPoint::TABLE], point)?;
    let mut unread = Unread::default();
    let made = point.as_ref().and_then(|it| it.creation_date.as_ref());
    let created_at = unread.moment("CreationDate", made);
    let row = OutpostsAccessPoint {
        arn,
        access_point_name: unread.value("Name", listed.name).unwrap_or_default(),
        bucket_arn,
        outpost_id: outpost.id.clone(),
        network_origin: unread.value("NetworkOrigin", listed.network_origin),
        vpc_id: listed.vpc_configuration.vpc_id,
        created_at,
        age_days: created_at.map(|at| at.days_until(rows.captured_at())),
    };
    unread.count(rows, OutpostsAccessPoint::TABLE, &POINTS.call().name());
    rows.push(row).await
}

#[cfg(test)]
mod tests;
