//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

mod answers;
mod changes;
mod crawls;
mod history;
mod lakes;
mod may;
mod reach;
mod reports;

pub(crate) use answers::{Accepting, Ask, Diff, Exceptions, Explain, Paging, Query, Shown, Source};
use answers::{DIFF_HELP, EXCEPTIONS_HELP, EXPLAIN_HELP};
use changes::CHANGES_HELP;
pub(crate) use changes::Changes;
pub(crate) use crawls::{ConfigCheck, Configured, Crawl, Demo, Plan, Preflight, Publish, Shard};
use history::HISTORY_HELP;
pub(crate) use history::History;
pub(crate) use lakes::{Catalog, Files, Place, Prune, Snapshots, Verify};
use may::MAY_HELP;
pub(crate) use may::May;
use reach::{WHAT_CAN_HELP, WHO_CAN_HELP};
pub(crate) use reach::{WhatCan, WhoCan};
pub(crate) use reports::{Report, ReportFormat};

use crate::values;

const EXIT_CODES: &str = "Exit codes:
  0  whole: published, or answered
  2  bad usage or configuration
  3  published, but below min_coverage
  4  not published, not answered, or not as it was published
  5  another run of this organization is alive
  6  stopped by a signal; what was done is kept, and `crawl --resume` resumes
     the run
  7  published, but catalogue, retention or report failed
  8  answered, and a rule found what --fail-on says";

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
    #[command(after_help = "Examples:\n  orgcensus crawl --this-account\n  \
        orgcensus crawl --config orgcensus.toml\n  \
        orgcensus crawl --config orgcensus.toml --lake s3://bucket/lake\n  \
        orgcensus crawl --config orgcensus.toml --resume --report run.json\n  \
        orgcensus crawl --config orgcensus.toml --resume-or-start\n  \
        orgcensus crawl --config orgcensus.toml --plan s3://bucket/plan.json \\\n    --shard 0/16")]
    Crawl(Crawl),
    /// Say what a crawl would do, without doing it; or fix a run for many processes.
    #[command(after_help = "Examples:\n  orgcensus plan --config orgcensus.toml\n  \
        orgcensus plan --config orgcensus.toml --out s3://bucket/plan.json \\\n    --shards 16")]
    Plan(Plan),
    /// Publish the shards of a planned run as one snapshot.
    #[command(after_help = "Example:\n  orgcensus publish --config orgcensus.toml --plan s3://bucket/plan.json")]
    Publish(Publish),
    /// Check credentials, the organization, a sample of roles and the lake, and say how to mend what fails.
    Preflight(Preflight),
    /// Ask the newest snapshot in SQL.
    #[command(
        after_help = "Examples:\n  orgcensus query \"SELECT region, COUNT(*) FROM ec2_instances GROUP BY 1\"\n  \
        orgcensus query --snapshot 2026-11-22 --format csv \\\n    \"SELECT * FROM coverage WHERE NOT is_complete\""
    )]
    Query(Query),
    /// Ask shipped questions.
    #[command(
        after_help = "Examples:\n  orgcensus ask F\n  orgcensus ask F3 F15 --format json\n  orgcensus ask F9 --cases\n  orgcensus ask E\n  orgcensus ask --framework cis\n  orgcensus ask --list\n  orgcensus ask B6 --sql"
    )]
    Ask(Ask),
    /// Say what differs between two snapshots: what appeared, is gone, was changed, and what was not seen.
    #[command(after_help = DIFF_HELP)]
    Diff(Diff),
    /// Ask rules of change what happened between two snapshots: users, keys, MFA, policies, open groups, roles' trust.
    #[command(after_help = CHANGES_HELP)]
    Changes(Changes),
    /// Say what happened to one resource, principal or account over all snapshots: when it appeared, each change, when
    /// it was not seen, when it was gone.
    #[command(after_help = HISTORY_HELP)]
    History(History),
    /// Say what the accepted exceptions do: how many cases each is about, which have expired, which are about nothing.
    #[command(after_help = EXCEPTIONS_HELP)]
    Exceptions(Exceptions),
    /// Write a report: one page for a browser, that needs no network and no other file.
    #[command(after_help = "Examples:\n  orgcensus report --out report.html\n  \
        orgcensus report --lake s3://bucket/lake --unit Root/Workloads\n  \
        orgcensus report --split-by unit --out reports\n  orgcensus report --format md")]
    Report(Report),
    /// Say who can reach what a policy protects, and why. Asks no one: the policy and the flags are all it knows.
    #[command(after_help = EXPLAIN_HELP)]
    Explain(Explain),
    /// Say whether requests are allowed, by all policies of the organization that each comes with. Asks no one: the line
    /// is all it knows.
    #[command(after_help = MAY_HELP)]
    May(May),
    /// Say who can do an action on a resource, in the whole organization, and by which roles they get there.
    #[command(after_help = WHO_CAN_HELP)]
    WhoCan(WhoCan),
    /// Say what a principal can do, and on what: directly, and by the roles that it can assume.
    #[command(after_help = WHAT_CAN_HELP)]
    WhatCan(WhatCan),
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
    /// Check a configuration without AWS, and print every value with where it came from.
    #[command(subcommand)]
    Config(ConfigCheck),
    /// Print a least-privilege policy: for the members' role, for the crawl's own identity, for the lake, or to tell of
    /// runs. Or the version of the members' role.
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

    /// Whether it answers people, at a length that nobody knows before.
    pub(crate) fn is_paged(&self) -> bool {
        match self {
            Self::Query(it) => it.shown.is_paged() && it.timeout.is_none() && !it.bounded,
            Self::Ask(it) => it.format.is_for_people() && it.paging.is_paged(),
            Self::Diff(it) => it.shown.is_paged(),
            Self::Changes(it) => it.shown.is_paged(),
            Self::History(it) => it.shown.is_paged(),
            Self::Exceptions(it) => it.shown.is_paged(),
            Self::Files(it) => it.shown.is_paged(),
            Self::Snapshots(it) => it.shown.is_paged(),
            Self::WhoCan(it) => it.shown.is_paged(),
            Self::WhatCan(it) => it.shown.is_paged(),
            Self::Tables(it) => it.paging.is_paged(),
            _ => false,
        }
    }
}

