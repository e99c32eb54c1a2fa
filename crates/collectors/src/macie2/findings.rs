//! Findings of Macie, the worst first: GetMacieSession, and where it is on and not paused ListFindings, then
//! GetFindings for each page of ids.

#[cfg(test)]
mod tests;

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Timestamp, table};
use serde::Deserialize;
use serde_json::{Value, json};

use super::sessions;
use crate::findings::{ByIds, Ids, SecurityFinding, push_listed};
use crate::items::Unread;

const LIST: Read<Ids> = reads("macie2", "ListFindings");
const GET: Read<ByIds<Found>> = reads("macie2", "GetFindings");

/// How many ids a page has. AWS publishes no bound for this list; of its others 25 is the most.
const PAGE: u32 = 25;

/// The open findings of Macie about one account and region.
pub const FINDINGS: Collector = Collector {
    name: "macie_findings",
    scope: Scope::Region,
    runs: Runs::IfNamed("1 call in each account and region, and 2 for each 25 findings, at most a thousand of them"),
    calls: &[sessions::SESSION.call(), LIST.call(), GET.call()],
    resources: &[],
    tables: &[table::<SecurityFinding>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Found {
    id: Option<String>,
    #[serde(rename = "type")]
    finding_type: Option<String>,
    title: Option<String>,
    severity: Severity,
    resources_affected: Resources,
    created_at: Option<Moment>,
    updated_at: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Severity {
    description: Option<String>,
    score: Option<f64>,
}

/// The bucket, and the object in it if the finding is about one.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Resources {
    s3_bucket: Bucket,
    s3_object: Object,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Bucket {
    arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Object {
    bucket_arn: Option<String>,
    path: Option<String>,
}

/// Asks for open findings about this account alone: an administrator also has those about its members, which have rows
/// where they are members.
fn about(account_id: &str) -> Value {
    let criterion = json!({"accountId": {"eq": [account_id]}, "archived": {"eq": ["false"]}});
    json!({"findingCriteria": {"criterion": criterion}, "sortCriteria": worst_first(), "maxResults": PAGE})
}

fn worst_first() -> Value {
    json!({"attributeName": "severity.score", "orderBy": "DESC"})
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    if !sessions::is_running(session).await? {
        return Ok(());
    }
    let list = (&LIST, about(session.account_id()));
    let get = (&GET, json!({"sortCriteria": worst_first()}));
    push_listed(session, rows, list, get, finding).await
}

fn finding(it: Found, now: Timestamp, unread: &mut Unread) -> Option<SecurityFinding> {
    let finding_id = unread.value("id", it.id)?;
    let Resources { s3_bucket: bucket, s3_object: object } = it.resources_affected;
    let resource_arn = bucket.arn.or(object.bucket_arn);
    let resource_type = match (&object.path, &resource_arn) {
        (Some(_), _) => Some("S3Object".to_owned()),
        (None, Some(_)) => Some("S3Bucket".to_owned()),
        (None, None) => None,
    };
    let first_seen_at = unread.moment("createdAt", it.created_at.as_ref());
    Some(SecurityFinding {
        service: "macie".to_owned(),
        product: "aws/macie".to_owned(),
        finding_id,
        finding_arn: None,
        finding_type: unread.value("type", it.finding_type),
        title: it.title,
        severity: unread.value("severity.description", it.severity.description).map(|word| word.to_uppercase()),
        severity_score: it.severity.score,
        resource_type,
        resource_id: object.path.or_else(|| resource_arn.clone()),
        resource_arn,
        status: None,
        compliance_status: None,
        control_id: None,
        first_seen_at,
        first_seen_days: first_seen_at.map(|at| at.days_until(now)),
        last_seen_at: unread.moment("updatedAt", it.updated_at.as_ref()),
    })
}
