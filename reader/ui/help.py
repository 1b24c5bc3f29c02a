"""Show the help, and search in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from textual.events import Paste

from reader.core.lines import Line, Piece, cell_len, cut, cut_line, literal, wrap
from reader.core.text import clean
from reader.core.words import Marker
from reader.keys.actions import COMMAND_LINE, FIRST_KEYS, MENU, Action, Context, place_of
from reader.keys.keymap import Keymap
from reader.keys.spelling import label, typed_on
from reader.paths import APP
from reader.ui.command_line.actions import lacks
from reader.ui.command_line.screen import OUTPUT, Finder, Output
from reader.ui.kit.line_widgets import Reported
from reader.ui.kit.lines import Row, mark, pattern
from reader.ui.kit.pane import RowsPane
from reader.ui.kit.status_lines import Status
from reader.ui.kit.theme import stylesheet
from reader.ui.shell.commands import PAGES, Manual
from reader.ui.shell.controller import Controller, answers, handles
from reader.ui.shell.screens import PaneScreen, status
from reader.ui.shell.state import Front, State

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


class Help(NamedTuple):
    """Help: the keys that matter in a context, or search results."""

    context: Context
    lacking: frozenset[str] = frozenset()
    manual: Manual = ()
    typed: str = ""
    is_typing: bool = False
    is_searching: bool = False
    """Whether search results are shown instead of the first screen."""
    opens_soon: bool = False
    """Whether enter was pressed before the manual was read."""

    @property
    def has_cursor(self) -> bool:
        """Whether there is a cursor: enter opens a page of the manual."""
        return bool(self.manual) and not self.is_typing

    def search(self, typed: str) -> Help:
        return self._replace(typed=typed, is_typing=True, is_searching=True, opens_soon=False)


HELP: Front[Help] = Front("help", "reader.ui.help:HelpScreen")


T = TypeVar("T")

LONGEST = 200


class HelpActions(Controller):
    """Open the help, and search in it."""

    @handles("app.help")
    def show_help(self, _count: int | None) -> None:
        self._show(HELP, Help(self._model.state.context, lacks(self._model.state)))
        self._background.start("help", self._read_manual)

    async def _read_manual(self) -> None:
        manual = await asyncio.to_thread(lambda: self._app.shell().manual())
        self._model.change(self._model.state.update(HELP, lambda help: help._replace(manual=manual)))
        if (help := self._model.state[HELP]) is not None and help.opens_soon:
            self._app.screens.get(HELP).pane.call_after_refresh(self._enter)

    async def _show_page(self, name: str) -> None:
        page = await asyncio.to_thread(lambda: self._app.shell().page(name))
        if self._model.state[HELP] is not None:
            self._show(OUTPUT, Output(f"{APP} help {name}", page.text, page.lines))

    def _show(self, front: Front[T], value: T | None) -> None:
        self._model.change(self._model.state.put(front, value))

    # Typed text

    def take_text(self, context: Context, key: str, character: str | None) -> bool:
        if context != "help":
            return False
        help = self._model.state[HELP]
        if key == "enter":
            self._enter()
        elif help is not None and not help.is_typing:
            return False
        elif (typed := typed_on(self._typed, key, character, LONGEST)) is not None:
            self.search(typed)
        else:
            return False
        return True

    @property
    def _typed(self) -> str:
        help = self._model.state[HELP]
        return "" if help is None else help.typed

    @answers("help")
    def paste(self, text: str) -> None:
        self.search(clean(self._typed + text, LONGEST))

    def takes_words(self, context: Context) -> Callable[[str], object] | None:
        return self.search if context == "help" else None

    def search(self, typed: str) -> None:
        self._model.change(self._model.state.update(HELP, lambda help: help.search(typed[:LONGEST])))

    @handles("help.search")
    def search_on(self, _count: int | None) -> None:
        self.search(self._typed)

    def _enter(self) -> None:
        help = self._model.state[HELP]
        if help is not None and help.is_typing:
            self._show(HELP, help._replace(is_typing=False))
        elif help is not None and not help.manual:
            self._show(HELP, help._replace(opens_soon=True))
        elif help is not None:
            opens = self._app.screens.get(HELP).pane.current
            if opens is not None:
                self._background.start("help", partial(self._show_page, opens[1]))

    @handles("help.close")
    def close(self, _count: int | None) -> None:
        help = self._model.state[HELP]
        if help is not None and help.is_searching:
            self._show(HELP, help._replace(typed="", is_typing=False, is_searching=False))
        else:
            self._show(HELP, None)


class FoundPane(RowsPane):
    """The lines of help, with a cursor on pages."""

    PANE = "help"


FIRST = 15

ALSO = (MENU, ("mark.undo",), (COMMAND_LINE,), ("app.back",))
"""Further entries of the first screen, after the footer's keys."""

