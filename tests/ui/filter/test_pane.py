"""The filter pane: what is drawn, what the cursor, the keys' calls and the mouse do, what is told."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from reader.cache.coverage import Coverage
from reader.cache.reads.window import DayCount
from reader.core.lines import measure
from reader.core.query.choices import TagChoice, TopicChoice
from reader.session.places import TOPIC_ORDERS, TopicOrder
from reader.ui.filter.pane import FilterPane, draw_row
from reader.ui.filter.rows import FilterData, FilterState, TopicItem, ViewItem, lay_out
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.kit.line_widgets import Reported
from tests.table import each
from tests.ui.drawings import drawn
from tests.ui.stage import Stage, staged, watch_paints

VIEWS = (ViewItem("latest", "Latest", 31, 12, "gt"), ViewItem("unread", "Unread", 0), ViewItem("all", "All", 9295))
DAYS = tuple(
    DayCount(f"2026-11-{day:02}", 0 if day in (21, 22) else day, 0 if day < 23 else day) for day in range(24, 9, -1)
)
TOPICS = (
    TopicItem("reasoning", "Reasoning", "Language", "step by step", 140, weeks=(0.4,) * 9 + (0.1,) * 3, rising=-0.4),
    TopicItem("code", "Code", "Language", "programs", 0, weeks=(0.1,) * 11 + (0.8,), rising=0.75),
    TopicItem("agents", "Agents & tools", "Agents", "plan and use tools", 12, weeks=(0.2,) * 12),
    TopicItem("gui-agents", "GUI & web agents", "Agents", "operate a screen", 3, implied=True),
    TopicItem("evaluation", "Benchmarks & evaluation", "Data", "how to measure", 1204),
)
FOLLOWS = tuple(ViewItem(f"word-{number}", f"Word {number}", 9, unread=9 - number) for number in range(9))
DATA = FilterData(VIEWS, DAYS, TOPICS)


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
        self.pane.show(DATA)
        self.pane.focus()


def go_to(pane: FilterPane, key: str) -> None:
    places = [row.key for row in pane.rows if row.selectable]
    pane.to_first()
    pane.move(places.index(key))


def here(pane: FilterPane) -> str:
    """The text of the cursor's row."""
    assert pane.current is not None
    return pane.current.text


def keys(pane: FilterPane, kind: str) -> list[str]:
    return [row.key for row in pane.rows if row.kind == kind]


def told(app: PaneApp, kind: str) -> list[object]:
    return [one.value for one in app.told if isinstance(one, Reported) and one.kind == kind]


# Drawing

ASCII_SIGNS = str.maketrans("▌»▸▾✓✗∴–", "|>)vy-&0")


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
async def test_the_pane_shows_its_cursor_counts_folds_and_choices(glyphs: Glyphs) -> None:
    async with staged(PaneApp(glyphs), 80, 36) as (app, pilot):
        pane = app.pane
        pane.show(replace(DATA, follows=FOLLOWS[:1], tags=(("robots", 2), ("to read", 3))))
        pane.place(view="latest")
        pane.choose(TopicChoice("all", ("agents",), ("evaluation",)))
        pane.choose_tags(TagChoice(("robots",), ("to read",)))
        lines = [
            *(" VIEWS", "▌» Latest gt         12/31", "   Unread                0", "   All               9,295"),
            *("", " FOLLOWED", "   Word 0              9/9", ""),
            *(" DAYS", "   Tue 24            24/24", "   Mon 23            23/23", "   Sun 22                –"),
            *("   Sat 21                –", "   Fri 20             0/20", "   Thu 19             0/19"),
            *("   Wed 18             0/18", " ▸ 8 older", "", " TAGS", " ✓ robots                2"),
            *(" ✗ to read               3", "", " TOPICS              any ▾", " ▾ Language"),
            *("   Reasoning           140", " ▾ Agents", " ✓ Agents & tools       12", " ∴ GUI & web agents      3"),
            *(" ▾ Data", " ✗ Benchmarks & eva… 1,204", " ▸ 1 without papers"),
        ]
        if glyphs is ASCII:
            lines = [line.replace("a…", "..").translate(ASCII_SIGNS) for line in lines]
        assert drawn(pane) == [*lines, *[""] * 5]
        focused = pane.render_line(0)
        app.set_focus(None)
        await pilot.pause()
        # The cursor and the accent are only where the focus is, and what filters stands on top.
        assert drawn(pane)[1][:2] == f" {glyphs.here}" and pane.render_line(0) != focused
        assert drawn(pane)[23:25] == [lines[26], lines[29]]


