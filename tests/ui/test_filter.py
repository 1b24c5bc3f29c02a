"""The filter pane: rows, counts, folds, choices."""

from __future__ import annotations

from array import array

import pytest
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from reader.cache.feeds import Coverage
from reader.cache.reads.window import DayCount, Order, TopicCount
from reader.core.query.choices import Choice
from reader.core.views import VIEWS
from reader.session.places import Place, view
from reader.ui.filter.counter import Counts
from reader.ui.filter.pane import FilterData, FilterPane, FilterRow, FilterState, ViewItem, draw_row, lay_out
from reader.ui.filter.state import (
    COUNTED,
    TOPIC_NAMES,
    filter_data,
    in_all,
    topic_papers,
)
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.kit.line_widgets import WidgetReport
from reader.ui.shell.listing import FeedResults, ListContent
from reader.ui.shell.state import State
from tests.table import each
from tests.ui.conftest import Opener
from tests.ui.stage import COUNTS, Stage, at, drawn, staged, view_counts

# Rows

DATA = FilterData(
    views=(ViewItem("latest", "Latest", 34, 12, "gt"), ViewItem("all", "All")),
    days=tuple(DayCount(f"2026-11-{day}", day % 4, day % 2, is_partial=day == 20) for day in range(24, 14, -1)),
    topics=(
        TopicCount("reasoning", "Reasoning", "Language", 140),
        TopicCount("code", "Code", "Language", 3),
        TopicCount("agents", "Agents & tools", "Agents", 12),
        TopicCount("gui-agents", "Screens", "Agents", 0),
        TopicCount("web", "Web agents", "Agents", 3),
        TopicCount("games", "Games", "Games", 0),
    ),
    tags=tuple((f"tag {number}", number) for number in range(10)),
    follows=tuple(ViewItem(f"f{number}", f"Word {number}", number % 3, number % 2 or None) for number in range(9)),
)
UNFOLDED = frozenset({"followed", "days", "tags", "topics"})


def written(row: FilterRow) -> str:
    counts = [f"{row.papers:,}"] if row.papers is not None else []
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
        view="day:2026-11-16",
        choice=Choice("all", ("agents", "games"), ("code",)),
        closed=frozenset({"Language"}),
        tags=Choice("all", ("TAG 1",), ("tag 0",)),
    )
    rows = lay_out(DATA, state)
    assert [written(row) for row in rows] == [
        *("heading VIEWS ", "view Latest 34/12", "view All ", "gap  "),
        *("heading FOLLOWED ", "view Word 0 0 quiet", "view Word 1 1/1", "view Word 2 2"),
        *("view Word 3 0/1 quiet", "view Word 4 1", "view Word 5 2/1", "view Word 7 1/1", "more 2 more  folded quiet"),
        *("gap  ", "heading DAYS ", "day Tue 24 0 quiet", "day Mon 23 3/1", "day Sun 22 2/0 quiet", "day Sat 21 1/1"),
        *("day Fri 20 0+ quiet", "day Thu 19 3/1", "day Wed 18 2/0 quiet", "day Mon 16 0 chosen quiet"),
        *("more 2 older  folded quiet", "gap  ", "heading TAGS ", "tag tag 0 0 excluded", "tag tag 1 1 picked"),
        *(f"tag tag {number} {number}" for number in range(3, 10)),
        *("more 1 more  folded quiet", "gap  ", "heading TOPICS ", "family Language  folded"),
        *("topic Code 3 excluded", "family Agents  open", "topic Agents & tools 12 picked", "topic Web agents 3"),
        *("family Games  open", "topic Games 0 picked quiet", "more 1 without papers  folded quiet"),
    ]
    assert [rows[1].shortcut, rows[-1].key] == ["gt", "topics"]
    whole = [row for row in lay_out(DATA, FilterState(unfolded=UNFOLDED)) if row.kind == "more"]
    fewer = "more fewer  open quiet"
    assert [written(row) for row in whole] == [fewer, fewer, fewer, "more 2 without papers  open quiet"]
    assert lay_out(FilterData(), FilterState()) == ()


BY_FAMILY = [
    *("family Language  open", "topic Reasoning 140", "topic Code 3"),
    *("family Agents  open", "topic Agents & tools 12", "topic Web agents 3"),
]


@each(
    ("state", "rows"),
    [
        (FilterState(), [*BY_FAMILY, "more 2 without papers  folded quiet"]),
        (
            FilterState(unfolded=frozenset({"topics"})),
            [*BY_FAMILY, "more 2 without papers  open quiet", "topic Screens 0 quiet", "topic Games 0 quiet"],
        ),
    ],
)
def test_topics_stand_by_family_and_those_without_papers_are_folded(state: FilterState, rows: list[str]) -> None:
    assert below("TOPICS", state) == rows


