//! S3 Access Grants: who has a grant gets there by the role of the grant's location.

use orgcensus_answers::Which;
use serde_json::{Value, json};

use super::lake::{INSTANCE, Small};
use super::words;
use crate::Reach;

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

#[tokio::test]
async fn a_group_whose_members_were_not_read_may_be_anyone() {
    let of_group = small().trusting_of("location", SERVICE).grant(["DIRECTORY_GROUP", "g-1", "READ", "s3://data/*"]);
    let found = told(of_group, "s3:GetObject", REPORT).await;
    let anyone = " * unknown by access-grants/default/grant/2, role/location".to_owned();
    assert!(found.contains(&anyone), "{found:?}");
}
