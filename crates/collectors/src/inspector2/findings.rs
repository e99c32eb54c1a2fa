//! Findings of Inspector, the worst first: BatchGetAccountStatus, and where it is on ListFindings.

#[cfg(test)]
mod tests;

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Timestamp, table};
use serde::Deserialize;
use serde_json::{Value, json};

use super::accounts;
use crate::findings::{Room, SecurityFinding, arn_of, push};
use crate::items::Unread;

const LIST: Read<Page> = reads("inspector2", "ListFindings");

/// The active findings of Inspector about one account and region.
pub const FINDINGS: Collector = Collector {
    name: "inspector2_findings",
    scope: Scope::Region,
    runs: Runs::IfNamed(
        "1 call in each account and region, and 1 for each page of findings, at most a thousand of them",
    ),
    calls: &[accounts::STATUS.call(), LIST.call()],
    resources: &[],
    tables: &[table::<SecurityFinding>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    findings: Vec<Found>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Found {
    finding_arn: Option<String>,
    #[serde(rename = "type")]
    finding_type: Option<String>,
    title: Option<String>,
    severity: Option<String>,
    inspector_score: Option<f64>,
    resources: Vec<Resource>,
    status: Option<String>,
    first_observed_at: Option<Moment>,
    last_observed_at: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Resource {
    #[serde(rename = "type")]
    resource_type: Option<String>,
    id: Option<String>,
}

/// Asks for active findings about this account alone: an administrator also has those about its members, which have
/// rows where they are members.
fn about(account_id: &str) -> Value {
    let one = |value: &str| json!([{"comparison": "EQUALS", "value": value}]);
    json!({
        "filterCriteria": {"awsAccountId": one(account_id), "findingStatus": one("ACTIVE")},
        "sortCriteria": {"field": "SEVERITY", "sortOrder": "DESC"},
        "maxResults": 100,
    })
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    if !accounts::is_enabled(session).await? {
        return Ok(());
    }
    let (mut pages, mut room) = (LIST.pages(session, about(session.account_id())), Room::default());
    while let Some(page) = pages.next().await {
        let mut findings = page?.findings;
        let is_over = room.is_over(&mut findings, rows, &LIST.call());
        push(rows, &LIST.call(), findings, |it, now, unread| finding(session, it, now, unread)).await?;
        if is_over {
            break;
        }
    }
    Ok(())
}

fn finding(session: &Session, it: Found, now: Timestamp, unread: &mut Unread) -> Option<SecurityFinding> {
    // The ARN is the finding's id.
    let finding_arn = unread.value("findingArn", it.finding_arn)?;
    let resource = unread.value("resources", it.resources.into_iter().next()).unwrap_or_default();
    let is_instance = resource.resource_type.as_deref() == Some("AWS_EC2_INSTANCE");
    let resource_arn = match resource.id.as_deref().filter(|_| is_instance) {
        Some(id) => Some(session.arn("ec2", &format!("instance/{id}"))),
        None => arn_of(resource.id.as_deref()),
    };
    let first_seen_at = unread.moment("firstObservedAt", it.first_observed_at.as_ref());
    Some(SecurityFinding {
        service: "inspector".to_owned(),
        product: "aws/inspector".to_owned(),
        finding_id: finding_arn.clone(),
        finding_arn: Some(finding_arn),
        finding_type: unread.value("type", it.finding_type),
        title: it.title,
        severity: unread.value("severity", it.severity),
        severity_score: it.inspector_score,
        resource_type: resource.resource_type,
        resource_id: resource.id,
        resource_arn,
        status: unread.value("status", it.status),
        compliance_status: None,
        control_id: None,
        first_seen_at,
        first_seen_days: first_seen_at.map(|at| at.days_until(now)),
        last_seen_at: unread.moment("lastObservedAt", it.last_observed_at.as_ref()),
    })
}
