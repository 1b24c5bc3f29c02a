"""No acknowledged mark is lost: the program is killed between any two writes, or the disk is full from one of them on.

The oracle imports nothing of the program. It reads the log of marks by plain SQL before and after, and asks the
program itself only for what it prints. `CRASH_STEP=1` tries every write; by default every seventh is tried.
"""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.program import SAMPLE, Run, environment, run

pytestmark = pytest.mark.long

STEP = int(os.environ.get("CRASH_STEP", "7"))

STATES = {"read": "read", "star": "starred", "queue": "queued"}
"""Kinds of marks whose value is 1 or 0, and their fields in JSON."""


class Mark(NamedTuple):
    """The rows of one action with one kind and value."""

    action: str
    kind: str
    value: str
    papers: frozenset[str]
    """For an undo, the actions that it takes back."""
    clock: int


def read_log(home: Path) -> dict[str, Mark]:
    """All marks of a home. This is the only place that knows how the program stores them."""
    with closing(sqlite3.connect(f"file:{home}/log.db?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute("SELECT action, kind, value, paper, clock FROM event ORDER BY number").fetchall()
    found: dict[str, Mark] = {}
    for action, kind, value, paper, clock in rows:
        known = found.get(f"{action} {kind} {value}")
        papers = frozenset((paper, *(known.papers if known else ())))
        found[f"{action} {kind} {value}"] = Mark(action, kind, value, papers, clock)
    return found


def states(log: Mapping[str, Mark]) -> dict[str, frozenset[str]]:
    """The papers on which each kind of mark stands: the newest mark that is not undone decides."""
    undone, found = set[str](), {kind: set[str]() for kind in STATES}
    in_order = sorted(log.values(), key=lambda mark: (mark.clock, mark.action))
    for mark in in_order:
        if mark.kind == "undo":
            (undone.update if mark.value == "1" else undone.difference_update)(mark.papers)
    for mark in in_order:
        if mark.kind in found and mark.action not in undone:
            (found[mark.kind].difference_update if mark.value == "0" else found[mark.kind].update)(mark.papers)
    return {kind: frozenset(papers) for kind, papers in found.items()}


def printed_states(home: Path) -> dict[str, frozenset[str]]:
    """The same as the program prints it."""
    done = run(["list", f"--json=id,{','.join(STATES.values())}", "-n", "999"], environment(home))
    assert done.code == 0, done.err
    papers = json.loads(done.out)
    return {kind: frozenset(paper["id"] for paper in papers if paper[field]) for kind, field in STATES.items()}


class Step(NamedTuple):
    """A command, and the marks that it makes: pairs of kind and value. It does all of them or nothing."""

    words: tuple[str, ...]
    marks: tuple[tuple[str, str | None], ...]


def judge(step: Step, done: Run, before: Mapping[str, Mark], home: Path) -> None:
    """Compare the log after a command that was cut off with the log before it."""
    # The next command that writes finishes or drops what was cut off.
    assert run(["tag", "add", "probe", PROBE], environment(home)).code == 0
    after = read_log(home)
    assert {id: after.get(id) for id in before} == before, "a mark was lost or changed"
    new = [mark for id, mark in after.items() if id not in before and mark.kind != "tag:probe"]
    made = {(mark.kind, None if mark.kind == "undo" else mark.value) for mark in new}
    if done.code == 0:
        assert made == set(step.marks), "an acknowledged mark is missing"
    else:
        assert made in (set(), set(step.marks)), f"half of a command was done: {made}"
    assert all(mark.papers <= PAPERS for mark in new if mark.kind != "undo"), (
        "a mark names a paper that nobody asked for"
    )
    assert printed_states(home) == states(after)


PAPERS = frozenset(("2606.26740", "2606.30616", "2606.28480"))
PROBE = "2606.24143"

COMMANDS = {
    "star": Step(("mark", "star", *PAPERS), (("star", "1"),)),
    "unread": Step(("mark", "unread", *PAPERS), (("read", "0"),)),
    "tag": Step(("tag", "add", "later", *PAPERS), (("tag:later", "1"),)),
    "note": Step(("note", min(PAPERS), "--text", "Mine."), (("note", "Mine."),)),
    "undo": Step(("undo",), (("undo", None),)),
}


UNSTAR = Step(("mark", "unstar", *PAPERS), (("star", "0"),))


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that kills the program at a write or fails it."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("it needs a C compiler, and a linker that preloads libraries")
    built = tmp_path_factory.mktemp("library") / "crash.so"
    source = Path(__file__).with_name("crash.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(built), str(source), "-ldl"], check=True)
    return built


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample and some marks."""
    home = tmp_path_factory.mktemp("sample") / "home"
    for words in (("import", str(SAMPLE)), ("mark", "read", *PAPERS), ("mark", "queue", min(PAPERS))):
        assert run(words, environment(home)).code == 0
    return home


@pytest.mark.parametrize("error", [0, errno.ENOSPC], ids=["killed", "full"])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_killed_at_any_write_loses_nothing(
    library: Path, sample: Path, tmp_path: Path, name: str, error: int
) -> None:
    step, before = COMMANDS[name], read_log(sample)
    for number in count(1, STEP):
        home = tmp_path / str(number)
        shutil.copytree(sample, home)
        at = {"CRASH_FOLDER": f"{home}/", "CRASH_AT": str(number), "CRASH_ERRNO": str(error)}
        done = run(step.words, environment(home, LD_PRELOAD=str(library), **at))
        assert done.code in (0, 1, -9), done.err
        assert done.code != 1 or done.err.startswith("dailypapers: "), done.err
        judge(step, done, before, home)
        shutil.rmtree(home)
        if done.code == 0 and not done.err:
            # The command ended before this write.
            assert number > 1, "nothing was cut off"
            return


def test_kills_at_random_moments_of_a_series_lose_nothing(sample: Path, tmp_path: Path) -> None:
    home, chance = tmp_path / "home", random.Random(1)
    shutil.copytree(sample, home)
    for _ in range(10):
        before = read_log(home)
        step = UNSTAR if states(before)["star"] else COMMANDS["star"]
        done = run(step.words, environment(home), kill_after_seconds=chance.uniform(0.1, 1.0))
        judge(step, done, before, home)


def test_programs_that_mark_at_the_same_time_lose_nothing(sample: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(sample, home)
    listed = json.loads(run(["list", "--json=id", "-n", "12"], environment(home)).out)
    papers = {paper["id"] for paper in listed}
    with ThreadPoolExecutor(4) as threads:
        runs = [*threads.map(lambda id: run(["mark", "star", id], environment(home)), papers)]
    assert [done for done in runs if done.code != 0] == []
    assert states(read_log(home))["star"] == papers == printed_states(home)["star"]
