"""Runs are killed at random moments and resumed; what they publish is what an undisturbed run publishes, row for row.

    venv/bin/python tests/kill/kill.py --orgcensus target/release/orgcensus --simulator target/release/orgcensus-sim \\
        [--kills 100] [--accounts 50] [--seed 1]

Also: killed twice, killed or stopped while it publishes, stopped by SIGTERM, the stage gone before the resume, two runs
at once, a journal with a torn last line, a journal of another version, a disk that fills (the stage's, the lake's), a run
that no one resumes. The organization itself counts how often its accounts were entered, so that nothing is done
again that was done. Prints one line a check, then "N passed, M failed".
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

from lake import HELD, NOT_PUBLISHED, STOPPED, Checks, Place
from lake import dice, difference, entered, organization, tables, undisturbed

AT_ONCE = 4


class Kills:
    """An undisturbed run, and many that are disturbed."""

    def __init__(self, binary, url, seed, checks):
        self.binary, self.url, self.dice, self.checks = binary, url, dice(seed), checks
        before = entered(url)
        self.expected, self.seconds, self.crawled = undisturbed(binary, url, at_once=AT_ONCE)
        # Two runs were made. The crawl's own account is not entered, and neither is a suspended one.
        self.entries = (entered(url) - before) // 2
        told = f"an undisturbed run takes {self.seconds:.1f} s, {self.crawled:.1f} s of it to crawl"
        print(f"{told}, and enters {self.entries} accounts", flush=True)

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

    def repeated(self, what, before, killed):
        """Only accounts that were under way when a process was killed were entered again."""
        repeated = entered(self.url) - before - self.entries
        self.checks.true(f"{what}: {repeated} accounts entered again", repeated <= killed * AT_ONCE, f"{killed} kills")

    def at_random(self, kills):
        """So many kills, one to three in a run, whenever it happens."""
        done = run = 0
        while done < kills:
            run += 1
            place, killed, before = self.place(), 0, entered(self.url)
            for attempt in range(self.dice.randint(1, min(3, kills - done))):
                process = place.start("crawl", *(["--resume"] if attempt else []))
                time.sleep(self.dice.uniform(0, self.seconds))  # the moment of the kill
                killed += process.kill()
                if process.code == 0:
                    break  # it was faster
            else:
                place.finish()
            self.repeated(f"run {run}", before, killed)
            self.check(f"run {run}: killed {killed} times", place)
            done += killed

    def twice(self):
        """Killed in the middle, and again in the middle of what was left."""
        place, before = self.place(), entered(self.url)
        for arguments in ([], ["--resume"]):
            process = place.start("crawl", *arguments)
            process.until("account")
            self.checks.true(f"killed twice: {arguments or 'first'}", process.kill(), process.err[-500:])
        place.finish()
        self.repeated("killed twice", before, 2)
        self.check("killed twice", place)

    def while_publishing(self, kills=3):
        for number in [signal.SIGTERM, *[signal.SIGKILL] * kills]:
            what = f"{number.name} while it publishes"
            place, before = self.place(), entered(self.url)
            process = place.start("crawl")
            process.until("publishing")
            time.sleep(self.dice.uniform(0, self.seconds - self.crawled))  # the moment of the signal
            if not process.kill(number):
                place.remove()
                continue  # it was faster
            if number == signal.SIGTERM:
                self.checks.equal(f"{what}: exit code", STOPPED, process.code)
            place.finish()
            self.repeated(what, before, 0)
            self.check(what, place)

    def stopped(self):
        """SIGTERM, and then another machine's empty disk."""
        stage = Path(tempfile.mkdtemp(prefix="orgcensus-stage-"))
        place, before = self.place(stage=stage, checkpoint_seconds=0), entered(self.url)
        process = place.start("crawl")
        process.until("account")
        process.kill(signal.SIGTERM)
        self.checks.equal("SIGTERM: exit code", STOPPED, process.code)
        self.checks.true("SIGTERM: it says how to go on", "--resume" in process.err, process.err[-500:])
        shutil.rmtree(stage)
        self.finish_elsewhere("SIGTERM, the stage deleted", place)
        self.repeated("SIGTERM, the stage deleted", before, 1)

    def moved(self):
        """kill -9, and then another machine's empty disk: the last checkpoint is what there is."""
        stage = Path(tempfile.mkdtemp(prefix="orgcensus-stage-"))
        place = self.place(stage=stage, checkpoint_seconds=1)
        process = place.start("crawl")
        # One that was under way when the first account was done may not have it; the next one has.
        after = '"event":"account"'
        while process.words().partition(after)[2].count('"event":"checkpoint"') < 2 and process.process.poll() is None:
            time.sleep(0.01)  # a look at a file, again and again
        process.kill()
        shutil.rmtree(stage)
        self.finish_elsewhere("killed, the stage deleted", place)

    def finish_elsewhere(self, what, place):
        after = place.finish()
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
        # On another machine there is no stage whose lock the operating system keeps: the lake's lock is left.
        elsewhere = tempfile.mkdtemp(prefix="orgcensus-stage-")
        place.program.environment["ORGCENSUS_LAKE__STAGE_DIRECTORY"] = elsewhere
        resumed = place.run("crawl", "--resume")
        del place.program.environment["ORGCENSUS_LAKE__STAGE_DIRECTORY"]
        shutil.rmtree(elsewhere)
        self.checks.equal("resumed elsewhere while it lives: exit code", HELD, resumed.code)
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

    def abandoned(self):
        """No one resumes it: the next run says so, and a later run removes it when it is old."""
        place, journal = self.killed()
        name = journal.parent.name
        done = place.finish_anew()
        told = [json.loads(line) for line in done.err.splitlines() if '"event":"unfinished"' in line]
        told = [(it["unfinished_run_id"], it["kept_days"]) for it in told]
        self.checks.equal("abandoned: the next run says so", [(name, 7)], told)
        self.checks.true("abandoned: it stays", journal.exists() and name not in done.out, done.out)
        days_ago = time.time() - 8 * 24 * 3600
        for path in [*journal.parent.iterdir(), journal.parent]:
            os.utime(path, (days_ago, days_ago))
        prune = [self.binary, "prune", "--dry-run", "--retention-days", "400", "--lake", str(place.lake)]
        said = subprocess.run(prune, capture_output=True, text=True, env=place.program.environment).stdout
        self.checks.equal("abandoned: prune", f"would remove unfinished run {name}\n0 snapshots would go\n", said)
        done = place.finish_anew()
        self.checks.true("abandoned: it is removed", f"removed      unfinished run {name}" in done.out, done.out)
        self.check("abandoned", place, runs=2)

    def published_already(self):
        """Killed after the commit: what is left of the stage comes back, as if it had not been removed, and no report."""
        place, journal = self.killed()
        copy = place.folder / "copy"
        shutil.copytree(journal.parent, copy)
        place.finish()
        shutil.copytree(copy, journal.parent)
        shutil.rmtree(place.lake / "_runs")
        done = place.run("crawl", "--resume")
        self.checks.equal("published already: exit code", 0, done.code)
        self.checks.equal("published already: nothing is crawled", 0, done.accounts())
        reports = [json.loads(path.read_text()) for path in (place.lake / "_runs").glob("*/run.json")]
        said = [(report["verdict"], report["accounts"]["left"]) for report in reports]
        self.checks.equal("published already: the report says so", [("published", 0)], said)
        shutil.rmtree(copy)
        self.check("published already", place)

    def full(self):
        """The stage is on a disk that fills, or the lake is; then there is room, and the run continues."""
        for what in ("stage", "lake"):
            copy = Path(tempfile.mkdtemp(prefix="orgcensus-lake-"))
            line = [sys.executable, __file__, "--orgcensus", self.binary, "--full-disk", what, self.url, str(copy)]
            before = entered(self.url)
            done = subprocess.run(["unshare", "--map-root-user", "--mount", *line], capture_output=True, text=True)
            for word in done.stdout.splitlines():
                name, _, found = word.partition("\t")
                self.checks.true(f"the {what}'s disk is full: {name}", found == "ok", found)
            self.checks.true(f"the {what}'s disk is full: all was tried", done.returncode == 0, done.stderr[-500:])
            self.repeated(f"the {what}'s disk is full", before, 1 if what == "stage" else 0)
            (commit,) = (copy / "_commits").glob("*.json")
            found = difference(self.expected, tables(copy, json.loads(commit.read_text())))
            self.checks.true(f"the {what}'s disk was full", not found, found)
            shutil.rmtree(copy)


