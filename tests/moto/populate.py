"""Makes an organization of five accounts in two OUs in moto, with something of everything that the census reads.

    from populate import populate
    accounts = populate(Aws(url, "test", "test"))  # account ids, the management account first

Accounts differ by their number, so that a row in the wrong account is seen.
"""

import io
import json
import zipfile

import populate_iam
import populate_kinds
from harness import Aws
from populate_organization import govern, workforce
from populating import IMAGE, allow

REGIONS = ["us-east-1", "eu-west-1"]
ROLE = "orgcensus"
# moto lets anyone assume any role, as long as nothing is enforced: that is how a new account is entered.
FIRST_ROLE = "OrganizationAccountAccessRole"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
# How the organization is crawled. What a test adds at the end belongs to [select].
CONFIGURATION = f"""
[aws]
max_attempts = 2  # what moto cannot do it answers with 500, however often it is asked

[role]
name = "{ROLE}"

[organization]
own_account = "role"

[select]
regions = {json.dumps(REGIONS)}
"""


def populate(management):
    """The ids of the organization's accounts, all of them populated; the management account is the first."""
    organizations = management.client("organizations")
    accounts = organize(organizations)
    govern(organizations, accounts)
    workforce(management, accounts[0])
    for number, account_id in enumerate(accounts):
        aws = management if number == 0 else enter(management, account_id)
        principals(aws.client("iam"), number, account_id, accounts[0])
        populate_iam.populate(aws.client("iam"), number, account_id)
        buckets(aws, number, account_id)
        for region in REGIONS:
            instances(aws.client("ec2", region), number)
            networks(aws.client("ec2", region), region, number)
            queues_and_topics(aws, region, number, account_id)
            functions(aws.client("lambda", region), number, account_id)
            secrets_and_keys(aws, region, number, account_id)
            repositories(aws.client("ecr", region), number, account_id)
            populate_kinds.populate(aws, region, number, account_id)
    return accounts


def enter(management, account_id, role=FIRST_ROLE) -> Aws:
    return management.assume(f"arn:aws:iam::{account_id}:role/{role}")


def organize(client):
    """An organization: Root with Security and Workloads, and Workloads/Production below."""
    organization = client.create_organization(FeatureSet="ALL")["Organization"]
    root = client.list_roots()["Roots"][0]["Id"]
    security = unit(client, root, "Security")
    workloads = unit(client, root, "Workloads")
    accounts = [organization["MasterAccountId"]]
    for number, parent in enumerate([security, workloads, workloads, root], start=1):
        name = f"member-{number}"
        tags = [{"Key": "number", "Value": str(number)}]
        status = client.create_account(AccountName=name, Email=f"{name}@example.com", Tags=tags)["CreateAccountStatus"]
        if parent != root:
            client.move_account(AccountId=status["AccountId"], SourceParentId=root, DestinationParentId=parent)
        accounts.append(status["AccountId"])
    return accounts


def unit(client, parent, name):
    return client.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]


def principals(client, number, account_id, management_id):
    """Users, groups, roles, policies, keys, passwords."""
    local = client.create_policy(PolicyName=f"read-{number}", PolicyDocument=allow(Action="s3:Get*", Resource="*"))
    local = local["Policy"]["Arn"]
    newer = allow(Action=["s3:GetObject", "s3:ListBucket"], Resource=f"arn:aws:s3:::data-{account_id}/*")
    client.create_policy_version(PolicyArn=local, PolicyDocument=newer, SetAsDefault=number % 2 == 0)

    groups(client, number, local)
    users(client, number, local)
    roles(client, number, account_id, management_id, local)
    if number != 1:
        client.create_account_alias(AccountAlias=f"alias-{account_id}")
    if number != 2:
        client.update_account_password_policy(
            MinimumPasswordLength=12 + number, RequireSymbols=True, MaxPasswordAge=60, PasswordReusePrevention=5
        )


def groups(client, number, local):
    for group in ["admins", "readers"]:
        client.create_group(GroupName=group, Path="/staff/")
    client.attach_group_policy(GroupName="admins", PolicyArn=ADMINISTRATOR)
    client.attach_group_policy(GroupName="readers", PolicyArn=local)
    inline = allow(Action="sqs:*", Resource="*", Condition={"Bool": {"aws:SecureTransport": "true"}})
    client.put_group_policy(GroupName="readers", PolicyName=f"queues-{number}", PolicyDocument=inline)


