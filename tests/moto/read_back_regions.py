"""What boto3 reads in each region.

This parallel census is frozen at the services it has: a new service needs no line here.
"""

from populate import REGIONS
from reading import Reading, optional, tags


class Regions(Reading):
    """Instances, queues, topics, keys, functions, secrets, repositories."""

    def regions(self):
        for region in REGIONS:
            self.instances(self.aws.client("ec2", region), region)
            self.networks(self.aws.client("ec2", region), region)
            self.queues(self.aws.client("sqs", region))
            self.topics(self.aws.client("sns", region))
            self.keys(self.aws.client("kms", region))
            self.functions(self.aws.client("lambda", region))
            self.secrets(self.aws.client("secretsmanager", region))
            self.repositories(self.aws.client("ecr", region), region)

    def instances(self, client, region):
        for reservation in self.pages(client, "describe_instances", "Reservations"):
            for instance in reservation["Instances"]:
                instance_id, metadata = instance["InstanceId"], instance["MetadataOptions"]
                self.add(
                    "ec2_instances",
                    arn=f"arn:aws:ec2:{region}:{self.account_id}:instance/{instance_id}",
                    instance_id=instance_id,
                    state=instance["State"]["Name"],
                    http_tokens=metadata["HttpTokens"],
                    http_endpoint=metadata["HttpEndpoint"],
                    http_put_response_hop_limit=metadata["HttpPutResponseHopLimit"],
                    instance_type=instance["InstanceType"],
                    image_id=instance["ImageId"],
                    private_ip_address=instance.get("PrivateIpAddress"),
                    tags=tags(instance.get("Tags", [])),
                )

    def networks(self, client, region):
        for vpc in self.pages(client, "describe_vpcs", "Vpcs"):
            self.add(
                "ec2_vpcs",
                arn=f"arn:aws:ec2:{region}:{vpc['OwnerId']}:vpc/{vpc['VpcId']}",
                vpc_id=vpc["VpcId"],
                owner_account_id=vpc["OwnerId"],
                is_shared_by_other=vpc["OwnerId"] != self.account_id,
                state=vpc["State"],
                is_default=vpc["IsDefault"],
                cidr_block=vpc["CidrBlock"],
                cidr_blocks=[it["CidrBlock"] for it in vpc["CidrBlockAssociationSet"]],
                instance_tenancy=vpc["InstanceTenancy"],
                tags=tags(vpc.get("Tags", [])),
            )
        for endpoint in self.pages(client, "describe_vpc_endpoints", "VpcEndpoints"):
            arn = f"arn:aws:ec2:{region}:{self.account_id}:vpc-endpoint/{endpoint['VpcEndpointId']}"
            self.add(
                "ec2_vpc_endpoints",
                arn=arn,
                vpc_endpoint_id=endpoint["VpcEndpointId"],
                endpoint_type=endpoint["VpcEndpointType"],
                vpc_id=endpoint["VpcId"],
                service_name=endpoint["ServiceName"],
                state=endpoint["State"],
                has_policy=endpoint.get("PolicyDocument") is not None,
                route_table_ids=endpoint.get("RouteTableIds", []),
                tags=tags(endpoint.get("Tags", [])),
            )
            self.policy(arn, "ec2_vpc_endpoint", "endpoint", endpoint.get("PolicyDocument"))

    def queues(self, client):
        for url in self.pages(client, "list_queues", "QueueUrls"):
            attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            arn = attributes["QueueArn"]
            self.add(
                "sqs_queues",
                arn=arn,
                queue_name=url.rsplit("/", 1)[1],
                is_fifo=attributes.get("FifoQueue") == "true",
                retention_seconds=int(attributes["MessageRetentionPeriod"]),
                tags=client.list_queue_tags(QueueUrl=url).get("Tags", {}),
            )
            self.policy(arn, "sqs_queue", "resource", attributes.get("Policy"))

    def topics(self, client):
        for topic in self.pages(client, "list_topics", "Topics"):
            arn = topic["TopicArn"]
            attributes = client.get_topic_attributes(TopicArn=arn)["Attributes"]
            own = tags(client.list_tags_for_resource(ResourceArn=arn)["Tags"])
            display_name = attributes["DisplayName"] or None
            self.add("sns_topics", arn=arn, topic_name=arn.rsplit(":", 1)[1], display_name=display_name, tags=own)
            self.policy(arn, "sns_topic", "resource", attributes.get("Policy"))

    def keys(self, client):
        aliases = list(self.pages(client, "list_aliases", "Aliases"))
        for key in self.pages(client, "list_keys", "Keys"):
            key_id, arn = key["KeyId"], key["KeyArn"]
            described = client.describe_key(KeyId=key_id)["KeyMetadata"]
            self.add(
                "kms_keys",
                arn=arn,
                key_id=key_id,
                aliases=[alias["AliasName"] for alias in aliases if alias.get("TargetKeyId") == key_id],
                description=described["Description"],
                key_state=described["KeyState"],
                key_spec=described["KeySpec"],
                is_rotation_enabled=client.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"],
                tags=tags(client.list_resource_tags(KeyId=key_id)["Tags"], "TagKey", "TagValue"),
            )
            policy = client.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"]
            self.policy(arn, "kms_key", "resource", policy)
            self.grants(arn, client.list_grants(KeyId=key_id)["Grants"])

    def grants(self, arn, found):
        """Each grant as the policy that it comes to; the encryption context is the caller's."""
        if not found:
            self.policy(arn, "kms_key", "grant", None)
        for grant in found:
            grantee, operations = grant["GranteePrincipal"], grant["Operations"]
            self.add(
                "kms_grants",
                key_arn=arn,
                grant_id=grant["GrantId"],
                grant_name=grant.get("Name") or None,
                grantee_principal=grantee,
                retiring_principal=grant.get("RetiringPrincipal") or None,
                operations=operations,
            )
            statement = {"Effect": "Allow", "Principal": {"AWS": grantee}, "Resource": arn}
            statement["Action"] = [f"kms:{operation}" for operation in operations]
            document = {"Version": "2012-10-17", "Statement": [statement]}
            self.policy(arn, "kms_key", "grant", document, grant["GrantId"])

    def functions(self, client):
        for function in self.pages(client, "list_functions", "Functions"):
            name, arn = function["FunctionName"], function["FunctionArn"]
            self.add(
                "lambda_functions",
                arn=arn,
                function_name=name,
                runtime=function["Runtime"],
                execution_role_arn=function["Role"],
                memory_mib=function["MemorySize"],
                timeout_seconds=function["Timeout"],
                environment_names=list(function["Environment"]["Variables"]),
                tags=client.list_tags(Resource=arn)["Tags"],
            )
            policy = optional(client.get_policy, FunctionName=name).get("Policy")
            self.policy(arn, "lambda_function", "resource", policy)
            # moto does not know GetResourcePolicy.
            self.policy(arn, "lambda_function", "resource", None, "resource_policy", state="unread")

    def secrets(self, client):
        for secret in self.pages(client, "list_secrets", "SecretList"):
            arn = secret["ARN"]
            self.add(
                "secretsmanager_secrets",
                arn=arn,
                secret_name=secret["Name"],
                description=secret.get("Description"),
                kms_key_id=secret.get("KmsKeyId"),
                is_rotation_enabled=secret.get("RotationEnabled", False),
                tags=tags(secret.get("Tags", [])),
            )
            policy = client.get_resource_policy(SecretId=arn).get("ResourcePolicy")
            self.policy(arn, "secretsmanager_secret", "resource", policy)
            # moto does not list the names of further policies.
            self.policy(arn, "secretsmanager_secret", "resource", None, "unlisted", state="unread")

    def repositories(self, client, region):
        for repository in self.pages(client, "describe_repositories", "repositories"):
            name, arn = repository["repositoryName"], repository["repositoryArn"]
            self.add(
                "ecr_repositories",
                arn=arn,
                repository_name=name,
                repository_uri=repository["repositoryUri"],
                image_tag_mutability=repository["imageTagMutability"],
                is_scan_on_push=repository["imageScanningConfiguration"]["scanOnPush"],
                tags=tags(client.list_tags_for_resource(resourceArn=arn)["tags"]),
            )
            policy = optional(client.get_repository_policy, repositoryName=name).get("policyText")
            self.policy(arn, "ecr_repository", "resource", policy)
        registry = optional(client.get_registry_policy).get("policyText")
        self.policy(f"arn:aws:ecr:{region}:{self.account_id}:registry", "ecr_registry", "resource", registry)
