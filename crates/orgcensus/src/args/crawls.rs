//! The commands that crawl, and what they share.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::values;

/// Where the demo's snapshots go.
const DEMO_LAKE: &str = "./demo-lake";

/// `demo`
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Accounts of the simulated organization.
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) accounts: u64,
    /// The seed from which it is made.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The lake: a folder or a URL. It is one of its own, so that no simulated organization is beside a real one.
    #[arg(long, default_value = DEMO_LAKE, value_parser = values::lake)]
    pub(crate) lake: String,
    /// Also into a lake that holds another organization.
    #[arg(long)]
    pub(crate) force: bool,
}

/// Commands that need a configuration.
#[derive(Debug, Args)]
pub(crate) struct Configured {
    /// The configuration file; config/orgcensus.example.toml has every key. Only `crawl --this-account` needs none.
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
    /// The lake, instead of the configuration's.
    #[arg(long, value_parser = values::lake)]
    pub(crate) lake: Option<String>,
    /// One endpoint for all AWS services, instead of the configuration's.
    #[arg(long)]
    pub(crate) endpoint_url: Option<String>,
}

/// `crawl`
#[derive(Debug, Args)]
pub(crate) struct Crawl {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// Read the account of the credentials alone, with these credentials: no role, no configuration file, and of
    /// Organizations one call, which asks whether there is an organization.
    #[arg(long, conflicts_with = "plan")]
    pub(crate) this_account: bool,
    /// Resume a run that was stopped or killed: the one named, or the newest. Does the missing work, and publishes.
    #[arg(long, value_name = "RUN", num_args = 0..=1, conflicts_with = "plan")]
    pub(crate) resume: Option<Option<String>>,
    /// For schedules: resume the newest unfinished run of this configuration, if it began less than 24 hours ago and no
    /// newer one is published; else begin one. A second try then resumes what the first one left.
    #[arg(long, conflicts_with_all = ["resume", "plan"])]
    pub(crate) resume_or_start: bool,
    /// Resume a run although a later one of its day has published; put accounts alone into a lake that holds an
    /// organization, or an organization into one that holds accounts alone.
    #[arg(long)]
    pub(crate) force: bool,
    /// Crawl one shard of the run that this plan fixes, or the part of it that is missing, and leave it for `publish`.
    #[arg(long, value_name = "URL")]
    pub(crate) plan: Option<String>,
    /// Which shard, counted from 0: 3/16, or 3. Else from AWS_BATCH_JOB_ARRAY_INDEX or JOB_COMPLETION_INDEX.
    #[arg(long, value_name = "I/N", requires = "plan")]
    pub(crate) shard: Option<Shard>,
    /// Write the run's report to this file too; the lake has it under _runs/ in any case.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// The run's moment instead of now, in milliseconds since 1970: for tests.
    #[arg(long, hide = true)]
    pub(crate) captured_at: Option<i64>,
}

/// `plan`
#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// Fix the run and write its plan to this file or URL, for `crawl --plan` and `publish --plan`.
    #[arg(long, value_name = "URL", requires = "shards")]
    pub(crate) out: Option<String>,
    /// How many processes will crawl it.
    #[arg(long, value_name = "N", requires = "out", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) shards: Option<u32>,
    /// On a terminal too, let the table be as wide as its cells; else its columns shrink.
    #[arg(long, conflicts_with = "out")]
    pub(crate) wide: bool,
    /// The run's moment instead of now, in milliseconds since 1970: for tests.
    #[arg(long, hide = true)]
    pub(crate) captured_at: Option<i64>,
}

/// `publish`
#[derive(Debug, Args)]
pub(crate) struct Publish {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// The plan of the run.
    #[arg(long, value_name = "URL")]
    pub(crate) plan: String,
    /// Publish although shards are missing; in coverage their accounts are skipped.
    #[arg(long)]
    pub(crate) allow_missing: bool,
    /// Write the run's report to this file too; the lake has it under _runs/ in any case.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

/// `3/16`, or `3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shard {
    /// Which, from 0.
    pub(crate) index: u32,
    /// Of how many, if it is said.
    pub(crate) of: Option<u32>,
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| text.parse().map_err(|_| format!("expected I/N, as in 3/16, found {text:?}"));
        match text.split_once('/') {
            None => Ok(Self { index: number(text)?, of: None }),
            Some((index, of)) => Ok(Self { index: number(index)?, of: Some(number(of)?) }),
        }
    }
}

/// `preflight`
#[derive(Debug, Args)]
pub(crate) struct Preflight {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// Member accounts whose role is tried: at random, of as many units as there are.
    #[arg(long, default_value_t = 3)]
    pub(crate) sample: usize,
    /// How long all checks may take together; what has not answered by then has failed.
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) within: u64,
}

/// `config`
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCheck {
    /// Print the value of every key and where it came from: a line of the file, a variable, or the default. External ids
    /// and addresses that are secrets are shown as `set`.
    #[command(after_help = "Examples:\n  orgcensus config check --config orgcensus.toml\n  \
        ORGCENSUS_SELECT__REGIONS=eu-west-1,us-east-1 orgcensus config check")]
    Check {
        /// The configuration file; else the environment alone.
        #[arg(long)]
        config: Option<PathBuf>,
    },
}
