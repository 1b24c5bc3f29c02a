"""Makes untrusted data safe: HTML and LaTeX become plain text, and JSON and XML are parsed within bounds.

JSON has bounded memory, no absurd numbers, and values of the expected type or none. XML has no entities, no external
resources, and bounded depth and size.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ExpatError, ParserCreate

from reader.core.errors import FeedMalformed
from reader.core.latex import latex_to_unicode
from reader.core.paper import SkippedRecord
from reader.core.text import BLOCK_LIMIT, LINE_LIMIT, clean, clean_block

T = TypeVar("T")
U = TypeVar("U")

_LINKS = 500

_BLOCK = re.compile(
    "address|article|aside|blockquote|body|br|caption|center|dd|details|dir|div|dl|dt|fieldset|figcaption|figure|footer"
    "|form|h[1-6]|head|header|hgroup|hr|html|li|main|menu|nav|ol|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul"
)
_INLINE = re.compile(
    "a|abbr|acronym|audio|b|base|bdi|bdo|big|button|canvas|cite|code|col|colgroup|data|datalist|del|dfn|em|embed|font"
    "|i|img|input|ins|kbd|label|legend|link|map|mark|math|meta|meter|nobr|noscript|optgroup|option|output|param"
    "|picture|progress|q|r[pt]|ruby|s|samp|select|small|source|span|strike|strong|su[bp]|time|track|tt|u|var|video|wbr"
)
_DROPPED = re.compile("iframe|noembed|noframes|object|script|style|svg|template|textarea|title")
_EMPTY_DROPPED = re.compile(rf"<(?:{_DROPPED.pattern})/>", re.IGNORECASE)
_KNOWN = re.compile(f"{_BLOCK.pattern}|{_INLINE.pattern}|{_DROPPED.pattern}|t[dh]")
_TAG = re.compile(r"</?([A-Za-z][^\s<>/]*)")


def plain_line(text: str, limit: int = LINE_LIMIT) -> str:
    """A text with LaTeX converted, as one clean line."""
    # Clean before too: the converter would split escape sequences and leave their rest as text.
    line = clean(text, 4 * limit)
    converted = latex_to_unicode(line)
    # Names and keywords, by far the most lines, have no LaTeX and need no second cleaning.
    return line if converted is line and len(line) <= limit else clean(converted, limit)


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
    from selectolax.lexbor import LexborHTMLParser

    # A tag that never ends, as in `a<b`, is part of the text.
    tags_end = html.rfind(">") + 1
    html = html[:tags_end] + html[tags_end:].replace("<", "&lt;")
    html = _TAG.sub(lambda tag: tag[0] if _KNOWN.fullmatch(tag[1].lower()) else f"&lt;{tag[0][1:]}", html)
    pieces: list[str] = []
    links: dict[str, None] = {}
    # Nodes in order, each once before and once after those within it; a recursion would end at a deep text.
    waiting = [(root, False, False)] if (root := LexborHTMLParser(_EMPTY_DROPPED.sub("", html)).root) else []
    while waiting:
        node, is_end, is_dropped = waiting.pop()
        tag = node.tag or ""
        if not is_dropped:
            text = node.text_content or "" if tag == "-text" else " " if tag in ("td", "th") else ""
            pieces.append("\n\n" if _BLOCK.fullmatch(tag) else text)
        if tag != "-text" and not is_end:
            if (link := node.attributes.get("href")) and len(links) < _LINKS:
                links.setdefault(link)
            hides = is_dropped or _DROPPED.fullmatch(tag) is not None
            waiting.append((node, True, is_dropped))
            waiting += [(child, False, hides) for child in reversed(list(node.iter(include_text=True)))]
    return HtmlText("".join(pieces), tuple(links))


VALUES_LIMIT = 1 << 27
"""Bytes of memory, 128 MiB, that a text's values may take, texts aside; those of a hundred papers take 3 MB."""

