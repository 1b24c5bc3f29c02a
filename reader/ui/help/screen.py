"""Help: the keys of the current place, the legend, then all other keys, which can be searched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import Key, Resize
from textual.message import Message
from textual.screen import ModalScreen
from textual.style import Style
from textual.widgets import Input, Static

from reader.core.lines import Line, Piece, wrap
from reader.keys.actions import Action, Context, place_of
from reader.keys.keymap import Keymap, KeyReader, Match, Unknown
from reader.ui.kit.finder import Finder
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import KeyLines
from reader.ui.kit.lines import key_piece
from reader.ui.kit.own_keys import MOVES, lines_moved
from reader.ui.kit.styled_text import draw
from reader.ui.kit.textual_fixes import DismissedOnce, visual_style
from reader.ui.looks.stylesheets import stylesheet


class Sign(NamedTuple):
    """One sign with its meaning."""

    text: str
    name: str
    about: str


MEANINGS = (
    ("unread", "Unread", "You have not read this paper."),
    ("read", "Read", "A muted title, and no dot."),
    ("starred", "Starred", "Kept in the Starred view."),
    ("queued", "Queued", "You want to read it later; the Queue view has its order."),
    ("hidden", "Hidden", "Out of every view but is:hidden."),
    ("elsewhere", "Not in the cache", "The feed has this paper; opening it stores it."),
    ("upvotes", "Votes", "Before their number."),
    ("rising", "Rising", "It gained many votes since you looked."),
    ("changed", "Changed", "It has changed since you starred, queued, noted or opened it."),
    ("followed", "Followed", "An author, a word or another thing that you follow."),
    ("highlighted", "Highlighted", "One of your rules picked it out."),
    ("surprise", "Surprise", "In For you: chosen to be unlike what you marked, one in ten."),
    ("code", "Code", "It links to its code."),
    ("comments", "Comments", "After their number, where the word does not fit."),
    ("note", "Note", "Your own words."),
    ("full_text", "Full text", "The cache has the paper's whole text."),
    ("quote", "AI summary", "Beside text that a machine wrote."),
    (
        "spark",
        "Trend",
        "A topic's share of each week's papers, or a paper's new votes or models; the newest at the right.",
    ),
    ("shades", "Days", "In the calendar of your reading: the darker a day, the more papers you saw on it."),
    ("here", "Here", "The view, day or heading that you see; before the query that narrows it."),
    ("folded", "Folded", "A group that opens."),
    ("unfolded", "Open", "A group that folds."),
    ("picked", "Picked", "A topic whose papers are listed, or a selected paper: keys act on all that are."),
    ("excluded", "Excluded", "The list has no papers of this topic."),
    ("implied", "Implied", "All papers of a picked topic have this topic too."),
    ("nothing", "Nothing", "No papers here; in the calendar, the feed listed nothing."),
    ("cursor", "Cursor", "The paper, row or day that keys act on."),
    ("refreshed", "Refreshed", "Before the time at which the feed was last read."),
    ("offline", "Offline", "The feed can't be reached; you read the cache."),
    ("ellipsis", "Cut", "There is more than fits."),
    ("more_right", "Wide", "A table or code goes on at the right; keys scroll it sideways."),
)
"""Fields of `Glyphs` with a name and a sentence, in the order of the legend."""


def legend(glyphs: Glyphs) -> list[Sign]:
    """Return all signs of a set of glyphs that mean something."""
    return [Sign(str(getattr(glyphs, field)).strip() or "blank", name, about) for field, name, about in MEANINGS]


COLUMN = 62
"""Minimum cells of a column with its keys and sentences; wider screens have more columns."""

MOST_COLUMNS = 3
GAP = 3
MARGINS = 6
"""Cells outside the columns: two at each side, the scrollbar and one before it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One action or sign as help shows it."""

    keys: str
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Section:
    """Actions under one heading: those of the current place if `here`, else those of `place`."""

    title: str
    place: str
    here: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """Widths in cells of the keys and of the text after them."""

    keys: int
    text: int


def sections(keymap: Keymap, context: Context, typed: str = "") -> list[Section]:
    """List the actions of `context` first, then those of other places.

    `typed` narrows them to actions with each of its words. If `typed` is a key, its action comes first.
    """
    finder = Finder(typed)
    exact: list[Row] = []
    found: dict[tuple[bool, str, str], list[Row]] = {}
    for action in sorted(keymap.actions, key=lambda action: context not in action.contexts):
        here = context in action.contexts
        row = _row(keymap, action, context if here else None)
        if typed.strip() in keymap.labels(action.id):
            exact.append(row)
        elif finder.matches(" ".join((row.keys, row.name, row.about, action.group, action.id))):
            place = "" if here else place_of(action.contexts[0])
            found.setdefault((here, action.group, place), []).append(row)
    rest = [Section(title, place, here, tuple(rows)) for (here, title, place), rows in found.items()]
    return [Section("This key", "", True, tuple(exact)), *rest] if exact else rest


def legend_section(glyphs: Glyphs, typed: str = "") -> list[Section]:
    """Return the signs that have each typed word, as a section; none if no sign matches."""
    finder = Finder(typed)
    rows = tuple(Row(*sign) for sign in legend(glyphs) if finder.matches(" ".join((*sign, "Signs"))))
    return [Section("Signs", "", True, rows)] if rows else []


def _row(keymap: Keymap, action: Action, context: Context | None) -> Row:
    keys = " ".join(keymap.labels(action.id, context)) or "-"
    own = ["Your own key."] if keymap.is_own(action.id) else []
    lost = (
        f"{one.winning} is yours for {keymap.action(one.winner).name}." for one in keymap.lost_by(action.id, context)
    )
    return Row(keys, action.name, " ".join((action.help, *own, *dict.fromkeys(lost))))


class HelpSearch(Input):
    """The search line. The keys of help act until a search has begun, by / or by a letter that is no key of help."""

    @dataclass
    class Acted(Message):
        """A key bound in help was pressed."""

        action: Action
        times: int

    def __init__(self, keymap: Keymap) -> None:
        super().__init__(compact=True, select_on_focus=False)
        self._reader = KeyReader(keymap)
        self._hint = next(iter(keymap.labels("help.search", "help")), "")
        self.search(False)

    def search(self, begins: bool) -> None:
        """Begin to take letters as text, or end it."""
        self.is_searching = begins
        self.set_class(not begins, "-keys")
        self.placeholder = "" if begins or not self._hint else f"{self._hint} to search"
        if self.is_attached:
            self.screen.query_one(_Footer).refresh()

    def on_key(self, event: Key) -> None:
        if self.is_searching and event.is_printable:
            return
        if self.is_searching and event.key == "enter":
            self.search(False)
            return
        outcome = self._reader.feed(event.key, "help")
        if isinstance(outcome, Unknown):
            if event.is_printable:
                self.search(True)
            return
        event.stop()
        event.prevent_default()
        if isinstance(outcome, Match) and outcome.action.id == "help.search":
            self.search(True)
        elif isinstance(outcome, Match) and outcome.action.id in HelpScreen.ACTS:
            self.post_message(self.Acted(outcome.action, outcome.times))


class HelpScreen(DismissedOnce, ModalScreen[None]):
    """Help on a whole screen: a heading, the search line, the keys in columns, and help's own keys."""

    CSS_PATH = stylesheet("help")
    DEFAULT_CSS = """
    HelpScreen {
        layout: vertical;
        padding: 0 2;

        & > Static, & > HelpSearch, & > _Footer {
            height: 1;
        }
        & > VerticalScroll {
            height: 1fr;
            margin: 1 0;
            scrollbar-size-vertical: 1;
            scrollbar-gutter: stable;
        }
        #help-columns {
            height: auto;
            padding-right: 1;
        }
        .help--column {
            width: 1fr;
            height: auto;
            margin-left: 3;
        }
        .help--column:first-of-type {
            margin-left: 0;
        }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "help--here",
        "help--elsewhere",
        "help--key",
        "help--name",
        "help--about",
        "help--hit",
    }

    ACTS = MOVES | {"help.close", "help.search"}
    """The actions that help handles itself; other keys go on to the app."""

    def __init__(self, keymap: Keymap, context: Context, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self._keymap = keymap
        self._glyphs = glyphs
        self._place: Context = context

    def compose(self) -> ComposeResult:
        yield Static(id="help-title")
        yield HelpSearch(self._keymap)
        with VerticalScroll(can_focus=False), Horizontal(id="help-columns"):
            for _ in range(MOST_COLUMNS):
                yield Static(classes="help--column")
        yield _Footer(self._keymap)

    def on_mount(self) -> None:
        title = Content.assemble(
            ("Keys", self._component_style("help--here")),
            " ",
            (place_of(self._place), self._component_style("help--about")),
        )
        self.query_one("#help-title", Static).update(title)

    def on_resize(self, event: Resize) -> None:
        self._draw(event.size.width)

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        self._draw(self.size.width)
        self.query_one(VerticalScroll).scroll_home(animate=False)

    @on(HelpSearch.Acted)
    def _act(self, event: HelpSearch.Acted) -> None:
        event.stop()
        if event.action.id == "help.close":
            self.dismiss()
        else:
            scroll = self.query_one(VerticalScroll)
            scroll.scroll_relative(y=lines_moved(event.action.id, event.times, scroll), animate=False)

    def _component_style(self, component: str) -> Style:
        return self.get_visual_style(component, partial=True)

    def _draw(self, width: int) -> None:
        """Lay out the sections in as many columns as fit."""
        room = width - MARGINS
        count = max(1, min(MOST_COLUMNS, (room + GAP) // (COLUMN + GAP)))
        typed = self.query_one(HelpSearch).value
        keys = sections(self._keymap, self._place, typed)
        here = [section for section in keys if section.here]
        found = [*here, *legend_section(self._glyphs, typed), *keys[len(here) :]]
        key_width = max((len(row.keys) for section in found for row in section.rows), default=0)
        measure = Measure(key_width, max((room - GAP * (count - 1)) // count - key_width - 2, 10))
        finder = Finder(typed)
        blocks = [list(self._block(section, measure, finder)) for section in found]
        columns = share_out(blocks or [[self._no_match(typed)]], count)
        for column, lines in zip_longest(self.query(".help--column").results(Static), columns):
            column.display = lines is not None
            column.update(Content("\n").join(lines or ()))

    def _block(self, section: Section, measure: Measure, finder: Finder) -> Iterator[Content]:
        """Draw a section: its heading, its rows and an empty line."""
        look = self._component_style("help--here" if section.here else "help--elsewhere")
        place = f"  {section.place}" if section.place else ""
        yield Content.assemble((section.title.upper(), look), (place, self._component_style("help--about")))
        for row in section.rows:
            for line in self._row_lines(row, measure):
                yield self._marked(line, finder)
        yield Content()

    def _row_lines(self, row: Row, measure: Measure) -> Iterator[Content]:
        """Draw a row: keys, name and sentence, with further lines indented under the name."""
        text = f"{row.name}  {row.about}"
        first, *more = (text[start:end] for start, end in wrap(text, measure.text))
        about = self._component_style("help--about")
        yield Content.assemble(
            (row.keys.ljust(measure.keys), self._component_style("help--key")),
            "  ",
            (first[: len(row.name)], self._component_style("help--name")),
            (first[len(row.name) :], about),
        )
        for line in more:
            yield Content.assemble(" " * (measure.keys + 2), (line, about))

    def _marked(self, line: Content, finder: Finder) -> Content:
        # Textual 8.2.8 drops the background of a partial style.
        look = visual_style(self, "help--hit")
        for start, end in finder.spans(line.plain):
            line = line.stylize(look, start, end)
        return line

    def _no_match(self, typed: str) -> Content:
        return Content.assemble("No key matches  ", (typed.strip(), self._component_style("help--name")), ".")


class _Footer(KeyLines):
    """Help's own keys, which can be clicked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"help--name", "help--about"}

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self._keymap = keymap

    def shown_lines(self) -> Sequence[Line]:
        """Return the line as it is drawn: while a search is typed, without the keys that are letters of it."""
        line: list[Piece] = []
        hints = self._keymap.hints("help", self.size.width)
        if self.screen.query_one(HelpSearch).is_searching:
            hints = [("enter", "keep"), *((key, word) for key, word in hints if len(key) > 1)]
        for key, word in hints:
            line += [Piece("  " if line else ""), key_piece(key, role="name"), key_piece(key, f" {word}", "about")]
        return (tuple(line),)

    def render(self) -> Content:
        return draw(self, self.shown_lines()[0], "help")


def share_out(blocks: Sequence[list[Content]], count: int) -> list[list[Content]]:
    """Distribute blocks of lines over columns of about the same height; the order stays, and no block is split."""
    share = sum(map(len, blocks)) / count
    columns: list[list[Content]] = [[] for _ in range(count)]
    above = 0
    for block in blocks:
        columns[min(int((above + len(block) / 2) / share), count - 1)] += block
        above += len(block)
    return columns
