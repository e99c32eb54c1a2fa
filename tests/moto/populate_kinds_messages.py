"""Kinds that carry messages or keep settings: event buses, logs, SES, documents and parameters, grants of keys."""

import json

from populating import OUTSIDE, allow, listed, to_everyone, to_outside, to_own


def populate(aws, region, account_id):
    buses(aws.client("events", region), account_id)
    logs(aws.client("logs", region), region, account_id)
    identities(aws.client("sesv2", region), region, account_id)
    documents(aws.client("ssm", region))
    parameters(aws.client("ssm", region))
    grants(aws.client("kms", region), account_id)


def buses(client, account_id):
    """The default bus gets a permission for an account outside; of the others one is open, one not."""
    client.create_event_bus(Name="plain", Description="nobody's")
    public = client.create_event_bus(Name="public")["EventBusArn"]
    permission = {"Action": "events:PutEvents", "Principal": OUTSIDE, "StatementId": "outside"}
    client.put_permission(EventBusName="default", **permission)
    policy = json.loads(to_everyone("events:PutEvents", public))
    policy["Statement"][0]["Sid"] = "everyone"
    client.put_permission(EventBusName="public", Policy=json.dumps(policy))
    client.create_event_bus(Name="own")
    client.put_permission(EventBusName="own", **permission | {"Principal": account_id, "StatementId": "own"})


def logs(client, region, account_id):
    """Policies of the region, destinations to a stream, destinations of deliveries."""
    service = allow(Action="logs:PutLogEvents", Resource="*", Principal={"Service": "route53.amazonaws.com"})
    client.put_resource_policy(policyName="queries", policyDocument=service)
    client.put_resource_policy(policyName="outside", policyDocument=to_outside("logs:PutLogEvents"))
    for name in ["plain", "public"]:
        made = client.put_destination(
            destinationName=name,
            targetArn=f"arn:aws:kinesis:{region}:{account_id}:stream/public",
            roleArn=f"arn:aws:iam::{account_id}:role/service/function",
        )["destination"]
        if name == "public":
            policy = to_everyone("logs:PutSubscriptionFilter", made["arn"])
            client.put_destination_policy(destinationName=name, accessPolicy=policy)
    for name in ["plain", "shared"]:
        client.put_delivery_destination(
            name=name,
            outputFormat="json",
            deliveryDestinationConfiguration={"destinationResourceArn": f"arn:aws:s3:::data-{account_id}"},
            tags={"number": "1"},
        )
    policy = to_outside("logs:CreateDelivery")
    client.put_delivery_destination_policy(deliveryDestinationName="shared", deliveryDestinationPolicy=policy)
    for name in ["answers", "idle"]:
        arn = f"arn:aws:bedrock:{region}:{account_id}:knowledge-base/{name}"
        client.put_delivery_source(name=name, resourceArn=arn, logType="APPLICATION_LOGS", tags={"number": "1"})
    destination = f"arn:aws:logs:{region}:{account_id}:delivery-destination:plain"
    client.create_delivery(deliverySourceName="answers", deliveryDestinationArn=destination)


def identities(client, region, account_id):
    """A domain with two policies, an address with one of its own account, one without."""
    for name in ["example.com", "own@example.org", "plain@example.org"]:
        client.create_email_identity(EmailIdentity=name)
    arn = f"arn:aws:ses:{region}:{account_id}:identity/example.com"
    policies = [
        ("example.com", "outside", to_outside("ses:SendEmail", arn)),
        ("example.com", "everyone", to_everyone("ses:SendRawEmail", arn)),
        ("own@example.org", "own", to_own(account_id, "ses:SendEmail")),
    ]
    for identity, name, policy in policies:
        client.create_email_identity_policy(EmailIdentity=identity, PolicyName=name, Policy=policy)


def documents(client):
    steps = {"schemaVersion": "2.2", "description": "CANARY", "parameters": {}, "mainSteps": []}
    for name in ["plain", "public", "shared"]:
        made = {"Content": json.dumps(steps), "DocumentType": "Command", "DocumentFormat": "JSON"}
        client.create_document(Name=name, **made, Tags=listed(number="1"))
    for name, accounts in [("public", ["all"]), ("shared", [OUTSIDE])]:
        client.modify_document_permission(Name=name, PermissionType="Share", AccountIdsToAdd=accounts)


def parameters(client):
    """Their policies are read only if one asks for that, and moto has none."""
    client.put_parameter(Name="plain", Value="CANARY", Type="String")
    client.put_parameter(Name="/shop/secret", Value="CANARY", Type="SecureString", KeyId="alias/aws/ssm")
    client.put_parameter(Name="/shop/list", Value="CANARY,CANARY", Type="StringList", Tier="Advanced")


def grants(client, account_id):
    """A key with grants for a role of its own account, for one outside, and within an encryption context."""
    key = client.create_key(Description="with grants")["KeyMetadata"]["KeyId"]
    own, outside = (f"arn:aws:iam::{it}:role/service/function" for it in [account_id, OUTSIDE])
    client.create_grant(KeyId=key, GranteePrincipal=own, Operations=["Decrypt", "Encrypt"], Name="own")
    client.create_grant(
        KeyId=key,
        GranteePrincipal=outside,
        RetiringPrincipal=own,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": {"tenant": "CANARY"}},
    )
