"""The last line: the keys that matter here, and at its right one message."""

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
"""What a message is: something done, a warning, progress, a lasting state, or a hint about what is in view."""

_LOUDEST_FIRST: tuple[Kind, ...] = ("warning", "done", "progress", "hint", "state")
_PASSING: tuple[Kind, ...] = ("warning", "done")
_FEWEST_HINTS = 2
_GAP = 3


class StatusLine(Widget):
    """Key hints at the left, one message at the right.

    There is one message of each kind at most, and the loudest is shown: "offline since 08:14" is back once "41 read"
    has passed. `done` and `warning` pass after `lifetime` seconds, the others stay until they are replaced.
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
        """The user clicked the hint of a key."""

        key: str
        """The key as it was passed to `hints` or `pending`."""

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
        self._expiry = Delayed(self, self._drop_passing)
        self._is_of_place = False
        self._said: dict[Kind, str] = {}
        self._hints: tuple[tuple[str, str], ...] = ()
        self._pending: tuple[tuple[str, str], ...] = ()
        self._typed = ""
        self._clickable: list[tuple[range, str]] = []
        self._shown: object = None
        """What the line was painted with last."""

    def say(self, text: str, kind: Kind = "done", *, of_place: bool = False) -> None:
        """Show a message in place of the last one of this kind; an empty text takes that one back.

        A message that is true `of_place` only also passes in `leave_place`.
        """
        # Messages are written with a dot between their parts, which is a glyph like others.
        text = literal(text).replace(UNICODE.dot, self._glyphs.dot)
        if kind in _PASSING:
            # Both are the last thing that happened, so one replaces the other.
            self._drop_passing()
            self._is_of_place = of_place
            if text and self._lifetime is not None:
                self._expiry.begin(self._lifetime)
        if kind == "hint" and text:
            # Whoever looks at something else has seen what was done.
            self._said.pop("done", None)
        if text:
            self._said[kind] = text
        else:
            self._said.pop(kind, None)
        self._repaint()

    def leave_place(self) -> None:
        """Drop a message that is true only of the place that is left."""
        if self._is_of_place:
            self._drop_passing()

    @property
    def said(self) -> str:
        """The message that is shown."""
        kind = self._loudest
        return self._said[kind] if kind else ""

    def hints(self, keys: Sequence[tuple[str, str]]) -> None:
        """Show keys with what they do, the most important first; the last one stays longest where room is short."""
        self._hints = tuple(keys)
        self._repaint()

    def pending(self, follows: Sequence[tuple[str, str]], typed: str = "") -> None:
        """Show which keys may follow the chord `typed` so far, in place of the hints; without keys, the hints again."""
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
        self._clickable = _columns(shown, measure(lead))
        if said:
            room = width - measure(left) - (_GAP if count else 0) - 1
            said = (*cut_line(said[:1], room, self._glyphs.ellipsis), Piece(" "))
        return draw(self, spread(left, said, width), "status")

    def on_click(self, event: events.Click) -> None:
        """Report a click on a key's hint."""
        for place, key in self._clickable:
            if event.x in place:
                event.stop()
                self.post_message(self.KeyClicked(key))

    @property
    def _loudest(self) -> Kind | None:
        return next((kind for kind in _LOUDEST_FIRST if kind in self._said), None)

    def _fitting(self, keys: Sequence[tuple[str, str]], room: int) -> int:
        """Return how many of the keys fit."""
        return next(
            (count for count in range(len(keys), 0, -1) if measure(_named(self._first(keys, count))) <= room), 0
        )

    def _first(self, keys: Sequence[tuple[str, str]], count: int) -> Sequence[tuple[str, str]]:
        """Return so many of the keys from the first on; of hints also the last, which leads to all others."""
        return keys[:count] if self._pending or not count else (*keys[: count - 1], keys[-1])

    def _repaint(self) -> None:
        """Paint the line if anything on it has changed; all panes are composed again with it, which takes 5 ms."""
        shown = (self._hints, self._pending, self._typed, self._loudest, self.said)
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def _drop_passing(self) -> None:
        """Drop what was done, or the warning."""
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


def _columns(keys: Sequence[tuple[str, str]], start: int) -> list[tuple[range, str]]:
    """Return the columns of each key, from `start` on."""
    places = []
    for key, name in keys:
        end = start + measure(_named([(key, name)]))
        places.append((range(start, end), key))
        start = end + 2
    return places