SENTENCES_FROM = 76
"""Minimum columns for showing a sentence beside each name."""

WIDEST = 100

OPEN = "page"

KEYS = 14
"""Maximum cells of the keys' column; longer keys have a line of their own."""

FIRST_PAGES = 5
"""Pages of the manual that the first help lists with their sentences; a last line names the others."""


class HelpRow(NamedTuple):
    """One key, sign, setting, command or page as help shows it."""

    keys: str
    name: str
    about: str
    opens: str = ""


Sections: TypeAlias = Mapping[str, Sequence[HelpRow]]
"""Rows by heading; text after two spaces in a heading is muted."""


def first_rows(keymap: Keymap, context: Context, lacking: Collection[str] = ()) -> list[HelpRow]:
    """The most important keys in `context`, at most `FIRST`; `lacking` are ids of actions with nothing to act on."""
    footer = ((id,) for id in keymap.most_useful(context)[: FIRST - len(ALSO)] if id != "app.help")
    rows = []
    for ids in dict.fromkeys(FIRST_KEYS.get(context) or (*footer, *ALSO)):
        found = [keymap.action(id) for id in ids if id not in lacking and keymap.key(id, context)]
        if found and ids == MENU:
            chord = keymap.chords(found[0].id, context)[0]
            key = label(chord[:1] if len(chord) > 1 else chord, ascii=keymap.ascii)
            rows.append(HelpRow(key, "Go to", ", ".join(action.name for action in found)))
        elif found:
            keys = " ".join(keymap.key(action.id, context) for action in found)
            others = "".join(f", {action.name.lower()}" for action in found[1:])
            rows.append(HelpRow(keys, found[0].name + others, found[0].help))
    return rows


def sections(keymap: Keymap, context: Context, typed: str, lacking: Collection[str] = ()) -> tuple[Sections, Sections]:
    """The actions that match each typed word, first those of `context`, then those of other places.

    If `typed` is a key, its actions come first.
    """
    finder = Finder(typed)
    here: dict[str, list[HelpRow]] = {"This key": []}
    elsewhere: dict[str, list[HelpRow]] = {}
    for action in keymap.actions:
        is_here = context in action.contexts
        row = _row(keymap, action, context if is_here else None)
        if typed.strip() in keymap.labels(action.id):
            here["This key"].append(row)
        elif action.id not in lacking and finder.score(row.name, f"{row.keys} {row.about} {action.group} {action.id}"):
            title = action.group if is_here else f"{action.group}  {place_of(action.contexts[0])}"
            (here if is_here else elsewhere).setdefault(title, []).append(row)
    return here, elsewhere


def _row(keymap: Keymap, action: Action, context: Context | None) -> HelpRow:
    keys = " ".join(keymap.labels(action.id, context)) or "-"
    own = ["Your own key."] if keymap.is_own(action.id) else []
    displacing = {} if context is None else keymap.displacing(action.id, context)
    lost = (f"{key} is yours for {other.name}." for key, other in displacing.items())
    return HelpRow(keys, action.name, " ".join((action.help, *own, *lost)))


def manual_sections(manual: Manual, typed: str) -> Sections:
    finder = Finder(typed)
    return {
        title: [
            HelpRow(name, "", about, name if title == PAGES else "")
            for name, about in entries
            if finder.score("", f"{name} {about} {title}")
        ]
        for title, entries in manual
    }


# Lines


def first_lines(rows: Sequence[HelpRow], width: int, ellipsis: str) -> list[Line]:
    """The first screen, one line for each row."""
    key_width = max((cell_len(row.keys) for row in rows), default=0)
    name_width = max((cell_len(row.name) for row in rows), default=0)
    room = min(width, WIDEST) - key_width - name_width - 4
    lines: list[Line] = []
    for row in rows:
        about = row.about if cell_len(row.about) <= room else row.about.partition("; ")[0]
        about = cut(about, room, ellipsis) if width >= SENTENCES_FROM or row.name == "Go to" else ""
        keys = row.keys + " " * (key_width - cell_len(row.keys) + 2)
        name = row.name + " " * (name_width - cell_len(row.name) + 2)
        lines.append((Piece(keys, "key"), Piece(name, "name"), Piece(about, "about")))
    return lines


