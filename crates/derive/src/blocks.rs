//! Facts about an account's resources that the verdicts need besides their policies: the blocks of buckets and access
//! points, AWS's own verdict on their policies, and the age of functions' URLs.

use std::collections::BTreeMap;

use orgcensus_collectors::lambda::function_urls::FunctionUrl;
use orgcensus_collectors::s3::access_points::{AccessPoint, AccessPointRef};
use orgcensus_collectors::s3::account_public_access_blocks::{AccountPublicAccessBlock, AccountPublicAccessBlockRef};
use orgcensus_collectors::s3::buckets::{Bucket, BucketRef};
use orgcensus_collectors::s3::multi_region_access_points::{MultiRegionAccessPoint, MultiRegionAccessPointRef};
use orgcensus_collectors::s3::object_lambda_access_points::{ObjectLambdaAccessPoint, ObjectLambdaAccessPointRef};
use orgcensus_crawl::{Derive, Error, Staged};
use orgcensus_policy::PublicAccessBlock;
use orgcensus_row::Timestamp;

/// By ARN.
type ByArn<T> = BTreeMap<String, T>;

/// The settings that block the buckets and access points of one account, and the age of functions' URLs.
#[derive(Debug, Default, Clone)]
pub(crate) struct AccountBlocks {
    /// The account's own setting; `None` if it was not read.
    pub(crate) account: Option<PublicAccessBlock>,
    /// The settings of each bucket.
    pub(crate) buckets: ByArn<BlockedBucket>,
    /// The settings of each access point, and where it leads.
    pub(crate) points: ByArn<BlockedPoint>,
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
}

/// One access point's row, as far as the verdicts need it.
#[derive(Debug, Clone, Default)]
pub(crate) struct BlockedPoint {
    /// The access point's own setting; `None` if it was not read.
    pub(crate) block: Option<PublicAccessBlock>,
    /// AWS's own verdict on the access point's policy; `None` if it was not read.
    pub(crate) is_public_to_aws: Option<bool>,
    /// The ARNs of the buckets that it leads to; none if it leads to no bucket.
    pub(crate) buckets: Vec<String>,
}

impl AccountBlocks {
    /// The settings of every level that stands before the policies of this resource; `None` is one that was not read.
    pub(crate) fn levels(&self, arn: &str) -> Vec<Option<PublicAccessBlock>> {
        let own = |arn: &str| self.buckets.get(arn).and_then(|bucket| bucket.block);
        let Some(point) = self.points.get(arn) else { return vec![self.account, own(arn)] };
        let mut levels = vec![self.account, point.block];
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
}

/// The blocks of all accounts. Accounts must be asked for in order.
pub(crate) struct Blocks {
    buckets: Staged<Bucket>,
    points: Staged<AccessPoint>,
    multi_region: Staged<MultiRegionAccessPoint>,
    object_lambda: Staged<ObjectLambdaAccessPoint>,
    accounts: Staged<AccountPublicAccessBlock>,
    function_urls: Staged<FunctionUrl>,
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
            found.points.insert(row.arn.to_owned(), point(&row));
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
    }
}

fn point(row: &AccessPointRef<'_>) -> BlockedPoint {
    // The name of a file system's volume stands where that of a bucket does.
    let is_of_files = row.data_source_type.is_some_and(|kind| kind.starts_with("FSX"));
    let bucket = row.bucket_name.filter(|_| !is_of_files);
    let acls = (row.block_public_acls, row.ignore_public_acls);
    BlockedPoint {
        block: block(acls, (row.block_public_policy, row.restrict_public_buckets)),
        is_public_to_aws: row.aws_is_public,
        buckets: bucket.map(|name| bucket_arn(row.arn, name)).into_iter().collect(),
    }
}

fn multi_region(row: &MultiRegionAccessPointRef<'_>) -> BlockedPoint {
    let acls = (row.block_public_acls, row.ignore_public_acls);
    BlockedPoint {
        block: block(acls, (row.block_public_policy, row.restrict_public_buckets)),
        is_public_to_aws: row.aws_is_public,
        buckets: row.bucket_names.iter().map(|name| bucket_arn(row.arn, name)).collect(),
    }
}

/// It leads to another access point and to no bucket.
fn object_lambda(row: &ObjectLambdaAccessPointRef<'_>) -> BlockedPoint {
    let acls = (row.block_public_acls, row.ignore_public_acls);
    BlockedPoint {
        block: block(acls, (row.block_public_policy, row.restrict_public_buckets)),
        is_public_to_aws: row.aws_is_public,
        buckets: Vec::new(),
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
mod tests {
    use super::*;

    const ALL: PublicAccessBlock = PublicAccessBlock {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };

    #[test]
    fn the_account_the_access_point_and_its_buckets_stand_before_its_policy() {
        let none = PublicAccessBlock::default();
        let bucket = |block| BlockedBucket { block, ..BlockedBucket::default() };
        let point = |buckets: &[&str]| BlockedPoint {
            block: Some(none),
            is_public_to_aws: Some(true),
            buckets: buckets.iter().map(|it| (*it).to_owned()).collect(),
        };
        let blocks = AccountBlocks {
            account: Some(none),
            buckets: [("closed", bucket(Some(ALL))), ("open", bucket(Some(none))), ("unread", bucket(None))]
                .map(|(arn, bucket)| (arn.to_owned(), bucket))
                .into(),
            points: [
                ("of-closed", point(&["closed"])),
                ("of-both", point(&["closed", "open"])),
                ("of-unread", point(&["closed", "unread"])),
                ("of-foreign", point(&["foreign"])),
                ("of-none", point(&[])),
            ]
            .map(|(arn, point)| (arn.to_owned(), point))
            .into(),
            ..AccountBlocks::default()
        };
        assert_eq!(blocks.levels("closed"), [Some(none), Some(ALL)]);
        assert_eq!(blocks.levels("of-closed"), [Some(none), Some(none), Some(ALL)]);
        assert_eq!(blocks.levels("of-both"), [Some(none), Some(none), Some(none)], "a request may go to the open one");
        assert_eq!(blocks.levels("of-unread"), [Some(none), Some(none), None]);
        assert_eq!(blocks.levels("of-foreign"), [Some(none), Some(none), None]);
        assert_eq!(blocks.levels("of-none"), [Some(none), Some(none)]);
        assert_eq!(blocks.levels("not-listed"), [Some(none), None]);
        assert_eq!(blocks.behind("of-both").collect::<Vec<_>>(), ["closed", "open"]);
        assert_eq!(blocks.behind("of-foreign").count(), 0);
        assert_eq!((blocks.is_public_to_aws("of-none"), blocks.is_public_to_aws("open")), (Some(true), None));
    }

    #[test]
    fn a_bucket_is_in_the_partition_of_its_access_point() {
        let point = "arn:aws-cn:s3:cn-north-1:111122223333:accesspoint/a";
        assert_eq!(bucket_arn(point, "b"), "arn:aws-cn:s3:::b");
    }

    #[test]
    fn of_several_urls_the_oldest_counts() {
        let at = |millis| Some(Timestamp(millis));
        let mut urls = ByArn::default();
        for (arn, created_at) in [("f", at(20)), ("f", at(10)), ("f", at(30)), ("g", at(10)), ("g", None), ("g", at(5))]
        {
            add_url(&mut urls, arn, created_at);
        }
        assert_eq!((urls["f"], urls["g"]), (at(10), None));
    }
}
