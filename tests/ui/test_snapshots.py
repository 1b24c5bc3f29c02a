"""Pictures of the screens, as they were last looked at and found good.

Look at each new one before it is kept: `pytest tests/ui/test_snapshots.py --snapshot-update`, then open the files in
`__snapshots__`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.ui.refresh.state import REFRESH
from tests.ui import papers
from tests.ui.driver import Story, make_app, settings

PINNED = "8.2.8"
"""The Textual that the pictures were taken with; patch releases move cells."""

BASELINE = (3, 11)
"""The Python that they were taken with: its Unicode tables say how wide a sign is."""

pytestmark = [
    pytest.mark.skipif(version("textual") != PINNED, reason=f"the pictures were taken with Textual {PINNED}"),
    pytest.mark.skipif(sys.version_info[:2] != BASELINE, reason="the pictures were taken with Python 3.11"),
]

Steps = Callable[[Story], Awaitable[None]]


class Picture(Protocol):
    """Compares the reader, after some steps, with the picture that is kept of it."""

    def __call__(self, file: Path, size: tuple[int, int], steps: Steps = ..., **how: Any) -> bool: ...


async def nothing(_r: Story) -> None:
    """Show what the reader begins with."""


@pytest.fixture
def used(tmp_path: Path, caches: Mapping[str, Path]) -> Path:
    """A cache in which someone has read, starred and hidden, refreshed at the time of the clock."""
    file = Path(shutil.copy(caches["full"], tmp_path / "papers.db"))
    with closing(Events.open(file)) as events, closing(Window.open(file)) as window:
        for kind, numbers in {"read": (402, 403, 406, 301), "star": (401, 406, 300), "hide": (413,)}.items():
            events.mark(kind, True, [pk for number in numbers if (pk := window.pk_of(f"2605.00{number}"))])
    return _refreshed(file)


def _refreshed(file: Path) -> Path:
    stamp = file.with_suffix(".refreshed")
    stamp.touch()
    os.utime(stamp, (papers.NOW.timestamp(), papers.NOW.timestamp()))
    return file


@pytest.fixture
def picture(snap_compare: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> Picture:
    """Compare the reader, after some steps, with the picture that is kept of it."""
    monkeypatch.setattr("reader.ui.page.loader.REST_SECONDS", 0.001)
    monkeypatch.setattr("reader.ui.filter.counter.COUNT_AFTER_SECONDS", 0.001)

    def compare(file: Path, size: tuple[int, int], steps: Steps = nothing, **how: Any) -> bool:
        app = make_app(file, **how)

        async def run_steps(pilot: Pilot[str]) -> None:
            story = Story(app, pilot, file)
            await story.rest()
            await steps(story)
            for line in app.screen.query(Input):
                line.cursor_blink = False

        return snap_compare(app, terminal_size=size, run_before=run_steps)

    return compare


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 42), (200, 60)], ids="{0[0]}x{0[1]}".format)
def test_main(picture: Picture, used: Path, size: tuple[int, int]) -> None:
    async def settle_in(r: Story) -> None:
        await r.do("move.down")

    assert picture(used, size, settle_in)


@pytest.mark.parametrize("theme", ["light", "ansi"])
def test_theme(picture: Picture, used: Path, theme: str) -> None:
    assert picture(
        used, (80, 24), query="(topic:agents OR topic:video) -topic:robotics", settings=settings(theme=theme)
    )


def test_no_color(picture: Picture, used: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert picture(used, (80, 24), query="(topic:agents OR topic:video) -topic:robotics")


def test_ascii(picture: Picture, used: Path) -> None:
    assert picture(used, (100, 24), settings=settings(ascii=True))


def test_filter(picture: Picture, used: Path) -> None:
    async def pick(r: Story) -> None:
        await r.do("find.filter", "move.bottom", "move.up", "topic.pick", "move.up", "move.up")

    assert picture(used, (80, 24), pick, query="-topic:agents is:unread")


@pytest.mark.parametrize("size", [(60, 20), (140, 42)], ids="{0[0]}x{0[1]}".format)
def test_page(picture: Picture, used: Path, size: tuple[int, int]) -> None:
    async def open_starred(r: Story) -> None:
        await r.search("tools models", "query.accept", "read.open")

    assert picture(used, size, open_starred)


def test_help(picture: Picture, used: Path) -> None:
    async def ask(r: Story) -> None:
        await r.do("app.help")

    assert picture(used, (80, 24), ask)


def test_query_line_with_a_mistake(picture: Picture, used: Path) -> None:
    async def mistype(r: Story) -> None:
        await r.search('topic:agents "small verifiers" OR is:unred')

    assert picture(used, (80, 24), mistype)


def test_offline_and_empty(picture: Picture, tmp_path: Path, caches: Mapping[str, Path]) -> None:
    file = Path(shutil.copy(caches["empty"], tmp_path / "papers.db"))

    async def fail(r: Story) -> None:
        await r.do("app.refresh")
        await r.until(lambda: r.app.state[REFRESH].problem and r.app.state[REFRESH].progress is None)

    assert picture(file, (80, 24), fail, settings=settings(endpoint="http://127.0.0.1:9"))


def test_nothing_matches(picture: Picture, used: Path) -> None:
    assert picture(used, (140, 42), query="topic:agnets is:unread")
