"""A package of npm's, unpacked: what the scripts beside this file make data of. Needs npm."""

import contextlib
import json
import os
import subprocess
import tarfile
import tempfile


@contextlib.contextmanager
def unpacked(package, versions):
    """The folder of the package, which goes afterwards, and its version: the newest, or the one that `versions` begins
    with."""
    wanted = "@".join([package, *versions[:1]])
    with tempfile.TemporaryDirectory() as folder:
        # npm prints the archive's name, which is none of the script's words.
        subprocess.run(
            ["npm", "pack", "--silent", "--pack-destination", folder, wanted], check=True, stdout=subprocess.DEVNULL
        )
        [archive] = os.listdir(folder)
        with tarfile.open(os.path.join(folder, archive)) as tar:
            tar.extractall(folder, filter="data")
        root = os.path.join(folder, "package")
        yield root, read_json(root, "package.json")["version"]


def read_json(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return json.load(file)
