//! What happened, by CloudTrail's own memory of 90 days: LookupEvents, which takes one attribute a call. So it is one
//! walk for each name of an event that rules of change ask for, and one for all that root did.

mod record;

use orgcensus_aws::partition;
use orgcensus_collect::{ActivityWindow, Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::record::Record;
use crate::items::Unread;

const LOOKUP: Read<Page> = reads("cloudtrail", "LookupEvents");

/// The most that AWS gives at once.
const PAGE: u32 = 50;

/// Events that are recorded in the region where they happen. A sign-in is recorded in the region that took it: root's
/// in us-east-1, another's in one of several.
pub static OF_REGIONS: [&str; 4] =
    ["AuthorizeSecurityGroupIngress", "ConsoleLogin", "ModifySecurityGroupRules", "PasswordRecoveryRequested"];

/// IAM's events, which are recorded in one region of the partition.
pub static OF_IAM: [&str; 16] = [
    "AddUserToGroup",
    "AttachUserPolicy",
    "CreateGroup",
    "CreatePolicy",
    "CreatePolicyVersion",
    "CreateUser",
    "DeactivateMFADevice",
    "DeleteAccountPasswordPolicy",
    "DeleteGroup",
    "DeleteVirtualMFADevice",
    "PutGroupPolicy",
    "PutRolePolicy",
    "PutUserPolicy",
    "SetDefaultPolicyVersion",
    "UpdateAccountPasswordPolicy",
    "UpdateAssumeRolePolicy",
];

/// Events that rules look for of root alone. No walk asks for their names: root's own has them.
pub static OF_ROOT: [&str; 1] = ["CreateAccessKey"];

/// One event that CloudTrail recorded in this account and region: one of those that rules of change ask for, or any
/// that root made. Since when they were read, `activity_windows` says.
#[derive(Debug, Serialize, Row)]
#[row(table = "activity", key = "event_id")]
pub struct Event {
    /// The event's id.
    pub event_id: String,
    /// When it happened (UTC), to the second. Null: AWS did not say.
    pub event_time: Option<Timestamp>,
    /// What was called: CreateUser, ConsoleLogin. Null: AWS did not say.
    pub event_name: Option<String>,
    /// The service that was called: iam.amazonaws.com. Null: AWS did not say.
    pub event_source: Option<String>,
    /// The kind of the event: AwsApiCall, AwsConsoleSignIn, AwsServiceEvent. Null: AWS did not say.
    pub event_type: Option<String>,
    /// Who did it: Root, IAMUser, AssumedRole, AWSService … Null: AWS did not say.
    pub actor_type: Option<String>,
    /// The ARN of who did it; of a role its session's. Null: AWS did not say, or it is a sign-in that failed and is not
    /// root's: what was typed as a name may be a password.
    pub actor_arn: Option<String>,
    /// The ARN of the role, or of the user, whose session did it. Null: it was no session.
    pub session_issuer_arn: Option<String>,
    /// The service that did it on the actor's behalf: cloudformation.amazonaws.com. Null: none.
    pub invoked_by: Option<String>,
    /// The address that it came from, or the name of a service. Null: AWS did not say.
    pub source_address: Option<String>,
    /// Names, ids and ARNs of what it was about, sorted. Null: it is a sign-in that failed.
    pub resources: Option<Vec<String>>,
    /// AWS's word for why it failed, AccessDenied. Null: none.
    pub error_code: Option<String>,
    /// Whether it failed. Null: the event's record was not read.
    pub is_failed: Option<bool>,
    /// Whether it only read. Null: AWS did not say.
    pub is_read_only: Option<bool>,
    /// Whether a second factor was given: of a sign-in with it, of another event when its session began. Null: AWS did
    /// not say.
    pub is_mfa_used: Option<bool>,
}

/// What happened in every region, whatever regions are selected.
pub const ACTIVITY: Collector = Collector {
    name: "cloudtrail_activity",
    scope: Scope::EveryRegion,
    runs: Runs::IfNamed(
        "5 calls in each region of each account and 16 more in one, one more for each 50 events, at 1 a second",
    ),
    calls: &[LOOKUP.call()],
    resources: &[],
    tables: &[table::<Event>(), table::<ActivityWindow>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    events: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    event_id: Option<String>,
    event_time: Option<Moment>,
    event_name: Option<String>,
    event_source: Option<String>,
    resources: Vec<Resource>,
    cloud_trail_event: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Resource {
    resource_name: Option<String>,
}

/// One walk fails, and the task does, without a window: the next night reads the same time again.
async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let since = rows.since();
    for (attribute, value) in walks(session.partition(), session.region()) {
        let input = json!({
            "LookupAttributes": [{"AttributeKey": attribute, "AttributeValue": value}],
            "StartTime": since.0.div_euclid(1000),
            "MaxResults": PAGE,
        });
        let mut pages = LOOKUP.pages(session, input);
        while let Some(page) = pages.next().await {
            for listed in page?.events {
                let mut unread = Unread::default();
                let row = event(listed, &mut unread);
                unread.push(rows, &LOOKUP.call().name(), row).await?;
            }
        }
    }
    rows.push(ActivityWindow { since_at: since }).await
}

/// What is asked for in a region, attribute and value. An event of root that has one of the names comes twice, and its
/// row is kept once.
fn walks(partition: &str, region: &str) -> impl Iterator<Item = (&'static str, &'static str)> + Send + use<> {
    let of_iam = if region == partition::global_region(partition) { &OF_IAM[..] } else { &[] };
    let names = OF_REGIONS.iter().chain(of_iam).map(|name| ("EventName", *name));
    names.chain([("Username", "root")])
}

/// None: without an id it has no row.
fn event(it: Listed, unread: &mut Unread) -> Option<Event> {
    let event_id = unread.value("EventId", it.event_id)?;
    let event_time = unread.value("EventTime", it.event_time.as_ref().and_then(Moment::millis).map(Timestamp));
    let event_name = unread.value("EventName", it.event_name);
    let record = it.cloud_trail_event.as_deref().and_then(Record::parse);
    let record = unread.value("CloudTrailEvent", record);
    let is_failed = record.as_ref().map(|record| record.is_failed(event_name.as_deref()));
    let record = record.unwrap_or_default();
    let listed = it.resources.into_iter().filter_map(|resource| resource.resource_name);
    // What was typed as a user's name may be a password, so of a sign-in that failed no name is kept. An event without
    // its source may be a sign-in, and one whose record was not read may have failed.
    let is_sign_in = it.event_source.as_deref().is_none_or(|source| source == "signin.amazonaws.com");
    let is_nameless = is_sign_in && is_failed != Some(false);
    let resources = (!is_nameless).then(|| record.resources(event_name.as_deref(), listed));
    let identity = record.identity();
    let actor_arn = identity.arn.filter(|_| !is_nameless || identity.kind.as_deref() == Some("Root"));
    Some(Event {
        event_id,
        event_time,
        is_mfa_used: record.is_mfa_used(),
        event_name,
        event_source: unread.value("EventSource", it.event_source),
        event_type: record.event_type,
        actor_type: identity.kind,
        actor_arn,
        session_issuer_arn: identity.session_issuer_arn,
        invoked_by: identity.invoked_by,
        source_address: record.source_address,
        resources,
        error_code: record.error_code,
        is_failed,
        is_read_only: record.read_only,
    })
}

#[cfg(test)]
mod tests;
