//! The blocks before access points, and the age of functions' URLs.

use super::*;

const ALL: PublicAccessBlock = PublicAccessBlock {
    block_public_acls: true,
    ignore_public_acls: true,
    block_public_policy: true,
    restrict_public_buckets: true,
};

#[test]
fn the_account_the_access_point_and_its_buckets_stand_before_its_policy() {
    let none = PublicAccessBlock::default();
    let bucket = |block| BlockedBucket { block, ..BlockedBucket::default() };
    let point = |buckets: &[&str]| BlockedPoint {
        block: Some(none),
        is_public_to_aws: Some(true),
        buckets: buckets.iter().map(|it| (*it).to_owned()).collect(),
        ..BlockedPoint::default()
    };
    let blocks = AccountBlocks {
        account: Some(none),
        buckets: [("closed", bucket(Some(ALL))), ("open", bucket(Some(none))), ("unread", bucket(None))]
            .map(|(arn, bucket)| (arn.to_owned(), bucket))
            .into(),
        points: [
            ("of-closed", point(&["closed"])),
            ("of-both", point(&["closed", "open"])),
            ("of-unread", point(&["closed", "unread"])),
            ("of-foreign", point(&["foreign"])),
            ("of-none", point(&[])),
        ]
        .map(|(arn, point)| (arn.to_owned(), point))
        .into(),
        ..AccountBlocks::default()
    };
    assert_eq!(blocks.levels("closed"), [Some(none), Some(ALL)]);
    assert_eq!(blocks.levels("of-closed"), [Some(none), Some(none), Some(ALL)]);
    assert_eq!(blocks.levels("of-both"), [Some(none), Some(none), Some(none)], "a request may go to the open one");
    assert_eq!(blocks.levels("of-unread"), [Some(none), Some(none), None]);
    assert_eq!(blocks.levels("of-foreign"), [Some(none), Some(none), None]);
    assert_eq!(blocks.levels("of-none"), [Some(none), Some(none)]);
    assert_eq!(blocks.levels("not-listed"), [Some(none), None]);
    assert_eq!(blocks.behind("of-both").collect::<Vec<_>>(), ["closed", "open"]);
    assert_eq!(blocks.behind("of-foreign").count(), 0);
    assert_eq!((blocks.is_public_to_aws("of-none"), blocks.is_public_to_aws("open")), (Some(true), None));
}

#[test]
fn before_a_bucket_of_another_account_that_accounts_block_stands() {
    let open = PublicAccessBlock::default();
    let levels = |bucket: &str, may_be_of_others| {
        let buckets = vec![bucket.to_owned()];
        let point = BlockedPoint { block: Some(open), buckets, may_be_of_others, ..BlockedPoint::default() };
        let bucket = BlockedBucket { block: Some(open), ..BlockedBucket::default() };
        let blocks = AccountBlocks {
            account: Some(ALL),
            buckets: [("ours".to_owned(), bucket)].into(),
            points: [("p".to_owned(), point)].into(),
            ..AccountBlocks::default()
        };
        blocks.levels("p")
    };
    assert_eq!(levels("theirs", true), [None, Some(open), None]);
    assert_eq!(levels("ours", true), [Some(ALL), Some(open), Some(open)], "it is ours, whatever AWS says");
    assert_eq!(levels("not-read", false), [Some(ALL), Some(open), None]);
}

#[test]
fn access_points_of_a_bucket_are_all_read_where_its_region_is() {
    let in_region =
        |region: Option<&str>| BlockedBucket { region: region.map(str::to_owned), ..BlockedBucket::default() };
    let mut blocks = AccountBlocks {
        buckets: [("here", Some("eu-west-1")), ("there", Some("us-east-1")), ("nowhere", None)]
            .map(|(arn, region)| (arn.to_owned(), in_region(region)))
            .into(),
        regions_of_points: ["eu-west-1".to_owned()].into(),
        ..AccountBlocks::default()
    };
    assert!(!blocks.has_all_points_of("here"), "one of several regions may lead to it");
    blocks.has_all_multi_region = true;
    assert!(blocks.has_all_points_of("here"));
    assert!(!["there", "nowhere", "unknown"].into_iter().any(|bucket| blocks.has_all_points_of(bucket)));
}

#[test]
fn a_bucket_is_in_the_partition_of_its_access_point() {
    let point = "arn:aws-cn:s3:cn-north-1:111122223333:accesspoint/a";
    assert_eq!(bucket_arn(point, "b"), "arn:aws-cn:s3:::b");
}

#[test]
fn of_several_urls_the_oldest_counts() {
    let at = |millis| Some(Timestamp(millis));
    let mut urls = ByArn::default();
    for (arn, created_at) in [("f", at(20)), ("f", at(10)), ("f", at(30)), ("g", at(10)), ("g", None), ("g", at(5))] {
        add_url(&mut urls, arn, created_at);
    }
    assert_eq!((urls["f"], urls["g"]), (at(10), None));
}
