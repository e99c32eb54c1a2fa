"""A reader through the commits never sees a mixture, a gap or a double, whatever happens to those that publish.

    venv/bin/python tests/kill/publish.py --orgcensus target/release/orgcensus --simulator target/release/orgcensus-sim \\
        [--publishes 200] [--kills 50] [--seed 1]

Runs of one organization publish on one date, one after the other; some are killed while they publish and resumed, some
meet a second publisher. Meanwhile two readers ask without pause: one goes by the commits and manifests and compares every
row, the other is `orgcensus query`. Prints one line a check, then "N passed, M failed".
"""

import argparse
import hashlib
import json
import os
import sys
import threading
import time

import duckdb
from lake import HELD, Checks, Place, dice, difference, organization, tables, undisturbed

ACCOUNTS = 3
# The columns that say whose rows these are, in every table.
WHOSE = "SELECT COUNT(*) AS n, COUNT(DISTINCT run_id) AS runs, MIN(run_id) AS run_id FROM {table}"


class Reader(threading.Thread):
    """Reads the newest snapshot again and again until it is told to end."""

    def __init__(self, place, expected):
        super().__init__(daemon=True)
        self.place, self.expected = place, expected
        self.ended = threading.Event()
        self.reads, self.bad, self.seen = 0, [], set()

    def run(self):
        while not self.ended.is_set():
            try:
                found = self.read()
            except Exception as error:  # whatever it is, a reader must not meet it
                found = f"{type(error).__name__}: {error}"
            self.reads += 1
            if found:
                self.bad.append(found)

    def end(self):
        self.ended.set()
        self.join()


class FileReader(Reader):
    """Goes by the layout, as any engine can: commit, manifest, files."""

    last = 0

    def read(self):
        commits = self.place.commits()
        numbers = [commit["n"] for commit in commits]
        if numbers != list(range(1, len(numbers) + 1)):
            return f"commits {numbers}"
        if len(numbers) < self.last:
            return f"{len(numbers)} commits after {self.last}"
        self.last = len(numbers)
        superseded = {commit["supersedes"] for commit in commits}
        living = [commit for commit in commits if commit["n"] not in superseded]
        if len(living) != 1:
            return f"{len(living)} living snapshots of one date"
        return self.snapshot(living[0])

    def snapshot(self, commit):
        lake = self.place.lake
        text = (lake / commit["manifest"]["path"]).read_bytes()
        if hashlib.sha256(text).hexdigest() != commit["manifest"]["sha256"]:
            return f"commit {commit['n']}: another manifest"
        database = duckdb.connect()
        for table in json.loads(text)["tables"]:
            for file in table["files"]:
                if (lake / file["path"]).stat().st_size != file["bytes"]:
                    return f"{file['path']}: another size"
            files = [str(lake / file["path"]) for file in table["files"]]
            whose = WHOSE.format(table="read_parquet($1)")
            rows, runs, run_id = database.execute(whose, [files]).fetchone()
            if rows != table["rows"] or runs > 1 or run_id not in (None, commit["run_id"]):
                return f"{table['name']} of commit {commit['n']}: {rows} rows of {runs} runs, {run_id}"
        self.seen.add(commit["run_id"])
        return difference(self.expected, tables(lake, commit))


class QueryReader(Reader):
    """The embedded engine: two tables in one query are of one run."""

    def read(self):
        sql = " UNION ALL ".join(WHOSE.format(table=table) for table in ("coverage", "accounts", "policy_documents"))
        line = ("query", "--lake", str(self.place.lake), "--format", "json", sql)
        done = self.place.program.run(*line)
        if done.returncode != 0:
            return done.stderr[-500:]
        rows = json.loads(done.stdout)
        expected = sorted(len(self.expected[table]) for table in ("coverage", "accounts", "policy_documents"))
        found = sorted(row["n"] for row in rows)
        runs = {row["run_id"] for row in rows}
        if found != expected or len(runs) != 1 or {row["runs"] for row in rows} != {1}:
            return f"{rows}, expected {expected}"
        self.seen |= runs
        return ""


def failure(process):
    """How a publisher failed; empty if it did not."""
    return f"exit code {process.code}: {process.err[-500:]}" if process.code else ""


class Publishers:
    """Publishes again and again, one way or the other."""

    def __init__(self, place, seconds, seed):
        self.place, self.seconds, self.dice = place, seconds, dice(seed)
        self.kills = self.refused = self.words = 0

    def undisturbed(self):
        return failure(self.place.finish_anew())

    def killed(self):
        process = self.place.start("crawl")
        if process.until("publishing"):
            time.sleep(self.dice.uniform(0, self.seconds))  # the moment of the kill
        self.kills += process.kill()
        finished = self.place.finish()
        return failure(finished[-1]) if finished else ""

    def two(self):
        """Two at once: one wins, the other says so, or comes after it."""
        first, second = self.place.start("crawl"), self.place.start("crawl")
        ended = sorted([first.wait(), second.wait()], key=lambda it: it.code)
        if [it.code for it in ended] == [0, HELD]:
            self.refused += 1
            self.words += any("is alive" in process.err for process in (first, second))
        return failure(ended[0])

    def publish(self, kills_left, publishes_left):
        chance = self.dice.random()
        if kills_left and chance < max(0.3, kills_left / max(publishes_left, 1)):
            return self.killed()
        return self.two() if chance > 0.95 else self.undisturbed()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orgcensus", required=True)
    parser.add_argument("--simulator", required=True)
    parser.add_argument("--publishes", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    binary, checks = os.path.abspath(arguments.orgcensus), Checks()
    with organization(arguments.simulator, ACCOUNTS) as url:
        expected, seconds, crawled = undisturbed(binary, url)
        place = Place(binary, url)
        publishers = Publishers(place, seconds - crawled, arguments.seed)
        checks.equal("the first snapshot", "", publishers.undisturbed())
        readers = [FileReader(place, expected), QueryReader(place, expected)]
        for reader in readers:
            reader.start()
        bad = []
        while len(place.commits()) < arguments.publishes or publishers.kills < arguments.kills:
            left = arguments.kills - publishers.kills, arguments.publishes - len(place.commits())
            words = publishers.publish(*left)
            bad += [words] if words else []
        checks.equal("two at once", "", publishers.two())
        for reader in readers:
            reader.end()
        commits = place.commits()
        print(f"     {len(commits)} publishes, {publishers.kills} kills, {publishers.refused} refused second publishers")
        checks.equal("every publisher ends well", [], bad)
        checks.equal("a refused publisher says who was first", publishers.refused, publishers.words)
        checks.equal("each run is published once", len(commits), len({commit["run_id"] for commit in commits}))
        checks.true("nothing is left", not place.left(), place.left())
        for reader in readers:
            name, seen = type(reader).__name__, len(reader.seen)
            checks.true(f"{name}: {reader.reads} reads of {seen} snapshots", not reader.bad, reader.bad[:3])
            checks.true(f"{name} has seen more than one snapshot", seen > 1)
        place.remove()
    return checks.end()


sys.exit(main())
