//! Security Hub, in both of its generations: Security Hub CSPM, which is the older one, and the Security Hub of 2025.

use orgcensus_collect::{Collector, Pages, Session};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::items::Answer;

pub mod finding_rows;
pub mod findings;
pub mod hubs;
pub mod v2_hubs;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] =
    &[finding_rows::FINDING_ROWS, findings::FINDINGS, hubs::HUBS, v2_hubs::V2_HUBS];

/// How many pages of findings are read in one account and region, of a hundred findings each.
const PAGES_MAX: usize = 100;

/// A page of findings.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page<F> {
    findings: Vec<F>,
    next_token: Option<String>,
}

/// Pages of findings, as far as they are read.
struct BoundedPages<F> {
    pages: Pages<Page<F>>,
    /// How many were read.
    read: usize,
    /// Whether there are more than are read.
    is_cut: bool,
}

impl<F: DeserializeOwned + Default> BoundedPages<F> {
    fn new(pages: Pages<Page<F>>) -> Self {
        Self { pages, read: 0, is_cut: false }
    }

    /// The findings of the next page; none after the last that is read.
    async fn next(&mut self) -> Option<Answer<Vec<F>>> {
        if self.read == PAGES_MAX {
            return None;
        }
        let answer = self.pages.next().await?;
        self.read += 1;
        Some(answer.map(|page| {
            self.is_cut = self.read == PAGES_MAX && page.next_token.is_some_and(|token| !token.is_empty());
            page.findings
        }))
    }
}

/// Whether AWS says that Security Hub CSPM is off here. The code alone does not say so: whoever may not ask gets it too.
fn is_off<T>(answer: &Answer<T>) -> bool {
    let says_off = |error: &orgcensus_aws::Error| {
        error.is(&["InvalidAccessException"]) && error.message.contains("not subscribed")
    };
    answer.as_ref().is_err_and(says_off)
}

/// A condition of a filter.
fn one(value: &str, comparison: &str) -> Value {
    json!({"Value": value, "Comparison": comparison})
}

/// Asks for active findings about this account and region alone, but for those of these statuses: an administrator also
/// has its members' findings, and a region in which findings are gathered those of others. They count where they come
/// from.
fn about(session: &Session, without: &[&str]) -> Value {
    let without: Vec<Value> = without.iter().map(|status| one(status, "NOT_EQUALS")).collect();
    let filters = json!({
        "AwsAccountId": [one(session.account_id(), "EQUALS")],
        "Region": [one(session.region(), "EQUALS")],
        "RecordState": [one("ACTIVE", "EQUALS")],
        "WorkflowStatus": without,
    });
    json!({"Filters": filters, "MaxResults": 100})
}
