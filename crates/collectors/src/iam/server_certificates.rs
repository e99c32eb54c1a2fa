//! Server certificates that are kept in IAM, by ListServerCertificates. Calls for each account: one for each 1000.

use aws_sdk_iam::types::ServerCertificateMetadata;
use orgcensus_collect::{Collector, Error, Rows, Runs, Scope, Session, call, client, timestamp};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use crate::items::{Unread, word};

/// One TLS certificate with its key in IAM, as load balancers used them before Certificate Manager; nobody renews it.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_server_certificates", key = "arn", created = "uploaded_at")]
pub struct ServerCertificate {
    /// The certificate's ARN.
    pub arn: String,
    /// The certificate's name.
    pub server_certificate_name: String,
    /// The certificate's unique id, ASCA….
    pub server_certificate_id: String,
    /// The certificate's path, / by default; /cloudfront/ where CloudFront may use it.
    pub path: String,
    /// When the certificate was uploaded (UTC).
    pub uploaded_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
    /// When the certificate expires (UTC).
    pub expires_at: Option<Timestamp>,
    /// Days until then; negative when it has expired.
    pub days_until_expiry: Option<i32>,
    /// Whether it has expired.
    pub is_expired: Option<bool>,
}

/// Server certificates of an account.
pub const SERVER_CERTIFICATES: Collector = Collector {
    name: "iam_server_certificates",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[call("iam", "ListServerCertificates")],
    resources: &[],
    tables: &[table::<ServerCertificate>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let iam = client!(session, aws_sdk_iam);
    let mut listed = iam.list_server_certificates().max_items(1000).into_paginator().items().send();
    while let Some(certificate) = listed.next().await {
        let mut unread = Unread::default();
        let row = server_certificate(certificate?, rows.captured_at(), &mut unread);
        unread.push(rows, "iam:ListServerCertificates", row).await?;
    }
    Ok(())
}

fn server_certificate(
    listed: ServerCertificateMetadata,
    now: Timestamp,
    unread: &mut Unread,
) -> Option<ServerCertificate> {
    let arn = unread.value("Arn", word(&listed.arn))?;
    let name = unread.value("ServerCertificateName", word(&listed.server_certificate_name));
    let id = unread.value("ServerCertificateId", word(&listed.server_certificate_id));
    let uploaded_at = listed.upload_date.as_ref().and_then(timestamp);
    let expires_at = listed.expiration.as_ref().and_then(timestamp);
    Some(ServerCertificate {
        arn,
        server_certificate_name: name.unwrap_or_default(),
        server_certificate_id: id.unwrap_or_default(),
        path: listed.path,
        uploaded_at,
        age_days: uploaded_at.map(|at| at.days_until(now)),
        expires_at,
        days_until_expiry: expires_at.map(|at| now.days_until(at)),
        is_expired: expires_at.map(|at| at <= now),
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_aws::Class;
    use orgcensus_collect::testing::Recorded;
    use serde_json::json;

    use super::*;
    use crate::testing::{columns, xml_error};

    const LIST: &str = "ListServerCertificates";

    fn page(name: &str, more: &str, rest: &str) -> String {
        format!(
            "<ListServerCertificatesResponse><ListServerCertificatesResult><ServerCertificateMetadataList><member>\
             <Arn>arn:aws:iam::111122223333:server-certificate/{name}</Arn><Path>/</Path>\
             <ServerCertificateName>{name}</ServerCertificateName><ServerCertificateId>ASCA1</ServerCertificateId>{more}\
             </member></ServerCertificateMetadataList>{rest}</ListServerCertificatesResult></ListServerCertificatesResponse>"
        )
    }

    #[tokio::test]
    async fn certificates_know_when_they_expire() {
        let dates = "<UploadDate>2025-01-01T00:00:00Z</UploadDate><Expiration>2025-12-31T23:59:59Z</Expiration>";
        let first = page("old", dates, "<IsTruncated>true</IsTruncated><Marker>next</Marker>");
        let future = page(
            "new",
            "<Expiration>2026-01-11T00:00:00Z</Expiration>",
            "<IsTruncated>true</IsTruncated><Marker>more</Marker>",
        );
        let recorded = Recorded::new()
            .answer_to(LIST, "MaxItems=1000", &first)
            .answer_to(LIST, "Marker=next", &future)
            .answer_to(LIST, "Marker=more", &page("odd", "</member><member><Path>/</Path>", ""));
        let collected = recorded.run(&SERVER_CERTIFICATES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&SERVER_CERTIFICATES);
        let names = ["server_certificate_name", "age_days", "days_until_expiry", "is_expired"];
        assert_eq!(
            columns(&collected, "iam_server_certificates", &names),
            [json!(["old", 365, 0, true]), json!(["new", null, 10, false]), json!(["odd", null, null, null])]
        );
        assert_eq!(collected.short(), (1, vec!["iam_server_certificates"]), "one without an ARN");
    }

    #[tokio::test]
    async fn a_refusal_ends_the_task() {
        let denied = xml_error("AccessDenied");
        let collected = Recorded::new().refuse(LIST, "", 403, &denied).run(&SERVER_CERTIFICATES).await;
        let Err(Error::Aws(error)) = &collected.result else { panic!("{collected:?}") };
        assert_eq!(error.class, Class::Denied);
    }
}
