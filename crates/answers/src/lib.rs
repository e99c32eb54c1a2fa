//! Answers: embedded SQL over a published snapshot, and the questions that are shipped with it.
//!
//! A [`Snapshot`] shows the tables of a lake under their plain names (`FROM iam_users`), and all snapshots in the
//! schema `orgcensus_history`: the names that Athena shows, so that SQL runs here and there unchanged. The manifests
//! say which files a table has; folders are never listed. Nothing here can change a lake: only queries run.
//!
//! A question is one file of `config/questions`, a rule of change one of `config/rules`; CONTRIBUTING describes their
//! form. A site may add its own (`own_files`).
//!
//! What is absent: this crate knows no collector and no AWS. The manifests say which collectors a table rests on. Its
//! tests alone take rows from the crates that have them.

mod answer;
mod ask;
mod athena;
#[cfg(test)]
mod cases;
mod cells;
mod changes;
mod checked_files;
mod column_type;
mod config_file;
mod controls;
mod counting;
mod diff;
mod error;
mod exceptions;
mod extent;
mod fitted;
mod format;
mod history;
mod life;
mod lines;
mod nearest;
mod own_files;
mod published_table;
mod question;
mod question_file;
mod questions;
mod rests_on;
mod rule;
mod rule_file;
mod rules;
mod snapshot;
mod sql_text;
mod standing;
mod statement;
mod tasks;
#[cfg(test)]
mod testing;
mod thresholds;
mod which;

pub use answer::Answer;
pub use ask::{ask, ask_cases, ask_cases_since, ask_json, cases_json, cases_json_since, coverage_of, coverage_percent};
pub use changes::{Changes, Events, Found, Told, changes_sql};
pub use config_file::FileError;
pub use controls::{Control, Framework};
pub use counting::Counting;
pub use diff::{Carried, CarriedOf, Change, Diff, Difference, Pair};
pub use error::{Error, Result};
pub use exceptions::{
    Accepted, Case, CaseState, Day, Exception, ExceptionError, Exceptions, Hold, Judgement, Pattern, UNUSED_DAYS, Use,
    uses, uses_batch, uses_of_the_day,
};
pub use extent::Extent;
pub use format::{Format, format, format_within};
pub use life::{Event, Life, Subject};
pub use lines::{Line, framework_json, lines_json, lines_of, ten_minutes};
pub use nearest::{nearest, nearest_behind, nearest_in_words};
pub use own_files::TableSchemas;
pub use question::{Kind, Population, Question, Share};
pub use questions::{add_questions, own_questions, questions, select, threshold_names};
pub use rests_on::RestsOn;
pub use rule::{Priority, Rule};
pub use rules::{add_rules, rules, select_rules};
pub use snapshot::{Bounds, Snapshot};
pub use standing::{Place, Standing, State};
pub use thresholds::Threshold;
pub use which::Which;
