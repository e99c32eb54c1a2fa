//! S3 on Outposts: Outposts, and what is on them. What is on one is asked for as S3 Control's things are, in
//! `s3outpostscontrol.rs`.

use crate::ids::default_vpc_id;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject};
use crate::samples::Class;
use crate::service::{Service, list};
use crate::truth::{At, Planted, resources};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[list("ListOutpostsWithS3", "Outposts", |context| {
        let outposts = outposts(&context.place);
        let describe = |it: &Outpost| {
            json!({
                "OutpostArn": context.organization().arn("outposts", context.place.region, &it.owner_id, &it.path()),
                "OutpostId": it.id,
                "OwnerId": it.owner_id,
                "CapacityInBytes": 26_000_000_000_000_u64,
            })
        };
        Ok(outposts.iter().map(describe).collect())
    })]],
    kinds: &[
        resources(At::Region, |place| {
            let buckets = outposts(place).into_iter().flat_map(|it| it.buckets);
            buckets.map(|it| Planted::blocked(it.arn, it.policy, false)).collect()
        })
        .rows("s3_outposts_buckets")
        .sampled("s3_outposts_buckets", CANNOT),
        resources(At::Region, |place| {
            let points = outposts(place).into_iter().flat_map(|it| it.points);
            points.map(|it| Planted::blocked(it.arn, it.policy, true)).collect()
        })
        .rows("s3_outposts_access_points")
        .sampled("s3_outposts_access_points", CANNOT),
    ],
    ..Service::named("s3outposts")
};

/// An Outpost, with what the account has on it.
#[derive(Debug)]
pub(super) struct Outpost {
    pub(super) id: String,
    /// The account that owns it. It may share it with another account.
    owner_id: String,
    pub(super) buckets: Vec<Bucket>,
    pub(super) points: Vec<Point>,
}

/// A bucket on an Outpost.
#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) policy: ResourcePolicy,
    pub(super) created_millis: i64,
}

/// An access point on an Outpost. Its callers always come from a VPC.
#[derive(Debug)]
pub(super) struct Point {
    pub(super) name: String,
    pub(super) arn: String,
    /// The name of the bucket that it leads to.
    pub(super) bucket: String,
    pub(super) vpc_id: String,
    pub(super) policy: ResourcePolicy,
    pub(super) created_millis: i64,
}

const KINDS: &[(Kind, u32)] =
    &[(Kind::None, 3), (Kind::SameAccount, 2), (Kind::InOrgAccount, 2), (Kind::ExternalAccount, 2), (Kind::Public, 2)];

/// Their public policies are always blocked, and S3 takes none that it does not understand.
const CANNOT: &[Class] = &[Class::Public, Class::Unread];

/// The Outposts of a region, one at most: one region in three has one, and each that holds a sample.
pub(super) fn outposts(place: &Place<'_>) -> Vec<Outpost> {
    let mean = place.organization.settings.rates.other_resources.min(1);
    let (mut dice, count) = place.population("s3-outposts", mean);
    if count < 2 && place.sample().is_none() {
        return Vec::new();
    }
    let id = format!("op-0{}", dice.hex(16));
    let is_shared = dice.chance(0.3);
    let other = place.organization.other_id(place.account, &mut dice);
    let owner_id = if is_shared { other } else { place.account.id.clone() };
    let (buckets, points) = (dice.some(1, 4), dice.some(1, 5));
    let mut made = |kind: &str, name: &str, actions: &[&str], is_last: bool| {
        let arn = place.arn("s3-outposts", &format!("outpost/{id}/{kind}/{name}"));
        let resources = vec![arn.clone(), format!("{arn}/object/*")];
        let subject = Subject { place: *place, actions, resources, service: "datasync.amazonaws.com" };
        let policy = place.shown_but(CANNOT, dice.weighted(KINDS), is_last);
        let policy = subject.policy(policy, &mut dice);
        let days = dice.between(0, 1200);
        (arn, policy, place.days_ago(days, &mut dice))
    };
    let buckets: Vec<Bucket> = (0..buckets)
        .map(|number| {
            let name = format!("factory-{number}");
            let actions = &["s3-outposts:GetObject", "s3-outposts:ListBucket"];
            let (arn, policy, created_millis) = made("bucket", &name, actions, number + 1 == buckets);
            Bucket { name, arn, policy, created_millis }
        })
        .collect();
    let points = (0..points)
        .zip(buckets.iter().cycle())
        .map(|(number, bucket)| {
            let name = format!("line-{number}");
            let actions = &["s3-outposts:GetObject"];
            let (arn, policy, created_millis) = made("accesspoint", &name, actions, number + 1 == points);
            let vpc_id = default_vpc_id(place.organization, &place.account.id);
            Point { name, arn, bucket: bucket.name.clone(), vpc_id, policy, created_millis }
        })
        .collect();
    vec![Outpost { id, owner_id, buckets, points }]
}

impl Outpost {
    fn path(&self) -> String {
        format!("outpost/{}", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organization::Organization;
    use crate::policies::Verdict;
    use crate::testing::quiet;

    #[test]
    fn each_kind_occurs_and_none_is_public() {
        let organization = Organization::new(quiet(20, 1));
        let (mut buckets, mut points) = (Vec::new(), Vec::new());
        for account in organization.accounts() {
            for region in &organization.settings.regions {
                let place = Place::account(&organization, &account).in_region(region);
                for it in outposts(&place) {
                    buckets.extend(it.buckets.into_iter().map(|it| Planted::blocked(it.arn, it.policy, false).verdict));
                    points.extend(it.points.into_iter().map(|it| Planted::blocked(it.arn, it.policy, true).verdict));
                }
            }
        }
        for verdicts in [buckets, points] {
            for verdict in [Verdict::CLOSED, Verdict::IN_ORG, Verdict::EXTERNAL] {
                let count = verdicts.iter().filter(|it| **it == verdict).count();
                assert!(count >= 2, "{verdict:?}: {count} of {}", verdicts.len());
            }
        }
    }
}
