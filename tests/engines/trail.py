"""What the view over an organization's own trail selects, run by DuckDB on sample files of CloudTrail.

    venv/bin/python tests/engines/trail.py

With it the statement that finds who made the published changes. The table's statement and its projection are Athena's
alone: they are parsed, and no engine here runs them. Prints what is wrong, then "N passed, M failed".
"""

import gzip
import json
import pathlib
import sys
import tempfile

import duckdb
import sqlglot

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "crates" / "catalog" / "data"
# What the program prints for the changes that are published beside: `changes --sql --events trail_activity`.
MADE = (ROOT / "crates" / "answers" / "data" / "changes_with_actors.sql").read_text()
SELECT, TABLE = (DATA / "trail_activity.sql").read_text(), (DATA / "trail_table.sql").read_text()
# What the program puts in.
PLACES = {"database": "d", "location": "s3://trails/AWSLogs/o-1", "of_accounts": "'a' = 'b'", "regions": "us-east-1"}
# The columns that the table has, as Athena's format of CloudTrail reads them: objects that have no fixed shape are texts.
COLUMNS = """
    eventid VARCHAR, eventtime VARCHAR, eventname VARCHAR, eventsource VARCHAR, eventtype VARCHAR, sourceipaddress VARCHAR,
    errorcode VARCHAR, errormessage VARCHAR, readonly VARCHAR,
    requestparameters VARCHAR, responseelements VARCHAR, additionaleventdata VARCHAR,
    useridentity STRUCT(type VARCHAR, arn VARCHAR, username VARCHAR, invokedby VARCHAR, sessioncontext STRUCT(
        attributes STRUCT(mfaauthenticated VARCHAR), sessionissuer STRUCT(arn VARCHAR)))
"""
TYPED = "hunter2-is-a-password"
ROOT_ARN, USER_ARN = "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/ana"


def record(event_id, name, source, identity, **more):
    return {
        "eventVersion": "1.08",
        "eventID": event_id,
        "eventTime": "2026-11-29T12:00:01Z",
        "eventName": name,
        "eventSource": source,
        "userIdentity": identity,
        "sourceIPAddress": "192.0.2.1",
        "readOnly": False,
        **more,
    }


def sign_in(event_id, identity, answer, mfa):
    elements = {"responseElements": {"ConsoleLogin": answer}, "additionalEventData": {"MFAUsed": mfa}}
    return record(
        event_id, "ConsoleLogin", "signin.amazonaws.com", identity, eventType="AwsConsoleSignIn", requestParameters=None, **elements
    )


def records():
    session = {
        "type": "AssumedRole",
        "arn": "arn:aws:sts::111122223333:assumed-role/admin/olga",
        "sessionContext": {
            "attributes": {"mfaAuthenticated": "true"},
            "sessionIssuer": {"arn": "arn:aws:iam::111122223333:role/admin"},
        },
    }
    root = {"type": "Root", "arn": ROOT_ARN}
    rules = {"securityGroupRuleSet": {"items": [{"securityGroupRuleId": "sgr-2"}]}}
    return [
        sign_in("1", {"type": "IAMUser", "arn": USER_ARN, "userName": "ana"}, "Success", "No"),
        sign_in("2", {"type": "IAMUser", "arn": f"arn:{TYPED}", "userName": TYPED}, "Failure", "No"),
        sign_in("3", {"type": "Root", "arn": ROOT_ARN}, "Failure", "Yes"),
        record("4", "CreateUser", "iam.amazonaws.com", session, eventType="AwsApiCall", requestParameters={"userName": "ben"}),
        record(
            "5",
            "AuthorizeSecurityGroupIngress",
            "ec2.amazonaws.com",
            session,
            eventType="AwsApiCall",
            requestParameters={"groupId": "sg-1", "secret": "never kept"},
            responseElements=rules,
        ),
        record("6", "ListUsers", "iam.amazonaws.com", session, eventType="AwsApiCall", errorCode="AccessDenied", readOnly=True),
        record("7", "CreateAccessKey", "iam.amazonaws.com", root, eventType="AwsApiCall", requestParameters=None),
        record("8", "DeactivateMFADevice", "iam.amazonaws.com", root, eventType="AwsApiCall", requestParameters={"userName": "ben"}),
        sign_in("9", root, "Success", "YES"),
    ]


