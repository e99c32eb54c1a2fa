//! The part of a run that one process does, the whole run or a shard: a stage and its journal.

use std::collections::BTreeSet;
use std::path::Path;

use orgcensus_lake::{Journal, Lake, Stage, remove_checkpoint, restore};
use serde::{Deserialize, Serialize};

use crate::context::Crawl;
use crate::error::Error;
use crate::journal::{AccountRecord, Turn};
use crate::plan::{Plan, shard_name};

/// The journal's header. It has all that a process needs to resume the run.
#[derive(Serialize, Deserialize)]
pub(crate) struct About {
    pub(crate) plan: Plan,
    pub(crate) shard: Option<u32>,
}

/// A stage and its journal, open.
pub(crate) struct OpenPart {
    pub(crate) name: String,
    pub(crate) stage: Stage,
    pub(crate) journal: Journal<AccountRecord>,
}

/// What a journal has already.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) accounts: BTreeSet<String>,
    /// Whether the turn that reads the organization itself is done.
    pub(crate) has_organization: bool,
}

/// The name of a part's stage, here and in the lake.
pub(crate) fn name(plan: &Plan, shard: Option<u32>) -> String {
    match shard {
        None => plan.run_id.clone(),
        Some(shard) => format!("{}-{}", plan.run_id, shard_name(shard, plan.shards)),
    }
}

impl OpenPart {
    /// Opens the part on this disk, if there is one. While it is open, no other process can open it.
    pub(crate) fn local(crawl: &Crawl, plan: &Plan, shard: Option<u32>) -> Result<Option<Self>, Error> {
        let name = name(plan, shard);
        let directory = crawl.stage_directory.join(&name);
        if Journal::<AccountRecord>::exists(&directory) { Self::open(&directory, name).map(Some) } else { Ok(None) }
    }

    /// Restores the lake's copy of a part that is not on this disk, or creates a new part.
    pub(crate) async fn restore_or_create(crawl: &Crawl, plan: &Plan, shard: Option<u32>) -> Result<Self, Error> {
        let name = name(plan, shard);
        let directory = crawl.stage_directory.join(&name);
        match Self::restore(&crawl.lake, &directory, &name).await? {
            Some(part) => Ok(part),
            None => Self::create(&directory, name, plan, shard),
        }
    }

    /// The lake's copy of a part, in an empty folder; none if there is no copy.
    pub(crate) async fn restore(lake: &Lake, directory: &Path, name: &str) -> Result<Option<Self>, Error> {
        if restore(lake, name, directory).await? { Self::open(directory, name.to_owned()).map(Some) } else { Ok(None) }
    }

    /// Begins a part in a folder of its own.
    pub(crate) fn create(directory: &Path, name: String, plan: &Plan, shard: Option<u32>) -> Result<Self, Error> {
        let about = serde_json::to_value(About { plan: plan.clone(), shard });
        let about = about.map_err(|error| Error::Plan(format!("it cannot be written: {error}")))?;
        let stage = Stage::open(directory)?;
        let journal = Journal::create(&stage, &plan.run_id, about)?;
        Ok(Self { name, stage, journal })
    }

    fn open(directory: &Path, name: String) -> Result<Self, Error> {
        let stage = Stage::open(directory)?;
        let (journal, _) = Journal::open(&stage, |record: &AccountRecord| {
            record.slices.values().flatten().all(|slice| stage.holds(slice))
        })?;
        Ok(Self { name, stage, journal })
    }

    /// What it has done.
    pub(crate) fn done(&self) -> Result<Done, Error> {
        let mut done = Done::default();
        for record in self.journal.records()? {
            let record = record?;
            match record.turn {
                Turn::Account => drop(done.accounts.insert(record.account_id)),
                Turn::Organization(_) => done.has_organization = true,
                Turn::Usage => {}
            }
        }
        Ok(done)
    }

    /// Removes it here and in the lake: what it held is published.
    pub(crate) async fn remove(self, lake: &Lake) -> Result<(), Error> {
        self.stage.remove()?;
        Ok(remove_checkpoint(lake, &self.name).await?)
    }
}
