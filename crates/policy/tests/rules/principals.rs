//! P1–P8 and R1–R5, R7: who a principal is.

use orgcensus_policy::{Class, Document, Flag, Policies, PolicyKind, verdict};

use crate::{FOREIGN_CANONICAL, OWN_CANONICAL, check, check_kind, check_principal, facts, grant, judge};

#[test]
fn p1_single_values_and_lists_are_alike() {
    check(r#"{"Effect":"Allow","Principal":{"AWS":"999988887777"},"Action":["sqs:*"],"Resource":"x"}"#, "external");
    check(r#"{"Effect":"Allow","Principal":{"AWS":["999988887777"]},"Action":"sqs:*","Resource":["x"]}"#, "external");
}

#[test]
fn p3_anyone_has_three_forms() {
    check_principal(r#""*""#, "public");
    check_principal(r#"{"AWS":"*"}"#, "public");
    check_principal(r#"{"AWS":["111122223333","*"]}"#, "public");
    check_principal(r#"["*"]"#, "public");
    check_principal(r#"{"aws":"*"}"#, "public");
    check_principal(r#"{"Everyone":"*"}"#, "public");
    check_principal(r#""999988887777""#, "external");
}

#[test]
fn p4_a_wildcard_in_an_arn_is_reported_as_public() {
    check_principal(r#"{"AWS":"arn:aws:iam::*:root"}"#, "public invalid_wildcard_principal");
    check_principal(r#"{"AWS":"arn:aws:iam::111122223333:role/*"}"#, "public invalid_wildcard_principal");
}

#[test]
fn p5_a_deleted_identity_is_nobody_and_not_external() {
    check_principal(r#"{"AWS":"AROAEXAMPLEEXAMPLE123"}"#, "nobody dangling_principal");
}

#[test]
fn p6_canonical_users_and_origin_access_identities() {
    check_principal(&format!(r#"{{"CanonicalUser":"{OWN_CANONICAL}"}}"#), "same_account");
    check_principal(&format!(r#"{{"CanonicalUser":"{FOREIGN_CANONICAL}"}}"#), "external");
    check_principal(&format!(r#"{{"CanonicalUser":"{}"}}"#, "5".repeat(64)), "unknown");
    check_principal(r#"{"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}"#, "service");
}

#[test]
fn p7_what_names_no_one_or_nothing_grants_nothing() {
    check(r#"{"Effect":"Allow","Action":"sqs:*"}"#, "none no_principal");
    check(r#"{"Effect":"Allow","Principal":"*"}"#, "none no_action");
    check_principal("{}", "none");
}

#[test]
fn p2_what_iam_refuses_is_unread_and_never_no() {
    let open = r#"{"Effect":"Allow","Principal":"*","Action":"sqs:*"}"#;
    for odd in [
        r#"{"Effect":"Alow","Principal":"*","Action":"sqs:*"}"#,
        r#"{"Effect":"Allow","Principle":"*","Action":"sqs:*"}"#,
        r#"{"Effect":"Allow","Principal":"*","Action":"sqs:*","Condtion":{"Bool":{"aws:SecureTransport":"true"}}}"#,
        "7",
    ] {
        let alone = judge(PolicyKind::Resource, odd);
        assert_eq!((alone.is_public, alone.is_external, alone.is_in_org), (None, None, None), "{odd}");
        assert!(alone.flags.contains(&Flag::Unread), "{odd}");
        assert_eq!(judge(PolicyKind::Resource, &format!("{odd},{open}")).is_public, Some(true), "{odd}");
    }
    // A Deny with a misspelt word is not relied on: that word may be the part that narrows it.
    let deny = r#"{"Effect":"Deny","Principal":"*","Action":"*","Condtion":{"Bool":{"aws:SecureTransport":"false"}}}"#;
    assert_eq!(judge(PolicyKind::Resource, &format!("{open},{deny}")).is_public, Some(true));
    let misspelt = Document::parse(r#"{"statement":[]}"#);
    assert!(misspelt.is_readable() && !misspelt.is_understood());
    assert_eq!(misspelt.refused().as_deref(), Some(r#"unknown element "statement""#));
}

#[test]
fn p7_of_an_element_and_its_not_form_the_plain_one_counts() {
    let both = r#"{"Effect":"Allow","NotPrincipal":"*","Principal":{"AWS":"999988887777"},"Action":"a:b"}"#;
    check(both, "external conflicting_elements");
    let twice = r#"{"Effect":"Deny","Effect":"Allow","Principal":"*","Action":"a:b"}"#;
    check(twice, "public duplicate_key");
}

#[test]
fn names_longer_than_any_are_cut() {
    let long = "é".repeat(1000);
    let text = format!(
        r#"{{"Effect":"Allow","Principal":{{"{long}":"x"}},"Action":"a:b","Condition":{{"{long}":{{"k":"v"}}}}}}"#
    );
    let document = crate::document(&text);
    assert!(document.statements[0].flags.contains(&Flag::MalformedValue));
    assert!(document.statements[0].conditions[0].operator.len() <= 128);
    assert!(document.statements[0].principals[0].kind.as_str().len() <= 128);
}

#[test]
fn p8_a_shared_application_has_words_of_its_own() {
    let judge = |text: &str| verdict(&Policies::of(&[Document::parse(text)]), &facts(PolicyKind::Resource));
    let public = judge(r#"{"statements":[{"statementId":"a","actions":["Deploy"],"principals":["*"]}]}"#);
    assert_eq!(public.is_public, Some(true));
    let org = r#"{"Statements":[{"Actions":["Deploy"],"Principals":["*"],"PrincipalOrgIDs":["o-ourorg0001"]}]}"#;
    let org = judge(org);
    assert_eq!((org.is_public, org.is_in_org, org.is_external), (Some(false), Some(true), Some(false)));
    let shared = judge(r#"{"Statements":[{"Actions":["Deploy"],"Principals":["999988887777"]}]}"#);
    assert_eq!((shared.is_public, shared.is_external), (Some(false), Some(true)));
}

#[test]
fn r1_anyone_without_a_bound_is_public() {
    check_principal(r#""*""#, "public");
}

#[test]
fn r3_an_account_is_placed_by_the_list() {
    check_principal(r#"{"AWS":"arn:aws:iam::111122223333:role/a"}"#, "same_account");
    check_principal(r#"{"AWS":"222233334444"}"#, "in_org");
    check_principal(r#"{"AWS":"arn:aws:iam::555566667777:root"}"#, "in_org");
    check_principal(r#"{"AWS":"arn:aws-cn:iam::999988887777:root"}"#, "external");
    check_principal(r#"{"AWS":"someone@example.com"}"#, "unknown malformed_principal");
}

#[test]
fn r3_a_bound_that_excludes_an_account_makes_it_nobody() {
    let check = |principal: &str, condition: &str, expected: &str| {
        let text = format!(
            r#"{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"a:b","Condition":{{{condition}}}}}"#
        );
        check(&text, expected);
    };
    let ours = r#""StringEquals":{"aws:PrincipalOrgID":"o-ourorg0001"}"#;
    check("999988887777", ours, "nobody");
    check("222233334444", ours, "in_org");
    check("222233334444", r#""StringEquals":{"aws:PrincipalOrgID":"o-theirs0001"}"#, "nobody");
    check("999988887777", r#""StringEquals":{"aws:PrincipalOrgID":"o-theirs0001"}"#, "external");
    check("999988887777", r#""StringEquals":{"aws:PrincipalAccount":"111122223333"}"#, "nobody");
    let role = r#""ArnLike":{"aws:PrincipalArn":"arn:aws:iam::999988887777:role/a*"}"#;
    check("999988887777", role, "external");
    check("arn:aws:iam::999988887777:role/ab", role, "external");
    check("arn:aws:iam::999988887777:role/b", role, "nobody");
    check("999988887777", r#""IpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#, "external network_restricted");
}

#[test]
fn r4_not_principal_with_allow_is_anyone() {
    check(r#"{"Effect":"Allow","NotPrincipal":{"AWS":"999988887777"},"Action":"sqs:*"}"#, "public not_principal");
}

#[test]
fn r5_a_service_is_neither_public_nor_external_but_may_be_unscoped() {
    check_principal(r#"{"Service":"s3.amazonaws.com"}"#, "service service_unscoped");
    check_principal(r#"{"Service":"*"}"#, "public");
    let scoped = |condition: &str, expected: &str| {
        let text = r#"{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"a:b","Condition":"#;
        check(&format!("{text}{condition}}}"), expected);
    };
    scoped(r#"{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#, "service");
    scoped(r#"{"StringEquals":{"aws:SourceAccount":"999988887777"}}"#, "external");
    scoped(r#"{"StringEquals":{"aws:SourceOrgID":"o-theirs0001"}}"#, "external");
    scoped(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::whose-bucket"}}"#, "unknown");
    scoped(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}}"#, "service service_unscoped");
    scoped(r#"{"StringEqualsIfExists":{"aws:SourceAccount":"111122223333"}}"#, "service service_unscoped");
    let own = r#"{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"a:b",
        "Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}}"#;
    assert_eq!(judge(PolicyKind::Resource, own).flags, []);
}

#[test]
fn c2_sources_of_one_account_let_in_nobody_of_another() {
    let of = |account: &str, condition: &str, expected: &str| {
        let text = r#"{"Effect":"Allow","Principal":{"AWS":""#;
        check(&format!(r#"{text}{account}"}},"Action":"a:b","Condition":{condition}}}"#), expected);
    };
    let (own, inside) = ("111122223333", "222233334444");
    of(own, r#"{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#, "same_account");
    of(inside, r#"{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#, "nobody");
    of(inside, r#"{"StringEquals":{"aws:SourceAccount":"222233334444"}}"#, "in_org");
    of(inside, r#"{"StringEquals":{"aws:SourceOrgID":"o-ourorg0001"}}"#, "in_org");
    of(inside, r#"{"StringEqualsIfExists":{"aws:SourceAccount":"111122223333"}}"#, "in_org");
    of(inside, r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::whose-bucket"}}"#, "in_org");
}

#[test]
fn r5_in_a_trust_policy_a_service_needs_no_scope() {
    let text = r#"{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}"#;
    let grant = grant(PolicyKind::Trust, text);
    assert_eq!((grant.class, grant.flags), (Class::Service, vec![]));
}

#[test]
fn r7_public_urls_and_roles() {
    let url = |kind: &str| {
        format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl",
            "Condition":{{"StringEquals":{{"lambda:FunctionUrlAuthType":"{kind}"}}}}}}"#
        )
    };
    let function = r#",{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction",
        "Condition":{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}}"#;
    let whole = |kind: &str| url(kind) + function;
    check(&whole("NONE"), "public");
    assert!(!judge(PolicyKind::Resource, &whole("NONE")).flags.contains(&Flag::SignedOnly));
    check(&whole("AWS_IAM"), "public signed_only");
    let half = judge(PolicyKind::Resource, &url("NONE"));
    assert_eq!((half.is_public, half.is_external, half.policy_public), (None, None, None));
    assert!(half.flags.contains(&Flag::FunctionUrlHalfOpen));
    let role = r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole",
        "Condition":{"StringEquals":{"sts:ExternalId":"x"}}}"#;
    check_kind(PolicyKind::Trust, role, "public signed_only");
}

#[test]
fn v6_a_vpc_endpoint_lets_nobody_in() {
    let text = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#;
    check_kind(PolicyKind::VpcEndpoint, text, "none");
    check_kind(PolicyKind::Inline, text, "none");
}
