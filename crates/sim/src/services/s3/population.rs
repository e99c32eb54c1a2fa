//! The buckets of an account and its Block Public Access, made from the seed.

use super::access::{Access, HELD, SHOWN, sampled};
use super::bucket::{Acl, Block, SimulatedBucket};
use crate::dice::{Dice, some_tags};
use crate::organization_policies::is_in_perimeter;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject, any_kind, document};
use crate::samples::Class;
use serde_json::{Value, json};

/// The class of the samples that are here, of buckets, access points and whatever else has S3's policies.
pub(crate) fn sample(place: &Place<'_>) -> Option<Class> {
    place.sample_of("s3", &[]).filter(|_| place.organization.settings.rates.buckets > 0)
}

/// The account's Block Public Access.
pub(crate) fn account_block(place: &Place<'_>) -> Option<Block> {
    let (organization, account) = (place.organization, place.account);
    let mut dice = place.whole().dice("s3-account");
    // In these accounts each bucket's own block must have an effect. What is left of a policy that nobody can read is
    // not known if it is restricted.
    let is_open = matches!(sample(&place.whole()), Some(Class::Public | Class::Unread));
    if organization.is_showcase(account) || organization.is_held(account) || is_open {
        return None;
    }
    if dice.chance(organization.settings.rates.account_public_access_block) {
        return Some(Block::ALL);
    }
    dice.chance(0.2).then_some(Block { ignore_public_acls: dice.chance(0.5), ..Block::NONE })
}

/// The buckets of an account, in all its regions.
pub(super) fn buckets(place: &Place<'_>) -> Vec<SimulatedBucket> {
    let (organization, account) = (place.organization, place.account);
    let mut dice = place.whole().dice("s3");
    // If a service control policy denies a region, no bucket could be created there.
    let is_denied = account.is_in_sandbox() && organization.settings.troubles.region_denied_by_scp;
    let denied = organization.last_region().filter(|_| is_denied);
    let regions: Vec<&String> =
        organization.settings.regions.iter().filter(|region| denied != Some(region.as_str())).collect();
    if regions.is_empty() {
        return Vec::new();
    }
    let restricts = account_block(place).is_some_and(|block| block.restrict_public_buckets);
    let rates = &organization.settings.rates;
    let count = dice.count(rates.buckets);
    let make = |(name, access): (String, Access), dice: &mut Dice| bucket(place, &regions, name, access, dice);
    let mut buckets: Vec<SimulatedBucket> = (0..count)
        .map(|_| {
            let any = any_access(rates.public_buckets, restricts, &mut dice);
            make(any, &mut dice)
        })
        .collect();
    let shown: &[(&str, Access)] = match account {
        account if organization.is_showcase(account) => &SHOWN,
        account if organization.is_held(account) => &HELD,
        _ => &[],
    };
    if rates.buckets > 0 {
        buckets.extend(shown.iter().map(|(label, access)| {
            let name = format!("show-{label}-{}", dice.hex(10));
            make((name, *access), &mut dice)
        }));
    }
    buckets.extend(samples(place, &regions[..1]));
    buckets
}

/// The sample of buckets, and the bucket behind the samples of access points, in the first region.
fn samples(place: &Place<'_>, first: &[&String]) -> Vec<SimulatedBucket> {
    let mut dice = place.whole().dice("s3-samples");
    let made = |(label, access): (&str, Access)| {
        let name = format!("{label}-{}", dice.hex(10));
        bucket(place, first, name, access, &mut dice)
    };
    sample(&place.whole()).into_iter().flat_map(sampled).map(made).collect()
}

/// The hosts of the buckets of an account, each with the bucket's ARN.
pub(crate) fn bucket_hosts(place: &Place<'_>) -> Vec<(String, String)> {
    let host = |it: &SimulatedBucket| format!("{}.s3.{}.amazonaws.com", it.name, it.region);
    buckets(place).into_iter().map(|it| (host(&it), it.arn)).collect()
}

