"""LaTeXML's HTML as documents, and pages that are no papers."""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from pathlib import Path
from time import process_time

import pytest
from selectolax.lexbor import LexborHTMLParser

from reader.core.document.formula import formula_text
from reader.core.document.layout import Layout
from reader.core.document.markdown import markdown_lines
from reader.core.document.model import (
    NESTING,
    Document,
    Figure,
    Formula,
    Note,
    Paragraph,
    Table,
    texts,
)
from reader.core.errors import NoFullText
from reader.feeds.fulltext import html as html_module
from reader.feeds.fulltext.html import read_html, tex_of, without_mathml
from reader.feeds.fulltext.spans import MAX_HTML_LETTERS
from tests.core.document.checks import check_document, depth
from tests.feeds.fulltext import pages
from tests.table import each


@each(
    ("inner", "text"),
    [
        ("<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup><mo>≤</mo><mfrac><mi>a</mi><mi>b</mi></mfrac>", "xᵢ² ≤ a∕b"),
        ("<msqrt><mi>a</mi><mi>b</mi></msqrt>", "√(ab)"),
        ("<mi mathvariant='bold'>x</mi><mo>∈</mo><msup><mi>ℝ</mi><mi>d</mi></msup>", "𝐱 ∈ ℝᵈ"),
        ("<mover><mi>x</mi><mo>~</mo></mover>", "x\u0303"),
        ("<munder><mi>lim</mi><mrow><mi>n</mi><mo>→</mo><mi>∞</mi></mrow></munder><mi>𝑛</mi>", "lim_(n→∞) n"),
        ("<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>0</mn></mtd></mtr></mtable>", "[:1, 0:]"),
        ("<semantics><mi>a</mi><annotation>b</annotation></semantics><mtext>if {x}</mtext>", "aif {x}"),
        ("<mi>a</mi><mspace width='1em'/><mi>b</mi><mspace width='0.1em'/><mi>c</mi>", "a bc"),
        (
            "<mrow><mo>{</mo><mtable><mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr>"
            "<mtr><mtd><mi>c</mi></mtd><mtd><mi>d</mi></mtd></mtr></mtable><mo>}</mo></mrow>",
            "{a, b ; c, d}",
        ),
        ("<mfrac linethickness='0'><mi>n</mi><mi>k</mi></mfrac>", "{n over k}"),
        ("<mover><mi>a</mi><mi>b</mi></mover><munder><mi>a</mi><mi>b</mi></munder>", "a^{b}a_{b}"),
        ("<munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover><mroot><mi>x</mi><mn>3</mn></mroot>", "∑ᵢⁿ ∛x"),
        ("<mrow>" * 39 + "<mi>x</mi>", "x"),
        ("<mo>Re</mo><mi>z</mi><mo>∫</mo><mi>x</mi><mo>d</mo><mi>x</mi><mo>d</mo><mi>y</mi>", "Re z ∫ x dx dy"),
        ("<mi>x</mi><msup><mo>d</mo><mn>3</mn></msup><mi>x</mi><mfrac><mo>d</mo><mi>x</mi></mfrac>", "xd³x d∕x"),
        ("<mo>{</mo><mi>a</mi><mo>}</mo><mo>%</mo>", "{a}%"),
    ],
)
def test_a_formula_without_tex_is_read_from_its_mathml(inner: str, text: str) -> None:
    node = LexborHTMLParser(f"<math>{inner}</math>").css_first("math")
    assert node is not None
    assert formula_text(tex_of(node)) == text


def test_what_nests_too_deep_is_left_out() -> None:
    node = LexborHTMLParser("<math>" + "<mrow>" * 200 + "<mi>x</mi>").css_first("math")
    assert node is not None
    assert tex_of(node) == ""


def test_odd_forms_are_read_whole() -> None:
    document = read_html(pages.ODD)
    assert "\n".join(markdown_lines(document)) == pages.ODD_TEXT
    assert document.anchors == {"p 1": 1, "S2": 5, "p2": 7, "m": 13, "F9": 23, "T": 24, "E9": 31, "E8": 33}
    tables = [block for block in document.blocks if isinstance(block, Table)]
    assert [table.rules for table in tables] == [(1,), (1,), ()]
    cells = [cell for table in tables for row in table.rows for cell in row]
    assert [(one.across, one.down, one.align, one.is_head) for one in cells] == [
        *[(1, 1, "left", False)] * 2, (1, 100, "left", False), (1, 1, "left", False), (1, 1, "center", False),
        (1, 1, "left", True), *[(1, 1, "left", False)] * 6,
    ]  # fmt: skip
    spans = [span for block in document.blocks if isinstance(block, Paragraph) for span in block.spans]
    assert [span.target for span in spans if span.target] == ["#m", "https://example.org/y", "https://example.org/z"]


