"""The tests do not depend on whether they run in the background of a script, where SIGINT is ignored."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

IS_DEFAULT = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
AS_A_TEST = f"""
import subprocess, sys
import tests.conftest
subprocess.run([sys.executable, "-c", {IS_DEFAULT!r}], check=True)
"""


def is_default(program: str) -> str:
    """What a program prints that starts with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.strip()
    finally:
        signal.signal(signal.SIGINT, before)


def test_programs_that_tests_start_can_be_interrupted_though_the_tests_can_not() -> None:
    assert is_default(IS_DEFAULT) == "False"
    assert is_default(AS_A_TEST) == "True"
