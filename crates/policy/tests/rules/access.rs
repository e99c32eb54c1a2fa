//! V1–V3: the verdict on a resource.

use orgcensus_policy::{AclGrant, AclGrantee, Document, Gate, Policies, PolicyKind, PublicAccessBlock, verdict};

use crate::{FOREIGN_CANONICAL, OWN_CANONICAL, document, facts};

const ANYONE: &str = r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}"#;
const FOREIGN: &str = r#"{"Effect":"Allow","Principal":{"AWS":"999988887777"},"Action":"s3:*","Resource":"*"}"#;
const OPEN: PublicAccessBlock = PublicAccessBlock {
    block_public_acls: false,
    ignore_public_acls: false,
    block_public_policy: false,
    restrict_public_buckets: false,
};

/// The three answers of a verdict, and the gates.
fn answers(policies: &Policies) -> (Option<bool>, Option<bool>, Option<bool>, Vec<Gate>) {
    let verdict = verdict(policies, &facts(PolicyKind::Resource));
    (verdict.is_public, verdict.is_external, verdict.is_in_org, verdict.gated_by)
}

fn acl(grantee: AclGrantee) -> AclGrant {
    AclGrant { grantee, permission: "READ".to_owned() }
}

#[test]
fn v1_yes_outweighs_unknown_and_unknown_outweighs_no() {
    let unknown = r#"{"Effect":"Allow","Principal":{"CanonicalUser":"x"},"Action":"s3:*"}"#;
    let own = r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:*"}"#;
    let check = |statements: &str, expected| {
        let documents = [document(statements)];
        let (public, external, in_org, _) = answers(&Policies::of(&documents));
        assert_eq!((public, external, in_org), expected, "{statements}");
    };
    check(own, (Some(false), Some(false), Some(false)));
    check(&format!("{own},{unknown}"), (Some(false), None, None));
    check(&format!("{FOREIGN},{unknown}"), (Some(false), Some(true), None));
    check(ANYONE, (Some(true), Some(true), Some(true)));
    check("", (Some(false), Some(false), Some(false)));
}

#[test]
fn v1_what_could_not_be_read_is_not_known() {
    let unread = Policies { has_unread: true, ..Policies::of(&[]) };
    assert_eq!(answers(&unread), (None, None, None, vec![]));
    let broken = [Document::parse("nope")];
    assert_eq!(answers(&Policies::of(&broken)), (None, None, None, vec![]));
    let grants = [acl(AclGrantee::AllUsers)];
    let known = Policies { has_unread: true, acl: Some(&grants), ..Policies::of(&[]) };
    assert_eq!(answers(&known).0, Some(true));
}

#[test]
fn v2_an_acl_is_public_to_all_and_to_any_authenticated_user() {
    for group in ["AllUsers", "AuthenticatedUsers"] {
        let uri = format!("http://acs.amazonaws.com/groups/global/{group}");
        let grants = [acl(AclGrantee::from_uri(&uri))];
        assert_eq!(answers(&Policies { acl: Some(&grants), ..Policies::of(&[]) }).0, Some(true), "{group}");
    }
    let check = |grantee, external| {
        let grants = [acl(grantee)];
        let policies = Policies { acl: Some(&grants), acl_owner: Some("me"), ..Policies::of(&[]) };
        let (public, seen, ..) = answers(&policies);
        assert_eq!((public, seen), (Some(false), external), "{grants:?}");
    };
    check(AclGrantee::CanonicalUser("me".into()), Some(false));
    check(AclGrantee::CanonicalUser(OWN_CANONICAL.into()), Some(false));
    check(AclGrantee::CanonicalUser(FOREIGN_CANONICAL.into()), Some(true));
    check(AclGrantee::CanonicalUser("whose".into()), None);
    check(AclGrantee::from_uri("http://acs.amazonaws.com/groups/s3/LogDelivery"), Some(false));
}

