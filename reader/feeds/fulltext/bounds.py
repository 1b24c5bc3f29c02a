"""The bounds of full texts, and a look at HTML before it is parsed."""

from __future__ import annotations

from reader.core.errors import NoFullText

LETTERS = 20_000_000
"""Maximum letters of a page: ten times a very long paper."""

HTML_LETTERS = 12_000_000
"""Maximum letters of HTML: the tree of a larger page takes more than 300 MB. The longest known has 0.5 million."""

PARTS = 50_000
"""Maximum paragraphs and links of Markdown; the rest is left out before it is parsed, which takes 70 µs for each."""

TEXT_LETTERS = 4_000_000
"""Maximum letters of a document's text; the rest is left out."""

NODES = 1_000_000
"""Maximum elements of a page that are looked at; the rest is left out."""

DEPTH = 60
"""Elements within each other whose structure is read; deeper ones are plain text. A converted paper has up to 30."""

OPEN = 10_000
"""Maximum elements that may be open at once: the parser's time grows with their square (10,000: 0.2 s)."""

WORDS = 10_000
"""Maximum words between two ends of tags: the parser's time grows with the square of a tag's attributes."""

TABLE_CELLS = 20_000
SPAN = 100
"""Maximum cells of a table, and columns or rows that one cell takes."""

_PART = 1 << 14


def check_html(html: str) -> None:
    """Raise NoFullText for a page that would take the parser too long."""
    if len(html) > HTML_LETTERS:
        raise NoFullText(f"the page is larger than {HTML_LETTERS // 1_000_000} million letters")
    opened = 0
    for start in range(0, len(html), _PART):
        part = html[start : start + _PART]
        # Elements that need no end count as open too; a long paper has some thousands.
        opened += part.count("<") - 2 * part.count("</") - part.count("/>") - part.count("<!")
        if opened > OPEN:
            raise NoFullText("its elements are nested too deep")
    if len(html) > WORDS and any(len(part) > WORDS and len(part.split()) > WORDS for part in html.split(">")):
        raise NoFullText("one of its elements is too large")
