"""What a release is made with: the image without Docker, the bill of materials, the workflow. Nothing is compiled.

    venv/bin/python tests/deploy/release.py

The program in the image is the smallest one: an ELF file of a few bytes that says a word by its first system call.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import tomllib

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "moto"))
from harness import Checks  # noqa: E402

IMAGE = str(ROOT / "scripts" / "image")
TARGETS = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"]
X86, ARM = 62, 183
LOAD, NOTE, INTERPRETER = 1, 4, 3
# write(1, "in an image\n", 12); exit(0), for x86-64.
WORD = b"in an image\n"
CODE = bytes.fromhex("b801000000bf01000000488d3510000000ba0c0000000f05b83c00000031ff0f05") + WORD


def program(machine=X86, second=NOTE):
    """A program with two segments: its code, and one of this type."""
    begin = 64 + 2 * 56
    base = 0x400000
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    head = struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, base + begin, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    size = begin + len(CODE)
    load = struct.pack("<IIQQQQQQ", LOAD, 5, 0, base, base, size, size, 0x1000)
    return ident + head + load + struct.pack("<IIQQQQQQ", second, 4, 0, 0, 0, 0, 0, 8) + CODE


def run(*words):
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"SOURCE_DATE_EPOCH": "86400"})


def build(folder, name, data):
    (folder / name).write_bytes(data)
    (folder / "roots.pem").write_text("roots")
    given = ["--program", str(folder / name), "--certificates", str(folder / "roots.pem"), "--tag", "orgcensus:1"]
    ended = run(IMAGE, "build", *given, "--out", str(folder / f"{name}.tar"))
    return ended, folder / f"{name}.tar"


def read(image):
    """The image's configuration, and its files: name -> mode, user, content."""
    files = {}
    with tarfile.open(image) as tar:
        def blob(described):
            return tar.extractfile("blobs/" + described["digest"].replace(":", "/"))

        index = json.load(tar.extractfile("index.json"))
        manifest = json.load(blob(index["manifests"][0]))
        config = json.load(blob(manifest["config"]))
        docker = json.load(tar.extractfile("manifest.json"))[0]
        for described in manifest["layers"]:
            with tarfile.open(fileobj=blob(described)) as layer:
                for it in layer:
                    content = layer.extractfile(it).read() if it.isfile() else None
                    files[it.name] = (it.mode, it.uid, content)
    same = docker["Layers"] == ["blobs/" + it["digest"].replace(":", "/") for it in manifest["layers"]]
    return config, files, same and docker["RepoTags"] == ["orgcensus:1"]


def images(checks, folder):
    first, image = build(folder, "one", program())
    checks.equal("an image is built", 0, first.returncode)
    before = image.read_bytes()
    build(folder, "one", program())
    checks.true("equal inputs give equal bytes", before == image.read_bytes())
    config, files, is_docker_too = read(image)
    checks.true("Docker's archive and OCI's layout are of the same layers", is_docker_too)

    dockerfile = (ROOT / "config/deploy/Dockerfile").read_text()
    user = re.search(r"^USER (.*)$", dockerfile, re.M)[1]
    stated = {key: json.loads(re.findall(rf"^{key} (.*)$", dockerfile, re.M)[-1]) for key in ("ENTRYPOINT", "CMD")}
    found = config["config"]
    checks.equal("user, entry and command are the Dockerfile's", (user, stated["ENTRYPOINT"], stated["CMD"]),
                 (found["User"], found["Entrypoint"], found["Cmd"]))
    owner = int(user.split(":")[0])
    folders = re.search(r"mkdir -p (.*?) &&", dockerfile)[1].replace("/out/", "").split()
    checks.equal("its folders are there, and its own", [(0o755, owner, None)] * len(folders), [files.get(it) for it in folders])
    checks.equal("the program", (0o755, owner, program()), files["orgcensus"])
    example = (ROOT / "config/orgcensus.example.toml").read_bytes()
    checks.equal("the configuration", (0o644, owner, example), files["etc/orgcensus.toml"])
    checks.equal("the certificates are root's", (0o644, 0, b"roots"), files["etc/ssl/certs/ca-certificates.crt"])
    checks.equal("the architecture is the program's", ["amd64", "arm64"],
                 [config["architecture"], read(build(folder, "two", program(ARM))[1])[0]["architecture"]])
    for name, data, words in (
        ("dynamic", program(second=INTERPRETER), "not static"),
        ("other", program(machine=40), "a machine that has no image"),
        ("script", b"#!/bin/sh\n", "no 64-bit"),
    ):
        ended, image = build(folder, name, data)
        checks.true(f"a program that is {name} is refused", ended.returncode == 1 and words in ended.stderr, ended.stderr)
    runs(checks, folder / "one.tar")


