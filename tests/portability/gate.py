"""Every shipped question must be SQL that Athena, Trino, Spark, DuckDB and the embedded engine read alike.

    python -m venv venv && venv/bin/pip install -r tests/requirements.txt
    venv/bin/python tests/portability/gate.py [--binary target/release/orgcensus] [FILE.sql …]

Three looks at the query of each file of config/questions, with the numbers of its thresholds in it, and at the whole statements that `orgcensus ask --sql` makes of
them, which each end in a semicolon: the grammar of Trino 422, Trino's catalogue of functions and types, and a
lint for what every engine accepts and not every engine means. First the gate is tried itself: on queries that must not
pass. Prints what is wrong, then "N passed, M failed".
"""

import argparse
import pathlib
import re
import subprocess
import sys

import sqlglot
from sqlglot import exp
from trino_query_parser import parse_statement
from trino_sql_validator import validate

QUESTIONS = pathlib.Path(__file__).resolve().parents[2] / "config" / "questions"

# Functions that mean the same everywhere. What is not here is not used.
FUNCTIONS = set(
    """abs avg bool_and bool_or cardinality cast ceil coalesce concat_ws count date_trunc dense_rank extract first_value
    floor lag last_value lead length lower max min ntile nullif position rank replace round row_number substr substring
    sum trim upper""".split()
)
# Words that some engine reserves, as a name of a column or an alias.
RESERVED = set(
    """all and array as between both case cast check column comment conf constraint create cross date decimal default
    delete desc distinct double drop else end escape except exists external false first float for foreign from full
    function grant group having import in inner insert int interval into is join last lateral left less like local more
    natural none normalize not null of offset on only or order out outer partition precision primary procedure
    range references right row rows select set skip some start table then time timestamp to true uescape union unique
    unnest user using values view views when where window with""".split()
)
TYPES = {exp.DType.BIGINT, exp.DType.INT, exp.DType.DOUBLE, exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.BOOLEAN, exp.DType.VARCHAR}
# Syntax that one engine lacks, or reads otherwise.
FORBIDDEN = {
    exp.Bracket: "a subscript: lists begin at 0 in Spark, a missing key is an error in Trino",
    exp.Unnest: "UNNEST: use a child table",
    exp.Lateral: "LATERAL",
    exp.ILike: "ILIKE: use LOWER",
    exp.Escape: "ESCAPE",
    exp.RegexpLike: "a regular expression",
    exp.Qualify: "QUALIFY: use a sub-query",
    exp.Offset: "OFFSET",
    exp.Fetch: "FETCH FIRST: use LIMIT",
    exp.AtTimeZone: "AT TIME ZONE",
    exp.Star: "*: name the columns, so that one which goes away is missed",
    exp.TryCast: "TRY_CAST on something that may fail: store a column",
}


def grammar(sql):
    """What the grammar of Trino 422 says."""
    try:
        parse_statement(sql)
        return []
    except Exception as error:  # the parser's own, whatever its class
        return [f"Trino's grammar: {str(error)[:200]}"]


def catalogue(sql):
    """Functions and types that Trino does not know, or knows otherwise."""
    result = validate(sql)
    found = [f"Trino's catalogue: {it}" for it in result.warnings]
    return found if result.valid else [*found, f"Trino's dialect: {result.error}"]


def text_traps(sql):
    """What shows in the text alone."""
    found = [f"{character!r} is no portable character" for character in '"`\\;\t' if character in sql]
    code = re.sub(r"'(?:[^']|'')*'|--[^\n]*", "''", sql)
    for pattern, what in [
        (r"(?i)\bIS\s+(NOT\s+)?(TRUE|FALSE|UNKNOWN)\b", "IS TRUE: use the boolean, or IS NOT DISTINCT FROM true"),
        (r"(?i)\bINTERVAL\s+(?!'')\S+", "an INTERVAL without quotes: INTERVAL '90' DAY"),
        (r"(?i)\bINTERVAL\s+''\s+\w+S\b", "an INTERVAL in plural"),
        (r"(?i)\bLOCALTIMESTAMP\b", "LOCALTIMESTAMP"),
        (r"(?i)\bLIMIT\b", "LIMIT: an answer is whole"),
        (r"(?<![\w.])\d+\.\d+(?![\w.])", "a decimal number: write 1E2, which is DOUBLE everywhere"),
        (r"[A-Z]+\w*[a-z]\w*|[a-z]\w*[A-Z]\w*", "a name in mixed case"),
    ]:
        for match in re.finditer(pattern, code):
            found.append(f"{match.group(0)}: {what}")
    orders = len(re.findall(r"(?i)\bNULLS\s+(FIRST|LAST)\b", code))
    return found, orders


