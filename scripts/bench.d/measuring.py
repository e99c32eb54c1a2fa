"""What a program costs: for scripts/bench and the programs beside this file."""

import os
import subprocess
import sys
import tempfile
import time


def measure(command):
    """Standard output, wall and CPU seconds, peak MiB. Ends with the program's own words if it fails."""
    start = time.monotonic()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        code = os.waitstatus_to_exitcode(status)
        if code != 0:
            errors.seek(0)
            sys.exit(f"{' '.join(command)} ended with {code}: {errors.read()[-2000:]}")
    return output, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
