//! Facts about an account's resources that the verdicts need besides their policies: the blocks of buckets, AWS's own
//! verdict on the buckets' policies, and the age of functions' URLs.

use std::collections::BTreeMap;

use orgcensus_collectors::lambda::function_urls::FunctionUrl;
use orgcensus_collectors::s3::account_public_access_blocks::{AccountPublicAccessBlock, AccountPublicAccessBlockRef};
use orgcensus_collectors::s3::buckets::{Bucket, BucketRef};
use orgcensus_crawl::{Derive, Error, Staged};
use orgcensus_policy::PublicAccessBlock;
use orgcensus_row::Timestamp;

/// By ARN.
type ByArn<T> = BTreeMap<String, T>;

/// The settings that block the buckets of one account, and the age of functions' URLs.
#[derive(Debug, Default, Clone)]
pub(crate) struct AccountBlocks {
    /// The account's own setting; `None` if it was not read.
    pub(crate) account: Option<PublicAccessBlock>,
    /// The settings of each bucket.
    pub(crate) buckets: ByArn<BlockedBucket>,
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

/// The blocks of all accounts. Accounts must be asked for in order.
pub(crate) struct Blocks {
    buckets: Staged<Bucket>,
    accounts: Staged<AccountPublicAccessBlock>,
    function_urls: Staged<FunctionUrl>,
}

impl Blocks {
    pub(crate) fn open(derive: &mut Derive<'_>) -> Result<Self, Error> {
        Ok(Self { buckets: derive.staged()?, accounts: derive.staged()?, function_urls: derive.staged()? })
    }

    /// The blocks of one account. Accounts must be asked for in order.
    pub(crate) fn of(&mut self, account_id: &str) -> Result<AccountBlocks, Error> {
        let mut found = AccountBlocks::default();
        self.accounts.of_account(account_id, |row| found.account = found.account.or(account_block(&row)))?;
        self.buckets.of_account(account_id, |row| {
            found.buckets.insert(row.arn.to_owned(), bucket(&row));
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

#[cfg(test)]
mod tests {
    use super::*;

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
