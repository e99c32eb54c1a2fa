//! RDS: clusters and instances of databases, and snapshots of both.

mod snapshots;

use crate::clock::iso_millis;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::protocol::{Problem, members, tags};
use crate::service::{Service, get};
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
            let page = context.page(describe_clusters(&context.place))?;
            Ok(json!({ "DBClusters": named("DBCluster", page.elements), "Marker": page.next }))
        })
        .pages(100, 100),
        get("DescribeDBInstances", |context| {
            let page = context.page(describe_instances(&context.place))?;
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
            .rows("rds_cluster_snapshots"),
        things(At::Region, "rds_clusters", |place| clusters(place).len()),
        things(At::Region, "rds_instances", |place| instances(place).len()),
        resources(At::Region, |place| snapshots::planted(snapshots::snapshots(place))).rows("rds_snapshots"),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("rds")
};

/// A cluster of Aurora, or of DocumentDB, because RDS lists these too.
#[derive(Debug)]
struct Cluster {
    name: String,
    engine: &'static str,
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
    status: &'static str,
    is_public: bool,
    is_encrypted: bool,
    is_protected: bool,
    backup_days: i64,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

fn clusters(place: &Place<'_>) -> Vec<Cluster> {
    let mean = place.organization.settings.rates.other_resources;
    let (mut dice, count) = place.population("rds-clusters", mean);
    let cluster = |number| {
        let name = format!("{}-{number}", dice.pick(&["orders", "ledger", "search"]));
        let engine = dice.weighted(&[("aurora-postgresql", 5), ("aurora-mysql", 3), ("docdb", 1), ("aurora-cobol", 1)]);
        let members = (0..dice.count(1)).map(|member| instance(place, format!("{name}-{member}"), engine, &mut dice));
        Cluster {
            members: members.collect(),
            engine,
            is_encrypted: dice.chance(0.8),
            is_protected: dice.chance(0.5),
            created_millis: days_ago(place, &mut dice),
            tags: some_tags(&mut dice),
            name,
        }
    };
    (0..count).map(cluster).collect()
}

/// The instances that are in no cluster.
fn alone(place: &Place<'_>) -> Vec<Instance> {
    let mean = place.organization.settings.rates.other_resources;
    let (mut dice, count) = place.population("rds", mean);
    let made = |number| {
        let name = format!("{}-{number}", dice.pick(&["legacy", "reports", "wiki"]));
        let engine = dice.weighted(&[("postgres", 5), ("mysql", 4), ("sqlserver-se", 1), ("dbase", 1)]);
        instance(place, name, engine, &mut dice)
    };
    (0..count).map(made).collect()
}

/// All instances, each with the name of its cluster if it is in one.
fn instances(place: &Place<'_>) -> Vec<(Option<String>, Instance)> {
    let of_clusters = clusters(place).into_iter().flat_map(|it| {
        let (name, members) = (it.name, it.members.into_iter());
        members.map(move |member| (Some(name.clone()), member))
    });
    of_clusters.chain(alone(place).into_iter().map(|instance| (None, instance))).collect()
}

fn instance(place: &Place<'_>, name: String, engine: &'static str, dice: &mut Dice) -> Instance {
    Instance {
        name,
        engine,
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

/// Counts the instances that are public, and the databases that CloudWatch Logs gets no logs of. An instance of a
/// cluster has the cluster's.
fn count(place: &Place<'_>, tally: &mut Tally) {
    for (cluster, it) in instances(place) {
        tally.misconfigurations.one("E7", "database_instances", "lake", it.is_public);
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

/// The logs of a cluster or an instance that CloudWatch Logs gets.
fn exports(place: &Place<'_>, name: &str) -> Value {
    members(has_exports(place, name).then(|| json!("audit")))
}

/// A list in XML whose elements have this name.
fn named(name: &str, elements: Vec<Value>) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), Value::Array(elements))]))
}

fn groups() -> Value {
    named(
        "VpcSecurityGroupMembership",
        vec![json!({ "VpcSecurityGroupId": "sg-0123456789abcdef0", "Status": "active" })],
    )
}

/// The name of the parameters that a database has unless others are named.
fn parameters(engine: &str) -> String {
    format!("default.{engine}16")
}

