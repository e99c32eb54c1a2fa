//! S3 Access Grants: who has a grant gets there by the role of the grant's location.

use orgcensus_answers::Which;
use orgcensus_policy::evaluation::Outcome;
use serde_json::{Value, json};

use super::lake::{INSTANCE, Small};
use super::words;
use crate::{Reach, layers};

const SERVICE: &str = "access-grants.s3.amazonaws.com";
const ANALYST: &str = "arn:aws:iam::000000000002:role/analyst";
const REPORT: &str = "arn:aws:s3:::data/reports/k";

fn allow(action: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": "*"})
}

/// A bucket to which a location's role leads, and those who may ask for its credentials or not.
fn small() -> Small {
    let location = "arn:aws:iam::000000000002:role/location";
    let of_bucket = json!({"Effect": "Allow", "Action": "s3:GetObject", "Principal": {"AWS": location},
        "Resource": "arn:aws:s3:::data/*"});
    let of_instance = json!({"Effect": "Allow", "Action": "s3:GetDataAccess", "Resource": INSTANCE,
        "Principal": {"AWS": "000000000001"}});
    Small::default()
        .role(2, "analyst", allow("s3:GetDataAccess"))
        .role(2, "idle", allow("sqs:*"))
        .role(2, "location", allow("s3:*"))
        .bucket(2, "data")
        .policy(2, INSTANCE, of_instance)
        .policy(2, "arn:aws:s3:::data", of_bucket)
        .grant(["IAM", ANALYST, "READ", "s3://data/reports/*"])
        .grant(["IAM", "arn:aws:iam::000000000002:role/idle", "READWRITE", "s3://data/*"])
}

async fn told(small: Small, action: &str, arn: &str) -> Vec<String> {
    let (_folder, lake) = small.publish().await;
    let reach = Reach::open(&lake, &Which::Newest).await.unwrap();
    words(&reach.who_can(action, arn).await.unwrap())
}

#[tokio::test]
async fn who_has_a_grant_gets_there_by_the_role_of_its_location() {
    let found = told(small().trusting_of("location", SERVICE), "s3:GetObject", REPORT).await;
    let by = "2 role/analyst allowed by access-grants/default/grant/0, role/location".to_owned();
    assert!(found.contains(&by), "{found:?}");
    assert!(found.contains(&"2 role/location allowed".to_owned()), "{found:?}");
    // Whoever may not ask for credentials gets none.
    assert!(!found.iter().any(|it| it.contains("role/idle")), "{found:?}");
}

#[tokio::test]
async fn a_grant_is_for_its_scope_and_its_permission_alone() {
    let of_location = || small().trusting_of("location", SERVICE);
    for (action, arn) in [("s3:PutObject", REPORT), ("s3:GetObject", "arn:aws:s3:::data/other/k")] {
        let found = told(of_location(), action, arn).await;
        assert!(!found.iter().any(|it| it.contains("role/analyst")), "{found:?}");
    }
    let found = told(of_location(), "s3:GetObject", "arn:aws:s3:::data/*").await;
    let in_part = "2 role/analyst unknown by access-grants/default/grant/0, role/location".to_owned();
    assert!(found.contains(&in_part), "{found:?}");
}

#[tokio::test]
async fn a_grant_whose_location_no_role_serves_is_good_for_nothing() {
    let found = told(small(), "s3:GetObject", REPORT).await;
    assert!(!found.iter().any(|it| it.contains("grant/")), "{found:?}");
}

#[tokio::test]
async fn which_of_two_roles_a_location_has_is_not_known() {
    let two = small().trusting_of("location", SERVICE).trusting_of("idle", SERVICE);
    let found = told(two, "s3:GetObject", REPORT).await;
    let unknown = "2 role/analyst unknown by access-grants/default/grant/0".to_owned();
    assert!(found.contains(&unknown), "{found:?}");
}

#[tokio::test]
async fn a_location_whose_role_was_read_has_that_one() {
    let two = || small().trusting_of("location", SERVICE).trusting_of("idle", SERVICE);
    let found = told(two().located("location"), "s3:GetObject", REPORT).await;
    let by = "2 role/analyst allowed by access-grants/default/grant/0, role/location".to_owned();
    assert!(found.contains(&by), "{found:?}");
    // A role that cannot read it, and one that S3 Access Grants cannot assume.
    for nothing in [two().located("idle"), small().trusting_of("idle", SERVICE).located("location")] {
        let found = told(nothing, "s3:GetObject", REPORT).await;
        assert!(!found.iter().any(|it| it.contains("grant/")), "{found:?}");
    }
}

