"""Where panes and the lines of the list stand."""

from __future__ import annotations

import sys
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from reader.cache.reads.window import Order
from reader.session.visit import Visit
from reader.ui.shell.layout import (
    SHAPES,
    USUAL,
    Area,
    Layout,
    PaneChoice,
    PaneFront,
    PaneSizes,
    lay_out,
    note_lines,
    outline_width,
    remembered_panes,
    shape_at,
    shown_panes,
)
from reader.ui.shell.list_lines import END_LINES, MAX_PAPER_LINES, LineSlot, ListForm, ListLines, papers_have_dates
from tests.table import each
from tests.ui.stage import order

# Panes


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
        (180, "f" * 35 + "l" * 64 + "d" * 81),
        (200, "f" * 35 + "l" * 83 + "d" * 82),
    ],
)
def test_panes_beside_each_other(width: int, line: str) -> None:
    assert set(drawn(lay_out(width, 20), width, 20)) == {line}


@each("width", [70, 80, 99])
def test_the_list_is_over_the_detail_where_two_columns_are_too_narrow(width: int) -> None:
    lines = drawn(lay_out(width, 22), width, 22)
    assert lines == ["l" * width] * 17 + ["r" * width] + ["d" * width] * 4


UNFOLDED = PaneFront("filter", is_filter_open=True)


