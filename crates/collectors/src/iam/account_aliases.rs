//! The account's alias, by ListAccountAliases: the word in its sign-in URL.

use orgcensus_collect::{Collector, Error, Rows, Runs, Scope, Session, call, client};
use orgcensus_row::{Row, table};
use serde::Serialize;

/// One alias of an account. AWS allows one at most, and answers with a list.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_account_aliases", key = "account_alias")]
pub struct AccountAlias {
    /// The alias: https://<alias>.signin.aws.amazon.com.
    pub account_alias: String,
}

/// Aliases of an account.
pub const ACCOUNT_ALIASES: Collector = Collector {
    name: "iam_account_aliases",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[call("iam", "ListAccountAliases")],
    resources: &[],
    tables: &[table::<AccountAlias>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let iam = client!(session, aws_sdk_iam);
    let mut pages = iam.list_account_aliases().max_items(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        for account_alias in page?.account_aliases {
            rows.push(AccountAlias { account_alias }).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use orgcensus_aws::Class;
    use orgcensus_collect::testing::Recorded;
    use serde_json::json;

    use super::*;
    use crate::testing::xml_error;

    const LIST: &str = "ListAccountAliases";

    fn page(alias: &str, rest: &str) -> String {
        format!(
            "<ListAccountAliasesResponse><ListAccountAliasesResult><AccountAliases><member>{alias}</member>\
             </AccountAliases>{rest}</ListAccountAliasesResult></ListAccountAliasesResponse>"
        )
    }

    #[tokio::test]
    async fn every_page_is_read() {
        let first = page("payments", "<IsTruncated>true</IsTruncated><Marker>next</Marker>");
        let second = page("payments-old", "<IsTruncated>false</IsTruncated>");
        let recorded = Recorded::new().answer_to(LIST, "MaxItems=1000", &first).answer_to(LIST, "Marker=next", &second);
        let collected = recorded.run(&ACCOUNT_ALIASES).await;
        collected.result.as_ref().unwrap();
        let expected = [json!({"account_alias": "payments"}), json!({"account_alias": "payments-old"})];
        assert_eq!(collected.assert_all_calls(&ACCOUNT_ALIASES).table("iam_account_aliases"), expected);
    }

    #[tokio::test]
    async fn a_refusal_ends_the_task() {
        let denied = xml_error("AccessDenied");
        let collected = Recorded::new().refuse(LIST, "", 403, &denied).run(&ACCOUNT_ALIASES).await;
        let Err(Error::Aws(error)) = &collected.result else { panic!("{collected:?}") };
        assert_eq!(error.class, Class::Denied);
    }
}