# What a value needs at most for each such character, on CPython 3.11 to 3.13: an object, a list, a member, an entry.
_WEIGHTS = {"{": 240, "[": 90, ",": 90, ":": 110}

_DIGITS = 18
"""Digits of the longest integer that is kept, its sign included."""


class UnreadableJson(ValueError):
    """The text is not JSON."""


class TooManyValues(UnreadableJson):
    """The text has more values than the memory can hold."""


def _integer(digits: str) -> int | None:
    """An integer; None if it is implausibly long, such as 1 with 400 zeros."""
    return int(digits) if len(digits) <= _DIGITS else None


def _real(text: str) -> float | None:
    """A real number; None for one that is too large, such as 1e400."""
    number = float(text)
    return number if math.isfinite(number) else None


def _nothing(_: str) -> None:
    """Read NaN and Infinity, which JSON does not have, as None."""


def parse_json(text: bytes | str) -> object:
    """The value of a JSON text; a number that is not finite or has over 18 digits becomes None.

    Memory stays under `VALUES_LIMIT` and eight times the text, or twice the text if it is ASCII. Raises
    UnreadableJson.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode(json.detect_encoding(text), "surrogatepass")
        if sum(text.count(character) * weight for character, weight in _WEIGHTS.items()) > VALUES_LIMIT:
            raise TooManyValues("it holds more values than any list of papers")
        value: object = json.loads(text, parse_int=_integer, parse_float=_real, parse_constant=_nothing)
    except TooManyValues:
        raise
    except (ValueError, RecursionError) as error:
        raise UnreadableJson(str(error)) from None
    return value


def as_mapping(value: object) -> Mapping[str, Any]:
    """A value as a record; empty if it is not one."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> list[Any]:
    """A value as a list; empty if it is not one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """A value as a text, not yet clean; empty if it is not one."""
    return value if isinstance(value, str) else ""


def parse_each(items: Iterable[T], parse: Callable[[T], U], what: str) -> tuple[list[U], tuple[SkippedRecord, ...]]:
    """The results of `parse`, and how many items, called `what`, it refused with FeedMalformed."""
    found: list[U] = []
    skipped: list[SkippedRecord] = []
    for number, item in enumerate(items, start=1):
        try:
            found.append(parse(item))
        except FeedMalformed as error:
            skipped.append(SkippedRecord(f"{what} {number}", str(error)))
    return found, tuple(skipped)


_DEPTH = 100
_NODES = 500_000
"""Elements and attributes: enough for five hundred papers with five hundred authors each, in some 150 MB of memory."""


class UnreadableXml(ValueError):
    """The bytes can't be parsed; the message continues a sentence that begins with "it"."""


def parse_xml(body: bytes) -> Element:
    """The root element; tags and attributes have no namespace prefix.

    A document that declares entities is refused, since a few of them expand to gigabytes; external ones are never
    fetched. Raises UnreadableXml.
    """
    if body.count(b"=") > _NODES:
        # The attributes of one element are all read before it can be refused.
        raise UnreadableXml("has too many attributes")
    builder = TreeBuilder()
    depth = nodes = 0

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth, nodes
        depth, nodes = depth + 1, nodes + 1 + len(attributes)
        if depth > _DEPTH:
            raise UnreadableXml("is nested too deeply")
        if nodes > _NODES:
            raise UnreadableXml("has too many elements")
        builder.start(_local_name(name), {_local_name(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_local_name(name))

    def refuse_entity(*_: object) -> None:
        raise UnreadableXml("declares entities, which may be a trap")

    parser = ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = refuse_entity
    try:
        parser.Parse(body, True)
    except UnreadableXml:
        raise
    except (ExpatError, LookupError, ValueError):
        # An encoding that Python does not know is a LookupError, one of several bytes a ValueError.
        raise UnreadableXml("is cut off or is not XML") from None
    return builder.close()


def _local_name(name: str) -> str:
    return name.rpartition(":")[2]