def tree_traps(tree):
    """What shows in the syntax tree."""
    found = [f"{node.sql()[:60]}: {why}" for kind, why in FORBIDDEN.items() for node in tree.find_all(kind) if not is_count(node)]
    for node in tree.find_all(exp.Func):
        if isinstance(node, (exp.Case, exp.If, exp.And, exp.Or, exp.Not, exp.Exists, exp.Anonymous)):
            continue
        name = node.sql_name().lower()
        if name not in FUNCTIONS and not isinstance(node, exp.Binary) and name not in ALIASES:
            found.append(f"{name}: not among the functions that mean the same everywhere")
    found += [f"{it.name}: not among the functions that mean the same everywhere" for it in tree.find_all(exp.Anonymous) if it.name.lower() not in FUNCTIONS]
    for node in tree.find_all(exp.Cast):
        kind = node.to
        if kind.this not in TYPES:
            found.append(f"{node.sql()[:60]}: not a type of every engine")
        elif kind.this == exp.DType.VARCHAR and not kind.expressions:
            found.append(f"{node.sql()[:60]}: VARCHAR needs a length in Spark")
    for node in tree.find_all(exp.Div):
        if not is_double(node.this):
            found.append(f"{node.sql()[:60]}: / of whole numbers differs; begin with 1E2 * or CAST AS DOUBLE")
        if not isinstance(node.expression.unnest(), (exp.Nullif, exp.Literal)):
            found.append(f"{node.sql()[:60]}: division by zero differs; use NULLIF")
    for select in tree.find_all(exp.Select):
        found += alias_traps(select)
    names = [it.alias for it in tree.find_all(exp.Alias)] + [it.alias for it in tree.find_all(exp.TableAlias)]
    found += [f"{name}: reserved somewhere" for name in names if name.lower() in RESERVED]
    return found


# What sqlglot calls some of them.
ALIASES = {"str_position", "timestamp_trunc", "array_size", "logical_or", "logical_and", "substring", "ceil", "array", "interval"}


def is_count(node):
    return isinstance(node, exp.Star) and isinstance(node.parent, exp.Count)


def is_double(node):
    """Whether an operand makes the division one of doubles."""
    literals = any("E" in str(it.this).upper() for it in node.find_all(exp.Literal) if not it.is_string)
    return literals or any(it.to.this == exp.DType.DOUBLE for it in node.find_all(exp.Cast))


def alias_traps(select):
    """Trino resolves no alias in GROUP BY and HAVING."""
    aliases = {it.alias for it in select.expressions if isinstance(it, exp.Alias) and not (isinstance(it.this, exp.Column) and it.this.name == it.alias)}
    found = []
    for clause in ("group", "having"):
        node = select.args.get(clause)
        for column in node.find_all(exp.Column) if node else []:
            if not column.table and column.name in aliases:
                found.append(f"{column.name}: an alias in {clause.upper()}")
    return found


def traps(sql):
    """All that is wrong with a query."""
    found, orders = text_traps(sql)
    found += grammar(sql) + catalogue(sql)
    try:
        tree = sqlglot.parse_one(sql, read="trino")
    except sqlglot.errors.ParseError as error:
        return [*found, f"sqlglot: {str(error)[:200]}"]
    ordered = sum(1 for _ in tree.find_all(exp.Ordered))
    if ordered != orders:
        found.append(f"ORDER BY: {ordered} keys, and {orders} say NULLS FIRST or LAST")
    return found + tree_traps(tree)


