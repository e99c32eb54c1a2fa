//! Databases, warehouses, domains and clusters: reached, not reached, and not known.

use super::{WEB, region, texts};
use crate::internet::targets::Region;
use crate::internet::targets::databases::{Database, Warehouse};
use crate::internet::targets::endpoints::{Cluster, Domain};

fn database(arn: &str, is_public: Option<bool>, group: &str) -> Database {
    Database {
        arn: arn.to_owned(),
        is_public,
        port: Some(443),
        vpc_id: Some("vpc-1".to_owned()),
        subnet_ids: texts(&["subnet-1", "subnet-2"]),
        group_ids: texts(&[group]),
    }
}

#[test]
fn a_database_is_reached_by_the_interfaces_that_can_only_be_its_own() {
    let of = |databases: Vec<Database>| {
        let rds = "RDSNetworkInterface";
        let region = region().with("eni-1", rds, WEB).with("eni-2", rds, &["groups=web"]);
        Region { databases, ..region.with("eni-3", rds, &["public=203.0.113.9", "groups=other"]) }
    };
    let (open, shut) = (database("open", Some(true), "web"), database("shut", Some(true), "other"));
    let inner = database("inner", Some(false), "web");
    let apart = of(vec![open.clone(), shut.clone(), inner.clone()]);
    assert_eq!(apart.says("open"), ["yes 203.0.113.7 tcp 443-443 0.0.0.0/0"]);
    assert_eq!(apart.says("shut"), ["no nothing lets in the internet on a port on which it takes connections"]);
    assert_eq!(apart.says("inner"), ["no it is not publicly accessible"]);
    let unread = Database { is_public: None, ..inner };
    assert_eq!(of(vec![unread.clone()]).says("inner"), ["unknown whether it is publicly accessible was not read"]);
    let alike = of(vec![open.clone(), unread, shut.clone(), Database { arn: "too".to_owned(), ..shut }]);
    assert_eq!(alike.says("open"), ["unknown its network interfaces cannot be told from those of others"]);
    let none = "no none of the network interfaces that may be its own can be reached";
    assert_eq!(alike.says("shut"), [none]);
    let elsewhere = Database { subnet_ids: texts(&["subnet-2"]), ..open.clone() };
    assert_eq!(of(vec![elsewhere]).says("open"), ["unknown its network interfaces were not read"]);
    let without_port = Database { port: None, ..open };
    assert_eq!(of(vec![without_port]).says("open"), ["unknown its port was not read, or it has none yet"]);
}

#[test]
fn a_warehouse_is_reached_by_the_interfaces_of_its_nodes() {
    let of = |is_public: Option<bool>, address: &str| {
        let warehouse = Warehouse { arn: "lake".to_owned(), is_public, port: Some(443), addresses: texts(&[address]) };
        Region { warehouses: vec![warehouse], ..region().with("eni-1", "RedshiftNetworkInterface", WEB) }.says("lake")
    };
    assert_eq!(of(Some(true), "203.0.113.7"), ["yes 203.0.113.7 tcp 443-443 0.0.0.0/0"]);
    assert_eq!(of(Some(false), "203.0.113.7"), ["no it is not publicly accessible"]);
    assert_eq!(of(Some(true), "203.0.113.8"), ["unknown its network interfaces were not read"]);
    assert_eq!(of(None, "203.0.113.7"), ["unknown whether it is publicly accessible was not read"]);
}

#[test]
fn a_domain_is_open_to_the_world_unless_it_is_in_a_vpc() {
    let of = |is_in_vpc: Option<bool>, host: Option<&str>, is_https_enforced: bool| {
        let domain = Domain {
            arn: "logs".to_owned(),
            is_in_vpc,
            host: host.map(str::to_owned),
            is_dual_stack: !is_https_enforced,
            is_https_enforced: Some(is_https_enforced),
        };
        Region { domains: vec![domain], ..region() }.says("logs")
    };
    assert_eq!(of(Some(false), Some("host"), true), ["yes host tcp 443-443 0.0.0.0/0"]);
    let both = [
        "yes host tcp 443-443 0.0.0.0/0",
        "yes host tcp 80-80 0.0.0.0/0",
        "yes host tcp 443-443 ::/0",
        "yes host tcp 80-80 ::/0",
    ];
    assert_eq!(of(Some(false), Some("host"), false), both);
    assert_eq!(of(Some(true), Some("host"), true), ["no it is in a VPC, without a public address"]);
    assert_eq!(of(Some(false), None, true), ["unknown it has no host yet"]);
    assert_eq!(of(None, None, true), ["unknown it was not read"]);
}

#[test]
fn the_api_of_a_cluster_is_open_to_the_ranges_that_it_says() {
    let of = |is_public: Option<bool>, ranges: Option<&[&str]>| {
        let endpoint = Some("https://api.example.com".to_owned());
        let cluster = Cluster { arn: "k".to_owned(), is_public, endpoint, ranges: ranges.map(texts) };
        Region { clusters: vec![cluster], ..region() }.says("k")
    };
    let unread = "unknown from where its API is open was not read";
    assert_eq!(of(Some(true), Some(&["0.0.0.0/0"])), ["yes api.example.com tcp 443-443 0.0.0.0/0"]);
    let office = "yes api.example.com tcp 443-443 198.51.100.0/24";
    assert_eq!(of(Some(true), Some(&["198.51.100.0/24", "10.0.0.0/8"])), [office]);
    assert_eq!(of(Some(true), Some(&["198.51.100.0/24", "odd"])), [office, unread]);
    assert_eq!(of(Some(true), Some(&["10.0.0.0/8"])), ["no its API is open to private ranges alone"]);
    assert_eq!(of(Some(false), Some(&["0.0.0.0/0"])), ["no its API is entered from its VPC alone"]);
    assert_eq!(of(Some(true), Some(&[])), [unread]);
    assert_eq!(of(Some(true), None), [unread]);
    assert_eq!(of(None, None), ["unknown it was not read"]);
}
