//! What a hub has of others: the findings about its members where it administers them, and about other regions where it
//! gathers them. Where findings are gathered is asked first, so that they are read there alone.

use std::collections::BTreeMap;

use orgcensus_collect::{Error, Rows, Session};
use orgcensus_row::Row;
use serde::Serialize;
use serde_json::{Value, json};

use super::tally::Tally;
use super::{FindingCounts, LIST};
use crate::items::{Answer, Unread};
use crate::securityhub::hubs::aggregator::Gathering;
use crate::securityhub::{BoundedPages, one};

/// The findings about another account or region that a hub has, counted. They are the same findings that are there too:
/// security_finding_counts counts each once.
#[derive(Debug, Serialize, Row)]
#[row(table = "securityhub_gathered_findings", key = "about_account_id, about_region")]
pub struct GatheredFindings {
    /// The account that they are about.
    pub about_account_id: String,
    /// The region that they are about.
    pub about_region: String,
    /// Findings of severity CRITICAL that are open: active, neither suppressed nor resolved, of no check that passed.
    /// Null: there were too many to read.
    pub critical_count: Option<i64>,
    /// The same of severity HIGH.
    pub high_count: Option<i64>,
    /// The same of severity MEDIUM.
    pub medium_count: Option<i64>,
    /// The same of severity LOW.
    pub low_count: Option<i64>,
    /// Why the counts are null: too_many_findings. Null: all were read.
    pub reason: Option<String>,
}

/// By account and region.
type Tallies = BTreeMap<(String, String), Tally>;

/// Adds what the hub has of others.
pub(super) async fn push(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let gathering = Gathering::read(session, rows, GatheredFindings::TABLE).await?;
    let is_gathered_here = gathering.region.as_deref() == Some(session.region());
    if gathering.is_linked == Some(true) && !is_gathered_here {
        return Ok(());
    }
    let mut unread = Unread::default();
    let answer = read(session, others(session, is_gathered_here), &mut unread).await;
    let tallies = rows.item([GatheredFindings::TABLE], answer)?.unwrap_or_default();
    unread.count(rows, GatheredFindings::TABLE, &LIST.call().name());
    for ((about_account_id, about_region), tally) in tallies {
        let FindingCounts { critical_count, high_count, medium_count, low_count, reason, .. } = tally.counts();
        rows.push(GatheredFindings {
            about_account_id,
            about_region,
            critical_count,
            high_count,
            medium_count,
            low_count,
            reason,
        })
        .await?;
    }
    Ok(())
}

/// Asks for open findings about others. Those of checks that passed are INFORMATIONAL, and so are left out.
fn others(session: &Session, is_gathered_here: bool) -> Value {
    let mut filters = json!({
        "SeverityLabel": [one("INFORMATIONAL", "NOT_EQUALS")],
        "RecordState": [one("ACTIVE", "EQUALS")],
        "WorkflowStatus": [one("SUPPRESSED", "NOT_EQUALS"), one("RESOLVED", "NOT_EQUALS")],
    });
    if !is_gathered_here {
        filters["AwsAccountId"] = json!([one(session.account_id(), "NOT_EQUALS")]);
        filters["Region"] = json!([one(session.region(), "EQUALS")]);
    }
    json!({"Filters": filters, "MaxResults": 100})
}

/// Reads them, page after page up to the bound. Beyond it no count is known.
async fn read(session: &Session, input: Value, unread: &mut Unread) -> Answer<Tallies> {
    let own = (session.account_id(), session.region());
    let (mut pages, mut tallies) = (BoundedPages::new(LIST.pages(session, input)), Tallies::new());
    while let Some(findings) = pages.next().await {
        for finding in &findings? {
            let about_account_id = unread.value("AwsAccountId", finding.aws_account_id.as_ref());
            let about_region = unread.value("Region", finding.region.as_ref());
            let (Some(account_id), Some(region)) = (about_account_id, about_region) else { continue };
            if (account_id.as_str(), region.as_str()) != own {
                tallies.entry((account_id.clone(), region.clone())).or_default().add(finding);
            }
        }
    }
    tallies.values_mut().for_each(|tally| tally.is_cut = pages.is_cut);
    Ok(tallies)
}
