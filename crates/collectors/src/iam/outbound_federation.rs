//! Whether an account's identities may get tokens for services outside of AWS, by GetOutboundWebIdentityFederationInfo.

use aws_sdk_iam::operation::get_outbound_web_identity_federation_info as outbound;
use orgcensus_collect::{Collector, Error, Optional, Rows, Runs, Said, Scope, Session, call, client};
use orgcensus_row::{Row, table};
use serde::Serialize;

use crate::items::Unread;

const GET: &str = "iam:GetOutboundWebIdentityFederationInfo";

/// Whether the identities of one account may get tokens that AWS signs for services outside. An account that never had
/// this switched on has a row as well.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_outbound_federation")]
pub struct OutboundFederation {
    /// Whether sts:GetWebIdentityToken gives tokens.
    pub is_enabled: Option<bool>,
    /// The issuer of these tokens, a URL that is the account's own. Null: the account has none.
    pub issuer_url: Option<String>,
}

/// Outbound federation of an account.
pub const OUTBOUND_FEDERATION: Collector = Collector {
    name: "iam_outbound_federation",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[call("iam", "GetOutboundWebIdentityFederationInfo")],
    resources: &[],
    tables: &[table::<OutboundFederation>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let said = Said::new();
    let iam = client!(session, aws_sdk_iam);
    let get = iam.get_outbound_web_identity_federation_info().customize().interceptor(said.clone());
    let info = get.send().await.optional(&["FeatureDisabled", "FeatureDisabledException"])?;
    let mut unread = Unread::default();
    let row = outbound_federation(info, &said, &mut unread);
    unread.count(rows, OutboundFederation::TABLE, GET);
    rows.push(row).await
}

/// The SDK returns false for a flag that is missing in the answer.
fn outbound_federation(
    info: Option<outbound::GetOutboundWebIdentityFederationInfoOutput>,
    said: &Said,
    unread: &mut Unread,
) -> OutboundFederation {
    let Some(info) = info else { return OutboundFederation { is_enabled: Some(false), issuer_url: None } };
    let is_enabled = said.has("JwtVendingEnabled").then_some(info.jwt_vending_enabled);
    OutboundFederation {
        is_enabled: unread.value("JwtVendingEnabled", is_enabled),
        issuer_url: info.issuer_identifier.filter(|issuer| !issuer.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_aws::Class;
    use orgcensus_collect::testing::{Collected, Recorded};
    use serde_json::json;

    use super::*;
    use crate::testing::{columns, xml_error};

    const OPERATION: &str = "GetOutboundWebIdentityFederationInfo";

    async fn answered(members: &str) -> Collected {
        let answer =
            format!("<{OPERATION}Response><{OPERATION}Result>{members}</{OPERATION}Result></{OPERATION}Response>");
        Recorded::new().answer(OPERATION, &answer).run(&OUTBOUND_FEDERATION).await
    }

    fn row(collected: &Collected) -> serde_json::Value {
        columns(collected, "iam_outbound_federation", &["is_enabled", "issuer_url"]).remove(0)
    }

    #[tokio::test]
    async fn an_issuer_is_a_row_and_so_is_none() {
        let on = "<IssuerIdentifier>https://1.example</IssuerIdentifier><JwtVendingEnabled>true</JwtVendingEnabled>";
        let collected = answered(on).await;
        assert_eq!(row(collected.assert_all_calls(&OUTBOUND_FEDERATION)), json!([true, "https://1.example"]));
        let odd = answered("<IssuerIdentifier>https://1.example</IssuerIdentifier>").await;
        assert_eq!(row(&odd), json!([null, "https://1.example"]));
        assert_eq!(odd.short(), (1, vec!["iam_outbound_federation"]));
        let never = Recorded::new().refuse(OPERATION, "", 404, &xml_error("FeatureDisabled"));
        assert_eq!(row(&never.run(&OUTBOUND_FEDERATION).await), json!([false, null]));
    }

    #[tokio::test]
    async fn a_refusal_ends_the_task() {
        let denied = xml_error("AccessDenied");
        let collected = Recorded::new().refuse(OPERATION, "", 403, &denied).run(&OUTBOUND_FEDERATION).await;
        let Err(Error::Aws(error)) = &collected.result else { panic!("{collected:?}") };
        assert_eq!(error.class, Class::Denied);
    }
}
