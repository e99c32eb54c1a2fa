"""Every command block of README.md and docs/ does what it says: all are played, page by page, in their order.

    python -m venv venv && venv/bin/pip install -r tests/requirements.txt
    venv/bin/python tests/docs/play.py --orgcensus target/release/orgcensus --simulator target/release/orgcensus-sim [PAGE …]

A page is played by one shell in a folder that looks like a clone: its ```sh blocks literally, so a variable, a file
or a server of one block is there for the next. A ```toml block is the page's orgcensus.toml from there on. `cargo` is
a stand-in: `cargo run --release --` is the program that is built already. Where a page says `./lake`, the lake has
two nights. AWS is moto, with an organization and a bucket of the name `bucket`; a page that serves the simulator
itself has that instead. Blocks below <!-- needs AWS --> are listed and not played. A ```text block below <!-- as
printed --> is what the block before it printed.

Each ```sql block of docs/examples.md is asked of the demo's lake, and of DuckDB. It has at most twelve lines, reads
alike in every engine, and gives rows, unless <!-- none here --> stands above it. Prints one line a block, then "N
passed, M failed".
"""

import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import time

import duckdb

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests" / "moto"), str(ROOT / "tests" / "portability")]
from gate import traps  # noqa: E402
from harness import Aws, Checks, moto  # noqa: E402

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGE_SECONDS = 900
EXAMPLES, EXAMPLE_LINES = 15, 12
# A page says `sh` or `sql` of what can be played. What is only looked at has another name.
OTHER_LANGUAGES = {"toml", "json", "text"}

# moto knows few services, and slowly: what is crawled there is enough to publish.
ON_MOTO = {
    "ORGCENSUS_SELECT__REGIONS": "us-east-1",
    "ORGCENSUS_SELECT__COLLECTORS": "iam_authorization_details,sqs_queues,s3_buckets",
    "ORGCENSUS_LAKE__MIN_COVERAGE": "0.1",
    "ORGCENSUS_AWS__MAX_ATTEMPTS": "2",
}
SERVES = "orgcensus-sim serve"

CARGO = """#!/bin/sh
# Stands for cargo: what it would build is built.
case "$*" in
  "run --release -- "*) shift 3; exec orgcensus "$@" ;;
  "build --release --workspace") exit 0 ;;
  *) echo "cargo $*: the play does not know it" >&2; exit 1 ;;
esac
"""


class Block:
    """A fenced block of a page."""

    def __init__(self, page, line, language, text, note):
        self.name = f"{page.relative_to(ROOT)}:{line}"
        self.language, self.text, self.note = language, text, note


def blocks(page):
    """The fenced blocks of a page, each with the comment that stands right above it."""
    found, fence, note = [], None, ""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        opening = re.fullmatch(r"( *)```(\w*)", line)
        if fence is None and opening:
            fence = (number, len(opening[1]), opening[2], [])
        elif fence is not None and opening:
            start, _, language, lines = fence
            found.append(Block(page, start, language, "\n".join(lines), note))
            fence, note = None, ""
        elif fence is not None:
            fence[3].append(line[fence[1]:])
        elif line.strip():
            note = line.strip() if re.fullmatch(r" *<!-- .* -->", line) else ""
    if fence is not None:
        raise RuntimeError(f"{page}:{fence[0]}: the block has no end")
    return found


def clone(folder, binaries):
    """A folder that looks like a clone in which the program is built; nothing that is written there reaches the real one."""
    folder.mkdir()
    for entry in ROOT.iterdir():
        if entry.name not in ("target", "lake", "demo-lake") and not entry.name.startswith("."):
            (folder / entry.name).symlink_to(entry)
    built = folder / "target" / "release"
    built.mkdir(parents=True)
    for name, path in binaries.items():
        (built / name).symlink_to(path)
    cargo = built / "cargo"
    cargo.write_text(CARGO)
    cargo.chmod(0o755)
    return folder


