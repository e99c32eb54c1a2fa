"""What boto3 reads of event buses, logs, SES, documents and parameters, and of tagged resources."""

from reading import second, tags


def read(back, region):
    buses(back, back.aws.client("events", region))
    logs(back, back.aws.client("logs", region), region)
    identities(back, back.aws.client("sesv2", region), region)
    documents(back, back.aws.client("ssm", region), region)
    parameters(back, back.aws.client("ssm", region))
    tagged(back, back.aws.client("resourcegroupstaggingapi", region))


def buses(back, client):
    """Every region has the default one."""
    for listed in client.list_event_buses()["EventBuses"]:
        it = client.describe_event_bus(Name=listed["Name"])
        policy = it.get("Policy")
        back.add(
            "eventbridge_event_buses",
            arn=it["Arn"],
            event_bus_name=it["Name"],
            is_default=it["Name"] == "default",
            has_policy=policy is not None,
        )
        back.policy(it["Arn"], "events_event_bus", "resource", policy)


def logs(back, client, region):
    of_region = f"arn:aws:logs:{region}:{back.account_id}:resource-policies"
    # moto asks not whether the policies of the region are meant or those of log groups.
    found = client.describe_resource_policies()["resourcePolicies"]
    for it in found:
        name = it["policyName"]
        back.add("logs_resource_policies", resource_arn=of_region, policy_name=name)
        back.policy(of_region, "logs_resource_policy", "resource", it["policyDocument"], name)
    if not found:
        back.policy(of_region, "logs_resource_policy", "resource", None)
    for it in back.pages(client, "describe_destinations", "destinations"):
        policy = it.get("accessPolicy") or None
        back.add(
            "logs_destinations",
            arn=it["arn"],
            destination_name=it["destinationName"],
            target_arn=it["targetArn"],
            role_arn=it["roleArn"],
            has_policy=policy is not None,
        )
        back.policy(it["arn"], "logs_destination", "resource", policy)
    for listed in client.describe_delivery_destinations()["deliveryDestinations"]:
        name = listed["name"]
        it = client.get_delivery_destination(name=name)["deliveryDestination"]
        back.add(
            "logs_delivery_destinations",
            arn=it["arn"],
            delivery_destination_name=name,
            delivery_destination_type=it["deliveryDestinationType"],
            output_format=it["outputFormat"],
            destination_resource_arn=it["deliveryDestinationConfiguration"]["destinationResourceArn"],
            tags=it.get("tags"),
        )
        answer = client.get_delivery_destination_policy(deliveryDestinationName=name)["policy"]
        back.policy(it["arn"], "logs_delivery_destination", "resource", answer.get("deliveryDestinationPolicy"))
    deliveries = client.describe_deliveries()["deliveries"]
    for listed in client.describe_delivery_sources()["deliverySources"]:
        it = client.get_delivery_source(name=listed["name"])["deliverySource"]
        its = [delivery for delivery in deliveries if delivery["deliverySourceName"] == it["name"]]
        back.add(
            "logs_delivery_sources",
            arn=it["arn"],
            delivery_source_name=it["name"],
            service_name=it["service"],
            log_type=it["logType"],
            resource_arn=it["resourceArns"][0],
            delivery_count=len(its),
            delivery_destination_arns=sorted(delivery["deliveryDestinationArn"] for delivery in its),
            delivery_destination_types=sorted(delivery["deliveryDestinationType"] for delivery in its),
            tags=it.get("tags"),
        )


def identities(back, client, region):
    for listed in client.list_email_identities()["EmailIdentities"]:
        name = listed["IdentityName"]
        arn = f"arn:aws:ses:{region}:{back.account_id}:identity/{name}"
        it = client.get_email_identity(EmailIdentity=name)
        back.add(
            "ses_identities",
            arn=arn,
            identity_name=name,
            identity_type=it["IdentityType"],
            verification_status=it["VerificationStatus"],
            policy_count=len(it["Policies"]),
        )
        for policy, document in it["Policies"].items():
            back.policy(arn, "ses_identity", "resource", document, policy)
        if not it["Policies"]:
            back.policy(arn, "ses_identity", "resource", None)


def documents(back, client, region):
    own = [{"Key": "Owner", "Values": ["Self"]}]
    for listed in back.pages(client, "list_documents", "DocumentIdentifiers", Filters=own):
        it = client.describe_document(Name=listed["Name"])["Document"]
        arn = f"arn:aws:ssm:{region}:{back.account_id}:document/{it['Name']}"
        named = client.describe_document_permission(Name=it["Name"], PermissionType="Share").get("AccountIds", [])
        back.add(
            "ssm_documents",
            arn=arn,
            document_name=it["Name"],
            owner_id=it["Owner"],
            document_type=it["DocumentType"],
            document_format=it["DocumentFormat"],
            is_public="all" in named,
            shared_account_count=len([name for name in named if name != "all"]),
            tags=tags(client.list_tags_for_resource(ResourceType="Document", ResourceId=it["Name"])["TagList"]),
        )
        back.share(arn, "ssm_document", "share", ["ssm:DescribeDocument", "ssm:GetDocument"], named)


def parameters(back, client):
    for it in back.pages(client, "describe_parameters", "Parameters"):
        arn = client.get_parameter(Name=it["Name"])["Parameter"]["ARN"]
        back.add(
            "ssm_parameters",
            arn=arn,
            parameter_name=it["Name"],
            parameter_type=it["Type"],
            is_secure=it["Type"] == "SecureString",
            tier=it["Tier"],
            kms_key_id=it.get("KeyId"),
            parameter_version=it["Version"],
            last_modified_at=second(it["LastModifiedDate"]),
        )


def tagged(back, client):
    for it in back.pages(client, "get_resources", "ResourceTagMappingList"):
        back.add("tagging_resources", arn=it["ResourceARN"], tags=tags(it["Tags"]))
