"""What a lake costs: `scripts/bench lake [ACCOUNTS]`, 1,000 accounts by default.

Crawls a simulated organization and prints each table's files, rows and bytes; the bytes that the shipped questions scan
in Parquet (the columns that they name) beside the same rows as JSON lines, which must be read whole; and rows written for
each CPU second of the whole program, in which the simulated organization runs too. Needs tests/requirements.txt.
"""

import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET_BYTES = 256 << 20


def crawl(binary, accounts, lake):
    """CPU seconds of a demo into this lake."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    line = [binary, "demo", "--accounts", str(accounts), "--seed", "1", "--lake", lake]
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def manifest(lake):
    (commit,) = pathlib.Path(lake, "_commits").glob("*.json")
    return json.loads(pathlib.Path(lake, json.loads(commit.read_text())["manifest"]["path"]).read_text())


def column_bytes(files):
    """Compressed bytes of each column of a table."""
    import pyarrow.parquet as parquet

    sums = {}
    for file in files:
        metadata = parquet.read_metadata(file)
        for group in range(metadata.num_row_groups):
            for column in range(metadata.num_columns):
                chunk = metadata.row_group(group).column(column)
                name = chunk.path_in_schema.split(".")[0]
                sums[name] = sums.get(name, 0) + chunk.total_compressed_size
    return sums


def json_bytes(files, folder):
    """The same rows as JSON lines."""
    import duckdb

    path = pathlib.Path(folder, "rows.json")
    duckdb.execute(f"COPY (SELECT * FROM read_parquet({[str(it) for it in files]}, hive_partitioning = false)) TO '{path}' (FORMAT json)")
    return path.stat().st_size


def main(arguments, binary):
    accounts = int(arguments[0]) if arguments else 1000
    folder = tempfile.mkdtemp(prefix="orgcensus-bench-")
    try:
        lake = os.path.join(folder, "lake")
        cpu = crawl(binary, accounts, lake)
        tables = {it["name"]: it for it in manifest(lake)["tables"]}
        files = {name: [os.path.join(lake, file["path"]) for file in it["files"]] for name, it in tables.items()}
        columns = {name: column_bytes(it) for name, it in files.items()}
        lines = {name: json_bytes(it, folder) for name, it in files.items()}
        print(f"{'table':34} {'files':>5} {'rows':>10} {'bytes':>12} {'as JSON lines':>14}")
        for name, it in sorted(tables.items(), key=lambda pair: -pair[1]["bytes"]):
            print(f"{name:34} {len(it['files']):>5} {it['rows']:>10} {it['bytes']:>12} {lines[name]:>14}")
            # One more than the bytes need, since a file ends at a row group.
            if len(it["files"]) > it["bytes"] // TARGET_BYTES + 1:
                sys.exit(f"{name} has more files than its bytes need")
        rows, size = sum(it["rows"] for it in tables.values()), sum(it["bytes"] for it in tables.values())
        print(f"{'together':34} {sum(map(len, files.values())):>5} {rows:>10} {size:>12} {sum(lines.values()):>14}\n")
        scanned = questions(columns, lines)
        parquet, plain = (sum(it[at] for it in scanned) for at in (0, 1))
        print(f"the {len(scanned)} shipped questions scan {parquet} bytes of Parquet, {plain} of JSON lines: 1/{plain / parquet:.0f}")
        print(f"{rows / cpu:.0f} rows written for each of {cpu:.1f} CPU seconds, crawl and simulated organization together")
    finally:
        shutil.rmtree(folder)


def questions(columns, lines):
    """What each question scans: the columns that it names of the tables that it reads, or these tables' lines."""
    scanned = []
    for path in sorted((ROOT / "config" / "questions").glob("*.sql")):
        text = re.sub(r"--[^\n]*|'[^']*'", "", path.read_text())
        tables = {it for it in re.findall(r"(?:FROM|JOIN) ([a-z_0-9]+)", text) if it in columns} | {"coverage"}
        words = set(re.findall(r"[a-z_0-9]+", text)) | {"collector", "is_planned", "is_complete"}
        used = sum(size for table in tables for name, size in columns[table].items() if name in words)
        scanned.append((used, sum(lines[table] for table in tables)))
    return scanned


if __name__ == "__main__":
    main(sys.argv[2:], sys.argv[1])
