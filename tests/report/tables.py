"""The numbers of the report's sections that are made of a published table: they are those of `query`."""

WORKLIST = """
SELECT
  COUNT(*) FILTER (WHERE next_step IS NOT NULL) AS listed_count,
  COUNT(*) FILTER (WHERE next_step IS NOT NULL AND is_root) AS root_count,
  COUNT(*) FILTER (WHERE next_step IS NULL AND (reason_count > 0 OR class IS NULL)) AS unknown_count
FROM credential_review
"""


def credentials_are_those_of_the_table(checks, report, lake, page):
    counts = report.query(lake, WORKLIST)[0]
    for table, name in (("credential-list", "listed_count"), ("credential-unknown", "unknown_count")):
        summary = page.evaluate(f"document.querySelector('#{table} summary').textContent")
        rows = "1 row" if counts[name] == 1 else f"{counts[name]} rows"
        checks.true(f"{table} counts its rows", summary.split(" · ")[1].startswith(rows), [summary, counts])
    numbers = "[...document.querySelectorAll('#credential-owners tbody tr:not(.empty)')]"
    numbers = f"{numbers}.map((it) => [3, 4, 11].map((at) => Number(it.cells[at].textContent)))"
    sums = [sum(column) for column in zip(*page.evaluate(numbers), strict=True)]
    wanted = [counts[name] for name in ("listed_count", "root_count", "unknown_count")]
    checks.equal("the owners' credentials are all of them", wanted, sums)
    users = "[...document.querySelectorAll('#credential-list tbody tr:not(.empty)')]"
    users = page.evaluate(f"{users}.map((it) => it.cells[0].textContent)")
    first = min(counts["root_count"], len(users))
    found = [it == "<root_account>" for it in users]
    checks.equal("root users come first", [True] * first + [False] * (len(users) - first), found)
    checks.true("there is a credential to deal with", users, counts)


SERVICES = """
SELECT
  ou_path,
  service,
  COUNT(*) FILTER (WHERE is_on) AS on_count,
  COUNT(*) FILTER (WHERE NOT is_on) AS off_count,
  COUNT(*) FILTER (WHERE is_on IS NULL) AS unseen_count,
  COUNT(*) FILTER (WHERE is_on AND is_heard) AS heard_count
FROM security_services
GROUP BY ou_path, service
"""


def services_are_those_of_the_table(checks, report, lake, page):
    cells = "[...document.querySelectorAll('#services-grid tr[data-key]')].flatMap((row) => [...row.cells].slice(1)"
    cells = f"{cells}.map((cell, at) => [[row.dataset.key, row.closest('table').tHead.rows[0].cells[at + 1].textContent"
    cells = f"{cells}.replace(/[^a-z]/gi, '').toLowerCase()], cell.textContent]))"
    grid = {tuple(place): words for place, words in page.evaluate(cells)}
    counts = report.query(lake, SERVICES)
    checks.true("there are services in units", len(counts) > 9, counts)
    totals = {}
    for it in counts:
        seen, unseen = it["on_count"] + it["off_count"], it["unseen_count"]
        wanted = [f"on {it['on_count']} of {seen}"] * (seen > 0) + [f"not seen {unseen}"] * (unseen > 0)
        wanted += [f"heard {it['heard_count']}"] * (it["on_count"] > 0)
        words = grid.get((it["ou_path"] or "", it["service"].replace("_", "")), "")
        # A mark comes first, and what is not known stands behind its count.
        said = {part.strip(" ✓✗◐?").split(" (")[0] for part in words.split(", ")}
        checks.equal(f"{it['service']} in {it['ou_path']}", set(), set(wanted) - said)
        total = totals.setdefault(it["service"], [0] * 4)
        for at, name in enumerate(("on_count", "off_count", "unseen_count", "heard_count")):
            total[at] += it[name]
    rows = "Object.fromEntries([...document.querySelectorAll('#services-table tr[data-key]')]"
    rows = f"{rows}.map((it) => [it.dataset.key, [1, 2, 3, 4].map((at) => Number(it.cells[at].textContent))]))"
    checks.equal("services over all units", totals, page.evaluate(rows))
