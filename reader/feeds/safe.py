"""Make untrusted data safe: HTML and LaTeX become plain text, and JSON and XML are parsed within limits.

JSON has limited memory and no absurd numbers, and a value of an unexpected type counts as missing. XML has no entities,
no external resources, and a limited depth and size.
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

_MAX_LINKS = 500

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
_KNOWN_TAG = re.compile(f"{_BLOCK.pattern}|{_INLINE.pattern}|{_DROPPED.pattern}|t[dh]")
_TAG = re.compile(r"</?([A-Za-z][^\s<>/]*)")


_LOST_BACKSLASH = re.compile(r"(?<![\\\w])(?=(?:text(?:tt|it|bf)|emph|mathcal)\{[^{}]{1,500}\})")
"""The place before a LaTeX command whose backslash some feeds lose, as in `texttt{D}ual`."""


def plain_line(text: str, limit: int = LINE_LIMIT) -> str:
    """A text with LaTeX converted, as one clean line."""
    # Also cleaned before: the converter would split escape sequences and leave their rest as text.
    line = clean(text, 4 * limit)
    converted = _without_latex(line)
    # Most lines, such as names and keywords, have no LaTeX and need no second cleaning.
    return line if converted is line and len(line) <= limit else clean(converted, limit)


def plain_block(text: str) -> str:
    """A text with LaTeX converted, as clean paragraphs."""
    return clean_block(_without_latex(clean_block(text, 4 * BLOCK_LIMIT)))


def _without_latex(text: str) -> str:
    return latex_to_unicode(_LOST_BACKSLASH.sub(r"\\", text) if "{" in text else text)


class HtmlText(NamedTuple):
    """The text and the links of a piece of HTML."""

    text: str
    """Plain text with empty lines between paragraphs; not yet clean."""
    links: tuple[str, ...]
    """The addresses of links as written, without duplicates."""


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
    html = _TAG.sub(lambda tag: tag[0] if _KNOWN_TAG.fullmatch(tag[1].lower()) else f"&lt;{tag[0][1:]}", html)
    pieces: list[str] = []
    links: dict[str, None] = {}
    # Visits each node before and after its children. Recursion would fail for deeply nested HTML.
    waiting = [(root, False, False)] if (root := LexborHTMLParser(_EMPTY_DROPPED.sub("", html)).root) else []
    while waiting:
        node, is_end, is_dropped = waiting.pop()
        tag = node.tag or ""
        if not is_dropped:
            text = node.text_content or "" if tag == "-text" else " " if tag in ("td", "th") else ""
            pieces.append("\n\n" if _BLOCK.fullmatch(tag) else text)
        if tag != "-text" and not is_end:
            if (link := node.attributes.get("href")) and len(links) < _MAX_LINKS:
                links.setdefault(link)
            hides = is_dropped or _DROPPED.fullmatch(tag) is not None
            waiting.append((node, True, is_dropped))
            waiting += [(child, False, hides) for child in reversed(list(node.iter(include_text=True)))]
    return HtmlText("".join(pieces), tuple(links))


MAX_VALUES_BYTES = 1 << 27
"""Maximum memory for the values of a text without strings, 128 MiB; a hundred papers take 3 MB."""

# Maximum memory for each object, list, list item and member, on CPython 3.11 to 3.13.
_BYTES_PER_CHARACTER = {"{": 240, "[": 90, ",": 90, ":": 110}

_MAX_INTEGER_LENGTH = 18
"""Maximum digits of an integer, including its sign."""


class UnreadableJson(ValueError):
    """The text can't be parsed; the message is a predicate, such as "is cut off or is not JSON"."""


def _integer(digits: str) -> int | None:
    """An integer; None if implausibly long, such as 1 with 400 zeros."""
    return int(digits) if len(digits) <= _MAX_INTEGER_LENGTH else None


def _real(text: str) -> float | None:
    """A real number; None if too large, such as 1e400."""
    number = float(text)
    return number if math.isfinite(number) else None


def _none(_: str) -> None:
    """Read NaN and Infinity, which are not JSON, as None."""


def parse_json(text: bytes | str) -> object:
    """The value of a JSON text; a number that is not finite or has over 18 digits becomes None.

    Memory stays under `MAX_VALUES_BYTES` and eight times the text, or twice the text if it is ASCII. Raises
    UnreadableJson.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode(json.detect_encoding(text), "surrogatepass")
        if sum(text.count(character) * weight for character, weight in _BYTES_PER_CHARACTER.items()) > MAX_VALUES_BYTES:
            raise UnreadableJson("holds more values than any list of papers")
        value: object = json.loads(text, parse_int=_integer, parse_float=_real, parse_constant=_none)
    except UnreadableJson:
        raise
    except (ValueError, RecursionError):
        raise UnreadableJson("is cut off or is not JSON") from None
    return value


def as_mapping(value: object) -> Mapping[str, Any]:
    """A value as a mapping; empty for any other value."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> list[Any]:
    """A value as a list; empty for any other value."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """A value as text, not yet clean; empty for any other value."""
    return value if isinstance(value, str) else ""


def parse_each(items: Iterable[T], parse: Callable[[T], U], what: str) -> tuple[list[U], tuple[SkippedRecord, ...]]:
    """The results of `parse`, and the items, called `what`, that it refused with FeedMalformed."""
    parsed: list[U] = []
    skipped: list[SkippedRecord] = []
    for number, item in enumerate(items, start=1):
        try:
            parsed.append(parse(item))
        except FeedMalformed as error:
            skipped.append(SkippedRecord(f"{what} {number}", str(error)))
    return parsed, tuple(skipped)


_MAX_DEPTH = 100
_MAX_NODES = 500_000
"""Maximum elements and attributes: enough for 500 papers with 500 authors each, in about 150 MB of memory."""


class UnreadableXml(ValueError):
    """The bytes can't be parsed; the message is a predicate, such as "is cut off"."""


def parse_xml(body: bytes) -> Element:
    """The root element; tags and attributes have no namespace prefix.

    A document that declares entities is refused, because a few entities can expand to gigabytes; external entities are
    never fetched. Raises UnreadableXml.
    """
    if body.count(b"=") > _MAX_NODES:
        # expat reads all attributes of an element before it can be refused.
        raise UnreadableXml("has too many attributes")
    builder = TreeBuilder()
    depth = nodes = 0

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth, nodes
        depth, nodes = depth + 1, nodes + 1 + len(attributes)
        if depth > _MAX_DEPTH:
            raise UnreadableXml("is nested too deeply")
        if nodes > _MAX_NODES:
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
        # An unknown encoding is a LookupError, and a multi-byte encoding a ValueError.
        raise UnreadableXml("is cut off or is not XML") from None
    return builder.close()


def _local_name(name: str) -> str:
    return name.rpartition(":")[2]
