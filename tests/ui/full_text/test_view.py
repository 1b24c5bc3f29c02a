"""The part of a full text that is in view, and what moves it; its highlights, its outline, and how it is left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reader.core.document.find import Point, Range
from reader.core.document.layout import DocumentLine, Layout, TextPlace
from reader.core.document.model import Block, Document, Figure, Formula, Heading, Paragraph, Quote, Span, Theorem
from reader.core.lines import Piece
from reader.core.passages import Passage, passage_id
from reader.ui.full_text.screen import outline_line
from reader.ui.full_text.state import TEXT, step_back_in_text
from reader.ui.full_text.text import FullText, Outline
from reader.ui.full_text.view import Highlights, PlacedHighlight, Size, Spot, TextView
from reader.ui.kit.glyphs import UNICODE
from reader.ui.shell.state import State
from tests.table import each
from tests.ui.full_texts import WORDS, document, paragraph, wide_table
from tests.ui.stage import text
from tests.ui.test_status import in_context

SIZE = Size(79, 22)


@pytest.fixture
def view() -> TextView:
    return TextView.open(document(), SIZE)


def shown(view: TextView) -> list[str]:
    return [line.text for _, line in view.lines()]


def test_it_scrolls_by_lines_and_pages_and_stops_at_both_ends(view: TextView) -> None:
    down = view.scroll(5)
    assert shown(down)[:-5] == shown(view)[5:]
    assert shown(down.scroll(-3)) == shown(view.scroll(2))
    assert view.scroll(-1) is view
    assert shown(view.scroll_pages(1))[0] == shown(view)[-1]
    assert shown(view.scroll_pages(1, share=2))[0] == shown(view)[11]
    assert view.scroll(90).scroll_pages(-1, 2, 3).top == view.scroll(57).top
    assert view.scroll_pages(1, times=2).top == view.scroll(42).top
    end = view.scroll(100_000)
    assert end.is_at_end and len(shown(end)) == SIZE.rows and "Author 39" in shown(end)[-1]
    assert end.scroll(1) is end and end.scroll_pages(1) is end
    low = TextView.open(document(), Size(79, 1))
    assert low.scroll_pages(1).top == low.scroll_pages(1, share=2).top == low.scroll(1).top


def test_what_a_reference_refers_to_is_shown_over_the_text(view: TextView) -> None:
    section, entry = (view.layout.place_of(anchor) for anchor in ("S2.SS1", "bib2"))
    assert section is not None and entry is not None
    peek = view.peek_at(section).peek
    assert peek is not None
    # A section is more than its title.
    assert [line.text for line in peek.lines][:3] == ["2.1  Zebra crossing", "", "The zebra runs only here."]
    assert view.peek_at(section).top == view.top and view.peek_at(section).without_peek().peek is None
    cited = view.peek_at(entry, view.layout.down(view.top, SIZE.rows - 1)).peek
    assert cited is not None
    assert [line.text for line in cited.lines] == ["[2] Author 2. A title."]
    assert cited.is_above and not cited.id and not peek.is_above
    middle = view.layout.down(view.top, SIZE.rows // 2)
    sides = [view.peek_at(entry, place).peek for place in (middle, middle._replace(line=middle.line + 1))]
    assert [side and side.is_above for side in sides] == [False, True]
    for rows, most in ((4, 1), (22, 9), (40, 10)):
        long = TextView.open(Document("", (paragraph(WORDS * 40),)), Size(79, rows)).peek_at(TextPlace()).peek
        assert long is not None and len(long.lines) == most


def test_a_formula_shows_its_tex() -> None:
    displayed = Formula((r"\frac{a}{b}=c",), "(1)", "E1")
    inner = paragraph("We have"), Formula(("a=b",)), paragraph("and"), Formula(("b=c",)), paragraph("as said.")
    whole = TextView.open(Document("", (paragraph("See Eq. (1)."), displayed)), SIZE)
    proof = TextView.open(Document("", (Theorem((Span("Proof."),), inner),)), SIZE)
    two = TextView.open(Document("", (displayed, Formula(("a=b",)))), SIZE._replace(rows=4))
    tex = r"\frac{a}{b}=c"
    # In view it is not drawn again; one that begins above the screen has its letter on its first line in view.
    for view, texts, lines, place in (
        (whole, [tex, tex], [4, 1], (0, 0)),
        (proof, ["a=b", "b=c"], [1, 1], (0, 2)),
        (two.scroll(1), [tex, "a=b"], [1, 1], (0, 1)),
    ):
        links = view.choose_link().links
        peeks = [view.peek_at(link.goal, link.place).peek for link in links if isinstance(link.goal, TextPlace)]
        assert [(peek.text, len(peek.lines), peek.lines[-1].text.strip()) for peek in peeks if peek] == [
            (text, count, text) for text, count in zip(texts, lines, strict=True)
        ]
        assert links[0].place == place


def test_progress_goes_from_nothing_to_all(view: TextView) -> None:
    shares = [view.progress]
    while not view.is_at_end:
        view = view.scroll_pages(1)
        shares.append(view.progress)
    assert shares == sorted(shares) and (shares[0], shares[-1], view.minutes_left) == (0.0, 1.0, 0)
    assert TextView.open(document(), Size(79, 10_000)).progress == 1.0


def test_sections_follow_each_other(view: TextView) -> None:
    names = []
    for _ in range(5):
        view = view.next_section(1)
        section = view.section
        names.append(section and section.heading.number)
    assert names == ["2", "2.1", "3", "", ""]
    assert view.is_at_end
    assert shown(view.next_section(-4))[0].startswith("2  Method")
    assert view.next_section(-100).top == TextPlace()
    # The third line in view tells the section, or the last one; a heading has two empty lines above.
    for rows, further in ((22, 4), (2, 3), (1, 2)):
        method = TextView.open(document(), Size(79, rows)).next_section(1)
        found = [method.scroll(-lines).section for lines in (further, further + 1)]
        assert [section and section.heading.number for section in found] == ["2", "1"], rows


@each(
    ("columns", "room", "margins"),
    [
        (1, (1, 2, 1), [2, 2, 2, 2]),
        (5, (2, 2, 2), [2, 2, 2, 2]),
        (79, (76, 2, 76), [2, 2, 2, 2]),
        (112, (76, 18, 109), [18, 18, 13, 2]),
        (140, (76, 32, 137), [32, 32, 32, 2]),
    ],
)
def test_text_is_centred_and_tables_take_all_the_room(
    columns: int, room: tuple[int, int, int], margins: list[int]
) -> None:
    size = Size(columns, 22)
    assert (size.measure, size.margin, size.max_width) == room
    blocks = wide_table(10), paragraph(WORDS), wide_table(10), wide_table(30)
    view = TextView.open(Document("", blocks), size)
    assert [view.margin(block) for block in range(4)] == margins


def test_only_what_is_too_wide_scrolls_sideways(view: TextView) -> None:
    assert view.scroll_sideways(8) is view
    table = view.next_section(1)
    assert table.scroll_sideways(-8) is table
    moved = table.scroll_sideways(8).scroll_sideways(4)
    assert moved.side == 12
    assert moved.scroll_sideways(100_000).side == moved.overflow(moved.scroll(3).top.block)
    assert moved.scroll(1).side == 12
    assert moved.next_section(1).side == 0, "nothing there is too wide"


def test_back_returns_to_where_jumps_began(view: TextView) -> None:
    assert view.back() is view
    reading = view.scroll(30)
    there = reading.jump(TextPlace(40, 0))
    assert there.marked == TextPlace(40, 0) and there.top == reading.layout.up(TextPlace(40, 0), 2)
    further = there.jump_to_end(last=True)
    assert further.is_at_end
    assert further.back().top == there.top
    assert further.back().back().top == reading.top
    assert there.scroll(1).marked is None
    # A jump within the view is taken back by itself; one whose origin is in view again leads further back.
    near = view.jump(view.layout.down(view.top, 2))
    assert near.top == view.top and near.back().marked is None
    assert further.go(further.trail[-1]).back().top == reading.top
    assert reading.jump_to_end(last=False).jump_to_end(last=False).back().top == reading.top
    end = further.layout.end
    assert further.jump(end).jump(end).trail == tuple(one.spot(one.top) for one in (reading, there, further))
    # Two matches in view are two steps of the search, but no way back.
    near = search(reading, "zebra").end_search(is_kept=True).next_match(1).next_match(1)
    assert near.top != reading.top and near.back().top == reading.top


@pytest.mark.parametrize("size", [Size(59, 18), Size(105, 40), Size(165, 58), Size(3, 1)])
def test_another_size_keeps_the_place(view: TextView, size: Size) -> None:
    reading = view.next_section(1).scroll(20)
    spot = reading.spot(reading.top)
    resized = reading.with_size(size)
    assert resized.spot(resized.top) <= spot < resized.spot(resized.scroll(1).top)
    assert resized.with_size(SIZE).top.block == reading.top.block
    assert view.with_size(size).top == TextPlace()
    # Another height keeps the very line.
    lower = reading.with_size(SIZE._replace(rows=10))
    assert reading.with_size(SIZE) is reading and lower.top == reading.top and lower.layout is reading.layout


# Search


def search(view: TextView, text: str) -> TextView:
    view = view.type_search("")
    for end in range(1, len(text) + 1):
        view = view.type_search(text[:end])
    return view


def marked(view: TextView) -> str:
    return "" if view.marked is None else view.layout.lines(view.marked.block)[view.marked.line].text


def test_typing_shows_the_first_match_from_here_on(view: TextView) -> None:
    found = search(view, "zebra r")
    assert marked(found) == "The zebra runs only here." and found.top != view.top
    assert search(view, "ZÉBRA C").marked is not None
    assert marked(search(view, "zebra cr")) == "2.1  Zebra crossing"
    assert search(view, "ebra").marked is None, "a word is found at its beginning"
    nothing = search(view.scroll(5), "zebra x")
    assert nothing.marked is None and nothing.top == view.scroll(5).top
    assert search(view, "%").marked is None
    fronted = TextView.open(view.document, SIZE, lambda _: [DocumentLine((Piece("Front matter"),))])
    assert search(fronted, "front m").marked == TextPlace() and fronted.spot(TextPlace()) == Spot(0, -1)
    spots = [fronted.spot(TextPlace(*place)) for place in ((0, 1), (3, 0), (3, 1), (3, 2))]
    assert spots == [Spot(0, 0), Spot(3, -1), Spot(3, 0), Spot(3, 71)] and view.spot(TextPlace()) == Spot(0, 0)
    further = view.scroll(5)
    assert search(further, "paragraph 1").top == further.top
    near = search(view, "we follow")
    assert near.top == view.top and marked(near).startswith("We follow")


def test_words_are_found_over_the_end_of_a_line_through_styles_and_as_signs_are_drawn(view: TextView) -> None:
    found = search(view.with_size(Size(30, 22)), "measured sentence of plain words stands")
    assert found.marked is not None and "stands" not in marked(found)
    formula = Span(r"\lambda_1 + x_{2}", "formula")
    blocks = paragraph("An ", Span("at", "strong"), "tention head with ", formula, " in it."), paragraph("Nothing.")
    styled = TextView.open(Document("A", blocks), SIZE)
    for words in ("attention h", "λ", "λ1", "x2", "with λ"):
        assert search(styled, words).marked == TextPlace(0, 0), words
    assert search(styled, "λ2").marked is None


def test_matches_follow_each_other_around_the_ends(view: TextView) -> None:
    found = search(view, "zebra").end_search(is_kept=True)
    assert found.matches() == (1, 2) and not found.search.is_typing
    second = found.next_match(1)
    assert second.matches() == (2, 2) and marked(second) == "The zebra runs only here."
    assert second.next_match(1).marked == found.marked == second.next_match(-1).marked
    assert found.next_match(-1).marked == second.marked
    assert found.back().top == view.top
    nothing = search(view, "zebra x").end_search(is_kept=True)
    assert nothing.next_match(1).matches() == (0, 0)
    assert search(view, "author 39").end_search(is_kept=True).next_match(1).matches() == (1, 1)
    assert view.next_match(1) is view and view.matches() == (0, 0)
    # The first block has matches, one block has several, and there is one block.
    short = TextView.open(Document("", (paragraph(WORDS * 4),)), SIZE)
    for searched, words in ((view, "1"), (view, "measured"), (short, "measured")):
        many = search(searched, words).end_search(is_kept=True)
        assert [many.next_match(step).matches()[0] for step in (1, -1)] == [2, many.matches()[1]]
        assert many.next_match(1).next_match(1).next_match(-1).matches()[0] == 2


def test_a_match_in_view_moves_nothing_and_one_below_it_is_shown_in_the_upper_third(view: TextView) -> None:
    place = search(view, "zebra r").marked
    assert place is not None
    for rows, shown in ((SIZE.rows - 1, SIZE.rows - 1), (0, 0), (SIZE.rows, SIZE.rows // 3)):
        here = view.go(view.spot(view.layout.up(place, rows)))
        found = search(here, "zebra r")
        assert (found.top, found.marked) == (view.layout.up(place, shown), place)


@each(("words", "is_kept"), [("author", False), ("", False), ("", True)])
def test_a_search_that_is_dropped_returns_to_its_origin_without_words(
    view: TextView, words: str, is_kept: bool
) -> None:
    kept = search(view, "zebra").end_search(is_kept=True)
    dropped = search(kept, words).end_search(is_kept=is_kept)
    assert dropped.search.text == "" and dropped.top == kept.top and dropped.marked is None


# Selection


def test_lines_are_selected_from_the_cursor_to_where_it_goes(view: TextView) -> None:
    assert view.move_cursor(1) is view
    chosen = view.select()
    # The view follows the cursor only beyond its edges.
    tops = [chosen.move_cursor(lines).top for lines in (SIZE.rows - 1, SIZE.rows, SIZE.rows + 1)]
    assert tops == [view.scroll(lines).top for lines in (0, 1, 2)]
    assert chosen.selected_words == Range(Point(0, 0), Point(0, 1))
    chosen = chosen.move_cursor(2)
    assert chosen.selected_words == Range(Point(0, 0), Point(1, 9))
    grown = chosen.select().move_cursor(4)
    assert grown.selected_words is not None and grown.selected_words.first == Point(1, 0)
    back = grown.move_cursor(-8).selected_words
    assert back is not None and back.last == Point(1, 9)
    assert grown.move_cursor(30).top > view.top and grown.move_cursor(30).move_cursor(-90).top == view.top
    end = grown.move_cursor_to_end(last=True)
    assert end.is_at_end and end.selection is not None and end.selection.last == end.layout.end
    assert end.move_cursor_to_end(last=False).top == view.top and view.move_cursor_to_end(last=True) is view
    assert grown.without_selection().selection is None and grown.without_selection().selected_words is None
    found = search(view, "zebra r").select()
    assert found.selection is not None and found.selection.first == found.marked


def test_highlights_lead_to_each_other_and_keys_act_on_the_one_that_is_marked_or_selected(view: TextView) -> None:
    places = (
        Range(Point(1, 1), Point(1, 3)),
        Range(Point(4, 67), Point(5, 2)),
        Range(Point(29, 1), Point(29, 2)),
        None,
    )
    kept = [PlacedHighlight(Passage(str(number), f"words {number}"), place) for number, place in enumerate(places)]
    view = replace(view, highlights=view.highlights.with_highlights(kept))
    found, here = [], view
    for step in (1, 1, 1, 1, -1, -1, -1):
        here = here.next_highlight(step)
        found.append(here.current_highlight)
        assert len(here.trail) == 1 and here.marked is not None and here.marked >= here.top
    assert found == [kept[number] for number in (0, 1, 2, 0, 2, 1, 0)]
    taken = [view.select().mark_highlight(one) for one in kept]
    assert [(one.current_highlight, one.top == view.top, len(one.trail)) for one in taken] == [
        *((kept[0], True, 0), (kept[1], False, 1), (kept[2], False, 1), (None, True, 0)),
    ]
    for rows, chosen, highlight in (
        (2, Range(Point(0, 0), Point(1, 9)), kept[0]),
        (0, Range(Point(0, 0), Point(0, 1)), None),
    ):
        lines = view.select().move_cursor(rows)
        assert (lines.selected_words, lines.current_highlight) == (chosen, highlight)


def test_a_section_at_the_end_of_the_text_is_marked_where_it_stands(view: TextView) -> None:
    small = view.with_size(Size(79, 60))
    block = view.document.sections[-1].start
    there = small.go_to_block(block)
    assert there.is_at_end and marked(there) == "References"
    assert there.section is not None and there.section.start == block
    assert there.back().top == small.top
    # One that can stand at the top needs no mark.
    lines = len(view.layout.placed_lines(view.layout.start_of(block), 1_000))
    for rows, place in ((lines, None), (lines + 1, view.layout.start_of(block))):
        end = view.with_size(Size(79, rows)).go(Spot(block - 1, 0))
        assert [end.next_section(1).marked, end.go_to_block(block).marked] == [place, place]
    before = there.next_section(-1)
    assert before.section is not None and before.section.heading.number == "3"
    assert marked(before.next_section(1)) == "References"


LAYOUT = Layout(document(), 76)
PLACES = (
    Range(Point(1, 1), Point(1, 3)),
    Range(Point(4, 67), Point(5, 2)),
    Range(Point(29, 1), Point(29, 2)),
    None,
)
KEPT = [PlacedHighlight(Passage(str(number), f"words {number}"), place) for number, place in enumerate(PLACES)]
HIGHLIGHTS = Highlights(LAYOUT, entries=KEPT)


def test_a_highlight_has_its_part_of_each_line_and_begins_in_one() -> None:
    lines = [HIGHLIGHTS.spans_on_line(TextPlace(block, line)) for block in range(30) for line in range(7)]
    assert [(part.highlight, part.start, part.end, part.is_first) for parts in lines for part in parts] == [
        *((KEPT[0], 3, 17, True), (KEPT[1], 7, 29, True), (KEPT[1], 0, 14, False), (KEPT[2], 4, 14, True)),
    ]
    places = [HIGHLIGHTS.place_of(one) for one in KEPT]
    assert places == [TextPlace(1, 1), TextPlace(4, 6), TextPlace(29, 1), None]
    assert [HIGHLIGHTS.at(place) for place in places if place] == KEPT[:3] and HIGHLIGHTS.at(TextPlace(1)) is None
    assert HIGHLIGHTS.by_id("2") is KEPT[2] and HIGHLIGHTS.by_id("9") is None


def test_two_parts_of_a_line_stand_in_order_and_a_formula_between_words_is_whole() -> None:
    blocks = paragraph("one two three four"), Formula(("a=b",)), paragraph("five six")
    places = Range(Point(0, 2), Point(2, 0)), Range(Point(0, 0), Point(0, 0))
    kept = [PlacedHighlight(Passage(str(number), str(number)), place) for number, place in enumerate(places)]
    layout = Layout(Document("", blocks), 40)
    drawn = Highlights(layout, entries=kept)
    parts = [
        [
            (layout.lines(block)[line].text[part.start : part.end], part.highlight.passage.id, part.is_first)
            for part in found
        ]
        for block in range(3)
        for line in range(len(layout.lines(block)))
        if (found := drawn.spans_on_line(TextPlace(block, line)))
    ]
    formula = layout.lines(1)[1].text.strip()
    assert parts == [[("one", "1", True), ("three four", "0", True)], [(formula, "0", False)], [("five", "0", False)]]


LEVELS = (1, 2, 3, 3, 2, 1, 2)


def outline_of(*levels: int) -> Outline:
    blocks = tuple(Heading(level, str(place), (Span(f"Part {place}"),)) for place, level in enumerate(levels))
    return Outline.of(Document("A", blocks))


def test_figures_tables_and_theorems_stand_in_their_sections() -> None:
    caption = (Span("Scores of "), Span(r"\tilde{q}", "formula"), Span("."))
    blocks = (
        Heading(1, "1", (Span("Start"),)),
        Theorem((Span("Theorem 2.3 (Main "), Span(r"\alpha", "formula"), Span(").")), ()),
        Heading(2, "1.1", (Span("Parts"),)),
        Quote((Figure("Table 2", caption, (), anchor="S1.T2"),)),
        Formula(("a=b",), "(14)", "E14"),
    )
    document = Document("A", blocks)
    lines = [outline_line(one, 40, UNICODE, is_here=False) for one in Outline.of(document).entries]
    assert [text(line) for line in lines] == [
        "  1 Start",
        "    Theorem 2.3 Main α",
        "    1.1 Parts",
        "      Table 2 Scores of q\u0303.",
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
    typed = TextView.open(Document("A", blocks), Size()).type_search("table 2")
    assert typed.marked is not None and typed.marked.block == 0
    shown = typed.end_search(is_kept=True)
    assert shown.marked is not None and shown.marked.block == 60
    assert typed.end_search(is_kept=False).top.block == 0


def test_the_outline_lists_highlights_in_their_sections_and_lost_ones_at_the_end() -> None:
    def kept(words: str, block: int | None) -> PlacedHighlight:
        place = None if block is None else Range(Point(block, 0), Point(block, 1))
        return PlacedHighlight(Passage(passage_id(words), words), place)

    outline = outline_of(1, 2, 1).move(2)
    found = outline.with_highlights([kept("gone", None), kept("late", 2), kept("deep", 1), kept("early", 0)])

    def names(of: Outline) -> list[tuple[int, str]]:
        return [(one.level, one.highlight.passage.quote if one.highlight else f"§{one.start}") for one in of.entries]

    assert names(found) == [(1, "§0"), (2, "early"), (2, "§1"), (3, "deep"), (1, "§2"), (2, "late"), (1, "gone")]
    assert found.at(1) == 2
    # The cursor stays within the entries.
    left = found.move(9).with_highlights(())
    assert (left.cursor, left.is_open, names(left)) == (2, False, [(1, "§0"), (2, "§1"), (1, "§2")])
    assert not Outline([], is_open=True).with_highlights(()).is_open
    line = outline_line(found.entries[6], 40, UNICODE, is_here=False)
    assert text(line) == "▎ not in this text: gone"


@pytest.fixture
def opened() -> State:
    """A text with all that can be open in it, and a way back."""
    state, view = in_context("text", 120), TextView.open(document(), Size())
    there = view.jump(view.layout.end).select()
    shown, outline = there.peek_at(view.layout.end), Outline.of(document()).focus(0)
    return state.update(TEXT, lambda text: replace(text, view=shown, outline=outline, is_fetching=True))


def parts_open(text: FullText | None) -> tuple[bool, ...] | None:
    if text is None or text.view is None:
        return None
    view = text.view
    return text.outline.is_open, view.peek is not None, view.selection is not None, text.is_fetching, bool(view.trail)


def test_each_step_back_closes_the_topmost_thing(opened: State) -> None:
    closed = [tuple(place >= count for place in range(5)) for count in range(6)]
    for is_through_jumps, ends in ((True, [closed[5], None]), (False, [None])):
        state, found = opened, []
        while True:
            state = step_back_in_text(state, is_through_jumps=is_through_jumps)
            found.append(parts_open(state[TEXT]))
            if state[TEXT] is None:
                break
        assert found == [*closed[1:5], *ends]
    assert step_back_in_text(opened.update(TEXT, lambda text: replace(text, view=None)))[TEXT] is None
