"""Help and the palette: screens of lines that are found by typing: keys, signs, settings, commands, topics, papers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, NamedTuple, TypeAlias

from textual.events import Click, Key, Paste
from textual.strip import Strip

from reader.core.lines import Line, Piece, cell_len, cut, cut_line, literal, measure, spread, wrap
from reader.core.text import clean
from reader.keys.actions import FIRST_KEYS, MENU, PALETTE, Action, Context, place_of
from reader.keys.keymap import Keymap
from reader.keys.spelling import label
from reader.ui.command_line.output import OutputPane
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import PLAIN
from reader.ui.kit.lines import mark, pattern
from reader.ui.kit.own_keys import MOVES, OwnKeysScreen
from reader.ui.kit.status_lines import Status
from reader.ui.looks.theme import stylesheet
from reader.ui.shell.commands import PAGES, Manual


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


LONGEST = 200
"""Maximum number of typed characters."""


class FoundPane(OutputPane):
    """The lines, one of them under a cursor if a key can choose it."""

    PREFIX = "help"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"help--{role}" for role in ("heading", "key", "name", "about", "hit", "cursor")
    }

    def __init__(self, compose: Callable[[int], Sequence[Line]], choose: Callable[[], object] | None = None) -> None:
        """`choose` takes the line under the cursor; without it there is no cursor."""
        super().__init__(compose)
        self.choose = choose
        self.at = 0

    def show(self, compose: Callable[[int], Sequence[Line]], at: int = 0) -> None:
        """Show other lines, with the cursor on one of them."""
        self._compose_lines = compose
        if self.is_attached:
            self.on_resize()
        self.go(at)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        super().on_resize()
        if self.choose is not None:
            self.go(self.at)

    def go(self, at: int) -> None:
        """Put the cursor on a line, and show it."""
        self.at = max(0, min(at, len(self._lines) - 1))
        top, height = self.scroll_offset.y, self.size.height
        if height:
            self.scroll_to(y=min(self.at, max(top, self.at - height + 1)), animate=False, force=True)
        self.refresh()

    @property
    def seen(self) -> Sequence[Line]:
        """The first lines, as far as the pane has room."""
        return self._lines[: self.size.height]

    @property
    def line(self) -> Line:
        """The line under the cursor."""
        return self._lines[self.at] if self.at < len(self._lines) else ()

    def on_click(self, event: Click) -> None:
        """Choose the clicked line."""
        offset = event.get_content_offset(self)
        at = len(self._lines) if offset is None else offset.y + self.scroll_offset.y
        if self.choose is not None and at < len(self._lines):
            event.stop()
            self.go(at)
            self.choose()

    def render_line(self, y: int) -> Strip:
        place = y + self.scroll_offset.y
        over = "cursor" if self.choose is not None and place == self.at < len(self._lines) else PLAIN
        return self._strip(self._lines[place] if place < len(self._lines) else (), over, margin=1)


class SearchScreen(OwnKeysScreen):
    """A title or what is typed, the lines, and the keys."""

    CSS_PATH = stylesheet("help")
    CONTEXT = "help"
    ACTS = MOVES | {"help.close", "help.search"}

    def __init__(self, pane: FoundPane, keymap: Keymap, glyphs: Glyphs = UNICODE) -> None:
        super().__init__("", pane, keymap, glyphs)
        self._found = pane
        self._glyphs = glyphs
        self._typed = ""
        self._is_typing = False
        """Whether letters are text."""

    def search(self, typed: str) -> None:
        """Show what is found by a text."""
        raise NotImplementedError

    def enter(self) -> None:
        """What enter does while a text is typed."""
        raise NotImplementedError

    async def on_key(self, event: Key) -> None:
        """Take a letter as text while one is typed; other keys mean what they do in help."""
        if not self._is_typing or not (event.is_printable or event.key in ("backspace", "enter")):
            return
        event.stop()
        event.prevent_default()
        if event.key == "enter":
            self.enter()
        else:
            typed = self._typed + event.character if event.is_printable and event.character else self._typed[:-1]
            self.search(typed[:LONGEST])

    def on_paste(self, event: Paste) -> None:
        """Take a pasted text as typed."""
        event.stop()
        self.search(clean(self._typed + event.text, LONGEST))

    def take_text(self, text: str) -> None:
        """Begin a search with letters that are no keys here."""
        self.search(text)


FIRST = 15
"""Maximum rows of the first screen."""

ALSO = (MENU, ("mark.undo",), (PALETTE,), ("app.back",))
"""What the first screen has after the keys of the footer."""

SENTENCES_FROM = 76
"""Minimum columns for a sentence beside each name of the first screen."""

WIDEST = 100
"""Maximum cells of a line."""

OPEN = "page"
"""The action of a line that enter opens."""

KEYS = 14
"""Maximum cells of the column of keys; longer words have a line of their own."""


class Row(NamedTuple):
    """One key, sign, setting, command or page as help shows it."""

    keys: str
    name: str
    about: str
    opens: str = ""
    """The page of the manual that enter opens."""


Sections: TypeAlias = Mapping[str, Sequence[Row]]
"""Rows by their headings, of which what follows two blanks is said quietly."""


def first_rows(keymap: Keymap, context: Context, lacking: Collection[str] = ()) -> list[Row]:
    """The keys that matter most in `context`, at most `FIRST`; `lacking` are ids of actions with nothing to act on."""
    footer = ((id,) for id in keymap.most_useful(context)[: FIRST - len(ALSO)] if id != "app.help")
    rows = []
    for ids in dict.fromkeys(FIRST_KEYS.get(context) or (*footer, *ALSO)):
        found = [keymap.action(id) for id in ids if id not in lacking and keymap.key(id, context)]
        if found and ids == MENU:
            chord = keymap.chords(found[0].id, context)[0]
            key = label(chord[:1] if len(chord) > 1 else chord, ascii=keymap.ascii)
            rows.append(Row(key, "Go to", ", ".join(action.name for action in found)))
        elif found:
            keys = " ".join(keymap.key(action.id, context) for action in found)
            others = "".join(f", {action.name.lower()}" for action in found[1:])
            rows.append(Row(keys, found[0].name + others, found[0].help))
    return rows


def sections(keymap: Keymap, context: Context, typed: str, lacking: Collection[str] = ()) -> tuple[Sections, Sections]:
    """The actions that have each typed word: those of `context`, and those of other places.

    If `typed` is a key, its actions come first.
    """
    finder = Finder(typed)
    here: dict[str, list[Row]] = {"This key": []}
    elsewhere: dict[str, list[Row]] = {}
    for action in keymap.actions:
        is_here = context in action.contexts
        row = _row(keymap, action, context if is_here else None)
        if typed.strip() in keymap.labels(action.id):
            here["This key"].append(row)
        elif action.id not in lacking and finder.score(row.name, f"{row.keys} {row.about} {action.group} {action.id}"):
            title = action.group if is_here else f"{action.group}  {place_of(action.contexts[0])}"
            (here if is_here else elsewhere).setdefault(title, []).append(row)
    return here, elsewhere


def _row(keymap: Keymap, action: Action, context: Context | None) -> Row:
    keys = " ".join(keymap.labels(action.id, context)) or "-"
    own = ["Your own key."] if keymap.is_own(action.id) else []
    lost = (
        f"{one.winning} is yours for {keymap.action(one.winner).name}." for one in keymap.lost_by(action.id, context)
    )
    return Row(keys, action.name, " ".join((action.help, *own, *dict.fromkeys(lost))))


def manual_sections(manual: Manual, typed: str) -> Sections:
    """The entries of the manual that have each typed word."""
    finder = Finder(typed)
    return {
        title: [
            Row(name, "", about, name if title == PAGES else "")
            for name, about in entries
            if finder.score("", f"{name} {about} {title}")
        ]
        for title, entries in manual
    }


# Lines


def first_lines(rows: Sequence[Row], width: int, ellipsis: str) -> list[Line]:
    """The first screen: a line for each row."""
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
    """The results of a search: each section's heading, its rows, and an empty line."""
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


