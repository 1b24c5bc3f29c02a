from __future__ import annotations

import pytest

from reader.core.text import BLOCK_LIMIT
from reader.feeds.plain_text import html_to_text, plain_block, plain_line


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Plain as it is", "Plain as it is"),
        ("A &amp; B &lt; C", "A & B < C"),
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\n\nThree"),
        ("<b>bold</b> and <i>thin</i>", "bold and thin"),
        ("<script>alert(1)</script>Seen<style>p {}</style>", "Seen"),
        ("before<svg><title>drawn</title></svg>after", "beforeafter"),
        ("<iframe src='x'>hidden <b>too</b></iframe>seen", "seen"),
        ("<iframe/>seen", "seen"),
        ("We end at <EOS> and </EOS> there", "We end at <EOS> and </eos> there"),
        ("if a < b then", "if a < b then"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("a</script>b", "ab"),
        ("<img alt='x' onerror='alert(1)'>picture", "picture"),
        ("fine<![odd[gone]]>", "fine"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert plain_block(html_to_text(html).text) == text


def test_links_are_told_once_in_order() -> None:
    said = html_to_text('<a href="b">x</a><link href="a"><a href>y</a><a href="b">z</a><svg><a href="c"></a></svg>')
    assert said.links == ("b", "a", "c")


def test_latex_becomes_unicode() -> None:
    assert plain_line("$\\alpha$-flow\n  for all") == "α-flow for all"
    assert plain_block("One $\\beta$\n\nTwo") == "One β\n\nTwo"


@pytest.mark.parametrize(
    "hostile",
    [
        # LaTeX would take the end of the sequence for a space or a macro, and leave what it carries.
        "Clipboard \x1b]52;c;T1dORUQ=\x1b\\ thief",
        "Clipboard \x1b]0;OWNED\x1b\\thief",
        "Clipboard \x1b]0;{\\bf OWNED}$x^{2}$\x07 thief",
    ],
)
def test_an_escape_sequence_goes_whole_though_it_holds_latex(hostile: str) -> None:
    for text in (plain_line(hostile), plain_block(hostile)):
        assert text.replace(" ", "") == "Clipboardthief"


def test_what_latex_makes_is_clean_too() -> None:
    assert plain_line("a\\symbol{27}[31mb $\\text{\x1b}[0m$ \\char27 c").isprintable()


def test_absurd_lengths_cost_nothing() -> None:
    assert len(html_to_text("<p>x" * BLOCK_LIMIT).text) < 4 * BLOCK_LIMIT
    assert len(plain_block("x" * 10 * BLOCK_LIMIT)) == BLOCK_LIMIT
