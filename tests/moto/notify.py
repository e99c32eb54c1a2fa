"""Two runs are told to an event bus and a topic of moto's, and what arrives behind them is what was told.

    venv/bin/python tests/moto/notify.py --orgcensus target/release/orgcensus

Behind the bus and the topic is a queue each. The first run's topic does not exist: that is told, and changes nothing
else. Before the second run a user is made, whose change is told by itself, with its name, since it is asked for.
"""

import json

from harness import Aws, Orgcensus, main, moto

KEYS = ("test", "test")
REGION = "us-east-1"
USER = "ann-of-the-second-night"

CONFIGURATION = """
[aws]
max_attempts = 2

[select]
regions = ["us-east-1"]
collectors = ["iam_authorization_details"]

[lake]
min_coverage = 0.1

[notify]
event_bus = "{bus}"
topic = "{topic}"
role_arn = "arn:aws:iam::{account}:role/teller"
{more}
"""
EACH = 'each = "info"\nwith_names = true'


class Queue:
    """A queue, and what came into it."""

    def __init__(self, management, name):
        self.client = management.client("sqs")
        self.url = self.client.create_queue(QueueName=name)["QueueUrl"]
        asked = {"QueueUrl": self.url, "AttributeNames": ["QueueArn"]}
        self.arn = self.client.get_queue_attributes(**asked)["Attributes"]["QueueArn"]

    def take(self):
        """All that came since it was asked last."""
        found = []
        while messages := self.client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return found


def make(management):
    """An organization of one account, the role that tells, a bus and a topic with a queue behind each."""
    management.client("organizations").create_organization(FeatureSet="ALL")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    management.client("iam").create_role(RoleName="teller", AssumeRolePolicyDocument=trust)
    events, sns = management.client("events"), management.client("sns")
    of_bus, of_topic = Queue(management, "behind-the-bus"), Queue(management, "behind-the-topic")
    bus = events.create_event_bus(Name="census")["EventBusArn"]
    pattern = json.dumps({"source": ["orgcensus"]})
    events.put_rule(Name="all", EventBusName="census", EventPattern=pattern)
    events.put_targets(Rule="all", EventBusName="census", Targets=[{"Id": "queue", "Arn": of_bus.arn}])
    topic = sns.create_topic(Name="census")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=of_topic.arn)
    return bus, of_bus, topic, of_topic


def by_kind(told):
    return {it["kind"]: it for it in told}


def first_night(checks, census, values, of_bus, of_topic):
    nowhere = values["topic"] + "-of-nobody"
    code, said = census.crawl(CONFIGURATION.format(**values | {"topic": nowhere, "more": ""}))
    checks.equal("a run whose topic does not exist is whole", 0, code)
    warned = f"notify: {nowhere} was told 0 of 1 messages: sns:Publish: " in said
    checks.true("and says so", warned and f"notified     {values['bus']}" in said, said)
    checks.equal("nothing came to another topic", [], of_topic.take())
    events = of_bus.take()
    checks.equal("one event", ["orgcensus run"], [it["detail-type"] for it in events])
    detail = events[0]["detail"]
    expected = ("published", None, "there is no earlier complete snapshot")
    checks.equal("of a first night", expected, tuple(detail[it] for it in ("verdict", "changes", "changes_missing")))
    checks.true("with the address of the run's report", detail["run_report"].endswith("/run.json"), detail)


def second_night(checks, census, values, of_bus, of_topic):
    code, said = census.crawl(CONFIGURATION.format(**values | {"more": EACH}))
    checks.equal("a second run is whole", (0, False), (code, "notify: " in said))
    events, messages = of_bus.take(), of_topic.take()
    kinds = ["change", "run"]
    checks.equal("two events", [f"orgcensus {it}" for it in kinds], sorted(it["detail-type"] for it in events))
    told = by_kind(it["detail"] for it in events)
    checks.equal("two messages, which say the same", told, by_kind(json.loads(it["Message"]) for it in messages))
    found = told["run"]["changes"]["found"]
    checks.equal("counts by priority", {"critical": 0, "error": 0, "warning": 0, "notice": 0, "info": 1}, found)
    change = told["change"]
    what = tuple(change[it] for it in ("rule_id", "priority", "change"))
    checks.equal("the change", ("D6", "info", "appeared"), what)
    checks.true("its name, which was asked for", change["resource"].endswith(f":user/{USER}"), change)
    checks.true("no name in the text", USER not in change["text"], change["text"])
    attributes = [{name: it["Value"] for name, it in message["MessageAttributes"].items()} for message in messages]
    expected = [{"kind": "change", "priority": "info"}, {"kind": "run"}]
    checks.equal("what a subscription may ask for", expected, sorted(attributes, key=lambda it: it["kind"]))
    subjects = sorted(it["Subject"] for it in messages)
    is_right = subjects[0].startswith("Census of o-") and subjects[1].startswith("info: A user was created (D6")
    checks.true("subjects are for people", is_right, subjects)


def test(checks, binary, folder):
    with moto() as url:
        management = Aws(url, *KEYS)
        bus, of_bus, topic, of_topic = make(management)
        account = management.client("sts").get_caller_identity()["Account"]
        census = Orgcensus(binary, folder, url, KEYS)
        values = {"bus": bus, "topic": topic, "account": account}
        first_night(checks, census, values, of_bus, of_topic)
        management.client("iam").create_user(UserName=USER)
        second_night(checks, census, values, of_bus, of_topic)
        policy = json.loads(census.output("role", "notify", "--target", topic))
        allowed = [(it["Action"], it["Resource"]) for it in policy["Statement"]]
        checks.equal("the role that is printed may tell this topic alone", [(["sns:Publish"], topic)], allowed)


if __name__ == "__main__":
    main(__doc__, test)