# What the counts say

PLACE = Place(view("latest"), "robot")
FEW = Counts(view_counts(), (), (), 60, 7, PLACE)


def listed(place: Place) -> State:
    return State(place=place, listing=ListContent(place, Order(array("q", (1, 2, 3)))))


def test_the_total_is_known_once_this_very_query_is_counted() -> None:
    state = listed(PLACE)
    assert in_all(state) is None
    assert in_all(state.put(COUNTED, FEW)) == 7
    assert in_all(state.put(COUNTED, FEW._replace(place=Place(view("latest"), "robots")))) is None
    assert in_all(state.put(COUNTED, FEW._replace(anywhere=3))) is None
    plain = Place(view("latest"))
    assert in_all(listed(plain).put(COUNTED, FEW._replace(place=plain))) is None
    results = FeedResults("robot")
    found = state.put(COUNTED, FEW).list_results(results)
    assert in_all(found.with_list(ListContent(PLACE, Order(array("q", (1,))), results))) is None


def test_topics_are_known_before_they_are_counted() -> None:
    state = State(parts={TOPIC_NAMES: {"agents": "Agents"}})
    assert topic_papers(state) == {"agents": 0}
    topics = (TopicCount("agents", "Agents", "", 2), TopicCount("video", "Video", "", 9))
    assert list(topic_papers(state.put(COUNTED, FEW._replace(topics=topics))).items()) == [("video", 9), ("agents", 2)]


def test_before_anything_is_counted_the_pane_names_the_views() -> None:
    assert filter_data(State()) == FilterData(tuple(ViewItem(one.id, one.name) for one in VIEWS))


def test_the_pane_has_special_views_only_while_they_have_papers() -> None:
    views = filter_data(at("all")).views
    assert [(one.id, one.papers) for one in views] == [
        ("latest", 14),
        ("foryou", None),
        ("followed", 6),
        ("unread", 57),
        ("queue", 4),
        ("starred", 3),
        ("all", 60),
    ]
    none = at("all").put(COUNTED, COUNTS._replace(views=view_counts()))
    shown = ["latest", "foryou", "followed", "unread", "queue", "starred", "all"]
    assert [one.id for one in filter_data(none).views] == shown


def test_the_pane_has_days_and_topics_with_all_that_is_known_of_them() -> None:
    bare = filter_data(at("all"))
    assert bare.days == (DayCount("2026-05-12", 14, 14), DayCount("2026-05-11", 16, 0))
    assert bare.topics == COUNTS.topics


# The pane

PANE_VIEWS = (ViewItem("latest", "Latest", 31, 12, "gt"), ViewItem("unread", "Unread", 0), ViewItem("all", "All", 9295))
DAYS = tuple(
    DayCount(f"2026-11-{day:02}", 0 if day in (21, 22) else day, 0 if day < 23 else day) for day in range(24, 9, -1)
)
TOPICS = (
    TopicCount("reasoning", "Reasoning", "Language", 140),
    TopicCount("code", "Code", "Language", 0),
    TopicCount("agents", "Agents & tools", "Agents", 12),
    TopicCount("gui-agents", "GUI & web agents", "Agents", 3),
    TopicCount("evaluation", "Benchmarks & evaluation", "Data", 1204),
)
FOLLOWS = tuple(ViewItem(f"word-{number}", f"Word {number}", 9, unread=9 - number) for number in range(9))
PANE_DATA = FilterData(PANE_VIEWS, DAYS, TOPICS)


class PaneApp(Stage):
    def __init__(self, glyphs: Glyphs = UNICODE, width: int = 28) -> None:
        self.pane = FilterPane(glyphs)
        super().__init__(self.pane)
        self.pane.styles.width = width

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield self.pane
            yield Static()

    def on_mount(self) -> None:
        self.pane.show_data(PANE_DATA)
        self.pane.focus()


def go_to(pane: FilterPane, key: str) -> None:
    pane.go(next(at for at, row in enumerate(pane.rows) if row.key == key and row.selectable))


def here(pane: FilterPane) -> str:
    """The text of the cursor's row."""
    return pane.rows[pane.at].text


def keys(pane: FilterPane, kind: str) -> list[str]:
    return [row.key for row in pane.rows if row.kind == kind]


def reported(app: PaneApp, kind: str) -> list[object]:
    return [one.value for one in app.reports if isinstance(one, WidgetReport) and one.kind == kind]


# Drawing

