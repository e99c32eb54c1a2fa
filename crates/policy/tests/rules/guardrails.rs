//! E2, E3: what resource control policies take away, and which grants they apply to.

use std::sync::Arc;

use orgcensus_policy::{
    AclGrant, AclGrantee, Facts, Flag, Guardrail, Guardrails, Policies, PolicyKind, Target, Verdict, verdict,
};

use crate::{FOREIGN_CANONICAL, OURS, OWN, document};

/// The usual perimeter, as AWS's examples have it: only the organization's own callers, and services.
const PERIMETER: &str = r#"{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-ourorg0001"},
    "BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}"#;

fn rcp(action: &str, resource: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Sid":"Perimeter","Effect":"Deny","Principal":"*","Action":"{action}",
        "Resource":"{resource}","Condition":{condition}}}}}"#
    )
}

fn guardrails(texts: &[String]) -> Guardrails {
    let policies = texts.iter().map(|text| Arc::new(Guardrail::parse("perimeter (p-1)".to_owned(), text)));
    Guardrails::new(policies.collect(), false)
}

/// What stands on a resource by itself, and under which guardrails.
struct On {
    arn: &'static str,
    kind: PolicyKind,
    service: &'static str,
}

const QUEUE: On = On { arn: "arn:aws:sqs:us-east-1:111122223333:q", kind: PolicyKind::Resource, service: "sqs" };
const TOPIC: On = On { arn: "arn:aws:sns:us-east-1:111122223333:t", kind: PolicyKind::Resource, service: "sns" };
const KEY: On = On { arn: "arn:aws:kms:us-east-1:111122223333:key/k", kind: PolicyKind::Resource, service: "kms" };
const BUCKET: On = On { arn: "arn:aws:s3:::b", kind: PolicyKind::Resource, service: "s3" };
const ROLE: On = On { arn: "arn:aws:iam::111122223333:role/ci/deploy", kind: PolicyKind::Trust, service: "sts" };
const LINKED: On = On {
    arn: "arn:aws:iam::111122223333:role/aws-service-role/a.amazonaws.com/AWSServiceRoleForA",
    kind: PolicyKind::Trust,
    service: "sts",
};

impl On {
    fn judge(&self, policies: &Policies) -> Verdict {
        let target = Target::of(self.arn, Some(OWN));
        let facts = Facts {
            kind: self.kind,
            resource_account: Some(OWN),
            service: Some(self.service),
            target: target.as_ref(),
            organization: &OURS,
        };
        verdict(policies, &facts)
    }

    /// An Allow of an action to a principal, under guardrails.
    fn allow(&self, principal: &str, action: &str, rails: &[String]) -> Verdict {
        self.statements(&allow(principal, action), rails)
    }

    fn statements(&self, statements: &str, rails: &[String]) -> Verdict {
        let rails = guardrails(rails);
        self.judge(&Policies { guardrails: Some(&rails), ..Policies::of(&[document(statements)]) })
    }
}

fn allow(principal: &str, action: &str) -> String {
    format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"{action}"}}"#)
}

const ANYONE: &str = r#""*""#;
const FOREIGN: &str = r#"{"AWS":"arn:aws:iam::999988887777:root"}"#;

#[track_caller]
fn check(verdict: &Verdict, expected: &str) {
    let class = match (verdict.is_public, verdict.is_external, verdict.is_in_org) {
        (Some(true), Some(true), Some(true)) => "public",
        (Some(false), Some(true), Some(false)) => "external",
        (Some(false), Some(false), Some(true)) => "in_org",
        (Some(false), Some(false), Some(false)) => "closed",
        (Some(false), None, _) => "unknown",
        _ => "another",
    };
    let is_denied = if verdict.flags.contains(&Flag::DeniedByRcp) { " by rcp" } else { "" };
    assert_eq!(format!("{class}{is_denied}"), expected, "{:#?} {:?}", verdict.reasons, verdict.flags);
}

fn perimeter(action: &str) -> [String; 1] {
    [rcp(action, "*", PERIMETER)]
}

#[test]
fn e2_a_perimeter_makes_a_public_queue_inside_and_says_so() {
    let verdict = QUEUE.allow(ANYONE, "sqs:SendMessage", &perimeter("sqs:*"));
    check(&verdict, "in_org by rcp");
    assert!(verdict.flags.contains(&Flag::DeniedInPart));
    assert_eq!(verdict.policy_public, Some(true), "without what stands before it, it is public");
    let reason = verdict.reasons.first().unwrap();
    assert!(reason.contains("denied in part by RCP perimeter (p-1), statement 0 (Perimeter)"), "{reason}");
    assert_eq!(verdict.grants[0].limits.iter().filter(|limit| limit.is_deny).count(), 2);
}

