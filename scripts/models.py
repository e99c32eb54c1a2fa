"""What scripts/calls, scripts/service-data and tests/calls/ share: the wanted calls, and botocore's models of them."""

import functools
import gzip
import os
import pathlib
import re

import botocore
import botocore.session

ROOT = pathlib.Path(__file__).resolve().parents[1]
WANTED = ROOT / "crates" / "calls" / "data" / "wanted.tsv"
TABLE = ROOT / "crates" / "calls" / "data" / "calls.tsv"
DATA = pathlib.Path(botocore.__file__).parent / "data"
# A model begins with what is known of its service.
HEAD = 10_000


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
    """botocore's names of the services, by the SDK's."""
    found = {}
    for folder in sorted(it.name for it in DATA.iterdir() if it.is_dir()):
        newest = max(os.listdir(DATA / folder))
        plain, packed = (DATA / folder / newest / f"service-2.json{ending}" for ending in ("", ".gz"))
        with gzip.open(packed) if packed.exists() else plain.open("rb") as file:
            head = file.read(HEAD).decode(errors="replace")
        if service_id := re.search(r'"serviceId"\s*:\s*"([^"]+)"', head):
            found[sdk_name(service_id[1])] = folder
    return found


@functools.cache
def session():
    return botocore.session.get_session()


@functools.cache
def model(service):
    """The newest model of a service, by the SDK's name."""
    return session().get_service_model(folders()[service])
