"""Each file of a published lake says what it is, is sorted, and can be skipped in: read back by pyarrow and DuckDB.

    venv/bin/python tests/engines/files.py --binary target/release/orgcensus --lake ./lake

Prints what is wrong, then "N passed, M failed".
"""

import argparse
import hashlib
import json
import pathlib
import subprocess
import sys

import duckdb
import pyarrow.parquet as parquet

TARGET_BYTES = 256 << 20
ROOT = pathlib.Path(__file__).resolve().parents[2]
# The run of tests/fixtures/lake_before_ids.tar.gz: its files were written before columns had ids.
BEFORE_IDS = {"01a18766-e860-75a3-84cf-032e85583303"}


def columns_ids():
    """The ids of each table's columns, of what is in lists and maps too, by table and column."""
    found = {}
    for line in (ROOT / "crates" / "row" / "data" / "columns.tsv").read_text().splitlines():
        table, column, _, ids = line.split("\t")
        found.setdefault(table, {})[column] = [int(it) for it in ids.split()]
    return found


IDS = columns_ids()


def footer(manifest, table):
    """What a lone file must say."""
    return {
        "orgcensus.schema_version": str(manifest["schema_version"]),
        "orgcensus.version": manifest["orgcensus_version"],
        "orgcensus.organization_id": manifest["organization_id"],
        "orgcensus.snapshot_date": manifest["snapshot_date"],
        "orgcensus.run_id": manifest["run_id"],
        "orgcensus.captured_at": manifest["captured_at"],
        "orgcensus.table": table["name"],
        "orgcensus.comment": table["comment"],
        "orgcensus.key": ", ".join(table["key"]),
    }


def wrong_with(path, entry, manifest, table):
    """What is wrong with a file, in words."""
    data = path.read_bytes()
    if (len(data), hashlib.sha256(data).hexdigest()) != (entry["bytes"], entry["sha256"]):
        yield "its bytes are not the manifest's"
    metadata = parquet.read_metadata(path)
    said = {key.decode(): value.decode() for key, value in (metadata.metadata or {}).items()}
    if said != footer(manifest, table):
        yield f"its footer says {said}"
    if metadata.num_rows != entry["rows"]:
        yield f"it has {metadata.num_rows} rows, the manifest {entry['rows']}"
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(column)
            if chunk.compression != "ZSTD" or not chunk.has_column_index or not chunk.has_offset_index:
                yield f"{chunk.path_in_schema}: {chunk.compression}, column index {chunk.has_column_index}"
    ids = [it for (it,) in duckdb.sql(f"SELECT field_id FROM parquet_schema('{path}')").fetchall() if it is not None]
    given = [id for column in table["columns"] for id in IDS[table["name"]][column["name"]]]
    if ids != ([] if manifest["run_id"] in BEFORE_IDS else given):
        yield f"its columns have the ids {ids}, not {given}"
    sql = f"SELECT path_in_schema, bloom_filter_length FROM parquet_metadata('{path}')"
    bloomed = {name for name, length in duckdb.sql(sql).fetchall() if length}
    naming = {"arn"} & {it["name"] for it in table["columns"]}
    if manifest["run_id"] not in BEFORE_IDS:
        naming |= {it for it in table["key"] if it.endswith("_arn")}
    expected = naming if entry["rows"] else set()
    if bloomed != expected:
        yield f"bloom filters on {bloomed}, expected {expected}"
    key = ["account_id", "region", *table["key"]]
    rows = parquet.read_table(path, columns=key).to_pylist()
    values = [tuple((row[it] is not None, row[it]) for it in key) for row in rows]
    if any(a >= b for a, b in zip(values, values[1:])):
        yield "its rows are not in the order of account, region and key, each key once"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, help="the orgcensus to compare with")
    parser.add_argument("--lake", required=True, type=pathlib.Path, help="the lake's folder")
    arguments = parser.parse_args()
    lake = arguments.lake.resolve()
    passed = failed = 0
    line = [arguments.binary, "files", "--lake", str(lake), "--format", "json"]
    listed = {it["path"] for it in json.loads(subprocess.run(line, check=True, stdout=subprocess.PIPE).stdout)}
    manifests = [json.loads(it.read_text()) for it in lake.glob("data/*/*/*/manifest.json")]
    # Of each organization the newest snapshot is listed.
    newest = {it["organization_id"]: it["run_id"] for it in sorted(manifests, key=lambda it: it["snapshot_date"])}
    for manifest in manifests:
        for table in manifest["tables"]:
            wrong = []
            if len(table["files"]) > sum(it["bytes"] for it in table["files"]) // TARGET_BYTES + 1:
                wrong.append(f"{len(table['files'])} files are more than its bytes need")
            for entry in table["files"]:
                path = lake / entry["path"]
                wrong += wrong_with(path, entry, manifest, table)
                if (str(path) in listed) != (newest[manifest["organization_id"]] == manifest["run_id"]):
                    wrong.append("`orgcensus files` must name it if it is the newest, and only then")
            for it in wrong:
                print(f"FAIL {manifest['organization_id']} {table['name']}: {it}")
            passed, failed = passed + (not wrong), failed + bool(wrong)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
