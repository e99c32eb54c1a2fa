//! Ways to more rights.

use orgcensus_policy::identity::METHODS;

use super::*;

#[test]
fn every_method_is_found_by_its_own_actions() {
    for method in METHODS {
        let mut actions = vec![method.action];
        actions.extend(also(method.name));
        let case = Case::of(ROLE).inline(&allow(&actions.join(" "), "*")).boundary(ALL);
        let access = case.judge();
        let found = path(&access, method.name);
        assert!(found.is_open() && found.scope == Scope::Every, "{}", method.name);
        assert_eq!(found.steps.len(), found.steps.iter().filter(|step| step.ordinal == 0).count());
    }
}

#[test]
fn one_action_of_a_pair_is_no_way() {
    for method in METHODS.iter().filter(|method| !also(method.name).is_empty()) {
        let alone = role(&allow(method.action, "*"));
        assert!(!names(&alone).contains(&method.name), "{}", method.name);
        let others = role(&allow(&also(method.name).join(" "), "*"));
        assert!(!names(&others).contains(&method.name), "{}", method.name);
    }
}

/// What else a method needs, the first of each choice, as an identity that has everything but administrator's rights
/// shows it.
fn also(name: &str) -> Vec<&'static str> {
    let statements = allow("*", "*").replace("\"Resource\":\"*\"", "\"Resource\":[\"arn:*\",\"*\"]");
    let mfa = statements.replace("{}", r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#);
    let access = Case::of(ROLE).inline(&mfa).boundary(ALL).judge();
    path(&access, name).steps.iter().skip(1).map(|step| step.action).collect()
}

#[test]
fn two_policies_together_make_a_way() {
    let passes = allow("iam:PassRole", "*");
    let case = Case::of(USER).managed(&passes).group(&allow("lambda:Create* lambda:InvokeFunction", "*"));
    let access = case.judge();
    assert_eq!(names(&access), ["pass_role_lambda_create_function"]);
    assert_eq!((access.is_administrator, access.may_escalate), (Some(false), Some(true)));
    let found = path(&access, "pass_role_lambda_create_function");
    let from: Vec<_> = found.steps.iter().map(|step| (step.action, step.attached)).collect();
    assert_eq!(from[..2], [("iam:PassRole", 0), ("lambda:CreateFunction", 1)]);
}

#[test]
fn named_resources_limit_a_way() {
    let access = role(&allow("lambda:UpdateFunctionCode", "arn:aws:lambda:*:111122223333:function:mine-*"));
    let found = path(&access, "lambda_update_function_code");
    assert_eq!((found.scope, found.is_open(), access.may_escalate), (Scope::Some, false, Some(false)));
    let passes = allow("iam:PassRole", "arn:aws:iam::111122223333:role/batch");
    let access = role(&format!("{passes},{}", allow("ec2:RunInstances", "*")));
    assert_eq!(path(&access, "pass_role_ec2_run_instances").scope, Scope::Some);
    let access =
        role(&format!("{},{}", allow("iam:PassRole", "*"), allow("ec2:RunInstances", "arn:aws:ec2:*:*:subnet/x")));
    assert!(path(&access, "pass_role_ec2_run_instances").is_open(), "the role is what decides");
    let elsewhere = role(&allow("iam:PutRolePolicy", "arn:aws:iam::444455556666:role/*"));
    assert!(elsewhere.paths.is_empty());
}

#[test]
fn ones_own_policies_are_a_way_and_ones_own_keys_are_not() {
    let own = "arn:aws:iam::*:user/${aws:username}";
    let access = user(&allow("iam:PutUserPolicy", own));
    let found = path(&access, "iam_put_user_policy");
    assert_eq!((found.scope, found.is_open(), access.may_escalate), (Scope::Own, true, Some(true)));
    assert_eq!(names(&user(&allow("iam:PutUserPolicy", USER))), ["iam_put_user_policy"]);
    for action in ["iam:CreateAccessKey", "iam:UpdateLoginProfile"] {
        assert!(user(&allow(action, own)).paths.is_empty() && user(&allow(action, USER)).paths.is_empty(), "{action}");
        let other = user(&allow(action, "arn:aws:iam::111122223333:user/bob"));
        assert_eq!((other.paths.len(), other.may_escalate), (1, Some(false)), "{action}");
    }
    assert!(role(&allow("iam:PutUserPolicy", own)).paths.is_empty(), "a role has no user name");
    let version = allow("iam:CreatePolicyVersion", POLICY);
    assert_eq!(Case::of(ROLE).managed(&version).judge().may_escalate, Some(true));
    assert_eq!(Case::of(ROLE).inline(&version).judge().may_escalate, Some(false));
    let group = allow("iam:AttachGroupPolicy", GROUP);
    assert_eq!(Case::of(USER).group(&group).judge().may_escalate, Some(true));
    assert_eq!(Case::of(USER).inline(&group).judge().may_escalate, Some(false));
}

