//! Managed instances of Systems Manager: DescribeInstanceInformation, then DescribeInstancePatchStates for each page of
//! them.

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::patch_states::{self, PATCH_STATES, PatchState};
use crate::items::{Unread, all};

const LIST: Read<Page> = reads("ssm", "DescribeInstanceInformation");

/// The most instances that one call about their patches takes.
const AT_ONCE: usize = 50;

/// One machine that Systems Manager manages: an EC2 instance, or a server elsewhere. An instance that is not here has
/// no agent that reports, or may not report.
#[derive(Debug, Serialize, Row)]
#[row(table = "ssm_managed_instances", key = "instance_id")]
pub struct ManagedInstance {
    /// The machine's ARN: of an EC2 instance that of EC2, else that of Systems Manager.
    pub arn: String,
    /// The machine's id, i-… of EC2 and mi-… elsewhere.
    pub instance_id: String,
    /// The name that was given when it was registered. Null: none, as of EC2 instances.
    pub instance_name: Option<String>,
    /// The name that the machine has itself. Null: AWS did not say.
    pub computer_name: Option<String>,
    /// EC2Instance or ManagedInstance. Null: AWS did not say.
    pub resource_type: Option<String>,
    /// Where it came from: AWS::EC2::Instance, AWS::IoT::Thing, AWS::SSM::ManagedInstance … Null: AWS did not say.
    pub source_type: Option<String>,
    /// Its id there. Null: AWS did not say.
    pub source_id: Option<String>,
    /// Online, ConnectionLost or Inactive. Null: AWS did not say.
    pub ping_status: Option<String>,
    /// Whether its agent reports now: its ping status is Online. Null: AWS did not say.
    pub is_online: Option<bool>,
    /// When its agent last reported (UTC). Null: AWS did not say.
    pub last_ping_at: Option<Timestamp>,
    /// Whole days since its agent last reported.
    pub last_ping_days: Option<i32>,
    /// The version of its agent. Null: AWS did not say.
    pub agent_version: Option<String>,
    /// Whether the agent is of the newest version. AWS may leave it out for other systems than Linux. Null: AWS did not
    /// say.
    pub is_latest_agent: Option<bool>,
    /// Windows, Linux or MacOS. Null: AWS did not say.
    pub platform_type: Option<String>,
    /// The operating system, Amazon Linux. Null: AWS did not say.
    pub platform_name: Option<String>,
    /// The version of the operating system. Null: AWS did not say.
    pub platform_version: Option<String>,
    /// Its IP address. Null: AWS did not say.
    pub ip_address: Option<String>,
    /// The activation by which it was registered. Null: none, as of EC2 instances.
    pub activation_id: Option<String>,
    /// The role that it has in Systems Manager. Null: none, as of EC2 instances, which have their profile's.
    pub iam_role: Option<String>,
    /// When it was registered (UTC). Null: AWS did not say.
    pub registered_at: Option<Timestamp>,
    /// Whole days since it was registered.
    pub registered_days: Option<i32>,
    /// Success, Failed, Pending …: how its associations stand together. Null: it has none.
    pub association_status: Option<String>,
    /// When its associations last ran (UTC). Null: never.
    pub last_association_at: Option<Timestamp>,
    /// When all of them last ran well (UTC). Null: never.
    pub last_successful_association_at: Option<Timestamp>,
}

