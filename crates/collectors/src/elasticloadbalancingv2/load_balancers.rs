//! Load balancers: DescribeLoadBalancers, then DescribeLoadBalancerAttributes and DescribeListeners for each.

pub mod listeners;

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::listeners::Listener;
use crate::items::{Answer, Unread, details, is_gone};

const LIST: Read<Page> = reads("elasticloadbalancingv2", "DescribeLoadBalancers");
const ATTRIBUTES: Read<Attributes> = reads("elasticloadbalancingv2", "DescribeLoadBalancerAttributes");

/// How the service says that there is no such load balancer.
const GONE: &[&str] = &["LoadBalancerNotFound"];

const IDLE_TIMEOUT: &str = "idle_timeout.timeout_seconds";

/// One application, network or gateway load balancer.
#[derive(Debug, Serialize, Row)]
#[row(table = "elbv2_load_balancers", key = "arn")]
pub struct LoadBalancer {
    /// The load balancer's ARN.
    pub arn: String,
    /// The load balancer's name.
    pub load_balancer_name: String,
    /// application, network or gateway. Null: AWS did not say.
    pub load_balancer_type: Option<String>,
    /// internet-facing (its name leads to public addresses) or internal. Null: AWS did not say, as of a gateway.
    pub scheme: Option<String>,
    /// active, provisioning, active_impaired or failed. Null: AWS did not say.
    pub state: Option<String>,
    /// Why it is in this state. Null: AWS did not say.
    pub state_reason: Option<String>,
    /// The name by which it is reached. Null: AWS did not say, as of a gateway.
    pub dns_name: Option<String>,
    /// The hosted zone of its name. Null: AWS did not say.
    pub hosted_zone_id: Option<String>,
    /// ipv4, dualstack or dualstack-without-public-ipv4. Null: AWS did not say.
    pub ip_address_type: Option<String>,
    /// Its VPC. Null: AWS did not say.
    pub vpc_id: Option<String>,
    /// Its zones, eu-west-1a.
    pub availability_zones: Vec<String>,
    /// The subnets that it is in, one for each zone.
    pub subnet_ids: Vec<String>,
    /// Its security groups, by id. Empty: it has none, as a gateway and many a network load balancer.
    pub security_group_ids: Vec<String>,
    /// The fixed addresses of a network load balancer, public and private. Empty: it has none.
    pub ip_addresses: Vec<String>,
    /// Whether the groups' rules also hold for what comes by AWS PrivateLink, on or off. Null: AWS did not say.
    pub private_link_inbound_rules: Option<String>,
    /// Whether requests are logged to a bucket. Null: the attributes were not read, or the type has no such logs.
    pub has_access_logs: Option<bool>,
    /// The bucket that gets these logs. Null: none.
    pub access_logs_bucket: Option<String>,
    /// Whether connections are logged to a bucket. Null: the attributes were not read, or the type has no such logs.
    pub has_connection_logs: Option<bool>,
    /// Whether it cannot be deleted as long as this is set. Null: the attributes were not read.
    pub is_deletion_protected: Option<bool>,
    /// Whether headers with invalid names are dropped. Null: the attributes were not read, or it is no application load
    /// balancer.
    pub is_invalid_header_dropped: Option<bool>,
    /// Whether requests pass when WAF cannot be asked. Null: the attributes were not read, or it is no application load
    /// balancer.
    pub is_waf_fail_open: Option<bool>,
    /// What is done with requests that may be meant to smuggle others: monitor, defensive or strictest. Null: the
    /// attributes were not read, or it is no application load balancer.
    pub desync_mitigation_mode: Option<String>,
    /// After how many seconds an idle connection is closed. Null: the attributes were not read, or the type has no such
    /// time.
    pub idle_timeout_seconds: Option<i32>,
    /// All attributes by their names at AWS, among them those of the columns above. Null: they were not read.
    pub attributes: Option<BTreeMap<String, String>>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
}

