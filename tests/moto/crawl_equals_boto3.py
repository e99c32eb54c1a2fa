"""orgcensus crawls an organization in moto; its tables must equal what boto3 reads back, account by account.

    python -m venv venv && venv/bin/pip install -r tests/requirements.txt
    venv/bin/python tests/moto/crawl_equals_boto3.py --orgcensus target/release/orgcensus

moto is others' idea of AWS: it does not share a misunderstanding that the simulator and the crawler might share.
Coverage must say what moto cannot do. Prints one line a check, then "N passed, M failed".
"""

import json

from harness import ONCE, Aws, Orgcensus, canonical, main, moto
from populate import CONFIGURATION, REGIONS, ROLE, enter, populate
from populate_kinds import KINDS_IN, PUBLIC, PUBLIC_ELSEWHERE
from read_back import ReadBack
from read_back_organization import Organization
from unimplemented import OF_ITEMS, UNIMPLEMENTED

KEYS = ("test", "test")

# What moto 5.2.5 does not do as AWS does, by collector: how its tasks end, the call and the code that coverage names.
NOT_COMPLETE = {
    # 500 and a page of HTML.
    "ec2_account_settings": ("partial", "ec2:GetImageBlockPublicAccessState", "HTTP500"),
    "ec2_fpga_images": ("failed", "ec2:DescribeFpgaImages", "HTTP500"),
    "ec2_metadata_defaults": ("failed", "ec2:GetInstanceMetadataDefaults", "HTTP500"),
    "ec2_verified_access_endpoints": ("failed", "ec2:DescribeVerifiedAccessEndpoints", "HTTP500"),
    "ec2_verified_access_groups": ("failed", "ec2:DescribeVerifiedAccessGroups", "HTTP500"),
    "ec2_vpc_block_public_access_exclusions": (
        "failed",
        "ec2:DescribeVpcBlockPublicAccessExclusions",
        "HTTP500",
    ),
    "iam_service_specific_credentials": ("failed", "iam:ListServiceSpecificCredentials", "HTTP500"),
    "ssm_managed_instances": ("failed", "ssm:DescribeInstanceInformation", "HTTP500"),
    # 404 and a page of HTML: this is not an answer of AWS, so the functions have not gone away.
    "lambda_functions": ("partial", "lambda:GetResourcePolicy", "HTTP404"),
    "macie_sessions": ("partial", "macie2:GetFindingStatistics", "HTTP404"),
    # Answers whose root elements are not AWS's.
    "s3_access_points": ("failed", "s3control:ListAccessPoints", "AnswerUnreadable"),
    "s3_multi_region_access_points": ("failed", "s3control:ListMultiRegionAccessPoints", "AnswerUnreadable"),
    # 404 and a page of HTML.
    "s3_access_grants": ("failed", "s3control:ListAccessGrantsInstances", "HTTP404"),
    "s3_object_lambda_access_points": ("failed", "s3control:ListAccessPointsForObjectLambda", "HTTP404"),
    # moto takes these for calls of S3, about buckets that are not there.
    "s3_outposts": ("failed", "s3outposts:ListOutpostsWithS3", "HTTP404"),
    "s3express_access_points": ("failed", "s3expresscontrol:ListAccessPointsForDirectoryBuckets", "NoSuchBucket"),
    # GetBucketVersioning's answer has a root element that is not AWS's; all else of the buckets is read.
    "s3_buckets": ("partial", "s3:GetBucketVersioning", "AnswerUnreadable"),
    # A report without <root_account>: an account without a root user cannot be.
    "iam_credential_report": ("partial", "iam:GetCredentialReport", "NoRootAccount"),
    "iam_user_credentials": ("partial", "iam:GetCredentialReport", "NoRootAccount"),
    # 500 and a page of HTML.
    "organization_root_access": ("failed", "iam:ListOrganizationsFeatures", "HTTP500"),
    "organization_resource_policy": ("failed", "organizations:DescribeResourcePolicy", "HTTP500"),
    # moto has no ECR Public: 500 and a page of HTML.
    "ecr_public_repositories": ("failed", "ecrpublic:DescribeRepositories", "HTTP500"),
    # 500 and a page of HTML; the default policy of each secret is read.
    "secretsmanager_secrets": ("partial", "secretsmanager:ListResourcePolicies", "HTTP500"),
    # Tags and boundaries are not implemented.
    "identity_center_permission_sets": ("partial", "ssoadmin:GetPermissionsBoundaryForPermissionSet", "HTTP500"),
    # Principals and resources of shares are not implemented; nor is the setting of documents.
    "ram_resource_shares": ("partial", "ram:ListPrincipals", "HTTP404"),
    "ssm_documents": ("partial", "ssm:GetServiceSetting", "HTTP500"),
    # 404 and a page of HTML.
    "s3files_file_systems": ("failed", "s3files:ListFileSystems", "HTTP404"),
    "cloudfront_trust_stores": ("failed", "cloudfront:ListTrustStores", "HTTP404"),
    "cloudfront_vpc_origins": ("failed", "cloudfront:ListVpcOrigins", "HTTP404"),
    "lambda_web_functions": ("failed", "lambdaweb:ListWebFunctions", "HTTP404"),
    "signer_profiles": ("failed", "signer:ListSigningProfiles", "HTTP404"),
    "vpc_lattice_resource_configurations": ("failed", "vpclattice:ListResourceConfigurations", "HTTP404"),
    "xray_resource_policies": ("failed", "xray:ListResourcePolicies", "HTTP404"),
    "marketplace_entities": ("failed", "marketplacecatalog:ListEntities", "HTTP404"),
    # AWS has a setting from the beginning; moto has none until one is made.
    "emr_public_access_blocks": ("partial", "emr:GetBlockPublicAccessConfiguration", "ValueUnread"),
    # An account in which Inspector was never switched on has no status.
    "inspector2_accounts": ("partial", "inspector2:BatchGetAccountStatus", "ValueUnread"),
    # 404 and a page of HTML.
    "account_primary_contacts": ("failed", "account:GetContactInformation", "HTTP404"),
    "securityhub_v2_hubs": ("failed", "securityhub:DescribeSecurityHubV2", "HTTP404"),
    # Nobody is asked, wherever the crawl runs.
    "eventbridgev2_event_buses": ("unread", None, None),
    **{collector: ("failed", call, "HTTP500") for collector, call in UNIMPLEMENTED.items()},
}