def runs(checks, image):
    has_namespaces = shutil.which("unshare") and run("unshare", "--user", "true").returncode == 0
    if not has_namespaces or platform.machine() != "x86_64":
        print("     not seen: this machine has no user namespaces or is no x86-64, so the image was not run")
        return
    ended = run(IMAGE, "run", str(image), "--version")
    checks.equal("it runs in its own root", (0, WORD.decode()), (ended.returncode, ended.stdout))


def bill(checks):
    made = subprocess.run([ROOT / "scripts/sbom", *TARGETS], capture_output=True, text=True, check=True)
    bill = json.loads(made.stdout)
    lock = {(it["name"], it["version"]): it.get("checksum") for it in tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]}
    found = {(it["name"], it["version"]): it for it in bill["components"]}
    checks.true("there is a bill", len(found) > 200, len(found))
    checks.equal("it has what Cargo.lock has", [], [it for it in found if it not in lock])
    wrong = [key for key, it in found.items() if lock[key] and it["hashes"][0]["content"] != lock[key]]
    checks.equal("with its checksums", [], wrong)
    checks.equal("every crate has a licence", [], [key for key, it in found.items() if "licenses" not in it])
    scopes = {name: it["scope"] for (name, _), it in found.items()}
    checks.equal("what is shipped, and what only builds it", ["required", "required", "excluded", "excluded"],
                 [scopes[it] for it in ("aws-lc-sys", "libmimalloc-sys", "cc", "serde_derive")])
    checks.true("no tests' crates", "insta" not in scopes and "proptest" not in scopes)


def workflow(checks):
    text = (ROOT / ".github/workflows/release.yml").read_text()
    jobs = yaml.safe_load(text)
    steps = [step for job in jobs["jobs"].values() for step in job["steps"]]
    uses = [step["uses"] for step in steps if "uses" in step]
    checks.true("every action is GitHub's own, by its commit",
                uses and all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", it) for it in uses), uses)
    checks.equal("nothing is allowed but what a job asks for", {}, jobs["permissions"])
    writes = {name: sorted(key for key, right in job["permissions"].items() if right == "write")
              for name, job in jobs["jobs"].items()}
    checks.equal("only the last job writes",
                 {"build": [], "try": [], "publish": ["attestations", "contents", "id-token"]}, writes)
    commands = [step["run"] for step in steps if "run" in step]
    checks.true("no text of others is put into a command", not any("${{" in it for it in commands), commands)
    checks.true("it is made by the script", 'scripts/release --tag "$GITHUB_REF_NAME"' in commands, commands)
    toolchain = jobs["jobs"]["build"]["env"]["RUSTUP_TOOLCHAIN"]
    wanted = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["rust-version"]
    checks.equal("with the compiler of Cargo.toml", f"{wanted}.0", toolchain)
    pinned = (ROOT / "scripts/release.d/requirements.txt").read_text()
    lines = [it for it in pinned.replace("\\\n", " ").splitlines() if it and not it.startswith("#")]
    checks.true("each tool is pinned by its hash", lines and all("==" in it and "--hash=sha256:" in it for it in lines), lines)
    ended = run(str(ROOT / "scripts/release"), "--tag", "v0.0.0")
    is_refused = ended.returncode == 2 and "the tag is v0.0.0" in ended.stderr
    checks.true("a tag of another version is refused", is_refused, ended.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    checks = Checks()
    with tempfile.TemporaryDirectory() as scratch:
        checks.run("images", lambda: images(checks, pathlib.Path(scratch)))
    checks.run("the bill of materials", lambda: bill(checks))
    checks.run("the workflow", lambda: workflow(checks))
    return checks.end()


sys.exit(main())
