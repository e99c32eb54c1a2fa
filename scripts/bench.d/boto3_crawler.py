"""A crawler as one would write it with boto3: threads over accounts, paginators, the same calls, and the same tables
by pyarrow. It stands beside orgcensus in `scripts/bench`; it derives no verdicts and keeps no journal.
This parallel census is frozen at the services it has: a new service needs no line here.

    boto3_crawler.py --endpoint http://127.0.0.1:4510 --lake /tmp/lake --regions us-east-1 eu-west-1
"""

import argparse
import collections
import concurrent.futures
import csv
import io
import json
import os
import threading
import time

import boto3
import botocore.config
import botocore.exceptions
import botocore.loaders
import botocore.session
import pyarrow
import pyarrow.parquet

ROWS = collections.defaultdict(list)
CALLS = collections.Counter()
LOCK = threading.Lock()
LOADER = botocore.loaders.create_loader()  # service models are read once, and not for each account
ABSENT = {
    "NoSuchBucketPolicy", "OwnershipControlsNotFoundError", "NoSuchPublicAccessBlockConfiguration", "NoSuchTagSet",
    "ServerSideEncryptionConfigurationNotFoundError", "ResourceNotFoundException", "RepositoryPolicyNotFoundException",
    "RegistryPolicyNotFoundException", "NoSuchEntity", "UnsupportedOperationException", "KMSInvalidStateException",
}


def session_of(credentials=None):
    core = botocore.session.get_session()
    core.register_component("data_loader", LOADER)
    keys = {}
    if credentials:
        keys = {
            "aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
            "aws_session_token": credentials["SessionToken"],
        }
    return boto3.Session(botocore_session=core, **keys)


class Account:
    """One account: its clients, its rows, what became of each collector."""

    def __init__(self, session, stamp, endpoint, home):
        self.session, self.stamp, self.endpoint, self.home = session, stamp, endpoint, home
        self.clients, self.rows = {}, collections.defaultdict(list)

    def client(self, service, region=None):
        key = (service, region or self.home)
        if key not in self.clients:
            s3 = {"addressing_style": "path"} if service == "s3" else None
            config = botocore.config.Config(retries={"mode": "standard", "total_max_attempts": 3}, s3=s3)
            client = self.session.client(service, key[1], endpoint_url=self.endpoint, config=config)
            client.meta.events.register("before-send.*", count)
            if service == "s3control":
                client.meta.events.register("before-sign.s3-control", unprefix)
            self.clients[key] = client
        return self.clients[key]

    def pages(self, service, region, operation, items, **parameters):
        for page in self.client(service, region).get_paginator(operation).paginate(**parameters):
            yield from page.get(items, [])

    def add(self, table, region, **columns):
        self.rows[table].append({**self.stamp, "region": region, **columns})

    def policy(self, region, arn, kind, name, document):
        if isinstance(document, dict):
            document = json.dumps(document)
        self.add("policy_documents", region, resource_arn=arn, policy_kind=kind, policy_name=name, document=document)
        try:
            statements = json.loads(document or "{}").get("Statement", [])
        except ValueError:
            return  # the document is kept, whatever it is
        statements = statements if isinstance(statements, list) else [statements]
        for ordinal, it in enumerate(statements):
            text = {name.lower(): json.dumps(it[name]) for name in ("Principal", "Action", "Resource", "Condition") if name in it}
            self.add("policy_statements", region, resource_arn=arn, policy_kind=kind, policy_name=name, ordinal=ordinal,
                     effect=it.get("Effect"), sid=it.get("Sid"), **text)


def count(event_name, **_):
    CALLS[event_name] += 1


def unprefix(request, **_):
    """Loopback names have no account before them."""
    scheme, rest = request.url.split("://", 1)
    host, _, path = rest.partition("/")
    if host.split(".", 1)[0].isdigit() and not host.replace(".", "").split(":")[0].isdigit():
        request.url = f"{scheme}://{host.split('.', 1)[1]}/{path}"
    elif len(host.split(".", 1)[0]) == 12:
        request.url = f"{scheme}://{host.split('.', 1)[1]}/{path}"


def optional(call, **parameters):
    """An answer, or nothing if AWS says that nothing is set."""
    try:
        return call(**parameters)
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in ABSENT:
            return {}
        raise


def tags(listed, key="Key", value="Value"):
    return list({tag[key]: tag[value] for tag in listed or []}.items())


