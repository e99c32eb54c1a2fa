//! Access points of buckets (E19): further ways to what is in a bucket. Both policies, that of the bucket and that of
//! the access point, must let a caller in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orgcensus_policy::evaluation::{AccessPoint, Listed, Named, NamedPolicy};
use orgcensus_policy::{Document, PublicAccessBlock, Statement};

use crate::Result;
use crate::coverage::COMPLETE;
use crate::resource::{self, Owned, holder};
use crate::rows::{Accounts, Cells, Reader};
use crate::search::{Target, partition};
use crate::world::World;

/// The tables of access points: of one region, and of several.
const TABLES: [(&str, &str); 2] =
    [("s3_access_points", OF_ONE_BUCKET), ("s3_multi_region_access_points", "bucket_names")];

const OF_ONE_BUCKET: &str = "bucket_name";

/// The actions on a bucket itself that an access point passes on; it passes on all that are about objects.
const OF_BUCKET: [&str; 3] = ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions"];

/// An access point, and a bucket that it leads to.
struct Point {
    arn: String,
    account: String,
    bucket_arn: String,
    /// The bucket's account, as the access point says it.
    bucket_account: Option<String>,
    vpc_id: Option<String>,
    /// Its own Block Public Access: whether it ignores public ACLs, and restricts public policies.
    block: [Option<bool>; 2],
}

/// Whether an ARN is that of an access point, or of what is reached through one.
pub(crate) fn is_point(arn: &str) -> bool {
    arn.split(':').nth(2) == Some("s3") && arn.contains(":accesspoint/")
}

/// Whether what is asked may come through an access point of the bucket.
fn passes(action: &str, arn: &str) -> bool {
    action.to_ascii_lowercase().starts_with("s3:")
        && !is_point(arn)
        && arn.contains(":s3:::")
        && (holder(arn) != arn || OF_BUCKET.iter().any(|it| it.eq_ignore_ascii_case(action)))
}

/// The access points of buckets, by the bucket's ARN: of one bucket much is asked.
#[derive(Default)]
pub(crate) struct Points {
    known: BTreeMap<String, OfBucket>,
}

/// The access points of a bucket, each with its policies.
struct OfBucket {
    points: Vec<(Point, Listed<NamedPolicy>)>,
    /// Whether some may be missing.
    is_short: bool,
}

impl Points {
    /// The same action through each access point of the bucket; what may be missing is told by `Target::is_short`.
    pub(crate) async fn through(&mut self, world: &World, target: &mut Target) -> Result<Vec<Target>> {
        let Some(owner) = target.owner.clone().filter(|_| passes(&target.action, &target.arn)) else {
            return Ok(Vec::new());
        };
        let bucket = holder(&target.arn).to_owned();
        let found = match self.known.remove(&bucket) {
            Some(found) => found,
            None => of_bucket(world, &bucket, &owner).await?,
        };
        target.is_short |= found.is_short;
        let mut targets = Vec::new();
        for (point, policies) in &found.points {
            let Some(resource) = target.resource.clone() else { continue };
            let owned = Owned { account: target.owner.clone(), resource, has_object_acls: target.has_object_acls };
            let key = target.arn.get(bucket.len() + 1..);
            let other = key.map_or_else(|| point.arn.clone(), |key| format!("{}/object/{key}", point.arn));
            let owned = behind(point, policies.clone(), owned);
            targets.push(Target::new(&target.action, &target.arn, Some(owned)).through(point.arn.clone(), other));
        }
        self.known.insert(bucket, found);
        Ok(targets)
    }
}

async fn of_bucket(world: &World, bucket: &str, owner: &str) -> Result<OfBucket> {
    let mut found = OfBucket { points: Vec::new(), is_short: false };
    for (collector, of_bucket) in TABLES {
        found.is_short |= match world.outcome(collector, owner).await? {
            Some(outcome) => outcome != COMPLETE,
            // Not every partition has those of several regions.
            None => of_bucket == OF_ONE_BUCKET,
        };
    }
    let name = bucket.rsplit(':').next().unwrap_or_default();
    for point in points(world, partition(bucket), |point| point.bucket_arn == bucket, name).await? {
        let policies = policies(world, &point).await?;
        found.points.push((point, policies));
    }
    Ok(found)
}

/// An action on what the ARN of an access point names, for each of its buckets. None: no such access point was read.
pub(crate) async fn at(world: &World, action: &str, arn: &str) -> Result<Vec<Target>> {
    let point_arn = holder(arn);
    let points = points(world, partition(arn), |point| point.arn == point_arn, "").await?;
    let mut targets = Vec::new();
    for point in points {
        let account = match world.owner(&point.bucket_arn).await? {
            Some(account) => Some(account),
            None => point.bucket_account.clone(),
        };
        let bucket = bucket(world, &point.bucket_arn, account).await?;
        let key = arn.get(point_arn.len()..).and_then(|rest| rest.strip_prefix("/object/"));
        let other = key.map_or_else(|| point.bucket_arn.clone(), |key| format!("{}/{key}", point.bucket_arn));
        let via = point.bucket_arn.clone();
        let owned = behind(&point, policies(world, &point).await?, bucket);
        targets.push(Target::new(action, arn, Some(owned)).through(via, other));
    }
    Ok(targets)
}

