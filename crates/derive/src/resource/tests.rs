//! Verdicts on one resource: several policies, policies that no collector reads, named resources and services.

use orgcensus_policy::kinds::{
    ECR_REPOSITORY, KMS_KEY, OPENSEARCH_DOMAIN, S3_ACCESS_POINT, S3_BUCKET, S3_OUTPOSTS_ACCESS_POINT,
    S3EXPRESS_ACCESS_POINT, S3EXPRESS_BUCKET, SNS_TOPIC, SQS_QUEUE, VPC_LATTICE_SERVICE,
};

use super::*;
use crate::blocks::{BlockedBucket, BlockedPoint};

fn judged(kind: ResourceKind, arn: &str, statements: &str) -> Judged {
    behind(&[], kind, arn, statements)
}

fn behind(gates: &[Gate], kind: ResourceKind, arn: &str, statements: &str) -> Judged {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let mut resource = Resource::new(arn, kind.resource_type);
    resource.gates.extend(gates);
    resource.add(PolicyKind::Resource, "", false, Some(&text));
    resource.judge("111122223333", &known(), &AccountBlocks::default(), &Guardrails::default())
}

/// An organization of one account.
fn known() -> Known {
    let mut known = Known::default();
    known.organization.accounts = Some(["111122223333".to_owned()].into());
    known.organization.ids = Some(["o-ourorg0001".to_owned()].into());
    known
}

#[test]
fn of_several_policies_one_that_was_not_read_hides_none_of_the_others() {
    let text = |principal: &str| {
        format!(r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"sqs:*"}}}}"#)
    };
    let mut known = Known::default();
    known.organization.accounts = Some(["111122223333", "222233334444"].map(str::to_owned).into());
    let of = |policies: &[(&str, Option<&str>)]| {
        let mut resource = Resource::new("arn:aws:sqs:us-east-1:111122223333:q", SQS_QUEUE.resource_type);
        for (name, principal) in policies {
            resource.add(PolicyKind::Resource, name, principal.is_none(), principal.map(text).as_deref());
        }
        resource.judge("111122223333", &known, &AccountBlocks::default(), &Guardrails::default())
    };
    let judged = of(&[("a", Some("999988887777")), ("b", None), ("c", Some("222233334444"))]);
    let access = &judged.access;
    assert_eq!((access.is_public, access.is_external, access.is_in_org), (None, Some(true), Some(true)));
    let rows: Vec<_> = judged.external.iter().map(|it| (it.policy_name.as_str(), it.is_external)).collect();
    assert_eq!(rows, [("a", Some(true)), ("c", Some(false))]);
    assert_eq!(judged.principals.len(), 2);
    let unread = of(&[("b", None)]).access;
    assert_eq!((unread.is_external, unread.has_policy, unread.flags), (None, None, vec!["unread".to_owned()]));
}

/// A type of which a part is never read.
static SECRETIVE: ResourceKind = SQS_QUEUE.never_reads("its grants");

#[test]
fn a_resource_may_have_policies_that_are_not_read() {
    let arn = "arn:aws:sqs:us-east-1:111122223333:q";
    let of = |declared: &'static ResourceKind, principal: &str| {
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"*","Resource":"*"}}}}"#
        );
        let mut resource = Resource::new(arn, SQS_QUEUE.resource_type);
        resource.declared = Some(declared);
        resource.add(PolicyKind::Resource, "", false, Some(&text));
        resource.judge("111122223333", &known(), &AccountBlocks::default(), &Guardrails::default())
    };
    let closed = of(&SECRETIVE, "111122223333").access;
    assert_eq!((closed.is_public, closed.is_external, closed.is_in_org), (None, None, None));
    assert_eq!(closed.flags, ["policies_unread"]);
    let open = of(&SECRETIVE, "*");
    assert_eq!((open.access.is_public, open.access.is_external), (Some(true), Some(true)));
    assert_eq!(open.external.len(), 1);
    let external = of(&SECRETIVE, "999988887777");
    assert_eq!((external.access.is_public, external.access.is_external), (None, Some(true)));
    assert_eq!(external.external[0].is_public, Some(false), "the row is about what was read");
    let whole = of(&SQS_QUEUE, "111122223333").access;
    assert_eq!((whole.is_public, whole.flags.len()), (Some(false), 0));
}

