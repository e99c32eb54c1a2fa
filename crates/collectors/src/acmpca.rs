//! ACM Private CA.

use orgcensus_collect::kinds::ACM_PCA;
use orgcensus_collect::{Collector, PolicyKind};

use crate::listed::Input::{Arn, Text};
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Private certificate authorities, with their policies and the permissions of AWS's services. By a permission ACM
    /// issues and renews certificates of the authority's own account; for that it needs all three actions.
    CERTIFICATE_AUTHORITIES = listed(
        "acm_pca_certificate_authorities",
        ACM_PCA,
        &[list("acmpca", "ListCertificateAuthorities", "CertificateAuthorities", &[("ResourceOwner", Text("SELF"))])],
        &[
            policy("acmpca", "GetPolicy", &[("ResourceArn", Arn)], "Policy").none(&["ResourceNotFoundException"]),
            policy("acmpca", "ListPermissions", &[("CertificateAuthorityArn", Arn)], "Permissions")
                .each("Principal", "")
                .shares(PolicyKind::Grant, PERMITTED)
                .for_owner(),
        ],
    )
    .arn("Arn")
    .created("CreatedAt")
    .keeps(&[
        "Type",
        "Status",
        "Serial",
        "NotAfter",
        "KeyStorageSecurityStandard",
        "UsageMode",
        "CertificateAuthorityConfiguration.KeyAlgorithm",
        "CertificateAuthorityConfiguration.SigningAlgorithm",
    ])
    .gone(&["ResourceNotFoundException"]);
}

/// What a permission can allow.
const PERMITTED: &[&str] = &["acm-pca:IssueCertificate", "acm-pca:GetCertificate", "acm-pca:ListPermissions"];

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[CERTIFICATE_AUTHORITIES];
