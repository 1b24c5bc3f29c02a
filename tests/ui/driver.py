"""A user at the reader, for tests that read as stories.

    async with reader(size=(80, 24)) as r:
        await r.do("paper.star")
        assert r.here.starred and "starred" in r.status
        await r.search("agents")
        await r.until(lambda: len(r.ids) == 8)

Keys are those of the keymap, found by the action's id. Nothing sleeps: each deed returns once the reader is at rest.
"""

from __future__ import annotations

import asyncio
import builtins
import time
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from textual import events
from textual._context import visible_screen_stack
from textual._queue import Queue
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from reader.cache.reads.window import Window
from reader.cache.storing import Cache
from reader.commands.line.shell import ReaderShell
from reader.commands.workspace import Workspace
from reader.config import Settings
from reader.core.paper import Draft, Listing, Paper
from reader.core.paper_row import PaperRow
from reader.paths import HOME_VARIABLE
from reader.refresh.lines import JobContext
from reader.ui.app import ReaderApp
from reader.ui.filter.counter import Counter
from reader.ui.kit.pane import Pane
from reader.ui.main_screen import Empty, MainScreen
from reader.ui.page.loader import DetailLoader
from reader.ui.page.screen import PaperDetail, PaperPage
from reader.ui.picture_drawing import draw_values
from reader.ui.program import NoticeTimer
from tests.doubles import run_here
from tests.ui import papers

WAIT_SECONDS = 30.0
"""Seconds after which a condition that does not hold is a failure."""

BESIDE = ("refresh", "page")
"""Groups of workers that may run on while the reader is at rest."""


def fill(file: Path, days: Mapping[str, Sequence[Draft]]) -> Path:
    """Store the papers of these days in a cache, which is made if it does not exist."""
    with closing(Cache.open(file, papers.ByTitle())) as cache:
        for day, drafts in days.items():
            cache.store(Listing(day, tuple(drafts)), f"{day}T06:00:00Z")
        cache.needs_classifying()
    return file


def settings(**changed: Any) -> Settings:
    """Settings that fetch nothing unasked and need no terminal to tell colours."""
    quiet = Settings(theme="dark", refresh_minutes=0, ask_arxiv=False)
    return replace(quiet, **changed)


def make_app(file: Path, **how: Any) -> ReaderApp:
    """A reader on a cache, with a stopped clock and its state file beside the cache; `how` overrides any argument."""
    chosen: dict[str, Any] = {
        "state_file": file.with_name("state.json"),
        "now": lambda: papers.NOW,
        "still": True,
        "rules": papers.ByTitle,
    } | how
    own = chosen.pop("settings", None) or settings()
    # A process for each refresh would take most of the tests' time.
    run_job = partial(run_here, JobContext(file, own, papers.ByTitle, chosen["now"], draw_values))
    shell = partial(ReaderShell, Workspace(cache_file=file), {HOME_VARIABLE: str(file.parent)})
    return ReaderApp(own, file, run_job=run_job, shell=shell, **chosen)


T = TypeVar("T")
S = TypeVar("S", bound=Screen[Any])


