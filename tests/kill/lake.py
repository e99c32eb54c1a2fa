"""What the programs in this folder share: a simulated organization with a clock that stands still, crawls of it that can
be killed at any moment, and lakes compared row for row."""

import contextlib
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

import duckdb

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "moto"))
from harness import Checks, Orgcensus, simulator  # noqa: E402, F401

KEYS = ("AKIASIMULATEDMANAGEMENT", "CANARY/management/secret/access/key")
# A midnight that is long over, so that the simulator's clock stands still, and a moment of that day for every run.
NOW_MILLIS = 1_790_035_200_000
CAPTURED_AT = NOW_MILLIS + 3_600_000
# A run that was killed is taken for dead after so long. One that lives must find the time to say so: on a machine with
# much else to do, 2 seconds were too few.
LOCK_SECONDS = 6

HELD, STOPPED, NOT_PUBLISHED = 5, 6, 4

# What differs between two runs that saw the same: who they were, and what it cost them.
DIFFERENT = {"run_id"}
COUNTERS = {"coverage": {"calls", "retries", "throttles", "duration_millis", "started_at"}}
USAGE = {"api_usage"}

CONFIGURATION = """
[aws]
max_attempts = 2
[select]
regions = ["us-east-1", "eu-west-1", "ap-southeast-2", "me-south-1"]
[limits]
accounts_at_once = {at_once}
sync_seconds = 1
checkpoint_seconds = {checkpoint_seconds}
lock_seconds = {lock_seconds}
[lake]
min_coverage = 0.5
{stage}
"""


class Place:
    """A lake of its own, and crawls into it."""

    def __init__(self, binary, url, *, stage=None, checkpoint_seconds=1, at_once=4, lock_seconds=LOCK_SECONDS):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="orgcensus-kill-"))
        self.lake, self.url = self.folder / "lake", url
        self.published_before = 0
        self.stage_root = stage or self.lake / "_stage"
        self.program = Orgcensus(binary, self.folder, url, KEYS)
        self.configuration = self.folder / "orgcensus.toml"
        self.configuration.write_text(
            CONFIGURATION.format(
                at_once=at_once,
                checkpoint_seconds=checkpoint_seconds,
                lock_seconds=lock_seconds,
                stage=f'stage_directory = "{stage}"' if stage else "",
            )
        )

    def line(self, command, *arguments):
        where = ["--config", str(self.configuration), "--lake", str(self.lake), "--endpoint-url", self.url]
        moment = ["--captured-at", str(CAPTURED_AT)] if command in ("crawl", "plan") else []
        return [self.program.binary, command, *where, *moment, *arguments]

    def start(self, command, *arguments):
        """A process whose words go to files, so that no pipe fills."""
        if "--resume" not in arguments:
            self.published_before = len(self.commits())
        out, err = tempfile.TemporaryFile("w+"), tempfile.TemporaryFile("w+")
        line = self.line(command, *arguments)
        process = subprocess.Popen(line, env=self.program.environment, stdout=out, stderr=err, text=True)
        return Process(process, out, err)

    def run(self, command, *arguments):
        return self.start(command, *arguments).wait()

    def finish(self):
        """Goes on until something is published: what a person would do, or a machine. What it took, if anything."""
        words = []
        if not self.left() and len(self.commits()) > self.published_before:
            return words  # killed when all was done
        for _ in range(20):
            done = self.run("crawl", "--resume")
            if done.code == NOT_PUBLISHED and "no unfinished run" in done.err:
                done = self.run("crawl")  # killed before there was anything to keep
            words.append(done)
            if done.code == 0:
                return words
            if done.code != HELD:
                break
            time.sleep(LOCK_SECONDS / 4)  # the dead one's lock runs out
        raise RuntimeError(f"not published: exit code {done.code}: {done.err[-2000:]}")

    def finish_anew(self):
        """A new run, once the dead one's lock has run out."""
        done = self.run("crawl")
        while done.code == HELD:
            time.sleep(LOCK_SECONDS / 4)
            done = self.run("crawl")
        return done

    def commits(self):
        return [json.loads(path.read_text()) for path in sorted((self.lake / "_commits").glob("*.json"))]

    def left(self):
        """What is left of stages."""
        return [str(it) for root in {self.stage_root, self.lake / "_stage"} for it in root.glob("*")]

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.stage_root, ignore_errors=True)


