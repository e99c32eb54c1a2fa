//! OpenID Connect providers: ListOpenIDConnectProviders (AWS does not page it), then GetOpenIDConnectProvider for each.
//!
//! Calls for each account: one, and one for each provider.

use std::collections::BTreeMap;

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::get_open_id_connect_provider::GetOpenIdConnectProviderOutput as Provider;
use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Rows, Runs, Scope, Session, call, client, timestamp};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use super::detail::{GONE, tags};
use crate::items::{Answer, details, given, is_gone};

/// One OpenID Connect provider: an issuer outside of AWS whose tokens roles may trust, as the federated principal of its ARN.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_oidc_providers", key = "arn", name = "issuer")]
pub struct OidcProvider {
    /// The provider's ARN.
    pub arn: String,
    /// The issuer without its scheme, token.actions.githubusercontent.com; from the ARN, which ends in it.
    pub issuer: String,
    /// Audiences that the account accepts; null when they could not be read.
    pub client_ids: Option<Vec<String>>,
    /// SHA-1 thumbprints of the issuer's certificates, which AWS checks for few issuers only; null when not read.
    pub thumbprints: Option<Vec<String>>,
    /// When the provider was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
    /// The provider's tags; null when they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// OpenID Connect providers of an account.
pub const OIDC_PROVIDERS: Collector = Collector {
    name: "iam_oidc_providers",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[call("iam", "GetOpenIDConnectProvider"), call("iam", "ListOpenIDConnectProviders")],
    resources: &[],
    tables: &[table::<OidcProvider>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let iam = client!(session, aws_sdk_iam);
    let listed = iam.list_open_id_connect_providers().send().await?.open_id_connect_provider_list.unwrap_or_default();
    let mut arns = Vec::new();
    for listed in listed {
        let arn = given(listed.arn, "iam:ListOpenIDConnectProviders", "Arn");
        arns.extend(rows.item([OidcProvider::TABLE], arn)?);
    }
    let mut told = details(arns, |arn| ask(&iam, arn));
    while let Some((arn, provider)) = told.next().await {
        if is_gone(GONE, &provider) {
            rows.gone();
        } else {
            let provider = rows.item([OidcProvider::TABLE], provider)?;
            let row = oidc_provider(arn, provider, rows.captured_at());
            rows.push(row).await?;
        }
    }
    Ok(())
}

async fn ask(iam: &Client, arn: String) -> (String, Answer<Provider>) {
    let answer = iam.get_open_id_connect_provider().open_id_connect_provider_arn(&arn).send().await;
    (arn, answer.map_err(Into::into))
}

fn oidc_provider(arn: String, provider: Option<Provider>, now: Timestamp) -> OidcProvider {
    let created_at = provider.as_ref().and_then(|it| it.create_date.as_ref()).and_then(timestamp);
    let issuer = arn.split_once(":oidc-provider/").map_or("", |(_, issuer)| issuer).to_owned();
    let (client_ids, thumbprints, labels) = match provider {
        Some(it) => (
            Some(it.client_id_list.unwrap_or_default()),
            Some(it.thumbprint_list.unwrap_or_default()),
            Some(tags(it.tags).unwrap_or_default()),
        ),
        None => (None, None, None),
    };
    OidcProvider {
        arn,
        issuer,
        client_ids,
        thumbprints,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags: labels,
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_aws::Class;
    use orgcensus_collect::testing::Recorded;
    use serde_json::json;

    use super::*;
    use crate::testing::{columns, xml_error};

    const LIST: &str = "ListOpenIDConnectProviders";
    const GET: &str = "GetOpenIDConnectProvider";
    const ARN: &str = "arn:aws:iam::111122223333:oidc-provider";

    fn list(issuers: &[&str]) -> String {
        let arns: String = issuers.iter().map(|it| format!("<member><Arn>{ARN}/{it}</Arn></member>")).collect();
        format!(
            "<ListOpenIDConnectProvidersResponse><ListOpenIDConnectProvidersResult><OpenIDConnectProviderList>{arns}\
             </OpenIDConnectProviderList></ListOpenIDConnectProvidersResult></ListOpenIDConnectProvidersResponse>"
        )
    }

    fn provider(content: &str) -> String {
        format!(
            "<GetOpenIDConnectProviderResponse><GetOpenIDConnectProviderResult>{content}</GetOpenIDConnectProviderResult>\
             </GetOpenIDConnectProviderResponse>"
        )
    }

    #[tokio::test]
    async fn an_unread_provider_keeps_its_row() {
        let whole = "<Url>gitlab.com</Url><CreateDate>2025-12-31T00:00:00Z</CreateDate>\
            <ClientIDList><member>sts.amazonaws.com</member></ClientIDList><ThumbprintList><member>ab12</member></ThumbprintList>\
            <Tags><member><Key>team</Key><Value>ci</Value></member></Tags>";
        let listed = list(&["gitlab.com", "oidc.eks.eu-west-1.amazonaws.com/id/AB", "gone", "hidden"]);
        let recorded = Recorded::new()
            .answer(LIST, &listed.replace("</OpenIDConnectProviderList>", "<member/></OpenIDConnectProviderList>"))
            .answer_to(GET, "gitlab.com", &provider(whole))
            .answer_to(GET, "id%2FAB", &provider(""))
            .refuse(GET, "gone", 404, &xml_error("NoSuchEntity"))
            .refuse(GET, "hidden", 403, &xml_error("AccessDenied"));
        let collected = recorded.run(&OIDC_PROVIDERS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&OIDC_PROVIDERS);
        let names = ["issuer", "client_ids", "thumbprints", "age_days", "tags"];
        assert_eq!(
            columns(&collected, "iam_oidc_providers", &names),
            [
                json!(["gitlab.com", ["sts.amazonaws.com"], ["ab12"], 1, {"team": "ci"}]),
                json!(["oidc.eks.eu-west-1.amazonaws.com/id/AB", [], [], null, {}]),
                json!(["hidden", null, null, null, null]),
            ]
        );
        assert_eq!(collected.short(), (2, vec!["iam_oidc_providers"]), "one denied, and one without an ARN");
    }

    #[tokio::test]
    async fn a_refused_list_ends_the_task() {
        let denied = xml_error("AccessDenied");
        let collected = Recorded::new().refuse(LIST, "", 403, &denied).run(&OIDC_PROVIDERS).await;
        let Err(Error::Aws(error)) = &collected.result else { panic!("{collected:?}") };
        assert_eq!(error.class, Class::Denied);
    }
}
