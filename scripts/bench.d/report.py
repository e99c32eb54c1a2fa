"""Seconds to write a report of many accounts, its bytes, and seconds until Chromium shows it. Called by scripts/bench.

    report.py ORGCENSUS [ACCOUNTS]

The lake is that of a demo whose rows are multiplied: nothing is crawled for it but 40 accounts.
"""

import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "report"))
import lake as lakes  # noqa: E402
from browser import Browser  # noqa: E402

SEED_ACCOUNTS = 40
TIMES = 5


def main():
    orgcensus, accounts = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        few, many, page = (pathlib.Path(folder, name) for name in ("few", "many", "page.html"))
        run(orgcensus, "demo", "--accounts", str(SEED_ACCOUNTS), "--lake", few)
        lakes.rewritten(few, many, lakes.grown(SEED_ACCOUNTS, accounts))
        begun = time.monotonic()
        run(orgcensus, "report", "--lake", many, "--out", page)
        print(f"{accounts} accounts: written in {time.monotonic() - begun:.1f} s, {page.stat().st_size} bytes")
        with Browser() as browser:
            shown = sorted(ready(browser.open(page)) for _ in range(TIMES))
        print(f"shown in {shown[TIMES // 2]:.2f} s (of {TIMES} times from {shown[0]:.2f} to {shown[-1]:.2f})")


def ready(page):
    return page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") / 1000


def run(*words):
    subprocess.run(list(map(str, words)), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