#[test]
fn a_role_goes_only_to_the_services_that_the_statement_names() {
    let only = |operator: &str| format!(r#"{{"{operator}":{{"iam:PassedToService":"lambda.amazonaws.com"}}}}"#);
    let rest = allow("ec2:RunInstances lambda:CreateFunction lambda:InvokeFunction", "*");
    let access = role(&format!("{},{rest}", statement("Allow", "iam:PassRole", "*", &only("StringEquals"))));
    assert_eq!(names(&access), ["pass_role_lambda_create_function"]);
    assert!(path(&access, "pass_role_lambda_create_function").is_open());
    let access = role(&format!("{},{rest}", statement("Allow", "iam:PassRole", "*", &only("StringNotEquals"))));
    assert_eq!(names(&access), ["pass_role_ec2_run_instances"]);
    let denied = statement("Deny", "iam:PassRole", "*", &only("StringNotEquals"));
    let access = role(&format!("{},{denied},{rest}", allow("iam:PassRole", "*")));
    assert_eq!(names(&access), ["pass_role_lambda_create_function"]);
}

#[test]
fn denies_and_boundaries_close_ways() {
    let all = allow("iam:CreatePolicyVersion", "*");
    assert!(role(&format!("{all},{}", deny("iam:Create*", "*"))).paths.is_empty());
    assert!(role(&format!("{all},{}", deny("iam:*", "arn:aws:iam::111122223333:policy/*"))).paths.is_empty());
    let in_part = role(&format!("{all},{}", deny("iam:*", "arn:aws:iam::111122223333:policy/guard")));
    assert!(in_part.may_escalate == Some(true) && has(&in_part, Remark::DenyInPart));
    let not_resource = r#"{"Effect":"Deny","Action":"iam:*","NotResource":"arn:aws:iam::111122223333:user/*"}"#;
    assert!(role(&format!("{all},{not_resource}")).paths.is_empty());
    let office = r#"{"NotIpAddress":{"aws:SourceIp":"198.51.100.0/24"}}"#;
    let held = role(&format!("{all},{}", statement("Deny", "*", "*", office)));
    assert!(held.may_escalate == Some(true) && has(&held, Remark::DenyConditional));
    assert!(Case::of(ROLE).inline(&all).boundary(&allow("s3:*", "*")).judge().paths.is_empty());
    let narrowed = Case::of(ROLE).inline(&all).boundary(&allow("iam:*", "arn:aws:iam::111122223333:policy/app-*"));
    assert_eq!(path(&narrowed.judge(), "iam_create_policy_version").scope, Scope::Some);
}

#[test]
fn lifting_the_boundary_is_a_way_only_where_there_is_one() {
    let lifts = allow("iam:DeleteRolePermissionsBoundary", ROLE);
    assert!(Case::of(ROLE).inline(&lifts).judge().paths.is_empty());
    let bounded = Case::of(ROLE).inline(&lifts).boundary(ALL).judge();
    assert_eq!(names(&bounded), ["iam_delete_role_permissions_boundary"]);
}

#[test]
fn the_best_statement_is_shown() {
    let mfa = r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#;
    let conditional = statement("Allow", "iam:CreateAccessKey", "*", mfa);
    let access = user(&format!("{conditional},{}", allow("iam:Create*", "*")));
    let found = path(&access, "iam_create_access_key");
    assert_eq!((found.is_conditional, found.steps[0].ordinal), (false, 1));
    let access = user(&conditional);
    let found = path(&access, "iam_create_access_key");
    assert!(found.is_conditional && found.steps[0].condition_keys == ["aws:MultiFactorAuthPresent"]);
}
