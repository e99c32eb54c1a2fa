"""The report in Chromium, opened from the disk: it loads nothing, says nothing on the console, runs nothing but its own
script, shows hostile names as text, can be used by keyboard and printed, and stays small for ten thousand accounts.

    venv/bin/python tests/report/page.py --orgcensus target/release/orgcensus --lake ./lake [--pictures FOLDER]

Needs Chromium (Debian's package is enough) and npm, for axe-core. Prints "N passed, M failed" at its end.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "moto"), str(ROOT / "scripts")]
import lake as lakes  # noqa: E402
import npm_package  # noqa: E402
import tables  # noqa: E402
from browser import Browser  # noqa: E402
from harness import Checks  # noqa: E402

LONG = 10_000
SHOWN = 500
# What an account may be called by who owns it, and what is to be read of it.
HOSTILE = {
    "<img src=x onerror=\"window.hit=1\">": None,
    "</script><script>window.hit=1</script>": None,
    "\"'> onmouseover=window.hit=1 x=\"": None,
    "a\u202egpj.exe": "a\\u{202e}gpj.exe",
    "L" * LONG: "L" * SHOWN,
}
ACCOUNTS = 10_000
BYTES_MAX = 5 << 20
READY_SECONDS = 1.5
# A machine that has much else to do takes longer.
READY_SECONDS_MAX = 3 * READY_SECONDS
# A4 on its side, without its margins, in CSS pixels.
PAPER_WIDTH = 1047


class Report:
    def __init__(self, orgcensus, folder):
        self.orgcensus, self.folder = orgcensus, pathlib.Path(folder)

    def run(self, *arguments):
        ended = subprocess.run([self.orgcensus, *map(str, arguments)], capture_output=True, text=True, timeout=900)
        if ended.returncode != 0:
            raise RuntimeError(f"{arguments}: {ended.stderr}")
        return ended.stdout

    def page(self, lake, name, *more):
        file = self.folder / f"{name}.html"
        self.run("report", "--lake", lake, "--out", file, *more)
        return file

    def ask(self, lake, *ids):
        return json.loads(self.run("ask", *ids, "--lake", lake, "--format", "json"))

    def query(self, lake, sql, *more):
        return json.loads(self.run("query", "--lake", lake, *more, "--format", "json", sql))

    def accounts(self, lake, *more):
        return self.query(lake, "SELECT COUNT(*) AS n FROM accounts", *more)[0]["n"]


def quiet(checks, what, page):
    """Nothing happened beside what the page is for."""
    checks.equal(f"{what}: the console is empty", [], page.said())
    checks.equal(f"{what}: its policy has refused nothing", [], page.evaluate("refused"))
    checks.equal(f"{what}: nothing was loaded", 1, len(page.requests()))
    checks.equal(f"{what}: no name was run", None, page.evaluate("window.hit"))


def names_are_text(checks, page):
    texts = page.evaluate("[...document.querySelectorAll('#accounts-table bdi')].map((it) => it.textContent)")
    for name, shown in HOSTILE.items():
        wanted = shown or name
        checks.true(f"a name is text: {wanted[:40]!r}", wanted in texts, sorted(set(texts))[:20])
    left_out = f"… {LONG - SHOWN} more characters"
    checks.true("a long name says so", page.evaluate(f"document.body.textContent.includes('{left_out}')"))
    tags = "[...new Set([...document.body.querySelectorAll('*')].map((it) => it.localName))].sort()"
    foreign = {"img", "iframe", "object", "embed", "form", "base"} & set(page.evaluate(tags))
    checks.equal("no name became an element", set(), foreign)
    checks.equal("the page has one script", 1, page.evaluate("document.scripts.length"))
    handlers = "[...document.querySelectorAll('*')].flatMap((it) => it.getAttributeNames())"
    handlers = f"{handlers}.filter((it) => it.startsWith('on') || it === 'style')"
    checks.equal("no element has a handler or a style", [], page.evaluate(handlers))


def numbers_are_those_of_ask(checks, report, lake, page):
    rows = "Object.fromEntries([...document.querySelectorAll('#facts-table tr[data-key]')]"
    rows = page.evaluate(f"{rows}.map((it) => [it.dataset.key, [...it.cells].map((cell) => cell.innerText.trim())]))")
    facts = report.ask(lake, "F")
    for fact in facts:
        key = " ".join([fact["id"], fact["population"], fact["definition"]])
        percent = "" if fact["percent"] is None else f"{fact['percent']:.1f} %"
        wanted = [str(fact[name]) for name in ("numerator", "denominator", "unknown_count")] + [percent]
        checks.equal(f"{key} is that of ask", wanted, rows.get(key, [""] * 8)[4:8])
    states = "[...document.querySelectorAll('#checklist-table tr[data-key]')]"
    states = f"{states}.map((it) => it.cells[1].lastChild.lastChild.data)"
    checks.equal("the points are those of ask", [it["state"] for it in report.ask(lake, "E")], page.evaluate(states))


def changes_are_those_of_the_table(checks, report, lake, page):
    """Counts by priority equal the table's; where nothing was compared the page says why, and shows no empty list."""
    how = report.query(lake, "SELECT outcome FROM materializations WHERE table_name = 'changes'")
    cells = "[it.cells[1], it.cells[3]].map((cell) => cell.innerText)"
    rows = "[...document.querySelectorAll('#change-counts tr[data-key]')]"
    rows = page.evaluate(f"Object.fromEntries({rows}.map((it) => [it.dataset.key, {cells}]))")
    if [it["outcome"] for it in how] != ["complete"]:
        words = page.evaluate("document.getElementById('changes').innerText")
        checks.true("what was not compared says so", "Not compared: " in words, words)
        checks.equal("and nothing looks like no change", {}, rows)
        return
    not_seen = "change IN ('unknown', 'not_seen')"
    counts = f"COUNT(*) FILTER (WHERE NOT {not_seen}) AS seen, COUNT(*) FILTER (WHERE {not_seen}) AS unseen"
    wanted = {it: ["0", "0"] for it in ("critical", "error", "warning", "notice", "info")}
    for it in report.query(lake, f"SELECT priority, {counts} FROM changes GROUP BY priority"):
        wanted[it["priority"]] = [str(it["seen"]), str(it["unseen"])]
    checks.equal("the changes are those of the table", wanted, rows)


