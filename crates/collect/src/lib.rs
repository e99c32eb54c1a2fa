//! The contract of a collector: what it declares, where its rows go, how its failures are told.
//!
//! A collector loops over no accounts or regions, retries nothing, sleeps only where AWS makes a job wait, takes no
//! permit and logs no error. It knows neither the lake nor the crawl.

mod activity;
mod collector;
mod error;
mod keys;
mod policy;
mod rows;
mod said;
mod share;
pub mod testing;

pub use activity::ActivityWindow;
pub use collector::{Collector, Runs, Scope};
pub use error::{Error, Optional};
pub use orgcensus_aws::{Class, Pages, Read, Session, client, read, timestamp};
pub use orgcensus_calls::{Call, Moment, call, operation};
pub use orgcensus_policy::{Gate, PolicyKind, ResourceKind, kinds};
pub use policy::{
    Language, POLICY_TABLE_NAMES, POLICY_TABLES, Policy, PolicyDocument, PolicyDocumentRef, PolicyStatement,
    PolicyStatementRef, PolicyText,
};
pub use rows::{Finished, Missed, Rows, Sink};
pub use said::Said;
pub use share::{Share, Sharee};
