"""A command in one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.ui.text.command_line import command_line
from reader.ui.text.finder import Finder
from reader.ui.text.glyphs import ASCII
from reader.ui.text.lines import measure

TITLE = "A Paper with a Long Title That Does Not Fit"


@pytest.mark.parametrize(
    ("name", "about", "keys", "width", "line"),
    [
        ("Star", "Keep this paper.", "s", 60, "Star                    Keep this paper.                   s"),
        ("Star", "Keep this paper in the Starred view.", "s", 50, "Star                    Keep this paper in the…  s"),
        ("Star", "Keep this paper in the Starred view.", "s", 30, "Star                         s"),
        ("Topic: Benchmarks & evaluation", "How.", "", 60, "Topic: Benchmarks & evaluation  How."),
        (TITLE, "Tue 24 Nov", "", 40, "A Paper with a Long Title T…  Tue 24 Nov"),
        (TITLE, "", "", 20, "A Paper with a Long…"),
    ],
)
def test_name_sentence_and_keys_share_a_line(name: str, about: str, keys: str, width: int, line: str) -> None:
    drawn = command_line(name, about, keys, width, finder=Finder(""))
    assert "".join(piece.text for piece in drawn).rstrip() == line


def test_typed_words_are_marked_in_the_name() -> None:
    pieces = command_line("Read all above", "Mark all.", "M", 60, finder=Finder("all read"))
    assert [piece.text for piece in pieces if piece.role == "name hit"] == ["Read", "all"]


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=20), st.integers(20, 90), st.text(max_size=5))
def test_whatever_it_says_a_command_has_the_width(name: str, about: str, keys: str, width: int, typed: str) -> None:
    line = command_line(name, about, keys, width, finder=Finder(typed), glyphs=ASCII)
    assert measure(line) <= width
    assert all(piece.text.isprintable() for piece in line)