#[test]
fn e5_a_service_control_policy_takes_nothing_from_anyone() {
    let scp = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#.to_owned();
    check(&QUEUE.allow(ANYONE, "sqs:SendMessage", std::slice::from_ref(&scp)), "public");
    check(&QUEUE.allow(FOREIGN, "sqs:*", &[scp]), "external");
}

#[test]
fn e2_a_perimeter_takes_all_from_an_account_outside() {
    let verdict = QUEUE.allow(FOREIGN, "sqs:*", &perimeter("sqs:*"));
    check(&verdict, "closed by rcp");
    assert!(verdict.flags.contains(&Flag::Denied) && !verdict.reasons.is_empty(), "{:?}", verdict.reasons);
    check(&QUEUE.allow(r#"{"AWS":"222233334444"}"#, "sqs:*", &perimeter("sqs:*")), "in_org");
    check(&QUEUE.allow(r#"{"AWS":"111122223333"}"#, "sqs:*", &perimeter("sqs:*")), "closed");
}

#[test]
fn e3_a_guardrail_of_keys_does_not_touch_a_queue() {
    check(&QUEUE.allow(ANYONE, "sqs:*", &perimeter("kms:*")), "public");
    check(&KEY.allow(ANYONE, "kms:*", &perimeter("kms:*")), "in_org by rcp");
    check(&KEY.allow(ANYONE, "kms:*", &perimeter("s3:*")), "public");
}

#[test]
fn e3_a_service_that_is_not_bound_stays_as_it_is() {
    check(&TOPIC.allow(ANYONE, "sns:Publish", &perimeter("sns:*")), "public");
    check(&TOPIC.allow(ANYONE, "sns:Publish", &perimeter("*")), "public");
    check(&QUEUE.allow(ANYONE, "sqs:SendMessage", &perimeter("*")), "in_org by rcp");
}

#[test]
fn e3_where_the_service_is_not_known_the_action_says_it() {
    let judge = |action: &str| {
        let rails = guardrails(&perimeter("*"));
        let facts = Facts {
            kind: PolicyKind::Resource,
            resource_account: Some(OWN),
            service: None,
            target: None,
            organization: &OURS,
        };
        verdict(&Policies { guardrails: Some(&rails), ..Policies::of(&[document(&allow(ANYONE, action))]) }, &facts)
    };
    check(&judge("sqs:SendMessage"), "in_org by rcp");
    check(&judge("sns:Publish"), "public");
    check(&judge("*"), "public");
}

#[test]
fn e2_only_what_is_covered_is_taken_away() {
    check(&QUEUE.allow(ANYONE, "sqs:*", &perimeter("sqs:SendMessage")), "public");
    check(&QUEUE.allow(ANYONE, "sqs:SendMessage", &perimeter("sqs:SendMessage")), "in_org by rcp");
    let other = [rcp("sqs:*", "arn:aws:sqs:*:*:other", PERIMETER)];
    check(&QUEUE.allow(ANYONE, "sqs:*", &other), "public");
    let whole = [rcp("sqs:*", "arn:aws:sqs:*:111122223333:*", PERIMETER)];
    check(&QUEUE.allow(ANYONE, "sqs:*", &whole), "in_org by rcp");
    let two = [rcp("sqs:SendMessage", "*", PERIMETER), rcp("sqs:ReceiveMessage", "*", PERIMETER)];
    let both = r#"{"Effect":"Allow","Principal":"*","Action":["sqs:SendMessage","sqs:ReceiveMessage"]}"#;
    check(&QUEUE.statements(both, &two), "in_org by rcp");
}

#[test]
fn e2_a_condition_that_proves_nothing_takes_nothing() {
    for condition in [
        r#"{"Bool":{"aws:SecureTransport":"false"}}"#,
        r#"{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-ourorg0001","aws:ResourceTag/open":"true"}}"#,
        r#"{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}"#,
        r#"{"ForAllValues:StringNotLike":{"aws:PrincipalOrgPaths":"o-ourorg0001/*"}}"#,
    ] {
        check(&QUEUE.allow(ANYONE, "sqs:*", &[rcp("sqs:*", "*", condition)]), "public");
    }
    check(&QUEUE.allow(ANYONE, "sqs:*", &["no policy".to_owned()]), "public");
    let allows = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#;
    check(&QUEUE.allow(FOREIGN, "sqs:*", &[allows.to_owned()]), "external");
}

#[test]
fn e2_a_third_party_that_it_spares_stays_outside() {
    let spares = r#"{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-ourorg0001",
        "aws:PrincipalAccount":["999988887777"]}}"#;
    let rails = [rcp("sqs:*", "*", spares)];
    check(&QUEUE.allow(FOREIGN, "sqs:*", &rails), "external");
    check(&QUEUE.allow(r#"{"AWS":"888877776666"}"#, "sqs:*", &rails), "closed by rcp");
    let anyone = QUEUE.allow(ANYONE, "sqs:*", &rails);
    assert_eq!((anyone.is_public, anyone.is_external), (Some(false), Some(true)));
}

#[test]
fn e2_services_pass_where_they_are_spared_and_only_there() {
    let service = r#"{"Service":"events.amazonaws.com"}"#;
    let spared = QUEUE.allow(service, "sqs:SendMessage", &perimeter("sqs:*"));
    check(&spared, "closed");
    assert!(spared.flags.contains(&Flag::ServiceUnscoped));
    let strict = rcp("sqs:*", "*", r#"{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-ourorg0001"}}"#);
    let denied = QUEUE.allow(service, "sqs:SendMessage", &[strict]);
    check(&denied, "closed by rcp");
    assert_eq!(denied.grants[0].class.as_str(), "nobody");
    let foreign = r#"{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sqs:SendMessage",
        "Condition":{"StringEquals":{"aws:SourceAccount":"999988887777"}}}"#;
    check(&QUEUE.statements(foreign, &perimeter("sqs:*")), "external");
}

#[test]
fn e2_service_linked_roles_are_exempt() {
    let role = |path: &str| format!(r#"{{"AWS":"arn:aws:iam::999988887777:role/{path}"}}"#);
    let linked = role("aws-service-role/replication.amazonaws.com/AWSServiceRoleForReplication");
    check(&KEY.allow(&linked, "kms:*", &perimeter("kms:*")), "external");
    check(&KEY.allow(&linked, "kms:*", &[rcp("kms:*", "*", "{}")]), "external");
    check(&KEY.allow(&role("app"), "kms:*", &perimeter("kms:*")), "closed by rcp");
    let session = r#"{"AWS":"arn:aws:sts::999988887777:assumed-role/AWSServiceRoleForReplication/s"}"#;
    check(&KEY.allow(session, "kms:*", &perimeter("kms:*")), "external");
    let held = |path: &str| {
        format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*",
            "Condition":{{"ArnLike":{{"aws:PrincipalArn":"arn:aws:iam::999988887777:role/{path}"}}}}}}"#
        )
    };
    check(&KEY.statements(&held("aws-service-role/*"), &perimeter("kms:*")), "external");
    check(&KEY.statements(&held("app"), &perimeter("kms:*")), "closed by rcp");
}

#[test]
fn e2_who_assumes_roles_is_bound_but_not_who_assumes_those_of_services() {
    let rails = perimeter("sts:AssumeRole");
    check(&ROLE.allow(FOREIGN, "sts:AssumeRole", &rails), "closed by rcp");
    check(&ROLE.allow(ANYONE, "sts:AssumeRole", &rails), "in_org by rcp");
    check(&LINKED.allow(FOREIGN, "sts:AssumeRole", &rails), "external");
    let web = r#"{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}"#;
    check(&ROLE.allow(web, "sts:AssumeRoleWithWebIdentity", &rails), "public");
    let every = [rcp("sts:AssumeRole*", "*", "{}")];
    check(&ROLE.allow(web, "sts:AssumeRoleWithWebIdentity", &every), "closed by rcp");
}

#[test]
fn e2_a_role_is_held_against_what_the_guardrail_names() {
    let of = |resource: &str| [rcp("sts:AssumeRole", resource, PERIMETER)];
    check(&ROLE.allow(FOREIGN, "sts:AssumeRole", &of("arn:aws:iam::*:role/ci/*")), "closed by rcp");
    check(&ROLE.allow(FOREIGN, "sts:AssumeRole", &of("arn:aws:iam::*:role/prod/*")), "external");
    let but = rcp("sts:AssumeRole", "arn:aws:iam::*:role/partners/*", PERIMETER).replace("Resource", "NotResource");
    check(&ROLE.allow(FOREIGN, "sts:AssumeRole", &[but]), "closed by rcp");
}

#[test]
fn e2_retiring_a_grant_is_never_bound() {
    check(&KEY.allow(FOREIGN, "kms:RetireGrant", &[rcp("kms:*", "*", "{}")]), "external");
    check(&KEY.allow(FOREIGN, "kms:CreateGrant", &[rcp("kms:*", "*", "{}")]), "closed by rcp");
}

#[test]
fn e2_acls_are_bound_too() {
    let of = |grantee: AclGrantee, permission: &str, rails: &[String]| {
        let rails = guardrails(rails);
        let acl = [AclGrant { grantee, permission: permission.to_owned() }];
        BUCKET.judge(&Policies { acl: Some(&acl), guardrails: Some(&rails), ..Policies::of(&[]) })
    };
    let everyone = of(AclGrantee::AllUsers, "READ", &perimeter("s3:*"));
    check(&everyone, "in_org by rcp");
    assert!(everyone.reasons[0].contains("denied by RCP perimeter (p-1), statement 0"), "{:?}", everyone.reasons);
    assert_eq!(everyone.policy_public, Some(true));
    check(&of(AclGrantee::AuthenticatedUsers, "FULL_CONTROL", &perimeter("s3:*")), "in_org by rcp");
    check(&of(AclGrantee::AllUsers, "READ", &perimeter("s3:ListBucket*")), "in_org by rcp");
    check(&of(AclGrantee::AllUsers, "READ", &perimeter("s3:GetObject")), "public");
    check(&of(AclGrantee::AllUsers, "FULL_CONTROL", &perimeter("s3:ListBucket*")), "public");
    let foreign = || AclGrantee::CanonicalUser(FOREIGN_CANONICAL.to_owned());
    check(&of(foreign(), "READ", &perimeter("s3:*")), "closed by rcp");
    check(&of(foreign(), "READ", &perimeter("sqs:*")), "external");
    check(&of(AclGrantee::AllUsers, "READ", &[rcp("s3:*", "*", "{}")]), "closed by rcp");
}

#[test]
fn e2_without_a_guardrail_nothing_changes_and_more_of_them_take_more() {
    check(&QUEUE.allow(ANYONE, "sqs:*", &[]), "public");
    let nobody = [rcp("sqs:*", "*", PERIMETER), rcp("sqs:*", "*", "{}")];
    check(&QUEUE.allow(ANYONE, "sqs:*", &nobody), "closed by rcp");
    let own = format!(
        r#"{},{{"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*",
        "Condition":{{"StringNotEquals":{{"aws:PrincipalOrgID":"o-ourorg0001"}}}}}}"#,
        allow(ANYONE, "sqs:*")
    );
    let own_deny = QUEUE.statements(&own, &perimeter("sqs:*"));
    check(&own_deny, "in_org");
    assert_eq!(own_deny.policy_public, Some(false));
}

