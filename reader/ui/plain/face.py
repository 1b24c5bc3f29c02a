"""The conversation: a line is a key, and after each the reader says what happened, where one is, and what is there."""

from __future__ import annotations

import re
import time
from asyncio import sleep
from collections.abc import Iterator, Sequence
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.content import Content
from textual.events import Key
from textual.screen import Screen
from textual.widget import Widget

from reader.core.paper_row import PaperKey
from reader.core.text import amount
from reader.keys.actions import Context, place_of
from reader.keys.spelling import keys_labelled
from reader.ui.command_line.output import OutputPane
from reader.ui.filter.counter import Counter
from reader.ui.filter.pane import FilterPane
from reader.ui.full_text.lines import text_header
from reader.ui.full_text.links import LETTERS as KEYS
from reader.ui.full_text.screen import FullTextScreen, TextPane
from reader.ui.full_text.state import TEXT
from reader.ui.help.screen import FoundPane
from reader.ui.help.state import HELP, PALETTE
from reader.ui.kit.line_widgets import KeyLines, StatusLine
from reader.ui.kit.pane import Pane
from reader.ui.kit.status_lines import Status
from reader.ui.kit.typed_line import LineInput, catch_up
from reader.ui.list.pane import PaperList
from reader.ui.main_screen import MainScreen
from reader.ui.notes.screen import NoteArea
from reader.ui.page.detail import PaperDetail
from reader.ui.plain import words
from reader.ui.plain.typed import Typed, read_line
from reader.ui.shell.handlers import begins, follows
from reader.ui.shell.keyboard import Keyboard
from reader.ui.shell.screens import OverScreen, PaneScreen
from reader.ui.shell.services import Actor, Services
from reader.ui.shell.state import State
from reader.ui.triage.lines import triage_line
from reader.ui.triage.state import TRIAGE

if TYPE_CHECKING:
    from reader.ui.shell.listing import Where

PATIENCE = 10.0
"""Maximum seconds that a reply waits for what its key began; the rest is said with a later one."""

ROUNDS = 4
"""Looks at the reader that find no work, after which all is done that a key began."""

BESIDE = ("plain", "refresh", "page", "texts ahead", "backlog", "extensions", "sync", "settings")
"""Work that no reply waits for; it is told of with the next one."""

NAMES = {"empty": "no papers", "hole": "missing days"}
"""What a prompt calls a place, where that is another word than its context."""

END = "."
"""The line that ends a note."""

WIDE = 400
"""Columns for a line of the interface that is said whole."""

LONGEST_NAMED = 40
"""Letters of a line that are repeated if it means nothing."""

LETTERS = "a-z"
"""The key of a question that any letter may answer."""

_NUMBER = re.compile("[1-9][0-9]{0,6}")
_UNREAD = re.compile(r"(?<=\d)/(?=\d)")
_COPIED = re.compile(r"(^| · )copied\b( [^·].*)?")
"""What is said of a copied text, which plain mode has no clipboard for."""


class SaidList(NamedTuple):
    """A list that was said."""

    where: Where | None = None
    papers: Sequence[PaperKey] = ()
    at: int = 0
    """The place of the cursor, from 0."""


class DrawnLine(NamedTuple):
    """A line of a pane."""

    text: str
    number: int = 0
    """From 1 at the top of the pane's whole text."""
    is_here: bool = False
    """Whether it is under the cursor."""