/// The load balancers of one region, with their listeners.
pub const LOAD_BALANCERS: Collector = Collector {
    name: "elbv2_load_balancers",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), ATTRIBUTES.call(), listeners::LIST.call()],
    resources: &[],
    tables: &[table::<LoadBalancer>(), table::<Listener>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    load_balancers: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    load_balancer_arn: Option<String>,
    load_balancer_name: Option<String>,
    #[serde(rename = "Type")]
    load_balancer_type: Option<String>,
    scheme: Option<String>,
    state: State,
    #[serde(rename = "DNSName")]
    dns_name: Option<String>,
    canonical_hosted_zone_id: Option<String>,
    ip_address_type: Option<String>,
    vpc_id: Option<String>,
    availability_zones: Vec<Zone>,
    security_groups: Vec<String>,
    enforce_security_group_inbound_rules_on_private_link_traffic: Option<String>,
    created_time: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct State {
    code: Option<String>,
    reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Zone {
    zone_name: Option<String>,
    subnet_id: Option<String>,
    load_balancer_addresses: Vec<Address>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Address {
    ip_address: Option<String>,
    #[serde(rename = "PrivateIPv4Address")]
    private_ipv4_address: Option<String>,
    #[serde(rename = "IPv6Address")]
    ipv6_address: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Attributes {
    attributes: Vec<Attribute>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Attribute {
    key: String,
    value: String,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"PageSize": 400}));
    while let Some(page) = pages.next().await {
        let mut balancers = details(page?.load_balancers, |described| read(session, described));
        while let Some(details) = balancers.next().await {
            push(rows, details).await?;
        }
    }
    Ok(())
}

struct Details {
    described: Described,
    attributes: Answer<Attributes>,
    listeners: Answer<Vec<listeners::Described>>,
}

async fn read(session: &Session, described: Described) -> Details {
    let arn = described.load_balancer_arn.as_deref();
    let attributes = ATTRIBUTES.send(session, json!({"LoadBalancerArn": arn})).await;
    let listeners = listeners::of(session, arn).await;
    Details { described, attributes, listeners }
}

async fn push(rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { mut described, attributes, listeners } = details;
    if is_gone(GONE, &attributes) && is_gone(GONE, &listeners) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let Some(arn) = unread.value("LoadBalancerArn", described.load_balancer_arn.take()) else {
        unread.lost(rows, [LoadBalancer::TABLE, Listener::TABLE], &LIST.call().name());
        return Ok(());
    };
    let attributes = rows.item([LoadBalancer::TABLE], attributes)?;
    let listeners = rows.item([Listener::TABLE], listeners)?;
    let attributes = attributes.map(|it| it.attributes.into_iter().map(|it| (it.key, it.value)).collect());
    let row = load_balancer(arn, described, attributes, rows.captured_at(), &mut unread);
    unread.count(rows, LoadBalancer::TABLE, &LIST.call().name());
    listeners::push(rows, &row.arn, listeners.unwrap_or_default()).await?;
    rows.push(row).await
}

fn load_balancer(
    arn: String,
    it: Described,
    attributes: Option<BTreeMap<String, String>>,
    now: Timestamp,
    unread: &mut Unread,
) -> LoadBalancer {
    let created_at = unread.moment("CreatedTime", it.created_time.as_ref());
    let named = |name: &str| attributes.as_ref().and_then(|all| all.get(name)).filter(|value| !value.is_empty());
    let mut flag = |name: &str| unread.parsed(name, named(name).map(String::as_str), |text| text.parse::<bool>().ok());
    let (has_access_logs, has_connection_logs) = (flag("access_logs.s3.enabled"), flag("connection_logs.s3.enabled"));
    let is_deletion_protected = flag("deletion_protection.enabled");
    let is_invalid_header_dropped = flag("routing.http.drop_invalid_header_fields.enabled");
    let is_waf_fail_open = flag("waf.fail_open.enabled");
    let idle_timeout = named(IDLE_TIMEOUT).map(String::as_str);
    let zones = &it.availability_zones;
    let addresses = zones.iter().flat_map(|zone| &zone.load_balancer_addresses);
    let addresses = addresses.flat_map(|it| [&it.ip_address, &it.private_ipv4_address, &it.ipv6_address]);
    LoadBalancer {
        load_balancer_name: it.load_balancer_name.unwrap_or_else(|| name_in(&arn)),
        arn,
        load_balancer_type: it.load_balancer_type,
        scheme: it.scheme,
        state: it.state.code,
        state_reason: it.state.reason.filter(|text| !text.is_empty()),
        dns_name: it.dns_name,
        hosted_zone_id: it.canonical_hosted_zone_id,
        ip_address_type: it.ip_address_type,
        vpc_id: it.vpc_id,
        availability_zones: zones.iter().filter_map(|zone| zone.zone_name.clone()).collect(),
        subnet_ids: unread.each("SubnetId", zones.iter().map(|zone| zone.subnet_id.clone())),
        security_group_ids: it.security_groups,
        ip_addresses: addresses.flatten().cloned().collect(),
        private_link_inbound_rules: it.enforce_security_group_inbound_rules_on_private_link_traffic,
        has_access_logs,
        access_logs_bucket: named("access_logs.s3.bucket").cloned(),
        has_connection_logs,
        is_deletion_protected,
        is_invalid_header_dropped,
        is_waf_fail_open,
        desync_mitigation_mode: named("routing.http.desync_mitigation_mode").cloned(),
        idle_timeout_seconds: unread.parsed(IDLE_TIMEOUT, idle_timeout, |text| text.parse::<i32>().ok()),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        attributes,
    }
}

/// The name in an ARN: of `…:loadbalancer/app/web/50dc6c495c0c9188`, web.
fn name_in(arn: &str) -> String {
    arn.split('/').nth(2).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
