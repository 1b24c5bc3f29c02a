"""Markdown of comments and of the manual as documents."""

from __future__ import annotations

import pytest

from reader.core.document.markdown import markdown_lines
from reader.core.document.model import NESTING, texts
from reader.feeds.fulltext import html, markdown
from reader.feeds.fulltext.markdown import parse_markdown
from tests.core.document.checks import depth
from tests.table import each


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
    ("text", "lines"),
    [
        # Only a first heading before all else is the title.
        ("# A title\n\nText.\n\n# Another\n\nMore.", "# A title\nText.\n## Another\nMore."),
        ("Text.\n\n# Late\n\nMore.", "Text.\n## Late\nMore."),
        # TeX is not Markdown, and code is not TeX.
        (
            r"Then $\pi_{0}_{x}$ and \(y*z*\) differ from $5 and $6.",
            r"Then $\pi_{0}_{x}$ and $y*z*$ differ from \$5 and \$6.",
        ),
        ("```\nprint('\\alpha_{1}')\n```\n\n`\\beta_{2}` too.", "```\nprint('\\alpha_{1}')\n```\n`\\beta_{2}` too."),
        ("```\n<b>kept</b> $$x$$\n```", "```\n<b>kept</b> $$x$$\n```"),
        ("> ```\n> x_{1}\n> ```\n\n`a`$b$`c\ny_{2}`", "> ```\n> x_{1}\n> ```\n`a`$b$`c y_{2}`"),
        ("A &#xe000;7&#xe001;b $x$.", "A 7b $x$."),
        # Displayed formulas stand alone.
        ("So $$y=2$$ is. \\[ z = 3 \\] And \\(w_2\\).", "So\n$$\ny=2\n$$\nis.\n$$\nz = 3\n$$\nAnd $w_2$."),
        ("It costs 5$$ or \\[2pt.", "It costs 5\\$\\$ or \\[2pt."),
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
