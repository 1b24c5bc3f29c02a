"""The outline of a full text."""

from __future__ import annotations

from reader.cache.texts import KeptText
from reader.core.document.anchors import Point, Range
from reader.core.document.model import Document, Heading, Span
from reader.core.passages import Passage, passage_id
from reader.session.bookmarks import Bookmark
from reader.ui.full_text.highlights import PlacedHighlight
from reader.ui.full_text.screen import first_row, outline_line
from reader.ui.full_text.text import MANY, FullText, Outline, OutlineLine, text_size
from reader.ui.full_text.view import Size
from reader.ui.kit.glyphs import ASCII, UNICODE
from tests.ui.drawings import text
from tests.ui.full_texts import document
from tests.ui.stage import paper

LEVELS = (1, 2, 3, 3, 2, 1, 2)


def outline_of(*levels: int) -> Outline:
    blocks = tuple(Heading(level, str(place), (Span(f"Part {place}"),)) for place, level in enumerate(levels))
    return Outline.of(Document("A", blocks).sections)


def test_folding_hides_all_parts_and_goes_up_where_there_are_none() -> None:
    outline = outline_of(*LEVELS)
    assert outline.shown == [0, 1, 2, 3, 4, 5, 6]
    second = outline.move(1).toggle_fold()
    assert second.shown == [0, 1, 4, 5, 6]
    assert second.move(1).cursor == 4
    assert second.move(1).toggle_fold().cursor == 0
    assert second.toggle_fold() == outline.move(1)
    first = second.move(-1).toggle_fold()
    assert first.shown == [0, 5, 6] and first.cursor == 0
    assert first.toggle_fold().shown == [0, 1, 4, 5, 6]
    assert outline.move(2).toggle_fold().cursor == 1, "it has no parts"
    assert [first.move(rows).cursor for rows in (100, -100)] == [6, 0]
    assert Outline().move(1) == Outline() and Outline().at(3) == 0 and Outline().shown == []
    # It opens at the section that is read, or at the one that hides it.
    assert [(one.cursor, one.is_open) for one in (outline.opened(3), first.opened(3))] == [(3, True), (0, True)]
    assert not outline.opened(3).closed().is_open


def test_a_long_one_begins_with_its_upper_level() -> None:
    levels = [level for _ in range(MANY) for level in (1, 2)]
    assert len(outline_of(*levels).shown) == MANY


def test_a_line_is_indented_by_its_level_and_cut() -> None:
    heading = Heading(2, "2.1.", (Span("A title  that is"), Span("\\alpha", "formula"), Span(" long")))

    entry = OutlineLine(2, 7, heading)

    def drawn(width: int, *, is_folded: bool = False) -> str:
        line = outline_line(entry, width, UNICODE, is_folded=is_folded, is_here=False)
        return text(line)

    assert drawn(40) == "    2.1 A title that isα long"
    assert drawn(40, is_folded=True) == "  ▸ 2.1 A title that isα long"
    assert drawn(14) == "    2.1 A tit…"
    here = outline_line(entry, 40, ASCII, is_folded=True, is_here=True)
    assert {piece.role for piece in here if piece.text.strip()} == {"sign", "here"} and here[
        1
    ].text == f"{ASCII.folded} "


def test_highlights_stand_in_their_sections_and_those_that_are_not_in_the_text_at_the_end() -> None:
    def kept(words: str, block: int | None) -> PlacedHighlight:
        place = None if block is None else Range(Point(block, 0), Point(block, 1))
        return PlacedHighlight(Passage(passage_id(words), words), place)

    outline = outline_of(1, 2, 1).move(2)
    found = outline.with_highlights([kept("gone", None), kept("late", 2), kept("deep", 1), kept("early", 0)])

    def names(of: Outline) -> list[tuple[int, str]]:
        return [(one.level, one.kept.passage.quote if one.kept else f"§{one.start}") for one in of.entries]

    assert names(found) == [(1, "§0"), (2, "early"), (2, "§1"), (3, "deep"), (1, "§2"), (2, "late"), (1, "gone")]
    # The cursor, the folds and the section that is read stay what they were.
    assert found.entries[found.cursor].start == 2 and found.at(1) == 2
    folded = found.move(-2).toggle_fold()
    assert names(folded.with_highlights(()))[folded.with_highlights(()).cursor] == (2, "§1")
    assert folded.with_highlights([kept("deep", 1)]).shown == [0, 1, 3]
    # One that is gone leaves the cursor to the last that is there; before the first section, it stands alone.
    left = [found.move(rows).with_highlights(()) for rows in (9, -9)]
    assert [(one.cursor, one.is_open, names(one)) for one in left] == [
        (cursor, False, [(1, "§0"), (2, "§1"), (1, "§2")]) for cursor in (2, 0)
    ]
    late = Outline([OutlineLine(2, 5, outline.entries[0].heading)]).with_highlights([kept("before", 4), kept("in", 5)])
    assert names(late) == [(1, "before"), (2, "§5"), (3, "in")] and late.with_highlights(()).opened(0).is_open
    assert not Outline([], is_open=True).with_highlights(()).is_open
    line = outline_line(found.entries[6], 40, UNICODE, is_folded=False, is_here=False)
    assert text(line) == "▎ not in this text: gone"


def test_the_cursor_is_in_the_middle_where_that_leaves_no_gap() -> None:
    rows = list(range(0, 100, 2))
    assert first_row(rows, 50, 10) == 20
    assert first_row(rows, 2, 10) == 0
    assert first_row(rows, 98, 10) == 40
    assert first_row(rows, 51, 10) == 0
    assert first_row([1, 2], 2, 10) == 0


def test_a_text_comes_with_what_was_typed_before_and_stays_while_it_is_fetched_again() -> None:
    fresh = FullText(1, paper(), text_size(80, 24))
    asked = fresh.fetching("0 %", "feed").type_search("zebra")
    assert (fresh.is_fetching, asked.is_fetching) == (False, True)
    assert (asked.size, asked.search.is_typing, asked.bookmark, asked.in_hand) == (Size(79, 22), True, None, None)
    assert asked.end_search(is_kept=False).search.text == "" and asked.failed("Gone.").problem == "Gone."
    for is_kept in (True, False):
        begun = asked.end_search(is_kept=True) if is_kept else asked
        text = begun.came(KeptText(document(), "arxiv.org", ""))
        assert text.view is not None and text.view.marked is not None
        assert (text.search.text, text.search.is_typing) == ("zebra", not is_kept)
        assert (text.is_fetching, text.progress, text.origin, text.search_ahead.text) == (False, "", "feed", "")
    again = text.type_search("zebra r").end_search(is_kept=True).fetching()
    assert (again.is_fetching, again.origin, again.failed("Gone.").problem) == (True, "feed", "")
    assert again.search.text == "zebra r" and again.view is not None
    later = again.came(KeptText(document(), "arxiv.org", ""), Bookmark("other"))
    assert later.bookmark == again.bookmark != Bookmark("other")
    last = len(again.outline.entries)
    assert again.read_entry(last) is again is again.read_entry(-1) is again.fitted(80, 24)
    assert (read := again.read_entry(last - 1).view) is not None and read.section == document().sections[-1]
    assert (wide := again.fitted(100, 30)).view is not None and wide.view.size == wide.size == Size(99, 28)
