"""The weights as lines, at every width and in ASCII; and why a paper suits the user."""

from __future__ import annotations

import pytest

from reader.core.choice.learned import Weight
from reader.core.choice.taste import TasteTerm
from reader.core.choice.wishes import Wish
from reader.core.lines import Line, measure
from reader.ui.kit.glyphs import ASCII, UNICODE
from reader.ui.why.lines import for_you_lines, suits_lines
from reader.ui.why.screen import WeightRow, weight_line, weight_rows, weight_said, weights_title

LEARNED = Weight(Wish("word", "kv cache", 2), "KV cache", 0.5, 3)
HIDDEN = Weight(Wish("word", "finance"), "finance", -0.3, 2, is_hidden=True)
MUTED = Weight(Wish("topic", "agents", None), "Agents & tools")
PICKED = Weight(Wish("topic", "video", 1), "Video", 0.5)
OTHER = Weight(Wish("topic", "code", 0), "Code")
AUTHOR = Weight(Wish("author", "Ada\x1b[31m Lovelace", -1), "Ada\x1b[31m Lovelace " + "of a long name " * 9, -0.5)
ALL = (LEARNED, HIDDEN, MUTED, PICKED, OTHER, AUTHOR)


def text(line: Line) -> str:
    return "".join(piece.text for piece in line)


def test_each_line_says_how_much_from_what_and_what_the_user_decided() -> None:
    rows = weight_rows(ALL)
    assert [row.heading for row in rows if row.heading] == ["WORDS", "TOPICS", "AUTHORS"]
    drawn = [" ".join(text(weight_line(row, 80, UNICODE, is_current=row.weight is LEARNED)).split()) for row in rows]
    assert drawn[1:3] == ["▌ KV cache ┃┃┃┃┃┃ 50 ++ in 3 marked or opened", "finance ┃┃┃┃ -30 in 2 hidden"]
    assert drawn[4:7] == ["Agents & tools – muted", "Video ┃┃┃┃┃┃ 50 + because you say so", "Code –"]


@pytest.mark.parametrize("width", [12, 20, 46, 60, 70, 200])
def test_no_line_is_wider_than_its_room(width: int) -> None:
    for row in (*weight_rows(ALL), WeightRow("A heading that is far too long for that")):
        line = weight_line(row, width, ASCII)
        assert measure(line) <= max(width, 26) and "\x1b" not in text(line)
        assert text(line).isascii()


def test_the_title_says_how_to_begin_and_then_what_was_learned() -> None:
    assert weights_title([OTHER, MUTED]).endswith("pick three topics, 0 of 3 so far")
    assert weights_title([PICKED] * 3).startswith("3 picked, enough to begin")
    assert weights_title([HIDDEN]) == "1 weight learned from your marks"
    assert weights_title(ALL) == "2 weights learned from your marks, 4 changed by you"


def test_a_weight_that_counts_a_little_is_not_shown_as_nothing() -> None:
    assert [weight_said(weight) for weight in (0.0, 0.004, -0.004, 0.006, -0.5)] == ["", "<1", ">-1", "1", "-50"]


def test_a_paper_has_its_reasons_under_a_heading() -> None:
    reasons = [
        TasteTerm(1, "KV cache", 1.0, 3),
        TasteTerm(0, "Ada", -0.2, 2, "author", "Ada", is_hidden=True),
        TasteTerm(2, "faint", 0.001, 1),
    ]
    drawn = [text(line) for line in for_you_lines(reasons, 60, UNICODE)]
    assert drawn == ["For you", " +100  KV cache  in 3 marked or opened", "  -20  Ada       author of 2 hidden"]
    assert [text(line) for line in for_you_lines([], 60, UNICODE)][1] == "Nothing that you marked or opened is like it."
    assert suits_lines("", 60) == []
    assert (
        text(suits_lines("like 3 that you marked or opened: agents", 60)[0])
        == "For you: like 3 that you marked or opened: agents"
    )