SHARED = Path(__file__).parents[4] / "shared" / "data" / "fulltext"


@cache
def whole() -> Document:
    return read_html(pages.PAGE)


def words(block: object) -> str:
    return "|".join(texts(block))  # type: ignore[arg-type]


PAGE_TEXT = r"""
# A paper
## Abstract
…
## 1 Start of *it*
We cite (Kay, 2024) and sum $x_{i}+1$.[^1] Next **word**. ▯
[^1]: A note.
- One
  - (a) inner
> Said.
- Term means
$$
a=b \tag{1}
$$
$$
\begin{aligned}
c & =d
\end{aligned} \tag{2}
$$
$$
\begin{aligned}
=e \\
f
\end{aligned} \tag{3}
$$
**Theorem 1 (Main).**
All is $y$ so.
**Table 1**: Numbers.
| Model | Score |  |
| --- | --- | --- |
|  | a | 1.5² |
![Figure 1](x2.png)
**Figure 1**: Both.
![(a)](x1.png)
**(a)**: Left.
**Algorithm 1**: Run
```
1:  if x
2:    go
```
```
if x:
    go()
```
```
$ run  <it>
```
## Appendix A More
### A.1 Deep
## References
- Kay (2024) Kay. On it. [link](https://example.org/x) External Links: [https://doi.org/10.1/x](https://doi.org/10.1/x)
## Authors
Ann, Bob
*Not shown here: 1 macro (▯).*"""


def test_a_page_is_read_whole_without_what_is_around_the_paper() -> None:
    check_document(whole())
    output = "\n".join(filter(None, markdown_lines(whole())))
    assert output.replace(pages.PROSE.strip(), "…") == PAGE_TEXT.strip()
    assert (whole().title, whole().version, whole().licence) == ("A paper", 3, "CC BY 4.0")
    assert whole().anchors == {
        **{"S1": 2, "S1.p1": 3, "fn1": 4, "i1": 5, "S1.E1": 8, "S1.E2": 9, "S1.E3": 10, "Thm1": 11, "S1.T1": 12},
        **{"S1.F1": 13, "alg1": 14, "A1": 17, "A1.SS1": 18, "bib": 19, "bib.bib1": 20, "authors": 21},
    }
    targets = [span.target for block in whole().blocks for span in getattr(block, "spans", ()) if span.target]
    assert targets == ["#bib.bib1", "#fn1", "https://example.org/x", "https://doi.org/10.1/x"]
    ((table,),) = (block.blocks for block in whole().blocks if isinstance(block, Figure) and block.label == "Table 1")
    assert isinstance(table, Table)
    assert table.rules == (1,)
    assert [(cell.across, cell.down, cell.align, cell.is_head) for row in table.rows for cell in row] == [
        (1, 2, "left", True),
        (2, 1, "center", True),
        (1, 1, "left", False),
        (1, 1, "right", False),
    ]


def test_the_mark_of_a_note_on_the_whole_paper_is_no_paragraph() -> None:
    content = '<sup class="ltx_note_mark">†</sup><span class="ltx_note_content">A licence.</span>'
    note = f'<span class="ltx_note">{content}</span>'
    marked = read_html(pages.PAGE.replace('<section id="S1"', f'{note}<section id="S1"', 1))
    notes = [block for block in marked.blocks if isinstance(block, Note)]
    assert any(words(one).endswith("A licence.") for one in notes)
    assert not [one for one in marked.blocks if isinstance(one, Paragraph) and words(one) == "†"]


