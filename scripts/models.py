"""What scripts/calls, scripts/service-data and tests/calls/ share: the wanted calls, and botocore's models of them."""

import functools
import gzip
import os
import pathlib
import re
import typing

import botocore
import botocore.session

ROOT = pathlib.Path(__file__).resolve().parents[1]
WANTED = ROOT / "crates" / "calls" / "data" / "wanted.tsv"
TABLE = ROOT / "crates" / "calls" / "data" / "calls.tsv"
DATA = pathlib.Path(botocore.__file__).parent / "data"
# A model begins with what is known of its service.
HEAD = 10_000


class Borrower(typing.NamedTuple):
    """A service without a model of its own: some calls of another's model, at another host."""

    lender: str
    host: str
    signing_name: str
    # What tells botocore's rules that this host is meant.
    rules: dict
    # The input of each call that botocore's rules add by themselves, as calls.tsv has it.
    header: str = ""


# By the name that the table of calls and the collectors give them. S3 Control's calls about what is not in S3 itself go
# to the hosts of S3 Express and of S3 on Outposts, whose names also sign them and begin their IAM actions.
BORROWERS = {
    "s3expresscontrol": Borrower("s3control", "s3express-control", "s3express", {"UseS3ExpressControlEndpoint": True}),
    "s3outpostscontrol": Borrower(
        "s3control", "s3-outposts", "s3-outposts", {"OutpostId": "op-1"}, "OutpostId^x-amz-outpost-id!"
    ),
    # HealthOmics answers about stores at hosts of their own: control-storage-omics, beside analytics-omics.
    "omicsstorage": Borrower("omics", "omics", "omics", {}),
}


def wanted():
    """The calls that are wanted, by the SDK's name of their service."""
    found = {}
    for line in WANTED.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            service, operation = line.split("\t")
            found.setdefault(service, []).append(operation)
    return {service: sorted(operations) for service, operations in sorted(found.items())}


def sdk_name(service_id):
    """A service's name as its SDK crate has it: of `Config Service`, `config`."""
    return re.sub(" Service$", "", service_id).replace(" ", "").replace("-", "").lower()


@functools.cache
def folders():
    """botocore's names of the services, by the SDK's; those of lenders, by their borrowers'."""
    found = {}
    for folder in sorted(it.name for it in DATA.iterdir() if it.is_dir()):
        newest = max(os.listdir(DATA / folder))
        plain, packed = (DATA / folder / newest / f"service-2.json{ending}" for ending in ("", ".gz"))
        with gzip.open(packed) if packed.exists() else plain.open("rb") as file:
            head = file.read(HEAD).decode(errors="replace")
        if service_id := re.search(r'"serviceId"\s*:\s*"([^"]+)"', head):
            found[sdk_name(service_id[1])] = folder
    return found | {name: found[it.lender] for name, it in BORROWERS.items()}


@functools.cache
def session():
    return botocore.session.get_session()


@functools.cache
def model(service):
    """The newest model of a service, by the SDK's name."""
    return session().get_service_model(folders()[service])


def host(service):
    """How a service's hosts begin."""
    return BORROWERS[service].host if service in BORROWERS else model(service).metadata["endpointPrefix"]


def signing_name(service):
    """The name that a service's signatures are for."""
    if service in BORROWERS:
        return BORROWERS[service].signing_name
    return model(service).metadata.get("signingName", host(service))