def users(client, number, local):
    for user in range(2 + number):
        name = f"user-{number}-{user}"
        client.create_user(UserName=name, Path="/people/", Tags=[{"Key": "team", "Value": f"team {user} & co"}])
        client.add_user_to_group(GroupName="admins" if user == 0 else "readers", UserName=name)
        for key in range(user % 3):
            made = client.create_access_key(UserName=name)["AccessKey"]
            if key == 1:
                client.update_access_key(UserName=name, AccessKeyId=made["AccessKeyId"], Status="Inactive")
        if user % 2 == 0:
            client.create_login_profile(UserName=name, Password="Correct-horse-1")
    first = f"user-{number}-0"
    client.add_user_to_group(GroupName="readers", UserName=first)
    client.attach_user_policy(UserName=first, PolicyArn=local)
    client.put_user_policy(UserName=first, PolicyName="own", PolicyDocument=allow(Action="*", Resource="*"))


def roles(client, number, account_id, management_id, local):
    trusts = {
        ROLE: {"Principal": {"AWS": f"arn:aws:iam::{management_id}:root"}, "Action": "sts:AssumeRole"},
        "web": {"Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
        "function": {"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
        "vendor": {
            "Principal": {"AWS": f"arn:aws:iam::99988877766{number}:root"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": f"customer {number}/ü"}},
        },
        "pipeline": {
            "Principal": {"Federated": f"arn:aws:iam::{account_id}:oidc-provider/token.actions.githubusercontent.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:example/*"}},
        },
        "anyone": {"Principal": "*", "Action": "sts:AssumeRole"},
    }
    for name, trust in trusts.items():
        path = "/" if name == ROLE else "/service/"
        tags = [{"Key": "number", "Value": str(number)}]
        client.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=allow(**trust), Tags=tags)
    client.attach_role_policy(RoleName=ROLE, PolicyArn=ADMINISTRATOR)
    client.attach_role_policy(RoleName="web", PolicyArn=local)
    inline = allow(NotAction="iam:*", Resource="*")
    client.put_role_policy(RoleName="function", PolicyName="nearly-all", PolicyDocument=inline)
    client.create_instance_profile(InstanceProfileName="web", Path="/service/")
    client.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web")


def instances(client, number):
    for tokens in ["required", "optional"]:
        client.run_instances(
            ImageId=IMAGE,
            MinCount=1,
            MaxCount=1,
            InstanceType="t3.micro" if tokens == "required" else "m5.large",
            MetadataOptions={"HttpTokens": tokens, "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 1 + number},
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": f"{tokens}-{number}"}]}],
        )
    gone = client.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    client.terminate_instances(InstanceIds=[gone])


def networks(client, region, number):
    """Beside the default VPC one of our own, with a gateway that has a policy and one that has AWS's own."""
    named = [{"Key": "Name", "Value": f"net-{number}"}]
    made = client.create_vpc(
        CidrBlock=f"10.{number}.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": named}]
    )
    vpc_id = made["Vpc"]["VpcId"]
    client.associate_vpc_cidr_block(VpcId=vpc_id, CidrBlock=f"10.{100 + number}.0.0/16")
    policy = allow(Principal="*", Action="s3:GetObject", Resource=f"arn:aws:s3:::net-{number}/*")
    for service, arguments in [("s3", {"PolicyDocument": policy}), ("dynamodb", {})]:
        client.create_vpc_endpoint(
            VpcId=vpc_id, ServiceName=f"com.amazonaws.{region}.{service}", VpcEndpointType="Gateway", **arguments
        )


def buckets(aws, number, account_id):
    """A plain bucket, one with everything, one that is open by its ACL; one is not in us-east-1."""
    client = aws.client("s3")
    plain, data, open_bucket = (f"{name}-{account_id}" for name in ["plain", "data", "open"])
    client.create_bucket(Bucket=plain)
    there = aws.client("s3", "eu-west-1")
    there.create_bucket(Bucket=data, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client.create_bucket(Bucket=open_bucket, ObjectOwnership="ObjectWriter")

    policy = allow(Principal="*", Action="s3:GetObject", Resource=f"arn:aws:s3:::{data}/*")
    there.put_bucket_policy(Bucket=data, Policy=policy)
    blocks = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False}
    blocks["RestrictPublicBuckets"] = number % 2 == 0
    there.put_public_access_block(Bucket=data, PublicAccessBlockConfiguration=blocks)
    ownership = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    there.put_bucket_ownership_controls(Bucket=data, OwnershipControls=ownership)
    there.put_bucket_versioning(Bucket=data, VersioningConfiguration={"Status": "Enabled"})
    there.put_bucket_tagging(Bucket=data, Tagging={"TagSet": [{"Key": "number", "Value": str(number)}]})
    default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    for bucket, at in [(data, there), (plain, client), (open_bucket, client)]:
        at.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [default]})

    client.put_bucket_acl(Bucket=open_bucket, ACL="public-read" if number % 2 else "authenticated-read")
    if number != 3:
        control = aws.client("s3control")
        blocks = {"BlockPublicAcls": True, "IgnorePublicAcls": number % 2 == 0}
        blocks |= {"BlockPublicPolicy": False, "RestrictPublicBuckets": False}
        control.put_public_access_block(AccountId=account_id, PublicAccessBlockConfiguration=blocks)


