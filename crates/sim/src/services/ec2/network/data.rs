//! Databases, data warehouses and classic load balancers in the network: their interfaces. Which of them the internet
//! reaches, their services say.

use super::NAMES;
use super::interfaces::interface;
use super::spots::Placed;
use crate::place::Place;
use crate::services::{elasticloadbalancing, rds, redshift};
use serde_json::{Value, json};

pub(super) fn interfaces(place: &Place<'_>) -> Vec<Value> {
    let databases = rds::placed(place).into_iter().map(|it| (it, "RDSNetworkInterface".to_owned(), "amazon-rds"));
    let warehouses =
        redshift::placed(place).into_iter().map(|it| (it, "RedshiftNetworkInterface".to_owned(), "amazon-redshift"));
    let balancers = elasticloadbalancing::placed(place).into_iter().map(|it| {
        let description = format!("ELB {}", it.name);
        (it, description, "amazon-elb")
    });
    let all = databases.chain(warehouses).chain(balancers);
    all.map(|(it, description, requester)| of(place, &it, &description, requester)).collect()
}

fn of(place: &Place<'_>, it: &Placed, description: &str, requester: &str) -> Value {
    let third = NAMES.iter().position(|name| *name == it.spot.subnet()).unwrap_or_default();
    let (name, private_ip) = (format!("{requester}/{}", it.name), format!("172.31.{third}.30"));
    let mut described = interface(place, &name, it.spot.subnet(), &private_ip, it.public_ip.as_deref());
    described["description"] = json!(description);
    described["requesterId"] = json!(requester);
    described["requesterManaged"] = json!(true);
    described["groupSet"] = it.spot.group_set(place);
    described
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, Reply, quiet};
    use std::collections::BTreeSet;

    fn set(reply: &Reply, name: &str) -> BTreeSet<String> {
        reply.elements(name).into_iter().collect()
    }

    #[test]
    fn what_they_say_of_their_network_is_there() {
        let showcase = Client::new(quiet(3, 4)).assume(1, "").unwrap();
        let (subnets, groups) =
            (showcase.query("ec2", "Action=DescribeSubnets"), showcase.query("ec2", "Action=DescribeSecurityGroups"));
        let there = set(&subnets, "subnetId").into_iter().chain(set(&groups, "groupId"));
        let there: BTreeSet<_> = there.chain(set(&subnets, "vpcId")).collect();
        let balancers = "Action=DescribeLoadBalancers&Version=2012-06-01";
        for (service, form, names) in [
            ("rds", "Action=DescribeDBInstances", &["SubnetIdentifier", "VpcSecurityGroupId", "VpcId"][..]),
            ("redshift", "Action=DescribeClusters", &["VpcSecurityGroupId", "VpcId"][..]),
            ("elasticloadbalancing", balancers, &["VPCId"][..]),
        ] {
            let reply = showcase.query(service, form);
            for name in names {
                let said = set(&reply, name);
                assert!(!said.is_empty() && said.is_subset(&there), "{service} {name}: {said:?}");
            }
        }
        let members = set(&showcase.query("elasticloadbalancing", balancers), "member");
        let said: BTreeSet<_> =
            members.into_iter().filter(|it| it.starts_with("subnet-") || it.starts_with("sg-")).collect();
        assert!(said.len() > 3 && said.is_subset(&there), "{said:?}");
        let interfaces = set(&showcase.query("ec2", "Action=DescribeNetworkInterfaces"), "publicIp");
        let nodes = showcase.query("redshift", "Action=DescribeClusters").elements("PublicIPAddress");
        let unique: BTreeSet<_> = nodes.iter().cloned().collect();
        assert!(unique.len() == nodes.len() && unique.is_subset(&interfaces), "{nodes:?}");
    }

    #[test]
    fn some_are_reached_some_are_not_and_of_some_nobody_can_tell() {
        for seed in 1..4 {
            let truth = Client::new(quiet(3, seed)).simulation.truth();
            let reached = truth.lists.of("G17");
            for (target_type, is_of) in
                [("rds_instance", ":db:"), ("redshift_cluster", ":cluster:"), ("elb_load_balancer", ":loadbalancer/")]
            {
                let cell = |which: &str| {
                    truth.cells[&format!("internet_paths WHERE target_type = '{target_type}' AND {which}")]
                };
                assert!(cell("NOT is_reachable") > 1 && cell("is_reachable IS NULL") > 0, "{target_type}, seed {seed}");
                let is_its = |arn: &str| {
                    let end = arn.split_once(is_of).map(|(_, end)| end);
                    end.is_some_and(|end| !end.contains('/'))
                };
                let count = reached.iter().filter(|case| is_its(&case[0])).count();
                assert!(count > 1, "{target_type}, seed {seed}: {reached:?}");
            }
        }
    }
}
