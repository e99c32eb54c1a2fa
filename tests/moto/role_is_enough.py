"""The policies that `orgcensus role` prints are enough for a crawl, and with one action fewer something is refused.

    python -m venv venv && venv/bin/pip install -r tests/requirements.txt
    venv/bin/python tests/moto/role_is_enough.py --orgcensus target/release/orgcensus

moto enforces identity policies once it is told to. The members' role gets the policy of `role member`, the user who
crawls that of `role management`. Then each account's role loses one action of each service, others in each account and
crawl: exactly those actions' collectors must be refused there, all others must end as before. Last, the user loses one
action after the other. Prints one line a check, then "N passed, M failed".
"""

import itertools
import json
import pathlib
import sys
import urllib.request

from harness import ONCE, Aws, Orgcensus, main, moto
from populate import ADMINISTRATOR, ROLE, allow, enter, populate
from populate import CONFIGURATION as POPULATED

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
from models import TABLE  # noqa: E402

USER = "census"
CONFIGURATION = f"""{POPULATED}
[lake]
min_coverage = 0.0
"""

# The collector that needs an action of the members' role. Of an action that is not here the coverage must name the call.
COLLECTORS = {
    "ec2:DescribeInstances": "ec2_instances",
    "ec2:DescribeVpcEndpoints": "ec2_vpc_endpoints",
    "ec2:DescribeVpcs": "ec2_vpcs",
    "ec2:DescribeRegions": "account_regions",
    "ec2:GetInstanceMetadataDefaults": "ec2_metadata_defaults",
    "ecr:DescribeRepositories": "ecr_repositories",
    "ecr:GetRegistryPolicy": "ecr_registry_policies",
    "ecr:GetRepositoryPolicy": "ecr_repositories",
    "ecr:ListTagsForResource": "ecr_repositories",
    "iam:GenerateCredentialReport": "iam_credential_report",
    "iam:GetAccountAuthorizationDetails": "iam_authorization_details",
    "iam:GetAccountPasswordPolicy": "iam_password_policies",
    "iam:GetAccountSummary": "iam_account_summary",
    "iam:GetCredentialReport": "iam_credential_report",
    "iam:GetOpenIDConnectProvider": "iam_oidc_providers",
    "iam:GetSAMLProvider": "iam_saml_providers",
    "iam:ListAccessKeys": "iam_user_credentials",
    "iam:ListAccountAliases": "iam_account_aliases",
    "iam:ListInstanceProfiles": "iam_instance_profiles",
    "iam:ListMFADevices": "iam_user_credentials",
    "iam:ListOpenIDConnectProviders": "iam_oidc_providers",
    "iam:ListSAMLProviders": "iam_saml_providers",
    "iam:ListSSHPublicKeys": "iam_ssh_public_keys",
    "iam:ListServerCertificates": "iam_server_certificates",
    "iam:ListSigningCertificates": "iam_user_credentials",
    "iam:ListUsers": "iam_ssh_public_keys",
    "iam:ListVirtualMFADevices": "iam_user_credentials",
    "kms:DescribeKey": "kms_keys",
    "kms:GetKeyPolicy": "kms_keys",
    "kms:GetKeyRotationStatus": "kms_keys",
    "kms:ListAliases": "kms_keys",
    "kms:ListGrants": "kms_keys",
    "kms:ListKeys": "kms_keys",
    "kms:ListResourceTags": "kms_keys",
    "s3:GetBucketAcl": "s3_buckets",
    "s3:GetBucketLocation": "s3_buckets",
    "s3:GetBucketLogging": "s3_buckets",
    "s3:GetBucketPolicy": "s3_buckets",
    "s3:GetBucketPolicyStatus": "s3_buckets",
    "s3:GetBucketTagging": "s3_buckets",
    "s3:GetBucketVersioning": "s3_buckets",
    "s3:ListAllMyBuckets": "s3_buckets",
    "secretsmanager:GetResourcePolicy": "secretsmanager_secrets",
    "secretsmanager:ListSecrets": "secretsmanager_secrets",
    "sns:GetTopicAttributes": "sns_topics",
    "sns:ListTagsForResource": "sns_topics",
    "sns:ListTopics": "sns_topics",
    "sqs:GetQueueAttributes": "sqs_queues",
    "sqs:ListQueueTags": "sqs_queues",
    "sqs:ListQueues": "sqs_queues",
}

# Actions that more collectors need than the one above.
ALSO_NEEDED_BY = {
    "iam:GenerateCredentialReport": {"iam_user_credentials"},
    "iam:GetAccountSummary": {"iam_user_credentials"},
    "iam:GetCredentialReport": {"iam_user_credentials"},
}