# The gate must be able to fail: each of these has one trap.
TRAPS = [
    "SELECT user_nam FROM iam_users WHERE user_name ILIKE 'a%'",
    "SELECT a / b AS c FROM t",
    "SELECT 100.0 * a AS c FROM t",
    "SELECT a AS c FROM t ORDER BY a",
    "SELECT LOWER(a) AS c, COUNT(*) AS n FROM t GROUP BY c",
    "SELECT COUNT(*) AS n FROM t HAVING n > 1",
    "SELECT tags['k'] AS c FROM t",
    "SELECT CAST(a AS VARCHAR) AS c FROM t",
    "SELECT GREATEST(a, b) AS c FROM t",
    "SELECT CONCAT(a, b) AS c FROM t",
    "SELECT split_part(a, '/', 1) AS c FROM t",
    "SELECT regexp_like(a, 'b') AS c FROM t",
    "SELECT datediff('day', a, b) AS c FROM t",
    "SELECT no_such_function(a) AS c FROM t",
    "SELECT a AS c FROM t WHERE b IS TRUE",
    "SELECT a AS c FROM t WHERE ts < captured_at - INTERVAL 90 DAY",
    "SELECT a AS c FROM t WHERE ts < captured_at - INTERVAL '90' DAYS",
    'SELECT "a" AS c FROM t',
    "SELECT a AS c FROM t WHERE b LIKE 'x\\_%'",
    "SELECT * FROM t",
    "SELECT a AS c FROM t LIMIT 10",
    "SELECT a AS c, ROW_NUMBER() OVER (ORDER BY a NULLS LAST) AS rn FROM t QUALIFY rn = 1",
    "SELECT x AS c FROM t CROSS JOIN UNNEST(names) AS u(x)",
    "SELECT a AS range FROM t",
    "SELECT a AS c FROM t;",
]
FINE = """WITH counted AS (
  SELECT region, COUNT(*) FILTER (WHERE is_public) AS public_count, COUNT(*) AS all_count
  FROM s3_buckets WHERE NOT COALESCE(is_gone, false) AND created_at < captured_at - INTERVAL '90' DAY GROUP BY region
)
SELECT region, 'it''s' || CAST(all_count AS VARCHAR(20)) AS words, cardinality(names) AS names_count,
  ROUND(1E2 * public_count / NULLIF(all_count, 0), 1) AS percent_public,
  ROW_NUMBER() OVER (PARTITION BY region ORDER BY all_count NULLS LAST) AS rn
FROM counted ORDER BY region NULLS LAST, percent_public DESC NULLS FIRST"""


def filled(text):
    """A question's file with the numbers that its header gives by name, and without its controls, which semicolons part."""
    for name, number in re.findall(r"(?m)^-- threshold: (\w+) (\d+)$", text):
        text = text.replace("{" + name + "}", number)
    return re.sub(r"(?m)^-- controls: .*\n", "", text)


def statements(binary):
    """What `ask --sql` prints, by name: the answers and the cases of every question."""
    found = []
    for more in ([], ["--cases"]):
        text = subprocess.run([binary, "ask", "--sql", *more], check=True, stdout=subprocess.PIPE, text=True).stdout
        for statement in text.split(";\n")[:-1]:
            name = statement.strip().split("\n", 1)[0]
            found.append((" ".join(["ask", name, *more]), statement.strip()))
        if text.split(";\n")[-1].strip():
            sys.exit("FAIL ask --sql: the last statement has no semicolon")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", help="the orgcensus whose statements are looked at as well")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    passed = failed = 0
    for sql in TRAPS:
        if traps(sql):
            passed += 1
        else:
            failed += 1
            print(f"FAIL the gate lets pass: {sql}")
    files = arguments.files or sorted(QUESTIONS.glob("*.sql"))
    made = statements(arguments.binary) if arguments.binary else []
    for name, sql in [("a portable query", FINE), *((it.name, filled(it.read_text())) for it in files), *made]:
        found = traps(sql.rstrip())
        for it in found:
            print(f"FAIL {name}: {it}")
        passed, failed = passed + (not found), failed + bool(found)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main())
