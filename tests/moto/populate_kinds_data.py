"""Kinds that hold data or pass it on: tables of DynamoDB, streams, domains, clusters, vaults, file systems."""

from populating import listed, to_everyone, to_outside, to_own


def populate(aws, region, account_id):
    tables(aws.client("dynamodb", region), account_id)
    streams(aws.client("kinesis", region), account_id)
    domains(aws.client("opensearch", region))
    kafka(aws.client("kafka", region))
    backup(aws.client("backup", region))
    glacier(aws.client("glacier", region))
    file_systems(aws.client("efs", region))
    vectors(aws.client("s3vectors", region), account_id)
    if region == "us-east-1":
        # moto has both there only.
        table_buckets(aws.client("s3tables", region))
        dsql(aws.client("dsql", region), account_id)


def tables(client, account_id):
    """One with a stream that everyone may read, one that its own account may, one without a policy."""
    key = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
    key["AttributeDefinitions"] = [{"AttributeName": "id", "AttributeType": "S"}]
    encrypted = {"Enabled": True}
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    for name, more in [
        ("plain", {"ProvisionedThroughput": {"ReadCapacityUnits": 2, "WriteCapacityUnits": 1}}),
        ("public", {"BillingMode": "PAY_PER_REQUEST", "StreamSpecification": stream}),
        ("own", {"BillingMode": "PAY_PER_REQUEST", "DeletionProtectionEnabled": True, "SSESpecification": encrypted}),
    ]:
        made = client.create_table(TableName=name, **key, **more)["TableDescription"]
        if name == "public":
            policy = to_everyone("dynamodb:GetItem", made["TableArn"])
            client.put_resource_policy(ResourceArn=made["TableArn"], Policy=policy)
        if name == "own":
            policy = to_own(account_id, "dynamodb:*", made["TableArn"])
            client.put_resource_policy(ResourceArn=made["TableArn"], Policy=policy)


def streams(client, account_id):
    """A stream of each: with a policy and a consumer that have one, of on-demand mode, plain."""
    for name in ["plain", "public", "own"]:
        mode = {"StreamModeDetails": {"StreamMode": "ON_DEMAND"}} if name == "own" else {"ShardCount": 1}
        client.create_stream(StreamName=name, **mode)
        arn = client.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
        if name == "plain":
            continue
        # moto gives the policy of a consumer only if there is a stream of the same name.
        consumer = client.register_stream_consumer(StreamARN=arn, ConsumerName=name)["Consumer"]
        if name == "public":
            client.put_resource_policy(ResourceARN=arn, Policy=to_everyone("kinesis:PutRecord", arn))
            policy = to_outside("kinesis:SubscribeToShard", consumer["ConsumerARN"])
            client.put_resource_policy(ResourceARN=consumer["ConsumerARN"], Policy=policy)
        else:
            client.put_resource_policy(ResourceARN=arn, Policy=to_own(account_id, "kinesis:PutRecord", arn))


def domains(client):
    """A plain domain and an encrypted one; the second is open."""
    client.create_domain(DomainName="plain", EngineVersion="OpenSearch_2.19")
    client.create_domain(
        DomainName="public",
        EngineVersion="Elasticsearch_7.10",
        AccessPolicies=to_everyone("es:ESHttpGet"),
        EncryptionAtRestOptions={"Enabled": True, "KmsKeyId": "alias/aws/es"},
        NodeToNodeEncryptionOptions={"Enabled": True},
        DomainEndpointOptions={"EnforceHTTPS": True, "TLSSecurityPolicy": "Policy-Min-TLS-1-2-2019-07"},
        ClusterConfig={"InstanceType": "r7g.large.search", "InstanceCount": 2},
    )


def kafka(client):
    """A provisioned cluster with public brokers and a policy; a serverless one."""
    brokers = {
        "InstanceType": "kafka.m7g.large",
        "ClientSubnets": ["subnet-1", "subnet-2"],
        "SecurityGroups": ["sg-1"],
        "ConnectivityInfo": {"PublicAccess": {"Type": "SERVICE_PROVIDED_EIPS"}},
    }
    made = client.create_cluster_v2(
        ClusterName="public",
        Provisioned={"BrokerNodeGroupInfo": brokers, "KafkaVersion": "3.7.x", "NumberOfBrokerNodes": 2},
        Tags={"number": "1"},
    )
    client.put_cluster_policy(ClusterArn=made["ClusterArn"], Policy=to_outside("kafka:GetBootstrapBrokers"))
    networks = [{"SubnetIds": ["subnet-3"], "SecurityGroupIds": ["sg-2"]}]
    client.create_cluster_v2(ClusterName="serverless", Serverless={"VpcConfigs": networks})


def backup(client):
    """moto has no policies of vaults."""
    client.create_backup_vault(BackupVaultName="plain", BackupVaultTags={"number": "1"})
    client.create_backup_vault(BackupVaultName="locked")
    client.put_backup_vault_lock_configuration(BackupVaultName="locked", MinRetentionDays=7, MaxRetentionDays=30)


def glacier(client):
    """moto has no policies of vaults."""
    for name in ["cold", "colder"]:
        client.create_vault(vaultName=name)


def file_systems(client):
    """One whose policy lets everyone mount it, one without a policy."""
    client.create_file_system(CreationToken="plain", Encrypted=False)
    made = client.create_file_system(
        CreationToken="public", Encrypted=True, PerformanceMode="maxIO", Tags=listed(Name="public", number="1")
    )
    policy = to_everyone("elasticfilesystem:ClientMount", made["FileSystemArn"])
    client.put_file_system_policy(FileSystemId=made["FileSystemId"], Policy=policy)


def vectors(client, account_id):
    for name in ["plain", "outside", "own"]:
        client.create_vector_bucket(vectorBucketName=f"{name}-{account_id}")
    for name, policy in [("outside", to_outside("s3vectors:*")), ("own", to_own(account_id, "s3vectors:*"))]:
        client.put_vector_bucket_policy(vectorBucketName=f"{name}-{account_id}", policy=policy)


def table_buckets(client):
    """moto has no policies of table buckets and of tables."""
    arn = client.create_table_bucket(name="tables")["arn"]
    client.create_table_bucket(name="no-tables")
    client.create_namespace(tableBucketARN=arn, namespace=["sales"])
    for name in ["orders", "returns"]:
        client.create_table(tableBucketARN=arn, namespace="sales", name=name, format="ICEBERG")


def dsql(client, account_id):
    client.create_cluster(deletionProtectionEnabled=True, tags={"number": "1"})
    made = client.create_cluster(deletionProtectionEnabled=False)
    client.put_cluster_policy(identifier=made["identifier"], policy=to_own(account_id, "dsql:DbConnect"))
