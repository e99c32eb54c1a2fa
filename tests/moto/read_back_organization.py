"""What boto3 reads of an organization as a whole. Other calls than the census makes: policies are asked for by what they
are attached to, assignments by whom they are for, memberships by the member.

This parallel census is frozen at the services it has: a new service needs no line here.
"""

from populate import REGIONS
from reading import Reading

CONTROL = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


class Organization(Reading):
    """Reads what is the management account's in the census; `of_accounts` has what is each account's."""

    def all(self, accounts):
        self.of_accounts = {account: [] for account in accounts}
        client = self.aws.client("organizations")
        self.policies(client, accounts)
        self.delegation(client)
        for region in REGIONS:
            self.identity_center(self.aws.client("sso-admin", region), self.aws.client("identitystore", region))
        return self.rows

    def policies(self, client, accounts):
        root = client.list_roots()["Roots"][0]
        types = {it["Type"]: it["Status"] == "ENABLED" for it in root["PolicyTypes"]}
        for name, is_enabled in types.items():
            self.add("organization_policy_types", root_id=root["Id"], policy_type=name, is_enabled=is_enabled)
        attached = {source: self.attached(client, source, types) for source in self.sources(client, accounts)}
        for source, policies in attached.items():
            for it in policies:
                self.add("organization_policy_targets", policy_id=it["Id"], policy_type=it["Type"], target_id=source)
        for policy_type, is_enabled in types.items():
            for it in self.pages(client, "list_policies", "Policies", Filter=policy_type):
                self.policy_itself(client, it, is_enabled, attached)
        for account in accounts:
            for source in self.path(client, account):
                self.of_accounts[account] += [
                    {"policy_id": it["Id"], "source_id": source, "is_inherited": source != account}
                    for it in attached[source]
                ]

    def policy_itself(self, client, it, is_enabled, attached):
        content = client.describe_policy(PolicyId=it["Id"])["Policy"]["Content"]
        count = sum(it["Id"] in [policy["Id"] for policy in policies] for policies in attached.values())
        self.add(
            "organization_policies",
            arn=it["Arn"],
            policy_id=it["Id"],
            policy_name=it["Name"],
            description=it["Description"],
            policy_type=it["Type"],
            is_aws_managed=it["AwsManaged"],
            is_type_enabled=is_enabled,
            target_count=count,
            document=content,
        )
        if it["Type"] in CONTROL:
            self.policy(it["Arn"], "organization_policy", "control", content)

    def sources(self, client, accounts):
        """The root, units and accounts, from the accounts up."""
        return sorted({source for account in accounts for source in self.path(client, account)})

    def path(self, client, source):
        path = [source]
        while not path[-1].startswith("r-"):
            path.append(client.list_parents(ChildId=path[-1])["Parents"][0]["Id"])
        return path

    def attached(self, client, target, types):
        listed = (client.list_policies_for_target(TargetId=target, Filter=it)["Policies"] for it in types)
        return [policy for policies in listed for policy in policies]

    def delegation(self, client):
        for account in client.list_delegated_administrators()["DelegatedAdministrators"]:
            services = client.list_delegated_services_for_account(AccountId=account["Id"])["DelegatedServices"]
            self.add(
                "delegated_administrators",
                arn=account["Arn"],
                delegated_account_id=account["Id"],
                delegated_account_name=account["Name"],
                status=account["Status"],
                service_count=len(services),
            )
            for it in services:
                service = it["ServicePrincipal"]
                self.add("delegated_services", delegated_account_id=account["Id"], service_principal=service)
        for it in client.list_aws_service_access_for_organization()["EnabledServicePrincipals"]:
            self.add("organization_services", service_principal=it["ServicePrincipal"])

    def identity_center(self, client, directory):
        for instance in client.list_instances()["Instances"]:
            arn, store, owner = (instance[it] for it in ["InstanceArn", "IdentityStoreId", "OwnerAccountId"])
            self.add("identity_center_instances", arn=arn, identity_store_id=store, owner_account_id=owner)
            for set_arn in client.list_permission_sets(InstanceArn=arn)["PermissionSets"]:
                self.permission_set(client, {"InstanceArn": arn, "PermissionSetArn": set_arn})
            for kind, principal in self.directory(directory, store):
                self.assignments(client, arn, kind, principal)

    def permission_set(self, client, of):
        described = client.describe_permission_set(**of)["PermissionSet"]
        managed = client.list_managed_policies_in_permission_set(**of)["AttachedManagedPolicies"]
        own = client.list_customer_managed_policy_references_in_permission_set(**of)
        own = own["CustomerManagedPolicyReferences"]
        arn, inline = of["PermissionSetArn"], client.get_inline_policy_for_permission_set(**of)["InlinePolicy"]
        self.add(
            "identity_center_permission_sets",
            arn=arn,
            permission_set_name=described["Name"],
            description=described["Description"],
            session_duration_seconds={"PT8H": 28_800, "PT1H30M": 5_400, "PT1H": 3_600}[described["SessionDuration"]],
            has_inline_policy=bool(inline),
            managed_policy_count=len(managed),
            customer_managed_policy_count=len(own),
            has_administrator_access=any(it["Arn"].endswith(":iam::aws:policy/AdministratorAccess") for it in managed),
        )
        self.policy(arn, "identity_center_permission_set", "inline", inline or None)
        for it in managed + own:
            name, policy_arn = it["Name"], it.get("Arn")
            self.add("identity_center_permission_set_policies", permission_set_arn=arn, policy_name=name, policy_arn=policy_arn)

    def directory(self, client, store):
        """Adds users, groups and memberships; gives everyone to whom something may be assigned."""
        everyone = []
        for it in self.pages(client, "list_users", "Users", IdentityStoreId=store):
            emails = [email["Value"] for email in it.get("Emails", []) if email.get("Primary")]
            self.add(
                "identity_center_users",
                identity_store_id=store,
                user_id=it["UserId"],
                user_name=it["UserName"],
                display_name=it["DisplayName"],
                primary_email=emails[0] if emails else None,
            )
            everyone.append(("USER", it["UserId"]))
            member = {"UserId": it["UserId"]}
            of = client.list_group_memberships_for_member(IdentityStoreId=store, MemberId=member)["GroupMemberships"]
            for membership in of:
                self.add(
                    "identity_center_memberships",
                    membership_id=membership["MembershipId"],
                    group_id=membership["GroupId"],
                    user_id=it["UserId"],
                )
        for it in self.pages(client, "list_groups", "Groups", IdentityStoreId=store):
            name, description = it["DisplayName"], it.get("Description")
            self.add("identity_center_groups", group_id=it["GroupId"], group_name=name, description=description)
            everyone.append(("GROUP", it["GroupId"]))
        return everyone

    def assignments(self, client, instance_arn, kind, principal):
        of = {"InstanceArn": instance_arn, "PrincipalType": kind, "PrincipalId": principal}
        for it in client.list_account_assignments_for_principal(**of)["AccountAssignments"]:
            self.add(
                "identity_center_account_assignments",
                permission_set_arn=it["PermissionSetArn"],
                target_account_id=it["AccountId"],
                principal_type=it["PrincipalType"],
                principal_id=it["PrincipalId"],
            )