const IDLE: &str = "arn:aws:iam::000000000002:role/idle";

#[tokio::test]
async fn what_one_can_has_the_scopes_of_its_grants() {
    let can = async |small: Small, principal: &str, action: &str| {
        let (_folder, lake) = small.publish().await;
        let reach = Reach::open(&lake, &Which::Newest).await.unwrap();
        let found = reach.what_can(principal, &[action.to_owned()]).await.unwrap();
        found.into_iter().map(|it| (it.resource_arn, it.answer.result, it.via)).collect::<Vec<_>>()
    };
    let located = || small().trusting_of("location", SERVICE).located("location");
    let via = [format!("{INSTANCE}/grant/0"), "arn:aws:iam::000000000002:role/location".to_owned()].to_vec();
    let expected = [("arn:aws:s3:::data/reports/*".to_owned(), Outcome::Allowed, via.clone())];
    assert_eq!(can(located(), ANALYST, "s3:GetObject").await, expected);
    let list = [("arn:aws:s3:::data".to_owned(), Outcome::Unknown, via)];
    assert_eq!(can(located(), ANALYST, "s3:ListBucket").await, list, "of the bucket a part");
    assert!(can(located(), ANALYST, "s3:PutObject").await.is_empty());
    // It has a grant, and may not ask for its credentials.
    assert!(can(located(), IDLE, "s3:GetObject").await.is_empty());
    let unread = small().trusting_of("location", SERVICE).trusting_of("idle", SERVICE);
    let found = can(unread, ANALYST, "s3:GetObject").await;
    assert_eq!(found.iter().map(|it| (it.1, it.2.len())).collect::<Vec<_>>(), [(Outcome::Unknown, 1)]);
}

#[tokio::test]
async fn a_pair_is_explained_by_the_grant_and_the_role_of_its_location() {
    let (_folder, lake) = small().trusting_of("location", SERVICE).located("location").publish().await;
    let reach = Reach::open(&lake, &Which::Newest).await.unwrap();
    let found = reach.explain(ANALYST, "s3:GetObject", REPORT).await.unwrap();
    let grants: Vec<_> = found.grants.iter().map(|it| (it.grant.as_deref(), it.role.as_deref())).collect();
    let grant = format!("{INSTANCE}/grant/0");
    assert_eq!(grants, [(Some(grant.as_str()), Some("arn:aws:iam::000000000002:role/location"))]);
    assert_eq!(found.answer.result, Outcome::Allowed);
    let statements: usize = found.layers.iter().map(|it| it.statements.len().max(1)).sum();
    assert_eq!(layers(&found).unwrap().num_rows(), statements + 2);
    let idle = reach.explain(IDLE, "s3:GetObject", REPORT).await.unwrap();
    assert_eq!((idle.answer.result, idle.grants.len()), (Outcome::Denied, 0));
}

#[tokio::test]
async fn where_grants_were_not_read_an_explained_pair_is_not_denied() {
    let (_folder, lake) = small().without_grants().publish().await;
    let reach = Reach::open(&lake, &Which::Newest).await.unwrap();
    let found = reach.explain(IDLE, "s3:GetObject", REPORT).await.unwrap();
    assert_eq!((found.answer.result, found.grants.len()), (Outcome::Unknown, 1));
    let what = ["s3:GetObject".to_owned()];
    let left_out = reach.left_out(&what, true).await.unwrap();
    // Of account 1 nothing says that they were read.
    assert_eq!(left_out, ["S3 Access Grants of accounts where not all were read (2)"]);
    assert!(reach.left_out(&what, false).await.unwrap().is_empty());
    // No grant is good for this.
    let put = reach.explain(IDLE, "s3:PutBucketPolicy", "arn:aws:s3:::data").await.unwrap();
    assert_eq!((put.answer.result, put.grants.len()), (Outcome::Denied, 0));
}

#[tokio::test]
async fn a_group_whose_members_were_not_read_may_be_anyone() {
    let of_group = small().trusting_of("location", SERVICE).grant(["DIRECTORY_GROUP", "g-1", "READ", "s3://data/*"]);
    let found = told(of_group, "s3:GetObject", REPORT).await;
    let anyone = " * unknown by access-grants/default/grant/2, role/location".to_owned();
    assert!(found.contains(&anyone), "{found:?}");
}
