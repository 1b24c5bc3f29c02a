"""A triage in words, for every width."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reader.core.lines import Line, measure
from reader.core.triage import Pace, Stopwatch
from reader.session.places import triage_place
from reader.ui.kit.glyphs import ASCII, UNICODE
from reader.ui.triage.lines import MOST_KEPT, triage_header, triage_line, triage_summary
from reader.ui.triage.state import Decision, Triage
from tests.table import each


def plain(line: Line) -> str:
    return "".join(piece.text for piece in line)


def line(pace: Pace, width: int) -> str:
    return " ".join(plain(triage_line(triage_header(pace), width, UNICODE)).split())


PLACE = triage_place("", is_taught=False)
PACE = Pace(900, 300, 10, 24)


@each(
    ("width", "text"),
    [
        (80, "Triage 11 of 34 10 min left · 30 s each · time for 20"),
        (60, "Triage 11 of 34 10 min left · 30 s each · time for 20"),
        (50, "Triage 11 of 34 10 min left · 30 s each"),
        (34, "Triage 11 of 34 10 min left"),
    ],
)
def test_a_narrow_line_loses_the_pace_first(width: int, text: str) -> None:
    assert line(PACE, width) == text


def test_the_line_tells_what_matters_now() -> None:
    assert line(Pace(900, 0, 0, 60), 80) == "Triage 1 of 60 15 min left · 15 s for each"
    assert line(Pace(900, 0, 0, 9_000), 80) == "Triage 1 of 9,000 15 min left"
    assert line(Pace(900, 0, 0, None), 80) == "Triage 1 15 min left"
    assert line(PACE._replace(left=20), 80).endswith("time for all")
    assert line(PACE._replace(ran=901), 80) == "Triage 11 of 34 time is up · this is the last one"
    assert [triage_header(PACE._replace(ran=ran)).is_pressing for ran in (300, 901)] == [False, True]


@each("width", range(4, 80, 5))
def test_the_line_fits_any_width(width: int) -> None:
    drawn = triage_line(triage_header(PACE), width, ASCII)
    assert measure(drawn) <= width
    assert plain(drawn).isascii()


def done(decisions: str = "", **facts: Any) -> Triage:
    """A triage that has ended, in 30 seconds for each paper, with these decisions by their first letters."""
    kinds = {"s": "star", "q": "queue", "p": "pass"}
    made = tuple(Decision(pk, kinds[letter]) for pk, letter in enumerate(decisions))
    watch = Stopwatch(30.0 * len(made))
    return replace(Triage(PLACE, 900, "2026-05-12", "done", watch, made, total=len(made)), **facts)


def test_the_end_says_what_was_done_how_to_take_it_back_and_the_way_on() -> None:
    reason = triage_summary(done("sssppppppp", aside=24), "day.older Monday has 8 left")
    assert reason.what == "Triage is done: 10 papers in 5 min, 30 s each."
    assert reason.why == "3 starred, 7 passed, 24 marked read."
    assert reason.ways == (
        *("mark.undo takes the 24 back", "day.older Monday has 8 left", "view.starred starred papers"),
        "app.escape back",
    )
    assert triage_summary(done("s")).what == "Triage is done: 1 paper in 30 s."
    reason = triage_summary(done("qqqqqqqqqq", finished="Tue 12 May"))
    assert reason.what == "Tue 12 May is finished: 10 papers in 5 min, 30 s each."
    assert [way for way in reason.ways if way] == ["view.queue the queue", "app.escape back"]


def test_the_end_names_what_was_kept() -> None:
    titles = tuple(f"★ Paper {number}" for number in range(MOST_KEPT + 2))
    assert triage_summary(done("s", kept=titles[:3])).kept == titles[:3]
    assert triage_summary(done("s", kept=titles[:-1])).kept == titles[:-1]
    assert triage_summary(done("s", kept=titles)).kept == (*titles[: MOST_KEPT - 1], "and 3 more")


def test_nothing_to_decide_on_leads_to_what_is_unread() -> None:
    reason = triage_summary(done())
    assert reason.what == "No unread papers are left."
    assert next(way for way in reason.ways if way) == "view.unread all unread"
