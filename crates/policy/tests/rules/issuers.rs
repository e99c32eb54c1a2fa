//! R6: what the data say of an issuer, and whose tenants the configuration trusts.

use orgcensus_policy::{Class, Facts, OrganizationFacts, Policies, PolicyKind, Verdict, verdict};

use crate::{OURS, document};

const GITHUB: &str = "token.actions.githubusercontent.com";
const SENTINEL: &str = "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/";

/// The verdict on a role of ours that trusts an issuer under these conditions, where these tenants are trusted.
fn judge(issuer: &str, conditions: &str, trusted: &[&str]) -> Verdict {
    let trusted: Vec<String> = trusted.iter().map(ToString::to_string).collect();
    let organization = OrganizationFacts { trusted_tenants: OrganizationFacts::tenants(&trusted), ..OURS.clone() };
    let facts = Facts {
        kind: PolicyKind::Trust,
        resource_account: Some("111122223333"),
        service: Some("sts"),
        target: None,
        organization: &organization,
    };
    let statement = format!(
        r#"{{"Effect":"Allow","Principal":{{"Federated":"arn:aws:iam::111122223333:oidc-provider/{issuer}"}},
        "Action":"sts:AssumeRoleWithWebIdentity","Condition":{conditions}}}"#
    );
    verdict(&Policies::of(&[document(&statement)]), &facts)
}

fn is_external(issuer: &str, conditions: &str, trusted: &[&str]) -> Option<bool> {
    let verdict = judge(issuer, conditions, trusted);
    assert_eq!(verdict.is_public, Some(false), "{issuer} {conditions}");
    verdict.is_external
}

#[test]
fn r6_an_unknown_issuer_is_inside_once_it_is_trusted() {
    for issuer in ["gitlab.example.com", "oidc.modal.com", "acme.okta.com/oauth2/default", "Auth.Example.Com/"] {
        assert_eq!(is_external(issuer, "{}", &[]), None, "{issuer}");
        for written in [issuer.to_owned(), issuer.to_ascii_lowercase(), format!("https://{issuer}")] {
            assert_eq!(is_external(issuer, "{}", &[&written]), Some(false), "{issuer}");
        }
        assert_eq!(is_external(issuer, "{}", &["example.com", "okta.com", "modal.com"]), None, "{issuer}");
    }
}

#[test]
fn r6_a_shared_issuer_is_never_trusted_as_a_whole() {
    let claim = |name: &str, value: &str| format!(r#"{{"StringEquals":{{"{GITHUB}:{name}":"{value}"}}}}"#);
    assert_eq!(is_external(GITHUB, &claim("repository", "my-org/app"), &[GITHUB]), None);
    assert_eq!(judge(GITHUB, "{}", &[GITHUB]).is_public, Some(true));
    let ours = format!("{GITHUB}/My-Org");
    assert_eq!(is_external(GITHUB, &claim("repository", "my-org/app"), &[&ours]), Some(false));
    assert_eq!(is_external(GITHUB, &claim("repository", "MY-ORG/app"), &[&ours]), Some(false));
    assert_eq!(is_external(GITHUB, &claim("repository", "my-org2/app"), &[&ours]), None);
    let by_id = format!("{GITHUB}/4242");
    assert_eq!(is_external(GITHUB, &claim("repository_id", "4242"), &[&by_id]), Some(false));
}

#[test]
fn r6_one_trusted_claim_is_enough_and_every_value_of_it_must_be() {
    let ours = format!("{GITHUB}/my-org");
    let both = |subjects: &str| {
        format!(
            r#"{{"StringLike":{{"{GITHUB}:sub":{subjects}}},"StringEquals":{{"{GITHUB}:repository_owner_id":"7"}}}}"#
        )
    };
    assert_eq!(is_external(GITHUB, &both(r#""repo:my-org/*""#), &[&ours]), Some(false));
    assert_eq!(is_external(GITHUB, &both(r#"["repo:my-org/*","repo:other/*"]"#), &[&ours]), None);
}

#[test]
fn r6_a_session_name_that_tells_tenants_apart_bounds_the_grant() {
    let verdict = judge(SENTINEL, r#"{"StringEquals":{"sts:RoleSessionName":"MicrosoftSentinel_7"}}"#, &[]);
    assert_eq!((verdict.is_public, verdict.is_external), (Some(false), None));
    assert_eq!(verdict.grants[0].class, Class::Federated);
    assert_eq!(verdict.grants[0].bounded_by, ["sts:RoleSessionName"]);
    // With GitHub the name is the caller's to choose.
    let github = judge(GITHUB, r#"{"StringEquals":{"sts:RoleSessionName":"deploy"}}"#, &[]);
    assert_eq!((github.is_public, github.is_external), (Some(true), Some(true)));
}

#[test]
fn r6_a_key_that_never_comes_leaves_nobody() {
    let verdict = judge(GITHUB, &format!(r#"{{"StringLike":{{"{GITHUB}/github-org:sub":"repo:my-org/*"}}}}"#), &[]);
    assert_eq!((verdict.is_public, verdict.is_external, verdict.is_in_org), (Some(false), Some(false), Some(false)));
    assert_eq!(verdict.grants[0].class, Class::Nobody);
    assert_eq!(verdict.flags.iter().map(|flag| flag.as_str()).collect::<Vec<_>>(), ["condition_never_matches"]);
}
