//! Classic load balancers: DescribeLoadBalancers, which gives their listeners, then DescribeLoadBalancerAttributes for
//! each.

mod described;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;
use serde_json::json;

use self::described::{Attributes, Described, ItsAttributes, ItsListener, Page};
use crate::items::{Answer, Unread, details, is_gone};

const LIST: Read<Page> = reads("elasticloadbalancing", "DescribeLoadBalancers");
const ATTRIBUTES: Read<ItsAttributes> = reads("elasticloadbalancing", "DescribeLoadBalancerAttributes");

/// How the service says that there is no such load balancer.
const GONE: &[&str] = &["LoadBalancerNotFound"];

/// The further attribute that says how requests are treated that may be meant to smuggle others.
const DESYNC: &str = "elb.http.desyncmitigationmode";

/// One classic load balancer.
#[derive(Debug, Serialize, Row)]
#[row(table = "elb_load_balancers", key = "arn")]
pub struct LoadBalancer {
    /// The load balancer's ARN.
    pub arn: String,
    /// The load balancer's name.
    pub load_balancer_name: String,
    /// internet-facing (its name leads to public addresses) or internal. Null: AWS did not say.
    pub scheme: Option<String>,
    /// The name by which it is reached. Null: AWS did not say.
    pub dns_name: Option<String>,
    /// The hosted zone of its name. Null: AWS did not say.
    pub hosted_zone_id: Option<String>,
    /// Its VPC. Null: it is in none.
    pub vpc_id: Option<String>,
    /// Its zones, eu-west-1a.
    pub availability_zones: Vec<String>,
    /// The subnets that it is in.
    pub subnet_ids: Vec<String>,
    /// Its security groups, by id.
    pub security_group_ids: Vec<String>,
    /// The instances to which it sends, by id.
    pub instance_ids: Vec<String>,
    /// How many listeners it has.
    pub listener_count: i32,
    /// What the health check asks for, HTTP:80/ok. Null: AWS did not say.
    pub health_check_target: Option<String>,
    /// Whether requests are logged to a bucket. Null: the attributes were not read.
    pub has_access_logs: Option<bool>,
    /// The bucket that gets these logs. Null: none, or the attributes were not read.
    pub access_logs_bucket: Option<String>,
    /// Whether it sends to instances in all zones alike. Null: the attributes were not read.
    pub is_cross_zone: Option<bool>,
    /// Whether requests under way are finished before an instance leaves. Null: the attributes were not read.
    pub has_connection_draining: Option<bool>,
    /// After how many seconds an idle connection is closed. Null: the attributes were not read.
    pub idle_timeout_seconds: Option<i32>,
    /// What is done with requests that may be meant to smuggle others: monitor, defensive or strictest. Null: AWS did
    /// not say, or the attributes were not read.
    pub desync_mitigation_mode: Option<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
}

/// One listener of a classic load balancer: a port on which it takes connections.
#[derive(Debug, Serialize, Row)]
#[row(table = "elb_listeners", key = "load_balancer_arn, port")]
pub struct Listener {
    /// The load balancer's ARN.
    pub load_balancer_arn: String,
    /// The port.
    pub port: i32,
    /// HTTP, HTTPS, TCP or SSL. Null: AWS did not say.
    pub protocol: Option<String>,
    /// The port of the instances. Null: AWS did not say.
    pub instance_port: Option<i32>,
    /// The protocol by which instances are reached. Null: AWS did not say.
    pub instance_protocol: Option<String>,
    /// The certificate, by its ARN. Null: it speaks no TLS.
    pub certificate_arn: Option<String>,
    /// The policies that hold for it, by name, among them the one for TLS.
    pub policy_names: Vec<String>,
}

/// The classic load balancers of one region, with their listeners.
pub const LOAD_BALANCERS: Collector = Collector {
    name: "elb_load_balancers",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), ATTRIBUTES.call()],
    resources: &[],
    tables: &[table::<LoadBalancer>(), table::<Listener>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"PageSize": 400}));
    while let Some(page) = pages.next().await {
        let mut balancers = details(page?.load_balancer_descriptions, |described| read(session, described));
        while let Some((described, attributes)) = balancers.next().await {
            push(session, rows, described, attributes).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, described: Described) -> (Described, Answer<ItsAttributes>) {
    let attributes = ATTRIBUTES.send(session, json!({"LoadBalancerName": described.load_balancer_name})).await;
    (described, attributes)
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    mut described: Described,
    attributes: Answer<ItsAttributes>,
) -> Result<(), Error> {
    if is_gone(GONE, &attributes) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let Some(name) = unread.value("LoadBalancerName", described.load_balancer_name.take()) else {
        unread.lost(rows, [LoadBalancer::TABLE, Listener::TABLE], &LIST.call().name());
        return Ok(());
    };
    let attributes = rows.item([LoadBalancer::TABLE], attributes)?;
    let listeners = std::mem::take(&mut described.listener_descriptions);
    let attributes = attributes.map(|it| it.load_balancer_attributes).unwrap_or_default();
    let count = i32::try_from(listeners.len()).unwrap_or(i32::MAX);
    let row = load_balancer(session, name, described, attributes, count, rows.captured_at(), &mut unread);
    unread.count(rows, LoadBalancer::TABLE, &LIST.call().name());
    for listener in listeners {
        let mut unread = Unread::default();
        let listener = its_listener(&row.arn, listener, &mut unread);
        unread.push(rows, &LIST.call().name(), listener).await?;
    }
    rows.push(row).await
}

fn load_balancer(
    session: &Session,
    name: String,
    it: Described,
    attributes: Attributes,
    listener_count: i32,
    now: Timestamp,
    unread: &mut Unread,
) -> LoadBalancer {
    let created_at = unread.moment("CreatedTime", it.created_time.as_ref());
    let further = attributes.additional_attributes.into_iter().find(|further| further.key == DESYNC);
    LoadBalancer {
        arn: session.arn("elasticloadbalancing", &format!("loadbalancer/{name}")),
        load_balancer_name: name,
        scheme: it.scheme,
        dns_name: it.dns_name,
        hosted_zone_id: it.hosted_zone_id,
        vpc_id: it.vpc_id,
        availability_zones: it.availability_zones,
        subnet_ids: it.subnets,
        security_group_ids: it.security_groups,
        instance_ids: unread.each("InstanceId", it.instances.into_iter().map(|instance| instance.instance_id)),
        listener_count,
        health_check_target: it.health_check.target,
        has_access_logs: attributes.access_log.enabled,
        access_logs_bucket: attributes.access_log.s3_bucket_name.filter(|bucket| !bucket.is_empty()),
        is_cross_zone: attributes.cross_zone_load_balancing.enabled,
        has_connection_draining: attributes.connection_draining.enabled,
        idle_timeout_seconds: attributes.connection_settings.idle_timeout,
        desync_mitigation_mode: further.map(|further| further.value),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    }
}

fn its_listener(load_balancer_arn: &str, it: ItsListener, unread: &mut Unread) -> Option<Listener> {
    let listener = it.listener;
    let port = unread.value("LoadBalancerPort", listener.load_balancer_port)?;
    Some(Listener {
        load_balancer_arn: load_balancer_arn.to_owned(),
        port,
        protocol: listener.protocol,
        instance_port: listener.instance_port,
        instance_protocol: listener.instance_protocol,
        certificate_arn: listener.certificate,
        policy_names: it.policy_names,
    })
}

#[cfg(test)]
mod tests;
