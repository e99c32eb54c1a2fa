//! The things in an account's IAM that are not identities: identity providers, server certificates, empty instance
//! profiles.

use super::roles::{InstanceProfile, Role};
use crate::clock::DAY_MILLIS;
use crate::dice::{Dice, some_tags};
use crate::organization::OUTBOUND;
use crate::place::Place;
use std::collections::BTreeSet;

/// An OpenID Connect provider.
#[derive(Debug)]
pub(crate) struct OidcProvider {
    pub(crate) arn: String,
    pub(crate) issuer: String,
    pub(crate) client_ids: Vec<&'static str>,
    pub(crate) thumbprint: String,
    pub(crate) created_millis: i64,
    pub(crate) tags: Vec<(String, String)>,
}

/// A SAML provider.
#[derive(Debug)]
pub(crate) struct SamlProvider {
    pub(crate) arn: String,
    pub(crate) entity_id: String,
    pub(crate) created_millis: i64,
    pub(crate) expires_millis: i64,
    pub(crate) private_key_id: Option<String>,
    pub(crate) tags: Vec<(String, String)>,
}

/// A TLS certificate with its key.
#[derive(Debug)]
pub(crate) struct ServerCertificate {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) uploaded_millis: i64,
    pub(crate) expires_millis: i64,
}

/// The providers that roles trust, of which most exist, and one that no role trusts.
pub(super) fn oidc_providers(place: &Place<'_>, roles: &[Role]) -> Vec<OidcProvider> {
    let mut dice = place.dice("iam-oidc");
    let mut issuers = trusted(roles, "oidc-provider/", &mut dice);
    if dice.chance(0.2) {
        issuers.insert("gitlab.com".to_owned());
    }
    let provider = |issuer: String| OidcProvider {
        arn: place.iam_arn(&format!("oidc-provider/{issuer}")),
        issuer,
        client_ids: if dice.chance(0.9) { vec!["sts.amazonaws.com"] } else { vec!["sts.amazonaws.com", "other"] },
        thumbprint: dice.hex(40),
        created_millis: days_ago(place, &mut dice),
        tags: some_tags(&mut dice),
    };
    issuers.into_iter().map(provider).collect()
}

/// The providers that roles trust, of which most exist.
pub(super) fn saml_providers(place: &Place<'_>, roles: &[Role]) -> Vec<SamlProvider> {
    let mut dice = place.dice("iam-saml");
    let provider = |name: String| SamlProvider {
        arn: place.iam_arn(&format!("saml-provider/{name}")),
        entity_id: format!("https://idp.example.com/{name}?tenant={}&v=2", dice.hex(6)),
        created_millis: days_ago(place, &mut dice),
        expires_millis: in_days(place, dice.pick(&[-5, 20, 3000])),
        private_key_id: dice.chance(0.3).then(|| dice.base32(20)),
        tags: some_tags(&mut dice),
    };
    trusted(roles, "saml-provider/", &mut place.dice("iam-saml-names")).into_iter().map(provider).collect()
}

/// The providers that roles name after `kind`, except some that were deleted since.
fn trusted(roles: &[Role], kind: &str, dice: &mut Dice) -> BTreeSet<String> {
    let documents = roles.iter().map(|role| role.trust.document.as_str()).filter(|text| !text.contains(OUTBOUND));
    let names = documents.filter_map(|document| document.split_once(kind)?.1.split('"').next());
    let names: BTreeSet<String> = names.map(str::to_owned).collect();
    names.into_iter().filter(|_| dice.chance(0.8)).collect()
}

/// Old certificates for load balancers.
pub(super) fn server_certificates(place: &Place<'_>) -> Vec<ServerCertificate> {
    let mut dice = place.dice("iam-server-certificates");
    let certificate = |number: u64| {
        let name = format!("www-{number}");
        ServerCertificate {
            id: format!("ASCA{}", dice.base32(17)),
            arn: place.iam_arn(&format!("server-certificate/{name}")),
            name,
            uploaded_millis: days_ago(place, &mut dice),
            expires_millis: in_days(place, dice.pick(&[-400, -1, 5, 300])),
        }
    };
    (0..place.dice("iam-server-certificate-count").count(1)).map(certificate).collect()
}

/// Instance profiles whose role was removed.
pub(super) fn empty_profiles(place: &Place<'_>) -> Vec<InstanceProfile> {
    let mut dice = place.dice("iam-empty-profiles");
    let count = if dice.chance(0.4) { dice.between(1, 2) } else { 0 };
    let profile = |number: i64| {
        let name = format!("empty-{number}");
        let arn = place.iam_arn(&format!("instance-profile/{name}"));
        InstanceProfile { id: format!("AIPA{}", dice.base32(17)), name, arn }
    };
    (0..count).map(profile).collect()
}

/// The moment this many days after the present. It is compared with a time that may be up to a day later.
fn in_days(place: &Place<'_>, days: i64) -> i64 {
    place.organization.clock.first_millis + days * DAY_MILLIS
}

fn days_ago(place: &Place<'_>, dice: &mut Dice) -> i64 {
    let days = dice.between(0, 1000);
    place.days_ago(days, dice)
}
