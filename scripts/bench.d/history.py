"""Seconds and memory of `history` over a year of nights. Called by scripts/bench.

    history.py ORGCENSUS [NIGHTS [ACCOUNTS]]      365 nights of 100 accounts by default

Nothing is crawled but one demo. Each night is a commit and a manifest over the same files (hard links: a manifest's files
lie in its run's folder). Every other week some tables have other files, in which a user, a bucket and a group are gone and
a role and a queue are changed, so that the tasks' outcomes are read as well. In each night every account has events, none
of which made that, so that a change's actor is looked for. The lake takes about a megabyte a night.
"""

import datetime
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from measuring import measure

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "report"))
import lake as lakes  # noqa: E402
import pyarrow  # noqa: E402
import pyarrow.compute as compute  # noqa: E402

# What is asked about: the middle row of a table, and what happens to it every other week.
SUBJECTS = {
    "user": ("iam_users", "gone"),
    "role": ("iam_roles", "changed"),
    "bucket": ("s3_buckets", "gone"),
    "group": ("ec2_security_groups", "gone"),
    "queue": ("sqs_queues", "changed"),
    "function": ("lambda_functions", "same"),
}
NAMING = ("arn", "resource_arn", "principal_arn", "identity_arn", "user_arn")
# Verdicts and policies are about all of them: their rows go with the thing.
WITH_THEM = {"iam_credential_report", "policy_documents", "policy_statements", "resource_access", "resources"}
# Events of each account in a night, and regions in which it was asked for them.
EVENTS, REGIONS = 100, 17
# What every row says of its account and its run.
STAMP = ["organization_id", "account_id", "account_name", "ou_path", "captured_at", "run_id"]
GOAL = "goal for 365 nights of 100 accounts: 10 s, 512 MiB"


def main():
    orgcensus, *numbers = sys.argv[1:]
    nights, accounts = map(int, numbers + ["365", "100"][len(numbers) :])
    with tempfile.TemporaryDirectory(prefix="orgcensus-bench-") as folder:
        one, year = pathlib.Path(folder, "one"), pathlib.Path(folder, "year")
        line = [orgcensus, "demo", "--accounts", str(accounts), "--seed", "1", "--lake", str(one)]
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        asked = written(one, year, nights)
        print(f"{nights} nights of {accounts} accounts; {GOAL}")
        print(f"{'about':10} {'rows':>6} {'wall s':>7} {'cpu s':>7} {'peak MiB':>9}")
        for name, subject in asked.items():
            told, wall, cpu, peak = measure([orgcensus, "history", subject, "--lake", str(year), "--format", "csv"])
            rows = max(0, told.count("\n") - 1)
            print(f"{name:10} {rows:>6} {wall:>7.2f} {cpu:>7.2f} {peak:>9.0f}", flush=True)


def written(one, year, nights):
    """Writes the nights, the last one of the demo's date, and gives what to ask about."""
    commit, manifest = lakes.newest(one)
    tables = {table["name"]: lakes.rows_of(one, table) for table in manifest["tables"]}
    subjects = {name: middle(tables[table]["arn"]) for name, (table, _) in SUBJECTS.items()}
    others = one / "others"
    others.mkdir()
    for name, rows in happened(tables).items():
        table = next(it for it in manifest["tables"] if it["name"] == name)
        file = lakes.written(one, f"others/{name}.parquet", rows, table["key"])
        table.update({"files": [file], "rows": file["rows"], "bytes": file["bytes"]})
    for table in manifest["tables"]:
        changed = changed_rows(table["name"], tables[table["name"]], subjects)
        if changed is not None:
            path = f"others/{table['name']}.parquet"
            table["other"] = {**lakes.written(one, path, changed, table["key"]), "path": path}
    last = datetime.date.fromisoformat(commit["snapshot_date"])
    (year / "_commits").mkdir(parents=True)
    for number in range(1, nights + 1):
        date = last - datetime.timedelta(days=nights - number)
        night(one, year, number, date.isoformat(), commit, manifest)
    account_id = middle(tables["accounts"]["account_id"])
    return {**subjects, "account": account_id, "nothing": f"arn:aws:iam::{account_id}:user/nobody"}


def night(one, year, number, date, commit, manifest):
    """Publishes a night."""
    run_id, captured_at = f"night-{number:05}", f"{date}T02:00:00.000Z"
    folder = f"data/org_id={commit['organization_id']}/snapshot_date={date}/{run_id}"
    tables = []
    for table in manifest["tables"]:
        table = dict(table)
        other = table.pop("other", None)
        if other and number // 7 % 2:
            table.update({"files": [other], "rows": other["rows"], "bytes": other["bytes"]})
        table["files"] = [linked(one, year, f"{folder}/{table['name']}", place, it) for place, it in enumerate(table["files"])]
        tables.append(table)
    of_run = {"snapshot_date": date, "run_id": run_id, "captured_at": captured_at}
    data = json.dumps({**manifest, **of_run, "tables": tables}).encode()
    path = f"{folder}/manifest.json"
    (year / path).write_bytes(data)
    reference = {"path": path, "sha256": hashlib.sha256(data).hexdigest()}
    published = {**commit, **of_run, "n": number, "supersedes": None, "committed_at": captured_at, "manifest": reference}
    (year / "_commits" / f"{number:08}.json").write_text(json.dumps(published))


def linked(one, year, folder, place, file):
    """The same file in a night's own folder."""
    path = f"{folder}/{place:05}.parquet"
    (year / folder).mkdir(parents=True, exist_ok=True)
    os.link(one / file["path"], year / path)
    return {**file, "path": path}


def happened(tables):
    """What each night read of what happened: the rows of its two tables."""
    stamps = tables["accounts"].select(STAMP).to_pylist()
    long_ago = datetime.datetime(2020, 1, 1)
    event = {"event_name": "CreateUser", "event_time": long_ago, "is_failed": False, "resources": ["another"]}
    events = [
        {**stamp, **event, "region": "us-east-1", "event_id": f"{stamp['account_id']}-{number:03}"}
        for stamp in stamps
        for number in range(EVENTS)
    ]
    windows = [
        {**stamp, "region": f"region-{number:02}", "since_at": long_ago}
        for stamp in stamps
        for number in range(REGIONS)
    ]
    found = {"activity": events, "activity_windows": windows}
    return {name: pyarrow.Table.from_pylist(rows, schema=tables[name].schema) for name, rows in found.items()}


def middle(column):
    values = [it for it in column.to_pylist() if it]
    if not values:
        sys.exit("the demo has a table without a row: take more accounts")
    return values[len(values) // 2]


def changed_rows(name, table, subjects):
    """A table as it is every other week; none if it is the same."""
    changed = table
    for subject, (own, fate) in SUBJECTS.items():
        if fate == "same" or name not in {own} | WITH_THEM:
            continue
        for column in set(NAMING) & set(changed.column_names):
            is_it = compute.fill_null(compute.equal(changed[column], subjects[subject]), False)
            if fate == "gone":
                changed = changed.filter(compute.invert(is_it))
            elif name == own and column == "arn":
                changed = flipped(changed, is_it)
    return None if changed.equals(table) else changed


def flipped(table, is_it):
    """What is true of a row is false, and the other way round."""
    for field in table.schema:
        if pyarrow.types.is_boolean(field.type):
            values = compute.if_else(is_it, compute.invert(table[field.name]), table[field.name])
            table = lakes.with_column(table, field.name, values.combine_chunks())
    return table


if __name__ == "__main__":
    main()
