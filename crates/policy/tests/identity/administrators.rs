//! Who is administrator.

use orgcensus_policy::identity::{BoundaryEffect, Remark};

use super::*;

#[test]
fn inline_managed_and_through_a_group() {
    let by = |case: Case| {
        let access = case.judge();
        assert_eq!((access.is_administrator, access.allows_everything), (Some(true), Some(true)));
        assert!(access.paths.is_empty() && access.may_escalate == Some(false), "it needs no way to more");
        access.administrator_by
    };
    let reads = allow("s3:Get*", "*");
    assert_eq!(by(Case::of(ROLE).inline(&reads).inline(ALL)), [1]);
    assert_eq!(by(Case::of(ROLE).managed(ALL)), [0]);
    assert_eq!(by(Case::of(USER).inline(&reads).managed(&reads).group(ALL)), [2]);
    assert_eq!(by(Case::of(USER).unread("arn:aws:iam::aws:policy/AdministratorAccess").group(ALL)), [0, 1]);
}

#[test]
fn everything_may_be_written_in_other_ways() {
    for statements in [
        r#"{"Effect":"Allow","Action":["s3:*","*:*"],"Resource":["a","*"]}"#.to_owned(),
        r#"{"Effect":"Allow","NotAction":"organizations:*","Resource":"*"}"#.to_owned(),
        format!(r#"{{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}},{}"#, allow("iam:*", "*")),
    ] {
        assert_eq!(role(&statements).is_administrator, Some(true), "{statements}");
    }
}

#[test]
fn much_is_not_everything() {
    for statements in [
        allow("iam:*", "*"),
        allow("iam:* s3:* ec2:*", "*"),
        r#"{"Effect":"Allow","NotAction":["iam:*","organizations:*"],"Resource":"*"}"#.to_owned(),
        r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::*"}"#.to_owned(),
        r#"{"Effect":"Allow","Action":"*","NotResource":"arn:aws:iam::*"}"#.to_owned(),
        r#"{"Effect":"Allow","Action":"*"}"#.to_owned(),
    ] {
        assert_eq!(role(&statements).is_administrator, Some(false), "{statements}");
    }
    let access = role(&allow("iam:*", "*"));
    assert_eq!(
        (access.writes_iam, access.may_escalate, access.allows_everything),
        (Some(true), Some(true), Some(false))
    );
}

#[test]
fn a_boundary_cuts() {
    let access = Case::of(ROLE).managed(ALL).boundary(&allow("s3:* iam:Get*", "*")).judge();
    assert_eq!((access.is_administrator, access.allows_everything), (Some(false), Some(true)));
    assert_eq!(access.boundary_effect, BoundaryEffect::Cuts);
    assert_eq!((access.may_escalate, access.reads_all_data), (Some(false), Some(true)));
    let power_user = r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#;
    let access = Case::of(ROLE).managed(ALL).boundary(power_user).judge();
    assert_eq!((access.is_administrator, access.may_escalate), (Some(false), Some(true)));
    let denies = format!("{ALL},{}", deny("iam:*", "*"));
    assert_eq!(Case::of(ROLE).managed(ALL).boundary(&denies).judge().is_administrator, Some(false));
}

#[test]
fn a_boundary_may_leave_only_ones_own() {
    let keys = allow("iam:*AccessKey*", "arn:aws:iam::*:user/${aws:username}");
    let access = Case::of(USER).inline(ALL).boundary(&keys).judge();
    assert_eq!((access.is_administrator, access.writes_iam, access.paths.len()), (Some(false), Some(false), 0));
    let policy = allow("iam:PutUserPolicy", "arn:aws:iam::*:user/${aws:username}");
    let access = Case::of(USER).inline(ALL).boundary(&policy).judge();
    assert_eq!((access.is_administrator, access.may_escalate), (Some(false), Some(true)));
    assert_eq!(path(&access, "iam_put_user_policy").scope, Scope::Own);
}

#[test]
fn a_boundary_that_allows_all_changes_nothing() {
    let access = Case::of(ROLE).managed(ALL).boundary(ALL).judge();
    assert_eq!((access.is_administrator, access.boundary_effect), (Some(true), BoundaryEffect::Keeps));
    let access = Case::of(ROLE).managed(&allow("s3:ListBucket", "*")).boundary(&allow("s3:*", "*")).judge();
    assert_eq!((access.is_administrator, access.boundary_effect), (Some(false), BoundaryEffect::Keeps));
}

#[test]
fn a_boundary_gives_nothing() {
    let access = Case::of(ROLE).inline(&allow("s3:ListBucket", "*")).boundary(ALL).judge();
    assert_eq!((access.is_administrator, access.may_escalate), (Some(false), Some(false)));
}

#[test]
fn a_deny_saves_only_who_can_no_longer_write_policies() {
    for denied in [deny("iam:*", "*"), deny("*", "*"), deny("iam:Put* iam:Attach* iam:*PolicyVersion", "*")] {
        let access = role(&format!("{ALL},{denied}"));
        assert_eq!((access.is_administrator, access.allows_everything), (Some(false), Some(true)), "{denied}");
        assert!(has(&access, Remark::DenySaves), "{denied}");
    }
    let not_action = r#"{"Effect":"Deny","NotAction":["s3:*","iam:Get*"],"Resource":"*"}"#;
    assert_eq!(role(&format!("{ALL},{not_action}")).is_administrator, Some(false));
    for denied in [
        deny("s3:* organizations:*", "*"),
        deny("iam:CreateAccessKey iam:PutRolePolicy", "*"),
        deny("iam:*", "arn:aws:iam::111122223333:role/protected"),
        deny("iam:*", "arn:aws:iam::444455556666:*"),
        statement("Deny", "*", "*", r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}"#),
    ] {
        assert_eq!(role(&format!("{ALL},{denied}")).is_administrator, Some(true), "{denied}");
    }
}

#[test]
fn a_deny_in_any_policy_counts() {
    let access = Case::of(USER).managed(ALL).group(&deny("iam:*", "*")).judge();
    assert_eq!(access.is_administrator, Some(false));
    let access = Case::of(USER).managed(ALL).unread("arn:aws:iam::aws:policy/AWSDenyAll").judge();
    assert_eq!((access.is_administrator, access.may_escalate), (Some(false), Some(false)));
}

#[test]
fn a_condition_before_it_is_noted() {
    let mfa = r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#;
    let access = user(&statement("Allow", "*", "*", mfa));
    assert_eq!((access.is_administrator, access.allows_everything), (Some(false), Some(false)));
    assert!(has(&access, Remark::ConditionalAdministrator) && has(&access, Remark::Conditional));
    assert_eq!((access.may_escalate, access.writes_iam), (Some(false), Some(false)));
    assert!(access.paths.iter().all(|path| path.is_conditional) && access.paths.len() > 50);
    let access = Case::of(USER).inline(ALL).boundary(&statement("Allow", "*", "*", mfa)).judge();
    assert_eq!(access.is_administrator, Some(false));
    assert!(has(&access, Remark::ConditionalAdministrator));
}
