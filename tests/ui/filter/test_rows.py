"""The rows of topics in the filter pane, and of tags."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reader.cache.reads.window import DayCount
from reader.core.query.choices import TagChoice, TopicChoice
from reader.ui.filter.pane import FilterPane
from reader.ui.filter.rows import FilterData, FilterState, Kind, Mark, TopicItem, ViewItem, lay_out
from reader.ui.kit.line_widgets import Reported
from tests.ui.filter_stage import PaneApp, drawn, go_to
from tests.ui.stage import staged

MOVING = FilterData(
    topics=(
        TopicItem("reasoning", "Reasoning", "Language", "in steps", 140, weeks=(0.4,) * 9 + (0.1,) * 3, rising=-0.4),
        TopicItem("code", "Code", "Language", "programs", 3, weeks=(0.1,) * 11 + (0.8,), rising=0.75),
        TopicItem("agents", "Agents & tools", "Agents", "plan and use tools", 12, weeks=(0.2,) * 12),
    )
)


def named(pane: FilterPane) -> list[str]:
    return [row.key for row in pane.rows if row.kind == "topic"]


async def test_topics_are_listed_by_family_by_papers_or_rising_ones_first() -> None:
    async with staged(PaneApp(width=30), 80, 40) as (app, _):
        app.pane.show(MOVING)
        go_to(app.pane, "agents")
        assert named(app.pane) == ["reasoning", "code", "agents"]
        assert app.pane.switch_order() == "papers"
        assert named(app.pane) == ["reasoning", "agents", "code"]
        assert app.pane.current is not None and app.pane.current.key == "agents"
        assert app.pane.switch_order() == "rising"
        assert drawn(app.pane)[:4] == [
            " TOPICS  rising        any ▾",
            "   Code               ▂▂▂▂▂█",
            "▌  Agents & tools     ██████",
            "   Reasoning          ████▆▃",
        ]
        assert app.pane.switch_order() == "family"
        assert named(app.pane) == ["reasoning", "code", "agents"]


async def test_a_topic_may_rise_without_papers_in_the_list() -> None:
    gone = FilterData(topics=(replace(MOVING.topics[1], count=0), MOVING.topics[2]))
    async with staged(PaneApp(), 80, 40) as (app, _):
        app.pane.show(gone)
        assert named(app.pane) == ["agents"]
        app.pane.switch_order()
        assert app.pane.switch_order() == "rising"
        assert named(app.pane) == ["code", "agents"]


async def test_nothing_rises_while_no_trend_is_known() -> None:
    async with staged(PaneApp(), 80, 40) as (app, _):
        assert [app.pane.switch_order() for _ in range(3)] == ["papers", "family", "papers"]


@pytest.mark.parametrize(
    ("width", "ends"), [(28, ["▂▂▂▂▂█"]), (36, ["▂▂▂▂▂█", "+75 %"]), (44, ["▂▂▂▂▂▂▂▂▂▂▂█", "+75 %"])]
)
async def test_a_topic_that_is_listed_by_its_rise_shows_it(width: int, ends: list[str]) -> None:
    async with staged(PaneApp(width=width), 80, 40) as (app, _):
        app.pane.show(MOVING)
        (plain,) = [row for row in drawn(app.pane) if row.startswith("   Code")]
        assert plain.split() == ["Code", "3"]
        app.pane.switch_order()
        assert app.pane.switch_order() == "rising"
        (row,) = [row for row in drawn(app.pane) if row.startswith("   Code")]
    assert row.split(maxsplit=2)[1:] == ends


async def test_how_a_topic_moves_is_told_with_what_it_means() -> None:
    async with staged(PaneApp(), 80, 40) as (app, pilot):
        app.pane.show(MOVING)
        go_to(app.pane, "code")
        await pilot.pause()
        hints = [one.value for one in app.told if isinstance(one, Reported) and one.kind == "hint"]
    assert hints[-1] == "▂▂▂▂▂▂▂▂▂▂▂█ +75 % · programs"


# Tags

TAGS = tuple((f"tag {number}", 10 - number) for number in range(10))


def rows(state: FilterState, tags: tuple[tuple[str, int], ...] = TAGS) -> list[tuple[Kind, str, Mark]]:
    return [(row.kind, row.text, row.mark) for row in lay_out(FilterData(tags=tags), state)]


def test_without_tags_there_is_no_heading() -> None:
    assert rows(FilterState(), ()) == []


def test_the_most_used_tags_are_listed_and_those_that_filter() -> None:
    found = rows(FilterState(tags=TagChoice(("TAG 9",), ("tag 0",))))
    assert found[0] == ("heading", "TAGS", "none")
    assert found[1] == ("tag", "tag 0", "excluded")
    assert found[-3:] == [("tag", "tag 9", "picked"), ("more", "2 more", "folded"), ("gap", "", "none")]
    assert len(found) == 1 + 8 + 2


def test_all_tags_are_listed_once_they_are_unfolded() -> None:
    assert len(rows(FilterState(unfolded=frozenset({"tags"})))) == 1 + 10 + 1
    assert rows(FilterState(narrowed="x")) == []


# All of it

WHOLE = FilterData(
    views=(ViewItem("latest", "Latest", 34, 12, "gt"), ViewItem("all", "All")),
    days=tuple(DayCount(f"2026-11-{day}", day % 4, day % 2, is_partial=day == 20) for day in range(24, 14, -1)),
    topics=(
        *MOVING.topics,
        TopicItem("gui", "Screens", "Agents", count=0),
        TopicItem("web", "Web agents", "Agents", count=3, implied=True),
    ),
    tags=TAGS[:2],
    follows=tuple(ViewItem(f"f{number}", f"Word {number}", number % 3, number % 2 or None) for number in range(9)),
)


def test_all_rows_stand_in_order_with_their_numbers_and_marks() -> None:
    state = FilterState(
        "f2", "2026-11-16", TopicChoice("all", ("agents",), ("code",)), frozenset({"Language"}), on_top=("agents",)
    )
    drawn = [
        f"{row.kind} {row.text} {row.count}/{row.unread}{'+' * row.is_partial} {row.mark}{' quiet' * row.quiet}"
        for row in lay_out(WHOLE, state)
    ]
    assert [line.replace(" None/None none", "").replace("/None", "").replace(" none", "") for line in drawn] == [
        *("heading VIEWS", "view Latest 34/12", "view All", "gap ", "heading FOLLOWED", "view Word 0 0 quiet"),
        *("view Word 1 1/1", "view Word 2 2 chosen", "view Word 3 0/1 quiet", "view Word 4 1", "view Word 5 2/1"),
        *("view Word 7 1/1", "more 2 more None folded quiet", "gap ", "heading DAYS", "day Tue 24 0 quiet"),
        *("day Mon 23 3/1", "day Sun 22 2/0 quiet", "day Sat 21 1/1", "day Fri 20 0+ quiet", "day Thu 19 3/1"),
        *("day Wed 18 2/0 quiet", "day Mon 16 0 chosen quiet", "more 2 older None folded quiet", "gap "),
        *("heading TAGS", "tag tag 0 10", "tag tag 1 9", "gap ", "heading TOPICS", "topic Agents & tools 12 picked"),
        *("family Language None folded", "topic Code 3 excluded", "family Agents None open"),
        *("topic Web agents 3 implied", "more 1 without papers None folded quiet"),
    ]
    assert lay_out(WHOLE, state)[1].shortcut == "gt"
    for order, slugs in (("papers", "reasoning agents code web gui"), ("rising", "code agents web reasoning gui")):
        found = lay_out(WHOLE, FilterState(order=order, unfolded=frozenset({"topics"})))  # type: ignore[arg-type]
        assert [row.key for row in found if row.kind == "topic"] == slugs.split()
