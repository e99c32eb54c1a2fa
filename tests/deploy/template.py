"""CloudFormation's templates as Python reads them: functions in short form become objects, and some of them are resolved."""

import pathlib
import re

import yaml

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "config" / "deploy"
NO_VALUE = "AWS::NoValue"


class Loader(yaml.SafeLoader):
    """Reads `!Sub text` as `{"Fn::Sub": text}`."""


def function(loader, suffix, node):
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    construct = loader.construct_sequence if isinstance(node, yaml.SequenceNode) else loader.construct_mapping
    return {name: construct(node, deep=True)}


Loader.add_multi_constructor("!", function)


def read(name):
    return yaml.load((DEPLOY / name).read_text(encoding="utf-8"), Loader=Loader)


class Template:
    """A template with these parameters; what is left out has its default."""

    def __init__(self, name, **parameters):
        self.text = read(name)
        given = {key: it.get("Default") for key, it in self.text["Parameters"].items()} | parameters
        pseudo = {"AWS::Partition": "aws", "AWS::AccountId": "111122223333", "AWS::Region": "eu-west-1"}
        self.values = given | pseudo

    def resource(self, name):
        return self.text["Resources"][name]["Properties"]

    def resolved(self, value):
        """The value without functions, where they are Ref, Sub and If; `Fn::GetAtt` becomes a text that names it."""
        if isinstance(value, list):
            return [it for it in map(self.resolved, value) if it != NO_VALUE]
        if not isinstance(value, dict):
            return value
        match list(value.items()):
            case [("Ref", name)]:
                return self.values.get(name, name)
            case [("Fn::Sub", text)]:
                return re.sub(r"\$\{([^}]+)\}", lambda it: str(self.values.get(it[1], it[1])), text)
            case [("Fn::If", [condition, yes, no])]:
                return self.resolved(yes if self.holds({"Condition": condition}) else no)
            case [("Fn::GetAtt", name)]:
                return f"GetAtt {name}"
        resolved = {key: self.resolved(it) for key, it in value.items()}
        return {key: it for key, it in resolved.items() if it != NO_VALUE}

    def holds(self, condition):
        match list(condition.items()):
            case [("Condition", name)]:
                return self.holds(self.text["Conditions"][name])
            case [("Fn::Equals", [one, other])]:
                return self.resolved(one) == self.resolved(other)
            case [("Fn::Not", [inner])]:
                return not self.holds(inner)
            case [("Fn::And", inner)]:
                return all(map(self.holds, inner))
            case [("Fn::Or", inner)]:
                return any(map(self.holds, inner))
        raise ValueError(f"no condition that is known here: {condition}")