def test_what_can_not_be_shown_leaves_a_sign_and_is_counted() -> None:
    drawn = '<svg class="ltx_picture"><g><text>noise</text></g></svg>'
    lost = '<span class="ltx_ERROR undefined">\\foo</span>'
    tick = '<img src="tick.png" class="ltx_graphics">'
    body = (
        f'<p class="ltx_p">{"Words of a paper. " * 30}</p>'
        f'<p class="ltx_p">A {drawn} between 2{lost}3, <math></math>.</p>'
        f'<figure class="ltx_figure">{drawn}<figcaption class="ltx_caption">A drawing.</figcaption></figure>'
        f'<table class="ltx_tabular"><tr class="ltx_tr"><td>A</td><td>{tick}</td></tr></table>'
    )
    people = (
        '<div class="ltx_authors"><span class="ltx_creator">Ann<sup>1</sup><span class="ltx_author_notes">'
        '<span class="ltx_contact">A lab</span><span class="ltx_contact">A town</span></span></span>'
        '<span class="ltx_creator">Bob, AT&amp;T<br>&amp;Cy</span></div>'
    )
    page = read_html(f'<html><body><article class="ltx_document">{people}{body}</article></body></html>')
    output = [line.text for line in Layout(page, None) if line.text]
    assert output[1:] == [
        "A [diagram] between 2▯3, [formula] .",
        "A drawing.",
        "[diagram]",
        "A  [picture]",
        "Authors",
        "Ann¹; A lab; A town",
        "Bob, AT&T; Cy",
        "Not shown here: 2 diagrams, 1 formula, 1 macro (▯), 1 picture.",
    ]


def test_formulas_need_only_their_tex() -> None:
    assert "NOISE" not in without_mathml(pages.PAGE)
    assert read_html(without_mathml(pages.PAGE)) == whole()


@each(
    ("page", "reason"),
    [
        (pages.NO_HTML, "arXiv has no HTML of it"),
        (pages.NOT_CONVERTED, "ar5iv has not converted it"),
        (pages.NOT_FOUND, "ar5iv does not have it"),
        (pages.SIGN_IN, "the page is not a paper"),
        ("", "the page is not a paper"),
        ("<article class=ltx_document><p>short</article>", "the page has no text"),
        (pages.PAGE[:800], "its conversion to HTML was cut short"),
        ("<div>" * 50_000 + "</div>" * 50_000, "its elements are nested too deep"),
        ("<p>x</p>" * 20_000 + "<div>" * 20_000, "its elements are nested too deep"),
        ("<p>x</p>" * 20_000 + "<br/><!-- -->" * 20_000 + "x" * 20_000, "the page is not a paper"),
        ("<div " + " ".join(f"a{n}=1" for n in range(50_000)) + ">", "one of its elements is too large"),
        ("x" * (MAX_HTML_LETTERS + 1), "the page is larger than 12 million letters"),
    ],
)
def test_a_page_that_is_no_paper_is_named(page: str, reason: str) -> None:
    with pytest.raises(NoFullText, match=f"^{reason}$"):
        read_html(page)


@each(
    "tag",
    ["div", "span", "b", "sup", "span class=ltx_note", "ul><li", "blockquote", "figure", "section", "table><tr><td"],
)
def test_what_is_nested_thousands_deep_keeps_its_text(tag: str) -> None:
    opening = f"<{tag}>" * 3_000
    document = read_html(
        f"<article class=ltx_document><p>{pages.PROSE}</p>{opening}at the <script>x</script>bottom"
        "<math alttext=y></math><p>too</article>"
    )
    check_document(document)
    assert "at the bottom too" in re.sub(r"[|\s]+", " ", " ".join(map(words, document.blocks)))
    assert max(map(depth, document.blocks)) <= NESTING


def test_a_table_has_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_module, "MAX_TABLE_CELLS", 3)
    (table,) = (block for block in read_html(pages.ODD).blocks if isinstance(block, Table) and block.anchor)
    assert [len(row) for row in table.rows] == [2]


