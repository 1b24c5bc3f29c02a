"""What a program said is drawn beside the bar, in its own lines, literally and within its width."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.cache.outputs import Output
from reader.ui.text.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.text.lines import measure
from reader.ui.text.output_lines import MOST_SHOWN, output_lines

MADE = "2026-11-26T08:00:00Z"


def texts(output: Output, width: int = 40, glyphs: Glyphs = UNICODE) -> list[str]:
    return ["".join(piece.text for piece in line).rstrip() for line in output_lines(output, width, glyphs)]


def test_it_says_who_made_it_and_keeps_its_lines() -> None:
    assert texts(Output("Summary", MADE, "One.\n\n- two [b]three[/b]")) == [
        "▎ Summary · by a program, 2026-11-26",
        "▎ One.",
        "▎",
        "▎ - two [b]three[/b]",
    ]
    assert texts(Output("S", MADE, "One."), glyphs=ASCII)[0].isascii()


def test_of_a_long_output_the_beginning_is_drawn() -> None:
    lines = texts(Output("S", MADE, "word\n" * MOST_SHOWN))
    assert lines[-1] == "▎ The rest is in: dailypapers show"
    assert len(lines) < MOST_SHOWN


@given(st.text(max_size=200), st.text(max_size=30), st.sampled_from([12, 30, 78]))
@settings(max_examples=60)
def test_whatever_it_says_no_line_is_wider_or_holds_a_control(text: str, name: str, width: int) -> None:
    for line in output_lines(Output(name, MADE, text), width, UNICODE):
        assert measure(line) <= width
        assert all(piece.text.isprintable() for piece in line)


@pytest.mark.parametrize("width", [3, 5])
def test_a_tiny_width_ends_too(width: int) -> None:
    assert output_lines(Output("S", MADE, "One two."), width, UNICODE)
