"""The part of a census that reads what services send to each other, and what is shared by lists of accounts."""


def by_token(call, key, token, **arguments):
    """All items of a list that boto3 has no paginator for: the token's name in the question and in the answer."""
    asked, answered = token
    while True:
        page = call(**arguments)
        yield from page.get(key, [])
        if not page.get(answered):
            return
        arguments[asked] = page[answered]


class Messages:
    """Services whose policies are in a list, have names, or are no policies."""

    def eventbridge(self, client):
        for bus in by_token(client.list_event_buses, "EventBuses", ("NextToken", "NextToken")):
            self.found("eventbridge_event_buses", bus["Arn"])
            if policy := bus.get("Policy"):
                self.document(policy)
            self.checks.equal("a bus by its name", bus["Arn"], client.describe_event_bus(Name=bus["Name"])["Arn"])
            self.event_rules(client, bus["Name"])

    def logs(self, client):
        for scope in ["ACCOUNT", "RESOURCE"]:
            key = "resourcePolicies"
            for policy in self.pages_of(client, "describe_resource_policies", key, policyScope=scope):
                self.found("logs_resource_policies", policy.get("resourceArn"))
                self.document(policy["policyDocument"])
        for group in self.pages_of(client, "describe_log_groups", "logGroups"):
            self.found("logs_log_groups")
            assert group["arn"] == f"{group['logGroupArn']}:*", group
        # Added after the lists: where they are refused, nothing is found.
        self.arns.add(f"arn:aws:logs:{client.meta.region_name}:{self.account_id}:resource-policies")
        for destination in self.pages_of(client, "describe_destinations", "destinations"):
            self.found("logs_destinations", destination["arn"])
            if policy := destination.get("accessPolicy"):
                self.document(policy)
        for destination in self.pages_of(client, "describe_delivery_destinations", "deliveryDestinations"):
            self.found("logs_delivery_destinations", destination["arn"])
            answer = self.optional(client.get_delivery_destination_policy, deliveryDestinationName=destination["name"])
            if answer:
                self.document(answer["policy"]["deliveryDestinationPolicy"])

        self.deliveries(client)

    def deliveries(self, client):
        names = set()
        for source in self.pages_of(client, "describe_delivery_sources", "deliverySources"):
            self.found("logs_delivery_sources")
            assert len(source["resourceArns"]) == 1, source
            names.add(source["name"])
        for delivery in self.pages_of(client, "describe_deliveries", "deliveries"):
            assert delivery["deliverySourceName"] in names, delivery

    def ram(self, client):
        token = ("nextToken", "nextToken")
        for share in by_token(client.get_resource_shares, "resourceShares", token, resourceOwner="SELF"):
            self.found("ram_resource_shares")
            of = {"resourceShareArn": share["resourceShareArn"]}
            for permission in by_token(client.list_resource_share_permissions, "permissions", token, **of):
                client.get_permission(permissionArn=permission["arn"])["permission"]["permission"]
        for principal in by_token(client.list_principals, "principals", token, resourceOwner="SELF"):
            self.found("ram_share_principals")
            assert principal["id"] and principal["resourceShareArn"], principal
        for resource in by_token(client.list_resources, "resources", token, resourceOwner="SELF"):
            self.found("ram_shared_resources", resource["arn"])

    def ssm(self, client):
        place = f"{client.meta.region_name}:{self.account_id}"
        setting = "/ssm/documents/console/public-sharing-permission"
        client.get_service_setting(SettingId=setting)["ServiceSetting"]["SettingValue"]
        self.found("ssm_document_settings")
        group = f"arn:aws:ssm:{place}:opsitemgroup/default"
        self.arns.add(group)
        for policy in self.pages_of(client, "get_resource_policies", "Policies", ResourceArn=group):
            self.document(policy["Policy"])
        own = [{"Key": "Owner", "Values": ["Self"]}]
        for document in self.pages_of(client, "list_documents", "DocumentIdentifiers", Filters=own):
            name = document["Name"]
            self.found("ssm_documents", f"arn:aws:ssm:{place}:document/{name}")
            client.describe_document_permission(Name=name, PermissionType="Share")["AccountIds"]
        for page in client.get_paginator("describe_instance_information").paginate():
            ids = [it["InstanceId"] for it in page["InstanceInformationList"]]
            for _ in ids:
                self.found("ssm_managed_instances")
            if not ids:
                continue
            key = "InstancePatchStates"
            for state in self.pages_of(client, "describe_instance_patch_states", key, InstanceIds=ids):
                self.found("ssm_patch_states")
                assert state["InstanceId"] in ids and state["OperationEndTime"], state
        for parameter in self.pages_of(client, "describe_parameters", "Parameters"):
            self.found("ssm_parameters")
            if parameter["Tier"] == "Standard":
                continue
            self.arns.add(parameter["ARN"])
            for policy in self.pages_of(client, "get_resource_policies", "Policies", ResourceArn=parameter["ARN"]):
                self.document(policy["Policy"])

    def backup(self, client):
        for vault in self.pages_of(client, "list_backup_vaults", "BackupVaultList"):
            self.found("backup_vaults", vault["BackupVaultArn"])
            name = vault["BackupVaultName"]
            if policy := self.optional(client.get_backup_vault_access_policy, BackupVaultName=name).get("Policy"):
                self.document(policy)

    def kinesis(self, client):
        for stream in self.pages_of(client, "list_streams", "StreamSummaries"):
            arn = stream["StreamARN"]
            self.found("kinesis_streams", arn)
            if policy := client.get_resource_policy(ResourceARN=arn)["Policy"]:
                self.document(policy)
            for consumer in self.pages_of(client, "list_stream_consumers", "Consumers", StreamARN=arn):
                self.found("kinesis_consumers", consumer["ConsumerARN"])
                if policy := client.get_resource_policy(ResourceARN=consumer["ConsumerARN"])["Policy"]:
                    self.document(policy)

    def kafka(self, client):
        for cluster in self.pages_of(client, "list_clusters_v2", "ClusterInfoList"):
            self.found("kafka_clusters", cluster["ClusterArn"])
            if policy := self.optional(client.get_cluster_policy, ClusterArn=cluster["ClusterArn"]).get("Policy"):
                self.document(policy)

    def ses(self, client):
        place = f"{client.meta.region_name}:{self.account_id}"
        for identity in by_token(client.list_email_identities, "EmailIdentities", ("NextToken", "NextToken")):
            name = identity["IdentityName"]
            self.found("ses_identities", f"arn:aws:ses:{place}:identity/{name}")
            for policy in client.get_email_identity_policies(EmailIdentity=name)["Policies"].values():
                self.document(policy)

    def codebuild(self, client):
        for name in self.pages_of(client, "list_projects", "projects"):
            project = client.batch_get_projects(names=[name])["projects"][0]
            self.found("codebuild_projects", project["arn"])
            if policy := self.optional(client.get_resource_policy, resourceArn=project["arn"]).get("policy"):
                self.document(policy)
        for arn in self.pages_of(client, "list_report_groups", "reportGroups"):
            group = client.batch_get_report_groups(reportGroupArns=[arn])["reportGroups"][0]
            self.found("codebuild_report_groups", group["arn"])
            if policy := self.optional(client.get_resource_policy, resourceArn=arn).get("policy"):
                self.document(policy)

    def glue(self, client):
        for policy in self.pages_of(client, "get_resource_policies", "GetResourcePoliciesResponseList"):
            self.document(policy["PolicyInJson"])
        self.arns.add(f"arn:aws:glue:{client.meta.region_name}:{self.account_id}:catalog")


# By the SDK's names.
MESSAGES = {
    "backup": Messages.backup,
    "cloudwatchlogs": Messages.logs,
    "codebuild": Messages.codebuild,
    "eventbridge": Messages.eventbridge,
    "glue": Messages.glue,
    "kafka": Messages.kafka,
    "kinesis": Messages.kinesis,
    "ram": Messages.ram,
    "sesv2": Messages.ses,
    "ssm": Messages.ssm,
}
