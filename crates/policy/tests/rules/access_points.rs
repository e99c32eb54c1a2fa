//! E19: an access point and the bucket behind it. Both must permit what is to pass.

use std::sync::Arc;

use orgcensus_policy::{
    AccessPoint, AclGrant, AclGrantee, BucketBehind, Document, Facts, Flag, Gate, Guardrail, Guardrails, Policies,
    PolicyKind, PublicAccessBlock, Target, Verdict, verdict,
};

use crate::{OURS, OWN, document};

const POINT: &str = "arn:aws:s3:us-east-1:111122223333:accesspoint/p";
const MULTI_REGION: &str = "arn:aws:s3::111122223333:accesspoint/m.mrap";
const BUCKET: &str = "arn:aws:s3:::b";

const OPEN: Option<PublicAccessBlock> = Some(PublicAccessBlock {
    block_public_acls: false,
    ignore_public_acls: false,
    block_public_policy: false,
    restrict_public_buckets: false,
});
const RESTRICTS: Option<PublicAccessBlock> = match OPEN {
    Some(open) => Some(PublicAccessBlock { restrict_public_buckets: true, ..open }),
    None => None,
};

/// The levels of an access point that nothing blocks.
const UNBLOCKED: &[Option<PublicAccessBlock>] = &[OPEN];

const ANYONE: &str = r#""*""#;
const PARTNER: &str = r#"{"AWS":"999988887777"}"#;
const OTHER: &str = r#"{"AWS":"arn:aws:iam::444455556666:root"}"#;
const DELEGATES: &str = r#"{"StringEquals":{"s3:DataAccessPointAccount":"111122223333"}}"#;

/// Whether anyone, someone outside, and another account of the organization gets in.
type Answers = [Option<bool>; 3];

const NOBODY: Answers = [Some(false); 3];
const PUBLIC: Answers = [Some(true); 3];
const EXTERNAL: Answers = [Some(false), Some(true), Some(false)];
const IN_ORG: Answers = [Some(false), Some(false), Some(true)];
const UNKNOWN: Answers = [None; 3];

fn statement(effect: &str, principal: &str, action: &str, resources: &str, condition: &str) -> String {
    format!(
        r#"{{"Effect":"{effect}","Principal":{principal},"Action":"{action}","Resource":{resources},
        "Condition":{condition}}}"#
    )
}

/// An Allow of the access point to read.
fn reads(principal: &str) -> String {
    on_point(principal, "s3:GetObject")
}

