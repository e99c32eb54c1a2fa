"""What boto3 finds of the simulated organization as a whole: its policies, delegation, Identity Center.

This parallel census is frozen at the services it has: a new service needs no line here.
"""

from botocore.exceptions import ClientError


class OrganizationWide:
    """A part of the census: counts into `self.found`, pages by `self.pages_of`."""

    def organization_wide(self, accounts):
        """All that is read once. `accounts` are those of the tree, as ListAccountsForParent lists them."""
        client = self.aws.client("organizations")
        self.policies(client, accounts)
        self.delegation(client)
        features = self.aws.client("iam").list_organizations_features()["EnabledFeatures"]
        self.checks.equal("features of root access", {"RootCredentialsManagement", "RootSessions"}, set(features))
        self.found("organization_root_access")
        regions = self.aws.client("ec2").describe_regions()["Regions"]
        for region in regions:
            self.identity_center(region["RegionName"])

    def policies(self, client, accounts):
        types = []
        for root in self.pages_of(client, "list_roots", "Roots"):
            for named in root["PolicyTypes"]:
                self.found("organization_policy_types")
                types.append(named["Type"])
        for policy_type in types:
            for policy in self.pages_of(client, "list_policies", "Policies", Filter=policy_type):
                self.found("organization_policies")
                content = client.describe_policy(PolicyId=policy["Id"])["Policy"]["Content"]
                self.checks.true(f"{policy['Name']} has a content", content)
                for _ in self.pages_of(client, "list_targets_for_policy", "Targets", PolicyId=policy["Id"]):
                    self.found("organization_policy_targets")
        # From the other side: what is attached to an account and to all above it.
        attached, parents = {}, {}
        for account in accounts:
            source = account["Id"]
            while source:
                for policy in self.attached(client, source, types, attached):
                    self.found("account_policies")
                    self.account_policies.append((account["Id"], policy, source))
                source = self.parent(client, source, parents)

    def attached(self, client, target, types, known):
        if target not in known:
            listed = (self.pages_of(client, "list_policies_for_target", "Policies", TargetId=target, Filter=it) for it in types)
            known[target] = [policy["Id"] for policies in listed for policy in policies]
        return known[target]

    def parent(self, client, child, known):
        if child.startswith("r-"):
            return None
        if child not in known:
            known[child] = client.list_parents(ChildId=child)["Parents"][0]["Id"]
        return known[child]

    def delegation(self, client):
        for account in self.pages_of(client, "list_delegated_administrators", "DelegatedAdministrators"):
            self.found("delegated_administrators")
            services = "list_delegated_services_for_account"
            for _ in self.pages_of(client, services, "DelegatedServices", AccountId=account["Id"]):
                self.found("delegated_services")
        trusted = "list_aws_service_access_for_organization"
        for _ in self.pages_of(client, trusted, "EnabledServicePrincipals"):
            self.found("organization_services")
        try:
            self.document(client.describe_resource_policy()["ResourcePolicy"]["Content"])
        except client.exceptions.ResourcePolicyNotFoundException:
            self.documents["absent"] += 1

    def identity_center(self, region):
        client = self.aws.client("sso-admin", region)
        for instance in self.pages_of(client, "list_instances", "Instances"):
            self.found("identity_center_instances")
            of = {"InstanceArn": instance["InstanceArn"]}
            for arn in self.pages_of(client, "list_permission_sets", "PermissionSets", **of):
                self.found("identity_center_permission_sets")
                self.permission_set(client, of | {"PermissionSetArn": arn})
                list(self.pages_of(client, "list_tags_for_resource", "Tags", **of, ResourceArn=arn))
            self.directory(self.aws.client("identitystore", region), instance["IdentityStoreId"])

    def permission_set(self, client, of):
        client.describe_permission_set(**of)["PermissionSet"]["Name"]
        if policy := client.get_inline_policy_for_permission_set(**of)["InlinePolicy"]:
            self.document(policy)
        for operation, key in [
            ("list_managed_policies_in_permission_set", "AttachedManagedPolicies"),
            ("list_customer_managed_policy_references_in_permission_set", "CustomerManagedPolicyReferences"),
        ]:
            for _ in self.pages_of(client, operation, key, **of):
                self.found("identity_center_permission_set_policies")
        try:
            client.get_permissions_boundary_for_permission_set(**of)
            self.found("identity_center_permission_set_policies")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
        accounts = "list_accounts_for_provisioned_permission_set"
        for account_id in self.pages_of(client, accounts, "AccountIds", **of):
            assignments = "list_account_assignments"
            for _ in self.pages_of(client, assignments, "AccountAssignments", **of, AccountId=account_id):
                self.found("identity_center_account_assignments")

    def directory(self, client, store):
        of = {"IdentityStoreId": store}
        for _ in self.pages_of(client, "list_users", "Users", **of):
            self.found("identity_center_users")
        for group in self.pages_of(client, "list_groups", "Groups", **of):
            self.found("identity_center_groups")
            members = "list_group_memberships"
            for _ in self.pages_of(client, members, "GroupMemberships", **of, GroupId=group["GroupId"]):
                self.found("identity_center_memberships")
