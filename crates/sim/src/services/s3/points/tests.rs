//! Who gets in through access points.

use super::*;
use crate::organization::Organization;
use crate::testing::quiet;

/// An access point before a bucket that permits this; none leaves it to the access point.
fn before(permits: Option<Verdict>, kind: Kind, vpc_id: Option<&str>, is_restricted: bool) -> AccessPoint {
    let organization = Organization::new(quiet(3, 1));
    // No resource control policy binds the management account.
    let account = organization.account(0);
    let place = Place::account(&organization, &account);
    let subject = Subject { place, actions: &["s3:GetObject"], resources: vec![], service: "a.amazonaws.com" };
    AccessPoint {
        name: String::new(),
        arn: String::new(),
        alias: String::new(),
        buckets: vec![("b".to_owned(), "us-east-1".to_owned())],
        volume_arn: None,
        vpc_id: vpc_id.map(str::to_owned),
        policy: subject.policy(kind, &mut organization.dice(&["test"])),
        block: Block::NONE,
        created_millis: 0,
        ways: vec![Way { bucket: "b".to_owned(), permits, is_restricted, rests_on_networks: false }],
    }
}

fn point(kind: Kind, vpc_id: Option<&str>, is_restricted: bool) -> AccessPoint {
    before(None, kind, vpc_id, is_restricted)
}

#[test]
fn blocks_and_vpcs_close_what_the_policy_opens() {
    assert_eq!(point(Kind::Public, None, false).verdict(), Verdict::PUBLIC);
    assert_eq!(point(Kind::Public, None, true).verdict(), Verdict::CLOSED);
    assert_eq!(point(Kind::ExternalAccount, None, true).verdict(), Verdict::EXTERNAL);
    assert_eq!(point(Kind::Malformed, None, true).verdict(), Verdict::UNRESOLVED);
    let inside = point(Kind::Public, Some("vpc-1"), false);
    assert_eq!((inside.verdict(), inside.is_s3_public()), (Verdict::IN_ORG, false));
    assert!(inside.planted().named.outside.is_empty());
    assert!(point(Kind::DenySavesAll, None, false).differs_from_status());
}

#[test]
fn a_bucket_that_does_not_leave_it_to_its_access_points_lets_in_whom_it_names() {
    let through = |permits: Verdict, kind: Kind| before(Some(permits), kind, None, false).verdict();
    assert_eq!(through(Verdict::CLOSED, Kind::Public), Verdict::CLOSED);
    assert_eq!(through(Verdict::EXTERNAL, Kind::Public), Verdict::EXTERNAL);
    assert_eq!(through(Verdict::CLOSED, Kind::ExternalAccount), Verdict::CLOSED);
    assert_eq!(through(Verdict::PUBLIC, Kind::SameAccount), Verdict::CLOSED);
    let closed = before(Some(Verdict::CLOSED), Kind::Public, None, false);
    assert_eq!(
        (closed.opens("b"), closed.opens("other"), closed.is_s3_public()),
        (Verdict::CLOSED, Verdict::CLOSED, true)
    );
    assert!(closed.planted().named.outside.is_empty());
}

/// Else a census that does not look at the bucket, or at nothing else, would be right.
#[test]
fn buckets_of_both_sorts_have_access_points_that_are_open_by_themselves() {
    let organization = Organization::new(quiet(4, 1));
    let (mut left_to_points, mut not_left) = ([0, 0], [0, 0]);
    for account in organization.accounts() {
        for point in of_account(&Place::account(&organization, &account)) {
            for way in point.ways.iter().filter(|_| point.policy.verdict.is_public == Some(true)) {
                let seen = if way.permits.is_none() { &mut left_to_points } else { &mut not_left };
                seen[usize::from(point.through(way) == Verdict::PUBLIC)] += 1;
            }
        }
    }
    let seen = (left_to_points, not_left);
    assert!(seen.0[0] > 0 && seen.0[1] > 0 && seen.1[0] > 0 && seen.1[1] > 0, "closed and open: {seen:?}");
}

#[test]
fn every_access_point_leads_to_buckets_of_its_account() {
    let organization = Organization::new(quiet(12, 2));
    let (mut points, mut everywhere) = (0, 0);
    for account in organization.accounts() {
        let place = Place::account(&organization, &account);
        let known = buckets(&place);
        for point in of_account(&place) {
            assert!(point.buckets.iter().all(|(name, _)| known.iter().any(|it| it.name == *name)), "{point:?}");
            points += 1;
            everywhere += usize::from(point.alias.ends_with(".mrap"));
        }
    }
    assert!(everywhere > 0 && points > everywhere, "{points}, {everywhere}");
}

#[test]
fn what_leads_to_a_file_system_is_never_public_and_lets_in_whom_its_own_policy_names() {
    let organization = Organization::new(quiet(12, 2));
    let (mut gated, mut external) = (0, 0);
    for account in organization.accounts() {
        for region in &organization.settings.regions {
            for point in file_points(&Place::account(&organization, &account).in_region(region)) {
                let verdict = point.verdict();
                let is_blocked = point.policy.kind.is_s3_public();
                let left = if is_blocked { Verdict::CLOSED } else { point.policy.verdict };
                assert_eq!((verdict, verdict.is_public), (left, Some(false)), "{point:?}");
                external += usize::from(verdict == Verdict::EXTERNAL);
                gated += usize::from(point.planted().is_gated);
            }
        }
    }
    assert!(gated + external > 0, "{gated}, {external}");
}
