"""boto3 crawls the simulated organization and must find what the simulator says is true.

    python -m venv venv && venv/bin/pip install -r tests/requirements.txt
    venv/bin/python tests/boto3/reads_the_simulator.py --simulator target/release/orgcensus-sim

The simulator and the crawler are both ours and could agree on a wrong idea of AWS's protocols. boto3 is AWS's own: what
it can page through, parse and count is spoken as AWS speaks it. Prints one line a check, then "N passed, M failed".
"""

import argparse
import collections
import csv
import json
import pathlib
import subprocess
import sys
import time
import urllib.parse

from botocore.exceptions import ClientError

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "moto"))
from data_services import DATA_SERVICES, DataServices  # noqa: E402
from declared_kinds import SERVICES, DeclaredKinds  # noqa: E402
from ec2_networks import Ec2Networks  # noqa: E402
from ec2_shares import Ec2Shares  # noqa: E402
from edge import BESIDES, GLOBAL, Edge  # noqa: E402
from harness import Aws, Checks, simulator  # noqa: E402
from messages import MESSAGES, Messages  # noqa: E402
from one_by_one import one_by_one  # noqa: E402
from organization_wide import OrganizationWide  # noqa: E402
from plain_services import PlainServices, folders, plain  # noqa: E402
from targets import BESIDE, TARGETS, Targets  # noqa: E402
from watchers import WATCHERS, WATCHERS_BESIDE, Watchers  # noqa: E402
from ways_in import WAYS_IN, WaysIn  # noqa: E402

KEYS = ("AKIASIMULATEDMANAGEMENT", "CANARY/management/secret/access/key")
ROLE = "orgcensus"
PAGE_SIZE = 3
REPORT_POLLS = 10

# What a service answers where nothing is set; KMS of keys that cannot rotate.
ABSENT = {
    "AccessGrantsInstanceResourcePolicyNotExists",
    "CloudHsmResourceNotFoundException",
    "EntityNotFound",
    "FeatureDisabled",
    "FeatureDisabledException",
    "InsightNotEnabledException",
    "KMSInvalidStateException",
    "NoSuchAccessPointPolicy",
    "NoSuchBucketPolicy",
    "NoSuchMultiRegionAccessPointPolicy",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "NoSuchEntity",
    "NotFoundException",
    "ObjectLockConfigurationNotFoundError",
    "OwnershipControlsNotFoundError",
    "PolicyNotFound",
    "PolicyNotFoundException",
    "RepositoryPolicyNotFoundException",
    "RegistryPolicyNotFoundException",
    "ResourceNotFound",
    "ResourceNotFoundException",
    "ResourceNotFoundFault",
    "ResourcePolicyNotFoundException",
    "ServerSideEncryptionConfigurationNotFoundError",
    "UnknownResourceException",
    "UnsupportedOperationException",
    "ValidationException",
    "WAFNonexistentItemException",
}


