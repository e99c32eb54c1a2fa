//! What identities may do, in small organizations.

use orgcensus_answers::Which;
use orgcensus_lake::Lake;
use orgcensus_policy::evaluation::{Layer, Outcome};
use serde_json::{Value, json};

use super::lake::Small;
use crate::{Apart, Effective, Reach, Right, SENSITIVE};

const LEAVE: &str = "organizations:LeaveOrganization";

async fn rights(lake: &Lake) -> Vec<Right> {
    let commit = lake.commits().await.unwrap().remove(0);
    let mut effective = Effective::open(lake, &commit).await.unwrap();
    let mut all = Vec::new();
    while let Some(rights) = effective.next().await.unwrap() {
        all.extend(rights);
    }
    all
}

/// `user/ana s3:GetObject arn:aws:s3:::data/* allowed`.
fn words(rights: &[Right]) -> Vec<String> {
    let word = |it: &Right| {
        let principal = it.principal.rsplit(':').next().unwrap_or_default();
        let result = format!("{:?}", it.answer.result).to_lowercase();
        format!("{principal} {} {} {result}", it.action, it.scope)
    };
    let mut words: Vec<String> = rights.iter().map(word).collect();
    words.sort();
    words
}

async fn told(small: Small) -> Vec<String> {
    let (_folder, lake) = small.publish().await;
    words(&rights(&lake).await)
}

fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn deny(action: &str) -> Value {
    json!({"Effect": "Deny", "Action": action, "Resource": "*"})
}

#[tokio::test]
async fn an_administrator_is_one_row_and_a_service_linked_role_none() {
    let linked = "aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS";
    let reserved = "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef";
    let small = Small::default()
        .role(2, "admin", allow("*", "*"))
        .role(2, reserved, allow("*:*", "*"))
        .role(2, linked, allow("*", "*"))
        .role(2, "silent", allow("sqs:*", "*"));
    let (_folder, lake) = small.publish().await;
    let found = rights(&lake).await;
    assert_eq!(words(&found), ["role/admin * * allowed".to_owned(), format!("role/{reserved} * * allowed")]);
    for right in &found {
        assert!(right.is_complete && right.apart == Apart::default(), "{right:?}");
        assert_eq!((right.kind, right.account_id.as_str()), ("role", "000000000002"));
        assert_eq!(right.answer.decided_by.layer, Layer::Identity);
    }
}

