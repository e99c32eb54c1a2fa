"""Walks the state machine of config/deploy/nightly.yaml with the causes that Step Functions gives for tasks of ECS.

    venv/bin/python tests/deploy/state_machine.py --orgcensus target/release/orgcensus

Step Functions itself is not here: what it does with each state is written below, as its documentation says it, for no more
than this machine uses. A state or a comparison that is not written below is an error.
"""

import argparse
import copy
import fnmatch
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "moto"))
from harness import Checks  # noqa: E402
from template import Template  # noqa: E402

STEPS_MAX = 100
GUARDDUTY = {"Name": "aws-guardduty-agent-Xy12", "LastStatus": "STOPPED", "ExitCode": 0}


def cause(containers, stop_code="EssentialContainerExited", reason="Essential container in task exited"):
    """The cause of States.TaskFailed: the task as DescribeTasks has it, in PascalCase, as a text."""
    whole = [
        {
            "ContainerArn": "arn:aws:ecs:eu-west-1:111122223333:container/orgcensus/1/2",
            "Cpu": "0",
            "GpuIds": [],
            "Image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orgcensus:0.1.0",
            "LastStatus": "STOPPED",
            "ManagedAgents": [],
            "NetworkBindings": [],
            **container,
        }
        for container in containers
    ]
    return json.dumps(
        {
            "ClusterArn": "arn:aws:ecs:eu-west-1:111122223333:cluster/orgcensus",
            "Connectivity": "CONNECTED",
            "Containers": whole,
            "DesiredStatus": "STOPPED",
            "LastStatus": "STOPPED",
            "LaunchType": "FARGATE",
            "StopCode": stop_code,
            "StoppedReason": reason,
            "TaskArn": "arn:aws:ecs:eu-west-1:111122223333:task/orgcensus/1",
        },
        separators=(",", ":"),
    )


def ended(code, **more):
    """A failure of a task whose container ended with this code."""
    return {"Error": "States.TaskFailed", "Cause": cause([{"Name": "orgcensus", "ExitCode": code, **more}])}


OUT_OF_MEMORY = ended(137, Reason="OutOfMemoryError: Container killed due to memory usage")
STOPPED = {
    "Error": "States.TaskFailed",
    "Cause": cause([{"Name": "orgcensus"}], "TaskFailedToStart", "Timeout waiting for network interface provisioning"),
}
NO_CONTAINER = {"Error": "States.TaskFailed", "Cause": cause([], "TerminationNotice", "host retired")}
NO_CAPACITY = {
    "Error": "AmazonECS.Unknown",
    "Cause": '{"Failures":[{"Arn":"","Reason":"Capacity is unavailable at this time"}],"Tasks":[]}',
}
REFUSED = {"Error": "ECS.AccessDeniedException", "Cause": "User: … is not authorized to perform: ecs:RunTask"}
TIMED_OUT = {"Error": "States.Timeout", "Cause": ""}


def look_up(path, state):
    """What a path selects; KeyError if there is nothing."""
    if path == "$":
        return state
    found = re.fullmatch(r"(\$[^\[]*)\[\?\(@\.(\w+) == '([^']*)'\)\]\.(\w+)", path)
    if found:
        items, name, wanted, member = found.groups()
        return [it[member] for it in look_up(items, state) if it.get(name) == wanted and member in it]
    for part in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        name, place = part
        try:
            state = state[name] if name else state[int(place)]
        except (IndexError, TypeError):
            raise KeyError(path) from None
    return state


def evaluated(value, state):
    """A path or a function, where a key ends in `.$`."""
    call = re.fullmatch(r"States\.(\w+)\((.*)\)", value)
    if not call:
        return look_up(value, state)
    arguments = [look_up(it, state) if it.startswith("$") else json.loads(it) for it in call[2].split(", ")]
    functions = {"StringToJson": json.loads, "MathAdd": lambda one, other: one + other}
    return functions[call[1]](*arguments)


def parameters(wanted, state):
    return {key.removesuffix(".$"): evaluated(it, state) if key.endswith(".$") else it for key, it in wanted.items()}


def is_so(rule, state):
    if "And" in rule:
        return all(is_so(it, state) for it in rule["And"])
    try:
        value, is_present = look_up(rule["Variable"], state), True
    except KeyError:
        value, is_present = None, False
    (comparison, wanted), = [it for it in rule.items() if it[0] not in ("Variable", "Next")]
    if comparison == "IsPresent":
        return is_present == wanted
    if not is_present:
        raise ValueError(f"{rule['Variable']} is not there: Step Functions ends the execution")
    compare = {
        # Only the star is special at AWS.
        "StringMatches": lambda: fnmatch.fnmatchcase(value, wanted.replace("[", "[[]")),
        "NumericEquals": lambda: value == wanted,
        "NumericGreaterThanEquals": lambda: value >= wanted,
    }
    return compare[comparison]()


def put(result, path, state):
    """The input with the result at a place in it."""
    if path is None:
        return state
    if path == "$":
        return result
    name = re.fullmatch(r"\$\.(\w+)", path)[1]
    return state | {name: result}


