//! Access points of volumes of FSx's file systems. They lead to no bucket, so that their own policies decide who gets in.

use super::names::PointNames;
use super::{AccessPoint, Block, Way, of_kind, sample};
use crate::place::Place;
use crate::policies::{Kind, any_kind};
use crate::samples::Class;

/// FSx always blocks public access. What that leaves of a policy that nobody can read is not known.
pub(crate) const FILES_CANNOT: &[Class] = &[Class::Public, Class::Unread];

/// The access points of volumes in a region.
pub(crate) fn file_points(place: &Place<'_>) -> Vec<AccessPoint> {
    let rates = &place.organization.settings.rates;
    let sample = sample(place).filter(|class| !FILES_CANNOT.contains(class));
    let (mut dice, count) = place.population("s3-file-points", rates.other_resources.min(1));
    let count = count.max(u64::from(sample.is_some()));
    let point = |number: u64| {
        let label = dice.pick(&["home", "renders"]);
        let mut names = PointNames::in_region(place, label, &mut dice);
        names.alias = names.alias.replace("-s3alias", "-ext-s3alias");
        let by_chance = match any_kind(&mut dice, rates.public_other_resources) {
            kind if kind.is_plain() => kind,
            _ => Kind::SameAccount,
        };
        let kind = Class::shown(sample, by_chance, number + 1 == count);
        let volume = format!("fsvol-0{}", dice.hex(16));
        let volume_arn = place.arn("fsx", &format!("volume/fs-0{}/{volume}", dice.hex(16)));
        AccessPoint {
            volume_arn: Some(volume_arn),
            // The volume stands where a bucket does, and permits whatever the policy does.
            buckets: vec![(volume.clone(), place.region.to_owned())],
            ways: vec![Way { bucket: volume, permits: None, is_restricted: true, rests_on_networks: false }],
            ..of_kind(place, names, &[], (kind, Block::ALL), &mut dice)
        }
    };
    (0..count).map(point).collect()
}
