"""What tools of others ask one by one, as Prowler and Cloud Custodian do, is what lists and details say of all.

No collector makes these calls, so boto3 alone holds the simulator's answers against each other.
"""

from botocore.exceptions import ClientError

UNSET = {
    "get_bucket_cors": "NoSuchCORSConfiguration",
    "get_bucket_lifecycle_configuration": "NoSuchLifecycleConfiguration",
    "get_bucket_replication": "ReplicationConfigurationNotFoundError",
    "get_bucket_website": "NoSuchWebsiteConfiguration",
}
IDENTITIES = {
    "User": ("UserDetailList", "UserPolicyList"),
    "Group": ("GroupDetailList", "GroupPolicyList"),
    "Role": ("RoleDetailList", "RolePolicyList"),
}


def all_of(client, operation, key, **arguments):
    return [it for page in client.get_paginator(operation).paginate(**arguments) for it in page.get(key, [])]


def code(call, **arguments):
    """The code of an error, or none."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def one_by_one(checks, aws, regions):
    """All services of an account."""
    identities(checks, aws.client("iam"))
    policies(checks, aws.client("iam"))
    buckets(checks, aws)
    for region in regions:
        queues(checks, aws.client("sqs", region))
        topics(checks, aws.client("sns", region))
        functions(checks, aws.client("lambda", region))
        others(checks, aws, region)


def identities(checks, client):
    for kind, (details, inline) in IDENTITIES.items():
        name, lower = f"{kind}Name", kind.lower()
        for it in all_of(client, "get_account_authorization_details", details, Filter=[kind]):
            one = {name: it[name]}
            described = getattr(client, f"get_{lower}")(**one)[kind]
            checks.equal(f"{kind} {it[name]}", it["Arn"], described["Arn"])
            attached = all_of(client, f"list_attached_{lower}_policies", "AttachedPolicies", **one)
            checks.equal(f"policies attached to {it[name]}", it["AttachedManagedPolicies"], attached)
            names = all_of(client, f"list_{lower}_policies", "PolicyNames", **one)
            found = [getattr(client, f"get_{lower}_policy")(**one, PolicyName=policy) for policy in names]
            found = [{key: policy[key] for key in ("PolicyName", "PolicyDocument")} for policy in found]
            checks.equal(f"inline policies of {it[name]}", it[inline], found)
            if kind == "Role":
                checks.equal(f"trust of {it[name]}", it["AssumeRolePolicyDocument"], described["AssumeRolePolicyDocument"])
                profiles = all_of(client, "list_instance_profiles_for_role", "InstanceProfiles", **one)
                checks.equal(f"instance profiles of {it[name]}", it["InstanceProfileList"], profiles)
            if kind == "User":
                groups = [group["GroupName"] for group in all_of(client, "list_groups_for_user", "Groups", **one)]
                checks.equal(f"groups of {it[name]}", it["GroupList"], groups)
                for group in groups:
                    members = all_of(client, "get_group", "Users", GroupName=group)
                    checks.true(f"{it[name]} is in {group}", it[name] in {user["UserName"] for user in members})
            if kind != "Group":
                tags = all_of(client, f"list_{lower}_tags", "Tags", **one)
                checks.equal(f"tags of {it[name]}", it.get("Tags", []), tags)
    checks.equal("no such role", "NoSuchEntity", code(client.get_role, RoleName="nobody"))


def policies(checks, client):
    for it in all_of(client, "list_policies", "Policies"):
        arn = it["Arn"]
        policy = client.get_policy(PolicyArn=arn)["Policy"]
        versions = all_of(client, "list_policy_versions", "Versions", PolicyArn=arn)
        default = [version["VersionId"] for version in versions if version["IsDefaultVersion"]]
        checks.equal(f"default version of {arn}", [policy["DefaultVersionId"]], default)
        version = client.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
        checks.true(f"document of {arn}", version["Document"])
        entities = client.list_entities_for_policy(PolicyArn=arn)
        count = sum(len(entities[key]) for key in ("PolicyGroups", "PolicyUsers", "PolicyRoles"))
        checks.equal(f"identities that have {arn}", it["AttachmentCount"], count)


def buckets(checks, aws):
    for bucket in all_of(aws.client("s3"), "list_buckets", "Buckets"):
        client = aws.client("s3", bucket["BucketRegion"])
        for operation, unset in UNSET.items():
            found = code(getattr(client, operation), Bucket=bucket["Name"])
            checks.equal(f"{operation} of {bucket['Name']}", unset, found)
        payer = client.get_bucket_request_payment(Bucket=bucket["Name"])["Payer"]
        checks.equal(f"who pays for {bucket['Name']}", "BucketOwner", payer)
        client.get_bucket_notification_configuration(Bucket=bucket["Name"])
        client.get_bucket_accelerate_configuration(Bucket=bucket["Name"])


def queues(checks, client):
    for url in all_of(client, "list_queues", "QueueUrls"):
        checks.equal(f"the URL of {url}", url, client.get_queue_url(QueueName=url.rsplit("/", 1)[1])["QueueUrl"])
        all_of(client, "list_dead_letter_source_queues", "queueUrls", QueueUrl=url)
    checks.equal("no such queue", "AWS.SimpleQueueService.NonExistentQueue", code(client.get_queue_url, QueueName="x"))


def topics(checks, client):
    everything = all_of(client, "list_subscriptions", "Subscriptions")
    found = []
    for topic in all_of(client, "list_topics", "Topics"):
        arn = topic["TopicArn"]
        attributes = client.get_topic_attributes(TopicArn=arn)["Attributes"]
        own = all_of(client, "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
        checks.equal(f"subscriptions of {arn}", int(attributes["SubscriptionsConfirmed"]), len(own))
        found += own
    checks.equal("all subscriptions", everything, found)


def functions(checks, client):
    for it in all_of(client, "list_functions", "Functions"):
        name = it["FunctionName"]
        checks.equal(f"function {name}", it, client.get_function(FunctionName=name)["Configuration"])
        alone = client.get_function_configuration(FunctionName=name)
        alone.pop("ResponseMetadata")
        checks.equal(f"configuration of {name}", it, alone)
        urls = all_of(client, "list_function_url_configs", "FunctionUrlConfigs", FunctionName=name)
        own = [url for url in urls if url["FunctionArn"] == it["FunctionArn"]]
        refused = code(client.get_function_url_config, FunctionName=name)
        checks.equal(f"URL of {name}", None if own else "ResourceNotFoundException", refused)
        for alias in all_of(client, "list_aliases", "Aliases", FunctionName=name):
            one = {"FunctionName": name, "Qualifier": alias["Name"]}
            found = code(client.get_policy, **one), code(client.get_resource_policy, ResourceArn=alias["AliasArn"])
            checks.equal(f"the policy of {alias['AliasArn']}, asked in two ways", *found)


def others(checks, aws, region):
    client = aws.client("ecr", region)
    checks.true("a registry", client.describe_registry()["registryId"])
    client.get_registry_scanning_configuration()
    for it in all_of(client, "describe_repositories", "repositories"):
        refused = code(client.get_lifecycle_policy, repositoryName=it["repositoryName"])
        checks.equal("lifecycle policy", "LifecyclePolicyNotFoundException", refused)
    client = aws.client("kms", region)
    for it in all_of(client, "list_keys", "Keys"):
        names = all_of(client, "list_key_policies", "PolicyNames", KeyId=it["KeyId"])
        checks.equal("policies of a key", ["default"], names)
    client = aws.client("secretsmanager", region)
    for it in all_of(client, "list_secrets", "SecretList"):
        found = client.describe_secret(SecretId=it["ARN"])
        checks.equal("a secret's name", it["Name"], found["Name"])
        checks.true("a secret's versions", found["VersionIdsToStages"])
