"""Processes that crawl a shard each publish one snapshot, equal to that of a single run, row for row.

    venv/bin/python tests/kill/shards.py --orgcensus target/release/orgcensus --simulator target/release/orgcensus-sim \\
        [--accounts 200] [--shards 4]

Also: the shard's number from AWS Batch's and Kubernetes' variables, a shard that is killed and started again, a missing
one, two publishers at once. Prints one line a check, then "N passed, M failed".
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from lake import HELD, NOT_PUBLISHED, Checks, Place, difference, organization, tables, undisturbed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orgcensus", required=True)
    parser.add_argument("--simulator", required=True)
    parser.add_argument("--accounts", type=int, default=200)
    parser.add_argument("--shards", type=int, default=4)
    arguments = parser.parse_args()
    binary, n, checks = os.path.abspath(arguments.orgcensus), arguments.shards, Checks()
    with organization(arguments.simulator, arguments.accounts) as url:
        expected, _, _ = undisturbed(binary, url)
        stage = Path(tempfile.mkdtemp(prefix="orgcensus-stage-"))
        place = Place(binary, url, stage=stage)
        plan = str(place.folder / "plan.json")
        checks.equal("plan: exit code", 0, place.run("plan", "--out", plan, "--shards", str(n)).code)

        shards = [start(place, plan, shard, n) for shard in range(n)]
        shards[0].until("account")
        shards[0].process.send_signal(signal.SIGSTOP)
        early = place.run("publish", "--plan", plan)
        checks.equal("published too early: exit code", HELD, early.code)
        checks.true("the first shard is killed", shards[0].kill())
        for shard in shards[1:]:
            checks.equal("a shard: exit code", 0, shard.wait().code)
        checks.true("shards share the accounts", sum(shard.accounts() for shard in shards[1:]) < arguments.accounts)

        missing = place.run("publish", "--plan", plan)
        until = time.monotonic() + 60
        while missing.code == HELD and time.monotonic() < until:  # the killed one is taken for dead a moment later
            missing = place.run("publish", "--plan", plan)
        checks.equal("a shard is not finished: exit code", NOT_PUBLISHED, missing.code)
        checks.true("a shard is not finished: it says which", "shard 00000-of-" in missing.err, missing.err)
        again = start(place, plan, 0, n).wait()
        checks.equal("the killed shard again: exit code", 0, again.code)
        # Another machine publishes: it has only what is in the lake.
        shutil.rmtree(stage)

        first, second = place.start("publish", "--plan", plan), place.start("publish", "--plan", plan)
        codes = sorted([first.wait().code, second.wait().code])
        checks.true(f"two publishers: exit codes {codes}", codes in ([0, HELD], [0, 0]), first.err + second.err)
        commits = place.commits()
        checks.equal("one snapshot", 1, len(commits))
        found = difference(expected, tables(place.lake, commits[-1]))
        checks.true(f"{n} shards equal one run", not found, found)
        checks.true("nothing is left", not place.left(), place.left())
        place.remove()
    return checks.end()


def start(place, plan, shard, n):
    """The shard's number in each of the ways in which it can be said."""
    variables = [None, "AWS_BATCH_JOB_ARRAY_INDEX", "JOB_COMPLETION_INDEX"]
    variable = variables[shard % 3]
    if variable is None:
        return place.start("crawl", "--plan", plan, "--shard", f"{shard}/{n}")
    place.program.environment[variable] = str(shard)
    try:
        return place.start("crawl", "--plan", plan)
    finally:
        del place.program.environment[variable]


sys.exit(main())
