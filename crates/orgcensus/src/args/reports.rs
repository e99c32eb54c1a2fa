//! The command that writes a page.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Accepting, Source};

/// `report`
#[derive(Debug, Args)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    pub(crate) accepting: Accepting,
    /// Where it goes, - for standard output; with --split-by a folder [default: report.html, reports, or with
    /// --format md standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<String>,
    /// Only these accounts, by their ids.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Vec<String>,
    /// Only these organizational units, by id or path, with all below them: ou-ab12-cd34, Root/Workloads.
    #[arg(long, value_name = "UNIT")]
    pub(crate) unit: Vec<String>,
    /// A report for each unit that has accounts, of the accounts directly in it: none shows another one's.
    #[arg(long, value_name = "WHAT", conflicts_with_all = ["account", "unit"])]
    pub(crate) split_by: Option<SplitBy>,
    /// Also the questions of this folder's .sql files, in a section of their own [default: none, or the
    /// configuration's]
    #[arg(long, value_name = "DIR")]
    pub(crate) questions: Option<PathBuf>,
    /// html, or md: the short form for chats and summaries.
    #[arg(long, default_value = "html")]
    pub(crate) format: ReportFormat,
    /// Older snapshots whose facts are read, to show how these went; 0: none.
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub(crate) past: usize,
    /// The longest page, in mebibytes: a longer one is cut and says so.
    #[arg(long, value_name = "MIB", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1024))]
    pub(crate) max_mib: u64,
}

/// What has a report of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SplitBy {
    /// An organizational unit.
    Unit,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// One page.
    Html,
    /// Markdown.
    Md,
}

impl ReportFormat {
    /// How the names of its files end.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Md => "md",
        }
    }
}