class Face(Actor):
    """Asks for lines, does what they mean as the keyboard would, and answers in sentences."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._main = services[MainScreen]
        self._papers = services[PaperList]
        self._notices = self._model.state.notices
        self._told: list[str] = []
        self._place: object = None
        """Where the user was told to be."""
        self._said: Sequence[str] = ()
        """What was said of what is there."""
        self._keys: set[str] = set()
        """The sentences about keys that were said."""
        self._listed = SaidList()
        self._shown: frozenset[PaperKey] = frozenset()
        """The papers that were said together last."""
        self._heading = ""
        """The heading of a list that was said last."""
        self._seen: dict[tuple[Widget, PaperKey | None], tuple[int, Sequence[str]]] = {}
        """The first line in view and all lines that were said, of each pane and paper in front of it."""
        self._begun = ""

    @begins
    def begin(self) -> None:
        self._app.run_worker(self._talk(), group="plain")

    @follows(lambda state: state.notices)
    def hear(self, state: State) -> None:
        """Remember what happened for the next reply."""
        before, self._notices = self._notices, state.notices
        for old, new in ((before.answer, state.notices.answer), (before.news, state.notices.news)):
            if new is not old and new.text:
                # What replaces a notice that was not said yet says it, too.
                self._told = [one for one in self._told if one not in {old.text, new.text}] + [new.text]

    async def _talk(self) -> None:
        ask = self._app.ask
        said: Sequence[str] = ["dailypapers in plain lines. Type a key, then enter; the number of a line goes there."]
        while ask is not None and not self._app.is_leaving:
            await self._settle()
            lines = words.fill(self._reply(said), get_terminal_size().columns)
            front = self._front()
            line = await ask("\n".join([*lines, f"{self._prompt}> "]))
            if line is None:
                self._app.leave()
                return
            if self._front() == front:
                said = await self._obey(line)
            else:
                said = ["Something else came to the front before you typed, so nothing was done."]

    def _front(self) -> object:
        """What a line is for: the place, the question or the keys, and what takes letters."""
        return self._where()[0], self._status.choices, [key for key, _ in self._status.keys], self._field

    @property
    def _status(self) -> Status:
        screen = self._app.screen
        return (screen.status if isinstance(screen, OverScreen) else self._main.status).shown

    # What is typed

    @property
    def _context(self) -> Context:
        return self._model.state.context

    @property
    def _field(self) -> LineInput | NoteArea | None:
        field = self._app.screen.focused
        return field if isinstance(field, LineInput | NoteArea) else None

    @property
    def _letters(self) -> str | None:
        """What was typed so far into what reads letters by its keys; None where letters are keys."""
        state = self._model.state
        if state.front is HELP and (help := state[HELP]) is not None:
            return "" if help.is_typing else None
        if self._context == "filter" and self._main.filter.is_narrowing:
            return self._main.filter.narrowed
        return "" if state.front is PALETTE or self._status.is_typing else None

    async def _obey(self, line: str) -> Sequence[str]:
        """Do what a line means; return what is to be said of it first."""
        context, answers = self._context, [key for key, _ in self._status.choices]
        line = line if context == "note" else line.strip()
        begun, self._begun = self._begun, ""
        are_keys = self._field is None and (self._letters is None or self._model.state.front is PALETTE)
        if begun and line in ("", "esc"):
            return [f"{begun} is dropped."]
        if line in answers or (LETTERS in answers and len(line) == 1):
            await self._press(*keys_labelled(line))
        elif self._services[Keyboard].is_asking:
            return [f"{_named(line)} is not an answer."]
        elif are_keys and _NUMBER.fullmatch(line) and self._go(int(line)):
            pass
        elif self._field is not None:
            await self._write(self._field, line)
        elif self._letters is not None:
            await self._type(line)
        else:
            return await self._do(read_line(begun + line, self._keymap, context), begun + line)
        return ()

    async def _do(self, typed: Typed, line: str) -> Sequence[str]:
        """Press the keys of a line, and type the text behind them where one is asked for."""
        context = self._context
        if typed.begun:
            self._begun = "".join(typed.begun)
            saved = [one.name for one in self._model.state.views.named]
            choices = self._keymap.choices(context, typed.begun, saved)
            return [words.sentence(f"{self._begun}, then: {'; '.join(f'{key} {name}' for key, name in choices)}")]
        if not typed.keys and self._app.takes_words(context) is not None:
            await self._type(line)
        elif not typed.keys:
            self._keys.discard(words.keys(self._status))
            return [f"{_named(line)} is not a key {place_of(context)}."]
        await self._press(*typed.keys)
        if typed.text:
            await self._settle()
            if self._field is not None or self._letters is not None:
                await self._obey(typed.text)
        return ()

    async def _type(self, line: str) -> None:
        """Type a line instead of what was typed before; what the palette finds is said before enter runs it."""
        take = self._app.takes_words(self._context)
        if line in ("", "esc", "enter"):
            await self._press(*keys_labelled(line or "enter"))
            return
        if take is not None:
            take(line)
        else:
            await self._press(*("backspace",) * len(self._letters or ""), *line)
        if self._model.state.front is not PALETTE:
            await self._press("enter")

    async def _write(self, field: LineInput | NoteArea, line: str) -> None:
        chord = keys_labelled(line) if line and " " not in line else ()
        if len(chord) == 1 and len(chord[0]) > 1 and chord in self._keymap.resolve(self._context):
            await self._press(*chord)
        elif isinstance(field, LineInput):
            draft = self._model.state.draft
            if line and draft is not None and not draft.begun:
                field.value = ""
            field.insert_pasted(line)
            await catch_up(field)
            await self._settle()
            await self._press("enter")
        elif line == END:
            self._app.perform("note.keep")
        else:
            begun = "" if not field.text or field.text.endswith("\n") else "\n"
            field.insert_pasted(f"{begun}{line}\n")

    async def _press(self, *keys: str) -> None:
        for key in keys:
            character = key if len(key) == 1 else " " if key == "space" else None
            self._app.post_message(Key("space" if key == " " else key, character))
        await catch_up(self._app)

    def _go(self, number: int) -> bool:
        """Go to a line by its number; return False where lines have none."""
        if self._context in ("list", "hole"):
            self._app.perform("move.top", number)
            return True
        begun = here = self._here
        while here != number and here and (here < number) == (begun < number):
            self._app.perform("move.down" if here < number else "move.up")
            before, here = here, self._here
            if here == before:
                break
        return begun > 0

    async def _settle(self) -> None:
        begun, quiet = time.monotonic(), 0
        while quiet < ROUNDS and time.monotonic() - begun < PATIENCE and not self._app.is_leaving:
            await catch_up(self._app)
            await catch_up(self._app.screen, is_drawn=True)
            if (pane := self._pane) is not None:
                await catch_up(pane)
            await sleep(0.01)
            quiet = 0 if self._is_working else quiet + 1

    @property
    def _is_working(self) -> bool:
        state, services = self._model.state, self._services
        is_coming = state.is_list_coming and not state.is_ranking
        working = any(not one.is_finished and one.group not in BESIDE for one in self._app.workers)
        pane = None if self._app.screen is self._main else self._pane
        is_new = pane is not None and not pane.size
        return is_coming or is_new or working or services[Counter].delay.is_waiting or services[Keyboard].is_quitting

    # What is said

    def _reply(self, first: Sequence[str]) -> list[str]:
        """What happened, where the user is if that is new, what is there, and what may be typed."""
        told, self._told = self._told, []
        status = self._status
        (place, name), body = self._where(), [*self._body()]
        copied = self._app.clipboard.splitlines() if any(map(_COPIED.search, told)) else []
        said = [*first, *(words.sentence(one) for text in told if (one := _COPIED.sub("", text)))]
        if place != self._place or not (said or copied or status.choices or set(body) - set(self._said)):
            # A page begins with the title.
            begun = body[0] if body else "\n"
            said.append(words.sentence(name.partition(f": {begun}")[0]))
        elif body == self._said and self._context == "empty":
            body = []
        self._place, self._said = place, body or self._said
        said += body
        if copied:
            said += ["To copy:", *copied]
        keys = words.keys(status)
        if status.choices or keys not in self._keys:
            self._keys.add(keys)
            said.append(keys)
        return [one for one in said if one]

    def _where(self) -> tuple[object, str]:
        context, screen, state = self._context, self._app.screen, self._model.state
        if context in ("list", "empty", "hole"):
            return (state.where, context == "empty"), words.says(self._main.top.line(WIDE))
        if isinstance(screen, PaneScreen):
            return screen, screen.title_line.shown
        about = state.highlighted if context in ("note", "tags") else state.front_paper
        row = None if about is None else self._papers.row_of(about)
        title = "" if row is None else f": {row.title}"
        place = (screen, context, about)
        if context == "triage" and (triage := state[TRIAGE]) is not None:
            return place, f"{words.says(triage_line(triage.number, WIDE, words.SPOKEN))}{title}"
        return place, f"{'Still' if place == self._place else 'Now'} {place_of(context).removeprefix('while ')}{title}"

    def _body(self) -> Iterator[str]:
        front = self._model.state.front_paper
        self._seen = {one: lines for one, lines in self._seen.items() if one[1] == front and self._is_open(one[0])}
        if self._field is not None:
            yield from self._typing(self._field)
        elif self._context in ("list", "hole"):
            yield from self._list()
        elif self._context == "empty":
            yield from map(words.says, self._main.empty.lines)
        else:
            yield from self._lines()

    def _is_open(self, widget: Widget) -> bool:
        is_left = isinstance(widget, FilterPane) and self._context != "filter"
        return widget.is_attached and widget.screen in self._app.screen_stack and not is_left

    def _list(self) -> Iterator[str]:
        """The papers in view if they are other ones, and the one under the cursor."""
        papers, listing, before = self._papers, self._model.state.listing, self._listed
        now = self._listed = SaidList(listing.where, papers.pks_all(), papers.cursor)
        is_same, is_said, shown = now.where == before.where, False, papers.visible_pks
        self._heading = self._heading if is_same else ""
        if is_same and before.papers != now.papers[: len(before.papers)]:
            yield f"The list has changed, {amount(listing.count or len(now.papers), 'paper')}."
        elif not (is_same and (abs(now.at - before.at) <= 1 or self._shown.issuperset(shown))):
            self._shown, is_said = frozenset(shown), True
            first = now.papers.index(shown[0]) if shown else 0
            for place, pk in enumerate(shown, first):
                yield from self._row(place, pk)
        if selected := self._model.state.selection.count:
            yield f"{selected:,} selected."
        if papers.hole is not None:
            yield f"Here: {len(papers.hole):,} missing days."
        elif papers.highlighted is not None:
            yield from self._row(now.at, papers.highlighted, "Here: ", is_brief=is_said)

    def _row(self, place: int, pk: PaperKey, here: str = "", *, is_brief: bool = False) -> Iterator[str]:
        """A paper of the list, after the heading above it if that is another one than before."""
        row, (heading, date) = self._papers.row_of(pk), self._papers.told_apart(place)
        if heading != self._heading:
            self._heading = heading
            yield words.sentence(heading)
        if row is not None:
            yield f"{here}{words.paper(place + 1, row, date, is_brief=is_brief)}"

    def _typing(self, field: LineInput | NoteArea) -> Iterator[str]:
        text = field.value if isinstance(field, LineInput) else field.text
        if isinstance(field, NoteArea) and self._place == self._where()[0]:
            yield f"Lines so far: {len(text.splitlines()):,}."
        elif text.strip():
            yield f"So far: {words.plain(text)}"
        for advice in self._app.screen.query(KeyLines):
            if advice.is_on_screen and not isinstance(advice, StatusLine):
                yield from map(words.says, advice.shown_lines())

    def _lines(self) -> Iterator[str]:
        """The lines in view of the pane in front that were not said, and the one under its cursor."""
        pane, screen = self._pane, self._app.screen
        text = self._model.state[TEXT]
        if isinstance(screen, FullTextScreen) and text is not None and text.view is not None and text.view.links:
            lettered = zip(KEYS, text.view.links, strict=False)
            yield words.sentence("; ".join(f"{key} {link.text.rstrip(' .:')}" for key, link in lettered))
            return
        shown = [*_drawn(pane)] if pane is not None else [*_rendered(screen)]
        if any(one.is_here for one in shown) and not isinstance(pane, TextPane):
            shown = [one._replace(text=f"{one.number}. {one.text}") for one in shown]
        key = (screen if pane is None else pane, self._model.state.front_paper)
        top = 0 if pane is None else pane.scroll_offset.y
        seen_top, seen = self._seen.get(key, (0, ()))
        new = [one.text for one in shown if one.text not in seen]
        # What moves by a line because another one came or went is not new.
        is_further = pane is not None and top == seen_top
        self._seen[key] = top, [*seen, *new] if is_further else [one.text for one in shown]
        here = [one.text for one in shown if one.is_here]
        yield from new if new != here else ()
        yield from (f"Here: {text}" for text in here)
        if isinstance(screen, FullTextScreen) and screen.progress.share is not None:
            yield words.sentence(words.says(text_header(screen.progress._replace(title=""), WIDE, words.SPOKEN)))
        elif new and pane is not None and pane.scroll_offset.y < pane.max_scroll_y:
            yield "There is more below."

    @property
    def _here(self) -> int:
        """The number of the line under the cursor of the pane in front; 0 without one."""
        pane = self._pane
        return 0 if pane is None else next((one.number for one in _drawn(pane) if one.is_here), 0)

    @property
    def _pane(self) -> Pane | None:
        main, screen, context = self._main, self._app.screen, self._context
        if screen is main:
            return main.filter if context == "filter" else main.detail
        panes = [one for one in screen.query(Pane) if one.display]
        # Of a text and its outline the text is last.
        return panes[0 if context == "outline" else -1] if panes else None

    @property
    def _prompt(self) -> str:
        context = self._context
        if context == "note":
            return f"note ({END} keeps it)"
        if self._letters is not None or self._field is not None:
            context = "palette" if self._model.state.front is PALETTE else context
            return f"{context} (esc leaves it)"
        status = self._status
        if status.choices:
            return f"{context} ({', '.join(key for key, _ in status.choices)})"
        if context == "list":
            context = f"list {self._papers.cursor + 1:,} of {self._model.state.listing.count or self._papers.count:,}"
        # The last hint leads to all others, or out.
        return f"{NAMES.get(context, context)} ({' '.join(status.keys[-1])})"


def _named(line: str) -> str:
    return words.plain(line)[:LONGEST_NAMED] or "enter"


def _drawn(pane: Pane) -> Iterator[DrawnLine]:
    top = pane.scroll_offset.y
    for y in range(pane.size.height):
        text = pane.render_line(y).text.strip()
        is_here = text.startswith(words.SPOKEN.cursor) and not isinstance(pane, PaperDetail)
        if isinstance(pane, FoundPane):
            is_here = pane.has_cursor and top + y == pane.at
        line = words.plain(text.removeprefix(words.SPOKEN.cursor))
        line = line.translate(words.WORDS) if isinstance(pane, OutputPane) else line
        line = _UNREAD.sub(" unread of ", line) if isinstance(pane, FilterPane) else line
        if any(map(str.isalnum, line)):
            yield DrawnLine(line, top + y + 1, is_here)


def _rendered(screen: Screen[Any]) -> Iterator[DrawnLine]:
    for widget in screen.query(Widget):
        drawn = widget.render()
        if isinstance(drawn, Content) and not isinstance(widget, KeyLines):
            yield from (DrawnLine(line) for part in drawn.plain.splitlines() if (line := words.plain(part)))
