"""The line in which a query is typed: it filters with each letter, and helps below."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from rich.highlighter import Highlighter
from rich.text import Text
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from reader.core.errors import QueryError
from reader.core.nearest import nearest
from reader.core.query import parse
from reader.core.query.suggestions import Completer, Completion, tokens
from reader.core.text import clean
from reader.session.places import feed_text
from reader.ui.text.glyphs import UNICODE, Glyphs
from reader.ui.text.lines import Line, Piece, cut_line, literal, measure
from reader.ui.text.query_text import QUERY_ROLES, value_spans
from reader.ui.text.styled_text import draw
from reader.ui.textual_fixes import PastesWhole

LONGEST = 2_000
"""So many characters can be typed; the query language takes no more."""

_PATIENCE = 1.0
"""Seconds after which a key is not waited for any more: a letter that comes late is better than none that come."""

_EXAMPLES = 'words  "a phrase"  topic:agents  author:name  is:unread  since:7d  upvotes:>20  -not  OR'


class QueryInput(PastesWhole, Input):
    """The one line of text, each piece of it in the style of what it is."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"query--{role}" for role in QUERY_ROLES}

    def __init__(self) -> None:
        super().__init__(highlighter=_Highlighter(self), max_length=LONGEST, select_on_focus=False, compact=True)

    def insert_pasted(self, text: str) -> None:
        self.replace(clean(text, LONGEST), *self.selection)


class _Highlighter(Highlighter):
    """Styles a query's pieces; asked by Textual at each drawing."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget

    def highlight(self, text: Text) -> None:
        """Add the style of each piece to the text."""
        for span in tokens(text.plain):
            style = self._widget.get_component_rich_style(f"query--{span.kind}", partial=True)
            text.stylize(style, span.start, span.end)


class _Advice(Widget):
    """The line below: what is wrong, what may come next, or what can be typed at all."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "query--quiet",
        "query--mistake",
        "query--chosen",
        "query--key",
        "query--number",
    }

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._line: Line = ()
        self._end: Line = ()

    def show(self, line: Line, end: Line) -> None:
        """Say a line; its end stays where the line must be cut."""
        if (line, end) != (self._line, self._end):
            self._line, self._end = line, end
            self.refresh()

    def render(self) -> Content:
        room = max(0, self.size.width - measure(self._end))
        return draw(self, (*cut_line(self._line, room, self._glyphs.ellipsis), *self._end), "query")


