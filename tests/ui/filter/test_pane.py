"""The filter pane: what is drawn, what the cursor, the keys' calls and the mouse do, what is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reader.cache.coverage import Coverage
from reader.cache.reads.window import DayCount
from reader.core.lines import measure
from reader.core.query.choices import TopicChoice
from reader.session.places import TOPIC_ORDERS, TopicOrder
from reader.ui.filter.pane import draw_row
from reader.ui.filter.rows import DAYS_AT_FIRST, FOLLOWS_AT_FIRST, FilterData, FilterState, TopicItem, ViewItem, lay_out
from reader.ui.kit.glyphs import ASCII, UNICODE
from reader.ui.kit.line_widgets import Reported
from tests.table import each
from tests.ui.filter_stage import DATA, DAYS, TOPICS, VIEWS, PaneApp, choices, drawn, go_to
from tests.ui.stage import staged


async def test_sections_stand_below_each_other_with_tabular_counts() -> None:
    async with staged(PaneApp(), 80, 40) as (app, _):
        app.pane.place(view="latest")
        app.pane.choose(TopicChoice("any", ("agents",), ("evaluation",)))
        lines = drawn(app.pane)
    assert lines[:6] == [
        " VIEWS",
        "▌» Latest               31",
        "   Unread                0",
        "   All               9,295",
        "",
        " DAYS",
    ]
    assert lines[6] == "   Tue 24            24/24"
    assert lines[8] == "   Sun 22                –"
    assert " ▸ 8 older" in lines
    assert lines[lines.index(" TOPICS              any ▾") :][:10] == [
        " TOPICS              any ▾",
        " ▾ Language",
        "   Reasoning           140",
        " ▾ Agents",
        " ✓ Agents & tools       12",
        " ∴ GUI & web agents      3",
        " ▾ Data",
        " ✗ Benchmarks & eva… 1,204",
        " ▸ 1 without papers",
        "",
    ]


def test_unread_papers_stand_before_all_where_both_are_known() -> None:
    views = (ViewItem("latest", "Latest", 34, 12), ViewItem("all", "All", 9295))
    days = (DayCount("2026-11-24", 34, 12), DayCount("2026-11-23", 17, 0), DayCount("2026-11-22", 0, 0))
    rows = lay_out(FilterData(views, days), FilterState())
    lines = {row.key: draw_row(row, 26, FilterState(), UNICODE, at_cursor=False) for row in rows if row.selectable}
    ends = {key: "".join(piece.text for piece in line).split()[-1] for key, line in lines.items()}
    assert ends == {"latest": "12/34", "all": "9,295", "2026-11-24": "12/34", "2026-11-23": "0/17", "2026-11-22": "–"}
    roles = [piece.role for piece in lines["2026-11-24"] if piece.text in ("12", "/34")]
    assert roles == ["unread", "nothing"]


def test_a_plus_marks_a_day_of_which_more_papers_may_follow() -> None:
    whole = Coverage("2026-11-24", 14, 14, 2, ("list", "rss"))
    for day, shown in (
        (DayCount("2026-11-24", 34, 12, covered=(("cs.CL", whole),)), [("12", "unread"), ("/34", "nothing")]),
        (
            DayCount("2026-11-24", 34, 12, covered=(("cs.CL", whole), ("cs.LG", whole._replace(here=8)))),
            [("12", "unread"), ("/34+", "nothing")],
        ),
        (DayCount("2026-11-24", 6, 4, is_partial=True), [("6+", "nothing")]),
    ):
        (row,) = [row for row in lay_out(FilterData(days=(day,)), FilterState()) if row.selectable]
        line = draw_row(row, 26, FilterState(), UNICODE, at_cursor=False)
        assert [(piece.text, piece.role) for piece in line if piece.role in ("unread", "nothing")] == shown


@each("order", TOPIC_ORDERS)
@each(("width", "name"), [(24, "Benchmarks"), (36, "Benchmarks & evaluation"), (60, "Benchmarks")])
def test_names_are_whole_where_there_is_room(width: int, name: str, order: TopicOrder) -> None:
    topic = TopicItem("evaluation", "Benchmarks & evaluation", "Data", count=120, weeks=(0.1, 0.2) * 6, rising=0.1)
    state = FilterState(order=order)
    (row,) = [row for row in lay_out(FilterData(topics=(topic,)), state) if row.kind == "topic"]
    line = draw_row(row, width, state, UNICODE, at_cursor=False)
    assert measure(line) == width
    assert name in "".join(piece.text for piece in line)


# Topics without papers, and those on top


def topics_of(state: FilterState) -> list[str]:
    """The rows below the topics' heading: slugs and the texts of other rows."""
    rows = lay_out(DATA, state)
    at = next(at for at, row in enumerate(rows) if row.kind == "heading" and row.key == "topics")
    return [row.key if row.kind == "topic" else row.text for row in rows[at + 1 :]]