/// A bucket's name and its settings, by chance.
fn any_access(public_rate: f64, account_restricts: bool, dice: &mut Dice) -> (String, Access) {
    let name = format!("{}-{}", dice.pick(&["logs", "www.simulated", "assets", "backups", "data-lake"]), dice.hex(10));
    let is_open = dice.chance(public_rate);
    let is_open_by_acl = is_open && dice.chance(0.4);
    let block = block(is_open, dice);
    let kind = match any_kind(dice, 0.0) {
        _ if is_open_by_acl => Kind::None,
        _ if is_open => Kind::Public,
        Kind::Malformed => Kind::SameAccount,
        // AWS does not document which part of such a policy S3 would leave in force.
        kind if (account_restricts || block.is_some_and(|it| it.restrict_public_buckets)) && !kind.is_plain() => {
            Kind::SameAccount
        }
        kind => kind,
    };
    let (ownership, acl) = ownership_and_acl(is_open_by_acl, dice);
    (name, Access { kind, acl, ownership, block, is_left_to_points: None })
}

fn bucket(place: &Place<'_>, regions: &[&String], name: String, access: Access, dice: &mut Dice) -> SimulatedBucket {
    let arn = place.organization.arn("s3", "", "", &name);
    let subject = Subject {
        place: *place,
        actions: &["s3:GetObject", "s3:ListBucket"],
        resources: vec![arn.clone(), format!("{arn}/*")],
        service: "cloudtrail.amazonaws.com",
    };
    let days = dice.between(0, 3000);
    let policy = subject.policy(access.kind, dice);
    let mut own_dice = place.organization.dice(&["s3-delegation", &name]);
    let by_chance = own_dice.chance(0.5) && may_leave_it_to_points(access.kind);
    let leaves_it_to_points = access.is_left_to_points.unwrap_or(by_chance);
    let policy = if leaves_it_to_points { with_delegation(policy, place, &arn) } else { policy };
    let is_lockable = place.organization.dice(&["s3-object-lock", &name]).chance(0.4);
    let bucket = SimulatedBucket {
        policy,
        leaves_it_to_points,
        region: dice.pick(regions).clone(),
        acl: access.acl,
        ownership: access.ownership,
        block: access.block,
        is_held: is_in_perimeter(place, "s3"),
        created_millis: place.days_ago(days, dice),
        encryption: dice.weighted(&[("AES256", 4), ("aws:kms", 1)]),
        versioning: dice.weighted(&[(None, 4), (Some("Enabled"), 4), (Some("Suspended"), 1)]),
        is_locked: false,
        is_logged: dice.chance(0.3),
        tags: some_tags(dice),
        name,
        arn,
    };
    SimulatedBucket { is_locked: is_lockable && bucket.versioning == Some("Enabled"), ..bucket }
}

/// Whether a bucket with such a policy may leave access to its access points. Its own policy lets nobody else in, so
/// that those whom an access point lets in are the same whichever statement of the bucket admits them.
fn may_leave_it_to_points(kind: Kind) -> bool {
    matches!(kind, Kind::None | Kind::SameAccount | Kind::SourceAccount | Kind::ServiceScoped | Kind::Dangling)
}

/// The same policy with the statement by which AWS recommends to leave access to the account's access points.
fn with_delegation(policy: ResourcePolicy, place: &Place<'_>, arn: &str) -> ResourcePolicy {
    let delegation = json!({
        "Sid": "DelegateToAccessPoints",
        "Effect": "Allow",
        "Principal": { "AWS": "*" },
        "Action": "*",
        "Resource": [arn, format!("{arn}/*")],
        "Condition": { "StringEquals": { "s3:DataAccessPointAccount": place.account.id } },
    });
    let mut written: Value =
        policy.document.as_deref().map_or_else(|| json!({}), |text| serde_json::from_str(text).unwrap_or_default());
    let mut statements = match written["Statement"].take() {
        Value::Array(statements) => statements,
        _ => Vec::new(),
    };
    statements.push(delegation);
    ResourcePolicy { document: Some(document(statements)), ..policy }
}

