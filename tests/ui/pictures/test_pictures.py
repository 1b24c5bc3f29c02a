"""Which pictures a paper has, and going through them; without a terminal."""

from __future__ import annotations

from reader.core.document.model import Document, Figure, Formula, Paragraph, PdfSpot, Span, Theorem
from reader.core.paper import Paper
from reader.refresh.jobs import Canvas, PictureDrawn
from reader.ui.pictures.pictures import MOST, Picture, Pictures, first_from, formula_of, pictures_of, room

PAPER = Paper(
    pk=1,
    id="2605.00001",
    title="A title",
    day="2026-05-12",
    media=("https://cdn.example/a.png?w=1", "https://cdn.example/a.mp4"),
)

PANEL = Figure("(a)", (Span("Left."),), (), ("x2.png",))
TEXT = Document("A title", (Figure("Figure 1", (Span("Both "), Span("sides.")), (PANEL,), ("./x1.png",)),))


def test_the_pictures_of_a_paper_in_order() -> None:
    found = pictures_of(PAPER, TEXT, "feed")
    assert [(one.label, one.address, one.caption) for one in found] == [
        (
            "Card of the feed",
            "https://cdn-thumbnails.huggingface.co/social-thumbnails/papers/2605.00001.png",
            "A title",
        ),
        ("Picture 1 of the feed", "https://cdn.example/a.png?w=1", ""),
        ("Figure 1", "https://arxiv.org/html/2605.00001/x1.png", "Both sides."),
        ("Figure 1 (a)", "https://arxiv.org/html/2605.00001/x2.png", "Left."),
    ]
    assert [first_from(found, block) for block in (0, 1)] == [2, 3]
    assert pictures_of(PAPER._replace(day=None, media=())) == ()
    assert first_from(pictures_of(PAPER), 1) == 0
    many = Document("", tuple(Figure("", (), (), (f"x{number}.png",)) for number in range(MOST + 9)))
    assert len(pictures_of(PAPER, many)) == MOST


def test_a_text_from_the_pdf_shows_its_pages_in_halves() -> None:
    text = Document("", tuple(Paragraph((Span("Words."),), f"page-{page}" if page else "") for page in (1, 0, 2)))
    found = pictures_of(PAPER, text, "pdf")
    assert [(one.label, one.block) for one in found[::2]] == [("Page 1, upper half", 0), ("Page 2, upper half", 2)]
    assert [first_from(found, block) for block in (0, 1, 2, 3)] == [0, 0, 2, 2]
    assert found[3].spot == PdfSpot(PAPER.id, 1, is_upper=False)
    assert found[3].address == f"https://arxiv.org/pdf/{PAPER.id}#page=2"


def test_a_formula_is_found_by_the_words_around_it() -> None:
    spans = Span("Let us write "), Span("\\alpha x", "formula"), Span("as the loss,")
    formula, after = Formula(("a=b",), "(4)"), Paragraph((Span("where b is 2."),))
    spot = PdfSpot(
        "2605.00001", number="(4)", before=("let", "us", "write", "as", "the", "loss"), after=("where", "is")
    )
    text = Document("", (Paragraph(spans), formula, after))
    assert formula_of(text, formula, 1, "2605.00001").spot == spot
    proof = Document("", (Theorem((Span("Proof."),), (Paragraph(spans), formula, after)),))
    assert formula_of(proof, formula, 0, "2605.00001").spot == spot
    # One without a number is found by two blocks on either side.
    plain = Formula(("a=b",))
    words = [Paragraph((Span(word),)) for word in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")]
    found = formula_of(Document("", (*words[:3], plain, *words[3:])), plain, 3, "2605.00001")
    spot = PdfSpot("2605.00001", before=("beta", "gamma"), after=("delta", "epsilon"))
    assert found == Picture("https://arxiv.org/pdf/2605.00001#3.2", "Formula", "", 3, spot)
    first = formula_of(Document("", (plain, *words)), plain, 0, "2605.00001").spot
    assert first == PdfSpot("2605.00001", after=("alpha", "beta"))


def test_going_through_them_shows_each_only_while_it_is_in_front() -> None:
    canvas = Canvas("blocks", 10, 5)
    shown = Pictures(pictures_of(PAPER, TEXT), 0, canvas)
    drawn = PictureDrawn(4, ())
    first = shown.came(shown.front, drawn)
    assert first.drawn is drawn and first.turn(-1) is first and first.fitted(canvas) is first
    second = first.turn(1)
    assert (second.drawn, second.index) == (None, 1)
    assert second.came(first.front, drawn) is second and second.says(first.front, "no") is second
    assert second.turn(9).index == 3
    assert second.says(second.front, "no").said == "no"
    assert [room(*size) for size in ((80, 24), (2, 5), (3, 6), (4, 7))] == [(78, 19), (1, 1), (1, 1), (2, 2)]
