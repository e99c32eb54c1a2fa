"""Runs are killed at random moments and resumed; what they publish is what an undisturbed run publishes, row for row.

    venv/bin/python tests/kill/kill.py --orgcensus target/release/orgcensus --simulator target/release/orgcensus-sim \\
        [--kills 100] [--accounts 50] [--seed 1]

Also: killed while it publishes, stopped by SIGTERM, the stage gone before the resume, two runs at once, a journal with a
torn last line, a journal of another version, a disk that fills. Prints one line a check, then "N passed, M failed".
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

from lake import HELD, NOT_PUBLISHED, STOPPED, Checks, Place, dice, difference, organization, tables, undisturbed

AT_ONCE = 4


class Kills:
    """An undisturbed run, and many that are disturbed."""

    def __init__(self, binary, url, accounts, seed, checks):
        self.binary, self.url, self.accounts, self.dice, self.checks = binary, url, accounts, dice(seed), checks
        self.expected, self.seconds, self.crawled = undisturbed(binary, url, at_once=AT_ONCE)
        print(f"an undisturbed run takes {self.seconds:.1f} s, {self.crawled:.1f} s of it to crawl", flush=True)

    def place(self, **options):
        return Place(self.binary, self.url, at_once=AT_ONCE, **options)

    def check(self, what, place, runs=1):
        """The lake has one snapshot, equal to the undisturbed one, and nothing is left."""
        commits = place.commits()
        found = difference(self.expected, tables(place.lake, commits[-1])) if commits else "no commit"
        if len(commits) != runs:
            found = f"{len(commits)} commits; {found}"
        if place.left():
            found = f"left behind: {place.left()}; {found}"
        self.checks.true(what, not found, found)
        place.remove()

    def at_random(self, kills):
        """So many kills, one to three in a run, whenever it happens."""
        done = run = 0
        while done < kills:
            run += 1
            place, killed, did = self.place(), 0, 0
            for attempt in range(self.dice.randint(1, min(3, kills - done))):
                process = place.start("crawl", *(["--resume"] if attempt else []))
                time.sleep(self.dice.uniform(0, self.seconds))  # the moment of the kill
                killed += process.kill()
                did += process.accounts()
                if process.code == 0:
                    break  # it was faster
            else:
                did += sum(process.accounts() for process in place.finish())
            repeated = did - self.accounts
            self.checks.true(f"run {run}: {repeated} accounts repeated", repeated <= killed * AT_ONCE)
            self.check(f"run {run}: killed {killed} times", place)
            done += killed

    def while_publishing(self, kills=3):
        for _ in range(kills):
            place = self.place()
            process = place.start("crawl")
            process.until("publishing")
            time.sleep(self.dice.uniform(0, self.seconds - self.crawled))  # the moment of the kill
            if not process.kill():
                continue  # it was faster
            accounts = sum(process.accounts() for process in place.finish())
            self.checks.equal("killed while it publishes: nothing is crawled again", 0, accounts)
            self.check("killed while it publishes", place)

    def stopped(self):
        """SIGTERM, and then another machine's empty disk."""
        stage = Path(tempfile.mkdtemp(prefix="orgcensus-stage-"))
        place = self.place(stage=stage, checkpoint_seconds=0)
        process = place.start("crawl")
        process.until("account")
        process.kill(signal.SIGTERM)
        self.checks.equal("SIGTERM: exit code", STOPPED, process.code)
        self.checks.true("SIGTERM: it says how to go on", "--resume" in process.err, process.err[-500:])
        shutil.rmtree(stage)
        self.finish_elsewhere("SIGTERM, the stage deleted", place, process)

    def moved(self):
        """kill -9, and then another machine's empty disk: the last checkpoint is what there is."""
        stage = Path(tempfile.mkdtemp(prefix="orgcensus-stage-"))
        place = self.place(stage=stage, checkpoint_seconds=1)
        process = place.start("crawl")
        while process.words().count('"event":"checkpoint"') < 2 and process.process.poll() is None:
            time.sleep(0.01)  # a look at a file, again and again
        process.kill()
        shutil.rmtree(stage)
        self.finish_elsewhere("killed, the stage deleted", place, process)

    def finish_elsewhere(self, what, place, before):
        after = place.finish()
        repeated = before.accounts() + sum(process.accounts() for process in after) - self.accounts
        print(f"     {repeated} accounts repeated", flush=True)
        self.checks.true(f"{what}: it went on", '"accounts_done":0,' not in after[-1].err, after[-1].err[:500])
        self.check(what, place)

    def two_at_once(self):
        place = self.place()
        first = place.start("crawl")
        first.until("account")
        second = place.run("crawl")
        self.checks.equal("two at once: the second's exit code", HELD, second.code)
        self.checks.true("two at once: it says who is there", " is alive, last heard of at " in second.err, second.err)
        resumed = place.run("crawl", "--resume")
        self.checks.equal("resumed while it lives: exit code", HELD, resumed.code)
        self.checks.equal("two at once: the first's exit code", 0, first.wait().code)
        self.check("two at once", place)

    def killed(self):
        """A place with a run that was killed in the middle, and its journal."""
        place = self.place()
        process = place.start("crawl")
        process.until("account")
        process.kill()
        (journal,) = place.stage_root.glob("*/journal.jsonl")
        return place, journal

    def torn(self):
        place, journal = self.killed()
        with journal.open("ab") as file:
            file.write(b'{"record":{"account_id":"11112222')
        place.finish()
        self.check("a torn last line", place)

    def other_version(self):
        place, journal = self.killed()
        header, rest = journal.read_bytes().split(b"\n", 1)
        changed = header[: header.rindex(b',"crc32"')].replace(b'"format":1', b'"format":9', 1)
        journal.write_bytes(changed + b',"crc32":"%08x"}\n' % zlib.crc32(changed) + rest)
        done = place.run("crawl", "--resume")
        self.checks.equal("another version: exit code", NOT_PUBLISHED, done.code)
        words = "its format is 9, this version of orgcensus knows format 1"
        self.checks.true("another version: in words", words in done.err, done.err)
        journal.write_bytes(header + b"\n" + rest)
        place.finish()
        self.check("another version, and then this one", place)

    def published_already(self):
        """Killed after the commit: what is left of the stage comes back, as if it had not been removed."""
        place, journal = self.killed()
        copy = place.folder / "copy"
        shutil.copytree(journal.parent, copy)
        place.finish()
        shutil.copytree(copy, journal.parent)
        done = place.run("crawl", "--resume")
        self.checks.equal("published already: exit code", 0, done.code)
        self.checks.equal("published already: nothing is crawled", 0, done.accounts())
        shutil.rmtree(copy)
        self.check("published already", place)

    def full(self):
        """The stage is on a disk that fills; then there is room, and the run goes on."""
        line = [sys.executable, __file__, "--orgcensus", self.binary, "--full-disk", self.url]
        done = subprocess.run(["unshare", "--map-root-user", "--mount", *line], capture_output=True, text=True)
        for word in done.stdout.splitlines():
            name, _, found = word.partition("\t")
            self.checks.true(f"a full disk: {name}", found == "ok", found)
        self.checks.equal(f"a full disk: {done.stderr[-300:]}", 0, done.returncode)