fn block(is_open: bool, dice: &mut Dice) -> Option<Block> {
    let weights = if is_open { [(0, 2), (1, 5), (2, 3), (3, 1)] } else { [(0, 10), (1, 3), (2, 2), (3, 2)] };
    match dice.weighted(&weights) {
        0 => Some(Block::ALL),
        1 => None,
        2 => Some(Block::NONE),
        _ => Some(Block {
            block_public_acls: dice.chance(0.5),
            ignore_public_acls: dice.chance(0.5),
            block_public_policy: dice.chance(0.5),
            restrict_public_buckets: dice.chance(0.5),
        }),
    }
}

/// A bucket's ownership setting and ACL. If ownership is enforced, the ACL has no effect.
fn ownership_and_acl(is_open_by_acl: bool, dice: &mut Dice) -> (Option<&'static str>, Acl) {
    let ownership = dice.weighted(&[(None, 2), (Some("ObjectWriter"), 1), (Some("BucketOwnerPreferred"), 1)]);
    if is_open_by_acl {
        let acls = [Acl::EveryoneReads, Acl::EveryoneControls, Acl::AuthenticatedReads, Acl::AuthenticatedControls];
        return (ownership, dice.pick(&acls));
    }
    match dice.weighted(&[(0, 8), (1, 4), (2, 1)]) {
        0 => (Some("BucketOwnerEnforced"), Acl::Private),
        1 => (ownership, Acl::Private),
        _ => (ownership, Acl::LogDelivery),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organization::Organization;
    use crate::policies::Verdict;
    use crate::testing::quiet;

    fn bucket(kind: Kind, acl: Acl, block: Option<Block>) -> SimulatedBucket {
        let organization = Organization::new(quiet(3, 1));
        // No resource control policy binds the management account.
        let account = organization.account(0);
        let mut dice = organization.dice(&["test"]);
        let access = Access { kind, acl, ownership: None, block, is_left_to_points: None };
        let place = Place::account(&organization, &account);
        super::bucket(&place, &[&"us-east-1".to_owned()], "b".to_owned(), access, &mut dice)
    }

    #[test]
    fn some_buckets_leave_it_to_their_access_points_and_others_do_not() {
        let organization = Organization::new(quiet(12, 2));
        let mut seen = [0, 0];
        for account in organization.accounts() {
            for bucket in buckets(&Place::account(&organization, &account)) {
                let text = bucket.policy.document.unwrap_or_default();
                assert_eq!(text.contains("s3:DataAccessPointAccount"), bucket.leaves_it_to_points, "{text}");
                if bucket.leaves_it_to_points {
                    let policy: Value = serde_json::from_str(&text).unwrap();
                    let statements = policy["Statement"].as_array().unwrap();
                    assert_eq!(statements.len(), 1 + usize::from(bucket.policy.kind != Kind::None), "{text}");
                }
                seen[usize::from(bucket.leaves_it_to_points)] += 1;
            }
        }
        assert!(seen[0] > 5 && seen[1] > 5, "{seen:?}");
    }

    #[test]
    fn blocks_close_what_policy_and_acl_open() {
        let open = bucket(Kind::Public, Acl::Private, None);
        assert_eq!(open.verdict(None), Verdict::PUBLIC);
        assert_eq!(open.verdict(Some(Block::ALL)), Verdict::CLOSED);
        assert!(open.is_study_public());
        let readable = bucket(Kind::None, Acl::EveryoneReads, Some(Block::NONE));
        assert_eq!(readable.verdict(None), Verdict::PUBLIC);
        assert!(!readable.is_study_public(), "the study counts full control only");
        assert_eq!(bucket(Kind::None, Acl::EveryoneControls, Some(Block::ALL)).verdict(None), Verdict::CLOSED);
        assert_eq!(bucket(Kind::ExternalAccount, Acl::Private, Some(Block::ALL)).verdict(None), Verdict::EXTERNAL);
        assert_eq!(bucket(Kind::Malformed, Acl::Private, None).verdict(None), Verdict::UNKNOWN);
    }
}
