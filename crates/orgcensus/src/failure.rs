//! Exit codes, and errors with their causes.

use orgcensus_crawl::Error as RunError;

/// Exit codes, as `--help` and the README list them.
pub(crate) mod exit {
    /// Published, and enough of what was planned is complete.
    pub(crate) const WHOLE: u8 = 0;
    /// The command line or the configuration cannot be used.
    pub(crate) const USAGE: u8 = 2;
    /// Published, but below `min_coverage`.
    pub(crate) const BELOW_MIN_COVERAGE: u8 = 3;
    /// Nothing was published, or nothing could be answered.
    pub(crate) const NOT_PUBLISHED: u8 = 4;
    /// Another run of this organization is alive.
    pub(crate) const HELD: u8 = 5;
    /// A signal stopped the run; it can be resumed.
    pub(crate) const STOPPED: u8 = 6;
    /// Published, but the catalogue does not show it, what is too old was not removed, or its page was not written.
    pub(crate) const NOT_SHOWN: u8 = 7;
    /// A rule of change found something that is as bad as `--fail-on` says, or worse.
    pub(crate) const PRIORITY_REACHED: u8 = 8;
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The command line or the configuration cannot be used.
    #[error("{0}")]
    Usage(String),
    /// A question cannot be answered, for a reason that a better command line would mend.
    #[error("failed to {}", orgcensus_aws::with_causes(.0))]
    Question(orgcensus_answers::Error),
    /// The snapshot is incomplete, and the caller asked for a complete one.
    #[error("failed to find what --require-complete asks for: {0}")]
    Incomplete(String),
    /// The snapshot is not what was published.
    #[error("failed to verify: {findings} of the things that were looked at are not as they were published")]
    Damaged {
        /// How many.
        findings: usize,
    },
    /// It needs more time or memory than it was given.
    #[error("failed to {0}")]
    Bound(String),
    /// There is nothing there to work on.
    #[error("failed to {0}")]
    Nothing(String),
    /// AWS cannot be reached as configured.
    #[error("failed to {doing}: {source}")]
    Aws {
        /// What the program was doing.
        doing: &'static str,
        /// What AWS said.
        source: orgcensus_aws::Error,
    },
    /// There is no report.
    #[error("failed to {0}")]
    Report(#[from] orgcensus_report::Error),
    /// The lake cannot be used.
    #[error("failed to {}", orgcensus_aws::with_causes(.0))]
    Lake(#[from] orgcensus_lake::Error),
    /// The catalogue cannot be printed or written.
    #[error("failed to {0}")]
    Catalog(#[from] orgcensus_catalog::Error),
    /// What follows a publication failed.
    #[error(
        "the snapshot is published, but what follows {0}; `orgcensus catalog apply`, `orgcensus prune` and \
         `orgcensus report` do it again"
    )]
    NotShown(Box<Failure>),
    /// The run published nothing.
    #[error("failed to {0}")]
    Run(#[from] RunError),
    /// The run published nothing, and what it did is kept.
    #[error("failed to {source}\nwhat was done is kept; resume with: {command}")]
    Kept {
        /// Why.
        source: RunError,
        /// The command that resumes the run.
        command: String,
    },
    /// Standard output is gone or full.
    #[error("failed to write the output: {0}")]
    Output(#[from] std::io::Error),
}

impl From<orgcensus_answers::Error> for Failure {
    fn from(error: orgcensus_answers::Error) -> Self {
        use orgcensus_answers::Error::{UnknownFramework, UnknownQuestion, UnknownRule};
        match error {
            // What was asked for is a word of the command line.
            UnknownQuestion { .. } | UnknownRule { .. } | UnknownFramework { .. } => {
                Self::Usage(format!("failed to {error}"))
            }
            error => Self::Question(error),
        }
    }
}

impl Failure {
    /// Whether the output could not be written.
    pub(crate) fn is_of_output(&self) -> bool {
        matches!(self, Self::Output(_) | Self::Question(orgcensus_answers::Error::Write(_)))
    }

    /// The program's exit code.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Report(orgcensus_report::Error::NoSuchPart { .. }) => exit::USAGE,
            Self::Run(source) | Self::Kept { source, .. } => match source {
                RunError::NothingSelected(_) | RunError::Selection(_) => exit::USAGE,
                RunError::Held(_) => exit::HELD,
                RunError::Stopped(_) => exit::STOPPED,
                _ => exit::NOT_PUBLISHED,
            },
            Self::NotShown(_) => exit::NOT_SHOWN,
            Self::Incomplete(_) | Self::Damaged { .. } | Self::Bound(_) | Self::Nothing(_) => exit::NOT_PUBLISHED,
            Self::Report(_)
            | Self::Catalog(_)
            | Self::Question(_)
            | Self::Aws { .. }
            | Self::Lake(_)
            | Self::Output(_) => exit::NOT_PUBLISHED,
        }
    }
}
