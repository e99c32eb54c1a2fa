//! How a task ended.

use orgcensus_aws::{Class, Error};
use serde::{Deserialize, Serialize};

/// How a task ended. Every task ends in exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All was read.
    Complete,
    /// Something that was listed could not be read; what could be is there.
    Partial,
    /// A service control policy forbids it.
    DeniedByScp,
    /// The role may not.
    Denied,
    /// The account's role could not be assumed; AWS does not say whether it is missing or refuses.
    RoleNotAssumable,
    /// AWS lets nobody into the account.
    AccountSuspended,
    /// The account's sign-up was never finished.
    AccountPending,
    /// The account has the region switched off.
    RegionDisabled,
    /// The service is not in that region.
    Unsupported,
    /// This program cannot read it, wherever it runs; or it is the organization's, and accounts alone are read.
    Unread,
    /// AWS throttled until the attempts ran out.
    ThrottledOut,
    /// It took longer than it may.
    TimedOut,
    /// Anything else: the code and the message say what.
    Failed,
    /// The run ended before its turn.
    Skipped,
}

impl Outcome {
    /// Every outcome, the best first.
    pub const ALL: [Self; 14] = [
        Self::Complete,
        Self::Partial,
        Self::DeniedByScp,
        Self::Denied,
        Self::RoleNotAssumable,
        Self::AccountSuspended,
        Self::AccountPending,
        Self::RegionDisabled,
        Self::Unsupported,
        Self::Unread,
        Self::ThrottledOut,
        Self::TimedOut,
        Self::Failed,
        Self::Skipped,
    ];

    /// The column's value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::DeniedByScp => "denied_by_scp",
            Self::Denied => "denied",
            Self::RoleNotAssumable => "role_not_assumable",
            Self::AccountSuspended => "account_suspended",
            Self::AccountPending => "account_pending",
            Self::RegionDisabled => "region_disabled",
            Self::Unsupported => "unsupported",
            Self::Unread => "unread",
            Self::ThrottledOut => "throttled_out",
            Self::TimedOut => "timed_out",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// Whether the task counts as planned work. It does not if AWS or the owner has switched off what it reads. An
    /// account whose sign-up was never finished does not count either: its owner cannot use it, and AWS says so in the
    /// list of accounts, not by an error. Nor does what this program can never read: it would be a gap in every run.
    pub fn is_planned(self) -> bool {
        let is_off = matches!(self, Self::AccountSuspended | Self::AccountPending | Self::RegionDisabled);
        !is_off && !matches!(self, Self::Unsupported | Self::Unread)
    }

    /// Whether its rows are published.
    pub fn keeps_rows(self) -> bool {
        matches!(self, Self::Complete | Self::Partial)
    }

    /// The outcome of a task that an error ended.
    pub fn of(error: &Error) -> Self {
        match error.class {
            Class::DeniedByScp => Self::DeniedByScp,
            Class::Denied => Self::Denied,
            Class::Throttled => Self::ThrottledOut,
            Class::TimedOut => Self::TimedOut,
            Class::Unsupported => Self::Unsupported,
            // An error alone does not say that a region is off; the account's list of regions does: see `task`.
            Class::Rejected | Class::NotFound | Class::Failed => Self::Failed,
        }
    }

    /// The outcome of all of an account's tasks when entering the account failed.
    pub fn of_entering(error: &Error) -> Self {
        match error.class {
            Class::Denied | Class::DeniedByScp => Self::RoleNotAssumable,
            Class::Throttled => Self::ThrottledOut,
            Class::TimedOut => Self::TimedOut,
            Class::Rejected | Class::Unsupported | Class::NotFound | Class::Failed => Self::Failed,
        }
    }
}