#[test]
fn grants_let_in_beside_the_policy_of_a_key_and_its_deny_holds_for_them_too() {
    let arn = "arn:aws:kms:us-east-1:111122223333:key/k";
    let statement = |effect: &str, principal: &str| {
        format!(
            r#"{{"Statement":{{"Effect":"{effect}","Principal":{{"AWS":"{principal}"}},"Action":"kms:Decrypt",
            "Resource":"*"}}}}"#
        )
    };
    let of = |policy: &str, grants: &[(&str, Option<&str>)]| {
        let mut resource = Resource::new(arn, KMS_KEY.resource_type);
        resource.add(PolicyKind::Resource, "", false, Some(policy));
        for (id, grantee) in grants {
            let text = grantee.map(|grantee| statement("Allow", grantee));
            resource.add(PolicyKind::Grant, id, text.is_none(), text.as_deref());
        }
        resource.judge("111122223333", &known(), &AccountBlocks::default(), &Guardrails::default())
    };
    let own = statement("Allow", "111122223333");
    let closed = of(&own, &[("g-1", Some("111122223333"))]).access;
    assert_eq!((closed.is_external, closed.is_in_org, closed.flags.len()), (Some(false), Some(false), 0));
    let judged = of(&own, &[("g-1", Some("999988887777")), ("g-2", Some("111122223333")), ("", None)]);
    assert_eq!((judged.access.is_public, judged.access.is_external), (None, Some(true)));
    let rows: Vec<_> = judged.external.iter().map(|it| (it.policy_kind.as_str(), it.policy_name.as_str())).collect();
    assert_eq!(rows, [("grant", "g-1")]);
    let denied = of(&statement("Deny", "999988887777"), &[("g-1", Some("999988887777"))]).access;
    assert_eq!((denied.is_external, denied.has_policy), (Some(false), Some(true)));
}

#[test]
fn what_a_statement_names_is_held_against_the_resource() {
    let arn = "arn:aws:sqs:us-east-1:111122223333:q";
    let allow =
        |resource: &str| format!(r#"{{"Effect":"Allow","Principal":"*","Action":"SQS:*","Resource":"{resource}"}}"#);
    let other = judged(SQS_QUEUE, arn, &allow("arn:aws:sqs:us-east-1:111122223333:other"));
    assert_eq!((other.access.is_public, other.access.is_external), (Some(false), Some(false)));
    assert_eq!((other.access.flags.as_slice(), other.external.len()), (["other_resource".to_owned()].as_slice(), 0));
    assert_eq!((other.principals.len(), other.principals[0].principal_class.as_str()), (1, "nobody"));
    assert_eq!(judged(SQS_QUEUE, arn, &allow(arn)).access.is_public, Some(true));
    let deny = format!(
        r#"{{"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"{arn}",
        "Condition":{{"StringNotEquals":{{"aws:PrincipalOrgID":"o-ourorg0001"}}}}}}"#
    );
    let held = judged(SQS_QUEUE, arn, &format!("{},{deny}", allow("*"))).access;
    assert_eq!((held.is_public, held.is_external, held.is_in_org), (Some(false), Some(false), Some(true)));
}

#[test]
fn the_service_is_that_of_the_resource_type() {
    let all = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
        {"Effect":"Deny","Principal":"*","Action":"sns:*","Resource":"*"}"#;
    assert_eq!(judged(SNS_TOPIC, "arn:aws:sns:us-east-1:111122223333:t", all).access.is_public, Some(false));
    assert_eq!(judged(SQS_QUEUE, "arn:aws:sqs:us-east-1:111122223333:q", all).access.is_public, Some(true));
}

