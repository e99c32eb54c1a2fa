"""Policies a second of `orgcensus explain --jsonl`, on one core. Called by scripts/bench.

    explain.py ORGCENSUS [POLICIES]
"""

import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time


def policy(choose):
    """A policy of one to four statements, as services and consoles write them."""
    account, other = (f"{choose.randrange(10**12):012}" for _ in range(2))
    principals = ["*", {"AWS": "*"}, {"AWS": f"arn:aws:iam::{other}:root"}, {"AWS": [account, other]},
                  {"Service": choose.choice(["sns", "s3", "events", "cloudtrail"]) + ".amazonaws.com"}]
    conditions = [{}, {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, {"Bool": {"aws:SecureTransport": "true"}},
                  {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{account}:*"}, "StringEquals": {"aws:SourceAccount": account}},
                  {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"]}},
                  {"StringEqualsIfExists": {"aws:PrincipalAccount": [account, other]}}]
    actions = ["s3:GetObject", ["s3:GetObject", "s3:PutObject", "s3:ListBucket"], "s3:*", "s3:Get*", "*"]
    name = f"arn:aws:s3:::bucket-{choose.randrange(10**6)}"
    statements = []
    for number in range(choose.randint(1, 4)):
        deny = choose.random() < 0.25
        statement = {"Sid": f"Statement{number}", "Effect": "Deny" if deny else "Allow"}
        statement["Principal"] = "*" if deny else choose.choice(principals)
        statement["Action"] = "s3:*" if deny else choose.choice(actions)
        statement["Resource"] = [name, f"{name}/*"]
        condition = choose.choice(conditions)
        if deny:
            condition = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
                         "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}
        if condition:
            statement["Condition"] = condition
        statements.append(statement)
    return {"Version": "2012-10-17", "Statement": statements}


def measure(binary, count):
    """Policies a second, from a file to a file, of one thread."""
    choose = random.Random(1)
    accounts = [f"{choose.randrange(10**12):012}" for _ in range(100)]
    context = {"resource_account": accounts[0], "org_ids": ["o-a1b2c3d4e5"], "org_accounts": accounts, "service": "s3"}
    made = [policy(choose) for _ in range(min(count, 10_000))]
    with tempfile.TemporaryDirectory(prefix="orgcensus-bench-") as folder:
        lines = os.path.join(folder, "lines.jsonl")
        with open(lines, "w", encoding="utf-8") as file:
            for number, document in zip(range(count), itertools.cycle(made)):
                file.write(json.dumps({"id": number, "policy": document, "context": context}) + "\n")
        answers = os.path.join(folder, "answers.jsonl")
        with open(answers, "wb") as file:
            process = subprocess.Popen([binary, "explain", "--jsonl", lines], stdout=file)
            start = time.monotonic()
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - start
        with open(answers, "rb") as file:
            answered = sum(1 for line in file if b'"public":' in line)
        megabytes = os.path.getsize(lines) / 1e6
    if status != 0 or answered != count:
        sys.exit(f"{answered} of {count} policies were answered")
    cpu = usage.ru_utime + usage.ru_stime
    print(f"{count} policies, {megabytes:.0f} MB: {wall:.2f} s, {cpu:.2f} s of CPU, {count / cpu:,.0f} policies a second "
          f"of one core, peak {usage.ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    measure(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 200_000)
