//! Who can be reached from the internet, and by what ways: addresses, routes, security groups and network ACLs of each
//! region, put together.
//!
//! ```text
//! ranges, ports    addresses, protocols, what an ACL lets pass
//! network          what was read of one region of one account
//! ways             where the answer goes
//! rules            what the groups let in
//! reach            interface + network -> the ways from the internet
//! targets          what may be reached, each with its entrances: instances, and what else is added there
//! read             all of it, from the staged rows
//! ```

use std::collections::BTreeMap;

use orgcensus_collectors::ec2::instances::Instance;
use orgcensus_collectors::ec2::network_acls::{NetworkAcl, NetworkAclEntry};
use orgcensus_collectors::ec2::network_interfaces::NetworkInterface;
use orgcensus_collectors::ec2::prefix_lists::{ManagedPrefixList, ManagedPrefixListEntry};
use orgcensus_collectors::ec2::route_tables::{Route, RouteTableAssociation};
use orgcensus_collectors::ec2::security_group_rules::SecurityGroupRule;
use orgcensus_collectors::ec2::security_groups::SecurityGroup;
use orgcensus_collectors::ec2::subnets::Subnet;
use orgcensus_collectors::ec2::vpc_block_exclusions::VpcBlockExclusion;
use orgcensus_collectors::ecs::services::Service;
use orgcensus_collectors::ecs::tasks::Task;
use orgcensus_collectors::opensearch::domains::Domain;
use orgcensus_collectors::{eks, elasticloadbalancing, elasticloadbalancingv2, rds, redshift};
use orgcensus_crawl::{Derivation, Derive, Derived, Error, ScratchRows, TaskCoverage};
use orgcensus_row::{Table, table};

use self::read::Sources;
use self::targets::{Region, targets};

mod network;
mod ports;
mod ranges;
mod reach;
mod read;
mod rows;
mod rules;
mod targets;
mod ways;

pub use rows::InternetPath;

/// The derivation.
pub(crate) const INTERNET_PATHS: Derivation = Derivation {
    name: "internet_paths",
    reads: READS,
    reads_previous: &[],
    writes: &[Derived { table: table::<InternetPath>(), rests_on: RESTS_ON }],
    run: |derive| Box::pin(run(derive)),
};

/// The coverage stands first: the rows do not rest on it.
const READS: &[Table] = &[
    table::<TaskCoverage>(),
    table::<Instance>(),
    table::<ManagedPrefixList>(),
    table::<ManagedPrefixListEntry>(),
    table::<NetworkAcl>(),
    table::<NetworkAclEntry>(),
    table::<NetworkInterface>(),
    table::<Route>(),
    table::<RouteTableAssociation>(),
    table::<SecurityGroup>(),
    table::<SecurityGroupRule>(),
    table::<Subnet>(),
    table::<VpcBlockExclusion>(),
    table::<Domain>(),
    table::<Service>(),
    table::<Task>(),
    table::<eks::clusters::Cluster>(),
    table::<elasticloadbalancing::load_balancers::Listener>(),
    table::<elasticloadbalancing::load_balancers::LoadBalancer>(),
    table::<elasticloadbalancingv2::load_balancers::LoadBalancer>(),
    table::<elasticloadbalancingv2::load_balancers::listeners::Listener>(),
    table::<elasticloadbalancingv2::target_groups::TargetGroup>(),
    table::<rds::instances::Instance>(),
    table::<redshift::clusters::Cluster>(),
];

/// What the rows say less without.
const RESTS_ON: &[Table] = READS.split_at(1).1;

async fn run(derive: &mut Derive<'_>) -> Result<(), Error> {
    let mut sources = Sources::open(derive)?;
    let mut rows: ScratchRows<InternetPath> = derive.rows()?;
    for member in &derive.organization().accounts {
        let regions: BTreeMap<String, Region> = sources.account(&member.id)?;
        for (name, region) in &regions {
            let stamp = derive.stamp(&member.id, name);
            for target in targets(region) {
                derive.extend(&mut rows, &stamp, InternetPath::of(&target, region))?;
            }
            derive.stage(&mut rows, &stamp)?;
            tokio::task::yield_now().await;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
