//! What was not read makes answers unknown, and never no.

use orgcensus_policy::identity::{BoundaryEffect, Remark};

use super::*;

const UNREAD: &str = "arn:aws:iam::111122223333:policy/unread";
const OF_AWS: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

#[test]
fn an_unread_policy_may_allow_anything_and_deny_anything() {
    let access = Case::of(ROLE).unread(UNREAD).judge();
    let answers = [
        access.is_administrator,
        access.allows_everything,
        access.writes_iam,
        access.passes_roles,
        access.reads_all_data,
        access.may_escalate,
    ];
    assert_eq!(answers, [None; 6]);
    assert!(!access.is_read && has(&access, Remark::PolicyUnread));
    let access = Case::of(ROLE).inline(ALL).unread(UNREAD).judge();
    assert_eq!((access.is_administrator, access.allows_everything), (None, Some(true)));
    assert_eq!(access.administrator_by, [0]);
}

#[test]
fn awss_own_policies_only_allow() {
    let access = Case::of(ROLE).inline(ALL).unread(OF_AWS).judge();
    assert_eq!((access.is_administrator, access.is_read), (Some(true), false));
    assert_eq!(Case::of(ROLE).unread(OF_AWS).judge().is_administrator, None);
    let quarantined = Case::of(USER).inline(ALL).unread("arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3");
    assert_eq!(quarantined.judge().is_administrator, None);
}

#[test]
fn an_unread_boundary_may_only_cut() {
    let access = Case::of(ROLE).inline(ALL).unread_boundary().judge();
    assert_eq!((access.is_administrator, access.boundary_effect), (None, BoundaryEffect::Unread));
    assert!(has(&access, Remark::BoundaryUnread) && !access.is_read);
    let access = Case::of(ROLE).inline(&allow("s3:ListBucket", "*")).unread_boundary().judge();
    assert_eq!((access.is_administrator, access.may_escalate), (Some(false), Some(false)));
}

#[test]
fn a_few_policies_are_known_by_name() {
    let of = |name: &'static str| Case::of(ROLE).unread(name).judge();
    assert_eq!(of("arn:aws:iam::aws:policy/AdministratorAccess").is_administrator, Some(true));
    let power_user = of("arn:aws:iam::aws:policy/PowerUserAccess");
    assert_eq!((power_user.is_administrator, power_user.writes_iam), (Some(false), Some(false)));
    assert_eq!((power_user.may_escalate, power_user.reads_all_data), (Some(true), Some(true)));
    let iam = of("arn:aws-us-gov:iam::aws:policy/IAMFullAccess");
    assert_eq!((iam.is_administrator, iam.writes_iam, iam.may_escalate), (Some(false), Some(true), Some(true)));
}

#[test]
fn what_is_no_policy_is_not_read() {
    for text in ["", "{", "[]", "7"] {
        assert!(IdentityPolicy::parse(text).is_none(), "{text}");
    }
    assert!(IdentityPolicy::parse("{}").is_some(), "it has no statement, and gives nothing");
}
