"""Hosts and signatures: what botocore's rules say, and where botocore's own clients send a call."""

import json
import re

from botocore.config import Config
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError, EndpointResolutionError
from inputs import ACCOUNT, OUTPOST, filled
from models import BORROWERS, DATA, folders, model, session, signing_name

VARIANTS = [(fips, dual) for fips in (False, True) for dual in (False, True)]
# Where a client of botocore is asked for each call: ordinary, opted into, pinned elsewhere, other partitions.
REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-5", "cn-north-1", "us-gov-east-1", "eusc-de-east-1"]
# The whole table of variants, in these alone.
VARIED = {"us-east-1", "us-gov-east-1"}
# Rules want parameters that models give by the call. They are these where a service is asked and no call.
PARAMETERS = {
    "acm": {"ServiceType": "ACM"},
    "s3control": {"AccountId": ACCOUNT, "RequiresAccountId": True},
    "signin": {"IsControlPlane": True},
}
PARAMETERS |= {name: PARAMETERS.get(it.lender, {}) | it.rules for name, it in BORROWERS.items()}
# What clients send elsewhere: to a host of the account's, as the ARN says it. The plain hosts are documented too.
OTHER_HOSTS = {"dynamodb:GetResourcePolicy", "kinesis:GetResourcePolicy", "kinesis:ListStreamConsumers"}


class Sent(Exception):
    """A request that a client was about to send."""

    def __init__(self, request):
        super().__init__(request.url)
        self.request = request


def all_regions():
    with open(DATA / "partitions.json", encoding="utf-8") as file:
        partitions = json.load(file)["partitions"]
    return sorted(it for partition in partitions for it in partition["regions"] if not it.endswith("-global"))


def question(service, region, fips, dual, operation):
    asked = {"service": service, "region": region, "fips": fips, "dual": dual, "operation": operation}
    return {"endpoint": asked}


def by_rules(service, prefix):
    """For all regions and variants: the question's region, FIPS, dual; URL, signing region and name."""
    loader = session().get_component("data_loader")
    rules = loader.load_service_model(folders()[service], "endpoint-rule-set-1")
    provider = EndpointProvider(rules, loader.load_data("partitions"))
    name = signing_name(service)
    for region in all_regions():
        for fips, dual in VARIANTS:
            asked = {"Region": region, "UseFIPS": fips, "UseDualStack": dual, **PARAMETERS.get(service, {})}
            try:
                found = provider.resolve_endpoint(**asked)
            except EndpointProviderError:
                continue
            scheme = next(iter(found.properties.get("authSchemes", [])), {})
            url = found.url.replace("https://", f"https://{prefix}")
            yield (region, fips, dual), (url, scheme.get("signingRegion", region), scheme.get("signingName", name))


def prefix_of(service, operation):
    """What a call's model puts before the host; S3 Control's account is in its rules."""
    prefix = (model(service).operation_model(operation).endpoint or {}).get("hostPrefix", "")
    return "" if "{" in prefix else prefix


def clients(service):
    for region in REGIONS:
        for fips, dual in VARIANTS if region in VARIED else VARIANTS[:1]:
            config = Config(
                use_fips_endpoint=fips,
                use_dualstack_endpoint=dual,
                parameter_validation=False,
                retries={"total_max_attempts": 1},
            )
            keys = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "secret"}
            client = session().create_client(folders()[service], region, config=config, **keys)
            client.meta.events.register("before-send", stop)
            yield (region, fips, dual), client


def names(service, client):
    """Names that have clients send a borrower's calls to its host and not to the lender's."""
    outpost = f"arn:{client.meta.partition}:s3-outposts:{client.meta.region_name}:{ACCOUNT}:outpost/{OUTPOST}"
    in_outpost = {"OutpostId": OUTPOST, "Name": f"{outpost}/accesspoint/x", "Bucket": f"{outpost}/bucket/x"}
    return {"s3expresscontrol": {"Name": "x--use1-az4--xa-s3"}, "s3outpostscontrol": in_outpost}.get(service, {})


def sent_by(client, service, operation):
    """The inputs that a client is given, and the request that it signs; none where it knows no host."""
    shape = model(service).operation_model(operation).input_shape
    values = filled(shape, only_required=True) if shape else {}
    arn = f"arn:{client.meta.partition}:{service}:{client.meta.region_name}:{ACCOUNT}:stream/x"
    values = {name: arn if name.lower().endswith("arn") else it for name, it in values.items()}
    values |= {name: it for name, it in names(service, client).items() if name in shape.members}
    try:
        client._make_api_call(operation, values)
    except Sent as sent:
        return values, sent.request
    except EndpointResolutionError:
        return values, None
    raise RuntimeError(f"{service}:{operation} was answered")


def by_client(client, service, operation):
    """URL, signing region and name of the request that botocore signs; none where it knows no host."""
    request = sent_by(client, service, operation)[1]
    return signed(request) if request else None


def stop(request, **_):
    raise Sent(request)


def signed(request):
    header = request.headers["Authorization"]
    header = header.decode() if isinstance(header, bytes) else header
    _, region, name = re.search(r"Credential=[^/]+/(\d+)/([^/]+)/([^/]+)/", header).groups()
    return "/".join(request.url.split("/")[:3]), region, name


def of_ours(answer):
    if "error" in answer:
        return None
    return answer["url"].rstrip("/"), answer["signing_region"], answer["signing_name"]
