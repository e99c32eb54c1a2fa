"""What a person sees: the program on a terminal of 80 and of 160 columns, compared with the texts in golden/.

    venv/bin/python tests/terminal/captures.py --orgcensus target/release/orgcensus \
        --simulator target/release/orgcensus-sim [--update]

The terminal is `pyte`, on a pseudo-terminal of 24 rows. A text in golden/ has all that was shown, also what has scrolled
away, as the terminal breaks it; of `crawl` the last screen alone, of `tables` the first. With NO_COLOR the same is shown,
and nothing has a color. `--update` writes the texts anew.

The seed and the simulator's clock are fixed. What still differs between two runs, or with what the simulator and the
questions hold, is masked before the terminal sees it: `MASKS` says how. Prints one line a check, then "N passed, M
failed".
"""

import argparse
import concurrent.futures
import fcntl
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import threading

import pyte

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "moto"), str(HERE.parent / "kill")]
from harness import RATES, Checks  # noqa: E402
from lake import CAPTURED_AT, KEYS, organization  # noqa: E402

GOLDEN = HERE / "golden"
ROWS, WIDTHS = 24, (80, 160)
SCROLLED_MAX = 10_000
SECONDS = 120
ACCOUNTS, SEED = "2", "7"
# Each account costs a second, and what a demo shows is as long with one.
ACCOUNTS_OF_DEMO = "1"


def same_length(letter):
    return lambda found: letter * len(found[0])


def digits(found):
    return re.sub(rb"\d", b"#", found[0])


def numbers(found):
    return re.sub(rb"\d+", b"#", found[0])


