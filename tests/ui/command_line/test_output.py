"""Output is wrapped at words, and what is indented stays so."""

from __future__ import annotations

from reader.ui.command_line.output import plain_lines
from tests.table import each


@each(
    ("width", "lines"),
    [
        (12, ["one two", "three four", "    in one", "    two", "", "漢字漢字漢字"]),
        (11, ["one two", "three four", "    in one", "    two", "", "漢字漢字漢", "字"]),
        (10, ["one two", "three four", "    in one", "    two", "", "漢字漢字漢", "字"]),
        (6, ["one", "two", "three", "four", "   in", "   one", "   two", "", "漢字漢", "字漢字"]),
    ],
)
def test_lines_keep_to_the_width(width: int, lines: list[str]) -> None:
    composed = plain_lines("one two three four\n    in one two\n\n漢字漢字漢字")(width)
    assert ["".join(piece.text for piece in line) for line in composed] == lines
