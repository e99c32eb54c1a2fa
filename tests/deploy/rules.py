"""The templates and the image pass checkov's rules, but for those findings that accepted.tsv names, each with its reason.
What it names and checkov no longer finds fails too.

    venv/bin/python tests/deploy/rules.py --checkov checkov/bin/checkov

Asks no one: checkov's own descriptions of the rules are not fetched. Prints one line a check, then "N passed, M failed".
"""

import argparse
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
DEPLOY = HERE.parents[1] / "config" / "deploy"
sys.path.insert(0, str(HERE.parent / "moto"))
from harness import Checks  # noqa: E402

FRAMEWORKS = ("cloudformation", "dockerfile")
KINDS = ("passed_checks", "failed_checks")


def accepted():
    """Why each accepted finding is accepted, by rule, file and resource."""
    lines = (HERE / "accepted.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {(rule, file, resource): why for rule, file, resource, why in rows}


def reports(checkov):
    """What checkov says, one report for each framework."""
    line = [checkov, "--directory", DEPLOY, "--framework", *FRAMEWORKS, "--output", "json", "--compact"]
    done = subprocess.run([*line, "--skip-download", "--soft-fail"], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise RuntimeError(f"checkov ended with {done.returncode}: {done.stderr[-2000:]}")
    said = json.loads(done.stdout)
    return {report["check_type"]: report for report in (said if isinstance(said, list) else [said])}


def look(checks, checkov):
    found, tried = {}, set()
    by_framework = reports(checkov)
    for framework in FRAMEWORKS:
        report = by_framework.get(framework, {"summary": {}, "results": {"passed_checks": [], "failed_checks": []}})
        summary = report["summary"]
        is_read = summary.get("passed", 0) > 0 and summary.get("parsing_errors") == 0 and summary.get("skipped") == 0
        checks.true(f"{framework}: rules were tried, none is skipped", is_read, summary)
        tried |= {check["file_path"].lstrip("/") for kind in KINDS for check in report["results"][kind]}
        for check in report["results"]["failed_checks"]:
            found[check["check_id"], check["file_path"], check["resource"]] = check["check_name"]
    # A file that cannot be read has no findings.
    files = {file.name for file in DEPLOY.iterdir() if file.suffix == ".yaml" or file.name == "Dockerfile"}
    checks.equal("rules were tried on each file", sorted(files), sorted(tried))
    expected = accepted()
    for finding in sorted(found.keys() | expected.keys()):
        name = " ".join(finding)
        checks.true(f"{name}: {expected.get(finding)}", finding in expected, f"checkov: {found.get(finding)}")
        checks.true(f"{name}: is still found", finding in found, "accepted.tsv names what is not found")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkov", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    checks = Checks()
    checks.run("the whole test", lambda: look(checks, arguments.checkov))
    sys.exit(checks.end())


main()
