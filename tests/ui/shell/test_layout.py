"""Where the panes stand at each width: nothing overlaps, nothing is left over, and what does not fit can be reached."""

from __future__ import annotations

from functools import partial
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from reader.session.visit import Visit
from reader.ui.shell.layout import (
    LIST,
    SHAPES,
    USUAL,
    Area,
    Layout,
    PaneChoice,
    PaneFront,
    PaneSizes,
    lay_out,
    outline_width,
    place_note,
    remembered,
    shape_at,
    shown_panes,
)
from tests.table import each


def drawn(layout: Layout, width: int, height: int) -> list[str]:
    """The layout as lines of letters; a dot where nothing is."""
    cells = [["."] * width for _ in range(height)]
    for name, area in layout._asdict().items():
        if area is not None:
            for y in range(area.y, area.y + area.height):
                for x in range(area.x, area.right):
                    assert cells[y][x] == ".", f"{name} overlaps {cells[y][x]}"
                    cells[y][x] = name[0]
    return ["".join(line) for line in cells]


@each(
    ("width", "line"),
    [
        (60, "l" * 60),
        (69, "l" * 69),
        (100, "l" * 64 + "d" * 36),
        (129, "l" * 71 + "d" * 58),
        (130, "f" * 27 + "l" * 64 + "d" * 39),
        (140, "f" * 27 + "l" * 64 + "d" * 49),
        (179, "f" * 27 + "l" * 92 + "d" * 60),
        (180, "f" * 35 + "l" * 85 + "d" * 60),
        (200, "f" * 35 + "l" * 105 + "d" * 60),
    ],
)
def test_panes_beside_each_other(width: int, line: str) -> None:
    assert set(drawn(lay_out(width, 20), width, 20)) == {line}
    narrowed = drawn(lay_out(width, 20, front=PaneFront(is_narrowed=True)), width, 20)
    assert narrowed[0] == (line if width >= 130 else "s" * width)
    assert set(narrowed[1:]) == {line}


@each("width", [70, 80, 99])
def test_the_list_is_over_the_detail_where_two_columns_are_too_narrow(width: int) -> None:
    lines = drawn(lay_out(width, 22), width, 22)
    assert lines == ["l" * width] * 17 + ["r" * width] + ["d" * width] * 4


UNFOLDED = PaneFront("filter", is_filter_open=True)
NO_DETAIL, NO_FILTER = PaneChoice().toggled("detail"), PaneChoice().toggled("filter")


@each(
    ("width", "choice", "front", "line"),
    [
        (100, USUAL, UNFOLDED, "f" * 27 + "l" * 73),
        (80, USUAL, UNFOLDED, "f" * 27 + "l" * 53),
        (60, USUAL, UNFOLDED, "f" * 60),
        # A hidden pane gives its room to the list, as the reason for an empty one takes that of the detail.
        (140, NO_DETAIL, LIST, "f" * 27 + "l" * 113),
        (140, NO_FILTER, LIST, "l" * 80 + "d" * 60),
        (80, NO_DETAIL, LIST, "l" * 80),
        (140, NO_DETAIL.toggled("detail"), PaneFront(is_empty=True), "f" * 27 + "l" * 113),
        (80, USUAL, PaneFront(is_empty=True), "l" * 80),
    ],
)
def test_panes_unfold_hide_and_give_their_room_away(
    width: int, choice: PaneChoice, front: PaneFront, line: str
) -> None:
    assert drawn(lay_out(width, 3, choice, front), width, 3) == [line] * 3


@each("focus", ["filter", "list", "detail"])
@each("width", [60, 80, 100, 140, 200])
def test_a_zoomed_pane_has_all_the_room(width: int, focus: str) -> None:
    layout = lay_out(width, 9, PaneChoice(is_zoomed=True), PaneFront(focus))  # type: ignore[arg-type]
    assert layout == Layout(**{focus: Area(0, 0, width, 9)})


def test_sizes_of_one_shape_leave_the_others_alone() -> None:
    choice = PaneChoice().resized(80, list_share=0.7)
    stacked = lay_out(80, 21, choice)
    assert stacked.list is not None and stacked.list.height == 15
    assert lay_out(140, 21, choice) == lay_out(140, 21)
    wider = choice.resized(140, filter_width=30).resized(150, list_share=0.6)
    assert wider.at(160) == PaneSizes(30, 0.6)
    assert wider.at(180) == PaneChoice().at(180)


@each("width", [220, 240, 400])
def test_titles_get_the_room_that_the_detail_has_no_use_for(width: int) -> None:
    layout = lay_out(width, 9)
    assert layout.list is not None and layout.detail is not None
    assert layout.detail.width == 60
    wider = lay_out(width, 9, PaneChoice().resized(width, list_share=0.5))
    assert wider.list is not None and wider.list.width == round((width - 35) / 2)


