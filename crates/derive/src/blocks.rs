//! Facts about an account's resources that the verdicts need besides their policies: the blocks of buckets and access
//! points, AWS's own verdict on their policies, what stands behind access points, and the age of functions' URLs.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_collectors::lambda::function_urls::FunctionUrl;
use orgcensus_collectors::s3::access_points::{AccessPoint, AccessPointRef};
use orgcensus_collectors::s3::account_public_access_blocks::{AccountPublicAccessBlock, AccountPublicAccessBlockRef};
use orgcensus_collectors::s3::buckets::{Bucket, BucketRef};
use orgcensus_collectors::s3::multi_region_access_points::{MultiRegionAccessPoint, MultiRegionAccessPointRef};
use orgcensus_collectors::s3::object_lambda_access_points::{ObjectLambdaAccessPoint, ObjectLambdaAccessPointRef};
use orgcensus_crawl::{Derive, Error, Staged};
use orgcensus_policy::PublicAccessBlock;
use orgcensus_row::Timestamp;

use crate::behind::Behind;
use crate::resource::Resources;

/// By ARN.
type ByArn<T> = BTreeMap<String, T>;

/// The settings that block the buckets and access points of one account, and the age of functions' URLs.
#[derive(Debug, Default)]
pub(crate) struct AccountBlocks {
    /// The account's own setting; `None` if it was not read.
    pub(crate) account: Option<PublicAccessBlock>,
    /// The settings of each bucket.
    pub(crate) buckets: ByArn<BlockedBucket>,
    /// The settings of each access point, and where it leads.
    pub(crate) points: ByArn<BlockedPoint>,
    /// The policies of the account's buckets that access points lead to.
    pub(crate) policies: Resources,
    /// The regions whose access points were all read.
    pub(crate) regions_of_points: BTreeSet<String>,
    /// Whether the Multi-Region Access Points were all read.
    pub(crate) has_all_multi_region: bool,
    /// When the oldest URL of each function, and of each alias, was created; `None` if the time of one of its URLs is
    /// not known.
    pub(crate) function_urls: ByArn<Option<Timestamp>>,
}

/// One bucket's row in `s3_buckets`, as far as the verdicts need it.
#[derive(Debug, Clone, Default)]
pub(crate) struct BlockedBucket {
    /// The bucket's own setting; `None` if it was not read.
    pub(crate) block: Option<PublicAccessBlock>,
    /// The canonical id of its owner.
    pub(crate) owner_id: Option<String>,
    /// Whether ACLs are switched off; false if the setting was not read.
    pub(crate) has_no_acls: bool,
    /// AWS's own verdict on the bucket's policy; `None` if it was not read.
    pub(crate) is_public_to_aws: Option<bool>,
    /// The region that it is in; `None` if it was not read.
    pub(crate) region: Option<String>,
}

/// One access point's row, as far as the verdicts need it.
#[derive(Debug, Clone, Default)]
pub(crate) struct BlockedPoint {
    /// The access point's own setting; `None` if it was not read.
    pub(crate) block: Option<PublicAccessBlock>,
    /// AWS's own verdict on the access point's policy; `None` if it was not read.
    pub(crate) is_public_to_aws: Option<bool>,
    /// The ARNs of the buckets that it leads to; none if it leads to no bucket. If AWS did not name the bucket, the ARN
    /// has no name.
    pub(crate) buckets: Vec<String>,
    /// Whether its callers come from a VPC; `None` if AWS did not say.
    pub(crate) is_of_vpc: Option<bool>,
    /// Whether AWS did not say that its bucket is of this account. S3 asks for the block of the bucket's account.
    pub(crate) may_be_of_others: bool,
}

