"""Other engines read a published lake and must see what orgcensus sees.

    python -m venv venv && venv/bin/pip install -r tests/requirements.txt
    venv/bin/python tests/engines/run.py --binary target/release/orgcensus --lake ./lake

DuckDB and PySpark open the files that the newest commits' manifests name. Compared are, for every table, the columns'
types and each column's count, least and greatest value; and for every shipped question the rows. PySpark needs a Java
runtime. Prints what differs, then "N passed, M failed"; the exit status is 1 if anything failed.
"""

import argparse
import datetime
import decimal
import json
import pathlib
import subprocess
import sys

QUESTIONS = pathlib.Path(__file__).resolve().parents[2] / "config" / "questions"

# The manifest's type, and what each engine calls it. Lists and maps are built from these.
SCALARS = {
    "string": ("VARCHAR", "string", "Utf8"),
    "boolean": ("BOOLEAN", "boolean", "Boolean"),
    "int": ("INTEGER", "int", "Int32"),
    "bigint": ("BIGINT", "bigint", "Int64"),
    "double": ("DOUBLE", "double", "Float64"),
    "timestamp": ("TIMESTAMP", "timestamp_ntz", "Timestamp(ms)"),
}


def types(manifest_type):
    """The type's names in DuckDB, Spark and Arrow."""
    if manifest_type in SCALARS:
        return SCALARS[manifest_type]
    outer, inner = manifest_type.removesuffix(">").split("<", 1)
    if outer == "array":
        duck, spark, arrow = types(inner)
        return f"{duck}[]", f"array<{spark}>", f"List({arrow}, field: 'element')"
    key, value = (types(it) for it in inner.split(",", 1))
    arrow = f'Map("key_value": non-null Struct("key": non-null {key[2]}, "value": {value[2]}), unsorted)'
    return f"MAP({key[0]}, {value[0]})", f"map<{key[1]},{value[1]}>", arrow


def newest_manifests(lake):
    """The manifest of each organization's newest complete snapshot; of one that has none, of its newest."""
    commits = [json.loads(path.read_text()) for path in sorted((lake / "_commits").glob("*.json"))]
    living = {(it["organization_id"], it["snapshot_date"]): it for it in commits}
    newest = {}
    for commit in sorted(living.values(), key=lambda it: (it["is_complete"], it["snapshot_date"], it["n"])):
        newest[commit["organization_id"]] = commit
    return [json.loads((lake / it["manifest"]["path"]).read_text()) for it in newest.values()]


def tables_of(manifests):
    """Each table's columns, and its files with the partition that they are of."""
    tables = {}
    for manifest in manifests:
        for table in manifest["tables"]:
            columns, parts = tables.setdefault(table["name"], ({}, []))
            columns.update({it["name"]: it["type"] for it in table["columns"]})
            files = [it["path"] for it in table["files"]]
            parts.append((manifest["organization_id"], manifest["snapshot_date"], files))
    partition = {"org_id": "string", "snapshot_date": "string"}
    return {name: (columns | partition, parts) for name, (columns, parts) in tables.items()}


def plain(cell):
    """A cell as JSON has it."""
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(timespec="milliseconds") + "Z"
    if isinstance(cell, (decimal.Decimal, float)):
        return round(float(cell), 9)
    return cell


def plain_rows(rows):
    return [{name: plain(cell) for name, cell in row.items()} for row in rows]


class DuckDb:
    name = "DuckDB"

    def __init__(self, lake, tables):
        import duckdb

        self.connection = duckdb.connect()
        for table, (_, parts) in tables.items():
            selects = [
                f"SELECT *, '{organization}' AS org_id, '{date}' AS snapshot_date"
                f" FROM read_parquet({[str(lake / it) for it in files]}, hive_partitioning = false)"
                for organization, date, files in parts
            ]
            self.connection.execute(f"CREATE VIEW {table} AS {' UNION ALL BY NAME '.join(selects)}")

    def rows(self, sql):
        answer = self.connection.execute(sql)
        names = [it[0] for it in answer.description]
        return [dict(zip(names, map(plain, row))) for row in answer.fetchall()]

    def types(self, table):
        return {it["column_name"]: it["column_type"] for it in self.rows(f"DESCRIBE {table}")}

    def expected(self, manifest_type):
        return types(manifest_type)[0]


