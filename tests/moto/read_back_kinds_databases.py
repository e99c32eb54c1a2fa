"""What boto3 reads of databases of RDS and Redshift, and of their snapshots."""

from reading import second, tags

REDSHIFT = "arn:aws:redshift"


def read(back, region):
    instances(back, back.aws.client("rds", region))
    clusters(back, back.aws.client("rds", region))
    redshift(back, back.aws.client("redshift", region), region)


def instances(back, client):
    for it in back.pages(client, "describe_db_instances", "DBInstances"):
        back.add(
            "rds_instances",
            arn=it["DBInstanceArn"],
            db_instance_identifier=it["DBInstanceIdentifier"],
            engine=it["Engine"],
            engine_version=it["EngineVersion"],
            status=it["DBInstanceStatus"],
            is_publicly_accessible=it["PubliclyAccessible"],
            is_encrypted=it["StorageEncrypted"],
            kms_key_id=it.get("KmsKeyId"),
            backup_retention_days=it["BackupRetentionPeriod"],
            created_at=second(it["InstanceCreateTime"]),
            tags=tags(client.list_tags_for_resource(ResourceName=it["DBInstanceArn"])["TagList"]),
        )
    for it in back.pages(client, "describe_db_snapshots", "DBSnapshots", SnapshotType="manual"):
        name, arn = it["DBSnapshotIdentifier"], it["DBSnapshotArn"]
        read = client.describe_db_snapshot_attributes(DBSnapshotIdentifier=name)["DBSnapshotAttributesResult"]
        named = restorers(read["DBSnapshotAttributes"])
        back.add(
            "rds_snapshots",
            arn=arn,
            db_snapshot_identifier=name,
            db_instance_identifier=it["DBInstanceIdentifier"],
            is_public="all" in named,
            shared_account_ids=[name for name in named if name != "all"],
            is_encrypted=it["Encrypted"],
            created_at=second(it["SnapshotCreateTime"]),
            tags=tags(client.list_tags_for_resource(ResourceName=arn)["TagList"]),
        )
        back.share(arn, "rds_snapshot", "snapshot_attribute", "rds:RestoreDBInstanceFromDBSnapshot", named)


def restorers(attributes):
    return [value for it in attributes if it["AttributeName"] == "restore" for value in it["AttributeValues"]]


def clusters(back, client):
    for it in back.pages(client, "describe_db_clusters", "DBClusters"):
        back.add(
            "rds_clusters",
            arn=it["DBClusterArn"],
            db_cluster_identifier=it["DBClusterIdentifier"],
            engine=it["Engine"],
            status=it["Status"],
            is_encrypted=it["StorageEncrypted"],
            is_iam_authentication_enabled=it["IAMDatabaseAuthenticationEnabled"],
            is_deletion_protected=it["DeletionProtection"],
            created_at=second(it["ClusterCreateTime"]),
            tags=tags(client.list_tags_for_resource(ResourceName=it["DBClusterArn"])["TagList"]),
        )
    listed = {"operation": "describe_db_cluster_snapshots", "key": "DBClusterSnapshots"}
    for it in back.pages(client, **listed, SnapshotType="manual"):
        name, arn = it["DBClusterSnapshotIdentifier"], it["DBClusterSnapshotArn"]
        answer = client.describe_db_cluster_snapshot_attributes(DBClusterSnapshotIdentifier=name)
        named = restorers(answer["DBClusterSnapshotAttributesResult"]["DBClusterSnapshotAttributes"])
        back.add(
            "rds_cluster_snapshots",
            arn=arn,
            db_cluster_snapshot_identifier=name,
            db_cluster_identifier=it["DBClusterIdentifier"],
            is_public="all" in named,
            shared_account_ids=[name for name in named if name != "all"],
            is_encrypted=it["StorageEncrypted"],
            created_at=second(it["SnapshotCreateTime"]),
            tags=tags(client.list_tags_for_resource(ResourceName=arn)["TagList"]),
        )
        back.share(arn, "rds_cluster_snapshot", "snapshot_attribute", "rds:RestoreDBClusterFromSnapshot", named)


def redshift(back, client, region):
    for it in back.pages(client, "describe_clusters", "Clusters"):
        arn = f"{REDSHIFT}:{region}:{back.account_id}:cluster:{it['ClusterIdentifier']}"
        back.add(
            "redshift_clusters",
            arn=arn,
            cluster_identifier=it["ClusterIdentifier"],
            status=it["ClusterStatus"],
            is_publicly_accessible=it["PubliclyAccessible"],
            is_encrypted=it["Encrypted"],
            node_type=it["NodeType"],
            created_at=second(it["ClusterCreateTime"]),
            tags=tags(it["Tags"]),
        )
        # moto names no namespace, so its policy cannot be asked for.
        back.policy(arn, "redshift_cluster", "resource", None, state="unread")
    # moto gives automated snapshots whatever type it is asked for.
    for it in back.pages(client, "describe_cluster_snapshots", "Snapshots"):
        cluster, name = it["ClusterIdentifier"], it["SnapshotIdentifier"]
        arn = f"{REDSHIFT}:{region}:{back.account_id}:snapshot:{cluster}/{name}"
        named = [account["AccountId"] for account in it.get("AccountsWithRestoreAccess", [])]
        back.add(
            "redshift_snapshots",
            arn=arn,
            snapshot_identifier=name,
            cluster_identifier=cluster,
            snapshot_type=it["SnapshotType"],
            is_encrypted=it["Encrypted"],
            shared_account_ids=named,
            created_at=second(it["SnapshotCreateTime"]),
            tags=tags(it["Tags"]),
        )
        back.share(arn, "redshift_snapshot", "snapshot_attribute", "redshift:RestoreFromClusterSnapshot", named)
