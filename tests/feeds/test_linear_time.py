"""Cleaners and readers of foreign text take time in proportion to its length, whatever opens and never ends in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest

from reader.core.addresses import addresses_in
from reader.core.document.formula import draw_formula, formula_text
from reader.core.errors import FeedError, NoFullText
from reader.core.ids import ids_in
from reader.core.latex import latex_to_unicode
from reader.core.passages import split_note
from reader.core.settings.toml import read_statements
from reader.core.text import clean, clean_block, clean_note, fold, visible
from reader.feeds.files.libraries import parse_bibtex, parse_list, parse_ris
from reader.feeds.files.saved_page import parse_saved_page, parse_web_page, read_web_page
from reader.feeds.fulltext.html import read_html
from reader.feeds.fulltext.markdown import parse_markdown
from reader.feeds.fulltext.pdf import read_pdf
from reader.feeds.fulltext.pdf_lines import Line, Page, Pages
from reader.feeds.safe import html_to_text, plain_block
from reader.feeds.syndication import parse_feed

pytestmark = pytest.mark.long

TODAY = date(2026, 5, 12)
LETTERS = 6_000
MOST_TIMES = 6
"""How much longer a text of four times the length may take."""
TOO_SHORT_SECONDS = 0.05
"""A time that says nothing, because the clock, the caches and the collector take their part of it."""


def _read_page(text: str) -> None:
    read_html(f"<article class=ltx_document><p>{'Words of a paper. ' * 40}{text}</p></article>")


def _read_lines(text: str) -> None:
    parts = [(at, text[at : at + 6]) for at in range(0, len(text), 6)]
    lines = (Line(part, 0, 90, 120, 700 - at / 100, 10, cells=((90, part),)) for at, part in parts)
    read_pdf(Pages((Page(792, tuple(lines)),)))


GATES: dict[str, Callable[[str], object]] = {
    "a line": lambda text: clean(text, len(text)),
    "a block": lambda text: clean_block(text, len(text)),
    "a note": lambda text: clean_note(text, len(text)),
    "output": visible,
    "folding": fold,
    "LaTeX": latex_to_unicode,
    "prose": plain_block,
    "HTML in a feed": html_to_text,
    "a page": _read_page,
    "lines of a PDF": _read_lines,
    "Markdown": parse_markdown,
    "a formula": lambda text: (formula_text(text), draw_formula(text, 78)),
    "addresses": lambda text: list(addresses_in(text)),
    "ids": ids_in,
    "BibTeX": lambda text: list(parse_bibtex(f"@article{{a, title={{{text}")),
    "RIS": lambda text: list(parse_ris(text)),
    "a list": lambda text: list(parse_list(text)),
    "a saved page": lambda text: parse_saved_page(text, TODAY),
    "a saved site": lambda text: parse_web_page(read_web_page(f"<html>{text}"), TODAY),
    "a note with highlights": split_note,
    "settings": lambda text: list(read_statements(text)),
    "a feed": lambda text: parse_feed(text.encode("utf-8", "replace"), "https://example.org/feed", TODAY),
}

OPENERS = (
    *("\x1b", "\x1b[", "\x1b]", "\x9b", "\x9d", "\x90\x1b", "\u0301\u0323", "\u0344\u0323", "\u05b0\u05af", "क\u200d"),
    *("<", "</", "<!--", "<?", "<![CDATA[", "<a ", '<a href="', "<x a='", "<table>", "<td>", "<svg>", "<script>"),
    *("<title>", '<math alttext="x">', "<math ", '<math alttext="x', "<details>", '<img src="', "&", "&#"),
    *("[", "![", "](", "[a](", "[a]: b\n", "`", "``", "```\n", "*a", "**_", "_", "~~", "> ", "- ", "1. ", "|a"),
    *("| a |\n|-|\n", "$", "$x", "$$", "$x_", "\\", "\\(", "\\[", "\\{", "{", "^{", "\\text{", "\\frac{", "\\left("),
    *("\\begin{a}", "\\sqrt[", "{\\em ", "\\a{", "%\n", "(", '"', "@a{", "TY  - ", "http://", "https://a.b/("),
    *("arXiv:", "a.", "a ", "\n", "\n\n", "\t", "3 33", "1: ", "Table 1: ", "LABEL:", "A. B, ", "2024 "),
    *("\\ket{", "\\qty(", "\\ce{"),
    *("<!", "<a href=", "<a href=/papers/2401.00001>x</a>", "\\'{", "“", "“words” (", "“words” (, , , "),
    *("[\n", "a = [\n", "a = [[\n", "a = '''x\n"),
)


def _seconds(read: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    with suppress(NoFullText, FeedError, ValueError):
        read(text)
    return time.process_time() - start


@pytest.mark.parametrize("gate", GATES)
def test_four_times_the_text_takes_at_most_six_times_as_long(gate: str) -> None:
    for opener in OPENERS:
        short, long = ((opener * (size // len(opener))) for size in (LETTERS, 4 * LETTERS))
        for _attempt in range(3):
            seconds = _seconds(GATES[gate], long)
            if seconds < TOO_SHORT_SECONDS or seconds < MOST_TIMES * _seconds(GATES[gate], short):
                break
        else:
            pytest.fail(f"{len(long):,} letters of {opener!r} took {seconds:.2f} s")