def queues_and_topics(aws, region, number, account_id):
    sqs = aws.client("sqs", region)
    sqs.create_queue(QueueName=f"plain-{number}", tags={"number": str(number)})
    arn = f"arn:aws:sqs:{region}:{account_id}:shared-{number}.fifo"
    policy = allow(Principal={"AWS": "*"}, Action="sqs:SendMessage", Resource=arn)
    retention = str(3600 * (1 + number))
    attributes = {"Policy": policy, "FifoQueue": "true", "MessageRetentionPeriod": retention}
    sqs.create_queue(QueueName=f"shared-{number}.fifo", Attributes=attributes)

    sns = aws.client("sns", region)
    sns.create_topic(Name=f"plain-{number}", Tags=[{"Key": "number", "Value": str(number)}])
    arn = f"arn:aws:sns:{region}:{account_id}:shared-{number}"
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}
    policy = allow(Principal="*", Action="sns:Publish", Resource=arn, Condition=condition)
    sns.create_topic(Name=f"shared-{number}", Attributes={"Policy": policy, "DisplayName": f"Number {number}"})


def functions(client, number, account_id):
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "def handler(event, context): pass")
    for name in ["plain", "shared"]:
        client.create_function(
            FunctionName=f"{name}-{number}",
            Runtime="python3.13",
            Role=f"arn:aws:iam::{account_id}:role/service/function",
            Handler="main.handler",
            Code={"ZipFile": code.getvalue()},
            MemorySize=128 * (1 + number),
            Timeout=10 + number,
            Environment={"Variables": {"API_TOKEN": "CANARY", "STAGE": name}},
            Tags={"number": str(number)},
        )
    arguments = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    client.add_permission(FunctionName=f"shared-{number}", StatementId="bucket", **arguments)


def secrets_and_keys(aws, region, number, account_id):
    kms = aws.client("kms", region)
    key = kms.create_key(Description=f"Number {number}", Tags=[{"TagKey": "number", "TagValue": str(number)}])
    key = key["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=f"alias/number-{number}", TargetKeyId=key)
    kms.enable_key_rotation(KeyId=key)
    root = {"AWS": f"arn:aws:iam::{account_id}:root"}
    shared = kms.create_key(Policy=allow(Principal=root, Action="kms:*", Resource="*", Sid=f"Own{number}"))
    kms.disable_key(KeyId=shared["KeyMetadata"]["KeyId"])

    client = aws.client("secretsmanager", region)
    tags = [{"Key": "number", "Value": str(number)}]
    client.create_secret(Name=f"plain-{number}", SecretString="CANARY", Description=f"Number {number}", Tags=tags)
    client.create_secret(Name=f"shared/{number}", SecretString="CANARY", KmsKeyId=key)
    principal = {"AWS": f"arn:aws:iam::99988877766{number}:root"}
    policy = allow(Principal=principal, Action="secretsmanager:GetSecretValue", Resource="*")
    client.put_resource_policy(SecretId=f"shared/{number}", ResourcePolicy=policy)


def repositories(client, number, account_id):
    tags = [{"Key": "number", "Value": str(number)}]
    client.create_repository(repositoryName=f"plain-{number}", tags=tags)
    scan = {"scanOnPush": True}
    client.create_repository(
        repositoryName=f"team/shared-{number}", imageTagMutability="IMMUTABLE", imageScanningConfiguration=scan
    )
    policy = allow(Principal={"AWS": f"arn:aws:iam::{account_id}:root"}, Action="ecr:BatchGetImage")
    client.set_repository_policy(repositoryName=f"team/shared-{number}", policyText=policy)
