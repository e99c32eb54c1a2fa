//! What is known of the event that made a change, and why nobody is named.

use std::fmt;

/// By what an event is known that may have made a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MadeBy {
    /// Its names: CreateUser.
    pub(crate) events: Vec<&'static str>,
    /// What it was about, all of it: ARNs, ids, names. Empty: the account.
    pub(crate) about: Vec<String>,
}

/// Why a change has no actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoActor {
    /// Nobody read events where this one would be recorded.
    NotRead,
    /// Those just after the older row were not read, so a second one may fit.
    ReadSinceLater,
    /// The row was read later than the events were, so a second one may fit.
    RowReadLater,
    /// No event fits.
    NoneFits,
    /// More than one event fits.
    SeveralFit,
    /// An event fits, and names nobody.
    NotSaid,
}

impl fmt::Display for NoActor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotRead => "no events were read",
            Self::ReadSinceLater => "events were read since a later moment only",
            Self::RowReadLater => "the row was read later than the events",
            Self::NoneFits => "none of the events that were read fits",
            Self::SeveralFit => "several of the events that were read fit",
            Self::NotSaid => "its event does not say",
        })
    }
}
