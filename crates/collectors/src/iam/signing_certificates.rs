//! X.509 signing certificates of users, which old tools sign with instead of access keys.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::SigningCertificate;
use orgcensus_collect::timestamp;
use orgcensus_row::{Row, Timestamp};
use serde::Serialize;

use super::credential_report::Credentials;
use crate::items::{Answer, Unread, word};

/// One signing certificate of an IAM user.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_signing_certificates", key = "certificate_id")]
pub struct Certificate {
    /// The certificate's id.
    pub certificate_id: String,
    /// The user's name.
    pub user_name: String,
    /// The user's ARN.
    pub user_arn: Option<String>,
    /// Active, Inactive or Expired, as AWS says it; null when it does not.
    pub status: Option<String>,
    /// Whether the certificate is active; null when AWS does not say.
    pub is_active: Option<bool>,
    /// When the certificate was uploaded (UTC).
    pub uploaded_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
}

/// The certificates of a user.
pub(super) async fn list(iam: &Client, user_name: &str) -> Answer<Vec<SigningCertificate>> {
    let list = iam.list_signing_certificates().user_name(user_name).max_items(1000);
    Ok(list.into_paginator().items().send().try_collect().await?)
}

/// A certificate without its body.
pub(super) fn certificate(
    line: &Credentials,
    certificate: SigningCertificate,
    now: Timestamp,
    unread: &mut Unread,
) -> Option<Certificate> {
    let certificate_id = unread.value("CertificateId", word(&certificate.certificate_id))?;
    let uploaded_at = certificate.upload_date.as_ref().and_then(timestamp);
    let status = unread.value("Status", word(certificate.status.as_str()));
    Some(Certificate {
        certificate_id,
        user_name: line.user_name.clone(),
        user_arn: line.arn.clone(),
        is_active: status.as_ref().map(|status| status == "Active"),
        status,
        uploaded_at,
        age_days: uploaded_at.map(|at| at.days_until(now)),
    })
}