#[test]
fn e2_what_was_not_read_takes_nothing_and_is_told() {
    let rails = Guardrails::new(Vec::new(), true);
    let judge = |on: &On, action: &str| {
        on.judge(&Policies { guardrails: Some(&rails), ..Policies::of(&[document(&allow(ANYONE, action))]) })
    };
    let queue = judge(&QUEUE, "sqs:*");
    check(&queue, "public");
    assert!(queue.flags.contains(&Flag::GuardrailsUnread));
    assert!(!judge(&TOPIC, "sns:*").flags.contains(&Flag::GuardrailsUnread), "none could bind it");
    assert!(!judge(&LINKED, "sts:*").flags.contains(&Flag::GuardrailsUnread));
    let some = Guardrail::parse("perimeter (p-1)".to_owned(), &perimeter("sqs:*")[0]);
    let partly = Guardrails::new(vec![Arc::new(some)], true);
    let document = [document(&allow(ANYONE, "sqs:*"))];
    let partly = QUEUE.judge(&Policies { guardrails: Some(&partly), ..Policies::of(&document) });
    check(&partly, "in_org by rcp");
    assert!(partly.flags.contains(&Flag::GuardrailsUnread), "what was read counts");
}

#[test]
fn r2_nobody_is_of_two_organizations() {
    let foreign = r#"{"Effect":"Allow","Principal":"*","Action":"sqs:*",
        "Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-theirs0001"}}}"#;
    check(&QUEUE.statements(foreign, &[]), "external");
    check(&QUEUE.statements(foreign, &perimeter("sqs:*")), "closed by rcp");
    let both = foreign.replace(r#""o-theirs0001""#, r#"["o-theirs0001","o-ourorg0001"]"#);
    check(&QUEUE.statements(&both, &perimeter("sqs:*")), "in_org by rcp");
}