SHORT = Coverage("2026-11-24", 14, 8, 2, ("list", "rss"))


@each(
    ("data", "counts"),
    [
        (ViewItem("latest", "Latest", 34, 12), [("12", "unread"), ("/34", "nothing")]),
        (ViewItem("all", "All", 9295), [("9,295", "count")]),
        (ViewItem("queue", "Queue", 0), [("0", "nothing")]),
        (ViewItem("foryou", "For you"), []),
        (DayCount("2026-11-24", 34, 0), [("0", "nothing"), ("/34", "nothing")]),
        (DayCount("2026-11-24", 0, 0), [("–", "nothing")]),
        (
            DayCount("2026-11-24", 34, 12, covered=(("cs.CL", SHORT._replace(here=14)),)),
            [("12", "unread"), ("/34", "nothing")],
        ),
        (DayCount("2026-11-24", 34, 12, covered=(("cs.LG", SHORT),)), [("12", "unread"), ("/34+", "nothing")]),
        (DayCount("2026-11-24", 6, 4, is_partial=True), [("6+", "nothing")]),
    ],
)
def test_unread_papers_stand_before_all_and_a_plus_where_more_may_follow(
    data: ViewItem | DayCount, counts: list[tuple[str, str]]
) -> None:
    one = FilterData((data,)) if isinstance(data, ViewItem) else FilterData(days=(data,))
    line = draw_row(lay_out(one, FilterState())[1], 26, FilterState(), UNICODE, at_cursor=False)
    assert [(piece.text, piece.role) for piece in line[4:] if piece.text.strip()] == counts


@each("order", TOPIC_ORDERS)
@each(("width", "name"), [(24, "Benchmarks"), (36, "Benchmarks & evaluation"), (60, "Benchmarks")])
def test_names_are_whole_where_there_is_room(width: int, name: str, order: TopicOrder) -> None:
    topic = TopicItem("evaluation", "Benchmarks & evaluation", "Data", count=120, weeks=(0.1, 0.2) * 6, rising=0.1)
    state = FilterState(order=order)
    (row,) = [row for row in lay_out(FilterData(topics=(topic,)), state) if row.kind == "topic"]
    line = draw_row(row, width, state, UNICODE, at_cursor=False)
    assert measure(line) == width
    assert name in "".join(piece.text for piece in line)


@pytest.mark.parametrize(
    ("width", "rows"),
    [
        (28, [" TOPICS  rising      any ▾", "   Code             ▂▂▂▂▂█", "▌  Agents & tools   ██████"]),
        (
            36,
            [
                " TOPICS  rising              any ▾",
                "   Code               ▂▂▂▂▂█ +75 %",
                "▌  Agents & tools     ██████  +0 %",
            ],
        ),
        (
            44,
            [
                " TOPICS  rising                      any ▾",
                "   Code                 ▂▂▂▂▂▂▂▂▂▂▂█ +75 %",
                "▌  Agents & tools       ████████████  +0 %",
            ],
        ),
    ],
)
async def test_topics_are_listed_by_family_by_papers_or_by_their_rise(width: int, rows: list[str]) -> None:
    async with staged(PaneApp(width=width), 80, 40) as (app, pilot):
        pane = app.pane
        pane.show(FilterData(topics=TOPICS[3:]))
        assert (pane.switch_order(), pane.switch_order()) == ("papers", "family"), "no trend is known"
        pane.show(FilterData(topics=TOPICS[:3]))
        go_to(pane, "agents")
        assert (pane.switch_order(), keys(pane, "topic"), drawn(pane)[0][:20]) == (
            "papers",
            ["reasoning", "agents"],
            " TOPICS  by papers  ",
        )
        assert (pane.switch_order(), drawn(pane)[:3]) == ("rising", rows)
        assert (pane.switch_order(), here(pane)) == ("family", "Agents & tools")
        await pilot.pause()
        assert told(app, "hint")[-1] == "████████████ +0 % · plan and use tools"


# The cursor, and what it chooses


