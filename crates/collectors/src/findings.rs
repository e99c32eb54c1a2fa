//! Findings of the services that watch, a row each, in one table. They are read only where a collector of them is
//! named, and of each service no more than [`KEPT_MAX`] in one account and region, the worst first.

use orgcensus_collect::{Call, Class, Error, Read, Rows, Session};
use orgcensus_row::{Row, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::items::Unread;

/// How many findings of one service in one account and region have rows.
pub(crate) const KEPT_MAX: usize = 1000;

/// Why there is more than was read.
pub(crate) const TOO_MANY: &str = "too_many_findings";

/// One open finding about this account and region, of a service whose collector of findings was named. Archived,
/// suppressed and resolved ones are left out, and checks that passed. Of each service there are the worst thousand;
/// where it has more, the coverage of its collector is partial, with the reason too_many_findings. What another service
/// told Security Hub is a row of security_hub_cspm beside that service's own: product says whose it is.
#[derive(Debug, Serialize, Row)]
#[row(table = "security_findings", key = "service, product, finding_id")]
pub struct SecurityFinding {
    /// The service that tells of it, as security_services calls it: guardduty, inspector, macie or security_hub_cspm.
    pub service: String,
    /// The product that found it, by the end of its ARN in Security Hub: aws/guardduty, aws/inspector, aws/macie,
    /// aws/securityhub, 111122223333/default.
    pub product: String,
    /// The finding's id, as the service names it: Inspector's is an ARN, and so are most of Security Hub's.
    pub finding_id: String,
    /// The finding's ARN. Null: it has none, as Macie's, or AWS did not say.
    pub finding_arn: Option<String>,
    /// What kind of thing was found, in the service's words: UnauthorizedAccess:EC2/SSHBruteForce,
    /// PACKAGE_VULNERABILITY. Null: AWS did not say.
    pub finding_type: Option<String>,
    /// The title, a part of which strangers may have chosen: names of resources, of packages. Null: AWS did not say.
    pub title: Option<String>,
    /// CRITICAL, HIGH, MEDIUM, LOW, INFORMATIONAL or UNTRIAGED. GuardDuty gives numbers: from 9 on it is CRITICAL, from
    /// 7 HIGH, from 4 MEDIUM. Null: AWS did not say.
    pub severity: Option<String>,
    /// The severity as a number on the service's own scale: GuardDuty's and Inspector's goes to 10, Macie's to 3,
    /// Security Hub's to 100. Null: AWS did not say.
    pub severity_score: Option<f64>,
    /// The type of the resource that it is about, in the service's words: Instance, AWS_EC2_INSTANCE, AwsEc2Instance.
    /// Null: AWS did not say.
    pub resource_type: Option<String>,
    /// The resource, as the service names it: an ARN, an instance's id, an access key's id, an object's path; the first
    /// of several. Null: AWS did not say.
    pub resource_id: Option<String>,
    /// The resource's ARN; of an object in S3 its bucket's. Null: it has none, or the service does not say it.
    pub resource_arn: Option<String>,
    /// What the service says of its state: ACTIVE of Inspector, NEW or NOTIFIED of Security Hub. Null: it says nothing.
    pub status: Option<String>,
    /// What a check of Security Hub came to: FAILED, WARNING or NOT_AVAILABLE. Null: it is no check.
    pub compliance_status: Option<String>,
    /// The control that was checked, IAM.6. Null: it is no check of a control.
    pub control_id: Option<String>,
    /// When it was first seen, or made where the service does not say that (UTC). Null: AWS did not say.
    pub first_seen_at: Option<Timestamp>,
    /// Whole days since then.
    pub first_seen_days: Option<i32>,
    /// When it was last seen, or changed where the service does not say that (UTC). Null: AWS did not say.
    pub last_seen_at: Option<Timestamp>,
}

/// How many more findings of a place may have rows.
pub(crate) struct Room(usize);

impl Default for Room {
    fn default() -> Self {
        Self(KEPT_MAX)
    }
}

impl Room {
    /// Leaves as many of a page's findings as there is room for. Where there are more, it tells so, and nothing further
    /// is to be read.
    pub(crate) fn is_over<T>(&mut self, page: &mut Vec<T>, rows: &mut Rows<'_>, call: &Call) -> bool {
        let is_over = page.len() > self.0;
        page.truncate(self.0);
        self.0 -= page.len();
        if is_over {
            tell_more(rows, call);
        }
        is_over
    }
}

/// Tells that there are more findings than were read: the task is partial, and says why.
pub(crate) fn tell_more(rows: &mut Rows<'_>, call: &Call) {
    rows.because(TOO_MANY);
    let message = format!("there are more findings than are read: at most {KEPT_MAX} have rows, the worst of them");
    let error = orgcensus_aws::Error::new(Class::Failed, "TooManyFindings", message);
    rows.miss([SecurityFinding::TABLE], error.during(&call.name()));
}

/// Adds the rows of findings that a call answered.
pub(crate) async fn push<F>(
    rows: &mut Rows<'_>,
    call: &Call,
    findings: Vec<F>,
    row: impl Fn(F, Timestamp, &mut Unread) -> Option<SecurityFinding>,
) -> Result<(), Error> {
    for found in findings {
        let mut unread = Unread::default();
        let row = row(found, rows.captured_at(), &mut unread);
        unread.push(rows, &call.name(), row).await?;
    }
    Ok(())
}

/// A page of a list that has findings by their ids alone.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Ids {
    finding_ids: Vec<String>,
}

/// What a service tells of findings that are asked for by their ids.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ByIds<F> {
    findings: Vec<F>,
}

/// Adds the rows of the findings that a service lists by their ids: each page's are asked for by another call, whose
/// input is this one with the ids.
pub(crate) async fn push_listed<F: DeserializeOwned + Default>(
    session: &Session,
    rows: &mut Rows<'_>,
    (list, input): (&Read<Ids>, Value),
    (get, mut asked): (&Read<ByIds<F>>, Value),
    row: impl Fn(F, Timestamp, &mut Unread) -> Option<SecurityFinding>,
) -> Result<(), Error> {
    let (mut pages, mut room) = (list.pages(session, input), Room::default());
    while let Some(page) = pages.next().await {
        let mut ids = page?.finding_ids;
        let is_over = room.is_over(&mut ids, rows, &list.call());
        if !ids.is_empty() {
            asked["findingIds"] = json!(ids);
            let findings = get.send(session, asked.clone()).await?.findings;
            count_unanswered(rows, &get.call(), ids.len(), findings.len());
            push(rows, &get.call(), findings, &row).await?;
        }
        if is_over {
            break;
        }
    }
    Ok(())
}

/// Counts the findings that were asked for by their ids and are not in the answer.
fn count_unanswered(rows: &mut Rows<'_>, call: &Call, asked: usize, answered: usize) {
    for _ in answered..asked {
        let mut unread = Unread::default();
        unread.value::<()>("findings", None);
        unread.lost(rows, [SecurityFinding::TABLE], &call.name());
    }
}

/// What a service calls a resource, if that is an ARN.
pub(crate) fn arn_of(resource_id: Option<&str>) -> Option<String> {
    resource_id.filter(|id| id.starts_with("arn:")).map(str::to_owned)
}
