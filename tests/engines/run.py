"""Other engines read a published lake and must see what orgcensus sees.

    python -m venv venv && venv/bin/pip install -r tests/requirements.txt
    venv/bin/python tests/engines/run.py --binary target/release/orgcensus --lake ./lake

Each runs the statements that `orgcensus catalog print` gives for it: DuckDB, PySpark without a metastore, PySpark's Hive
support with Athena's own statements, and a real Trino server (scripts/trino). Compared are, for every table, the columns'
types and comments, each column's count, least and greatest value, the same over the history; and for every shipped
question the rows, the coverage and the cases, by the statements of `orgcensus ask --sql`. Spark reads all of it by
Athena's tables, and one table of five by its own views too. A view that Trino stores must be stored as we would store it
in Glue, and Trino is asked for all by the views as we store them. The engines work side by side. Needs Java 17. Prints
what differs, then "N passed, M failed"; the exit status is 1 if anything failed.
"""

import argparse
import datetime
import decimal
import functools
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zlib

import views
from trino_server import Trino

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


# Trino refuses a statement of more than a hundred stages.
IN_ONE_STATEMENT = 40
PARTITION = {
    "org_id": "The organization, o-…",
    "snapshot_date": "The day on which the run started, YYYY-MM-DD (UTC)",
}


def tables_of(manifests):
    """Each table's columns with their types, and with their comments."""
    tables = {}
    for manifest in manifests:
        for table in manifest["tables"]:
            columns, comments = tables.setdefault(table["name"], ({}, {}))
            columns.update({it["name"]: it["type"] for it in table["columns"]})
            comments.update({it["name"]: " ".join(it["comment"].split()) for it in table["columns"]})
    strings = dict.fromkeys(PARTITION, "string")
    return {name: (columns | strings, comments | PARTITION) for name, (columns, comments) in tables.items()}


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

    def __init__(self, ours):
        import duckdb

        self.connection = duckdb.connect()
        for statement in ours.statements("duckdb"):
            self.connection.execute(statement)
        self.connection.execute("USE orgcensus")

    def rows(self, sql):
        answer = self.connection.execute(sql)
        names = [it[0] for it in answer.description]
        return [dict(zip(names, map(plain, row))) for row in answer.fetchall()]

    def types(self, table):
        return {it["column_name"]: it["column_type"] for it in self.rows(f"DESCRIBE {table}")}

    def comments(self, table):
        sql = "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'orgcensus' AND table_name = "
        return {it["column_name"]: it["comment"] for it in self.rows(f"{sql}'{table}'")}

    def expected(self, manifest_type):
        return types(manifest_type)[0]


class Spark:
    """Spark's own dialect: views over folders."""

    name = "Spark"
    dialect, database = "spark", "plain"
    timestamp = "timestamp_ntz"

    def __init__(self, ours, session):
        self.session = session
        for statement in filter(self.is_looked_at, ours.statements(self.dialect, self.database)):
            session.sql(statement)

    def is_looked_at(self, statement):
        """Whether a statement makes a database, or a view that is asked for: Spark looks into the folders of each."""
        made = re.match(r"CREATE OR REPLACE VIEW \w+\.(\w+)", statement)
        return not made or is_for_both(made[1])

    def rows(self, sql):
        self.session.catalog.setCurrentDatabase(self.database)
        sql = sql.replace("orgcensus_history.", f"{self.database}_history.")
        return [{name: plain(cell) for name, cell in row.asDict().items()} for row in self.session.sql(sql).collect()]

    @functools.cache
    def fields(self, table):
        """What Spark takes a second to look up is looked up once."""
        return self.session.table(table).schema.fields

    def types(self, table):
        return {it.name: it.dataType.simpleString() for it in self.fields(f"{self.database}.{table}")}

    def comments(self, table):
        return {it.name: it.metadata.get("comment") for it in self.fields(f"{self.database}.{table}")}

    def expected(self, manifest_type):
        return types(manifest_type)[1].replace("timestamp_ntz", self.timestamp)


class HiveOnSpark(Spark):
    """Athena's statements, word for word."""

    name = "Athena's DDL on Spark's Hive support"
    dialect, database = "athena", "orgcensus"
    timestamp = "timestamp"

    def is_looked_at(self, statement):
        return True

    def comments(self, table):
        return {it.name: it.metadata.get("comment") for it in self.fields(f"{self.database}_history.{table}")}


