//! Access points: further ways into buckets, each with a policy of its own. Those of one region lead to one bucket, and
//! those of several regions to one bucket in each.

use super::bucket::{Block, SimulatedBucket};
use super::population::{account_block, buckets};
use crate::dice::Dice;
use crate::ids::default_vpc_id;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject, Verdict, any_kind};
use crate::truth::Planted;

/// An access point of a simulated account.
#[derive(Debug)]
pub(crate) struct AccessPoint {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) alias: String,
    /// Name and region of each bucket that it leads to.
    pub(crate) buckets: Vec<(String, String)>,
    /// The VPC that its callers come from; none if they may come from the internet.
    pub(crate) vpc_id: Option<String>,
    pub(crate) policy: ResourcePolicy,
    pub(crate) block: Block,
    pub(crate) created_millis: i64,
    /// Whether a block takes away what a public policy gives.
    is_restricted: bool,
}

/// What tells one access point from the others.
struct Names {
    name: String,
    arn: String,
    alias: String,
    vpc_id: Option<String>,
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
        let name = format!("{}-{}", dice.pick(&["reports", "partners", "inner"]), dice.hex(8));
        let names = Names {
            arn: place.arn("s3", &format!("accesspoint/{name}")),
            alias: format!("{name}-{}-s3alias", dice.hex(12)),
            vpc_id: dice.chance(0.3).then(|| default_vpc_id(place.organization, &place.account.id)),
            name,
        };
        let bucket = dice.pick(&there);
        made(place, names, &[bucket], &mut dice)
    };
    (0..count).map(point).collect()
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
        let alias = format!("m{}.mrap", dice.lower(12));
        let arn = place.arn("s3", &format!("accesspoint/{alias}"));
        let names = Names { name: format!("everywhere-{}", dice.hex(8)), arn, alias, vpc_id: None };
        made(&place, names, &behind, &mut dice)
    };
    (0..count).map(point).collect()
}

/// All access points of an account.
pub(super) fn of_account(place: &Place<'_>) -> Vec<AccessPoint> {
    let regions = place.organization.settings.regions.iter();
    regions.flat_map(|region| access_points(&place.in_region(region))).chain(multi_region(place)).collect()
}

fn made(place: &Place<'_>, names: Names, behind: &[&SimulatedBucket], dice: &mut Dice) -> AccessPoint {
    let Names { name, arn, alias, vpc_id } = names;
    let partly = Block { restrict_public_buckets: true, ..Block::NONE };
    let block = dice.weighted(&[(Block::ALL, 3), (Block::NONE, 6), (partly, 1)]);
    // To S3 no access point of a VPC is public.
    let is_restricted = vpc_id.is_none()
        && (block.restrict_public_buckets
            || account_block(place).is_some_and(|block| block.restrict_public_buckets)
            || behind.iter().all(|bucket| bucket.block.is_some_and(|block| block.restrict_public_buckets)));
    let kind = match any_kind(dice, place.organization.settings.rates.public_other_resources) {
        // AWS does not document which part of such a policy S3 would leave in force.
        kind if is_restricted && !kind.is_plain() => Kind::SameAccount,
        // From a VPC the account outside would still get in.
        Kind::PublicAndExternal if vpc_id.is_some() => Kind::Public,
        kind => kind,
    };
    let subject = Subject {
        place: *place,
        actions: &["s3:GetObject", "s3:ListBucket"],
        resources: vec![arn.clone(), format!("{arn}/object/*")],
        service: "cloudtrail.amazonaws.com",
    };
    let days = dice.between(0, 2000);
    AccessPoint {
        policy: subject.policy(kind, dice),
        buckets: behind.iter().map(|it| (it.name.clone(), it.region.clone())).collect(),
        created_millis: place.days_ago(days, dice),
        name,
        arn,
        alias,
        vpc_id,
        block,
        is_restricted,
    }
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

    /// Who gets in, after all blocks.
    pub(super) fn verdict(&self) -> Verdict {
        let verdict = self.policy.verdict;
        if self.is_restricted && self.policy.kind.is_s3_public() {
            return Verdict::CLOSED;
        }
        // Everyone, as far as they come from the account's own VPC.
        if self.vpc_id.is_some() && verdict.is_public == Some(true) { Verdict::IN_ORG } else { verdict }
    }

    /// Whether the text of the policy makes it public although S3's own policy status says otherwise, or the reverse.
    pub(crate) fn differs_from_status(&self) -> bool {
        let is_public = self.policy.kind.verdict().is_public.filter(|_| self.vpc_id.is_none());
        is_public.is_some_and(|is_public| is_public != self.is_s3_public())
    }

    /// The access point as the truth counts it.
    pub(crate) fn planted(self) -> Planted {
        let verdict = self.verdict();
        let mut planted = Planted { verdict, ..Planted::by(self.arn, self.policy) };
        if verdict.is_external != Some(true) {
            planted.named.outside.clear();
        }
        planted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organization::Organization;
    use crate::testing::quiet;

    fn point(kind: Kind, vpc_id: Option<&str>, is_restricted: bool) -> AccessPoint {
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
            vpc_id: vpc_id.map(str::to_owned),
            policy: subject.policy(kind, &mut organization.dice(&["test"])),
            block: Block::NONE,
            created_millis: 0,
            is_restricted,
        }
    }

    #[test]
    fn blocks_and_vpcs_close_what_the_policy_opens() {
        assert_eq!(point(Kind::Public, None, false).verdict(), Verdict::PUBLIC);
        assert_eq!(point(Kind::Public, None, true).verdict(), Verdict::CLOSED);
        assert_eq!(point(Kind::ExternalAccount, None, true).verdict(), Verdict::EXTERNAL);
        let inside = point(Kind::Public, Some("vpc-1"), false);
        assert_eq!((inside.verdict(), inside.is_s3_public()), (Verdict::IN_ORG, false));
        assert!(inside.planted().named.outside.is_empty());
        assert!(point(Kind::DenySavesAll, None, false).differs_from_status());
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
}