def found_lines(found: Sections, typed: str, width: int) -> list[Line]:
    searched = pattern(tuple(typed.split()))
    lines: list[Line] = []
    for title, rows in found.items():
        if rows:
            most = min(KEYS, width // 3)
            keys = max((size for row in rows if (size := cell_len(row.keys)) <= most), default=most)
            heading, gap, more = title.partition("  ")
            lines.append((Piece(heading.upper(), "heading"), Piece(gap + more, "about")))
            lines += (line for row in rows for line in _row_lines(row, keys, min(width, WIDEST), searched))
            lines.append(())
    return lines or [(Piece("Nothing in the help matches ", "about"), Piece(literal(typed.strip()), "name"))]


def _row_lines(row: HelpRow, keys: int, width: int, searched: Marker | None) -> Iterator[Line]:
    """A row: its keys in a column, or on their own line if longer, with the text beside them."""
    lead: Line = tuple(mark(row.keys, "key", searched))
    if row.opens:
        lead = tuple(piece._replace(action=(OPEN, row.opens)) for piece in lead)
    gap = keys - cell_len(row.keys)
    if gap < 0:
        yield lead
        lead, gap = (), keys
    text = f"{row.name}  {row.about}" if row.name else row.about
    for start, end in wrap(text, max(width - keys - 2, 10)):
        named = min(end, max(start, len(row.name)))
        texts = (*mark(text[start:named], "name", searched), *mark(text[named:end], "about", searched))
        yield (*lead, Piece(" " * (gap + 2)), *texts)
        lead, gap = (), keys


class HelpScreen(PaneScreen[Help]):
    """The keys that matter here, or the search results."""

    CSS_PATH = stylesheet("help")

    def __init__(self, app: ReaderApp, help: Help) -> None:
        self._found = FoundPane()
        super().__init__(app, help, self._found)

    def on_paste(self, event: Paste) -> None:
        event.stop()
        self.post_message(Reported("help", event.text))

    def show(self, help: Help) -> None:
        caret = self._look.glyphs.caret if help.is_typing else ""
        self.title_line.show(f"/{help.typed}{caret}" if help.is_searching else f"Keys {place_of(help.context)}")
        lines: Callable[[int], Sequence[Line]]

        def rows(width: int) -> Sequence[Row]:
            return [Row(line, line[0].action if line and help.has_cursor else None) for line in lines(width)]

        if help.is_searching:
            here, rest = sections(self._keymap, help.context, help.typed, help.lacking)
            found = {**here, **manual_sections(help.manual, help.typed), **rest}
            lines = partial(found_lines, found, help.typed)
        else:
            lines = partial(self._first_lines, help)
        self._found.scroll_home(animate=False)
        self._found.show(rows, 0)

    def footer(self, state: State) -> Status:
        search, *moves, (back, close) = self._keymap.hints("help")
        help = state[HELP]
        if help is None or not help.is_searching:
            opens = [("enter", "open a page")] if help is not None and help.has_cursor else []
            return status(state, self._keymap, (search, *opens, (back, close)))
        keys = (("enter", "keep"),) if help.is_typing else (search, *moves)
        return status(state, self._keymap, (*keys, (back, "back")))

    def _first_lines(self, help: Help, width: int) -> Sequence[Line]:
        pages = [
            (Piece(name, "key", action=(OPEN, name)), Piece(" " * (KEYS + 2 - len(name))), Piece(about, "about"))
            for title, entries in help.manual
            for name, about in entries
            if title == PAGES
        ]
        first, ellipsis = first_rows(self._keymap, help.context, help.lacking), self._look.glyphs.ellipsis
        others = ", ".join(line[0].text for line in pages[FIRST_PAGES:])
        rest = [(Piece(":help PAGE".ljust(KEYS + 2), "key"), Piece(others, "about"))] if others else []
        shown = (cut_line(line, width, ellipsis) for line in (*pages[:FIRST_PAGES], *rest))
        return [*first_lines(first, width, ellipsis), (), *shown]
