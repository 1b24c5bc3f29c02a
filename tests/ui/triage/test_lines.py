"""A triage in words, for every width."""

from __future__ import annotations

import pytest

from reader.core.lines import Line, measure
from reader.core.triage import Pace
from reader.ui.kit.glyphs import ASCII, UNICODE
from reader.ui.triage.lines import triage_header, triage_line, triage_summary


def plain(line: Line) -> str:
    return "".join(piece.text for piece in line)


def line(pace: Pace, width: int, *, is_paused: bool = False) -> str:
    return " ".join(
        plain(triage_line(triage_header(pace, is_paused=is_paused, go_on="space", leave="esc"), width, UNICODE)).split()
    )


PACE = Pace(900, 300, 10, 24)


@pytest.mark.parametrize(
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
    assert line(PACE, 80, is_paused=True) == "Triage 11 of 34 paused with 10 min left · space goes on · esc leaves"
    assert line(PACE._replace(ran=901), 80) == "Triage 11 of 34 time is up · this is the last one"


@pytest.mark.parametrize("width", range(4, 80, 5))
def test_the_line_fits_any_width(width: int) -> None:
    drawn = triage_line(triage_header(PACE), width, ASCII)
    assert measure(drawn) <= width
    assert plain(drawn).isascii()


def test_the_end_says_what_was_done_and_how_to_take_it_back() -> None:
    reason = triage_summary(PACE, {"star": 3, "pass": 7}, 24, "")
    assert reason.what == "Triage is done: 10 papers in 5 min, 30 s each."
    assert reason.why == "3 starred, 7 passed, 24 put aside, marked read."
    assert reason.ways[:2] == ("mark.undo takes the 24 back", "view.starred the starred")
    reason = triage_summary(PACE._replace(left=0), {"queue": 10}, 0, "Tue 12 May")
    assert reason.what == "Tue 12 May is finished: 10 papers in 5 min, 30 s each."
    assert [way for way in reason.ways if way] == ["view.queue the queue", "app.escape back"]


def test_nothing_to_decide_on_leads_to_what_is_unread() -> None:
    reason = triage_summary(Pace(900, 0, 0, 0), {}, 0, "")
    assert reason.what == "Nothing unread to decide on."
    assert reason.ways[0] == "view.unread all unread"
