"""Lay out the panes by the terminal's width and the user's choices, without Textual.

All numbers are cells, counted from the top left corner between the header and the footer. The last column of each pane
is its bar: a rule if another pane is on its right, else blank; the scroll thumb is drawn on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from reader.session.visit import Visit

PaneName: TypeAlias = Literal["list", "filter", "detail"]

Shape: TypeAlias = Literal["one", "stacked", "columns", "three", "wide"]
"""A single pane; list above detail; list beside detail; with the filter pane; with a wider filter pane."""

SHAPES: dict[Shape, int] = {"one": 0, "stacked": 70, "columns": 100, "three": 130, "wide": 180}
"""The minimum width of each shape."""

FILTER_COLUMNS, WIDE_FILTER_COLUMNS = 26, 34
"""Columns of the filter pane, and in the shape `wide`, until the user resizes it."""

USUAL_SHARE = 0.55
"""Default share of the list beside the detail, limited by the next two constants."""

MIN_LIST_COLUMNS = 64
"""Minimum columns of the list beside the detail: nine titles in ten fit in two lines."""

MAX_DETAIL_COLUMNS = 60
"""Maximum columns of the detail beside the list, for readable lines."""

WIDE_DETAIL_COLUMNS = 82
"""Columns of the detail in the shape `wide`: its longest lines with a margin at each side."""

STACKED_SHARE = 0.77
"""Default share of the list above the detail: nine papers in 24 lines."""

MIN_OUTLINE_TERMINAL_COLUMNS = 120
"""Minimum columns of the terminal for an outline beside a full text."""

OUTLINE_WIDTH, WIDE_OUTLINE = 34, 44
"""Columns of the outline with its bar, normally and in the shape `wide`."""


def outline_width(width: int) -> int:
    """Columns of the outline beside a full text; 0 if the terminal is too narrow for both."""
    if width < MIN_OUTLINE_TERMINAL_COLUMNS:
        return 0
    return WIDE_OUTLINE if width >= SHAPES["wide"] else OUTLINE_WIDTH


class Area(NamedTuple):
    """The place of a pane."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width


class Layout(NamedTuple):
    """The places of all panes; None for a hidden pane."""

    filter: Area | None = None
    list: Area | None = None
    detail: Area | None = None
    rule: Area | None = None
    """The horizontal rule between the list and the detail."""


class PaneSizes(NamedTuple):
    """The sizes of the panes in a shape."""

    filter_width: int
    list_share: float
    """The list's share of the room that it divides with the detail."""


class PaneChoice(NamedTuple):
    """The user's choices for the panes."""

    sizes: Mapping[Shape, PaneSizes] = {}
    is_zoomed: bool = False
    """Whether the focused pane is shown alone."""

    def at(self, width: int) -> PaneSizes:
        shape = shape_at(width)
        if shape in self.sizes:
            return self.sizes[shape]
        if shape == "stacked":
            return PaneSizes(FILTER_COLUMNS, STACKED_SHARE)
        if shape == "wide":
            room = width - WIDE_FILTER_COLUMNS - 1
            return PaneSizes(WIDE_FILTER_COLUMNS, max(MIN_LIST_COLUMNS / room, 1 - WIDE_DETAIL_COLUMNS / room))
        room = max(1, width - (FILTER_COLUMNS + 1 if has_filter(shape) else 0))
        return PaneSizes(FILTER_COLUMNS, max(USUAL_SHARE, MIN_LIST_COLUMNS / room, 1 - MAX_DETAIL_COLUMNS / room))

    def with_width(self, width: int, *, filter_width: int | None = None, list_share: float | None = None) -> PaneChoice:
        now = self.at(width)
        sizes = PaneSizes(filter_width or now.filter_width, list_share or now.list_share)
        return self._replace(sizes={**self.sizes, shape_at(width): sizes})


USUAL = PaneChoice()


class PaneFront(NamedTuple):
    """The properties of the main screen that affect its layout."""

    focus: PaneName = "list"
    is_filter_open: bool = False
    """Whether the filter pane is unfolded although it has no place of its own."""
    is_empty: bool = False
    """Whether the list is empty; the reason then also uses the room of the detail."""


LIST = PaneFront()


def shape_at(width: int) -> Shape:
    """The shape of the panes at a width of the terminal.

    >>> shape_at(69), shape_at(70), shape_at(129), shape_at(200)
    ('one', 'stacked', 'columns', 'wide')
    """
    return next(shape for shape, minimum in reversed(SHAPES.items()) if width >= minimum)


def remembered_panes(left: Visit) -> PaneChoice:
    """The choices of the last visit."""
    return PaneChoice({shape: PaneSizes(*left.sizes[shape]) for shape in SHAPES if shape in left.sizes}, left.is_zoomed)


def has_filter(shape: Shape) -> bool:
    """Whether the filter pane has its own place; otherwise it unfolds over the detail."""
    return shape in ("three", "wide")


def shown_panes(width: int, choice: PaneChoice, front: PaneFront) -> frozenset[PaneName]:
    shape = shape_at(width)
    if choice.is_zoomed:
        return frozenset({front.focus})
    if shape == "one":
        return frozenset({"filter" if front.focus == "filter" else "list"})
    shown: set[PaneName] = {"list"}
    if front.is_filter_open or has_filter(shape):
        shown.add("filter")
    if not (front.is_filter_open or front.is_empty):
        shown.add("detail")
    return frozenset(shown)


def lay_out(width: int, height: int, choice: PaneChoice = USUAL, front: PaneFront = LIST) -> Layout:
    shape, shown = shape_at(width), shown_panes(width, choice, front)
    sizes = choice.at(width)
    room = Area(0, 0, width, height)
    if len(shown) == 1:
        (pane,) = shown
        return Layout()._replace(**{pane: room})
    left = None
    if "filter" in shown:
        left, room = _beside(room, min(sizes.filter_width + 1, width // 2))
    if "detail" not in shown:
        return Layout(left, room)
    if shape == "stacked":
        top, rule, bottom = _above(room, round(sizes.list_share * room.height))
        return Layout(left, top, bottom, rule)
    middle, right = _beside(room, round(sizes.list_share * room.width))
    return Layout(left, middle, right)


def _beside(room: Area, columns: int) -> tuple[Area, Area]:
    return room._replace(width=columns), room._replace(x=room.x + columns, width=room.width - columns)


def _above(room: Area, lines: int) -> tuple[Area, Area, Area]:
    lines = min(max(lines, 1), max(0, room.height - 2))
    rule = room._replace(y=room.y + lines, height=1)
    return (
        room._replace(height=lines),
        rule,
        room._replace(y=rule.y + 1, height=max(0, room.height - lines - 1)),
    )


MIN_NOTE_LINES = 8
"""Minimum lines of the note editor, if the screen has them."""


def note_lines(height: int) -> int:
    """Lines of the note editor, which has the lower half of a screen above the last line."""
    return min(max(0, height - 1), max(MIN_NOTE_LINES, (height - 1) // 2))
