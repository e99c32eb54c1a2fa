"""Seconds, CPU and memory of `who-can` and `what-can` on a large organization. Called by scripts/bench.

    reach.py ORGCENSUS [ACCOUNTS …]

1,000 and 10,000 accounts by default. The lake is that of a demo whose accounts are replaced: nothing is crawled for it
but 40 accounts. Each account has 90 roles, 10 users and 5 groups with 430 attachments, inline policies among them; the
documents repeat, as templates do: some 3,000 are distinct. The goals are those of cold processes on a local lake: 1 second
for 1,000 accounts, 5 for 10,000, 1 GiB.
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile

import pyarrow
import pyarrow.compute as compute
from measuring import measure

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "report"))
import lake as lakes  # noqa: E402

SEED_ACCOUNTS = 40
TIMES = 5
VARIANTS = 50
MANAGED, ROLES, USERS, GROUPS = 35, 90, 10, 5
DISTINCT = 3_000
GOALS = {1_000: 1.0, 10_000: 5.0}
SERVICES = "ec2 rds sns sqs logs lambda dynamodb kms ecs eks glue athena events states ssm cloudwatch route53".split()
AWS = ["AdministratorAccess", "ReadOnlyAccess", "SecurityAudit", "AmazonSSMManagedInstanceCore", "AWSLambdaExecute"]


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*"):
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def identity_policy(choose, number):
    """A policy as teams write them; of twenty one reads objects, of thirty one assumes roles."""
    statements = []
    for place in range(choose.randint(3, 6)):
        service = choose.choice(SERVICES)
        actions = [f"{service}:{verb}*" for verb in choose.sample(["Get", "List", "Describe", "Create", "Put", "Update"], 3)]
        statements.append({"Sid": f"S{number}x{place}", **allow(actions, choose.choice(["*", f"arn:aws:{service}:*:*:app-*"]))})
    if choose.random() < 0.05:
        statements.append(allow(["s3:GetObject", "s3:ListBucket"], choose.choice(["*", f"arn:aws:s3:::team-{number}-*"])))
    if choose.random() < 0.03:
        statements.append(allow("sts:AssumeRole", f"arn:aws:iam::*:role/deploy-{number}"))
    return document(*statements)


def aws_policy(name):
    if name == "AdministratorAccess":
        return document(allow("*"))
    verbs = {"ReadOnlyAccess": ["Get", "List", "Describe", "BatchGet"], "SecurityAudit": ["Describe", "ListTags"]}
    services = [*SERVICES, "s3", "iam"] if name == "ReadOnlyAccess" else SERVICES
    return document(allow([f"{service}:{verb}*" for service in services for verb in verbs.get(name, ["Put"])]))


class Account:
    """The rows of one account, by table, as columns; where they name it, they name `own`."""

    def __init__(self, choose, own, hub, pool, variant):
        self.own, self.rows = own, {name: [] for name in ("iam_roles", "iam_users", "iam_groups", "policy_documents")}
        mine = [self.arn(f"policy/p-{place}") for place in range(MANAGED)]
        named = [f"arn:aws:iam::aws:policy/{name}" for name in AWS]
        for arn, text in zip(mine, choose.sample(pool, MANAGED)):
            self.document(arn, "managed", "v1", text)
        for arn, name in zip(named, AWS):
            self.document(arn, "managed", "v1", aws_policy(name))
        for place in range(ROLES):
            attached = [named[0], *choose.sample(mine, 3)] if place < 2 else [choose.choice(named[1:]), *choose.sample(mine, 3)]
            inline = ["own"] if place % 3 == 0 else []
            role = self.arn(f"role/r-{place}")
            self.identity("iam_roles", role, attached, inline, role_name=f"r-{place}")
            if inline:
                # The hub's first role becomes a role of each account.
                reach = allow("sts:AssumeRole", "arn:aws:iam::*:role/r-1")
                text = document(reach) if own == hub and place == 0 else pool[(variant * ROLES + place) % len(pool)]
                self.document(role, "inline", "own", text)
            service = choose.choice(["lambda", "lambda", "ec2", "ecs-tasks"]) + ".amazonaws.com"
            trusted = {"AWS": f"arn:aws:iam::{hub}:root"} if place in (1, 2) else {"Service": service}
            self.document(role, "trust", "", document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": trusted}))
        for place in range(USERS):
            groups = [f"g-{it}" for it in choose.sample(range(GROUPS), 2)]
            self.identity("iam_users", self.arn(f"user/u-{place}"), choose.sample(mine, 2), [], group_names=groups, user_name=f"u-{place}")
        for place in range(GROUPS):
            self.identity("iam_groups", self.arn(f"group/g-{place}"), choose.sample(mine, 4), [], group_name=f"g-{place}")
        self.attachments = sum(len(it["attached_policy_arns"]) + len(it["inline_policy_names"])
                               for table in ("iam_roles", "iam_users", "iam_groups") for it in self.rows[table])

    def arn(self, resource):
        return f"arn:aws:iam::{self.own}:{resource}"

    def identity(self, table, arn, attached, inline, **more):
        self.rows[table].append({"arn": arn, "attached_policy_arns": attached, "inline_policy_names": inline,
                                 "permissions_boundary_arn": None, "has_permissions_boundary": False, **more})

    def document(self, arn, kind, name, text):
        self.rows["policy_documents"].append({
            "resource_arn": arn, "policy_kind": kind, "policy_name": name, "state": "read", "document": text,
            "is_in_force": True, "language": "iam"})


def as_table(rows, like, own):
    """These rows in the columns of a table; what they do not say is as in its first row."""
    columns = []
    for field in like.schema:
        values = [row[field.name] for row in rows] if field.name in rows[0] else None
        if field.name == "account_id":
            values = [own] * len(rows)
        columns.append(like[field.name].take([0] * len(rows)) if values is None else pyarrow.array(values, field.type))
    return pyarrow.Table.from_arrays(columns, schema=like.schema).combine_chunks()


def renamed(table, own, other):
    """The same rows of another account: wherever a text or a list of texts names it."""
    for place, field in enumerate(table.schema):
        if field.name in ("document", "organization_id", "run_id", "ou_path", "region"):
            continue
        column = table.column(place)
        if pyarrow.types.is_string(field.type):
            new = compute.replace_substring(column, own, other)
        elif pyarrow.types.is_list(field.type) and pyarrow.types.is_string(field.type.value_type):
            (chunk,) = column.chunks
            texts = compute.replace_substring(chunk.values, own, other)
            new = pyarrow.ListArray.from_arrays(chunk.offsets, texts, type=field.type)
        else:
            continue
        table = table.set_column(place, field, new)
    return table


def many(few, accounts):
    """A change of the demo's lake: other accounts; those that organize stay. And the accounts' ids."""
    _, manifest = lakes.newest(few)
    tables = {it["name"]: it for it in manifest["tables"]}
    found, coverage = (lakes.rows_of(few, tables[name]) for name in ("accounts", "coverage"))
    management = found.filter(found["is_management"])["account_id"][0].as_py()
    done = coverage.filter(compute.and_(compute.equal(coverage["collector"], "iam_authorization_details"), coverage["is_complete"]))
    own = next(it for it in done["account_id"].to_pylist() if it != management)
    ids = [f"{200_000_000_000 + place * 7_919:012d}" for place in range(accounts - 1)]
    choose = random.Random(1)
    pool = [identity_policy(choose, number) for number in range(DISTINCT)]
    models = [Account(choose, own, ids[0], pool, variant) for variant in range(VARIANTS)]
    hub = Account(choose, ids[0], ids[0], pool, 0)
    least = min(it.attachments for it in [*models, hub])
    if least < 400:
        sys.exit(f"{least} attachments an account, not 400")
    bucket = f"bench-{ids[7]}"

    def change(name, rows):
        if name == "organization_policy_targets":
            return with_targets(rows, own, ids)
        if name not in ("accounts", "coverage", "s3_buckets", "s3_account_public_access_blocks", *hub.rows):
            return None
        kept = rows.filter(compute.equal(rows["account_id"], management))
        theirs = rows.filter(compute.equal(rows["account_id"], own)).combine_chunks()
        if name in hub.rows:
            made = [as_table(it.rows[name], rows, own) for it in models]
            parts = {it: renamed(made[place % VARIANTS], own, it) for place, it in enumerate(ids)}
            parts[ids[0]] = as_table(hub.rows[name], rows, ids[0])
        elif name == "s3_buckets":
            first = rows.slice(0, 1).combine_chunks()
            parts = {it: with_buckets(first, it) for it in ids}
        else:
            parts = {it: renamed(theirs, own, it) for it in ids if theirs.num_rows}
        if name == "policy_documents":
            policy = document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*",
                               "Principal": {"AWS": [f"arn:aws:iam::{it}:root" for it in ids[1:4]]}})
            row = {"resource_arn": f"arn:aws:s3:::{bucket}", "policy_kind": "resource", "policy_name": "", "state": "read",
                   "document": policy, "is_in_force": True, "language": "iam"}
            parts[ids[7]] = pyarrow.concat_tables([parts[ids[7]], as_table([row], rows, ids[7])])
        parts[management] = kept
        return pyarrow.concat_tables(parts[it] for it in sorted(parts))

    return change, ids, bucket


def with_buckets(first, own):
    rows = pyarrow.concat_tables([first] * 10)
    names = [f"bench-{own}" if place == 0 else f"bench-{own}-{place}" for place in range(10)]
    for column, values in (("account_id", [own] * 10), ("arn", [f"arn:aws:s3:::{it}" for it in names]),
                           ("object_ownership", ["BucketOwnerEnforced"] * 10)):
        rows = lakes.with_column(rows, column, pyarrow.array(values))
    return rows.combine_chunks()


def with_targets(rows, own, ids):
    """What is attached to an account, attached to each."""
    theirs = rows.filter(compute.equal(rows["target_id"], own)).combine_chunks()
    place = rows.schema.get_field_index("target_id")
    parts = []
    for it in ids if theirs.num_rows else ():
        column = compute.replace_substring(theirs["target_id"], own, it)
        parts.append(theirs.set_column(place, rows.schema.field(place), column))
    return pyarrow.concat_tables([rows, *parts])


def counted(command):
    """Rows of the answer instead of the answer, and what it cost."""
    answer, *cost = measure(command)
    return len(json.loads(answer)), *cost


def report(orgcensus, lake, ids, bucket):
    of = lambda place, resource: f"arn:aws:iam::{ids[place]}:{resource}"  # noqa: E731
    thing, role = f"arn:aws:s3:::{bucket}/k", of(9, "role/r-2")
    asked = {
        "who-can, a bucket": ["who-can", "s3:GetObject", thing],
        "who-can, a role": ["who-can", "sts:AssumeRole", role],
        "who-can, anywhere": ["who-can", "organizations:LeaveOrganization", "*"],
        "what-can, a role": ["what-can", of(5, "role/r-3")],
        "what-can, a user": ["what-can", of(5, "user/u-1"), "s3:GetObject"],
        "what-can, the hub": ["what-can", of(0, "role/r-0"), "s3:GetObject"],
        "who-can --explain": ["who-can", "s3:GetObject", thing, "--explain", of(1, "role/r-0")],
    }
    accounts = len(ids) + 1
    for name, words in asked.items():
        # What is about every account has as many rows as these have administrators, and no goal.
        goal = GOALS.get(accounts) if name not in ("who-can, anywhere", "what-can, the hub") else None
        command = [orgcensus, *words, "--lake", str(lake), "--format", "json"]
        runs = sorted((counted(command) for _ in range(TIMES)), key=lambda run: run[1])
        rows, wall, cpu, _ = runs[TIMES // 2]
        peak = max(run[3] for run in runs)
        misses = " MISSED" if goal and (wall > goal or peak > 1024) else ""
        print(f"{accounts:>8}  {name:20} {rows:>8} {wall:>7.2f} {runs[-1][1]:>7.2f} {cpu:>7.2f} {peak:>8.0f} "
              f"{goal or '-':>5}{misses}", flush=True)


def main():
    orgcensus, sizes = sys.argv[1], [int(it) for it in sys.argv[2:]] or [1_000, 10_000]
    print(f"{'accounts':>8}  {'asked':20} {'rows':>8} {'wall s':>7} {'most s':>7} {'cpu s':>7} {'peak MiB':>8} {'goal':>5}")
    with tempfile.TemporaryDirectory(prefix="orgcensus-bench-") as folder:
        few = pathlib.Path(folder, "few")
        command = [orgcensus, "demo", "--accounts", str(SEED_ACCOUNTS), "--lake", str(few)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for accounts in sizes:
            lake = pathlib.Path(folder, str(accounts))
            change, ids, bucket = many(few, accounts)
            lakes.rewritten(few, lake, change)
            report(orgcensus, lake, ids, bucket)


if __name__ == "__main__":
    main()
