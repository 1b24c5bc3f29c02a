"""The daily feed's Markdown as documents."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from reader.core.document.markdown import markdown_lines
from reader.core.document.model import NESTING, Paragraph, Reference, Table, texts
from reader.core.errors import NoFullText
from reader.feeds.fulltext import html, markdown
from reader.feeds.fulltext.markdown import parse_markdown, read_markdown
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
All is so.
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


def test_the_feeds_form_becomes_the_same_model() -> None:
    document = read_markdown(pages.MARKDOWN)
    check_document(document)
    output = "\n".join(filter(None, markdown_lines(document)))
    assert output.replace((pages.PROSE * 5).strip(), "…") == PAPER.strip()
    assert document.version == 2
    assert document.anchors == {"bib.bib1": 17}
    targets = [span.target for block in document.blocks for span in getattr(block, "spans", ()) if span.target]
    assert targets == ["#bib.bib1", "#S1.T1", "https://example.org/x"]
    assert [block.label for block in document.blocks if isinstance(block, Reference)] == ["Kay (2024)"]
    (table,) = (block for block in document.blocks if isinstance(block, Table))
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
    ],
)
def test_a_page_that_is_no_text_is_named(text: str, reason: str) -> None:
    with pytest.raises(NoFullText, match=f"^{reason}"):
        read_markdown(text)


def test_odd_forms_are_read_whole() -> None:
    document = parse_markdown(pages.ODD_MARKDOWN)
    assert document.title == "A title"
    assert "\n".join(markdown_lines(document)) == pages.ODD_MARKDOWN_TEXT
    assert document.anchors == {"bib.bib1": 40, "bib.bib2": 41}
    tables = [block for block in document.blocks if isinstance(block, Table)]
    assert ["left", "center", "right"] in [[cell.align for cell in row] for table in tables for row in table.rows]


@each("text", ["Words of a text", "Some `code of a text`", "```\ncode of a text\n```"])
def test_a_text_over_the_limit_is_cut(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html, "TEXT_LETTERS", 10)
        document = parse_markdown(f"{text}\n\nAfter.")
    assert (len(document.blocks), document.is_cut) == (1, True)


def test_the_end_of_a_very_long_text_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "MAX_MARKDOWN_LETTERS", 20)
    document = parse_markdown("One of two.\n\nTwo of two.")
    assert (len(document.blocks), document.is_cut) == (1, True)


@each("sign", ["> ", "- "])
def test_what_nests_too_deep_keeps_its_text(sign: str) -> None:
    document = parse_markdown(f"{sign * 15}at the bottom")
    assert "at the bottom" in " ".join(texts(document.blocks[0]))
    assert max(map(depth, document.blocks)) == NESTING


@each(
    ("text", "marked"),
    [
        (r"let x_{1}=\sqrt{1}+\frac{1}{1}, a reference", r"let ⟦x_{1}=\sqrt{1}+\frac{1}{1}⟧, a reference"),
        ("price is $5 and $x^2$ is", "price is $5 and ⟦x^2⟧ is"),
        (r"snake_case and C:\dir and 50%", r"snake_case and ⟦C:\dir⟧ and 50%"),
        ("at https://a.example/x_{1}", "at https://a.example/x_{1}"),
        (r"so \lvert S\rvert\leq\lvert V\rvert holds", r"so ⟦\lvert S\rvert\leq\lvert V\rvert⟧ holds"),
        ("so f(x_{1}, y) holds (see x_{2})", "so ⟦f(x_{1}⟧, y) holds (see ⟦x_{2})⟧"),
        (r"so \alpha \leq the rest of \beta a", r"so ⟦\alpha \leq⟧ the rest of ⟦\beta⟧ a"),
        (r"\(a b\) and $$c d$$", r"⟦a b⟧ and|⟦c d⟧"),
        (r"x_{1}\,. And \alpha_{2}; so", r"⟦x_{1}\,⟧. And ⟦\alpha_{2}⟧; so"),
        (r"**x_{1}**, _y_{2}_ of {\rm a b}_{c}", r"⟦x_{1}⟧, ⟦y_{2}⟧ of ⟦{\rm a b}_{c}⟧"),
        (r"k_{0}-algebra, spin-\frac{1}{2} one", r"⟦k_{0}⟧-algebra, spin-⟦\frac{1}{2}⟧ one"),
        (r"≤\leq x and ≥\leq y of ∼\sim 56%", r"⟦\leq x⟧ and ⟦≥\leq y⟧ of ⟦\sim 56⟧%"),
        (r"a \text{if it is} b_{\{x\}{y}}", r"a ⟦\text{if it is}⟧ ⟦b_{\{x\}{y}}⟧"),
        (f"so x_{{1}}{'a' * 3_000}", f"so ⟦x_{{1}}{'a' * 3_000}⟧"),
    ],
)
def test_tex_is_found_in_prose(text: str, marked: str) -> None:
    lines = [
        "".join(f"⟦{span.text}⟧" if span.style == "formula" else span.text for span in block.spans)
        if isinstance(block, Paragraph)
        else f"⟦{next(texts(block))}⟧"
        for block in parse_markdown(f"There: {text}").blocks
    ]
    assert "|".join(lines).removeprefix("There: ") == marked


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


@each(
    ("text", "lines"),
    [
        # Only a first heading before all else is the title.
        ("# A title\n\nText.\n\n# Another\n\nMore.", "# A title\nText.\n## Another\nMore."),
        ("Text.\n\n# Late\n\nMore.", "Text.\n## Late\nMore."),
        # Signs alone are no formula, and macros that stand for nothing are left out.
        ("One.\n\n...\n\nTwo.", "One.\n...\nTwo."),
        ("\\lx@xy@xyoption@orig\n\nWords, and 97.3\\% of them.", "Words, and 97.3% of them."),
        ("| \\makecellmAP (0.75) | +12.7\\% |\n|---|---|\n", "| mAP (0.75) | +12.7% |\n| --- | --- |"),
        # TeX is not Markdown, and code is not TeX.
        (r"Then \pi_{0}_{x} differ in \{a\} and \,b.", r"Then $\pi_{0}_{x}$ differ in $\{a\}$ and $\,b$."),
        ("```\nprint('\\alpha_{1}')\n```\n\n`\\beta_{2}` too.", "```\nprint('\\alpha_{1}')\n```\n`\\beta_{2}` too."),
        ("```\n<b>kept</b> $$x$$\n```", "```\n<b>kept</b> $$x$$\n```"),
        ("> ```\n> x_{1}\n> ```\n\n`a`$b$`c\ny_{2}`", "> ```\n> x_{1}\n> ```\n`a`$b$`c y_{2}`"),
        ("A &#xe000;7&#xe001;b $x$.", "A 7b $x$."),
        # A word that a hyphen joins to a formula stays a word.
        (r"the property of \omega-mediation.", r"the property of $\omega$-mediation."),
        (r"a k_{0}-algebra, a spin-\frac{1}{2} one", r"a $k_{0}$-algebra, a spin-$\frac{1}{2}$ one"),
        (r"with x_{1}-y_{2} and \alpha-\beta-abs", r"with $x_{1}-y_{2}$ and $\alpha-\beta-abs$"),
        # The converter indents the text of items by four, and writes numbers twice.
        (
            "1.   (1)\n\n    **it**.\n\n2.   2. \n\n    Two.\n\n10.   (x)\n\n    X.",
            "- (1) **it**.\n2. Two.\n- (x) X.",
        ),
        ("1.   1.first\n2.   2.second", "1. first\n2. second"),
        ("1.   \\tightlist\n\n2.   1.\n\n    first\n", "1. first"),
        # The rows of an equation, and the cells of aligned ones, come one by one with the number below.
        (
            "f_{1}\n\n\\displaystyle=a_{1}\n\n(2)\n\n(3)\n\nSee.",
            "$$\n\\begin{aligned}\nf_{1} \\\\\n=a_{1}\n\\end{aligned} \\tag{2}\n$$\n(3)\nSee.",
        ),
        (
            "\\displaystyle f_{1}=\n\n\\displaystyle a_{1}\n\n\\displaystyle=\n\n\\displaystyle b_{1}\n\n(4)",
            "$$\n\\begin{aligned}\nf_{1}= a_{1} \\\\\n= b_{1}\n\\end{aligned} \\tag{4}\n$$",
        ),
        # Displayed formulas stand alone.
        ("So $$y=2$$ is. \\[ z = 3 \\] And \\(w_2\\).", "So\n$$\ny=2\n$$\nis.\n$$\nz = 3\n$$\nAnd $w_2$."),
        ("$$\nx = y \\tag{3}\n$$", "$$\nx = y \\tag{3}\n$$"),
        ("It costs 5$$ or \\[2pt.", "It costs 5\\$\\$ or \\[2pt."),
        # The mark of a footnote is written three times.
        ("So it is.3 33The note.\n\n9 9footnotetext: See there.", "So it is.[^3] The note.\n[^9]: See there."),
        # Captions go to the table or picture before them.
        ("| a |\n| --- |\n| b |\n\nTable 2: After.", "**Table 2**: After.\n| a |\n| --- |\n| b |"),
        ("| a |\n| --- |\n| b |\n\nFigure 2: After.", "| a |\n| --- |\n| b |\n**Figure 2**: After."),
        ("Figure *3:* It.", "Figure *3:* It."),
        # Most lines of an algorithm have numbers.
        ("1: go\n2: to\nit", "```\n1: go\n2: to\nit\n```"),
        ("1: go\nto\nit", "1: go to it"),
        # An address in running text is a link.
        ("See **https://ada.org/x** and a.org/x.", "See [**https://ada.org/x**](https://ada.org/x) and a.org/x."),
        ("See `https://ada.org/y`.", "See [`https://ada.org/y`](https://ada.org/y)."),
        ("It is at github.com/ada/engine.", "It is at [github.com/ada/engine](https://github.com/ada/engine)."),
        # HTML becomes what it says; what can't be shown leaves a sign.
        (
            '<table><tr><th>A</th><th colspan="2">B|C</th></tr><tr><td rowspan="2">1</td><td>$x_1$</td><td>3</td></tr>'
            "<tr><td>4</td><td>5</td></tr></table>",
            "| A | B\\|C |  |\n| --- | --- | --- |\n| 1 | $x_1$ | 3 |\n|  | 4 | 5 |",
        ),
        (
            "<details><summary>More</summary>\n\nHidden <b>bold</b>, CO<sub>2</sub>,<br>and <EOS>.\n\n</details>",
            "**More**\nHidden **bold**, CO₂, and \\<EOS>.",
        ),
        ("One <!-- unseen --> and <script>x</script>.", "One and \\<script>x\\</script>."),
        ("It has <table> and <td>.", "It has \\<table> and \\<td>."),
        ("Text <svg><path/></svg> here.", "Text \\[diagram\\] here.\n*Not shown here: 1 diagram.*"),
        ('Look: <img alt="a cat" src="cat.png"> there.', "Look:\n![](cat.png)\nthere."),
    ],
)
def test_a_text_becomes_what_it_means(text: str, lines: str) -> None:
    assert "\n".join(filter(None, markdown_lines(parse_markdown(text)))) == lines
