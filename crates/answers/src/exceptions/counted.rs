//! How many of the cases that a fact counts are accepted.

use std::collections::BTreeMap;

use arrow::record_batch::RecordBatch;

use super::Accepted;
use super::beside::CASE_STATE;
use crate::cells::{text_batch, text_schema};
use crate::extent::ACCOUNT;
use crate::question::{Kind, Population, Share};
use crate::standing::cell;
use crate::statement::accounts_instead;
use crate::{CaseState, Question, Result, Snapshot, ask_cases};

/// How many of each share of a fact are accepted. Without exceptions about the question none are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts(Option<Vec<Tally>>);

/// The accepted ones of a share.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tally {
    definition: String,
    count: Count,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Count {
    /// Subjects of a population.
    Subjects { population: String, accepted: u64 },
    /// Subjects by the value of a column.
    Each { column: &'static str, accepted: BTreeMap<String, u64> },
    /// The cases' cells do not say to which population they belong.
    Unknown,
    /// Organizations, and their accounts in the row beside: one is accepted if all its cases are.
    Places([Places; 2]),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Places {
    population: String,
    column: &'static str,
    /// Whether all cases of a place are accepted.
    are_accepted: BTreeMap<String, bool>,
}

impl Counts {
    /// Of a snapshot that has exceptions: its cases say their state.
    pub(crate) async fn of(snapshot: &Snapshot, question: &Question, accepted: &Accepted) -> Result<Self> {
        let Kind::Fact { subject, shares } = &question.kind else { return Ok(Self::default()) };
        if !accepted.exceptions().names(question.id) {
            return Ok(Self::default());
        }
        let mut tallies: Vec<Tally> = shares.iter().map(|share| Tally::of(question, subject, share)).collect();
        let mut answer = ask_cases(snapshot, question).await?;
        let schema = text_schema(&answer.schema());
        while let Some(batch) = answer.next().await? {
            let batch = text_batch(&batch, &schema)?;
            for row in 0..batch.num_rows() {
                tallies.iter_mut().zip(shares).for_each(|(tally, share)| tally.add(share, &batch, row));
            }
        }
        Ok(Self(Some(tallies)))
    }

    /// Of a row of the fact; none if it is not known.
    pub(crate) fn of_row(&self, population: &str, definition: &str) -> Option<u64> {
        let Some(tallies) = &self.0 else { return Some(0) };
        let of_definition = tallies.iter().filter(|tally| tally.definition == definition);
        let counts: Vec<&Count> = of_definition.map(|tally| &tally.count).collect();
        // The values of a column may be anything, so a population of this name comes first.
        let named = counts.iter().find_map(|count| count.of_population(population));
        named.or_else(|| counts.iter().find_map(|count| count.of_value(population)))
    }
}

impl Tally {
    fn of(question: &Question, subject: &[&str], share: &Share) -> Self {
        let count = match share.of {
            Population::Subjects(population) => {
                Count::Subjects { population: question.filled(population), accepted: 0 }
            }
            Population::Each(column) if subject.contains(&column) => Count::Each { column, accepted: BTreeMap::new() },
            Population::Each(_) => Count::Unknown,
            Population::Organizations(population) => {
                let of = |population: &str, column| Places {
                    population: question.filled(population),
                    column,
                    are_accepted: BTreeMap::new(),
                };
                Count::Places([of(population, "organization_id"), of(&accounts_instead(population), ACCOUNT)])
            }
        };
        Self { definition: question.filled(share.definition), count }
    }

    /// Counts a case if it is one of this share, and is so.
    fn add(&mut self, share: &Share, batch: &RecordBatch, row: usize) {
        let is_true = |column: &str| cell(batch, column, row) == Some("true");
        if !share.within.is_none_or(is_true) || !is_true(share.is_so) {
            return;
        }
        let is_accepted = cell(batch, CASE_STATE, row) == Some(CaseState::Accepted.as_str());
        match &mut self.count {
            Count::Subjects { accepted, .. } => *accepted += u64::from(is_accepted),
            Count::Each { column, accepted } => {
                let value = cell(batch, column, row).unwrap_or_default();
                *accepted.entry(value.to_owned()).or_default() += u64::from(is_accepted);
            }
            Count::Unknown => {}
            Count::Places(places) => {
                for place in places {
                    if let Some(id) = cell(batch, place.column, row) {
                        *place.are_accepted.entry(id.to_owned()).or_insert(true) &= is_accepted;
                    }
                }
            }
        }
    }
}

impl Count {
    fn of_population(&self, wanted: &str) -> Option<u64> {
        match self {
            Self::Subjects { population, accepted } => (population == wanted).then_some(*accepted),
            Self::Each { .. } | Self::Unknown => None,
            Self::Places(places) => {
                let place = places.iter().find(|place| place.population == wanted)?;
                Some(place.are_accepted.values().filter(|is_accepted| **is_accepted).count() as u64)
            }
        }
    }

    fn of_value(&self, wanted: &str) -> Option<u64> {
        match self {
            Self::Each { accepted, .. } => Some(accepted.get(wanted).copied().unwrap_or_default()),
            _ => None,
        }
    }
}