# Where moto 5.2.5 does not enforce as AWS does, or does not know the operation at all.
UNTESTED = {
    # Not known to moto: the task is short of them either way, and names the first.
    "ec2:DescribeVpcBlockPublicAccessOptions",
    "ec2:GetAllowedImagesSettings",
    "ec2:GetEbsDefaultKmsKeyId",
    "ec2:GetEbsEncryptionByDefault",
    "ec2:GetSerialConsoleAccessStatus",
    "ec2:GetSnapshotBlockPublicAccessState",
    "ec2:DescribeImageAttribute",
    "ssm:DescribeDocumentPermission",
    # Not known to moto.
    "iam:GenerateServiceLastAccessedDetails",
    "iam:GetServiceLastAccessedDetails",
    "iam:ListServiceSpecificCredentials",
    "secretsmanager:ListResourcePolicies",
    "ecr-public:DescribeRepositories",
    "ecr-public:GetRepositoryPolicy",
    "ecr-public:ListTagsForResource",
    # Only for the collector of the two that moto does not know, which is off.
    "iam:ListRoles",
    # Asked only of two keys that were made in the same second.
    "iam:GetAccessKeyLastUsed",
    # Asked only of buckets that keep versions, of which moto's answer cannot be read.
    "s3:GetBucketObjectLockConfiguration",
    # Other actions are asked for, those of MOTO_ONLY.
    "s3:GetAccountPublicAccessBlock",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetEncryptionConfiguration",
    "s3express:GetBucketPolicy",
    "s3express:GetEncryptionConfiguration",
    "s3express:ListAllMyDirectoryBuckets",
    "tag:GetResources",
}
MOTO_ONLY = ["s3:GetPublicAccessBlock", "s3:ListBucket", "s3-outposts:*", "s3express:*", "tagging:GetResources"]

# What the management's policy allows, and the coverage rows that are refused without it.
ORGANIZATION = {
    "ec2:DescribeRegions": "organization_regions",
    "identitystore:ListGroupMemberships": "identity_center_directory",
    "identitystore:ListGroups": "identity_center_directory",
    "identitystore:ListUsers": "identity_center_directory",
    "organizations:DescribeOrganization": "organization",
    "organizations:DescribePolicy": "organization_policies",
    "organizations:ListAWSServiceAccessForOrganization": "organization_services",
    "organizations:ListAccounts": "organization",
    "organizations:ListAccountsForParent": "organization",
    "organizations:ListDelegatedAdministrators": "delegated_administrators",
    "organizations:ListDelegatedServicesForAccount": "delegated_administrators",
    "organizations:ListOrganizationalUnitsForParent": "organization",
    "organizations:ListPolicies": "organization_policies",
    "organizations:ListRoots": "organization",
    "organizations:ListTagsForResource": "account_tags",
    "organizations:ListTargetsForPolicy": "organization_policies",
    "sso:DescribePermissionSet": "identity_center_permission_sets",
    "sso:GetInlinePolicyForPermissionSet": "identity_center_permission_sets",
    "sso:ListAccountAssignments": "identity_center_account_assignments",
    "sso:ListAccountsForProvisionedPermissionSet": "identity_center_account_assignments",
    "sso:ListCustomerManagedPolicyReferencesInPermissionSet": "identity_center_permission_sets",
    "sso:ListInstances": "identity_center_directory",
    "sso:ListManagedPoliciesInPermissionSet": "identity_center_permission_sets",
    "sso:ListPermissionSets": "identity_center_account_assignments",
}

# Several collectors need these.
SHARED = {"sso:ListInstances", "sso:ListPermissionSets"}

# What moto does not implement.
UNTESTED_ORGANIZATION = {
    "iam:ListOrganizationsFeatures",
    "organizations:DescribeResourcePolicy",
    "sso:GetPermissionsBoundaryForPermissionSet",
    "sso:ListTagsForResource",
}


def services():
    """The services of the table of calls: each one's protocol, and the name by which it signs and its actions begin."""
    lines = (it.split("\t") for it in TABLE.read_text(encoding="utf-8").splitlines() if it.startswith("service\t"))
    return {it[1]: (it[3], it[7] if len(it) > 7 else it[6]) for it in lines}


SERVICES = services()
# moto refuses the signatures of services that speak REST in JSON; by their names in coverage and in actions.
REST = {name for service, (spoken, signed) in SERVICES.items() if spoken == "rest-json" for name in (service, signed)}


