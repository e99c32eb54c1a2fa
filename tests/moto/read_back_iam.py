"""What boto3 reads of IAM. Other calls than the census makes: ListUsers for GetAccountAuthorizationDetails.

This parallel census is frozen at the services it has: a new service needs no line here.
"""

import read_back_iam_credentials
from reading import Reading, optional, tags


class Iam(Reading):
    """Users, groups, roles, policies, and the account's settings."""

    def iam(self, client):
        for user in self.pages(client, "list_users", "Users"):
            self.user(client, user)
        for group in self.pages(client, "list_groups", "Groups"):
            self.add("iam_groups", arn=group["Arn"], group_name=group["GroupName"], path=group["Path"])
            members = client.get_group(GroupName=group["GroupName"])["Users"]
            for user in members:
                name = group["GroupName"]
                self.add("iam_group_memberships", user_arn=user["Arn"], user_name=user["UserName"], group_name=name)
            self.own_policies(client, "group", group["Arn"], group["GroupName"])
        for role in self.pages(client, "list_roles", "Roles"):
            self.role(client, role)
        for policy in self.pages(client, "list_policies", "Policies", Scope="Local"):
            self.managed_policy(client, policy)
        for policy in self.pages(client, "list_policies", "Policies", Scope="AWS", OnlyAttached=True):
            self.managed_policy(client, policy)
        self.account_settings(client)
        read_back_iam_credentials.read(self, client)

    def user(self, client, user):
        name, arn = user["UserName"], user["Arn"]
        groups = [group["GroupName"] for group in client.list_groups_for_user(UserName=name)["Groups"]]
        own = tags(client.list_user_tags(UserName=name)["Tags"])
        self.add("iam_users", arn=arn, user_name=name, path=user["Path"], group_names=groups, tags=own)
        self.own_policies(client, "user", arn, name)

        has_password = bool(optional(client.get_login_profile, UserName=name))
        keys = client.list_access_keys(UserName=name)["AccessKeyMetadata"]
        active = [key["Status"] == "Active" for key in keys] + [False, False]
        self.add(
            "iam_credential_report",
            user_name=name,
            arn=arn,
            password_enabled=has_password,
            mfa_active=bool(client.list_mfa_devices(UserName=name)["MFADevices"]),
            access_key_1_active=active[0],
            access_key_2_active=active[1],
        )

    def role(self, client, role):
        name, arn = role["RoleName"], role["Arn"]
        own = tags(client.list_role_tags(RoleName=name)["Tags"])
        self.add("iam_roles", arn=arn, role_name=name, role_id=role["RoleId"], path=role["Path"], tags=own)
        self.policy(arn, "iam_role", "trust", role["AssumeRolePolicyDocument"])
        self.own_policies(client, "role", arn, name)

    def own_policies(self, client, kind, arn, name):
        """Inline policies and attachments of a user, group or role."""
        of = {f"{kind.capitalize()}Name": name}
        principal = {"principal_arn": arn, "principal_type": kind, "principal_name": name}
        for policy_name in getattr(client, f"list_{kind}_policies")(**of)["PolicyNames"]:
            document = getattr(client, f"get_{kind}_policy")(**of, PolicyName=policy_name)["PolicyDocument"]
            self.add("iam_inline_policies", **principal, policy_name=policy_name)
            self.policy(arn, f"iam_{kind}", "inline", document, name=policy_name)
        for policy in getattr(client, f"list_attached_{kind}_policies")(**of)["AttachedPolicies"]:
            policy_arn = policy["PolicyArn"]
            self.add("iam_policy_attachments", **principal, policy_arn=policy_arn, policy_name=policy["PolicyName"])

    def managed_policy(self, client, policy):
        arn = policy["Arn"]
        self.add(
            "iam_managed_policies",
            arn=arn,
            policy_name=policy["PolicyName"],
            default_version_id=policy["DefaultVersionId"],
            attachment_count=policy["AttachmentCount"],
        )
        for version in self.pages(client, "list_policy_versions", "Versions", PolicyArn=arn):
            version_id, is_default = version["VersionId"], version["IsDefaultVersion"]
            if ":iam::aws:" in arn and not is_default:
                continue
            document = client.get_policy_version(PolicyArn=arn, VersionId=version_id)["PolicyVersion"]["Document"]
            self.add("iam_policy_versions", policy_arn=arn, version_id=version_id, is_default_version=is_default)
            self.policy(arn, "iam_managed_policy", "managed", document, name=version_id, is_in_force=is_default)

    def account_settings(self, client):
        for alias in client.list_account_aliases()["AccountAliases"]:
            self.add("iam_account_aliases", account_alias=alias)
        policy = optional(client.get_account_password_policy).get("PasswordPolicy")
        self.add(
            "iam_password_policies",
            is_configured=policy is not None,
            minimum_password_length=policy["MinimumPasswordLength"] if policy else None,
            max_password_age_days=policy["MaxPasswordAge"] if policy else None,
        )
        counts = client.get_account_summary()["SummaryMap"]
        self.add(
            "iam_account_summary",
            user_count=counts["Users"],
            group_count=counts["Groups"],
            role_count=counts["Roles"],
            summary={name: str(count) for name, count in counts.items()},
        )
