"""Databases of RDS and Redshift, and their snapshots: public, shared with an account, neither."""

from populating import OUTSIDE, listed


def populate(aws, region, account_id):
    instances(aws.client("rds", region))
    clusters(aws.client("rds", region))
    redshift(aws.client("redshift", region))


def instances(client):
    """An instance, of which three snapshots were taken."""
    client.create_db_instance(
        DBInstanceIdentifier="shop",
        DBInstanceClass="db.m5.large",
        Engine="postgres",
        MasterUsername="admin",
        MasterUserPassword="Correct-horse-1",
        AllocatedStorage=20,
        PubliclyAccessible=True,
        StorageEncrypted=True,
        BackupRetentionPeriod=3,
        Tags=listed(number="1"),
    )
    for name in ["private", "public", "shared"]:
        made = {"DBInstanceIdentifier": "shop", "DBSnapshotIdentifier": f"shop-{name}"}
        client.create_db_snapshot(**made, Tags=listed(kind=name))
    for name, values in [("public", ["all"]), ("shared", [OUTSIDE])]:
        client.modify_db_snapshot_attribute(
            DBSnapshotIdentifier=f"shop-{name}", AttributeName="restore", ValuesToAdd=values
        )


def clusters(client):
    client.create_db_cluster(
        DBClusterIdentifier="orders",
        Engine="aurora-postgresql",
        MasterUsername="admin",
        MasterUserPassword="Correct-horse-1",
        DeletionProtection=True,
        EnableIAMDatabaseAuthentication=True,
        Tags=listed(number="1"),
    )
    for name in ["private", "public", "shared"]:
        made = {"DBClusterIdentifier": "orders", "DBClusterSnapshotIdentifier": f"orders-{name}"}
        client.create_db_cluster_snapshot(**made, Tags=listed(kind=name))
    for name, values in [("public", ["all"]), ("shared", [OUTSIDE])]:
        client.modify_db_cluster_snapshot_attribute(
            DBClusterSnapshotIdentifier=f"orders-{name}", AttributeName="restore", ValuesToAdd=values
        )


def redshift(client):
    """moto gives nobody access to snapshots, and has no policies of namespaces."""
    for name, is_public in [("private", False), ("public", True)]:
        client.create_cluster(
            ClusterIdentifier=name,
            NodeType="ra3.large",
            MasterUsername="admin",
            MasterUserPassword="Correct-horse-1",
            DBName="shop",
            PubliclyAccessible=is_public,
            Encrypted=not is_public,
            Tags=listed(number="1"),
        )
        client.create_cluster_snapshot(
            SnapshotIdentifier=f"{name}-weekly", ClusterIdentifier=name, Tags=listed(kind=name)
        )
