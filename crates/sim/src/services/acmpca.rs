//! ACM Private CA.

use crate::service::{Service, get, list};
use crate::things::{Thing, Things, kind_of, other};
use crate::truth::{At, Planted};
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
        list("ListPermissions", "Permissions", |context| {
            let it = CERTIFICATE_AUTHORITIES.wanted(context, "CertificateAuthorityArn", "ResourceNotFoundException")?;
            let permission = json!({
                "CertificateAuthorityArn": it.arn,
                "CreatedAt": it.created(),
                "Principal": "acm.amazonaws.com",
                "SourceAccount": context.place.account.id,
                "Actions": ["IssueCertificate", "GetCertificate", "ListPermissions"],
            });
            Ok(is_permitted(&it).then_some(permission).into_iter().collect())
        }),
    ]],
    kinds: &[other(|place| {
        // ACM acts for the account itself: its permission lets nobody else in.
        let has_either = |it: Thing| {
            let is_permitted = is_permitted(&it);
            let planted = CERTIFICATE_AUTHORITIES.planted_as(it);
            Planted { has_policy: planted.has_policy || is_permitted, ..planted }
        };
        CERTIFICATE_AUTHORITIES.all(place).into_iter().map(has_either).collect()
    })],
    counts: Some((At::Region, |place, tally| {
        let all = CERTIFICATE_AUTHORITIES.all(place);
        let permitted = all.iter().filter(|it| is_permitted(it)).count();
        tally.cell(PERMISSIONS, permitted);
        tally.cell(NO_PERMISSIONS, all.len() - permitted);
    })),
    ..Service::named("acmpca")
};

/// What a census finds of the authorities' permissions.
const PERMISSIONS: &str = "policy_documents WHERE resource_type = 'acm_pca' AND policy_kind = 'grant' AND is_valid";
const NO_PERMISSIONS: &str =
    "policy_documents WHERE resource_type = 'acm_pca' AND policy_kind = 'grant' AND state = 'absent'";

/// Whether ACM may issue certificates of the authority.
fn is_permitted(it: &Thing) -> bool {
    it.number < 40
}

const CERTIFICATE_AUTHORITIES: Things = kind_of(
    "acm_pca_certificate_authorities",
    "acm-pca",
    "certificate-authority/{id}",
    &["acm-pca:IssueCertificate", "acm-pca:GetCertificate"],
);

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use serde_json::{Value, json};

    /// Of every authority whether it has a policy, and how many permissions.
    fn held(client: &Client) -> Vec<(bool, usize)> {
        let page = client.json("acm-pca", "ListCertificateAuthorities", &json!({})).json();
        let of = |it: &Value| {
            let policy = client.json("acm-pca", "GetPolicy", &json!({ "ResourceArn": it["Arn"] }));
            let permissions =
                client.json("acm-pca", "ListPermissions", &json!({ "CertificateAuthorityArn": it["Arn"] }));
            (policy.status == 200, permissions.json()["Permissions"].as_array().map_or(0, Vec::len))
        };
        page["CertificateAuthorities"].as_array().into_iter().flatten().map(of).collect()
    }

    #[test]
    fn authorities_have_a_policy_or_a_permission_or_both_or_neither() {
        let client = Client::new(quiet(40, 1));
        let accounts = (1..40).filter_map(|index| client.assume(index, "").ok());
        let all: Vec<(bool, usize)> = accounts.flat_map(|it| held(&it)).collect();
        for sort in [(false, 0), (false, 1), (true, 0), (true, 1)] {
            assert!(all.iter().filter(|it| **it == sort).count() >= 2, "{sort:?} of {all:?}");
        }
    }

    #[test]
    fn no_such_authority_has_permissions() {
        let client = Client::new(quiet(4, 1));
        let refused = client.json("acm-pca", "ListPermissions", &json!({ "CertificateAuthorityArn": "arn:nosuch" }));
        assert_eq!(refused.json()["__type"].as_str(), Some("ResourceNotFoundException"));
    }
}