def lowered(value):
    """An event as the table has it: names of columns and fields in lower case, parameters as texts."""
    texts = ("requestparameters", "responseelements", "additionaleventdata")
    found = {}
    for name, it in value.items():
        name = name.lower()
        if name in texts:
            it = None if it is None else json.dumps(it)
        elif isinstance(it, dict):
            it = lowered(it)
        elif isinstance(it, bool):
            it = str(it).lower()
        found[name] = it
    return found


def selected(folder):
    """The rows of the view, as objects."""
    file = pathlib.Path(folder) / "111122223333_CloudTrail_us-east-1_20261129T1200Z_x.json.gz"
    file.write_bytes(gzip.compress(json.dumps({"Records": records()}).encode()))
    events = [lowered(it) for it in json.loads(gzip.decompress(file.read_bytes()))["Records"]]
    table = pathlib.Path(folder) / "events.json"
    table.write_text("\n".join(json.dumps(it) for it in events))
    connection = duckdb.connect()
    # The name of Trino's function.
    connection.execute("CREATE MACRO json_extract_scalar(text, path) AS json_extract_string(text, path)")
    connection.execute(f"CREATE TABLE events ({COLUMNS})")
    connection.execute(f"INSERT INTO events BY NAME SELECT * FROM read_json('{table}', columns = {columns()})")
    partition = "'111122223333' AS account_id, 'us-east-1' AS region, '2026/11/29' AS day"
    connection.execute(f"CREATE VIEW cloudtrail_events AS SELECT *, {partition} FROM events")
    connection.execute(f"CREATE VIEW trail_activity AS {SELECT}")
    found = connection.execute(SELECT + " ORDER BY event_id")
    names = [it[0] for it in found.description]
    return names, [dict(zip(names, row)) for row in found.fetchall()], made(connection)


def made(connection):
    """Who made the published changes, by their ordinals."""
    kinds = "rule_id VARCHAR, ordinal BIGINT, change VARCHAR, resource VARCHAR, account_id VARCHAR, run_id VARCHAR"
    others = "priority VARCHAR, title VARCHAR, account_name VARCHAR, region VARCHAR, was VARCHAR, now VARCHAR"
    connection.execute(f"CREATE TABLE changes ({kinds}, {others})")
    changes = [
        ("D6", 0, "appeared", "arn:aws:iam::111122223333:user/people/ben", "111122223333", "run-2"),
        ("D6", 1, "appeared", "arn:aws:iam::444455556666:user/ben", "444455556666", "run-2"),
        ("D8", 2, "changed", ROOT_ARN, "111122223333", "run-2"),
        ("D9", 3, "appeared", "arn:aws:ec2:us-east-1:111122223333:security-group-rule/sgr-2", "111122223333", "run-2"),
        ("D24", 4, "changed", None, "111122223333", "run-2"),
        ("D6", 5, "not_seen", "arn:aws:iam::111122223333:user/ben", "111122223333", "run-2"),
        ("D6", 6, "appeared", "arn:aws:iam::111122223333:user/ben", "111122223333", "run-1"),
    ]
    connection.executemany(f"INSERT INTO changes SELECT ?, ?, ?, ?, ?, ?{', NULL' * 6}", changes)
    names = [("D6", "CreateUser"), ("D8", "CreateAccessKey"), ("D9", "AuthorizeSecurityGroupIngress"), ("D24", "ConsoleLogin")]
    lines = [f"SELECT '{it}' AS rule_id, '{name}' AS event_name, {it == 'D24'} AS is_of_account" for it, name in names]
    filled = {"makers": " UNION ALL ".join(lines), "events": "trail_activity", "run_id": "'run-2'"}
    filled["between"] = "day BETWEEN '2026/11/29' AND '2026/11/29'"
    statement = MADE
    for name, it in filled.items():
        statement = statement.replace("{" + name + "}", it)
    # Trino's functions.
    connection.execute("CREATE MACRO element_at(elements, place) AS elements[place]")
    found = connection.execute(statement)
    columns = [it[0] for it in found.description]
    return {row["ordinal"]: row["event_id"] for row in (dict(zip(columns, it)) for it in found.fetchall())}, statement


