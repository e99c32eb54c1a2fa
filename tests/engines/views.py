"""Views as Glue keeps them: what we write must be what the Trino server writes for the same view, and be readable to it.

Whatever is asked afterwards is asked of the views as we store them."""

import base64
import json
import subprocess

PREFIX, SUFFIX = "/* Presto View: ", " */"


def decoded(text):
    """The JSON in a view's text."""
    return json.loads(base64.b64decode(text.removeprefix(PREFIX).removesuffix(SUFFIX)))


def replace(checks, ours, trino):
    line = [ours.binary, "catalog", "print", "--lake", str(ours.lake), "--dialect", "glue"]
    printed = json.loads(subprocess.run(line, check=True, stdout=subprocess.PIPE).stdout)
    printed = {it["name"]: it for it in printed if it["view_text"]}
    for name, table in printed.items():
        path = trino.metastore / "orgcensus" / name / ".trinoSchema"
        stored = json.loads(path.read_text())
        # Who made a view is Trino's own to say; Athena has no owners.
        expected = {key: it for key, it in decoded(stored["viewOriginalText"]).items() if key not in ("owner", "runAsInvoker")}
        checks.equal(f"the view {name} as Trino stores it", expected, decoded(table["view_text"]))
        checks.equal(f"the parameters of {name}", "true", table["parameters"]["presto_view"])
        stored["viewOriginalText"] = table["view_text"]
        path.write_text(json.dumps(stored))
        # Hadoop's checksum of what was there.
        path.with_name("..trinoSchema.crc").unlink(missing_ok=True)
