//! Access points of directory buckets of S3 Express: ListAccessPointsForDirectoryBuckets, then three calls about each.

use futures::StreamExt;
use orgcensus_collect::kinds::S3EXPRESS_ACCESS_POINT;
use orgcensus_collect::{Collector, Error, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::control::{self, Described, GONE, ItsPolicy, NO_POLICY, Point, Points};
use super::directory_buckets::zone_of;
use crate::items::{Answer, Unread, details, is_gone, policy_text, with_policies};

const LIST: Read<Points> = reads("s3expresscontrol", "ListAccessPointsForDirectoryBuckets");
const POINT: Read<Described> = reads("s3expresscontrol", "GetAccessPoint");
const POLICY: Read<ItsPolicy> = reads("s3expresscontrol", "GetAccessPointPolicy");
const SCOPE: Read<ItsScope> = reads("s3expresscontrol", "GetAccessPointScope");

/// One access point of a directory bucket: a second way into it, with a policy and a scope of its own. AWS asks that
/// the bucket's policy lets the same callers in. Block Public Access is always on for the bucket, and so for what leads
/// to it.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3express_access_points", key = "arn")]
pub struct DirectoryAccessPoint {
    /// The access point's ARN.
    pub arn: String,
    /// The access point's name, which ends in its zone's id and --xa-s3.
    pub access_point_name: String,
    /// The id of the zone that it is in, use1-az4. Null: its name does not say.
    pub zone_id: Option<String>,
    /// The directory bucket that it leads to.
    pub bucket_name: Option<String>,
    /// The account that owns the bucket, 12 digits. Null: AWS did not say.
    pub bucket_account_id: Option<String>,
    /// Where its callers come from: Internet, or VPC (it is reached from one VPC alone).
    pub network_origin: Option<String>,
    /// The VPC that its callers come from. Null: they may come from the internet.
    pub vpc_id: Option<String>,
    /// When it was made (UTC). Null: AWS did not say, or it could not be read.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// How the names begin of the objects that can be reached through it; empty: of all. Null: it could not be read.
    pub scope_prefixes: Option<Vec<String>>,
    /// What can be done through it, GetObject, ListBucket …; empty: all. Null: it could not be read.
    pub scope_permissions: Option<Vec<String>>,
    /// Whether new public ACLs are refused through it. Null: AWS did not say, or it could not be read.
    pub block_public_acls: Option<bool>,
    /// Whether public ACLs give nothing through it. Null: AWS did not say, or it could not be read.
    pub ignore_public_acls: Option<bool>,
    /// Whether new public policies are refused for it. Null: AWS did not say, or it could not be read.
    pub block_public_policy: Option<bool>,
    /// Whether a public policy admits only AWS services and the account. Null: AWS did not say, or it could not be
    /// read.
    pub restrict_public_buckets: Option<bool>,
}

/// The access points of the directory buckets of one region, with their policies.
pub const DIRECTORY_ACCESS_POINTS: Collector = Collector {
    name: "s3express_access_points",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POINT.call(), POLICY.call(), SCOPE.call()],
    resources: &[S3EXPRESS_ACCESS_POINT],
    tables: &[table::<DirectoryAccessPoint>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ItsScope {
    scope: Limits,
}

/// What can be done through an access point, and to which objects.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Limits {
    prefixes: Vec<String>,
    permissions: Vec<String>,
}

/// What was read of one access point.
struct Details {
    listed: Point,
    point: Answer<Described>,
    policy: Answer<Option<String>>,
    scope: Answer<ItsScope>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"AccountId": session.account_id(), "maxResults": 1000}));
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
    let scope = SCOPE.send(session, input).await;
    Some(Details { listed, point, policy, scope })
}

async fn push(session: &Session, rows: &mut Rows<'_>, it: Details) -> Result<(), Error> {
    const TABLES: [&str; 1] = [DirectoryAccessPoint::TABLE];
    let (mut listed, mut unread) = (it.listed, Unread::default());
    let (name, arn) = (listed.name.take(), listed.access_point_arn.take());
    let made = |name: &str| session.arn("s3express", &format!("accesspoint/{name}"));
    let Some((arn, name)) = unread.identity("Name", name, arn, made) else {
        unread.lost(rows, with_policies(TABLES), &LIST.call().name());
        return Ok(());
    };
    let text = policy_text(rows, it.policy)?;
    rows.policy(Policy { gate: listed.gate(), ..Policy::of(&arn, S3EXPRESS_ACCESS_POINT, text) }).await?;
    let point = rows.item(TABLES, it.point)?;
    let scope = rows.item(TABLES, it.scope)?.map(|it| it.scope);
    let row = access_point((arn, name), listed, point.as_ref(), rows.captured_at(), &mut unread);
    unread.count(rows, DirectoryAccessPoint::TABLE, &POINT.call().name());
    let (scope_prefixes, scope_permissions) = scope.map(|it| (it.prefixes, it.permissions)).unzip();
    rows.push(DirectoryAccessPoint { scope_prefixes, scope_permissions, ..row }).await
}

/// The row without its scope.
fn access_point(
    (arn, access_point_name): (String, String),
    listed: Point,
    point: Option<&Described>,
    now: Timestamp,
    unread: &mut Unread,
) -> DirectoryAccessPoint {
    let block = point.and_then(|it| it.public_access_block_configuration.as_ref());
    let [block_public_acls, ignore_public_acls, block_public_policy, restrict_public_buckets] =
        block.map_or([None; 4], |block| block.settings(unread));
    let created_at = unread.moment("CreationDate", point.and_then(|it| it.creation_date.as_ref()));
    DirectoryAccessPoint {
        arn,
        zone_id: zone_of(&access_point_name, "--xa-s3").map(str::to_owned),
        access_point_name,
        bucket_name: unread.value("Bucket", listed.bucket),
        bucket_account_id: listed.bucket_account_id,
        network_origin: unread.value("NetworkOrigin", listed.network_origin),
        vpc_id: listed.vpc_configuration.vpc_id,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        scope_prefixes: None,
        scope_permissions: None,
        block_public_acls,
        ignore_public_acls,
        block_public_policy,
        restrict_public_buckets,
    }
}

#[cfg(test)]
mod tests;
