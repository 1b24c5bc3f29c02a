"""Documents in lines: what is drawn at a width and in a pipe, and places that stay over a new layout."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reader.core.document.layout import Layout, TextPlace
from reader.core.document.model import (
    Block,
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
    Spans,
    Table,
    Theorem,
    Verbatim,
)
from reader.ui.kit.styles import STYLES
from tests.core.document.test_model import DOCUMENTS
from tests.table import each


def words(text: str) -> Spans:
    return (Span(text),)


def drawn(*blocks: Block, width: int | None = 30) -> list[str]:
    return [line.text for line in Layout(Document("T", blocks), width)]


PROSE = "Alpha beta gamma delta epsilon zeta eta theta."


def test_a_paragraph_is_wrapped_and_one_line_in_a_pipe() -> None:
    block = Paragraph(
        (Span("Look up "), Span("[3]", "", "#bib3"), Span(" for all of "), Span("x_{i}\\leq 1", "formula"), Span("."))
    )
    assert drawn(block, width=29) == ["Look up [3] for all of", "xᵢ ≤ 1."]
    assert drawn(Paragraph(words(PROSE)), width=None) == [PROSE]
    (line, _) = Layout(Document("T", (block,)), 28)
    assert [(piece.text, piece.role, piece.action) for piece in line.pieces] == [
        ("Look up ", "text", None),
        ("[3]", "text", ("follow", "#bib3")),
        (" for all of", "text", None),
    ]


def test_a_formula_has_its_number_at_the_edge_and_breaks_between_terms() -> None:
    assert drawn(Formula(("a=b",), "(1)")) == ["    a = b                  (1)"]
    assert drawn(Formula((r"f(a,b)+g(c,d)+h(e,k)+l(m,n)",))) == ["    f(a, b) + g(c, d)", "        + h(e, k) + l(m, n)"]
    # A part that is on one line, and that is broken too, has each of its letters once.
    lines = drawn(Formula((r"aaaa+bbbb-\min_{x_{i,t}\in\mathcal{L}_{i,t},y_{i,t}\in\mathcal{M}_{i,t}}f",)))
    assert "".join("".join(lines).split()) == "aaaa+bbbb−min_(x_(i,t)∈ℒ_(i,t),y_(i,t)∈ℳ_(i,t))f"
    assert drawn(Formula((r"a\\ =b",), "(2)"), width=None) == ["a", "= b  (2)"]
    assert drawn(Formula((r"f(a,b)\ g(c,d)\ h[e,k]\ l(m,n)",), "(1)")) == [
        *("    f(a, b) g(c, d)", "        h[e, k] l(m, n)    (1)")
    ]
    assert drawn(Formula((r"f(aaaa,bbbb,cccc,dddd,eeee)\ g(c,d)",))) == [
        *("    f(aaaa, bbbb, cccc, dddd,", "        eeee) g(c, d)")
    ]
    assert drawn(Formula(("a=b", r"\frac{c}{d}=e"), "(1)")) == [
        *("    a = b", "", "    c", "    ─ = e                  (1)", "    d")
    ]


TABLE = Table(
    (
        (Cell(words("Model"), 1, 2, is_head=True), Cell(words("Scores"), 2, 1, "center", True)),
        (Cell(words("A"), is_head=True), Cell(words("中文"), is_head=True)),
        (Cell(words("base")), Cell(words("1.5"), align="right"), Cell(words("22"), align="right")),
    ),
    (2,),
)


def test_a_wide_table_is_narrowed_where_its_text_is_long() -> None:
    long = words("We explain at length what this row is, and why it is here")
    rows = (
        (Cell(words("Method"), 1, 2, is_head=True), Cell(words("A long head over two columns"), 2, 1, "center", True)),
        (Cell(words("in"), is_head=True), Cell(words("out"), is_head=True)),
        (Cell(long), Cell(words("1.25"), 1, 1, "right"), Cell(words("2"), 1, 2, "center")),
        (Cell((Span("b", "strong"), Span(" c"))), Cell(words("33"), 1, 1, "right")),
    )
    assert drawn(Table(rows), width=71) == [
        "─" * 71,
        "Method                                     A long head over two columns",
        "                                           in    out",
        "─" * 71,
        "We explain at length what this row is,     1.25            2",
        "and why it is here",
        "b c                                          33",
        "─" * 71,
    ]
    assert drawn(Table(rows), width=60) == drawn(Table(rows), width=20)
    assert drawn(Table(rows), width=60)[-3:-1] == ["is, and why it is here", f"b c{' ' * 37}33"]
    size = len(long[0].text)
    assert drawn(Table(rows), width=None) == [
        f"{'Method':{size}}  A long head over two columns",
        f"{'':{size}}  in    out",
        f"{long[0].text}  1.25            2",
        f"{'b c':{size}}    33",
    ]
    body = Layout(Document("T", (Table(rows),)), 71).lines(0)[6]
    assert [(piece.role, piece.text.strip()) for piece in body.pieces] == [
        *(("strong", "b"), ("text", "c"), ("text", ""), ("text", "33"))
    ]
    wider = Layout(Document("T", (Table(rows),)), 20, table_width=71).lines(0)
    assert [line.text for line in wider] == drawn(Table(rows), width=71)
    assert drawn(Table(((),)), width=None) == [""]
    tall = Cell(words("a"), 1, 3), Cell(words("b"), 2), Cell(words("c"), 1, 2)
    spanned = Table((tall, (Cell(words("d")), Cell(words("e"))), (Cell(words("f"), 3),), (Cell(words("g")),)))
    assert drawn(spanned, width=None) == ["a  b     c", "   d  e", "   f", "g"]
    # What is beyond the last column is left out.
    assert drawn(Table(((Cell(words("a"), 399), Cell(words("b")), Cell(words("c"))),)), width=None) == [f"{'a':798}b"]


def test_code_is_not_wrapped_and_list_items_are_indented() -> None:
    code = Verbatim(((Span("if x:", "code"),), (), (Span("    " + "y" * 40, "code"),)))
    assert drawn(code) == ["  if x:", "  ", "      " + "y" * 40]
    steps = Verbatim(((Span("1:  "), Span("for", "strong"), Span(" all of the many examples do")),))
    assert drawn(steps) == ["  1:  for all of the many", "      examples do"]


EVERYTHING = Document(
    "T",
    (
        Heading(1, "1", words("A heading of more than one line, in all"), "S1"),
        Paragraph(
            (
                Span("See "),
                Span("code", "code"),
                Span(" of "),
                Span("x_{i}\\leq 1", "formula"),
                Span("2", "mark", "#n2"),
                Span("."),
            )
        ),
        Items(
            (
                Item(
                    "1.",
                    (Paragraph(words("one")), Quote((Paragraph(words("q")), Formula(("a=b",), "(1)", "E1")))),
                    "I1",
                ),
                Item("", (Formula((r"\frac{a}{b}",)),)),
                Item("A long term", (), "I2"),
                Item("•", ()),
            )
        ),
        Formula((r"a&=b", r"&=\frac{c}{d}"), "(2)", "E2"),
        Formula((r"f(a,b)+g(c,d)", r"ccc"), "(3)"),
        Figure(
            "Figure 1",
            words("Both."),
            (
                Figure("(a)", words("left"), (), ("l.png",)),
                Figure("(b)", (), (), ("r.png",)),
            ),
            (),
            "F1",
        ),
        Figure("", (), (TABLE,), ("t.png",)),
        Figure("Listing 1", (), (Verbatim(((Span("x", "code"),),)),)),
        Theorem(
            words("Lemma 1."),
            (Paragraph(words("All.")), Items((Item("(i)", (Paragraph(words("a")),)),)), Formula(("a",))),
        ),
        Theorem((), (Paragraph(words("p")),)),
        Theorem(words("Proof."), (Formula(("b",)),)),
        Theorem(words("Remark."), ()),
        Quote((Paragraph(words("one")), Paragraph(words("two")), Note("*", words("n")))),
        Verbatim(
            ((Span("12: "), Span("a step of an algorithm that is long")),),
        ),
        Reference("", words("No label, but a long text that hangs below")),
        Note("2", words("A note that is longer than a single line is"), "n2"),
        Heading(2, "", words("End")),
        Heading(1, "", words("Last")),
    ),
)
AT_30 = """\
 0   S1 1  A heading of more than one