def test_topics_without_papers_are_folded_into_one_row() -> None:
    folded = ["Language", "reasoning", "Agents", "agents", "gui-agents", "Data", "evaluation", "1 without papers"]
    assert topics_of(FilterState()) == folded
    assert topics_of(FilterState(unfolded=frozenset({"topics"}))) == [*folded, "code"]
    assert "code" in topics_of(FilterState(narrowed="code"))
    assert "1 without papers" not in topics_of(FilterState(choice=TopicChoice("any", ("code",), ())))
    assert topics_of(FilterState(order="papers"))[-1] == "1 without papers"


def test_topics_that_are_not_counted_yet_are_not_folded() -> None:
    topic = TopicItem("code", "Code", "Language")
    assert [row.kind for row in lay_out(FilterData(topics=(topic,)), FilterState())][-1] == "topic"


def test_picked_and_excluded_topics_stand_on_top_of_every_order() -> None:
    for order in TOPIC_ORDERS:
        state = FilterState(
            choice=TopicChoice("any", ("code",), ("agents",)), on_top=("code", "agents", "unknown"), order=order
        )
        listed = topics_of(state)
        assert listed[:2] == ["code", "agents"]
        assert listed.count("agents") == 1


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
        assert rows[rows.index("topics") + 1] == "agents"
        assert pane.current is not None and pane.current.key == "agents"
        pane.choose(TopicChoice("any", (), ()))
        assert [row.key for row in pane.rows] == before


async def test_the_row_of_topics_without_papers_unfolds_and_folds() -> None:
    async with staged(PaneApp(), 80, 40) as (app, _):
        pane = app.pane
        pane.to_last()
        assert pane.current is not None and pane.current.text == "1 without papers"
        pane.toggle()
        assert [row.key for row in pane.rows][-1] == "code" and pane.current.mark == "open"
        pane.fold("right")
        assert pane.current.key == "code"
        pane.fold("left")
        assert (pane.current.kind, pane.current.mark) == ("more", "folded")
        pane.fold("right")
        pane.toggle()
        assert [row.key for row in pane.rows][-1] == "topics"


async def test_unfolded_topics_come_into_view() -> None:
    many = tuple(TopicItem(f"t{number}", f"Topic {number}", "Language", count=0) for number in range(30))
    async with staged(PaneApp(), 80, 12) as (app, pilot):
        app.pane.show(FilterData(VIEWS, DAYS, (*TOPICS, *many[:5])))
        app.pane.to_last()
        app.pane.toggle()
        await pilot.pause()
        assert "Topic 4" in drawn(app.pane)[-1]
        app.pane.toggle()
        app.pane.show(FilterData(VIEWS, DAYS, (*TOPICS, *many)))
        app.pane.toggle()
        await pilot.pause()
        assert "without papers" in drawn(app.pane)[0] and "Topic 9" in drawn(app.pane)[-1]


