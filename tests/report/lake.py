"""A lake like another, with other rows: names that an attacker would choose, or ten thousand accounts. The files are
written straight into it, with their sums, so that a reader takes them for published."""

import hashlib
import json
import pathlib
import shutil
import zlib

import pyarrow
import pyarrow.compute as compute
import pyarrow.parquet as parquet

BLOCK_BYTES = 256 << 10
# As a publication ends its row groups and pages.
ROW_GROUP_ROWS = 32 << 10
PAGE_ROWS = 4 << 10


def newest(lake):
    """The newest snapshot: its commit, and its manifest."""
    commits = sorted(pathlib.Path(lake, "_commits").glob("*.json"))
    commit = json.loads(commits[-1].read_text())
    return commit, json.loads(pathlib.Path(lake, commit["manifest"]["path"]).read_text())


def rows_of(lake, table):
    """The rows of a table of the manifest."""
    # The folders' names are no columns of the files.
    files = [parquet.read_table(pathlib.Path(lake, it["path"]), partitioning=None) for it in table["files"]]
    return pyarrow.concat_tables(files)


def rewritten(source, target, change):
    """Copies the newest snapshot of a lake. `change(name, rows)` gives a table's new rows, or None where they stay."""
    commit, manifest = newest(source)
    manifest_path = commit["manifest"]["path"]
    folder = pathlib.Path(manifest_path).parent
    shutil.copytree(pathlib.Path(source, folder), pathlib.Path(target, folder))
    for table in manifest["tables"]:
        changed = change(table["name"], rows_of(source, table))
        if changed is None:
            continue
        for file in table["files"][1:]:
            pathlib.Path(target, file["path"]).unlink()
        table["files"] = [written(target, table["files"][0]["path"], changed, table["key"])]
        table["rows"], table["bytes"] = changed.num_rows, table["files"][0]["bytes"]
    data = json.dumps(manifest).encode()
    pathlib.Path(target, manifest_path).write_bytes(data)
    commit["manifest"]["sha256"] = hashlib.sha256(data).hexdigest()
    commit.update({"n": 1, "supersedes": None})
    pathlib.Path(target, "_commits").mkdir()
    pathlib.Path(target, "_commits", "00000001.json").write_text(json.dumps(commit))


def written(target, path, rows, key):
    """Writes a file as a publication does, and gives what the manifest says of it."""
    naming = {"arn", *(it for it in key if it.endswith("_arn"))} & set(rows.column_names)
    bloom = {"ndv": max(1, min(rows.num_rows, ROW_GROUP_ROWS)), "fpp": 0.01}
    parquet.write_table(
        rows,
        pathlib.Path(target, path),
        compression="zstd",
        store_schema=False,
        row_group_size=ROW_GROUP_ROWS,
        write_page_index=True,
        max_rows_per_page=PAGE_ROWS,
        bloom_filter_options=dict.fromkeys(naming, bloom),
    )
    data = pathlib.Path(target, path).read_bytes()
    sums = [zlib.crc32(data[at : at + BLOCK_BYTES]) for at in range(0, len(data), BLOCK_BYTES)]
    accounts = compute.min_max(rows["account_id"]).as_py()
    return {
        "path": path,
        "rows": rows.num_rows,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "blocks": {"block_bytes": BLOCK_BYTES, "crc32": "".join(f"{it:08x}" for it in sums)},
        "min_account_id": accounts["min"],
        "max_account_id": accounts["max"],
    }


def with_column(rows, name, values):
    at = rows.schema.get_field_index(name)
    return rows.set_column(at, rows.schema.field(at), pyarrow.chunked_array([values]).cast(rows.schema.field(at).type))


def hostile(names):
    """A change: each account has one of these names, in every table."""

    met = {}

    def change(_, rows):
        ids = rows["account_id"].to_pylist()
        called = [names[met.setdefault(it, len(met)) % len(names)] for it in ids]
        return with_column(rows, "account_name", pyarrow.array(called, pyarrow.string()))

    return change


# The tables that grow with the accounts, and how many rows an account has of each at most.
GROWN = {
    "account_owners": 1,
    "accounts": 1,
    "coverage": 20,
    "credential_review": 10,
    "ec2_instances": 5,
    "ec2_metadata_posture": 5,
    "external_access": 50,
    "iam_credential_report": 5,
    "identity_access": 10,
    "internet_paths": 10,
    "privilege_paths": 10,
    "resource_access": 50,
    "security_services": 9,
}


def grown(accounts, wanted):
    """A change: so many accounts instead of a few, each with rows like theirs."""
    copies = -(-wanted // accounts)

    def change(name, rows):
        if name not in GROWN:
            return None
        most = GROWN[name] * accounts
        step = max(1, -(-rows.num_rows // most))
        few = rows.take(list(range(0, rows.num_rows, step)))
        return pyarrow.concat_tables(like(few, copy) for copy in range(copies)).sort_by("account_id")

    return change


def like(rows, copy):
    """The same rows of other accounts: other ids, other ARNs."""
    for field in rows.schema if copy else ():
        if field.name == "account_id":
            ids = compute.cast(rows[field.name], pyarrow.int64())
            ids = [f"{(it + copy * 7_919) % 10**12:012d}" for it in ids.to_pylist()]
            rows = with_column(rows, field.name, pyarrow.array(ids))
        elif (field.name == "arn" or field.name.endswith("_arn")) and pyarrow.types.is_string(field.type):
            arns = compute.binary_join_element_wise(rows[field.name], f"-{copy}", "")
            rows = with_column(rows, field.name, arns.combine_chunks())
    return rows
