//! Access points: further ways into buckets, each with a policy of its own. Those of one region lead to one bucket, and
//! those of several regions to one bucket in each. AWS lets in those whom both policies let in: some buckets leave it
//! to their access points, and the others let in whom they name themselves.

mod files;
mod names;

pub(crate) use files::{FILES_CANNOT, file_points};

use super::access::BEHIND_POINTS;
use super::bucket::{Block, SimulatedBucket};
use super::population::{account_block, buckets, sample};
use crate::dice::Dice;
use crate::ids::default_vpc_id;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject, Verdict, any_kind};
use crate::truth::Planted;
use names::PointNames;

/// An access point of a simulated account.
#[derive(Debug)]
pub(crate) struct AccessPoint {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) alias: String,
    /// Name and region of each bucket that it leads to.
    pub(crate) buckets: Vec<(String, String)>,
    /// The volume of a file system that it leads to instead.
    pub(crate) volume_arn: Option<String>,
    /// The VPC that its callers come from; none if they may come from the internet.
    pub(crate) vpc_id: Option<String>,
    pub(crate) policy: ResourcePolicy,
    pub(crate) block: Block,
    pub(crate) created_millis: i64,
    /// The way to each of the buckets.
    ways: Vec<Way>,
}

/// What one of its buckets does to those whom an access point lets in.
#[derive(Debug, Clone)]
struct Way {
    /// The bucket's name.
    bucket: String,
    /// Whom the bucket lets in itself; none if it leaves that to its access points.
    permits: Option<Verdict>,
    /// Whether a block of any level takes away what a public policy of the access point gives.
    is_restricted: bool,
    /// Whether only one who has seen all networks of the organization knows whom the bucket lets in.
    rests_on_networks: bool,
}

/// The access points of one region of an account.
pub(crate) fn access_points(place: &Place<'_>) -> Vec<AccessPoint> {
    let there: Vec<SimulatedBucket> = buckets(place).into_iter().filter(|it| it.region == place.region).collect();
    let (mut dice, count) = place.population("s3-access-points", place.organization.settings.rates.other_resources);
    if there.is_empty() {
        return Vec::new();
    }
    let there: Vec<&SimulatedBucket> = there.iter().collect();
    let point = |_| {
        let label = dice.pick(&["reports", "partners", "inner"]);
        let mut names = PointNames::in_region(place, label, &mut dice);
        names.vpc_id = dice.chance(0.3).then(|| default_vpc_id(place.organization, &place.account.id));
        let bucket = dice.pick(&there);
        made(place, names, &[bucket], &mut dice)
    };
    let mut points: Vec<AccessPoint> = (0..count).map(point).collect();
    points.extend(shown(place, &there));
    let mut dice = place.dice("s3-sample-point");
    let names = PointNames::in_region(place, "sample", &mut dice);
    points.extend(sampled(place, names, &there, &mut dice));
    points
}

/// The sample of access points that is here, before the bucket that leaves access to it.
fn sampled(place: &Place<'_>, names: PointNames, there: &[&SimulatedBucket], dice: &mut Dice) -> Option<AccessPoint> {
    let class = sample(place)?;
    let behind = there.iter().find(|it| it.name.starts_with(BEHIND_POINTS))?;
    Some(of_kind(place, names, &[*behind], (class.kind(), Block::of_sample(class)), dice))
}

/// The access points of the showcase: one that is open to everyone for each of its buckets.
fn shown(place: &Place<'_>, there: &[&SimulatedBucket]) -> Vec<AccessPoint> {
    let mut dice = place.dice("s3-shown-points");
    let is_shown =
        |bucket: &&&SimulatedBucket| place.organization.is_showcase(place.account) && bucket.name.starts_with("show-");
    let point = |bucket: &&SimulatedBucket| {
        let names = PointNames::in_region(place, "show", &mut dice);
        of_kind(place, names, &[*bucket], (Kind::Public, Block::NONE), &mut dice)
    };
    there.iter().filter(is_shown).map(point).collect()
}

