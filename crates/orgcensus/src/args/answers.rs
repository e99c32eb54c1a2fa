//! The commands that answer: from a snapshot, or from a policy alone.

use std::path::PathBuf;

use clap::Args;
use orgcensus_answers::{Format, Which};

use super::Place;
use crate::values;

pub(super) const EXPLAIN_HELP: &str = concat!(
    r#"Examples:
  aws s3api get-bucket-policy --bucket b --query Policy --output text |
    orgcensus explain --resource-account 111122223333 --service s3
  orgcensus explain trust-policy.json --resource-account 111122223333
  orgcensus explain --jsonl < policies.jsonl

With --jsonl each line is an object, and so is each answer; of the context, every key is optional:
  {"id": 1, "policy": {...} or "...",
   "context": {"resource_account": "111122223333", "org_ids": [],
   "org_accounts": [], "trusted_accounts": [], "trusted_vpcs": [],
   "trusted_tenants": [], "service": "lambda",
   "resource": "arn:aws:lambda:us-east-1:111122223333:function:f",
   "function_url_created_at": "2026-02-01"}}
  {"id": 1, "public": false, "external": null, "in_org": false, "flags": [],
   "reasons": []}
"#,
    "A line that cannot be read gives {\"id\": 1, \"error\": \"...\"}; the others are still answered. External is null \
     when it cannot be told: without the resource's account, an account that no list names may be the resource's own. \
     Public is null for a function's URL of before October 2025, or of unknown age, that only one of its two \
     permissions opens. A policy with an element that IAM does not have, or an Effect that is neither Allow nor Deny, \
     is an error that names it."
);

pub(super) const DIFF_HELP: &str = "\
Examples:
  orgcensus diff
  orgcensus diff iam_users iam_roles --from 2026-11-21 --to 2026-11-22
  orgcensus diff --summary

Rows are matched by their table's key (`orgcensus tables TABLE`). Columns that only tell the time, as age_days and \
captured_at do, are not compared, nor is a column that only one snapshot has. The column change says:
  appeared      the older snapshot saw that the row was not there
  gone          all collectors of the table were complete in the row's account
                and region, both times; for a derived row in all accounts
  changed       a column, what it was, what it is now
  unknown       a value is null because it was not read, or because a verdict
                is not known
  not_seen      the other snapshot may have missed the row; reason says whose
                task, and how it ended
  account_left  the organization no longer lists the account, or lists it as
                closed
  region_off    the account has switched the region off";

pub(super) const EXCEPTIONS_HELP: &str = concat!(
    r#"A file of exceptions has a section for each:
  [[exception]]
  of = ["F9", "D17"]             # ids of questions and rules
  account = "111122223333"       # patterns: * is any letters, ? is one
  resource = "arn:aws:s3:::site-*"
  principal = "break-glass"
  reason = "its password is in the safe"
  by = "ana@example.com"
  since = 2026-11-01             # optional
  until = 2027-03-31             # the last day
"#,
    "Of the patterns one must tell cases apart. What was made after `since` under the same name is not accepted. The \
     day is that of the snapshot. `ask --cases` then has the columns case_state and exception, `ask` of a fact \
     accepted_count, and `changes` state and exception; --fail-on counts what is active. Nothing is left out.",
    r#"

Examples:
  orgcensus exceptions --exceptions exceptions.toml
  orgcensus ask F9 --cases --exceptions exceptions.toml
  orgcensus ask F9 --cases --since 2026-11-01"#
);

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

/// How an answer is written.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Shown {
    /// table, lines (one for each cell), json, csv or parquet.
    #[arg(long, default_value = "table")]
    pub(crate) format: Format,
    /// On a terminal too, let a table be as wide as its cells; else its columns shrink, and if they are too many each
    /// cell is a line.
    #[arg(long)]
    pub(crate) wide: bool,
    #[command(flatten)]
    pub(crate) paging: Paging,
}

impl Shown {
    /// Whether it may be paged: people read it.
    pub(super) fn is_paged(self) -> bool {
        self.format.is_for_people() && self.paging.is_paged()
    }
}

/// Whether a long answer is paged.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Paging {
    /// Never page. Else what is longer than the terminal is shown by $PAGER, or by less where there is one.
    #[arg(long)]
    no_pager: bool,
}

impl Paging {
    pub(super) fn is_paged(self) -> bool {
        !self.no_pager
    }
}

/// What somebody accepts.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Accepting {
    /// A file of accepted exceptions, instead of the configuration's: each case then says whether it is accepted.
    #[arg(long, value_name = "FILE")]
    pub(crate) exceptions: Option<PathBuf>,
}

/// `query`
#[derive(Debug, Args)]
pub(crate) struct Query {
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// Give up after so many seconds. Such an answer is not paged: reading takes time too.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) timeout: Option<u64>,
    /// The memory that it may use: half of it for sorts, joins and groups, which go to the disk beyond.
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(64..1 << 24))]
    pub(crate) memory_mib: u64,
    /// This is the process whose memory is bound.
    #[arg(long, hide = true)]
    pub(crate) bounded: bool,
    /// Its output is shown on a terminal so many letters wide.
    #[arg(long, hide = true, requires = "bounded")]
    pub(crate) columns: Option<usize>,
    /// One query.
    pub(crate) sql: String,
}

