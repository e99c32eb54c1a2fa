//! S3: buckets, with every way to open and close them. Their access points are here too, since they open buckets; S3
//! Control answers about those.

mod access;
mod answers;
mod bucket;
mod points;
mod population;
mod unset;

pub(crate) use answers::block_members;
pub(crate) use bucket::Block;
pub(crate) use points::{AccessPoint, FILES_CANNOT, access_points, file_points, multi_region};
pub(crate) use population::{account_block, bucket_hosts, sample};

use crate::place::Place;
use crate::policies::{Act, Verdict};
use crate::service::Service;
use crate::truth::{Asked, At, Planted, Tally, resources};
use bucket::SimulatedBucket;
use orgcensus_policy::kinds::S3_BUCKET;
use population::buckets;

pub(crate) static SERVICE: Service = Service {
    speaks_as_s3: true,
    page: 10_000,
    answers: &[answers::ANSWERS, unset::ANSWERS],
    kinds: &[resources(At::Account, planted).rows("s3_buckets").sampled("s3_buckets", &[]).asked_as(S3_BUCKET)],
    counts: Some((At::Account, count)),
    ..Service::named("s3")
};

fn planted(place: &Place<'_>) -> Vec<Planted> {
    let (account_block, points) = (account_block(place), points::of_account(place));
    let plant = |bucket: SimulatedBucket| {
        // Who gets in through an access point reaches the bucket.
        let points: Vec<&AccessPoint> = points.iter().filter(|it| it.leads_to(&bucket.name)).collect();
        let opens = points.iter().map(|it| it.opens(&bucket.name));
        let verdict = opens.fold(bucket.verdict(account_block), Verdict::or);
        Planted {
            verdict,
            is_gated: verdict.shuts(bucket.policy.verdict),
            named: bucket.named(account_block),
            is_study_public: bucket.is_study_public(),
            rests_on_networks: bucket.policy.kind.rests_on_networks()
                || points.iter().any(|it| it.rests_on_networks(&bucket.name)),
            ..Planted::by(bucket.arn, bucket.policy)
        }
    };
    buckets(place).into_iter().map(plant).collect()
}

/// The buckets without ACLs, as the truth asks who may read an object.
pub(crate) fn asked(place: &Place<'_>) -> Vec<Asked> {
    let account_block = account_block(place);
    let ask = |bucket: SimulatedBucket| {
        let is_closed_to_others = bucket.is_closed_to_others(account_block);
        let mut asked = Asked::by(place, Act::Read, format!("{}/k", bucket.arn), &bucket.policy)?;
        asked.opens.is_closed_to_others = is_closed_to_others;
        Some(asked)
    };
    buckets(place).into_iter().filter(|it| it.ownership == Some("BucketOwnerEnforced")).filter_map(ask).collect()
}

/// The ARNs of the buckets that anyone can reach.
pub(crate) fn public_arns(place: &Place<'_>) -> Vec<String> {
    planted(place).into_iter().filter(|it| it.verdict.is_public == Some(true)).map(|it| it.arn).collect()
}

/// Counts public buckets, and lists the buckets whose policy and ACL say something else than S3's own policy status,
/// and such access points of several regions.
fn count(place: &Place<'_>, tally: &mut Tally) {
    for bucket in planted(place) {
        tally.misconfigurations.one("E6", "buckets", "lake", bucket.verdict.is_public == Some(true));
    }
    let buckets = buckets(place);
    tally.cell("s3_buckets WHERE is_object_lock_enabled", buckets.iter().filter(|bucket| bucket.is_locked).count());
    for bucket in buckets.iter().filter(|bucket| bucket.differs_from_status()) {
        tally.lists.add("V1", [&bucket.arn]);
    }
    for point in multi_region(place).iter().filter(|point| point.differs_from_status()) {
        tally.lists.add("V1", [&point.arn]);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};

    #[test]
    fn a_bucket_answers_in_its_own_region_only() {
        let client = Client::new(quiet(1, 2));
        let reply = client.get("s3", "/?x-id=ListBuckets");
        let (names, regions) = (reply.elements("Name"), reply.elements("BucketRegion"));
        assert!(regions.iter().any(|region| region != "us-east-1"), "{regions:?}");
        for (name, region) in names.iter().zip(&regions) {
            let acl = client.in_region(region).get("s3", &format!("/{name}?acl"));
            assert_eq!((acl.status, acl.elements("Permission")[0].as_str()), (200, "FULL_CONTROL"));
            let location = client.get("s3", &format!("/{name}?location")).element("LocationConstraint");
            assert_eq!(location, if region == "us-east-1" { "" } else { region.as_str() });
            if region != "us-east-1" {
                let reply = client.get("s3", &format!("/{name}?acl"));
                assert_eq!((reply.status, reply.element("Code")), (301, "PermanentRedirect".to_owned()));
            }
        }
        assert_eq!(client.get("s3", "/no-such-bucket?acl").element("Code"), "NoSuchBucket");
    }
}
