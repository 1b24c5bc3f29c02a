"""Help: the important keys of a context, the pages of the manual, and offers of both for the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from reader.core.lines import Line, Piece, cell_len, cut, cut_line
from reader.keys.actions import COMMAND_LINE, FIRST_KEYS, MENU, QUOTED_FOOTER, SELECTED_FOOTER, Context, place_of
from reader.keys.keymap import Keymap
from reader.keys.spelling import label
from reader.paths import APP
from reader.ui.command_line.screen import COMMAND, OUTPUT, Output, offer_more
from reader.ui.full_text.state import actions_without_effect, view_of
from reader.ui.kit.lines import Row
from reader.ui.kit.pane import RowsPane
from reader.ui.kit.status_lines import Status
from reader.ui.kit.theme import stylesheet
from reader.ui.list.header import SELECTING
from reader.ui.shell.commands import Manual, Offer
from reader.ui.shell.controller import Controller, follows, handles
from reader.ui.shell.screens import PaneScreen, status
from reader.ui.shell.state import Front, State

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


class Help(NamedTuple):
    """The context whose keys are shown, and the pages of the manual once they are read."""

    context: Context
    manual: Manual = ()
    selecting: Mapping[str, str] = MappingProxyType({})
    """The footer while papers or lines are selected, whose keys come first; empty if nothing is selected."""
    without: Collection[str] = ()
    """The ids of actions to leave out, because they do nothing now."""


HELP: Front[Help] = Front("help", "reader.ui.help:HelpScreen")


class HelpActions(Controller):
    """Open the help and its pages, and offer keys of other contexts and entries of the manual in the command line."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._manual: Manual = ()

    @handles("app.help")
    def show_help(self, _count: int | None) -> None:
        state = self._model.state
        without = actions_without_effect(state, self._keymap)
        help = Help(state.context, self._manual, _selecting(state), without)
        self._model.change(state.put(HELP, help))
        self._read_manual_once()

    def _read_manual_once(self) -> None:
        if not self._manual:
            self._background.start("help", self._read_manual, exclusive=True)

    async def _read_manual(self) -> None:
        self._manual = await asyncio.to_thread(lambda: self._app.shell().manual())
        state = self._model.state.update(HELP, lambda help: help._replace(manual=self._manual))
        self._model.change(offer_more(state, self._entries()))

    async def _show_page(self, name: str) -> None:
        page = await asyncio.to_thread(lambda: self._app.shell().page(name))
        self._model.change(self._model.state.put(OUTPUT, Output(f"{APP} help {name}", page.text, page.lines)))

    def open_page(self, name: str) -> None:
        self._background.start("page of the manual", partial(self._show_page, name))

    def take_text(self, context: Context, key: str, character: str | None) -> bool:
        if context != "help" or key != "enter":
            return False
        name = self._app.screens.get(HELP).pane.current
        if name is not None:
            self.open_page(name)
        return True

    @handles("help.search")
    def search(self, _count: int | None) -> None:
        self._model.change(self._model.state.put(HELP, None))
        self._app.perform(COMMAND_LINE)

    # The command line

    @follows(lambda state: (command := state[COMMAND]) is not None and bool(command.text))
    def read_manual_soon(self, state: State) -> None:
        if state[COMMAND] is not None:
            self._read_manual_once()

    def commands(self) -> Sequence[Offer]:
        """The keys of other contexts, and the entries of the manual."""
        context = self._model.state.context
        offers = []
        for action in self._keymap.actions:
            if context not in action.contexts:
                place, keys = place_of(action.contexts[0]), " ".join(self._keymap.labels(action.id))
                notice, also = f"{action.name.lower()} works {place}", f"{action.group} {action.id}"
                run, about = partial(self._model.show_notice, notice), f"{place}: {action.help}"
                offers.append(Offer(action.name, about, run, keys, also, acts_here=False))
        return (*offers, *self._entries())

    def _entries(self) -> list[Offer]:
        return [
            Offer(name, about, partial(self.open_page, page or name), also=title, acts_here=False)
            for title, page, entries in self._manual
            for name, about in entries
        ]


def _selecting(state: State) -> Mapping[str, str]:
    view = view_of(state) if state.context == "text" else None
    if view is not None and view.selection is not None:
        return QUOTED_FOOTER
    return SELECTED_FOOTER if state.selection.count and state.context in SELECTING else MappingProxyType({})


