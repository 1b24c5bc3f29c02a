"""Homes of strange names and of older programs, used by the real program."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.feed_server import FeedServer, item
from tests.rigs.crash.homes import SAMPLE
from tests.rigs.crash.migration import write_first_schema
from tests.rigs.program import ROOT, environment, run
from tests.rigs.terminal import Terminal

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names"),
]

DAY = datetime.now(UTC).date().isoformat()

NAMES = ("what? 100%41 a#b\nit's [x]*", "file:x", "up/../-rf", os.fsdecode(b"no-utf-\xff\xfe"))


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of the first schema that all may read, as programs made it that knew no better."""
    made, home = tmp_path_factory.mktemp("made"), tmp_path_factory.mktemp("old")
    for words in (("import", str(SAMPLE)), ("mark", "star", "2606.26740")):
        assert run(words, environment(made)).code == 0
    write_first_schema(made / "papers.db", home / "papers.db")
    return home


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_home_is_where_its_name_says_and_nowhere_else(name: str, old: Path, tmp_path: Path) -> None:
    home = tmp_path / "around" / name
    (tmp_path / "around" / "up").mkdir(parents=True)
    if name == NAMES[0]:
        shutil.copytree(old, home)
    with FeedServer({DAY: [item("2611.00001", "News of the day", DAY)]}, today=DAY) as feed:
        for words, said in (
            (("import", str(SAMPLE)), ""),
            (("refresh", "--days", "1"), ""),
            (("mark", "star", "2606.26740", "2611.00001"), ""),
            (("list", "is:starred"), "News of the day"),
            (("list", "~ news of the day"), "News of the day"),
            (("cache", "repair"), ""),
            (("refresh", "--days", "1"), ""),
            (("list", "is:starred"), "News of the day"),
        ):
            done = run(words, environment(home, feed.url))
            assert (done.code, done.mishaps()) == (0, []), done.err
            assert said in done.out
            if words[0] == "list" and "~" in words[1]:
                (home / "papers.db").write_bytes(b"no database " * 1000)
    inner = home.resolve()
    outside = [one.name for one in (tmp_path / "around").rglob("*") if not one.is_relative_to(inner)]
    assert outside == ["up"]
    with closing(sqlite3.connect(home / "papers.db")) as connection:
        assert ("2611.00001",) in connection.execute("SELECT id FROM paper WHERE starred = 1")


@pytest.mark.parametrize("name", [NAMES[0], NAMES[-1]], ids=ascii)
def test_the_reader_opens_and_marks_in_such_a_home(name: str, tmp_path: Path) -> None:
    home = tmp_path / "around" / name
    for said in ("1 starred", "1 unstarred"):
        with (
            FeedServer({DAY: [item("2611.00001", "News of the day", DAY)]}, today=DAY) as feed,
            Terminal([sys.executable, "-m", "reader"], environment(home, feed.url), (100, 30), ROOT) as terminal,
        ):
            terminal.wait_for("News of the day", 60)
            terminal.press("s")
            terminal.wait_for(said, 30)
            terminal.leave("q")
    assert [one.name for one in home.parent.iterdir()] == [home.name]
    assert (home / "state.json").exists() and (home / "look.json").exists()
