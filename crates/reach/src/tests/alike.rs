//! Those who have the same policies are evaluated together, also where a control policy names some of them.

use orgcensus_policy::evaluation::Outcome;
use serde_json::{Value, json};

use super::lake::Small;
use crate::{Effective, Right, SENSITIVE};

const SPARED: &str = "arn:aws:iam::*:role/breakglass-*";

fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

/// So many roles of each of three names, all with the same policy, under a control policy that names two of them.
fn named(each: usize, policy: &Value) -> Small {
    let unless_named = json!([
        {"Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/guest-*"}}},
        {"Effect": "Deny", "Action": "s3:*", "Resource": "*",
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/guest-*", SPARED]}}},
    ]);
    let names = ["breakglass", "guest", "plain"].into_iter().flat_map(|name| (0..each).map(move |at| (name, at)));
    names.fold(Small::default().scp(unless_named), |small, (name, at)| {
        small.role(2, &format!("{name}-{at:03}"), policy.clone())
    })
}

/// The rights, and how many evaluations they took.
async fn counted(small: Small) -> (Vec<Right>, usize) {
    let (_folder, lake) = small.publish().await;
    let commit = lake.commits().await.unwrap().remove(0);
    let mut effective = Effective::open(&lake, &commit).await.unwrap();
    let mut all = Vec::new();
    while let Some(rights) = effective.next().await.unwrap() {
        all.extend(rights);
    }
    (all, effective.evaluations())
}

#[tokio::test]
async fn who_is_named_by_a_control_policy_costs_one_evaluation_for_each_outcome() {
    let (few, of_few) = counted(named(2, &allow("*", "*"))).await;
    let (many, of_many) = counted(named(30, &allow("*", "*"))).await;
    // Guests are told from all others, and of the three actions of S3 those who are spared from the rest.
    let expected = 2 * (SENSITIVE.len() - 3) + 3 * 3;
    assert_eq!((of_few, of_many), (expected, expected));
    for (rights, each) in [(&few, 2), (&many, 30)] {
        let denied: Vec<_> =
            rights.iter().map(|it| (it.principal.contains("role/breakglass-"), it.apart.denied.len())).collect();
        let expected = [vec![(true, 0); each], vec![(false, 3); each]].concat();
        assert_eq!(denied, expected, "those with a guest's name have no right, and the others none of the three of S3");
    }
    for right in &many {
        // Each one's own policy decides, not that of the one who was evaluated.
        let policy = right.answer.decided_by.policy.as_deref();
        assert_eq!(policy, Some(format!("{} own", right.principal).as_str()));
    }
}

#[tokio::test]
async fn patterns_of_the_own_account_are_evaluated_once_too() {
    let scan = allow("dynamodb:Scan", "arn:aws:dynamodb:*:000000000002:table/t");
    let (few, of_few) = counted(named(2, &scan)).await;
    let (many, of_many) = counted(named(30, &scan)).await;
    assert_eq!((few.len(), many.len()), (4, 60));
    assert_eq!((of_few, of_many), (2, 2));
    assert!(many.iter().all(|it| it.answer.result == Outcome::Allowed));
}

#[tokio::test]
async fn those_of_whom_the_same_was_not_read_are_evaluated_together() {
    let scan = allow("dynamodb:Scan", "arn:aws:dynamodb:*:000000000002:table/t");
    let some = |each: usize| {
        let with = |small: Small, name: &str, at: usize| small.user(2, &format!("{name}-{at:03}"), scan.clone());
        (0..each).fold(Small::default(), |small, at| {
            let small = with(with(small, "bounded", at).bounded(None), "read", at);
            with(small, "unread", at).unread()
        })
    };
    let (few, of_few) = counted(some(2)).await;
    let (many, of_many) = counted(some(30)).await;
    // One whose policies were not all read may be an administrator, who is asked for everything.
    assert_eq!((of_few, of_many), (1 + 1 + SENSITIVE.len(), 1 + 1 + SENSITIVE.len()));
    for (rights, each) in [(&few, 2), (&many, 30)] {
        let of = |name: &str| rights.iter().filter(|it| it.principal.contains(name)).collect::<Vec<_>>();
        assert_eq!(["/bounded-", "/read-", "/unread-"].map(|name| of(name).len()), [each; 3]);
        assert!(of("/bounded-").iter().all(|it| it.answer.result == Outcome::Unknown && !it.is_complete));
        assert!(of("/read-").iter().all(|it| it.answer.result == Outcome::Allowed && it.is_complete));
        assert!(of("/unread-").iter().all(|it| it.action == "*" && it.apart.unknown == SENSITIVE));
    }
}

/// What each may do, and what decided.
async fn told(small: Small) -> Vec<String> {
    let (rights, _) = counted(small).await;
    let word = |it: &Right| {
        let (answer, apart) = (&it.answer, &it.apart.denied);
        let policy = answer.decided_by.policy.as_deref().unwrap_or_default();
        format!("{} {} {} {:?} {policy} {}", it.principal, it.action, it.scope, answer.result, apart.join(" "))
    };
    let mut told: Vec<String> = rights.iter().map(word).collect();
    told.sort();
    told
}

/// A user or a role with policies that depend on who asks, under one that does too.
fn with(small: Small, (name, is_user): (&str, bool)) -> Small {
    let if_ana = json!({"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*",
        "Condition": {"StringEquals": {"aws:username": "ana"}}});
    let not_ben = json!({"Effect": "Deny", "Action": "kms:CreateGrant", "Resource": "*",
        "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:*/ben"}}});
    let own = json!([
        allow("s3:GetObject", "arn:aws:s3:::home-${aws:username}/*"),
        allow("dynamodb:Scan", "*"),
        allow("kms:CreateGrant", "arn:aws:kms:*:000000000002:key/*"),
        if_ana,
        not_ben
    ]);
    if is_user { small.user(2, name, own) } else { small.role(2, name, own) }
}

#[tokio::test]
async fn together_they_have_the_rights_that_each_has_alone() {
    let empty = || {
        Small::default().scp(json!({"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*",
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:user/ana", "arn:aws:iam::*:role/ben"]}}}))
    };
    let all = [("ana", true), ("ben", true), ("eve", true), ("ana", false), ("ben", false)];
    let together = told(all.into_iter().fold(empty(), with)).await;
    let mut alone = Vec::new();
    for one in all {
        alone.extend(told(with(empty(), one)).await);
    }
    alone.sort();
    assert_eq!(together, alone);
    // ana's secret; two who may scan; all but ben grant.
    let count = |word: &str| together.iter().filter(|it| it.contains(word)).count();
    assert_eq!(["secretsmanager:", "dynamodb:", "kms:"].map(count), [1, 2, 3]);
}