# How much is too little: for the rows that wait, and for the files of a snapshot.
TOO_SMALL = {"stage": "12m", "lake": "2m"}


def full_disk(binary, what, url, copy):
    """Within a mount namespace of its own, where no one else sees the disk: the lake is copied out of it."""
    disk = Path(tempfile.mkdtemp(prefix="orgcensus-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={TOO_SMALL[what]}", "tmpfs", str(disk)], check=True)
    stage = disk / "stage"
    if what == "lake":
        stage = Path(tempfile.mkdtemp(prefix="orgcensus-stage-"))
        tempfile.tempdir = str(disk)
    place = Place(binary, url, stage=stage, checkpoint_seconds=0, at_once=AT_ONCE)
    tempfile.tempdir = None  # what a process says is on another disk
    done = place.run("crawl")
    print("exit code", "ok" if done.code == NOT_PUBLISHED else done.code, sep="\t")
    said = "the disk is full" in done.err and "--resume" in done.err
    print("it says so, and how to go on", "ok" if said else repr(done.err[-800:]), sep="\t")
    print("nothing is published", "ok" if not place.commits() else place.commits(), sep="\t")
    subprocess.run(["mount", "-o", "remount,size=500m", str(disk)], check=True)
    resumed = place.run("crawl", "--resume")
    print("exit code of the resume", "ok" if resumed.code == 0 else repr(resumed.err[-800:]), sep="\t")
    did = done.accounts() + resumed.accounts()
    kept = '"accounts_done":0,' not in resumed.err
    print(f"it went on ({did} turns)", "ok" if kept else repr(resumed.err[:500]), sep="\t")
    print("nothing is left", "ok" if not place.left() else place.left(), sep="\t")
    shutil.copytree(place.lake, copy, dirs_exist_ok=True)
    place.remove()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orgcensus", required=True)
    parser.add_argument("--simulator")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--accounts", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--full-disk", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    binary = os.path.abspath(arguments.orgcensus)
    if arguments.full_disk:
        full_disk(binary, *arguments.full_disk)
        return 0
    checks = Checks()
    with organization(arguments.simulator, arguments.accounts) as url:
        kills = Kills(binary, url, arguments.seed, checks)
        parts = ["torn", "other_version", "published_already", "abandoned", "twice", "two_at_once"]
        for part in [*parts, "stopped", "moved", "full", "while_publishing"]:
            checks.run(part.replace("_", " "), getattr(kills, part))
        checks.run("kills", lambda: kills.at_random(arguments.kills))
    return checks.end()


sys.exit(main())