/// The access points of an account for buckets of several regions. There are such only where AWS sells to everyone.
pub(crate) fn multi_region(place: &Place<'_>) -> Vec<AccessPoint> {
    let place = place.whole();
    let mut dice = place.dice("s3-multi-region");
    let all = buckets(&place);
    let mut behind: Vec<&SimulatedBucket> = Vec::new();
    for bucket in &all {
        if !behind.iter().any(|it| it.region == bucket.region) {
            behind.push(bucket);
        }
    }
    let count = dice.between(0, 1);
    if behind.is_empty() || place.organization.settings.partition != "aws" {
        return Vec::new();
    }
    let point = |_| {
        let names = PointNames::everywhere(&place, &mut dice);
        made(&place, names, &behind, &mut dice)
    };
    let mut points: Vec<AccessPoint> = (0..count).map(point).collect();
    let mut dice = place.dice("s3-sample-multi-region");
    let (names, all) = (PointNames::everywhere(&place, &mut dice), all.iter().collect::<Vec<_>>());
    points.extend(sampled(&place, names, &all, &mut dice));
    points
}

/// All access points of an account.
pub(super) fn of_account(place: &Place<'_>) -> Vec<AccessPoint> {
    let regions = place.organization.settings.regions.iter();
    regions.flat_map(|region| access_points(&place.in_region(region))).chain(multi_region(place)).collect()
}

fn made(place: &Place<'_>, names: PointNames, behind: &[&SimulatedBucket], dice: &mut Dice) -> AccessPoint {
    let is_of_vpc = names.vpc_id.is_some();
    let partly = Block { restrict_public_buckets: true, ..Block::NONE };
    let block = dice.weighted(&[(Block::ALL, 3), (Block::NONE, 6), (partly, 1)]);
    let is_restricted = behind.iter().all(|bucket| way(place, bucket, block, is_of_vpc).is_restricted);
    let kind = match any_kind(dice, place.organization.settings.rates.public_other_resources) {
        // AWS does not document which part of such a policy S3 would leave in force.
        kind if is_restricted && !kind.is_plain() => Kind::SameAccount,
        // From a VPC the account outside would still get in.
        Kind::PublicAndExternal if is_of_vpc => Kind::Public,
        kind => kind,
    };
    of_kind(place, names, behind, (kind, block), dice)
}

fn of_kind(
    place: &Place<'_>,
    names: PointNames,
    behind: &[&SimulatedBucket],
    (kind, block): (Kind, Block),
    dice: &mut Dice,
) -> AccessPoint {
    let PointNames { name, arn, alias, vpc_id } = names;
    let subject = Subject {
        place: *place,
        actions: &["s3:GetObject", "s3:ListBucket"],
        resources: vec![arn.clone(), format!("{arn}/object/*")],
        service: "cloudtrail.amazonaws.com",
    };
    let days = dice.between(0, 2000);
    let policy = subject.policy(kind, dice);
    // The truth is written down for pairs of policies that are easily told.
    let is_told = behind.iter().all(|bucket| is_told(kind, bucket));
    let policy = if is_told { policy } else { subject.policy(Kind::SameAccount, dice) };
    AccessPoint {
        policy,
        volume_arn: None,
        buckets: behind.iter().map(|it| (it.name.clone(), it.region.clone())).collect(),
        created_millis: place.days_ago(days, dice),
        ways: behind.iter().map(|bucket| way(place, bucket, block, vpc_id.is_some())).collect(),
        name,
        arn,
        alias,
        vpc_id,
        block,
    }
}

/// The way to a bucket through an access point with this block. To S3 no access point of a VPC is public.
fn way(place: &Place<'_>, bucket: &SimulatedBucket, block: Block, is_of_vpc: bool) -> Way {
    let mut blocks = vec![account_block(place)];
    blocks.extend((!is_of_vpc).then_some(Some(block)));
    let mut levels = blocks.iter().chain([&bucket.block]).flatten();
    Way {
        bucket: bucket.name.clone(),
        permits: (!bucket.leaves_it_to_points).then(|| bucket.verdict_behind(&blocks)),
        is_restricted: !is_of_vpc && levels.any(|block| block.restrict_public_buckets),
        rests_on_networks: bucket.policy.kind.rests_on_networks(),
    }
}

