//! Verdicts on access points and their buckets, as they come from the rows of an account.

use std::collections::BTreeMap;

use orgcensus_policy::kinds::{S3_OBJECT_LAMBDA, SQS_QUEUE};
use orgcensus_policy::{PublicAccessBlock, ResourceKind};

use super::*;
use crate::blocks::{BlockedBucket, BlockedPoint};
use crate::known::Known;
use crate::resource::{Judged, Resources};

const OWN: &str = "111122223333";
const POINT: &str = "arn:aws:s3:us-east-1:111122223333:accesspoint/p";
const MULTI_REGION: &str = "arn:aws:s3::111122223333:accesspoint/m.mrap";
const BUCKET: &str = "arn:aws:s3:::b";
const OTHER: &str = "arn:aws:s3:::other";

const ANYONE: &str = r#""*""#;
const PARTNER: &str = r#"{"AWS":"999988887777"}"#;

const NOBODY: Answers = [Some(false); 3];
const PUBLIC: Answers = [Some(true); 3];
const EXTERNAL: Answers = [Some(false), Some(true), Some(false)];
const UNKNOWN: Answers = [None; 3];

fn open() -> Option<PublicAccessBlock> {
    Some(PublicAccessBlock::default())
}

fn restricts() -> Option<PublicAccessBlock> {
    Some(PublicAccessBlock { restrict_public_buckets: true, ..PublicAccessBlock::default() })
}

/// An Allow to read, under a condition.
fn allow(principal: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject",
        "Resource":"*","Condition":{condition}}}}}"#
    )
}

