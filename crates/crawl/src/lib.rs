//! The crawl: which work there is, doing it within bounds, and what became of each task. Names no collector and prints
//! nothing: it takes a list of collectors and emits events.
//!
//! ```text
//! plan      accounts x collectors, pure          run      accounts in parallel, tasks in each account
//! task      session -> rows -> stage -> outcome  derive   what only the whole organization knows
//! publish   compact, upload, commit
//! ```

mod account;
mod context;
mod coverage;
mod derive;
mod event;
mod journal;
mod organization_rows;
mod organization_tasks;
mod outcome;
mod publish;
mod run;
mod selection;
mod tables;
mod task;

pub use context::{Bounds, Crawl};
pub use coverage::{Coverage, Tally};
pub use derive::{AccountPolicy, ExternalAccess, PolicyPrincipal, ResourceAccess};
pub use event::{Event, Listener};
pub use journal::{AccountRecord, TaskRecord};
pub use outcome::Outcome;
pub use run::{Error, Report, run};
pub use selection::{Matcher, Selection};
pub use tables::tables;
