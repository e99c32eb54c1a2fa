"""Reading with boto3 into rows of the census' tables: {table: [{column: value}]}. What the parts of read_back share."""

import datetime
import json

from botocore.exceptions import ClientError

# What AWS answers where nothing is set.
ABSENT = {
    "NoSuchBucketPolicy",
    "NotFoundException",
    "PolicyNotFound",
    "PolicyNotFoundException",
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


def second(moment):
    """A moment as the census writes it, without what clocks and calls round differently."""
    return moment and moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


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

    def share(self, arn, resource_type, kind, action, names):
        """A share, as the policy that it comes to. `all` is everyone."""
        everyone = {"all", "*"}
        named = sorted(set(names) - everyone)
        accounts = [f"arn:aws:iam::{name}:root" if name.isdigit() else name for name in named]
        principals = ([{"AWS": accounts}] if accounts else []) + (["*"] if everyone & set(names) else [])
        actions = [action] if isinstance(action, str) else action
        statements = [
            {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": arn} for principal in principals
        ]
        document = {"Version": "2012-10-17", "Statement": statements} if statements else None
        self.policy(arn, resource_type, kind, document)

    def other(self, arn, resource_type, name, own=None):
        """A resource of a kind that has no table of its own."""
        self.add("other_resources", arn=arn, resource_type=resource_type, resource_name=name, tags=own or {})

    def pages(self, client, operation, key, **arguments):
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page.get(key, [])
