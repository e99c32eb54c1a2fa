//! ACM Private CA.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::ACM_PCA;

use crate::listed::Input::{Arn, Text};
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Private certificate authorities, with their policies.
    CERTIFICATE_AUTHORITIES = listed(
        "acm_pca_certificate_authorities",
        ACM_PCA,
        &[list("acmpca", "ListCertificateAuthorities", "CertificateAuthorities", &[("ResourceOwner", Text("SELF"))])],
        &[policy("acmpca", "GetPolicy", &[("ResourceArn", Arn)], "Policy").none(&["ResourceNotFoundException"])],
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
    ]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[CERTIFICATE_AUTHORITIES];
