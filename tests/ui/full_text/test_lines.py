"""The lines of a full text as they are drawn."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.cache.texts import KeptText
from reader.core.document.layout import DocumentLine
from reader.core.document.model import Document, Heading, Span
from reader.core.lines import FOLLOW, Line, Piece, cell_len, measure
from reader.ui.full_text.lines import (
    LineMarks,
    TextProgress,
    clipped,
    facts,
    front_lines,
    part_of,
    text_header,
    text_line,
)
from reader.ui.kit.glyphs import ASCII, UNICODE
from reader.ui.kit.lines import pattern
from tests.table import each
from tests.ui.drawings import text
from tests.ui.full_texts import document
from tests.ui.stage import paper

LINE = DocumentLine((Piece("as "), Piece("[12]", action=(FOLLOW, "#bib12")), Piece(" says, attention", "strong")))


# The first line

PROGRESS = TextProgress("A paper with a long title about readers", Heading(1, "3", (Span("Method"),)), 0.414, 12)


TITLE = "A paper with a long title about readers"
LONG = PROGRESS._replace(heading=Heading(2, "2.10", (Span("A section whose title is as long as this one"),)))


@each(
    ("progress", "width", "line"),
    [
        *(
            (one, 80, f" {TITLE}{said:>39}".rstrip())
            for one, said in (
                (PROGRESS, "§3 Method · 41 % · 12 min"),
                (PROGRESS._replace(heading=Heading(1, "", (Span("Related work"),))), "Related work · 41 % · 12 min"),
                (
                    PROGRESS._replace(heading=Heading(1, "Appendix A", (Span("Proofs"),))),
                    "Appendix A Proofs · 41 % · 12 min",
                ),
                (PROGRESS._replace(heading=None, minutes=0), "41 % · 1 min"),
                (PROGRESS._replace(share=0.999, minutes=0), "§3 Method · 99 % · 1 min"),
                (PROGRESS._replace(share=1.0), "§3 Method · 100 %"),
                (PROGRESS._replace(said="fetching it again"), "fetching it again"),
                (TextProgress(TITLE), ""),
            )
        ),
        # A narrow line cuts the section, and then the title.
        (LONG, 20, "§2.10 A… · 41 % · 12 min"),
        (LONG, 32, " A p…  §2.10 A… · 41 % · 12 min"),
        (LONG, 60, " A paper with a long title…  §2.10 A secti… · 41 % · 12 min"),
        (LONG, 80, " A paper with a long title about rea…  §2.10 A section whose t… · 41 % · 12 min"),
    ],
)
def test_the_first_line_has_the_section_the_progress_and_the_time(
    progress: TextProgress, width: int, line: str
) -> None:
    assert text(text_header(progress, width, UNICODE)).rstrip() == line
    assert text(text_header(progress, width, ASCII)).isascii()


# Before the text


@each(
    ("latest", "text", "expected"),
    [
        (1, document(1), "arXiv:2511.12345v1 · CC BY 4.0 · from arxiv.org"),
        (3, document(1), "arXiv:2511.12345v1 · v3 is out · CC BY 4.0 · from arxiv.org"),
        (3, document(None), "arXiv:2511.12345 · CC BY 4.0 · from arxiv.org"),
        (
            None,
            replace(document(2), is_cut=True),
            "arXiv:2511.12345v2 · CC BY 4.0 · from arxiv.org · the end is missing",
        ),
    ],
)
def test_the_facts_tell_the_version_and_where_the_text_is_from(
    latest: int | None, text: Document, expected: str
) -> None:
    assert facts(paper(version=latest), KeptText(text, "arxiv.org", "")) == expected


def test_the_title_and_the_people_stand_before_the_text() -> None:
    people = [
        "Author 0, Author 1, Author 2, Author 3, Author 4, Author 5,",
        "Author 6, Author 7, Author 8, Author 9, Author 10, Author 11",
    ]
    facts, pdf = "arXiv:2511.12345v1 · CC BY 4.0 · from", ["the PDF · P shows its", "pages"]
    for count, source, said in (
        (0, "feed", [f"{facts} Hugging Face"]),
        (12, "feed", [*people, f"{facts} Hugging Face"]),
        (13, "pdf", [*people, "+1", f"{facts} {pdf[0]}", pdf[1]]),
        (20, "feed", [*people, "+8", f"{facts} Hugging Face"]),
    ):
        one = paper(authors=tuple(f"Author {number}" for number in range(count)))
        lines = [line.text for line in front_lines(one, KeptText(document(), source, ""), "P")(60)]
        assert lines == ["", "A memory that forgets on purpose", *said, ""]


# A line


def test_references_can_be_clicked_and_words_are_marked() -> None:
    line = text_line(LINE, UNICODE, LineMarks(pattern(("attention",))))
    assert text(line) == LINE.text
    assert [(piece.text, piece.role, piece.hit) for piece in line] == [
        ("as ", "text", False),
        ("[12]", "link", False),
        (" says, ", "strong", False),
        ("attention", "strong", True),
    ]
    assert line[1].action == (FOLLOW, "#bib12 [12]")


def test_a_letter_takes_the_place_of_what_a_reference_begins_with() -> None:
    line = text_line(LINE, UNICODE, LineMarks(None, ((3, "a"),)))
    assert text(line) == "as a12] says, attention"
    assert [piece.text for piece in line if piece.role == "letter"] == ["a"]
    wide = text_line(DocumentLine((Piece("図1", action=(FOLLOW, "#F1")),)), UNICODE, LineMarks(None, ((0, "s"),)))
    assert text(wide) == "s 1"


def test_signs_are_in_ascii_if_asked_for() -> None:
    line = DocumentLine((Piece("│ ", "rule"), Piece("• ", "label"), Piece("│•")))
    assert text(text_line(line, ASCII)) == "| * │•"


# Lines that are too wide


def test_the_edges_of_a_wide_line_have_signs_where_it_goes_on() -> None:
    line: Line = (Piece("abcdef", "strong"), Piece("ghijkl"))
    assert text(clipped(line, 0, 8, UNICODE)) == "abcdefg›"
    assert text(clipped(line, 3, 6, UNICODE)) == "‹efgh›"
    assert text(clipped(line, 6, 8, UNICODE)) == "‹hijkl"
    assert text(clipped(line, 20, 8, UNICODE)) == ""
    assert text(clipped(line, 0, 12, UNICODE)) == "abcdefghijkl"
    assert [piece.role for piece in clipped(line, 3, 6, ASCII)] == ["more", "strong", "text", "more"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("ab 図é́", max_size=6), max_size=5), st.integers(0, 12), st.integers(1, 12))
def test_a_clipped_line_has_just_the_cells_of_its_part(texts: list[str], start: int, width: int) -> None:
    line = tuple(Piece(one, str(number)) for number, one in enumerate(texts) if one)
    cells = sum(cell_len(piece.text) for piece in line)
    assert measure(clipped(line, start, width, UNICODE)) == max(0, min(width, cells - start))


@each(
    ("start", "end", "part"),
    [
        (0, 7, [("one", "text"), (" two", "code")]),
        (1, 3, [("ne", "text")]),
        (2, 5, [("e", "text"), (" t", "code")]),
        (3, 4, [(" ", "code")]),
        (3, 3, []),
    ],
)
def test_a_part_of_a_line_keeps_its_styles(start: int, end: int, part: list[tuple[str, str]]) -> None:
    assert [piece[:2] for piece in part_of((Piece("one"), Piece(" two", "code")), start, end)] == part
