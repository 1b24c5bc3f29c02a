"""The outline of a full text."""

from __future__ import annotations

from reader.cache.texts import KeptText
from reader.core.document.find import Point, Range
from reader.core.document.model import Block, Document, Figure, Formula, Heading, Paragraph, Quote, Span, Theorem
from reader.core.passages import Passage, passage_id
from reader.session.bookmarks import Bookmark
from reader.ui.full_text.screen import first_row, outline_line
from reader.ui.full_text.text import FullText, Outline, OutlineLine, text_size
from reader.ui.full_text.view import PlacedHighlight, Size
from reader.ui.kit.glyphs import ASCII, UNICODE
from tests.ui.drawings import text
from tests.ui.full_texts import document
from tests.ui.stage import paper

LEVELS = (1, 2, 3, 3, 2, 1, 2)


def outline_of(*levels: int) -> Outline:
    blocks = tuple(Heading(level, str(place), (Span(f"Part {place}"),)) for place, level in enumerate(levels))
    return Outline.of(Document("A", blocks))


def test_the_cursor_stays_within_the_outline_which_opens_at_the_section_that_is_read() -> None:
    outline = outline_of(*LEVELS)
    assert [outline.move(rows).cursor for rows in (3, 100, -100)] == [3, 6, 0]
    assert Outline().move(1) == Outline() and Outline().at(3) == 0
    assert (outline.opened(3).cursor, outline.opened(3).is_open, outline.opened(3).closed().is_open) == (3, True, False)


def test_figures_tables_and_theorems_stand_in_their_sections() -> None:
    caption = (Span("Scores of all."),)
    blocks = (
        Heading(1, "1", (Span("Start"),)),
        Theorem((Span("Theorem 2.3 (Main)."),), ()),
        Heading(2, "1.1", (Span("Parts"),)),
        Quote((Figure("Table 2", caption, (), anchor="S1.T2"),)),
        Formula(("a=b",), "(14)", "E14"),
    )
    document = Document("A", blocks)
    lines = [outline_line(one, 40, UNICODE, is_here=False) for one in Outline.of(document).entries]
    assert [text(line) for line in lines] == [
        "  1 Start",
        "    Theorem 2.3 Main",
        "    1.1 Parts",
        "      Table 2 Scores of all.",
    ]
    words = ("Table 2", "tab. 2", "Eq. 14", "eqn (14)", "thm 2.3", "§1.1", "section 1")
    found = [document.find_landmark(one) for one in words]
    assert [one and (one.name, one.block) for one in found] == [
        *[("Table 2", 3)] * 2,
        *[("Equation 14", 4)] * 2,
        ("Theorem 2.3", 1),
        ("Section 1.1", 2),
        ("Section 1", 0),
    ]
    assert [document.find_landmark(one) for one in ("Table 3", "the 2", "table", "2", "zebra crossing", "")] == [
        None
    ] * 6


def test_a_name_that_is_searched_for_is_shown_in_place_of_the_first_line_that_mentions_it() -> None:
    blocks: tuple[Block, ...] = (
        *(Paragraph((Span(f"See Table 2, {place}."),)) for place in range(60)),
        Figure("Table 2", (Span("All."),), ()),
    )
    text = FullText(1, paper(), text_size(80, 24)).came(KeptText(Document("A", blocks), "arxiv.org", ""))
    typed = text.type_search("table 2")
    assert typed.view is not None and typed.view.marked is not None and typed.view.marked.block == 0
    shown = typed.end_search(is_kept=True).view
    assert shown is not None and shown.marked is not None and shown.marked.block == 60
    assert (back := typed.end_search(is_kept=False).view) is not None and back.top.block == 0


def test_a_line_is_indented_by_its_level_and_cut() -> None:
    heading = Heading(2, "2.1.", (Span("A title  that is"), Span("\\alpha", "formula"), Span(" long")))

    entry = OutlineLine(2, 7, heading)

    def drawn(width: int) -> str:
        return text(outline_line(entry, width, UNICODE, is_here=False))

    assert drawn(40) == "    2.1 A title that isα long"
    assert drawn(14) == "    2.1 A tit…"
    here = outline_line(entry, 40, ASCII, is_here=True)
    assert {piece.role for piece in here if piece.text.strip()} == {"here"}


def test_highlights_stand_in_their_sections_and_those_that_are_not_in_the_text_at_the_end() -> None:
    def kept(words: str, block: int | None) -> PlacedHighlight:
        place = None if block is None else Range(Point(block, 0), Point(block, 1))
        return PlacedHighlight(Passage(passage_id(words), words), place)

    outline = outline_of(1, 2, 1).move(2)
    found = outline.with_highlights([kept("gone", None), kept("late", 2), kept("deep", 1), kept("early", 0)])

    def names(of: Outline) -> list[tuple[int, str]]:
        return [(one.level, one.kept.passage.quote if one.kept else f"§{one.start}") for one in of.entries]

    assert names(found) == [(1, "§0"), (2, "early"), (2, "§1"), (3, "deep"), (1, "§2"), (2, "late"), (1, "gone")]
    # The cursor and the section that is read stay what they were.
    assert found.entries[found.cursor].start == 2 and found.at(1) == 2
    # One that is gone leaves the cursor to the last that is there; before the first section, it stands alone.
    left = [found.move(rows).with_highlights(()) for rows in (9, -9)]
    assert [(one.cursor, one.is_open, names(one)) for one in left] == [
        (cursor, False, [(1, "§0"), (2, "§1"), (1, "§2")]) for cursor in (2, 0)
    ]
    late = Outline([OutlineLine(2, 5, outline.entries[0].heading)]).with_highlights([kept("before", 4), kept("in", 5)])
    assert names(late) == [(1, "before"), (2, "§5"), (3, "in")] and late.with_highlights(()).opened(0).is_open
    assert not Outline([], is_open=True).with_highlights(()).is_open
    line = outline_line(found.entries[6], 40, UNICODE, is_here=False)
    assert text(line) == "▎ not in this text: gone"


def test_the_cursor_is_in_the_middle_where_that_leaves_no_gap() -> None:
    assert [first_row(50, cursor, 10) for cursor in (25, 1, 49)] == [20, 0, 40]
    assert first_row(2, 1, 10) == 0


def test_a_text_keeps_its_place_and_search_while_it_is_fetched_again() -> None:
    fresh = FullText(1, paper(), text_size(80, 24))
    asked = fresh.fetching("0 %")
    assert asked.type_search("zebra") is asked is asked.end_search(is_kept=True)
    assert (asked.size, asked.bookmark, asked.in_hand, asked.failed("Gone.").problem) == (
        Size(79, 22), None, None, "Gone."
    )  # fmt: skip
    text = asked.came(KeptText(document(), "arxiv.org", ""))
    assert (text.is_fetching, text.progress, text.search.is_typing) == (False, "", False)
    again = text.type_search("zebra r").end_search(is_kept=True).fetching()
    assert (again.is_fetching, again.failed("Gone.").problem, again.search.text) == (True, "", "zebra r")
    later = again.came(KeptText(document(), "arxiv.org", ""), Bookmark("other"))
    assert later.bookmark == again.bookmark != Bookmark("other")
    last = len(again.outline.entries)
    assert again.read_entry(last) is again is again.read_entry(-1) is again.fitted(80, 24)
    assert (read := again.read_entry(last - 1).view) is not None and read.section == document().sections[-1]
    assert (wide := again.fitted(100, 30)).view is not None and wide.view.size == wide.size == Size(99, 28)
