//! S3 Block Public Access of the whole account: GetPublicAccessBlock of S3 Control.

use aws_sdk_s3control::types::PublicAccessBlockConfiguration;
use orgcensus_collect::{Collector, Error, Optional, Rows, Scope, Session, call, client};
use orgcensus_row::{Row, table};
use serde::Serialize;

/// The account's own Block Public Access setting, which holds for all its buckets.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3_account_public_access_blocks")]
pub struct AccountPublicAccessBlock {
    /// Whether the account has the setting. Without it all four are off.
    pub is_configured: bool,
    /// Whether new public ACLs are refused.
    pub block_public_acls: bool,
    /// Whether public ACLs give nothing.
    pub ignore_public_acls: bool,
    /// Whether new public policies are refused.
    pub block_public_policy: bool,
    /// Whether a public policy admits only AWS services and the account itself.
    pub restrict_public_buckets: bool,
    /// Whether all four are on.
    pub is_fully_blocked: bool,
}

/// The setting of one account.
pub const ACCOUNT_PUBLIC_ACCESS_BLOCKS: Collector = Collector {
    name: "s3_account_public_access_blocks",
    scope: Scope::Account,
    calls: &[call("s3control", "GetPublicAccessBlock").needs("s3:GetAccountPublicAccessBlock")],
    tables: &[table::<AccountPublicAccessBlock>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let s3control = client!(session, aws_sdk_s3control);
    let answer = s3control.get_public_access_block().account_id(session.account_id()).send().await;
    let answer = answer.optional(&["NoSuchPublicAccessBlockConfiguration"])?;
    let row = row(answer.and_then(|answer| answer.public_access_block_configuration));
    rows.push(row).await
}

fn row(block: Option<PublicAccessBlockConfiguration>) -> AccountPublicAccessBlock {
    let is_configured = block.is_some();
    let it = block.unwrap_or_else(|| PublicAccessBlockConfiguration::builder().build());
    let settings = [it.block_public_acls, it.ignore_public_acls, it.block_public_policy, it.restrict_public_buckets];
    let [block_public_acls, ignore_public_acls, block_public_policy, restrict_public_buckets] =
        settings.map(|setting| setting.unwrap_or(false));
    AccountPublicAccessBlock {
        is_configured,
        block_public_acls,
        ignore_public_acls,
        block_public_policy,
        restrict_public_buckets,
        is_fully_blocked: block_public_acls && ignore_public_acls && block_public_policy && restrict_public_buckets,
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
    async fn a_setting_left_out_is_off() {
        let answer = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
            <RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
        let recorded = Recorded::new().answer("GetPublicAccessBlock", answer);
        let collected = recorded.run(&ACCOUNT_PUBLIC_ACCESS_BLOCKS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&ACCOUNT_PUBLIC_ACCESS_BLOCKS);
        let row = &collected.table("s3_account_public_access_blocks")[0];
        assert_eq!((&row["is_configured"], &row["is_fully_blocked"]), (&true.into(), &false.into()));
        assert_eq!((&row["restrict_public_buckets"], &row["ignore_public_acls"]), (&true.into(), &false.into()));
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
