//! A small organization: an account with a bucket, one with people, one that could not be read.

use orgcensus_answers::Which;
use orgcensus_lake::Lake;
use orgcensus_policy::evaluation::{Layer, Outcome, Says};

use crate::{Access, Error, Reach, batch, layers};

mod alike;
mod assume;
mod effective;
mod grants;
mod lake;
mod many;
mod ways_in;

use lake::{alone, organization};

const OBJECT: &str = "arn:aws:s3:::data/k";
const TOPIC: &str = "arn:aws:sns:eu-west-1:000000000002:topic";
const ANA: &str = "arn:aws:iam::000000000003:user/ana";

async fn reach() -> (tempfile::TempDir, Reach) {
    let (folder, lake): (_, Lake) = organization().await;
    let reach = Reach::open(&lake, &Which::Newest).await.unwrap();
    (folder, reach)
}

/// `user/reader allowed`, `user/ana allowed by role/admin`.
fn words(rows: &[Access]) -> Vec<String> {
    let short = |arn: &String| arn.rsplit(':').next().unwrap_or_default().to_owned();
    let word = |it: &Access| {
        let result = format!("{:?}", it.answer.result).to_lowercase();
        let via: Vec<String> = it.via.iter().map(short).collect();
        let account = it.account_id.as_deref().unwrap_or_default().trim_start_matches('0');
        let by = if via.is_empty() { String::new() } else { format!(" by {}", via.join(", ")) };
        format!("{account} {} {result}{by}", short(&it.principal))
    };
    let mut words: Vec<String> = rows.iter().map(word).collect();
    words.sort();
    words
}

#[tokio::test]
async fn those_who_can_are_told_with_the_roles_by_which_they_get_there() {
    let (_folder, reach) = reach().await;
    let found = reach.who_can("s3:GetObject", OBJECT).await.unwrap();
    let expected = [
        "2 role/admin allowed",
        "2 root allowed",
        "2 user/member allowed",
        "2 user/reader allowed",
        "3 role/analyst allowed",
        "3 user/ana allowed by role/admin",
        "3 user/ana allowed by role/analyst",
    ];
    // Not told: other (EC2 alone), bounded (its boundary is silent), stranger (of an account that nobody named).
    assert_eq!(words(&found), expected);
    let rows = batch(&found).unwrap();
    assert_eq!((rows.num_rows(), rows.num_columns()), (7, 13));
}

#[tokio::test]
async fn a_service_control_policy_of_the_unit_stops_even_root() {
    let (_folder, reach) = reach().await;
    let found = reach.who_can("s3:DeleteObject", OBJECT).await.unwrap();
    assert_eq!(words(&found), Vec::<String>::new());
}

#[tokio::test]
async fn an_account_that_was_not_read_is_unknown_and_never_left_out() {
    let (_folder, reach) = reach().await;
    let found = reach.who_can("s3:ListAllMyBuckets", "*").await.unwrap();
    let unread: Vec<&Access> = found.iter().filter(|it| it.principal_type == "account").collect();
    assert_eq!(unread.len(), 1);
    assert_eq!((unread[0].principal.as_str(), unread[0].answer.result), ("000000000004", Outcome::Unknown));
    let told = words(&found);
    assert!(told.contains(&"3 user/stranger allowed".to_owned()), "{told:?}");
    assert!(!told.iter().any(|it| it.starts_with("2 user/bounded")), "{told:?}");
    // No service control policy is listed for it, not even FullAWSAccess.
    assert!(told.contains(&"5 root unknown".to_owned()) && told.contains(&"3 root allowed".to_owned()), "{told:?}");
}

#[tokio::test]
async fn what_one_can_is_told_in_patterns_and_by_roles() {
    let (_folder, reach) = reach().await;
    let found = reach.what_can(ANA, &["s3:GetObject".to_owned()]).await.unwrap();
    let mut told: Vec<_> = found.iter().map(|it| (it.resource_arn.as_str(), it.via.join(" "))).collect();
    told.sort();
    let expected = [
        ("*", "arn:aws:iam::000000000002:role/admin".to_owned()),
        ("arn:aws:s3:::data/*", "arn:aws:iam::000000000003:role/analyst".to_owned()),
    ];
    assert_eq!(told, expected);
    let roles = reach.what_can(ANA, &["sts:AssumeRole".to_owned()]).await.unwrap();
    assert_eq!(roles.len(), 2, "{roles:?}");
    let nobody = reach.what_can("arn:aws:iam::000000000003:user/gone", &["s3:GetObject".to_owned()]).await;
    assert!(matches!(nobody, Err(Error::UnknownPrincipal { .. })));
}

#[tokio::test]
async fn a_pair_is_explained_layer_by_layer() {
    let (_folder, reach) = reach().await;
    let bounded = "arn:aws:iam::000000000002:user/bounded";
    let found = reach.explain(bounded, "s3:GetObject", OBJECT).await.unwrap();
    let says: Vec<_> = found.layers.iter().map(|it| (it.layer, it.says)).collect();
    assert_eq!(found.answer.result, Outcome::Denied);
    assert!(
        says.contains(&(Layer::Identity, Says::Allows)) && says.contains(&(Layer::Boundary, Says::Nothing)),
        "{says:?}"
    );
    let rows = layers(&found).unwrap();
    assert_eq!(rows.num_rows(), found.layers.iter().map(|it| it.statements.len().max(1)).sum::<usize>() + 1);
    let denied = reach.explain("arn:aws:iam::000000000002:role/admin", "s3:DeleteObject", OBJECT).await.unwrap();
    assert_eq!(denied.answer.decided_by.layer, Layer::Scp);
}

#[tokio::test]
async fn everyone_of_another_organization_is_told() {
    let (_folder, reach) = reach().await;
    let told = words(&reach.who_can("sns:Publish", TOPIC).await.unwrap());
    // None of ours is of o-2, and unsigned requests are of none.
    assert!(told.contains(&" * conditional".to_owned()), "{told:?}");
    assert!(!told.iter().any(|it| it.contains("anonymous") || it.contains("user/reader")), "{told:?}");
}

#[tokio::test]
async fn of_accounts_alone_the_organization_is_unknown_and_never_another() {
    let (_folder, lake) = alone().await;
    let reach = Reach::open(&lake, &Which::Newest).await.unwrap();
    let told = words(&reach.who_can("sns:Publish", TOPIC).await.unwrap());
    // The topic is for those of o-1. The account is of it, and o-1's policies may stop it. Who else is in it is not known.
    for expected in ["2 role/silent unknown", " * unknown"] {
        assert!(told.contains(&expected.to_owned()), "{expected} is not in {told:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_an_error() {
    let (_folder, reach) = reach().await;
    let refused = reach.who_can("s3:*", OBJECT).await;
    assert!(matches!(refused, Err(Error::Request(_))));
    let elsewhere = reach.who_can("s3:GetObject", "arn:aws:s3:::elsewhere/k").await;
    assert!(matches!(elsewhere, Err(Error::UnknownResource { .. })));
}
