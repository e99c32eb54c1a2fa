"""Requests: what the crate `calls` sends, and what botocore does."""

import json
import urllib.parse
from xml.etree import ElementTree

from botocore.awsrequest import prepare_request_dict
from botocore.serialize import create_serializer
from inputs import OUTPOST, Wire, filled
from models import BORROWERS, model

# What no model says and a service wants all the same.
MORE_HEADERS = {"x-amz-glacier-version", "x-amz-content-sha256"}
# What is of one signature alone.
OF_SIGNATURES = {"x-amz-content-sha256", "x-amz-date"}


def questions(service, operation, protocol):
    """A call with every input, and with what it needs alone: the question, and botocore's request."""
    call = model(service).operation_model(operation)
    for only_required in (False, True):
        values = filled(call.input_shape, only_required) if call.input_shape else {}
        expected = create_serializer(protocol, include_validation=False).serialize_to_request(values, call)
        expected["headers"] |= {header: OUTPOST for _, header in by_rules(service)}
        yield question(service, call, values, protocol), of_botocore(expected, protocol)


def question(service, call, values, protocol):
    """What the crate is asked, of values as boto3 takes them."""
    wire = Wire(protocol).input(call.input_shape, values) if call.input_shape else {}
    wire |= {name: OUTPOST for name, _ in by_rules(service)}
    return {"request": {"service": service, "operation": call.name, "input": wire}}


def by_rules(service):
    """The input that botocore's rules give to each call of a borrower, and its header."""
    header = BORROWERS[service].header if service in BORROWERS else ""
    return [header.removesuffix("!").split("^")] if header else []


def refusals(service, operation, protocol):
    """Inputs that must not be sent: one that is misspelt, and none where some are needed."""
    call = model(service).operation_model(operation)
    values = filled(call.input_shape, only_required=True) if call.input_shape else {}
    misspelt = question(service, call, values, protocol)
    misspelt["request"]["input"]["Misspelt"] = "x"
    yield misspelt
    if values:
        yield {"request": {"service": service, "operation": operation, "input": {}}}


def of_botocore(request, protocol):
    body = request["body"]
    prepare_request_dict(request, endpoint_url="https://host")
    headers = {name.lower(): str(it) for name, it in request["headers"].items() if name.lower() != "user-agent"}
    if isinstance(body, dict):
        body = urllib.parse.urlencode({name: str(it) for name, it in body.items()})
    body = body.decode() if isinstance(body, bytes) else body
    url = urllib.parse.urlsplit(request["url"])
    return comparable(protocol, request["method"], f"{url.path}?{url.query}", headers, body)


def of_client(request, protocol):
    """A request as a client of botocore has signed it."""
    text = lambda it: it.decode() if isinstance(it, bytes) else it  # noqa: E731
    headers = {name.lower(): text(it) for name, it in request.headers.items()}
    headers = {name: it for name, it in headers.items() if name.startswith("x-amz-") and name not in OF_SIGNATURES}
    url = urllib.parse.urlsplit(request.url)
    return comparable(protocol, request.method, f"{url.path}?{url.query}", headers, text(request.body) or "")


def of_ours(answer, protocol, expected):
    """An answer as botocore's request. Headers that the model does not set and that are not AWS's may be there."""
    headers = {name.lower(): it for name, it in answer["headers"].items()}
    wanted = expected["headers"]
    is_compared = lambda name: name in wanted or name.startswith("x-amz") and name not in MORE_HEADERS  # noqa: E731
    headers = {name: it for name, it in headers.items() if is_compared(name)}
    return comparable(protocol, answer["method"], answer["uri"], headers, answer.get("body") or "")


def comparable(protocol, method, uri, headers, body):
    """A request without what may differ: the order of a query, how a character is escaped, blanks in JSON."""
    path, _, query = uri.partition("?")
    if "content-type" in headers:
        headers["content-type"] = headers["content-type"].partition(";")[0]
    return {
        "method": method,
        "path": [urllib.parse.unquote(it) for it in path.split("/")],
        "query": sorted(urllib.parse.parse_qsl(query, keep_blank_values=True)),
        "headers": headers,
        "body": parsed(protocol, method, body),
    }


def parsed(protocol, method, body):
    if protocol in ("query", "ec2"):
        return sorted(urllib.parse.parse_qsl(body, keep_blank_values=True))
    if method == "GET" or not body:
        return body
    if protocol == "rest-xml":
        return ElementTree.canonicalize(body)
    return json.loads(body)


def differences(expected, answer, protocol):
    """What differs, as text; none if nothing does."""
    if "error" in answer:
        return f"refused: {answer['error']}"
    found = of_ours(answer, protocol, expected)
    different = [it for it in expected if expected[it] != found[it]]
    return "; ".join(f"{it}: botocore {expected[it]!r}, ours {found[it]!r}" for it in different)
