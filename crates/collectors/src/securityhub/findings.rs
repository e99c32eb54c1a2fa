//! What Security Hub CSPM has found: GetFindings, page after page up to a bound. No call counts findings, so all of them
//! are read, and none is kept. Then the same of what the hub has of others, with ListFindingAggregators and
//! GetFindingAggregator.

mod gathered;
mod tally;
#[cfg(test)]
mod tests;

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::Serialize;

use super::hubs::aggregator;
use super::{BoundedPages, Page, about, is_off};
pub use gathered::GatheredFindings;
use tally::{Finding, Tally};

const LIST: Read<Page<Finding>> = reads("securityhub", "GetFindings");

/// The findings about one account and region: one row for each where Security Hub CSPM is on.
#[derive(Debug, Serialize, Row)]
#[row(table = "securityhub_finding_counts")]
pub struct FindingCounts {
    /// Findings of severity CRITICAL that are open: active, neither suppressed nor resolved, of no check that passed.
    /// Null: there were too many to read.
    pub critical_count: Option<i64>,
    /// The same of severity HIGH.
    pub high_count: Option<i64>,
    /// The same of severity MEDIUM.
    pub medium_count: Option<i64>,
    /// The same of severity LOW.
    pub low_count: Option<i64>,
    /// The same of severity INFORMATIONAL, and of those that have none.
    pub informational_count: Option<i64>,
    /// How many findings were read, the passed ones among them.
    pub read_count: i64,
    /// Why the counts are null: too_many_findings. Null: all were read.
    pub reason: Option<String>,
}

/// The score of one standard in one account and region, from the findings about them.
#[derive(Debug, Serialize, Row)]
#[row(table = "securityhub_scores", key = "standards_id")]
pub struct Score {
    /// The standard with its version, standards/aws-foundational-security-best-practices/v/1.0.0.
    pub standards_id: String,
    /// Controls all of whose findings passed. Null: there were too many findings to read.
    pub passed_control_count: Option<i32>,
    /// Controls with a finding that failed.
    pub failed_control_count: Option<i32>,
    /// Controls none of whose findings failed, and one of which is neither passed nor failed.
    pub unknown_control_count: Option<i32>,
    /// Passed controls in percent of those that have findings which are active and not suppressed. Null: there were too
    /// many findings to read.
    pub score_percent: Option<f64>,
    /// Why the numbers are null: too_many_findings. Null: all were read.
    pub reason: Option<String>,
}

/// The findings about one account and region, counted.
pub const FINDINGS: Collector = Collector {
    name: "securityhub_findings",
    scope: Scope::Region,
    runs: Runs::IfNamed(
        "1 call for each hundred findings of each account and region, at most 100, at 3 a second; as many again where a \
         hub has findings of others",
    ),
    calls: &[LIST.call(), aggregator::LIST.call(), aggregator::GET.call()],
    resources: &[],
    tables: &[table::<FindingCounts>(), table::<Score>(), table::<GatheredFindings>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = BoundedPages::new(LIST.pages(session, about(session, &["SUPPRESSED"])));
    let mut tally = Tally::default();
    while let Some(findings) = pages.next().await {
        if pages.read == 1 && is_off(&findings) {
            return Ok(());
        }
        findings?.iter().for_each(|finding| tally.add(finding));
    }
    tally.is_cut = pages.is_cut;
    rows.push(tally.counts()).await?;
    for score in tally.scores() {
        rows.push(score).await?;
    }
    gathered::push(session, rows).await
}
