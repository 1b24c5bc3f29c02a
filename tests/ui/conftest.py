"""Readers over caches that are made once and copied for each test."""

from __future__ import annotations

import asyncio
import gc
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

import pytest
import textual.app
import textual.pilot
from rich.console import RenderableType
from textual._compositor import Compositor
from textual._context import active_app
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation
from textual.pilot import Pilot, WaitForScreenTimeout
from textual.screen import Screen

from reader.core.paper import Draft
from reader.ui.shell import controller
from reader.ui.shell.controller import report_unforeseen
from tests.ui import papers
from tests.ui.driver import Story, fill, open_reader, read_all

# Painting a screen makes objects by the hundred thousand; collecting garbage as often as Python does by default takes
# half of the tests' time.
gc.set_threshold(100_000, 50, 50)


async def settle(*_: float) -> None:
    """Wait until widgets have read their messages, workers have ended and the screen is laid out.

    Textual's own wait is for an idle processor: it takes at least 20 ms for each key, and a busy machine misleads it.
    """
    app = active_app.get()
    pilot = Pilot(app)
    quiet = 0
    while quiet < 3 and app.is_running:
        await pilot.pause(0)
        nodes = [app, *app.screen.walk_children(with_self=True)]
        is_busy = (
            any(node.message_queue_size for node in nodes)
            or app._resize_timer is not None
            or any(not worker.is_finished for worker in app.workers)
        )
        quiet = 0 if is_busy else quiet + 1
        await asyncio.sleep(0.001 if is_busy else 0)


for module in (textual.app, textual.pilot):
    setattr(module, "wait_for_idle", settle)  # noqa: B010 - neither module exports it


async def _wait_for_screen(pilot: Pilot[object], timeout: float = 30.0) -> bool:
    """Wait until all messages are read, instead of sending one to each widget."""
    if not pilot.app.is_running or not pilot.app._screen_stack:
        return False
    is_read = await read_all(pilot.app, timeout)
    if not is_read and pilot.app._exception is None:
        raise WaitForScreenTimeout("Widgets have not read what was sent to them.")
    return is_read


setattr(Pilot, "_wait_for_screen", _wait_for_screen)  # noqa: B010 - a method, which mypy would not have assigned to


MAX_PARSED_FILES = 400
"""Parsed stylesheets to keep; enough for a dozen themes."""

_parse_rules = Stylesheet._parse_rules
_parsed: dict[tuple[object, ...], list[RuleSet]] = {}


def _parse_once(
    sheet: Stylesheet,
    css: str,
    read_from: CSSLocation,
    is_default_rules: bool = False,
    tie_breaker: int = 0,
    scope: str = "",
) -> list[RuleSet]:
    """Parse a stylesheet once for all readers of a process, which saves a tenth of the time."""
    key = (css, read_from, is_default_rules, tie_breaker, scope, tuple(sheet._variables.items()))
    if key not in _parsed:
        if len(_parsed) > MAX_PARSED_FILES:
            _parsed.clear()
        _parsed[key] = _parse_rules(sheet, css, read_from, is_default_rules, tie_breaker, scope)
    return _parsed[key]


setattr(Stylesheet, "_parse_rules", _parse_once)  # noqa: B010 - a method, which mypy would not have assigned to


class Opener(Protocol):
    """Opens the reader on the user's cache; `papers` fills a cache that does not exist yet, by day."""

    def __call__(
        self,
        *,
        papers: Mapping[str, Sequence[Draft]] | None = None,
        size: tuple[int, int] = (140, 30),
        **how: Any,
    ) -> AbstractAsyncContextManager[Story]: ...


@pytest.fixture(scope="session")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """A cache with all papers of `papers.DAYS`, and one with none."""
    folder = tmp_path_factory.mktemp("caches")
    return {"full": fill(folder / "full.db", papers.DAYS), "empty": fill(folder / "empty.db", {})}


@pytest.fixture
def cache_file(tmp_path: Path, caches: Mapping[str, Path]) -> Path:
    """The user's own copy of the full cache."""
    return Path(shutil.copy(caches["full"], tmp_path / "papers.db"))


@pytest.fixture
def mistakes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Exception]]:
    """Unexpected errors of background work; a test that leaves any in the list fails."""
    made: list[Exception] = []

    def note(group: str, error: Exception) -> str:
        made.append(error)
        return report_unforeseen(group, error)

    monkeypatch.setattr(controller, "report_unforeseen", note)
    yield made
    for error in made:
        raise error


_render_update = Compositor.render_update


def _paint_nothing(
    compositor: Compositor, full: bool = False, screen_stack: list[Screen[Any]] | None = None, simplify: bool = False
) -> RenderableType | None:
    """Paint no frame, because no terminal shows it; screenshots, which ask for a full update, are painted."""
    if full:
        return _render_update(compositor, full, screen_stack, simplify)
    compositor._dirty_regions.clear()
    return None


@pytest.fixture
def painted() -> None:
    """Request this fixture in a test about painted frames.

    All other stories paint the screen only when the test looks at it, and once at the end; painting each frame took a
    third of their time.
    """


@pytest.fixture
def keeps_look() -> None:
    """Request this fixture in a test about the look that is kept for the next start; drawing it takes 10 ms."""


@pytest.fixture
def reader(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    caches: Mapping[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    mistakes: list[Exception],
) -> Opener:
    """Opens the reader, with waits cut short."""
    if "painted" not in request.fixturenames:
        monkeypatch.setattr(Compositor, "render_update", _paint_nothing)
    if "keeps_look" not in request.fixturenames:
        monkeypatch.setattr("reader.ui.next_start.keep_look", lambda *_: None)
    for name in ("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "NO_COLOR", "COLORFGBG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-token"))
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path / "home"))
    # The detail and the counts wait for a pause between keys; the tests need no pause.
    monkeypatch.setattr("reader.ui.shell.keyboard.STILL_SECONDS", 0.0)
    monkeypatch.setattr("reader.ui.page.loader.REST_SECONDS", 0.001)
    monkeypatch.setattr("reader.ui.main_screen.PLACE_AFTER_SECONDS", 0.001)
    monkeypatch.setattr("reader.ui.list.loader.REST_AFTER_SECONDS", 0.001)
    monkeypatch.setattr("reader.ui.filter.counter.COUNT_AFTER_SECONDS", 0.001)
    monkeypatch.setattr("reader.ui.refresh.changes.REFRESH_DELAY_SECONDS", 0.001)
    monkeypatch.setattr("reader.ui.filter.counter.COUNT_AGAIN_SECONDS", 0.01)

    def open_it(
        *,
        papers: Mapping[str, Sequence[Draft]] | None = None,
        size: tuple[int, int] = (140, 30),
        **how: Any,
    ) -> AbstractAsyncContextManager[Story]:
        file = tmp_path / "papers.db"
        if not file.exists():
            shutil.copy(caches["empty" if papers is not None else "full"], file)
            if papers:
                fill(file, papers)
        return open_reader(file, size=size, **how)

    return open_it


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were opened, in place of a browser."""
    opened: list[str] = []
    monkeypatch.setattr("reader.actions.links.find_browser", lambda: "firefox")

    def open_url(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr("reader.actions.links.open_url", open_url)
    return opened