def test_the_settings_and_the_last_visit_choose() -> None:
    assert remembered("comfortable", 26, 0.55, Visit()) == PaneChoice()
    choose = partial(remembered, "comfortable", 40, 0.3)
    choice = choose(Visit(sizes={"three": (20, 0.6), "round": (20, 0.6)}, hidden=("list", "detail", "x")))
    assert (choice.at(100), choice.at(180).filter_width) == (PaneSizes(40, 0.3), 40)
    assert choice.at(140) == PaneSizes(20, 0.6)
    assert choice.hidden == {"detail"}
    assert choice.density == "comfortable"
    assert choose(Visit(density="compact")).density == "compact"


CHOICES = st.builds(
    PaneChoice,
    sizes=st.just({}),
    usual=st.builds(PaneSizes, st.integers(16, 60), st.floats(0.2, 0.8)),
    hidden=st.frozensets(st.sampled_from(["filter", "detail"])),
    is_zoomed=st.booleans(),
)
FRONTS = st.builds(
    PaneFront, st.sampled_from(["filter", "list", "detail"]), st.booleans(), st.booleans(), st.booleans()
)


@given(st.integers(0, 260), st.integers(0, 80), CHOICES, FRONTS)
def test_panes_fill_the_room_and_never_overlap(width: int, height: int, choice: PaneChoice, front: PaneFront) -> None:
    layout = lay_out(width, height, choice, front)
    areas = [area for area in layout if area is not None]
    assert all(area.x >= 0 and area.y >= 0 and area.width >= 0 and area.height >= 0 for area in areas)
    for one, other in combinations(areas, 2):
        beside = one.right <= other.x or other.right <= one.x
        over = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert beside or over
    if height >= 4:
        assert sum(area.width * area.height for area in areas) == width * height
    shown = {name for name in ("filter", "list", "detail") if getattr(layout, name) is not None}
    assert shown == shown_panes(width, choice, front)
    # Topics that narrow the list are named: by the filter pane or by the strip.
    assert choice.is_zoomed or not front.is_narrowed or bool(layout.strip) is not bool(layout.filter)


def test_each_width_has_a_shape() -> None:
    assert [shape_at(least) for least in SHAPES.values()] == list(SHAPES)
    assert [shape_at(least - 1) for least in list(SHAPES.values())[1:]] == list(SHAPES)[:-1]


@each(
    ("size", "is_page", "choice", "area"),
    [
        ((140, 42), False, USUAL, (91, 21, 49, 20)),
        ((140, 42), False, USUAL.resized(140, list_share=0.735), (110, 21, 30, 20)),
        # Too narrow or too low a detail gives no room, and one that just fits does.
        ((140, 42), False, USUAL.resized(140, list_share=0.745), (0, 1, 140, 40)),
        ((80, 42), False, USUAL, (0, 33, 80, 8)),
        ((80, 38), False, USUAL, (0, 19, 80, 18)),
        ((60, 20), False, USUAL, (0, 1, 60, 18)),
        # On a page it is as wide as the text.
        ((140, 42), True, USUAL, (29, 21, 80, 20)),
        ((83, 12), True, USUAL, (1, 3, 80, 8)),
        ((1, 1), True, USUAL, (0, 0, 1, 0)),
    ],
)
def test_the_editor_of_notes_has_the_lower_half_of_the_detail_or_all_there_is(
    size: tuple[int, int], is_page: bool, choice: PaneChoice, area: tuple[int, int, int, int]
) -> None:
    assert place_note(*size, choice, LIST, is_page=is_page) == area


def test_little_room_is_shared() -> None:
    heights = [[area and area.height for area in lay_out(80, rows)[2:4]] for rows in range(6)]
    assert heights == [[0, 0], [0, 0], [0, 1], [1, 1], [2, 1], [3, 1]]
    low = lay_out(80, 4, USUAL.resized(80, list_share=0.2)).list
    open_filter = lay_out(80, 9, PaneChoice(PaneSizes(60, 0.5)), PaneFront(is_filter_open=True)).filter
    narrowed = lay_out(60, 1, USUAL, PaneFront(is_narrowed=True)).list
    assert low is not None and open_filter is not None and narrowed is not None
    assert (low.height, open_filter.width, narrowed.height) == (1, 40, 0)
    assert [outline_width(width) for width in (119, 120, 179, 180)] == [0, 34, 34, 44]
    dense = USUAL.with_other_density()
    assert (dense.density, dense.with_other_density()) == ("compact", USUAL)
