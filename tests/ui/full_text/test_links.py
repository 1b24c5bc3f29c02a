"""References in a full text, and where they lead."""

from __future__ import annotations

from reader.core.document.layout import Layout, TextPlace
from reader.core.document.model import Document, Figure, Formula, Heading, Paragraph, Reference, Span, Theorem
from reader.ui.full_text.lines import LETTERS, TextLink, goal_of, links_in, web_address
from tests.table import each
from tests.ui.full_texts import paragraph

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
    lines = layout.placed(TextPlace(), 1)
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
        ("#S3.SS2", "any", ["3.2"]),
        ("#S1.F2", "any", ["Figure 2"]),
        ("#S4.T4", "any", ["Table 4"]),
        ("#S4.E7", "any", ["(7)"]),
        ("#A2", "any", ["B"]),
        ("#bib.bib99", "13", ["[13]"]),
        ("#gone", "any", []),
        ("https://example.org/a", "any", ["https://example.org/a"]),
    ],
)
def test_anchors_lead_to_their_place_or_what_they_are_named_after(target: str, text: str, expected: list[str]) -> None:
    assert leads(paragraph("See ", Span(text, "", target), ".")) == expected


def test_each_goal_is_offered_once_by_the_word_before_it_and_there_is_a_letter_for_each() -> None:
    lost = paragraph("In Figure ", Span("2", "", "#lost"), " and Table ", Span("4", "", "#lost"))
    assert leads(lost) == ["Figure 2", "Table 4"]
    many = paragraph(*(Span(f"a{number} ", "", f"https://example.org/{number % 80}") for number in range(200)))
    assert len(leads(many)) == len(LETTERS)
    assert leads(paragraph("Table 4, then Table 4 again")) == ["Table 4"]


def test_a_reference_has_its_place_in_the_line() -> None:
    spans = Span("2", "", "#lost"), Span(" and "), Span("here", "", "https://x.example/")
    layout = Layout(Document("A", (paragraph("as Section 3.2 says [12, 13], in Figure ", *spans), *BLOCKS)), 200)
    method, first, second, figure = (TextPlace(*place) for place in ((2, 1), (8, 1), (9, 0), (3, 1)))
    assert links_in(layout.placed(TextPlace(), 1), layout) == [
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