async def test_the_cursor_chooses_picks_and_excludes() -> None:
    async with staged(PaneApp(), 80, 40) as (app, pilot):
        pane = app.pane
        for by, key in ((-5, "latest"), (3, "2026-11-24"), (99, "topics"), (1, "topics"), (-99, "latest")):
            pane.move(by)
            assert pane.current is not None and pane.current.key == key
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
        assert told(app, "view") == ["all", "day:2026-11-20"]
        assert told(app, "topics") == [
            TopicChoice("any", ("agents",)),
            TopicChoice("any", (), ("agents",)),
            TopicChoice("any"),
            TopicChoice("any", ("agents",)),
            TopicChoice("all", ("agents",)),
            TopicChoice("all", ("agents", "reasoning")),
        ]
        agents, reasoning = "████████████ +0 % · plan and use tools", "█████████▃▃▃ -40 % · step by step"
        assert told(app, "hint") == [agents, "", reasoning, ""]


async def test_only_the_lines_that_change_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(PaneApp(), 80, 40) as (app, _):
        pane = app.pane
        painted = watch_paints(pane, monkeypatch)
        pane.move(1)
        assert painted == [1, 2]
        pane.show(replace(DATA, days=(DAYS[0], DAYS[1]._replace(unread=1), *DAYS[2:])))
        assert painted[2:] == [7]
        # Where the section is another, so is the accent of its heading.
        pane.move(2)
        assert painted[3:] == [-1]


async def test_the_mode_holds_while_a_query_can_not_tell_it() -> None:
    async with staged(PaneApp(), 80, 40) as (app, _):
        modes = []
        app.pane.switch_mode()
        for picked in ((), ("agents",), ("agents", "code"), ("code",)):
            app.pane.choose(TopicChoice("any", picked))
            modes.append(app.pane.choice.mode)
        assert modes == ["all", "all", "any", "any"]


async def test_a_picked_topic_goes_to_the_top_only_when_the_pane_is_left() -> None:
    async with staged(PaneApp(), 80, 40) as (app, pilot):
        pane = app.pane
        go_to(pane, "agents")
        before = [row.key for row in pane.rows]
        pane.toggle()
        assert [row.key for row in pane.rows] == before
        app.set_focus(None)
        await pilot.pause()
        rows = [row.key for row in pane.rows]
        assert rows[rows.index("topics") + 1] == "agents" and here(pane) == "Agents & tools"
        pane.choose(TopicChoice("any", (), ()))
        assert [row.key for row in pane.rows] == before


async def test_the_mouse_chooses_picks_excludes_and_switches() -> None:
    async with staged(PaneApp(), 80, 40) as (app, pilot):
        pane = app.pane
        row = {row.key: y for y, row in enumerate(pane.rows)}
        heading = next(y for y, row in enumerate(pane.rows) if row.text == "TOPICS")
        await pilot.click(pane, offset=(5, row["all"]))
        await pilot.click(pane, offset=(5, row["agents"]))
        await pilot.click(pane, offset=(5, row["reasoning"]), button=3)
        await pilot.click(pane, offset=(20, heading))
        await pilot.click(pane, offset=(5, 0))
        await pilot.click(pane, offset=(5, 39))
        assert app.pane.choice == TopicChoice("all", ("agents",), ("reasoning",))
        assert told(app, "view") == ["all"]


# Folding, narrowing, scrolling


async def test_groups_fold_and_unfold_with_the_cursor() -> None:
    async with staged(PaneApp(), 80, 60) as (app, _):
        pane = app.pane
        pane.show(replace(DATA, follows=FOLLOWS, tags=tuple((f"tag {n}", n) for n in range(9))))
        pane.choose(TopicChoice("any", ("agents",), ()))
        # Right unfolds, and then goes to the first row; left folds again from any row of the group.
        for group, last, kind, few, all in (
            ("follows", "word-8", "view", 3 + 7, 3 + 9),
            ("days", "2026-11-10", "day", 7, 15),
            ("tags", "tag 0", "tag", 7, 9),
        ):
            assert len(keys(pane, kind)) == few
            go_to(pane, group)
            pane.fold("right")
            assert len(keys(pane, kind)) == all
            go_to(pane, last)
            pane.fold("left")
            assert len(keys(pane, kind)) == few
        go_to(pane, "gui-agents")
        pane.fold("left")
        # What filters stays in sight.
        assert (here(pane), keys(pane, "topic")) == ("Agents", ["reasoning", "agents", "evaluation"])
        pane.fold("right")
        assert (here(pane), keys(pane, "topic")) == ("Agents", ["reasoning", "agents", "gui-agents", "evaluation"])
        pane.fold("right")
        assert here(pane) == "Agents & tools"
        pane.to_last()
        pane.fold("right")
        pane.fold("right")
        assert here(pane) == "Code"
        pane.fold("left")
        assert (here(pane), keys(pane, "topic")[-1]) == ("1 without papers", "evaluation")
        go_to(pane, "latest")
        pane.fold("left")
        assert (here(pane), pane.folded) == ("Latest", frozenset())


