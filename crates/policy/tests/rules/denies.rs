//! D1–D6: what a Deny takes away.

use orgcensus_policy::{Facts, Flag, Policies, PolicyKind, verdict};

use crate::{check, document, facts, judge};

const ANYONE: &str = r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#;

/// Checks an Allow to anyone beside a Deny of everything with these further elements.
fn against(deny: &str, expected: &str) {
    check(&format!(r#"{ANYONE},{{"Effect":"Deny","Action":"s3:*","Resource":"*",{deny}}}"#), expected);
}

fn allow(principal: &str, deny: &str, expected: &str) {
    let allow = format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject","Resource":"*"}}"#);
    check(&format!(r#"{allow},{{"Effect":"Deny","Action":"*","Resource":"*",{deny}}}"#), expected);
}

#[test]
fn d1_a_deny_must_cover_all_actions_and_resources() {
    let anyone = r#""Effect":"Deny","Principal":"*""#;
    check(&format!(r#"{ANYONE},{{{anyone},"Action":"S3:Get*","Resource":"*"}}"#), "nobody denied");
    check(&format!(r#"{ANYONE},{{{anyone},"Action":"s3:PutObject","Resource":"*"}}"#), "public");
    check(&format!(r#"{ANYONE},{{{anyone},"Action":"s3:*","Resource":"arn:aws:s3:::b/private/*"}}"#), "public");
    check(&format!(r#"{ANYONE},{{{anyone},"NotAction":"s3:PutObject","Resource":"*"}}"#), "nobody denied");
    check(&format!(r#"{ANYONE},{{{anyone},"NotAction":"s3:Get*","Resource":"*"}}"#), "public");
    check(&format!(r#"{ANYONE},{{{anyone},"Action":"*","NotResource":"arn:aws:s3:::c/*"}}"#), "nobody denied");
    check(&format!(r#"{ANYONE},{{{anyone},"Action":"*","NotResource":"arn:aws:s3:::b/x"}}"#), "public");
}

#[test]
fn d1_an_allow_is_gone_only_when_every_part_of_it_is() {
    let allow = r#"{"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:PutObject"],"Resource":["a","b"]}"#;
    let deny = |action: &str, resource: &str| {
        format!(r#"{{"Effect":"Deny","Principal":"*","Action":"{action}","Resource":"{resource}"}}"#)
    };
    check(&format!("{allow},{}", deny("s3:*", "a")), "public");
    check(&format!("{allow},{},{}", deny("s3:*", "a"), deny("s3:*", "b")), "nobody denied");
    check(&format!("{allow},{},{}", deny("s3:GetObject", "*"), deny("s3:PutObject", "a")), "public");
}

#[test]
fn d1_all_but_some_is_within_all_but_fewer() {
    let allow = r#"{"Effect":"Allow","Principal":"*","NotAction":["s3:a","s3:b"],"Resource":"*"}"#;
    let deny = |actions: &str| format!(r#"{{"Effect":"Deny","Principal":"*","Resource":"*",{actions}}}"#);
    check(&format!("{allow},{}", deny(r#""NotAction":"s3:a""#)), "nobody denied");
    check(&format!("{allow},{}", deny(r#""NotAction":"s3:c""#)), "public");
    check(&format!("{allow},{}", deny(r#""Action":"*""#)), "nobody denied");
    check(&format!("{allow},{}", deny(r#""Action":"s3:*""#)), "public");
}

#[test]
fn d1_where_one_service_is_meant_its_wildcard_is_everything() {
    let gone = |service, allow: &str| {
        let allow = format!(r#"{{"Effect":"Allow","Principal":"*","Resource":"*",{allow}}}"#);
        let deny = r#"{"Effect":"Deny","Principal":"*","Action":"S3:*","Resource":"*"}"#;
        let documents = [document(&format!("{allow},{deny}"))];
        let facts = Facts { service, ..facts(PolicyKind::Resource) };
        verdict(&Policies::of(&documents), &facts).is_public == Some(false)
    };
    for allow in [r#""Action":"*""#, r#""NotAction":"s3:GetObject""#] {
        assert!(gone(Some("s3"), allow) && !gone(Some("sqs"), allow) && !gone(None, allow), "{allow}");
    }
}

#[test]
fn d2_an_unconditional_deny_kills_those_it_names() {
    against(r#""Principal":"*""#, "nobody denied");
    against(r#""Principal":{"AWS":"999988887777"}"#, "public");
    let account = r#""Principal":{"AWS":"arn:aws:iam::999988887777:root"}"#;
    allow(r#"{"AWS":"999988887777"}"#, account, "nobody denied");
    allow(r#"{"AWS":"arn:aws:iam::999988887777:role/a"}"#, account, "nobody denied");
    let role = r#""Principal":{"AWS":"arn:aws:iam::999988887777:role/a"}"#;
    allow(r#"{"AWS":"arn:aws:iam::999988887777:role/a"}"#, role, "nobody denied");
    allow(r#"{"AWS":"arn:aws:iam::999988887777:role/b"}"#, role, "external");
    allow(r#"{"AWS":"999988887777"}"#, role, "external");
    allow(r#"{"AWS":"999988887777"}"#, r#""Principal":{"AWS":"arn:aws:iam::*:root"}"#, "external");
    allow(r#"{"Federated":"arn:aws:iam::999988887777:saml-provider/x"}"#, r#""Principal":"*""#, "nobody denied");
}

#[test]
fn d3_the_survivors_of_a_negated_condition() {
    for operator in ["StringNotEquals", "StringNotEqualsIfExists", "StringNotLike"] {
        let deny = format!(r#""Principal":"*","Condition":{{"{operator}":{{"aws:PrincipalOrgID":"o-ourorg0001"}}}}"#);
        against(&deny, "in_org denied_in_part");
        allow(r#"{"AWS":"999988887777"}"#, &deny, "nobody denied");
        allow(r#"{"AWS":"222233334444"}"#, &deny, "in_org");
    }
    let network = r#""Principal":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#;
    against(network, "external network_restricted");
    against(r#""Principal":"*","Condition":{"StringNotEquals":{"aws:SourceVpce":"vpce-0bbb"}}"#, "in_org");
    against(r#""Principal":"*","Condition":{"StringNotLike":{"aws:PrincipalOrgID":"o-*"}}"#, "public");
}

#[test]
fn d3_the_survivors_of_several_keys_are_the_union() {
    let union = r#""Principal":"*","Condition":{"StringNotEquals":
        {"aws:PrincipalOrgID":"o-ourorg0001","aws:PrincipalAccount":"999988887777"}}"#;
    against(union, "external");
    allow(r#"{"AWS":"999988887777"}"#, union, "external");
    let services = r#""Principal":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-ourorg0001"},
        "BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}"#;
    against(services, "in_org");
    allow(r#"{"Service":"s3.amazonaws.com"}"#, services, "service service_unscoped");
    let org = r#""Principal":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-ourorg0001"}}"#;
    allow(r#"{"Service":"s3.amazonaws.com"}"#, org, "nobody denied");
}

#[test]
fn d3_two_denies_leave_what_both_leave() {
    let deny = |key: &str, value: &str| {
        format!(
            r#"{{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*",
            "Condition":{{"StringNotEquals":{{"{key}":"{value}"}}}}}}"#
        )
    };
    let org = deny("aws:PrincipalOrgID", "o-ourorg0001");
    let account = deny("aws:PrincipalAccount", "999988887777");
    check(&format!("{ANYONE},{org}"), "in_org");
    check(&format!("{ANYONE},{account}"), "external");
    // The account is not of the organization.
    check(&format!("{ANYONE},{org},{account}"), "nobody denied");
    let member = deny("aws:PrincipalAccount", "222233334444");
    check(&format!("{ANYONE},{org},{member}"), "in_org");
}

#[test]
fn d4_only_those_not_denied_survive() {
    against(r#""NotPrincipal":{"AWS":"111122223333"}"#, "same_account");
    against(r#""NotPrincipal":{"AWS":["111122223333","999988887777"]}"#, "external");
    let role = r#""NotPrincipal":{"AWS":"arn:aws:iam::999988887777:role/a"}"#;
    allow(r#"{"AWS":"arn:aws:iam::999988887777:role/a"}"#, role, "external");
    allow(r#"{"AWS":"arn:aws:iam::999988887777:role/b"}"#, role, "nobody denied");
    against(r#""NotPrincipal":"*""#, "public");
}

#[test]
fn d5_a_deny_that_proves_nothing() {
    for condition in [
        r#"{"Bool":{"aws:SecureTransport":"false"}}"#,
        r#"{"DateGreaterThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}}"#,
        r#"{"StringNotEquals":{"aws:PrincipalTag/team":"a"}}"#,
        r#"{"ForAllValues:StringNotEquals":{"aws:PrincipalOrgID":"o-ourorg0001"}}"#,
        r#"{"ForAnyValue:StringNotLike":{"aws:PrincipalOrgPaths":"o-ourorg0001/*"}}"#,
        r#"{"StringEquals":{"aws:PrincipalAccount":"999988887777"}}"#,
        r#"{"StringNotEquals":{"aws:PrincipalOrgID":"o-ourorg0001"},"Bool":{"aws:SecureTransport":"false"}}"#,
        r#"{"Nonsense":{"aws:PrincipalOrgID":"o-ourorg0001"}}"#,
    ] {
        against(&format!(r#""Principal":"*","Condition":{condition}"#), "public");
    }
}

#[test]
fn d6_a_bucket_is_not_its_objects() {
    let deny = |resource: &str| {
        format!(r#"{ANYONE},{{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":{resource}}}"#)
    };
    check(&deny(r#""arn:aws:s3:::b""#), "public");
    check(&deny(r#""arn:aws:s3:::b/*""#), "nobody denied");
    check(&deny(r#"["arn:aws:s3:::b","arn:aws:s3:::b/*"]"#), "nobody denied");
}

#[test]
fn a_deny_too_large_to_weigh_is_not_counted() {
    let list: Vec<String> = (0..200).map(|n| format!(r#""s3:a{n}""#)).collect();
    let list = list.join(",");
    let text = format!(
        r#"{{"Effect":"Allow","Principal":"*","Action":[{list}],"Resource":"*"}},
        {{"Effect":"Deny","Principal":"*","Action":[{list}],"Resource":"*"}}"#
    );
    let verdict = judge(PolicyKind::Resource, &text);
    assert_eq!(verdict.is_public, Some(true));
    assert!(verdict.flags.contains(&Flag::DenyNotWeighed));
}