def lake_of_two_nights(folder, orgcensus):
    """A snapshot of an earlier version and one of today, of the same organization."""
    with tarfile.open(ROOT / "tests" / "fixtures" / "lake_before_ids.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    line = [orgcensus, "demo", "--force", "--accounts", "3", "--seed", "7", "--lake", str(folder)]
    subprocess.run(line, check=True, capture_output=True, cwd=folder)


def environment(page, folder, url):
    """Nothing of the machine's own AWS configuration, and moto for AWS."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ORGCENSUS_"))}
    nowhere = str(folder / "nowhere")
    variables = own | {
        "PATH": f"{folder / 'target' / 'release'}:{own['PATH']}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": nowhere,
        "AWS_SHARED_CREDENTIALS_FILE": nowhere,
        "NO_COLOR": "1",
    }
    if any(SERVES in block.text for block in blocks(page)):
        return variables
    places = {"ORGCENSUS_AWS__ENDPOINT_URL": url, "ORGCENSUS_LIMITS__RATES_FILE": str(hurried(folder))}
    return variables | ON_MOTO | places


def hurried(folder):
    """The rates, with a hundred times the usual one: the catalogue's hundreds of tables take minutes else."""
    before, usual = (ROOT / "config" / "rate-limits.toml").read_text(encoding="utf-8").split('service = "*"\n')
    path = folder / "hurried-rates.toml"
    path.write_text(f'{before}service = "*"\n' + re.sub(r"(?m)^(per_second|burst) = (\d+)$", r"\1 = \g<2>00", usual))
    return path


def script(played):
    """One shell for a page. It tells on its third stream which block it has finished; a command that fails ends it."""
    lines = ["set -e -o pipefail", "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT"]
    for block in played:
        lines.append(f"echo '== {block.name}'")
        if block.language == "toml":
            lines += ["cat > orgcensus.toml <<'PAGE_TOML'", block.text, "PAGE_TOML"]
        else:
            lines.append(block.text)
        lines.append(f"echo '{block.name}' >&3")
    return "\n".join(lines) + "\n"


def run(text, folder, variables):
    """What the shell said, and the blocks that it finished."""
    finished, said = folder / "finished", folder / "said"
    text = f"exec 3> '{finished}'\n{text}"
    with open(said, "wb") as output:
        line = ["bash", "-c", text]
        streams = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output}
        shell = subprocess.Popen(line, cwd=folder, env=variables, start_new_session=True, **streams)
        try:
            shell.wait(PAGE_SECONDS)
        except subprocess.TimeoutExpired:
            # The shell and what it began, which is a group of its own.
            os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()
            output.write(f"\nthe page took longer than {PAGE_SECONDS} s".encode())
    done = finished.read_text().splitlines() if finished.exists() else []
    return done, said.read_text(encoding="utf-8", errors="replace")


def play(checks, page, folder, variables):
    """Plays the blocks of a page. What comes after one that failed has not been tried, and has failed with it."""
    played, elsewhere = [], []
    for block in blocks(page):
        if block.language == "sh" and block.note == "<!-- needs AWS -->":
            elsewhere.append(block)
        elif block.language in ("sh", "toml"):
            played.append(block)
        elif block.language not in OTHER_LANGUAGES | {"sql"}:
            checks.true(f"{block.name}: a block is sh, sql, or one of {sorted(OTHER_LANGUAGES)}", False, block.language)
    done, said = run(script(played), folder, variables)
    for block in elsewhere:
        print(f"--   {block.name} needs AWS", flush=True)
    for block in played:
        printed = said_by(block, said)
        if block.language == "sh" or block.name not in done:
            checks.true(f"{block.name} is played", block.name in done, printed[-3000:] or "not reached")
    as_printed(checks, page, said)
    return len([it for it in played if it.language == "sh"])


def said_by(block, said):
    """What a block printed."""
    parts = re.split(r"(?m)^== (\S+:\d+)\n", said)
    return dict(zip(parts[1::2], parts[2::2])).get(block.name, "")