def columns():
    """The columns as read_json takes them."""
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE shape ({COLUMNS})")
    shape = connection.execute("SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'shape'").fetchall()
    return "{" + ", ".join(f"{name}: '{kind}'" for name, kind in shape) + "}"


def parses():
    """Whether the table's statement is one to Athena's parser, and what the view selects one to Trino's."""
    table = TABLE
    for name, value in PLACES.items():
        table = table.replace("{" + name + "}", value)
    made = sqlglot.parse(table, read="athena"), sqlglot.parse(SELECT, read="trino")
    return [type(it).__name__ for statements in made for it in statements] == ["Create", "Select"]


def checks(names, rows, changes):
    """What must hold, and whether it does."""
    yield "both statements parse", parses()
    by_id = {row["event_id"]: row for row in rows}
    of = lambda event_id, *columns: tuple(by_id[event_id][it] for it in columns)
    who = ("actor_type", "actor_arn", "is_failed", "is_mfa_used")
    olga = "arn:aws:sts::111122223333:assumed-role/admin/olga"
    yield "nine events", len(rows) == 9
    yield "a sign-in", of("1", *who) == ("IAMUser", USER_ARN, False, False)
    yield "a failed sign-in has no name", of("2", *who, "resources") == ("IAMUser", None, True, False, None)
    yield "root's has root's", of("3", *who) == ("Root", ROOT_ARN, True, True)
    yield "a session", of("4", *who, "resources") == ("AssumedRole", olga, False, True, ["ben"])
    yield "its issuer", of("4", "session_issuer_arn") == ("arn:aws:iam::111122223333:role/admin",)
    yield "a group and its rule", of("5", "resources") == (["sg-1", "sgr-2"],)
    yield "an error", of("6", "error_code", "is_failed", "is_read_only", "resources") == ("AccessDenied", True, True, None)
    yield "root's own key", of("7", "resources") == ([ROOT_ARN],)
    yield "root and a user's device", of("8", "resources") == (["ben"],)
    yield "a factor in capitals", of("9", "is_mfa_used") == (True,)
    yield "when", str(by_id["1"]["event_time"]) == "2026-11-29 12:00:01"
    yield "where", of("1", "account_id", "region", "day") == ("111122223333", "us-east-1", "2026/11/29")
    makers, statement = changes
    # Two sign-ins that succeeded fit the change of the account.
    yield "who made the changes", makers == {0: "4", 1: None, 2: "7", 3: "5", 4: None}
    yield "Trino parses it", [type(it).__name__ for it in sqlglot.parse(statement, read="trino")] == ["Select"]
    yield "no secret", TYPED not in str(rows) and "never kept" not in str(rows)
    stamped = {"organization_id", "account_name", "ou_path", "captured_at", "run_id"}
    lines = (ROOT / "crates" / "row" / "data" / "columns.tsv").read_text().splitlines()
    own = {line.split("\t")[1] for line in lines if line.startswith("activity\t")} - stamped
    yield "the columns of activity", bool(own) and own == set(names) - {"day"}


def main():
    with tempfile.TemporaryDirectory() as folder:
        results = list(checks(*selected(folder)))
    failed = [what for what, is_so in results if not is_so]
    for what in failed:
        print(f"wrong: {what}")
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
