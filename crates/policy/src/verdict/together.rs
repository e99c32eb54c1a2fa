//! The verdict on an access point and the buckets behind it, together (E19).

use std::collections::BTreeSet;

use super::fold::{Fold, or};
use super::{Policies, Verdict};
use crate::access_point::{AccessPoint, BucketBehind, Way};
use crate::facts::Facts;
use crate::flag::{Flag, raise};
use crate::kind::PolicyKind;
use crate::s3::{blocked, s3_public};

/// Who gets in through the access point: those whom its policy and a bucket's both let in. `own` is the verdict by its
/// policy alone.
pub(super) fn verdict(own: Verdict, point: &AccessPoint, policies: &Policies, facts: &Facts) -> Verdict {
    let mut fold = Fold::closed();
    let mut doubted = Vec::new();
    for bucket in point.buckets {
        let way = Way::to(bucket, point, policies, facts);
        if way.allows.iter().any(|joint| !joint.is_certain) {
            doubted.push(bucket.arn);
        }
        fold.way(&way, restricted(bucket, policies, facts), policies, facts);
    }
    explained(own, fold.verdict, &doubted)
}

/// Whether the blocks of all levels restrict what comes through to the bucket, and whether they would if a policy were
/// public. S3 takes the sternest of the settings of access point, bucket and account for each of the two policies.
fn restricted(bucket: &BucketBehind, policies: &Policies, facts: &Facts) -> (Option<bool>, Option<bool>) {
    let levels: Vec<_> = policies.blocks.iter().chain(&bucket.blocks).copied().collect();
    let is_blocked = blocked(&levels, |block| block.restrict_public_buckets);
    // The policy of an access point of a VPC, which has no levels here, is never public to S3.
    let is_point_public =
        !policies.blocks.is_empty() && policies.documents.iter().any(|document| s3_public(document, facts.kind));
    let is_bucket_public = bucket.documents.iter().any(|document| s3_public(document, PolicyKind::Resource));
    (if is_point_public || is_bucket_public { is_blocked } else { Some(false) }, is_blocked)
}

/// The joint verdict with what the policy alone comes to, and why the two differ.
fn explained(own: Verdict, joined: Verdict, doubted: &[&str]) -> Verdict {
    let answers = |it: &Verdict| [it.is_public, it.is_external, it.is_in_org];
    let pairs = answers(&own).into_iter().zip(answers(&joined));
    let turns_to = |answer| pairs.clone().any(|(own, joined)| own == Some(true) && joined == answer);
    let (is_wider, is_doubted) = (turns_to(Some(false)), turns_to(None));
    let mut told = BTreeSet::new();
    let mut reasons = joined.reasons;
    reasons.retain(|reason| told.insert(reason.clone()));
    let of_grants: BTreeSet<&str> = own.grants.iter().map(|grant| grant.reason.as_str()).collect();
    for reason in own.reasons.iter().filter(|reason| !told.contains(*reason)) {
        match of_grants.contains(reason.as_str()) {
            false => reasons.push(reason.clone()),
            true if is_wider => reasons.push(format!("the bucket permits less than {reason}")),
            true => {}
        }
    }
    if is_doubted {
        reasons.extend(doubted.iter().map(|arn| format!("whether the bucket {arn} permits it is not known")));
    }
    let mut flags = own.flags;
    joined.flags.into_iter().for_each(|flag| raise(&mut flags, flag));
    if is_wider {
        raise(&mut flags, Flag::WiderThanBucket);
    }
    let mut gated_by = own.gated_by;
    gated_by.extend(joined.gated_by);
    gated_by.sort_unstable();
    gated_by.dedup();
    Verdict {
        is_public: joined.is_public,
        is_external: joined.is_external,
        is_in_org: joined.is_in_org,
        policy_public: or(own.policy_public, joined.policy_public),
        gated_by,
        grants: joined.grants,
        acl_grants: own.acl_grants,
        flags,
        reasons,
    }
}
