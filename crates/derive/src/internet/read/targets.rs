//! Reads what may be reached beside instances: load balancers, tasks, databases, domains, clusters.

use std::collections::BTreeMap;

use orgcensus_collectors::ecs::services::Service;
use orgcensus_collectors::ecs::tasks::Task;
use orgcensus_collectors::opensearch::domains::Domain;
use orgcensus_collectors::{eks, elasticloadbalancing, elasticloadbalancingv2, rds, redshift};
use orgcensus_crawl::{Derive, Error, Staged};
use orgcensus_row::resource_type;

use super::texts;
use crate::internet::targets::balancers::{Balancer, Listener};
use crate::internet::targets::{Region, databases, endpoints, tasks};

/// The collectors of load balancers, each with its listeners.
const CLASSIC_BALANCERS: &str = elasticloadbalancing::load_balancers::LOAD_BALANCERS.name;
const BALANCERS: &str = elasticloadbalancingv2::load_balancers::LOAD_BALANCERS.name;

/// The collectors of targets of which it matters whether they read everything.
pub(super) const WATCHED: &[&str] = &[CLASSIC_BALANCERS, BALANCERS, tasks::TASKS];

/// The staged rows about targets. A caller asks for one account after the other.
pub(super) struct Targets {
    balancers: Staged<elasticloadbalancingv2::load_balancers::LoadBalancer>,
    classic_balancers: Staged<elasticloadbalancing::load_balancers::LoadBalancer>,
    classic_listeners: Staged<elasticloadbalancing::load_balancers::Listener>,
    clusters: Staged<eks::clusters::Cluster>,
    databases: Staged<rds::instances::Instance>,
    domains: Staged<Domain>,
    groups: Staged<elasticloadbalancingv2::target_groups::TargetGroup>,
    listeners: Staged<elasticloadbalancingv2::load_balancers::listeners::Listener>,
    services: Staged<Service>,
    tasks: Staged<Task>,
    warehouses: Staged<redshift::clusters::Cluster>,
}

impl Targets {
    pub(super) fn open(derive: &mut Derive<'_>) -> Result<Self, Error> {
        Ok(Self {
            balancers: derive.staged()?,
            classic_balancers: derive.staged()?,
            classic_listeners: derive.staged()?,
            clusters: derive.staged()?,
            databases: derive.staged()?,
            domains: derive.staged()?,
            groups: derive.staged()?,
            listeners: derive.staged()?,
            services: derive.staged()?,
            tasks: derive.staged()?,
            warehouses: derive.staged()?,
        })
    }

    /// Adds the targets of an account to its regions.
    pub(super) fn account(&mut self, account_id: &str, regions: &mut BTreeMap<String, Region>) -> Result<(), Error> {
        self.load_balancers(account_id, regions)?;
        self.ecs(account_id, regions)?;
        self.data(account_id, regions)?;
        self.clusters.by_region(account_id, regions, |region, it| {
            region.clusters.push(endpoints::Cluster {
                arn: it.arn.to_owned(),
                is_public: it.is_endpoint_public,
                endpoint: it.endpoint.map(str::to_owned),
                ranges: it.public_access_cidrs.map(texts),
            });
        })
    }

    fn load_balancers(&mut self, account_id: &str, regions: &mut BTreeMap<String, Region>) -> Result<(), Error> {
        self.balancers.by_region(account_id, regions, |region, it| {
            let balancer = Balancer {
                arn: it.arn.to_owned(),
                target_type: resource_type::<elasticloadbalancingv2::load_balancers::LoadBalancer>(),
                collector: BALANCERS,
                name: it.load_balancer_name.to_owned(),
                is_gateway: it.load_balancer_type == Some("gateway"),
                scheme: it.scheme.map(str::to_owned),
                listeners: Vec::new(),
            };
            region.balancers.insert(balancer.arn.clone(), balancer);
        })?;
        self.classic_balancers.by_region(account_id, regions, |region, it| {
            let balancer = Balancer {
                arn: it.arn.to_owned(),
                target_type: resource_type::<elasticloadbalancing::load_balancers::LoadBalancer>(),
                collector: CLASSIC_BALANCERS,
                name: it.load_balancer_name.to_owned(),
                is_gateway: false,
                scheme: it.scheme.map(str::to_owned),
                listeners: Vec::new(),
            };
            region.balancers.insert(balancer.arn.clone(), balancer);
        })?;
        self.listeners.by_region(account_id, regions, |region, it| {
            region.listener(it.load_balancer_arn, it.port, it.protocol);
        })?;
        self.classic_listeners.by_region(account_id, regions, |region, it| {
            region.listener(it.load_balancer_arn, Some(it.port), it.protocol);
        })?;
        self.groups.by_region(account_id, regions, |region, it| {
            region.balancers_of_group.insert(it.arn.to_owned(), texts(it.load_balancer_arns));
        })
    }

    fn ecs(&mut self, account_id: &str, regions: &mut BTreeMap<String, Region>) -> Result<(), Error> {
        self.services.by_region(account_id, regions, |region, it| {
            region.services.push(tasks::Service {
                arn: it.arn.to_owned(),
                name: it.service_name.to_owned(),
                cluster_arn: it.cluster_arn.to_owned(),
                target_groups: it.target_group_arns.map(texts),
                classic_balancers: it.load_balancer_names.map(texts),
            });
        })?;
        self.tasks.by_region(account_id, regions, |region, it| {
            region.tasks.push(tasks::Task {
                arn: it.arn.to_owned(),
                cluster_arn: it.cluster_arn.to_owned(),
                service_name: it.service_name.map(str::to_owned),
                interfaces: it.network_interface_ids.map(texts),
                is_on_fargate: it.container_instance_arn.is_none(),
            });
        })
    }

    /// Databases, data warehouses and domains.
    fn data(&mut self, account_id: &str, regions: &mut BTreeMap<String, Region>) -> Result<(), Error> {
        self.databases.by_region(account_id, regions, |region, it| {
            region.databases.push(databases::Database {
                arn: it.arn.to_owned(),
                is_public: it.is_publicly_accessible,
                port: it.endpoint_port,
                vpc_id: it.vpc_id.map(str::to_owned),
                subnet_ids: texts(it.subnet_ids).into_iter().collect(),
                group_ids: texts(it.security_group_ids).into_iter().collect(),
            });
        })?;
        self.warehouses.by_region(account_id, regions, |region, it| {
            let addresses = texts(it.node_public_ip_addresses).into_iter();
            region.warehouses.push(databases::Warehouse {
                arn: it.arn.to_owned(),
                is_public: it.is_publicly_accessible,
                port: it.endpoint_port,
                addresses: addresses.chain(it.elastic_ip.map(str::to_owned)).collect(),
            });
        })?;
        self.domains.by_region(account_id, regions, |region, it| {
            if it.is_deleted != Some(true) {
                region.domains.push(endpoints::Domain {
                    arn: it.arn.to_owned(),
                    is_in_vpc: it.is_in_vpc,
                    host: it.endpoint_host.map(str::to_owned),
                    is_dual_stack: it.ip_address_type == Some("dualstack"),
                    is_https_enforced: it.is_https_enforced,
                });
            }
        })
    }
}

impl Region {
    fn listener(&mut self, balancer_arn: &str, port: Option<i32>, protocol: Option<&str>) {
        if let Some(balancer) = self.balancers.get_mut(balancer_arn) {
            balancer.listeners.push(Listener { port, protocol: protocol.map(str::to_owned) });
        }
    }
}
