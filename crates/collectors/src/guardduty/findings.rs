//! Findings of GuardDuty, the worst first: ListDetectors and GetDetector, and where it is on ListFindings, then
//! GetFindings for each page of ids.

#[cfg(test)]
mod tests;

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Timestamp, table};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{band, detectors};
use crate::findings::{ByIds, Ids, SecurityFinding, arn_of, push_listed};
use crate::items::Unread;

const LIST: Read<Ids> = reads("guardduty", "ListFindings");
const GET: Read<ByIds<Found>> = reads("guardduty", "GetFindings");

/// The open findings of GuardDuty about one account and region.
pub const FINDINGS: Collector = Collector {
    name: "guardduty_findings",
    scope: Scope::Region,
    runs: Runs::IfNamed(
        "2 calls in each account and region, and 2 for each fifty findings, at most a thousand of them",
    ),
    calls: &[detectors::LIST.call(), detectors::DETECTOR.call(), LIST.call(), GET.call()],
    resources: &[],
    tables: &[table::<SecurityFinding>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Found {
    id: Option<String>,
    arn: Option<String>,
    #[serde(rename = "type")]
    finding_type: Option<String>,
    title: Option<String>,
    severity: Option<f64>,
    resource: Resource,
    service: Service,
    created_at: Option<Moment>,
    updated_at: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Service {
    event_first_seen: Option<Moment>,
    event_last_seen: Option<Moment>,
}

/// The resource that a finding is about. Beside it there may be others: an access key's finding names the instance
/// whose role it is of.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Resource {
    resource_type: Option<String>,
    access_key_details: AccessKey,
    instance_details: Instance,
    s3_bucket_details: Vec<Named>,
    eks_cluster_details: Named,
    ecs_cluster_details: Named,
    lambda_details: Function,
    rds_db_instance_details: Database,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct AccessKey {
    access_key_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Instance {
    instance_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Function {
    function_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Database {
    db_instance_arn: Option<String>,
}

/// Asks for open findings about this account alone: an administrator also has those about its members, which have rows
/// where they are members.
fn about(account_id: &str, detector_id: &str) -> Value {
    let criterion = json!({"accountId": {"equals": [account_id]}, "service.archived": {"equals": ["false"]}});
    json!({
        "DetectorId": detector_id,
        "findingCriteria": {"criterion": criterion},
        "sortCriteria": worst_first(),
        "maxResults": 50,
    })
}

fn worst_first() -> Value {
    json!({"attributeName": "severity", "orderBy": "DESC"})
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    for detector_id in detectors::enabled(session).await? {
        let list = (&LIST, about(session.account_id(), &detector_id));
        let get = (&GET, json!({"DetectorId": detector_id, "sortCriteria": worst_first()}));
        push_listed(session, rows, list, get, |it, now, unread| finding(session, it, now, unread)).await?;
    }
    Ok(())
}

fn finding(session: &Session, it: Found, now: Timestamp, unread: &mut Unread) -> Option<SecurityFinding> {
    let finding_id = unread.value("id", it.id)?;
    let severity_score = unread.value("severity", it.severity);
    let first_seen_at = unread.moment("eventFirstSeen", it.service.event_first_seen.or(it.created_at).as_ref());
    let resource_type = it.resource.resource_type.clone();
    let (resource_id, resource_arn) = it.resource.named(session);
    Some(SecurityFinding {
        service: "guardduty".to_owned(),
        product: "aws/guardduty".to_owned(),
        finding_id,
        finding_arn: unread.value("arn", it.arn),
        finding_type: unread.value("type", it.finding_type),
        title: it.title,
        severity: severity_score.map(|score| band(score).to_owned()),
        severity_score,
        resource_type,
        resource_id,
        resource_arn,
        status: None,
        compliance_status: None,
        control_id: None,
        first_seen_at,
        first_seen_days: first_seen_at.map(|at| at.days_until(now)),
        last_seen_at: unread.moment("eventLastSeen", it.service.event_last_seen.or(it.updated_at).as_ref()),
    })
}

impl Resource {
    /// What GuardDuty calls the resource, and its ARN, as far as they are read.
    fn named(self, session: &Session) -> (Option<String>, Option<String>) {
        let key = self.access_key_details.access_key_id;
        if self.resource_type.as_deref() == Some("AccessKey") {
            return (key, None);
        }
        let bucket = self.s3_bucket_details.into_iter().find_map(|it| it.arn);
        let arns = [
            self.lambda_details.function_arn,
            self.rds_db_instance_details.db_instance_arn,
            bucket,
            self.eks_cluster_details.arn,
            self.ecs_cluster_details.arn,
        ];
        if let Some(arn) = arns.into_iter().flatten().next() {
            let resource_arn = arn_of(Some(&arn));
            return (Some(arn), resource_arn);
        }
        match self.instance_details.instance_id {
            Some(id) => {
                let arn = session.arn("ec2", &format!("instance/{id}"));
                (Some(id), Some(arn))
            }
            None => (key, None),
        }
    }
}
