//! Identities of SES: ListEmailIdentities, then GetEmailIdentityPolicies for each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::SES_IDENTITY;
use orgcensus_collect::{Collector, Error, Policy, PolicyText, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, details, is_gone, with_policies};

const LIST: Read<Page> = reads("sesv2", "ListEmailIdentities").needs("ses:ListEmailIdentities");
const POLICIES: Read<Policies> = reads("sesv2", "GetEmailIdentityPolicies").needs("ses:GetEmailIdentityPolicies");

/// How SES says that there is no such identity.
const GONE: &[&str] = &["NotFoundException"];

/// One identity of SES: a domain or an address from which mail is sent.
#[derive(Debug, Serialize, Row)]
#[row(table = "ses_identities", key = "arn")]
pub struct Identity {
    /// The identity's ARN.
    pub arn: String,
    /// The domain or the address.
    pub identity_name: String,
    /// EMAIL_ADDRESS, DOMAIN or MANAGED_DOMAIN. Null: AWS did not say.
    pub identity_type: Option<String>,
    /// Whether mail can be sent from it. Null: AWS did not say.
    pub is_sending_enabled: Option<bool>,
    /// PENDING, SUCCESS, FAILED, TEMPORARY_FAILURE or NOT_STARTED. Null: AWS did not say.
    pub verification_status: Option<String>,
    /// How many policies let others send from it. Null: they could not be read.
    pub policy_count: Option<i32>,
}

/// The identities of one region, with their policies.
pub const IDENTITIES: Collector = Collector {
    name: "ses_identities",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICIES.call()],
    resources: &[SES_IDENTITY],
    tables: &[table::<Identity>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    email_identities: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    identity_type: Option<String>,
    identity_name: Option<String>,
    sending_enabled: Option<bool>,
    verification_status: Option<String>,
}

/// An identity's policies by their names.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Policies {
    policies: BTreeMap<String, String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"PageSize": 1000}));
    while let Some(page) = pages.next().await {
        let mut identities = details(page?.email_identities, |listed| read(session, listed));
        while let Some((listed, policies)) = identities.next().await {
            push(session, rows, listed, policies).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, listed: Listed) -> (Listed, Answer<Policies>) {
    let policies = POLICIES.send(session, json!({"EmailIdentity": listed.identity_name})).await;
    (listed, policies)
}

async fn push(session: &Session, rows: &mut Rows<'_>, it: Listed, policies: Answer<Policies>) -> Result<(), Error> {
    if is_gone(GONE, &policies) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let Some(identity_name) = unread.value("IdentityName", it.identity_name) else {
        unread.lost(rows, with_policies([Identity::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let arn = session.arn("ses", &format!("identity/{identity_name}"));
    let failed = policies.as_ref().err().cloned();
    let policies = rows.item(with_policies([Identity::TABLE]), policies)?;
    let policies = policies.map(|it| it.policies);
    let policy_count = policies.as_ref().map(|all| i32::try_from(all.len()).unwrap_or(i32::MAX));
    if policies.as_ref().is_none_or(BTreeMap::is_empty) {
        let text = failed.map_or(PolicyText::Absent, PolicyText::Unread);
        rows.policy(Policy::of(&arn, SES_IDENTITY, text)).await?;
    }
    for (name, document) in policies.into_iter().flatten() {
        let policy = Policy::of(&arn, SES_IDENTITY, PolicyText::Document(document));
        rows.policy(Policy { name: &name, ..policy }).await?;
    }
    rows.push(Identity {
        arn,
        identity_name,
        identity_type: it.identity_type,
        is_sending_enabled: it.sending_enabled,
        verification_status: it.verification_status,
        policy_count,
    })
    .await
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::IDENTITIES;
    use crate::testing::{columns, json_error};

    const LIST: &str = "ListEmailIdentities";
    const POLICIES: &str = "GetEmailIdentityPolicies";
    const FULL: &str = r#"{"IdentityType":"DOMAIN","IdentityName":"shop.example","SendingEnabled":true,
        "VerificationStatus":"SUCCESS"}"#;
    const TWO: &str = concat!(
        r#"{"Policies":{"one":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"222233334444\"},"#,
        r#"\"Action\":\"ses:SendEmail\",\"Resource\":\"*\"}]}","two":"{}"}}"#
    );

    #[tokio::test]
    async fn identities_of_two_pages_with_their_policies() {
        let first = format!(r#"{{"EmailIdentities":[{FULL},{{"IdentityName":"bare@shop.test"}}],"NextToken":"more"}}"#);
        let rest = ["gone", "secret", "odd"].map(|name| format!(r#"{{"IdentityName":"{name}"}}"#)).join(",");
        let recorded = Recorded::new()
            .answer(LIST, &first)
            .answer_to(LIST, "more", &format!(r#"{{"EmailIdentities":[{rest},{{}}]}}"#))
            .answer_to(POLICIES, "shop.example", TWO)
            .answer_to(POLICIES, "bare", r#"{"Policies":{}}"#)
            .refuse(POLICIES, "gone", 404, &json_error("NotFoundException"))
            .refuse(POLICIES, "secret", 403, &json_error("AccessDeniedException"))
            .refuse(POLICIES, "odd", 400, &json_error("BadRequestException"));
        let collected = recorded.run(&IDENTITIES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&IDENTITIES);
        let arn = |name: &str| format!("arn:aws:ses:eu-west-1:111122223333:identity/{name}");
        assert_eq!(
            columns(&collected, "ses_identities", &["arn", "identity_type", "is_sending_enabled", "policy_count"]),
            [
                json!([arn("shop.example"), "DOMAIN", true, 2]),
                json!([arn("bare@shop.test"), null, null, 0]),
                json!([arn("secret"), null, null, null]),
                json!([arn("odd"), null, null, null]),
            ]
        );
        assert_eq!(
            columns(&collected, "policy_documents", &["resource_arn", "policy_name", "state", "error_code"]),
            [
                json!([arn("shop.example"), "one", "read", null]),
                json!([arn("shop.example"), "two", "read", null]),
                json!([arn("bare@shop.test"), "", "absent", null]),
                json!([arn("secret"), "", "unread", "AccessDeniedException"]),
                json!([arn("odd"), "", "unread", "BadRequestException"]),
            ]
        );
        // The policies of two, and an identity without a name.
        assert_eq!(collected.short(), (3, vec!["policy_documents", "policy_statements", "ses_identities"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        for (code, class) in
            [("AccessDeniedException", Class::Denied), ("UnknownOperationException", Class::Unsupported)]
        {
            let collected = Recorded::new().refuse(LIST, "", 403, &json_error(code)).run(&IDENTITIES).await;
            assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
        }
    }
}