def _row_lines(row: Row, keys: int, width: int, searched: re.Pattern[str] | None) -> Iterator[Line]:
    """A row: its keys in a column, or on a line of their own if they are longer, and the text beside them."""
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


class HelpScreen(SearchScreen):
    """The keys that matter here, or what was found."""

    def __init__(
        self,
        keymap: Keymap,
        context: Context,
        glyphs: Glyphs = UNICODE,
        lacking: Collection[str] = (),
        read_manual: Callable[[], Awaitable[Manual]] | None = None,
        *,
        show_page: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        """`lacking` are the ids of actions that have nothing to act on; `read_manual` and `show_page` take a while."""
        super().__init__(FoundPane(self._first_lines), keymap, glyphs)
        self._place: Context = context
        self._lacking = frozenset(lacking)
        self._first = first_rows(keymap, context, self._lacking)
        self._read_manual = read_manual
        self._show_page = show_page
        self._manual: Manual = ()
        self._is_searching = False
        """Whether what was found is shown, and not the first screen."""

    def say(self, said: str) -> None:
        """Show the title, and the keys that act now."""
        search, *moves, (back, close) = self._keymap.hints("help")
        if not self._is_searching:
            opens = [("enter", "open a page")] if self._found.choose else []
            hints, title = [search, *opens, (back, close)], f"Keys {place_of(self._place)}"
        elif self._is_typing:
            hints, title = [("enter", "keep"), (back, "back")], f"/{self._typed}{self._glyphs.caret}"
        else:
            hints, title = [search, *moves, (back, "back")], f"/{self._typed}"
        self.title_line.show(title)
        self.status.show(Status(tuple(hints), said=said))

    async def act(self, action: str, times: int) -> None:
        if action == "help.search":
            self.search(self._typed)
        elif self._is_searching:
            self._typed, self._is_typing, self._is_searching = "", False, False
            self._draw()
        else:
            self.dismiss()

    def on_mount(self) -> None:
        """Read the manual, whose pages come below the keys."""
        super().on_mount()
        if self._read_manual is not None:
            self.run_worker(self._load(self._read_manual), exit_on_error=False)

    async def on_key(self, event: Key) -> None:
        """Open the page under the cursor; the base class does what other keys mean."""
        if event.key == "enter" and not self._is_typing:
            event.stop()
            event.prevent_default()
            self.open()
        else:
            await super().on_key(event)

    def open(self) -> None:
        """Open the page under the cursor, if there is one."""
        line = self._found.line
        if line and line[0].action and self._show_page is not None:
            self.run_worker(self._show_page(line[0].action[1]), exit_on_error=False)

    def move(self, lines: int) -> None:
        if self._found.choose is None or abs(lines) > 1:
            super().move(lines)
        self._found.go(self._found.at + lines)

    def search(self, typed: str) -> None:
        self._typed, self._is_typing, self._is_searching = typed, True, True
        self._draw()

    def enter(self) -> None:
        """Make keys of the letters again, with the cursor on the first page that is in view."""
        self._is_typing = False
        self._draw()
        self._found.go(next((at for at, line in enumerate(self._found.seen) if line and line[0].action), 0))

    async def _load(self, read: Callable[[], Awaitable[Manual]]) -> None:
        self._manual = await read()
        self._draw()

    def _draw(self) -> None:
        self._found.choose = self.open if self._manual and not self._is_typing else None
        self.say("")
        if not self._is_searching:
            self._found.scroll_home(animate=False)
            self._found.show(self._first_lines, len(self._first) + 1)
            return
        typed = self._typed
        here, rest = sections(self._keymap, self._place, typed, self._lacking)
        found = {**here, **manual_sections(self._manual, typed), **rest}
        self._found.show(lambda width: found_lines(found, typed, width))

    def _first_lines(self, width: int) -> Sequence[Line]:
        """The keys, and below them the pages of the manual."""
        pages = [
            (Piece(name, "key", action=(OPEN, name)), Piece(" " * (KEYS + 2 - len(name))), Piece(about, "about"))
            for title, entries in self._manual
            for name, about in entries
            if title == PAGES
        ]
        ellipsis = self._glyphs.ellipsis
        return [*first_lines(self._first, width, ellipsis), (), *(cut_line(line, width, ellipsis) for line in pages)]


# The palette


NAME_COLUMN = 22
"""Cells of the names; a longer name takes room from the sentence after it."""

SHORT = 16
"""Maximum cells of a text after a name, such as a day, before which the name is cut."""

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


LEAST_TYPED = 3
"""Letters and digits to type before papers are searched."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its name, a sentence about it, the function, its keys as shown, and other words that find it."""

    name: str
    about: str
    run: Callable[[], object]
    keys: str = ""
    also: str = ""


FindPapers = Callable[[str], Awaitable[Sequence[Command]]]


def action_commands(
    keymap: Keymap, context: Context, run: Callable[[str], object], lacking: Collection[str] = ()
) -> list[Command]:
    """Return a command for each action of `context`, in the table's order; `run` receives the action's id.

    The palette itself, the moves and those that are `lacking` something to act on are left out.
    """
    return [
        Command(
            action.name,
            action.help,
            partial(run, action.id),
            " ".join(keymap.labels(action.id, context)),
            f"{action.group} {action.id}",
        )
        for action in keymap.actions
        if context in action.contexts and action.id not in (PALETTE, *lacking) and not action.id.startswith("move.")
    ]


class Palette(SearchScreen):
    """A palette of the given commands; each opening makes a new one."""

    def __init__(
        self,
        commands: Sequence[Command],
        keymap: Keymap,
        glyphs: Glyphs = UNICODE,
        find_papers: FindPapers | None = None,
    ) -> None:
        """`find_papers` returns commands for papers by the typed words."""
        super().__init__(FoundPane(self._lines, self.enter), keymap, glyphs)
        self._commands = commands
        self._offered = commands
        self._find_papers = find_papers
        self._is_typing = True

    def say(self, said: str) -> None:
        """Show what is typed, and the keys."""
        about = "" if self._typed else "a command, a topic, a paper"
        self.title_line.show(f"> {self._typed}{self._glyphs.caret}{about}")
        *_, (key, close) = self._keymap.hints("help")
        self.status.show(Status((("enter", "run"), (key, close)), said=said))

    def move(self, lines: int) -> None:
        self._found.go(self._found.at + lines)

    async def act(self, action: str, times: int) -> None:
        if action == "help.close":
            self.dismiss()

    def enter(self) -> None:
        """Run the command under the cursor."""
        if self._offered:
            self.dismiss()
            self._offered[self._found.at].run()

    def search(self, typed: str) -> None:
        """Offer the commands that fit best, and below them papers."""
        finder = Finder(typed)
        scored = [(finder.score(one.name, f"{one.keys} {one.about} {one.also}"), one) for one in self._commands]
        found = [one for score, one in sorted(scored, key=lambda pair: -pair[0]) if score > 0]
        self._typed, self._offered = typed, found
        self._found.show(self._lines)
        self.say("")
        if self._find_papers is not None and len(re.findall(r"\w", typed)) >= LEAST_TYPED:
            self.run_worker(self._offer_papers(self._find_papers, typed), exclusive=True, exit_on_error=False)

    async def _offer_papers(self, find: FindPapers, typed: str) -> None:
        papers = await find(typed)
        if typed == self._typed:
            self._offered = (*self._offered, *papers)
            self._found.show(self._lines, self._found.at)

    def _lines(self, width: int) -> Sequence[Line]:
        finder, width = Finder(self._typed), min(width, WIDEST)
        return [
            command_line(one.name, one.about, one.keys, width, finder=finder, glyphs=self._glyphs)
            for one in self._offered
        ]
