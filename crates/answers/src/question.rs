//! A shipped question, as its file says it. `statement` has the SQL that is made of it.

use crate::extent::ACCOUNT;
use crate::{Control, Threshold};

/// A shipped question.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// `F3`.
    pub id: &'static str,
    /// The letter of its part.
    pub part: &'static str,
    /// What is asked. Thresholds stand in it by their names: `filled` has their numbers.
    pub title: &'static str,
    /// What its answer looks like.
    pub kind: Kind,
    /// The tables that the file's query reads.
    pub tables: Vec<String>,
    /// The collectors that matter, where they are not all of those that its tables rest on.
    pub rests_on: Vec<&'static str>,
    /// The numbers that a site may change.
    pub thresholds: Vec<Threshold>,
    /// The controls that a list answers; those of a fact are its shares'.
    pub controls: Vec<Control>,
    /// The file's query: of a fact the subjects, of a list the rows. Thresholds stand in it by their names.
    pub sql: &'static str,
}

/// What the answer to a question looks like.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A few rows of numbers, of the same columns for every question: a part, the whole, the percentage. The file's
    /// query has a row for each subject, and a boolean that says whether it is so.
    Fact {
        /// The columns that name a subject.
        subject: Vec<&'static str>,
        /// The answer's rows.
        shares: Vec<Share>,
    },
    /// Every case, one a row, however many there are. The columns are the question's own.
    List {
        /// The columns that name a row.
        key: Vec<&'static str>,
    },
}

/// One row of a fact: how many of a population are so.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// Of what it is a share.
    pub of: Population,
    /// The column that says which subjects are in the population; none means all.
    pub within: Option<&'static str>,
    /// The column that says whether a subject is so. Null is unknown.
    pub is_so: &'static str,
    /// `study` for the yearly study's definition, `lake` for the stricter verdict, or another word that tells the row
    /// apart.
    pub definition: &'static str,
    /// What is counted, in words.
    pub fact: &'static str,
    /// What one must know to read it.
    pub caveat: Option<&'static str>,
    /// The study's percentage of 2022, by its table.
    pub study: Option<f64>,
    /// The same by the study's text, where the two differ.
    pub study_text: Option<f64>,
    /// The controls that it answers.
    pub controls: Vec<Control>,
}

/// A population.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Population {
    /// The subjects themselves.
    Subjects(&'static str),
    /// The subjects by the values of a column: each value is a population.
    Each(&'static str),
    /// Organizations with at least one subject that is so. `organizations` are all of the lake; under any other name
    /// only those that have a subject.
    Organizations(&'static str),
}

impl Question {
    /// The number behind the part's letter.
    pub(crate) fn number(&self) -> u32 {
        self.id[self.part.len()..].parse().unwrap_or_default()
    }

    /// Whether the subjects of a fact are of accounts, and not of organizations alone.
    pub(crate) fn names_accounts(&self) -> bool {
        matches!(&self.kind, Kind::Fact { subject, .. } if subject.contains(&ACCOUNT))
    }

    /// Whether its answer is a list.
    pub fn is_list(&self) -> bool {
        matches!(self.kind, Kind::List { .. })
    }
}
