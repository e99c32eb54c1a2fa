"""Services that hold data, where boto3's models do not say enough: snapshots that are shared, policies within lists."""

import json


class DataServices:
    """The part of a census that reads databases, archives and indexes."""

    def apigateway(self, client):
        for api in self.pages_of(client, "get_rest_apis", "items"):
            arn = f"arn:aws:execute-api:{client.meta.region_name}:{self.account_id}:{api['id']}"
            self.found("apigateway_rest_apis", arn)
            if policy := api.get("policy"):
                # It is the inside of a JSON string.
                self.document(json.loads(f'"{policy}"'))
            for stage in client.get_stages(restApiId=api["id"])["item"]:
                self.found("apigateway_stages")
                assert stage["stageName"] and isinstance(stage.get("methodSettings", {}), dict), stage
            for authorizer in self.pages_of(client, "get_authorizers", "items", restApiId=api["id"]):
                self.found("apigateway_authorizers")
                assert authorizer["type"], authorizer

    def apigatewayv2(self, client):
        for api in self.pages_of(client, "get_apis", "Items"):
            self.found("apigatewayv2_apis")
            assert api["ProtocolType"] and api["CreatedDate"], api
            for stage in self.pages_of(client, "get_stages", "Items", ApiId=api["ApiId"]):
                self.found("apigatewayv2_stages")
                assert stage["StageName"], stage
            for route in self.pages_of(client, "get_routes", "Items", ApiId=api["ApiId"]):
                self.found("apigatewayv2_routes")
                assert route["AuthorizationType"], route

    def dsql(self, client):
        for cluster in self.pages_of(client, "list_clusters", "clusters"):
            self.found("dsql_clusters", cluster["arn"])
            client.get_cluster(identifier=cluster["identifier"])["status"]
            if policy := self.optional(client.get_cluster_policy, identifier=cluster["identifier"]).get("policy"):
                self.document(policy)

    def dynamodb(self, client):
        for name in self.pages_of(client, "list_tables", "TableNames"):
            table = client.describe_table(TableName=name)["Table"]
            self.found("dynamodb_tables", table["TableArn"])
            arns = [table["TableArn"], *filter(None, [table.get("LatestStreamArn")])]
            self.arns.update(arns)
            for arn in arns:
                if policy := self.optional(client.get_resource_policy, ResourceArn=arn).get("Policy"):
                    self.document(policy)

    def glacier(self, client):
        for vault in self.pages_of(client, "list_vaults", "VaultList", accountId="-"):
            self.found("glacier_vaults", vault["VaultARN"])
            of = {"accountId": "-", "vaultName": vault["VaultName"]}
            if policy := self.optional(client.get_vault_access_policy, **of).get("policy"):
                self.document(policy["Policy"])
            if lock := self.optional(client.get_vault_lock, **of).get("Policy"):
                self.document(lock)

    def opensearch(self, client):
        names = [it["DomainName"] for it in client.list_domain_names()["DomainNames"]]
        for at in range(0, len(names), 5):
            for domain in client.describe_domains(DomainNames=names[at : at + 5])["DomainStatusList"]:
                self.found("opensearch_domains", domain["ARN"])
                if policy := domain["AccessPolicies"]:
                    self.document(policy)

    def rds(self, client):
        for table in ["clusters", "instances"]:
            key = f"DB{table.capitalize()}"
            parameters = "DBClusterParameterGroup" if table == "clusters" else "DBParameterGroups"
            for database in self.pages_of(client, f"describe_db_{table}", key):
                self.found(f"rds_{table}")
                assert database[parameters] and database["VpcSecurityGroups"], database
        for snapshot in self.pages_of(client, "describe_db_snapshots", "DBSnapshots", SnapshotType="manual"):
            self.found("rds_snapshots", snapshot["DBSnapshotArn"])
            name = snapshot["DBSnapshotIdentifier"]
            result = client.describe_db_snapshot_attributes(DBSnapshotIdentifier=name)["DBSnapshotAttributesResult"]
            self.restorers(result["DBSnapshotAttributes"])
        method, key = "describe_db_cluster_snapshots", "DBClusterSnapshots"
        for snapshot in self.pages_of(client, method, key, SnapshotType="manual"):
            self.found("rds_cluster_snapshots", snapshot["DBClusterSnapshotArn"])
            name = snapshot["DBClusterSnapshotIdentifier"]
            answer = client.describe_db_cluster_snapshot_attributes(DBClusterSnapshotIdentifier=name)
            self.restorers(answer["DBClusterSnapshotAttributesResult"]["DBClusterSnapshotAttributes"])

    def restorers(self, attributes):
        values = [it["AttributeValues"] for it in attributes if it["AttributeName"] == "restore"]
        assert len(values) == 1 and all(it == "all" or len(it) == 12 for it in values[0]), attributes

    def redshift(self, client):
        for cluster in self.pages_of(client, "describe_clusters", "Clusters"):
            place = f"{client.meta.region_name}:{self.account_id}"
            self.found("redshift_clusters", f"arn:aws:redshift:{place}:cluster:{cluster['ClusterIdentifier']}")
            assert cluster["ClusterParameterGroups"][0]["ParameterGroupName"], cluster
            namespace = cluster["ClusterNamespaceArn"]
            if policy := self.optional(client.get_resource_policy, ResourceArn=namespace).get("ResourcePolicy"):
                self.document(policy["Policy"])
        for snapshot in self.pages_of(client, "describe_cluster_snapshots", "Snapshots", SnapshotType="manual"):
            self.found("redshift_snapshots", snapshot["SnapshotArn"])
            assert all(len(it["AccountId"]) == 12 for it in snapshot["AccountsWithRestoreAccess"]), snapshot
        for share in self.pages_of(client, "describe_data_shares", "DataShares"):
            self.found("redshift_datashares", share["DataShareArn"])
            assert all(len(it["ConsumerIdentifier"]) == 12 for it in share["DataShareAssociations"]), share

    def redshift_serverless(self, aws, region):
        """Beside snapshots, which a collector declares. A namespace has its policy with Redshift, or here."""
        client, redshift = aws.client("redshift-serverless", region), aws.client("redshift", region)
        for namespace in self.pages_of(client, "list_namespaces", "namespaces"):
            arn = namespace["namespaceArn"]
            self.found("redshift_serverless_namespaces", arn)
            client.list_tags_for_resource(resourceArn=arn)["tags"]
            own = self.optional(redshift.get_resource_policy, ResourceArn=arn).get("ResourcePolicy")
            other = self.optional(client.get_resource_policy, resourceArn=arn).get("resourcePolicy")
            assert not own or not other, arn
            if own or other:
                self.document(own["Policy"] if own else other["policy"])
        for workgroup in self.pages_of(client, "list_workgroups", "workgroups"):
            arn = workgroup["workgroupArn"]
            self.found("redshift_serverless_workgroups", arn)
            client.list_tags_for_resource(resourceArn=arn)["tags"]
            if policy := self.optional(client.get_resource_policy, resourceArn=arn).get("resourcePolicy"):
                self.document(policy["policy"])

    def marketplace(self, client):
        for entity_type in ["AmiProduct", "Offer", "SaaSProduct"]:
            listed = {"Catalog": "AWSMarketplace", "EntityType": entity_type}
            for entity in self.pages_of(client, "list_entities", "EntitySummaryList", **listed):
                arn = entity["EntityArn"]
                self.found("marketplace_entities", arn)
                assert entity["EntityType"] == entity_type, entity
                if policy := self.optional(client.get_resource_policy, ResourceArn=arn).get("Policy"):
                    self.document(policy)

    def s3files(self, client):
        for system in self.pages_of(client, "list_file_systems", "fileSystems"):
            of = {"fileSystemId": system["fileSystemId"]}
            self.found("s3files_file_systems", system["fileSystemArn"])
            client.get_file_system(**of)["tags"]
            if policy := self.optional(client.get_file_system_policy, **of).get("policy"):
                self.document(policy)

    def s3tables(self, client):
        for bucket in self.pages_of(client, "list_table_buckets", "tableBuckets"):
            of = {"tableBucketARN": bucket["arn"]}
            self.found("s3tables_buckets", bucket["arn"])
            if policy := self.optional(client.get_table_bucket_policy, **of).get("resourcePolicy"):
                self.document(policy)
            for table in self.pages_of(client, "list_tables", "tables", **of):
                self.found("s3tables_tables", table["tableARN"])
                names = {"namespace": ".".join(table["namespace"]), "name": table["name"]}
                if policy := self.optional(client.get_table_policy, **of, **names).get("resourcePolicy"):
                    self.document(policy)

    def omicsstorage(self, client):
        for store in self.pages_of(client, "list_sequence_stores", "sequenceStores"):
            self.found("omics_sequence_stores", store["arn"])
            access = client.get_sequence_store(id=store["id"]).get("s3Access")
            if access:
                of = {"s3AccessPointArn": access["s3AccessPointArn"]}
                if policy := self.optional(client.get_s3_access_policy, **of).get("s3AccessPolicy"):
                    self.document(policy)

    def s3vectors(self, client):
        for bucket in self.pages_of(client, "list_vector_buckets", "vectorBuckets"):
            of = {"vectorBucketName": bucket["vectorBucketName"]}
            self.found("s3vectors_buckets", bucket["vectorBucketArn"])
            client.get_vector_bucket(**of)["vectorBucket"]["encryptionConfiguration"]
            if policy := self.optional(client.get_vector_bucket_policy, **of).get("policy"):
                self.document(policy)


# The services that are read by this file.
DATA_SERVICES = {
    "apigateway": DataServices.apigateway,
    "apigatewayv2": DataServices.apigatewayv2,
    "dsql": DataServices.dsql,
    "dynamodb": DataServices.dynamodb,
    "glacier": DataServices.glacier,
    "omicsstorage": DataServices.omicsstorage,
    "opensearch": DataServices.opensearch,
    "rds": DataServices.rds,
    "redshift": DataServices.redshift,
    "s3files": DataServices.s3files,
    "s3tables": DataServices.s3tables,
    "s3vectors": DataServices.s3vectors,
}
