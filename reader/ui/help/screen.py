"""Help and the palette: screens of lines found by typing: keys, signs, settings, commands, topics, papers."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeAlias, TypeVar

from textual.events import Paste

from reader.core.lines import Line, Piece, cell_len, cut, cut_line, literal, measure, spread, wrap
from reader.core.words import Marker
from reader.keys.actions import FIRST_KEYS, MENU, PALETTE, Action, Context, place_of
from reader.keys.keymap import Keymap
from reader.keys.spelling import label
from reader.ui.help.state import HELP, Help, Palette
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import Reported
from reader.ui.kit.lines import Row, mark, pattern
from reader.ui.kit.pane import RowsPane
from reader.ui.kit.status_lines import Status
from reader.ui.looks.theme import stylesheet
from reader.ui.shell.commands import PAGES, HelpCommand, Manual
from reader.ui.shell.screens import PaneScreen, status
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp

T = TypeVar("T")


class Finder:
    """Matches texts that have every typed word, in any order and case."""

    def __init__(self, typed: str) -> None:
        self.words = tuple(typed.split())
        self._starts = [re.compile(rf"(?<!\w){re.escape(word)}", re.IGNORECASE) for word in self.words]
        self._anywhere = [re.compile(re.escape(word), re.IGNORECASE) for word in self.words]

    def score(self, name: str, about: str) -> float:
        """Return how well a command matches, from 0 to 1; 0 if a typed word is in neither text.

        Beginnings of words in the name are best, then the middle of words there, then beginnings of words in `about`.
        """
        if not self.words:
            return 1.0
        grades = [
            4 if start.search(name) else 3 if anywhere.search(name) else 2 if start.search(about) else 0
            for start, anywhere in zip(self._starts, self._anywhere, strict=True)
        ]
        if 0 in grades:
            return 0.0
        leads = name.casefold().startswith(self.words[0].casefold())
        return (sum(grades) + leads) / (4 * len(grades) + 1)


class FoundPane(RowsPane):
    """The lines of help, with a cursor on pages, or those of the palette."""

    PREFIX = "help"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"help--{role}" for role in ("heading", "key", "name", "about", "hit", "cursor")
    }


class SearchScreen(PaneScreen[T]):
    """A title or what is typed, the lines, and the keys."""

    CSS_PATH = stylesheet("help")

    def __init__(self, app: ReaderApp, value: T) -> None:
        self._found = FoundPane()
        super().__init__(app, value, self._found)

    def on_paste(self, event: Paste) -> None:
        event.stop()
        self.post_message(Reported("help", event.text))


FIRST = 15

ALSO = (MENU, ("mark.undo",), (PALETTE,), ("app.back",))
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
    lost = (
        f"{one.winning} is yours for {keymap.action(one.winner).name}." for one in keymap.lost_by(action.id, context)
    )
    return HelpRow(keys, action.name, " ".join((action.help, *own, *dict.fromkeys(lost))))


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


class HelpScreen(SearchScreen[Help]):
    """The keys that matter here, or the search results."""

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


# The palette


NAME_COLUMN = 22
"""Cells of the names; a longer name takes room from its sentence."""

SHORT = 16
"""Maximum cells of a short text after a name, such as a day; the name is cut to make room."""

_LEAST_ABOUT = 12


def command_line(name: str, about: str, keys: str, width: int, *, finder: Finder, glyphs: Glyphs = UNICODE) -> Line:
    """Return a line of `width` cells, with the typed words marked in the name, and the keys at its end."""
    name, about, keys = literal(name), literal(about), cut(literal(keys), width // 2, glyphs.ellipsis)
    right: Line = (Piece(keys, "key"),) if keys else ()
    room = width - (cell_len(keys) + 2 if keys else 0)
    if about and cell_len(about) <= SHORT:
        name = cut(name, max(room - cell_len(about) - 2, 8), glyphs.ellipsis)
    name = cut(name, room, glyphs.ellipsis)
    left: Line = (*mark(name, "name", pattern(finder.words)), Piece(" " * (min(NAME_COLUMN, room) - cell_len(name))))
    rest = room - measure(left) - 2
    if rest >= min(_LEAST_ABOUT, cell_len(about)):
        left = (*left, Piece("  "), Piece(cut(about, rest, glyphs.ellipsis), "about"))
    return spread(left, right, width)


def action_commands(
    keymap: Keymap, context: Context, run: Callable[[str], object], lacking: Collection[str] = ()
) -> list[HelpCommand]:
    """Return a command for each action of `context`, in the table's order; `run` receives the action's id.

    The palette itself, the moves and those that are `lacking` something to act on are left out.
    """
    return [
        HelpCommand(
            action.name,
            action.help,
            partial(run, action.id),
            " ".join(keymap.labels(action.id, context)),
            f"{action.group} {action.id}",
        )
        for action in keymap.actions
        if context in action.contexts and action.id not in (PALETTE, *lacking) and not action.id.startswith("move.")
    ]


def fitting(commands: Sequence[HelpCommand], typed: str) -> list[HelpCommand]:
    """The commands that match each typed word, best first."""
    finder = Finder(typed)
    scored = [(finder.score(one.name, f"{one.keys} {one.about} {one.also}"), one) for one in commands]
    return [one for score, one in sorted(scored, key=lambda pair: -pair[0]) if score > 0]


class PaletteScreen(SearchScreen[Palette]):
    """What is typed, and the commands that fit."""

    def show(self, palette: Palette) -> None:
        """Show the matches, with the cursor on the first; papers found later do not move it."""
        glyphs = self._look.glyphs
        found_nothing = palette.papers is not None and not palette.all_offered
        about = "  no command, topic or paper matches" if found_nothing else ""
        about = about if palette.typed else "a command, a topic, a paper"
        self.title_line.show(f"> {palette.typed}{glyphs.caret}{about}")
        finder = Finder(palette.typed)

        def row(one: HelpCommand, width: int) -> Row:
            return Row(command_line(one.name, one.about, one.keys, width, finder=finder, glyphs=glyphs), one)

        self._found.show(
            lambda width: [row(one, min(width, WIDEST)) for one in palette.all_offered],
            None if palette.papers else 0,
        )

    def footer(self, state: State) -> Status:
        return status(state, self._keymap, (("enter", "run"), self._keymap.hints("help")[-1]))