async def test_the_cursors_row_keeps_its_line_when_rows_above_come_and_go() -> None:
    async with staged(PaneApp(), 80, 12) as (app, pilot):
        pane = app.pane
        go_to(pane, "evaluation")
        pane.scroll_to(y=pane.scroll_offset.y + 3, animate=False, force=True)
        await pilot.pause()
        line = next(at for at, text in enumerate(drawn(pane)) if "Benchmarks" in text)
        assert 0 < line < 11
        pane.show(FilterData(VIEWS[:2], DAYS[:5], TOPICS))
        await pilot.pause()
        assert "Benchmarks" in drawn(pane)[line]


async def test_ascii_draws_nothing_else() -> None:
    async with staged(PaneApp(ASCII), 80, 40) as (app, _):
        app.pane.place(view="latest")
        app.pane.choose(TopicChoice("any", ("agents",), ("evaluation",)))
        text = "\n".join(drawn(app.pane))
    assert text.isascii()
    assert "|> Latest" in text and "y Agents & tools" in text and "- Benchmarks" in text


async def test_cursor_skips_headings_and_stops_at_the_ends() -> None:
    async with staged(PaneApp(), 80, 40) as (app, _):
        pane = app.pane
        assert pane.current is not None and pane.current.key == "latest"
        pane.move(-5)
        assert pane.current.key == "latest"
        pane.move(3)
        assert pane.current.key == "2026-11-24"
        pane.to_last()
        assert pane.current.text == "1 without papers"
        pane.move(1)
        assert pane.current.text == "1 without papers"
        pane.to_first()
        assert pane.current.key == "latest"


async def test_the_cursor_and_the_accent_are_only_where_the_focus_is() -> None:
    async with staged(PaneApp(), 80, 40) as (app, pilot):
        assert "▌" in drawn(app.pane)[1]
        focused = app.pane.render_line(0)
        app.set_focus(None)
        await pilot.pause()
        assert "▌" not in "".join(drawn(app.pane))
        assert app.pane.render_line(0) != focused


async def test_toggling_a_view_or_a_day_chooses_it() -> None:
    async with staged(PaneApp(), 80, 40) as (app, pilot):
        go_to(app.pane, "all")
        app.pane.toggle()
        go_to(app.pane, "2026-11-20")
        app.pane.toggle()
        await pilot.pause()
        told = [one for one in app.told if isinstance(one, Reported) and one.kind != "hint"]
        assert told == [Reported("view", "all"), Reported("view", "day:2026-11-20")]
        chosen = [row.key for row in app.pane.rows if row.mark == "chosen"]
        assert chosen == ["2026-11-20"]


async def test_topics_are_picked_excluded_and_let_go() -> None:
    async with staged(PaneApp(), 80, 40) as (app, pilot):
        pane = app.pane
        go_to(pane, "agents")
        pane.toggle()
        assert pane.choice == TopicChoice("any", ("agents",), ())
        pane.exclude()
        assert pane.choice == TopicChoice("any", (), ("agents",))
        pane.exclude()
        assert pane.choice == TopicChoice("any", (), ())
        pane.toggle()
        go_to(pane, "reasoning")
        pane.toggle()
        pane.switch_mode()
        pane.toggle()
        await pilot.pause()
        assert choices(app)[-1] == TopicChoice("all", ("agents",), ())


async def test_exclude_means_topics_only() -> None:
    async with staged(PaneApp(), 80, 40) as (app, pilot):
        for key in ("latest", "2026-11-24", "Agents"):
            go_to(app.pane, key)
            app.pane.exclude()
        await pilot.pause()
        assert choices(app) == []


async def test_the_mode_holds_while_a_query_can_not_tell_it() -> None:
    async with staged(PaneApp(), 80, 40) as (app, _):
        app.pane.switch_mode()
        assert app.pane.choice.mode == "all"
        app.pane.switch_mode()
        app.pane.choose(TopicChoice("all", ("agents",), ()))
        assert app.pane.choice == TopicChoice("any", ("agents",), ())
        app.pane.choose(TopicChoice("all", ("agents", "code"), ()))
        assert app.pane.choice.mode == "all"


