//! RDS: clusters and instances of databases, and snapshots of both.

mod described;
mod snapshots;

use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::protocol::Problem;
use crate::samples::SHARED;
use crate::service::{Service, get};
use crate::services::ec2::spots::{self, CROWDED, OF_DATA, Placed, SHUT, Spot};
use crate::truth::{At, Tally, resources, things};
use serde_json::{Map, Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[
        Problem::InvalidToken.is("InvalidParameterValue"),
        Problem::InvalidParameter.is("InvalidParameterValue"),
        Problem::Internal.is("InternalFailure"),
    ],
    answers: &[&[
        get("DescribeDBClusterSnapshotAttributes", snapshots::of_cluster_snapshot),
        get("DescribeDBClusterSnapshots", |context| {
            let page = context.page(snapshots::describe_cluster_snapshots(&context.place))?;
            Ok(json!({ "DBClusterSnapshots": named("DBClusterSnapshot", page.elements), "Marker": page.next }))
        })
        .pages(100, 100),
        get("DescribeDBClusters", |context| {
            let page = context.page(described::clusters(&context.place))?;
            Ok(json!({ "DBClusters": named("DBCluster", page.elements), "Marker": page.next }))
        })
        .pages(100, 100),
        get("DescribeDBInstances", |context| {
            let page = context.page(described::instances(&context.place))?;
            Ok(json!({ "DBInstances": named("DBInstance", page.elements), "Marker": page.next }))
        })
        .pages(100, 100),
        get("DescribeDBSnapshotAttributes", snapshots::of_snapshot),
        get("DescribeDBSnapshots", |context| {
            let page = context.page(snapshots::describe_snapshots(&context.place))?;
            Ok(json!({ "DBSnapshots": named("DBSnapshot", page.elements), "Marker": page.next }))
        })
        .pages(100, 100),
    ]],
    kinds: &[
        resources(At::Region, |place| snapshots::planted(snapshots::cluster_snapshots(place)))
            .rows("rds_cluster_snapshots")
            .sampled("rds_cluster_snapshots", SHARED),
        things(At::Region, "rds_clusters", |place| clusters(place).len()),
        things(At::Region, "rds_instances", |place| instances(place).len()),
        resources(At::Region, |place| snapshots::planted(snapshots::snapshots(place)))
            .rows("rds_snapshots")
            .sampled("rds_snapshots", SHARED),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("rds")
};

/// A cluster of Aurora, or of DocumentDB, because RDS lists these too.
#[derive(Debug)]
struct Cluster {
    name: String,
    engine: &'static str,
    spot: Spot,
    is_encrypted: bool,
    is_protected: bool,
    members: Vec<Instance>,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

/// An instance, in a cluster or alone.
#[derive(Debug)]
struct Instance {
    name: String,
    engine: &'static str,
    spot: Spot,
    status: &'static str,
    is_public: bool,
    is_encrypted: bool,
    is_protected: bool,
    backup_days: i64,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

impl Instance {
    /// Whether it is made: before, it has neither an address nor a time of creation.
    fn is_ready(&self) -> bool {
        self.status != "creating"
    }
}

fn clusters(place: &Place<'_>) -> Vec<Cluster> {
    let mean = place.organization.settings.rates.other_resources;
    let (mut dice, count) = place.population("rds-clusters", mean);
    let cluster = |number| {
        let name = format!("{}-{number}", dice.pick(&["orders", "ledger", "search"]));
        let engine = dice.weighted(&[("aurora-postgresql", 5), ("aurora-mysql", 3), ("docdb", 1), ("aurora-cobol", 1)]);
        let spot = spot(place, &name);
        let members =
            (0..dice.count(1)).map(|member| instance(place, format!("{name}-{member}"), engine, spot, &mut dice));
        Cluster {
            members: members.collect(),
            engine,
            spot,
            is_encrypted: dice.chance(0.8),
            is_protected: dice.chance(0.5),
            created_millis: days_ago(place, &mut dice),
            tags: some_tags(&mut dice),
            name,
        }
    };
    (0..count).map(cluster).collect()
}

/// The instances that are in no cluster. The showroom has a public one at each spot, and two at the crowded one.
fn alone(place: &Place<'_>) -> Vec<Instance> {
    let mean = place.organization.settings.rates.other_resources;
    let (mut dice, count) = place.population("rds", mean);
    let made = |number| {
        let name = format!("{}-{number}", dice.pick(&["legacy", "reports", "wiki"]));
        let engine = dice.weighted(&[("postgres", 5), ("mysql", 4), ("sqlserver-se", 1), ("dbase", 1)]);
        let spot = spot(place, &name);
        instance(place, name, engine, spot, &mut dice)
    };
    let mut alone: Vec<Instance> = (0..count).map(made).collect();
    if place.is_showroom() {
        let shown = OF_DATA.into_iter().chain([CROWDED]).enumerate().map(|(number, spot)| Instance {
            status: "available",
            is_public: true,
            ..instance(place, format!("show-{number}"), "postgres", spot, &mut dice)
        });
        alone.extend(shown);
    }
    alone
}

/// Where a cluster is, with its instances, or an instance alone. In the showroom all but what is shown is where nothing
/// is reached, so that it is not taken for the other.
fn spot(place: &Place<'_>, name: &str) -> Spot {
    if place.is_showroom() { SHUT } else { spots::by_chance(place, "rds", name, &OF_DATA) }
}

/// All instances, each with the name of its cluster if it is in one.
fn instances(place: &Place<'_>) -> Vec<(Option<String>, Instance)> {
    let of_clusters = clusters(place).into_iter().flat_map(|it| {
        let (name, members) = (it.name, it.members.into_iter());
        members.map(move |member| (Some(name.clone()), member))
    });
    of_clusters.chain(alone(place).into_iter().map(|instance| (None, instance))).collect()
}

fn instance(place: &Place<'_>, name: String, engine: &'static str, spot: Spot, dice: &mut Dice) -> Instance {
    Instance {
        name,
        engine,
        spot,
        status: dice.weighted(&[("available", 16), ("stopped", 2), ("creating", 1), ("hibernating", 1)]),
        is_public: dice.chance(0.1),
        is_encrypted: dice.chance(0.8),
        is_protected: dice.chance(0.4),
        backup_days: dice.pick(&[0, 1, 7, 35]),
        created_millis: days_ago(place, dice),
        tags: some_tags(dice),
    }
}

fn days_ago(place: &Place<'_>, dice: &mut Dice) -> i64 {
    let days = dice.between(0, 1500);
    place.days_ago(days, dice)
}

/// All instances as the network has them. Their interfaces do not say whose they are: those at one spot look the same.
pub(crate) fn placed(place: &Place<'_>) -> Vec<Placed> {
    let all = instances(place);
    let placed = |(_, it): &(Option<String>, Instance)| {
        let is_twin = |other: &Instance| other.is_public && other.spot == it.spot && other.name != it.name;
        Placed {
            arn: arn(place, it),
            name: it.name.clone(),
            spot: it.spot,
            public_ip: it.is_public.then(|| "203.0.113.253".to_owned()),
            ports: it.is_ready().then(|| vec![port(it.engine)]),
            has_twin: all.iter().any(|(_, other)| is_twin(other)),
        }
    };
    all.iter().map(placed).collect()
}

fn arn(place: &Place<'_>, it: &Instance) -> String {
    place.arn("rds", &format!("db:{}", it.name))
}

/// The usual port of an engine.
fn port(engine: &str) -> u16 {
    match engine {
        "aurora-mysql" | "mysql" => 3306,
        "docdb" => 27017,
        "sqlserver-se" => 1433,
        _ => 5432,
    }
}

const CLOSED: &str = "internet_paths WHERE target_type = 'rds_instance' AND NOT is_reachable";
const UNKNOWN: &str = "internet_paths WHERE target_type = 'rds_instance' AND is_reachable IS NULL";

/// Counts the instances that are public, those that the internet reaches, and the databases that CloudWatch Logs gets
/// no logs of. An instance of a cluster has the cluster's.
fn count(place: &Place<'_>, tally: &mut Tally) {
    let placed = placed(place);
    spots::count(place, tally, &placed, [CLOSED, UNKNOWN]);
    for it in &placed {
        let counts = &mut tally.misconfigurations;
        counts.one("E7", "database_instances", "publicly_accessible", it.public_ip.is_some());
        counts.one("E7", "database_instances", "reached", it.is_reached(place) == Some(true));
    }
    for (cluster, it) in instances(place) {
        if cluster.is_none() {
            tally.misconfigurations.one("E18", "databases", "lake", !has_exports(place, &it.name));
        }
    }
    for it in clusters(place) {
        tally.misconfigurations.one("E18", "databases", "lake", !has_exports(place, &it.name));
    }
}

/// Whether CloudWatch Logs gets the logs of the cluster or the instance with this name.
fn has_exports(place: &Place<'_>, name: &str) -> bool {
    place.organization.dice(&["rds-exports", &place.account.id, place.region, name]).chance(0.5)
}

/// A list in XML whose elements have this name.
fn named(name: &str, elements: Vec<Value>) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), Value::Array(elements))]))
}