/// `tables`
#[derive(Debug, Args)]
pub(crate) struct Tables {
    /// One table, with its columns.
    pub(crate) name: Option<String>,
    /// Everything, as Markdown.
    #[arg(long)]
    pub(crate) markdown: bool,
    /// Every type of resource that can have a policy: its tier, the collector that reads it, and what that calls.
    #[arg(long, conflicts_with_all = ["name", "markdown"])]
    pub(crate) policies: bool,
    /// Every collector: where it runs, the tables that it fills, and what it costs if it is off by default.
    #[arg(long, conflicts_with_all = ["name", "markdown", "policies"])]
    pub(crate) collectors: bool,
    #[command(flatten)]
    pub(crate) paging: Paging,
}

/// `role`
#[derive(Debug, Args)]
pub(crate) struct Role {
    /// Whose.
    pub(crate) whose: Whose,
    /// The members' role, as the policy for `management` names it.
    #[arg(long, default_value = "orgcensus", value_parser = values::role_name)]
    pub(crate) role_name: String,
    /// The lake's bucket, and its prefix if it has one: bucket/prefix, or s3://bucket/prefix.
    #[arg(long, default_value = values::BUCKET, value_parser = values::place)]
    pub(crate) bucket: String,
    /// The key that encrypts the lake, or the topic, as a full ARN, where there is one.
    #[arg(long, value_parser = values::key)]
    pub(crate) kms_key: Option<String>,
    /// The event bus or the topic that is told of runs, as a full ARN.
    #[arg(long, value_name = "ARN", value_parser = values::notified, required_if_eq("whose", "notify"))]
    pub(crate) target: Option<String>,
    /// Who writes the lake, as the bucket's policy names it.
    #[arg(long, default_value = "arn:aws:iam::111122223333:role/orgcensus", value_parser = values::identity)]
    pub(crate) writer: String,
    /// The partition.
    #[arg(long, default_value = "aws", value_parser = values::PARTITIONS)]
    pub(crate) partition: String,
}

/// Whose permissions are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Whose {
    /// The role in every member account. A list of policies where one would be too long for IAM.
    Member,
    /// The version of that role, for its tag orgcensus:version. It tells which actions the role lacks later.
    Version,
    /// The identity that reads the organization and assumes the members' role.
    Management,
    /// The identity that writes the lake and its catalogue.
    Lake,
    /// The identity that tells one event bus or topic of runs: what `[notify]` needs.
    Notify,
    /// The policy of the lake's bucket itself.
    Bucket,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn what_help_shows_as_it_stands_fits_80_columns() {
        let mut commands = vec![Arguments::command()];
        let mut shown = 0;
        while let Some(command) = commands.pop() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            for line in help.lines().filter(|line| !line.is_empty()) {
                // Any other line is a paragraph, which is broken where the terminal ends, and nowhere else.
                let is_right = match line.starts_with(' ') {
                    true => line.chars().count() <= 80,
                    false => line.ends_with(['.', ':']),
                };
                assert!(is_right, "{}: {line}", command.get_name());
                shown += 1;
            }
            commands.extend(command.get_subcommands().cloned());
        }
        assert!(shown > 100, "{shown}");
    }
}
