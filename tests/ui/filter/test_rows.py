"""The rows of the filter pane: their order, numbers, folds and marks."""

from __future__ import annotations

from reader.cache.reads.window import DayCount
from reader.core.query.choices import TagChoice, TopicChoice
from reader.ui.filter.rows import FilterData, FilterState, Row, TopicItem, ViewItem, lay_out, moved
from tests.table import each

DATA = FilterData(
    views=(ViewItem("latest", "Latest", 34, 12, "gt"), ViewItem("all", "All")),
    days=tuple(DayCount(f"2026-11-{day}", day % 4, day % 2, is_partial=day == 20) for day in range(24, 14, -1)),
    topics=(
        TopicItem("reasoning", "Reasoning", "Language", "in steps", 140, weeks=(0.4,) * 9 + (0.1,) * 3, rising=-0.4),
        TopicItem("code", "Code", "Language", "programs", 3, weeks=(0.1,) * 11 + (0.8,), rising=0.75),
        TopicItem("agents", "Agents & tools", "Agents", "plan and use tools", 12, weeks=(0.2,) * 12),
        TopicItem("gui-agents", "Screens", "Agents", count=0, weeks=(0.2,) * 12, rising=0.1),
        TopicItem("web", "Web agents", "Agents", count=3, implied=True),
        TopicItem("games", "Games", "Games", count=0),
    ),
    tags=tuple((f"tag {number}", number) for number in range(10)),
    follows=tuple(ViewItem(f"f{number}", f"Word {number}", number % 3, number % 2 or None) for number in range(9)),
)
UNFOLDED = frozenset({"follows", "days", "tags", "topics"})


def written(row: Row) -> str:
    counts = [f"{row.count:,}"] if row.count is not None else []
    counts += [f"/{row.unread}"] if row.unread is not None else []
    mark = [] if row.mark == "none" else [row.mark]
    return " ".join((row.kind, row.text, "".join(counts) + "+" * row.is_partial, *mark, *["quiet"] * row.quiet))


def below(heading: str, state: FilterState, data: FilterData = DATA) -> list[str]:
    """The rows of one section."""
    lines = [written(row) for row in lay_out(data, state)]
    section = lines[lines.index(f"heading {heading} ") + 1 :]
    return section[: section.index("gap  ") if "gap  " in section else None]


def test_all_rows_stand_in_order_with_their_numbers_and_marks() -> None:
    state = FilterState(
        view="f2",
        day="2026-11-16",
        choice=TopicChoice("all", ("agents", "games"), ("code",)),
        closed=frozenset({"Language"}),
        tags=TagChoice(("TAG 1",), ("tag 0",)),
        on_top=("agents", "unknown"),
    )
    rows = lay_out(DATA, state)
    assert [written(row) for row in rows] == [
        *("heading VIEWS ", "view Latest 34/12", "view All ", "gap  "),
        *("heading FOLLOWED ", "view Word 0 0 quiet", "view Word 1 1/1", "view Word 2 2 chosen"),
        *("view Word 3 0/1 quiet", "view Word 4 1", "view Word 5 2/1", "view Word 7 1/1", "more 2 more  folded quiet"),
        *("gap  ", "heading DAYS ", "day Tue 24 0 quiet", "day Mon 23 3/1", "day Sun 22 2/0 quiet", "day Sat 21 1/1"),
        *("day Fri 20 0+ quiet", "day Thu 19 3/1", "day Wed 18 2/0 quiet", "day Mon 16 0 chosen quiet"),
        *("more 2 older  folded quiet", "gap  ", "heading TAGS ", "tag tag 0 0 excluded", "tag tag 1 1 picked"),
        *(f"tag tag {number} {number}" for number in range(3, 10)),
        *("more 1 more  folded quiet", "gap  ", "heading TOPICS ", "topic Agents & tools 12 picked"),
        *("family Language  folded", "topic Code 3 excluded", "family Agents  open", "topic Web agents 3 implied"),
        *("family Games  open", "topic Games 0 picked quiet", "more 1 without papers  folded quiet"),
    ]
    assert [rows[1].shortcut, rows[-1].key] == ["gt", "topics"]
    whole = [row for row in lay_out(DATA, FilterState(unfolded=UNFOLDED)) if row.kind == "more"]
    assert [written(row) for row in whole] == ["more 2 without papers  open quiet"]
    assert lay_out(FilterData(), FilterState()) == ()


BY_FAMILY = [
    *("family Language  open", "topic Reasoning 140", "topic Code 3"),
    *("family Agents  open", "topic Agents & tools 12", "topic Web agents 3 implied"),
]


@each(
    ("state", "rows"),
    [
        (FilterState(), [*BY_FAMILY, "more 2 without papers  folded quiet"]),
        (
            FilterState(unfolded=frozenset({"topics"})),
            [*BY_FAMILY, "more 2 without papers  open quiet", "topic Screens 0 quiet", "topic Games 0 quiet"],
        ),
        (
            FilterState(narrowed="Ág W", closed=frozenset({"Agents"})),
            ["family Agents  open", "topic Web agents 3 implied"],
        ),
        (FilterState(narrowed="gui-a"), ["family Agents  open", "topic Screens 0 quiet"]),
        (FilterState(narrowed="zzz"), ["note no topic matches  quiet"]),
        (
            FilterState(order="papers"),
            [
                *("topic Reasoning 140", "topic Agents & tools 12", "topic Code 3", "topic Web agents 3 implied"),
                "more 2 without papers  folded quiet",
            ],
        ),
        (
            FilterState(order="rising"),
            [
                *("topic Code 3", "topic Screens 0 quiet", "topic Agents & tools 12", "topic Web agents 3 implied"),
                *("topic Reasoning 140", "more 1 without papers  folded quiet"),
            ],
        ),
    ],
)
def test_topics_stand_by_family_or_order_and_are_narrowed(state: FilterState, rows: list[str]) -> None:
    assert below("TOPICS", state) == rows


def test_topics_that_are_not_counted_yet_are_not_folded() -> None:
    uncounted = FilterData(topics=(TopicItem("games", "Games", "Games"),))
    assert below("TOPICS", FilterState(), uncounted) == ["family Games  open", "topic Games  quiet"]


def test_a_thousand_days_are_laid_out_without_any_being_lost() -> None:
    days = tuple(DayCount(f"{2020 + n // 365}-01-{n % 28 + 1:02}", n, n) for n in range(1_008))
    assert sum(row.kind == "day" for row in lay_out(FilterData(days=days), FilterState(unfolded=UNFOLDED))) == 1_008
    assert below("DAYS", FilterState(), FilterData(days=days))[-1] == "more 1,001 older  folded quiet"


def test_the_cursor_stops_at_the_ends_and_moves_from_the_row_nearest_to_it() -> None:
    rows = lay_out(FilterData(DATA.views, topics=DATA.topics[:2]), FilterState())
    stops = [1, 2, 5, 6, 7]
    assert [moved(rows, 1, by) for by in range(-1, 6)] == [1, *stops, 7]
    assert moved(rows, 4, 1) == 6 and moved(rows, 3, 0) == 2
    assert moved(lay_out(DATA, FilterState(narrowed="zzz")), 1, 1) == 1
