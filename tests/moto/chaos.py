"""A crawl of moto through a proxy that breaks every fifth answer leaves the lake of a crawl without it, row for row.

    python -m venv venv && venv/bin/pip install -r tests/requirements.txt
    venv/bin/python tests/moto/chaos.py --orgcensus target/release/orgcensus

The proxy is microburst: it knows AWS's protocols, so a throttled call is refused in its own service's words, an answer
ends in its middle, a connection is reset. The same organization is crawled in the same moment with and without it.
Prints one line a check, then "N passed, M failed".
"""

import collections
import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

from crawl_equals_boto3 import IN_SOME_REGIONS, KEYS, NOT_COMPLETE
from harness import Aws, Orgcensus, free_port, main, moto, stopped_at_the_end, wait_for
from populate import CONFIGURATION, populate
from unimplemented import OF_ITEMS

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "kill"))
from lake import difference, tables  # noqa: E402

SEED = 1
ATTEMPTS = 10
# moto counts the crawl's own entering of an account as a use of its role.
OWN_DOING = [f"{whose}last_used_{what}" for whose in ("", "role_") for what in ("at", "days", "region")]

# How each service says that it was asked too often: by the name in its signatures, the code and the status.
THROTTLED = {
    "ec2": ("RequestLimitExceeded", 503),
    "ecr": ("ThrottlingException", 400),
    "iam": ("Throttling", 400),
    "identitystore": ("ThrottlingException", 400),
    "kms": ("ThrottlingException", 400),
    "lambda": ("TooManyRequestsException", 429),
    "organizations": ("TooManyRequestsException", 400),
    "s3": ("SlowDown", 503),
    "secretsmanager": ("ThrottlingException", 400),
    "sns": ("Throttling", 400),
    # By its status: the code would come as AWS.SimpleQueueService.ThrottlingException, which AWS does not say.
    "sqs": ("ThrottlingException", 503),
    "sso": ("ThrottlingException", 400),
    "sts": ("Throttling", 400),
}

# What happens, and by which rule. A request goes down this list, and each rule throws its own dice; the first that hits
# is what happens to it.
RULES = [
    *(
        ("throttled", {"service": service, "probability": 0.1, "error": {"code": code, "status": status}})
        for service, (code, status) in THROTTLED.items()
    ),
    ("failed", {"service": "*", "probability": 0.03, "error": {"code": "InternalFailure", "status": 500}}),
    ("failed", {"service": "*", "probability": 0.02, "error": {"code": "ServiceUnavailable", "status": 503}}),
    ("reset", {"service": "*", "probability": 0.01, "reset": True}),
    ("cut", {"service": "*", "probability": 0.01, "response": {"abort_frac": 0.5}}),
    ("slow", {"service": "*", "probability": 0.03, "latency": {"min": 50, "max": 400}}),
]

# It has no option for a seed; its dice are those of Python's module.
PROXY = "import random, sys; from microburst.cli import main; random.seed(int(sys.argv.pop(1))); sys.exit(main())"


@contextlib.contextmanager
def microburst(upstream, folder, seed):
    """The proxy on a free port: its URL."""
    port = free_port()
    path = pathlib.Path(folder) / "faults.yaml"
    path.write_text(json.dumps({"upstream": upstream, "port": port, "rules": [rule for _, rule in RULES]}))
    with tempfile.TemporaryFile() as log:
        line = [sys.executable, "-c", PROXY, str(seed), "--config", str(path)]
        with stopped_at_the_end(subprocess.Popen(line, stdout=log, stderr=log)) as process:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/_microburst/health", process, log)
            yield url


def ask(proxy, what):
    with urllib.request.urlopen(f"{proxy}/_microburst/{what}", timeout=60) as answer:
        return json.loads(answer.read())


def kind(event):
    """What a line of the log is an instance of: rules are numbered from 1."""
    return RULES[event["rule_id"] - 1][0]


def crawl(checks, what, census, captured_at):
    """Crawls and publishes: the tables, as JSON texts."""
    census.lake.mkdir()
    # moto's failing calls would be tried ten times, and their end would be chance.
    ends = NOT_COMPLETE | IN_SOME_REGIONS | {collector: ("partial", *end) for collector, end in OF_ITEMS.items()}
    excluded = [collector for collector, (_, _, code) in ends.items() if code == "HTTP500"]
    census.environment["ORGCENSUS_AWS__MAX_ATTEMPTS"] = str(ATTEMPTS)
    configuration = f"{CONFIGURATION}exclude_collectors = {json.dumps(excluded)}\n"
    start = time.monotonic()
    code, said = census.crawl(configuration, "--captured-at", str(captured_at))
    checks.true(f"{what}: published in {time.monotonic() - start:.0f} s", code in (0, 3), f"exit code {code}: {said}")
    lake = census.lake / "lake"
    (commit,) = (lake / "_commits").glob("*.json")
    return tables(lake, json.loads(commit.read_text()), OWN_DOING)


def compare_fired(checks, census, proxy):
    """The faults did happen, of each kind, and the crawl met them."""
    requests, fired = ask(proxy, "health")["requests_seen"], ask(proxy, "fired?limit=1000000")
    kinds = collections.Counter(map(kind, fired))
    share = len(fired) / requests
    checks.true(f"{len(fired)} of {requests} requests met a fault: {dict(kinds)}", 0.12 < share < 0.3, f"{share:.3f}")
    checks.equal("every kind of fault was fired", {what for what, _ in RULES}, set(kinds))
    throttled = {event["service"] for event in fired if kind(event) == "throttled"}
    # A service that is asked twenty times may be spared; of a hundred calls one is throttled, but in one run of 37,000.
    usage = census.query("SELECT service, CAST(SUM(calls) AS BIGINT) AS calls FROM api_usage GROUP BY service")
    busy = {row["service"] for row in usage if row["calls"] >= 100} & set(THROTTLED)
    named = f"throttled services: {', '.join(sorted(throttled))}, {', '.join(sorted(busy))} among them"
    checks.true(named, busy and busy <= throttled and len(throttled) >= len(THROTTLED) // 2, f"busy: {busy}")
    # An answer without a body cannot be cut.
    broken = kinds["throttled"] + kinds["failed"] + kinds["reset"]
    (usage,) = census.query("SELECT CAST(SUM(retries) AS BIGINT) AS retries FROM api_usage")
    checks.true(f"{broken} and more were asked for again: {usage['retries']}", usage["retries"] >= broken)


def compare_one_row_less(checks, expected):
    """The comparison can fail."""
    table = max(expected, key=lambda name: len(expected[name]))
    found = difference(expected, expected | {table: expected[table][:-1]})
    checks.true(f"a row less of {table} is seen", found.startswith(f"{table}: "), found)


def test(checks, binary, folder, seed=SEED):
    folder = pathlib.Path(folder)
    with moto() as url, microburst(url, folder, seed) as proxy:
        populate(Aws(url, *KEYS))
        captured_at = int(time.time() * 1000)
        calm, chaos = (Orgcensus(binary, folder / name, at, KEYS) for name, at in [("calm", url), ("chaos", proxy)])
        expected = crawl(checks, "without the proxy", calm, captured_at)
        found = crawl(checks, "behind faults", chaos, captured_at)
        compare_fired(checks, chaos, proxy)
        different = difference(expected, found)
        rows = sum(map(len, expected.values()))
        checks.true(f"{len(expected)} tables, {rows} rows are equal", rows and not different, different)
        compare_one_row_less(checks, expected)


if __name__ == "__main__":
    main(__doc__, test)
