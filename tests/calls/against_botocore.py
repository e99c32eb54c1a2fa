"""What the crate `calls` says and hears, beside botocore: requests, hosts, errors, and the names of what is read.

    cargo build --release --examples
    venv/bin/python tests/calls/against_botocore.py --calls target/release/examples/calls \\
        --names target/release/examples/names

No SDK checks the declared calls when they are compiled, so this does: every call of the table is made by both, and
every name that a collector reads is looked up in the model of the answer. Prints one line a check, then "N passed, M
failed".
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "moto"), str(TESTS.parent / "scripts")]
import endpoints  # noqa: E402
import errors  # noqa: E402
import names  # noqa: E402
import sent  # noqa: E402
from harness import Checks  # noqa: E402
from models import BORROWERS, TABLE, model, wanted  # noqa: E402

# The SDK's crate makes S3's calls: its hosts are the buckets'.
NO_HOSTS = {"s3"}
SHOWN = 12


class Calls:
    """The binary under test: it answers a line of JSON with a line of JSON."""

    def __init__(self, binary):
        self.binary = binary

    def ask(self, questions):
        text = "".join(json.dumps(it) + "\n" for it in questions)
        done = subprocess.run([self.binary], input=text, capture_output=True, text=True)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        if done.returncode != 0 or len(answers) != len(questions):
            how = f"exit code {done.returncode}: {done.stderr[-2000:]}"
            raise RuntimeError(f"{len(answers)} answers to {len(questions)} questions, {how}")
        return answers


def protocols():
    """The protocol that the table has each service speak, as botocore calls it."""
    lines = (it.split("\t") for it in TABLE.read_text(encoding="utf-8").splitlines() if it.startswith("service\t"))
    return {it[1]: "json" if it[3].startswith("json") else it[3] for it in lines}


def all_calls():
    return [(service, operation) for service, operations in wanted().items() for operation in operations]


def none_differ(checks, what, differences):
    more = [f"… {len(differences)} in all"] if len(differences) > SHOWN else []
    checks.true(what, not differences, "\n     ".join(differences[:SHOWN] + more))


def requests(checks, calls):
    spoken = protocols()
    made = [(call, it) for call in all_calls() for it in sent.questions(*call, spoken[call[0]])]
    answers = calls.ask([question for _, (question, _) in made])
    differences, counted = [], collections.Counter()
    for ((service, operation), (_, expected)), answer in zip(made, answers, strict=True):
        counted[spoken[service]] += 1
        if why := sent.differences(expected, answer, spoken[service]):
            differences.append(f"{service}:{operation}: {why}")
    counts = ", ".join(f"{count} {name}" for name, count in sorted(counted.items()))
    none_differ(checks, f"requests of {len(all_calls())} calls, with every input and with few ({counts})", differences)


def requests_of_borrowers(checks, calls):
    """The rules that choose a borrower's host add headers, which no serializer writes: here clients send."""
    spoken, made = protocols(), []
    for service in BORROWERS:
        _, client = next(endpoints.clients(service))
        for operation in wanted()[service]:
            values, request = endpoints.sent_by(client, service, operation)
            call = model(service).operation_model(operation)
            question = sent.question(service, call, values, spoken[service])
            made.append((service, operation, question, sent.of_client(request, spoken[service])))
    answers = calls.ask([question for _, _, question, _ in made])
    differences = [
        f"{service}:{operation}: {why}"
        for (service, operation, _, expected), answer in zip(made, answers, strict=True)
        if (why := sent.differences(expected, answer, spoken[service]))
    ]
    none_differ(checks, f"requests of services that borrow a model, as clients send them ({len(made)})", differences)


def refusals(checks, calls):
    spoken = protocols()
    asked = [it for call in all_calls() for it in sent.refusals(*call, spoken[call[0]])]
    taken = [json.dumps(it) for it, answer in zip(asked, calls.ask(asked), strict=True) if "error" not in answer]
    none_differ(checks, f"inputs that are refused: misspelt, or missing ({len(asked)})", taken)


def services():
    return {service: operations for service, operations in wanted().items() if service not in NO_HOSTS}


def hosts_by_rules(checks, calls):
    compared = []
    for service, operations in services().items():
        operation = next(it for it in operations if f"{service}:{it}" not in endpoints.OTHER_HOSTS)
        for where, host in endpoints.by_rules(service, endpoints.prefix_of(service, operation)):
            compared.append((endpoints.question(service, *where, operation), host))
    compare_hosts(checks, f"hosts and signatures of {len(services())} services by botocore's rules", calls, compared)


def hosts_by_clients(checks, calls):
    compared, others, clients = [], set(), 0
    for service, operations in services().items():
        for where, client in endpoints.clients(service):
            clients += 1
            for operation in operations:
                if (name := f"{service}:{operation}") not in endpoints.OTHER_HOSTS:
                    host = endpoints.by_client(client, service, operation)
                    compared.append((endpoints.question(service, *where, operation), host))
                elif not any(where[1:]):
                    question = endpoints.question(service, *where, operation)
                    if endpoints.by_client(client, service, operation) != endpoints.of_ours(calls.ask([question])[0]):
                        others.add(name)
    compare_hosts(checks, f"hosts and signatures of all calls by {clients} clients of botocore", calls, compared)
    checks.equal(f"calls that clients send to other hosts ({len(others)})", endpoints.OTHER_HOSTS, others)


def compare_hosts(checks, what, calls, compared):
    answers = map(endpoints.of_ours, calls.ask([question for question, _ in compared]))
    rows = zip(compared, answers, strict=True)
    found = [f"{json.dumps(it)}: botocore {theirs}, ours {ours}" for (it, theirs), ours in rows if theirs != ours]
    none_differ(checks, f"{what} ({len(compared)})", found)


def refused_answers(checks, calls):
    answers = calls.ask([errors.question(it) for it in errors.CASES])
    for case, answer in zip(errors.CASES, answers, strict=True):
        service, protocol, _, _, body = case
        what = f"error of {service} ({protocol}, {len(body)} bytes)"
        checks.equal(what, errors.of_botocore(case), errors.of_ours(answer))


def read_names(checks, binary):
    spoken = protocols()
    read = json.loads(subprocess.run([binary], check=True, capture_output=True, text=True).stdout)["names"]
    known = set(all_calls())
    unknown = [f"{it['service']}:{it['operation']}" for it in read if (it["service"], it["operation"]) not in known]
    none_differ(checks, f"declared calls that are in the table ({len(read)})", unknown)
    read = [it for it in read if (it["service"], it["operation"]) in known]
    count = sum(len(it["paths"]) for it in read)
    found = [
        why for it in read for why in names.wrong(it["service"], it["operation"], spoken[it["service"]], it["paths"])
    ]
    none_differ(checks, f"names that are read and that the models have ({count})", found)
    none = [f"{it['service']}:{it['operation']}" for it in read if not it["paths"]]
    checks.true("declared calls that read names", read and len(none) < len(read), none)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", required=True, help="the example `calls` of the crate of that name")
    parser.add_argument("--names", help="the example `names` of the collectors")
    arguments = parser.parse_args()
    checks, calls = Checks(), Calls(arguments.calls)
    for part in (requests, requests_of_borrowers, refusals, hosts_by_rules, hosts_by_clients, refused_answers):
        checks.run(part.__name__, lambda part=part: part(checks, calls))
    if arguments.names:
        checks.run("names", lambda: read_names(checks, arguments.names))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
