//! S3 Block Public Access of the whole account: GetPublicAccessBlock of S3 Control.

use orgcensus_collect::{Collector, Error, Optional, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::Serialize;
use serde_json::json;

use super::control::Block;
use crate::items::Unread;

const BLOCK: Read<Block> = reads("s3control", "GetPublicAccessBlock").needs("s3:GetAccountPublicAccessBlock");

/// The account's own Block Public Access setting, which holds for all its buckets.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3_account_public_access_blocks")]
pub struct AccountPublicAccessBlock {
    /// Whether the account has the setting. Without it all four are off.
    pub is_configured: bool,
    /// Whether new public ACLs are refused. Null: the setting is there, and AWS did not say it.
    pub block_public_acls: Option<bool>,
    /// Whether public ACLs give nothing. Null: the setting is there, and AWS did not say it.
    pub ignore_public_acls: Option<bool>,
    /// Whether new public policies are refused. Null: the setting is there, and AWS did not say it.
    pub block_public_policy: Option<bool>,
    /// Whether a public policy admits only AWS services and the account itself. Null: the setting is there, and AWS did
    /// not say it.
    pub restrict_public_buckets: Option<bool>,
    /// Whether all four are on. Null: AWS did not say it of one, and the others are on.
    pub is_fully_blocked: Option<bool>,
}

/// The setting of one account.
pub const ACCOUNT_PUBLIC_ACCESS_BLOCKS: Collector = Collector {
    name: "s3_account_public_access_blocks",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[BLOCK.call()],
    resources: &[],
    tables: &[table::<AccountPublicAccessBlock>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let answer = BLOCK.send(session, json!({"AccountId": session.account_id()})).await;
    let block = answer.optional(&["NoSuchPublicAccessBlockConfiguration"])?;
    let mut unread = Unread::default();
    let row = row(block, &mut unread);
    unread.count(rows, AccountPublicAccessBlock::TABLE, "s3control:GetPublicAccessBlock");
    rows.push(row).await
}

fn row(block: Option<Block>, unread: &mut Unread) -> AccountPublicAccessBlock {
    // Off if no setting exists.
    let settings = block.as_ref().map_or([Some(false); 4], |block| block.settings(unread));
    let [block_public_acls, ignore_public_acls, block_public_policy, restrict_public_buckets] = settings;
    let is_off = settings.contains(&Some(false));
    AccountPublicAccessBlock {
        is_configured: block.is_some(),
        block_public_acls,
        ignore_public_acls,
        block_public_policy,
        restrict_public_buckets,
        is_fully_blocked: (is_off || !settings.contains(&None)).then_some(!is_off),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};

    use super::ACCOUNT_PUBLIC_ACCESS_BLOCKS;

    fn error(code: &str) -> String {
        format!("<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>")
    }

    #[tokio::test]
    async fn a_setting_left_out_is_unknown_and_counted() {
        let answer = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
            <RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
        let recorded = Recorded::new().answer("GetPublicAccessBlock", answer);
        let collected = recorded.run(&ACCOUNT_PUBLIC_ACCESS_BLOCKS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&ACCOUNT_PUBLIC_ACCESS_BLOCKS);
        let row = &collected.table("s3_account_public_access_blocks")[0];
        assert_eq!((&row["is_configured"], &row["restrict_public_buckets"]), (&true.into(), &true.into()));
        assert!(row["ignore_public_acls"].is_null() && row["is_fully_blocked"].is_null(), "{row}");
        assert_eq!(collected.short(), (2, vec!["s3_account_public_access_blocks"]));
    }

    #[tokio::test]
    async fn none_set_is_a_row_with_all_four_off() {
        let none = error("NoSuchPublicAccessBlockConfiguration");
        let recorded = Recorded::new().refuse("GetPublicAccessBlock", "", 404, &none);
        let collected = recorded.run(&ACCOUNT_PUBLIC_ACCESS_BLOCKS).await;
        collected.result.as_ref().unwrap();
        let row = &collected.table("s3_account_public_access_blocks")[0];
        assert_eq!((&row["is_configured"], &row["block_public_acls"]), (&false.into(), &false.into()));
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        let recorded = Recorded::new().refuse("GetPublicAccessBlock", "", 403, &error("AccessDenied"));
        let collected = recorded.run(&ACCOUNT_PUBLIC_ACCESS_BLOCKS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
