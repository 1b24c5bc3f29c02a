"""What was learned of the user, over the whole screen, to look at and to change. It reads its own keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from reader.core.choice.wishes import Direction, Wish
from reader.keys.chords import KeyReader, Match
from reader.keys.keymap import Keymap
from reader.ui.looks.stylesheets import stylesheet
from reader.ui.text.glyphs import UNICODE, Glyphs
from reader.ui.text.lines import cut
from reader.ui.text.status_lines import Status
from reader.ui.text.weight_lines import WEIGHT_ROLES, WeightRow, weight_line, weight_rows, weights_title
from reader.ui.textual_fixes import DismissedOnce
from reader.ui.widgets.line_widgets import StatusLine
from reader.ui.widgets.pane import Pane

if TYPE_CHECKING:
    from reader.core.choice.weights import Weight

Read = Callable[[], Awaitable[Sequence["Weight"]]]
Decide = Callable[[Wish], Awaitable[str]]
"""Stores what the user decided, and returns what to say."""
Reverse = Callable[[str], Awaitable[str]]
"""Undoes or redoes, and returns what to say."""

DECISIONS: dict[str, Direction] = {
    "weights.raise": "raise",
    "weights.lower": "lower",
    "weights.mute": "mute",
    "weights.reset": "reset",
}


class WeightList(Pane):
    """The weights under headings, with a cursor."""

    PREFIX = "weights"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"weights--{role}" for role in WEIGHT_ROLES}

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._rows: list[WeightRow] = []
        self._at = 0

    @property
    def current(self) -> Weight | None:
        """The weight under the cursor."""
        return self._rows[self._at].weight if self._rows else None

    def show(self, weights: Sequence[Weight]) -> None:
        """Show the weights; the cursor keeps what it is on, else its line."""
        before = self.current
        self._rows = weight_rows(weights)
        at = next((at for at, row in enumerate(self._rows) if _is_same(row, before)), None)
        self._resize()
        self._go(self._at if at is None else at)

    def move(self, count: int) -> None:
        """Go down by so many weights, up if negative."""
        places = [at for at, row in enumerate(self._rows) if row.weight is not None]
        if places:
            at = min(max(places.index(self._at) + count, 0), len(places) - 1)
            self._go(places[at])

    def _go(self, at: int) -> None:
        at = max(0, min(at, len(self._rows) - 1))
        # A heading is never under the cursor.
        self._at = at + 1 if self._rows and self._rows[at].weight is None else at
        top, height = self.scroll_offset.y, max(1, self.size.height)
        first = self._at - 1 if self._at and self._rows[self._at - 1].heading else self._at
        if first < top:
            self.scroll_to(y=first, animate=False, force=True)
        elif self._at >= top + height:
            self.scroll_to(y=self._at - height + 1, animate=False, force=True)
        self.refresh()

    def _resize(self) -> None:
        self.virtual_size = Size(self.columns, len(self._rows))
        self.refresh()

    def on_resize(self) -> None:
        self._resize()
        self._go(self._at)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the clicked line."""
        offset = event.get_content_offset(self)
        place = -1 if offset is None else offset.y + self.scroll_offset.y
        if 0 <= place < len(self._rows) and self._rows[place].weight is not None:
            event.stop()
            self._go(place)

    def render_line(self, y: int) -> Strip:
        place = y + self.scroll_offset.y
        if place >= len(self._rows):
            return Strip.blank(self.columns, self._style())
        return self._strip(weight_line(self._rows[place], self.columns - 1, self._glyphs, is_current=place == self._at))


def _is_same(row: WeightRow, other: Weight | None) -> bool:
    return row.weight is not None and other is not None and row.weight.wish.key == other.wish.key


class WeightsScreen(DismissedOnce, Screen[None], inherit_bindings=False):
    """A title, the weights, and the keys."""

    CSS_PATH = stylesheet("weights")
    AUTO_FOCUS = ""

    ACTS: ClassVar[frozenset[str]] = frozenset(
        {
            *("move.down", "move.up", "move.half_down", "move.half_up", "move.page_down", "move.page_up"),
            *("move.top", "move.bottom", "mark.undo", "mark.redo", "weights.pick", "weights.close", *DECISIONS),
        }
    )
    """The actions that the screen handles itself; other keys go on to the app."""

    def __init__(self, keymap: Keymap, read: Read, decide: Decide, reverse: Reverse, glyphs: Glyphs = UNICODE) -> None:
        """`reverse` receives `undo` or `redo`."""
        super().__init__()
        self._keymap = keymap
        self._keys = KeyReader(keymap)
        self._read = read
        self._decide = decide
        self._reverse = reverse
        self._glyphs = glyphs
        self._title = _Title(glyphs)
        self.list = WeightList(glyphs)

    def compose(self) -> ComposeResult:
        yield self._title
        yield self.list
        yield StatusLine(self._glyphs)

    async def on_mount(self) -> None:
        self._say("")
        self.run_worker(self._renew(), exclusive=True, exit_on_error=False)

    async def _renew(self, said: str = "") -> None:
        weights = await self._read()
        self._title.show(weights_title(weights))
        self.list.show(weights)
        self._say(said)

    def _say(self, said: str) -> None:
        self.query_one(StatusLine).show(Status(tuple(self._keymap.hints("weights")), said=said))

    async def on_key(self, event: events.Key) -> None:
        """Move, change a weight, undo or close."""
        outcome = self._keys.feed(event.key, "weights")
        if isinstance(outcome, Match) and outcome.action.id in self.ACTS:
            event.stop()
            await self._act(outcome.action.id, outcome.count)

    async def _act(self, action: str, count: int | None) -> None:
        times, page = count or 1, max(self.list.size.height - 1, 1)
        moves = {
            "move.down": times,
            "move.up": -times,
            "move.half_down": times * (page // 2),
            "move.half_up": -times * (page // 2),
            "move.page_down": times * page,
            "move.page_up": -times * page,
            "move.top": -self.list.virtual_size.height,
            "move.bottom": self.list.virtual_size.height,
        }
        if action in moves:
            self.list.move(moves[action])
        elif action == "weights.close":
            self.dismiss()
        elif action.startswith("mark."):
            await self._renew(await self._reverse(action.removeprefix("mark.")))
        elif self.list.current is not None:
            wish = self.list.current.wish
            await self._renew(await self._decide(_decided(wish, action, times)))


def _decided(wish: Wish, action: str, times: int) -> Wish:
    """The wish after an action: to pick or to mute what is picked or muted already takes that back."""
    if action == "weights.pick":
        return wish.moved("reset" if wish.step else "raise")
    if action == "weights.mute" and wish.step is None:
        return wish.moved("reset")
    for _ in range(min(times, 10)):
        wish = wish.moved(DECISIONS[action])
    return wish


class _Title(Widget):
    """What the list has."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._text = ""
        self._ellipsis = glyphs.ellipsis

    def show(self, text: str) -> None:
        """Show another text."""
        self._text = text
        self.refresh()

    def render(self) -> Content:
        return Content(f" {cut(self._text, self.size.width - 2, self._ellipsis)}")
