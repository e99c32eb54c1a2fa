//! SAML providers: ListSAMLProviders (AWS does not page it), then GetSAMLProvider for each.
//!
//! Calls for each account: one, and one for each provider.

use std::collections::BTreeMap;

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::get_saml_provider::GetSamlProviderOutput as Provider;
use aws_sdk_iam::types::SamlProviderListEntry;
use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Rows, Runs, Scope, Session, call, client, timestamp};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use super::detail::{GONE, count, tags};
use crate::items::{Answer, details, given, is_gone};

/// One SAML provider: a directory outside of AWS whose assertions roles may trust, as the federated principal of its ARN.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_saml_providers", key = "arn")]
pub struct SamlProvider {
    /// The provider's ARN.
    pub arn: String,
    /// The provider's name.
    pub provider_name: String,
    /// The directory's own name, the entityID of its metadata; null when it could not be read, or the metadata has none.
    pub entity_id: Option<String>,
    /// When the provider was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
    /// When the metadata expires (UTC); nobody can sign in by it after.
    pub expires_at: Option<Timestamp>,
    /// Days until then; negative when it has expired.
    pub days_until_expiry: Option<i32>,
    /// Whether it has expired.
    pub is_expired: Option<bool>,
    /// Required or Allowed: whether assertions must be encrypted; null when no key for it was ever given, or not read.
    pub assertion_encryption_mode: Option<String>,
    /// How many private keys AWS holds to decrypt assertions; null when that could not be read. The keys are nowhere.
    pub private_key_count: Option<i32>,
    /// The provider's tags; null when they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// SAML providers of an account.
pub const SAML_PROVIDERS: Collector = Collector {
    name: "iam_saml_providers",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[call("iam", "GetSAMLProvider"), call("iam", "ListSAMLProviders")],
    resources: &[],
    tables: &[table::<SamlProvider>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let iam = client!(session, aws_sdk_iam);
    let listed = iam.list_saml_providers().send().await?.saml_provider_list.unwrap_or_default();
    let mut named = Vec::new();
    for mut listed in listed {
        let arn = given(listed.arn.take(), "iam:ListSAMLProviders", "Arn");
        named.extend(rows.item([SamlProvider::TABLE], arn)?.map(|arn| (arn, listed)));
    }
    let mut told = details(named, |(arn, listed)| ask(&iam, arn, listed));
    while let Some((arn, listed, provider)) = told.next().await {
        if is_gone(GONE, &provider) {
            rows.gone();
        } else {
            let provider = rows.item([SamlProvider::TABLE], provider)?;
            let row = saml_provider(arn, listed, provider, rows.captured_at());
            rows.push(row).await?;
        }
    }
    Ok(())
}

async fn ask(
    iam: &Client,
    arn: String,
    listed: SamlProviderListEntry,
) -> (String, SamlProviderListEntry, Answer<Provider>) {
    let answer = iam.get_saml_provider().saml_provider_arn(&arn).send().await;
    (arn, listed, answer.map_err(Into::into))
}

fn saml_provider(
    arn: String,
    listed: SamlProviderListEntry,
    provider: Option<Provider>,
    now: Timestamp,
) -> SamlProvider {
    let created_at = listed.create_date.as_ref().and_then(timestamp);
    let expires_at = listed.valid_until.as_ref().and_then(timestamp);
    let document = provider.as_ref().and_then(|it| it.saml_metadata_document.as_deref());
    let mode = provider.as_ref().and_then(|it| it.assertion_encryption_mode.as_ref());
    SamlProvider {
        provider_name: arn.rsplit('/').next().unwrap_or_default().to_owned(),
        arn,
        entity_id: document.and_then(entity_id),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        expires_at,
        days_until_expiry: expires_at.map(|at| now.days_until(at)),
        is_expired: expires_at.map(|at| at <= now),
        assertion_encryption_mode: mode.map(|mode| mode.as_str().to_owned()),
        private_key_count: provider.as_ref().map(|it| count(it.private_key_list.as_deref().unwrap_or_default())),
        tags: provider.map(|it| tags(it.tags).unwrap_or_default()),
    }
}

/// The attribute entityID of the metadata's root. The rest of the document is certificates and URLs, which nothing asks for.
fn entity_id(document: &str) -> Option<String> {
    let (_, rest) = document.split_once("EntityDescriptor")?;
    let (tag, _) = rest.split_once('>')?;
    let value = tag.split_once("entityID")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|it| matches!(it, '"' | '\''))?;
    let (value, _) = value.get(1..)?.split_once(quote)?;
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    Some(entities.iter().fold(value.to_owned(), |text, (entity, character)| text.replace(entity, character)))
}

#[cfg(test)]
mod tests {
    use orgcensus_aws::Class;
    use orgcensus_collect::testing::Recorded;
    use serde_json::json;

