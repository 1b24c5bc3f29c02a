"""The conversation: a line is a key, and after each the reader says what happened, where one is, and what is there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from textual.content import Content
from textual.events import Key
from textual.widget import Widget

from reader.keys.actions import Context, place_of
from reader.keys.spelling import keys_labelled
from reader.ui.filter.counter import Counter
from reader.ui.help.screen import FoundPane
from reader.ui.kit.line_widgets import KeyLines
from reader.ui.kit.own_keys import OwnKeysScreen
from reader.ui.kit.pane import Pane
from reader.ui.kit.textual_fixes import PastesWhole
from reader.ui.kit.typed_line import catch_up
from reader.ui.list.pane import PaperList
from reader.ui.plain import words
from reader.ui.plain.typed import ASKS, Typed, read_line
from reader.ui.shell.handlers import begins, follows
from reader.ui.shell.keyboard import Keyboard
from reader.ui.shell.services import Actor, Services
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from textual.screen import Screen

PATIENCE = 10.0
"""Maximum seconds that a reply waits for what its key began; the rest is said with a later one."""

QUIET = 0.08
"""Seconds without work after which all is done that a key began."""

BESIDE = ("plain", "refresh", "page", "texts ahead", "vectors", "backlog", "extensions", "sync", "group", "settings")
"""Work that no reply waits for; it is told of with the next one."""

END = "."
"""The line that ends a note."""

MOST = 200
"""Papers below the cursor that may be in view."""

WIDE = 400
"""Columns for a line of the interface that is said whole."""


class Face(Actor):
    """Asks for lines, does what they mean as the keyboard would, and answers in sentences."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._keyboard = services[Keyboard]
        self._papers = services[PaperList]
        self._told: list[str] = []
        self._notices = self._model.state.notices
        self._place: object = None
        """Where the user was told to be."""
        self._listed: tuple[object, int] = (None, 0)
        """The list that was said, and where its cursor was."""
        self._seen: dict[Pane | Screen[Any], Sequence[str]] = {}
        """The lines of each pane that were said."""
        self._begun = ""
        self._asks = False
        """Whether the next line is the text that the last key asked for."""

    @begins
    def begin(self) -> None:
        """Begin the conversation; if it fails, so does the reader."""
        self._app.run_worker(self._talk, group="plain")

    @follows(lambda state: state.notices)
    def hear(self, state: State) -> None:
        """Remember what happened for the next reply."""
        before, self._notices = self._notices, state.notices
        for old, new in zip(before[:2], state.notices[:2], strict=True):
            if new is not old and new.text:
                self._told.append(new.text)

    async def _talk(self) -> None:
        await self._settle()
        said = ["dailypapers in plain mode. Type a key and then enter; a number goes to that line."]
        while not self._app.is_leaving:
            width = self._app.size.width
            lines = words.fill([*said, *self._reply()], width)
            line = await self._app.ask("\n".join([*lines, f"{self._prompt()}> "]))
            if line is None:
                self._app.leave()
                return
            said = await self._obey(line)
            await self._settle()

    # What is typed

    @property
    def _context(self) -> Context:
        screen = self._app.screen
        return self._app.context or (screen.CONTEXT if isinstance(screen, OwnKeysScreen) else "")

    async def _obey(self, line: str) -> list[str]:
        """Do what a line means; return why it means nothing."""
        context, field = self._context, self._app.screen.focused
        if isinstance(field, PastesWhole) and isinstance(field, Widget):
            await self._write(field, line)
        elif self._asks:
            self._asks = False
            await self._press(*(keys_labelled(line) if line == "esc" else (*line, "enter")))
        elif any(line == key for key, _ in self._model.state.prompt.options):
            await self._press(*keys_labelled(line))
        else:
            typed = read_line(self._begun + line.strip(), self._keymap, context)
            self._begun = ""
            if typed.begun:
                saved = [one.name for one in self._model.state.views.named]
                choices = self._keymap.choices(context, typed.begun, saved)
                self._begun = "".join(typed.begun)
                return [words.sentence("; ".join(f"{key} {name}" for key, name in choices))]
            if not typed.keys:
                return [f"{words.plain(line)[:40]} is no key {place_of(context)}. ? tells the keys; q goes back."]
            await self._do(typed)
        return []

    async def _do(self, typed: Typed) -> None:
        await self._press(*typed.keys)
        if typed.action not in ASKS:
            return
        await self._settle()
        field = self._app.screen.focused
        is_line = isinstance(field, PastesWhole)
        self._asks = not is_line and not typed.text
        if typed.text and is_line and isinstance(field, Widget):
            await self._write(field, typed.text)
        elif typed.text:
            await self._press(*typed.text, "enter")

    async def _write(self, field: Widget, line: str) -> None:
        """Put a line into the text that is open; keys that write nothing are keys there too."""
        context = self._context
        chord = keys_labelled(line) if line and " " not in line else ()
        if len(chord) == 1 and len(chord[0]) > 1 and chord in self._keymap.resolve(context):
            await self._press(*chord)
        elif context == "note":
            if line == END:
                self._app.perform("note.keep")
            else:
                is_fresh = not field.text or field.text.endswith("\n")
                field.insert_pasted(f"{'' if is_fresh else chr(10)}{line}\n")
        else:
            if line:
                field.value = ""
                field.insert_pasted(line)
                await catch_up(field)
                await self._settle()
            await self._press("enter")

    async def _press(self, *keys: str) -> None:
        """Press keys, as a terminal's driver does."""
        for key in keys:
            character = key if len(key) == 1 else " " if key == "space" else None
            self._app.post_message(Key("space" if key == " " else key, character))
        await catch_up(self._app)

    # Until it is done

    async def _settle(self) -> None:
        """Wait until what was begun is done."""
        begun = quiet = time.monotonic()
        while not self._app.is_leaving and (now := time.monotonic()) - quiet < QUIET and now - begun < PATIENCE:
            await catch_up(self._app)
            await catch_up(self._app.screen)
            await asyncio.sleep(0.01)
            if self._is_working:
                quiet = time.monotonic()

    @property
    def _is_working(self) -> bool:
        state = self._model.state
        working = any(not one.is_finished and one.group not in BESIDE for one in self._app.workers)
        counting = self._services[Counter].delay.is_waiting
        return working or counting or self._keyboard.is_quitting or (state.is_list_coming and not state.is_ranking)

    # What is said

    def _reply(self) -> list[str]:
        """What happened, where the user is, what is there, and what may be typed."""
        said, self._told = [*map(words.sentence, dict.fromkeys(self._told))], []
        status = self._app.status.shown
        if self._app.context is None and status.said:
            said.append(words.sentence(status.said))
        place = self._where()
        is_new, self._place = place != self._place, place
        if is_new:
            said.append(words.sentence(place[1]))
        said += self._body()
        if is_new or status.choices:
            said.append(words.keys(status))
        return [one for one in said if one]

    def _where(self) -> tuple[object, str]:
        """The place, and how it is called."""
        app, context = self._app, self._context
        if context in ("list", "empty", "hole"):
            return self._model.state.where, words.says(app.main.top.line(WIDE))
        screen = app.screen
        if isinstance(screen, OwnKeysScreen):
            return screen, screen.title_line.text
        return (screen, context), f"You are {place_of(context)}"

    def _body(self) -> Iterator[str]:
        context, screen = self._context, self._app.screen
        if isinstance(screen.focused, PastesWhole):
            return
        if context in ("list", "hole"):
            yield from self._list()
        elif context == "empty":
            yield from map(words.says, self._app.main.empty.lines)
        else:
            yield from self._lines(screen)

    def _list(self) -> Iterator[str]:
        """The papers in view if they are other ones, and the one under the cursor."""
        papers = self._papers
        listed, at = papers.pks_all(), papers.cursor
        (before, last), self._listed = self._listed, (listed, at)
        if listed is not before or abs(at - last) > 1:
            places = {pk: place for place, pk in enumerate(listed[: at + MOST], 1)}
            for pk in papers.visible_pks:
                if pk in places and (row := papers.row_of(pk)) is not None:
                    yield words.paper(places[pk], row)
        selected = self._model.state.selection.count
        if selected:
            yield f"{selected:,} selected."
        hole = papers.hole
        if hole is not None:
            yield f"Between days: {hole.days:,} missing."
        elif (row := papers.highlighted_row) is not None:
            yield f"Here: {words.paper(at + 1, row)}"

    def _lines(self, screen: Screen[Any]) -> Iterator[str]:
        """The lines in view of the pane in front that were not said, and the one under its cursor."""
        pane = self._pane(screen)
        shown = [*_drawn(pane)] if pane is not None else [*_rendered(screen)]
        key = pane or screen
        self._seen = {one: lines for one, lines in self._seen.items() if one is key or self._is_open(one)}
        seen, self._seen[key] = self._seen.get(key, ()), [line for line, _ in shown]
        yield from (line for line, _ in shown if line not in seen)
        yield from (f"Here: {line}" for line, is_here in shown if is_here)
        if pane is not None and pane.scroll_offset.y < pane.max_scroll_y:
            yield "There is more below."

    def _is_open(self, one: Pane | Screen[Any]) -> bool:
        return one.is_attached and one.screen in self._app.screen_stack and one is not self._app.main.filter

    def _pane(self, screen: Screen[Any]) -> Pane | None:
        """The pane that keys move."""
        main, context = self._app.main, self._context
        if screen is main:
            return main.filter if context == "filter" else main.detail
        panes = [one for one in screen.query(Pane) if one.display]
        # Of a text and its outline the text is last.
        return panes[0 if context == "outline" else -1] if panes else None

    def _prompt(self) -> str:
        context, field = self._context, self._app.screen.focused
        if isinstance(field, PastesWhole):
            ways = f"lines, then {END} keeps them" if context == "note" else "a line; esc leaves it"
            return f"{context}, {ways}"
        if context == "list":
            return f"list {self._papers.cursor + 1} of {self._model.state.listing.count or self._papers.count}"
        return context or "text"


def _drawn(pane: Pane) -> Iterator[tuple[str, bool]]:
    """The lines of a pane in view, and whether each is under its cursor."""
    for y in range(pane.size.height):
        text = pane.render_line(y).text.strip()
        is_here = text.startswith(words.SPOKEN.cursor)
        if isinstance(pane, FoundPane):
            is_here = pane.choose is not None and pane.scroll_offset.y + y == pane.at
        if line := words.plain(text):
            yield line, is_here


def _rendered(screen: Screen[Any]) -> Iterator[tuple[str, bool]]:
    """The lines of a screen without a pane."""
    for widget in screen.query(Widget):
        drawn = widget.render()
        if isinstance(drawn, Content) and not isinstance(widget, KeyLines):
            yield from ((line, False) for part in drawn.plain.splitlines() if (line := words.plain(part)))
