//! C1–C15: what conditions bound.

use crate::{OURS, OWN, check, check_anyone, document, facts};
use orgcensus_policy::{Class, Document, Facts, OrganizationFacts, PolicyKind, statement_grants};

#[test]
fn c1_bounds_on_the_caller() {
    check_anyone(r#"{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}"#, "same_account");
    check_anyone(r#"{"StringEquals":{"aws:PrincipalAccount":"222233334444"}}"#, "in_org");
    check_anyone(r#"{"StringEquals":{"aws:PrincipalAccount":"555566667777"}}"#, "in_org");
    check_anyone(r#"{"StringEquals":{"aws:PrincipalAccount":["111122223333","999988887777"]}}"#, "external");
    check_anyone(r#"{"StringEquals":{"kms:CallerAccount":"111122223333"}}"#, "same_account");
    check_anyone(r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::222233334444:role/*"}}"#, "in_org");
    check_anyone(r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::999988887777:role/a"}}"#, "external");
    check_anyone(r#"{"StringEquals":{"aws:PrincipalOrgID":"o-ourorg0001"}}"#, "in_org");
    check_anyone(r#"{"StringEquals":{"aws:PrincipalOrgID":"o-theirs0001"}}"#, "external");
    check_anyone(r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-ourorg0001/r-1/*"}}"#, "in_org");
    check_anyone(r#"{"StringLike":{"aws:userid":"AROAOWNROLE:*"}}"#, "same_account");
    check_anyone(r#"{"StringLike":{"aws:userid":"AROASOMEONE:*"}}"#, "unknown");
    check_anyone(r#"{"StringEquals":{"aws:userid":"999988887777"}}"#, "external");
    check_anyone(r#"{"StringEquals":{"s3:DataAccessPointAccount":"111122223333"}}"#, "same_account");
    let point = r#"{"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:*:111122223333:accesspoint/*"}}"#;
    check_anyone(point, "same_account");
    check_anyone(r#"{"StringEquals":{"s3express:DataAccessPointAccount":"111122223333"}}"#, "same_account");
    check_anyone(r#"{"StringEquals":{"s3-outposts:DataAccessPointAccount":"999988887777"}}"#, "external");
    let point = "arn:aws:s3express:us-east-1:111122223333:accesspoint/p--use1-az4--xa-s3";
    check_anyone(&format!(r#"{{"ArnLike":{{"s3express:DataAccessPointArn":"{point}"}}}}"#), "same_account");
}

#[test]
fn c1_unsigned_callers_have_an_account_named_anonymous() {
    check_anyone(r#"{"StringEquals":{"aws:PrincipalAccount":["anonymous","111122223333"]}}"#, "public");
    check_anyone(r#"{"StringEquals":{"aws:userid":"anonymous"}}"#, "public");
}

#[test]
fn c2_a_source_bound_means_services_acting_for_it() {
    check_anyone(r#"{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#, "service");
    check_anyone(r#"{"StringEquals":{"aws:SourceAccount":"999988887777"}}"#, "external");
    check_anyone(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:222233334444:t"}}"#, "service");
    check_anyone(r#"{"StringEquals":{"aws:SourceOrgID":"o-ourorg0001"}}"#, "service");
    check_anyone(r#"{"StringEquals":{"aws:SourceOrgID":"o-theirs0001"}}"#, "external");
    check_anyone(r#"{"StringEquals":{"AWS:SourceOwner":"111122223333"}}"#, "same_account");
}

#[test]
fn c3_a_network_is_external_unless_it_is_ours() {
    check_anyone(r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, "external network_restricted");
    check_anyone(r#"{"StringEquals":{"aws:SourceVpc":"vpc-0fff"}}"#, "external network_restricted");
    check_anyone(r#"{"StringEquals":{"aws:SourceVpc":"vpc-0aaa"}}"#, "in_org");
    check_anyone(r#"{"StringEquals":{"aws:SourceVpce":"vpce-0bbb"}}"#, "in_org");
    check_anyone(r#"{"StringEquals":{"aws:SourceVpce":"vpce-0fff"}}"#, "external network_restricted");
    check_anyone(r#"{"StringEquals":{"aws:VpceAccount":"222233334444"}}"#, "in_org");
    check_anyone(r#"{"StringEquals":{"aws:VpceOrgID":"o-theirs0001"}}"#, "external network_restricted");
    check_anyone(r#"{"StringEquals":{"aws:SourceVpce":"vpc-0aaa"}}"#, "nobody condition_never_matches");
}

#[test]
fn c4_what_callers_choose_or_the_resource_has_bounds_nothing() {
    for (operator, key, value) in [
        ("Bool", "aws:SecureTransport", "true"),
        ("StringEquals", "aws:UserAgent", "me"),
        ("StringLike", "aws:Referer", "https://example.com/*"),
        ("DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"),
        ("StringEquals", "aws:RequestedRegion", "us-east-1"),
        ("StringEquals", "aws:username", "bob"),
        ("StringEquals", "aws:PrincipalTag/team", "a"),
        ("StringEquals", "aws:PrincipalType", "AssumedRole"),
        ("Bool", "aws:MultiFactorAuthPresent", "true"),
        ("StringEquals", "aws:ResourceAccount", "111122223333"),
        ("StringEquals", "aws:ResourceOrgID", "o-ourorg0001"),
        ("StringEquals", "kms:ViaService", "s3.us-east-1.amazonaws.com"),
        ("Bool", "kms:GrantIsForAWSResource", "true"),
        ("StringEquals", "sts:ExternalId", "secret"),
        ("StringEquals", "sns:Protocol", "https"),
        ("StringEquals", "s3:x-amz-acl", "bucket-owner-full-control"),
    ] {
        check_anyone(&format!(r#"{{"{operator}":{{"{key}":"{value}"}}}}"#), "public");
    }
}

#[test]
fn c5_a_fixed_endpoint_is_not_public() {
    check_anyone(r#"{"StringLike":{"sns:Endpoint":"https://example.com/*"}}"#, "external endpoint_restricted");
    check_anyone(r#"{"StringLike":{"sns:Endpoint":"*@example.com"}}"#, "external endpoint_restricted");
    check_anyone(r#"{"StringLike":{"sns:Endpoint":"arn:aws:sqs:*:111122223333:*"}}"#, "same_account");
    check_anyone(r#"{"StringLike":{"sns:Endpoint":"https://example.com*"}}"#, "public");
    check_anyone(r#"{"StringLike":{"sns:Endpoint":"https://*.example.com/*"}}"#, "public");
    check_anyone(r#"{"StringLike":{"sns:Endpoint":"https://*@example.com"}}"#, "public");
    check_anyone(r#"{"StringLike":{"sns:Endpoint":"*"}}"#, "public");
}

#[test]
fn c6_callers_that_are_services() {
    check_anyone(r#"{"Bool":{"aws:PrincipalIsAWSService":"true"}}"#, "service service_unscoped");
    check_anyone(r#"{"Bool":{"aws:PrincipalIsAWSService":"false"}}"#, "public");
    check_anyone(r#"{"StringEquals":{"aws:PrincipalServiceName":"s3.amazonaws.com"}}"#, "service");
    let scoped = r#"{"Bool":{"aws:PrincipalIsAWSService":true},"StringEquals":{"aws:SourceAccount":"999988887777"}}"#;
    check_anyone(scoped, "external");
}

#[test]
fn c7_only_positive_operators_bound() {
    check_anyone(r#"{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}"#, "public");
    check_anyone(r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, "public");
    check_anyone(r#"{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:*"}}"#, "public");
    check_anyone(r#"{"StringEqualsIgnoreCase":{"aws:PrincipalOrgID":"O-OURORG0001"}}"#, "in_org");
    check_anyone(r#"{"ForAnyValue:StringEquals":{"aws:PrincipalOrgID":"o-ourorg0001"}}"#, "in_org");
}

#[test]
fn c8_if_exists_bounds_only_keys_that_are_always_there() {
    check_anyone(r#"{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-ourorg0001"}}"#, "public");
    check_anyone(r#"{"ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-ourorg0001"}}"#, "public");
    check_anyone(r#"{"ArnLikeIfExists":{"aws:PrincipalArn":"arn:aws:iam::111122223333:*"}}"#, "public");
    check_anyone(r#"{"IpAddressIfExists":{"aws:SourceIp":"203.0.113.0/24"}}"#, "public");
    check_anyone(r#"{"StringEqualsIfExists":{"aws:SourceVpce":"vpce-0bbb"}}"#, "public");
    check_anyone(r#"{"StringEqualsIfExists":{"aws:SourceAccount":"111122223333"}}"#, "public");
    check_anyone(r#"{"StringEqualsIfExists":{"aws:PrincipalAccount":"111122223333"}}"#, "same_account");
    check_anyone(r#"{"ForAllValues:StringEquals":{"kms:CallerAccount":"111122223333"}}"#, "same_account");
    check_anyone(r#"{"StringLikeIfExists":{"aws:userid":"AROAOWNROLE:*"}}"#, "same_account");
    let lifted =
        r#"{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-ourorg0001"},"Null":{"aws:principalorgid":false}}"#;
    check_anyone(lifted, "in_org");
}

#[test]
fn c9_a_key_that_must_be_missing_and_equal_never_matches() {
    let both = r#"{"StringEquals":{"aws:PrincipalOrgID":"o-ourorg0001"},"Null":{"aws:PrincipalOrgID":"true"}}"#;
    check_anyone(both, "nobody condition_never_matches");
    check_anyone(r#"{"Null":{"aws:PrincipalOrgID":"true"}}"#, "public");
    let either = r#"{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-x1"},"Null":{"aws:PrincipalOrgID":"true"}}"#;
    check_anyone(either, "public");
}

#[test]
fn c10_values_that_match_nothing_are_dropped() {
    for condition in [
        r#"{"StringEquals":{"aws:PrincipalOrgID":"o-*"}}"#,
        r#"{"StringEquals":{"aws:PrincipalAccount":"1234*"}}"#,
        r#"{"StringEquals":{"aws:PrincipalAccount":"11112222333"}}"#,
        r#"{"StringEquals":{"aws:PrincipalArn":"arn:aws:iam::999988887777:role/*"}}"#,
        r#"{"StringEquals":{"aws:SourceArn":"arn:aws:s3:::our-*"}}"#,
        r#"{"ArnLike":{"aws:PrincipalAccount":"111122223333"}}"#,
        r#"{"ArnLike":{"aws:PrincipalArn":"111122223333"}}"#,
        r#"{"StringEquals":{"aws:SourceIp":"203.0.113.0/24"}}"#,
        r#"{"StringEquals":{"aws:PrincipalOrgPaths":"o-ourorg0001/*"}}"#,
    ] {
        check_anyone(condition, "nobody condition_never_matches");
    }
    check_anyone(r#"{"StringEquals":{"aws:PrincipalAccount":["*","111122223333"]}}"#, "same_account");
    check_anyone(r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}}"#, "same_account");
    check_anyone(r#"{"StringEquals":{"aws:PrincipalAccount":[]}}"#, "public empty_condition");
}

#[test]
fn c11_a_bound_must_be_fixed() {
    for condition in [
        r#"{"StringLike":{"aws:PrincipalAccount":"*"}}"#,
        r#"{"StringLike":{"aws:PrincipalOrgID":"o-*"}}"#,
        r#"{"StringLike":{"aws:PrincipalAccount":"1234*"}}"#,
        r#"{"StringLike":{"aws:PrincipalAccount":"11112222333?"}}"#,
        r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/x"}}"#,
        r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}}"#,
        r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::our-*"}}"#,
        r#"{"ArnLike":{"aws:SourceArn":"*"}}"#,
        r#"{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#,
        r#"{"StringLike":{"aws:SourceArn":"*"}}"#,
        r#"{"StringLike":{"aws:userid":"AROA*"}}"#,
        r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-*/r-1/*"}}"#,
        r#"{"StringLike":{"aws:PrincipalAccount":["111122223333","*"]}}"#,
    ] {
        check_anyone(condition, "public");
    }
    check_anyone(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:*:*:111122223333:*"}}"#, "service");
}

#[test]
fn c12_string_like_crosses_colons() {
    check_anyone(r#"{"StringLike":{"aws:PrincipalArn":"arn:*:111122223333:*"}}"#, "public");
    check_anyone(r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:*::111122223333:role/x"}}"#, "public");
    check_anyone(r#"{"StringLike":{"aws:PrincipalArn":"arn:aws*:iam::111122223333:role/x"}}"#, "public");
    check_anyone(r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam:*:111122223333:*"}}"#, "public");
    check_anyone(r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:*"}}"#, "same_account");
    check_anyone(r#"{"StringLike":{"aws:SourceArn":"arn:aws:sns:*:111122223333:*"}}"#, "service");
    check_anyone(r#"{"ArnLike":{"aws:PrincipalArn":"arn:*:iam::111122223333:role/x"}}"#, "same_account");
}

#[test]
fn c13_buckets_are_resolved_by_inventory() {
    check_anyone(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::our-bucket"}}"#, "service");
    check_anyone(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:*:*:our-bucket"}}"#, "service");
    check_anyone(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::their-bucket"}}"#, "external");
    check_anyone(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::whose-bucket"}}"#, "unknown");
    let account =
        r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::whose"},"StringEquals":{"aws:SourceAccount":"111122223333"}}"#;
    check_anyone(account, "service");
}

#[test]
fn c14_split_blocks_are_one() {
    check_anyone(r#"{"IpAddress":{"aws:SourceIp":["0.0.0.0/1","128.0.0.0/1"]}}"#, "public");
    check_anyone(r#"{"IpAddress":{"aws:SourceIp":"::/0"}}"#, "public");
    check_anyone(r#"{"IpAddress":{"aws:SourceIp":["54.0.0.0/8","nonsense"]}}"#, "public malformed_address");
    check_anyone(r#"{"IpAddress":{"aws:SourceIp":"office"}}"#, "public malformed_address");
}

#[test]
fn c15_variables_are_not_fixed() {
    check_anyone(r#"{"StringEquals":{"aws:PrincipalAccount":"${aws:ResourceAccount}"}}"#, "same_account");
    check_anyone(r#"{"StringEquals":{"aws:PrincipalOrgID":"${aws:resourceOrgId}"}}"#, "in_org");
    check_anyone(r#"{"StringEquals":{"aws:PrincipalAccount":"${aws:PrincipalAccount}"}}"#, "public");
    check_anyone(r#"{"StringEquals":{"aws:PrincipalArn":"${aws:PrincipalArn}"}}"#, "public");
    let user = r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:user/${aws:username}"}}"#;
    check_anyone(user, "same_account");
}

#[test]
fn c15_before_2012_a_variable_is_plain_text() {
    let text = r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sqs:*",
        "Condition":{"StringEquals":{"aws:PrincipalAccount":"${aws:PrincipalAccount}"}}}}"#;
    let grants = statement_grants(&Document::parse(text).statements[0], &facts(PolicyKind::Resource));
    assert_eq!(grants[0].class, Class::Nobody);
}

#[test]
fn p2_keys_are_the_same_in_any_case_and_values_are_not() {
    check_anyone(r#"{"stringequals":{"AWS:PRINCIPALORGID":"o-ourorg0001"}}"#, "in_org");
    check_anyone(r#"{"StringEquals":{"aws:PrincipalOrgID":"O-OURORG0001"}}"#, "nobody condition_never_matches");
}

#[test]
fn p7_an_unknown_operator_restricts_nothing() {
    check_anyone(r#"{"StringMatches":{"aws:PrincipalOrgID":"o-ourorg0001"}}"#, "public unknown_operator");
}

#[test]
fn r2_external_only_if_every_bound_admits_someone_outside() {
    let narrowed =
        r#"{"StringEquals":{"aws:PrincipalOrgID":"o-ourorg0001"},"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#;
    check_anyone(narrowed, "in_org");
    let outside =
        r#"{"StringEquals":{"aws:PrincipalAccount":"999988887777"},"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#;
    check_anyone(outside, "external network_restricted");
    let vacuous = r#"{"StringEquals":{"aws:PrincipalAccount":"111122223333"},"Bool":{"aws:SecureTransport":"true"}}"#;
    check_anyone(vacuous, "same_account");
}

#[test]
fn a_fact_that_was_not_collected_makes_it_unknown() {
    let nothing = OrganizationFacts::default();
    let unknown = Facts {
        kind: PolicyKind::Resource,
        resource_account: Some(OWN),
        service: None,
        target: None,
        organization: &nothing,
    };
    for condition in [
        r#"{"StringEquals":{"aws:PrincipalOrgID":"o-ourorg0001"}}"#,
        r#"{"StringEquals":{"aws:PrincipalAccount":"999988887777"}}"#,
        r#"{"StringEquals":{"aws:SourceVpc":"vpc-0aaa"}}"#,
        r#"{"StringEquals":{"aws:SourceAccount":"222233334444"}}"#,
    ] {
        let text = format!(r#"{{"Effect":"Allow","Principal":"*","Action":"*","Condition":{condition}}}"#);
        let grants = statement_grants(&document(&text).statements[0], &unknown);
        assert_eq!((grants[0].class, grants[0].is_external), (Class::Unknown, None), "{condition}");
    }
    // Nor can it be told whether an account is outside when the resource's own is not known.
    let homeless =
        Facts { kind: PolicyKind::Resource, resource_account: None, service: None, target: None, organization: &OURS };
    let text = r#"{"Effect":"Allow","Principal":{"AWS":["999988887777","222233334444"]},"Action":"*"}"#;
    let classes: Vec<_> = statement_grants(&document(text).statements[0], &homeless).iter().map(|g| g.class).collect();
    assert_eq!(classes, [Class::Unknown, Class::InOrg]);
}

#[test]
fn s3_encryption_key_is_a_bound_because_s3_says_so() {
    let key = "arn:aws:kms:us-east-1:111122223333:key/1234";
    check_anyone(
        &format!(r#"{{"StringEquals":{{"s3:x-amz-server-side-encryption-aws-kms-key-id":"{key}"}}}}"#),
        "unknown",
    );
    check(r#"{"Effect":"Allow","Principal":"*","Action":[]}"#, "none no_action");
}
