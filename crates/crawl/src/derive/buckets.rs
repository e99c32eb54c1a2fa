//! What the verdicts must know of buckets: whose they are, and what blocks their policies and ACLs.

use std::collections::HashMap;

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

type Owners = HashMap<String, String>;

/// The account of each bucket by name, and of each canonical user id.
pub(super) fn owners(shared: &Shared, index: &mut SliceIndex) -> Result<(Owners, Owners), Error> {
    let (mut buckets, mut canonical_ids) = (Owners::new(), Owners::new());
    let Some(mut staged) = staged(shared, index, BUCKETS)? else { return Ok((buckets, canonical_ids)) };
    while let Some(group) = staged.next_group() {
        for slice in &group.slices {
            let batch = group.stage.read(&staged.table, slice).map_err(Error::Lake)?;
            for row in 0..batch.num_rows() {
                if let Some(name) = text(&batch, "bucket_name", row) {
                    buckets.insert(name.to_owned(), group.account_id.to_string());
                }
                if let Some(id) = text(&batch, "owner_id", row) {
                    canonical_ids.insert(id.to_owned(), group.account_id.to_string());
                }
            }
        }
    }
    Ok((buckets, canonical_ids))
}
