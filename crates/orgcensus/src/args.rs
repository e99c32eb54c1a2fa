//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use orgcensus_answers::{Format, Which};

const EXIT_CODES: &str = "Exit codes:
  0  whole: published, or answered
  2  bad usage or configuration
  3  published, but below min_coverage
  4  not published, or not answered
  5  another run of this organization is alive
  6  stopped by a signal; what was done is kept, and `crawl --resume` goes on";

/// A census of an AWS organization, as Parquet that Athena reads.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Crawl a simulated organization and answer the yearly study's questions: no AWS account needed.
    #[command(after_help = "Example:\n  orgcensus demo --accounts 100 --seed 7")]
    Demo(Demo),
    /// Crawl the organization and publish a snapshot.
    #[command(after_help = "Examples:\n  orgcensus crawl --config orgcensus.toml\n  \
        orgcensus crawl --config orgcensus.toml --lake s3://bucket/lake\n  \
        orgcensus crawl --config orgcensus.toml --resume\n  \
        orgcensus crawl --config orgcensus.toml --plan s3://bucket/plan.json --shard 0/16")]
    Crawl(Crawl),
    /// Say what a crawl would do, without doing it; or fix a run for many processes.
    #[command(after_help = "Examples:\n  orgcensus plan --config orgcensus.toml\n  \
        orgcensus plan --config orgcensus.toml --out s3://bucket/plan.json --shards 16")]
    Plan(Plan),
    /// Publish the shards of a planned run as one snapshot.
    #[command(after_help = "Example:\n  orgcensus publish --config orgcensus.toml --plan s3://bucket/plan.json")]
    Publish(Publish),
    /// Check credentials, the organization, a sample of roles and the lake, and say how to mend what fails.
    Preflight(Preflight),
    /// Ask the newest snapshot in SQL.
    #[command(
        after_help = "Examples:\n  orgcensus query \"SELECT region, COUNT(*) FROM ec2_instances GROUP BY 1\"\n  \
        orgcensus query --snapshot 2026-11-22 --format csv \"SELECT * FROM coverage WHERE NOT is_complete\""
    )]
    Query(Query),
    /// Ask shipped questions.
    #[command(after_help = "Examples:\n  orgcensus ask F\n  orgcensus ask F3 F15 --format json")]
    Ask(Ask),
    /// Describe the tables, or one table's columns.
    Tables(Tables),
    /// Print a least-privilege policy: for the members' role, for the crawl's own identity, or for the lake.
    Role(Role),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// `demo`
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Accounts of the simulated organization.
    #[arg(long, default_value_t = 40)]
    pub(crate) accounts: u64,
    /// The seed from which it is made.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The lake: a folder or a URL.
    #[arg(long, default_value = "./lake")]
    pub(crate) lake: String,
}

/// Commands that need a configuration.
#[derive(Debug, Args)]
pub(crate) struct Configured {
    /// The configuration file; config/orgcensus.example.toml has every key.
    #[arg(long)]
    pub(crate) config: PathBuf,
    /// The lake, instead of the configuration's.
    #[arg(long)]
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
    /// Go on with a run that was stopped or killed: the one named, or the newest. Does what is missing, and publishes.
    #[arg(long, value_name = "RUN", num_args = 0..=1, conflicts_with = "plan")]
    pub(crate) resume: Option<Option<String>>,
    /// Crawl one shard of the run that this plan fixes, or what is missing of it, and leave it for `publish`.
    #[arg(long, value_name = "URL")]
    pub(crate) plan: Option<String>,
    /// Which shard, counted from 0: 3/16, or 3. Else from AWS_BATCH_JOB_ARRAY_INDEX or JOB_COMPLETION_INDEX.
    #[arg(long, value_name = "I/N", requires = "plan")]
    pub(crate) shard: Option<Shard>,
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
    /// Publish although shards are missing; coverage says of their accounts that they were skipped.
    #[arg(long)]
    pub(crate) allow_missing: bool,
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
    /// Member accounts whose role is tried.
    #[arg(long, default_value_t = 3)]
    pub(crate) sample: usize,
}

/// Where answers come from.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// The lake: a folder or a URL.
    #[arg(long, env = "ORGCENSUS_LAKE__URL", default_value = "./lake")]
    pub(crate) lake: String,
    /// newest, a date (YYYY-MM-DD) or a run id.
    #[arg(long, default_value = "newest")]
    pub(crate) snapshot: Which,
}

/// `query`
#[derive(Debug, Args)]
pub(crate) struct Query {
    #[command(flatten)]
    pub(crate) source: Source,
    /// table, json, csv or parquet.
    #[arg(long, default_value = "table")]
    pub(crate) format: Format,
    /// One query.
    pub(crate) sql: String,
}

/// `ask`
#[derive(Debug, Args)]
pub(crate) struct Ask {
    #[command(flatten)]
    pub(crate) source: Source,
    /// table, json or csv.
    #[arg(long, default_value = "table")]
    pub(crate) format: Format,
    /// Print the SQL instead of asking.
    #[arg(long)]
    pub(crate) sql: bool,
    /// Ids of questions; a part's letter means all of the part, nothing means all there are.
    pub(crate) ids: Vec<String>,
}

/// `tables`
#[derive(Debug, Args)]
pub(crate) struct Tables {
    /// One table, with its columns.
    pub(crate) name: Option<String>,
    /// Everything, as Markdown.
    #[arg(long)]
    pub(crate) markdown: bool,
}

/// `role`
#[derive(Debug, Args)]
pub(crate) struct Role {
    /// Whose.
    pub(crate) whose: Whose,
    /// The members' role, as the policy for `management` names it.
    #[arg(long, default_value = "orgcensus")]
    pub(crate) role_name: String,
    /// The lake's bucket, and its prefix if it has one: bucket/prefix.
    #[arg(long, default_value = "BUCKET")]
    pub(crate) bucket: String,
    /// The partition.
    #[arg(long, default_value = "aws")]
    pub(crate) partition: String,
}

/// Whose permissions are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Whose {
    /// The role in every member account.
    Member,
    /// The identity that reads the organization and assumes the members' role.
    Management,
    /// The identity that writes the lake.
    Lake,
}
