//! Buckets that are open by their access points: who gets in through an access point reaches the bucket. Pure.
//!
//! The verdict on an access point already says who gets in after the bucket's policy: AWS asks that this policy permits
//! the same, or leaves it to the access point (`s3:DataAccessPointAccount` …). To a bucket that leaves it to the access
//! points of another account they are unknown (`resource::behind`).

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_row::Stamp;

use crate::blocks::AccountBlocks;
use crate::resource::Answers;
use crate::rows::{ResourceAccess, words};
use crate::three_valued::any;

/// The flag of a bucket that an access point opens further than its own policy and ACL do by themselves.
const OPEN_BY_ACCESS_POINT: &str = "open_by_access_point";

/// The buckets of one account that have access points. Their rows wait until all access points of the account are
/// judged: an access point may be in a region that comes after that of the row.
#[derive(Default)]
pub(crate) struct OpenBuckets {
    /// The ARNs of these buckets.
    arns: BTreeSet<String>,
    /// The access points of each, as far as they are judged.
    points: BTreeMap<String, Vec<Point>>,
    /// Their rows, by the region of the row.
    rows: BTreeMap<String, Vec<ResourceAccess>>,
}

/// Who gets in through an access point.
struct Point {
    arn: String,
    answers: Answers,
}

impl OpenBuckets {
    /// The buckets of an account that have access points of this account.
    pub(crate) fn of(blocks: &AccountBlocks) -> Self {
        let arns = blocks.points.keys().flat_map(|point| blocks.behind(point)).map(str::to_owned).collect();
        Self { arns, ..Self::default() }
    }

    /// Takes note of a resource: who gets in through an access point counts for the buckets that it `opens`, and the
    /// row of a bucket that has access points is kept. Gives every other row back.
    pub(crate) fn take(
        &mut self,
        stamp: &Stamp,
        access: ResourceAccess,
        opens: Vec<(String, Answers)>,
    ) -> Option<ResourceAccess> {
        for (bucket, answers) in opens.into_iter().filter(|(bucket, _)| self.arns.contains(bucket)) {
            self.points.entry(bucket).or_default().push(Point { arn: access.resource_arn.clone(), answers });
        }
        if !self.arns.contains(&access.resource_arn) {
            return Some(access);
        }
        self.rows.entry(stamp.region.clone()).or_default().push(access);
        None
    }

    /// The rows of these buckets, by the region of the row, with what their access points let in.
    pub(crate) fn into_rows(mut self) -> BTreeMap<String, Vec<ResourceAccess>> {
        for row in self.rows.values_mut().flatten() {
            for point in self.points.get(&row.resource_arn).into_iter().flatten() {
                open(row, point);
            }
        }
        self.rows
    }
}

/// Yes outweighs unknown, and unknown outweighs no.
fn open(row: &mut ResourceAccess, point: &Point) {
    let before = [row.is_public, row.is_external, row.is_in_org];
    let [is_public, is_external, is_in_org] = point.answers;
    row.is_public = any([row.is_public, is_public]);
    row.is_external = any([row.is_external, is_external]);
    row.is_in_org = any([row.is_in_org, is_in_org]);
    let after = [row.is_public, row.is_external, row.is_in_org];
    if after == before {
        return;
    }
    if before.iter().zip(&after).any(|(before, after)| before != after && *after == Some(true)) {
        row.flags = words(row.flags.iter().map(String::as_str).chain([OPEN_BY_ACCESS_POINT]));
        row.reasons.push(format!("the access point {} lets in more than the bucket itself", point.arn));
    } else {
        row.reasons.push(format!("whom the access point {} lets in is not known", point.arn));
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_row::Timestamp;

    use super::*;
    use crate::blocks::{BlockedBucket, BlockedPoint};

    const BUCKET: &str = "arn:aws:s3:::b";
    const POINT: &str = "arn:aws:s3:eu-west-1:111122223333:accesspoint/p";

    fn stamp(region: &str) -> Stamp {
        Stamp {
            organization_id: "o-test".to_owned(),
            account_id: "111122223333".to_owned(),
            account_name: "test".to_owned(),
            ou_path: "Root".to_owned(),
            region: region.to_owned(),
            captured_at: Timestamp(0),
            run_id: "test".to_owned(),
        }
    }

    fn access(arn: &str, [is_public, is_external, is_in_org]: Answers) -> ResourceAccess {
        ResourceAccess {
            resource_arn: arn.to_owned(),
            resource_type: String::new(),
            resource_account_id: "111122223333".to_owned(),
            is_public,
            is_external,
            is_in_org,
            is_policy_public: Some(false),
            aws_is_public: None,
            has_rcp: None,
            has_policy: Some(true),
            gated_by: Vec::new(),
            flags: vec!["denied".to_owned()],
            reasons: Vec::new(),
        }
    }

    /// The bucket's row, where its access point has these answers.
    fn bucket_behind(point: Answers) -> ResourceAccess {
        let leads = BlockedPoint { buckets: vec![BUCKET.to_owned()], ..BlockedPoint::default() };
        let blocks = AccountBlocks {
            buckets: [BUCKET, "arn:aws:s3:::other"].map(|it| (it.to_owned(), BlockedBucket::default())).into(),
            points: [(POINT.to_owned(), leads)].into(),
            ..AccountBlocks::default()
        };
        let mut buckets = OpenBuckets::of(&blocks);
        let closed = [Some(false); 3];
        assert!(buckets.take(&stamp("global"), access(BUCKET, closed), vec![]).is_none(), "it waits");
        assert!(buckets.take(&stamp("global"), access("arn:aws:s3:::other", closed), vec![]).is_some());
        let opens = [BUCKET, "arn:aws:s3:::theirs"].map(|bucket| (bucket.to_owned(), point));
        assert!(buckets.take(&stamp("us-east-1"), access(POINT, point), opens.into()).is_some());
        let mut rows = buckets.into_rows();
        assert_eq!(rows.len(), 1);
        rows.remove("global").unwrap().remove(0)
    }

    #[test]
    fn a_bucket_is_at_least_as_open_as_its_access_points() {
        let open = bucket_behind([Some(false), Some(true), Some(true)]);
        assert_eq!([open.is_public, open.is_external, open.is_in_org], [Some(false), Some(true), Some(true)]);
        assert_eq!(open.flags, ["denied", "open_by_access_point"]);
        assert!(open.reasons[0].contains(POINT), "{:?}", open.reasons);
        let closed = bucket_behind([Some(false); 3]);
        assert_eq!((closed.is_external, closed.flags.len(), closed.reasons.len()), (Some(false), 1, 0));
    }

    #[test]
    fn an_unread_access_point_leaves_it_open_who_gets_in() {
        let unknown = bucket_behind([None; 3]);
        assert_eq!([unknown.is_public, unknown.is_external, unknown.is_in_org], [None; 3]);
        assert_eq!((unknown.flags, unknown.reasons.len()), (vec!["denied".to_owned()], 1));
    }
}
