"""Reading with boto3 into rows of the census' tables: {table: [{column: value}]}. What the parts of read_back share."""

import json

from botocore.exceptions import ClientError

# What AWS answers where nothing is set.
ABSENT = {
    "NoSuchBucketPolicy",
    "NoSuchEntity",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "OwnershipControlsNotFoundError",
    "RegistryPolicyNotFoundException",
    "RepositoryPolicyNotFoundException",
    "ResourceNotFoundException",
}


def optional(call, **arguments):
    """An answer, or an empty one where nothing is set."""
    try:
        return call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in ABSENT:
            return {}
        raise


def tags(listed, key="Key", value="Value"):
    return {tag[key]: tag[value] for tag in listed}


class Reading:
    """The rows of one account."""

    def __init__(self, aws, account_id):
        self.aws, self.account_id = aws, account_id
        self.rows = {}

    def add(self, table, **row):
        self.rows.setdefault(table, []).append(row)

    def policy(self, arn, resource_type, kind, document, name="", is_in_force=True, state=None):
        """A policy's document, as text or parsed; none: there is no policy, unless a state says otherwise."""
        self.add(
            "policy_documents",
            resource_arn=arn,
            resource_type=resource_type,
            policy_kind=kind,
            policy_name=name,
            state=state or ("read" if document else "absent"),
            document=json.loads(document) if isinstance(document, str) else document,
            is_in_force=is_in_force,
        )

    def pages(self, client, operation, key, **arguments):
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page.get(key, [])