#[tokio::test]
async fn what_guardrails_take_from_an_administrator_is_told_beside_it() {
    let from_office = json!({"Effect": "Deny", "Action": "kms:CreateGrant", "Resource": "*",
        "Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}});
    let own = json!([allow("*", "*"), deny("glue:*")]);
    let bound = json!([allow("*", "*"), deny("ecs:*")]);
    let small = Small::default()
        .user(1, "ana", allow("*", "*"))
        .user(2, "ben", own)
        .bounded(Some(bound))
        .scp(deny(LEAVE))
        .scp(from_office);
    let (_folder, lake) = small.publish().await;
    let found = rights(&lake).await;
    assert_eq!(words(&found), ["user/ana * * allowed", "user/ben * * allowed"]);
    // Service control policies do not bind the management account.
    assert_eq!(found[0].apart, Apart::default());
    assert_eq!(found[1].apart.denied, ["ecs:RunTask", "glue:CreateJob", LEAVE]);
    assert_eq!(found[1].apart.conditional, ["kms:CreateGrant"]);
    assert!(found[1].apart.unknown.is_empty() && found[1].is_complete);
}

#[tokio::test]
async fn an_administrator_without_any_right_left_is_no_row() {
    let small = Small::default().user(2, "ana", allow("*", "*")).scp(deny("*"));
    assert!(told(small).await.is_empty());
}

#[tokio::test]
async fn of_what_is_denied_on_everything_the_part_that_is_left_has_a_row() {
    let all_but = json!({"Effect": "Deny", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::open-*"});
    let small = Small::default().user(2, "ana", allow("*", "*")).scp(all_but);
    assert_eq!(told(small).await, ["user/ana * * allowed", "user/ana s3:GetObject arn:aws:s3:::open-* allowed"]);
}

#[tokio::test]
async fn a_boundary_that_allows_less_leaves_its_own_patterns() {
    let small = Small::default()
        .user(2, "ana", allow("*", "*"))
        .bounded(Some(allow("s3:GetObject", "arn:aws:s3:::team-*")))
        .user(2, "ben", allow("s3:GetObject", "arn:aws:s3:::logs-*"))
        .bounded(Some(allow("ec2:*", "*")))
        .user(2, "eve", allow("s3:GetObject", "arn:aws:s3:::a*"))
        .bounded(Some(allow("s3:GetObject", "arn:aws:s3:::*b")));
    let expected = [
        "user/ana s3:GetObject arn:aws:s3:::team-* allowed",
        // What begins with a and ends with b, no pattern of the two says.
        "user/eve s3:GetObject arn:aws:s3:::a* unknown",
    ];
    assert_eq!(told(small).await, expected);
}

#[tokio::test]
async fn what_one_can_within_a_narrower_boundary_is_told_too() {
    let small =
        Small::default().user(2, "ana", allow("*", "*")).bounded(Some(allow("s3:GetObject", "arn:aws:s3:::team-*")));
    let (_folder, lake) = small.publish().await;
    let reach = Reach::open(&lake, &Which::Newest).await.unwrap();
    let found = reach.what_can("arn:aws:iam::000000000002:user/ana", &["s3:GetObject".to_owned()]).await.unwrap();
    assert_eq!(found.iter().map(|it| it.resource_arn.as_str()).collect::<Vec<_>>(), ["arn:aws:s3:::team-*"]);
}

#[tokio::test]
async fn what_was_not_read_is_unknown() {
    let small = Small::default()
        .user(2, "ana", allow("ssm:SendCommand", "*"))
        .bounded(None)
        .user(2, "ben", allow("ssm:SendCommand", "*"))
        .unread()
        .scp(deny(LEAVE));
    let (_folder, lake) = small.publish().await;
    let found = rights(&lake).await;
    // Of ben's policies one may be that of an administrator.
    assert_eq!(words(&found), ["user/ana ssm:SendCommand * unknown", "user/ben * * unknown"]);
    assert!(found.iter().all(|it| !it.is_complete));
    let ben = &found[1].apart;
    assert_eq!((ben.denied.as_slice(), ben.unknown.len()), (&[LEAVE][..], SENSITIVE.len() - 1));
}

#[tokio::test]
async fn an_account_whose_identities_were_not_all_read_has_a_row_of_its_own() {
    let small = Small::default().user(1, "ana", allow("glue:*", "*")).user(2, "ben", allow("glue:*", "*")).denied();
    let (_folder, lake) = small.publish().await;
    let found = rights(&lake).await;
    let expected =
        ["000000000002 * * unknown", "user/ana glue:CreateJob * allowed", "user/ben glue:CreateJob * allowed"];
    assert_eq!(words(&found), expected);
    assert_eq!(found.iter().map(|it| it.is_complete).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(found[1].apart.unknown, SENSITIVE);
}

#[tokio::test]
async fn groups_not_action_not_resource_and_conditions_count() {
    let all_but = json!({"Effect": "Allow", "NotAction": ["a*", "b*", "c*", "d*", "e*", "g*", "i*", "k*", "l*", "o*",
        "r*", "secrets*", "ssm:*"], "Resource": "*"});
    let not_resource =
        json!({"Effect": "Allow", "Action": "dynamodb:Scan", "NotResource": "arn:aws:dynamodb:*:*:table/safe"});
    let by_mfa = json!({"Effect": "Allow", "Action": "ecr:*", "Resource": "*",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}});
    let small = Small::default()
        .user(2, "ana", allow("sqs:*", "*"))
        .grouped("readers", allow("s3:GetObject", "arn:aws:s3:::*"))
        .user(2, "ben", all_but)
        .user(2, "eve", not_resource)
        .user(2, "ida", by_mfa);
    let (_folder, lake) = small.publish().await;
    let found = rights(&lake).await;
    let expected = [
        "user/ana s3:GetObject arn:aws:s3:::* allowed",
        "user/ben s3:DeleteBucket * allowed",
        "user/ben s3:GetObject * allowed",
        "user/ben s3:PutBucketPolicy * allowed",
        "user/eve dynamodb:Scan * allowed",
        "user/ida ecr:BatchGetImage * conditional",
    ];
    assert_eq!(words(&found), expected);
    let ida = found.iter().find(|it| it.answer.result == Outcome::Conditional).unwrap();
    assert!(ida.answer.conditions[0][0].key.eq_ignore_ascii_case("aws:MultiFactorAuthPresent"));
    let ana = found.iter().find(|it| it.principal.ends_with("ana")).unwrap();
    assert_eq!(ana.answer.decided_by.policy.as_deref(), Some("arn:aws:iam::000000000002:group/readers own"));
}

#[tokio::test]
async fn what_is_within_a_wider_scope_is_not_told_again() {
    let buckets = json!(["arn:aws:s3:::logs-1/*", "arn:aws:s3:::logs-*", "arn:aws:s3:::own/*"]);
    let statement = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": buckets});
    let small = Small::default().bucket(2, "own").user(2, "ana", statement);
    let expected =
        ["user/ana s3:GetObject arn:aws:s3:::logs-* allowed", "user/ana s3:GetObject arn:aws:s3:::own/* allowed"];
    assert_eq!(told(small).await, expected);
}

#[tokio::test]
async fn another_accounts_resource_must_allow_it_too() {
    let others = json!(["arn:aws:s3:::theirs/*", "arn:aws:dynamodb:eu-west-1:000000000001:table/t"]);
    let read = json!({"Effect": "Allow", "Action": ["s3:GetObject", "dynamodb:Scan"], "Resource": others});
    let decrypt = allow("kms:Decrypt", "arn:aws:kms:eu-west-1:000000000002:key/*");
    let small = Small::default().bucket(1, "theirs").bucket(2, "own").user(2, "ana", json!([read, decrypt]));
    let (_folder, lake) = small.publish().await;
    let found = rights(&lake).await;
    let expected = [
        "user/ana dynamodb:Scan arn:aws:dynamodb:eu-west-1:000000000001:table/t unknown",
        "user/ana kms:Decrypt arn:aws:kms:eu-west-1:000000000002:key/* allowed",
        "user/ana s3:GetObject arn:aws:s3:::theirs/* unknown",
    ];
    assert_eq!(words(&found), expected);
    let key = found.iter().find(|it| it.action == "kms:Decrypt").unwrap();
    assert_eq!(key.answer.decided_by.assumed, Some("the key's own policy leaves it to the account"));
}

#[tokio::test]
async fn equal_policies_are_asked_once_but_where_it_depends_on_who_asks() {
    let all_but_trusted = json!({"Effect": "Deny", "Action": LEAVE, "Resource": "*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/trusted"}}});
    let small = Small::default()
        .role(1, "other", allow("*", "*"))
        .role(2, "other", allow("*", "*"))
        .role(2, "trusted", allow("*", "*"))
        .user(2, "ana", allow("*", "*"))
        .bounded(Some(json!([allow("*", "*"), deny("s3:DeleteBucket")])))
        .scp(all_but_trusted);
    let (_folder, lake) = small.publish().await;
    let found = rights(&lake).await;
    let told: Vec<_> = found.iter().map(|it| (it.principal.as_str(), it.apart.denied.join(" "))).collect();
    let expected = [
        ("arn:aws:iam::000000000001:role/other", ""),
        ("arn:aws:iam::000000000002:user/ana", "s3:DeleteBucket organizations:LeaveOrganization"),
        ("arn:aws:iam::000000000002:role/other", LEAVE),
        ("arn:aws:iam::000000000002:role/trusted", ""),
    ];
    assert_eq!(told, expected.map(|(principal, denied)| (principal, denied.to_owned())));
    for right in &found {
        // The text is the same, and each one's policy has its own name.
        let policy = right.answer.decided_by.policy.as_deref();
        assert_eq!(policy, Some(format!("{} own", right.principal).as_str()));
    }
}

#[tokio::test]
async fn whom_a_resource_of_the_account_names_needs_no_policy_of_its_own() {
    let named = |names: &[&str]| -> Vec<String> {
        names.iter().map(|name| format!("arn:aws:iam::000000000002:{name}")).collect()
    };
    let readers = named(&["role/reader", "role/admin", "user/ana"]);
    let of_bucket = json!({"Effect": "Allow", "Action": "s3:GetObject", "Principal": {"AWS": readers},
        "Resource": "arn:aws:s3:::data/*"});
    let of_key = json!({"Effect": "Allow", "Action": "kms:Decrypt", "Principal": {"AWS": named(&["role/reader"])},
        "Resource": "*"});
    let key = "arn:aws:kms:eu-west-1:000000000002:key/k";
    let small = Small::default()
        .role(2, "reader", allow("sqs:*", "*"))
        .role(2, "admin", allow("*", "*"))
        .role(2, "other", allow("sqs:*", "*"))
        .user(2, "ana", allow("s3:GetObject", "arn:aws:s3:::*"))
        .bucket(2, "data")
        .policy(2, key, of_key)
        .policy(2, "arn:aws:s3:::data", of_bucket);
    let expected = [
        "role/admin * * allowed".to_owned(),
        format!("role/reader kms:Decrypt {key} allowed"),
        "role/reader s3:GetObject arn:aws:s3:::data/* allowed".to_owned(),
        "user/ana s3:GetObject arn:aws:s3:::* allowed".to_owned(),
    ];
    assert_eq!(told(small).await, expected);
}

#[tokio::test]
async fn who_has_a_grant_of_the_own_account_reads_by_the_role_of_its_location() {
    let grantee = |name: &str| format!("arn:aws:iam::000000000002:role/{name}");
    let small = || {
        Small::default()
            .role(2, "analyst", allow("s3:GetDataAccess", "*"))
            .role(2, "idle", allow("sqs:*", "*"))
            .role(2, "location", allow("s3:GetObject", "*"))
            .bucket(2, "data")
            .grant(["IAM", &grantee("analyst"), "READ", "s3://data/reports/*"])
            .grant(["IAM", &grantee("analyst"), "WRITE", "s3://data/drafts/*"])
            .grant(["IAM", &grantee("idle"), "READ", "s3://data/*"])
    };
    let of =
        |result: &str| [format!("role/analyst s3:GetObject arn:aws:s3:::data/reports/* {result}"), LOCATION.to_owned()];
    assert_eq!(told(small().located("location")).await, of("allowed"));
    // Which role it is was not read.
    assert_eq!(told(small()).await, of("unknown"));
    // A role that reads nothing, and one that there is not.
    for nothing in ["idle", "gone"] {
        assert_eq!(told(small().located(nothing)).await, [LOCATION]);
    }
}

const LOCATION: &str = "role/location s3:GetObject * allowed";

#[tokio::test]
async fn patterns_beyond_the_bound_are_counted() {
    let tables = |count: usize| -> Vec<String> {
        (0..count).map(|place| format!("arn:aws:dynamodb:*:000000000002:table/t{place:03}")).collect()
    };
    let scan = |count: usize| json!({"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": tables(count)});
    let narrow = allow("dynamodb:Scan", "arn:aws:dynamodb:*:000000000002:table/t059");
    let small = Small::default()
        .user(2, "ana", scan(50))
        .user(2, "ben", scan(53))
        .user(2, "eve", scan(60))
        .bounded(Some(narrow));
    let (_folder, lake) = small.publish().await;
    let found = rights(&lake).await;
    let of = |name: &str| found.iter().filter(|it| it.principal.ends_with(name)).collect::<Vec<&Right>>();
    assert!(of("ana").len() == 50 && of("ana").iter().all(|it| it.left_out == 0));
    assert!(of("ben").len() == 50 && of("ben").iter().all(|it| it.left_out == 3));
    // The one that is allowed is not among those that were asked.
    let eve: Vec<_> = of("eve").iter().map(|it| (it.scope.as_str(), it.answer.result, it.left_out)).collect();
    assert_eq!(eve, [("*", Outcome::Unknown, 10)]);
}
