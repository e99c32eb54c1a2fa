//! The organizational units: their names, which contains which, and how often accounts are in each.

use crate::dice::Dice;

/// The units below the root: the name, and the unit that contains it.
const UNITS: [(&str, Option<usize>); 7] = [
    ("Security", None),
    ("Workloads", None),
    ("Production", Some(1)),
    ("Payments", Some(2)),
    ("Development", Some(1)),
    ("Sandbox", None),
    ("Suspended", None),
];
/// How often accounts are in each unit of [`UNITS`]. Chance puts no account into `Workloads` or `Suspended` itself.
const WEIGHTS: [(Option<usize>, u32); 6] =
    [(None, 1), (Some(0), 3), (Some(2), 8), (Some(3), 6), (Some(4), 10), (Some(5), 3)];

/// The unit of accounts that have a trouble of their own.
pub(crate) const DEVELOPMENT: usize = 4;
/// The unit where a service control policy denies a region.
pub(crate) const SANDBOX: usize = 5;
/// The unit of suspended accounts.
pub(crate) const SUSPENDED: usize = 6;

/// An organizational unit.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) id: String,
    pub(crate) name: &'static str,
    pub(crate) parent: Option<usize>,
}

impl Unit {
    /// All units. `root` is the part of the root's id that the ids of units contain.
    pub(crate) fn all(root: &str, dice: &mut Dice) -> Vec<Self> {
        let unit = |&(name, parent): &(&'static str, Option<usize>)| Self {
            id: format!("ou-{root}-{}", dice.lower(8)),
            name,
            parent,
        };
        UNITS.iter().map(unit).collect()
    }
}

/// A unit by chance, by its place among all units; none for the root.
pub(crate) fn any_unit(dice: &mut Dice) -> Option<usize> {
    dice.weighted(&WEIGHTS)
}
