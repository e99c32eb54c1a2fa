//! Clusters and instances as RDS describes them.

use super::{Cluster, Instance, arn, has_exports, named, port};
use crate::clock::iso_millis;
use crate::ids::vpc_id;
use crate::place::Place;
use crate::protocol::{members, tags};
use crate::services::ec2::spots::Spot;
use serde_json::{Value, json};

/// The logs of a cluster or an instance that CloudWatch Logs gets.
fn exports(place: &Place<'_>, name: &str) -> Value {
    members(has_exports(place, name).then(|| json!("audit")))
}

fn groups(place: &Place<'_>, spot: Spot) -> Value {
    let group = |id: String| json!({ "VpcSecurityGroupId": id, "Status": "active" });
    named("VpcSecurityGroupMembership", spot.group_ids(place).into_iter().map(group).collect())
}

fn subnet_group(place: &Place<'_>, spot: Spot) -> Value {
    let subnet = |id: String| {
        json!({
            "SubnetIdentifier": id,
            "SubnetAvailabilityZone": { "Name": format!("{}a", place.region) },
            "SubnetStatus": "Active",
        })
    };
    json!({
        "DBSubnetGroupName": spot.subnet_group(),
        "VpcId": vpc_id(place.organization, &place.account.id, place.region, 0),
        "SubnetGroupStatus": "Complete",
        "Subnets": named("Subnet", spot.subnet_ids(place).map(subnet).to_vec()),
    })
}

/// The name of the parameters that a database has unless others are named.
fn parameters(engine: &str) -> String {
    format!("default.{engine}16")
}

fn describe_member((number, it): (usize, &Instance)) -> Value {
    json!({ "DBInstanceIdentifier": it.name, "IsClusterWriter": number == 0, "PromotionTier": 1 })
}

pub(super) fn clusters(place: &Place<'_>) -> Vec<Value> {
    let describe = |it: &Cluster| {
        json!({
            "DBClusterArn": place.arn("rds", &format!("cluster:{}", it.name)),
            "DBClusterIdentifier": it.name,
            "Engine": it.engine,
            "EngineMode": "provisioned",
            "Status": "available",
            "Endpoint": format!("{}.cluster-abc.{}.rds.amazonaws.com", it.name, place.region),
            "ReaderEndpoint": format!("{}.cluster-ro-abc.{}.rds.amazonaws.com", it.name, place.region),
            "Port": port(it.engine),
            "MasterUsername": "admin",
            "DBClusterParameterGroup": parameters(it.engine),
            "MultiAZ": it.members.len() > 1,
            "DBClusterMembers": named("DBClusterMember", it.members.iter().enumerate().map(describe_member).collect()),
            "DBSubnetGroup": it.spot.subnet_group(),
            "VpcSecurityGroups": groups(place, it.spot),
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
    super::clusters(place).iter().map(describe).collect()
}

pub(super) fn instances(place: &Place<'_>) -> Vec<Value> {
    let describe = |(cluster, it): &(Option<String>, Instance)| {
        let is_ready = it.is_ready();
        let host = format!("{}.abc.{}.rds.amazonaws.com", it.name, place.region);
        json!({
            "DBInstanceArn": arn(place, it),
            "DBInstanceIdentifier": it.name,
            "DBClusterIdentifier": cluster,
            "DBInstanceClass": "db.r6g.large",
            "Engine": it.engine,
            "EngineVersion": "16.4",
            "DBInstanceStatus": it.status,
            "Endpoint": is_ready.then(|| json!({ "Address": host, "Port": port(it.engine), "HostedZoneId": "Z1" })),
            "MasterUsername": "admin",
            "DBParameterGroups": named("DBParameterGroup", vec![json!({
                "DBParameterGroupName": parameters(it.engine), "ParameterApplyStatus": "in-sync",
            })]),
            "AllocatedStorage": 20,
            "InstanceCreateTime": is_ready.then(|| iso_millis(it.created_millis)),
            "BackupRetentionPeriod": it.backup_days,
            "VpcSecurityGroups": groups(place, it.spot),
            "DBSubnetGroup": subnet_group(place, it.spot),
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
    super::instances(place).iter().map(describe).collect()
}
