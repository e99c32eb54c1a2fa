//! An access point and its buckets, each as the verdict on the other needs it.

use orgcensus_policy::kinds::{S3_ACCESS_POINT, S3_BUCKET, S3_MULTI_REGION_ACCESS_POINT};
use orgcensus_policy::{
    AccessPoint, BucketBehind, Facts, Gate, Guardrails, Policies, PolicyKind, Verdict, access_point_accounts, verdict,
};

use super::Resource;
use crate::blocks::AccountBlocks;
use crate::rows::ResourceAccess;

/// Whether anyone, someone outside, and another account of the organization gets in.
pub(crate) type Answers = [Option<bool>; 3];

/// The bucket of an access point that is not among the account's: then AWS has not said which one it is.
const UNNAMED: &str = "arn:aws:s3:::";

fn answers(verdict: &Verdict) -> Answers {
    [verdict.is_public, verdict.is_external, verdict.is_in_org]
}

/// Who gets in through an access point to each of its buckets: `whole` is the verdict before all of them, and `judge`
/// gives that before some.
pub(super) fn opens(
    buckets: &[BucketBehind<'_>],
    whole: &Verdict,
    judge: impl Fn(&[BucketBehind<'_>]) -> Verdict,
) -> Vec<(String, Answers)> {
    let through = |bucket: &BucketBehind<'_>| match buckets.len() {
        1 => answers(whole),
        _ => answers(&judge(std::slice::from_ref(bucket))),
    };
    buckets.iter().map(|bucket| (bucket.arn.to_owned(), through(bucket))).collect()
}

impl Resource {
    /// The buckets that this access point leads to; none if it is something else, or leads to no bucket. The policies
    /// of a bucket of another account are not known here.
    pub(super) fn buckets<'a>(&'a self, blocks: &'a AccountBlocks) -> Vec<BucketBehind<'a>> {
        let leads = |kind| self.declared.is_some_and(|declared| *declared == kind);
        let Some(point) = blocks.points.get(&self.arn) else {
            let is_point = leads(S3_ACCESS_POINT) || leads(S3_MULTI_REGION_ACCESS_POINT);
            return is_point.then(|| BucketBehind::unread(UNNAMED)).into_iter().collect();
        };
        let behind = |arn: &'a String| match blocks.policies.0.get(arn) {
            Some(bucket) => bucket.behind(blocks),
            None => BucketBehind::unread(arn),
        };
        point.buckets.iter().map(behind).collect()
    }

    /// This bucket, as it stands behind an access point.
    fn behind<'a>(&'a self, blocks: &'a AccountBlocks) -> BucketBehind<'a> {
        let settings = blocks.buckets.get(&self.arn);
        let has_acls = settings.is_none_or(|it| !it.has_no_acls);
        let counts = |kind: PolicyKind| has_acls || kind != PolicyKind::Acl;
        BucketBehind {
            arn: &self.arn,
            documents: &self.documents,
            has_unread: self.policies.iter().any(|policy| policy.is_unread && counts(policy.kind)),
            acl: if has_acls { self.grants() } else { Vec::new() },
            acl_owner: settings.and_then(|it| it.owner_id.as_deref()),
            blocks: vec![blocks.account, settings.and_then(|it| it.block)],
        }
    }

    /// The access point before these buckets; `None` if there are none.
    pub(super) fn access_point<'a>(
        &'a self,
        facts: &Facts<'a>,
        blocks: &AccountBlocks,
        buckets: &'a [BucketBehind<'a>],
    ) -> Option<AccessPoint<'a>> {
        let said = || blocks.points.get(&self.arn).and_then(|point| point.is_of_vpc);
        let is_of_vpc = if self.gates.contains(&Gate::VpcOnly) { Some(true) } else { said() };
        let account = facts.resource_account.unwrap_or_default();
        (!buckets.is_empty()).then_some(AccessPoint { arn: Some(&self.arn), account, is_of_vpc, buckets })
    }

    /// Makes the verdict on a bucket unknown where its policy leaves it to access points that are not judged together
    /// with it: those of other accounts, and those of its own account if they were not all read. Whoever owns such an
    /// access point may let in anyone, but for what the bucket's blocks forbid.
    pub(super) fn doubt(
        &self,
        access: &mut ResourceAccess,
        facts: &Facts<'_>,
        blocks: &AccountBlocks,
        guardrails: &Guardrails,
    ) {
        if self.declared.is_none_or(|declared| *declared != S3_BUCKET) {
            return;
        }
        let owner = facts.resource_account.unwrap_or_default();
        let mut accounts = access_point_accounts(&self.documents, owner);
        if blocks.has_all_points_of(&self.arn) {
            accounts.remove(owner);
        }
        if accounts.is_empty() {
            return;
        }
        let buckets = [self.behind(blocks)];
        for account in accounts {
            let any = AccessPoint { arn: None, account: &account, is_of_vpc: None, buckets: &buckets };
            let unread = Policies { has_unread: true, access_point: Some(any), ..Policies::of(&[]) };
            let most = verdict(&Policies { guardrails: Some(guardrails), ..unread }, facts);
            let known = [&mut access.is_public, &mut access.is_external, &mut access.is_in_org];
            let mut is_doubted = false;
            for (answer, most) in known.into_iter().zip(answers(&most)) {
                if *answer == Some(false) && most.is_none() {
                    (*answer, is_doubted) = (None, true);
                }
            }
            if is_doubted {
                access.reasons.push(format!("whom access points of the account {account} let in is not known"));
            }
        }
    }
}

#[cfg(test)]
mod tests;
