//! V1: a resource whose policies were not all read: yes stays yes, no becomes unknown, and the read policies still
//! count.

use orgcensus_policy::{Class, Document, Flag, Policies, PolicyKind, Verdict, verdict};

use crate::{document, facts};

const ANYONE: &str = r#"{"Effect":"Allow","Principal":"*","Action":"kms:Decrypt","Resource":"*"}"#;
const FOREIGN: &str = r#"{"Effect":"Allow","Principal":{"AWS":"999988887777"},"Action":"kms:Decrypt","Resource":"*"}"#;
const OTHER: &str = r#"{"Effect":"Allow","Principal":{"AWS":"222233334444"},"Action":"kms:Decrypt","Resource":"*"}"#;
const OWN: &str = r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"}"#;

fn judge(policies: &Policies) -> Verdict {
    verdict(policies, &facts(PolicyKind::Resource))
}

fn answers(verdict: &Verdict) -> [Option<bool>; 3] {
    [verdict.is_public, verdict.is_external, verdict.is_in_org]
}

fn never_read(statements: &str) -> Verdict {
    judge(&Policies { never_read: Some("its grants"), ..Policies::of(&[document(statements)]) })
}

#[test]
fn v1_what_is_never_read_makes_no_unknown_and_leaves_yes() {
    let (yes, no) = (Some(true), None);
    for (statements, expected) in
        [(ANYONE, [yes, yes, yes]), (FOREIGN, [no, yes, no]), (OTHER, [no, no, yes]), (OWN, [no, no, no])]
    {
        let verdict = never_read(statements);
        assert_eq!(answers(&verdict), expected, "{statements}");
        assert!(verdict.flags.contains(&Flag::PoliciesUnread) && !verdict.flags.contains(&Flag::Unread));
        assert_eq!(verdict.reasons.last().map(String::as_str), Some("its grants are not read"));
    }
    assert_eq!(never_read(OWN).policy_public, None);
    assert_eq!(never_read(ANYONE).policy_public, Some(true));
}

#[test]
fn v1_what_is_never_read_counts_where_there_is_no_policy_at_all() {
    let verdict = judge(&Policies { never_read: Some("policies of aliases"), ..Policies::of(&[]) });
    assert_eq!(answers(&verdict), [None; 3]);
    let whole = judge(&Policies::of(&[]));
    assert_eq!((answers(&whole), whole.flags), ([Some(false); 3], vec![]));
}

#[test]
fn v1_one_unread_policy_hides_no_grant_of_the_others() {
    let documents = [document(FOREIGN), document(OTHER)];
    let verdict = judge(&Policies { has_unread: true, ..Policies::of(&documents) });
    assert_eq!(answers(&verdict), [None, Some(true), Some(true)]);
    let grants: Vec<_> = verdict.grants.iter().map(|grant| (grant.document, grant.class)).collect();
    assert_eq!(grants, [(0, Class::External), (1, Class::InOrg)]);
    assert!(verdict.flags.contains(&Flag::Unread));
}

#[test]
fn v1_one_policy_that_is_no_policy_hides_no_grant_of_the_others() {
    let verdict = judge(&Policies::of(&[Document::parse("nope"), document(ANYONE)]));
    assert_eq!(answers(&verdict), [Some(true); 3]);
    assert_eq!(verdict.grants.len(), 1);
}

#[test]
fn v1_a_deny_of_one_policy_is_of_all() {
    let deny = r#"{"Effect":"Deny","Principal":"*","Action":"kms:*","Resource":"*"}"#;
    let documents = [document(ANYONE), document(deny)];
    assert_eq!(answers(&judge(&Policies::of(&documents))), [Some(false); 3]);
    assert_eq!(answers(&judge(&Policies { has_unread: true, ..Policies::of(&documents) })), [None; 3]);
}