def spark_session(folder):
    """Spark with a metastore that ends with the folder."""
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[2]").appName("orgcensus")
    # One compiler: the second costs more than it wins in minutes. With one the JVM keeps 48 MB of code, and compiles no
    # more once they are full.
    compiler = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m"
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.shuffle.partitions": "1",
        "spark.default.parallelism": "1",
        # Plans are of a few rows: to plan anew between stages takes longer than what it would win.
        "spark.sql.adaptive.enabled": "false",
        # A thousand statements over a few rows each: to compile one takes longer than to interpret it.
        "spark.sql.codegen.wholeStage": "false",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={folder / 'metastore'};create=true",
        "spark.driver.extraJavaOptions": f"{compiler} -Duser.timezone=UTC -Dderby.system.home={folder}",
    }
    for name, value in settings.items():
        session = session.config(name, value)
    return session.enableHiveSupport().getOrCreate()


class Orgcensus:
    name = "orgcensus"

    def __init__(self, binary, lake):
        self.binary, self.lake = binary, lake
        self.columns = {}
        sql = "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'orgcensus'"
        for it in self.rows(sql):
            self.columns.setdefault(it["table_name"], {})[it["column_name"]] = it["data_type"]

    def statements(self, dialect, database="orgcensus"):
        """What `catalog print` says, statement by statement."""
        names = {"ORGCENSUS_CATALOG__DATABASE": database, "ORGCENSUS_CATALOG__HISTORY_DATABASE": f"{database}_history"}
        line = [self.binary, "catalog", "print", "--lake", str(self.lake), "--dialect", dialect]
        text = subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | names).stdout
        return [it.strip() for it in text.split(";\n") if it.strip()]

    def run(self, command, *arguments):
        line = [self.binary, command, "--lake", str(self.lake), "--format", "json", *arguments]
        return json.loads(subprocess.run(line, check=True, stdout=subprocess.PIPE).stdout)

    def rows(self, sql):
        return plain_rows(self.run("query", sql))

    def questions(self):
        """The ids of the shipped questions."""
        text = subprocess.run([self.binary, "ask", "--list"], check=True, stdout=subprocess.PIPE, text=True).stdout
        return [line.split()[0] for line in text.splitlines()]

    def ask(self, question, *more):
        """A question's rows and how much they rest on: those of facts as they are, which say it themselves."""
        answers = self.run("ask", question, *more)
        if "rows" not in answers[0]:
            return plain_rows(answers), None
        return plain_rows(answers[0]["rows"]), [{"coverage_percent": plain(answers[0]["coverage_percent"])}]

    def sql(self, question, *more):
        """A question's statements."""
        line = [self.binary, "ask", "--sql", question, *more]
        text = subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout
        return [it.strip() for it in text.split(";\n") if it.strip()]

    def types(self, table):
        return self.columns.get(table, {})

    def expected(self, manifest_type):
        return types(manifest_type)[2]


class Checks:
    """Counts what is equal and prints what is not. Several threads may check."""

    def __init__(self):
        self.passed = self.failed = 0
        self.seconds = {}
        self.lock = threading.Lock()

    def equal(self, what, expected, found):
        with self.lock:
            if expected == found:
                self.passed += 1
                return
            self.failed += 1
            print(f"FAIL {what}\n  expected {expected}\n  found    {found}")

    def run(self, what, engine, expected, call):
        """As equal; an engine that refuses has failed."""
        start = time.monotonic()
        try:
            found = call()
        except Exception as error:  # an engine's own error, whatever its class
            found = f"{type(error).__name__}: {str(error)[:500]}"
        self.seconds[engine.name] = self.seconds.get(engine.name, 0) + time.monotonic() - start
        self.equal(f"{what} in {engine.name}", expected, found)


class Once:
    """What is made when it is first needed, for all threads."""

    def __init__(self, make):
        self.make, self.lock, self.made = make, threading.Lock(), None

    def __call__(self, *_):
        with self.lock:
            if self.made is None:
                self.made = (self.make(),)
        return self.made[0]


def is_for_both(table):
    """Whether Spark is asked for a table by its own views too: one of five."""
    return zlib.crc32(table.encode()) % 5 == 0


class Look:
    """Something that an engine is asked: what it must say and what it says, each by the engine. `is_for_both` says
    whether Spark is asked by its own views too: the same engine reads Athena's tables in half the time, since it looks
    into no folder for each of them."""

    def __init__(self, what, expected, found, is_for_both=True):
        self.what, self.expected, self.found, self.is_for_both = what, expected, found, is_for_both


