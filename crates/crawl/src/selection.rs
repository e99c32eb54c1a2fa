//! Which accounts, regions and collectors a run takes.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_aws::organization::{Account, Organization, OrganizationalUnit};
use orgcensus_collect::Collector;

/// The ways in which an account may match; one of them is enough. An empty matcher matches no account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matcher {
    /// Account ids.
    pub accounts: BTreeSet<String>,
    /// Ids or paths of units; what lies below them too.
    pub organizational_units: BTreeSet<String>,
    /// Tags with their values; `*` is any value.
    pub tags: BTreeMap<String, String>,
    /// `ACTIVE`, `SUSPENDED` …
    pub statuses: BTreeSet<String>,
}

/// The accounts, regions and collectors of a run. An empty selection takes everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// If given, the run refuses any other organization than this, `o-…`.
    pub organization_id: Option<String>,
    /// If not empty, only accounts that match one of these.
    pub include: Matcher,
    /// Accounts that match are left out.
    pub exclude: Matcher,
    /// If not empty, only these regions.
    pub regions: BTreeSet<String>,
    /// If not empty, only these collectors.
    pub collectors: BTreeSet<String>,
    /// Never these collectors.
    pub exclude_collectors: BTreeSet<String>,
}

impl Matcher {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an account matches by its id, its unit or its status. Tags are asked about apart.
    fn matches(&self, organization: &Organization, account: &Account) -> bool {
        let unit = organization.unit_of(account);
        self.accounts.contains(&account.id)
            || self.organizational_units.iter().any(|wanted| unit.is_some_and(|unit| is_below(unit, wanted)))
            || account.status.as_ref().is_some_and(|status| self.statuses.contains(status))
    }

    /// Whether these tags match.
    fn matches_tags(&self, tags: &BTreeMap<String, String>) -> bool {
        self.tags.iter().any(|tag| is_tagged(tags, tag))
    }
}

/// Whether a unit is the one that an id or a path names, or lies below it.
pub(crate) fn is_below(unit: &OrganizationalUnit, wanted: &str) -> bool {
    let rest = unit.path.strip_prefix(wanted);
    unit.id_path.split('/').any(|id| id == wanted) || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a tag is among these; `*` is any value.
pub(crate) fn is_tagged(tags: &BTreeMap<String, String>, (key, wanted): (&String, &String)) -> bool {
    tags.get(key).is_some_and(|value| wanted == "*" || value == wanted)
}

impl Selection {
    /// Whether the accounts' tags must be known before the choice.
    pub fn needs_tags(&self) -> bool {
        !self.include.tags.is_empty() || !self.exclude.tags.is_empty()
    }

    /// Whether an account is taken. If its tags could not be read and they could matter, it is taken: an error takes no
    /// account out of a run.
    pub fn takes(
        &self,
        organization: &Organization,
        account: &Account,
        tags: Option<&BTreeMap<String, String>>,
    ) -> bool {
        let (include, exclude) = (&self.include, &self.exclude);
        let has_wanted_tags = tags.map_or(!include.tags.is_empty(), |tags| include.matches_tags(tags));
        let is_included = include.is_empty() || include.matches(organization, account) || has_wanted_tags;
        let has_unwanted_tags = tags.is_some_and(|tags| exclude.matches_tags(tags));
        is_included && !exclude.matches(organization, account) && !has_unwanted_tags
    }

    /// Whether a region is taken.
    pub fn takes_region(&self, region: &str) -> bool {
        self.regions.is_empty() || self.regions.contains(region)
    }

    /// The collectors that are taken.
    pub fn collectors(&self, all: &[Collector]) -> Vec<Collector> {
        let is_taken = |it: &&Collector| {
            (self.collectors.is_empty() || self.collectors.contains(it.name))
                && !self.exclude_collectors.contains(it.name)
        };
        all.iter().filter(is_taken).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_aws::organization::{Extent, OrganizationRow};

    use super::*;

    fn organization() -> Organization {
        let unit = |id: &str, path: &str, id_path: &str| OrganizationalUnit {
            ou_id: id.into(),
            arn: String::new(),
            ou_name: String::new(),
            parent_id: None,
            path: path.into(),
            id_path: id_path.into(),
            depth: 0,
            is_root: false,
        };
        let account = |id: &str, unit, status: &str| Account {
            id: id.into(),
            arn: String::new(),
            name: String::new(),
            email: None,
            status: Some(status.into()),
            joined_method: None,
            joined_at: None,
            unit: Some(unit),
        };
        let row = OrganizationRow {
            arn: String::new(),
            management_account_id: Some("1".into()),
            management_account_email: None,
            feature_set: None,
            is_whole: true,
        };
        let units = vec![
            unit("r-1", "Root", "r-1"),
            unit("ou-a", "Root/A", "r-1/ou-a"),
            unit("ou-b", "Root/A/B", "r-1/ou-a/ou-b"),
        ];
        let accounts = vec![account("1", 0, "ACTIVE"), account("2", 1, "ACTIVE"), account("3", 2, "SUSPENDED")];
        Organization { id: "o-1".into(), extent: Extent::Whole, row, units, accounts, differences: Vec::new() }
    }

    /// What is taken where account 2 has these tags, the tags of account 3 could not be read, and 1 has none.
    fn taken(selection: &Selection, tagged: &[(&str, &str)]) -> Vec<String> {
        let organization = organization();
        let tags: BTreeMap<_, _> = tagged.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let none = BTreeMap::new();
        let tags_of = |id: &str| Some(if id == "2" { &tags } else { &none }).filter(|_| id != "3");
        let of = |it: &&Account| selection.takes(&organization, it, tags_of(&it.id));
        organization.accounts.iter().filter(of).map(|it| it.id.clone()).collect()
    }

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn accounts_by_id_unit_tag_and_status() {
        assert_eq!(taken(&Selection::default(), &[]), ["1", "2", "3"]);
        let units = |words| Matcher { organizational_units: set(words), ..Matcher::default() };
        assert_eq!(taken(&Selection { include: units(&["ou-a"]), ..Selection::default() }, &[]), ["2", "3"]);
        assert_eq!(taken(&Selection { include: units(&["Root/A"]), ..Selection::default() }, &[]), ["2", "3"]);
        assert_eq!(taken(&Selection { exclude: units(&["Root/A/B"]), ..Selection::default() }, &[]), ["1", "2"]);
        let statuses = Matcher { statuses: set(&["SUSPENDED"]), ..Matcher::default() };
        assert_eq!(taken(&Selection { exclude: statuses, ..Selection::default() }, &[]), ["1", "2"]);
        let tags = Matcher { tags: BTreeMap::from([("env".into(), "*".into())]), ..Matcher::default() };
        let selection = Selection { include: tags, ..Selection::default() };
        assert_eq!(taken(&selection, &[("env", "prod")]), ["2", "3"], "tags that could not be read may match");
        assert!(selection.needs_tags());
        let accounts = Matcher { accounts: set(&["1", "2"]), ..Matcher::default() };
        let both = Selection { include: accounts.clone(), exclude: accounts, ..Selection::default() };
        assert!(taken(&both, &[]).is_empty(), "exclude wins");
    }
}