async def test_folding_a_family_keeps_what_filters_in_sight() -> None:
    async with staged(PaneApp(), 80, 40) as (app, _):
        pane = app.pane
        pane.choose(TopicChoice("any", ("agents",), ()))
        go_to(pane, "gui-agents")
        pane.fold("left")
        assert pane.current is not None and (pane.current.kind, pane.current.key) == ("family", "Agents")
        keys = [row.key for row in pane.rows]
        assert "agents" in keys and "gui-agents" not in keys and "reasoning" in keys
        pane.fold("right")
        assert "gui-agents" in [row.key for row in pane.rows]
        pane.fold("right")
        assert pane.current.key == "agents"


async def test_older_days_unfold_and_fold() -> None:
    async with staged(PaneApp(), 80, 60) as (app, _):
        pane = app.pane
        count = sum(row.kind == "day" for row in pane.rows)
        assert count == DAYS_AT_FIRST
        go_to(pane, "days")
        pane.fold("right")
        assert sum(row.kind == "day" for row in pane.rows) == len(DAYS)
        go_to(pane, "2026-11-24")
        pane.fold("left")
        assert sum(row.kind == "day" for row in pane.rows) == DAYS_AT_FIRST


async def test_what_is_followed_unfolds_and_folds() -> None:
    follows = tuple(ViewItem(f"word-{number}", f"Word {number}", 9, unread=9 - number) for number in range(9))
    async with staged(PaneApp(), 80, 60) as (app, _):
        pane = app.pane
        pane.show(replace(DATA, follows=follows))

        def shown() -> int:
            return sum(row.key.startswith("word-") for row in pane.rows)

        assert shown() == FOLLOWS_AT_FIRST
        go_to(pane, "follows")
        pane.fold("right")
        assert shown() == 9
        go_to(pane, "word-8")
        pane.fold("left")
        assert shown() == FOLLOWS_AT_FIRST


def test_a_chosen_day_is_listed_however_old() -> None:
    rows = lay_out(DATA, FilterState(day="2026-11-11"))
    days = [row.key for row in rows if row.kind == "day"]
    assert days[-1] == "2026-11-11" and len(days) == DAYS_AT_FIRST + 1
    assert next(row.text for row in rows if row.kind == "more") == "7 older"


async def test_what_is_typed_narrows_the_topics() -> None:
    async with staged(PaneApp(), 80, 40) as (app, pilot):
        pane = app.pane
        go_to(pane, "Agents")
        pane.fold("left")
        pane.narrow("ag")
        assert pane.narrowed == "ag"
        assert [row.key for row in pane.rows if row.kind == "topic"] == ["agents", "gui-agents"]
        assert pane.current is not None and pane.current.key == "agents"
        assert drawn(pane)[0] == " TOPICS  /ag"
        pane.narrow("Ag W")
        assert [row.key for row in pane.rows if row.kind == "topic"] == ["gui-agents"]
        pane.toggle()
        pane.narrow("")
        await pilot.pause()
        assert pane.narrowed == "" and any(row.kind == "view" for row in pane.rows)
        assert pane.current.key == "gui-agents"
        assert choices(app) == [TopicChoice("any", ("gui-agents",), ())]


async def test_where_no_topic_matches_nothing_can_be_picked() -> None:
    async with staged(PaneApp(), 80, 40) as (app, pilot):
        pane = app.pane
        pane.narrow("zzz")
        assert [row.text for row in pane.rows] == ["TOPICS", "no topic matches"]
        pane.move(1)
        pane.toggle()
        pane.exclude()
        pane.fold("left")
        pane.fold("right")
        await pilot.pause()
        assert choices(app) == []
        pane.narrow("")
        assert pane.current is not None and pane.current.selectable


