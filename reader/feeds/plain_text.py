"""Untrusted prose as plain text: HTML to text and links, LaTeX to Unicode, cleaned lines and paragraphs."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple

from reader.core.latex import latex_to_unicode
from reader.core.text import BLOCK_LIMIT, LINE_LIMIT, clean, clean_block

_LINKS = 500

_BLOCK = re.compile(
    "address|article|aside|blockquote|body|br|caption|center|dd|details|dir|div|dl|dt|fieldset|figcaption|figure|footer"
    "|form|h[1-6]|head|header|hgroup|hr|html|li|main|menu|nav|ol|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul"
)
_CELL = re.compile("t[dh]")
_INLINE = re.compile(
    "a|abbr|acronym|audio|b|base|bdi|bdo|big|button|canvas|cite|code|col|colgroup|data|datalist|del|dfn|em|embed|font"
    "|i|img|input|ins|kbd|label|legend|link|map|mark|math|meta|meter|nobr|noscript|optgroup|option|output|param"
    "|picture|progress|q|r[pt]|ruby|s|samp|select|small|source|span|strike|strong|su[bp]|time|track|tt|u|var|video|wbr"
)
_DROPPED = re.compile("iframe|noembed|noframes|object|script|style|svg|template|textarea|title")


def plain_line(text: str, limit: int = LINE_LIMIT) -> str:
    """A text with LaTeX converted, as one clean line."""
    # Clean before too: the converter would split escape sequences and leave their rest as text.
    return clean(latex_to_unicode(clean(text, 4 * limit)), limit)


def plain_block(text: str) -> str:
    """A text with LaTeX converted, as clean paragraphs."""
    return clean_block(latex_to_unicode(clean_block(text, 4 * BLOCK_LIMIT)))


class HtmlText(NamedTuple):
    """The text and the links of a piece of HTML."""

    text: str
    """Plain text with empty lines between paragraphs; not yet clean."""
    links: tuple[str, ...]
    """The links' addresses as written, each once."""


def html_to_text(html: str) -> HtmlText:
    """Convert HTML, or text with some HTML in it, to plain text without scripts, styles and drawings.

    A tag that HTML does not define, such as `<EOS>`, is part of the text and stays. Only the first 80,000 characters
    are read.
    """
    html = html[: 4 * BLOCK_LIMIT]
    if "<" not in html and "&" not in html:
        return HtmlText(html, ())
    reader = _HtmlReader()
    # html.parser looks for the end of a tag that never ends from each `<` again: 80,000 characters took it ten seconds.
    tags_end = html.rfind(">") + 1
    html = html[:tags_end] + html[tags_end:].replace("<", "&lt;")
    try:
        reader.feed(html)
        reader.close()
    except AssertionError:
        # html.parser raises this for a declaration that it can't read; the text before it is kept.
        pass
    return HtmlText("".join(reader.pieces), tuple(dict.fromkeys(reader.links)))


class _HtmlReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.links: list[str] = []
        self._dropped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if _DROPPED.fullmatch(tag):
            self._dropped.append(tag)
        elif _BLOCK.fullmatch(tag):
            self._write("\n\n")
        elif _CELL.fullmatch(tag):
            self._write(" ")
        elif not _INLINE.fullmatch(tag):
            self._write(self.get_starttag_text() or "")
        for name, value in attrs:
            if name == "href" and value and len(self.links) < _LINKS:
                self.links.append(value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not _DROPPED.fullmatch(tag):
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._dropped:
            del self._dropped[self._dropped.index(tag) :]
        elif _BLOCK.fullmatch(tag):
            self._write("\n\n")
        elif not any(kind.fullmatch(tag) for kind in (_DROPPED, _CELL, _INLINE)):
            self._write(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._write(data)

    def _write(self, text: str) -> None:
        if not self._dropped:
            self.pieces.append(text)
