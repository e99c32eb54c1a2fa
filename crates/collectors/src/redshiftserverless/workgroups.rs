//! Workgroups of Redshift Serverless: ListWorkgroups, then GetResourcePolicy and ListTagsForResource for each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::REDSHIFT_SERVERLESS_WORKGROUP;
use orgcensus_collect::{
    Collector, Error, Moment, POLICY_TABLE_NAMES, Policy, Read, Rows, Runs, Scope, Session, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::parts::{POLICY, TAGS, is_gone, policy_of, tags_of};
use crate::items::{Answer, Unread, details, policy_text, with_arns};

const LIST: Read<Page> = reads("redshiftserverless", "ListWorkgroups");

/// The parameter that says whether connections without TLS are refused.
const TLS: &str = "require_ssl";

/// What is short of a workgroup that cannot be told from others.
const SHORT: [&str; 3] = [Workgroup::TABLE, POLICY_TABLE_NAMES[0], POLICY_TABLE_NAMES[1]];

/// One workgroup of Redshift Serverless: what computes on a namespace, and the network in which it answers. Its policy
/// says which accounts may make endpoints that lead to it.
#[derive(Debug, Serialize, Row)]
#[row(table = "redshift_serverless_workgroups", key = "arn")]
pub struct Workgroup {
    /// The workgroup's ARN.
    pub arn: String,
    /// The workgroup's id.
    pub workgroup_id: Option<String>,
    /// The workgroup's name.
    pub workgroup_name: String,
    /// The name of the namespace on which it computes.
    pub namespace_name: Option<String>,
    /// CREATING, AVAILABLE, MODIFYING or DELETING.
    pub status: Option<String>,
    /// Whether its name leads to a public address. Security groups still decide who connects.
    pub is_publicly_accessible: Option<bool>,
    /// Whether data that it loads and unloads stays within its VPC.
    pub has_enhanced_vpc_routing: Option<bool>,
    /// Whether it refuses connections without TLS. Null: AWS did not say.
    pub is_tls_required: Option<bool>,
    /// The host to connect to. Null: it has none yet.
    pub endpoint_host: Option<String>,
    /// The port to connect to. Null: it has none yet.
    pub endpoint_port: Option<i32>,
    /// Another host that the account gave it. Null: none.
    pub custom_domain_name: Option<String>,
    /// The VPCs in which it answers.
    pub vpc_ids: Vec<String>,
    /// Its subnets.
    pub subnet_ids: Vec<String>,
    /// Its security groups in the VPC.
    pub security_group_ids: Vec<String>,
    /// The VPCs of other accounts that may reach it, an asterisk for all of them. Empty: none, or AWS did not say.
    pub cross_account_vpc_ids: Vec<String>,
    /// ipv4 or dualstack.
    pub ip_address_type: Option<String>,
    /// How much it computes at least, in Redshift processing units.
    pub base_capacity_rpu: Option<i32>,
    /// How much it computes at most, in Redshift processing units. Null: no limit was set.
    pub max_capacity_rpu: Option<i32>,
    /// The track of versions that it follows, current.
    pub track_name: Option<String>,
    /// The version of its engine.
    pub workgroup_version: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags. Null: they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The workgroups of one region, with their policies.
pub const WORKGROUPS: Collector = Collector {
    name: "redshift_serverless_workgroups",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call(), TAGS.call()],
    resources: &[REDSHIFT_SERVERLESS_WORKGROUP],
    tables: &[table::<Workgroup>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    workgroups: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    workgroup_arn: Option<String>,
    workgroup_id: Option<String>,
    workgroup_name: Option<String>,
    namespace_name: Option<String>,
    status: Option<String>,
    publicly_accessible: Option<bool>,
    enhanced_vpc_routing: Option<bool>,
    config_parameters: Vec<Parameter>,
    endpoint: Endpoint,
    custom_domain_name: Option<String>,
    subnet_ids: Vec<String>,
    security_group_ids: Vec<String>,
    cross_account_vpcs: Vec<String>,
    ip_address_type: Option<String>,
    base_capacity: Option<i32>,
    max_capacity: Option<i32>,
    track_name: Option<String>,
    workgroup_version: Option<String>,
    creation_date: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Parameter {
    parameter_key: Option<String>,
    parameter_value: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Endpoint {
    address: Option<String>,
    port: Option<i32>,
    vpc_endpoints: Vec<VpcEndpoint>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct VpcEndpoint {
    vpc_id: Option<String>,
}

/// A workgroup, and the results of the calls about it.
struct Details {
    arn: String,
    described: Described,
    policy: Answer<Option<String>>,
    tags: Answer<BTreeMap<String, String>>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"maxResults": 100}));
    while let Some(page) = pages.next().await {
        let name = LIST.call().name();
        let known = with_arns(rows, (name.as_str(), "workgroupId"), &SHORT, page?.workgroups, |it| arn(session, it));
        let mut workgroups = details(known, |(arn, described)| read(session, arn, described));
        while let Some(workgroup) = workgroups.next().await {
            push(rows, workgroup).await?;
        }
    }
    Ok(())
}

/// The ARN, which is made of the id where AWS left it out.
fn arn(session: &Session, it: &Described) -> Option<String> {
    let made = |id: &str| session.arn("redshift-serverless", &format!("workgroup/{id}"));
    it.workgroup_arn.clone().or_else(|| it.workgroup_id.as_deref().map(made))
}

async fn read(session: &Session, arn: String, described: Described) -> Details {
    let policy = policy_of(session, &arn).await;
    let tags = tags_of(session, &arn).await;
    Details { arn, described, policy, tags }
}

async fn push(rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { arn, described, policy, tags } = details;
    if is_gone(&tags, &[&policy]) {
        rows.gone();
        return Ok(());
    }
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, REDSHIFT_SERVERLESS_WORKGROUP, text)).await?;
    let tags = rows.item([Workgroup::TABLE], tags)?;
    let mut unread = Unread::default();
    let row = workgroup(arn, described, tags, rows.captured_at(), &mut unread);
    unread.count(rows, Workgroup::TABLE, &LIST.call().name());
    rows.push(row).await
}