27         line, in all
 0
 0      See code of xᵢ ≤ 1².
 0
 0   I1 1. one
 5
 5         │ q
 7         │
 8 f E1    │     a = b             (1)
17 f    •     a
19 f          ─
20 f          b
21   I2 A long term
32      •
 0
 0 f E2     a = b
 5 f
 5 f            c
 6 f          = ─                  (2)
12 f            d
 0
 0 f        f(a, b) + g(c, d)
17 f        ccc                    (3)
 0
 0   F1 Figure 1: Both.
14        (a) left
21        (b)
 0
 0      [picture]
 9      ────────────────
25      Model   Scores
36             A    中文
39      ────────────────
55      base   1.5    22
64      ────────────────
 0
 0      Listing 1
 9
 9        x
 0
 0      Lemma 1. All.
12      (i) a
16
16 f        a
 0
 0      p
 0
 0      Proof.
 6
 6 f        b
 0
 0      Remark.
 0
 0      │ one
 4      │
 5      │ two
 9      │   * n
 0
 0        12: a step of an algorithm
25            that is long
 0
 0      No label, but a long text that
30          hangs below
 0   n2   ² A note that is longer than
27          a single line is
 0
 0      End
 0
 0      Last"""

IN_A_PIPE = """\
1  A heading of more than one line, in all

See code of xᵢ ≤ 1².

1. one

   > q
   >
   > a = b  (1)
• a∕b
A long term
•

a = b
= c∕d  (2)

