//! Answers: embedded SQL over a published snapshot, and the questions that are shipped with it.
//!
//! A [`Snapshot`] shows the tables of a lake under their plain names (`FROM iam_users`), and all snapshots in the
//! schema `orgcensus_history`: the names that Athena shows, so that SQL runs here and there unchanged. Which files a
//! table has is said by the manifests, never by a listing. Nothing here can change a lake: only queries run.
//!
//! What is absent: this crate knows no collector and no AWS. The questions are SQL files in `config/questions`.

mod answer;
mod ask;
mod cells;
mod checked_files;
mod column_type;
mod error;
mod format;
mod history;
#[cfg(test)]
mod misconfigurations;
mod published_table;
mod question;
mod questions;
mod snapshot;
#[cfg(test)]
mod testing;
mod which;

pub use answer::Answer;
pub use ask::{ask, ask_json, coverage_percent};
pub use error::{Error, Result};
pub use format::{Format, format};
pub use question::{Question, Shape, select};
pub use questions::QUESTIONS;
pub use snapshot::{Bounds, Snapshot};
pub use which::Which;
