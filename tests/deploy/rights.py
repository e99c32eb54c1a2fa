"""The templates of config/deploy give the rights that `orgcensus role` prints, and set what the crawl needs.

    venv/bin/python tests/deploy/rights.py --orgcensus target/release/orgcensus
"""

import argparse
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "moto"))
from harness import Checks  # noqa: E402
from template import Template  # noqa: E402

BUCKET, PREFIX = "some-bucket", "some/prefix"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CRAWLER = "arn:aws:iam::111122223333:role/orgcensus-crawler"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orgcensus", required=True)
    parser.add_argument("--simulator", help="not used: every program under tests/ takes both binaries")
    arguments = parser.parse_args()
    checks = Checks()

    def printed(*words):
        return json.loads(subprocess.check_output([arguments.orgcensus, "role", *words]))

    def lake(key):
        parameters = {"LakeBucketName": BUCKET, "LakePrefix": PREFIX, "KmsKeyArn": key}
        template = Template("organization.yaml", **parameters)
        policies = {it["PolicyName"]: it["PolicyDocument"] for it in template.resource("Crawler")["Policies"]}
        return template.resolved(policies["lake"])

    place = f"s3://{BUCKET}/{PREFIX}"
    checks.equal("the crawler's rights on the lake", printed("lake", "--bucket", place), lake(""))
    checks.equal("the same with a key", printed("lake", "--bucket", place, "--kms-key", KEY), lake(KEY))
    template = Template("lake.yaml", BucketName=BUCKET, LakePrefix=PREFIX)
    bucket = template.resolved(template.resource("BucketPolicy")["PolicyDocument"])
    checks.equal("the bucket's policy", printed("bucket", "--bucket", place, "--writer", CRAWLER), bucket)
    roles(checks)
    for name, container in (("nightly.yaml", nightly()), ("shards.yaml", shards())):
        entered_by = {it["Name"]: it["Value"] for it in container["Environment"]}["ORGCENSUS_ORGANIZATION__OWN_ACCOUNT"]
        checks.equal(f"{name}: the crawler's own account is entered by the role", "role", entered_by)
    for name, container in (("nightly.yaml", nightly), ("shards.yaml", shards)):
        checked_configuration(checks, arguments.orgcensus, name, container)
    return checks.end()


def roles(checks):
    """Each account has the members' role once: the StackSet makes it, or the stack does."""
    for call_as, is_in_units, expected in [
        ("SELF", "true", True),
        ("DELEGATED_ADMIN", "true", False),
        ("DELEGATED_ADMIN", "false", True),
    ]:
        template = Template("organization.yaml", CallAs=call_as, OwnAccountIsInUnits=is_in_units)
        condition = template.text["Resources"]["Own"]["Condition"]
        made = template.holds({"Condition": condition})
        checks.equal(f"{call_as}, own account in the units {is_in_units}: the stack makes its role", expected, made)


def nightly(**parameters):
    template = Template("nightly.yaml", Image="i", CrawlerRoleArn=CRAWLER, LakeUrl=f"s3://{BUCKET}/{PREFIX}", **parameters)
    return template.resolved(template.resource("Task")["ContainerDefinitions"])[0]


def shards(**parameters):
    template = Template("shards.yaml", Image="i", CrawlerRoleArn=CRAWLER, LakeUrl=f"s3://{BUCKET}/{PREFIX}", **parameters)
    return template.resolved(template.resource("Job")["ContainerProperties"])


def checked_configuration(checks, orgcensus, name, container):
    """The program reads every variable that the template sets, by the type of its key."""
    container = container(
        RoleName="another",
        ExternalId="12345",
        KmsKeyArn=KEY,
        Regions="eu-west-1,us-east-1",
        HomeRegion="eu-central-1",
        Collectors="sqs_queues,iam_authorization_details",
        AddCollectors="iam_service_last_accessed",
        ExcludeCollectors="sqs_queues,sns_topics",
        OrganizationId="o-a1b2c3d4e5",
        MinCoveragePercent=95,
    )
    environment = {it["Name"]: str(it["Value"]) for it in container["Environment"]}
    ended = subprocess.run([orgcensus, "config", "check"], env=environment, capture_output=True, text=True)
    checks.equal(f"{name}: the variables can be used", 0, ended.returncode)
    lines = {line.split()[0]: line for line in ended.stdout.splitlines() if line.strip()}
    for key, value in [
        ("role.name", '"another"'),
        ("role.external_id", "set"),
        ("aws.home_region", '"eu-central-1"'),
        ("lake.region", '"eu-west-1"'),
        ("lake.kms_key_id", f'"{KEY}"'),
        ("organization.id", '"o-a1b2c3d4e5"'),
        ("select.collectors", '["iam_authorization_details","sqs_queues"]'),
        ("select.add_collectors", '["iam_service_last_accessed"]'),
        ("select.regions", '["eu-west-1","us-east-1"]'),
        ("select.exclude_collectors", '["sns_topics","sqs_queues"]'),
        ("lake.min_coverage", "0.95"),
        ("lake.expected_bucket_owner", '"111122223333"'),
        ("lake.retention_days", "400"),
        ("organization.own_account", '"role"'),
        ("catalog.database", '"orgcensus"'),
    ]:
        line = lines.get(key, ended.stderr)
        checks.true(f"{name}: {key} is {value}", value in line.split() and "ORGCENSUS_" in line, line)


sys.exit(main())
