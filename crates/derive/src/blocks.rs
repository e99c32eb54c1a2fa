//! What the verdicts must know of an account's resources besides their policies: what blocks the policies and ACLs of
//! buckets and what AWS says of them, and how old the URLs of functions are.

use std::collections::BTreeMap;

use orgcensus_collectors::lambda::function_urls::FunctionUrl;
use orgcensus_collectors::s3::account_public_access_blocks::{AccountPublicAccessBlock, AccountPublicAccessBlockRef};
use orgcensus_collectors::s3::buckets::{Bucket, BucketRef};
use orgcensus_crawl::{Derive, Error, Staged};
use orgcensus_policy::PublicAccessBlock;
use orgcensus_row::Timestamp;

/// By ARN.
type ByArn<T> = BTreeMap<String, T>;

/// What blocks the buckets of one account.
#[derive(Debug, Default, Clone)]
pub(crate) struct AccountBlocks {
    account_id: String,
    /// The account's own setting; `None` when it was not read.
    pub(crate) account: Option<PublicAccessBlock>,
    /// Each bucket's.
    pub(crate) buckets: ByArn<BlockedBucket>,
    /// When each function's oldest URL was made; `None` when that of one is not known.
    pub(crate) function_urls: ByArn<Option<Timestamp>>,
}

/// What `s3_buckets` says of one bucket.
#[derive(Debug, Clone, Default)]
pub(crate) struct BlockedBucket {
    /// Its own setting; `None` when it was not read.
    pub(crate) block: Option<PublicAccessBlock>,
    /// The canonical id of its owner.
    pub(crate) owner_id: Option<String>,
    /// Whether ACLs are switched off; false when that was not read.
    pub(crate) has_no_acls: bool,
    /// AWS's own verdict on its policy; `None` when it was not read.
    pub(crate) is_public_to_aws: Option<bool>,
}

/// The blocks of all accounts, asked for in the order of the accounts.
pub(crate) struct Blocks {
    buckets: Staged<Bucket>,
    accounts: Staged<AccountPublicAccessBlock>,
    function_urls: Staged<FunctionUrl>,
    current: AccountBlocks,
}

impl Blocks {
    pub(crate) fn open(derive: &mut Derive<'_>) -> Result<Self, Error> {
        let (buckets, accounts) = (derive.staged()?, derive.staged()?);
        Ok(Self { buckets, accounts, function_urls: derive.staged()?, current: AccountBlocks::default() })
    }

    pub(crate) fn of(&mut self, account_id: &str) -> Result<&AccountBlocks, Error> {
        if self.current.account_id != account_id {
            let mut current = AccountBlocks { account_id: account_id.to_owned(), ..AccountBlocks::default() };
            self.accounts.of_account(account_id, |row| current.account = current.account.or(account_block(&row)))?;
            self.buckets.of_account(account_id, |row| {
                current.buckets.insert(row.arn.to_owned(), bucket(&row));
            })?;
            self.function_urls.of_account(account_id, |row| {
                add_url(&mut current.function_urls, row.function_arn, row.created_at);
            })?;
            self.current = current;
        }
        Ok(&self.current)
    }
}

/// Of several URLs the oldest counts, and one of which it is not known when it was made is older than all.
fn add_url(urls: &mut ByArn<Option<Timestamp>>, arn: &str, created_at: Option<Timestamp>) {
    urls.entry(arn.to_owned()).and_modify(|oldest| *oldest = (*oldest).min(created_at)).or_insert(created_at);
}

fn bucket(row: &BucketRef<'_>) -> BlockedBucket {
    let block = || {
        Some(PublicAccessBlock {
            block_public_acls: row.block_public_acls?,
            ignore_public_acls: row.ignore_public_acls?,
            block_public_policy: row.block_public_policy?,
            restrict_public_buckets: row.restrict_public_buckets?,
        })
    };
    BlockedBucket {
        block: block(),
        owner_id: row.owner_id.map(str::to_owned),
        has_no_acls: row.object_ownership == Some("BucketOwnerEnforced"),
        is_public_to_aws: row.policy_status_is_public,
    }
}

fn account_block(row: &AccountPublicAccessBlockRef<'_>) -> Option<PublicAccessBlock> {
    Some(PublicAccessBlock {
        block_public_acls: row.block_public_acls?,
        ignore_public_acls: row.ignore_public_acls?,
        block_public_policy: row.block_public_policy?,
        restrict_public_buckets: row.restrict_public_buckets?,
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
