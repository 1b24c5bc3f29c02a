"""The line for typing a query, with advice below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.highlighter import Highlighter
from rich.text import Text
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets.input import Selection

from reader.core.errors import QueryError
from reader.core.lines import Line, cut_line, measure
from reader.core.query.suggestions import Completer, tokens
from reader.core.text import clean
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.line_widgets import LineInput, TypedLine
from reader.ui.kit.theme import palette_of
from reader.ui.query.advice import NO_REACH, AdviceKeys, Reach, TypedTerms, advise, find_mistake, find_unknown_topic

LONGEST = 2_000

_DEFAULT_KEYS = AdviceKeys()


class _Highlighter(Highlighter):
    """Styles the pieces of a query; called by Textual whenever it draws the text."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget

    def highlight(self, text: Text) -> None:
        for span in tokens(text.plain):
            text.stylize(palette_of(self._widget.app.theme).draw("query", span.kind), span.start, span.end)


class QueryLine(TypedLine):
    """A query while it is typed, with its mistakes, suggestions and history.

    The screen opens it by `open`, and calls `accept`, `cancel`, `complete`, `next` and `previous` for their keys. Other
    keys go to the input.
    """

    @dataclass
    class Changed(Message):
        """The text was edited."""

        text: str

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, QueryLine.Changed)

    def __init__(self, glyphs: Glyphs = UNICODE, keys: AdviceKeys = _DEFAULT_KEYS, *, id: str | None = None) -> None:
        """`keys` are the names of the keys shown in the advice."""
        super().__init__("/", LineInput(LONGEST, _Highlighter(self)), self._advise_within, self._report_change, id=id)
        self._keys = keys
        self._ellipsis = glyphs.ellipsis
        self._completer: Completer | None = None
        self._topics: tuple[str, ...] = ()
        self._reach = NO_REACH
        self._before = ""
        self._typed = TypedTerms()
        """The last analysed text."""

    # Set-up

    def know(self, completer: Completer | None = None, topics: Sequence[str] = ()) -> None:
        self._completer = completer
        self._topics = tuple(topics)
        if not self._typed.selected:
            # A suggestion that the user selected stays in place.
            self._examine()

    def reaches(self, reach: Reach) -> None:
        """Set how many papers the text finds."""
        if reach != self._reach:
            self._reach = reach
            self._show(self._typed)

    def open(self, text: str = "", history: Sequence[str] = (), begun: str = "") -> None:
        """Start with a text, or with `begun` instead; `history` has earlier queries, newest first."""
        self._before = clean(text, LONGEST)
        # The current query is not an earlier one.
        earlier = dict.fromkeys(clean(query, LONGEST) for query in history)
        self.history = tuple(query for query in earlier if query != self._before)
        self.recalled = -1
        # A space, because a user who keeps the query types a new term next.
        self.write(begun or (f"{self._before} " if self._before else ""))
        if self._before and not begun:
            # Typing replaces it, unless a key such as right goes to its end first.
            self._input.selection = Selection(0, len(self.text))
        self.begin()

    @property
    def error(self) -> QueryError | None:
        """The mistake in the text: a syntax error or an unknown topic."""
        return self._typed.error

    @property
    def suggestions(self) -> tuple[str, ...]:
        """The completions of the piece before the cursor, the likeliest first."""
        return self._typed.completion.candidates if self._typed.completion else ()

    # Keys

    def accept(self) -> str | None:
        """Return the text if it parses; else show its mistake, and return None."""
        self._examine_if_changed()
        if find_mistake(self.text) is None:
            return self.text.strip()
        self._show(self._typed._replace(insists=True))
        return None

    def cancel(self) -> str:
        self.write(self._before)
        return self._before

    def complete(self) -> bool:
        self._examine_if_changed()
        taken, error = self._typed.completion, self._typed.error
        if taken:
            self._put(taken.start, taken.end, taken.candidates[self._typed.selected])
        elif error and error.suggestion:
            self._put(error.start, error.end, error.suggestion)
        else:
            return False
        return True

    def next(self) -> None:
        if self.recalled >= 0:
            self._recall(-1)
        elif self._typed.selected + 1 < len(self.suggestions):
            self._show(self._typed._replace(selected=self._typed.selected + 1))

    def previous(self) -> None:
        if self.recalled < 0 and self._typed.selected > 0:
            self._show(self._typed._replace(selected=self._typed.selected - 1))
        else:
            self._recall(1)

    # Edits

    def write(self, text: str) -> None:
        """Replace the whole text without reporting it."""
        with self.prevent(Input.Changed):
            super().write(text)
        self._examine()

    def _put(self, start: int, end: int, word: str) -> None:
        at_end = end >= len(self.text.rstrip())
        # After a complete word another may follow; a field still needs its value.
        space = " " if at_end and not word.endswith(":") else ""
        if space:
            end = len(self.text)
        self._input.replace(word + space, start, end)

    def _recall(self, step: int) -> None:
        if self.recall(step):
            self._report_change()

    def _examine_if_changed(self) -> None:
        """Handle letters whose message has not arrived yet."""
        if self.text != self._typed.text:
            self._examine()

    def _report_change(self) -> None:
        self._examine()
        self.post_message(self.Changed(self.text))

    def _examine(self) -> None:
        text, cursor = self.text, self._input.cursor_position
        completion = self._completer(text, cursor) if self._completer and cursor == len(text) else None
        error = find_mistake(text) or find_unknown_topic(text, self._topics)
        if error and error.suggestion and completion and error.end <= completion.start:
            # The user corrects an earlier mistake before adding more.
            completion = None
        self._show(TypedTerms(text, error, completion))

    def _show(self, typed: TypedTerms) -> None:
        self._typed = typed
        self.advise()

    def _advise_within(self, width: int) -> Line:
        """The advice, of which only the end is never cut."""
        line, end = advise(self._typed, self._keys, width, self._reach)
        return (*cut_line(line, max(0, width - measure(end)), self._ellipsis), *end)
