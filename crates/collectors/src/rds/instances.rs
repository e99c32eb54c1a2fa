//! RDS instances: DescribeDBInstances.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Tag, Unread, by_key};

const LIST: Read<Page> = reads("rds", "DescribeDBInstances");

/// One database instance of RDS. Instances of Aurora, Neptune and DocumentDB are among them: RDS lists them all.
#[derive(Debug, Serialize, Row)]
#[row(table = "rds_instances", key = "arn", name = "db_instance_identifier")]
pub struct Instance {
    /// The instance's ARN.
    pub arn: String,
    /// The instance's name.
    pub db_instance_identifier: String,
    /// The name of the cluster that it is in. Null: none.
    pub db_cluster_identifier: Option<String>,
    /// What it runs, postgres, aurora-mysql, docdb ….
    pub engine: Option<String>,
    /// The engine's version.
    pub engine_version: Option<String>,
    /// The type of machine, db.r6g.large.
    pub instance_class: Option<String>,
    /// available, stopped, creating, deleting ….
    pub status: Option<String>,
    /// Whether its name leads to a public address from outside of its VPC. Security groups still decide who connects.
    pub is_publicly_accessible: Option<bool>,
    /// Whether it is encrypted at rest.
    pub is_encrypted: Option<bool>,
    /// The KMS key that encrypts it. Null: it is not encrypted.
    pub kms_key_id: Option<String>,
    /// The host to connect to. Null: it has none yet.
    pub endpoint_host: Option<String>,
    /// The port to connect to. Null: it has none yet.
    pub endpoint_port: Option<i32>,
    /// Its VPC. Null: it is in none.
    pub vpc_id: Option<String>,
    /// The group of subnets that it may be in. Null: none.
    pub subnet_group_name: Option<String>,
    /// The subnets of this group: it is in one of them. Empty: it has no group.
    pub subnet_ids: Vec<String>,
    /// Its security groups in the VPC.
    pub security_group_ids: Vec<String>,
    /// Whether IAM's identities may connect without a password.
    pub is_iam_authentication_enabled: Option<bool>,
    /// Whether it cannot be deleted as long as this is set.
    pub is_deletion_protected: Option<bool>,
    /// How long its automated backups are kept, in days. 0: there are none.
    pub backup_retention_days: Option<i32>,
    /// Whether it has a standby in another zone.
    pub is_multi_az: Option<bool>,
    /// Whether minor versions of the engine are installed on their own.
    pub has_auto_minor_version_upgrade: Option<bool>,
    /// The authority that signed its certificate, rds-ca-rsa2048-g1.
    pub ca_certificate_identifier: Option<String>,
    /// Its storage, in GiB. Aurora says 1 or 0, since the cluster has the storage.
    pub allocated_storage_gib: Option<i32>,
    /// The logs that CloudWatch Logs gets: audit, error, postgresql ….
    pub log_exports: Vec<String>,
    /// Whether CloudWatch Logs gets any of its logs.
    pub has_log_exports: bool,
    /// When it was made (UTC). Null: it is not ready yet.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The instances of one region.
pub const INSTANCES: Collector = Collector {
    name: "rds_instances",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<Instance>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    #[serde(rename = "DBInstances")]
    instances: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    #[serde(rename = "DBInstanceArn")]
    arn: Option<String>,
    #[serde(rename = "DBInstanceIdentifier")]
    identifier: Option<String>,
    #[serde(rename = "DBClusterIdentifier")]
    cluster: Option<String>,
    engine: Option<String>,
    engine_version: Option<String>,
    #[serde(rename = "DBInstanceClass")]
    class: Option<String>,
    #[serde(rename = "DBInstanceStatus")]
    status: Option<String>,
    publicly_accessible: Option<bool>,
    storage_encrypted: Option<bool>,
    kms_key_id: Option<String>,
    endpoint: Endpoint,
    #[serde(rename = "DBSubnetGroup")]
    subnet_group: SubnetGroup,
    vpc_security_groups: Vec<SecurityGroup>,
    #[serde(rename = "IAMDatabaseAuthenticationEnabled")]
    iam_authentication: Option<bool>,
    deletion_protection: Option<bool>,
    backup_retention_period: Option<i32>,
    #[serde(rename = "MultiAZ")]
    multi_az: Option<bool>,
    auto_minor_version_upgrade: Option<bool>,
    #[serde(rename = "CACertificateIdentifier")]
    ca_certificate: Option<String>,
    allocated_storage: Option<i32>,
    instance_create_time: Option<Moment>,
    enabled_cloudwatch_logs_exports: Vec<String>,
    tag_list: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Endpoint {
    address: Option<String>,
    port: Option<i32>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct SubnetGroup {
    #[serde(rename = "DBSubnetGroupName")]
    name: Option<String>,
    vpc_id: Option<String>,
    subnets: Vec<Subnet>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Subnet {
    subnet_identifier: Option<String>,
}

/// A security group of an instance or a cluster.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct SecurityGroup {
    pub(super) vpc_security_group_id: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxRecords": 100}));
    while let Some(page) = pages.next().await {
        for described in page?.instances {
            let mut unread = Unread::default();
            let row = instance(session, described, rows.captured_at(), &mut unread);
            unread.count(rows, Instance::TABLE, &LIST.call().name());
            if let Some(row) = row {
                rows.push(row).await?;
            }
        }
    }
    Ok(())
}

/// None: it has neither a name nor an ARN.
fn instance(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<Instance> {
    let made = |name: &str| session.arn("rds", &format!("db:{name}"));
    let (arn, identifier) = unread.identity("DBInstanceIdentifier", it.identifier, it.arn, made)?;
    let created_at = unread.moment("InstanceCreateTime", it.instance_create_time.as_ref());
    let (subnets, groups) = (it.subnet_group.subnets.into_iter(), it.vpc_security_groups.into_iter());
    Some(Instance {
        arn,
        db_instance_identifier: identifier,
        db_cluster_identifier: it.cluster,
        engine: unread.value("Engine", it.engine),
        engine_version: it.engine_version,
        instance_class: it.class,
        status: unread.value("DBInstanceStatus", it.status),
        is_publicly_accessible: unread.value("PubliclyAccessible", it.publicly_accessible),
        is_encrypted: unread.value("StorageEncrypted", it.storage_encrypted),
        kms_key_id: it.kms_key_id,
        endpoint_host: it.endpoint.address,
        endpoint_port: it.endpoint.port,
        vpc_id: it.subnet_group.vpc_id,
        subnet_group_name: it.subnet_group.name,
        subnet_ids: unread.each("SubnetIdentifier", subnets.map(|subnet| subnet.subnet_identifier)),
        security_group_ids: unread.each("VpcSecurityGroupId", groups.map(|group| group.vpc_security_group_id)),
        is_iam_authentication_enabled: unread.value("IAMDatabaseAuthenticationEnabled", it.iam_authentication),
        is_deletion_protected: unread.value("DeletionProtection", it.deletion_protection),
        backup_retention_days: unread.value("BackupRetentionPeriod", it.backup_retention_period),
        is_multi_az: unread.value("MultiAZ", it.multi_az),
        has_auto_minor_version_upgrade: unread.value("AutoMinorVersionUpgrade", it.auto_minor_version_upgrade),
        ca_certificate_identifier: it.ca_certificate,
        allocated_storage_gib: it.allocated_storage,
        has_log_exports: !it.enabled_cloudwatch_logs_exports.is_empty(),
        log_exports: it.enabled_cloudwatch_logs_exports,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags: by_key(it.tag_list),
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::INSTANCES;
    use crate::testing::{columns, xml_error};

    const FULL: &str = "<DBInstance><DBInstanceArn>arn:db:one</DBInstanceArn>
        <DBInstanceIdentifier>one</DBInstanceIdentifier><DBClusterIdentifier>pair</DBClusterIdentifier>
        <Engine>aurora-postgresql</Engine><EngineVersion>16.4</EngineVersion>
        <DBInstanceClass>db.r6g.large</DBInstanceClass><DBInstanceStatus>available</DBInstanceStatus>
        <PubliclyAccessible>true</PubliclyAccessible><StorageEncrypted>true</StorageEncrypted>
        <KmsKeyId>arn:key</KmsKeyId><Endpoint><Address>one.abc.example.com</Address><Port>5432</Port></Endpoint>
        <DBSubnetGroup><DBSubnetGroupName>private</DBSubnetGroupName><VpcId>vpc-0a</VpcId>
        <Subnets><Subnet><SubnetIdentifier>subnet-0a</SubnetIdentifier></Subnet>
        <Subnet><SubnetIdentifier>subnet-0b</SubnetIdentifier></Subnet></Subnets></DBSubnetGroup>
        <VpcSecurityGroups><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-0a</VpcSecurityGroupId>
        <Status>active</Status></VpcSecurityGroupMembership></VpcSecurityGroups>
        <DeletionProtection>false</DeletionProtection>
        <IAMDatabaseAuthenticationEnabled>true</IAMDatabaseAuthenticationEnabled><MultiAZ>false</MultiAZ>
        <BackupRetentionPeriod>7</BackupRetentionPeriod><AutoMinorVersionUpgrade>true</AutoMinorVersionUpgrade>
        <CACertificateIdentifier>rds-ca-2030</CACertificateIdentifier><AllocatedStorage>1</AllocatedStorage>
        <InstanceCreateTime>2025-12-22T00:00:00.000Z</InstanceCreateTime>
        <EnabledCloudwatchLogsExports><member>postgresql</member></EnabledCloudwatchLogsExports>
        <TagList><Tag><Key>team</Key><Value>a &amp; b</Value></Tag></TagList></DBInstance>";
    const BARE: &str =
        "<DBInstance><DBInstanceIdentifier>two</DBInstanceIdentifier><DBInstanceStatus>resting</DBInstanceStatus>
        <InstanceCreateTime>soon</InstanceCreateTime></DBInstance>";

    fn page(instances: &str, marker: &str) -> String {
        format!(
            "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances>{instances}</DBInstances>{marker}\
             </DescribeDBInstancesResult></DescribeDBInstancesResponse>"
        )
    }

    #[tokio::test]
    async fn instances_of_two_pages_one_whole_and_one_bare() {
        let recorded = Recorded::new()
            .answer_to("DescribeDBInstances", "MaxRecords=100", &page(FULL, "<Marker>second</Marker>"))
            .answer_to("DescribeDBInstances", "Marker=second", &page(BARE, ""));
        let collected = recorded.run(&INSTANCES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&INSTANCES);
        let names = ["arn", "status", "is_publicly_accessible", "endpoint_port", "security_group_ids", "age_days"];
        assert_eq!(
            columns(&collected, "rds_instances", &names),
            [
                json!(["arn:db:one", "available", true, 5432, ["sg-0a"], 10]),
                json!(["arn:aws:rds:eu-west-1:111122223333:db:two", "resting", null, null, [], null]),
            ]
        );
        let names =
            ["db_cluster_identifier", "vpc_id", "subnet_group_name", "backup_retention_days", "is_deletion_protected"];
        assert_eq!(columns(&collected, "rds_instances", &names)[0], json!(["pair", "vpc-0a", "private", 7, false]));
        assert_eq!(collected.table("rds_instances")[0]["tags"], json!({"team": "a & b"}));
        let subnets = columns(&collected, "rds_instances", &["subnet_ids"]);
        assert_eq!(subnets, [json!([["subnet-0a", "subnet-0b"]]), json!([[]])]);
        let exports = columns(&collected, "rds_instances", &["log_exports", "has_log_exports"]);
        assert_eq!(exports, [json!([["postgresql"], true]), json!([[], false])]);
        // The engine, the moment, and seven values that RDS always gives.
        assert_eq!(collected.short(), (9, vec!["rds_instances"]));
    }

    #[tokio::test]
    async fn one_without_a_name_is_counted_and_without_an_arn_it_has_no_row() {
        let unnamed = FULL.replace("<DBInstanceIdentifier>one</DBInstanceIdentifier>", "");
        let list = page(&format!("{unnamed}<DBInstance><Engine>postgres</Engine></DBInstance>"), "");
        let collected = Recorded::new().answer("DescribeDBInstances", &list).run(&INSTANCES).await;
        collected.result.as_ref().unwrap();
        assert_eq!(columns(&collected, "rds_instances", &["arn"]), [json!(["arn:db:one"])]);
        // The name of each.
        assert_eq!(collected.short(), (2, vec!["rds_instances"]));
        let first = collected.missed.unwrap().first.to_string();
        assert!(first.contains("lacks DBInstanceIdentifier"), "{first}");
    }

    #[tokio::test]
    async fn denied_on_the_second_page_is_how_the_task_ends() {
        let recorded = Recorded::new().answer("DescribeDBInstances", &page(FULL, "<Marker>second</Marker>")).refuse(
            "DescribeDBInstances",
            "second",
            403,
            &xml_error("AccessDenied"),
        );
        let collected = recorded.run(&INSTANCES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
