//! What is open in one account: what earlier snapshots carry of it, and what this one sees. Pure.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_answers::Change;
use orgcensus_derive::{ExternalAccess, ResourceAccess};
use orgcensus_row::{Row, Timestamp};

use super::earlier::Judges;
use super::{EXTERNAL, FirstSeen, PUBLIC};

type CarriedRow<'b> = <FirstSeen as Row>::Ref<'b>;
type ResourceRow<'b> = <ResourceAccess as Row>::Ref<'b>;
type ExternalRow<'b> = <ExternalAccess as Row>::Ref<'b>;

/// What tells an entry from others of the account, in the order of the files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) region: String,
    kind: &'static str,
    resource_arn: String,
    principal: String,
}

/// What is known of an entry from before.
#[derive(Debug, Clone)]
struct CarriedEntry {
    resource_type: String,
    first_seen_at: Option<Timestamp>,
    is_perhaps_older: bool,
    last_seen_at: Timestamp,
}

/// One account.
#[derive(Debug)]
pub(super) struct Account {
    captured_at: Timestamp,
    /// What is carried, and the resources of it.
    carried: BTreeMap<Key, CarriedEntry>,
    resources: BTreeSet<String>,
    /// What this snapshot sees open, with the resources' types.
    open: BTreeMap<Key, String>,
    /// The verdicts of this snapshot on what is carried, as far as they are not yes.
    verdicts: BTreeMap<Key, Option<bool>>,
}

impl Account {
    /// The account in a snapshot of this moment.
    pub(super) fn new(captured_at: Timestamp) -> Self {
        Self {
            captured_at,
            carried: BTreeMap::new(),
            resources: BTreeSet::new(),
            open: BTreeMap::new(),
            verdicts: BTreeMap::new(),
        }
    }

    /// Takes an entry of an earlier snapshot. All of them come before what this one sees.
    pub(super) fn carry(&mut self, region: &str, row: &CarriedRow<'_>) {
        let kind = if row.kind == PUBLIC { PUBLIC } else { EXTERNAL };
        let known = CarriedEntry {
            resource_type: row.resource_type.to_owned(),
            first_seen_at: row.first_seen_at,
            is_perhaps_older: row.is_perhaps_older,
            last_seen_at: row.last_seen_at,
        };
        self.resources.insert(row.resource_arn.to_owned());
        self.carried.insert(key(region, kind, row.resource_arn, row.principal), known);
    }

    /// Takes the verdict on a resource.
    pub(super) fn add_resource(&mut self, region: &str, row: &ResourceRow<'_>) {
        let public = key(region, PUBLIC, row.resource_arn, "");
        if row.is_public == Some(true) {
            self.open.insert(public, row.resource_type.to_owned());
        } else if self.carried.contains_key(&public) {
            self.verdicts.insert(public, row.is_public);
        }
        // Of those whom it let in.
        if row.is_external != Some(true) && self.resources.contains(row.resource_arn) {
            self.verdicts.insert(key(region, EXTERNAL, row.resource_arn, ""), row.is_external);
        }
    }

    /// Takes one of those whom a resource lets in.
    pub(super) fn add_external(&mut self, region: &str, row: &ExternalRow<'_>) {
        let external = key(region, EXTERNAL, row.resource_arn, row.principal);
        if row.is_external == Some(true) {
            self.open.insert(external, row.resource_type.to_owned());
        } else if self.carried.contains_key(&external) {
            // Several statements may name it: if one of them is not known, it is not known.
            let verdict = self.verdicts.entry(external).or_insert(row.is_external);
            *verdict = verdict.and(row.is_external);
        }
    }

    /// The entries of this snapshot, in the order of their keys. Without judges there is no earlier snapshot: it is
    /// the first census.
    pub(super) fn entries(mut self, account_id: &str, judges: Option<&Judges>) -> Vec<(Key, FirstSeen)> {
        let mut entries = BTreeMap::new();
        for (key, resource_type) in std::mem::take(&mut self.open) {
            let known = match self.carried.remove(&key) {
                Some(known) => CarriedEntry { resource_type, last_seen_at: self.captured_at, ..known },
                None => self.first_seen(account_id, &key, resource_type, judges),
            };
            entries.insert(key.clone(), self.entry(&key, known, true));
        }
        for (key, known) in std::mem::take(&mut self.carried) {
            if !self.is_over(account_id, &key, judges) {
                entries.insert(key.clone(), self.entry(&key, known, false));
            }
        }
        entries.into_iter().collect()
    }

    /// What is known of an entry that no snapshot before has seen.
    fn first_seen(&self, account_id: &str, key: &Key, resource_type: String, judges: Option<&Judges>) -> CarriedEntry {
        let now = self.captured_at;
        let appeared = judges.map(|it| it.of(key.kind).found(account_id, &key.region) == Change::Appeared);
        CarriedEntry {
            resource_type,
            first_seen_at: judges.map(|_| now),
            is_perhaps_older: appeared != Some(true) || judges.is_some_and(|it| it.is_after_gap),
            last_seen_at: now,
        }
    }

    /// Whether an entry that this snapshot does not see open has certainly ended: a verdict is no, or it is gone. If
    /// a verdict is null, of the resource or of the principal, nobody knows.
    fn is_over(&self, account_id: &str, key: &Key, judges: Option<&Judges>) -> bool {
        let of_resource = self.verdicts.get(&Key { principal: String::new(), ..key.clone() });
        let verdicts = [self.verdicts.get(key), of_resource];
        if verdicts.contains(&Some(&None)) {
            return false;
        }
        let lost = judges.map(|it| it.of(key.kind).lost(account_id, &key.region));
        let is_gone = matches!(lost, Some(Change::Gone | Change::AccountLeft | Change::RegionOff));
        is_gone || verdicts.contains(&Some(&Some(false)))
    }

    fn entry(&self, key: &Key, known: CarriedEntry, is_seen: bool) -> FirstSeen {
        FirstSeen {
            kind: key.kind.to_owned(),
            resource_arn: key.resource_arn.clone(),
            principal: key.principal.clone(),
            resource_type: known.resource_type,
            first_seen_at: known.first_seen_at,
            first_seen_days: known.first_seen_at.map(|it| it.days_until(self.captured_at)),
            is_perhaps_older: known.is_perhaps_older,
            last_seen_at: known.last_seen_at,
            is_seen,
        }
    }
}

fn key(region: &str, kind: &'static str, resource_arn: &str, principal: &str) -> Key {
    let (resource_arn, principal) = (resource_arn.to_owned(), principal.to_owned());
    Key { region: region.to_owned(), kind, resource_arn, principal }
}