fn workgroup(
    arn: String,
    it: Described,
    tags: Option<BTreeMap<String, String>>,
    now: Timestamp,
    unread: &mut Unread,
) -> Workgroup {
    let created = unread.value("creationDate", it.creation_date.as_ref());
    let created_at = unread.moment("creationDate", created);
    let tls = it.config_parameters.iter().find(|parameter| parameter.parameter_key.as_deref() == Some(TLS));
    let tls = tls.and_then(|parameter| parameter.parameter_value.as_deref());
    Workgroup {
        arn,
        workgroup_id: it.workgroup_id,
        workgroup_name: unread.value("workgroupName", it.workgroup_name).unwrap_or_default(),
        namespace_name: it.namespace_name,
        status: unread.value("status", it.status),
        is_publicly_accessible: unread.value("publiclyAccessible", it.publicly_accessible),
        has_enhanced_vpc_routing: unread.value("enhancedVpcRouting", it.enhanced_vpc_routing),
        is_tls_required: unread.parsed(TLS, tls, |text| text.parse().ok()),
        endpoint_host: it.endpoint.address,
        endpoint_port: it.endpoint.port,
        custom_domain_name: it.custom_domain_name,
        vpc_ids: it.endpoint.vpc_endpoints.into_iter().filter_map(|it| it.vpc_id).collect(),
        subnet_ids: it.subnet_ids,
        security_group_ids: it.security_group_ids,
        cross_account_vpc_ids: it.cross_account_vpcs,
        ip_address_type: it.ip_address_type,
        base_capacity_rpu: it.base_capacity,
        max_capacity_rpu: it.max_capacity,
        track_name: it.track_name,
        workgroup_version: it.workgroup_version,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags,
    }
}

#[cfg(test)]
mod tests;