class Census(
    OrganizationWide,
    DataServices,
    Ec2Networks,
    Ec2Shares,
    Edge,
    Messages,
    PlainServices,
    DeclaredKinds,
    Targets,
    Watchers,
    WaysIn,
):
    """What boto3 found."""

    def __init__(self, aws, checks, tables):
        self.aws, self.checks = aws, checks
        self.plain = plain(tables, BY_HAND)
        self.rows = collections.Counter()
        self.facts = collections.Counter()
        self.arns = set()
        self.account_policies = []
        self.outcomes = {}
        self.account_id = None
        self.obstructed = set()
        self.pages = collections.Counter()
        self.too_long = set()
        self.documents = collections.Counter()

    def pages_of(self, client, operation, key, **arguments):
        """All items of a list call, page by page."""
        for page in client.get_paginator(operation).paginate(**arguments):
            self.pages[operation] += 1
            items = page.get(key, [])
            if len(items) > PAGE_SIZE:
                self.too_long.add(operation)
            yield from items

    def found(self, table, arn=None):
        self.rows[table] += 1
        if arn:
            self.arns.add(arn)

    def document(self, text):
        """A policy's document, as text or parsed by boto3; one that is not JSON is counted as such."""
        if isinstance(text, dict):
            self.documents["json"] += 1
            return
        try:
            json.loads(text if text.lstrip().startswith("{") else urllib.parse.unquote(text))
            self.documents["json"] += 1
        except ValueError:
            self.documents["malformed"] += 1

    def optional(self, call, **arguments):
        """An answer, or none where nothing is set."""
        try:
            return call(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                self.documents["absent"] += 1
                return {}
            raise

    def organization(self):
        client = self.aws.client("organizations")
        described = client.describe_organization()["Organization"]
        management = described["MasterAccountId"]
        self.found("organizations", described["Arn"])
        accounts = []
        parents = [root["Id"] for root in self.pages_of(client, "list_roots", "Roots")]
        while parents:
            parent = parents.pop()
            accounts += self.pages_of(client, "list_accounts_for_parent", "Accounts", ParentId=parent)
            below = "list_organizational_units_for_parent"
            for unit in self.pages_of(client, below, "OrganizationalUnits", ParentId=parent):
                self.found("organizational_units")
                parents.append(unit["Id"])
        for account in accounts:
            self.found("accounts")
            for _ in self.pages_of(client, "list_tags_for_resource", "Tags", ResourceId=account["Id"]):
                pass
        listed = {it["Id"] for it in self.pages_of(client, "list_accounts", "Accounts")}
        self.checks.equal("the tree holds the accounts that ListAccounts lists", listed, {it["Id"] for it in accounts})
        self.organization_wide(accounts)
        for account in accounts:
            self.account(account["Id"], account["Status"], management)

    def account(self, account_id, status, management):
        if status == "SUSPENDED":
            self.outcomes[account_id] = "account_suspended"
            return
        aws = self.aws
        if account_id != management:
            try:
                aws = self.aws.assume(f"arn:aws:iam::{account_id}:role/{ROLE}")
            except ClientError as error:
                code = error.response["Error"]["Code"]
                self.outcomes[account_id] = "role_not_assumable" if code == "AccessDenied" else code
                return
            caller = aws.client("sts").get_caller_identity()
            if caller["Account"] != account_id:
                self.outcomes[account_id] = f"in {caller['Account']}"
                return
        self.outcomes[account_id] = "complete"
        self.account_id = account_id
        self.iam(aws.client("iam"))
        self.s3(aws, account_id)
        self.ecr_public(aws.client("ecr-public", "us-east-1"))
        self.marketplace(aws.client("marketplace-catalog", "us-east-1"))
        self.cloudfront(aws.client("cloudfront"))
        self.sign_in(aws.client("signin"))
        self.contacts(aws.client("account", "us-east-1"))
        self.edge(aws)
        for region in aws.client("ec2").describe_regions()["Regions"]:
            for service in ["s3express", "s3outposts", *REGIONAL, *self.plain, *SERVICES]:
                name = region["RegionName"]
                try:
                    self.service(aws, service, name)
                except ClientError as error:
                    self.obstructed.add((account_id, name, service, outcome(error)))

    def service(self, aws, service, region):
        if service == "s3express":
            self.directory_buckets(aws, region)
        elif service == "s3outposts":
            self.outposts(aws, region)
        elif read := REGIONAL.get(service):
            read(self, aws.client(folders()[service], region))
        elif service in SERVICES:
            self.declared_kinds(aws, service, region)
            if read := (BESIDE | BESIDES | WATCHERS_BESIDE).get(service):
                read(self, aws.client(folders()[service], region))
            if service == "redshiftserverless":
                self.redshift_serverless(aws, region)
        else:
            self.plain_service(aws.client(folders()[service], region), service, self.plain[service])

    def iam(self, client):
        for kind in ["User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"]:
            pages = client.get_paginator("get_account_authorization_details").paginate(Filter=[kind])
            for page in pages:
                self.pages["get_account_authorization_details"] += 1
                self.authorization_details(page)
        self.credential_report(client)
        self.credentials(client)
        self.identity_providers(client)
        self.partners(client)
        summary = client.get_account_summary()["SummaryMap"]
        self.facts["accounts_with_root_key"] += summary["AccountAccessKeysPresent"]
        self.optional(client.get_account_password_policy)
        list(self.pages_of(client, "list_account_aliases", "AccountAliases"))

    def authorization_details(self, page):
        for user in page["UserDetailList"]:
            self.found("iam_users")
            self.rows["iam_group_memberships"] += len(user["GroupList"])
        for _ in page["GroupDetailList"]:
            self.found("iam_groups")
        for role in page["RoleDetailList"]:
            self.found("iam_roles", role["Arn"])
            self.document(role["AssumeRolePolicyDocument"])
        for policy in page["Policies"]:
            self.found("iam_managed_policies")
            is_own = ":iam::aws:" not in policy["Arn"]
            kept = [it for it in policy["PolicyVersionList"] if is_own or it["IsDefaultVersion"]]
            self.rows["iam_policy_versions"] += len(kept)
            for version in policy["PolicyVersionList"]:
                self.document(version["Document"])
        for principal in page["UserDetailList"] + page["GroupDetailList"] + page["RoleDetailList"]:
            for kind in ["UserPolicyList", "GroupPolicyList", "RolePolicyList"]:
                for policy in principal.get(kind, []):
                    self.document(policy["PolicyDocument"])

    def credential_report(self, client):
        states = (client.generate_credential_report()["State"] for _ in range(REPORT_POLLS))
        if "COMPLETE" not in states:
            raise RuntimeError(f"no credential report after {REPORT_POLLS} polls")
        lines = client.get_credential_report()["Content"].decode().splitlines()
        for line in csv.DictReader(lines):
            self.found("iam_credential_report")
            if line["user"] == "<root_account>":
                continue
            has_key = "true" in (line["access_key_1_active"], line["access_key_2_active"])
            has_open_console = line["password_enabled"] == "true" and line["mfa_active"] == "false"
            self.facts["users"] += 1
            self.facts["users_with_active_key"] += has_key
            self.facts["users_console_without_mfa"] += has_open_console

    def credentials(self, client):
        """Everything of every user, whatever the credential report says."""
        self.found("iam_root_users")
        for device in self.pages_of(client, "list_virtual_mfa_devices", "VirtualMFADevices"):
            self.found("iam_mfa_devices")
            # Root's device has no user name.
            assert "User" not in device or device["User"]["Arn"], device
        for user in self.pages_of(client, "list_users", "Users"):
            of = {"UserName": user["UserName"]}
            for key in self.pages_of(client, "list_access_keys", "AccessKeyMetadata", **of):
                self.found("iam_access_keys")
                client.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]["Region"]
            for device in self.pages_of(client, "list_mfa_devices", "MFADevices", **of):
                self.rows["iam_mfa_devices"] += ":mfa/" not in device["SerialNumber"]
            for _ in self.pages_of(client, "list_signing_certificates", "Certificates", **of):
                self.found("iam_signing_certificates")
            for _ in self.pages_of(client, "list_ssh_public_keys", "SSHPublicKeys", **of):
                self.found("iam_ssh_public_keys")
            self.last_accessed(client, user["Arn"])
        for role in self.pages_of(client, "list_roles", "Roles"):
            if not role["Path"].startswith("/aws-service-role/"):
                self.last_accessed(client, role["Arn"])
        listed, more = [], {}
        while more is not None:
            page = client.list_service_specific_credentials(AllUsers=True, **more)
            listed += page["ServiceSpecificCredentials"]
            more = {"Marker": page["Marker"]} if page["IsTruncated"] else None
        self.rows["iam_service_specific_credentials"] += len(listed)

    def last_accessed(self, client, arn):
        asked = client.generate_service_last_accessed_details(Arn=arn, Granularity="ACTION_LEVEL")
        job, more = asked["JobId"], {}
        while more is not None:
            page = client.get_service_last_accessed_details(JobId=job, **more)
            self.rows["iam_service_last_accessed"] += len(page["ServicesLastAccessed"])
            for service in page["ServicesLastAccessed"]:
                self.rows["iam_action_last_accessed"] += len(service.get("TrackedActionsLastAccessed", []))
            more = {"Marker": page["Marker"]} if page["IsTruncated"] else None

    def identity_providers(self, client):
        for _ in self.pages_of(client, "list_instance_profiles", "InstanceProfiles"):
            self.found("iam_instance_profiles")
        for _ in self.pages_of(client, "list_server_certificates", "ServerCertificateMetadataList"):
            self.found("iam_server_certificates")
        for listed in client.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
            self.found("iam_oidc_providers")
            client.get_open_id_connect_provider(OpenIDConnectProviderArn=listed["Arn"])["Url"]
        for listed in client.list_saml_providers()["SAMLProviderList"]:
            self.found("iam_saml_providers")
            client.get_saml_provider(SAMLProviderArn=listed["Arn"])["SAMLMetadataDocument"]

    def s3(self, aws, account_id):
        control = aws.client("s3control")
        self.optional(control.get_public_access_block, AccountId=account_id)
        self.multi_region_access_points(aws.client("s3control", "us-west-2"))
        for bucket in self.pages_of(aws.client("s3"), "list_buckets", "Buckets"):
            name = bucket["Name"]
            self.found("s3_buckets", f"arn:aws:s3:::{name}")
            region = aws.client("s3").get_bucket_location(Bucket=name)["LocationConstraint"] or "us-east-1"
            client = aws.client("s3", region)
            if policy := self.optional(client.get_bucket_policy, Bucket=name).get("Policy"):
                self.document(policy)
                client.get_bucket_policy_status(Bucket=name)["PolicyStatus"]["IsPublic"]
            client.get_bucket_acl(Bucket=name)["Grants"]
            if client.get_bucket_versioning(Bucket=name).get("Status") == "Enabled":
                lock = self.optional(client.get_object_lock_configuration, Bucket=name).get("ObjectLockConfiguration")
                assert lock is None or lock["ObjectLockEnabled"] == "Enabled", lock
            client.get_bucket_logging(Bucket=name)
            self.optional(client.get_public_access_block, Bucket=name)
            self.optional(client.get_bucket_ownership_controls, Bucket=name)
            self.optional(client.get_bucket_tagging, Bucket=name)
            self.optional(client.get_bucket_encryption, Bucket=name)

    def listed_by_s3_control(self, call, key, **arguments):
        """All items of a list of which boto3 has no paginator."""
        more = {}
        while more is not None:
            page = call(AccountId=self.account_id, **arguments, **more)
            self.pages[call.__name__] += 1
            items = page.get(key, [])
            if len(items) > PAGE_SIZE:
                self.too_long.add(call.__name__)
            yield from items
            more = {"NextToken": page["NextToken"]} if page.get("NextToken") else None

    def multi_region_access_points(self, client):
        for point in self.listed_by_s3_control(client.list_multi_region_access_points, "AccessPoints"):
            self.found("s3_multi_region_access_points", f"arn:aws:s3::{self.account_id}:accesspoint/{point['Alias']}")
            of = {"AccountId": self.account_id, "Name": point["Name"]}
            if policy := self.optional(client.get_multi_region_access_point_policy, **of).get("Policy"):
                self.document(policy["Established"]["Policy"])
                client.get_multi_region_access_point_policy_status(**of)["Established"]["IsPublic"]

    def s3_control(self, client):
        self.access_points(client)
        self.access_grants(client)

    def access_points(self, client):
        everything = {"DataSourceType": "ALL"}
        for point in self.listed_by_s3_control(client.list_access_points, "AccessPointList", **everything):
            self.found("s3_access_points", point["AccessPointArn"])
            of = {"AccountId": self.account_id, "Name": point["Name"]}
            described = client.get_access_point(**of)
            self.checks.equal("an access point's bucket", point["Bucket"], described["Bucket"])
            described["PublicAccessBlockConfiguration"]["RestrictPublicBuckets"]
            if policy := self.optional(client.get_access_point_policy, **of).get("Policy"):
                self.document(policy)
                client.get_access_point_policy_status(**of)["PolicyStatus"]["IsPublic"]
        lambda_points = "ObjectLambdaAccessPointList"
        for point in self.listed_by_s3_control(client.list_access_points_for_object_lambda, lambda_points):
            self.found("s3_object_lambda_access_points", point["ObjectLambdaAccessPointArn"])
            of = {"AccountId": self.account_id, "Name": point["Name"]}
            client.get_access_point_for_object_lambda(**of)["PublicAccessBlockConfiguration"]
            client.get_access_point_configuration_for_object_lambda(**of)["Configuration"]["SupportingAccessPoint"]
            if policy := self.optional(client.get_access_point_policy_for_object_lambda, **of).get("Policy"):
                self.document(policy)
                client.get_access_point_policy_status_for_object_lambda(**of)["PolicyStatus"]["IsPublic"]

    def access_grants(self, client):
        for instance in self.listed_by_s3_control(client.list_access_grants_instances, "AccessGrantsInstancesList"):
            self.found("s3_access_grants_instances", instance["AccessGrantsInstanceArn"])
            policy = self.optional(client.get_access_grants_instance_resource_policy, AccountId=self.account_id)
            if policy := policy.get("Policy"):
                self.document(policy)
            for location in self.listed_by_s3_control(client.list_access_grants_locations, "AccessGrantsLocationsList"):
                self.found("s3_access_grants_locations")
                location["IAMRoleArn"]
            for grant in self.listed_by_s3_control(client.list_access_grants, "AccessGrantsList"):
                self.found("s3_access_grants")
                grant["Grantee"]["GranteeIdentifier"]

    def ec2(self, client):
        images = set()
        for reservation in self.pages_of(client, "describe_instances", "Reservations"):
            for instance in reservation["Instances"]:
                self.found("ec2_instances")
                if instance["State"]["Name"] != "terminated":
                    images.add(instance["ImageId"])
                    self.rows["ec2_metadata_posture"] += 1
                    self.facts["instances"] += 1
                    self.facts["instances_imds_optional"] += instance["MetadataOptions"]["HttpTokens"] == "optional"
        client.get_instance_metadata_defaults()
        for vpc in self.pages_of(client, "describe_vpcs", "Vpcs"):
            self.found("ec2_vpcs")
            self.checks.equal("a VPC's owner", self.account_id, vpc["OwnerId"])
        for log in self.pages_of(client, "describe_flow_logs", "FlowLogs"):
            self.found("ec2_flow_logs")
            assert log["ResourceId"].startswith("vpc-"), log
        for endpoint in self.pages_of(client, "describe_vpc_endpoints", "VpcEndpoints"):
            place = f"{client.meta.region_name}:{self.account_id}"
            self.found("ec2_vpc_endpoints", f"arn:aws:ec2:{place}:vpc-endpoint/{endpoint['VpcEndpointId']}")
            if policy := endpoint.get("PolicyDocument"):
                self.document(policy)
        self.ec2_networks(client)
        self.ec2_shares(client)
        self.ec2_launches(client, images)

    def ecr(self, client):
        for repository in self.pages_of(client, "describe_repositories", "repositories"):
            name = repository["repositoryName"]
            self.found("ecr_repositories", repository["repositoryArn"])
            if policy := self.optional(client.get_repository_policy, repositoryName=name).get("policyText"):
                self.document(policy)
            client.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"]
            scanning = client.batch_get_repository_scanning_configuration(repositoryNames=[name])
            [scanned] = scanning["scanningConfigurations"]
            self.checks.equal("a repository's scanning", name, scanned["repositoryName"])
            self.found("ecr_repository_scanning")
            self.ecr_images(client, name)
        client.get_registry_scanning_configuration()["scanningConfiguration"]["scanType"]
        self.found("ecr_registry_scanning")
        self.optional(client.get_registry_policy)
        self.arns.add(f"arn:aws:ecr:{client.meta.region_name}:{self.account_id}:registry")

    def ecr_images(self, client, name):
        tagged = {"tagStatus": "TAGGED"}
        images = self.pages_of(client, "describe_images", "imageDetails", repositoryName=name, filter=tagged)
        for image in sorted(images, key=lambda it: it["imagePushedAt"], reverse=True)[:5]:
            self.found("ecr_image_findings")
            one = {"repositoryName": name, "imageId": {"imageDigest": image["imageDigest"]}}
            try:
                status = client.describe_image_scan_findings(**one)["imageScanStatus"]
                self.checks.equal("a scan, told twice", status, image.get("imageScanStatus", status))
            except ClientError as error:
                self.checks.equal("no scan", "ScanNotFoundException", error.response["Error"]["Code"])

    def ecr_public(self, client):
        for repository in self.pages_of(client, "describe_repositories", "repositories"):
            name, arn = repository["repositoryName"], repository["repositoryArn"]
            self.found("ecr_public_repositories", arn)
            if policy := self.optional(client.get_repository_policy, repositoryName=name).get("policyText"):
                self.document(policy)
            client.list_tags_for_resource(resourceArn=arn)["tags"]

    def kms(self, client):
        hidden = None
        for key in self.pages_of(client, "list_keys", "Keys"):
            key_id = key["KeyId"]
            self.found("kms_keys", key["KeyArn"])
            described = client.describe_key(KeyId=key_id)["KeyMetadata"]
            if described["KeyManager"] == "CUSTOMER":
                self.optional(client.get_key_rotation_status, KeyId=key_id)
                list(self.pages_of(client, "list_resource_tags", "Tags", KeyId=key_id))
            try:
                self.document(client.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"])
                for grant in self.pages_of(client, "list_grants", "Grants", KeyId=key_id):
                    self.found("kms_grants")
                    assert "GranteePrincipal" in grant or "GranteeServicePrincipal" in grant, grant
            except ClientError as error:
                hidden = error
        list(self.pages_of(client, "list_aliases", "Aliases"))
        if hidden:
            raise hidden

    def functions(self, client):
        for function in self.pages_of(client, "list_functions", "Functions"):
            name, arn = function["FunctionName"], function["FunctionArn"]
            self.found("lambda_functions", arn)
            if policy := self.optional(client.get_policy, FunctionName=name).get("Policy"):
                self.document(policy)
            list(self.pages_of(client, "list_function_url_configs", "FunctionUrlConfigs", FunctionName=name))
            client.list_tags(Resource=arn)["Tags"]
            for alias in self.pages_of(client, "list_aliases", "Aliases", FunctionName=name):
                self.qualified(client, "lambda_aliases", name, alias["Name"], alias["AliasArn"])
            for version in self.pages_of(client, "list_versions_by_function", "Versions", FunctionName=name):
                if version["Version"] != "$LATEST":
                    self.qualified(client, "lambda_versions", name, version["Version"], version["FunctionArn"])
        for layer in self.pages_of(client, "list_layers", "Layers"):
            one = {"LayerName": layer["LayerName"]}
            for version in self.pages_of(client, "list_layer_versions", "LayerVersions", **one):
                self.found("lambda_layer_versions", version["LayerVersionArn"])
                number = version["Version"]
                if policy := self.optional(client.get_layer_version_policy, **one, VersionNumber=number).get("Policy"):
                    self.document(policy)

    def qualified(self, client, table, name, qualifier, arn):
        """An alias or a version, whose policy is asked for in two ways."""
        self.found(table, arn)
        policy = self.optional(client.get_policy, FunctionName=name, Qualifier=qualifier).get("Policy")
        whole = self.optional(client.get_resource_policy, ResourceArn=arn).get("Policy")
        assert policy == whole, arn
        if policy:
            self.document(policy)

    def secrets(self, client):
        for secret in self.pages_of(client, "list_secrets", "SecretList", IncludePlannedDeletion=True):
            self.found("secretsmanager_secrets", secret["ARN"])
            one = {"SecretId": secret["ARN"]}
            default = client.get_resource_policy(**one).get("ResourcePolicy")
            named = list(self.pages_of(client, "list_resource_policies", "ResourcePolicies", **one))
            for name in [it["PolicyName"] for it in named]:
                policy = client.get_resource_policy(**one, PolicyName=name)["ResourcePolicy"]
                self.document(policy)
                assert name != "default" or policy == default, secret["ARN"]

    def sns(self, client):
        for topic in self.pages_of(client, "list_topics", "Topics"):
            arn = topic["TopicArn"]
            self.found("sns_topics", arn)
            self.document(client.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])
            client.list_tags_for_resource(ResourceArn=arn)["Tags"]

    def sqs(self, client):
        for url in self.pages_of(client, "list_queues", "QueueUrls"):
            attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            self.found("sqs_queues", attributes["QueueArn"])
            if policy := attributes.get("Policy"):
                self.document(policy)
            client.list_queue_tags(QueueUrl=url)


