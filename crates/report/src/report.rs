//! A report: what the sections say of a snapshot, and the two forms in which it is written.

use std::collections::BTreeMap;

use orgcensus_answers::Snapshot;
use orgcensus_lake::{Commit, Lake};

use crate::asked::Asked;
use crate::model::Section;
use crate::{Page, Part, Result, html, markdown, sections};

/// What a report is made with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// The numbers that questions ask with, by name, where they are not those of their files.
    pub thresholds: BTreeMap<String, u32>,
    /// Of how many older snapshots the facts are read, to show how these went.
    pub past_max: usize,
    /// What share of a part's planned tasks must be complete, 0 to 1. Of a whole snapshot its commit says it.
    pub min_coverage: f64,
}

/// What is said of a snapshot, or of a part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub(crate) title: String,
    /// The part in words, where it is not the whole.
    pub(crate) part: Option<String>,
    pub(crate) sections: Vec<Section>,
}

impl Report {
    /// Asks for all that it says.
    pub async fn read(lake: &Lake, snapshot: &Snapshot, part: &Part, options: &Options) -> Result<Self> {
        let asked = Asked::new(lake, snapshot, part, options).await?;
        let sections = sections::read(&asked).await?;
        Ok(Self { title: title(snapshot.commits()), part: part.words(), sections })
    }

    /// The page, cut if it would be longer than so many bytes.
    pub fn html(&self, bytes_max: usize) -> Page {
        html::page(self, bytes_max)
    }

    /// The short form: five lines, whether it can be trusted, what changed, the facts, the list of ten minutes.
    pub fn markdown(&self) -> String {
        markdown::text(self)
    }
}

/// `Census of o-a1b2c3d4e5, 2026-11-22`
fn title(commits: &[Commit]) -> String {
    let names: Vec<_> = commits.iter().map(|it| format!("{}, {}", it.organization_id, it.snapshot_date)).collect();
    format!("Census of {}", names.join("; "))
}