def summary_leads_on(checks, page):
    """At most five lines, and each link of the page leads to something on it."""
    leads = page.evaluate("[...document.querySelectorAll('#summary li a')].map((it) => it.textContent)")
    is_short = leads[:1] == ["Trust"] and len(leads) <= 5
    checks.true("the summary has at most five lines, the first about trust", is_short, leads)
    nowhere = "[...document.querySelectorAll('a[href^=\"#\"]')].map((it) => it.hash.slice(1))"
    nowhere = f"{nowhere}.filter((id) => !document.getElementById(id))"
    checks.equal("every link leads somewhere", [], page.evaluate(nowhere))
    points = "[...document.querySelectorAll('#checklist-table tbody tr')]"
    plain = page.evaluate(f"{points}.filter((it) => !it.cells[0].querySelector('a')).map((it) => it.textContent)")
    checks.equal("every point has a link", [], plain)
    is_red = "(it) => it.cells[1].textContent.includes('red')"
    target = "document.getElementById(it.cells[0].querySelector('a').hash.slice(1))"
    caseless = f"(it) => !{target}.matches('section:not(#method) > details:has(tbody th)')"
    red = page.evaluate(f"{points}.filter({is_red}).filter({caseless}).map((it) => it.textContent)")
    checks.equal("what is red leads to its cases", [], red)
    words = "[...document.querySelectorAll('#words tbody tr')]"
    checks.true("words of tables are explained", page.evaluate(f"{words}.length") > 0)
    is_dark = "(it) => !it.cells[2].textContent || it.cells[2].textContent === 'not known'"
    dark = page.evaluate(f"{words}.filter({is_dark}).map((it) => it.textContent)")
    checks.equal("each of them means something", [], dark)
    is_bare = "(it) => it.cells[1].textContent.includes('unknown') && !it.cells[6].textContent"
    bare = page.evaluate(f"{points}.filter({is_bare}).map((it) => it.textContent)")
    checks.equal("what is unknown says why", [], bare)