/// A bucket's policy that leaves access to the access points of an account.
fn leaves_it_to(account: &str) -> String {
    allow(ANYONE, &format!(r#"{{"StringEquals":{{"s3:DataAccessPointAccount":"{account}"}}}}"#))
}

/// A resource with this policy; none is one that it does not have.
fn resource(arn: &str, kind: ResourceKind, text: Option<&str>) -> Resource {
    let mut resource = Resource::new(arn, kind.resource_type);
    resource.add(kind.policy, "", false, text);
    resource
}

/// A bucket with this policy.
fn bucket(arn: &str, text: Option<&str>) -> Resource {
    resource(arn, S3_BUCKET, text)
}

/// An account in which nothing is blocked and all access points were read, with these buckets and these access points
/// before them.
fn account(buckets: Vec<Resource>, points: &[(&str, &[&str])]) -> AccountBlocks {
    let settings = || BlockedBucket { block: open(), region: Some("us-east-1".to_owned()), ..BlockedBucket::default() };
    let point = |buckets: &[&str]| {
        let buckets = buckets.iter().map(ToString::to_string).collect();
        BlockedPoint { block: open(), buckets, is_of_vpc: Some(false), ..BlockedPoint::default() }
    };
    AccountBlocks {
        account: open(),
        buckets: buckets.iter().map(|bucket| (bucket.arn.clone(), settings())).collect(),
        points: points.iter().map(|(arn, buckets)| ((*arn).to_owned(), point(buckets))).collect(),
        policies: Resources(buckets.into_iter().map(|bucket| (bucket.arn.clone(), bucket)).collect::<BTreeMap<_, _>>()),
        regions_of_points: ["us-east-1".to_owned()].into(),
        has_all_multi_region: true,
        ..AccountBlocks::default()
    }
}

fn judge(resource: &Resource, blocks: &AccountBlocks) -> Judged {
    let mut known = Known::default();
    known.organization.accounts = Some([OWN, "222233334444"].map(str::to_owned).into());
    resource.judge(OWN, &known, blocks, &Guardrails::default())
}

fn told(access: &ResourceAccess) -> Answers {
    [access.is_public, access.is_external, access.is_in_org]
}

/// The access point with this policy.
fn through(text: &str, blocks: &AccountBlocks) -> Judged {
    judge(&resource(POINT, S3_ACCESS_POINT, Some(text)), blocks)
}

#[test]
fn an_access_point_lets_in_whom_its_bucket_permits_too() {
    let leads: &[(&str, &[&str])] = &[(POINT, &[BUCKET])];
    let public = allow(ANYONE, "{}");
    for (of_bucket, expected, is_wider) in [
        (None, NOBODY, true),
        (Some(leaves_it_to(OWN)), PUBLIC, false),
        (Some(leaves_it_to("999988887777")), NOBODY, true),
        (Some(allow(PARTNER, "{}")), EXTERNAL, true),
        (Some(public.clone()), PUBLIC, false),
    ] {
        let blocks = account(vec![bucket(BUCKET, of_bucket.as_deref())], leads);
        let judged = through(&public, &blocks);
        assert_eq!(told(&judged.access), expected, "{of_bucket:?}");
        assert_eq!(judged.access.flags.iter().any(|it| it == "wider_than_bucket"), is_wider, "{:?}", judged.access);
        assert_eq!(judged.access.is_policy_public, Some(true), "AWS's own verdict is about the policy alone");
        assert_eq!(judged.opens, [(BUCKET.to_owned(), expected)]);
        let listed = judged.external.iter().any(|row| row.is_external == Some(true));
        assert_eq!(Some(listed), expected[1], "{:?}", judged.external);
    }
}

#[test]
fn a_bucket_that_was_not_read_or_is_of_another_account_leaves_it_open() {
    let mut unread = Resource::new(BUCKET, S3_BUCKET.resource_type);
    unread.add(PolicyKind::Resource, "", true, None);
    let mut without_acl = bucket(BUCKET, Some(&leaves_it_to(OWN)));
    without_acl.add(PolicyKind::Acl, "", true, None);
    let (public, own) = (allow(ANYONE, "{}"), allow(r#"{"AWS":"111122223333"}"#, "{}"));
    let leads: &[(&str, &[&str])] = &[(POINT, &[BUCKET])];
    let theirs: &[(&str, &[&str])] = &[(POINT, &["arn:aws:s3:::theirs"])];
    for (blocks, expected) in [
        (account(vec![unread], leads), UNKNOWN),
        (account(vec![without_acl], leads), PUBLIC),
        (account(vec![], theirs), UNKNOWN),
        (account(vec![], &[]), UNKNOWN),
    ] {
        assert_eq!(told(&through(&public, &blocks).access), expected, "{blocks:?}");
        assert_eq!(told(&through(&own, &blocks).access), NOBODY, "the access point itself says no");
    }
    let mut enforced = account(vec![bucket(BUCKET, None)], leads);
    enforced.buckets.get_mut(BUCKET).unwrap().has_no_acls = true;
    enforced.policies.0.get_mut(BUCKET).unwrap().add(PolicyKind::Acl, "", true, None);
    assert_eq!(told(&through(&public, &enforced).access), NOBODY, "an ACL that is off need not be read");
}

#[test]
fn each_level_of_blocks_closes_a_public_access_point() {
    let public = allow(ANYONE, "{}");
    let of = |change: fn(&mut AccountBlocks)| {
        let mut blocks = account(vec![bucket(BUCKET, Some(&leaves_it_to(OWN)))], &[(POINT, &[BUCKET])]);
        change(&mut blocks);
        let access = through(&public, &blocks).access;
        (told(&access), access.gated_by, access.flags)
    };
    let closed = (NOBODY, vec!["restrict_public_buckets".to_owned()], vec!["gated".to_owned()]);
    assert_eq!(of(|_| {}), (PUBLIC, vec![], vec![]));
    assert_eq!(of(|blocks| blocks.account = restricts()), closed);
    assert_eq!(of(|blocks| blocks.points.get_mut(POINT).unwrap().block = restricts()), closed);
    assert_eq!(of(|blocks| blocks.buckets.get_mut(BUCKET).unwrap().block = restricts()), closed);
    assert_eq!(of(|blocks| blocks.buckets.get_mut(BUCKET).unwrap().block = None).0, UNKNOWN);
}

#[test]
fn each_bucket_of_several_regions_permits_for_itself() {
    let buckets = vec![bucket(BUCKET, Some(&leaves_it_to(OWN))), bucket(OTHER, None)];
    let blocks = account(buckets, &[(MULTI_REGION, &[BUCKET, OTHER, "arn:aws:s3:::theirs"])]);
    let point = resource(MULTI_REGION, S3_MULTI_REGION_ACCESS_POINT, Some(&allow(ANYONE, "{}")));
    let judged = judge(&point, &blocks);
    assert_eq!(told(&judged.access), PUBLIC, "one way in is enough");
    let opens = [(BUCKET, PUBLIC), (OTHER, NOBODY), ("arn:aws:s3:::theirs", UNKNOWN)];
    assert_eq!(judged.opens, opens.map(|(arn, answers)| (arn.to_owned(), answers)));
    let closed = account(vec![bucket(OTHER, None)], &[(MULTI_REGION, &[OTHER, "arn:aws:s3:::theirs"])]);
    assert_eq!(told(&judge(&point, &closed).access), UNKNOWN, "their bucket is not known");
    let buckets = vec![bucket(BUCKET, Some(&leaves_it_to(OWN))), bucket(OTHER, None)];
    let judged = judge(&point, &account(buckets, &[(MULTI_REGION, &[BUCKET, OTHER])]));
    assert_eq!(told(&judged.access), PUBLIC);
    assert_eq!(judged.opens, [(BUCKET, PUBLIC), (OTHER, NOBODY)].map(|(arn, answers)| (arn.to_owned(), answers)));
}

#[test]
fn what_is_behind_an_object_lambda_access_point_is_not_weighed() {
    const LAMBDA: &str = "arn:aws:s3-object-lambda:us-east-1:111122223333:accesspoint/o";
    let text = allow(ANYONE, "{}").replace("s3:", "s3-object-lambda:");
    let judged = judge(&resource(LAMBDA, S3_OBJECT_LAMBDA, Some(&text)), &account(vec![], &[(LAMBDA, &[])]));
    assert_eq!((told(&judged.access), judged.opens), (PUBLIC, vec![]));
}

#[test]
fn nothing_else_has_buckets_behind_it() {
    let queue = "arn:aws:sqs:us-east-1:111122223333:q";
    let text = allow(ANYONE, "{}").replace("s3:GetObject", "sqs:SendMessage");
    let judged = judge(&resource(queue, SQS_QUEUE, Some(&text)), &account(vec![], &[]));
    assert_eq!((told(&judged.access), judged.opens), (PUBLIC, vec![]));
}

#[test]
fn a_bucket_that_leaves_it_to_access_points_that_are_not_judged_is_not_known_to_be_closed() {
    let of = |account_id: &str, change: fn(&mut AccountBlocks)| {
        let mut blocks = account(vec![bucket(BUCKET, None)], &[]);
        change(&mut blocks);
        judge(&bucket(BUCKET, Some(&leaves_it_to(account_id))), &blocks).access
    };
    let closed = of(OWN, |_| {});
    assert_eq!((told(&closed), closed.reasons.len()), (NOBODY, 0), "its own access points have rows of their own");
    let unread = of(OWN, |blocks| blocks.regions_of_points.clear());
    assert_eq!((told(&unread), unread.is_policy_public), (UNKNOWN, Some(false)));
    assert_eq!(unread.reasons, ["whom access points of the account 111122223333 let in is not known"]);
    assert_eq!(told(&of(OWN, |blocks| blocks.has_all_multi_region = false)), UNKNOWN);
    let restricted = |blocks: &mut AccountBlocks| blocks.account = restricts();
    assert_eq!(told(&of("222233334444", |_| {})), [None, None, Some(true)]);
    assert_eq!(told(&of("222233334444", restricted)), [Some(false), None, Some(true)]);
    assert_eq!(told(&of("999988887777", |_| {})), [None, Some(true), None]);
}
