"""The outline of a full text."""

from __future__ import annotations

from reader.core.document.model import Document, Heading, Span
from reader.ui.full_text.screen import first_row, outline_line
from reader.ui.full_text.text import MANY, Outline
from reader.ui.kit.glyphs import ASCII, UNICODE

LEVELS = (1, 2, 3, 3, 2, 1, 2)


def outline_of(*levels: int) -> Outline:
    blocks = tuple(Heading(level, str(place), (Span(f"Part {place}"),)) for place, level in enumerate(levels))
    return Outline.of(Document("A", blocks).sections)


def test_folding_hides_all_parts_and_goes_up_where_there_are_none() -> None:
    outline = outline_of(*LEVELS)
    assert outline.shown == [0, 1, 2, 3, 4, 5, 6]
    second = outline.move(1).fold()
    assert second.shown == [0, 1, 4, 5, 6]
    assert second.move(1).cursor == 4
    assert second.move(1).fold().cursor == 0
    first = second.fold().fold()
    assert first.shown == [0, 5, 6] and first.cursor == 0
    assert first.unfold().shown == [0, 1, 4, 5, 6]
    assert first.unfold().unfold() == first.unfold()
    assert outline.move(-5).fold().fold().cursor == 0


def test_the_cursor_stays_among_what_is_shown() -> None:
    outline = outline_of(*LEVELS).fold()
    assert outline.move(100).cursor == 6
    assert outline.move(-100).cursor == 0
    assert Outline().move(1) == Outline() and Outline().at(3) == 0 and Outline().shown == []


def test_it_opens_at_the_section_that_is_read() -> None:
    outline = outline_of(*LEVELS)
    assert outline.opened(3).cursor == 3 and outline.opened(3).is_open
    assert outline.fold().opened(3).cursor == 0, "its section is folded"
    assert not outline.opened(3).closed().is_open


def test_a_long_one_begins_with_its_upper_level() -> None:
    levels = [level for _ in range(MANY) for level in (1, 2)]
    assert len(outline_of(*levels).shown) == MANY


def test_a_line_is_indented_by_its_level_and_cut() -> None:
    heading = Heading(2, "2.1.", (Span("A title  that is"), Span("\\alpha", "formula"), Span(" long")))

    def drawn(width: int, *, is_folded: bool = False) -> str:
        line = outline_line(heading, width, UNICODE, is_folded=is_folded, is_here=False)
        return "".join(piece.text for piece in line)

    assert drawn(40) == "    2.1 A title that isα long"
    assert drawn(40, is_folded=True) == "  ▸ 2.1 A title that isα long"
    assert drawn(14) == "    2.1 A tit…"
    here = outline_line(heading, 40, ASCII, is_folded=True, is_here=True)
    assert {piece.role for piece in here if piece.text.strip()} == {"sign", "here"} and here[
        1
    ].text == f"{ASCII.folded} "


def test_the_cursor_is_in_the_middle_where_that_leaves_no_gap() -> None:
    rows = list(range(0, 100, 2))
    assert first_row(rows, 50, 10) == 20
    assert first_row(rows, 2, 10) == 0
    assert first_row(rows, 98, 10) == 40
    assert first_row(rows, 51, 10) == 0
    assert first_row([1, 2], 2, 10) == 0