# What moto has in some regions only: elsewhere it answers 500.
IN_SOME_REGIONS = {
    "dsql_clusters": ("failed", "dsql:ListClusters", "HTTP500"),
    "s3tables_buckets": ("failed", "s3tables:ListTableBuckets", "HTTP500"),
}

# Moments are compared by the second.
MOMENTS = ("created_at", "last_modified_at")


# moto answers the list of directory buckets with the ordinary ones.
NOT_MOTOS = "resource_type <> 's3express_bucket'"


def compare(checks, census, accounts, read_back):
    """Each table's rows of each account, in the columns that boto3 reads too."""
    for table in sorted({table for rows in read_back.values() for table in rows}):
        columns = next(list(rows[table][0]) for rows in read_back.values() if rows.get(table))
        select = f"SELECT account_id, {', '.join(columns)} FROM {table}"
        if table == "policy_documents":
            select += f" WHERE {NOT_MOTOS}"
        found = checks.run(table, lambda: census.query(select))
        for account_id in accounts if found is not None else []:
            rows = [row for row in found if row["account_id"] == account_id]
            rows = [{column: normal(column, row[column]) for column in columns} for row in rows]
            expected = read_back[account_id].get(table, [])
            expected = [{column: normal(column, value) for column, value in row.items()} for row in expected]
            checks.equal_rows(f"{account_id}: {table}", expected, rows)


def normal(column, value):
    """Two ways to say the same: lists in any order, documents with other blanks, no tags as null or empty."""
    if column == "document" and isinstance(value, str):
        value = json.loads(value)
    if column == "tags":
        return value or {}
    if column in MOMENTS and value:
        return value[:19]
    if column == "document" and isinstance(value, dict):
        return value
    return sorted(value, key=canonical) if isinstance(value, list) else value


def compare_public(checks, census, account_id):
    """What was opened to everyone is public by its verdict, and nothing else of the kinds is."""
    rows = census.query(
        "SELECT region, resource_type, CAST(COUNT(*) AS BIGINT) AS resources FROM resource_access"
        f" WHERE is_public AND account_id = '{account_id}' GROUP BY region, resource_type"
    )
    found = [row for row in rows if row["resource_type"] not in PUBLIC_ELSEWHERE]
    expected = [{"region": region, "resource_type": it, "resources": 1} for region in REGIONS for it in PUBLIC]
    checks.equal_rows("open to everyone", expected, found)


