//! Access points, and the policies of VPC endpoints.

use super::{reach, words};

const POINT: &str = "arn:aws:s3:eu-west-1:000000000002:accesspoint/partners";

#[tokio::test]
async fn both_policies_of_an_access_point_let_in() {
    let (_folder, reach) = reach().await;
    let told = words(&reach.who_can("s3:GetObject", "arn:aws:s3:::shared/k").await.unwrap());
    // The bucket lets account 3 in by its access point alone.
    assert!(told.contains(&"3 user/stranger allowed by accesspoint/partners".to_owned()), "{told:?}");
    assert!(!told.contains(&"3 user/stranger allowed".to_owned()), "{told:?}");
    assert!(told.contains(&"2 role/admin allowed".to_owned()), "{told:?}");
    // The access point lets account 3 read, and not write.
    let told = words(&reach.who_can("s3:PutObject", "arn:aws:s3:::shared/k").await.unwrap());
    assert!(!told.iter().any(|it| it.starts_with("3 user/stranger")), "{told:?}");
    // To ask of the access point is to ask of the bucket behind it.
    let told = words(&reach.who_can("s3:GetObject", &format!("{POINT}/object/k")).await.unwrap());
    assert!(told.contains(&"3 user/stranger allowed by shared".to_owned()), "{told:?}");
}

#[tokio::test]
async fn an_access_point_of_which_nothing_was_read_is_no_way_that_is_closed() {
    let (_folder, reach) = reach().await;
    let told = words(&reach.who_can("s3:GetObject", &POINT.replace("partners", "other")).await.unwrap());
    assert!(told.contains(&" * unknown".to_owned()), "{told:?}");
}

#[tokio::test]
async fn an_endpoint_that_is_forced_must_let_the_request_through() {
    let (_folder, reach) = reach().await;
    let reads = words(&reach.who_can("s3:GetObject", "arn:aws:s3:::inner/k").await.unwrap());
    assert!(!reads.iter().any(|it| it.starts_with("3 user/stranger")), "{reads:?}");
    let writes = words(&reach.who_can("s3:PutObject", "arn:aws:s3:::inner/k").await.unwrap());
    assert!(writes.contains(&"3 user/stranger conditional".to_owned()), "{writes:?}");
    let stranger = "arn:aws:iam::000000000003:user/stranger";
    let found = reach.explain(stranger, "s3:GetObject", "arn:aws:s3:::inner/k").await.unwrap();
    assert_eq!(found.answer.result, orgcensus_policy::evaluation::Outcome::Denied);
}

#[tokio::test]
async fn a_vpc_that_is_forced_has_an_endpoint_that_lets_the_request_through() {
    let (_folder, reach) = reach().await;
    let by = async |vpc: &str| {
        let told = words(&reach.who_can("s3:GetObject", &format!("arn:aws:s3:::vpcs/{vpc}")).await.unwrap());
        told.into_iter().find(|it| it.starts_with("3 user/stranger")).unwrap_or_default()
    };
    assert_eq!(by("vpc-open").await, "3 user/stranger conditional");
    assert_eq!(by("vpc-closed").await, "");
    // Without an endpoint no request says that it comes from there.
    assert_eq!(by("vpc-bare").await, "");
    // Account 4 was not read, and of the last one nobody knows whose it is.
    assert_eq!(by("vpc-unread").await, "3 user/stranger unknown");
    assert_eq!(by("vpc-elsewhere").await, "3 user/stranger conditional");
}
