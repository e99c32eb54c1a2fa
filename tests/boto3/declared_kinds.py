"""Kinds that the collectors declare in a few lines: boto3 makes the calls that the declarations name.

Lists, inputs and ARNs are taken from the declarations; how calls are made, paged and parsed is boto3's. A list that boto3
cannot page, or an answer that it cannot parse, is a fault of the simulator.
"""

import pathlib
import re
import sys
from dataclasses import dataclass, field

from botocore import xform_name

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
from models import folders  # noqa: E402

PAGE = 3
STRING = r'"((?:[^"\\]|\\.)*)"'


@dataclass
class Asked:
    """A call: its service, operation, inputs as on the wire, and where what is asked for is in the answer."""

    service: str
    operation: str
    inputs: list
    path: str


@dataclass
class Kind:
    """A kind: its lists, one below the other, what is asked of each item, and where its ARN is."""

    lists: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    arn: str = ""
    is_once: bool = False
    # Its list is of other things: some do not name it, and several may name the same.
    is_named_by_items: bool = False


def arguments(text, start):
    """What is between the bracket that opens at `start` and the one that closes it."""
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] in "([") - (text[at] in ")]")
        if depth == 0:
            return text[start + 1 : at]
    raise ValueError(f"a bracket that nobody closes: {text[start : start + 80]}")


def call(text, position, is_policy):
    """The call that begins at a word `list(` or `policy(`."""
    inside = arguments(text, position)
    words = re.findall(STRING, inside)
    pairs = re.findall(rf"\({STRING}, (Of|Text|Arn|Flag)(?:\({STRING}\)|\((true)\))?\)", inside)
    inputs = [(name, how, value) for name, how, value, _ in pairs]
    return Asked(words[0], words[1], inputs, words[-1] if is_policy else words[2])


def declared():
    """Every kind that is declared as a list; those of which each account and region has one have no lists."""
    kinds = []
    for path in sorted((ROOT / "crates/collectors/src").glob("*.rs")):
        text = path.read_text(encoding="utf-8")
        if "listed_collectors! {" not in text or path.name == "listed.rs":
            continue
        for begin in re.finditer(r"= listed\(", text):
            end = text.index(";", begin.end())
            block = text[begin.start() : end]
            kind = Kind(arn=re.search(rf"\.arn\(\s*{STRING}", block)[1], is_once=".once" in block)
            kind.is_named_by_items = ".named_by_items" in block
            for word in re.finditer(r"\b(list|policy)\(", block):
                into = kind.asked if word[1] == "policy" else kind.lists
                into.append(call(block, word.end() - 1, word[1] == "policy"))
            kinds.append(kind)
    return kinds


KINDS = declared()
SERVICES = sorted({(kind.lists or kind.asked)[0].service for kind in KINDS})


def member(shape, wire):
    """A structure's member by its name on the wire."""
    return next(name for name, it in shape.members.items() if wire in (name, it.serialization.get("name")))


def at(shape, value, path):
    """What is at a path of an answer as boto3 has parsed it: the path has the names on the wire."""
    for step in path.split("."):
        if value is None:
            return None
        name = member(shape, step)
        shape, value = shape.members[name], value.get(name)
    return value


class DeclaredKinds:
    """The part of a census that reads what collectors declare."""

    def declared_kinds(self, aws, service, region):
        for kind in KINDS:
            first = (kind.lists or kind.asked)[0]
            if first.service == service and (not kind.is_once or region == "us-east-1"):
                self.declared_kind(aws, kind, region)

    def declared_kind(self, aws, kind, region):
        client = lambda service: aws.client(folders()[service], region)  # noqa: E731
        items = [()]
        shape = None
        for listed in kind.lists:
            used = client(listed.service)
            model = used.meta.service_model.operation_model(listed.operation)
            items = [above + ((it, model),) for above in items for it in self.items(used, model, listed, above)]
            shape = model.output_shape.members[member(model.output_shape, listed.path)].member
        seen = set()
        for above in items:
            arn = self.arn(kind, above, shape, region)
            if kind.is_named_by_items and (not arn or arn in seen):
                continue
            seen.add(arn)
            if kind.lists:
                self.found("other_resources", arn)
            for asked in kind.asked:
                self.held(client(asked.service), asked, above, arn)
            # Where its one call is refused there is nothing.
            self.arns.add(arn)

    def items(self, client, model, listed, above):
        given = self.given(model, listed, above, None)
        name = member(model.output_shape, listed.path)
        if client.can_paginate(xform_name(listed.operation)):
            return list(self.pages_of(client, xform_name(listed.operation), name, **given))
        return self.pages_by_hand(client, model, name, given)

    def pages_by_hand(self, client, model, name, given):
        """Of a list that boto3 does not page itself."""
        tokens = [it for it in model.output_shape.members if it.lower() in ("nexttoken", "nextmarker", "nextpagetoken")]
        inputs = {it.lower(): it for it in model.input_shape.members}
        found, page = [], getattr(client, xform_name(model.name))(**given)
        while True:
            found += page.get(name, [])
            token = next((page[it] for it in tokens if page.get(it)), None)
            if not token:
                return found
            into = next(inputs[it] for it in ("nexttoken", "nextmarker", "pagetoken") if it in inputs)
            page = getattr(client, xform_name(model.name))(**given, **{into: token})

    def given(self, model, asked, above, arn):
        given = {}
        for name, how, value in asked.inputs:
            name = member(model.input_shape, name)
            if how == "Of":
                up = len(value) - len(value.lstrip("^"))
                given[name] = self.of(above[-1 - up], value.lstrip("^"))
            else:
                given[name] = {"Text": value, "Arn": arn, "Flag": True}[how]
        # Cognito demands the size of a page.
        needed = (name for name in model.input_shape.required_members if name not in given) if model.input_shape else ()
        return given | dict.fromkeys(needed, PAGE)

    def of(self, item, path):
        """The member at a path of an item; the item knows the list that it is of."""
        value, _ = item
        for step in path.split("."):
            value = value.get(step, value.get(step[:1].upper() + step[1:])) if isinstance(value, dict) else None
        return value

    def arn(self, kind, above, shape, region):
        if kind.lists and "{" not in kind.arn:
            return at(shape, above[-1][0], kind.arn)
        service, rest = kind.arn.split(":", 1)
        paths = re.findall(r"\{([^}]+)\}", rest)
        for path in paths:
            up = len(path) - len(path.lstrip("^"))
            rest = rest.replace(f"{{{path}}}", str(self.of(above[-1 - up], path.lstrip("^"))))
        return f"arn:aws:{service}:{region}:{self.account_id}:{rest}"

    def held(self, client, asked, above, arn):
        """A policy, or those with whom an item is shared."""
        model = client.meta.service_model.operation_model(asked.operation)
        answer = self.optional(getattr(client, xform_name(asked.operation)), **self.given(model, asked, above, arn))
        found = at(model.output_shape, answer, asked.path) if answer else None
        if isinstance(found, str) and found.lstrip().startswith("{"):
            self.document(found)