def ask(checks, engine, looks):
    for look in looks:
        checks.run(look.what, engine, look.expected(engine), lambda: look.found(engine))


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
    # Whoever ends the test ends the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    lake = arguments.lake.resolve()
    ours = Orgcensus(arguments.binary, lake)
    checks = Checks()
    looks = [*looks_at_tables(checks, ours, lake), *looks_at_questions(ours)]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        others = [beside(spark, checks, ours, looks, folder), beside(duckdb, checks, ours, looks)]
        with Trino(ours, folder) as trino:
            views.replace(checks, ours, trino)
            ask(checks, trino, looks)
        for other in others:
            other()
    organizations = {it["organization_id"] for it in newest_manifests(lake)}
    checks.equal("organizations that F1 counts", len(organizations), ours.ask("F1")[0][0]["denominator"])
    print(", ".join(f"{name} {seconds:.0f} s" for name, seconds in checks.seconds.items()))
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


def spark(checks, ours, looks, folder):
    session = spark_session(folder)
    ask(checks, Spark(ours, session), [look for look in looks if look.is_for_both])
    ask(checks, HiveOnSpark(ours, session), looks)
    session.stop()


def duckdb(checks, ours, looks):
    ask(checks, DuckDb(ours), looks)


def beside(work, *arguments):
    """Begins work in a thread that ends with the program. What it gives waits for the end, and raises what stopped it."""
    errors = []

    def run():
        try:
            work(*arguments)
        except BaseException as error:  # told to whoever waits
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def end():
        thread.join()
        if errors:
            raise errors[0]

    return end


def looks_at_tables(checks, ours, lake):
    """Types, comments and content of every table, of the newest snapshots and of all."""
    manifests = newest_manifests(lake)
    tables = tables_of(manifests)
    checks.equal("tables that orgcensus shows", sorted(tables), sorted(ours.columns))
    for table, (columns, comments) in tables.items():
        rows = sum(it["rows"] for manifest in manifests for it in manifest["tables"] if it["name"] == table)
        expected = {name: ours.expected(it) for name, it in columns.items()}
        checks.equal(f"types of {table} in orgcensus", expected, ours.types(table))
        yield from looks_at_table(ours, table, columns, comments, rows)
    for both in (False, True):
        names = [it for it in sorted(tables) if is_for_both(it) == both]
        counts = [f"SELECT '{it}' AS table_name, COUNT(*) AS n FROM orgcensus_history.{it}" for it in names]
        for at in range(0, len(counts), IN_ONE_STATEMENT):
            sql = f"{' UNION ALL '.join(counts[at : at + IN_ONE_STATEMENT])} ORDER BY 1 NULLS LAST"
            yield look_at_rows(ours, f"rows of the history from {names[at]} on", sql, both)


def looks_at_table(ours, table, columns, comments, rows):
    def types_in(engine):
        return {name: engine.expected(it) for name, it in columns.items()}

    both = is_for_both(table)
    yield Look(f"types of {table}", types_in, lambda engine: engine.types(table), both)
    yield Look(f"comments of {table}", lambda _: comments, lambda engine: engine.comments(table), both)
    content = look_at_rows(ours, f"content of {table}", profile(table, columns), both)
    yield content
    in_manifest = f"rows of {table} in the manifest"
    yield Look(in_manifest, lambda _: rows, lambda _: content.expected()[0]["all_rows"], both)


def look_at_rows(ours, what, sql, is_for_both=True):
    return Look(what, Once(lambda: ours.rows(sql)), lambda engine: engine.rows(sql), is_for_both)


def looks_at_questions(ours):
    """The rows of every shipped question, whose order is part of the answer, and those of its cases."""
    for question in ours.questions():
        for more in ([], ["--cases"]):
            yield from looks_at_question(ours, question, more)


def looks_at_question(ours, question, more):
    name = " ".join([question, *more])
    answer = Once(lambda: ours.ask(question, *more))
    statement, *of_coverage = ours.sql(question, *more)
    yield Look(name, lambda _: answer()[0], lambda engine: engine.rows(statement), is_for_both=False)
    is_said = f"{name} has a statement for its coverage"
    yield Look(is_said, lambda _: len(of_coverage) == 1, lambda _: answer()[1] is not None, is_for_both=False)
    if of_coverage:
        what = f"coverage of {name}"
        yield Look(what, lambda _: answer()[1], lambda engine: engine.rows(of_coverage[0]), is_for_both=False)


if __name__ == "__main__":
    sys.exit(main())