fn describe_member((number, it): (usize, &Instance)) -> Value {
    json!({ "DBInstanceIdentifier": it.name, "IsClusterWriter": number == 0, "PromotionTier": 1 })
}

fn describe_clusters(place: &Place<'_>) -> Vec<Value> {
    let describe = |it: &Cluster| {
        json!({
            "DBClusterArn": place.arn("rds", &format!("cluster:{}", it.name)),
            "DBClusterIdentifier": it.name,
            "Engine": it.engine,
            "EngineMode": "provisioned",
            "Status": "available",
            "Endpoint": format!("{}.cluster-abc.{}.rds.amazonaws.com", it.name, place.region),
            "ReaderEndpoint": format!("{}.cluster-ro-abc.{}.rds.amazonaws.com", it.name, place.region),
            "Port": 5432,
            "MasterUsername": "admin",
            "DBClusterParameterGroup": parameters(it.engine),
            "MultiAZ": it.members.len() > 1,
            "DBClusterMembers": named("DBClusterMember", it.members.iter().enumerate().map(describe_member).collect()),
            "DBSubnetGroup": "default",
            "VpcSecurityGroups": groups(),
            "StorageEncrypted": it.is_encrypted,
            "KmsKeyId": it.is_encrypted.then(|| place.arn("kms", "key/00000000-0000-4000-8000-000000000000")),
            "DeletionProtection": it.is_protected,
            "BackupRetentionPeriod": 7,
            "IAMDatabaseAuthenticationEnabled": false,
            "HttpEndpointEnabled": false,
            "EnabledCloudwatchLogsExports": exports(place, &it.name),
            "ClusterCreateTime": iso_millis(it.created_millis),
            "TagList": named("Tag", tags(&it.tags)),
        })
    };
    clusters(place).iter().map(describe).collect()
}

fn describe_instances(place: &Place<'_>) -> Vec<Value> {
    let describe = |(cluster, it): &(Option<String>, Instance)| {
        // An instance that is being created has neither an address nor a time of creation yet.
        let is_ready = it.status != "creating";
        let host = format!("{}.abc.{}.rds.amazonaws.com", it.name, place.region);
        json!({
            "DBInstanceArn": place.arn("rds", &format!("db:{}", it.name)),
            "DBInstanceIdentifier": it.name,
            "DBClusterIdentifier": cluster,
            "DBInstanceClass": "db.r6g.large",
            "Engine": it.engine,
            "EngineVersion": "16.4",
            "DBInstanceStatus": it.status,
            "Endpoint": is_ready.then(|| json!({ "Address": host, "Port": 5432, "HostedZoneId": "Z1" })),
            "MasterUsername": "admin",
            "DBParameterGroups": named("DBParameterGroup", vec![json!({
                "DBParameterGroupName": parameters(it.engine), "ParameterApplyStatus": "in-sync",
            })]),
            "AllocatedStorage": 20,
            "InstanceCreateTime": is_ready.then(|| iso_millis(it.created_millis)),
            "BackupRetentionPeriod": it.backup_days,
            "VpcSecurityGroups": groups(),
            "DBSubnetGroup": {
                "DBSubnetGroupName": "default",
                "VpcId": "vpc-0123456789abcdef0",
                "SubnetGroupStatus": "Complete",
                "Subnets": named("Subnet", vec![json!({
                    "SubnetIdentifier": "subnet-0123456789abcdef0",
                    "SubnetAvailabilityZone": { "Name": format!("{}a", place.region) },
                    "SubnetStatus": "Active",
                })]),
            },
            "MultiAZ": false,
            "AutoMinorVersionUpgrade": true,
            "PubliclyAccessible": it.is_public,
            "StorageEncrypted": it.is_encrypted,
            "KmsKeyId": it.is_encrypted.then(|| place.arn("kms", "key/00000000-0000-4000-8000-000000000000")),
            "CACertificateIdentifier": "rds-ca-rsa2048-g1",
            "IAMDatabaseAuthenticationEnabled": false,
            "DeletionProtection": it.is_protected,
            "EnabledCloudwatchLogsExports": exports(place, cluster.as_deref().unwrap_or(&it.name)),
            "TagList": named("Tag", tags(&it.tags)),
        })
    };
    instances(place).iter().map(describe).collect()
}
