"""HTML of a paper as LaTeXML writes it, for arXiv and ar5iv: is it the text of a paper, and then its model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reader.core.document.model import Document
from reader.core.errors import NoFullText
from reader.core.text import clean
from reader.feeds.fulltext.bounds import check_html

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

MIN_LETTERS = 400
"""Letters of the shortest text that counts as that of a paper."""

_VERSION = re.compile(r"arXiv:\S+?v([0-9]{1,3})\b")
_MATHML = re.compile(
    r"(<math\b(?=[^>]*\balttext=\"[^\"])"
    r"(?:[^>\"']|\"[^\"]*\"|'[^']*')*>).*?</math>",
    re.DOTALL,
)
_FATAL = "Conversion to HTML had a Fatal error"
_OTHER_PAGES = (
    ("no html", "arXiv has no HTML of it"),
    ("no content available", "ar5iv has not converted it"),
    ("no such document", "ar5iv does not have it"),
    ("sign in", "the network asks to sign in first"),
)
"""What is in the title or heading of a page that is not a paper, and what that means."""


def without_mathml(html: str) -> str:
    """A page without what formulas have besides their TeX, which is most of many pages; those without it stay."""
    return _MATHML.sub(r"\1</math>", html)


def read_html(html: str) -> Document:
    """The text of a page; raises NoFullText if it is not that of a paper, or larger than the limits.

    A formula needs only its TeX: see `without_mathml`.
    """
    check_html(html)
    # Late: only a full text needs them (35 ms).
    from selectolax.lexbor import LexborHTMLParser

    from reader.feeds.fulltext.latexml import Reader

    page = LexborHTMLParser(html)
    article = page.css_first("article.ltx_document")
    heading = clean(" ".join(node.text() for node in page.css("title, h1")[:3]), 300)
    for words, meaning in _OTHER_PAGES:
        if words in heading.lower() and (article is None or len(article.text()) < 2_000):
            raise NoFullText(meaning)
    if article is None:
        raise NoFullText("the page is not that of a paper")
    if _FATAL in html or "ar5iv-severity-fatal" in html:
        raise NoFullText("its conversion to HTML broke off")
    if "</article" not in html:
        raise NoFullText("the page breaks off before its end")
    reader = Reader()
    blocks = reader.read(article)
    title = page.css_first("h1.ltx_title_document")
    document = Document(
        reader.line(title) if title is not None else heading,
        blocks,
        _version(page),
        _licence(page),
        reader.is_cut,
    )
    if sum(document.sizes) < MIN_LETTERS:
        raise NoFullText("the page has no text")
    return document


def _version(page: LexborHTMLParser) -> int | None:
    node = page.css_first("#watermark-tr")
    found = _VERSION.search(node.text()) if node is not None else None
    return int(found[1]) if found else None


def _licence(page: LexborHTMLParser) -> str:
    node = page.css_first("#license-tr")
    return clean(node.text(), 200).removeprefix("License: ") if node is not None else ""