def ec2_instances(account, region):
    for reservation in account.pages("ec2", region, "describe_instances", "Reservations", PaginationConfig={"PageSize": 1000}):
        for it in reservation["Instances"]:
            options = it.get("MetadataOptions", {})
            account.add("ec2_instances", region, instance_id=it["InstanceId"], state=it["State"]["Name"],
                        instance_type=it.get("InstanceType"), http_tokens=options.get("HttpTokens"),
                        http_endpoint=options.get("HttpEndpoint"), hop_limit=options.get("HttpPutResponseHopLimit"),
                        image_id=it.get("ImageId"), vpc_id=it.get("VpcId"), subnet_id=it.get("SubnetId"),
                        private_ip=it.get("PrivateIpAddress"), public_ip=it.get("PublicIpAddress"),
                        launched_at=it.get("LaunchTime"), tags=tags(it.get("Tags")))


def ec2_metadata_defaults(account, region):
    answer = account.client("ec2", region).get_instance_metadata_defaults()["AccountLevel"]
    account.add("ec2_instance_metadata_defaults", region, http_tokens=answer.get("HttpTokens"),
                http_endpoint=answer.get("HttpEndpoint"), hop_limit=answer.get("HttpPutResponseHopLimit"))


def ecr_registry_policies(account, region):
    answer = optional(account.client("ecr", region).get_registry_policy)
    account.policy(region, f"ecr:{region}", "resource", "", answer.get("policyText"))


def ecr_repositories(account, region):
    ecr = account.client("ecr", region)
    for it in account.pages("ecr", region, "describe_repositories", "repositories", PaginationConfig={"PageSize": 1000}):
        policy = optional(ecr.get_repository_policy, repositoryName=it["repositoryName"]).get("policyText")
        listed = ecr.list_tags_for_resource(resourceArn=it["repositoryArn"])["tags"]
        account.policy(region, it["repositoryArn"], "resource", "", policy)
        account.add("ecr_repositories", region, arn=it["repositoryArn"], repository_name=it["repositoryName"],
                    repository_uri=it["repositoryUri"], created_at=it["createdAt"],
                    image_tag_mutability=it.get("imageTagMutability"),
                    is_scan_on_push=it.get("imageScanningConfiguration", {}).get("scanOnPush"), tags=tags(listed))


def iam_account_aliases(account, region):
    for alias in account.pages("iam", None, "list_account_aliases", "AccountAliases"):
        account.add("iam_account_aliases", region, account_alias=alias)


def iam_account_summary(account, region):
    summary = account.client("iam").get_account_summary()["SummaryMap"]
    account.add("iam_account_summary", region, **{name.lower(): value for name, value in summary.items()})


def iam_authorization_details(account, region):
    kinds = ["User", "Group", "Role", "LocalManagedPolicy"]
    pages = account.client("iam").get_paginator("get_account_authorization_details")
    for page in pages.paginate(Filter=kinds, PaginationConfig={"PageSize": 1000}):
        for it in page["UserDetailList"]:
            account.add("iam_users", region, arn=it["Arn"], user_name=it["UserName"], user_id=it["UserId"], path=it["Path"],
                        created_at=it["CreateDate"], tags=tags(it.get("Tags")))
            for group in it.get("GroupList", []):
                account.add("iam_group_memberships", region, user_arn=it["Arn"], group_name=group)
            principal(account, region, "user", it["Arn"], it["UserName"], it.get("UserPolicyList"), it)
        for it in page["GroupDetailList"]:
            account.add("iam_groups", region, arn=it["Arn"], group_name=it["GroupName"], group_id=it["GroupId"])
            principal(account, region, "group", it["Arn"], it["GroupName"], it.get("GroupPolicyList"), it)
        for it in page["RoleDetailList"]:
            account.add("iam_roles", region, arn=it["Arn"], role_name=it["RoleName"], role_id=it["RoleId"], path=it["Path"],
                        created_at=it["CreateDate"], last_used_at=it.get("RoleLastUsed", {}).get("LastUsedDate"),
                        tags=tags(it.get("Tags")))
            account.policy(region, it["Arn"], "trust", "", it.get("AssumeRolePolicyDocument"))
            principal(account, region, "role", it["Arn"], it["RoleName"], it.get("RolePolicyList"), it)
            for profile in it.get("InstanceProfileList", []):
                account.add("iam_instance_profiles", region, arn=profile["Arn"], role_arn=it["Arn"])
        for it in page["Policies"]:
            account.add("iam_managed_policies", region, arn=it["Arn"], policy_name=it.get("PolicyName"),
                        attachment_count=it.get("AttachmentCount"), default_version_id=it.get("DefaultVersionId"))
            for version in it.get("PolicyVersionList", []):
                account.add("iam_policy_versions", region, policy_arn=it["Arn"], version_id=version["VersionId"],
                            is_default=version["IsDefaultVersion"])
                account.policy(region, it["Arn"], "managed", version["VersionId"], version["Document"])