async def test_what_is_typed_narrows_the_topics_until_a_key_ends_it() -> None:
    async with staged(PaneApp(), 80, 40) as (app, pilot):
        pane = app.pane

        def type_(*typed: str) -> list[bool]:
            return [pane.type(key, key if len(key) == 1 else None) for key in typed]

        assert type_("a") == [False]
        go_to(pane, "Agents")
        pane.fold("left")
        pane.begin_narrowing()
        assert type_(*"ag") == [True, True]
        assert drawn(pane)[:4] == [
            " TOPICS  /ag",
            " ▾ Agents",
            "▌  Agents & tools       12",
            " ∴ GUI & web agents      3",
        ]
        assert type_("ctrl+u", *" zzz", "f5") == [True] * 6 and drawn(pane)[:2] == [
            " TOPICS  /zzz",
            "   no topic matches",
        ]
        for act in (
            pane.toggle,
            pane.exclude,
            partial(pane.fold, "left"),
            partial(pane.fold, "right"),
            partial(pane.move, 1),
        ):
            act()
        assert type_(*["backspace", "ctrl+h", "backspace"], *"Web", "enter", "x") == [*[True] * 7, False]
        assert (pane.narrowed, keys(pane, "topic")) == ("Web", ["gui-agents"])
        pane.toggle()
        pane.begin_narrowing()
        assert type_("down") == [False] and pane.narrowed == "Web"
        pane.begin_narrowing()
        assert type_("escape") == [True] and (pane.narrowed, here(pane)) == ("", "GUI & web agents")
        pane.begin_narrowing()
        app.set_focus(None)
        await pilot.pause()
        assert not pane.is_narrowing
        assert told(app, "narrowing") == [True, False, True, False, True, False, True]
        assert told(app, "topics") == [TopicChoice("any", ("gui-agents",))]


async def test_a_low_pane_scrolls_with_the_cursor_and_keeps_its_line() -> None:
    many = tuple(TopicItem(f"t{number}", f"Topic {number}", "Language", count=0) for number in range(30))
    async with staged(PaneApp(), 80, 12) as (app, pilot):
        pane = app.pane

        async def shown() -> list[str]:
            await pilot.pause()
            return drawn(pane)

        pane.to_last()
        assert "without papers" in (await shown())[-1]
        pane.to_first()
        assert (await shown())[0] == " VIEWS"
        # Rows above the cursor come and go.
        go_to(pane, "evaluation")
        pane.scroll_to(y=pane.scroll_offset.y + 3, animate=False, force=True)
        line = next(at for at, text in enumerate(await shown()) if "Benchmarks" in text)
        assert 0 < line < 11
        pane.show(FilterData(VIEWS[:2], DAYS[:5], TOPICS))
        assert "Benchmarks" in (await shown())[line]
        # Unfolded topics come into view.
        pane.show(FilterData(VIEWS, DAYS, (*TOPICS, *many[:5])))
        pane.to_last()
        pane.toggle()
        assert "Topic 4" in (await shown())[-1]
        pane.toggle()
        pane.show(FilterData(VIEWS, DAYS, (*TOPICS, *many)))
        pane.toggle()
        lines = await shown()
        assert "without papers" in lines[0] and "Topic 9" in lines[-1]
        pane.show(FilterData(VIEWS, DAYS, TOPICS[:2]))
        await pilot.pause()
        assert here(pane) == "1 without papers"


HOSTILE = "[/] \x1b[31m\x07漢字漢字漢字漢字漢字漢字 \u202e[b]"


async def test_hostile_text_and_narrow_panes_are_drawn_in_place() -> None:
    async with staged(PaneApp(), 80, 40) as (app, pilot):
        pane = app.pane
        pane.show(
            FilterData(
                (ViewItem("x", HOSTILE, 10**9),),
                (DayCount(HOSTILE, 3, 3),),
                (TopicItem(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 10**7),),
            )
        )
        pane.narrow(HOSTILE)
        pane.narrow("")
        for width in (4, 6, 10, 19, 28, 40):
            pane.styles.width = width
            await pilot.pause()
            strips = [pane.render_line(y) for y in range(pane.size.height)]
            assert {strip.cell_length for strip in strips} <= {width, pane.scrollable_content_region.width}
            text = "".join(strip.text for strip in strips)
            assert not any(char in text for char in "\x1b\x07\u202e")
        assert "[/]" in text and "10,000,000" in text
