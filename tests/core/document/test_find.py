"""Words are found again: searched ones, and those of highlights in another layout, version or source of a text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from reader.core.document.find import Hit, Point, Range, TextWords, drawn_words, find, searched_text
from reader.core.document.layout import Layout
from reader.core.document.model import (
    Cell,
    Document,
    Figure,
    Formula,
    Heading,
    Item,
    Items,
    Note,
    Paragraph,
    Quote,
    Reference,
    Span,
    Table,
    Theorem,
    Verbatim,
)
from reader.core.passages import WORD, Passage, parse_passage
from reader.core.text import fold
from tests.table import each

VOCABULARY = [
    f"{start}{end}" for start in ("sol", "ran", "mig", "tel", "por") for end in ("ar", "ent", "ics", "ula", "ov")
]

words = st.lists(st.sampled_from(VOCABULARY), min_size=3, max_size=40).map(" ".join)
formula = st.sampled_from((r"\mathcal{L}(\theta)", r"x_{i}^{2}", r"\frac{a}{b}+\sqrt{n}"))


def _paragraph(texts: Sequence[str], tex: str) -> Paragraph:
    spans = [span for text in texts for span in (Span(f"{text} "), Span(tex, "formula"), Span(", "))]
    return Paragraph((*spans, Span("as shown.")))


def _table(rows: Sequence[str]) -> Table:
    return Table(tuple(tuple(Cell((Span(text),)) for text in row.split()[:6]) for row in rows))


blocks = st.one_of(
    st.builds(_paragraph, st.lists(words, min_size=1, max_size=3), formula),
    words.map(lambda text: Paragraph((Span(text),))),
    words.map(lambda text: Heading(1, "2", (Span(text),))),
    st.lists(words, min_size=1, max_size=3).map(
        lambda texts: Items(tuple(Item("•", (Paragraph((Span(text),)),)) for text in texts))
    ),
    st.lists(words, min_size=1, max_size=3).map(_table),
    formula.map(lambda tex: Formula((tex,), "(1)")),
)
documents = st.lists(blocks, min_size=2, max_size=8).map(lambda found: Document("", tuple(found)))


def _chosen(draw: st.DataObject, text: TextWords) -> Range:
    points = [
        Point(block, word) for block in range(len(text.document.blocks)) for word in range(len(text.words(block)))
    ]
    first, last = sorted(draw.draw(st.lists(st.sampled_from(points), min_size=2, max_size=2)))
    return Range(first, last)


def _stored(passage: Passage) -> Passage:
    """The passage as its event has it."""
    kept = parse_passage(passage.id, passage.value)
    assert kept is not None
    return kept


@given(document=documents, data=st.data())
def test_a_passage_is_found_where_it_was(document: Document, data: st.DataObject) -> None:
    text = TextWords(document)
    chosen = _chosen(data, text)
    kept = _stored(text.passage(chosen))
    found = TextWords(document).find(kept)
    assert found is not None
    # A passage whose words occur twice in its block is the first of the two.
    assert found.first.block == chosen.first.block and TextWords(document).passage(found).id == kept.id


@given(document=documents, data=st.data(), width=st.integers(24, 120))
def test_the_words_of_a_filled_place_are_drawn_at_any_width(
    document: Document, data: st.DataObject, width: int
) -> None:
    text = TextWords(document)
    layout = Layout(document, width)
    index = data.draw(st.sampled_from(range(len(document.blocks))))
    found = drawn_words(layout.lines(index), text.words(index))
    for one in found:
        shown = layout.lines(index)[one.line].text[one.start : one.end]
        assert "".join(WORD.findall(fold(shown))) == text.words(index)[one.word]
    if isinstance(document.blocks[index], (Paragraph, Heading, Items)):
        assert [one.word for one in found] == list(range(len(text.words(index))))


UNIQUE = [f"w{number}ord" for number in range(400)]


def _unique(size: int = 40, count: int = 10) -> Document:
    parts = (UNIQUE[start : start + size] for start in range(0, size * count, size))
    return Document("", tuple(Paragraph((Span(" ".join(part)),)) for part in parts))


def _said(*paragraphs: Sequence[str]) -> TextWords:
    return TextWords(Document("", tuple(Paragraph((Span(" ".join(words)),)) for words in paragraphs)))


def test_a_passage_is_found_in_other_paragraphs_and_lost_if_a_word_of_it_changed() -> None:
    text = TextWords(_unique())
    kept = _stored(text.passage(Range(Point(2, 0), Point(3, 19))))
    moved = ["new", "words", *UNIQUE]
    other = _said(*(moved[at : at + 55] for at in range(0, 402, 55)))
    assert other.find(kept) is None and other.find_anywhere(kept) == Range(Point(1, 27), Point(2, 31))
    moved[100] = "changed"
    assert _said(moved).find_anywhere(kept) is None
    assert _said(moved).find_anywhere(Passage("0", "…")) is None


def _formulas(count: int) -> list[Paragraph]:
    return [
        Paragraph((Span(f"Step {number} bounds "), Span(rf"\frac{{x_{{{number}}}}}{{\binom{{n}}{{k}}}}", "formula")))
        for number in range(count)
    ]


@each(("first", "last"), [(0, 6), (2, 5), (3, 6)])
def test_a_passage_with_words_of_a_formula_is_found_in_another_paragraph(first: int, last: int) -> None:
    blocks = _formulas(3)
    passage = TextWords(Document("", tuple(blocks))).passage(Range(Point(1, first), Point(1, last)))
    assert "choose" in passage.quote
    moved = TextWords(Document("", (Paragraph((Span("We choose a bound."),)), *blocks)))
    assert moved.find_anywhere(passage) == Range(Point(2, first), Point(2, last))


def test_a_passage_has_its_words_with_their_signs() -> None:
    text = TextWords(_unique())
    chosen = Range(Point(1, 38), Point(2, 1))
    kept = text.passage(chosen)
    assert kept == Passage(kept.id, "w78ord w79ord\n\nw80ord w81ord", block=1)
    assert text.find(kept) == text.find_anywhere(kept._replace(block=10)) == chosen
    sentence = Paragraph((Span("(We say “so”, e.g. here.) Then all ends…"),))
    text = TextWords(Document("T", (Heading(1, "1", (Span("One"),)), sentence)))
    quotes = [
        text.passage(Range(Point(1, first), Point(1, last))).quote for first, last in ((1, 2), (2, 4), (4, 4), (5, 8))
    ]
    assert quotes == ["say “so”,", "“so”, e.g.", ".g.", "here.) Then all ends…"]
    whole = text.passage(Range(Point(0, 0), Point(1, 1)))
    assert whole == Passage(whole.id, "1 One\n\n(We say", "§1 One", block=0)


def test_the_same_words_twice_are_told_apart_by_their_section() -> None:
    sections = [Heading(1, str(number), (Span(name),)) for number, name in enumerate(("One", "Two"), 1)]
    blocks = [block for heading in sections for block in (heading, Paragraph((Span("The same words here."),)))]
    text = TextWords(Document("", tuple(blocks)))
    for number, name in ((1, "§1 One"), (3, "§2 Two")):
        kept = text.passage(Range(Point(number, 0), Point(number, 3)))
        assert kept.section == name
        # An import does not know the block.
        found = TextWords(text.document).find_anywhere(kept._replace(block=0))
        assert found is not None and found.first.block == number


def test_every_kind_of_block_is_searched() -> None:
    document = Document(
        "Not the title",
        (
            Heading(1, "2", (Span("Method"),)),
            Quote((Paragraph((Span("trans"), Span("former", "strong"), Span(r"\leq\alpha", "formula"))),)),
            Formula((r"\unknown{relu}{x}",), "(1)"),
            Items((Item("(a)", (Paragraph((Span("first"),)),)),)),
            Verbatim(((Span("for "), Span("each")),)),
            Table(((Cell((Span("cell"),)),),)),
            Figure("Figure 1", (Span("caption"),), ()),
            Theorem((Span("Lemma 1"),), ()),
            Note("1", (Span("aside"),)),
            Reference("[3]", (Span("Cited work"),)),
        ),
    )
    assert searched_text(document).splitlines() == [
        "2 Method", "transformer≤ α", "‹unknown›relux", "(a)", "first", "for each", "cell", "Figure 1 caption",
        "Lemma 1", "1 aside", "[3] Cited work",
    ]  # fmt: skip


def test_a_word_that_only_a_drawn_formula_shows_is_found_if_wanted() -> None:
    document = Document("T", (Paragraph((Span("Plain"), Span(r"\alpha_1", "formula"))), Paragraph((Span("Plain"),))))
    finders = [lambda text: [one.span() for one in re.finditer("α", text)]]
    assert [hit.text for hit in find(document, finders, in_formulas=True)] == ["Plainα₁"]
    assert list(find(document, finders)) == []


def test_hits_are_cut_between_words() -> None:
    words = [f"word{number}" for number in range(60)]
    long = " ".join(words)
    heading = Heading(1, "1", (Span("Alpha"),))
    blocks = (
        Paragraph((Span("Alpha, betas"),)),
        heading,
        Paragraph((Span(f"{long} alpha bet\u00e9 {long}"),)),
        Paragraph((Span(f"alpha {long} beta"),)),
        Paragraph((Span("x" * 300 + "alphabeta" + "y" * 300),)),
        Paragraph((Span(f"alpha beta {'w' * 65} end"),)),
        Paragraph((Span(f"{'z' * 69} alphabet"),)),
    )
    finders = [
        lambda text, word=word: [one.span() for one in re.finditer(word, text.lower())] for word in ("alpha", "bet")
    ]
    assert list(find(Document("T", blocks), finders)) == [
        Hit(None, "Alpha, betas", ((0, 5), (7, 10)), 0),
        Hit(heading, f"…{' '.join(words[50:])} alpha bet\u00e9 {' '.join(words[:11])}…", ((71, 76), (77, 80)), 2),
        Hit(heading, f"alpha {' '.join(words[:12])}…", ((0, 5),), 3),
        Hit(heading, f"…{'x' * 140}alphabeta{'y' * 136}…", ((141, 146), (146, 149)), 4),
        Hit(heading, f"alpha beta {'w' * 65}…", ((0, 5), (6, 9)), 5),
        Hit(heading, f"{'z' * 69} alphabet", ((70, 75), (75, 78)), 6),
    ]
