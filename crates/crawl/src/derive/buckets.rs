//! What the verdicts must know of an account's resources besides their policies: what blocks the policies and ACLs of
//! buckets and what AWS says of them, and how old the URLs of functions are.

use chrono::{DateTime, Utc};
use orgcensus_lake::SliceIndex;
use orgcensus_policy::PublicAccessBlock;

use super::{ByArn, Staged, boolean, moment, text};
use crate::context::Shared;
use crate::error::Error;

const BUCKETS: &str = "s3_buckets";
const FUNCTION_URLS: &str = "lambda_function_urls";
const ACCOUNT_BLOCKS: &str = "s3_account_public_access_blocks";

/// What blocks the buckets of one account.
#[derive(Debug, Default, Clone)]
pub(super) struct AccountBlocks {
    account_id: String,
    /// The account's own setting; `None` when it was not read.
    pub(super) account: Option<PublicAccessBlock>,
    /// Each bucket's.
    pub(super) buckets: ByArn<Bucket>,
    /// When each function's oldest URL was made; `None` when that of one is not known.
    pub(super) function_urls: ByArn<Option<DateTime<Utc>>>,
}

/// What `s3_buckets` says of one bucket.
#[derive(Debug, Clone, Default)]
pub(super) struct Bucket {
    /// Its own setting; `None` when it was not read.
    pub(super) block: Option<PublicAccessBlock>,
    /// The canonical id of its owner.
    pub(super) owner_id: Option<String>,
    /// Whether ACLs are switched off; false when that was not read.
    pub(super) has_no_acls: bool,
    /// AWS's own verdict on its policy; `None` when it was not read.
    pub(super) is_public_to_aws: Option<bool>,
}

/// The blocks of all accounts, asked for in the order of the accounts.
pub(super) struct Blocks {
    buckets: Option<Staged>,
    accounts: Option<Staged>,
    function_urls: Option<Staged>,
    current: AccountBlocks,
}

impl Blocks {
    pub(super) fn open(shared: &Shared, index: &mut SliceIndex) -> Result<Self, Error> {
        let buckets = Staged::named(shared, index, BUCKETS)?;
        let accounts = Staged::named(shared, index, ACCOUNT_BLOCKS)?;
        let function_urls = Staged::named(shared, index, FUNCTION_URLS)?;
        Ok(Self { buckets, accounts, function_urls, current: AccountBlocks::default() })
    }

    pub(super) fn of(&mut self, account_id: &str) -> Result<&AccountBlocks, Error> {
        if self.current.account_id != account_id {
            let mut current = AccountBlocks { account_id: account_id.to_owned(), ..AccountBlocks::default() };
            if let Some(accounts) = &mut self.accounts {
                accounts
                    .of_account(account_id, |batch, row| current.account = current.account.or(block(batch, row)))?;
            }
            if let Some(buckets) = &mut self.buckets {
                buckets.of_account(account_id, |batch, row| {
                    if let Some(arn) = text(batch, "arn", row) {
                        current.buckets.insert(arn.to_owned(), bucket(batch, row));
                    }
                })?;
            }
            if let Some(urls) = &mut self.function_urls {
                urls.of_account(account_id, |batch, row| {
                    if let Some(arn) = text(batch, "function_arn", row) {
                        add_url(&mut current.function_urls, arn, moment(batch, "created_at", row));
                    }
                })?;
            }
            self.current = current;
        }
        Ok(&self.current)
    }
}

/// Of several URLs the oldest counts, and one of which it is not known when it was made is older than all.
fn add_url(urls: &mut ByArn<Option<DateTime<Utc>>>, arn: &str, created_at: Option<DateTime<Utc>>) {
    urls.entry(arn.to_owned()).and_modify(|oldest| *oldest = (*oldest).min(created_at)).or_insert(created_at);
}

fn bucket(batch: &arrow::record_batch::RecordBatch, row: usize) -> Bucket {
    Bucket {
        block: block(batch, row),
        owner_id: text(batch, "owner_id", row).map(str::to_owned),
        has_no_acls: text(batch, "object_ownership", row) == Some("BucketOwnerEnforced"),
        is_public_to_aws: boolean(batch, "policy_status_is_public", row),
    }
}

fn block(batch: &arrow::record_batch::RecordBatch, row: usize) -> Option<PublicAccessBlock> {
    Some(PublicAccessBlock {
        block_public_acls: boolean(batch, "block_public_acls", row)?,
        ignore_public_acls: boolean(batch, "ignore_public_acls", row)?,
        block_public_policy: boolean(batch, "block_public_policy", row)?,
        restrict_public_buckets: boolean(batch, "restrict_public_buckets", row)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_urls_the_oldest_counts() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0);
        let mut urls = ByArn::default();
        for (arn, created_at) in [("f", at(20)), ("f", at(10)), ("f", at(30)), ("g", at(10)), ("g", None), ("g", at(5))]
        {
            add_url(&mut urls, arn, created_at);
        }
        assert_eq!((urls["f"], urls["g"]), (at(10), None));
    }
}
