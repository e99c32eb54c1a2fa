"""Makes in moto what an organization has once: policies, delegated administrators, trusted services, Identity Center."""

import json

TYPES = ["RESOURCE_CONTROL_POLICY", "SERVICE_CONTROL_POLICY", "TAG_POLICY"]
DENY = {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}
# Where Identity Center's users are. moto shows an instance in every region: another one has a permission set only.
WORKFORCE_REGION, OTHER_REGION = "eu-west-1", "us-east-1"


def govern(client, accounts):
    """Policies of three types, attached to the root, a unit and an account; one to nothing."""
    root = client.list_roots()["Roots"][0]["Id"]
    unit = client.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"][0]["Id"]
    enabled = {it["Type"] for it in client.list_roots()["Roots"][0]["PolicyTypes"]}
    for policy_type in TYPES:
        if policy_type not in enabled:
            client.enable_policy_type(RootId=root, PolicyType=policy_type)
    scp = {"Version": "2012-10-17", "Statement": [DENY | {"Sid": "NoQueues"}]}
    rcp = {"Version": "2012-10-17", "Statement": [DENY | {"Action": "s3:*", "Principal": "*"}]}
    tags = {"tags": {"team": {"tag_key": {"@@assign": "team"}}}}
    policy(client, "no-queues", "SERVICE_CONTROL_POLICY", scp, [unit, accounts[-1]])
    policy(client, "draft", "SERVICE_CONTROL_POLICY", scp, [])
    policy(client, "no-buckets", "RESOURCE_CONTROL_POLICY", rcp, [unit])
    policy(client, "team", "TAG_POLICY", tags, [root])
    for service in ["guardduty.amazonaws.com", "ssm.amazonaws.com"]:
        client.enable_aws_service_access(ServicePrincipal=service)
        client.register_delegated_administrator(AccountId=accounts[1], ServicePrincipal=service)
    client.register_delegated_administrator(AccountId=accounts[2], ServicePrincipal="access-analyzer.amazonaws.com")


def policy(client, name, policy_type, document, targets):
    made = client.create_policy(Name=name, Description=f"The {name}", Type=policy_type, Content=json.dumps(document))
    for target in targets:
        client.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=target)


def workforce(aws, management_id):
    """Users in groups, and permission sets assigned to both. moto provisions sets in the caller's account only."""
    client = aws.client("sso-admin", WORKFORCE_REGION)
    instance = client.list_instances()["Instances"][0]
    directory = aws.client("identitystore", WORKFORCE_REGION)
    users, groups = people(directory, instance["IdentityStoreId"])
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    # moto looks for policies without a path only.
    billing = "arn:aws:iam::aws:policy/AWSBillingReadOnlyAccess"
    sets = [
        ("Administrator", "PT8H", None, [administrator], ("GROUP", groups[0])),
        ("Everything", "PT1H30M", everything, [], ("USER", users[0])),
        ("Payer", "PT1H", None, [billing], ("GROUP", groups[1])),
        ("Unused", "PT1H", None, [], None),
    ]
    for name, duration, inline, managed, assigned in sets:
        of = {"InstanceArn": instance["InstanceArn"]}
        made = client.create_permission_set(Name=name, Description=f"The {name}", SessionDuration=duration, **of)
        of["PermissionSetArn"] = made["PermissionSet"]["PermissionSetArn"]
        if inline:
            client.put_inline_policy_to_permission_set(InlinePolicy=json.dumps(inline), **of)
        for arn in managed:
            client.attach_managed_policy_to_permission_set(ManagedPolicyArn=arn, **of)
        if name == "Payer":
            reference = {"Name": "deploy", "Path": "/team/"}
            client.attach_customer_managed_policy_reference_to_permission_set(CustomerManagedPolicyReference=reference, **of)
        if assigned:
            client.provision_permission_set(TargetType="ALL_PROVISIONED_ACCOUNTS", **of)
            kind, principal = assigned
            target = {"TargetId": management_id, "TargetType": "AWS_ACCOUNT"}
            client.create_account_assignment(PrincipalType=kind, PrincipalId=principal, **target, **of)
    other = aws.client("sso-admin", OTHER_REGION)
    arn = other.list_instances()["Instances"][0]["InstanceArn"]
    other.create_permission_set(Name="Elsewhere", Description="Bare", SessionDuration="PT1H", InstanceArn=arn)


def people(client, store):
    users = [
        client.create_user(
            IdentityStoreId=store,
            UserName=name,
            DisplayName=f"{name.capitalize()} Example",
            Name={"GivenName": name, "FamilyName": "CANARY"},
            Emails=[{"Value": f"{name}@example.com", "Type": "work", "Primary": True}],
            PhoneNumbers=[{"Value": "+49 30 CANARY", "Primary": True}],
        )["UserId"]
        for name in ["alice", "bob", "carla"]
    ]
    groups = [
        client.create_group(IdentityStoreId=store, DisplayName=name, Description=f"All {name}")["GroupId"]
        for name in ["administrators", "payers", "nobody"]
    ]
    for group, member in [(0, 0), (0, 1), (1, 1), (1, 2)]:
        client.create_group_membership(
            IdentityStoreId=store, GroupId=groups[group], MemberId={"UserId": users[member]}
        )
    return users, groups