class Process:
    """A crawl under way, or done."""

    def __init__(self, process, out, err):
        self.process, self.files = process, (out, err)
        self.code = self.out = self.err = None

    def words(self):
        """What it has said until now on standard error."""
        self.files[1].flush()
        return pathlib.Path(f"/proc/self/fd/{self.files[1].fileno()}").read_text()

    def kill(self, number=signal.SIGKILL):
        """Sends a signal and waits; false if it had ended before."""
        was_alive = self.process.poll() is None
        if was_alive:
            self.process.send_signal(number)
        self.wait()
        return was_alive and self.code != 0

    def until(self, event, seconds=300):
        """Waits until it says that an event happened; false if it ended before."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if f'"event":"{event}"' in self.words():
                return True
            if self.process.poll() is not None:
                return False
            time.sleep(0.002)  # a look at a file, again and again
        raise RuntimeError(f"no {event} within {seconds} s")

    def wait(self):
        self.code = self.process.wait(600)
        for file in self.files:
            file.seek(0)
        self.out, self.err = (file.read() for file in self.files)
        return self

    def accounts(self):
        """How many accounts it says that it did."""
        return self.err.count('"event":"account"')


def tables(lake, commit, without=()):
    """Each table's rows in the files' order, as JSON texts, but for what may differ and columns of these names."""
    manifest = json.loads((lake / commit["manifest"]["path"]).read_text())
    database, rows = duckdb.connect(), {}
    for table in manifest["tables"]:
        if table["name"] in USAGE:
            continue
        files = [str(lake / file["path"]) for file in table["files"]]
        columns = {column["name"] for column in table["columns"]}
        different = columns & DIFFERENT.union(COUNTERS.get(table["name"], ()), without)
        same = f"SELECT * EXCLUDE ({', '.join(sorted(different))}) FROM read_parquet($1)"
        sql = f"SELECT CAST(to_json(r) AS VARCHAR) FROM ({same}) r"
        rows[table["name"]] = [row for (row,) in database.execute(sql, [files]).fetchall()]
    return rows


def difference(expected, found):
    """In words, what two lakes' tables have different; empty if nothing."""
    words = []
    if expected.keys() != found.keys():
        words.append(f"tables {sorted(expected.keys() ^ found.keys())}")
    for name in sorted(expected.keys() & found.keys()):
        if expected[name] != found[name]:
            missing = [row[:600] for row in sorted(set(expected[name]) - set(found[name]))[:1]]
            surplus = [row[:600] for row in sorted(set(found[name]) - set(expected[name]))[:1]]
            counts = f"{len(expected[name])} and {len(found[name])} rows"
            words.append(f"{name}: {counts}, missing {missing}, surplus {surplus}")
    return "; ".join(words)


@contextlib.contextmanager
def organization(binary, accounts, seed=1):
    """A simulated organization whose clock stands still: its URL."""
    with simulator(binary, "--accounts", str(accounts), "--seed", str(seed), "--now-millis", str(NOW_MILLIS)) as url:
        yield url


def entered(url):
    """How often the simulated organization saw someone enter an account until now."""
    with urllib.request.urlopen(f"{url}/_calls", timeout=60) as answer:
        calls = json.loads(answer.read())
    return sum(it["allowed"] + it["refused"] for it in calls if it["operation"] == "AssumeRole")


def undisturbed(binary, url, **options):
    """A run that no one touches: its tables, how long it took, how long until it published."""
    # The first one waits for credential reports, which the organization then has.
    first = Place(binary, url, **options)
    first.finish()
    first.remove()
    place = Place(binary, url, **options)
    start = time.monotonic()
    process = place.start("crawl")
    process.until("publishing")
    crawled = time.monotonic() - start
    process.wait()
    if process.code != 0:
        raise RuntimeError(f"exit code {process.code}: {process.err[-2000:]}")
    seconds = time.monotonic() - start
    rows = tables(place.lake, place.commits()[-1])
    place.remove()
    return rows, seconds, crawled


def dice(seed):
    return random.Random(seed)
