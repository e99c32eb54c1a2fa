"""What a program costs: for scripts/bench and the programs beside this file.

A process begins with the greatest size of the process that started it. So a small one of its own starts what is measured:
this file as a program, which writes what it saw to a file.
"""

import json
import os
import subprocess
import sys
import tempfile
import time


def measure(command):
    """Standard output, wall and CPU seconds, peak MiB. Ends with the program's own words if it fails."""
    with tempfile.TemporaryFile("w+") as errors, tempfile.NamedTemporaryFile("r") as seen:
        starter = [sys.executable, "-S", os.path.abspath(__file__), seen.name, *command]
        output = subprocess.run(starter, stdout=subprocess.PIPE, stderr=errors, text=True, check=False).stdout
        code, wall, cpu, peak = json.load(seen)
        if code != 0:
            errors.seek(0)
            sys.exit(f"{' '.join(command)} ended with {code}: {errors.read()[-2000:]}")
    return output, wall, cpu, peak


def start(path, command):
    start = time.monotonic()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    wall, cpu = time.monotonic() - start, usage.ru_utime + usage.ru_stime
    with open(path, "w") as seen:
        json.dump([os.waitstatus_to_exitcode(status), wall, cpu, usage.ru_maxrss / 1024], seen)


if __name__ == "__main__":
    start(sys.argv[1], sys.argv[2:])
