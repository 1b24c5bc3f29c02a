"""What Textual does without each workaround, and what the workaround makes of it."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from textual.color import Color

from reader.ui.textual_fixes import ControlNet

text = st.text(st.one_of(st.characters(), st.sampled_from("ab 中❤\u202e\x1b\x9b\n\t\ud800")), max_size=120)


@given(text)
def test_the_net_lets_no_control_through_and_moves_no_column(value: str) -> None:
    before = [Segment("left "), Segment(value), Segment(" right")]
    after = ControlNet().apply(before, Color(0, 0, 0))
    drawn = "".join(segment.text for segment in after)
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in drawn)
    assert not set(drawn) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
    assert [segment.cell_length for segment in after] == [segment.cell_length for segment in before]