fn on_point(principal: &str, action: &str) -> String {
    statement("Allow", principal, action, &format!(r#"["{POINT}","{POINT}/object/*"]"#), "{}")
}

/// An Allow or Deny of the bucket.
fn of_bucket(effect: &str, principal: &str, action: &str, condition: &str) -> String {
    statement(effect, principal, action, &format!(r#"["{BUCKET}","{BUCKET}/*"]"#), condition)
}

fn delegation(condition: &str) -> String {
    of_bucket("Allow", r#"{"AWS":"*"}"#, "*", condition)
}

/// The document of these statements; none without any.
fn documents(statements: &str) -> Vec<Document> {
    if statements.is_empty() { Vec::new() } else { vec![document(statements)] }
}

/// A bucket that nothing blocks.
fn bucket(documents: &[Document]) -> BucketBehind<'_> {
    let (acl, acl_owner) = (Vec::new(), None);
    BucketBehind { arn: BUCKET, documents, has_unread: false, acl, acl_owner, blocks: vec![OPEN] }
}

/// The policies of an access point that nothing blocks.
fn point<'a>(documents: &'a [Document], buckets: &'a [BucketBehind<'a>]) -> Policies<'a> {
    let access_point = AccessPoint { arn: Some(POINT), account: OWN, is_of_vpc: Some(false), buckets };
    Policies { access_point: Some(access_point), blocks: UNBLOCKED, ..Policies::of(documents) }
}

fn judge(policies: &Policies) -> Verdict {
    let arn = policies.access_point.and_then(|it| it.arn).unwrap_or(POINT);
    let target = Target::of(arn, Some(OWN));
    let facts = Facts {
        kind: PolicyKind::AccessPoint,
        resource_account: Some(OWN),
        service: Some("s3"),
        target: target.as_ref(),
        organization: &OURS,
    };
    verdict(policies, &facts)
}

fn answers(verdict: &Verdict) -> Answers {
    [verdict.is_public, verdict.is_external, verdict.is_in_org]
}

/// The verdict on an access point with these statements before a bucket with those.
fn through(of_point: &str, of_bucket: &str) -> Verdict {
    let (own, others) = (documents(of_point), documents(of_bucket));
    judge(&point(&own, &[bucket(&others)]))
}

#[track_caller]
fn check(of_point: &str, of_bucket: &str, expected: Answers) {
    let verdict = through(of_point, of_bucket);
    assert_eq!(answers(&verdict), expected, "{of_bucket}\n{:#?}", verdict.reasons);
}

#[test]
fn e19_a_bucket_without_a_policy_permits_nobody_from_outside() {
    let closed = through(&reads(ANYONE), "");
    assert_eq!((answers(&closed), closed.policy_public), (NOBODY, Some(true)), "the policy alone is public");
    assert!(closed.flags.contains(&Flag::WiderThanBucket) && closed.grants.is_empty(), "{:?}", closed.flags);
    let reason = "the bucket permits less than statement 0: AWS:* is public";
    assert!(closed.reasons.iter().any(|it| it.starts_with(reason)), "{:?}", closed.reasons);
    let own = through(&reads(r#"{"AWS":"111122223333"}"#), "");
    assert_eq!((answers(&own), own.flags), (NOBODY, vec![]), "identities of the account need no bucket policy");
}

#[test]
fn e19_a_bucket_leaves_it_to_its_access_points_by_account_by_arn_or_by_network() {
    let by_arn = |operator: &str, arn: &str| format!(r#"{{"{operator}":{{"s3:DataAccessPointArn":"{arn}"}}}}"#);
    let by_network = |origin: &str| format!(r#"{{"StringEquals":{{"s3:AccessPointNetworkOrigin":"{origin}"}}}}"#);
    for (condition, expected) in [
        (DELEGATES.to_owned(), PUBLIC),
        (r#"{"StringEquals":{"s3:DataAccessPointAccount":"${aws:ResourceAccount}"}}"#.to_owned(), PUBLIC),
        (r#"{"StringEquals":{"s3:DataAccessPointAccount":"999988887777"}}"#.to_owned(), NOBODY),
        (by_arn("StringEquals", POINT), PUBLIC),
        (by_arn("ArnLike", "arn:aws:s3:us-east-1:111122223333:accesspoint/*"), PUBLIC),
        (by_arn("ArnEquals", "arn:aws:s3:us-east-1:111122223333:accesspoint/other"), NOBODY),
        (by_network("Internet"), PUBLIC),
        (by_network("VPC"), NOBODY),
        (
            r#"{"StringEquals":{"s3:DataAccessPointAccount":"111122223333"},"Null":{"s3:DataAccessPointArn":"true"}}"#
                .to_owned(),
            NOBODY,
        ),
    ] {
        check(&reads(ANYONE), &delegation(&condition), expected);
    }
    let verdict = through(&reads(ANYONE), &delegation(DELEGATES));
    assert!(verdict.flags.is_empty() && verdict.grants[0].limits.is_empty(), "{verdict:#?}");
}

#[test]
fn e19_a_delegation_gives_as_much_as_the_access_point_says() {
    check(&reads(PARTNER), &delegation(DELEGATES), EXTERNAL);
    check(&reads(r#"{"AWS":"222233334444"}"#), &delegation(DELEGATES), IN_ORG);
    let of_partner = of_bucket("Allow", PARTNER, "*", DELEGATES);
    check(&reads(ANYONE), &of_partner, EXTERNAL);
    let of_owner = of_bucket("Allow", r#"{"AWS":"111122223333"}"#, "*", DELEGATES);
    check(&reads(ANYONE), &of_owner, NOBODY);
    let from_office = DELEGATES.replacen('{', r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"},"#, 1);
    check(&reads(ANYONE), &delegation(&from_office), EXTERNAL);
}

#[test]
fn e19_a_grant_of_the_bucket_counts_as_far_as_it_goes() {
    let allow = |principal: &str, action: &str, condition: &str| of_bucket("Allow", principal, action, condition);
    let ours = r#"{"StringEquals":{"aws:PrincipalOrgID":"o-ourorg0001"}}"#;
    for (of_bucket, expected) in [
        (allow(ANYONE, "s3:GetObject", "{}"), PUBLIC),
        (allow(ANYONE, "s3:Get*", "{}"), PUBLIC),
        (allow(ANYONE, "s3:PutObject", "{}"), NOBODY),
        (allow(PARTNER, "s3:GetObject", "{}"), EXTERNAL),
        (allow(ANYONE, "s3:GetObject", ours), IN_ORG),
        (allow(r#"{"AWS":"AROAEXAMPLEEXAMPLE123"}"#, "s3:*", "{}"), NOBODY),
        (statement("Allow", ANYONE, "s3:GetObject", r#""arn:aws:s3:::other/*""#, "{}"), NOBODY),
        (statement("Allow", ANYONE, "s3:GetObject", r#""arn:aws:s3:::b/public/*""#, "{}"), PUBLIC),
    ] {
        check(&reads(ANYONE), &of_bucket, expected);
    }
    let private = statement("Allow", ANYONE, "s3:GetObject", &format!(r#""{POINT}/object/private/*""#), "{}");
    let public = statement("Allow", ANYONE, "s3:GetObject", r#""arn:aws:s3:::b/public/*""#, "{}");
    check(&private, &public, NOBODY);
    let unresolved = format!(r#"{{"CanonicalUser":"{}"}}"#, "7".repeat(64));
    check(&reads(ANYONE), &allow(&unresolved, "s3:*", "{}"), [Some(false), None, None]);
    let odd = statement("Allow", ANYONE, "GetObject", r#""p/object/*""#, "{}");
    check(&odd, &allow(ANYONE, "s3:*", "{}"), PUBLIC);
    let all_but = of_bucket("Allow", PARTNER, "s3:*", "{}").replace("\"Principal\"", "\"NotPrincipal\"");
    check(&reads(ANYONE), &all_but, PUBLIC);
}

#[test]
fn e19_both_must_mean_the_same_caller() {
    let role = |name: &str| format!(r#"{{"AWS":"arn:aws:iam::999988887777:role/{name}"}}"#);
    let allow = |principal: &str| of_bucket("Allow", principal, "s3:GetObject", "{}");
    check(&reads(PARTNER), &allow(OTHER), NOBODY);
    check(&reads(PARTNER), &allow(PARTNER), EXTERNAL);
    check(&reads(PARTNER), &allow(&role("a")), EXTERNAL);
    check(&reads(&role("a")), &allow(PARTNER), EXTERNAL);
    check(&reads(&role("a")), &allow(&role("b")), NOBODY);
    check(&reads(PARTNER), &format!("{},{}", allow(OTHER), allow(PARTNER)), EXTERNAL);
    let several = r#"{"AWS":["444455556666","arn:aws:iam::999988887777:role/a"]}"#;
    check(&reads(&role("a")), &allow(several), EXTERNAL);
    let verdict = through(&reads(ANYONE), &allow(PARTNER));
    let grant = &verdict.grants[0];
    assert_eq!(
        (grant.principal.value.as_str(), grant.bounded_by.as_slice()),
        ("*", ["aws:PrincipalAccount".into()].as_slice())
    );
    assert_eq!(grant.account.as_deref(), Some("999988887777"));
}

#[test]
fn e19_a_deny_of_either_holds_for_both() {
    let with = |deny: &str| format!("{},{deny}", delegation(DELEGATES));
    let deny = |condition: &str| with(&of_bucket("Deny", ANYONE, "s3:*", condition));
    check(&reads(ANYONE), &deny("{}"), NOBODY);
    check(&reads(ANYONE), &deny(r#"{"StringNotEquals":{"aws:PrincipalOrgID":"o-ourorg0001"}}"#), IN_ORG);
    check(&reads(ANYONE), &deny(&format!(r#"{{"ArnEquals":{{"s3:DataAccessPointArn":"{POINT}"}}}}"#)), NOBODY);
    // It is for those who come to the bucket directly.
    check(&reads(ANYONE), &deny(r#"{"StringNotEquals":{"s3:DataAccessPointAccount":"111122223333"}}"#), PUBLIC);
    let of_objects = statement("Deny", ANYONE, "*", r#""arn:aws:s3:::b/*""#, "{}");
    check(&reads(ANYONE), &with(&of_objects), NOBODY);
    let of_others = statement("Deny", ANYONE, "*", r#""arn:aws:s3:::other/*""#, "{}");
    check(&reads(ANYONE), &with(&of_others), PUBLIC);
    let own = format!("{},{}", reads(ANYONE), reads(ANYONE).replacen("Allow", "Deny", 1));
    check(&own, &delegation(DELEGATES), NOBODY);
}

#[test]
fn e19_what_was_not_read_or_not_understood_leaves_it_open() {
    let (public, own) = (documents(&reads(ANYONE)), documents(&reads(r#"{"AWS":"111122223333"}"#)));
    let unread = [BucketBehind::unread(BUCKET)];
    let doubted = judge(&point(&public, &unread));
    assert_eq!((answers(&doubted), doubted.policy_public), (UNKNOWN, Some(true)));
    assert_eq!(doubted.reasons.last().unwrap(), "whether the bucket arn:aws:s3:::b permits it is not known");
    assert!(!doubted.flags.contains(&Flag::WiderThanBucket));
    assert_eq!(answers(&judge(&point(&own, &unread))), NOBODY, "the access point itself says no");
    check(&reads(ANYONE), &delegation(r#"{"NumericEquals":{"s3:DataAccessPointAccount":"111122223333"}}"#), UNKNOWN);
    let partner = documents(&of_bucket("Allow", PARTNER, "s3:GetObject", "{}"));
    let partly = [BucketBehind { has_unread: true, ..bucket(&partner) }];
    assert_eq!(answers(&judge(&point(&public, &partly))), [None, Some(true), None]);
    let nonsense = [Document::parse("nope")];
    assert_eq!(answers(&judge(&point(&public, &[bucket(&nonsense)]))), UNKNOWN);
}

#[test]
fn e19_of_an_unread_access_point_its_bucket_says_the_most() {
    let (leaves, closed) = (documents(&delegation(DELEGATES)), documents(""));
    let restricted = BucketBehind { blocks: vec![RESTRICTS], ..bucket(&leaves) };
    let partner = documents(&of_bucket("Allow", PARTNER, "s3:GetObject", "{}"));
    for (bucket, expected) in [
        (bucket(&leaves), UNKNOWN),
        (bucket(&closed), NOBODY),
        (restricted, [Some(false), None, None]),
        (bucket(&partner), [Some(false), None, Some(false)]),
    ] {
        let buckets = [bucket];
        let verdict = judge(&Policies { has_unread: true, ..point(&[], &buckets) });
        assert_eq!((answers(&verdict), verdict.policy_public), (expected, None), "{:?}", verdict.reasons);
        assert!(verdict.flags.contains(&Flag::Unread) && verdict.grants.is_empty());
    }
}

#[test]
fn e19_blocks_of_every_level_close_what_is_public() {
    let (public, partner) = (documents(&reads(ANYONE)), documents(&reads(PARTNER)));
    let (leaves, open) = (documents(&delegation(DELEGATES)), documents(&of_bucket("Allow", ANYONE, "s3:*", "{}")));
    let of = |own: &[Document], others: &[Document], blocks: &[Option<PublicAccessBlock>], behind| {
        let buckets = [BucketBehind { blocks: vec![OPEN, behind], ..bucket(others) }];
        answers(&judge(&Policies { blocks, ..point(own, &buckets) }))
    };
    assert_eq!(of(&public, &leaves, &[OPEN, OPEN], OPEN), PUBLIC);
    assert_eq!(of(&public, &leaves, &[RESTRICTS, OPEN], OPEN), NOBODY, "the account");
    assert_eq!(of(&public, &leaves, &[OPEN, RESTRICTS], OPEN), NOBODY, "the access point");
    assert_eq!(of(&public, &leaves, &[OPEN, OPEN], RESTRICTS), NOBODY, "the bucket");
    assert_eq!(of(&public, &leaves, &[OPEN, OPEN], None), UNKNOWN);
    assert_eq!(of(&partner, &leaves, &[RESTRICTS, RESTRICTS], RESTRICTS), EXTERNAL, "neither policy is public");
    assert_eq!(of(&partner, &open, &[OPEN, OPEN], RESTRICTS), NOBODY, "the bucket's policy is");
}

#[test]
fn e19_from_a_vpc_only_our_own_callers_come() {
    let (own, leaves) = (documents(&reads(ANYONE)), documents(&delegation(DELEGATES)));
    let of_vpcs = documents(&delegation(r#"{"StringEquals":{"s3:AccessPointNetworkOrigin":"VPC"}}"#));
    let closed = documents("");
    for (others, expected) in [(&leaves, IN_ORG), (&of_vpcs, IN_ORG), (&closed, NOBODY)] {
        let buckets = [BucketBehind { blocks: vec![OPEN], ..bucket(others) }];
        let access_point = AccessPoint { arn: Some(POINT), account: OWN, is_of_vpc: Some(true), buckets: &buckets };
        let gates = [Gate::VpcOnly];
        let policies = Policies { access_point: Some(access_point), blocks: &[], gates: &gates, ..Policies::of(&own) };
        let verdict = judge(&policies);
        assert_eq!((answers(&verdict), verdict.gated_by.as_slice()), (expected, gates.as_slice()));
    }
}

#[test]
fn e19_from_a_vpc_those_outside_come_whom_an_unread_policy_may_name() {
    let (own, leaves) = (documents(&reads(ANYONE)), documents(&delegation(DELEGATES)));
    let (expected, none) = ([Some(false), None, None], Vec::new());
    for (own, has_unread, bucket) in [
        (&own, false, BucketBehind { blocks: vec![OPEN], ..BucketBehind::unread(BUCKET) }),
        (&none, true, bucket(&leaves)),
    ] {
        let buckets = [bucket];
        let access_point = AccessPoint { arn: Some(POINT), account: OWN, is_of_vpc: Some(true), buckets: &buckets };
        let gates = [Gate::VpcOnly];
        let access_point = Some(access_point);
        let verdict = judge(&Policies { access_point, has_unread, gates: &gates, ..Policies::of(own) });
        assert_eq!(answers(&verdict), expected, "{:?}", verdict.reasons);
    }
}

#[test]
fn e19_of_the_buckets_of_several_regions_one_is_enough() {
    let allow = statement("Allow", ANYONE, "s3:GetObject", &format!(r#""{MULTI_REGION}/object/*""#), "{}");
    let own = documents(&allow);
    let by_arn = format!(r#"{{"StringEquals":{{"s3:DataAccessPointArn":"{MULTI_REGION}"}}}}"#);
    let (leaves, closed) = (documents(&delegation(&by_arn)), documents(&of_bucket("Deny", ANYONE, "*", "{}")));
    let of = |buckets: &[BucketBehind]| {
        let point = AccessPoint { arn: Some(MULTI_REGION), account: OWN, is_of_vpc: None, buckets };
        answers(&judge(&Policies { access_point: Some(point), blocks: UNBLOCKED, ..Policies::of(&own) }))
    };
    assert_eq!(of(&[bucket(&closed), bucket(&leaves)]), PUBLIC, "a Deny of one bucket is not of the other");
    assert_eq!(of(&[bucket(&closed)]), NOBODY);
    assert_eq!(of(&[bucket(&closed), BucketBehind::unread("arn:aws:s3:::theirs")]), UNKNOWN);
}

#[test]
fn e19_the_acl_of_a_bucket_permits_too() {
    let acl = vec![AclGrant { grantee: AclGrantee::AllUsers, permission: "READ".into() }];
    let ignores = OPEN.map(|open| PublicAccessBlock { ignore_public_acls: true, ..open });
    let of = |action: &str, block: Option<PublicAccessBlock>| {
        let own = documents(&on_point(ANYONE, action));
        let buckets = [BucketBehind { acl: acl.clone(), blocks: vec![block], ..bucket(&[]) }];
        answers(&judge(&point(&own, &buckets)))
    };
    assert_eq!(of("s3:ListBucket", OPEN), PUBLIC);
    assert_eq!(of("s3:GetObject", OPEN), NOBODY, "it lets anyone list, and read nothing");
    assert_eq!(of("s3:ListBucket", ignores), NOBODY);
    assert_eq!(of("s3:ListBucket", None), UNKNOWN);
    let owner = AclGrant { grantee: AclGrantee::CanonicalUser("me".into()), permission: "FULL_CONTROL".into() };
    let own = documents(&on_point(ANYONE, "s3:*"));
    let buckets = [BucketBehind { acl: vec![owner], acl_owner: Some("me"), ..bucket(&[]) }];
    assert_eq!(answers(&judge(&point(&own, &buckets))), NOBODY);
}

#[test]
fn e19_control_policies_of_the_organization_hold_here_too() {
    let perimeter = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*",
        "Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-ourorg0001"},
        "BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}}}"#;
    let rails = Guardrails::new(vec![Arc::new(Guardrail::parse("perimeter (p-1)".to_owned(), perimeter))], false);
    let (own, leaves) = (documents(&reads(ANYONE)), documents(&delegation(DELEGATES)));
    let buckets = [bucket(&leaves)];
    let held = judge(&Policies { guardrails: Some(&rails), ..point(&own, &buckets) });
    assert_eq!((answers(&held), held.policy_public), (IN_ORG, Some(true)));
    assert!(held.flags.contains(&Flag::DeniedByRcp) && !held.flags.contains(&Flag::WiderThanBucket));
}

#[test]
fn e19_an_access_point_that_names_itself_bounds_nobody() {
    let own = reads(ANYONE).replace("\"Condition\":{}", &format!("\"Condition\":{DELEGATES}"));
    check(&own, &delegation(DELEGATES), PUBLIC);
    check(&own, "", NOBODY);
}

#[test]
fn e19_too_many_allows_count_as_not_read() {
    let many = |statement: String| vec![statement; 80].join(",");
    check(
        &many(reads(PARTNER)),
        &many(of_bucket("Allow", PARTNER, "s3:GetObject", "{}")),
        [Some(false), None, Some(false)],
    );
}

#[test]
fn e19_any_access_point_of_another_account_may_be_opened_to_anyone() {
    let theirs = r#"{"StringEquals":{"s3:DataAccessPointAccount":"999988887777"}}"#;
    let target = Target::of(BUCKET, Some(OWN));
    let facts = Facts {
        kind: PolicyKind::Resource,
        resource_account: Some(OWN),
        service: Some("s3"),
        target: target.as_ref(),
        organization: &OURS,
    };
    let of = |statements: &str, block| {
        let documents = documents(statements);
        let buckets = [BucketBehind { blocks: vec![block], ..bucket(&documents) }];
        let any = AccessPoint { arn: None, account: "999988887777", is_of_vpc: None, buckets: &buckets };
        let policies = Policies { access_point: Some(any), has_unread: true, ..Policies::of(&[]) };
        answers(&verdict(&policies, &facts))
    };
    assert_eq!(of(&delegation(theirs), OPEN), UNKNOWN);
    assert_eq!(of(&delegation(theirs), RESTRICTS), [Some(false), None, None]);
    assert_eq!(of(&delegation(DELEGATES), OPEN), NOBODY, "it is not left to that account");
    assert_eq!(of(&of_bucket("Allow", PARTNER, "*", theirs), OPEN), [Some(false), None, Some(false)]);
}