def compare_organization(checks, census, client, accounts):
    """The tree: accounts with their units' names, units with their paths, the organization."""
    organization = client.describe_organization()["Organization"]
    found = census.query("SELECT organization_id, management_account_id FROM organizations")
    expected = {"organization_id": organization["Id"], "management_account_id": organization["MasterAccountId"]}
    checks.equal_rows("organizations", [expected], found)

    units, rows = {}, []
    for root in client.list_roots()["Roots"]:
        below(client, root["Id"], root["Name"], units)
    for unit_id, path in units.items():
        for account in client.list_accounts_for_parent(ParentId=unit_id)["Accounts"]:
            listed = client.list_tags_for_resource(ResourceId=account["Id"])["Tags"]
            row = {"account_id": account["Id"], "account_name": account["Name"], "arn": account["Arn"]}
            row |= {"email": account["Email"], "status": account["Status"], "ou_path": path, "ou_id": unit_id}
            rows.append(row | {"tags": {tag["Key"]: tag["Value"] for tag in listed}})
    found = census.query(f"SELECT {', '.join(rows[0])} FROM accounts")
    found = [row | {"tags": row["tags"] or {}} for row in found]
    checks.equal("every account was made", set(accounts), {row["account_id"] for row in rows})
    checks.equal_rows("accounts", rows, found)
    expected = [{"ou_id": unit_id, "path": path} for unit_id, path in units.items()]
    checks.equal_rows("organizational_units", expected, census.query("SELECT ou_id, path FROM organizational_units"))


def below(client, unit_id, path, units):
    units[unit_id] = path
    for unit in client.list_organizational_units_for_parent(ParentId=unit_id)["OrganizationalUnits"]:
        below(client, unit["Id"], f"{path}/{unit['Name']}", units)


def compare_coverage(checks, census, accounts):
    """Every task has its row, and exactly what moto cannot do is not complete."""
    rows = census.query(
        "SELECT account_id, region, collector, outcome, error_operation, error_code, error_message FROM coverage"
    )
    keys = [(row["account_id"], row["region"], row["collector"]) for row in rows]
    checks.equal("coverage: one row a task", len(set(keys)), len(keys))
    by_collector = {}
    for row in rows:
        by_collector.setdefault(row["collector"], []).append(row)
    for collector, tasks in sorted(by_collector.items()):
        compare_ends(checks, collector, tasks, accounts)
        seen = {task["account_id"] for task in tasks}
        where = accounts[:1] if collector.startswith(ONCE) else accounts
        checks.equal(f"coverage: {collector} in every account that it is about", set(where), seen)
    checks.equal("coverage: no error without words", [], [row for row in rows if row["error_message"] == ""])
    checks.equal("coverage: what moto cannot do was asked", set(), set(NOT_COMPLETE) - set(by_collector))
    checks.equal("coverage: what moto lacks of items was asked", set(), set(OF_ITEMS) - set(by_collector))


def compare_ends(checks, collector, tasks, accounts):
    """How a collector's tasks ended: in the account that has something of every kind, and in the others."""
    usual = NOT_COMPLETE.get(collector, ("complete", None, None))
    with_items = ("partial", *OF_ITEMS[collector]) if collector in OF_ITEMS else usual
    elsewhere = {IN_SOME_REGIONS[collector]} if collector in IN_SOME_REGIONS else set()
    for what, is_it, expected in [("", False, usual), (", where there is each kind", True, with_items)]:
        its = [task for task in tasks if (task["account_id"] == accounts[KINDS_IN]) == is_it]
        found = {(task["outcome"], task["error_operation"], task["error_code"]) for task in its}
        if its:
            checks.equal(f"coverage: {collector}{what}", {expected} | elsewhere, found)


def test(checks, binary, folder):
    with moto() as url:
        management = Aws(url, *KEYS)
        accounts = populate(management)
        # Before the crawl: GenerateCredentialReport and the like must not be the census' own doing.
        read_back = {it: ReadBack(enter(management, it, ROLE), it).all() for it in accounts}
        organization = Organization(management, accounts[0])
        for table, rows in organization.all(accounts).items():
            read_back[accounts[0]].setdefault(table, []).extend(rows)
        for account_id, rows in organization.of_accounts.items():
            read_back[account_id]["account_policies"] = rows
        census = Orgcensus(binary, folder, url, KEYS)
        code, said = census.crawl(CONFIGURATION)
        checks.true(f"the crawl is published (exit code {code})", code in (0, 3), said)
        compare_organization(checks, census, management.client("organizations"), accounts)
        compare(checks, census, accounts, read_back)
        compare_public(checks, census, accounts[KINDS_IN])
        compare_coverage(checks, census, accounts)


if __name__ == "__main__":
    main(__doc__, test)