/// The managed instances of one region, with their patches.
pub const MANAGED_INSTANCES: Collector = Collector {
    name: "ssm_managed_instances",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), PATCH_STATES.call()],
    resources: &[],
    tables: &[table::<ManagedInstance>(), table::<PatchState>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    instance_information_list: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    instance_id: Option<String>,
    ping_status: Option<String>,
    last_ping_date_time: Option<Moment>,
    agent_version: Option<String>,
    is_latest_version: Option<bool>,
    platform_type: Option<String>,
    platform_name: Option<String>,
    platform_version: Option<String>,
    activation_id: Option<String>,
    iam_role: Option<String>,
    registration_date: Option<Moment>,
    resource_type: Option<String>,
    name: Option<String>,
    #[serde(rename = "IPAddress")]
    ip_address: Option<String>,
    computer_name: Option<String>,
    association_status: Option<String>,
    last_association_execution_date: Option<Moment>,
    last_successful_association_execution_date: Option<Moment>,
    source_id: Option<String>,
    source_type: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": AT_ONCE}));
    while let Some(page) = pages.next().await {
        let listed = page?.instance_information_list;
        let ids: Vec<String> = listed.iter().filter_map(|it| it.instance_id.clone()).collect();
        for it in listed {
            let mut unread = Unread::default();
            let Some(row) = instance(session, it, rows.captured_at(), &mut unread) else {
                unread.lost(rows, [ManagedInstance::TABLE, PatchState::TABLE], &LIST.call().name());
                continue;
            };
            unread.count(rows, ManagedInstance::TABLE, &LIST.call().name());
            rows.push(row).await?;
        }
        for ids in ids.chunks(AT_ONCE) {
            push_patches(session, rows, ids).await?;
        }
    }
    Ok(())
}

/// The patches of some instances. One of which AWS says nothing has no row: no scan of it has reported.
async fn push_patches(session: &Session, rows: &mut Rows<'_>, ids: &[String]) -> Result<(), Error> {
    let input = json!({"InstanceIds": ids, "MaxResults": 100});
    let answer = all(&PATCH_STATES, session, input, |page| page.instance_patch_states).await;
    for it in rows.item([PatchState::TABLE], answer)?.unwrap_or_default() {
        let mut unread = Unread::default();
        let row = patch_states::row(it, rows.captured_at(), &mut unread);
        unread.push(rows, &PATCH_STATES.call().name(), row).await?;
    }
    Ok(())
}

fn instance(session: &Session, it: Listed, now: Timestamp, unread: &mut Unread) -> Option<ManagedInstance> {
    let instance_id = unread.value("InstanceId", it.instance_id)?;
    let last_ping_at = unread.moment("LastPingDateTime", it.last_ping_date_time.as_ref());
    let registered_at = unread.moment("RegistrationDate", it.registration_date.as_ref());
    let last = it.last_association_execution_date;
    let last_successful = it.last_successful_association_execution_date;
    Some(ManagedInstance {
        arn: arn(session, &instance_id),
        instance_id,
        instance_name: it.name.filter(|name| !name.is_empty()),
        computer_name: it.computer_name,
        resource_type: it.resource_type,
        source_type: it.source_type,
        source_id: it.source_id,
        is_online: it.ping_status.as_deref().map(|status| status == "Online"),
        ping_status: it.ping_status,
        last_ping_at,
        last_ping_days: last_ping_at.map(|at| at.days_until(now)),
        agent_version: it.agent_version,
        is_latest_agent: it.is_latest_version,
        platform_type: it.platform_type,
        platform_name: it.platform_name,
        platform_version: it.platform_version,
        ip_address: it.ip_address,
        activation_id: it.activation_id.filter(|id| !id.is_empty()),
        iam_role: it.iam_role.filter(|role| !role.is_empty()),
        registered_at,
        registered_days: registered_at.map(|at| at.days_until(now)),
        association_status: it.association_status,
        last_association_at: unread.moment("LastAssociationExecutionDate", last.as_ref()),
        last_successful_association_at: unread
            .moment("LastSuccessfulAssociationExecutionDate", last_successful.as_ref()),
    })
}

/// The ARN of a machine: only ids of EC2 begin with `i-`.
fn arn(session: &Session, id: &str) -> String {
    match id.starts_with("i-") {
        true => session.arn("ec2", &format!("instance/{id}")),
        false => session.arn("ssm", &format!("managed-instance/{id}")),
    }
}

#[cfg(test)]
mod tests;
