"""Runs code in a process of its own, and measures what it takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]

_MEASURE = """
import sys, time
from pathlib import Path

def peak():
    # Not `ru_maxrss`, which a process inherits from the one that starts it.
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) // 1024
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 * 1024 if sys.platform == "darwin" else 1024)

def measured(run):
    before, start = peak(), time.process_time()
    said = run()
    print(time.process_time() - start, peak() - before, said, sep="\\t")
"""


class Measured(NamedTuple):
    """Output, time and memory of a run."""

    seconds: float
    """Of processor time."""
    megabytes: int
    """Peak memory over what was in use before."""
    said: str


def measure(code: str) -> Measured:
    """Run code that calls `measured` with a function; its result is printed."""
    command = [sys.executable, "-c", _MEASURE + code]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    seconds, megabytes, said = ran.stdout.rstrip("\n").split("\t")
    return Measured(float(seconds), int(megabytes), said)