async def test_the_meaning_of_a_topic_is_told_when_the_cursor_is_on_it() -> None:
    async with staged(PaneApp(), 80, 40) as (app, pilot):
        go_to(app.pane, "gui-agents")
        await pilot.pause()
        hints = [one.value for one in app.told if isinstance(one, Reported) and one.kind == "hint"]
        assert hints[-1] == "operate a screen"
        app.set_focus(None)
        await pilot.pause()
        assert [one.value for one in app.told if isinstance(one, Reported) and one.kind == "hint"][-1] == ""


async def test_picked_excluded_and_implied_differ_by_shape() -> None:
    async with staged(PaneApp(), 80, 40) as (app, _):
        app.pane.choose(TopicChoice("any", ("agents",), ("evaluation",)))
        signs = {row.key: drawn(app.pane)[at][1] for at, row in enumerate(app.pane.rows) if row.kind == "topic"}
    assert signs == {"agents": "✓", "evaluation": "✗", "gui-agents": "∴", "reasoning": " "}


async def test_the_cursor_stays_on_its_row_when_the_data_changes() -> None:
    async with staged(PaneApp(), 80, 40) as (app, _):
        go_to(app.pane, "agents")
        app.pane.show(FilterData(VIEWS, (DayCount("2026-11-25", 4, 4), *DAYS), TOPICS))
        assert app.pane.current is not None and app.pane.current.key == "agents"
        app.pane.show(FilterData(VIEWS, DAYS, TOPICS[:2]))
        assert app.pane.current is not None and app.pane.current.selectable


async def test_the_mouse_chooses_picks_excludes_and_switches() -> None:
    async with staged(PaneApp(), 80, 40) as (app, pilot):
        pane = app.pane
        row = {row.key: y for y, row in enumerate(pane.rows)}
        heading = next(y for y, row in enumerate(pane.rows) if row.kind == "heading" and row.key == "topics")
        await pilot.click(pane, offset=(5, row["all"]))
        await pilot.click(pane, offset=(5, row["agents"]))
        await pilot.click(pane, offset=(5, row["reasoning"]), button=3)
        await pilot.click(pane, offset=(20, heading))
        await pilot.click(pane, offset=(5, 0))
        await pilot.click(pane, offset=(5, 39))
        assert app.pane.choice == TopicChoice("all", ("agents",), ("reasoning",))
        assert [one.value for one in app.told if isinstance(one, Reported) and one.kind == "view"] == ["all"]


async def test_a_low_pane_scrolls_with_the_cursor_and_back_to_the_heading() -> None:
    async with staged(PaneApp(), 60, 8) as (app, pilot):
        pane = app.pane
        pane.to_last()
        await pilot.pause()
        assert "without papers" in drawn(pane)[-1]
        pane.to_first()
        await pilot.pause()
        assert drawn(pane)[0] == " VIEWS"


HOSTILE = "[/] \x1b[31m\x07漢字漢字漢字漢字漢字漢字 \u202e[b]"


@pytest.mark.parametrize("width", [4, 6, 10, 19, 28, 40])
async def test_hostile_text_and_narrow_panes_are_drawn_in_place(width: int) -> None:
    async with staged(PaneApp(width=width), 80, 40) as (app, pilot):
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
        await pilot.pause()
        strips = [pane.render_line(y) for y in range(pane.size.height)]
        assert {strip.cell_length for strip in strips} <= {pane.size.width, pane.scrollable_content_region.width}
        text = "".join(strip.text for strip in strips)
        assert not any(char in text for char in "\x1b\x07\u202e")
        if width == 40:
            assert "[/]" in text and "10,000,000" in text


def test_a_thousand_days_are_laid_out_without_any_being_lost() -> None:
    days = tuple(DayCount(f"{2020 + n // 365}-01-{n % 28 + 1:02}", n, n) for n in range(1000))
    rows = lay_out(FilterData(days=days), FilterState(unfolded=frozenset({"days"})))
    assert sum(row.kind == "day" for row in rows) == 1000
    folded = lay_out(FilterData(days=days), FilterState())
    assert next(row.text for row in folded if row.kind == "more") == "993 older"