def as_printed(checks, page, said):
    """What the page shows as printed was printed by the block before it."""
    before = None
    for block in blocks(page):
        if block.language == "text" and block.note == "<!-- as printed -->":
            printed = said_by(before, said) if before else ""
            checks.true(f"{block.name} is as printed", block.text in printed, printed[-3000:])
        before = block


def play_fails(checks, folder):
    """The play itself must be able to fail: a pipe whose first command fails, with a block before and one behind."""
    pages = [Block(ROOT / "README.md", line, "sh", text, "") for line, text in enumerate(["x=1", "false | cat", "true"])]
    done, _ = run(script(pages), folder, dict(os.environ))
    checks.equal("a block that fails is found", ["README.md:0"], done)


def ask(checks, lake, orgcensus):
    """The examples, each asked of the lake and of DuckDB, which reads the same files."""
    examples = [it for it in blocks(ROOT / "docs" / "examples.md") if it.language == "sql"]
    checks.equal("examples", EXAMPLES, len(examples))
    catalogue = output(orgcensus, "catalog", "print", "--dialect", "duckdb", "--lake", lake)
    other = duckdb.connect()
    other.execute(catalogue)
    other.execute("USE orgcensus")
    for example in examples:
        checks.true(f"{example.name} has at most {EXAMPLE_LINES} lines", len(example.text.splitlines()) <= EXAMPLE_LINES)
        checks.equal(f"{example.name} reads alike everywhere", [], traps(example.text))
        checks.run(f"{example.name} is answered", lambda: answered(checks, example, lake, orgcensus, other))


def answered(checks, example, lake, orgcensus, other):
    rows = json.loads(output(orgcensus, "query", "--lake", lake, "--format", "json", example.text))
    is_none = example.note == "<!-- none here -->"
    checks.true(f"{example.name} gives {'no ' if is_none else ''}rows ({len(rows)})", bool(rows) != is_none)
    checks.equal(f"{example.name} gives as many to DuckDB", len(rows), len(other.execute(example.text).fetchall()))


def output(*line):
    done = subprocess.run([str(it) for it in line], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, line))[:200]}: exit code {done.returncode}: {done.stderr[-1000:]}")
    return done.stdout


def organization_in_moto(url):
    management = Aws(url, "test", "test")
    organizations = management.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    organizations.create_account(AccountName="member", Email="member@example.com")
    management.client("s3").create_bucket(Bucket="bucket")
    management.client("sqs").create_queue(QueueName="jobs")


def test(checks, binaries, folder, pages):
    play_fails(checks, folder)
    played = 0
    two_nights = folder / "two-nights"
    two_nights.mkdir()
    checks.run("a lake of two nights", lambda: lake_of_two_nights(two_nights, binaries["orgcensus"]))
    for page in pages:
        start = time.monotonic()
        with moto() as url:
            organization_in_moto(url)
            place = clone(folder / page.stem, binaries)
            (place / "lake").symlink_to(two_nights)
            played += checks.run(page.name, lambda: play(checks, page, place, environment(page, place, url))) or 0
        print(f"     {page.name} took {time.monotonic() - start:.0f} s", flush=True)
    checks.true(f"blocks were played ({played})", played > 0)
    # The lake that the README's first command made.
    lake = folder / "README" / "demo-lake"
    if lake.exists() or pages == PAGES:
        checks.run("the examples", lambda: ask(checks, lake, binaries["orgcensus"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orgcensus", required=True, type=pathlib.Path, help="the orgcensus to test")
    parser.add_argument("--simulator", required=True, type=pathlib.Path, help="orgcensus-sim")
    parser.add_argument("pages", nargs="*", type=pathlib.Path, help="some pages; all if none is named")
    arguments = parser.parse_args()
    binaries = {"orgcensus": arguments.orgcensus.resolve(), "orgcensus-sim": arguments.simulator.resolve()}
    pages = [it.resolve() for it in arguments.pages] or PAGES
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        checks.run("the whole test", lambda: test(checks, binaries, pathlib.Path(folder), pages))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
