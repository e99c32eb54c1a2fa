//! Whether a case is accepted. Pure: the exceptions, a case and a day in; a state and why out.

use super::{Case, Day, Exception, Exceptions};

/// The state of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseState {
    /// Nobody accepts it, or no longer.
    Active,
    /// An exception accepts it.
    Accepted,
    /// It was a case in an older snapshot, and is none any more.
    Resolved,
}

impl CaseState {
    /// The column's value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Accepted => "accepted",
            Self::Resolved => "resolved",
        }
    }
}

/// Whether an exception that is about a case holds for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// Its last day is over.
    Expired,
    /// It begins later.
    NotYet,
    /// What it was about is gone: this was made later and has its name.
    Replaced,
    /// It holds.
    InForce,
}

/// What the exceptions say of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement<'a> {
    /// Whether it is accepted.
    pub state: CaseState,
    /// The exception that decides, or would if it held, and whether it does. None if none is about the case.
    pub by: Option<(&'a Exception, Hold)>,
    /// When what the case is about was made.
    made_on: Option<&'a Day>,
}

impl Exceptions {
    /// Judges a case of a question or a rule as of a day. If several exceptions are about it, one that holds decides;
    /// of two that do, the one that holds longer.
    pub fn judge<'a>(&'a self, id: &str, case: &Case<'a>, on: &Day) -> Judgement<'a> {
        let fitting = self.all().iter().filter(|exception| exception.fits(id, case));
        let held = fitting.map(|exception| (exception, exception.hold(on, case.made_on)));
        let by = held.reduce(|best, it| {
            let order = |(exception, hold): &(&'a Exception, Hold)| (*hold, exception.until.clone());
            if order(&it) > order(&best) { it } else { best }
        });
        let is_accepted = by.is_some_and(|(_, hold)| hold == Hold::InForce);
        let state = if is_accepted { CaseState::Accepted } else { CaseState::Active };
        Judgement { state, by, made_on: case.made_on }
    }
}

impl Exception {
    /// Whether it holds on a day for something that was made on another one.
    pub fn hold(&self, on: &Day, made_on: Option<&Day>) -> Hold {
        let since = self.since.as_ref();
        if *on > self.until {
            Hold::Expired
        } else if since.is_some_and(|since| on < since) {
            Hold::NotYet
        } else if since.zip(made_on).is_some_and(|(since, made)| made > since) {
            Hold::Replaced
        } else {
            Hold::InForce
        }
    }
}

impl Judgement<'_> {
    /// Who accepts the case, why and until when; or why an exception that is about it does not. None if there is none.
    pub fn words(&self) -> Option<String> {
        let (exception, hold) = self.by?;
        let Exception { by, reason, until, .. } = exception;
        let since = exception.since.as_ref().map_or("", Day::as_str);
        Some(match hold {
            Hold::InForce => format!("accepted by {by} until {until}: {reason}"),
            Hold::Expired => format!("expired: accepted by {by} until {until}: {reason}"),
            Hold::NotYet => format!("not yet: accepted by {by} from {since}: {reason}"),
            Hold::Replaced if self.made_on == Some(&Day::last()) => {
                format!("perhaps replaced: too much was made since {since}, when {by} accepted it, to know: {reason}")
            }
            Hold::Replaced => {
                let made = self.made_on.map_or("", Day::as_str);
                format!("replaced: made on {made}, and {by} accepted another of its name on {since}: {reason}")
            }
        })
    }
}
