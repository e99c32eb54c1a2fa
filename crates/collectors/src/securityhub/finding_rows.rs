//! What Security Hub CSPM has found, as rows, the worst first: GetFindings. What other services told it is among them.

#[cfg(test)]
mod tests;

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Timestamp, table};
use serde::Deserialize;
use serde_json::json;

use super::{BoundedPages, Page, about, is_off};
use crate::findings::{Room, SecurityFinding, arn_of, push, tell_more};
use crate::items::Unread;

const LIST: Read<Page<Found>> = reads("securityhub", "GetFindings");

/// The open findings of Security Hub CSPM about one account and region.
pub const FINDING_ROWS: Collector = Collector {
    name: "securityhub_finding_rows",
    scope: Scope::Region,
    runs: Runs::IfNamed(
        "1 call for each hundred findings of each account and region, the passed ones among them, until a thousand are \
         open, at most 100, at 3 a second",
    ),
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<SecurityFinding>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Found {
    id: Option<String>,
    product_arn: Option<String>,
    types: Vec<String>,
    title: Option<String>,
    severity: Severity,
    resources: Vec<Resource>,
    workflow: Workflow,
    compliance: Compliance,
    first_observed_at: Option<Moment>,
    last_observed_at: Option<Moment>,
    created_at: Option<Moment>,
    updated_at: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Severity {
    label: Option<String>,
    normalized: Option<f64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Resource {
    #[serde(rename = "Type")]
    resource_type: Option<String>,
    id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Workflow {
    status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Compliance {
    status: Option<String>,
    security_control_id: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut input = about(session, &["SUPPRESSED", "RESOLVED"]);
    input["SortCriteria"] = json!([{"Field": "SeverityNormalized", "SortOrder": "desc"}]);
    let (mut pages, mut room) = (BoundedPages::new(LIST.pages(session, input)), Room::default());
    while let Some(findings) = pages.next().await {
        if pages.read == 1 && is_off(&findings) {
            return Ok(());
        }
        let mut findings = findings?;
        // A check that passed is no finding. These are the least severe, so they come last.
        findings.retain(|it| it.compliance.status.as_deref() != Some("PASSED"));
        let is_over = room.is_over(&mut findings, rows, &LIST.call());
        push(rows, &LIST.call(), findings, finding).await?;
        if is_over {
            return Ok(());
        }
    }
    if pages.is_cut {
        tell_more(rows, &LIST.call());
    }
    Ok(())
}

fn finding(it: Found, now: Timestamp, unread: &mut Unread) -> Option<SecurityFinding> {
    // Ids are the products' own: two products may have the same.
    let (finding_id, product_arn) = (unread.value("Id", it.id), unread.value("ProductArn", it.product_arn));
    let (finding_id, product_arn) = (finding_id?, product_arn?);
    let product = product_arn.split_once(":product/").map_or(product_arn.as_str(), |(_, product)| product);
    let resource = unread.value("Resources", it.resources.into_iter().next()).unwrap_or_default();
    let first_seen_at = unread.moment("FirstObservedAt", it.first_observed_at.or(it.created_at).as_ref());
    Some(SecurityFinding {
        service: "security_hub_cspm".to_owned(),
        product: product.to_owned(),
        finding_arn: arn_of(Some(&finding_id)),
        finding_id,
        finding_type: it.types.into_iter().next(),
        title: unread.value("Title", it.title),
        severity: it.severity.label,
        severity_score: it.severity.normalized,
        resource_type: resource.resource_type,
        resource_arn: arn_of(resource.id.as_deref()),
        resource_id: resource.id,
        status: it.workflow.status,
        compliance_status: it.compliance.status,
        control_id: it.compliance.security_control_id,
        first_seen_at,
        first_seen_days: first_seen_at.map(|at| at.days_until(now)),
        last_seen_at: unread.moment("LastObservedAt", it.last_observed_at.or(it.updated_at).as_ref()),
    })
}