@each(
    ("width", "choice", "front", "line"),
    [
        (100, USUAL, UNFOLDED, "f" * 27 + "l" * 73),
        (80, USUAL, UNFOLDED, "f" * 27 + "l" * 53),
        (60, USUAL, UNFOLDED, "f" * 60),
        # The reason for an empty list takes the room of the detail.
        (140, USUAL, PaneFront(is_empty=True), "f" * 27 + "l" * 113),
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
    choice = PaneChoice().with_width(80, list_share=0.7)
    stacked = lay_out(80, 21, choice)
    assert stacked.list is not None and stacked.list.height == 15
    assert lay_out(140, 21, choice) == lay_out(140, 21)
    wider = choice.with_width(140, filter_width=30).with_width(150, list_share=0.6)
    assert wider.at(160) == PaneSizes(30, 0.6)
    assert wider.at(180) == PaneChoice().at(180)


@each("width", [220, 240, 400])
def test_a_wide_terminal_gives_the_detail_a_comfortable_measure_and_the_list_the_rest(width: int) -> None:
    layout = lay_out(width, 9)
    assert layout.list is not None and layout.detail is not None
    assert layout.detail.width == 82
    wider = lay_out(width, 9, PaneChoice().with_width(width, list_share=0.5))
    assert wider.list is not None and wider.list.width == round((width - 35) / 2)


def test_the_last_visit_chooses() -> None:
    assert remembered_panes(Visit()) == PaneChoice()
    choice = remembered_panes(Visit(sizes={"three": (20, 0.6), "round": (20, 0.6)}, is_zoomed=True))
    assert choice.at(140) == PaneSizes(20, 0.6)
    assert choice.is_zoomed


SIZES = st.builds(PaneSizes, st.integers(16, 60), st.floats(0.2, 0.8))
CHOICES = st.builds(PaneChoice, st.dictionaries(st.sampled_from(list(SHAPES)), SIZES), st.booleans())
FRONTS = st.builds(PaneFront, st.sampled_from(["filter", "list", "detail"]), st.booleans(), st.booleans())


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


def test_each_width_has_a_shape() -> None:
    assert [shape_at(least) for least in SHAPES.values()] == list(SHAPES)
    assert [shape_at(least - 1) for least in list(SHAPES.values())[1:]] == list(SHAPES)[:-1]


@each(("height", "lines"), [(42, 20), (24, 11), (17, 8), (12, 8), (6, 5), (1, 0)])
def test_the_editor_of_notes_has_the_lower_half(height: int, lines: int) -> None:
    assert note_lines(height) == lines


def test_little_room_is_shared() -> None:
    heights = [[area and area.height for area in lay_out(80, rows)[1:3]] for rows in range(6)]
    assert heights == [[0, 0], [0, 0], [0, 1], [1, 1], [2, 1], [3, 1]]
    low = lay_out(80, 4, USUAL.with_width(80, list_share=0.2)).list
    open_filter = lay_out(80, 9, PaneChoice({"stacked": PaneSizes(60, 0.5)}), PaneFront(is_filter_open=True)).filter
    assert low is not None and open_filter is not None
    assert (low.height, open_filter.width) == (1, 40)
    assert [outline_width(width) for width in (119, 120, 179, 180)] == [0, 34, 34, 44]


# Lines of the list

DAYS = st.lists(st.tuples(st.sampled_from(["2025-11-24", "2025-11-21", ""]), st.integers(1, 5)), max_size=8)
FORMS = st.builds(ListForm, st.booleans(), st.booleans())


def has_headings(listed: Order) -> bool:
    return not papers_have_dates(listed, is_one_day=False)


def height_of(place: int) -> int:
    """One line or two; both heights occur among the first papers."""
    return 1 + place * place % MAX_PAPER_LINES


def all_slots(lines: ListLines) -> list[LineSlot]:
    """The slots of all lines."""
    return [slot for slot in lines.view(0, 400) if slot is not None]


@given(DAYS, st.integers(0, 5), FORMS)
def test_lines_and_places_agree(groups: list[tuple[str, int]], loose: int, form: ListForm) -> None:
    count = sum(size for _, size in groups) if groups else loose
    lines = ListLines(order(range(count), *groups), form, height_of)
    headings = 0 if form.has_dates else len(groups)
    end = END_LINES if form.has_end and count else 0
    slots = all_slots(lines)
    kinds = [slot.kind for slot in slots]
    assert kinds.count("heading") == headings
    assert kinds[len(kinds) - end :] == ["end"] * end
    papers = [(slot.place, slot.part) for slot in slots if slot.kind == "paper"]
    assert papers == [(place, part) for place in range(count) for part in range(height_of(place))]
    assert lines.at(-1) is None
    for place in range(count):
        assert lines.at(lines.line_of(place)) == LineSlot("paper", lines.group_of(place) if headings else -1, place)
        assert lines.nearest(lines.line_of(place), down=True) == place
    if count:
        nearest = [[lines.nearest(line, down) for line in range(-3, 150)] for down in (True, False)]
        assert [places == sorted(places) for places in nearest] == [True, True]
        assert [(places[0], places[-1]) for places in nearest] == [(0, count - 1)] * 2


@given(DAYS.filter(bool), FORMS, st.integers(1, 30), st.integers(0, 60), st.sampled_from([-1, 0, 1]), st.data())
def test_a_view_shows_the_paper_it_was_scrolled_to_whole(
    groups: list[tuple[str, int]], form: ListForm, height: int, steps: int, delta: int, data: st.DataObject
) -> None:
    count = sum(size for _, size in groups)
    lines = ListLines(order(range(count), *groups), form, height_of)
    place = data.draw(st.integers(0, count - 1))
    top = lines.top_near(lines.step(0, steps), height)
    moved = lines.top_that_shows(place, top, height, delta)
    view = top if moved is None else moved
    shown = [slot.part for slot in lines.view(view, height) if slot is not None and slot.place == place]
    tall = min(height, height_of(place))
    assert shown == list(range(tall)) or (lines.has_headings and height == tall)
    assert lines.top_that_shows(place, view, height, delta) is None
    # No blank lines follow the end unless all papers are in view.
    assert view == lines.top_near(view, height)
    assert view == 0 or None not in lines.view(view, height)


def test_a_heading_stays_on_the_top_line_while_its_papers_pass() -> None:
    form = ListForm(has_end=True)
    lines = ListLines(order(range(8), ("2025-11-24", 5), ("2025-11-21", 3)), form, lambda place: 2)
    top = lines.step(0, 4)
    assert [slot and slot.kind for slot in lines.view(top, 3)] == ["heading", "paper", "paper"]
    assert lines.at(top, is_top=True) == LineSlot("heading", 0)
    assert lines.at(lines.step(0, 17), is_top=True) == LineSlot("heading", 1)


def test_a_gap_in_the_days_is_a_line_in_the_list() -> None:
    days = order(range(6), ("2025-11-24", 2), ("2025-11-19", 1), ("2025-11-12", 3))
    above, below, within = ("2025-11-25",), ("2025-11-10", "2025-11-11"), ("2025-11-13", "2025-11-14")
    for form in (ListForm(holes=(above, within, below)), ListForm(holes=(within,))):
        lines = ListLines(days, form, height_of)
        kinds = [slot.kind for slot in all_slots(lines) if not slot.part]
        assert kinds == ["heading", "paper", "paper", "heading", "paper", "hole", "heading", "paper", "paper", "paper"]
        assert [lines.hole_below(place) for place in range(6)] == [None, None, within, None, None, None]
        for place in range(6):
            assert lines.at(lines.line_of(place)) == LineSlot("paper", lines.group_of(place), place)
        hole = lines.step(lines.line_of(3), -2)
        assert lines.at(hole) == LineSlot("hole", 1)
        assert (lines.nearest(hole, down=True), lines.nearest(hole, down=False)) == (3, 2)
    assert not any(ListLines(days, ListForm(has_dates=True, holes=(within,))).hole_below(place) for place in range(6))


def test_a_step_counts_only_the_lines_that_are_there() -> None:
    lines = ListLines(order(range(9)), ListForm(), height_of)
    down = [lines.step(0, steps) for steps in range(len(all_slots(lines)))]
    assert [lines.at(line) for line in down] == all_slots(lines)
    assert [lines.step(down[-1], -steps) for steps in range(len(down))] == down[::-1]
    assert (lines.step(0, 1_000), lines.step(down[-1], -1_000)) == (down[-1], 0)


def test_the_end_is_in_view_together_with_the_last_paper() -> None:
    lines = ListLines(order(range(30), ("2025-11-24", 30)), ListForm(has_end=True))
    assert lines.top_that_shows(29, 0, 10) == lines.last_top(10)
    assert lines.top_that_shows(28, 0, 10, 1) == lines.step(lines.line_of(28), 2 - 9)


def test_a_list_opens_around_the_cursor_and_at_its_top_near_that() -> None:
    lines = ListLines(order(range(100), ("2025-11-24", 100)))
    assert [lines.top_around(place, 20) for place in (0, 5, 50, 99)] == [0, 0, 81, 161]
    assert ListLines(order(range(3))).top_around(2, 20) == 0


def test_the_heir_of_a_paper_that_is_gone_is_the_next_one_else_the_nearest_before_it() -> None:
    old = ListLines(order(range(9)))
    heirs = [ListLines(order(pks)).heir(old, 4) for pks in ([0, 1, 4, 8], [0, 8, 3], [0, 3, 1], [20, 21], [])]
    assert heirs == [2, 1, 1, 1, 0]


def test_a_first_screenful_counts_only_days_that_are_whole_and_has_no_end() -> None:
    part = order(range(4), ("2025-11-24", 3), ("2025-11-21", 1), complete=False)
    lines = ListLines(part, ListForm(has_end=True))
    assert lines.heading(0) == ("2025-11-24", 3)
    assert lines.heading(1) == ("2025-11-21", None)
    assert len(all_slots(lines)) == 6


@each(
    ("groups", "headed"),
    [
        ((), False),
        ((("2025-11-24", 1),), True),
        ((("2025-11-24", 3), ("2025-11-21", 2)), False),
        ((("2025-11-24", 3), ("2025-11-21", 3)), True),
        ((("2025-11-24", 5), ("2025-11-21", 1)), True),
    ],
)
def test_days_of_three_papers_have_headings(groups: tuple[tuple[str, int], ...], headed: bool) -> None:
    count = sum(size for _, size in groups) or 9
    assert papers_have_dates(order(range(count), *groups), is_one_day=False) is not headed


def test_a_date_that_all_papers_share_is_not_shown() -> None:
    assert papers_have_dates(order(range(9)), is_one_day=False)
    assert not papers_have_dates(order(range(9)), is_one_day=True)


@each("form", [ListForm(), ListForm(has_dates=True)])
def test_a_million_papers(form: ListForm) -> None:
    many = 1_000_000
    days = [(f"{2010 + number // 300}-01-01", 500) for number in range(2_000)]
    listed = order(range(many), *days)
    lines = ListLines(listed, form, height_of)
    assert lines.pks is listed.pks
    assert sys.getsizeof(lines.pks) < 8.2 * many
    places = [0, 499, 500, many // 2, many - 1]
    assert [lines.nearest(lines.line_of(place), down=False) for place in places] == places
    assert all(low < high for low, high in pairwise(map(lines.line_of, places)))
    last = lines.top_that_shows(many - 1, 0, 40)
    assert last == lines.last_top(40)
    assert lines.find(many - 3, many // 2) == many - 3