#[test]
fn an_inactive_policy_is_no_gate_before_the_others_of_its_resource() {
    let arn = "arn:aws:vpc-lattice:us-east-1:111122223333:service/svc-1";
    let text = |principal: &str| {
        format!(r#"{{"Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"*","Resource":"*"}}]}}"#)
    };
    let (open, partner) = (text(r#""*""#), text(r#"{"AWS":"999988887777"}"#));
    let of = |documents: &[(&str, &str, Option<Gate>)]| {
        let mut resource = Resource::new(arn, VPC_LATTICE_SERVICE.resource_type);
        for (name, document, gate) in documents {
            let first = resource.documents.len();
            resource.add(PolicyKind::Resource, name, false, Some(document));
            if let Some(gate) = gate {
                resource.stands_before(*gate, first);
            }
        }
        resource.judge("111122223333", &known(), &AccountBlocks::default(), &Guardrails::default()).access
    };
    let off = Some(Gate::PolicyInactive);
    let alone = of(&[("", &open, off)]);
    assert_eq!((alone.is_public, alone.is_external, alone.is_policy_public), (Some(false), Some(false), Some(true)));
    assert_eq!(alone.gated_by, ["policy_inactive"]);
    let shared = of(&[("", &open, off), ("share", &partner, None)]);
    assert_eq!((shared.is_public, shared.is_external), (Some(false), Some(true)));
    assert_eq!(of(&[("", &open, None)]).is_public, Some(true));
}

#[test]
fn a_gate_of_the_type_stands_before_all_and_one_of_the_item_before_it_alone() {
    let open = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#;
    let repository = judged(ECR_REPOSITORY, "arn:aws:ecr:us-east-1:111122223333:repository/r", open).access;
    assert_eq!((repository.is_public, repository.gated_by), (Some(true), vec!["authorization_token".to_owned()]));
    let arn = "arn:aws:es:us-east-1:111122223333:domain/d";
    let on_the_internet = judged(OPENSEARCH_DOMAIN, arn, open).access;
    assert_eq!((on_the_internet.is_public, on_the_internet.gated_by), (Some(true), vec![]));
    let in_a_vpc = behind(&[Gate::VpcOnly], OPENSEARCH_DOMAIN, arn, open).access;
    assert_eq!((in_a_vpc.is_public, in_a_vpc.is_external), (Some(false), Some(false)));
    assert_eq!((in_a_vpc.is_policy_public, in_a_vpc.gated_by), (Some(true), vec!["vpc_only".to_owned()]));
}

#[test]
fn the_blocks_of_a_bucket_stand_before_its_access_points_but_for_those_of_a_vpc() {
    const POINT: &str = "arn:aws:s3:us-east-1:111122223333:accesspoint/p";
    const LEAVES_IT_TO_POINTS: &str = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
        "Condition":{"StringEquals":{"s3:DataAccessPointAccount":"111122223333"}}}}"#;
    let text = format!(
        r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"{POINT}/object/*"}}}}"#
    );
    let open = Some(PublicAccessBlock::default());
    let judged = |gates: &[Gate], restricts: bool| {
        let block = Some(PublicAccessBlock { restrict_public_buckets: restricts, ..PublicAccessBlock::default() });
        let bucket = BlockedBucket { block, ..BlockedBucket::default() };
        let mut policies = Resource::new("arn:aws:s3:::b", S3_BUCKET.resource_type);
        policies.add(PolicyKind::Resource, "", false, Some(LEAVES_IT_TO_POINTS));
        let buckets = vec!["arn:aws:s3:::b".to_owned()];
        let is_public_to_aws = Some(true);
        let point = BlockedPoint { block: open, is_public_to_aws, buckets, ..BlockedPoint::default() };
        let blocks = AccountBlocks {
            account: open,
            points: [(POINT.to_owned(), point)].into(),
            buckets: [("arn:aws:s3:::b".to_owned(), bucket)].into(),
            policies: Resources([("arn:aws:s3:::b".to_owned(), policies)].into()),
            ..AccountBlocks::default()
        };
        let mut resource = Resource::new(POINT, S3_ACCESS_POINT.resource_type);
        resource.gates.extend(gates);
        resource.add(PolicyKind::AccessPoint, "", false, Some(&text));
        resource.judge("111122223333", &Known::default(), &blocks, &Guardrails::default()).access
    };
    let public = judged(&[], false);
    assert_eq!((public.is_public, public.aws_is_public, public.gated_by), (Some(true), Some(true), vec![]));
    let closed = judged(&[], true);
    assert_eq!((closed.is_public, closed.is_in_org), (Some(false), Some(false)));
    assert_eq!(closed.gated_by, ["restrict_public_buckets"]);
    let inside = judged(&[Gate::VpcOnly], true);
    assert_eq!((inside.is_public, inside.is_external, inside.is_in_org), (Some(false), Some(false), Some(true)));
    assert_eq!(inside.gated_by, ["vpc_only"]);
}

#[test]
fn a_directory_bucket_is_never_public() {
    let open = r#"{"Effect":"Allow","Principal":"*","Action":"s3express:CreateSession","Resource":"*"}"#;
    let arn = "arn:aws:s3express:us-east-1:111122223333:bucket/b--use1-az4--x-s3";
    let access = judged(S3EXPRESS_BUCKET, arn, open).access;
    assert_eq!((access.is_public, access.is_external), (Some(false), Some(false)));
    assert_eq!(access.gated_by, ["restrict_public_buckets"]);
}

#[test]
fn an_access_point_of_a_directory_bucket_or_an_outpost_is_never_public() {
    let open = |action: &str| format!(r#"{{"Effect":"Allow","Principal":"*","Action":"{action}","Resource":"*"}}"#);
    let express = "arn:aws:s3express:us-east-1:111122223333:accesspoint/p--use1-az4--xa-s3";
    let outpost = "arn:aws:s3-outposts:us-east-1:111122223333:outpost/op-1/accesspoint/p";
    for (kind, arn, action) in [
        (S3EXPRESS_ACCESS_POINT, express, "s3express:CreateSession"),
        (S3_OUTPOSTS_ACCESS_POINT, outpost, "s3-outposts:GetObject"),
    ] {
        let closed = judged(kind, arn, &open(action)).access;
        assert_eq!((closed.is_public, closed.is_in_org), (Some(false), Some(false)), "{arn}");
        assert_eq!(closed.gated_by, ["restrict_public_buckets"], "{arn}");
        let inside = behind(&[Gate::VpcOnly], kind, arn, &open(action)).access;
        assert_eq!((inside.is_public, inside.is_external, inside.is_in_org), (Some(false), Some(false), Some(true)));
        assert_eq!(inside.gated_by, ["vpc_only"], "{arn}");
    }
}
