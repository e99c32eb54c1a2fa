"""What the parts of populate share: policies, tags, an image, and an account outside of the organization."""

import json

IMAGE = "ami-12c6146b"
OUTSIDE = "999888777661"


def allow(**statement):
    """A policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def to_everyone(action, resource="*"):
    return allow(Action=action, Resource=resource, Principal="*")


def to_outside(action, resource="*"):
    return allow(Action=action, Resource=resource, Principal={"AWS": f"arn:aws:iam::{OUTSIDE}:root"})


def to_own(account_id, action, resource="*"):
    return allow(Action=action, Resource=resource, Principal={"AWS": f"arn:aws:iam::{account_id}:root"})


def listed(key="Key", value="Value", **tags):
    """Tags as most services take them: a list of keys and values, in one of AWS's spellings."""
    return [{key: name, value: text} for name, text in tags.items()]