@pytest.mark.parametrize(("limit", "most"), [("MAX_ELEMENTS", 40), ("TEXT_LETTERS", 450)])
def test_a_page_over_the_limits_is_cut(limit: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = whole().blocks
    monkeypatch.setattr(html_module, limit, most)
    document = read_html(pages.PAGE)
    check_document(document)
    assert document.is_cut
    assert len(document.blocks) < len(blocks)


STORED = json.loads((SHARED / "documents.json").read_text()) if SHARED.exists() else []


@pytest.mark.parametrize("row", [row for row in STORED if row["served"] is True], ids=lambda row: str(row["file"]))
def test_recorded_papers_are_read_whole(row: dict[str, str]) -> None:
    page = gzip.decompress((SHARED / row["file"]).read_bytes()).decode()
    document = read_html(without_mathml(page))
    check_document(document)
    assert not document.is_cut
    assert len(document.sections) > 5
    assert document.version
    text = " ".join(words(block) for block in document.blocks)
    for noise in ("Report GitHub Issue", "Why HTML?", "Instructions for reporting", "italic_", "smileybones"):
        assert noise not in text
    # Links lead somewhere.
    lost = {
        span.target
        for block in document.blocks
        for span in getattr(block, "spans", ())
        if span.target.startswith("#") and span.target[1:] not in document.anchors
    }
    assert len(lost) <= 3, lost


@pytest.mark.parametrize("page", [pages.BROKEN_OFF, pages.PAGE[: len(pages.PAGE) // 2]], ids=["fatal", "cut"])
def test_a_page_that_breaks_off_is_read_as_far_as_it_goes(page: str) -> None:
    document = read_html(page)
    assert document.is_cut and not document.has_end
    assert "1" in [section.heading.number for section in document.sections]


@pytest.mark.skipif(not STORED, reason="the recorded papers are not here")
@pytest.mark.parametrize("name", ["ar5iv-404.html", "ar5iv-empty.html"])
def test_recorded_pages_that_are_no_papers_are_refused(name: str) -> None:
    with pytest.raises(NoFullText):
        read_html((SHARED / "html" / name).read_text("utf-8"))


def cell(part: str) -> str:
    """A cell of an equation: words behind `~`, a number before `@` and its rows, or TeX."""
    text, _, rows = part.partition("@")
    if rows:
        tag = f'<span class="ltx_tag ltx_tag_equation">{text}</span>'
        return f'<td class="ltx_eqn_eqno" rowspan="{rows}">{tag}</td>'
    if part.startswith("~"):
        return f'<td><span class="ltx_markedasmath">{part[1:]}</span></td>'
    return f'<td><math alttext="{part}"></math></td>' if part else "<td></td>"


@each(
    ("rows", "formulas"),
    [
        # One number of several rows is theirs.
        ("a & =b & (2)@2 //  & =c // d", [Formula(("a & =b", "& =c"), "(2)"), Formula(("d",))]),
        # A number stays on its row, and its own signs are no formula.
        ("a=b & (<math alttext=*></math>)@1 // c=d", [Formula(("a=b",), "(∗)"), Formula(("c=d",))]),
        # Words in place of a formula stay in their row, and the space of a line that breaks within words stays.
        ("~Step 5% <math alttext=n></math> & s=1", [Formula((r"~\text{Step 5\% }n~ & s=1",))]),
        (r"x%&#10;+y\text{both are%&#10; constant}", [Formula((r"x+y\text{both are constant}",))]),
    ],
)
def test_formulas_of_several_rows_are_parted_by_their_numbers(rows: str, formulas: list[Formula]) -> None:
    cells = (f"<tr>{''.join(map(cell, row.split(' & ')))}</tr>" for row in rows.split(" // "))
    table = f'<table class="ltx_equationgroup ltx_eqn_table">{"".join(cells)}</table>'
    page = read_html(f'<article class="ltx_document"><div class="ltx_para">{pages.PROSE}{table}</div></article>')
    assert [block for block in page.blocks if isinstance(block, Formula)] == formulas


def test_a_row_of_many_cells_is_read_once() -> None:
    cells = "<td><math alttext='x'></math></td>" * 6_000
    start = process_time()
    read_html(f"<article class=ltx_document>{pages.PROSE}<table class=ltx_equation><tr>{cells}</tr></table></article>")
    assert process_time() - start < 1


def test_a_formula_whose_tex_is_missing_or_lacks_words_keeps_its_mathml() -> None:
    kept = "<math display='block'><mi>x</mi></math><math alttext='12'><mtext class='a'>1 to 2</mtext></math>"
    page = f"{kept}<math alttext='y' id='a>b'><mi>y</mi></math>"
    assert without_mathml(page.replace("'", '"')) == page.replace("'", '"').replace("<mi>y</mi>", "")