def full_disk(binary, url):
    """Within a mount namespace of its own."""
    disk = Path(tempfile.mkdtemp(prefix="orgcensus-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1200k", "tmpfs", str(disk)], check=True)
    place = Place(binary, url, stage=disk / "stage", checkpoint_seconds=0, at_once=AT_ONCE)
    done = place.run("crawl")
    print("exit code", "ok" if done.code == NOT_PUBLISHED else done.code, sep="\t")
    said = "the disk is full" in done.err and "--resume" in done.err
    print("it says so, and how to go on", "ok" if said else repr(done.err[-800:]), sep="\t")
    subprocess.run(["mount", "-o", "remount,size=500m", str(disk)], check=True)
    resumed = place.run("crawl", "--resume")
    print("exit code of the resume", "ok" if resumed.code == 0 else repr(resumed.err[-800:]), sep="\t")
    did = done.accounts() + resumed.accounts()
    kept = '"accounts_done":0,' not in resumed.err
    print(f"it went on ({did} turns)", "ok" if kept else repr(resumed.err[:500]), sep="\t")
    place.remove()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orgcensus", required=True)
    parser.add_argument("--simulator")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--accounts", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--full-disk", metavar="URL", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    binary = os.path.abspath(arguments.orgcensus)
    if arguments.full_disk:
        full_disk(binary, arguments.full_disk)
        return 0
    checks = Checks()
    with organization(arguments.simulator, arguments.accounts) as url:
        kills = Kills(binary, url, arguments.accounts, arguments.seed, checks)
        parts = ["torn", "other_version", "published_already", "two_at_once", "stopped", "moved", "full"]
        for part in [*parts, "while_publishing"]:
            checks.run(part.replace("_", " "), getattr(kills, part))
        checks.run("kills", lambda: kills.at_random(arguments.kills))
    return checks.end()


sys.exit(main())
