"""What was read, as lines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from reader.commands.reading_lines import EMPTY, LEVELS, level, reading_lines
from reader.core.lines import Line, measure
from reader.core.reading import Deed, Figures, figures
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from tests.table import each

TODAY = date(2026, 11, 26)
NAMES = {"agents": "Agents & tools", "video": "長い名前の話題" * 6}


def plain(lines: Iterable[Line]) -> str:
    return "\n".join("".join(piece.text for piece in line).rstrip() for line in lines)


def some(days: int = 300) -> Figures:
    """A paper opened each third day and three passed each second; every ninth day has a star."""
    deeds = []
    for back in range(days):
        day = TODAY - timedelta(days=back)
        deeds += [Deed(back, "open", day)] if back % 3 == 0 else []
        deeds += [Deed(1000 * more + back, "pass", day) for more in range(1, 4)] if back % 2 == 0 else []
        deeds += [Deed(back, "star", day)] if back % 9 == 0 else []
    return figures(deeds, {paper: ["agents" if paper % 2 else "video"] for paper in range(4000)}, TODAY)


@each("glyphs", [UNICODE, ASCII])
@each("width", [18, 30, 58, 78, 98, 138, 198])
def test_every_width_is_kept(width: int, glyphs: Glyphs) -> None:
    lines = reading_lines(some(), NAMES, width, glyphs)
    assert max(map(measure, lines)) <= width
    if glyphs is ASCII:
        assert plain(reading_lines(some(), {}, width, glyphs)).isascii()


def test_the_weeks_topics_and_days_are_told_on_one_screen() -> None:
    drawn = [*reading_lines(some(), NAMES, 78, UNICODE)]
    assert plain(drawn).splitlines() == [
        "              12 weeks   this week  weekly since 7 Sep",
        "seen               150           8  █▆█▆█▇█▆█▆█▅",
        "opened              27           2  ▆▆█▆▆█▆▆█▆▆▆",
        "to the end           0           0  ▁▁▁▁▁▁▁▁▁▁▁▁",
        "starred              9           1  ▁███▁████▁██",
        "",
        "Topics                               starred                    seen",
        "長い名前の話題長い名前の話題…        5  56 %  █████        137  91 %  ░░░░░░░░",
        "Agents & tools                       4  44 %  ████          13   9 %  ░",
        "",
        "Days   Apr     May       Jun     Jul     Aug       Sep     Oct     Nov",
        "Mon  ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░",
        "     · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓",
        "Wed  █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ ·",
        "     · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █",
        "Fri  ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █",
        "     ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ ·",
        "Sun  ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓ ░ ▓ · █ · ▓",
    ]
    assert [line[1].role for line in drawn[1:5]] == ["text", "text", "text", "star"]
    assert plain(reading_lines(some(), NAMES, 44, UNICODE)).splitlines()[:11] == [
        "              12 weeks   this week  weekly…",
        "seen               150           8  █████▇",
        "opened              27           2  ▇██▇█▇",
        "to the end           0           0  ▁▁▁▁▁▁▁▁",
        "starred              9           1  ▅█▅█▅█",
        "",
        "Topics                 starred          seen",
        "長い名前の話題…        5  56 %     137  91 %",
        "Agents & tools         4  44 %      13   9 %",
        "",
        "Days   Aug       Sep     Oct     Nov",
    ]


def test_what_was_not_noted_before_is_said() -> None:
    assert "are counted since Tue 24 Nov" in plain(reading_lines(some(3), NAMES, 78, UNICODE))
    marked = figures([Deed(1, "star", TODAY)], {}, TODAY)
    assert "are counted from now on" in plain(reading_lines(marked, {}, 78, UNICODE))
    assert "are counted" not in plain(reading_lines(some(), NAMES, 78, UNICODE))


def test_nothing_read_says_what_comes_here() -> None:
    assert plain(reading_lines(figures([], {}, TODAY), {}, 200, UNICODE)) == EMPTY


def test_a_day_is_the_darker_the_more_was_seen() -> None:
    assert [level(papers, 8) for papers in (0, 1, 2, 3, 5, 7, 8, 90)] == [0, 1, 1, 2, 3, 4, 4, 4]
    assert level(1, 1) == 1 and max(level(papers, 3) for papers in range(9)) == LEVELS
