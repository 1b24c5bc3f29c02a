"""Tries the mutants of a switched tree, each in a fork of one process that has collected the tests.

It is a plugin of pytest; `mutate` starts it and names the tests of each mutant in rounds, the last one of long tests.
The tests of a round run without a mutant first. Those that fail are left out, and the time of the others sets the
limits of a mutant. A mutant whose place is reached at import is tried by a pytest of its own, as no fork reaches it.
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.rigs import calls
from tests.rigs.mutate import OPTIONS

LONGEST, START = 3600.0, 30.0
"""Seconds that a round may take without a mutant, and that a pytest may take to start."""

_base = Path(os.environ["TMPDIR"], "base.json")
_early: set[object] = set()
"""Mutants whose place is reached at import."""

_seconds: dict[str, float] = {}
"""How long each test took; infinite if it failed."""

# Only verdicts are written to the standard output.
_out = os.dup(1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


class _Unset(int):
    """Stands for no mutant, and notes the mutants whose place is reached."""

    def __eq__(self, other: object) -> bool:
        _early.add(other)
        return False

    __hash__ = int.__hash__


calls.n = _Unset(-1)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note how a test went."""
    _seconds[report.nodeid] = _seconds.get(report.nodeid, 0) + (math.inf if report.failed else report.duration)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """End at once: other plugins would tidy up what all forks share, and threads of a mutant may not end."""
    try:
        session._setupstate.teardown_exact(None)
        _base.write_text(json.dumps(_seconds))
    finally:
        os._exit(exitstatus)


def _fork(seconds: float) -> str | None:
    """Start a fork, wait for its end and return the verdict; return None within the fork."""
    if not (pid := os.fork()):
        os.setpgid(0, 0)
        resource.setrlimit(resource.RLIMIT_CPU, (int(3 * seconds + 15), int(3 * seconds + 20)))
        resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
        return None
    end = time.monotonic() + 6 * seconds + 60
    try:
        while not (ended := os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and time.monotonic() < end:
            time.sleep(0.02)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if not ended or code in (-signal.SIGXCPU, -signal.SIGKILL):
        return "hung"
    return "killed" if code else "survived"


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Write the verdict on each mutant that is found; return None within a fork, so that pytest runs its tests."""
    calls.n, early = -1, frozenset(_early)
    # Test modules that fail to import in a switched tree are left out.
    session.testsfailed = 0
    items, seconds = session.items, dict[str, float]()
    tests: dict[tuple[str, bool], list[pytest.Item]] = {}
    for item in items:
        name, is_long = item.nodeid.partition("[")[0], item.get_closest_marker("long") is not None
        for place in (name, name.partition("::")[0]):
            tests.setdefault((place, is_long), []).append(item)
    left: dict[str, list[list[str]]] = json.loads(_base.with_name("mutants.json").read_text("utf-8"))
    while any(left.values()):
        is_last = all(len(rounds) == 1 for rounds in left.values())
        chosen = {
            number: [*dict.fromkeys(item for name in rounds.pop(0) for item in tests.get((name, is_last), []))]
            for number, rounds in left.items()
        }
        wanted = {item.nodeid for mine in chosen.values() for item in mine} - seconds.keys()
        session.items = [item for item in items if item.nodeid in wanted]
        _base.write_text("{}")
        if wanted and _fork(LONGEST) is None:
            return None
        took = json.loads(_base.read_text())
        if wanted and not took:
            raise pytest.UsageError("the tests of a round do not end without a mutant")
        seconds |= dict.fromkeys(wanted, math.inf) | took
        for number, mine in chosen.items():
            session.items = [item for item in mine if seconds[item.nodeid] < math.inf]
            if not session.items:
                continue
            began, is_early = time.perf_counter(), int(number) in early
            verdict = _fork(sum(seconds[item.nodeid] for item in session.items) + START * is_early)
            if verdict is None:
                calls.n, os.environ["MUTANT"], session.config.option.maxfail = int(number), number, 1
                failed = {name.partition("[")[0] for name, took in seconds.items() if took == math.inf}
                names = [item.nodeid.partition("[")[0] for item in session.items]
                names = [*dict.fromkeys(name for name in names if name not in failed)]
                if is_early and names:
                    own = f"--basetemp={session.config.option.basetemp}", "-m", "long" if is_last else "not long"
                    os.dup2(1, 2)
                    os.execv(sys.executable, [sys.executable, *OPTIONS, *own, "-x", *names])
                return None
            if verdict != "survived":
                os.write(_out, f"{number} {verdict} {time.perf_counter() - began}\n".encode())
                del left[number]
    return True
