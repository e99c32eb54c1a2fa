//! The crawl: which work there is, doing it within bounds, and what became of each task. Names no collector and prints
//! nothing: it takes a list of collectors and emits events.
//!
//! ```text
//! plan      who and when, fixed before the first account   part     a process's share of it: a stage and its journal
//! work      accounts in parallel, each one a commit        account  its tasks
//! task      session -> rows -> stage -> outcome            derivation  rows of rows, by a list
//! publish   compact, upload, commit                        shards   many parts, one snapshot
//!           before the commit                              materialization  tables of the files, by a list
//! ```

mod account;
mod account_rows;
mod check;
mod context;
mod coverage;
mod derivation;
mod error;
mod event;
mod journal;
mod last_complete;
mod materialization;
mod organization_rows;
mod organization_tasks;
mod outcome;
mod part;
mod plan;
mod previous;
mod publish;
mod regions;
mod role_actions;
mod role_version;
mod roster;
mod run;
mod scratch;
mod selection;
mod shards;
mod spans;
mod tables;
mod tags;
mod task;
mod task_record;
mod unfinished;
mod usage;
mod waiting;
mod work;
mod writing;

pub use account::REGIONS;
pub use account_rows::AccountRows;
pub use check::{Findings, one_role_for_many};
pub use context::{Bounds, Crawl, Stop, never};
pub use coverage::{Tally, TaskCoverage};
pub use derivation::{Derivation, Derive, Derived, Staged, StagedResources};
pub use error::{Error, way_out};
pub use event::{Event, Listener};
pub use journal::{AccountRecord, Readings};
pub use materialization::{
    Failed, MATERIALIZATIONS, Materialization, Materialize, MaterializedTable, Placed, PlacedRows,
};
pub use outcome::Outcome;
pub use plan::{Plan, shard_name};
pub use previous::Previous;
pub use regions::KnownRegions;
pub use role_actions::{RoleActions, RolesBehind};
pub use role_version::{ROLE_VERSION_TAG, role_version};
pub use roster::Roster;
pub use run::{Report, resume, resume_anyway, resume_or_run, run};
pub use scratch::ScratchRows;
pub use selection::{Matcher, Selection};
pub use shards::{ShardReport, crawl_shard, publish_shards};
pub use tables::{rests_on, tables};
pub use task_record::TaskRecord;
pub use usage::ApiUsage;