/// `ask`
#[derive(Debug, Args)]
pub(crate) struct Ask {
    #[command(flatten)]
    pub(crate) source: Source,
    /// table, lines (one for each cell), json or csv; table or json where the answer is a line for each control or anti-pattern.
    #[arg(long, default_value = "table")]
    pub(crate) format: Format,
    /// On a terminal too, let a table be as wide as its cells; else its columns shrink, and if they are too many each
    /// cell is a line.
    #[arg(long)]
    pub(crate) wide: bool,
    #[command(flatten)]
    pub(crate) paging: Paging,
    /// Print the SQL instead of asking: portable statements, each ended by a semicolon.
    #[arg(long)]
    pub(crate) sql: bool,
    /// Print the ids and titles instead of asking.
    #[arg(long, conflicts_with_all = ["sql", "cases"])]
    pub(crate) list: bool,
    /// List the subjects that are so, and those that may be so, instead of their number.
    #[arg(long)]
    pub(crate) cases: bool,
    /// With the cases of an older snapshot that are none any more: newest, a date (YYYY-MM-DD) or a run id.
    #[arg(long, value_name = "SNAPSHOT", requires = "cases", conflicts_with = "sql")]
    pub(crate) since: Option<Which>,
    #[command(flatten)]
    pub(crate) accepting: Accepting,
    /// Say of each control of a framework whether it fails, passes, is unknown or is not covered: cis (the newest),
    /// cis-6.0, fsbp, well-architected. Asks with the numbers that are shipped, and not with a configuration's.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["sql", "list", "cases", "ids"])]
    pub(crate) framework: Option<String>,
    /// Also the questions of this folder's .sql files, which have the form of the shipped ones [default: none, or the
    /// configuration's]
    #[arg(long, value_name = "DIR")]
    pub(crate) questions: Option<PathBuf>,
    /// Ids of questions. A part's letter means all questions of the part; no id means all questions. E alone is the list
    /// of 21 anti-patterns, a line for each.
    pub(crate) ids: Vec<String>,
}

/// `exceptions`
#[derive(Debug, Args)]
pub(crate) struct Exceptions {
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    pub(crate) accepting: Accepting,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// `diff`
#[derive(Debug, Args)]
pub(crate) struct Diff {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The older snapshot: newest, a date (YYYY-MM-DD) or a run id [default: the newest complete one of an earlier date]
    #[arg(long, value_name = "SNAPSHOT")]
    pub(crate) from: Option<Which>,
    /// The newer snapshot.
    #[arg(long, value_name = "SNAPSHOT", default_value = "newest")]
    pub(crate) to: Which,
    /// Fail where one of the snapshots is incomplete, instead of warning.
    #[arg(long)]
    pub(crate) require_complete: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// Count the differences by table and kind, instead of listing them.
    #[arg(long)]
    pub(crate) summary: bool,
    /// Tables; none means all but api_usage, and those that are made of others: can_assume, can_become, changes,
    /// critical_access, effective_access, exceptions, facts, first_seen, guardrail_stops, materializations.
    #[arg(value_name = "TABLE")]
    pub(crate) tables: Vec<String>,
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
    #[arg(long, value_name = "ACCOUNT", value_parser = values::account)]
    pub(crate) resource_account: Option<String>,
    /// An organization of ours; may be repeated, as may those below.
    #[arg(long, value_name = "ID", value_parser = values::organization)]
    pub(crate) org_id: Vec<String>,
    /// An account of our organizations.
    #[arg(long, value_name = "ACCOUNT", value_parser = values::account)]
    pub(crate) org_account: Vec<String>,
    /// An account outside that counts as inside.
    #[arg(long, value_name = "ACCOUNT", value_parser = values::account)]
    pub(crate) trusted_account: Vec<String>,
    /// A VPC or VPC endpoint that is ours.
    #[arg(long, value_name = "ID", value_parser = values::network)]
    pub(crate) trusted_vpc: Vec<String>,
    /// A tenant of an identity provider that is ours: token.actions.githubusercontent.com/my-org, gitlab.example.com.
    #[arg(long, value_name = "TENANT")]
    pub(crate) trusted_tenant: Vec<String>,
    /// The service that the policy is of: s3, sqs, iam for a role's trust policy, vpce for a VPC endpoint's.
    #[arg(long, value_parser = values::service)]
    pub(crate) service: Option<String>,
    /// When the function's URL was made, as a date or a time of RFC 3339. The answer depends on it if a policy grants
    /// only one of the URL's two permissions.
    #[arg(long, value_name = "TIME", value_parser = url_created_at)]
    pub(crate) function_url_created_at: Option<chrono::DateTime<chrono::Utc>>,
    /// The ARN of the resource that the policy is on: a statement that names only other resources then lets nobody in.
    #[arg(long, value_name = "ARN", value_parser = values::arn)]
    pub(crate) resource: Option<String>,
}

fn url_created_at(text: &str) -> Result<chrono::DateTime<chrono::Utc>, String> {
    orgcensus_policy::url_created_at(text).ok_or_else(|| "neither a date nor a time as RFC 3339 has it".to_owned())
}
