"""What boto3 reads of tables of DynamoDB, streams, domains, clusters, vaults and file systems."""

from reading import optional, second, tags


def read(back, region):
    aws = back.aws
    tables(back, aws.client("dynamodb", region))
    streams(back, aws.client("kinesis", region))
    domains(back, aws.client("opensearch", region))
    kafka(back, aws.client("kafka", region))
    backup(back, aws.client("backup", region))
    glacier(back, aws.client("glacier", region))
    file_systems(back, aws.client("efs", region))
    vectors(back, aws.client("s3vectors", region))
    if region == "us-east-1":
        table_buckets(back, aws.client("s3tables", region))
        dsql(back, aws.client("dsql", region))


def tables(back, client):
    for name in back.pages(client, "list_tables", "TableNames"):
        it = client.describe_table(TableName=name)["Table"]
        arn, stream, sse = it["TableArn"], it.get("StreamSpecification", {}), it.get("SSEDescription", {})
        back.add(
            "dynamodb_tables",
            arn=arn,
            table_name=name,
            table_status=it["TableStatus"],
            billing_mode=it["BillingModeSummary"]["BillingMode"],
            read_capacity_units=it["ProvisionedThroughput"]["ReadCapacityUnits"],
            sse_type=sse.get("SSEType"),
            kms_key_arn=sse.get("KMSMasterKeyArn"),
            is_deletion_protected=it["DeletionProtectionEnabled"],
            is_stream_enabled=stream.get("StreamEnabled", False),
            stream_view_type=stream.get("StreamViewType"),
            stream_arn=it.get("LatestStreamArn"),
            created_at=second(it["CreationDateTime"]),
        )
        policy = optional(client.get_resource_policy, ResourceArn=arn).get("Policy")
        back.policy(arn, "dynamodb_table", "resource", policy)
        if "LatestStreamArn" in it:
            # moto looks for a table of the stream's name and says that there is none.
            back.policy(it["LatestStreamArn"], "dynamodb_stream", "resource", None, state="unread")


def streams(back, client):
    for name in back.pages(client, "list_streams", "StreamNames"):
        it = client.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        arn = it["StreamARN"]
        back.add(
            "kinesis_streams",
            arn=arn,
            stream_name=name,
            stream_status=it["StreamStatus"],
            stream_mode=it["StreamModeDetails"]["StreamMode"],
            created_at=second(it["StreamCreationTimestamp"]),
        )
        back.policy(arn, "kinesis_stream", "resource", written(client, arn))
        for consumer in back.pages(client, "list_stream_consumers", "Consumers", StreamARN=arn):
            consumer_arn = consumer["ConsumerARN"]
            back.add(
                "kinesis_consumers",
                arn=consumer_arn,
                consumer_name=consumer["ConsumerName"],
                stream_arn=arn,
                consumer_status=consumer["ConsumerStatus"],
                created_at=second(consumer["ConsumerCreationTimestamp"]),
            )
            back.policy(consumer_arn, "kinesis_consumer", "resource", written(client, consumer_arn))


def written(client, arn):
    """A policy of Kinesis, which answers an empty one where there is none."""
    policy = client.get_resource_policy(ResourceARN=arn)["Policy"]
    return None if policy == "{}" else policy


def domains(back, client):
    for name in client.list_domain_names()["DomainNames"]:
        it = client.describe_domain(DomainName=name["DomainName"])["DomainStatus"]
        encryption, options = it["EncryptionAtRestOptions"], it["DomainEndpointOptions"]
        back.add(
            "opensearch_domains",
            arn=it["ARN"],
            domain_name=it["DomainName"],
            domain_id=it["DomainId"],
            engine_version=it["EngineVersion"],
            is_in_vpc="VPCOptions" in it,
            endpoint_host=it["Endpoint"],
            is_encrypted=encryption["Enabled"],
            kms_key_id=encryption.get("KmsKeyId"),
            is_node_to_node_encrypted=it["NodeToNodeEncryptionOptions"]["Enabled"],
            is_https_enforced=options["EnforceHTTPS"],
            tls_policy=options["TLSSecurityPolicy"],
            instance_type=it["ClusterConfig"]["InstanceType"],
            instance_count=it["ClusterConfig"]["InstanceCount"],
        )
        back.policy(it["ARN"], "opensearch_domain", "resource", it.get("AccessPolicies") or None)


def kafka(back, client):
    for listed in client.list_clusters_v2()["ClusterInfoList"]:
        arn = listed["ClusterArn"]
        it = client.describe_cluster_v2(ClusterArn=arn)["ClusterInfo"]
        provisioned = it.get("Provisioned", {})
        brokers = provisioned.get("BrokerNodeGroupInfo", {})
        access = brokers.get("ConnectivityInfo", {}).get("PublicAccess", {}).get("Type")
        networks = it.get("Serverless", {}).get("VpcConfigs", [])
        subnets = [subnet for network in networks for subnet in network["SubnetIds"]]
        back.add(
            "kafka_clusters",
            arn=arn,
            cluster_name=it["ClusterName"],
            cluster_type=it["ClusterType"],
            cluster_state=it["State"],
            kafka_version=provisioned.get("CurrentBrokerSoftwareInfo", {}).get("KafkaVersion"),
            broker_count=provisioned.get("NumberOfBrokerNodes"),
            is_public=access and access != "DISABLED",
            subnet_ids=brokers.get("ClientSubnets", subnets),
            created_at=second(it["CreationTime"]),
            tags=it.get("Tags"),
        )
        # Without a policy moto answers an empty one, and AWS none.
        policy = optional(client.get_cluster_policy, ClusterArn=arn).get("Policy")
        back.policy(arn, "kafka_cluster", "resource", policy or None)


