"""Inputs of calls, made from botocore's models: as boto3 takes them, and as the crate `calls` does, on the wire."""

import base64
import datetime

from botocore.serialize import create_serializer

# All that some encoding must mind. A header holds no é.
TEXT = "a/b c+é:*~%<&>'\""
HEADER_TEXT = "a/b c+:*~%<&>'\""
ACCOUNT = "111122223333"
OUTPOST = "op-01ac5d28a6a232904"
MOMENT = datetime.datetime(2026, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc)
PAIR = (1, 2)
NUMBERS = {"integer": 7, "long": 7_000_000_000, "float": 1.5, "double": 0.25}
SCALARS = NUMBERS | {"blob": b"\x00\xfe?>", "timestamp": MOMENT}


def filled(shape, only_required=False):
    """Everything that a structure can hold, as boto3 takes it; two of each list and map."""
    names = shape.required_members if only_required else list(shape.members)
    values = {name: value(shape.members[name], (), name) for name in names}
    return {name: it for name, it in values.items() if it is not None}


def value(shape, above, hint):
    """A value of a shape. None where the shape is within itself."""
    if shape.name in above:
        return None
    above = (*above, shape.name) if shape.type_name in ("structure", "list", "map") else above
    if shape.type_name == "structure":
        if getattr(shape, "is_document_type", False):
            return {TEXT: [1, True, {"x": TEXT}]}
        members = {name: value(it, above, name) for name, it in shape.members.items()}
        return {name: it for name, it in members.items() if it is not None}
    if shape.type_name == "list":
        items = [value(shape.member, above, f"{hint}{it}") for it in PAIR]
        return items if None not in items else None
    if shape.type_name == "map":
        inner = value(shape.value, above, hint)
        return None if inner is None else {f"{TEXT}{it}": inner for it in PAIR}
    if shape.type_name == "boolean":
        return len(hint) % 2 == 0
    return SCALARS[shape.type_name] if shape.type_name in SCALARS else text(shape, hint)


def text(shape, hint):
    if shape.serialization.get("hostLabel"):
        return ACCOUNT
    if shape.serialization.get("location") == "header":
        return HEADER_TEXT + hint
    return TEXT + hint


class Wire:
    """How a protocol writes what boto3 takes."""

    def __init__(self, protocol):
        self.protocol = protocol
        self.serializer = create_serializer(protocol, include_validation=False)

    def input(self, shape, values):
        """Values of an input, and of a structure within it."""
        named = {self.name(name, shape.members[name]): (shape.members[name], it) for name, it in values.items()}
        return {name: self.value(member, it) for name, (member, it) in named.items()}

    def name(self, name, shape):
        """Headers are asked for by the member's name, all else by that on the wire."""
        if shape.serialization.get("location") == "header":
            return name
        wire = shape.serialization.get("name", name)
        if self.protocol == "ec2":
            return shape.serialization.get("queryName") or wire[:1].upper() + wire[1:]
        if self.protocol == "query" and shape.type_name == "list" and shape.serialization.get("flattened"):
            return shape.member.serialization.get("name", wire)
        return wire

    def value(self, shape, it):
        if shape.type_name == "structure" and not getattr(shape, "is_document_type", False):
            return self.input(shape, it)
        if shape.type_name == "list":
            return self.list(shape, [self.value(shape.member, inner) for inner in it])
        if shape.type_name == "map":
            return self.map(shape, {name: self.value(shape.value, inner) for name, inner in it.items()})
        if shape.type_name == "timestamp":
            return self.moment(shape, it)
        return base64.b64encode(it).decode() if shape.type_name == "blob" else it

    def list(self, shape, items):
        if self.protocol == "query" and not shape.serialization.get("flattened"):
            return {shape.member.serialization.get("name", "member"): items}
        return items

    def map(self, shape, entries):
        if self.protocol != "query":
            return entries
        key, inner = (it.serialization.get("name", name) for it, name in ((shape.key, "key"), (shape.value, "value")))
        entries = [{key: name, inner: it} for name, it in entries.items()]
        return entries if shape.serialization.get("flattened") else {"entry": entries}

    def moment(self, shape, it):
        """As text in a query and in XML, as a number in JSON, or as the model has it."""
        places = {"querystring": "iso8601", "uri": "iso8601", "header": "rfc822"}
        usual = places.get(shape.serialization.get("location"), self.serializer.TIMESTAMP_FORMAT)
        return self.serializer._convert_timestamp_to_str(it, shape.serialization.get("timestampFormat", usual))
