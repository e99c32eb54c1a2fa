//! R6: identity providers in trust policies.

use orgcensus_policy::{Class, PolicyKind};

use crate::{check_kind, judge};

const GITHUB: &str = "token.actions.githubusercontent.com";

/// Checks the class and `is_external` of a provider's users under these conditions.
fn check(provider: &str, conditions: &str, class: Class, is_external: Option<bool>) {
    let text = format!(
        r#"{{"Effect":"Allow","Principal":{{"Federated":"{provider}"}},"Action":"sts:AssumeRoleWithWebIdentity",
        "Condition":{conditions}}}"#
    );
    let verdict = judge(PolicyKind::Trust, &text);
    let grant = &verdict.grants[0];
    assert_eq!((grant.class, verdict.is_external), (class, is_external), "{text}");
    assert_eq!(verdict.is_public, Some(class == Class::Public), "{text}");
}

fn github(operator: &str, subject: &str, class: Class, is_external: Option<bool>) {
    let provider = format!("arn:aws:iam::111122223333:oidc-provider/{GITHUB}");
    check(&provider, &format!(r#"{{"{operator}":{{"{GITHUB}:sub":"{subject}"}}}}"#), class, is_external);
}

#[test]
fn r6_a_saml_provider_stands_where_its_account_does() {
    check("arn:aws:iam::111122223333:saml-provider/Okta", "{}", Class::Federated, Some(false));
    check("arn:aws:iam::999988887777:saml-provider/Okta", "{}", Class::Federated, Some(true));
}

#[test]
fn r6_a_single_tenant_issuer_is_ones_own() {
    let eks = "oidc.eks.us-east-1.amazonaws.com/id/ABC";
    check(&format!("arn:aws:iam::111122223333:oidc-provider/{eks}"), "{}", Class::Federated, Some(false));
    let enterprise = format!("arn:aws:iam::111122223333:oidc-provider/{GITHUB}/our-enterprise");
    check(&enterprise, "{}", Class::Federated, Some(false));
}

#[test]
fn r6_github_needs_a_fixed_owner() {
    github("StringLike", "repo:some-org/*", Class::Federated, None);
    github("StringLike", "repo:our-org/*", Class::Federated, Some(false));
    github("StringEquals", "repo:some-org/app:ref:refs/heads/main", Class::Federated, None);
    for subject in
        ["repo:*", "*", "repo:my-org*/*", "repo:my-org*", "environment:prod", "ref:refs/heads/main", "workflow:x"]
    {
        github("StringLike", subject, Class::Public, Some(true));
    }
}

#[test]
fn r6_github_subjects_that_never_match_or_need_not_be_there() {
    github("StringEquals", "repo:some-org/*", Class::Nobody, Some(false));
    github("StringLikeIfExists", "repo:some-org/*", Class::Public, Some(true));
    github("ForAllValues:StringLike", "repo:some-org/*", Class::Public, Some(true));
    github("StringNotLike", "repo:some-org/*", Class::Public, Some(true));
}

#[test]
fn r6_an_audience_alone_does_not_help_with_github() {
    let provider = format!("arn:aws:iam::111122223333:oidc-provider/{GITHUB}");
    let audience = format!(r#"{{"StringEquals":{{"{GITHUB}:aud":"sts.amazonaws.com"}}}}"#);
    check(&provider, &audience, Class::Public, Some(true));
    let text = format!(r#"{{"Effect":"Allow","Principal":{{"Federated":"{provider}"}},"Action":"sts:AssumeRole"}}"#);
    check_kind(PolicyKind::Trust, &text, "public oidc_unscoped");
}

#[test]
fn r6_other_shared_issuers() {
    let check = |issuer: &str, claim: &str, value: &str, class, is_external| {
        let provider = format!("arn:aws:iam::111122223333:oidc-provider/{issuer}");
        check(&provider, &format!(r#"{{"StringLike":{{"{issuer}:{claim}":"{value}"}}}}"#), class, is_external);
    };
    check("gitlab.com", "sub", "project_path:group/*", Class::Federated, None);
    check("gitlab.com", "sub", "project_path:*", Class::Public, Some(true));
    check("app.terraform.io", "sub", "organization:us:project:*", Class::Federated, None);
    check("app.terraform.io", "sub", "organization:*:project:p:*", Class::Public, Some(true));
    check("app.terraform.io", "aud", "aws.workload.identity", Class::Public, Some(true));
    check("agent.buildkite.com", "sub", "organization:us:pipeline:p:*", Class::Federated, None);
    check("accounts.google.com", "aud", "12345", Class::Federated, None);
    check("accounts.google.com", "email", "a@example.com", Class::Public, Some(true));
}

#[test]
fn r6_cognito_guests_are_anyone() {
    let issuer = "cognito-identity.amazonaws.com";
    let aud = format!(r#""StringEquals":{{"{issuer}:aud":"us-east-1:pool"}}"#);
    let amr = |value: &str| format!(r#"{{{aud},"ForAnyValue:StringLike":{{"{issuer}:amr":"{value}"}}}}"#);
    check(issuer, &amr("unauthenticated"), Class::Public, Some(true));
    check(issuer, &amr("authenticated"), Class::Federated, None);
    check(issuer, &amr("*"), Class::Public, Some(true));
    check(issuer, "{}", Class::Public, Some(true));
}

#[test]
fn r6_any_provider_is_anyone() {
    check("*", "{}", Class::Public, Some(true));
}
