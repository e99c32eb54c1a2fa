//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use orgcensus_answers::{Format, Which};

const EXIT_CODES: &str = "Exit codes:
  0  whole: published, or answered
  2  bad usage or configuration
  3  published, but below min_coverage
  4  not published, not answered, or not as it was published
  5  another run of this organization is alive
  6  stopped by a signal; what was done is kept, and `crawl --resume` goes on
  7  published, but catalogue or retention failed";

const EXPLAIN_HELP: &str = r#"Examples:
  aws s3api get-bucket-policy --bucket b --query Policy --output text |
    orgcensus explain --resource-account 111122223333 --org-id o-abcdefghij --service s3
  orgcensus explain trust-policy.json --resource-account 111122223333
  orgcensus explain --jsonl < policies.jsonl

With --jsonl each line is an object, and so is each answer; of the context, every key is optional:
  {"id": 1, "policy": {...} or "...", "context": {"resource_account": "111122223333", "org_ids": [],
   "org_accounts": [], "trusted_accounts": [], "trusted_vpcs": [], "trusted_tenants": [], "service": "lambda",
   "resource": "arn:aws:lambda:us-east-1:111122223333:function:f", "function_url_created_at": "2026-02-01"}}
  {"id": 1, "public": false, "external": null, "in_org": false, "flags": [], "reasons": []}
A line that cannot be read gives {"id": 1, "error": "..."}, and the rest goes on. External is null when it cannot be
told: without the resource's account, an account that no list names may be the resource's own. Public is null for a
function's URL of before October 2025, or of unknown age, that only one of its two permissions opens. A policy with an
element that IAM does not have, or an Effect that is neither Allow nor Deny, is an error that names it."#;

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
        orgcensus crawl --config orgcensus.toml --resume --report run.json\n  \
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
    /// Say who can reach what a policy protects, and why. Asks no one: the policy and the flags are all it knows.
    #[command(after_help = EXPLAIN_HELP)]
    Explain(Explain),
    /// Tell Athena and other engines what the lake holds.
    #[command(subcommand)]
    Catalog(Catalog),
    /// List the files of a snapshot, for engines without a catalogue.
    #[command(after_help = "Examples:\n  orgcensus files --table iam_roles\n  \
        orgcensus files --lake s3://bucket/lake --snapshot 2026-11-22 --format json")]
    Files(Files),
    /// List what was published, run by run: its date, its coverage, and what has superseded it.
    #[command(after_help = "Examples:\n  orgcensus snapshots\n  \
        orgcensus snapshots --lake s3://bucket/lake --format json")]
    Snapshots(Snapshots),
    /// Check that a snapshot is what was published: every file's length, hash and rows, and no file besides.
    #[command(after_help = "Examples:\n  orgcensus verify --lake s3://bucket/lake\n  \
        orgcensus verify --snapshot 2026-11-22")]
    Verify(Verify),
    /// Remove snapshots that are older than the retention.
    #[command(after_help = "Examples:\n  orgcensus prune --config orgcensus.toml --dry-run\n  \
        orgcensus prune --lake ./lake --retention-days 30")]
    Prune(Prune),
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

impl Command {
    /// Whether it is a run, whose traces and metrics may be sent.
    pub(crate) fn is_run(&self) -> bool {
        matches!(self, Self::Demo(_) | Self::Crawl(_) | Self::Publish(_))
    }
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
    /// Resume a run although a later one of its day has published.
    #[arg(long, requires = "resume")]
    pub(crate) force: bool,
    /// Crawl one shard of the run that this plan fixes, or what is missing of it, and leave it for `publish`.
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
    /// Member accounts whose role is tried.
    #[arg(long, default_value_t = 3)]
    pub(crate) sample: usize,
}

/// A lake, by its address or by a configuration.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    /// A configuration file, where the bucket needs a role of its own or the catalogue has other names.
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
    /// The lake: a folder or a URL [default: ./lake, or the configuration's]
    #[arg(long, env = "ORGCENSUS_LAKE__URL", hide_env = true)]
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
        /// athena, trino, spark, duckdb; or glue, which prints what `apply` would write, as JSON.
        #[arg(long, default_value = "athena")]
        dialect: String,
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
    /// table, json, csv or parquet.
    #[arg(long, default_value = "table")]
    pub(crate) format: Format,
}

