//! What tells one access point from the others.

use crate::dice::Dice;
use crate::place::Place;

/// The names of an access point, and where its callers come from.
pub(super) struct PointNames {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) alias: String,
    /// The VPC that its callers come from; none if they may come from the internet.
    pub(super) vpc_id: Option<String>,
}

impl PointNames {
    /// Those of an access point of one region, open to the internet.
    pub(super) fn in_region(place: &Place<'_>, label: &str, dice: &mut Dice) -> Self {
        let name = format!("{label}-{}", dice.hex(8));
        Self {
            arn: place.arn("s3", &format!("accesspoint/{name}")),
            alias: format!("{name}-{}-s3alias", dice.hex(12)),
            vpc_id: None,
            name,
        }
    }

    /// Those of an access point of several regions.
    pub(super) fn everywhere(place: &Place<'_>, dice: &mut Dice) -> Self {
        let alias = format!("m{}.mrap", dice.lower(12));
        let arn = place.arn("s3", &format!("accesspoint/{alias}"));
        Self { name: format!("everywhere-{}", dice.hex(8)), arn, alias, vpc_id: None }
    }
}
