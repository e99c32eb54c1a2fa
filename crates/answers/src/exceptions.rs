//! Accepted exceptions: cases that somebody has looked at and lets be, why, and until when.
//!
//! A file names them. Nothing is left out for their sake: a case that is accepted is still a case and says so, and a
//! fact says how many of those that it counts are accepted. The day is the snapshot's and not the clock's, so the same
//! lake and file always say the same.
//!
//! ```text
//! file      the file's text -> exceptions, or what is wrong with it, and where
//! pattern   what a name must look like; whether that says anything at all
//! case      the columns of a row -> what it is about
//! judge     a case and a day -> active or accepted, and why
//! accepted  the exceptions on the day of a snapshot; made: when resources were made that have the name of an older one
//! beside    the rows of an answer -> the same with their state, or with how many are accepted
//! counted   the cases of a fact -> how many of each share are accepted
//! resolved  the cases of an older snapshot -> those that are none any more
//! uses      all exceptions -> what each of them does, and which does nothing; tally: their cases, counted
//! rows      that as rows, and in words
//! ```

mod accepted;
mod beside;
mod case;
mod counted;
mod day;
mod file;
mod judge;
mod made;
mod pattern;
mod resolved;
mod rows;
mod tally;
#[cfg(test)]
mod tests;
mod uses;

pub use accepted::Accepted;
pub(crate) use beside::{Beside, text_columns};
pub use case::Case;
pub(crate) use case::NameColumns;
pub(crate) use counted::Counts;
pub use day::Day;
pub use file::ExceptionError;
pub use judge::{CaseState, Hold, Judgement};
pub use pattern::Pattern;
pub(crate) use resolved::resolved;
pub use rows::uses_batch;
pub use uses::{UNUSED_DAYS, Use, uses, uses_of_the_day};

use crate::Extent;
use crate::extent::is_account;

/// An exception, as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The line where it begins.
    pub line: usize,
    /// The questions and rules whose cases it accepts.
    pub of: Vec<String>,
    /// Whose cases: an account's id. None means any account's.
    pub account: Option<Pattern>,
    /// What the cases are about. None means anything.
    pub resource: Option<Pattern>,
    /// Who is let in, or whose credentials they are. None means anyone.
    pub principal: Option<Pattern>,
    /// Why they are accepted.
    pub reason: String,
    /// Who accepts them.
    pub by: String,
    /// The day since which they are accepted. What was made later is something else, whatever it is called.
    pub since: Option<Day>,
    /// The last day on which they are accepted.
    pub until: Day,
}

/// The exceptions of a file, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exceptions(Vec<Exception>);

impl Exceptions {
    /// Reads a file's text. `name` is what errors call it, `known` are the ids of all questions and rules.
    pub fn parse(text: &str, name: &str, known: &[&str]) -> Result<Self, ExceptionError> {
        file::parse(text, name, known).map(Self)
    }

    /// All of them.
    pub fn all(&self) -> &[Exception] {
        &self.0
    }

    /// Whether one of them is about this question or rule.
    pub fn names(&self, id: &str) -> bool {
        self.0.iter().any(|exception| exception.names(id))
    }
}

impl Exception {
    /// Whether it is about this question or rule.
    pub fn names(&self, id: &str) -> bool {
        self.of.iter().any(|it| it == id)
    }

    /// Whether it may be about something in these accounts: by its pattern of accounts, or by the account in its
    /// resource's ARN. One that says neither may be.
    pub(crate) fn may_be_in(&self, extent: &Extent) -> bool {
        let of_resource =
            self.resource.as_ref().and_then(|it| it.as_str().split(':').nth(4)).filter(|it| is_account(it));
        match (&self.account, of_resource) {
            (Some(account), _) => extent.ids().any(|id| account.fits(id)),
            (None, Some(id)) => extent.has(id),
            (None, None) => true,
        }
    }

    /// Whether it is about this case, on whatever day.
    pub fn fits(&self, id: &str, case: &Case<'_>) -> bool {
        let among = |pattern: &Option<Pattern>, names: &[&str]| {
            pattern.as_ref().is_none_or(|pattern| names.iter().any(|name| pattern.fits(name)))
        };
        let account: Vec<&str> = case.account_id.into_iter().collect();
        self.names(id)
            && among(&self.account, &account)
            && among(&self.resource, &case.resources)
            && among(&self.principal, &case.principals)
    }

    /// What it accepts, in words: `account 111122223333, resource arn:aws:s3:::site-*`.
    pub fn what(&self) -> String {
        let named = [("account", &self.account), ("resource", &self.resource), ("principal", &self.principal)];
        let words = named.iter().filter_map(|(what, pattern)| Some(format!("{what} {}", pattern.as_ref()?.as_str())));
        words.collect::<Vec<_>>().join(", ")
    }
}
