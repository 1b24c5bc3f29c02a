"""What was learned of the user, over the whole screen, to look at and to change. It reads its own keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events
from textual.geometry import Size
from textual.strip import Strip

from reader.core.choice.wishes import Direction, Wish
from reader.core.lines import Line, Piece, cell_len, cut, literal
from reader.keys.keymap import Keymap
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.own_keys import MOVES, OwnKeysScreen
from reader.ui.kit.pane import Pane
from reader.ui.looks.stylesheets import stylesheet
from reader.ui.why.lines import weight_source

if TYPE_CHECKING:
    from reader.core.choice.learned import Weight
    from reader.core.choice.taste import What

WEIGHT_ROLES = ("heading", "text", "muted", "bar", "against", "wish", "cursor", "current")

PICKS = 3
"""Topics that are enough to begin with."""

_HEADINGS: dict[What, str] = {
    "word": "WORDS",
    "topic": "TOPICS",
    "author": "AUTHORS",
    "org": "ORGANIZATIONS",
}

_WITH_BAR, _WITH_SOURCE = 70, 46
"""Minimum widths for these columns."""

_BAR = 12
"""Cells of the longest bar."""


class WeightRow(NamedTuple):
    """A line of the list: a heading, or something that has a weight."""

    heading: str = ""
    weight: Weight | None = None


def weight_rows(weights: Sequence[Weight]) -> list[WeightRow]:
    """The list's lines, with a heading over each kind."""
    rows: list[WeightRow] = []
    for one in weights:
        heading = _HEADINGS[one.what]
        if not any(row.heading == heading for row in rows):
            rows.append(WeightRow(heading))
        rows.append(WeightRow(weight=one))
    return rows


def weights_title(weights: Sequence[Weight]) -> str:
    """The first line: what it has learned from how much, or how to begin."""
    if not any(one.papers for one in weights):
        picked = sum(one.weight > 0 for one in weights)
        if picked >= PICKS:
            return f"{picked} picked, enough to begin; each star teaches it more"
        return f"Nothing is learned yet: pick three topics, {picked} of {PICKS} so far"
    learned = sum(bool(one.papers) for one in weights)
    wishes = sum(one.wish.step != 0 for one in weights)
    changed = f", {wishes} changed by you" if wishes else ""
    return f"{learned} weight{'' if learned == 1 else 's'} learned from your marks{changed}"


def weight_line(row: WeightRow, width: int, glyphs: Glyphs, *, is_current: bool = False) -> Line:
    """A line of at most `width` cells: the name, a bar and the weight, what the user decided, and where it is from."""
    one = row.weight
    if one is None:
        return (Piece(" "), Piece(cut(row.heading, width - 1, glyphs.ellipsis), "heading"))
    room = max(10, min(34, width * 2 // 5))
    name = cut(literal(one.text), room, glyphs.ellipsis)
    blank = " " * (room - cell_len(name) + 1)
    role = "current" if is_current else "text" if one.weight else "muted"
    line = [Piece(glyphs.cursor if is_current else " ", "cursor"), Piece(" "), Piece(name, role), Piece(blank)]
    against = "against" if one.weight < 0 else "bar"
    if width >= _WITH_BAR:
        size = min(_BAR, round(abs(one.weight) * _BAR) or (1 if one.weight else 0))
        line.append(Piece(f"{glyphs.thumb * size:<{_BAR}} ", against))
    line.append(Piece(f"{weight_said(one.weight) or glyphs.nothing:>4} ", against))
    line.append(Piece(f"{_wish_sign(one):<5} ", "wish"))
    left = width - sum(cell_len(piece.text) for piece in line)
    if width >= _WITH_SOURCE and (one.papers or one.wish.step != 0):
        source = weight_source(one.what, one.papers, is_hidden=one.is_hidden) if one.weight else ""
        line.append(Piece(cut(source, left, glyphs.ellipsis), "muted"))
    return tuple(line)


def weight_said(weight: float) -> str:
    """A weight in hundredths of the best word's, `<1` for less than one; empty for none."""
    hundredths = round(100 * weight)
    if hundredths or not weight:
        return str(hundredths) if weight else ""
    return "<1" if weight > 0 else ">-1"


def _wish_sign(one: Weight) -> str:
    """What the user decided: a sign for each step."""
    step = one.wish.step
    if step is None:
        return "muted"
    return "+" * step if step > 0 else "-" * -step


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


class WeightsScreen(OwnKeysScreen):
    """A title, the weights, and the keys."""

    CSS_PATH = stylesheet("weights")
    CONTEXT = "weights"
    ACTS = MOVES | {"mark.undo", "mark.redo", "weights.pick", "weights.close", *DECISIONS}

    def __init__(self, keymap: Keymap, read: Read, decide: Decide, reverse: Reverse, glyphs: Glyphs = UNICODE) -> None:
        """`reverse` receives `undo` or `redo`."""
        self.list = WeightList(glyphs)
        super().__init__("", self.list, keymap, glyphs)
        self._read = read
        self._decide = decide
        self._reverse = reverse

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._renew(), exclusive=True, exit_on_error=False)

    async def _renew(self, said: str = "") -> None:
        weights = await self._read()
        self.title_line.show(weights_title(weights))
        self.list.show(weights)
        self.say(said)

    def move(self, lines: int) -> None:
        self.list.move(lines)

    async def act(self, action: str, times: int) -> None:
        if action == "weights.close":
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
