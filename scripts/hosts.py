"""The hosts of AWS's services, for scripts/calls: templates of those that are not `https://{host}.{region}.{dns}`.

botocore's rules are asked for every region of every partition. Their answers become as few lines as can be: the most
exact wins of one for all partitions (`*`, as the partition `aws` has it), one for a partition, and one for a region.
"""

import collections
import json
import sys

from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError
from models import BORROWERS, DATA, folders, host, model, session

# FIPS, dual stack.
VARIANTS = {"-": (False, False), "fips": (True, False), "dual": (False, True), "fips+dual": (True, True)}
# The account of services whose hosts begin with it, by botocore's names. Of others that could have one the plain host
# is taken.
ACCOUNT = "123456789012"
ACCOUNT_FIRST = {"s3control"}
# What stands for the host where there is none.
NO_HOST = ("-", "")


def line(*columns):
    return "\t".join(str(it) for it in columns).rstrip("\t")


def partitions():
    """Partitions with their regions; what stands for all regions, `aws-global`, is none."""
    with open(DATA / "partitions.json", encoding="utf-8") as file:
        found = sorted(json.load(file)["partitions"], key=lambda it: it["id"])
    for it in found:
        it["regions"] = sorted(region for region in it["regions"] if not region.endswith("-global"))
    return found


class Hosts:
    """The hosts of one service, and templates of them."""

    def __init__(self, service, operations, known):
        self.service, self.partitions = service, known
        loader = session().get_component("data_loader")
        rules = loader.load_service_model(folders()[service], "endpoint-rule-set-1")
        self.provider = EndpointProvider(rules, loader.load_data("partitions"))
        calls = [model(service).operation_model(it) for it in operations]
        self.fixed = fixed_parameters(calls) | ({"AccountId": ACCOUNT} if has_account(service) else {})
        self.fixed |= BORROWERS[service].rules if service in BORROWERS else {}
        self.prefix = prefix(service, calls)
        self.usual = host(service)
        if not self.of(self.partitions[0]["regions"][0], False, False):
            sys.exit(f"botocore's rules know no host of {service}: they want more than is given")

    def of(self, region, fips, dual):
        """Host and signing region by the rules; none where they refuse."""
        asked = {"Region": region, "UseFIPS": fips, "UseDualStack": dual, **self.fixed}
        known = self.provider.ruleset.parameters
        try:
            found = self.provider.resolve_endpoint(**{name: it for name, it in asked.items() if name in known})
        except EndpointProviderError:
            return None
        schemes = [it for it in found.properties.get("authSchemes", []) if it["name"] == "sigv4"]
        signing = schemes[0].get("signingRegion", region) if schemes else region
        return self.prefix + found.url.removeprefix("https://").replace(ACCOUNT, "{AccountId}"), signing

    def default(self, fips, dual):
        suffix = "{dual}" if dual else "{dns}"
        return f"{self.usual}{'-fips' * fips}.{{region}}.{suffix}", ""

    def lines(self, variant):
        """The lines of one variant: for all partitions, for some, for single regions, where what is wider is wrong."""
        found = {}
        for partition, region in ((it, region) for it in self.partitions for region in it["regions"]):
            if known := self.of(region, *VARIANTS[variant]):
                found[partition["id"], region] = known
        if not found:
            yield self.line(variant, "*", NO_HOST)
            return
        default = self.default(*VARIANTS[variant])
        everywhere = self.most(self.partitions[0], found, default) or default
        if everywhere != default:
            yield self.line(variant, "*", everywhere)
        for partition in self.partitions:
            here = self.most(partition, found, everywhere) or everywhere
            if here != everywhere:
                yield self.line(variant, partition["id"], here)
            for region in partition["regions"]:
                known = found.get((partition["id"], region))
                if known and filled(partition, region, here) != known:
                    yield self.line(variant, region, next(templates(partition, region, known)))

    def line(self, variant, where, template):
        return line("endpoint", self.service, variant, where, *template)

    def most(self, partition, found, first):
        """The template that is right for most regions of a partition: this one, if it is."""
        hosts = {region: host for (where, region), host in found.items() if where == partition["id"]}
        candidates = [first]
        for region, host in hosts.items():
            candidates += templates(partition, region, host)
        right = collections.Counter()
        for it in dict.fromkeys(candidates):
            right[it] = sum(filled(partition, region, it) == host for region, host in hosts.items())
        return right.most_common(1)[0][0] if hosts else None


def fixed_parameters(calls):
    """What the models of most calls tell the rules."""
    found = collections.Counter((it.name, it.value) for call in calls for it in call.static_context_parameters)
    return {name: value for (name, value), count in found.items() if count * 2 > len(calls)}


def has_account(service):
    """Whether the rules of a service want the account."""
    return folders()[service] in ACCOUNT_FIRST


def prefix(service, calls):
    """What the models put before the host; the table can say it of all calls of a service alone."""
    found = {(it.endpoint or {}).get("hostPrefix", "") for it in calls} if not has_account(service) else {""}
    if len(found) == 1 and "{" not in min(found):
        return min(found)
    sys.exit(f"calls of {service} go to hosts that begin with each of {sorted(found)}: calls.tsv cannot say it")


def filled(partition, region, template):
    """A template's host and signing region in a region."""
    outputs = partition["outputs"]
    values = {"region": region, "global": outputs["implicitGlobalRegion"], "AccountId": "{AccountId}"}
    values |= {"dns": outputs["dnsSuffix"], "dual": outputs["dualStackDnsSuffix"]}
    host, signing = template
    return host.format(**values), signing.format(**values) or region


def templates(partition, region, host):
    """Templates of a host and its signing region, the most telling first."""
    outputs = partition["outputs"]
    name, signing = host
    suffixes = {outputs["dualStackDnsSuffix"]: "{dual}", outputs["dnsSuffix"]: "{dns}"}
    suffix = max((it for it in suffixes if name.endswith(f".{it}")), key=len)
    name = name.removesuffix(f".{suffix}")
    regions = {"{region}": region, "{global}": outputs["implicitGlobalRegion"]}
    for word, value in regions.items():
        if name.endswith(f".{value}") and signing == value:
            yield f"{name.removesuffix(value)}{word}.{suffixes[suffix]}", "" if word == "{region}" else word
    for word, value in regions.items():
        if signing == value:
            yield f"{name}.{suffixes[suffix]}", "" if word == "{region}" else word
    yield f"{name}.{suffixes[suffix]}", signing