def keyboard(checks, page):
    page.press("Tab")
    is_skip = page.evaluate("document.activeElement.className === 'skip'")
    found = page.evaluate("document.activeElement.outerHTML")
    checks.true("the first stop of Tab leads to the content", is_skip, found)
    numbers = "[...document.querySelectorAll('#facts-table tbody tr')].map((it) => Number(it.cells[5].textContent))"
    head = "document.querySelector('#facts-table thead th:nth-child(6)')"
    page.evaluate(f"{head}.querySelector('button').focus()")
    for direction, is_up in (("ascending", True), ("descending", False)):
        page.press("Enter")
        found = page.evaluate(numbers)
        checks.equal(f"sorted by keyboard, {direction}", sorted(found, reverse=not is_up), found)
        checks.equal(f"and says so: {direction}", direction, page.evaluate(f"{head}.getAttribute('aria-sort')"))
    first = "document.querySelector('#accounts-table tbody a')"
    account = page.evaluate(f"{first}.textContent")
    page.evaluate("document.getElementById('filter').focus()")
    page.type(account)
    shown = "[...document.querySelectorAll('tbody tr:not([hidden]):not(.empty)')].map((it) => it.textContent)"
    filtered = page.evaluate(shown)
    checks.true("filtered by keyboard", filtered and all(account in it for it in filtered), filtered[:3])
    status = page.evaluate("document.getElementById('found').textContent")
    checks.true("and says how many", status.startswith(f"{len(filtered)} of "), status)
    page.press("Escape")
    checks.true("Escape shows all", len(page.evaluate(shown)) > len(filtered))
    page.evaluate(f"{first}.focus()")
    page.press("Enter")
    checks.equal("an account leads to the lists, and filters them", account, page.evaluate("filter.value"))
    page.evaluate("filter.focus()")
    page.press("Escape")


def printed(checks, page):
    page.media("print")
    page.send("Emulation.setDeviceMetricsOverride", width=PAPER_WIDTH, height=740, deviceScaleFactor=1, mobile=False)
    wide = "[...document.querySelectorAll('table, pre')].filter((it) => it.getBoundingClientRect().right"
    wide = f"{wide} > document.documentElement.clientWidth + 1).map((it) => it.closest('details').id)"
    checks.equal("no column is cut on paper", [], page.evaluate(wide))
    checks.true("it prints", page.pdf().startswith(b"%PDF-"))


def accessible(checks, browser, file, axe):
    for scheme in ("light", "dark"):
        page = browser.open(file, scheme=scheme)
        # The engine is the test's own: it goes past the page's policy, as a debugger does.
        page.evaluate(f"{axe}\n;0")
        run = "axe.run(document, {resultTypes: ['violations']})"
        words = "it.violations.map((one) => [one.impact, one.id, one.nodes[0].html])"
        found = page.evaluate(f"{run}.then((it) => {words})")
        serious = [it for it in found if it[0] in ("serious", "critical")]
        checks.equal(f"axe-core has no serious finding, {scheme}", [], serious)


def widths(checks, browser, file, pictures):
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            page = browser.open(file, width=width, scheme=scheme)
            found = page.evaluate("document.documentElement.scrollWidth")
            checks.true(f"{width} px, {scheme}: the page itself does not scroll sideways", found <= width, found)
            if pictures:
                page.picture(pathlib.Path(pictures, f"report-{width}-{scheme}.png"))


