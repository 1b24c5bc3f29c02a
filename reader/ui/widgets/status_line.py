"""The last line: the keys that matter here, and at its right what just happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from reader.ui.text.glyphs import UNICODE, Glyphs
from reader.ui.text.lines import Line, Piece, cut_line, literal, measure, spread
from reader.ui.text.styled_text import draw
from reader.ui.textual_fixes import Delayed

Kind = Literal["done", "warning", "progress", "state", "hint"]
"""What is said: something done, a warning, what is under way, a state that lasts, or a word about what one sees."""

_LOUDEST_FIRST: tuple[Kind, ...] = ("warning", "done", "progress", "hint", "state")
_PASSING: tuple[Kind, ...] = ("warning", "done")
_FEWEST_HINTS = 2
_GAP = 3


class StatusLine(Widget):
    """Key hints at the left, one message at the right.

    Each kind of message has a place of its own and the loudest shows, so that "offline since 08:14" is back when
    "41 read" has passed. What was done and warnings pass after `lifetime` seconds, all else stays until it is replaced.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "status--key",
        "status--name",
        "status--typed",
        "status--done",
        "status--warning",
        "status--progress",
        "status--state",
        "status--hint",
    }

    @dataclass
    class KeyClicked(Message):
        """The user clicked a key's hint."""

        key: str
        """As it was given to `hints` or `pending`."""

    def __init__(
        self,
        glyphs: Glyphs = UNICODE,
        lifetime: float | None = 8.0,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs
        self._lifetime = lifetime
        self._expiry = Delayed(self, self._pass)
        self._is_of_place = False
        self._said: dict[Kind, str] = {}
        self._hints: tuple[tuple[str, str], ...] = ()
        self._pending: tuple[tuple[str, str], ...] = ()
        self._typed = ""
        self._clickable: list[tuple[range, str]] = []
        self._shown: object = None
        """What it was last painted with."""

    def say(self, text: str, kind: Kind = "done", *, of_place: bool = False) -> None:
        """Say something in place of what was said last of this kind; an empty text takes that back.

        What is said `of_place` passes when one leaves that too.
        """
        # What is said is written with the dot between its parts, which is a sign like others.
        text = literal(text).replace(UNICODE.dot, self._glyphs.dot)
        if kind in _PASSING:
            # Something done and a warning are both the last thing that happened: one follows the other.
            self._pass()
            self._is_of_place = of_place
            if text and self._lifetime is not None:
                self._expiry.begin(self._lifetime)
        if kind == "hint" and text:
            # Who looks at something else has seen what was done before.
            self._said.pop("done", None)
        if text:
            self._said[kind] = text
        else:
            self._said.pop(kind, None)
        self._repaint()

    def leave_place(self) -> None:
        """One is elsewhere now: what was said of the place is true no more."""
        if self._is_of_place:
            self._pass()

    @property
    def said(self) -> str:
        """What stands at the right now."""
        kind = self._loudest
        return self._said[kind] if kind else ""

    def hints(self, keys: Sequence[tuple[str, str]]) -> None:
        """Show these keys with what they do, the most important first; where room is short the last one stays."""
        self._hints = tuple(keys)
        self._repaint()

    def pending(self, follows: Sequence[tuple[str, str]], typed: str = "") -> None:
        """Show which keys may follow a chord that was begun, in place of the hints; none ends it."""
        self._pending = tuple(follows)
        self._typed = typed
        self._repaint()

    def render(self) -> Content:
        width = self.size.width
        keys = self._pending or self._hints
        lead: Line = (Piece(" "),)
        if self._pending and self._typed:
            lead = (Piece(f" {self._typed}{self._glyphs.ellipsis}", "typed"), Piece("  "))
        kind = self._loudest
        said: Line = (Piece(self._said[kind], kind), Piece(" ")) if kind else ()
        count = self._fitting(keys, width - measure(lead) - (measure(said) + _GAP if said else 0))
        if said:
            count = max(count, min(_FEWEST_HINTS, self._fitting(keys, width // 2)))
        shown = self._first(keys, count)
        left = (*lead, *_named(shown))
        self._clickable = _places(shown, measure(lead))
        if said:
            room = width - measure(left) - (_GAP if count else 0) - 1
            said = (*cut_line(said[:1], room, self._glyphs.ellipsis), Piece(" "))
        return draw(self, spread(left, said, width), "status")

    def on_click(self, event: events.Click) -> None:
        """A click on a hint is the key."""
        for place, key in self._clickable:
            if event.x in place:
                event.stop()
                self.post_message(self.KeyClicked(key))

    @property
    def _loudest(self) -> Kind | None:
        return next((kind for kind in _LOUDEST_FIRST if kind in self._said), None)

    def _fitting(self, keys: Sequence[tuple[str, str]], room: int) -> int:
        """How many of the keys fit."""
        return next(
            (count for count in range(len(keys), 0, -1) if measure(_named(self._first(keys, count))) <= room), 0
        )

    def _first(self, keys: Sequence[tuple[str, str]], count: int) -> Sequence[tuple[str, str]]:
        """So many of the keys, the first ones first; but the last hint, the way to all others, stays longest."""
        return keys[:count] if self._pending or not count else (*keys[: count - 1], keys[-1])

    def _repaint(self) -> None:
        """Paint the line if anything on it has changed: with it all panes are put together anew, which takes 5 ms."""
        shown = (self._hints, self._pending, self._typed, self._loudest, self.said)
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def _pass(self) -> None:
        self._expiry.stop()
        self._is_of_place = False
        for kind in _PASSING:
            self._said.pop(kind, None)
        self._repaint()


def _named(keys: Sequence[tuple[str, str]]) -> Line:
    pieces: list[Piece] = []
    for key, name in keys:
        if pieces:
            pieces.append(Piece("  "))
        pieces += [Piece(key, "key"), Piece(f" {name}", "name")]
    return tuple(pieces)


def _places(keys: Sequence[tuple[str, str]], start: int) -> list[tuple[range, str]]:
    """Which columns belong to which key."""
    places = []
    for key, name in keys:
        end = start + measure(_named([(key, name)]))
        places.append((range(start, end), key))
        start = end + 2
    return places
