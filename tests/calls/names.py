"""Names of answers: each that a collector reads is in the model of the operation's answer, as it is on the wire."""

import re

from models import model

XML = ("query", "ec2", "rest-xml")


class Wrong(Exception):
    """Why a path leads nowhere."""


def of_answer(service, operation):
    """The structure that an answer's body is: a payload's own name is not in it."""
    shape = model(service).operation_model(operation).output_shape
    if shape and (payload := shape.serialization.get("payload")):
        return shape.members[payload]
    return shape


def wrong(service, operation, protocol, paths):
    """The paths that the model does not have, or has otherwise, with the reason."""
    for path in sorted(paths):
        try:
            found = followed(of_answer(service, operation), path, protocol)
        except Wrong as why:
            yield f"{service}:{operation}: {path}: {why}"
            continue
        # In JSON this fails when it is read; in XML the text of the whole list would be taken for a value.
        if protocol in XML and found.type_name in ("list", "map") and not is_within(path, paths):
            yield f"{service}:{operation}: {path}: is a {found.type_name}, and read as one value"


def is_within(path, paths):
    return any(it.startswith((f"{path}[]", f"{path}{{}}")) for it in paths)


def followed(shape, path, protocol):
    """The shape at the end of a path like `A.B[].C`."""
    for step in path.split("."):
        name, inner = re.fullmatch(r"([^\[\]{}]*)((?:\[\]|\{\})*)", step).groups()
        if is_anything(shape):
            return shape
        shape = member(shape, name, protocol)
        for kind in re.findall(r"\[\]|\{\}", inner):
            if is_anything(shape):
                return shape
            if shape.type_name != ("list" if kind == "[]" else "map"):
                raise Wrong(f"{name} is a {shape.type_name}")
            shape = shape.member if kind == "[]" else shape.value
    return shape


def is_anything(shape):
    return getattr(shape, "is_document_type", False)


def member(shape, name, protocol):
    if not shape or shape.type_name != "structure":
        raise Wrong(f"{name} would be in a {shape.type_name}" if shape else "nothing is answered")
    in_body = {name: it for name, it in shape.members.items() if "location" not in it.serialization}
    members = {wire_name(name, it, protocol): it for name, it in in_body.items()}
    if name not in members:
        raise Wrong(f"no {name} among {', '.join(sorted(members))}")
    return members[name]


def wire_name(name, shape, protocol):
    """A flattened list of XML has its items' name."""
    wire = shape.serialization.get("name", name)
    if protocol in XML and shape.type_name == "list" and shape.serialization.get("flattened"):
        return shape.member.serialization.get("name", wire)
    return wire
