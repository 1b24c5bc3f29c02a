"""Where the highlights of a full text are, in its lines and one after the other."""

from __future__ import annotations

from reader.core.document.find import Point, Range
from reader.core.document.layout import Layout, TextPlace
from reader.core.document.model import Document, Formula
from reader.core.passages import Passage
from reader.ui.full_text.view import Highlights, PlacedHighlight
from tests.ui.full_texts import document, paragraph

LAYOUT = Layout(document(), 76)
PLACES = (
    Range(Point(1, 1), Point(1, 3)),
    Range(Point(4, 67), Point(5, 2)),
    Range(Point(29, 1), Point(29, 2)),
    None,
)
KEPT = [PlacedHighlight(Passage(str(number), f"words {number}"), place) for number, place in enumerate(PLACES)]
HIGHLIGHTS = Highlights(LAYOUT, kept=KEPT)


def test_a_highlight_has_its_part_of_each_line_and_begins_in_one() -> None:
    lines = [HIGHLIGHTS.on_line(TextPlace(block, line)) for block in range(30) for line in range(7)]
    assert [(part.kept, part.start, part.end, part.is_first) for parts in lines for part in parts] == [
        *((KEPT[0], 3, 17, True), (KEPT[1], 7, 29, True), (KEPT[1], 0, 14, False), (KEPT[2], 4, 14, True)),
    ]
    places = [HIGHLIGHTS.place_of(one) for one in KEPT]
    assert places == [TextPlace(1, 1), TextPlace(4, 6), TextPlace(29, 1), None]
    assert [HIGHLIGHTS.at(place) for place in places if place] == KEPT[:3] and HIGHLIGHTS.at(TextPlace(1)) is None
    assert HIGHLIGHTS.of("2") is KEPT[2] and HIGHLIGHTS.of("9") is None


def test_two_parts_of_a_line_stand_in_order_and_a_formula_between_words_is_whole() -> None:
    blocks = paragraph("one two three four"), Formula(("a=b",)), paragraph("five six")
    places = Range(Point(0, 2), Point(2, 0)), Range(Point(0, 0), Point(0, 0))
    kept = [PlacedHighlight(Passage(str(number), str(number)), place) for number, place in enumerate(places)]
    layout = Layout(Document("", blocks), 40)
    drawn = Highlights(layout, kept=kept)
    parts = [
        [(layout.lines(block)[line].text[part.start : part.end], part.kept.passage.id, part.is_first) for part in found]
        for block in range(3)
        for line in range(len(layout.lines(block)))
        if (found := drawn.on_line(TextPlace(block, line)))
    ]
    formula = layout.lines(1)[1].text.strip()
    assert parts == [[("one", "1", True), ("three four", "0", True)], [(formula, "0", False)], [("five", "0", False)]]


def test_the_nearest_one_below_or_above_follows_around_the_ends() -> None:
    here = TextPlace(0), TextPlace(1, 1), TextPlace(4, 5), TextPlace(4, 6), TextPlace(29, 1), TextPlace(60)
    first, second, third = TextPlace(1, 1), TextPlace(4, 6), TextPlace(29, 1)
    assert [HIGHLIGHTS.following(place, 1) for place in here] == [first, second, second, third, first, first]
    assert [HIGHLIGHTS.following(place, -1) for place in here] == [third, third, first, first, second, third]
    assert HIGHLIGHTS.with_kept(KEPT[3:]).following(here[0], 1) is None


def test_what_overlaps_chosen_words_is_found_and_moved_ones_are_searched_for() -> None:
    overlaps = [(1, 3, 1, 9), (1, 4, 1, 9), (0, 0, 1, 1), (0, 0, 1, 0), (5, 2, 5, 2), (5, 3, 5, 3)]
    within = [HIGHLIGHTS.within(Range(Point(*one[:2]), Point(*one[2:]))) for one in overlaps]
    assert within == [KEPT[0], None, KEPT[0], None, KEPT[1], None]
    passage = HIGHLIGHTS.words.passage(PLACES[2] or PLACES[0])
    assert (passage.quote, passage.block) == ("zebra runs", 29)
    moved = HIGHLIGHTS.with_passages([passage._replace(block=3), KEPT[0].passage])
    assert [one.range for one in moved.kept] == [None, PLACES[0]]
    assert [one.range for one in moved.searched()] == [PLACES[2], PLACES[0]]
    assert HIGHLIGHTS.with_passages([passage]).kept == (PlacedHighlight(passage, PLACES[2]),)