def walk(machine, answers):
    """Runs an execution, in which the tasks end by these answers, one after the other: none for a task that went well.
    Gives how it ended, the number of tasks, and the seconds that were waited."""
    answers, state, name, waited, tasks = list(answers), {}, machine["StartAt"], 0, 0
    for _ in range(STEPS_MAX):
        it = machine["States"][name]
        match it["Type"]:
            case "Pass":
                result = it["Result"] if "Result" in it else parameters(it["Parameters"], state)
                state, name = put(copy.deepcopy(result), it.get("ResultPath", "$"), state), it["Next"]
            case "Task":
                failure, tasks = answers.pop(0), tasks + 1
                catch = next((c for c in it["Catch"] if failure and matches(c, failure["Error"])), None)
                if failure and not catch:
                    return failure, tasks, waited
                state = put(failure, catch["ResultPath"], state) if catch else put({}, it.get("ResultPath", "$"), state)
                name = (catch or it)["Next"]
            case "Choice":
                name = next((c["Next"] for c in it["Choices"] if is_so(c, state)), it["Default"])
            case "Wait":
                waited, name = waited + it["Seconds"], it["Next"]
            case "Fail":
                failure = {"Error": look_up(it["ErrorPath"], state), "Cause": look_up(it["CausePath"], state)}
                return failure, tasks, waited
            case "Succeed":
                return None, tasks, waited
            case other:
                raise ValueError(f"no state of type {other} is known here")
    raise ValueError("it never ends")


def matches(catch, error):
    return any(it in ("States.ALL", error) for it in catch["ErrorEquals"])


def again(checks, machine):
    """What is tried again, and what is not."""
    lock_seconds = 120
    for what, failure in [
        ("exit code 4, not published", ended(4)),
        ("exit code 6, stopped by a signal", ended(6)),
        ("out of memory", OUT_OF_MEMORY),
        ("killed by SIGTERM", ended(143)),
        ("a task that was stopped before its container ran", STOPPED),
        ("a task without containers", NO_CONTAINER),
        ("no capacity", NO_CAPACITY),
        ("a start that was refused", REFUSED),
        ("no cause at all", {"Error": "ECS.ServerException"}),
    ]:
        end, tasks, waited = walk(machine, [failure, None])
        checks.equal(f"{what}: again, and then it went well", (None, 2), (end, tasks))
        checks.true(f"{what}: after the dead run's lock", waited > lock_seconds, waited)
        if "Cause" in failure:
            end, tasks, _ = walk(machine, [failure] * 9)
            checks.equal(f"{what}: three times at most, and the last cause is the execution's", (failure, 3), (end, tasks))
    for code in [1, 2, 3, 5, 7, 101]:
        end, tasks, _ = walk(machine, [ended(code)])
        checks.equal(f"exit code {code}: not again", (ended(code), 1), (end, tasks))
    checks.equal("a task that took too long: not again", (TIMED_OUT, 1), walk(machine, [TIMED_OUT])[:2])
    checks.equal("exit code 0", (None, 1, 0), walk(machine, [None]))


def beside(checks, machine):
    """Containers beside ours, in any order."""
    ours = {"Name": "orgcensus", "ExitCode": 4}
    for containers in ([GUARDDUTY, ours], [ours, GUARDDUTY]):
        failure = {"Error": "States.TaskFailed", "Cause": cause(containers)}
        checks.equal("beside GuardDuty's container: again", 2, walk(machine, [failure, None])[1])
    wrong = {"Error": "States.TaskFailed", "Cause": cause([GUARDDUTY | {"ExitCode": 4}, ours | {"ExitCode": 2}])}
    checks.equal("another container's code decides nothing", 1, walk(machine, [wrong])[1])


def whole(checks, machine):
    """Every state is reached from another one and leads to one that exists; numbers are numbers."""
    named = [machine["StartAt"]]
    for it in machine["States"].values():
        named += [it[key] for key in ("Next", "Default") if key in it]
        named += [choice["Next"] for choice in it.get("Choices", []) + it.get("Catch", [])]
    checks.equal("states", sorted(machine["States"]), sorted(set(named)))
    task = machine["States"]["Crawl"]
    checks.true("the time of a try is a number", isinstance(task["TimeoutSeconds"], int), task["TimeoutSeconds"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orgcensus", help="not used: every program under tests/ takes both binaries")
    parser.add_argument("--simulator", help="not used either")
    parser.parse_args()
    template = Template("nightly.yaml", SubnetIds=["subnet-1"], SecurityGroupIds=["sg-1"])
    machine, checks = template.resolved(template.resource("Crawl")["Definition"]), Checks()
    again(checks, machine)
    beside(checks, machine)
    whole(checks, machine)
    command = template.resolved(template.resource("Task")["ContainerDefinitions"])[0]["Command"]
    checks.true("a second try resumes", "--resume-or-start" in command, command)
    return checks.end()


sys.exit(main())
