"""Documents from Markdown, such as comments and pages of the manual: read by way of HTML, like any other page.

Markdown would misread TeX, so formulas between dollars or in brackets are found first and become `math` elements as in
arXiv's pages. Private characters replace text that Markdown must not read, and are removed from all other text.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from reader.core.document.model import Document
from reader.core.errors import NoFullText
from reader.feeds.fulltext.html import PageReader, check_html
from reader.feeds.fulltext.spans import MAX_MARKDOWN_LETTERS

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


_OPEN, _CLOSE = "\ue000", "\ue001"
"""Enclose the number of a formula."""
_MARK = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
_LESS, _BRACKET = "\ue002", "\ue003"
"""Replace a `<` that begins no tag, and a `[` without an end."""
_PRIVATE_CHARACTERS = re.compile("[\ue000-\ue003]|&#(?:x0*e00[0-3]|0*5734[4-7]);", re.IGNORECASE)

MAX_OPEN_BRACKETS = 8
"""Maximum brackets without an end in a paragraph with links; the parser reads the text again for each of them."""

_TAGS = (
    "a|b|blockquote|br|center|code|dd|del|details|div|dl|dt|em|figcaption|figure|font|h[1-6]|hr|i|img|kbd|li|mark|ol|p"
    "|pre|s|small|span|strong|su[bp]|summary|svg|tt|u|ul"
)
_TABLE_TAGS = "caption|t(?:able|body|[dhr]|foot|head)"
_NO_TAG, _NO_TABLE_TAG = (
    re.compile(rf"<(?!/?(?:{names})(?:\s[^<>]{{0,2000}})?/?>)", re.IGNORECASE)
    for names in (_TAGS, f"{_TAGS}|{_TABLE_TAGS}")
)
"""A `<` that does not begin one of these tags, as in `<EOS>`, is part of the text."""
_TABLE = re.compile(
    r"(<table\b(?=(?:(?!</?table\b).)*?<t[dh]\b)(?:(?!</?table\b).)*+</table>)", re.DOTALL | re.IGNORECASE
)
_PICTURE = re.compile(r"<img\b[^<>]*?\bsrc=\"([^\"<>\s]{0,2000})\"[^<>]*>", re.IGNORECASE)
_BRACKETS = re.compile(r"[\[\]]")
_FENCE = re.compile(r"^([ >]*(?:```|~~~))", re.MULTILINE)
_TEX = re.compile(
    r"""
    `[^`\n]+` | \]\([^)\]\n]*\) | <[^<>]{0,2000}>    # Code, targets of links and tags are not TeX.
    | (?<!\\) \$\$ (?P<dollars>[^$]{1,3000}?) \$\$
    | (?<!\\) \\\[ (?P<brackets>(?:[^\\]|\\[^\[\]]){1,3000}?) \\\]
    | (?<![\\$\w]) \$ (?=[^\s$]) (?P<dollar>(?:[^$\\\n]|\\.){1,2000}?) (?<=[^\s\\]) \$ (?![\w$])
    | \\\( (?P<parentheses>(?:[^\\]|\\[^()]){1,2000}?) \\\)
    """,
    re.VERBOSE,
)
"""Displayed formulas, and formulas in running text."""


def parse_markdown(text: str) -> Document:
    """The document of any Markdown, titled by a heading at its beginning; raises NoFullText if it is too large."""
    from selectolax.lexbor import LexborHTMLParser

    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    is_long = len(text) > MAX_MARKDOWN_LETTERS
    if is_long:
        text = text[: MAX_MARKDOWN_LETTERS + 1].rpartition("\n\n")[0]
    page = _html_of(_PRIVATE_CHARACTERS.sub("", text))
    check_html(page)
    reader = PageReader()
    article = LexborHTMLParser(f"<article>{page}</article>").css_first("article")
    if article is None:
        raise NoFullText("it has no text")
    title = ""
    if (heading := next(iter(article.iter()), None)) is not None and heading.tag == "h1":
        title = reader.line(heading)
        heading.decompose()
    return Document(title, reader.read(article), is_cut=is_long or reader.is_cut)


@cache
def _parser() -> MarkdownIt:
    # Late: it takes 54 ms.
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 100}).enable(["table", "strikethrough"])
    # Not indented code, because other text is indented too, and not link definitions, which take quadratic time.
    return parser.disable(["code", "reference"])


def _html_of(text: str) -> str:
    """The HTML of Markdown, with its TeX as `math` elements, and its pictures as figures."""
    formulas: list[str] = []

    def protect(found: re.Match[str]) -> str:
        displayed = found["dollars"] or found["brackets"]
        tex = displayed or found["dollar"] or found["parentheses"]
        if not tex:
            return found[0]
        display = "block" if displayed else "inline"
        formulas.append(f'<math alttext="{escape(tex.strip())}" display="{display}"></math>')
        mark = f"{_OPEN}{len(formulas) - 1}{_CLOSE}"
        return f"\n\n{mark}\n\n" if displayed else mark

    parts = _FENCE.split(_without_comments(text))
    # Every fourth part is text; the others are fences and the code between them.
    for index in range(0, len(parts), 4):
        parts[index] = _TEX.sub(protect, parts[index])
    text = _without_other_tags("".join(parts))
    text = "\n\n".join(map(_without_many_brackets, text.split("\n\n")))
    html = _parser().render(text).replace(_LESS, "&lt;").replace(_BRACKET, "[")
    html = _PICTURE.sub(r'<figure><img src="\1"></figure>', html)
    return _MARK.sub(lambda found: formulas[int(found[1])], html)


def _without_comments(text: str) -> str:
    first, *others = text.split("<!--")
    parts = (other.partition("-->") for other in others)
    return first + "".join(after if end else f"<!--{inner}" for inner, end, after in parts)


def _without_other_tags(text: str) -> str:
    """Keep only known tags, and tags of tables only within tables; any other `<` becomes text."""
    parts = _TABLE.split(text)
    return "".join((_NO_TABLE_TAG if at % 2 else _NO_TAG).sub(_LESS, part) for at, part in enumerate(parts))


def _without_many_brackets(text: str) -> str:
    """Make the brackets of a paragraph literal if too many of them are open."""
    depth = deepest = 0
    for sign in _BRACKETS.findall(text):
        depth = max(0, depth + (1 if sign == "[" else -1))
        deepest = max(deepest, depth)
    return text.replace("[", _BRACKET) if deepest > MAX_OPEN_BRACKETS else text