impl AccountBlocks {
    /// The settings of every level that stands before the policies of this resource; `None` is one that was not read.
    pub(crate) fn levels(&self, arn: &str) -> Vec<Option<PublicAccessBlock>> {
        let own = |arn: &str| self.buckets.get(arn).and_then(|bucket| bucket.block);
        let Some(point) = self.points.get(arn) else { return vec![self.account, own(arn)] };
        let is_ours = |arn: &String| self.buckets.contains_key(arn);
        let is_of_account = !point.may_be_of_others || point.buckets.iter().all(is_ours);
        let mut levels = vec![self.account.filter(|_| is_of_account), point.block];
        if !point.buckets.is_empty() {
            // The settings of a bucket of another account are not known here.
            let behind: Vec<_> = point.buckets.iter().map(|arn| own(arn)).collect();
            levels.push(weakest(&behind));
        }
        levels
    }

    /// AWS's own verdict on the policy of this resource; `None` if it gives none, or if it was not read.
    pub(crate) fn is_public_to_aws(&self, arn: &str) -> Option<bool> {
        match self.points.get(arn) {
            Some(point) => point.is_public_to_aws,
            None => self.buckets.get(arn).and_then(|bucket| bucket.is_public_to_aws),
        }
    }

    /// The buckets of this account that the access point leads to; none if it is no access point.
    pub(crate) fn behind(&self, arn: &str) -> impl Iterator<Item = &str> {
        let buckets = self.points.get(arn).into_iter().flat_map(|point| &point.buckets);
        buckets.filter(move |bucket| self.buckets.contains_key(*bucket)).map(String::as_str)
    }

    /// Whether all access points of this account that may lead to the bucket were read. An access point is in the
    /// region of its bucket.
    pub(crate) fn has_all_points_of(&self, bucket: &str) -> bool {
        let region = self.buckets.get(bucket).and_then(|bucket| bucket.region.as_ref());
        self.has_all_multi_region && region.is_some_and(|region| self.regions_of_points.contains(region))
    }
}

/// The blocks of all accounts. Accounts must be asked for in order.
pub(crate) struct Blocks {
    buckets: Staged<Bucket>,
    points: Staged<AccessPoint>,
    multi_region: Staged<MultiRegionAccessPoint>,
    object_lambda: Staged<ObjectLambdaAccessPoint>,
    accounts: Staged<AccountPublicAccessBlock>,
    function_urls: Staged<FunctionUrl>,
    behind: Behind,
}

impl Blocks {
    pub(crate) fn open(derive: &mut Derive<'_>) -> Result<Self, Error> {
        Ok(Self {
            buckets: derive.staged()?,
            points: derive.staged()?,
            multi_region: derive.staged()?,
            object_lambda: derive.staged()?,
            accounts: derive.staged()?,
            function_urls: derive.staged()?,
            behind: Behind::open(derive)?,
        })
    }

    /// The blocks of one account. Accounts must be asked for in order.
    pub(crate) fn of(&mut self, account_id: &str) -> Result<AccountBlocks, Error> {
        let mut found = AccountBlocks::default();
        self.accounts.of_account(account_id, |row| found.account = found.account.or(account_block(&row)))?;
        self.buckets.of_account(account_id, |row| {
            found.buckets.insert(row.arn.to_owned(), bucket(&row));
        })?;
        self.points.of_account(account_id, |row| {
            found.points.insert(row.arn.to_owned(), point(&row, account_id));
        })?;
        self.multi_region.of_account(account_id, |row| {
            found.points.insert(row.arn.to_owned(), multi_region(&row));
        })?;
        self.object_lambda.of_account(account_id, |row| {
            found.points.insert(row.arn.to_owned(), object_lambda(&row));
        })?;
        self.function_urls.of_account(account_id, |row| {
            add_url(&mut found.function_urls, row.qualified_arn, row.created_at);
        })?;
        self.behind.add(account_id, &mut found)?;
        Ok(found)
    }
}

/// If a function or an alias has several URLs, the oldest counts. A URL whose time is not known counts as older than all others.
fn add_url(urls: &mut ByArn<Option<Timestamp>>, arn: &str, created_at: Option<Timestamp>) {
    urls.entry(arn.to_owned()).and_modify(|oldest| *oldest = (*oldest).min(created_at)).or_insert(created_at);
}