class Enforced:
    """The organization in moto, with the printed policies and nothing else."""

    def __init__(self, url, binary, folder):
        self.url, self.binary, self.folder = url, binary, pathlib.Path(folder)
        self.administrator = Aws(url, "test", "test")
        self.crawls = 0
        self.asked = set()
        program = Orgcensus(binary, folder)
        self.member = as_one(json.loads(program.output("role", "member", "--role-name", ROLE)))
        self.management = json.loads(program.output("role", "management", "--role-name", ROLE))
        self.accounts = populate(self.administrator)
        self.roles = {}
        self.keys = self.make_user()
        self.make_roles()

    def make_user(self):
        client = self.administrator.client("iam")
        self.user_arn = client.create_user(UserName=USER)["User"]["Arn"]
        self.set_user_policy(self.management)
        key = client.create_access_key(UserName=USER)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def make_roles(self):
        trust = allow(Principal={"AWS": self.user_arn}, Action="sts:AssumeRole")
        for account_id in self.accounts:
            client = enter(self.administrator, account_id).client("iam")
            client.detach_role_policy(RoleName=ROLE, PolicyArn=ADMINISTRATOR)
            client.update_assume_role_policy(RoleName=ROLE, PolicyDocument=trust)
            moto_only = allow(Action=MOTO_ONLY, Resource="*")
            client.put_role_policy(RoleName=ROLE, PolicyName="moto-only", PolicyDocument=moto_only)
            self.roles[account_id] = client
            self.set_role_policy(account_id, self.member)

    def set_role_policy(self, account_id, policy):
        document = json.dumps(policy)
        self.roles[account_id].put_role_policy(RoleName=ROLE, PolicyName="census", PolicyDocument=document)

    def set_user_policy(self, policy):
        document = json.dumps(policy)
        self.administrator.client("iam").put_user_policy(UserName=USER, PolicyName="census", PolicyDocument=document)

    def enforce(self, is_on):
        """moto enforces after this many calls more: none, or never reached."""
        calls = b"0" if is_on else b"inf"
        headers = {"Content-Type": "text/plain"}
        request = urllib.request.Request(f"{self.url}/moto-api/reset-auth", data=calls, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()

    def crawl(self):
        """Crawls into a lake of its own: the exit code, what was said, and each task's end."""
        self.crawls += 1
        census = Orgcensus(self.binary, self.folder / str(self.crawls), self.url, self.keys)
        self.enforce(True)
        try:
            code, said = census.crawl(CONFIGURATION)
        finally:
            self.enforce(False)
        if code not in (0, 3):
            return code, said, {}
        rows = census.query(
            "SELECT account_id, region, collector, outcome, error_code, error_operation, items_missed FROM coverage"
        )
        usage = census.query("SELECT DISTINCT account_id, service, operation FROM api_usage WHERE calls > 0")
        self.asked |= {(row["account_id"], action_of(row["service"], row["operation"])) for row in usage}
        key = ["account_id", "region", "collector"]
        tasks = {tuple(row.pop(name) for name in key): row for row in rows if not is_unsigned(row)}
        return code, said, tasks


def as_one(printed):
    """The printed policies as one: moto does not mind its length."""
    policies = printed if isinstance(printed, list) else [printed]
    statements = [statement for policy in policies for statement in policy["Statement"]]
    # In one policy each has a name of its own.
    return policies[0] | {"Statement": [it | {"Sid": f"{it['Sid']}{at}"} for at, it in enumerate(statements)]}


def is_unsigned(task):
    """Whether moto refused a signature that it refuses whoever signs."""
    return task["error_code"] == "HTTP403" and service(task["error_operation"]) in REST


def action_of(name, called):
    """The action of a call, as long as it has the call's name."""
    return f"{SERVICES.get(name, (None, name))[1]}:{called}"


def service(action):
    return action.split(":")[0]


def operation(action):
    return action.split(":")[1]


def without(policy, *withheld):
    """The policy with these actions fewer."""
    statements = [it | {"Action": [name for name in it["Action"] if name not in withheld]} for it in policy["Statement"]]
    return policy | {"Statement": statements}


def actions(policy):
    return {action for statement in policy["Statement"] for action in statement["Action"]}


def is_refused(task, before):
    """Whether a task shows a refusal that it did not show before."""
    return task["outcome"] in ("denied", "partial") and task != before


def members_need_each(checks, enforced, whole):
    """Fewer actions in each account, until every action was withheld once that moto was asked for."""
    asked = {it for it in enforced.asked if service(it[1]) not in REST}
    # What fails whoever asks shows no refusal.
    failing = {action_of(*it["error_operation"].split(":")) for it in whole.values() if it["outcome"] == "failed"}
    withheld = sorted(actions(enforced.member) - UNTESTED - failing)
    while withheld:
        now = {}
        for account_id in enforced.accounts:
            own = [it for it in withheld if it in COLLECTORS or (account_id, it) in asked]
            now[account_id] = of_different_services(own)
            withheld = [it for it in withheld if it not in now[account_id]]
        if not any(now.values()):
            break
        for account_id, actions_withheld in now.items():
            enforced.set_role_policy(account_id, without(enforced.member, *actions_withheld))
        _, said, tasks = enforced.crawl()
        for account_id, actions_withheld in now.items():
            enforced.set_role_policy(account_id, enforced.member)
            fewer(checks, account_id, actions_withheld, whole, tasks, said)
    for action in withheld:
        checks.true(f"{action}: moto holds nothing to ask of, or refuses its signature", True)


def of_different_services(names):
    """Actions that one account may lose in one crawl: what is refused tells by its service and its call which one it was."""
    taken, services, operations = [], set(), set()
    for name in names:
        if service(name) not in services and operation(name) not in operations:
            taken.append(name)
            services.add(service(name))
            operations.add(operation(name))
    return taken


def fewer(checks, account_id, actions_withheld, whole, tasks, said):
    own = {key: task for key, task in tasks.items() if key[0] == account_id}
    expected = set()
    for action in actions_withheld:
        known = {COLLECTORS[action]} | ALSO_NEEDED_BY.get(action, set()) if action in COLLECTORS else set()
        by_call = refused_in_its_call(action, own, whole)
        expected |= known | by_call
        of_known = {key: task for key, task in own.items() if key[2] in known}
        refused = [is_refused(task, whole.get(key)) for key, task in of_known.items()]
        names = ", ".join(sorted(known | by_call))
        found = list(of_known.values()) or said
        checks.true(f"without {action}: {names} is refused", all(refused) and (refused or by_call), found)
    others = {key: task for key, task in own.items() if key[2] not in expected and task != whole.get(key)}
    missing = {key for key in whole if key[0] == account_id} - set(own)
    found = [*others.items(), *missing]
    checks.true(f"without {', '.join(actions_withheld)}: nothing else is", not found, found)


def refused_in_its_call(action, own, whole):
    """The collectors that are refused in the call that an action is for."""
    refused = {key: task for key, task in own.items() if is_refused(task, whole.get(key))}
    return {key[2] for key, task in refused.items() if operation(task["error_operation"] or ":") == operation(action)}


def caller_needs_each(checks, enforced, whole):
    for actions_withheld in rounds():
        enforced.set_user_policy(without(enforced.management, *actions_withheld))
        code, said, tasks = enforced.crawl()
        for action in actions_withheld:
            collector = ORGANIZATION[action]
            # Without accounts there is nothing to publish; what is left out of a publication is in its coverage.
            refused = [key for key, task in tasks.items() if key[2] == collector and is_refused(task, whole.get(key))]
            is_ended = code == 4 and "failed to read the organization" in said and "403" in said
            checks.true(f"without {action}: {collector} is refused", is_ended or refused, f"exit code {code}: {said}")
    enforced.set_user_policy(without(enforced.management, "sts:AssumeRole"))
    code, said, tasks = enforced.crawl()
    outcomes = {task["outcome"] for key, task in tasks.items() if not key[2].startswith(ONCE)} - {"unread"}
    checks.equal("without sts:AssumeRole: no account can be entered", {"role_not_assumable"}, outcomes or said)


def rounds():
    """Actions to withhold in one crawl: one of each collector, but those alone without which others are refused too."""
    alone = [action for action in ORGANIZATION if action in SHARED or ORGANIZATION[action] == "organization"]
    others = {}
    for action in ORGANIZATION:
        if action not in alone:
            others.setdefault(ORGANIZATION[action], []).append(action)
    together = [[action for action in it if action] for it in itertools.zip_longest(*others.values())]
    return [[action] for action in alone] + together


def test(checks, binary, folder):
    with moto() as url:
        enforced = Enforced(url, binary, folder)
        gone = (set(COLLECTORS) | UNTESTED) - actions(enforced.member)
        checks.equal("each action that has its check is one of the members' role", set(), gone)
        # A session gets tags only where the configuration names some.
        expected = set(ORGANIZATION) | UNTESTED_ORGANIZATION | {"sts:AssumeRole", "sts:TagSession"}
        checks.equal("each action of the caller has its check", expected, actions(enforced.management))

        code, said, whole = enforced.crawl()
        checks.true(f"with the printed policies the crawl is published (exit code {code})", code in (0, 3), said)
        checks.equal("every account is entered", set(enforced.accounts), {key[0] for key in whole})
        refusals = ("denied", "denied_by_scp", "role_not_assumable")
        refused = [it for it in whole.items() if it[1]["outcome"] in refusals or it[1]["error_code"] == "HTTP403"]
        checks.equal("with the printed policies nothing is denied", [], refused)

        members_need_each(checks, enforced, whole)
        caller_needs_each(checks, enforced, whole)


if __name__ == "__main__":
    main(__doc__, test)