ASCII_SIGNS = str.maketrans("▌»▸▾✓✗–", "|>)vy-0")


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
async def test_the_pane_shows_its_cursor_counts_folds_and_choices(glyphs: Glyphs) -> None:
    async with staged(PaneApp(glyphs), 80, 36) as (app, pilot):
        pane = app.pane
        pane.show_data(PANE_DATA._replace(follows=FOLLOWS[:1], tags=(("robots", 2), ("to read", 3))))
        tags = Choice("all", ("robots",), ("to read",))
        pane.show_choice("latest", Choice("all", ("agents",), ("evaluation",)), tags)
        lines = [
            *(" VIEWS", "▌» Latest gt         12/31", "   Unread                0", "   All               9,295"),
            *("", " FOLLOWED", "   Word 0              9/9", ""),
            *(" DAYS", "   Tue 24            24/24", "   Mon 23            23/23", "   Sun 22                –"),
            *("   Sat 21                –", "   Fri 20             0/20", "   Thu 19             0/19"),
            *("   Wed 18             0/18", " ▸ 8 older", "", " TAGS", " ✓ robots                2"),
            *(" ✗ to read               3", "", " TOPICS              any ▾", " ▾ Language"),
            *("   Reasoning           140", " ▾ Agents", " ✓ Agents & tools       12", "   GUI & web agents      3"),
            *(" ▾ Data", " ✗ Benchmarks & eva… 1,204", " ▸ 1 without papers"),
        ]
        if glyphs is ASCII:
            lines = [line.replace("a…", "..").translate(ASCII_SIGNS) for line in lines]
        assert drawn(pane) == [*lines, *[""] * 5]
        app.set_focus(None)
        await pilot.pause()
        # The cursor is only where the focus is.
        assert drawn(pane)[1][:2] == f" {glyphs.here}"


SHORT = Coverage("", ("2026-11-24",))


@each(
    ("data", "counts"),
    [
        (ViewItem("latest", "Latest", 34, 12), [("12", "unread"), ("/34", "nothing")]),
        (ViewItem("all", "All", 9295), [("9,295", "count")]),
        (ViewItem("queue", "Queue", 0), [("0", "nothing")]),
        (ViewItem("foryou", "For you"), []),
        (DayCount("2026-11-24", 34, 0), [("0", "nothing"), ("/34", "nothing")]),
        (DayCount("2026-11-24", 0, 0), [("–", "nothing")]),
        (DayCount("2026-11-24", 34, 12, incomplete=(("cs.LG", SHORT),)), [("12", "unread"), ("/34+", "nothing")]),
        (DayCount("2026-11-24", 6, 4, is_partial=True), [("6+", "nothing")]),
    ],
)
def test_unread_papers_stand_before_all_and_a_plus_where_more_may_follow(
    data: ViewItem | DayCount, counts: list[tuple[str, str]]
) -> None:
    one = FilterData((data,)) if isinstance(data, ViewItem) else FilterData(days=(data,))
    line = draw_row(lay_out(one, FilterState())[1], 25, FilterState(), UNICODE)
    assert [(piece.text, piece.role) for piece in line[3:] if piece.text.strip()] == counts


# The cursor, and what it chooses


async def test_the_cursor_chooses_picks_and_excludes() -> None:
    async with staged(PaneApp(), 80, 40) as (app, pilot):
        pane = app.pane
        for by, key in ((-1, "latest"), (1, "unread"), (99, "topics"), (1, "topics"), (-99, "latest")):
            pane.scroll_lines(by)
            assert pane.current.key == key
        pane.exclude()
        go_to(pane, "all")
        pane.toggle()
        go_to(pane, "2026-11-20")
        pane.toggle()
        pane.exclude()
        assert [row.key for row in pane.rows if row.mark == "chosen"] == ["2026-11-20"]
        go_to(pane, "agents")
        pane.toggle()
        pane.exclude()
        pane.exclude()
        pane.toggle()
        go_to(pane, "reasoning")
        pane.switch_mode()
        pane.toggle()
        app.set_focus(None)
        await pilot.pause()
        assert reported(app, "view") == ["all", "day:2026-11-20"]
        assert reported(app, "topics") == [
            Choice("any", ("agents",)),
            Choice("any", (), ("agents",)),
            Choice("any"),
            Choice("any", ("agents",)),
            Choice("all", ("agents",)),
            Choice("all", ("agents", "reasoning")),
        ]


async def test_the_topic_mode_stays_while_fewer_than_two_topics_are_picked() -> None:
    async with staged(PaneApp(), 80, 40) as (app, _):
        modes = []
        app.pane.switch_mode()
        for picked in ((), ("agents",), ("agents", "code"), ("code",)):
            app.pane.show_choice("all", Choice("any", picked))
            modes.append(app.pane.choice.mode)
        assert modes == ["all", "all", "any", "any"]