def principal(account, region, kind, arn, name, inline, it):
    for policy in inline or []:
        account.add("iam_inline_policies", region, principal_arn=arn, principal_type=kind, policy_name=policy["PolicyName"])
        account.policy(region, arn, "inline", policy["PolicyName"], policy["PolicyDocument"])
    for policy in it.get("AttachedManagedPolicies", []):
        account.add("iam_policy_attachments", region, principal_arn=arn, principal_type=kind, principal_name=name,
                    policy_arn=policy["PolicyArn"])


def iam_credential_report(account, region):
    iam = account.client("iam")
    while iam.generate_credential_report()["State"] != "COMPLETE":
        time.sleep(0.5)
    for line in csv.DictReader(io.StringIO(iam.get_credential_report()["Content"].decode())):
        account.add("iam_credential_report", region, **line)


def iam_password_policies(account, region):
    answer = optional(account.client("iam").get_account_password_policy).get("PasswordPolicy", {})
    account.add("iam_password_policies", region, minimum_length=answer.get("MinimumPasswordLength"),
                max_age_days=answer.get("MaxPasswordAge"), requires_symbols=answer.get("RequireSymbols"))


def kms_keys(account, region):
    kms = account.client("kms", region)
    aliases = collections.defaultdict(list)
    for alias in account.pages("kms", region, "list_aliases", "Aliases", PaginationConfig={"PageSize": 100}):
        aliases[alias.get("TargetKeyId")].append(alias["AliasName"])
    for entry in account.pages("kms", region, "list_keys", "Keys", PaginationConfig={"PageSize": 1000}):
        key = entry["KeyId"]
        it = kms.describe_key(KeyId=key)["KeyMetadata"]
        policy = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
        rotates = it.get("CustomKeyStoreId") is None and it.get("KeySpec", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT"
        rotation = optional(kms.get_key_rotation_status, KeyId=key) if rotates else {}
        listed = list(account.pages("kms", region, "list_resource_tags", "Tags", KeyId=key, PaginationConfig={"PageSize": 50}))
        account.policy(region, entry["KeyArn"], "resource", "", policy)
        account.add("kms_keys", region, arn=entry["KeyArn"], key_id=key, aliases=aliases.get(key, []), state=it.get("KeyState"),
                    manager=it.get("KeyManager"), spec=it.get("KeySpec"), usage=it.get("KeyUsage"), origin=it.get("Origin"),
                    created_at=it.get("CreationDate"), is_rotated=rotation.get("KeyRotationEnabled"),
                    tags=tags(listed, "TagKey", "TagValue"))


def lambda_functions(account, region):
    client = account.client("lambda", region)
    for it in account.pages("lambda", region, "list_functions", "Functions", PaginationConfig={"PageSize": 50}):
        name, arn = it["FunctionName"], it["FunctionArn"]
        urls = list(account.pages("lambda", region, "list_function_url_configs", "FunctionUrlConfigs", FunctionName=name))
        qualifiers = [url["FunctionArn"].split(":")[7] for url in urls if url["FunctionArn"].count(":") > 6]
        for qualifier in [None, *qualifiers]:
            own = {"Qualifier": qualifier} if qualifier else {}
            account.policy(region, arn, "resource", qualifier or "", optional(client.get_policy, FunctionName=name, **own).get("Policy"))
        listed = client.list_tags(Resource=arn)["Tags"]
        account.add("lambda_functions", region, arn=arn, function_name=name, runtime=it.get("Runtime"), role=it.get("Role"),
                    handler=it.get("Handler"), code_size=it.get("CodeSize"), timeout=it.get("Timeout"),
                    memory=it.get("MemorySize"), last_modified=it.get("LastModified"),
                    environment_names=list(it.get("Environment", {}).get("Variables", {})), tags=list(listed.items()))
        for url in urls:
            account.add("lambda_function_urls", region, function_arn=arn, url=url["FunctionUrl"], auth_type=url["AuthType"])


def s3_account_public_access_blocks(account, region):
    answer = optional(account.client("s3control").get_public_access_block, AccountId=account.stamp["account_id"])
    block = answer.get("PublicAccessBlockConfiguration", {})
    account.add("s3_account_public_access_blocks", region, **{name.lower(): value for name, value in block.items()})


def s3_buckets(account, region):
    for bucket in account.pages("s3", None, "list_buckets", "Buckets", PaginationConfig={"PageSize": 10000}):
        name = bucket["Name"]
        s3 = account.client("s3", bucket.get("BucketRegion"))
        policy = optional(s3.get_bucket_policy, Bucket=name).get("Policy")
        status = optional(s3.get_bucket_policy_status, Bucket=name).get("PolicyStatus", {})
        acl = s3.get_bucket_acl(Bucket=name)["Grants"]
        ownership = optional(s3.get_bucket_ownership_controls, Bucket=name).get("OwnershipControls", {}).get("Rules", [])
        block = optional(s3.get_public_access_block, Bucket=name).get("PublicAccessBlockConfiguration", {})
        listed = optional(s3.get_bucket_tagging, Bucket=name).get("TagSet")
        encryption = optional(s3.get_bucket_encryption, Bucket=name).get("ServerSideEncryptionConfiguration", {})
        versioning = s3.get_bucket_versioning(Bucket=name)
        logging = s3.get_bucket_logging(Bucket=name).get("LoggingEnabled", {})
        account.policy(region, f"arn:aws:s3:::{name}", "resource", "", policy)
        account.policy(region, f"arn:aws:s3:::{name}", "acl", "", {"Grants": acl})
        rules = encryption.get("Rules") or [{}]
        account.add("s3_buckets", region, bucket_name=name, bucket_region=bucket.get("BucketRegion"),
                    created_at=bucket["CreationDate"], is_public=status.get("IsPublic"),
                    ownership=ownership[0]["ObjectOwnership"] if ownership else None,
                    versioning=versioning.get("Status"), logging_bucket=logging.get("TargetBucket"),
                    algorithm=rules[0].get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm"),
                    tags=tags(listed), **{key.lower(): value for key, value in block.items()})


def secretsmanager_secrets(account, region):
    client = account.client("secretsmanager", region)
    listed = account.pages("secretsmanager", region, "list_secrets", "SecretList", IncludePlannedDeletion=True,
                           PaginationConfig={"PageSize": 100})
    for it in listed:
        if not it.get("DeletedDate"):
            account.policy(region, it["ARN"], "resource", "", client.get_resource_policy(SecretId=it["ARN"]).get("ResourcePolicy"))
        account.add("secretsmanager_secrets", region, arn=it["ARN"], secret_name=it["Name"], created_at=it.get("CreatedDate"),
                    last_accessed_at=it.get("LastAccessedDate"), is_rotated=it.get("RotationEnabled"), tags=tags(it.get("Tags")))


def sns_topics(account, region):
    sns = account.client("sns", region)
    for topic in account.pages("sns", region, "list_topics", "Topics"):
        arn = topic["TopicArn"]
        it = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
        listed = sns.list_tags_for_resource(ResourceArn=arn)["Tags"]
        account.policy(region, arn, "resource", "", it.pop("Policy", None))
        account.add("sns_topics", region, arn=arn, owner=it.get("Owner"), display_name=it.get("DisplayName"),
                    kms_key_id=it.get("KmsMasterKeyId"), confirmed=it.get("SubscriptionsConfirmed"), tags=tags(listed))


def sqs_queues(account, region):
    sqs = account.client("sqs", region)
    for url in account.pages("sqs", region, "list_queues", "QueueUrls", PaginationConfig={"PageSize": 1000}):
        it = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        listed = sqs.list_queue_tags(QueueUrl=url).get("Tags", {})
        account.policy(region, it["QueueArn"], "resource", "", it.pop("Policy", None))
        account.add("sqs_queues", region, arn=it["QueueArn"], retention=it.get("MessageRetentionPeriod"),
                    kms_key_id=it.get("KmsMasterKeyId"), visibility=it.get("VisibilityTimeout"), tags=list(listed.items()))


GLOBAL = [iam_account_aliases, iam_account_summary, iam_authorization_details, iam_credential_report, iam_password_policies,
          s3_account_public_access_blocks, s3_buckets]
REGIONAL = [ec2_instances, ec2_metadata_defaults, ecr_registry_policies, ecr_repositories, kms_keys, lambda_functions,
            secretsmanager_secrets, sns_topics, sqs_queues]


def task(account, collector, region):
    """One collector in one place: an error is an outcome, and the crawl continues."""
    outcome, code = "complete", None
    try:
        collector(account, region)
    except botocore.exceptions.ClientError as error:
        outcome, code = "failed", error.response["Error"]["Code"]
    account.add("coverage", region, collector=collector.__name__, outcome=outcome, error_code=code)


def crawl(arguments, management, member, is_own):
    """One account, from the role to its rows."""
    stamp = {"account_id": member["Id"], "account_name": member["Name"]}
    account = Account(None, stamp, arguments.endpoint, arguments.regions[0])
    try:
        if is_own:
            account.session = management.session
        else:
            role = f"arn:aws:iam::{member['Id']}:role/{arguments.role}"
            answer = management.client("sts").assume_role(RoleArn=role, RoleSessionName="bench")
            account.session = session_of(answer["Credentials"])
        found = account.client("ec2").describe_regions(AllRegions=True)["Regions"]
        on = [it["RegionName"] for it in found if it["OptInStatus"] != "not-opted-in" and it["RegionName"] in arguments.regions]
        for collector in GLOBAL:
            task(account, collector, "global")
        for collector in REGIONAL:
            for region in on:
                task(account, collector, region)
    except botocore.exceptions.ClientError as error:
        account.add("coverage", "global", collector="*", outcome="failed", error_code=error.response["Error"]["Code"])
    with LOCK:
        for table, rows in account.rows.items():
            ROWS[table].extend(rows)


def organization(management):
    """The tree from its roots; all accounts."""
    client = management.client("organizations")
    ROWS["organizations"].append({"id": client.describe_organization()["Organization"]["Id"]})
    parents = [it["Id"] for page in client.get_paginator("list_roots").paginate() for it in page["Roots"]]
    accounts = []
    for parent in parents:
        pages = client.get_paginator("list_accounts_for_parent").paginate(ParentId=parent)
        accounts.extend(it for page in pages for it in page["Accounts"])
        pages = client.get_paginator("list_organizational_units_for_parent").paginate(ParentId=parent)
        units = [it for page in pages for it in page["OrganizationalUnits"]]
        ROWS["organizational_units"].extend({"id": it["Id"], "name": it["Name"], "parent_id": parent} for it in units)
        parents.extend(it["Id"] for it in units)
    return accounts


def read_tags(management, member):
    listed = [tag for page in management.client("organizations").get_paginator("list_tags_for_resource").paginate(
        ResourceId=member["Id"]) for tag in page["Tags"]]
    row = {"account_id": member["Id"], "account_name": member["Name"], "email": member["Email"], "status": member["Status"],
           "joined_at": member["JoinedTimestamp"], "tags": tags(listed)}
    with LOCK:
        ROWS["accounts"].append(row)


def write(lake):
    for table, rows in ROWS.items():
        rows.sort(key=lambda row: (row.get("account_id", ""), row.get("region", "")))
        names = list(dict.fromkeys(name for row in rows for name in row))
        columns = pyarrow.table({name: [row.get(name) for row in rows] for name in names})
        pyarrow.parquet.write_table(columns, os.path.join(lake, f"{table}.parquet"), compression="zstd")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--lake", required=True)
    parser.add_argument("--role", default="orgcensus")
    parser.add_argument("--regions", nargs="+", required=True)
    parser.add_argument("--threads", type=int, default=16)
    arguments = parser.parse_args()
    os.makedirs(arguments.lake, exist_ok=True)
    management = Account(session_of(), {}, arguments.endpoint, arguments.regions[0])
    for service in ("iam", "organizations", "s3", "sts"):  # sessions may not make clients in several threads
        management.client(service)
    own = management.client("sts").get_caller_identity()["Account"]
    accounts = organization(management)
    active = [it for it in accounts if it["Status"] == "ACTIVE"]
    with concurrent.futures.ThreadPoolExecutor(arguments.threads) as pool:
        work = [pool.submit(crawl, arguments, management, it, it["Id"] == own) for it in active]
        work += [pool.submit(read_tags, management, it) for it in accounts]
        for done in work:
            done.result()
    write(arguments.lake)
    print(json.dumps({"calls": sum(CALLS.values()), "rows": sum(map(len, ROWS.values()))}))


main()
