//! The rules, each by its number: a policy in, the verdict out.

mod access;
mod access_points;
mod arbitrary;
mod cases;
mod certain;
mod conditions;
mod denies;
mod federation;
mod guardrails;
#[path = "../cases/lines.rs"]
mod hand_written;
mod issuers;
mod principals;
#[path = "../properties/all.rs"]
mod properties;
mod resources;
mod several;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use orgcensus_policy::{
    Document, Facts, Grant, OrganizationFacts, Policies, PolicyKind, Verdict, statement_grants, verdict,
};

/// The account that owns the resources.
pub(crate) const OWN: &str = "111122223333";
/// The canonical id of `OWN`, and of an account outside.
pub(crate) const OWN_CANONICAL: &str = "1111111111111111111111111111111111111111111111111111111111111111";
pub(crate) const FOREIGN_CANONICAL: &str = "9999999999999999999999999999999999999999999999999999999999999999";

/// An organization of two accounts (111122223333, 222233334444) that trusts a third (555566667777). 999988887777 is
/// outside.
pub(crate) static OURS: LazyLock<OrganizationFacts> = LazyLock::new(|| {
    let set = |items: &[&str]| items.iter().map(ToString::to_string).collect::<HashSet<_>>();
    let map = |items: &[(&str, &str)]| {
        items.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect::<HashMap<_, _>>()
    };
    OrganizationFacts {
        ids: Some(set(&["o-ourorg0001"])),
        accounts: Some(set(&[OWN, "222233334444"])),
        trusted_accounts: set(&["555566667777"]),
        trusted_tenants: set(&["token.actions.githubusercontent.com/our-org"]),
        own_vpcs: Some(set(&["vpc-0aaa"])),
        own_vpc_endpoints: Some(set(&["vpce-0bbb"])),
        bucket_owners: map(&[("our-bucket", OWN), ("their-bucket", "999988887777")]),
        canonical_ids: map(&[(OWN_CANONICAL, OWN), (FOREIGN_CANONICAL, "999988887777")]),
        unique_ids: map(&[("AROAOWNROLE", OWN)]),
        ..OrganizationFacts::default()
    }
});

/// The facts for a policy of this kind in `OWN`.
pub(crate) fn facts(kind: PolicyKind) -> Facts<'static> {
    Facts { kind, resource_account: Some(OWN), service: None, target: None, organization: &OURS }
}

/// A document of these statements.
pub(crate) fn document(statements: &str) -> Document {
    Document::parse(&format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#))
}

/// The verdict on a resource with these statements.
pub(crate) fn judge(kind: PolicyKind, statements: &str) -> Verdict {
    verdict(&Policies::of(&[document(statements)]), &facts(kind))
}

/// The first grant of a policy of one statement.
pub(crate) fn grant(kind: PolicyKind, statement: &str) -> Grant {
    statement_grants(&document(statement).statements[0], &facts(kind)).remove(0)
}

/// Checks the class of the widest grant, the two answers that follow, and one flag if it is named.
pub(crate) fn check_kind(kind: PolicyKind, statements: &str, expected: &str) {
    let verdict = judge(kind, statements);
    let (class, flag) = expected.split_once(' ').unwrap_or((expected, ""));
    let widest = verdict.grants.iter().map(|grant| grant.class).max();
    let widest = widest.map_or("none", |class| class.as_str());
    assert_eq!(widest, class, "{statements}\n{:#?}", verdict.reasons);
    assert_eq!(verdict.is_public, Some(class == "public"), "{statements}");
    let external = match class {
        "public" | "external" => Some(true),
        "unknown" => None,
        "federated" => verdict.is_external,
        _ => Some(false),
    };
    assert_eq!(verdict.is_external, external, "{statements}");
    let raised = flag.is_empty() || verdict.flags.iter().any(|known| known.as_str() == flag);
    assert!(raised, "{statements}: no {flag} in {:?}", verdict.flags);
}

/// Checks statements of a resource's policy.
pub(crate) fn check(statements: &str, expected: &str) {
    check_kind(PolicyKind::Resource, statements, expected);
}

/// Checks an Allow to anyone under these conditions.
pub(crate) fn check_anyone(conditions: &str, expected: &str) {
    check(&format!(r#"{{"Effect":"Allow","Principal":"*","Action":"sqs:*","Condition":{conditions}}}"#), expected);
}

/// Checks an Allow, without conditions, to this principal.
pub(crate) fn check_principal(principal: &str, expected: &str) {
    check(&format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"sqs:*"}}"#), expected);
}