fn bucket(row: &BucketRef<'_>) -> BlockedBucket {
    let acls = (row.block_public_acls, row.ignore_public_acls);
    BlockedBucket {
        block: block(acls, (row.block_public_policy, row.restrict_public_buckets)),
        owner_id: row.owner_id.map(str::to_owned),
        has_no_acls: row.object_ownership == Some("BucketOwnerEnforced"),
        is_public_to_aws: row.policy_status_is_public,
        region: row.bucket_region.map(str::to_owned),
    }
}

fn point(row: &AccessPointRef<'_>, account_id: &str) -> BlockedPoint {
    // The name of a file system's volume stands where that of a bucket does.
    let is_of_files = row.data_source_type.is_some_and(|kind| kind.starts_with("FSX"));
    let bucket = (!is_of_files).then(|| bucket_arn(row.arn, row.bucket_name.unwrap_or_default()));
    let acls = (row.block_public_acls, row.ignore_public_acls);
    BlockedPoint {
        block: block(acls, (row.block_public_policy, row.restrict_public_buckets)),
        is_public_to_aws: row.aws_is_public,
        buckets: bucket.into_iter().collect(),
        is_of_vpc: match row.network_origin {
            Some("VPC") => Some(true),
            Some("Internet") => Some(false),
            _ => None,
        },
        may_be_of_others: row.bucket_account_id != Some(account_id),
    }
}

/// S3 asks for the block of its own account too, whosesoever its buckets are.
fn multi_region(row: &MultiRegionAccessPointRef<'_>) -> BlockedPoint {
    let acls = (row.block_public_acls, row.ignore_public_acls);
    BlockedPoint {
        block: block(acls, (row.block_public_policy, row.restrict_public_buckets)),
        is_public_to_aws: row.aws_is_public,
        buckets: row.bucket_names.iter().map(|name| bucket_arn(row.arn, name)).collect(),
        ..BlockedPoint::default()
    }
}

/// It leads to another access point and to no bucket. AWS asks that this access point, its bucket and the functions let
/// the same callers in, which is not weighed.
fn object_lambda(row: &ObjectLambdaAccessPointRef<'_>) -> BlockedPoint {
    let acls = (row.block_public_acls, row.ignore_public_acls);
    BlockedPoint {
        block: block(acls, (row.block_public_policy, row.restrict_public_buckets)),
        is_public_to_aws: row.aws_is_public,
        ..BlockedPoint::default()
    }
}

/// The ARN of a bucket with this name, in the partition of an access point.
fn bucket_arn(point_arn: &str, name: &str) -> String {
    format!("arn:{}:s3:::{name}", point_arn.split(':').nth(1).unwrap_or("aws"))
}

fn account_block(row: &AccountPublicAccessBlockRef<'_>) -> Option<PublicAccessBlock> {
    let acls = (row.block_public_acls, row.ignore_public_acls);
    block(acls, (row.block_public_policy, row.restrict_public_buckets))
}

/// The four settings, those of ACLs (block, ignore) and those of policies (block, restrict); `None` if one was not read.
fn block(
    (block_acls, ignore_acls): (Option<bool>, Option<bool>),
    (block_policy, restrict_buckets): (Option<bool>, Option<bool>),
) -> Option<PublicAccessBlock> {
    Some(PublicAccessBlock {
        block_public_acls: block_acls?,
        ignore_public_acls: ignore_acls?,
        block_public_policy: block_policy?,
        restrict_public_buckets: restrict_buckets?,
    })
}

/// What blocks a request that any of several buckets may answer: that which all of them block. `None` if that is not
/// known of all of them.
fn weakest(levels: &[Option<PublicAccessBlock>]) -> Option<PublicAccessBlock> {
    let all = |is_on: fn(&PublicAccessBlock) -> bool| match levels.iter().flatten().all(is_on) {
        true => levels.iter().all(Option::is_some).then_some(true),
        false => Some(false),
    };
    let acls = (all(|it| it.block_public_acls), all(|it| it.ignore_public_acls));
    block(acls, (all(|it| it.block_public_policy), all(|it| it.restrict_public_buckets)))
}

#[cfg(test)]
mod tests;
