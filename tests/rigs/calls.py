"""Notes which tests call each function of the reader: `pytest -p tests.rigs.calls`, with CALLS naming the file.

A function's name in the map is its file below `reader/` and its first line.

Only calls within the test's own process count. A worker of xdist writes a file of its own, beside the first.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

READER = str(Path(__file__).parents[2] / "reader") + os.sep

MOST = 90
"""Tests that are kept of each function: those that call the fewest others, which say most about it."""

_called: set[CodeType] = set()
_tests: dict[str, list[str]] = {}


def _note(frame: FrameType, _event: str, _argument: Any) -> None:
    _called.add(frame.f_code)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    _called.clear()
    threading.settrace(_note)
    sys.settrace(_note)
    try:
        return (yield)
    finally:
        sys.settrace(None)
        threading.settrace(None)
        for code in _called:
            if code.co_filename.startswith(READER):
                tests = _tests.setdefault(f"{code.co_filename[len(READER) :]}:{code.co_firstlineno}", [])
                tests.append(item.nodeid)


def pytest_sessionfinish() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    Path(f"{os.environ['CALLS']}{worker}").write_text(json.dumps(_tests))


def load_map(file: Path, root: Path) -> dict[str, list[str]]:
    """The map of calls, made of the default tests where there is none."""
    if not file.exists():
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.rigs.calls"]
        environment = {**os.environ, "PYTHONPATH": str(root), "CALLS": str(file.absolute())}
        subprocess.run(command, cwd=root, env=environment, check=False)
        every: dict[str, list[str]] = {}
        for part in [file, *file.parent.glob(f"{file.name}gw*")]:
            for name, tests in json.loads(part.read_text()).items():
                every.setdefault(name, []).extend(tests)
            part.unlink()
        functions = Counter(test for tests in every.values() for test in tests)
        file.write_text(
            json.dumps({name: sorted(tests, key=functions.__getitem__)[:MOST] for name, tests in every.items()})
        )
    found: dict[str, list[str]] = json.loads(file.read_text())
    return found


def find_tests(file: Path, function: int, root: Path, called: Mapping[str, Sequence[str]]) -> list[str]:
    """The mirrored test of a module, or its folder's, and the tests that call its function that begins at a line."""
    below = file.relative_to("reader")
    mirrored = Path("tests") / below.parent / f"test_{below.name}"
    if not (root / mirrored).exists():
        mirrored = mirrored.parent
    # The folder of all tests is no mirror.
    own = [str(mirrored)] if mirrored != Path("tests") and (root / mirrored).exists() else []
    return own + [one for one in called.get(f"{below}:{function}", ()) if not one.startswith(tuple(own))]
