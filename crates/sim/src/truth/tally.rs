//! The counts: what a census has seen so far, by fact, table, cell and question.

use super::lists::Lists;
use super::misconfigurations::Misconfigurations;
use super::parts::{ChangeTruth, IdentityTruth, KindTruth, Obstructed, ResourceTruth};
use super::planted::Planted;
use crate::place::Place;
use crate::samples::{Class, Sampled};
use orgcensus_policy::ResourceKind;
use std::collections::BTreeMap;

/// All counts. Field names are those of the facts.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(super) accounts_seen: u64,
    pub(super) users: u64,
    pub(super) users_with_active_key: u64,
    pub(super) users_inactive: u64,
    pub(super) users_key_old_and_idle: u64,
    pub(super) users_key_over_90_days: u64,
    pub(super) users_console_without_mfa: u64,
    pub(super) accounts_with_root_key: u64,
    pub(super) accounts_with_root_used: u64,
    pub(crate) instances: u64,
    pub(crate) instances_imds_optional: u64,
    pub(super) obstructed: Vec<Obstructed>,
    pub(super) resources: Vec<ResourceTruth>,
    pub(crate) lists: Lists,
    pub(super) identities: Vec<IdentityTruth>,
    pub(crate) changes: Vec<ChangeTruth>,
    pub(crate) misconfigurations: Misconfigurations,
    kinds: BTreeMap<&'static str, KindTruth>,
    exposures: BTreeMap<&'static str, Exposure>,
    rows: BTreeMap<&'static str, u64>,
    cells: BTreeMap<&'static str, u64>,
}

/// How many resources of a kind there are, and how many are public.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Exposure {
    pub(super) count: u64,
    pub(super) study_public: u64,
    pub(super) public: u64,
}

impl Tally {
    /// Counts rows of a table.
    pub(super) fn rows(&mut self, table: &'static str, count: usize) {
        *self.rows.entry(table).or_default() += u64::try_from(count).unwrap_or_default();
    }

    /// Counts rows of a table that meet a condition: `table WHERE condition`.
    pub(crate) fn cell(&mut self, table_where: &'static str, count: usize) {
        *self.cells.entry(table_where).or_default() += u64::try_from(count).unwrap_or_default();
    }

    /// The number of rows of each table.
    pub(super) fn tables(&self) -> BTreeMap<String, u64> {
        self.rows.iter().map(|(table, count)| ((*table).to_owned(), *count)).collect()
    }

    /// The number of rows that meet a condition.
    pub(super) fn cells(&self) -> BTreeMap<String, u64> {
        self.cells.iter().map(|(table_where, count)| ((*table_where).to_owned(), *count)).collect()
    }

    /// How many resources of this kind there are, and how many are public.
    pub(super) fn exposure(&self, kind: ResourceKind) -> Exposure {
        self.exposures.get(kind.resource_type).copied().unwrap_or_default()
    }

    /// Counts a resource and adds it to the lists. `asked_as` is the questions' name for its kind; none if no question
    /// asks for it.
    pub(super) fn resource(&mut self, place: &Place<'_>, asked_as: Option<&'static str>, it: Planted) {
        let is_public = it.verdict.is_public == Some(true);
        if let Some(resource) = asked_as {
            let exposure = self.exposures.entry(resource).or_default();
            exposure.count += 1;
            exposure.study_public += u64::from(it.is_study_public);
            exposure.public += u64::from(is_public);
            self.misconfigurations.one("B8", resource, "lake", !it.has_policy);
        }
        if is_public {
            self.lists.add("G1", [&it.arn]);
        }
        for (question, principals) in [("G2", &it.named.outside), ("G8", &it.named.dead), ("G9", &it.named.unscoped)] {
            for principal in principals {
                self.lists.add(question, [&it.arn, principal]);
            }
        }
        if let Some(sampled) = it.sampled {
            self.sample(sampled, Class::of(&it));
        }
        self.resources.push(ResourceTruth {
            arn: it.arn,
            account_id: place.account.id.clone(),
            is_public: it.verdict.is_public,
            is_external: it.verdict.is_external,
            is_in_org: it.verdict.is_in_org,
            rests_on_networks: it.rests_on_networks,
        });
    }

    /// Counts a resource among those of its kind and class.
    fn sample(&mut self, Sampled { name, cannot }: Sampled, class: Option<Class>) {
        let new =
            || KindTruth { name, cannot: cannot.iter().map(|class| class.name()).collect(), samples: BTreeMap::new() };
        let kind = self.kinds.entry(name).or_insert_with(new);
        if let Some(class) = class {
            *kind.samples.entry(class.name()).or_default() += 1;
        }
    }

    /// The kinds of resources that are sampled, by name.
    pub(super) fn kinds(&self) -> Vec<KindTruth> {
        self.kinds.values().cloned().collect()
    }
}
