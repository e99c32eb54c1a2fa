use orgcensus_policy::{
    AclGrant, AclGrantee, Document, Facts, OrganizationFacts, Policies, PolicyKind, PublicAccessBlock, verdict,
};

use super::*;

const TEXT: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Sid":"Open","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"},
    {"Effect":"Allow","Principal":{"AWS":"999988887777"},"Action":["s3:PutObject","s3:PutBucketPolicy"],"Resource":"*",
     "Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}},
    {"Effect":"Allow","Principal":{"Service":"logs.amazonaws.com"},"Action":"s3:PutObject","Resource":"*"},
    {"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}]}"#;

fn rows_behind(block: Option<PublicAccessBlock>) -> Vec<ExternalAccess> {
    judged(TEXT, block).0
}

/// The rows of a bucket with this policy and a grant to all users, and their actions.
fn judged(text: &str, block: Option<PublicAccessBlock>) -> (Vec<ExternalAccess>, Vec<ExternalAccessAction>) {
    let organization =
        OrganizationFacts { accounts: Some(["111122223333".to_owned()].into()), ..OrganizationFacts::default() };
    let facts = Facts {
        kind: PolicyKind::Resource,
        resource_account: Some("111122223333"),
        service: Some("s3"),
        target: None,
        organization: &organization,
    };
    let documents = [Document::parse(text)];
    let acl = [AclGrant { grantee: AclGrantee::AllUsers, permission: "READ".into() }];
    let policies = Policies { acl: Some(&acl), blocks: &[block], ..Policies::of(&documents) };
    let named = Named {
        resource_arn: "arn:aws:s3:::b",
        resource_type: "s3_bucket",
        policies: &[("resource", "")],
        documents: &documents.each_ref(),
        service: Some("s3"),
    };
    let verdict = verdict(&policies, &facts);
    let rows = rows(&named, &verdict);
    let actions = actions(&named, &rows, &verdict);
    (rows, actions)
}

/// Principal, ordinal, reason, public, external.
type Told<'a> = (&'a str, i32, &'a str, Option<bool>, Option<bool>);

fn told(rows: &[ExternalAccess]) -> Vec<Told<'_>> {
    rows.iter()
        .map(|it| (it.principal.as_str(), it.ordinal, it.reason.as_str(), it.is_public, it.is_external))
        .collect()
}

#[test]
fn one_row_for_each_statement_and_principal_from_outside() {
    let rows = rows_behind(Some(PublicAccessBlock::default()));
    let expected = [
        ("AllUsers", 0, "public", Some(true), Some(true)),
        ("AWS:*", 0, "public", Some(true), Some(true)),
        ("AWS:999988887777", 1, "external", Some(false), Some(true)),
        ("Service:logs.amazonaws.com", 2, "service_unscoped", Some(false), Some(false)),
    ];
    assert_eq!(told(&rows), expected);
    let (open, partner) = (&rows[1], &rows[2]);
    assert_eq!((open.sid.as_deref(), open.has_read_access, open.has_write_access), (Some("Open"), true, false));
    assert!(partner.has_write_access && partner.has_permissions_access && !partner.has_read_access);
    assert_eq!(partner.bounded_by, ["aws:SourceIp"]);
    assert!(partner.bounds_json.as_ref().unwrap().contains("203.0.113.0/24"));
}

#[test]
fn v2_a_block_closes_and_an_unread_one_leaves_it_open_whether() {
    let all = PublicAccessBlock { ignore_public_acls: true, restrict_public_buckets: true, ..Default::default() };
    let closed = rows_behind(Some(all));
    assert!(closed.iter().all(|row| row.is_external == Some(false)), "{closed:#?}");
    assert_eq!(closed[1].gate.as_deref(), Some("restrict_public_buckets"));
    let unread = rows_behind(None);
    assert_eq!(told(&unread)[1], ("AWS:*", 0, "public", None, None));
}

#[test]
fn what_matters_most_is_said_of_each_row() {
    let rows = rows_behind(Some(PublicAccessBlock::default()));
    let told: Vec<_> = rows.iter().map(|it| (it.can_decrypt, it.can_read_data, it.can_change_policy)).collect();
    let expected = [
        (false, Some(false), false),
        (false, Some(true), false),
        (false, Some(false), true),
        (false, Some(false), false),
    ];
    assert_eq!(told, expected);
}

#[test]
fn actions_are_those_of_the_statements_that_have_rows() {
    let (_, actions) = judged(TEXT, Some(PublicAccessBlock::default()));
    let told: Vec<_> = actions.iter().map(|it| (it.policy_kind.as_str(), it.ordinal, it.action.as_str())).collect();
    let expected = [
        ("acl", 0, "READ"),
        ("resource", 0, "s3:GetObject"),
        ("resource", 1, "s3:PutBucketPolicy"),
        ("resource", 1, "s3:PutObject"),
        ("resource", 2, "s3:PutObject"),
    ];
    assert_eq!(told, expected, "the last statement lets in nobody from outside");
    assert_eq!((actions[0].service.as_deref(), actions[1].service.as_deref()), (None, Some("s3")));
    assert!(actions.iter().all(|it| !it.has_wildcard && !it.is_not_action));
    let (_, but) = judged(
        r#"{"Statement":{"Effect":"Allow","Principal":"*","NotAction":["S3:Put*","S3:Put*"],"Resource":"*"}}"#,
        Some(PublicAccessBlock::default()),
    );
    let told: Vec<_> = but.iter().map(|it| (it.action.as_str(), it.is_not_action, it.has_wildcard)).collect();
    assert_eq!(told, [("READ", false, false), ("S3:Put*", true, true)]);
    assert_eq!(but[1].service.as_deref(), Some("s3"));
}

#[test]
fn the_organization_is_the_one_that_a_condition_names() {
    let of = |condition: &str| {
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*",
                "Condition":{condition}}}}}"#
        );
        let (rows, _) = judged(&text, Some(PublicAccessBlock::default()));
        let row = rows.iter().find(|it| it.policy_kind == "resource").expect("a row");
        row.principal_organization_id.clone()
    };
    let partner = Some("o-partner123".to_owned());
    assert_eq!(of(r#"{"StringEquals":{"aws:PrincipalOrgID":"o-partner123"}}"#), partner);
    assert_eq!(of(r#"{"ForAnyValue:StringLike":{"aws:principalorgpaths":"o-partner123/*/ou-1/*"}}"#), partner);
    assert_eq!(of(r#"{"StringEquals":{"aws:PrincipalOrgID":["o-partner123","o-other12345"]}}"#), None);
    assert_eq!(of(r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#), None);
}