REGIONAL = {
    **DATA_SERVICES,
    # Before EC2, which counts the images of launch configurations.
    "autoscaling": Census.autoscaling,
    "ec2": Census.ec2,
    "ecr": Census.ecr,
    "kms": Census.kms,
    "lambda": Census.functions,
    "s3control": Census.s3_control,
    "secretsmanager": Census.secrets,
    "sns": Census.sns,
    "sqs": Census.sqs,
    **MESSAGES,
    **TARGETS,
    **WATCHERS,
    **WAYS_IN,
}

# The services that have code of their own here; all others are read by what boto3 knows of them.
BY_HAND = {*REGIONAL, *SERVICES, *GLOBAL, "ses", "account", "iam", "organizations", "s3", "signin"}


def outcome(error):
    """What a refusal means, by AWS's words; the simulator's truth uses the same names."""
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    if "service control policy" in message:
        return "denied_by_scp"
    if "AccessDenied" in code:
        # One key whose policy hides itself is one thing of many.
        return "partial" if error.operation_name == "GetKeyPolicy" else "denied"
    if code == "UnknownOperationException":
        return "unsupported"
    return "failed" if error.response["ResponseMetadata"]["HTTPStatusCode"] == 500 else code


def facts_of(truth):
    """The counts of the truth's facts that boto3 counts too."""
    study = {(it["id"], it["of"]): it for it in truth["facts"] if it["definition"] == "study"}
    return {
        "users": study["F3", "users"]["denominator"],
        "users_with_active_key": study["F7", "users_with_active_key"]["denominator"],
        "users_console_without_mfa": study["F9", "users"]["numerator"],
        "accounts_with_root_key": study["F11", "accounts"]["numerator"],
        "instances": study["F13", "instances"]["denominator"],
        "instances_imds_optional": study["F13", "instances"]["numerator"],
    }


