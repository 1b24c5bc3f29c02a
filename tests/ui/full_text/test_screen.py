"""The lines of a full text as they are drawn, their references, and the pane with its bar and the mouse."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.style import Style
from textual import on
from textual.events import MouseScrollDown, MouseScrollUp

from reader.cache.texts import KeptText
from reader.core.document.find import Point, Range
from reader.core.document.layout import DocumentLine, Layout, TextPlace
from reader.core.document.model import Document, Figure, Formula, Heading, Paragraph, Reference, Span, Theorem
from reader.core.lines import FOLLOW, Piece, cell_len, measure
from reader.core.passages import Passage
from reader.ui.full_text.lines import (
    LETTERS,
    LineMarks,
    TextLink,
    TextProgress,
    clip_line,
    front_lines,
    goal_of,
    links_in,
    text_header,
    text_line,
    web_address,
)
from reader.ui.full_text.screen import OutlinePane, TextPane, progress, text_status
from reader.ui.full_text.state import TEXT, actions_without_effect, view_text
from reader.ui.full_text.text import FullText, Outline
from reader.ui.full_text.view import PlacedHighlight, Search, Size, TextView
from reader.ui.help import first_rows
from reader.ui.kit.glyphs import ASCII, UNICODE
from reader.ui.kit.line_widgets import WidgetReport
from reader.ui.kit.lines import pattern
from reader.ui.kit.status_lines import Status
from reader.ui.kit.styles import Palette
from reader.ui.shell.state import Prompt
from tests.core.document.test_formula import counted
from tests.table import each
from tests.ui.full_texts import document, paragraph
from tests.ui.stage import Stage, drawn, paper, staged, text, watch_paints
from tests.ui.test_status import KEYMAP, in_context


class TextStage(Stage):
    """Scrolls as the screen of a text does."""

    def __init__(self) -> None:
        self.pane = TextPane()
        super().__init__(self.pane)
        self.view = TextView.open(document(), Size(59, 10))

    def show(self, view: TextView) -> None:
        self.view = view
        self.pane.show(view)

    @on(WidgetReport)
    def scroll(self, event: WidgetReport) -> None:
        if event.kind == "text lines":
            self.show(self.view.scroll(event.value))


async def test_the_bar_tells_the_progress_and_the_mouse_scrolls_and_follows() -> None:
    app = TextStage()

    def thumb() -> int:
        strips = app.screen._compositor.render_strips()
        return next(place for place, strip in enumerate(strips) if strip.text.endswith("┃"))

    async with app.run_test(size=(60, 10)) as pilot:
        app.show(app.view)
        await pilot.pause()
        assert thumb() == 0
        app.show(app.view.scroll(10_000))
        await pilot.pause()
        assert thumb() == 9
        app.show(app.view.scroll(-10_000))
        await pilot.pause()
        assert thumb() == 0
        for turn in (MouseScrollDown, MouseScrollUp):
            app.pane.post_message(turn(app.pane, 5, 5, 0, 1, 0, False, False, False))
        for x in (13, 15):
            await pilot.click(offset=(x, 2))
        await pilot.pause()
        heard = [(one.kind, one.value) for one in app.reports if isinstance(one, WidgetReport)]
        assert heard == [("text lines", 3), ("text lines", -3), ("reference", "#bib2 [2]")]


async def test_a_text_that_fits_has_no_thumb_and_a_message_stands_in_the_middle() -> None:
    async with staged(TextStage(), 60, 10) as (app, pilot):
        # The bar has a line for 70 of the 16,453 letters, and for a short text that does not fit at least one.
        for text, rows, length in (
            (document(), 10, 245),
            (Document("Short", document().blocks[:2]), 10, 10),
            (Document("Short", (paragraph("a"),) * 9), 10, 11),
        ):
            app.show(TextView.open(text, Size(59, rows)))
            assert app.pane.virtual_size.height == length
        app.show(TextView.open(Document("Short", document().blocks[:2]), Size(59, 10)))
        await pilot.pause()
        assert not any(strip.text.endswith("┃") for strip in app.screen._compositor.render_strips())
        app.pane.clear("There is no text of it, because the feed and arXiv do not have one.\n\n`r` try again")
        await pilot.pause()
        lines = [strip.text.strip() for strip in app.screen._compositor.render_strips()]
        assert lines[3:8] == [
            "There is no text of it, because the feed and arXiv do",
            "not have one.",
            "",
            "r try again",
            "",
        ]


async def test_each_state_of_a_text_is_drawn_over_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    def style_of(_palette: Palette, _pane: str, role: str, over: str = "text", *, is_hit: bool = False) -> Style:
        return Style(meta={"look": role.partition(" ")[2] or over.removesuffix("text") + "hit" * is_hit})

    app = TextStage()
    monkeypatch.setattr(Palette, "draw", style_of)
    async with staged(app, 60, 10):
        plain = [
            *("  1  Introduction", "", "  We follow [2] and the tables of Table 1, see", ""),
            "  Paragraph 0. a measured sentence of plain words stands",
            "  here to fill the lines that a reader scrolls through a",
            "  measured sentence of plain words stands here to fill the",
            "  lines that a reader scrolls through a measured sentence",
            "  of plain words stands here to fill the lines that a",
            "  reader scrolls through a measured sentence of plain",
        ]

        def drawn(view: TextView) -> dict[int, str]:
            """The lines that differ from those of the beginning."""
            app.pane.show(view)
            shown = [app.pane.render_line(y).text.rstrip() for y in range(10)]
            return {place: line for place, line in enumerate(shown) if line != plain[place]}

        def over(y: int) -> list[tuple[str, str]]:
            """The parts of a line that are laid over it, and how."""
            found = [(one.text, one.style.meta["look"]) for one in app.pane.render_line(y) if one.style]
            return [(text, look) for text, look in found if look]

        view, rule = app.view, f"  {'─' * 56}"
        assert drawn(view) == drawn(view.type_search("")) == {}
        assert drawn(view.choose_link()) == {2: "  We follow [a] and the tables of s     1, see"}
        section, entry, figure = (view.layout.place_of(anchor) for anchor in ("S2.SS1", "bib2", "T1.fig"))
        assert section and entry and figure
        zebra = ["  2.1  Zebra crossing", "", "  The zebra runs only here."]
        assert drawn(view.peek_at(section)) == dict(enumerate([rule, *zebra, rule], 5))
        assert drawn(view.peek_at(entry, TextPlace(2, 3))) == {0: rule, 1: "  [2] Author 2. A title.", 2: rule}
        table = view.next_section(1)
        wide = [
            f"  {'─' * 55}›",
            "  column 0  column 1  column 2  column 3  column 4  colum›",
            f"  {'─' * 55}›",
            "   value 0   value 1   value 2   value 3   value 4   valu›",
            f"  {'─' * 55}›",
        ]
        caption = "  Table 1: All numbers."
        shown = {0: "  2  Method", 2: caption, **dict(enumerate([*wide, "", plain[4]], 3))}
        assert drawn(table) == shown
        assert drawn(table.peek_at(figure)) == {**shown, **dict(enumerate([rule, caption, *wide[:2], rule], 5))}
        side = drawn(table.scroll_sideways(8))
        assert (side[2], side[4]) == (caption, "  ‹ column 1  column 2  column 3  column 4  column 5  col›")
        lines = view.select().move_cursor(2)
        assert drawn(lines) == {y: f"▌ {plain[y][2:]}".rstrip() for y in range(3)} and over(0)[1] == ("1  ", "selected")
        places = Range(Point(1, 1), Point(1, 3)), Range(Point(2, 3), Point(2, 20))
        kept = [
            PlacedHighlight(Passage("1", "x", note="n"), places[0]),
            PlacedHighlight(Passage("2", "y"), places[1]),
        ]
        highlighted = replace(view, highlights=view.highlights.with_highlights(kept))
        barred = {y: f"▎ {plain[y][2:]}" for y in (4, 5, 6)}
        assert drawn(highlighted) == {2: f"✎ {plain[2][2:]}", **barred} and over(2) == [
            ("follow ", "passage"),
            ("[2]", "passage"),
            (" and", "passage"),
        ]
        found = replace(view, search=Search("zebra")).jump(view.layout.start_of(section.block))
        end = {0: "  scrolls through", 2: "▌ 2.1  Zebra crossing", 4: zebra[2], 5: "", **dict(enumerate(plain[4:8], 6))}
        assert drawn(found) == end and over(2) == [("Zebra", "hit")]
        app.pane.show(view)
        paints = watch_paints(app.pane, monkeypatch)
        app.pane.show(view.select())
        assert paints == [-1]
        app.pane.show(view)
        app.pane.clear("fetching")
        assert paints.count(-1) >= 3 and app.pane.virtual_size.height == 0
        assert drawn(TextView.open(Document("", document().blocks[:1]), Size(59, 10))).keys() == {2, *range(4, 10)}


def test_the_last_line_says_what_keys_do_in_each_state_of_a_text() -> None:
    formula, entry = Formula(("a=b",), "(1)", "E1"), Reference("[2]", (Span("X. arXiv:2404.00009."),), "b")
    view = TextView.open(Document("", (paragraph("See (1)."), formula, entry, *document().blocks)), Size())
    state = in_context("text", 120)
    copy, close = ("y", "copy"), ("esc", "close")
    keep = ("enter", "keep"), ("esc", "discard")
    for shown, status in (
        (view.choose_link(), Status(choices=(("a-z", "follow"), ("esc", "stay")), typed="a letter")),
        (view.peek_at(TextPlace()), Status(choices=(("enter", "go there"), copy, close))),
        (view.peek_at(TextPlace(1)), Status(choices=(("enter", "go there"), copy, close))),
        (view.peek_at(TextPlace(2)), Status(choices=(("enter", "open it"), ("b", "queue it"), copy, close))),
        (view.type_search(""), Status(choices=keep, typed="/", is_typing=True)),
        (view.type_search("zebra"), Status(choices=keep, typed="/zebra", is_typing=True)),
        (view.type_search("zebrx"), Status(choices=keep, typed="/zebrx  not in this text")),
    ):
        assert text_status(view_text(state, shown), KEYMAP) == status
    assert text_status(view_text(state, view.select()), KEYMAP).keys[0] == ("c", "highlight")
    kept = PlacedHighlight(Passage("1", "x"), Range(Point(4, 1), Point(4, 3)))
    marked = replace(view, highlights=view.highlights.with_highlights([kept])).mark_highlight(kept)
    assert ("c", "remove") in text_status(view_text(state, marked), KEYMAP).keys
    asked = state.prompt_for(Prompt((("t", "Latest"),), "g"))
    assert text_status(view_text(asked, view.choose_link()), KEYMAP)[1:3] == ((("t", "Latest"),), "g")
    assert text_status(in_context("outline", 120), KEYMAP).keys[0] == KEYMAP.hints("outline")[0]


@each(("source", "offered"), [("arxiv.org", True), ("feed", True), ("pdf", False)])
def test_the_last_line_and_the_help_offer_pictures_unless_the_text_is_from_a_pdf(source: str, offered: bool) -> None:
    state = in_context("text", 160)
    text = state[TEXT]
    assert text is not None
    state = state.put(TEXT, text.with_text(KeptText(document(), source, ""), Size()))
    assert (("P", "pictures") in text_status(state, KEYMAP).keys) == offered
    help_rows = first_rows(KEYMAP, "text", without=actions_without_effect(state, KEYMAP))
    assert ("Pictures" in [row.name for row in help_rows]) == offered


def test_the_first_line_has_the_section_or_what_is_fetched() -> None:
    asked = FullText(1, paper(title="A"))
    here = asked.with_text(KeptText(document(), "arxiv.org", ""), Size())
    assert [progress(one) for one in (asked, asked.fetching("2 %"), here.fetching(), here.fetching("2 %"))] == [
        *[TextProgress("A")] * 2,
        *(TextProgress("A", message=expected) for expected in ("fetching it again", "2 %")),
    ]
    view = TextView.open(document(), Size()).next_section(2)
    later = replace(here, view=view)
    assert progress(later) == TextProgress("A", document().sections[2].heading, view.progress, view.minutes_left)


async def test_an_outline_shows_where_one_reads_or_its_cursor_and_is_clicked(monkeypatch: pytest.MonkeyPatch) -> None:
    pane = OutlinePane(UNICODE, id="outline")
    kept = [
        PlacedHighlight(Passage("1", "x  y z words of it", note="n"), Range(Point(1, 1), Point(1, 3))),
        PlacedHighlight(Passage("2", "gone"), None),
    ]
    outline = Outline.of(document()).with_highlights(kept)
    entries = ["1 Introduction", "✎ x y z words o…", "2 Method", "  Table 1 All n…", "  2.1 Zebra cro…", "3 Results"]
    lost = "▎ not in this tex…"
    async with staged(Stage(pane), 20, 4) as (app, pilot):
        for shown, here, first, lines in (
            (outline, 0, 0, [f"   {one}" for one in entries[:4]]),
            (outline.focus(0).move(9), 3, 4, [*(f"   {one}" for one in (*entries[4:], "References")), f"▌{lost}"]),
            (outline.focus(30), 2, 2, [*(f"   {one}" for one in entries[2:4]), "▌    2.1 Zebra cro…", "   3 Results"]),
        ):
            pane.show(shown, here)
            await pilot.pause()
            assert drawn(pane) == lines
            assert pane.scroll_offset.y == first
        lines_painted = watch_paints(pane, monkeypatch)
        for shown, is_painted in ((outline.focus(30), False), (outline.focus(30).unfocus(), True)):
            pane.show(shown, 2)
            assert (-1 in lines_painted) is is_painted
        await pilot.click(OutlinePane, offset=(5, 1))
        await pilot.pause()
        assert [(one.kind, one.value) for one in app.reports if isinstance(one, WidgetReport)] == [("entry", 1)]
        await pilot.resize_terminal(30, 12)
        assert drawn(pane)[6:9] == ["   References", f" {lost[:-1]}t: gone", ""]


LINE = DocumentLine((Piece("as "), Piece("[12]", action=(FOLLOW, "#bib12")), Piece(" says, attention", "strong")))


# The first line

PROGRESS = TextProgress("A paper with a long title about readers", Heading(1, "3", (Span("Method"),)), 0.414, 12)


TITLE = "A paper with a long title about readers"
LONG = PROGRESS._replace(heading=Heading(2, "2.10", (Span("A section whose title is as long as this one"),)))


@each(
    ("progress", "width", "line"),
    [
        *(
            (one, 80, f" {TITLE}{expected:>39}".rstrip())
            for one, expected in (
                (PROGRESS, "§3 Method · 41 % · 12 min"),
                (PROGRESS._replace(heading=Heading(1, "", (Span("Related work"),))), "Related work · 41 % · 12 min"),
                (
                    PROGRESS._replace(heading=Heading(1, "Appendix A", (Span("Proofs"),))),
                    "Appendix A Proofs · 41 % · 12 min",
                ),
                (PROGRESS._replace(heading=None, minutes=0), "41 % · 1 min"),
                (PROGRESS._replace(share=0.999, minutes=0), "§3 Method · 99 % · 1 min"),
                (PROGRESS._replace(share=1.0), "§3 Method · 100 %"),
                (PROGRESS._replace(message="fetching it again"), "fetching it again"),
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
        (1, document(1), "arXiv:2511.12345v1 · CC BY 4.0 · text from arxiv.org"),
        (3, document(1), "arXiv:2511.12345v1 · v3 is out · CC BY 4.0 · text from arxiv.org"),
        (3, document(None), "arXiv:2511.12345 · CC BY 4.0 · text from arxiv.org"),
        (
            None,
            replace(document(2), is_cut=True),
            "arXiv:2511.12345v2 · CC BY 4.0 · text from arxiv.org · the end is missing",
        ),
    ],
)
def test_the_facts_tell_the_version_and_where_the_text_is_from(
    latest: int | None, text: Document, expected: str
) -> None:
    assert KeptText(text, "arxiv.org", "").facts(paper(version=latest)) == expected


def test_the_title_and_the_people_stand_before_the_text() -> None:
    people = [
        "Author 0, Author 1, Author 2, Author 3, Author 4, Author 5,",
        "Author 6, Author 7, Author 8, Author 9, Author 10, Author 11",
    ]
    facts = "arXiv:2511.12345v1 · CC BY 4.0 · text from"
    for count, source, expected in (
        (0, "feed", [f"{facts} Hugging Face"]),
        (12, "feed", [*people, f"{facts} Hugging Face"]),
        (13, "pdf", [*people, "+1", f"{facts} the PDF"]),
        (20, "feed", [*people, "+8", f"{facts} Hugging Face"]),
    ):
        one = paper(authors=tuple(f"Author {number}" for number in range(count)))
        lines = [line.text for line in front_lines(one, KeptText(document(), source, ""))(60)]
        assert lines == ["", "A memory that forgets on purpose", *expected, ""]


# A line


def test_a_letter_takes_the_place_of_the_first_word_of_a_reference() -> None:
    line = text_line(LINE, UNICODE, LineMarks(None, ((3, "a"),)))
    assert text(line) == "as [a ] says, attention"
    assert [piece.text for piece in line if piece.role == "letter"] == ["a "]
    wide = text_line(DocumentLine((Piece("図1", action=(FOLLOW, "#F1")),)), UNICODE, LineMarks(None, ((0, "s"),)))
    assert text(wide) == "s  "


def test_a_line_of_many_matches_costs_its_length() -> None:
    with counted(500_000):
        line = text_line(DocumentLine((Piece("a " * 3_000),)), UNICODE, LineMarks(pattern(("a",))))
    assert sum(piece.hit for piece in line) == 3_000


def test_signs_are_in_ascii_if_asked_for() -> None:
    line = DocumentLine((Piece("│ ", "rule"), Piece("• ", "label"), Piece("│•𝐱ℒ")))
    assert text(text_line(line, ASCII)) == "| * │•xL"


# Lines that are too wide


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("ab 図é́", max_size=6), max_size=5), st.integers(0, 12), st.integers(1, 12))
def test_a_clipped_line_has_just_the_cells_of_its_part(texts: list[str], start: int, width: int) -> None:
    line = tuple(Piece(one, str(number)) for number, one in enumerate(texts) if one)
    cells = sum(cell_len(piece.text) for piece in line)
    assert measure(clip_line(line, start, width, UNICODE)) == max(0, min(width, cells - start))


BLOCKS = (
    Heading(1, "3", (Span("Method"),)),
    Heading(2, "3.2", (Span("Data"),)),
    Figure("Figure 2", (Span("A picture."),), (), ("x2.png",)),
    Figure("Table 4", (Span("Numbers."),), ()),
    Formula(("x",), "(7)"),
    Theorem((Span("Theorem 2.3 (Main)."),), ()),
    Heading(1, "Appendix B", (Span("Proofs"),)),
    Reference("[12]", (Span("Ada Example."),), "bib.bib5"),
    Reference("[13]", (Span("Bo Sample."),)),
)
NAMES = ("3", "3.2", "Figure 2", "Table 4", "(7)", "Theorem", "B", "[12]", "[13]")


def leads(text: Paragraph) -> list[str]:
    """What the references of a paragraph lead to."""
    layout = Layout(Document("A", (text, *BLOCKS)), 200)
    lines = layout.placed_lines(TextPlace(), 1)
    return [
        NAMES[link.goal.block - 1] if isinstance(link.goal, TextPlace) else link.goal
        for link in links_in(lines, layout)
    ]


@each(
    ("text", "expected"),
    [
        ("as Section 3.2 says", ["3.2"]),
        ("see Sec. 3, Fig. 2 and Tab. 4", ["3", "Figure 2", "Table 4"]),
        ("by §3.2 and Eq. (7)", ["3.2", "(7)"]),
        ("by Theorem 2.3 in Appendix B", ["Theorem", "B"]),
        ("others [12] and [12, 13] and [13]", ["[12]", "[13]"]),
        ("no such Table 9, Section X or [99], and [1, 2] is an interval", []),
    ],
)
def test_words_lead_to_what_they_name(text: str, expected: list[str]) -> None:
    assert leads(paragraph(text)) == expected


@each(
    ("target", "text", "expected"),
    [
        ("#bib.bib5", "any", ["[12]"]),
        ("#S3.SS2", "Section 3.2", ["3.2"]),
        ("#bib.bib99", "13", ["[13]"]),
        ("#gone", "any", []),
        ("https://example.org/a", "any", ["https://example.org/a"]),
    ],
)
def test_anchors_lead_to_their_place_or_by_their_words(target: str, text: str, expected: list[str]) -> None:
    assert leads(paragraph("See ", Span(text, "", target), ".")) == expected


def test_each_target_is_offered_once_and_has_a_letter() -> None:
    lost = paragraph("In Figure ", Span("2", "", "#lost"), " and Table ", Span("4", "", "#lost"))
    assert leads(lost) == ["Figure 2", "Table 4"]
    many = paragraph(*(Span(f"a{number} ", "", f"https://example.org/{number % 80}") for number in range(200)))
    assert len(leads(many)) == len(LETTERS)
    assert leads(paragraph("Table 4, then Table 4 again")) == ["Table 4"]


def test_a_reference_has_its_place_in_the_line() -> None:
    spans = Span("2", "", "#lost"), Span(" and "), Span("here", "", "https://x.example/")
    layout = Layout(Document("A", (paragraph("as Section 3.2 says [12, 13], in Figure ", *spans), *BLOCKS)), 200)
    method, first, second, figure = (TextPlace(*place) for place in ((2, 1), (8, 1), (9, 0), (3, 1)))
    assert links_in(layout.placed_lines(TextPlace(), 1), layout) == [
        *(TextLink(TextPlace(), 3, "Section 3.2", method), TextLink(TextPlace(), 20, "[12]", first)),
        *(TextLink(TextPlace(), 25, "[13]", second), TextLink(TextPlace(), 40, "Figure 2", figure)),
        TextLink(TextPlace(), 46, "here", "https://x.example/"),
    ]


def test_a_figure_leads_to_its_picture_and_not_to_itself() -> None:
    layout = Layout(Document("A", BLOCKS), 200)
    lines = [(TextPlace(2, index), line) for index, line in enumerate(layout.lines(2))]
    assert [link.goal for link in links_in(lines, layout)] == ["x2.png"]
    assert goal_of(layout, "x2.png", "") == "x2.png"


def test_a_picture_is_found_beside_the_page_of_the_paper() -> None:
    assert web_address("x2.png", "arxiv.org", "2605.00001") == "https://arxiv.org/html/2605.00001/x2.png"
    assert web_address("./x2.png", "feed", "2605.00001") == "https://arxiv.org/html/2605.00001/x2.png"
    assert web_address("x2.png", "pdf", "hep-th/9901001") == "https://arxiv.org/html/hep-th/9901001/x2.png"
    assert web_address("2605.00001/x2.png", "ar5iv.org", "2605.00001") == "https://ar5iv.org/html/2605.00001/x2.png"
    assert web_address("x2.png", "arxiv.org", "page:1") == "x2.png"
    assert web_address("https://example.org/x", "arxiv.org", "2605.00001") == "https://example.org/x"