/// A bucket; unread if its account is not ours, or not known.
async fn bucket(world: &World, arn: &str, account: Option<String>) -> Result<Owned> {
    let ours = account.clone().filter(|id| world.has(id));
    let mut found = match ours {
        Some(id) => {
            let accounts: Accounts = Arc::new(BTreeSet::from([id]));
            resource::read(world, &BTreeSet::from([arn.to_owned()]), Some(&accounts)).await?.remove(arn)
        }
        None => None,
    }
    .unwrap_or_else(|| Owned { account: None, resource: resource::unread(arn), has_object_acls: true });
    found.account = found.account.or(account);
    found.resource.account.clone_from(&found.account);
    found.resource.has_unread_account = found.account.is_none();
    Ok(found)
}

/// The policies of an access point.
async fn policies(world: &World, point: &Point) -> Result<Listed<NamedPolicy>> {
    let accounts: Accounts = Arc::new(BTreeSet::from([point.account.clone()]));
    let arns = BTreeSet::from([point.arn.clone()]);
    let found = resource::as_read(world, &arns, Some(&accounts)).await?.remove(&point.arn);
    Ok(found.map(|it| it.resource.policies).unwrap_or_default())
}

/// What is behind an access point, with its policies and with its Block Public Access beside the bucket's.
fn behind(point: &Point, policies: Listed<NamedPolicy>, mut owned: Owned) -> Owned {
    // To S3 no access point of a VPC is public.
    let own = if point.vpc_id.is_some() { [Some(false); 2] } else { point.block };
    let either = |one: bool, other: Option<bool>| if one { Some(true) } else { other };
    let block = owned.resource.block_public_access;
    owned.resource.block_public_access = block.and_then(|block| {
        Some(PublicAccessBlock {
            ignore_public_acls: either(block.ignore_public_acls, own[0])?,
            restrict_public_buckets: either(block.restrict_public_buckets, own[1])?,
            ..block
        })
    });
    owned.resource.access_point = Some(AccessPoint {
        arn: point.arn.clone(),
        account: Some(point.account.clone()),
        policies,
        vpc_id: point.vpc_id.clone(),
    });
    owned
}

/// The access points that are meant; `name` is the bucket's, if only those of one bucket are.
async fn points(world: &World, partition: &str, is_meant: impl Fn(&Point) -> bool, name: &str) -> Result<Vec<Point>> {
    let mut found = Vec::new();
    let blocks = ["ignore_public_acls", "restrict_public_buckets"];
    for (table, of_bucket) in TABLES {
        let is_of_region = of_bucket == OF_ONE_BUCKET;
        let own: &[&'static str] = if is_of_region { &["bucket_account_id", "vpc_id"] } else { &[] };
        let names: Vec<&'static str> =
            ["arn", of_bucket].into_iter().chain(blocks).chain(own.iter().copied()).collect();
        let mut rows = if is_of_region && !name.is_empty() {
            let wanted = (of_bucket, BTreeSet::from([name.to_owned()]));
            Reader::with(&world.lake, &world.manifest, table, &names, wanted)?
        } else {
            world.reader(table, &names, None)?
        };
        let point = |cells: &Cells<'_>, bucket: &str| Point {
            arn: cells.text(1).unwrap_or_default().to_owned(),
            account: cells.account().to_owned(),
            bucket_arn: format!("arn:{partition}:s3:::{bucket}"),
            bucket_account: cells.text(5).map(str::to_owned),
            vpc_id: cells.text(6).map(str::to_owned),
            block: [cells.flag(3), cells.flag(4)],
        };
        rows.each(|cells| {
            let buckets = cells.texts(2).unwrap_or_else(|| cells.text(2).map(str::to_owned).into_iter().collect());
            found.extend(buckets.iter().map(|bucket| point(cells, bucket)).filter(|point| is_meant(point)));
        })
        .await?;
    }
    Ok(found)
}

/// Adds those whom the policy of a bucket names that may come to the bucket itself. A bucket that leaves access to its
/// access points names anyone, and means only those who come through one.
pub(crate) fn add_direct(named: &mut Named, document: &Document, action: &str) {
    const POSITIVE: [&str; 4] = ["StringEquals", "StringLike", "ArnEquals", "ArnLike"];
    let is_left_to_points = |statement: &Statement| {
        statement.conditions.iter().any(|it| {
            let is_of_point = it.key.to_ascii_lowercase().starts_with("s3:dataaccesspoint");
            is_of_point && POSITIVE.iter().any(|operator| operator.eq_ignore_ascii_case(&it.operator))
        })
    };
    if !document.statements.iter().any(is_left_to_points) {
        named.add(document, action);
        return;
    }
    let mut direct = document.clone();
    direct.statements.retain(|it| !is_left_to_points(it));
    named.add(&direct, action);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_point_passes_on_what_is_about_objects_and_lists() {
        let (bucket, object) = ("arn:aws:s3:::b", "arn:aws:s3:::b/k");
        assert!(passes("s3:GetObject", object) && passes("S3:ListBucket", bucket));
        assert!(!passes("s3:DeleteBucket", bucket) && !passes("s3:GetObject", "*"));
        let point = "arn:aws:s3:eu-west-1:111122223333:accesspoint/p";
        assert!(is_point(point) && is_point(&format!("{point}/object/k")) && !is_point(object));
        assert!(!passes("s3:GetObject", &format!("{point}/object/k")));
        assert!(!is_point("arn:aws:s3-object-lambda:eu-west-1:111122223333:accesspoint/p"));
    }
}
