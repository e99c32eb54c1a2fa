//! The commands about a lake: what it holds, whether it is whole, what other engines are told of it.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use orgcensus_answers::Which;

use super::{Shown, Source};
use crate::values;

/// A lake, by its address or by a configuration.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    /// A configuration file, where the bucket needs a role of its own or the catalogue has other names.
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
    /// The lake: a folder or a URL [default: ./lake, or the configuration's]
    #[arg(long, env = "ORGCENSUS_LAKE__URL", hide_env = true, value_parser = values::lake)]
    pub(crate) lake: Option<String>,
    /// One endpoint for all AWS services, instead of the configuration's.
    #[arg(long)]
    pub(crate) endpoint_url: Option<String>,
}

/// `catalog`
#[derive(Debug, Subcommand)]
pub(crate) enum Catalog {
    /// Print the statements that make databases, tables and views.
    #[command(after_help = "Examples:\n  orgcensus catalog print --lake s3://bucket/lake --dialect athena\n  \
        orgcensus catalog print --dialect duckdb | duckdb census.db")]
    Print {
        #[command(flatten)]
        place: Place,
        /// For whom; glue prints what `apply` would write, as JSON.
        #[arg(long, default_value = "athena", value_parser = ["athena", "trino", "spark", "duckdb", "glue"])]
        dialect: String,
        /// For Athena: where a trail of the organization writes, s3://bucket/prefix. Prints the table cloudtrail_events
        /// over its files, and the view trail_activity with the columns of the table activity.
        #[arg(long)]
        trail: Option<String>,
    },
    /// Write databases, tables, partitions and views to AWS Glue; does only what is missing.
    #[command(after_help = "Example:\n  orgcensus catalog apply --config orgcensus.toml --dry-run")]
    Apply {
        #[command(flatten)]
        place: Place,
        /// Say what would change and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

/// `files`
#[derive(Debug, Args)]
pub(crate) struct Files {
    #[command(flatten)]
    pub(crate) source: Source,
    /// One table; else all.
    #[arg(long)]
    pub(crate) table: Option<String>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// `snapshots`
#[derive(Debug, Args)]
pub(crate) struct Snapshots {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// `verify`
#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) place: Place,
    /// newest, a date (YYYY-MM-DD) or a run id.
    #[arg(long, default_value = "newest")]
    pub(crate) snapshot: Which,
}

/// `prune`
#[derive(Debug, Args)]
pub(crate) struct Prune {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Days to keep, instead of the configuration's.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) retention_days: Option<u32>,
    /// Say what would go and remove nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}