async def test_a_click_goes_to_a_row_and_chooses_it() -> None:
    async with staged(PaneApp(), 80, 40) as (app, pilot):
        pane = app.pane
        row = {row.key: y for y, row in enumerate(pane.rows)}
        await pilot.click(pane, offset=(5, row["all"]))
        await pilot.click(pane, offset=(5, row["agents"]))
        await pilot.click(pane, offset=(5, 0))
        await pilot.click(pane, offset=(5, 39))
        assert here(pane) == "Agents & tools" and reported(app, "key") == ["enter", "enter"]


# Folding and scrolling


async def test_groups_fold_and_unfold_with_the_cursor() -> None:
    async with staged(PaneApp(), 80, 60) as (app, _):
        pane = app.pane
        pane.show_data(PANE_DATA._replace(follows=FOLLOWS, tags=tuple((f"tag {n}", n) for n in range(9))))
        pane.show_choice("all", Choice("any", ("agents",), ()))
        for group, kind, few, all in (
            ("followed", "view", 3 + 7, 3 + 9),
            ("days", "day", 7, 15),
            ("tags", "tag", 7, 9),
        ):
            for number in (few, all, few):
                assert len(keys(pane, kind)) == number
                go_to(pane, group)
                pane.toggle()
            pane.toggle()
        go_to(pane, "Agents")
        pane.toggle()
        # Picked topics stay in sight.
        assert (here(pane), keys(pane, "topic")) == ("Agents", ["reasoning", "agents", "evaluation"])
        pane.toggle()
        assert (here(pane), keys(pane, "topic")) == ("Agents", ["reasoning", "agents", "gui-agents", "evaluation"])
        pane.scroll_lines(999)
        assert (here(pane), keys(pane, "topic")[-1]) == ("1 without papers", "evaluation")


async def test_a_low_pane_scrolls_with_the_cursor_and_keeps_its_line() -> None:
    many = tuple(TopicCount(f"t{number}", f"Topic {number}", "Language", 0) for number in range(30))
    async with staged(PaneApp(), 80, 12) as (app, pilot):
        pane = app.pane

        async def shown() -> list[str]:
            await pilot.pause()
            return drawn(pane)

        pane.scroll_lines(999)
        assert "without papers" in (await shown())[-1]
        pane.scroll_lines(-999)
        assert (await shown())[0] == " VIEWS"
        # Rows above the cursor come and go.
        go_to(pane, "evaluation")
        pane.scroll_to(y=pane.scroll_offset.y + 3, animate=False, force=True)
        line = next(at for at, text in enumerate(await shown()) if "Benchmarks" in text)
        assert 0 < line < 11
        pane.show_data(FilterData(PANE_VIEWS[:2], DAYS[:5], TOPICS))
        assert "Benchmarks" in (await shown())[line]
        # Unfolded topics come into view.
        pane.show_data(FilterData(PANE_VIEWS, DAYS, (*TOPICS, *many[:5])))
        pane.scroll_lines(999)
        pane.toggle()
        assert "Topic 4" in (await shown())[-1]
        pane.toggle()
        pane.show_data(FilterData(PANE_VIEWS, DAYS, (*TOPICS, *many)))
        pane.toggle()
        lines = await shown()
        assert any("without papers" in line for line in lines[:6]) and "Topic" in lines[-1]
        pane.show_data(FilterData(PANE_VIEWS, DAYS, TOPICS[:2]))
        await pilot.pause()
        assert here(pane) == "1 without papers"


async def test_a_pane_that_is_left_shows_the_listed_view_and_keeps_its_cursor(reader: Opener) -> None:
    async with reader(size=(140, 16)) as r:
        await r.do("find.filter", "move.bottom")
        assert not any("Latest" in line for line in r.filter_lines)
        await r.do("find.filter")
        assert any("» Latest" in line for line in r.filter_lines)
        await r.do("find.filter")
        assert not any("Latest" in line for line in r.filter_lines)


async def test_keys_of_the_pane_say_what_they_did_and_their_opposite(reader: Opener) -> None:
    async with reader(size=(140, 42)) as r:
        await r.do("find.filter", "topic.any_all")
        assert r.status == "papers with all of the picked topics · a with any"
        await r.do("pane.narrower")
        assert r.status == "filter pane narrower · > takes that back"
        await r.press("A")
        assert (r.status, r.here.read) == ("A (Read all) works in the list", False)
        await r.press("s", "A")
        assert r.status == "s (Star) works in the list"