def without_script(checks, browser, file):
    page = browser.open(file, has_script=False)
    hidden = page.evaluate("document.querySelectorAll('tbody tr[hidden]').length")
    closed = page.evaluate("document.querySelectorAll('section:not(#method) details:not([open])').length")
    checks.equal("without script all rows are there", [0, 0], [hidden, closed])
    checks.true("and no control that does nothing", page.evaluate("document.getElementById('bar').hidden"))


def large(checks, report, browser, source, folder):
    """Ten thousand accounts."""
    accounts = report.accounts(source, "--snapshot", newest(source))
    target = pathlib.Path(folder, "large")
    lakes.rewritten(source, target, lakes.grown(accounts, ACCOUNTS))
    many = report.accounts(target)
    checks.true(f"there are {ACCOUNTS} accounts", many >= ACCOUNTS, many)
    file = report.page(target, "large")
    size = file.stat().st_size
    checks.true(f"a page of at most 5 MiB: {size} bytes", size <= BYTES_MAX, size)
    page = browser.open(file)
    ready = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") / 1000
    checks.true(f"ready after {ready:.2f} s (goal {READY_SECONDS})", 0 < ready <= READY_SECONDS_MAX, ready)
    quiet(checks, "ten thousand accounts", page)


def newest(lake):
    """The run of a lake's newest commit, which is the one that is copied."""
    return json.loads(sorted(pathlib.Path(lake, "_commits").glob("*.json"))[-1].read_text())["run_id"]


def test(checks, arguments, folder):
    report = Report(str(arguments.orgcensus.resolve()), folder)
    with npm_package.unpacked("axe-core", ["4"]) as (root, _):
        axe = pathlib.Path(root, "axe.min.js").read_text()
    hostile = pathlib.Path(folder, "hostile")
    lakes.rewritten(arguments.lake, hostile, lakes.hostile(list(HOSTILE)))
    file = report.page(hostile, "hostile")
    checks.equal("the same lake makes the same bytes", file.read_bytes(), report.page(hostile, "again").read_bytes())
    checks.equal("for its user alone", 0o600, file.stat().st_mode & 0o777)
    with Browser() as browser:
        page = browser.open(file)
        parts = {
            "quiet": lambda: quiet(checks, "hostile names", page),
            "names": lambda: names_are_text(checks, page),
            "numbers": lambda: numbers_are_those_of_ask(checks, report, hostile, page),
            "changes": lambda: changes_are_those_of_the_table(checks, report, hostile, page),
            "summary": lambda: summary_leads_on(checks, page),
            "credentials": lambda: tables.credentials_are_those_of_the_table(checks, report, hostile, page),
            "services": lambda: tables.services_are_those_of_the_table(checks, report, hostile, page),
            "keyboard": lambda: keyboard(checks, page),
            "still quiet": lambda: quiet(checks, "after all that", page),
            "printed": lambda: printed(checks, page),
            "axe-core": lambda: accessible(checks, browser, file, axe),
            "widths": lambda: widths(checks, browser, file, arguments.pictures),
            "without script": lambda: without_script(checks, browser, file),
            "all of the lake": lambda: quiet(checks, "the lake", browser.open(report.page(arguments.lake, "lake"))),
            "ten thousand accounts": lambda: large(checks, report, browser, arguments.lake, folder),
        }
        for name, part in parts.items():
            checks.run(name, part)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orgcensus", required=True, type=pathlib.Path)
    parser.add_argument("--lake", required=True, type=pathlib.Path, help="in a folder; its newest snapshot is copied")
    parser.add_argument("--pictures", type=pathlib.Path, help="a folder for four pictures")
    arguments = parser.parse_args()
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        checks.run("the whole test", lambda: test(checks, arguments, folder))
    sys.exit(checks.end())


if __name__ == "__main__":
    main()
