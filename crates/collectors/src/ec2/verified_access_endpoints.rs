//! Endpoints of Verified Access: DescribeVerifiedAccessEndpoints, then GetVerifiedAccessEndpointPolicy for each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::EC2_VERIFIED_ACCESS_ENDPOINT;
use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::cedar::{ItsPolicy, hand_over};
use crate::ec2::tags;
use crate::items::{Answer, Unread, details, is_gone, with_policies};

mod described;

use described::Described;

const LIST: Read<Page> = reads("ec2", "DescribeVerifiedAccessEndpoints");
const POLICY: Read<ItsPolicy> = reads("ec2", "GetVerifiedAccessEndpointPolicy");

/// How EC2 says that there is no such endpoint.
const GONE: &[&str] = &["InvalidVerifiedAccessEndpointId.NotFound"];

/// One endpoint of Verified Access: an application that the internet reaches through it, where its policy and that of
/// its group permit. The policy is in policy_documents, in Cedar.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_verified_access_endpoints", key = "arn")]
pub struct Endpoint {
    /// The endpoint's ARN.
    pub arn: String,
    /// The endpoint's id, vae-….
    pub verified_access_endpoint_id: String,
    /// The value of its tag Name. Null: it has none.
    pub verified_access_endpoint_name: Option<String>,
    /// The group that it is in, vagr-….
    pub verified_access_group_id: Option<String>,
    /// The instance of Verified Access that it belongs to, vai-….
    pub verified_access_instance_id: Option<String>,
    /// What its owner wrote about it. Null: nothing.
    pub description: Option<String>,
    /// pending, active, updating, deleting or deleted.
    pub state: Option<String>,
    /// What AWS says about its state. Null: nothing.
    pub state_message: Option<String>,
    /// What it leads to: load-balancer, network-interface, cidr, or a database in AWS's word for its service.
    pub endpoint_type: Option<String>,
    /// Where that is: vpc.
    pub attachment_type: Option<String>,
    /// The ARN of the load balancer or database, the id of the network interface, or the block of addresses.
    pub target: Option<String>,
    /// http, https or tcp.
    pub protocol: Option<String>,
    /// The port. Null: it has ranges of ports.
    pub port: Option<i32>,
    /// The ranges of ports, 8000-8100.
    pub port_ranges: Vec<String>,
    /// The subnets that it reaches its target from.
    pub subnet_ids: Vec<String>,
    /// The security groups of the endpoint, by id.
    pub security_group_ids: Vec<String>,
    /// The host name by which users reach it. Null: none of their own.
    pub application_domain: Option<String>,
    /// AWS's host name for it.
    pub endpoint_domain: Option<String>,
    /// The host name at which devices are validated. Null: none.
    pub device_validation_domain: Option<String>,
    /// The certificate of the host name. Null: none.
    pub domain_certificate_arn: Option<String>,
    /// Whether its own policy is switched on. Null: not read, or AWS did not say.
    pub is_policy_enabled: Option<bool>,
    /// Whether a KMS key of the account's own encrypts its policy. Null: AWS did not say.
    pub has_customer_managed_key: Option<bool>,
    /// That key. Null: AWS's own encrypts it.
    pub kms_key_arn: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was last changed (UTC).
    pub last_modified_at: Option<Timestamp>,
    /// Whole days since it was last changed.
    pub last_modified_days: Option<i32>,
    /// When it was deleted (UTC): AWS shows it for a while yet. Null: it was not.
    pub deleted_at: Option<Timestamp>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The endpoints of one region, with their policies.
pub const VERIFIED_ACCESS_ENDPOINTS: Collector = Collector {
    name: "ec2_verified_access_endpoints",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call()],
    resources: &[EC2_VERIFIED_ACCESS_ENDPOINT],
    tables: &[table::<Endpoint>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    verified_access_endpoint_set: Vec<Described>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 1000}));
    while let Some(page) = pages.next().await {
        let mut endpoints = details(page?.verified_access_endpoint_set, |described| read(session, described));
        while let Some((described, policy)) = endpoints.next().await {
            push(session, rows, described, policy).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, described: Described) -> (Described, Answer<ItsPolicy>) {
    let input = json!({"VerifiedAccessEndpointId": described.verified_access_endpoint_id});
    let policy = POLICY.send(session, input).await;
    (described, policy)
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    described: Described,
    policy: Answer<ItsPolicy>,
) -> Result<(), Error> {
    if is_gone(GONE, &policy) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let Some(mut row) = endpoint(session, described, rows.captured_at(), &mut unread) else {
        unread.lost(rows, with_policies([Endpoint::TABLE]), &LIST.call().name());
        return Ok(());
    };
    unread.count(rows, Endpoint::TABLE, &LIST.call().name());
    row.is_policy_enabled =
        hand_over(rows, Endpoint::TABLE, (row.arn.as_str(), EC2_VERIFIED_ACCESS_ENDPOINT), policy).await?;
    rows.push(row).await
}

fn endpoint(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<Endpoint> {
    let id = unread.value("verifiedAccessEndpointId", it.verified_access_endpoint_id)?;
    let tags = tags::by_key(it.tag_set);
    let (balancer, interface) = (it.load_balancer_options, it.network_interface_options);
    let (database, cidr) = (it.database_options, it.cidr_options);
    let ranges = balancer.port_range_set.iter().chain(&interface.port_range_set).chain(&cidr.port_range_set);
    let port_ranges = ranges.filter_map(described::PortRange::text).collect();
    let database_arn = database.instance_arn.or(database.cluster_arn).or(database.proxy_arn);
    let created_at = unread.moment("creationTime", it.creation_time.as_ref());
    let last_modified_at = unread.moment("lastUpdatedTime", it.last_updated_time.as_ref());
    Some(Endpoint {
        arn: session.arn("ec2", &format!("verified-access-endpoint/{id}")),
        verified_access_endpoint_id: id,
        verified_access_endpoint_name: tags.get("Name").cloned(),
        verified_access_group_id: it.verified_access_group_id,
        verified_access_instance_id: it.verified_access_instance_id,
        description: it.description.filter(|text| !text.is_empty()),
        state: unread.value("status", it.status.code),
        state_message: it.status.message.filter(|text| !text.is_empty()),
        endpoint_type: it.endpoint_type,
        attachment_type: it.attachment_type,
        target: balancer.load_balancer_arn.or(interface.network_interface_id).or(database_arn).or(cidr.cidr),
        protocol: balancer.protocol.or(interface.protocol).or(database.protocol).or(cidr.protocol),
        port: balancer.port.or(interface.port).or(database.port),
        port_ranges,
        subnet_ids: [balancer.subnet_id_set, database.subnet_id_set, cidr.subnet_id_set].concat(),
        security_group_ids: it.security_group_id_set,
        application_domain: it.application_domain.filter(|name| !name.is_empty()),
        endpoint_domain: it.endpoint_domain,
        device_validation_domain: it.device_validation_domain.filter(|name| !name.is_empty()),
        domain_certificate_arn: it.domain_certificate_arn.filter(|arn| !arn.is_empty()),
        is_policy_enabled: None,
        has_customer_managed_key: it.sse_specification.customer_managed_key_enabled,
        kms_key_arn: it.sse_specification.kms_key_arn,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        last_modified_at,
        last_modified_days: last_modified_at.map(|at| at.days_until(now)),
        deleted_at: unread.moment("deletionTime", it.deletion_time.filter(|at| !at.text().is_empty()).as_ref()),
        tags,
    })
}

#[cfg(test)]
mod tests;