/// Whether it is easily told who passes an access point with such a policy and this bucket: one of the two lets in
/// nobody from outside, or one of them lets in everyone.
fn is_told(kind: Kind, bucket: &SimulatedBucket) -> bool {
    if bucket.leaves_it_to_points {
        return true;
    }
    // A service may act for anyone by one of the policies, and for one account by the other.
    if kind == Kind::ServiceUnscoped || bucket.policy.kind == Kind::ServiceUnscoped {
        return kind == Kind::None || kind == Kind::SameAccount;
    }
    let is_closed = kind.verdict() == Verdict::CLOSED || bucket.is_closed();
    is_closed || (lets_in_everyone(kind) && bucket.policy.kind.is_plain())
}

/// Whether nothing in such a policy says who the callers are.
fn lets_in_everyone(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Public
            | Kind::PublicIfEncrypted
            | Kind::PublicFromAnywhere
            | Kind::DenySavesNobody
            | Kind::DenySavesNobodyButOne
    )
}

impl AccessPoint {
    /// Whether it leads to this bucket.
    pub(crate) fn leads_to(&self, name: &str) -> bool {
        self.buckets.iter().any(|(bucket, _)| bucket == name)
    }

    /// S3's own policy status.
    pub(crate) fn is_s3_public(&self) -> bool {
        self.vpc_id.is_none() && self.policy.kind.is_s3_public()
    }

    /// Who gets in, after all blocks and the policies of the buckets.
    pub(super) fn verdict(&self) -> Verdict {
        self.ways.iter().fold(Verdict::CLOSED, |verdict, way| verdict.or(self.through(way)))
    }

    /// Who gets in to the bucket of this name.
    pub(super) fn opens(&self, name: &str) -> Verdict {
        let ways = self.ways.iter().filter(|way| way.bucket == name);
        ways.fold(Verdict::CLOSED, |verdict, way| verdict.or(self.through(way)))
    }

    fn through(&self, way: &Way) -> Verdict {
        if way.is_restricted && self.policy.kind.is_s3_public() {
            return Verdict::CLOSED;
        }
        let both = match way.permits {
            None => self.policy.verdict,
            Some(permitted) if lets_in_everyone(self.policy.kind) => permitted,
            Some(_) => Verdict::CLOSED,
        };
        let is_of_vpc = self.vpc_id.is_some();
        match both {
            // Everyone, as far as they come from the account's own VPC.
            Verdict::PUBLIC if is_of_vpc => Verdict::IN_ORG,
            // Whatever a policy says that was not read, a public one would be closed.
            Verdict::UNKNOWN if is_of_vpc || way.is_restricted => Verdict::UNRESOLVED,
            both => both,
        }
    }

    /// Whether only one who has seen all networks of the organization knows who gets in to the bucket of this name.
    pub(super) fn rests_on_networks(&self, name: &str) -> bool {
        let rests = |way: &Way| match way.permits {
            None => self.policy.kind.rests_on_networks(),
            Some(_) => way.rests_on_networks && lets_in_everyone(self.policy.kind),
        };
        self.ways.iter().any(|way| way.bucket == name && rests(way))
    }

    /// Whether the text of the policy makes it public although S3's own policy status says otherwise, or the reverse.
    pub(crate) fn differs_from_status(&self) -> bool {
        let is_public = self.policy.kind.verdict().is_public.filter(|_| self.vpc_id.is_none());
        is_public.is_some_and(|is_public| is_public != self.is_s3_public())
    }

    /// The access point as the truth counts it.
    pub(crate) fn planted(self) -> Planted {
        let verdict = self.verdict();
        let rests_on_networks = self.buckets.iter().any(|(bucket, _)| self.rests_on_networks(bucket));
        let is_gated = verdict.shuts(self.policy.verdict);
        let mut planted = Planted { verdict, is_gated, rests_on_networks, ..Planted::by(self.arn, self.policy) };
        if verdict.is_external != Some(true) {
            planted.named.outside.clear();
        }
        planted
    }
}

#[cfg(test)]
mod tests;