f(a, b) + g(c, d)
ccc  (3)

Figure 1: Both.
  (a) left
  (b)

[picture]
Model   Scores
       A    中文
base   1.5    22

Listing 1

x

Lemma 1. All.
(i) a

a

p

Proof.

b

Remark.

> one
>
> two
>   * n

12: a step of an algorithm that is long

No label, but a long text that hangs below
  ² A note that is longer than a single line is

End

Last"""


def test_each_kind_of_block_at_a_width_and_in_a_pipe() -> None:
    """For each line: the letters before it, whether it is of a formula, anchors, and text."""
    output = [
        f"{line.start:2} {' f'[line.formula is not None]} {','.join(line.anchors):2} {line.text}".rstrip()
        for line in Layout(EVERYTHING, 30)
    ]
    assert "\n".join(output) == AT_30
    assert "\n".join(line.text.rstrip() for line in Layout(EVERYTHING, None)) == IN_A_PIPE


def test_places_are_lines_letters_and_shares() -> None:
    layout, at = Layout(EVERYTHING, 30), TextPlace
    assert (layout.end, layout.letters) == (at(17, 1), 367)
    widths = [layout.cells(block) for block in range(18)]
    assert widths == [29, 20, 30, 30, 30, 15, 16, 9, 13, 1, 6, 7, 7, 28, 30, 30, 3, 4]
    assert [layout.down(at(0, 1), rows) for rows in (0, 1, 2, 20)] == [at(0, 1), at(1), at(1, 1), at(4)]
    assert [layout.up(at(3, 2), rows) for rows in (0, 1, 3, 9, 99)] == [at(3, 2), at(3, 1), at(2, 10), at(2, 4), at()]
    assert [layout.letter(at(2, line)) for line in (0, 3, 8, 11)] == [0, 5, 20, 0]
    asked = ((2, 0), (2, 7), (2, 8), (2, 999), (-1, 5), (99, 0))
    assert [layout.place_at(*one) for one in asked] == [at(2, 1), at(2, 4), at(2, 5), at(2, 10), at(), at(17, 1)]
    assert [round(layout.share(place), 3) for place in (at(), at(0, 1), at(6, 4), at(17, 1))] == [
        0,
        0.074,
        0.504,
        0.989,
    ]
    assert [layout.place_of(name) for name in ("#n2", "E1", "?")] == [at(15), at(2, 5), None]
    for place, step, to in (
        *((at(), 1, at(16, 1)), (at(0, 1), -1, at()), (at(), -1, None), (at(5), -1, at()), (at(5), 1, at(16, 1))),
        *((at(16, 1), -1, at()), (at(16, 1), 1, at(17, 1)), (at(16, 1), 2, None), (at(17), 1, None)),
    ):
        assert layout.next_section(place, step) == to
    first, second = layout.lines(0)
    fronted = Layout(EVERYTHING, 30, front=[second])
    assert fronted.placed_lines(at(0, 0), 4) == [
        (at(0), second),
        (at(0, 1), first),
        (at(0, 2), second),
        (at(1), fronted.lines(1)[0]),
    ]


@given(DOCUMENTS, st.integers(1, 90))
def test_any_document_fits_and_keeps_its_letters(document: Document, width: int) -> None:
    layout, piped = Layout(document, width), Layout(document, None)
    for index, block in enumerate(document.blocks):
        lines = layout.lines(index)
        assert [line.start for line in lines] == sorted(line.start for line in lines)
        for line in (*lines, *piped.lines(index)):
            assert {piece.role for piece in line.pieces} <= STYLES.keys()
        if block.anchor:
            assert layout.place_of(block.anchor) is not None
    total = sum(len(layout.lines(index)) for index in range(len(document.blocks)))
    assert len(layout.placed_lines(TextPlace(), 10_000)) == total == len(list(layout))


LONG = Document(
    "T",
    tuple(
        block
        for number in range(1, 30)
        for block in (
            Heading(1, str(number), words("Section"), f"S{number}"),
            Paragraph(words(f"{PROSE} " * number)),
            Theorem(words("Theorem."), (Formula(("x",), f"({number})", f"E{number}"),)),
        )
    ),
)


@given(st.integers(0, 900), st.integers(1, 60))
def test_rows_down_and_up_again_are_the_same_place(row: int, step: int) -> None:
    layout = Layout(LONG, 60)
    place = layout.down(TextPlace(), row)
    further = layout.down(place, step)
    assert layout.up(further, step) == place or layout.down(further, 1) == further
    assert layout.share(place) <= layout.share(further) <= 1
    assert layout.placed_lines(place, step + 1)[-1] == layout.placed_lines(further, 1)[0]


@each("width", [None, 1, 20, 80])
def test_an_empty_document_has_no_lines(width: int | None) -> None:
    layout = Layout(Document("T", ()), width)
    assert list(layout) == []
    assert layout.placed_lines(TextPlace(), 5) == []
    assert layout.share(TextPlace()) == 0
