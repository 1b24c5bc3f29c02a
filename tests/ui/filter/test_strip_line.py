"""The topics that narrow the list, drawn for a width."""

from __future__ import annotations

from reader.ui.filter.strip_line import Strip, strip_line
from reader.ui.kit.glyphs import ASCII
from tests.table import each

STRIP = Strip(("Agents & tools", "Safety"), ("Benchmarks",))


@each(
    ("width", "line"),
    [
        (80, " Agents & tools ✓ · Safety ✓ · Benchmarks ✗ · f topics"),
        (50, " Agents & tools ✓ · Safety ✓ · +1 · f topics"),
        (20, " +3 · f topics"),
        (6, " +3 ·…"),
    ],
)
def test_the_strip_names_as_many_topics_as_fit(width: int, line: str) -> None:
    assert "".join(piece.text for piece in strip_line(STRIP, width)) == line


def test_a_topic_that_does_not_exist_has_no_sign() -> None:
    wrong = Strip(("Safety",), wrong=("no topic agnets: agents?",), key="F2")
    drawn = "".join(piece.text for piece in strip_line(wrong, 80, ASCII))
    assert drawn == " no topic agnets: agents? - Safety y - F2 topics"