/// `snapshots`
#[derive(Debug, Args)]
pub(crate) struct Snapshots {
    #[command(flatten)]
    pub(crate) place: Place,
    /// table, json, csv or parquet.
    #[arg(long, default_value = "table")]
    pub(crate) format: Format,
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

/// Where answers come from.
#[derive(Debug, Args)]
pub(crate) struct Source {
    #[command(flatten)]
    pub(crate) place: Place,
    /// newest, a date (YYYY-MM-DD) or a run id.
    #[arg(long, default_value = "newest")]
    pub(crate) snapshot: Which,
    /// Fail where a snapshot that is meant is incomplete, instead of warning.
    #[arg(long)]
    pub(crate) require_complete: bool,
}

/// `query`
#[derive(Debug, Args)]
pub(crate) struct Query {
    #[command(flatten)]
    pub(crate) source: Source,
    /// table, json, csv or parquet.
    #[arg(long, default_value = "table")]
    pub(crate) format: Format,
    /// Give up after so many seconds.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) timeout: Option<u64>,
    /// The memory that it may use: half of it for sorts, joins and groups, which go to the disk beyond.
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(64..1 << 24))]
    pub(crate) memory_mib: u64,
    /// This is the process whose memory is bound.
    #[arg(long, hide = true)]
    pub(crate) bounded: bool,
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

/// `explain`
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The policy, a JSON file; standard input if there is none.
    pub(crate) file: Option<PathBuf>,
    /// One policy a line, with its own context; the flags below are for lines that have none.
    #[arg(long)]
    pub(crate) jsonl: bool,
    /// The account that owns the resource.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) resource_account: Option<String>,
    /// An organization of ours; may be repeated, as may those below.
    #[arg(long, value_name = "ID")]
    pub(crate) org_id: Vec<String>,
    /// An account of our organizations.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) org_account: Vec<String>,
    /// An account outside that counts as inside.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) trusted_account: Vec<String>,
    /// A VPC or VPC endpoint that is ours.
    #[arg(long, value_name = "ID")]
    pub(crate) trusted_vpc: Vec<String>,
    /// A tenant of an identity provider that is ours: token.actions.githubusercontent.com/my-org, gitlab.example.com.
    #[arg(long, value_name = "TENANT")]
    pub(crate) trusted_tenant: Vec<String>,
    /// The service that the policy is of: s3, sqs, iam for a role's trust policy, vpce for a VPC endpoint's.
    #[arg(long)]
    pub(crate) service: Option<String>,
    /// When the function's URL was made, a date or a time as RFC 3339 has it; of one that only one of its two permissions
    /// opens, the answer rests on it.
    #[arg(long, value_name = "TIME", value_parser = url_created_at)]
    pub(crate) function_url_created_at: Option<chrono::DateTime<chrono::Utc>>,
    /// The ARN of the resource that the policy is on: a statement that names only other resources then lets nobody in.
    #[arg(long, value_name = "ARN", value_parser = arn)]
    pub(crate) resource: Option<String>,
}

fn url_created_at(text: &str) -> Result<chrono::DateTime<chrono::Utc>, String> {
    orgcensus_policy::url_created_at(text).ok_or_else(|| "neither a date nor a time as RFC 3339 has it".to_owned())
}

fn arn(text: &str) -> Result<String, &'static str> {
    if orgcensus_policy::is_arn(text) { Ok(text.to_owned()) } else { Err("not an ARN") }
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
    /// The key that encrypts the lake, as a full ARN, where the bucket is encrypted with one.
    #[arg(long)]
    pub(crate) kms_key: Option<String>,
    /// Who writes the lake, as the bucket's policy names it.
    #[arg(long, default_value = "arn:aws:iam::111122223333:role/orgcensus")]
    pub(crate) writer: String,
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
    /// The identity that writes the lake and its catalogue.
    Lake,
    /// The policy of the lake's bucket itself.
    Bucket,
}