class QueryLine(Widget):
    """A query as it is typed, with its mistakes, suggestions and history.

    It is opened with a text by `open`, and calls `accept`, `cancel`, `complete`, `next` and `previous` are for the
    screen to make when their keys are pressed; letters and the keys that edit a line are its own.
    """

    @dataclass
    class Changed(Message):
        """The text was edited."""

        text: str
        error: QueryError | None
        """Why the text is no query as it stands, if it is none."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, QueryLine.Changed)

    def __init__(
        self,
        glyphs: Glyphs = UNICODE,
        take_key: str = "tab",
        feed_key: str = "",
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`take_key` is how the key is called that takes a suggestion, `feed_key` the one that searches the feed."""
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs
        self._take_key = take_key
        self._feed_key = feed_key
        self._input = QueryInput()
        self._advice = _Advice(glyphs)
        self._completer: Completer | None = None
        self._topics: tuple[str, ...] = ()
        self._before = ""
        self._history: tuple[str, ...] = ()
        self._recalled = -1
        self._draft = ""
        self._completion: Completion | None = None
        self._selected = 0
        self._error: QueryError | None = None
        self._insist = False
        self._considered = ""

    def compose(self) -> ComposeResult:
        yield _Prompt()
        yield self._input
        yield self._advice

    # What it is told

    def know(self, completer: Completer | None = None, topics: Sequence[str] = ()) -> None:
        """Take what completes a text, and the topics that there are."""
        self._completer = completer
        self._topics = tuple(topics)
        self._consider()

    def open(self, text: str = "", history: Sequence[str] = (), begun: str = "") -> None:
        """Begin with a text, or in its place with what is `begun`; `history` holds earlier queries, the last first."""
        self._before = clean(text, LONGEST)
        self._history = tuple(dict.fromkeys(clean(query, LONGEST) for query in history))
        self._recalled = -1
        # What is typed next is a term of its own.
        self._put(begun or (f"{self._before} " if self._before else ""))
        self.focus()

    def focus(self, scroll_visible: bool = True) -> QueryLine:
        """Give the keys to the line of text."""
        # At once: letters that come in the same breath as the key that opened the line are its own.
        self.screen.set_focus(self._input, scroll_visible)
        return self

    # What it tells

    @property
    def text(self) -> str:
        """What is typed now."""
        return self._input.value

    @property
    def error(self) -> QueryError | None:
        """What is wrong with the text: a mistake, or a topic that there is not."""
        return self._error

    @property
    def suggestions(self) -> tuple[str, ...]:
        """What the piece before the cursor may become, the likeliest first."""
        return self._completion.candidates if self._completion else ()

    @property
    def advice(self) -> str:
        """The line below the text."""
        line, end = self._advice_line()
        return "".join(piece.text for piece in (*line, *end))

    # What the keys do

    def accept(self) -> str | None:
        """Return the text if it parses; else say what is wrong with it, and return None."""
        self._catch_up()
        if _mistake(self.text) is None:
            return self.text.strip()
        self._insist = True
        self._advise()
        return None

    def cancel(self) -> str:
        """Put back what was there, and return it."""
        self._put(self._before)
        return self._before

    async def catch_up(self) -> None:
        """Return once the text has taken the keys that were sent to it."""
        taken = asyncio.Event()
        if self._input.call_later(taken.set):
            with suppress(TimeoutError):
                await asyncio.wait_for(taken.wait(), _PATIENCE)

    def complete(self) -> bool:
        """Take the suggestion that is marked; returns False where there is none."""
        self._catch_up()
        if self._completion:
            taken = self._completion
            self._replace(taken.start, taken.end, taken.candidates[self._selected])
        elif self._error and self._error.suggestion:
            self._replace(self._error.start, self._error.end, self._error.suggestion)
        else:
            return False
        return True

    def next(self) -> None:
        """Mark the next suggestion, or go back towards the latest query of the history."""
        if self._recalled >= 0:
            self._recall(self._recalled - 1)
        elif self._selected + 1 < len(self.suggestions):
            self._selected += 1
            self._advise()

    def previous(self) -> None:
        """Mark the suggestion before, or from the first one on bring back earlier queries."""
        if self._recalled < 0 and self._selected > 0:
            self._selected -= 1
            self._advise()
        else:
            self._recall(self._recalled + 1)

    # What happens to the text

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell of each edit, with what is wrong with it."""
        event.stop()
        self._recalled = -1
        self._tell()

    def on_resize(self) -> None:
        """Say as much as fits now."""
        self._advise()

    def _put(self, text: str) -> None:
        """Set the text without telling of it."""
        with self.prevent(Input.Changed):
            self._input.value = text
        self._input.cursor_position = len(text)
        self._consider()

    def _replace(self, start: int, end: int, word: str) -> None:
        at_end = end >= len(self.text.rstrip())
        # After a whole word the next one may follow at once; a field still wants its value.
        space = " " if at_end and not word.endswith(":") else ""
        if space:
            end = len(self.text)
        self._input.replace(word + space, start, end)

    def _recall(self, index: int) -> None:
        if index >= len(self._history):
            return
        if self._recalled < 0:
            self._draft = self.text
        self._recalled = index
        self._put(self._history[index] if index >= 0 else self._draft)
        self._tell()

    def _catch_up(self) -> None:
        """Be up to date with letters whose message is still on its way."""
        if self.text != self._considered:
            self._consider()

    def _tell(self) -> None:
        self._consider()
        self.post_message(self.Changed(self.text, _mistake(self.text)))

    # What it advises

    def _consider(self) -> None:
        """Find out what is wrong with the text and how it may go on."""
        text, cursor = self.text, self._input.cursor_position
        self._considered = text
        self._insist = False
        self._selected = 0
        self._completion = self._completer(text, cursor) if self._completer and cursor == len(text) else None
        self._error = error = _mistake(text) or _unknown_topic(text, self._topics)
        if error and error.suggestion and self._completion and error.end <= self._completion.start:
            # What is wrong already is mended before more is put behind it.
            self._completion = None
        self._advise()

    def _advise(self) -> None:
        self._advice.show(*self._advice_line())

    def _advice_line(self) -> tuple[Line, Line]:
        """What is to be said, and its end: the key that takes the nearest right word."""
        error = self._error
        if self._completion and not self._insist:
            suggested = self._suggested(self._completion)
            room = self._advice.size.width - measure(suggested)
            return suggested, self._feed_hint(room)
        if error is None:
            return ((), self._feed_hint()) if self.text.strip() else ((Piece(_EXAMPLES, "quiet"),), ())
        unfinished = not self._insist and _is_unfinished(self.text, error)
        said = Piece(literal(str(error)), "quiet" if unfinished else "mistake")
        if not error.suggestion:
            return (said,), ()
        taken = f" takes {literal(error.suggestion)}"
        return (said,), (Piece("  "), Piece(self._take_key, "key"), Piece(taken, "quiet"))

    def _feed_hint(self, room: int | None = None) -> Line:
        """The key that searches the feed for the words that are typed, where there are some and it has room."""
        if not self._feed_key or not feed_text(self.text):
            return ()
        hint: Line = (Piece("  "), Piece(self._feed_key, "key"), Piece(" searches the feed", "quiet"))
        return hint if room is None or measure(hint) <= room else ()

    def _suggested(self, completion: Completion) -> Line:
        """The suggestions in a row, with their papers where these are known.

        The first ones give way where the marked one would be out of sight.
        """
        room = self._advice.size.width
        key: Line = (Piece(self._take_key, "key"),)
        papers = completion.papers
        row: list[Line] = [
            (
                Piece("  "),
                Piece(literal(word), "chosen" if index == self._selected else "quiet"),
                *((Piece(f" {papers[index]:,}", "number"),) if papers else ()),
            )
            for index, word in enumerate(completion.candidates)
        ]
        first = 0
        while first < self._selected and measure(_joined(key, row[first : self._selected + 1])) > room:
            first += 1
        return _joined(key, row[first:])


def _joined(head: Line, lines: Sequence[Line]) -> Line:
    return (*head, *(piece for line in lines for piece in line))


class _Prompt(Widget):
    """The sign before the text."""

    def render(self) -> Content:
        return Content("/")


def _mistake(text: str) -> QueryError | None:
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


def _unknown_topic(text: str, topics: Collection[str]) -> QueryError | None:
    """A topic in the text that there is not, with the nearest that there is."""
    for span in value_spans(text, "topic") if topics else ():
        slug = text[span.start : span.end].strip('"').lower()
        if slug not in topics:
            return QueryError(f"There is no topic {slug}.", span.start, span.end, nearest(slug, topics))
    return None


def _is_unfinished(text: str, error: QueryError) -> bool:
    """Whether the mistake may be none once more is typed: it is at the very end, or a parenthesis is open."""
    return not error.suggestion and (error.end >= len(text.rstrip()) or text[error.start] == "(")
