"""Services of which boto3's models say enough: a list gives the things of a table, and a call about each its policy.

A table `kms_keys` is of the service `kms`, and its list is the one whose answer has `Keys`. So a service that is added to
the simulator is read here without a line of its own.
"""

import functools
import pathlib
import sys

from botocore import xform_name
from botocore.exceptions import ClientError

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
from models import folders, wanted  # noqa: E402

# How the simulator refuses a call that is wanted one day, and that nobody makes yet.
NOT_SIMULATED = {"InvalidAction", "UnknownOperationException"}


def plain(tables, by_hand):
    """The tables of services that are not read by hand: by service, what their things are called."""
    found = {}
    for table in sorted(tables):
        service, _, things = table.partition("_")
        if things and service in folders() and service not in by_hand:
            found.setdefault(service, []).append(things)
    return found


def list_of(client, things):
    """The list call that gives these things, and the member of its answer: the shortest name that ends as theirs."""
    found = []
    for method in sorted(map(xform_name, client.meta.service_model.operation_names)):
        for key in client.get_paginator(method).result_keys if client.can_paginate(method) else []:
            name = xform_name(key.expression)
            if f"_{name}".endswith(f"_{things}"):
                found.append((len(name), method, key.expression))
    if not found:
        raise RuntimeError(f"boto3 knows no list of {things}: read them in reads_the_simulator.py")
    return min(found)[1:]


@functools.cache
def policy_calls(service, model):
    """The wanted calls that answer a policy as text: each with the inputs that it must have and the policy's member."""
    found = []
    for name in wanted()[service]:
        operation = model.operation_model(name)
        answered = operation.output_shape.members.items() if operation.output_shape else []
        policies = [it for it, shape in answered if "Policy" in it and shape.type_name == "string"]
        needed = set(operation.input_shape.required_members) if operation.input_shape else set()
        if policies and needed:
            found.append((xform_name(name), needed, policies[0]))
    return found


class PlainServices:
    """The part of a census that needs to know no service."""

    def plain_service(self, client, service, tables):
        for things in tables:
            method, key = list_of(client, things)
            for item in self.pages_of(client, method, key):
                calls = [it for it in policy_calls(service, client.meta.service_model) if it[1] <= set(item)]
                # What can have no policy is no resource of truth.
                self.found(f"{service}_{things}", arn_of(item, things) if calls else None)
                for call, needed, member in calls:
                    self.policy_of(getattr(client, call), {name: item[name] for name in needed}, member)

    def policy_of(self, call, arguments, member):
        try:
            answer = self.optional(call, **arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] in NOT_SIMULATED:
                return
            raise
        if policy := answer.get(member):
            self.document(policy)


def arn_of(item, things):
    """The item's own ARN, `Arn` or `FileSystemArn`, among those of keys and the like."""
    return next(value for name, value in item.items() if xform_name(name) in ("arn", f"{things.removesuffix('s')}_arn"))
