"""Where a full text has the searched words."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from reader.core.document.model import Document, Heading, Paragraph, Span
from reader.core.lines import measure
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.page.found_lines import SECTIONS, SECTIONS_ON_PAGE, Found, find_words, found_lines
from tests.table import each
from tests.ui.drawings import texts


def section(number: str, title: str, *texts: str) -> tuple[Heading | Paragraph, ...]:
    return (Heading(1, number, (Span(title),)), *(Paragraph((Span(text),)) for text in texts))


DOCUMENT = Document(
    "T",
    (
        Paragraph((Span("Attention before all."),)),
        *section("1", "Sparse", "  Sparse attention helps.", "Attention that is sparse."),
        *section("2", "Dense", "Layers are dense."),
        *section("", "Ends", "Frechet [b]attention[/b] \x1b[31m is 多模态 and sparse"),
    ),
)


@each(
    ("words", "blocks", "total"),
    [
        (("attention",), [0, 2, 7], 4),
        (("sparse", "attention"), [2, 7], 3),
        (('"sparse attention"',), [2], 1),
        (("dense", "before"), [0, 4], 3),
        (("nothing",), [], 0),
        (("...",), [], 0),
    ],
)
def test_each_section_has_its_first_place(words: tuple[str, ...], blocks: list[int], total: int) -> None:
    found = find_words(1, DOCUMENT, words)
    assert ([hit.block for hit in found.hits], found.total) == (blocks, total)


def test_places_stand_below_their_sections_and_lead_there() -> None:
    found = find_words(1, DOCUMENT, ("sparse", "attention"))
    lines = found_lines(found, 60, UNICODE, is_page=False, key="i")
    assert texts(lines) == [
        "▤ In the full text  3 places  i reads there",
        "§1 Sparse",
        "  Sparse attention helps.",
        "Ends",
        "  Frechet [b]attention[/b] [31m is 多模态 and sparse",
    ]
    assert {piece.action for line in lines for piece in line if piece.action} == {("place", "2"), ("place", "7")}
    assert [piece.text for piece in lines[2] if piece.hit] == ["Sparse", "attention"]
    for nothing in (None, Found(1, ("x",))):
        assert found_lines(nothing, 40, UNICODE, is_page=True) == []


@given(st.integers(1, 60), st.booleans(), st.sampled_from([UNICODE, ASCII]))
@example(60, False, UNICODE)
@example(60, True, ASCII)
def test_no_line_is_too_wide(width: int, is_page: bool, glyphs: Glyphs) -> None:
    many = Document(
        "T", tuple(block for n in range(9) for block in section(str(n), "A long title " * 9, "attention 多"))
    )
    found = find_words(1, many, ("attention",))
    lines = found_lines(found, width, glyphs, is_page=is_page)
    assert all(measure(line) <= max(width, 4) for line in lines)
    if width == 60:
        assert len(lines) == 1 + 2 * (SECTIONS_ON_PAGE if is_page else SECTIONS)
