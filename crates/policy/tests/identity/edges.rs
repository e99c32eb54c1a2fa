//! Different ways to write the same right, and statements that look like a right but are not.

use super::*;

const MFA: &str = r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#;
const NO_MFA: &str = r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}"#;

/// Whether a role with these statements is administrator, and whether it may get more rights.
fn check(statements: &str, is_administrator: bool, may_escalate: bool) {
    let access = role(statements);
    let found = (access.is_administrator, access.may_escalate);
    assert_eq!(found, (Some(is_administrator), Some(may_escalate)), "{statements} {:?}", names(&access));
}

#[test]
fn administrators_in_disguise() {
    for statements in [
        r#"{"Effect":"Allow","Action":"*:*","Resource":["*"]}"#.to_owned(),
        r#"{"Effect":"Allow","Action":["*","s3:GetObject"],"Resource":["arn:aws:s3:::b","*"]}"#.to_owned(),
        r#"{"Effect":"Allow","NotAction":["aws-portal:*","budgets:*"],"Resource":"*"}"#.to_owned(),
        r#"{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::audit-logs/*"}"#.to_owned(),
        r#"{"Effect":"Allow","NotAction":"iam:DeleteRole","NotResource":"arn:aws:iam::111122223333:role/guard"}"#
            .to_owned(),
        format!("{ALL},{}", r#"{"Effect":"Deny","NotAction":["*"],"Resource":"*"}"#),
        format!("{ALL},{}", r#"{"Effect":"Deny","Action":"*","Resource":[]}"#),
        format!("{ALL},{}", r#"{"Effect":"Deny","Action":"*","NotResource":[]}"#),
        format!("{ALL},{}", r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":"MFA"}"#),
        format!("{ALL},{}", r#"{"Effect":"Deny","NotAction":["iam:*",{"Ref":"x"}],"Resource":"*"}"#),
        format!("{ALL},{}", statement("Deny", "*", "*", NO_MFA)),
        format!("{ALL},{}", deny("iam:*", "arn:aws:iam::111122223333:role/guard")),
        format!("{ALL},{}", deny("iam:PutRolePolicy iam:AttachRolePolicy", "*")),
    ] {
        check(&statements, true, false);
    }
}

#[test]
fn nearly_administrators() {
    for statements in [
        format!("{ALL},{}", deny("iam:*", "*")),
        format!("{ALL},{}", r#"{"Effect":"Deny","Action":"iam:*","NotResource":"arn:aws:s3:::b"}"#),
        r#"{"Effect":"Allow","NotAction":["IAM:*","organizations:*","account:*"],"Resource":"*"}"#.to_owned(),
        r#"{"Effect":"Allow","Action":"*","NotResource":"arn:aws:iam::111122223333:*"}"#.to_owned(),
        allow("iam:*", "*"),
        allow("iAm:*RoLe*", "*"),
        allow("*:Put*Policy", "arn:aws:iam::*:role/*"),
        allow("sts:Assume*", "*"),
        allow("sts:*", "arn:aws:iam::111122223333:role/*"),
        allow("iam:PutRolePolicy", ROLE),
        allow("iam:Put?olePolicy", "arn:aws:iam::*:role/a*"),
        format!("{},{}", allow("iam:*", "*"), deny("iam:*", "arn:aws:iam::111122223333:role/guard")),
        r#"{"Effect":"Allow","Action":"iam:*","NotResource":"arn:aws:iam::111122223333:role/guard"}"#.to_owned(),
        format!("{},{}", allow("iam:Pass*", "*"), allow("lambda:*", "*")),
        format!("{},{}", allow("iam:PassRole", "arn:aws:iam::111122223333:role/*"), allow("ec2:Run*", "*")),
    ] {
        check(&statements, false, true);
    }
}

#[test]
fn what_gives_nothing_more() {
    for statements in [
        r#"{"Effect":"Allow","Action":"*","Resource":[]}"#.to_owned(),
        r#"{"Effect":"Allow","Action":"*","NotResource":"*"}"#.to_owned(),
        r#"{"Effect":"Allow","NotAction":"*","Resource":"*"}"#.to_owned(),
        r#"{"Effect":"Allow","NotAction":["s3:*","*"],"Resource":"*"}"#.to_owned(),
        r#"{"Effect":"allow","Action":"*","Resource":"*"}"#.to_owned(),
        format!("{ALL},{}", deny("*", "*")),
        format!("{ALL},{}", r#"{"Effect":"Deny","NotAction":"s3:GetObject","Resource":"*"}"#),
        statement("Allow", "*", "*", MFA),
        statement("Allow", "iam:*", "*", r#"{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}"#),
        allow("iam:PassRole", "*"),
        allow("iam:Get* iam:List* iam:Generate* iam:Simulate*", "*"),
        allow("iam:CreateAccessKey iam:*LoginProfile iam:*MFADevice", "arn:aws:iam::*:user/${aws:username}"),
        allow("iam:PutRolePolicy", "arn:aws:iam::111122223333:role/other"),
        allow("iam:PutRolePolicy", "arn:aws:iam::444455556666:role/*"),
        allow("iam:PutRolePolicy", "arn:aws:s3:::*"),
        allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/reader"),
        allow("sts:GetCallerIdentity sts:AssumeRoleWithSAML", "*"),
        allow("ec2:RunInstances lambda:CreateFunction lambda:InvokeFunction", "*"),
        format!("{},{}", allow("iam:PassRole", "arn:aws:iam::111122223333:role/lambda-*"), allow("lambda:*", "x")),
        format!("{},{}", allow("iam:*", "*"), deny("iam:*", "arn:aws:iam::*")),
    ] {
        check(&statements, false, false);
    }
}

#[test]
fn a_boundary_written_with_what_it_leaves_out() {
    let power = r#"{"Effect":"Allow","NotAction":["iam:*","organizations:*"],"Resource":"*"}"#;
    let access = Case::of(ROLE).inline(&allow("iam:*", "*")).boundary(power).judge();
    assert_eq!(
        (access.is_administrator, access.may_escalate, access.writes_iam),
        (Some(false), Some(false), Some(false))
    );
    let all_but_guard = r#"{"Effect":"Allow","Action":"*","NotResource":"arn:aws:iam::111122223333:role/guard"}"#;
    let access = Case::of(ROLE).inline(ALL).boundary(all_but_guard).judge();
    assert_eq!(access.is_administrator, Some(true), "it may still write its own policy");
    let guarded = format!("{ALL},{}", deny("iam:Delete*Boundary iam:Put*Boundary", "*"));
    assert_eq!(Case::of(ROLE).inline(ALL).boundary(&guarded).judge().is_administrator, Some(true));
    let empty = r#"{"Effect":"Allow","Action":"*","Resource":[]}"#;
    assert_eq!(Case::of(ROLE).inline(ALL).boundary(empty).judge().is_administrator, Some(false));
}

#[test]
fn a_role_is_passed_to_whom_a_pattern_names() {
    let lambda = allow("lambda:CreateFunction lambda:InvokeFunction", "*");
    let passes = |condition: &str| names(&role(&format!("{lambda},{}", statement("Allow", "iam:Pa*", "*", condition))));
    let way = ["pass_role_lambda_create_function"];
    assert_eq!(passes(r#"{"StringLike":{"iam:PassedToService":"*.amazonaws.com"}}"#), way);
    assert_eq!(
        passes(r#"{"StringEqualsIfExists":{"IAM:passedtoservice":["ec2.amazonaws.com","lambda.amazonaws.com"]}}"#),
        way
    );
    assert_eq!(passes(r#"{"ForAnyValue:StringLike":{"iam:PassedToService":"lambda.*"}}"#), way);
    assert!(passes(r#"{"StringLike":{"iam:PassedToService":"ec2*"}}"#).is_empty());
    assert!(passes(r#"{"StringEquals":{"iam:PassedToService":"*"}}"#).is_empty(), "a star is plain text there");
}