class Spark:
    name = "Spark"

    def __init__(self, lake, tables):
        from pyspark.sql import SparkSession, functions

        session = SparkSession.builder.master("local[2]").appName("orgcensus")
        settings = {
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.ansi.enabled": "true",
            "spark.sql.shuffle.partitions": "2",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.log.level": "ERROR",
        }
        for name, value in settings.items():
            session = session.config(name, value)
        self.session = session.getOrCreate()
        for table, (_, parts) in tables.items():
            union = None
            for organization, date, files in parts:
                frame = self.session.read.parquet(*[str(lake / it) for it in files])
                frame = frame.withColumn("org_id", functions.lit(organization))
                frame = frame.withColumn("snapshot_date", functions.lit(date))
                union = frame if union is None else union.unionByName(frame, allowMissingColumns=True)
            union.createOrReplaceTempView(table)

    def rows(self, sql):
        return [{name: plain(cell) for name, cell in row.asDict().items()} for row in self.session.sql(sql).collect()]

    def types(self, table):
        return dict(self.session.table(table).dtypes)

    def expected(self, manifest_type):
        return types(manifest_type)[1]


class Orgcensus:
    name = "orgcensus"

    def __init__(self, binary, lake):
        self.binary, self.lake = binary, lake
        self.columns = {}
        sql = "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'orgcensus'"
        for it in self.rows(sql):
            self.columns.setdefault(it["table_name"], {})[it["column_name"]] = it["data_type"]

    def run(self, command, *arguments):
        line = [self.binary, command, "--lake", str(self.lake), "--format", "json", *arguments]
        return json.loads(subprocess.run(line, check=True, stdout=subprocess.PIPE).stdout)

    def rows(self, sql):
        return plain_rows(self.run("query", sql))

    def ask(self, question):
        """A question's rows: those of facts as they are, those of a list under its own object."""
        answers = self.run("ask", question)
        return plain_rows(answers[0]["rows"] if "rows" in answers[0] else answers)

    def types(self, table):
        return self.columns.get(table, {})

    def expected(self, manifest_type):
        return types(manifest_type)[2]


class Checks:
    """Counts what is equal and prints what is not."""

    def __init__(self):
        self.passed = self.failed = 0

    def equal(self, what, expected, found):
        if expected == found:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAIL {what}\n  expected {expected}\n  found    {found}")

    def run(self, what, expected, call):
        """As equal; an engine that refuses has failed."""
        try:
            found = call()
        except Exception as error:  # an engine's own error, whatever its class
            found = f"{type(error).__name__}: {str(error)[:500]}"
        self.equal(what, expected, found)


def profile(table, columns):
    """One query that looks at every cell: each column's count, and its least and greatest value if it has an order."""
    looks = ["COUNT(*) AS all_rows"]
    for number, (name, manifest_type) in enumerate(columns.items()):
        looks.append(f"COUNT({name}) AS count_{number}")
        if manifest_type in SCALARS:
            looks += [f"MIN({name}) AS min_{number}", f"MAX({name}) AS max_{number}"]
    return f"SELECT {', '.join(looks)} FROM {table}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, help="the orgcensus to compare with")
    parser.add_argument("--lake", required=True, type=pathlib.Path, help="the lake's folder")
    arguments = parser.parse_args()
    lake = arguments.lake.resolve()
    manifests = newest_manifests(lake)
    tables = tables_of(manifests)
    ours = Orgcensus(arguments.binary, lake)
    others = [DuckDb(lake, tables), Spark(lake, tables)]
    checks = Checks()

    checks.equal("tables that orgcensus shows", sorted(tables), sorted(ours.columns))
    for table, (columns, _) in tables.items():
        for engine in [ours, *others]:
            expected = {name: engine.expected(it) for name, it in columns.items()}
            checks.run(f"types of {table} in {engine.name}", expected, lambda: engine.types(table))
        rows = sum(it["rows"] for manifest in manifests for it in manifest["tables"] if it["name"] == table)
        sql = profile(table, columns)
        expected = ours.rows(sql)
        checks.equal(f"rows of {table} in the manifest", rows, expected[0]["all_rows"])
        for engine in others:
            checks.run(f"content of {table} in {engine.name}", expected, lambda: engine.rows(sql))

    for path in sorted(QUESTIONS.glob("*.sql")):
        sql = path.read_text()
        question = sql.split("\n", 1)[0].removeprefix("-- id: ")
        expected = ours.ask(question)
        for engine in others:
            checks.run(f"{question} in {engine.name}", expected, lambda: engine.rows(sql))

    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