def census(checks, binary, accounts, seed):
    # Both must mean the same day, also when the test runs over midnight.
    now = str(int(time.time()) // 86_400 * 86_400_000)
    population = ["--accounts", str(accounts), "--seed", str(seed), "--now-millis", now]
    what = f"{accounts} accounts"
    truth = json.loads(subprocess.run([binary, "truth", *population], check=True, capture_output=True).stdout)
    with simulator(binary, *population, "--page-size", str(PAGE_SIZE)) as url:
        found = Census(Aws(url, *KEYS), checks, truth["tables"])
        found.organization()

    for table, rows in sorted(truth["tables"].items()):
        checks.equal(f"{what}: rows of {table} ({rows})", rows, found.rows[table])
    checks.equal(f"{what}: no other table", set(truth["tables"]), set(found.rows))
    checks.equal_rows(f"{what}: ARNs of resources", [it["arn"] for it in truth["resources"]], list(found.arns))
    policies = [[it["account_id"], it["policy_id"], it["source_id"]] for it in truth["account_policies"]]
    checks.equal_rows(f"{what}: policies of accounts", policies, [list(it) for it in found.account_policies])
    outcomes = {it["account_id"]: it["outcome"] for it in truth["accounts"]}
    checks.equal(f"{what}: how each account ends", outcomes, found.outcomes)
    obstructed = [[it["account_id"], it["region"], it["service"], it["outcome"]] for it in truth["obstructed"]]
    checks.equal_rows(f"{what}: what is refused", obstructed, [list(it) for it in found.obstructed])
    for name, count in facts_of(truth).items():
        checks.equal(f"{what}: {name} ({count})", count, found.facts[name])
    checks.equal(f"{what}: no page longer than {PAGE_SIZE}", set(), found.too_long)
    paged = {"describe_instances", "list_buckets", "list_queues", "list_topics", "get_account_authorization_details"}
    once = {it for it in paged if found.pages[it] <= len(found.outcomes)}
    checks.equal(f"{what}: list calls page", set(), once)
    # A malformed document is in every larger organization.
    wanted = {"json", "absent"} | ({"malformed"} if accounts >= 40 else set())
    documents = dict(found.documents)
    checks.true(f"{what}: policies of every kind", wanted <= set(documents), documents)


def tools(checks, binary, seed):
    """What other tools ask in the first member, which shows every kind of policy."""
    population = ["--accounts", "6", "--seed", str(seed), "--no-troubles", "--page-size", str(PAGE_SIZE)]
    with simulator(binary, *population) as url:
        management = Aws(url, *KEYS)
        members = management.client("organizations").get_paginator("list_accounts").paginate()
        member = [account["Id"] for page in members for account in page["Accounts"]][1]
        aws = management.assume(f"arn:aws:iam::{member}:role/{ROLE}")
        one_by_one(checks, aws, ["us-east-1", "eu-west-1"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulator", required=True, help="the orgcensus-sim to read")
    parser.add_argument("--orgcensus", help="not used: every program under tests/ takes both binaries")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    checks = Checks()
    for accounts in [12, 40]:
        part = lambda: census(checks, arguments.simulator, accounts, arguments.seed)  # noqa: E731
        checks.run(f"{accounts} accounts", part)
    checks.run("one by one", lambda: tools(checks, arguments.simulator, arguments.seed))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