def backup(back, client):
    for listed in back.pages(client, "list_backup_vaults", "BackupVaultList"):
        it = client.describe_backup_vault(BackupVaultName=listed["BackupVaultName"])
        back.add(
            "backup_vaults",
            arn=it["BackupVaultArn"],
            backup_vault_name=it["BackupVaultName"],
            is_locked=it["Locked"],
            retention_days_min=it.get("MinRetentionDays"),
            retention_days_max=it.get("MaxRetentionDays"),
            kms_key_arn=it.get("EncryptionKeyArn"),
            created_at=second(it["CreationDate"]),
        )
        back.policy(it["BackupVaultArn"], "backup_vault", "resource", None, state="unread")


def glacier(back, client):
    for listed in client.list_vaults()["VaultList"]:
        it = client.describe_vault(vaultName=listed["VaultName"])
        arn, created = it["VaultARN"], it["CreationDate"]
        back.add("glacier_vaults", arn=arn, vault_name=it["VaultName"], created_at=created[:19])
        back.policy(arn, "glacier_vault", "resource", None, state="unread")
        back.policy(arn, "glacier_vault", "resource", None, name="lock", state="unread")


def file_systems(back, client):
    for it in back.pages(client, "describe_file_systems", "FileSystems"):
        arn = it["FileSystemArn"]
        back.add(
            "efs_file_systems",
            arn=arn,
            file_system_id=it["FileSystemId"],
            file_system_name=it.get("Name") or None,
            owner_id=it["OwnerId"],
            life_cycle_state=it["LifeCycleState"],
            performance_mode=it["PerformanceMode"],
            is_encrypted=it["Encrypted"],
            kms_key_id=it.get("KmsKeyId"),
            created_at=second(it["CreationTime"]),
            tags=tags(client.list_tags_for_resource(ResourceId=it["FileSystemId"])["Tags"]),
        )
        policy = optional(client.describe_file_system_policy, FileSystemId=it["FileSystemId"]).get("Policy")
        back.policy(arn, "efs_file_system", "resource", policy)


def vectors(back, client):
    """moto lists the buckets of all regions in each."""
    for listed in back.pages(client, "list_vector_buckets", "vectorBuckets"):
        name, arn = listed["vectorBucketName"], listed["vectorBucketArn"]
        it = client.get_vector_bucket(vectorBucketName=name)["vectorBucket"]
        encryption = it.get("encryptionConfiguration", {})
        back.add("s3vectors_buckets", arn=arn, bucket_name=name, sse_type=encryption.get("sseType"))
        policy = optional(client.get_vector_bucket_policy, vectorBucketName=name).get("policy")
        back.policy(arn, "s3vectors_bucket", "resource", policy)


def table_buckets(back, client):
    for it in back.pages(client, "list_table_buckets", "tableBuckets"):
        arn = it["arn"]
        found = list(back.pages(client, "list_tables", "tables", tableBucketARN=arn))
        back.add(
            "s3tables_buckets",
            arn=arn,
            bucket_name=it["name"],
            owner_account_id=it["ownerAccountId"],
            table_count=len(found),
            created_at=second(it["createdAt"]),
        )
        back.policy(arn, "s3tables_bucket", "resource", None, state="unread")
        for listed in found:
            named = {"namespace": listed["namespace"][0], "name": listed["name"]}
            table = client.get_table(tableBucketARN=arn, **named)
            # moto's list gives no ARN of a table, and the census asks not for each.
            table_arn = f"{arn}/table/{named['namespace']}/{named['name']}"
            back.add(
                "s3tables_tables",
                arn=table_arn,
                table_name=table["name"],
                namespace_name=named["namespace"],
                bucket_arn=arn,
                created_at=second(table["createdAt"]),
            )
            back.policy(table_arn, "s3tables_table", "resource", None, state="unread")


def dsql(back, client):
    for listed in back.pages(client, "list_clusters", "clusters"):
        it = client.get_cluster(identifier=listed["identifier"])
        back.add(
            "dsql_clusters",
            arn=it["arn"],
            cluster_identifier=it["identifier"],
            status=it["status"],
            is_deletion_protected=it["deletionProtectionEnabled"],
            encryption_type=it["encryptionDetails"]["encryptionType"],
            created_at=second(it["creationTime"]),
            tags=it.get("tags"),
        )
        policy = optional(client.get_cluster_policy, identifier=listed["identifier"]).get("policy")
        back.policy(it["arn"], "dsql_cluster", "resource", policy)