#[test]
fn v2_ignored_and_absent_acls() {
    let grants = [acl(AclGrantee::AllUsers)];
    let open = Policies { acl: Some(&grants), ..Policies::of(&[]) };
    let ignore = Some(PublicAccessBlock { ignore_public_acls: true, ..OPEN });
    let gates = vec![Gate::IgnorePublicAcls];
    assert_eq!(
        answers(&Policies { blocks: &[Some(OPEN), ignore], ..open }),
        (Some(false), Some(false), Some(false), gates)
    );
    let only_new = Some(PublicAccessBlock { block_public_acls: true, ..OPEN });
    assert_eq!(answers(&Policies { blocks: &[only_new], ..open }).0, Some(true));
    let enforced = Policies { gates: &[Gate::BucketOwnerEnforced], ..open };
    assert_eq!(answers(&enforced), (Some(false), Some(false), Some(false), vec![Gate::BucketOwnerEnforced]));
    assert_eq!(answers(&Policies { blocks: &[Some(OPEN), None], ..open }).0, None);
}

#[test]
fn v2_a_restricted_public_policy_admits_no_other_account() {
    let both = [document(&format!("{ANYONE},{FOREIGN}"))];
    let foreign = [document(FOREIGN)];
    let restrict = Some(PublicAccessBlock { restrict_public_buckets: true, ..OPEN });
    let gates = vec![Gate::RestrictPublicBuckets];
    let public = Policies { blocks: &[restrict], ..Policies::of(&both) };
    assert_eq!(answers(&public), (Some(false), Some(false), Some(false), gates));
    assert_eq!(verdict(&public, &facts(PolicyKind::Resource)).policy_public, Some(true));
    // A policy that is not public is left alone.
    assert_eq!(answers(&Policies { blocks: &[restrict], ..Policies::of(&foreign) }).1, Some(true));
    // Only the writing of new public policies is refused.
    let only_new = Some(PublicAccessBlock { block_public_policy: true, ..OPEN });
    assert_eq!(answers(&Policies { blocks: &[only_new], ..Policies::of(&both) }).0, Some(true));
    // Whether a setting that was not collected saves it, cannot be told.
    assert_eq!(answers(&Policies { blocks: &[Some(OPEN), None], ..Policies::of(&both) }).0, None);
    assert_eq!(answers(&Policies { blocks: &[restrict, None], ..Policies::of(&both) }).0, Some(false));
}

#[test]
fn v3_an_inactive_policy_gives_nothing_and_denies_nothing() {
    let documents = [document(ANYONE), document(FOREIGN)];
    let of = |inactive: &[usize]| answers(&Policies { inactive, ..Policies::of(&documents) });
    let gates = vec![Gate::PolicyInactive];
    assert_eq!(of(&[]), (Some(true), Some(true), Some(true), vec![]));
    assert_eq!(of(&[0]), (Some(false), Some(true), Some(false), gates.clone()), "the other one counts");
    assert_eq!(of(&[0, 1]), (Some(false), Some(false), Some(false), gates));
    let closed = verdict(&Policies { inactive: &[0, 1], ..Policies::of(&documents) }, &facts(PolicyKind::Resource));
    assert_eq!(closed.policy_public, Some(true));
    assert!(closed.grants.iter().all(|grant| grant.gate == Some(Gate::PolicyInactive)), "{:?}", closed.grants);
    let denies = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}"#;
    let documents = [document(denies), document(ANYONE)];
    let of = |inactive: &[usize]| answers(&Policies { inactive, ..Policies::of(&documents) }).0;
    assert_eq!((of(&[]), of(&[0])), (Some(false), Some(true)));
}

#[test]
fn v3_gates_of_other_services() {
    let documents = [document(ANYONE)];
    let with = |gates| answers(&Policies { gates, ..Policies::of(&documents) });
    assert_eq!(with(&[Gate::VpcOnly]), (Some(false), Some(false), Some(true), vec![Gate::VpcOnly]));
    assert_eq!(with(&[Gate::PrivateApi]), (Some(false), Some(true), Some(true), vec![Gate::PrivateApi]));
    assert_eq!(with(&[Gate::AuthorizationToken]).0, Some(true));
}
