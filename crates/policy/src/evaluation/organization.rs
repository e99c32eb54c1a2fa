//! Where an account stands in the organization.

use super::request::Organization;

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Member,
    /// Service control policies do not bind it, and resource control policies do not bind its resources.
    Management,
    Outside,
    /// The accounts were not read.
    NotKnown,
}

/// The account, its units from the innermost, and the root: what policies are attached to.
#[derive(Debug, Clone)]
pub(super) struct Chain<'a> {
    pub(super) nodes: Vec<&'a str>,
    /// Whether the last node is the root.
    pub(super) has_root: bool,
    /// Whether a unit may be missing because it was not read.
    pub(super) has_unread: bool,
}

/// More levels than AWS permits.
const MAX_LEVELS: usize = 100;

impl Organization {
    pub(super) fn place(&self, account: &str) -> Place {
        let entry = self.accounts.items.iter().find(|it| it.id == account);
        if self.management.as_deref() == Some(account) || entry.is_some_and(|it| it.is_management) {
            Place::Management
        } else if entry.is_some() {
            Place::Member
        } else if self.accounts.has_unread {
            Place::NotKnown
        } else {
            Place::Outside
        }
    }

    /// An account that is in no unit is in the root, if there is one.
    pub(super) fn chain<'a>(&'a self, account: &'a str) -> Chain<'a> {
        let entry = self.accounts.items.iter().find(|it| it.id == account);
        let mut chain = Chain { nodes: vec![account], has_root: false, has_unread: false };
        let mut next = entry.and_then(|it| it.unit.as_deref()).or_else(|| self.root());
        while let Some(id) = next.filter(|id| !chain.nodes.contains(id) && chain.nodes.len() < MAX_LEVELS) {
            chain.nodes.push(id);
            let unit = self.units.items.iter().find(|unit| unit.id == id);
            chain.has_root = unit.map_or(id.starts_with("r-"), |unit| unit.parent.is_none());
            next = match unit {
                Some(unit) => unit.parent.as_deref(),
                None => self.root(),
            };
        }
        // Units that hold each other have no root either.
        let is_circular = next.is_some_and(|_| !chain.has_root);
        chain.has_unread = is_circular || (!chain.has_root && self.units.has_unread);
        chain
    }

    /// The root, if one unit alone has no parent.
    fn root(&self) -> Option<&str> {
        let mut roots = self.units.items.iter().filter(|unit| unit.parent.is_none());
        let root = roots.next()?;
        roots.next().is_none().then_some(root.id.as_str())
    }

    /// The account's path as `aws:PrincipalOrgPaths` has it: `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/`.
    pub(super) fn path(&self, account: &str) -> Option<String> {
        let chain = self.chain(account);
        let id = self.id.as_deref().filter(|_| chain.has_root)?;
        let units: Vec<&str> = chain.nodes.iter().skip(1).rev().copied().collect();
        Some(format!("{id}/{}/", units.join("/")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::request::{Account, Listed, Unit};

    fn organization(parents: &[(&str, Option<&str>)], unit: Option<&str>) -> Organization {
        let unit_of =
            |(id, parent): &(&str, Option<&str>)| Unit { id: (*id).into(), parent: parent.map(str::to_owned) };
        let account = Account { id: "111122223333".into(), unit: unit.map(str::to_owned), is_management: false };
        Organization {
            id: Some("o-1".into()),
            management: Some("999900001111".into()),
            units: Listed::of(parents.iter().map(unit_of).collect()),
            accounts: Listed::of(vec![account]),
            ..Organization::default()
        }
    }

    #[test]
    fn e4_the_levels_go_up_to_the_root() {
        let ours = organization(&[("r-1", None), ("ou-a", Some("r-1")), ("ou-b", Some("ou-a"))], Some("ou-b"));
        assert_eq!(ours.chain("111122223333").nodes, ["111122223333", "ou-b", "ou-a", "r-1"]);
        assert_eq!(ours.path("111122223333").as_deref(), Some("o-1/r-1/ou-a/ou-b/"));
        let of_root = organization(&[("r-1", None)], None);
        assert_eq!(of_root.path("111122223333").as_deref(), Some("o-1/r-1/"));
        assert_eq!(ours.place("999900001111"), Place::Management);
        assert_eq!((ours.place("111122223333"), ours.place("222233334444")), (Place::Member, Place::Outside));
    }

    #[test]
    fn e4_what_is_not_known_of_the_units_is_no_path() {
        let alone = organization(&[], None);
        let chain = alone.chain("111122223333");
        assert!(!chain.has_root && !chain.has_unread && alone.path("111122223333").is_none());
        let circle = organization(&[("ou-a", Some("ou-b")), ("ou-b", Some("ou-a"))], Some("ou-a"));
        assert!(circle.chain("111122223333").has_unread);
        let unread = Organization { units: Listed::unread(), ..alone };
        assert!(unread.chain("111122223333").has_unread);
    }
}
