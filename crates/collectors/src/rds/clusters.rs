//! RDS clusters: DescribeDBClusters.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::instances::SecurityGroup;
use crate::items::{Tag, Unread, by_key};

const LIST: Read<Page> = reads("rds", "DescribeDBClusters");

/// One database cluster of RDS: Aurora, or several zones. Those of Neptune and DocumentDB are among them.
#[derive(Debug, Serialize, Row)]
#[row(table = "rds_clusters", key = "arn", name = "db_cluster_identifier")]
pub struct Cluster {
    /// The cluster's ARN.
    pub arn: String,
    /// The cluster's name.
    pub db_cluster_identifier: String,
    /// The names of its instances.
    pub db_instance_identifiers: Vec<String>,
    /// What it runs, aurora-postgresql, mysql, docdb ….
    pub engine: Option<String>,
    /// The engine's version.
    pub engine_version: Option<String>,
    /// provisioned, serverless, global ….
    pub engine_mode: Option<String>,
    /// available, stopped, creating, deleting ….
    pub status: Option<String>,
    /// Whether its name leads to a public address from outside of its VPC. Null: its instances say it.
    pub is_publicly_accessible: Option<bool>,
    /// Whether it is encrypted at rest.
    pub is_encrypted: Option<bool>,
    /// The KMS key that encrypts it. Null: it is not encrypted.
    pub kms_key_id: Option<String>,
    /// The host that writes. Null: it has none yet.
    pub endpoint_host: Option<String>,
    /// The host that only reads. Null: it has none.
    pub reader_endpoint_host: Option<String>,
    /// The port to connect to.
    pub endpoint_port: Option<i32>,
    /// The group of subnets that it may be in.
    pub subnet_group_name: Option<String>,
    /// Its security groups in the VPC.
    pub security_group_ids: Vec<String>,
    /// Whether IAM's identities may connect without a password. Null: AWS did not say.
    pub is_iam_authentication_enabled: Option<bool>,
    /// Whether SQL can be sent to it over HTTPS, by the Data API. Null: AWS did not say.
    pub is_http_endpoint_enabled: Option<bool>,
    /// Whether it cannot be deleted as long as this is set. Null: AWS did not say.
    pub is_deletion_protected: Option<bool>,
    /// How long its automated backups are kept, in days. Null: AWS did not say.
    pub backup_retention_days: Option<i32>,
    /// Whether its instances are in several zones. Null: AWS did not say.
    pub is_multi_az: Option<bool>,
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

/// The clusters of one region.
pub const CLUSTERS: Collector = Collector {
    name: "rds_clusters",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<Cluster>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    #[serde(rename = "DBClusters")]
    clusters: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    #[serde(rename = "DBClusterArn")]
    arn: Option<String>,
    #[serde(rename = "DBClusterIdentifier")]
    identifier: Option<String>,
    #[serde(rename = "DBClusterMembers")]
    members: Vec<Member>,
    engine: Option<String>,
    engine_version: Option<String>,
    engine_mode: Option<String>,
    status: Option<String>,
    publicly_accessible: Option<bool>,
    storage_encrypted: Option<bool>,
    kms_key_id: Option<String>,
    endpoint: Option<String>,
    reader_endpoint: Option<String>,
    port: Option<i32>,
    #[serde(rename = "DBSubnetGroup")]
    subnet_group: Option<String>,
    vpc_security_groups: Vec<SecurityGroup>,
    #[serde(rename = "IAMDatabaseAuthenticationEnabled")]
    iam_authentication: Option<bool>,
    http_endpoint_enabled: Option<bool>,
    deletion_protection: Option<bool>,
    backup_retention_period: Option<i32>,
    #[serde(rename = "MultiAZ")]
    multi_az: Option<bool>,
    cluster_create_time: Option<Moment>,
    enabled_cloudwatch_logs_exports: Vec<String>,
    tag_list: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Member {
    #[serde(rename = "DBInstanceIdentifier")]
    identifier: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxRecords": 100}));
    while let Some(page) = pages.next().await {
        for described in page?.clusters {
            let mut unread = Unread::default();
            let row = cluster(session, described, rows.captured_at(), &mut unread);
            unread.count(rows, Cluster::TABLE, &LIST.call().name());
            if let Some(row) = row {
                rows.push(row).await?;
            }
        }
    }
    Ok(())
}

/// None: it has neither a name nor an ARN.
fn cluster(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<Cluster> {
    let made = |name: &str| session.arn("rds", &format!("cluster:{name}"));
    let (arn, identifier) = unread.identity("DBClusterIdentifier", it.identifier, it.arn, made)?;
    let created_at = unread.moment("ClusterCreateTime", it.cluster_create_time.as_ref());
    let (members, groups) = (it.members.into_iter(), it.vpc_security_groups.into_iter());
    Some(Cluster {
        arn,
        db_cluster_identifier: identifier,
        db_instance_identifiers: unread.each("DBClusterMembers", members.map(|member| member.identifier)),
        engine: unread.value("Engine", it.engine),
        engine_version: it.engine_version,
        engine_mode: it.engine_mode,
        status: unread.value("Status", it.status),
        is_publicly_accessible: it.publicly_accessible,
        is_encrypted: unread.value("StorageEncrypted", it.storage_encrypted),
        kms_key_id: it.kms_key_id,
        endpoint_host: it.endpoint,
        reader_endpoint_host: it.reader_endpoint,
        endpoint_port: it.port,
        subnet_group_name: it.subnet_group,
        security_group_ids: unread.each("VpcSecurityGroupId", groups.map(|group| group.vpc_security_group_id)),
        is_iam_authentication_enabled: it.iam_authentication,
        is_http_endpoint_enabled: it.http_endpoint_enabled,
        is_deletion_protected: it.deletion_protection,
        backup_retention_days: it.backup_retention_period,
        is_multi_az: it.multi_az,
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

    use super::CLUSTERS;
    use crate::testing::{columns, xml_error};

    const FULL: &str = "<DBCluster><DBClusterArn>arn:cluster:pair</DBClusterArn><Engine>aurora-postgresql</Engine>
        <DBClusterIdentifier>pair</DBClusterIdentifier><EngineMode>provisioned</EngineMode><Status>available</Status>
        <DBClusterMembers><DBClusterMember><DBInstanceIdentifier>one</DBInstanceIdentifier>
        <IsClusterWriter>true</IsClusterWriter></DBClusterMember><DBClusterMember>
        <DBInstanceIdentifier>two</DBInstanceIdentifier></DBClusterMember></DBClusterMembers>
        <StorageEncrypted>true</StorageEncrypted><Endpoint>pair.cluster-abc.example.com</Endpoint><Port>5432</Port>
        <DBSubnetGroup>private</DBSubnetGroup><VpcSecurityGroups><VpcSecurityGroupMembership>
        <VpcSecurityGroupId>sg-0a</VpcSecurityGroupId></VpcSecurityGroupMembership></VpcSecurityGroups>
        <MultiAZ>true</MultiAZ>
        <DeletionProtection>true</DeletionProtection><BackupRetentionPeriod>1</BackupRetentionPeriod>
        <ClusterCreateTime>2025-12-22T00:00:00.000Z</ClusterCreateTime>
        <TagList><Tag><Key>team</Key><Value>data</Value></Tag></TagList></DBCluster>";
    const BARE: &str = "<DBCluster><DBClusterIdentifier>odd</DBClusterIdentifier><Status>resting</Status></DBCluster>";

    fn page(clusters: &str, marker: &str) -> String {
        format!(
            "<DescribeDBClustersResponse><DescribeDBClustersResult><DBClusters>{clusters}</DBClusters>{marker}\
             </DescribeDBClustersResult></DescribeDBClustersResponse>"
        )
    }

    #[tokio::test]
    async fn clusters_of_two_pages_one_whole_and_one_bare() {
        let recorded = Recorded::new()
            .answer_to("DescribeDBClusters", "MaxRecords=100", &page(FULL, "<Marker>second</Marker>"))
            .answer_to("DescribeDBClusters", "Marker=second", &page(BARE, ""));
        let collected = recorded.run(&CLUSTERS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&CLUSTERS);
        let names = ["arn", "status", "db_instance_identifiers", "endpoint_port", "is_multi_az", "age_days"];
        assert_eq!(
            columns(&collected, "rds_clusters", &names),
            [
                json!(["arn:cluster:pair", "available", ["one", "two"], 5432, true, 10]),
                json!(["arn:aws:rds:eu-west-1:111122223333:cluster:odd", "resting", [], null, null, null]),
            ]
        );
        let names =
            ["subnet_group_name", "security_group_ids", "is_publicly_accessible", "backup_retention_days", "tags"];
        let row = json!(["private", ["sg-0a"], null, 1, {"team": "data"}]);
        assert_eq!(columns(&collected, "rds_clusters", &names)[0], row);
        // The engine, and whether it is encrypted.
        assert_eq!(collected.short(), (2, vec!["rds_clusters"]));
    }

    #[tokio::test]
    async fn one_without_a_name_is_counted_and_without_an_arn_it_has_no_row() {
        let unnamed = FULL.replace("<DBClusterIdentifier>pair</DBClusterIdentifier>", "");
        let list = page(&format!("{unnamed}<DBCluster><Engine>postgres</Engine></DBCluster>"), "");
        let collected = Recorded::new().answer("DescribeDBClusters", &list).run(&CLUSTERS).await;
        collected.result.as_ref().unwrap();
        assert_eq!(columns(&collected, "rds_clusters", &["arn"]), [json!(["arn:cluster:pair"])]);
        // The name of each.
        assert_eq!(collected.short(), (2, vec!["rds_clusters"]));
        let first = collected.missed.unwrap().first.to_string();
        assert!(first.contains("lacks DBClusterIdentifier"), "{first}");
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let recorded = Recorded::new().refuse("DescribeDBClusters", "", 403, &xml_error("AccessDenied"));
        let collected = recorded.run(&CLUSTERS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