class Story:
    """One run of the reader, as its user sees it."""

    def __init__(self, app: ReaderApp, pilot: Pilot[str], file: Path) -> None:
        self.app = app
        self.file = file
        self._pilot = pilot
        self._lines: list[str] = []

    # What the user does

    async def do(self, *action_ids: str, count: int | None = None) -> None:
        """Press the keys of actions, one after the other, each behind the digits of `count`."""
        for action_id in action_ids:
            context = self.context
            chords = self.app.keymap.chords(action_id, context)
            assert chords, f"{action_id} has no key in the context {context}"
            await self.press(*("" if count is None else str(count)), *chords[0])

    async def press(self, *keys: str) -> None:
        """Press keys, given by their labels."""
        for key in keys:
            self.app.post_message(_key(key))
            await self._read()
        await self.rest()

    async def burst(self, *keys: str) -> None:
        """Press keys at once, without a pause in which the reader could act on each."""
        for key in keys:
            self.app.post_message(_key(key))
        await self.rest()

    async def press_before(self, key: str, change: Callable[[], Awaitable[None]]) -> None:
        """Press a key just before a change of the screen that the reader makes first."""
        pressed = _key(key)
        await change()
        self.app.post_message(pressed)
        await self.rest()

    async def begin(self, *keys: str) -> None:
        """Press keys and return once they are read, without waiting for the work that they start."""
        for key in keys:
            self.app.post_message(_key(key))
            await self._read()

    async def type(self, text: str) -> None:
        await self.press(*text)

    async def search(self, text: str, *action_ids: str) -> None:
        """Type a query, and press the keys of actions."""
        await self.do("find.query")
        await self.type(text)
        await self.do(*action_ids)

    async def run(self, line: str) -> None:
        """Type a command, and run it."""
        await self.do("command.open")
        await self.type(line)
        await self.do("command.run")

    async def click(self, widget: Widget | str, x: int = 0, y: int = 0, *, times: int = 1, button: int = 1) -> None:
        """Press a button of the mouse and let go, at a place in a widget."""
        region = self.widget(widget).region
        for _ in range(times):
            for kind in (events.MouseDown, events.MouseUp):
                self.app.post_message(_mouse(kind, region.x + x, region.y + y, button))
        await self.rest()

    async def scroll(self, widget: Widget | str, steps: int) -> None:
        """Turn the wheel down over a widget, or up."""
        region = self.widget(widget).region
        kind = events.MouseScrollDown if steps > 0 else events.MouseScrollUp
        for _ in range(abs(steps)):
            self.app.post_message(_mouse(kind, region.x + 2, region.y + 2, 0))
        await self.rest()

    async def resize(self, columns: int, rows: int) -> None:
        await self._pilot.resize_terminal(columns, rows)
        await self.rest()

    # Waiting

    async def rest(self) -> None:
        """Wait until messages are read, workers are done, marks are durable and panes are painted."""
        deadline = time.monotonic() + WAIT_SECONDS
        quiet, looks = 0, 0
        while quiet < 2:
            assert time.monotonic() < deadline, f"no rest: {self._working()}"
            await self._read()
            if not self.app.is_running:
                return
            if self._working():
                quiet = 0
                # Work that takes longer is most likely a process, which needs the processor more than this loop.
                looks += 1
                await asyncio.sleep(0.001 if looks < 20 else 0.02)
            elif busy(self.app):
                quiet = 0
            else:
                quiet += 1
                # A layout may send messages of its own, so it is followed by another look.
                await self._pilot.pause(0)

    async def _read(self) -> None:
        """Wait until the app and all widgets in front have read what was sent to them so far."""
        await read_all(self.app, 1.0 if self.app.is_running else 0.01)

    def _working(self) -> list[object]:
        if not self.app.handlers:
            return [self.main]
        soon = (self[DetailLoader].delay, self[Counter].delay, self.main.place_delay)
        waiting: list[object] = [one for one in soon if one.is_waiting]
        # What is to follow the next repaint waits for a timer, not for a message.
        waiting += self.app.screen._callbacks
        return waiting + [one for one in self.app.workers if not one.is_finished and one.group not in BESIDE]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds; fails, with the screen, if it does not come."""
        deadline = time.monotonic() + WAIT_SECONDS
        looks = 0
        while not condition():
            assert time.monotonic() < deadline, f"the condition never held:\n{self.screen}"
            looks += 1
            await self._pilot.pause(0.005 if looks < 20 else 0.02)

    def pass_notice(self) -> None:
        """Expire the current notice, so that waiting news is shown."""
        self[NoticeTimer]._pass()

    # What the user sees

    @property
    def main(self) -> MainScreen:
        return self.app.main

    @property
    def lines(self) -> list[str]:
        """The screen in front, line by line; painted once for all who look before anything else runs."""
        if not self._lines:
            # What a screen that covers another only in part lets through.
            visible_screen_stack.set(self.app._background_screens)
            self._lines = [strip.text for strip in self.app.screen._compositor.render_strips()]
            asyncio.get_running_loop().call_soon(setattr, self, "_lines", [])
        return self._lines

    @property
    def screen(self) -> str:
        return "\n".join(self.lines)

    def widget(self, selector: Widget | str) -> Widget:
        return selector if isinstance(selector, Widget) else self.app.screen.query_one(selector)

    def text(self, selector: Widget | str) -> str:
        """The part of the screen that a widget has for its text; empty while it is not shown."""
        widget = self.widget(selector)
        region = widget.content_region
        width = widget.columns if isinstance(widget, Pane) else region.width
        lines = [line[region.x : region.x + width] for line in self.lines[region.y : region.bottom]]
        return "\n".join(line.rstrip() for line in lines).rstrip("\n")

    @property
    def top(self) -> str:
        return self.text(self.main.top)

    @property
    def status(self) -> str:
        """The notice in the last line, uncut."""
        return self.app.status.shown_status.message

    @property
    def advice(self) -> str:
        """The line below a query."""
        line = self.main.query_line
        return "".join(piece.text for piece in line.advice(line.size.width))

    @property
    def empty(self) -> str:
        """The reason shown in place of an empty list, joined into one line."""
        return " ".join(self.text(self.main.query_one(Empty)).split())

    @property
    def filter_lines(self) -> list[str]:
        """The lines of the filter pane, without the cursor and with single spaces."""
        return [" ".join(line.lstrip("▌").split()) for line in self.text(self.main.filter).splitlines()]

    @property
    def list_lines(self) -> list[str]:
        return self.text(self.main.papers).splitlines()

    @property
    def list_items(self) -> list[str]:
        """The headings and papers in view, each joined into one line."""
        items: list[str] = []
        for line in self.list_lines:
            # Only the first line of a paper has its state and its votes.
            if items and not line[1:7].strip():
                items[-1] = f"{items[-1].rstrip()} {line[1:].strip()}"
            else:
                items.append(line)
        return items

    @property
    def context(self) -> str:
        """Where keys act."""
        return self.app.state.context

    @property
    def is_on_page(self) -> bool:
        return self.context == "page"

    @property
    def shown(self) -> Paper | None:
        """The paper shown on the page, or else in the detail."""
        return self.text_in_front.paper

    @property
    def text_in_front(self) -> PaperDetail:
        """The pane of the page, or else the detail."""
        page = self.screen_of(PaperPage)
        return page.pane if self.is_on_page and page is not None else self.main.detail

    # What the reader holds

    @property
    def here(self) -> PaperRow:
        """The highlighted paper, as it is drawn."""
        row = self.main.papers.highlighted_row
        assert row is not None, self.screen
        return row

    def row(self, index: int) -> PaperRow:
        """The paper at a place of the list, as it is drawn."""
        row = self.main.papers.row_of(self.main.papers.pks_all()[index])
        assert row is not None
        return row

    @property
    def cursor(self) -> int:
        return self.main.papers.cursor

    @property
    def cursor_line(self) -> int:
        """The line of the list on which the highlighted paper is drawn."""
        found = [at for at, line in enumerate(self.list_lines) if self.here.title[:12] in line]
        assert len(found) == 1, self.screen
        return found[0]

    @property
    def ids(self) -> list[str]:
        """The ids of the listed papers, in order."""
        with closing(Window.open(self.file)) as window:
            return [row.id for row in window.rows(self.main.papers.pks_all())]

    def kept(self, id: str) -> Paper:
        """A paper as another program reads it from the cache."""
        with closing(Window.open(self.file)) as window:
            pk = window.pk_of(id)
            paper = None if pk is None else window.paper(pk)
        assert paper is not None
        return paper

    def __getitem__(self, kind: builtins.type[T]) -> T:
        """A controller, once all panes are there."""
        made = (*self.app.controllers, self.app.keyboard, self.app.screens)
        return next(one for one in made if isinstance(one, kind))

    def screen_of(self, kind: builtins.type[S]) -> S | None:
        """A screen over the list."""
        return next((one for one in self.app.screen_stack if isinstance(one, kind)), None)

    @property
    def view(self) -> str:
        return self.app.state.place.view.id

    @property
    def query(self) -> str:
        return self.app.state.place.text


def _key(pressed: str) -> events.Key:
    """A key event with the name that Textual would give it."""
    if pressed == "space":
        return events.Key("space", " ")
    if len(pressed) > 1:
        return events.Key(pressed, None)
    if pressed == " ":
        return events.Key("space", " ")
    name = pressed if pressed.isalnum() else unicodedata.name(pressed).lower().replace("-", "_").replace(" ", "_")
    return events.Key(name, pressed)


def _mouse(kind: type[events.MouseEvent], x: int, y: int, button: int) -> events.MouseEvent:
    return kind(None, x, y, 0, 0, button, False, False, False, x, y)


@asynccontextmanager
async def open_reader(file: Path, *, size: tuple[int, int] = (140, 30), **how: Any) -> AsyncIterator[Story]:
    """Open the reader on a cache and yield it once its panes are full."""
    app = make_app(file, **how)
    async with app.run_test(size=size) as pilot:
        story = Story(app, pilot, file)
        await story.rest()
        yield story
        if app.is_running:
            assert story.lines
    await asyncio.sleep(0)


# Rest

TURNS = 3
"""Turns of the event loop that tasks get before widgets are asked: they may send something."""

SPINS = 50
"""Turns of the event loop after which a widget waits for more than its turn."""


def is_at_rest(pump: MessagePump) -> bool:
    """Whether it has read every message and waits for more."""
    queue: Queue[Message | None] = pump._message_queue
    return queue.empty() and pump._pending_message is None and bool(queue.ready_event._waiters)


def busy(app: App[Any]) -> list[MessagePump]:
    """The app and the widgets of the front screen that still have messages to read, or are reading one."""
    nodes: list[MessagePump] = [app, *app.screen.walk_children(with_self=True)]
    return [node for node in nodes if not is_at_rest(node)]


async def read_all(app: App[Any], patience: float) -> bool:
    """Wait until the app and all widgets of the front screen have read their messages; false if some have not."""
    for _ in range(TURNS):
        await asyncio.sleep(0)
    left = 0

    def count() -> None:
        nonlocal left
        left -= 1

    for node in busy(app):
        left += node.call_later(count)
    deadline = time.monotonic() + patience
    spins = 0
    while left and app._exception is None and time.monotonic() < deadline:
        spins += 1
        await asyncio.sleep(0 if spins < SPINS else 0.001)
    return left == 0
