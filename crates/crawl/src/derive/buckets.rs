//! What the verdicts must know of buckets: what blocks their policies and ACLs, and what AWS says of them.

use orgcensus_lake::SliceIndex;
use orgcensus_policy::PublicAccessBlock;
use orgcensus_row::Table;

use super::{ByArn, Staged, boolean, text};
use crate::context::Shared;
use crate::run::Error;

const BUCKETS: &str = "s3_buckets";
const ACCOUNT_BLOCKS: &str = "s3_account_public_access_blocks";

/// What blocks the buckets of one account.
#[derive(Debug, Default, Clone)]
pub(super) struct AccountBlocks {
    account_id: String,
    /// The account's own setting; `None` when it was not read.
    pub(super) account: Option<PublicAccessBlock>,
    /// Each bucket's.
    pub(super) buckets: ByArn<Bucket>,
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
    current: AccountBlocks,
}

fn staged(shared: &Shared, index: &mut SliceIndex, name: &str) -> Result<Option<Staged>, Error> {
    let tables = crate::tables::staged(&shared.crawl.all_collectors);
    let found: Option<&Table> = tables.iter().find(|table| table.name == name);
    found.map(|table| Staged::open(shared, index, *table)).transpose()
}

impl Blocks {
    pub(super) fn open(shared: &Shared, index: &mut SliceIndex) -> Result<Self, Error> {
        let (buckets, accounts) = (staged(shared, index, BUCKETS)?, staged(shared, index, ACCOUNT_BLOCKS)?);
        Ok(Self { buckets, accounts, current: AccountBlocks::default() })
    }

    pub(super) fn of(&mut self, account_id: &str) -> Result<&AccountBlocks, Error> {
        if self.current.account_id != account_id {
            self.current = AccountBlocks { account_id: account_id.to_owned(), ..AccountBlocks::default() };
            for batch in
                self.accounts.as_mut().map(|staged| staged.of_account(account_id)).transpose()?.unwrap_or_default()
            {
                self.current.account = (0..batch.num_rows()).find_map(|row| block(&batch, row));
            }
            for batch in
                self.buckets.as_mut().map(|staged| staged.of_account(account_id)).transpose()?.unwrap_or_default()
            {
                for row in 0..batch.num_rows() {
                    let Some(arn) = text(&batch, "arn", row) else { continue };
                    self.current.buckets.insert(arn.to_owned(), bucket(&batch, row));
                }
            }
        }
        Ok(&self.current)
    }
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
