//! One file a command.

pub(crate) mod ask;
pub(crate) mod catalog;
pub(crate) mod changes;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod crawl;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod exceptions;
pub(crate) mod explain;
pub(crate) mod files;
pub(crate) mod history;
pub(crate) mod lines;
pub(crate) mod may;
pub(crate) mod plan;
pub(crate) mod preflight;
pub(crate) mod prune;
pub(crate) mod publish;
pub(crate) mod query;
pub(crate) mod reach;
pub(crate) mod report;
pub(crate) mod role;
pub(crate) mod snapshots;
pub(crate) mod source;
pub(crate) mod tables;
pub(crate) mod verify;
