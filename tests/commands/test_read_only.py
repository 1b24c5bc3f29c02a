"""A cache that can't be written can be read, listed, counted and exported; marks and refreshes are refused plainly.

The programs run without the right of root to pass over permissions, so the tests mean the same for everybody.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader import platform
from tests import breakage
from tests.commands.conftest import Result, Run

pytestmark = pytest.mark.long

if sys.platform != "linux":
    pytest.skip("rights of Linux", allow_module_level=True)

_DROP_RIGHT = 24
_RIGHTS = (1, 2)
"""Of prctl(2) and capabilities(7): PR_CAPBSET_DROP, CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""


def drop_rights() -> None:
    """Keep the next program from passing over permissions."""
    if os.geteuid() == 0:
        for right in _RIGHTS:
            if ctypes.CDLL(None).prctl(_DROP_RIGHT, right, 0, 0, 0):
                os._exit(99)


@pytest.fixture
def locked(run: Run, papers: Path, home: Path) -> Iterator[Path]:
    """A folder that can't be written, with a cache that has a star."""
    assert run("mark", "star", "2606.26740").code == 0
    breakage.execute(papers)
    yield home
    for place in (home, home / "backups"):
        place.chmod(0o700)


def lock(home: Path) -> None:
    for file in home.rglob("*"):
        file.chmod(0o555 if file.is_dir() else 0o444)
    home.chmod(0o555)


def run_locked(*words: str) -> Result:
    found = subprocess.run(
        [sys.executable, "-m", "reader", *words],
        preexec_fn=drop_rights,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in found.stderr
    return Result(found.returncode, found.stdout, found.stderr)


def names(home: Path) -> set[str]:
    return {str(file.relative_to(home)) for file in home.rglob("*")}


READS = {
    "count": ("count",),
    "list": ("list", "is:starred", "--json"),
    "search": ("list", "agents"),
    "show": ("show", "2606.26740"),
    "export": ("export", "is:starred", "--format", "json"),
    "topics": ("topics",),
    "feeds": ("feeds", "list"),
    "info": ("cache", "info"),
    "verify": ("cache", "verify"),
}


@pytest.mark.parametrize("what", READS)
def test_it_can_be_read(locked: Path, run: Run, what: str) -> None:
    before = run(*READS[what]).out
    lock(locked)
    files = names(locked)
    found = run_locked(*READS[what])
    assert (found.code, found.err) == (0, "")
    assert found.out == before
    assert names(locked) == files


def test_what_a_crash_has_left_beside_it_is_read_too(locked: Path) -> None:
    breakage.execute(locked / "papers.db", "UPDATE paper SET title = 'Before the crash' WHERE starred = 1")
    breakage.leave_log(locked, "UPDATE paper SET title = 'In the log' WHERE starred = 1")
    lock(locked)
    assert "In the log" in run_locked("list", "is:starred").out


@pytest.mark.parametrize("words", [("mark", "star", "2606.30616"), ("undo",), ("refresh",), ("cache", "compact")])
def test_what_writes_is_refused_in_one_sentence(locked: Path, words: tuple[str, ...]) -> None:
    lock(locked)
    before = (locked / "papers.db").read_bytes()
    found = run_locked(*words)
    assert (found.code, found.out) == (1, "")
    assert found.err.count("\n") == 1
    assert "can't be written" in found.err
    assert "doctor" in found.err
    assert (locked / "papers.db").read_bytes() == before


def test_the_owner_gets_the_rights_back_by_the_doctors_command(locked: Path) -> None:
    lock(locked)
    found = run_locked("doctor")
    assert (found.code, found.out.count("dailypapers cache repair")) == (1, 1)
    assert run_locked("cache", "repair").code == 0
    assert run_locked("mark", "star", "2606.30616").code == 0
    assert run_locked("doctor").code == 0


def test_a_medium_that_no_command_can_mend_is_said_with_a_way_out(
    run: Run, locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock(locked)
    monkeypatch.setattr(platform, "is_read_only", lambda _: True)
    found = run("doctor")
    assert found.code == 1
    assert "cache repair" not in found.out + found.err
    assert "restore" not in found.out + found.err
    assert "DAILYPAPERS_HOME" in found.out
    for words in (("cache", "repair"), ("restore",)):
        refused = run(*words)
        assert (refused.code, refused.err.count("\n")) == (1, 1)
        assert "DAILYPAPERS_HOME" in refused.err


OPEN = """
import sys
from reader import opening
from reader.cache.marks.events import Events
from reader.commands.workspace import Workspace
from reader.core.errors import CacheError
from reader.session.places import Place
from reader.ui.library.library import Library
from reader.core.query import parse
import asyncio

(told,) = opening._prepare_cache(Workspace(), None)
assert told.startswith("The cache is read-only: marks are refused and nothing is fetched"), told
assert "{" not in told, told
file = Workspace().cache_file
library = Library(file)

async def use():
    order = library.first_list(Place(), "day", lambda: None, limit=20)
    assert [row.title for row in library.rows(order.pks)]
    assert library.paper(order.pks[0]) is not None
    try:
        await library.mark("star", True, order.pks[1:2])
    except CacheError as error:
        return str(error)

said = asyncio.run(use())
library.close()
print(said)
"""


def test_the_reader_opens_it_and_refuses_marks(locked: Path) -> None:
    lock(locked)
    words = [sys.executable, "-c", OPEN]
    found = subprocess.run(words, preexec_fn=drop_rights, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert "can't be written, so nothing was stored" in found.stdout
