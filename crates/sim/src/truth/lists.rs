//! The answers to the questions that are lists.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The cases of each question. A case is a list of names, for example the ARN of a resource and a principal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Lists(BTreeMap<&'static str, BTreeSet<Vec<String>>>);

impl Lists {
    /// Adds a case.
    pub(crate) fn add<const N: usize>(&mut self, question: &'static str, case: [&String; N]) {
        self.0.entry(question).or_default().insert(case.map(String::clone).to_vec());
    }

    /// The questions that have cases here.
    pub fn questions(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    /// The cases of a question; empty if it has none.
    pub fn of(&self, question: &str) -> BTreeSet<Vec<String>> {
        self.0.get(question).cloned().unwrap_or_default()
    }
}
