"""The filter in one line, drawn for a width."""

from __future__ import annotations

import pytest

from reader.ui.filter.strip_line import Strip, strip_line
from reader.ui.kit.glyphs import ASCII

STRIP = Strip("Latest", 31, ("Agents & tools", "Safety"), ("Benchmarks",))


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (80, " Latest 31 · Agents & tools ✓ · Safety ✓ · Benchmarks ✗ · f opens"),
        (60, " Latest 31 · Agents & tools ✓ · Safety ✓ · +1 · f opens"),
        (40, " Latest 31 · +3 · f opens"),
        (20, " Latest 31"),
        (6, " Late…"),
    ],
)
def test_the_strip_names_as_many_topics_as_fit(width: int, line: str) -> None:
    assert "".join(piece.text for piece in strip_line(STRIP, width)) == line


def test_nothing_stands_where_the_number_of_papers_would_move_it() -> None:
    [known, unknown] = (
        "".join(piece.text for piece in strip_line(Strip("All", papers), 80)) for papers in (9294, None)
    )
    assert known == " All 9,294 · f opens"
    assert unknown == " All"


def test_a_topic_that_does_not_exist_has_no_sign() -> None:
    wrong = STRIP._replace(picked=("Safety",), excluded=(), wrong=("no topic agnets: agents?",))
    drawn = "".join(piece.text for piece in strip_line(wrong, 80))
    assert drawn == " Latest 31 · no topic agnets: agents? · Safety ✓ · f opens"


def test_the_strip_says_what_its_key_does() -> None:
    line = strip_line(STRIP._replace(is_open=True, key="F2"), 80, ASCII)
    drawn = "".join(piece.text for piece in line)
    assert drawn.endswith("- F2 closes")
    assert drawn.isascii()
