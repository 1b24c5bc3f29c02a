"""What reading leaves in the log by itself."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

from reader.ui.marks.traces import Traces
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings
from tests.ui.papers import draft

DAYS = {"2026-05-12": tuple(draft(number, f"Paper Number {number}", 90 - number) for number in range(1, 8))}
LONG = draft(8, "A Long Paper", 5, abstract="A sentence that goes on and on. " * 200)


def traces(file: Path) -> list[tuple[str, tuple[int, ...]]]:
    """The traces of the log in their order, each with the numbers of its papers."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(
            "SELECT kind, papers FROM event WHERE kind IN ('open', 'finish', 'pass') ORDER BY number"
        ).fetchall()
    return [(kind, tuple(int(id[-2:]) for id in zlib.decompress(ids).decode().split("\n"))) for kind, ids in rows]


class Watch:
    """A clock that stands until it is set on."""

    def __init__(self, r: Story) -> None:
        self.seconds = 0.0
        r[Traces].clock = lambda: self.seconds

    def wait(self, seconds: float) -> None:
        self.seconds += seconds


async def test_reading_leaves_traces(reader: Opener) -> None:
    async with reader(papers={"2026-05-12": (*DAYS["2026-05-12"], LONG)}) as r:
        watch = Watch(r)
        # The first look began before the clock stood still.
        await r.do("move.down", "move.up")
        watch.wait(1)
        await r.do("move.down")
        # No time for a look.
        watch.wait(0.75)
        await r.do("move.down")
        # Looked at, and starred: that says enough.
        watch.wait(2)
        await r.do("paper.star", "move.down")
        # Opened, its whole page in view, but for a moment only; then read.
        await r.do("read.open", "app.back")
        watch.wait(9.75)
        await r.do("read.open")
        watch.wait(10)
        await r.do("read.next")
        # On its page to the end of a long one: only what was in view counts.
        await r.do("app.back", "move.bottom", "read.open")
        watch.wait(30)
        await r.do("app.back")
        assert traces(r.file) == [] and r[Traces].delay.is_waiting
        r[Traces].store()
        await r.rest()
        assert traces(r.file) == [("pass", (1,)), ("open", (4, 5, 8)), ("finish", (4,))]
        # The page's end, by its keys.
        await r.do("read.open", "move.bottom")
        watch.wait(30)
        await r.do("app.back", "move.top", "move.down")
        watch.wait(2)
        # Another list is no passing by.
        await r.do("view.all", "view.latest", "mark.undo")
        assert "no longer read" in r.status
        # The picture has all of it, with what was not stored yet.
        await r.do("view.reading")
        shown = [line.split()[:-1] for line in r.lines[2:5]]
        assert "Your reading" in r.lines[0]
        assert shown == [["seen", "4", "4"], ["opened", "3", "3"], ["to", "the", "end", "2", "2"]]
        assert r.context == "output"
        await r.press("q")
        assert r.context == "list"
    # The rest is stored at the end.
    assert traces(r.file)[3:] == [("finish", (8,))]


async def test_the_end_of_the_detail_counts_after_some_seconds(reader: Opener) -> None:
    async with reader(papers=DAYS, size=(140, 50)) as r:
        watch = Watch(r)
        watch.wait(30)
        await r.do("move.down")
        watch.wait(9.75)
        await r.do("read.on")
        watch.wait(10)
        await r.do("read.on")
        r[Traces].store()
        await r.rest()
        assert traces(r.file) == [("pass", (2,)), ("finish", (3,))]


async def test_a_setting_switches_them_off_and_nothing_read_says_what_comes(reader: Opener) -> None:
    async with reader(papers=DAYS, settings=settings(note_reading=False, read_when="manual")) as r:
        watch = Watch(r)
        await r.do("read.open")
        watch.wait(30)
        await r.do("app.back", "view.reading")
        assert "No reading yet" in r.screen
        await r.press("y")
        assert "copied 2 lines" in r.screen
        await r.press("q")
        assert r.context == "list"
    assert traces(r.file) == []