class KeysPane(RowsPane):
    """The lines of the help, with a cursor that stops on pages."""

    PANE = "help"


MAX_ROWS = 15

ALSO = (MENU, ("mark.undo",), (COMMAND_LINE,), ("app.back",))
"""Further entries of the first screen, after the footer's keys."""

MIN_SENTENCE_COLUMNS = 76
"""Minimum columns for showing a sentence beside each name."""

MAX_COLUMNS = 100

NAME_CELLS = 16
"""Cells of the column with the names of pages."""

FIRST_PAGES = 5
"""Pages of the manual that the help lists with their sentences; a last line names the others."""


class HelpRow(NamedTuple):
    """The keys of an action, its name, and a sentence."""

    keys: str
    name: str
    about: str


def first_rows(
    keymap: Keymap, context: Context, selecting: Collection[str] = (), without: Collection[str] = ()
) -> list[HelpRow]:
    """The most important keys in `context`, at most `MAX_ROWS`.

    `selecting` are ids of actions on the selected papers or lines, and `without` ids of actions to leave out.
    """
    footer = [id for id in selecting or keymap.most_useful(context) if id != "app.help" and id not in without]
    usual = () if selecting else FIRST_KEYS.get(context)
    rows = []
    for ids in dict.fromkeys(usual or (*((id,) for id in footer[: MAX_ROWS - len(ALSO)]), *ALSO)):
        actions = [keymap.action(id) for id in ids if keymap.key(id, context)]
        if actions and ids == MENU:
            chord = keymap.chords(actions[0].id, context)[0]
            key = label(chord[:1] if len(chord) > 1 else chord, ascii=keymap.ascii)
            rows.append(HelpRow(key, "Go to", ", ".join(action.name for action in actions)))
        elif actions:
            keys = " ".join(keymap.key(action.id, context) for action in actions)
            others = "".join(f", {action.name.lower()}" for action in actions[1:])
            rows.append(HelpRow(keys, actions[0].name + others, actions[0].help))
    return rows


def first_lines(rows: Sequence[HelpRow], width: int, ellipsis: str) -> list[Line]:
    """The first screen, with a line for each row."""
    key_width = max((cell_len(row.keys) for row in rows), default=0)
    name_width = max((cell_len(row.name) for row in rows), default=0)
    room = min(width, MAX_COLUMNS) - key_width - name_width - 4
    lines: list[Line] = []
    for row in rows:
        about = row.about if cell_len(row.about) <= room else row.about.partition("; ")[0]
        about = cut(about, room, ellipsis) if width >= MIN_SENTENCE_COLUMNS or row.name == "Go to" else ""
        keys = row.keys + " " * (key_width - cell_len(row.keys) + 2)
        name = row.name + " " * (name_width - cell_len(row.name) + 2)
        lines.append((Piece(keys, "key"), Piece(name, "name"), Piece(about, "about")))
    return lines


class HelpScreen(PaneScreen[Help]):
    """The important keys of a context, and the first pages of the manual."""

    CSS_PATH = stylesheet("help")

    def __init__(self, app: ReaderApp, help: Help) -> None:
        self._keys = KeysPane()
        super().__init__(app, help, self._keys, f"Keys {place_of(help.context)}")

    def show(self, help: Help) -> None:
        self._keys.show(partial(self._rows, help), 0)

    def footer(self, state: State) -> Status:
        search, close = self._keymap.hints("help")
        open_page = [("enter", "open a page")] if (help := state[HELP]) is not None and help.manual else []
        return status(state, self._keymap, (search, *open_page, close))

    def _rows(self, help: Help, width: int) -> Sequence[Row]:
        pages = next((entries for _, page, entries in help.manual if not page), ())
        first = first_rows(self._keymap, help.context, help.selecting, help.without)
        ellipsis = self._look.glyphs.ellipsis
        rows = [Row(line) for line in (*first_lines(first, width, ellipsis), ())]
        for name, about in pages[:FIRST_PAGES]:
            line = Piece(name.ljust(NAME_CELLS), "key"), Piece(about, "about")
            rows.append(Row(cut_line(line, width, ellipsis), name))
        others = ", ".join(name for name, _ in pages[FIRST_PAGES:])
        line = Piece(":help PAGE".ljust(NAME_CELLS), "key"), Piece(others, "about")
        return [*rows, Row(cut_line(line, width, ellipsis))] if others else rows
