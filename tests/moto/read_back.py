"""What boto3 reads of one account, as rows of the census' tables: {table: [{column: value}]}.

Other calls than the census makes are used where there are any (ListUsers for GetAccountAuthorizationDetails), so that
a misunderstanding is not shared.
"""

import json

from botocore.exceptions import ClientError
from populate import REGIONS

GROUPS = "http://acs.amazonaws.com/groups/global/"

# What AWS answers where nothing is set.
ABSENT = {
    "NoSuchBucketPolicy",
    "NoSuchEntity",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "OwnershipControlsNotFoundError",
    "RegistryPolicyNotFoundException",
    "RepositoryPolicyNotFoundException",
    "ResourceNotFoundException",
}


def optional(call, **arguments):
    """An answer, or an empty one where nothing is set."""
    try:
        return call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in ABSENT:
            return {}
        raise


def tags(listed, key="Key", value="Value"):
    return {tag[key]: tag[value] for tag in listed}


class ReadBack:
    """Reads one account."""

    def __init__(self, aws, account_id):
        self.aws, self.account_id = aws, account_id
        self.rows = {}

    def all(self):
        self.iam(self.aws.client("iam"))
        self.buckets()
        for region in REGIONS:
            self.instances(self.aws.client("ec2", region), region)
            self.queues(self.aws.client("sqs", region))
            self.topics(self.aws.client("sns", region))
            self.keys(self.aws.client("kms", region))
            self.functions(self.aws.client("lambda", region))
            self.secrets(self.aws.client("secretsmanager", region))
            self.repositories(self.aws.client("ecr", region), region)
        return self.rows

    def add(self, table, **row):
        self.rows.setdefault(table, []).append(row)

    def policy(self, arn, resource_type, kind, document, name="", is_in_force=True):
        """A policy's document, as text or parsed; none: there is no policy."""
        self.add(
            "policy_documents",
            resource_arn=arn,
            resource_type=resource_type,
            policy_kind=kind,
            policy_name=name,
            state="read" if document else "absent",
            document=json.loads(document) if isinstance(document, str) else document,
            is_in_force=is_in_force,
        )

    def pages(self, client, operation, key, **arguments):
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page.get(key, [])

    # IAM

    def iam(self, client):
        for user in self.pages(client, "list_users", "Users"):
            self.user(client, user)
        for group in self.pages(client, "list_groups", "Groups"):
            self.add("iam_groups", arn=group["Arn"], group_name=group["GroupName"], path=group["Path"])
            members = client.get_group(GroupName=group["GroupName"])["Users"]
            for user in members:
                name = group["GroupName"]
                self.add("iam_group_memberships", user_arn=user["Arn"], user_name=user["UserName"], group_name=name)
            self.own_policies(client, "group", group["Arn"], group["GroupName"])
        for role in self.pages(client, "list_roles", "Roles"):
            self.role(client, role)
        for profile in self.pages(client, "list_instance_profiles", "InstanceProfiles"):
            role_arns = [role["Arn"] for role in profile["Roles"]]
            name = profile["InstanceProfileName"]
            self.add("iam_instance_profiles", arn=profile["Arn"], instance_profile_name=name, role_arns=role_arns)
        for policy in self.pages(client, "list_policies", "Policies", Scope="Local"):
            self.managed_policy(client, policy)
        self.account_settings(client)

    def user(self, client, user):
        name, arn = user["UserName"], user["Arn"]
        groups = [group["GroupName"] for group in client.list_groups_for_user(UserName=name)["Groups"]]
        own = tags(client.list_user_tags(UserName=name)["Tags"])
        self.add("iam_users", arn=arn, user_name=name, path=user["Path"], group_names=groups, tags=own)
        self.own_policies(client, "user", arn, name)

        has_password = bool(optional(client.get_login_profile, UserName=name))
        keys = client.list_access_keys(UserName=name)["AccessKeyMetadata"]
        active = [key["Status"] == "Active" for key in keys] + [False, False]
        self.add(
            "iam_credential_report",
            user_name=name,
            arn=arn,
            password_enabled=has_password,
            mfa_active=bool(client.list_mfa_devices(UserName=name)["MFADevices"]),
            access_key_1_active=active[0],
            access_key_2_active=active[1],
        )

    def role(self, client, role):
        name, arn = role["RoleName"], role["Arn"]
        own = tags(client.list_role_tags(RoleName=name)["Tags"])
        self.add("iam_roles", arn=arn, role_name=name, role_id=role["RoleId"], path=role["Path"], tags=own)
        self.policy(arn, "iam_role", "trust", role["AssumeRolePolicyDocument"])
        self.own_policies(client, "role", arn, name)

    def own_policies(self, client, kind, arn, name):
        """Inline policies and attachments of a user, group or role."""
        of = {f"{kind.capitalize()}Name": name}
        principal = {"principal_arn": arn, "principal_type": kind, "principal_name": name}
        for policy_name in getattr(client, f"list_{kind}_policies")(**of)["PolicyNames"]:
            document = getattr(client, f"get_{kind}_policy")(**of, PolicyName=policy_name)["PolicyDocument"]
            self.add("iam_inline_policies", **principal, policy_name=policy_name)
            self.policy(arn, f"iam_{kind}", "inline", document, name=policy_name)
        for policy in getattr(client, f"list_attached_{kind}_policies")(**of)["AttachedPolicies"]:
            policy_arn = policy["PolicyArn"]
            self.add("iam_policy_attachments", **principal, policy_arn=policy_arn, policy_name=policy["PolicyName"])

    def managed_policy(self, client, policy):
        arn = policy["Arn"]
        self.add(
            "iam_managed_policies",
            arn=arn,
            policy_name=policy["PolicyName"],
            default_version_id=policy["DefaultVersionId"],
            attachment_count=policy["AttachmentCount"],
        )
        for version in self.pages(client, "list_policy_versions", "Versions", PolicyArn=arn):
            version_id, is_default = version["VersionId"], version["IsDefaultVersion"]
            document = client.get_policy_version(PolicyArn=arn, VersionId=version_id)["PolicyVersion"]["Document"]
            self.add("iam_policy_versions", policy_arn=arn, version_id=version_id, is_default_version=is_default)
            self.policy(arn, "iam_managed_policy", "managed", document, name=version_id, is_in_force=is_default)

    def account_settings(self, client):
        for alias in client.list_account_aliases()["AccountAliases"]:
            self.add("iam_account_aliases", account_alias=alias)
        policy = optional(client.get_account_password_policy).get("PasswordPolicy")
        self.add(
            "iam_password_policies",
            is_configured=policy is not None,
            minimum_password_length=policy["MinimumPasswordLength"] if policy else None,
            max_password_age_days=policy["MaxPasswordAge"] if policy else None,
        )
        counts = client.get_account_summary()["SummaryMap"]
        self.add(
            "iam_account_summary",
            user_count=counts["Users"],
            group_count=counts["Groups"],
            role_count=counts["Roles"],
            summary={name: str(count) for name, count in counts.items()},
        )

    # S3

    def buckets(self):
        control = self.aws.client("s3control")
        answer = optional(control.get_public_access_block, AccountId=self.account_id)
        account = answer.get("PublicAccessBlockConfiguration")
        self.add("s3_account_public_access_blocks", is_configured=account is not None, **blocks(account))
        for bucket in self.aws.client("s3").list_buckets()["Buckets"]:
            self.bucket(bucket["Name"])

    def bucket(self, name):
        region = self.aws.client("s3").get_bucket_location(Bucket=name)["LocationConstraint"] or "us-east-1"
        client = self.aws.client("s3", region)
        block = optional(client.get_public_access_block, Bucket=name).get("PublicAccessBlockConfiguration")
        ownership = optional(client.get_bucket_ownership_controls, Bucket=name).get("OwnershipControls")
        default = client.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
        arn = f"arn:aws:s3:::{name}"
        self.add(
            "s3_buckets",
            arn=arn,
            bucket_name=name,
            bucket_region=region,
            object_ownership=ownership["Rules"][0]["ObjectOwnership"] if ownership else "ObjectWriter",
            has_public_access_block=block is not None,
            **blocks(block),
            encryption_algorithm=default["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
            tags=tags(optional(client.get_bucket_tagging, Bucket=name).get("TagSet", [])),
        )
        self.policy(arn, "s3_bucket", "resource", optional(client.get_bucket_policy, Bucket=name).get("Policy"))
        self.policy(arn, "s3_bucket", "acl", [grant(it) for it in client.get_bucket_acl(Bucket=name)["Grants"]])

    # Regions

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


def blocks(configuration):
    """The four settings of a public access block; all off where there is none."""
    names = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
    columns = ["block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets"]
    return {column: bool((configuration or {}).get(name)) for column, name in zip(columns, names)}


def grant(it):
    """A grant as the census writes it: AWS's groups by their last word."""
    grantee = it["Grantee"]
    grantee = grantee["URI"].removeprefix(GROUPS) if "URI" in grantee else grantee["ID"]
    return {"grantee": grantee, "permission": it["Permission"]}
