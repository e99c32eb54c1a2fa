//! ACM Private CA.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListCertificateAuthorities", "CertificateAuthorities", |context| {
            CERTIFICATE_AUTHORITIES.list(context, |it| {
                json!({
                    "Arn": it.arn,
                    "OwnerAccount": context.place.account.id,
                    "CreatedAt": it.created(),
                    "Type": "ROOT",
                    "Status": "ACTIVE",
                    "UsageMode": "GENERAL_PURPOSE",
                    "CertificateAuthorityConfiguration": {
                        "KeyAlgorithm": "RSA_2048",
                        "SigningAlgorithm": "SHA256WITHRSA",
                        "Subject": {"CommonName": it.name},
                    },
                })
            })
        }),
        get("GetPolicy", |context| {
            CERTIFICATE_AUTHORITIES.policy(
                context,
                "ResourceArn",
                "Policy",
                ("ResourceNotFoundException", "ResourceNotFoundException"),
            )
        }),
    ]],
    kinds: &[other(|place| CERTIFICATE_AUTHORITIES.planted(place))],
    ..Service::named("acmpca")
};

const CERTIFICATE_AUTHORITIES: Things = kind_of(
    "acm_pca_certificate_authorities",
    "acm-pca",
    "certificate-authority/{id}",
    &["acm-pca:IssueCertificate", "acm-pca:GetCertificate"],
);
