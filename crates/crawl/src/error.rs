//! Why a run publishes nothing.

use orgcensus_aws::Class;
use orgcensus_aws::organization::IN_NO_ORGANIZATION;

/// Why a run published nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The organization could not be read.
    #[error("read the organization: {error}{out}", error = .0, out = way_out(.0))]
    Organization(orgcensus_aws::Error),
    /// Nothing is left of the organization once the selection is applied.
    #[error("find work: the selection takes no account of organization {0}")]
    NothingSelected(String),
    /// The selection, or another setting about the organization, names something that is not there.
    #[error("find work: {0}")]
    Selection(String),
    /// Another run of this organization is alive.
    #[error("begin: {0}")]
    Held(orgcensus_lake::Error),
    /// The stage or the lake failed.
    #[error("{}", orgcensus_aws::with_causes(.0))]
    Lake(#[source] orgcensus_lake::Error),
    /// The stage failed under a task.
    #[error(transparent)]
    Task(#[from] orgcensus_collect::Error),
    /// A derivation uses a table that it does not declare: a bug.
    #[error("derive {derivation}: it {what} {table} and does not say so")]
    Undeclared {
        /// Its name.
        derivation: &'static str,
        /// reads or writes.
        what: &'static str,
        /// The table's name.
        table: &'static str,
    },
    /// A row does not fit its table: a bug.
    #[error(transparent)]
    Row(#[from] orgcensus_row::Error),
    /// The lock was not renewed for so long that others take this run for dead.
    #[error("keep the lock: no heartbeat reached the lake for {seconds} s: {last}")]
    Unheard {
        /// How long.
        seconds: u64,
        /// Why the last one did not.
        last: String,
    },
    /// A plan, or a run's journal, that this version cannot use.
    #[error("use the plan: {0}")]
    Plan(String),
    /// There is no run to resume.
    #[error("resume: {0}")]
    NothingToResume(String),
    /// A later run of its day is published.
    #[error("resume: {0}")]
    Outdated(String),
    /// The planned run is published: what a shard would do now, nobody would see.
    #[error("crawl the shard: {0}")]
    Published(String),
    /// It was asked to stop; what it did is kept.
    #[error("finish run {0}: it was asked to stop")]
    Stopped(String),
    /// Shards are missing, and the caller did not allow that.
    #[error("publish: {0}")]
    Missing(String),
    /// A worker ended in a panic: a bug.
    #[error("finish account {0}: its worker panicked")]
    Panicked(String),
}

/// What to do about an organization that cannot be read, in words that follow the error's.
pub fn way_out(error: &orgcensus_aws::Error) -> &'static str {
    if error.is(&[IN_NO_ORGANIZATION]) {
        return "; this account is in no organization: `orgcensus crawl --this-account` reads it alone";
    }
    match error.class {
        Class::Denied | Class::DeniedByScp => {
            "; crawl from the management account or a delegated administrator, list accounts in [organization] accounts, \
             or read this account alone with `orgcensus crawl --this-account`"
        }
        _ => "",
    }
}

impl From<orgcensus_lake::Error> for Error {
    fn from(error: orgcensus_lake::Error) -> Self {
        match error {
            orgcensus_lake::Error::Held(_) | orgcensus_lake::Error::Busy { .. } => Self::Held(error),
            error => Self::Lake(error),
        }
    }
}
