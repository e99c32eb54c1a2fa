"""A lake in moto's S3, told to moto's Glue: published, asked, cataloged and pruned, and read back through their APIs.

    python -m venv venv && venv/bin/pip install -r tests/requirements.txt
    venv/bin/python tests/moto/lake_on_s3.py --orgcensus target/release/orgcensus

The organization is in moto too, so one run of the program crawls, publishes, and writes the catalogue. Everything that
Glue says afterwards must be as `catalog print` says it. Prints one line a check, then "N passed, M failed".
"""

import base64
import contextlib
import hashlib
import http.server
import json
import threading

from harness import Aws, Orgcensus, main, moto

KEYS = ("test", "test")
ROLE, BUCKET, LAKE = "orgcensus", "census", "s3://census/a/lake"
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}

CONFIGURATION = """
[aws]
max_attempts = 2

[select]
regions = ["us-east-1"]
collectors = ["iam_authorization_details", "sqs_queues", "s3_buckets"]

[lake]
url = "{lake}"
stage_directory = "{folder}/stage"
min_coverage = 0.1
role_arn = "arn:aws:iam::{account}:role/lake-writer"
expected_bucket_owner = "{owner}"
kms_key_id = "{key}"
storage_class = "STANDARD_IA"
{more}
"""


@contextlib.contextmanager
def foreign_bucket():
    """S3 as it answers who expects another owner, which moto does not: its URL, and the owners that were expected."""
    asked = []

    class Refusal(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.command, self.headers.get("x-amz-expected-bucket-owner")))
            body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
            self.send_response(403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_HEAD = do_POST = do_GET

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()


class Census(Orgcensus):
    """The program on a lake in the bucket."""

    def crawl(self, name, **values):
        path = self.lake / f"{name}.toml"
        path.write_text(CONFIGURATION.format(lake=LAKE, folder=self.lake / name, **values))
        done = self.run("crawl", "--config", str(path), "--endpoint-url", self.url)
        return done.returncode, done.stdout + done.stderr[-3000:]

    def lake_output(self, *arguments):
        return self.output(*arguments, "--lake", LAKE, "--endpoint-url", self.url)

    def query(self, sql):
        return json.loads(self.lake_output("query", "--format", "json", sql))


def make(management):
    """An organization of one account, a queue, the bucket, its key, and the role that writes it."""
    management.client("organizations").create_organization(FeatureSet="ALL")
    iam = management.client("iam")
    iam.create_role(RoleName="lake-writer", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.create_user(UserName="ann")
    management.client("sqs").create_queue(QueueName="jobs")
    management.client("s3").create_bucket(Bucket=BUCKET)
    key = management.client("kms").create_key()["KeyMetadata"]["Arn"]
    return management.client("sts").get_caller_identity()["Account"], key


def pages(client, operation, what, **arguments):
    return [it for page in client.get_paginator(operation).paginate(**arguments) for it in page[what]]


def columns(described):
    return [{"name": it["Name"], "type": it["Type"], "comment": it.get("Comment", "")} for it in described]


def read_back(glue, database):
    """Glue's own answers in the shape of `catalog print --dialect glue`."""
    tables = []
    for it in pages(glue, "get_tables", "TableList", DatabaseName=database):
        found = pages(glue, "get_partitions", "Partitions", DatabaseName=database, TableName=it["Name"]) if it["PartitionKeys"] else []
        partitions = [
            {
                "values": part["Values"],
                "location": part["StorageDescriptor"]["Location"],
                "columns": columns(part["StorageDescriptor"]["Columns"]),
            }
            for part in found
        ]
        tables.append(
            {
                "database": database,
                "name": it["Name"],
                "description": it["Description"],
                "parameters": it["Parameters"],
                "columns": columns(it["StorageDescriptor"]["Columns"]),
                "partition_keys": columns(it["PartitionKeys"]),
                "location": it["StorageDescriptor"]["Location"] or None,
                "view_text": it.get("ViewOriginalText") or None,
                "partitions": sorted(partitions, key=lambda part: part["values"]),
            }
        )
    return sorted(tables, key=lambda it: it["name"])


def compare_glue(checks, when, census, glue):
    printed = json.loads(census.lake_output("catalog", "print", "--dialect", "glue"))
    for database in ("orgcensus_history", "orgcensus"):
        expected = [it for it in printed if it["database"] == database]
        found = read_back(glue, database)
        checks.equal(f"{when}: names in {database}", [it["name"] for it in expected], [it["name"] for it in found])
        wrong = [(a, b) for a, b in zip(expected, found) if a != b]
        checks.true(f"{when}: {len(found)} definitions of {database} are as printed", not wrong, str(wrong[:1])[:3000])
    raw = glue.get_table(DatabaseName="orgcensus", Name="iam_users")["Table"]
    checks.equal(f"{when}: a view's type", "VIRTUAL_VIEW", raw["TableType"])
    text = raw["ViewOriginalText"].removeprefix("/* Presto View: ").removesuffix(" */")
    view = json.loads(base64.b64decode(text))
    checks.equal(f"{when}: a view's columns", [it["Name"] for it in raw["StorageDescriptor"]["Columns"]], [it["name"] for it in view["columns"]])
    history = glue.get_table(DatabaseName="orgcensus_history", Name="iam_users")["Table"]
    comments = [it.get("Comment") for it in history["StorageDescriptor"]["Columns"] + history["PartitionKeys"]]
    checks.true(f"{when}: every column has its comment", all(comments), comments)
    serde = history["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]
    checks.equal(f"{when}: Parquet is read", True, serde.endswith("ParquetHiveSerDe"))
    return view["originalSql"], printed


def objects(s3):
    return {it["Key"] for it in pages(s3, "list_objects_v2", "Contents", Bucket=BUCKET)}


def compare_objects(checks, s3, key, census):
    listed = json.loads(census.lake_output("files", "--format", "json"))
    keys = {it["path"].removeprefix(f"s3://{BUCKET}/") for it in listed}
    parquet = {it for it in objects(s3) if it.endswith(".parquet")}
    checks.equal("`files` names every file", parquet, keys)
    heads = [s3.head_object(Bucket=BUCKET, Key=it) for it in sorted(parquet)[:3]]
    checks.equal("files are encrypted with the key", {("aws:kms", key)}, {(it.get("ServerSideEncryption"), it.get("SSEKMSKeyId")) for it in heads})
    checks.equal("files have the storage class", {"STANDARD_IA"}, {it.get("StorageClass") for it in heads})
    checks.equal("the files' lengths are the manifest's", {it["path"].removeprefix(f"s3://{BUCKET}/"): it["bytes"] for it in listed if it["path"].endswith(sorted(parquet)[0])}, {sorted(parquet)[0]: heads[0]["ContentLength"]})


def test(checks, binary, folder):
    with moto() as url:
        management = Aws(url, *KEYS)
        account, key = make(management)
        glue, s3 = management.client("glue"), management.client("s3")
        census = Census(binary, folder, url, KEYS)
        values = {"account": account, "owner": account, "key": key}

        with foreign_bucket() as (elsewhere, asked):
            code, said = census.crawl("stranger", **values, more=f'endpoint_url = "{elsewhere}"')
            checks.true("another account's bucket is refused", code == 4 and "expected_bucket_owner" in said, f"{code}: {said}")
            checks.equal("and asked for its owner, not written to", [("GET", account)], asked)

        code, said = census.crawl("first", **values, more="[catalog]")
        checks.true(f"the crawl is published and shown (exit code {code})", code in (0, 3) and "catalogue" in said, said)
        checks.equal("queues, asked on S3", [{"queue_name": "jobs"}], census.query("SELECT queue_name FROM sqs_queues"))
        answer = json.loads(census.lake_output("ask", "F1", "--format", "json"))
        checks.equal("a shipped question, asked on S3", 1, answer[0]["denominator"])
        compare_objects(checks, s3, key, census)
        first, printed = compare_glue(checks, "first", census, glue)

        again = census.lake_output("catalog", "apply")
        checks.equal("a second apply finds nothing to do", "0 changes made\n", again)
        glue.delete_table(DatabaseName="orgcensus", Name="sqs_queues")
        glue.batch_delete_partition(DatabaseName="orgcensus_history", TableName="sqs_queues", PartitionsToDelete=[{"Values": printed[0]["partitions"][0]["values"]}])
        dry = census.lake_output("catalog", "apply", "--dry-run")
        checks.true("a dry run says what is missing", "+ partition orgcensus_history.sqs_queues" in dry and "+ view orgcensus.sqs_queues" in dry and "2 changes to make" in dry, dry)
        checks.true("and changes nothing", census.lake_output("catalog", "apply", "--dry-run") == dry)
        census.lake_output("catalog", "apply")
        compare_glue(checks, "mended", census, glue)

        # The same day again: the partition moves, and with it what the view shows.
        code, said = census.crawl("second", **values, more="[catalog]")
        checks.true(f"a second run of the day is published (exit code {code})", code in (0, 3), said)
        second, moved = compare_glue(checks, "second", census, glue)
        checks.equal("the view's text is of dates, not of runs", first, second)
        places = [[part["location"] for it in tables for part in it["partitions"]] for tables in (printed, moved)]
        checks.true("every partition moved", not set(places[0]) & set(places[1]) and len(places[0]) == len(places[1]), places)

        kept = census.lake_output("prune", "--retention-days", "1", "--dry-run")
        checks.equal("nothing expires on its first day", "0 snapshots would go\n", kept)
        compare_age(checks, census, s3, management, values)


def compare_age(checks, census, s3, management, values):
    """A snapshot of long ago goes after the next crawl, out of Glue and out of the bucket."""
    commit = sorted(it for it in objects(s3) if "/_commits/" in it)[0]
    body = json.loads(s3.get_object(Bucket=BUCKET, Key=commit)["Body"].read())
    old = f"snapshot_date={body['snapshot_date']}/{body['run_id']}"
    before = {it for it in objects(s3) if old in it}
    # As if it had been published in January: commit, manifest and files say so.
    january = f"snapshot_date=2026-01-01/{body['run_id']}"
    for key in before:
        s3.copy_object(Bucket=BUCKET, Key=key.replace(old, january), CopySource={"Bucket": BUCKET, "Key": key})
        s3.delete_object(Bucket=BUCKET, Key=key)
    body |= {"snapshot_date": "2026-01-01", "committed_at": "2026-01-01T02:00:00.000Z"}
    body["manifest"]["path"] = path = body["manifest"]["path"].replace(old, january)
    [key] = [it for it in objects(s3) if it.endswith(path)]
    manifest = json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()) | {"snapshot_date": "2026-01-01"}
    text = json.dumps(manifest).replace(old, january).encode()
    s3.put_object(Bucket=BUCKET, Key=key, Body=text)
    body["manifest"]["sha256"] = hashlib.sha256(text).hexdigest()
    s3.put_object(Bucket=BUCKET, Key=commit, Body=json.dumps(body).encode())
    census.lake_output("catalog", "apply")
    glue = management.client("glue")
    dates = {part["values"][1] for it in read_back(glue, "orgcensus_history") for part in it["partitions"]}
    checks.true("an old snapshot is in the history", "2026-01-01" in dates and len(dates) == 2, dates)
    more = "retention_days = 30\n[catalog]"
    code, said = census.crawl("third", **values, more=more)
    checks.true(f"the next crawl removes it (exit code {code})", code in (0, 3) and "removed" in said, said)
    dates = {part["values"][1] for it in read_back(glue, "orgcensus_history") for part in it["partitions"]}
    checks.true("from Glue", "2026-01-01" not in dates and len(dates) == 1, dates)
    checks.equal("from the bucket", set(), {it for it in objects(s3) if january in it or it == commit})
    checks.true("and the lake still answers", census.query("SELECT COUNT(*) AS n FROM orgcensus_history.sqs_queues") == [{"n": 1}])


if __name__ == "__main__":
    main(__doc__, test)
