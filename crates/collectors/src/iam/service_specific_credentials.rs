//! Service-specific credentials of users (CodeCommit over HTTPS, Keyspaces, Bedrock API keys), by
//! ListServiceSpecificCredentials for all users at once. Calls for each account: one for each page.

use aws_sdk_iam::types::ServiceSpecificCredentialMetadata;
use orgcensus_collect::{Collector, Error, Rows, Runs, Scope, Session, call, client, timestamp};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use crate::items::{Unread, made_at, word};

/// One password or API key of an IAM user that one service accepts.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_service_specific_credentials", key = "service_specific_credential_id")]
pub struct ServiceSpecificCredential {
    /// The credential's id, ACCA…; the secret is nowhere.
    pub service_specific_credential_id: String,
    /// The user's name.
    pub user_name: String,
    /// The service, codecommit.amazonaws.com.
    pub service_name: String,
    /// The name to sign in with at the service; null where it takes none.
    pub service_user_name: Option<String>,
    /// The credential's public part where it is an API key, an alias of the secret; null otherwise.
    pub credential_alias: Option<String>,
    /// Active, Inactive or Expired, as AWS says it; null when it does not.
    pub status: Option<String>,
    /// Whether the credential is active; null when AWS does not say.
    pub is_active: Option<bool>,
    /// When the credential was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
    /// When the credential expires (UTC); null when it never does.
    pub expires_at: Option<Timestamp>,
    /// Days until then; negative when it has expired, null when it never does.
    pub days_until_expiry: Option<i32>,
}

/// Service-specific credentials of an account's users.
pub const SERVICE_SPECIFIC_CREDENTIALS: Collector = Collector {
    name: "iam_service_specific_credentials",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[call("iam", "ListServiceSpecificCredentials")],
    resources: &[],
    tables: &[table::<ServiceSpecificCredential>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let iam = client!(session, aws_sdk_iam);
    // The SDK has no paginator for this one.
    let mut marker: Option<String> = None;
    loop {
        let list = iam.list_service_specific_credentials().all_users(true).max_items(1000);
        let page = list.set_marker(marker.clone()).send().await?;
        for listed in page.service_specific_credentials.unwrap_or_default() {
            let mut unread = Unread::default();
            let row = service_specific_credential(listed, rows.captured_at(), &mut unread);
            unread.push(rows, "iam:ListServiceSpecificCredentials", row).await?;
        }
        let next = page.marker.filter(|_| page.is_truncated);
        if next.is_none() {
            return Ok(());
        }
        marker = next;
    }
}

fn service_specific_credential(
    listed: ServiceSpecificCredentialMetadata,
    now: Timestamp,
    unread: &mut Unread,
) -> Option<ServiceSpecificCredential> {
    let id = unread.value("ServiceSpecificCredentialId", word(&listed.service_specific_credential_id))?;
    let created_at = unread.value("CreateDate", made_at(&listed.create_date));
    let expires_at = listed.expiration_date.as_ref().and_then(timestamp);
    let status = unread.value("Status", word(listed.status.as_str()));
    Some(ServiceSpecificCredential {
        service_specific_credential_id: id,
        user_name: unread.value("UserName", word(&listed.user_name)).unwrap_or_default(),
        service_name: unread.value("ServiceName", word(&listed.service_name)).unwrap_or_default(),
        service_user_name: Some(listed.service_user_name).filter(|name| !name.is_empty()),
        credential_alias: listed.service_credential_alias,
        is_active: status.as_ref().map(|status| status == "Active"),
        status,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        expires_at,
        days_until_expiry: expires_at.map(|at| now.days_until(at)),
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_aws::Class;
    use orgcensus_collect::testing::Recorded;
    use serde_json::json;

    use super::*;
    use crate::testing::{columns, xml_error};

    const LIST: &str = "ListServiceSpecificCredentials";

    fn page(id: &str, more: &str, rest: &str) -> String {
        format!(
            "<ListServiceSpecificCredentialsResponse><ListServiceSpecificCredentialsResult><ServiceSpecificCredentials>\
             <member><UserName>ana</UserName><Status>Active</Status><CreateDate>2025-12-31T00:00:00Z</CreateDate>\
             <ServiceSpecificCredentialId>{id}</ServiceSpecificCredentialId>{more}</member></ServiceSpecificCredentials>\
             {rest}</ListServiceSpecificCredentialsResult></ListServiceSpecificCredentialsResponse>"
        )
    }

    #[tokio::test]
    async fn every_page_is_read() {
        let git = "<ServiceName>codecommit.amazonaws.com</ServiceName><ServiceUserName>ana-at-1</ServiceUserName>";
        let key = "<ServiceName>bedrock.amazonaws.com</ServiceName><ServiceCredentialAlias>ABSKana</ServiceCredentialAlias>\
                   <ExpirationDate>2026-01-31T00:00:00Z</ExpirationDate>";
        let next = "<IsTruncated>true</IsTruncated><Marker>next</Marker>";
        let recorded = Recorded::new()
            .answer_to(LIST, "AllUsers=true&MaxItems=1000", &page("ACCA1", git, next))
            .answer_to(LIST, "Marker=next", &page("ACCA2", &format!("{key}</member><member>"), ""));
        let collected = recorded.run(&SERVICE_SPECIFIC_CREDENTIALS).await;
        collected.result.as_ref().unwrap();
        assert_eq!(collected.short(), (1, vec!["iam_service_specific_credentials"]), "one without an id");
        collected.assert_all_calls(&SERVICE_SPECIFIC_CREDENTIALS);
        let names = [
            "service_specific_credential_id",
            "service_name",
            "service_user_name",
            "credential_alias",
            "days_until_expiry",
        ];
        assert_eq!(
            columns(&collected, "iam_service_specific_credentials", &names),
            [
                json!(["ACCA1", "codecommit.amazonaws.com", "ana-at-1", null, null]),
                json!(["ACCA2", "bedrock.amazonaws.com", null, "ABSKana", 30]),
            ]
        );
    }

    #[tokio::test]
    async fn a_marker_that_comes_twice_is_a_failure() {
        let next = "<IsTruncated>true</IsTruncated><Marker>next</Marker>";
        let recorded = Recorded::new()
            .answer_to(LIST, "AllUsers=true&MaxItems=1000", &page("ACCA1", "", next))
            .answer_to(LIST, "Marker=next", &page("ACCA2", "", next));
        let collected = recorded.run(&SERVICE_SPECIFIC_CREDENTIALS).await;
        assert!(collected.result.unwrap_err().to_string().contains("RepeatedToken"));
    }

    #[tokio::test]
    async fn a_refusal_ends_the_task() {
        let denied = xml_error("AccessDenied");
        let collected = Recorded::new().refuse(LIST, "", 403, &denied).run(&SERVICE_SPECIFIC_CREDENTIALS).await;
        let Err(Error::Aws(error)) = &collected.result else { panic!("{collected:?}") };
        assert_eq!(error.class, Class::Denied);
    }
}