    use super::*;
    use crate::testing::{columns, xml_error};

    const LIST: &str = "ListSAMLProviders";
    const GET: &str = "GetSAMLProvider";

    fn list(providers: &[(&str, &str)]) -> String {
        let entry = |(name, until): &(&str, &str)| {
            format!("<member><Arn>arn:aws:iam::111122223333:saml-provider/{name}</Arn>{until}</member>")
        };
        let entries: String = providers.iter().map(entry).collect();
        format!(
            "<ListSAMLProvidersResponse><ListSAMLProvidersResult><SAMLProviderList>{entries}</SAMLProviderList>\
             </ListSAMLProvidersResult></ListSAMLProvidersResponse>"
        )
    }

    #[tokio::test]
    async fn providers_know_their_directory_and_when_they_expire() {
        let whole = "<GetSAMLProviderResponse><GetSAMLProviderResult><SAMLMetadataDocument>\
            &lt;EntityDescriptor entityID=\"https://idp\"/&gt;</SAMLMetadataDocument><PrivateKeyList><member><KeyId>K1</KeyId>\
            </member></PrivateKeyList><AssertionEncryptionMode>Sometimes</AssertionEncryptionMode></GetSAMLProviderResult>\
            </GetSAMLProviderResponse>";
        let until = "<ValidUntil>2025-12-01T00:00:00Z</ValidUntil>";
        let listed = list(&[("sso", until), ("gone", ""), ("hidden", "")]);
        let recorded = Recorded::new()
            .answer(LIST, &listed.replace("</SAMLProviderList>", "<member/></SAMLProviderList>"))
            .answer_to(GET, "sso", whole)
            .refuse(GET, "gone", 404, &xml_error("NoSuchEntity"))
            .refuse(GET, "hidden", 403, &xml_error("AccessDenied"));
        let collected = recorded.run(&SAML_PROVIDERS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&SAML_PROVIDERS);
        let names = [
            "provider_name",
            "entity_id",
            "is_expired",
            "days_until_expiry",
            "assertion_encryption_mode",
            "private_key_count",
        ];
        assert_eq!(
            columns(&collected, "iam_saml_providers", &names),
            [json!(["sso", "https://idp", true, -31, "Sometimes", 1]), json!(["hidden", null, null, null, null, null]),]
        );
        assert_eq!(collected.short(), (2, vec!["iam_saml_providers"]), "one denied, and one without an ARN");
    }

    #[test]
    fn entity_ids_are_found_in_any_spelling() {
        let found = |document: &str| entity_id(document);
        let whole =
            "<?xml version=\"1.0\"?>\n<md:EntityDescriptor xmlns:md='x'\n entityID = 'urn:a&amp;b' validUntil='z'><a/>";
        assert_eq!(found(whole).as_deref(), Some("urn:a&b"));
        for none in [
            "",
            "<EntityDescriptor",
            "<EntityDescriptor entityID=>",
            "<EntityDescriptor entityID=\"x>",
            "<EntityDescriptor a='b'>",
        ] {
            assert_eq!(found(none), None, "{none}");
        }
    }

    #[tokio::test]
    async fn a_refused_list_ends_the_task() {
        let denied = xml_error("AccessDenied");
        let collected = Recorded::new().refuse(LIST, "", 403, &denied).run(&SAML_PROVIDERS).await;
        let Err(Error::Aws(error)) = &collected.result else { panic!("{collected:?}") };
        assert_eq!(error.class, Class::Denied);
    }
}
