//! The rule of `diff` for what is no row of a table: entries that a snapshot carries on from an earlier one.

use std::sync::Arc;

use orgcensus_lake::{Lake, Manifest};

use super::fate::Change;
use super::judge::Judge;
use super::known::{Both, Place};
use super::{TwoManifests, in_both, is_derived};
use crate::{RestsOn, Result};

/// What two snapshots of an organization say of what only one of them has.
pub struct Carried {
    manifests: TwoManifests,
    rests_on: RestsOn,
    both: Arc<Both>,
}

/// The same, for entries that rest on what a table rests on.
pub struct CarriedOf(Option<Judge>);

impl Carried {
    /// Reads how the tasks of both snapshots ended, the older one first.
    pub async fn read(lake: &Lake, manifests: [Manifest; 2]) -> Result<Self> {
        let both = Arc::new(Both::read(lake, &manifests).await?);
        let rests_on = RestsOn::of(&manifests);
        Ok(Self { manifests, rests_on, both })
    }

    /// The entries that are made of a table's rows.
    pub fn of(&self, table: &str) -> CarriedOf {
        let judge = |tables| Judge::new(&self.both, table, self.rests_on.of_table(table), is_derived(tables));
        CarriedOf(in_both(&self.manifests, table).ok().map(judge))
    }
}

impl CarriedOf {
    /// What became of an entry of this account and region that the newer snapshot did not see: `Gone`, `AccountLeft`
    /// and `RegionOff` end it, and `NotSeen` does not.
    pub fn lost(&self, account_id: &str, region: &str) -> Change {
        self.0.as_ref().map_or(Change::NotSeen, |judge| judge.lost(Place { account_id, region }).0)
    }

    /// What an entry is that the older snapshot did not see: `Appeared`, or `NotSeen` if it may have been there.
    pub fn found(&self, account_id: &str, region: &str) -> Change {
        self.0.as_ref().map_or(Change::NotSeen, |judge| judge.found(Place { account_id, region }).0)
    }
}
