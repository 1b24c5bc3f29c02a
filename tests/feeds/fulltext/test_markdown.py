"""The daily feed's Markdown as documents."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from markdown_it.token import Token

from reader.core.document.formula import formula_text
from reader.core.document.layout import Layout
from reader.core.document.markdown import markdown_lines
from reader.core.document.model import (
    NESTING,
    Figure,
    Formula,
    Heading,
    Items,
    Note,
    Paragraph,
    Reference,
    Span,
    Table,
    plain,
    texts,
)
from reader.core.errors import NoFullText
from reader.feeds.fulltext import markdown
from reader.feeds.fulltext.markdown import find_runs, parse_markdown, read_markdown
from tests.core.document.checks import check_document, depth
from tests.feeds.fulltext import pages
from tests.table import each

SHARED = Path(__file__).parents[4] / "shared" / "data" / "fulltext" / "markdown"


PAPER = r"""
# A paper
## Abstract
…
## 1 Start
We cite (Kay, 2024), see Table 1 and take $x_{i}\leq 1$, which is **so** by $\mathcal{O}(n\log n)$ steps.
$$
a=\frac{b}{c} \tag{1}
$$
### 1.1 Parts
**Theorem 1(Main).**
*All is so.*
**Table 1**: Numbers.
| Model | $\alpha$ |
| --- | --- |
| a | 1.5 |
![Figure 1](https://arxiv.org/html/2605.00001v2/x1.png)
**Figure 1**: Both.
**Algorithm 1**: Run
```
1: if x
2: go
3: stop
```
```
$ run  <it>
```
> Said.
- One
## Appendix A More
## References
- Kay (2024) Kay. On it. [link](https://example.org/x)"""


def test_only_a_first_heading_before_all_else_is_the_title() -> None:
    found = parse_markdown("# A title\n\nText.\n\n# Another\n\nMore.")
    assert found.title == "A title"
    assert [block.spans for block in found.blocks if isinstance(block, Heading)] == [(Span("Another"),)]
    assert parse_markdown("Text.\n\n# Late\n\nMore.").title == ""


def test_the_feeds_form_becomes_the_same_model() -> None:
    document = read_markdown(pages.MARKDOWN)
    check_document(document)
    said = "\n".join(filter(None, markdown_lines(document)))
    assert said.replace((pages.PROSE * 5).strip(), "…") == PAPER.strip()
    assert document.version == 2
    assert document.anchors == {"S1": 2, "S1.SS1": 5, "S1.T1": 7, "A1": 13, "bib.bib1": 15}
    targets = [span.target for block in document.blocks for span in getattr(block, "spans", ()) if span.target]
    assert targets == ["#bib.bib1", "#S1.T1", "https://example.org/x"]
    ((table,),) = (block.blocks for block in document.blocks if isinstance(block, Figure) and block.label == "Table 1")
    assert isinstance(table, Table)
    assert [(cell.align, cell.is_head) for row in table.rows for cell in row] == [
        *[("left", True), ("right", True)],
        *[("left", False), ("right", False)],
    ]


@each(
    ("text", "reason"),
    [
        (pages.FALLBACK, "the feed has its page in place of the text"),
        (pages.MARKDOWN[:600], "the feed has its page in place of the text"),
        (pages.SIGN_IN, "the feed has its page in place of the text"),
        ("", "the feed has its page in place of the text"),
        (pages.MARKDOWN.replace("arxiv.org/html", "arxiv.org.evil.example/html"), "the feed has its page"),
        (pages.MARKDOWN + "[" * 50_000, "one of its paragraphs is too large"),
    ],
)
def test_a_page_that_is_no_text_is_named(text: str, reason: str) -> None:
    with pytest.raises(NoFullText, match=f"^{reason}"):
        read_markdown(text)


def test_odd_forms_are_read_whole() -> None:
    document = parse_markdown(pages.ODD_MARKDOWN)
    assert document.title == "A title"
    assert "\n".join(markdown_lines(document)) == pages.ODD_MARKDOWN_TEXT
    assert document.anchors == {
        "A1": 2,
        "A1.SS2": 3,
        "S2.SS1.SSS3": 4,
        "S1.SS2.SSS3.SSSS4": 5,
        "S1.E7": 10,
        "S2.T3": 13,
        "S2.F1": 16,
        "alg1": 17,
        "bib.bib1": 38,
        "bib.bib2": 39,
    }
    tables = [part for block in document.blocks if isinstance(block, Figure) for part in block.blocks]
    assert [[cell.align for cell in row] for one in tables if isinstance(one, Table) for row in one.rows] == [
        ["left", "center", "right"]
    ] * 2


@each("text", ["Words of a text", "Some `code of a text`", "```\ncode of a text\n```"])
def test_a_text_over_the_limit_is_cut(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown, "TEXT_LETTERS", 10)
        document = parse_markdown(f"{text}\n\nAfter.")
    assert (len(document.blocks), document.is_cut) == (1, True)


@each("sign", ["> ", "- "])
def test_what_nests_too_deep_keeps_its_text(sign: str) -> None:
    document = parse_markdown(f"{sign * 15}at the bottom")
    assert "at the bottom" in " ".join(texts(document.blocks[0]))
    assert max(map(depth, document.blocks)) == NESTING


def test_a_paragraph_of_signs_alone_is_no_formula() -> None:
    document = parse_markdown("One.\n\n...\n\nTwo.")
    assert [type(block) for block in document.blocks] == [Paragraph] * 3
    assert list(markdown_lines(document)) == ["One.", "", "...", "", "Two."]


def test_macros_that_stand_for_nothing_are_left_out() -> None:
    text = "\\lx@xy@xyoption@orig\n\nWords, and 97.3\\% of them.\n\n| \\makecellmAP (0.75) | +12.7\\% |\n|---|---|\n"
    words = " ".join(" ".join(texts(block)) for block in parse_markdown(text).blocks)
    assert words == "Words, and 97.3% of them. mAP (0.75) +12.7%"


@each(
    "marked",
    [
        r"with ⟦\mathcal{O}(n\log n)⟧ math",
        r"(⟦∼\sim 47.0%⟧) and",
        r"let ⟦x_{1}=\sqrt{1}+\frac{1}{1}⟧, a reference",
        r"for all ⟦\theta⟧, then",
        r"is ⟦\{x\in X\}⟧ here.",
        "price is $5 and ⟦$x^2$⟧ is",
        r"snake_case and ⟦C:\dir⟧ and 50%",
        "at https://a.example/x_{1}",
        r"then ⟦\lvert S\rvert\leq\lvert V\rvert⟧ holds",
        "the ⟦x_{1}=1⟧",
        "⟦x_{1} =⟧\n2, so",
        r"a ⟦\begin{matrix}a & b \\ c\end{matrix}⟧ b",
        "so ⟦f(x_{1}, y)⟧ holds (see ⟦x_{2}⟧) and [⟦x_{3}⟧] too",
        r"a ⟦\left( x y \right)⟧ b",
        r"so ⟦\alpha \leq b⟧ holds",
        r"so ⟦\alpha \leq⟧ the rest",
        r"so ⟦\lambda⟧ is one",
        "a ⟦x_{1}⟧ + y = z and",
        r"so ⟦x_{1} \in Y⟧",
        r"in ⟦\{a⟧ b ⟦c\}⟧ and",
        "a ⟦{x_{1} y z}⟧ b",
        "so ⟦\\alpha⟧\n\nis",
        r"⟦\(a b\)⟧ and ⟦$$c d$$⟧ and ⟦$e$⟧",
        "a|⟦x_{1}⟧|b `⟦y_{2}⟧`",
        r"⟦x_{1}\,⟧. And ⟦\alpha_{2}⟧; so",
        "**⟦x_{1}⟧**, _⟦y_{2}⟧_",
        "(⟦x_{1}⟧) (⟦y_{2} z_{3}⟧) (⟦(w_{4})⟧) ⟦v_{5}⟧) [⟦u_{6}⟧",
        "http://a.example/x_{1} and ⟦y_{2}⟧",
        r"⟦k_{0}⟧-algebra, spin-⟦\frac{1}{2}⟧ one",
        r"⟦≤\leq x⟧ and ⟦≥\leq y⟧",
        r"a \\ ⟦x_{1}⟧ \\ b c",
        r"a ⟦\text{if it is}⟧ b",
        "so ⟦x_{1} → y_{2}⟧ ∼ z",
    ],
)
def test_tex_is_found_in_prose(marked: str) -> None:
    text, done, found = re.sub(r"⟦|⟧", "", marked), 0, ""
    for start, end, _ in find_runs(text):
        found, done = f"{found}{text[done:start]}⟦{text[start:end]}⟧", end
    assert found + text[done:] == marked
    found_tex = [tex for _, _, tex in find_runs(r"a ∼\sim 1 and \(a b\) and $$ c d $$ and $e$ and ≥\leq y")]
    assert found_tex == [r"\sim 1", "a b", "c d", "e", r"≥\leq y"]


@each(
    ("text", "shown"),
    [
        (r"the property of \omega-mediation.", "the property of ω-mediation."),
        (r"a k_{0}-algebra, a spin-\frac{1}{2} particle", "a k₀-algebra, a spin-½ particle"),
        (r"with x_{1}-y_{2} and \alpha-\beta-abs", "with x₁ − y₂ and α − β − abs"),
    ],
)
def test_a_word_that_a_hyphen_joins_to_a_formula_stays_a_word(text: str, shown: str) -> None:
    (block,) = parse_markdown(text).blocks
    assert "".join(formula_text(one) if "{" in one or "\\" in one else one for one in texts(block)) == shown


def test_tex_is_not_read_as_markdown() -> None:
    (paragraph,) = parse_markdown(r"Then \pi_{0}_{x} and \pi_{1}_{y} differ in \{a\} and \,b.").blocks
    assert isinstance(paragraph, Paragraph)
    assert {span.style for span in paragraph.spans} == {"", "formula"}


def test_code_is_not_searched_for_tex() -> None:
    document = parse_markdown("```\nprint('\\alpha_{1}')\n```\n\nThen `\\beta_{2}` too.")
    assert (
        "|".join(text for block in document.blocks for text in texts(block))
        == r"print('\alpha_{1}')|Then |\beta_{2}| too."
    )


FILES = sorted(path.name for path in SHARED.iterdir()) if SHARED.exists() else []


@each("name", FILES)
def test_recorded_texts_are_read_whole(name: str) -> None:
    data = (SHARED / name).read_bytes()
    text = (gzip.decompress(data) if name.endswith("gz") else data).decode()
    document = parse_markdown(text) if name.startswith("docling") else read_markdown(text)
    check_document(document)
    assert not document.is_cut
    assert sum(document.sizes) > len(text) / 2.5
    assert "\ue000" not in "".join(part for block in document.blocks for part in texts(block))


def test_items_keep_the_text_that_the_converter_indents_by_four() -> None:
    text = "1.   (1)\n\n    First \\lambda according to **it**.\n\n2.   2. \n\n    Second.\n\n10.   (x)\n\n    Third."
    (items,) = parse_markdown(text).blocks
    assert isinstance(items, Items)
    assert [item.marker for item in items.items] == ["(1)", "2.", "(x)"]
    assert items.items[0].blocks == (
        Paragraph(
            (Span("First "), Span(r"\lambda", "formula"), Span(" according to "), Span("it", "strong"), Span("."))
        ),
    )


def test_rows_of_an_equation_are_one_formula_with_the_number_below() -> None:
    text = "f(x_{1})\n\n\\displaystyle=\\frac{a}{b}\n\n(2)\n\n(3)\n\nSee."
    assert parse_markdown(text).blocks[0] == Formula((r"f(x_{1}) =\frac{a}{b}",), "(2)–(3)")
    # The cells of aligned rows come one by one.
    text = "\\displaystyle f_{1}=\n\n\\displaystyle a_{1}\n\n\\displaystyle=\n\n\\displaystyle b_{1}\n\n(4)"
    rows = "f_{1}= & a_{1}", "= & b_{1}"
    assert parse_markdown(text).blocks[0] == Formula(rows, "(4)")


def test_footnotes_are_told_from_their_thrice_written_marks() -> None:
    first, second = parse_markdown("So it is.3 33The note. And on.\n\n9 9footnotetext: See there.").blocks
    assert first == Paragraph((Span("So it is."), Span("3", "mark"), Span(" The note. And on.")))
    assert second == Note("9", (Span("See there."),))


def test_captions_go_to_the_table_or_picture_beside_them() -> None:
    text = "| a |\n| --- |\n| b |\n\nTable 2: After.\n\nFigure 3: Before.\n\n![Image 1: x](https://a.example/1.png)\n\nProse."
    table, figure, _ = parse_markdown(text).blocks
    assert isinstance(table, Figure) and table.label == "Table 2" and isinstance(table.blocks[0], Table)
    assert isinstance(figure, Figure) and (figure.label, figure.pictures) == ("Figure 3", ("https://a.example/1.png",))


def test_an_address_in_running_text_is_a_link() -> None:
    text = "## 1 Code\n\nOur code is at github.com/ada/engine, see **https://ada.org/x**, and `https://ada.org/y`.\n"
    paragraph = parse_markdown(text).blocks[1]
    assert isinstance(paragraph, Paragraph)
    assert [(span.text, span.style, span.target) for span in paragraph.spans] == [
        ("Our code is at ", "", ""),
        ("github.com/ada/engine", "", "https://github.com/ada/engine"),
        (", see ", "", ""),
        ("https://ada.org/x", "strong", "https://ada.org/x"),
        (", and ", "", ""),
        ("https://ada.org/y", "code", "https://ada.org/y"),
        (".", "", ""),
    ]


def test_of_a_hundred_thousand_references_the_first_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []
    real = markdown._parser

    class Parser:
        def parse(self, text: str) -> list[Token]:
            given.append(text)
            return real().parse(text)

    def references(count: int) -> str:
        entry = "*   Author et al. (2024)\n\n    A. Author. [arXiv:2401.00001](https://arxiv.org/abs/2401.00001), 2024."
        return "Intro.\n\n## References\n\n" + "\n\n".join([entry] * count)

    monkeypatch.setattr(markdown, "_parser", Parser)
    monkeypatch.setattr(markdown, "PARTS", 902)
    many, few = (parse_markdown(references(count)) for count in (100_000, 300))
    assert len(given[0]) == len(given[1])
    assert (many.blocks, many.is_cut, few.is_cut) == (few.blocks, True, False)
    assert sum(isinstance(block, Reference) for block in many.blocks) == 300


def shown(text: str) -> list[str]:
    return [line.text.strip() for line in Layout(parse_markdown(text), 70) if line.text.strip()]


def test_displayed_formulas_stand_alone_with_their_numbers() -> None:
    assert shown("So $$y=2$$ holds. \\[ z = 3 \\] And \\(w_2\\).") == ["So", "y = 2", "holds.", "z = 3", "And w₂."]
    (formula,) = parse_markdown("$$\nx = y \\tag{3}\n$$").blocks
    assert formula == Formula(("x = y",), "(3)")
    assert parse_markdown("It costs 5$$ or \\[2pt.").blocks == (Paragraph((Span("It costs 5$$ or [2pt."),)),)


def test_html_becomes_what_it_says() -> None:
    (table,) = parse_markdown(
        '<table><tr><th>A</th><th colspan="2">B|C</th></tr><tr><td rowspan="2">1</td><td>$x_1$</td><td>3</td></tr>'
        "<tr><td>4</td><td>5</td></tr></table>"
    ).blocks
    assert isinstance(table, Table)
    rows = [["".join(plain(cell.spans)) for cell in row] for row in table.rows]
    assert rows == [["A", "B|C", ""], ["1", "x_1", "3"], ["", "4", "5"]]
    folded = "<details><summary>More</summary>\n\nHidden <b>bold</b>, CO<sub>2</sub>,<br>and <EOS>.\n\n</details>"
    assert shown(folded) == ["More", "Hidden bold, CO₂, and <EOS>."]
    # What can't be shown leaves a sign.
    assert shown("Text <svg><path/></svg> here.") == ["Text [diagram] here."]
    pictured = parse_markdown('Look: <img alt="a cat" src="cat.png"> there.').blocks
    assert [type(block) for block in pictured] == [Paragraph, Figure]
    assert shown("```\n<b>kept</b> $$x$$\n```") == ["<b>kept</b> $$x$$"]


def test_numbers_that_the_converter_writes_twice_are_one() -> None:
    assert shown("1.   1.first\n2.   2.second") == ["1. first", "2. second"]
    assert shown("1.   \\tightlist\n\n2.   1.\n\n    first\n") == ["1. first"]


def test_tags_without_an_end_take_no_time() -> None:
    for part in ("<table>", "<svg>", "\\[", "$$ ", '<img src="', "<details>"):
        parse_markdown("\n\n".join([part * 500] * 20))