# A mask is as long as what it hides, so that lines break where they would; no mask is longer. Shorter are the folder,
# whose name has another length on each machine, and the numbers of progress, whose lengths differ from run to run.
MASKS = [
    # A run.
    (rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", same_length(b"x")),
    # A day, and a moment of it.
    (rb"\d{4}-\d\d-\d\d(T[\d:.]+Z)?", digits),
    # The line of progress: how long, how many. The bar itself is drawn anew until it is full.
    (rb"\d+[smh] gone(, about \d+[smh] left)?", lambda _: b"#s gone"),
    # The last one ends with spaces up to the terminal's width, so that what follows begins the next line.
    (rb"\d+ calls, \d+ throttled(, \d+/\d+ tables)? +(?=[^ \r])", lambda found: numbers(found).rstrip() + b"\n"),
    (rb"\d+ calls, \d+ throttled(, \d+/\d+ tables)?", numbers),
    # What was counted, in the summary, in facts and among the anti-patterns.
    (rb"(?m)^(rows|calls|coverage|page|  [a-z_]+ {2,}\d).*$", digits),
    (rb"\d+\.\d %( {2}\d+ of \d+( \?\d+)?)?", digits),
    (rb"cases \d+( \?\d+)?|\(\d+\)|\d+ more places?", digits),
    (rb"(?m)(?<=red|een|own) {2,}\d+( \?\d+)?", digits),
]

# What is asked of the crawled lake, and how many lines of it are kept.
ASKED = {
    "query": (["query", "SELECT arn, region, path, account_name, created_at FROM iam_roles ORDER BY arn LIMIT 3"], None),
    "query-many-columns": (["query", "SELECT * FROM iam_users ORDER BY arn LIMIT 1"], None),
    "ask": (["ask", "F9"], None),
    "ask-anti-patterns": (["ask", "E"], None),
    "tables": (["tables"], ROWS),
    "tables-page": (["tables", "table_coverage"], None),
    "misspelt": (["tables", "iam_rols"], None),
}

CONFIGURATION = """
[aws]
home_region = "us-east-1"
max_attempts = 2
[select]
regions = ["us-east-1"]
[lake]
url = "lake"
min_coverage = 0.5
"""


class Shown:
    """What a terminal showed: its lines, whether any letter has a color, and how the program ended."""

    def __init__(self, raw, columns, code):
        self.raw, self.code = raw, code
        screen = pyte.HistoryScreen(columns, ROWS, history=SCROLLED_MAX, ratio=0.5)
        pyte.ByteStream(screen).feed(raw)
        scrolled = [line[column] for line in screen.history.top for column in range(columns)]
        last = [screen.buffer[row][column] for row in range(ROWS) for column in range(columns)]
        cells = scrolled + last
        letters = "".join(cell.data for cell in cells)
        self.lines = [letters[start : start + columns].rstrip() for start in range(0, len(letters), columns)]
        self.last_screen = [line.rstrip() for line in screen.display]
        plain = ("default", "default", False)
        self.has_color = any((cell.fg, cell.bg, cell.bold) != plain for cell in cells)

    def text(self, lines=None):
        return "\n".join(self.lines[:lines]).rstrip("\n") + "\n"


def show(line, columns, folder, environment):
    """Runs a program on a terminal so many columns wide."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    process = subprocess.Popen(
        line, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, cwd=folder, env=environment, close_fds=True
    )
    os.close(theirs)
    # A program that hangs must not hang the test.
    timer = threading.Timer(SECONDS, process.kill)
    timer.start()
    raw = b""
    # When the program has ended, reading is an error: that is how Linux tells it.
    while True:
        try:
            raw += os.read(ours, 1 << 16)
        except OSError:
            break
    timer.cancel()
    os.close(ours)
    return Shown(masked(raw, folder), columns, process.wait())


def masked(raw, folder):
    raw = raw.replace(str(folder).encode(), b"FOLDER").replace(b"\r\n", b"\n")
    for pattern, mask in MASKS:
        raw = re.sub(pattern, mask, raw)
    return raw.replace(b"\n", b"\r\n")


class Captures:
    """The captures, and the golden texts that they are compared with."""

    def __init__(self, checks, is_update, orgcensus, url, scratch):
        self.checks, self.is_update, self.url, self.scratch = checks, is_update, url, scratch
        # By a short name, since `demo` prints the name that it was called by.
        (scratch / "bin").mkdir()
        (scratch / "bin" / "orgcensus").symlink_to(orgcensus)

    def environment(self, no_color):
        # An answer that is longer than the screen goes through a pager that shows all of it.
        return {
            "PATH": f"{self.scratch / 'bin'}:/usr/bin:/bin",
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "HOME": str(self.scratch),
            "PAGER": "cat",
            "AWS_ACCESS_KEY_ID": KEYS[0],
            "AWS_SECRET_ACCESS_KEY": KEYS[1],
        } | ({"NO_COLOR": "1"} if no_color else {})

    def folder(self, name):
        folder = self.scratch / name
        folder.mkdir(exist_ok=True)
        (folder / "crawl.toml").write_text(CONFIGURATION)
        return folder

    def demo(self, columns, no_color):
        line = ["orgcensus", "demo", "--accounts", ACCOUNTS_OF_DEMO, "--seed", SEED, "--lake", "lake"]
        return show(line, columns, self.folder(f"demo-{columns}"), self.environment(no_color))

    def crawl(self, columns, no_color):
        line = ["orgcensus", "crawl", "--config", "crawl.toml", "--endpoint-url", self.url]
        line += ["--captured-at", str(CAPTURED_AT)]
        fast = {"ORGCENSUS_LIMITS__RATES_FILE": str(RATES)}
        return show(line, columns, self.folder(f"crawl-{columns}"), self.environment(no_color) | fast)

    def ask(self, line, columns, no_color):
        return show(["orgcensus", *line], columns, self.folder("crawl-80"), self.environment(no_color))

    def same(self, name, shown, text, code=0):
        """What was shown is the golden text, on a program that ended as it should."""
        self.checks.equal(f"{name}: exit code", code, shown.code)
        file = GOLDEN / f"{name}.txt"
        if self.is_update:
            file.write_text(text, encoding="utf-8")
        expected = file.read_text(encoding="utf-8") if file.exists() else "(no such file)"
        self.checks.true(f"{name}: as golden/{file.name} has it", text == expected, difference(expected, text))

    def plain(self, name, shown):
        self.checks.true(f"{name}: with NO_COLOR nothing has a color", not shown.has_color)


def difference(expected, found):
    """The first lines that differ."""
    pairs = enumerate(zip(expected.splitlines() + [None], found.splitlines() + [None]), 1)
    for number, (old, new) in pairs:
        if old != new:
            return f"line {number}: expected {old!r}\n     found    {new!r}\n     --update writes it anew"
    return f"expected {len(expected.splitlines())} lines, found {len(found.splitlines())}"


def run(captures):
    # A run takes seconds, so each width is tried once: the one with colors, the other without.
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as both:
        crawls = [both.submit(captures.crawl, columns, columns == 160) for columns in WIDTHS]
        demos = [both.submit(captures.demo, columns, columns == 160) for columns in WIDTHS]
    for columns, crawl, demo in zip(WIDTHS, crawls, demos):
        crawl, demo = crawl.result(), demo.result()
        captures.same(f"crawl-{columns}", crawl, "\n".join(crawl.last_screen).rstrip("\n") + "\n")
        captures.same(f"demo-{columns}", demo, demo.text())
        if columns == 160:
            captures.plain("crawl", crawl)
            captures.plain("demo", demo)
    for name, (line, lines) in ASKED.items():
        for columns in WIDTHS:
            code = 2 if name == "misspelt" else 0
            shown = captures.ask(line, columns, False)
            captures.same(f"{name}-{columns}", shown, shown.text(lines), code)
            without = captures.ask(line, columns, True)
            captures.checks.equal(f"{name}-{columns}: the same with NO_COLOR", shown.text(), without.text())
            captures.plain(f"{name}-{columns}", without)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orgcensus", required=True, type=pathlib.Path)
    parser.add_argument("--simulator", required=True, type=pathlib.Path)
    parser.add_argument("--update", action="store_true", help="write the golden texts anew")
    arguments = parser.parse_args()
    checks = Checks()
    with tempfile.TemporaryDirectory() as scratch:
        with organization(str(arguments.simulator.resolve()), ACCOUNTS, SEED) as url:
            scratch = pathlib.Path(scratch).resolve()
            captures = Captures(checks, arguments.update, arguments.orgcensus.resolve(), url, scratch)
            checks.run("the whole test", lambda: run(captures))
    sys.exit(checks.end())


main()
