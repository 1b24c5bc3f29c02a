"""How LaTeXML's text looks, where it leads, and what single elements say."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, NamedTuple

from reader.core.document.formula import SUBSCRIPTS, SUPERSCRIPTS
from reader.core.document.model import Span, Spans
from reader.core.foreign import web_url
from reader.core.text import clean, clean_note
from reader.feeds.fulltext import bounds
from reader.feeds.fulltext.spans import TEXT_LIMIT, SpanWriter

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


class Look(NamedTuple):
    """How text looks where the walk is, and where it leads."""

    style: str = ""
    target: str = ""


def words_of(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def class_names(node: LexborNode) -> frozenset[str]:
    """The classes of an element; none of a text."""
    if node.tag == "-text":
        return frozenset()
    return frozenset((node.attributes.get("class") or "").split())


def anchor_of(node: LexborNode) -> str:
    """The id of an element, which links lead to; empty if it has none."""
    return clean(node.attributes.get("id") or "", 200)


def look_in(node: LexborNode, tag: str, names: frozenset[str], around: Look) -> Look:
    """How the text in an inline element looks."""
    style, target = around
    if tag == "a":
        href = clean(node.attributes.get("href") or "")
        target = href if href.startswith("#") and len(href) > 1 else (web_url(href) or "")
    if tag in ("code", "tt", "kbd", "samp") or "ltx_font_typewriter" in names:
        style = "code"
    elif tag in ("b", "strong") or "ltx_font_bold" in names:
        style = "strong"
    elif tag in ("em", "i") or names & {"ltx_font_italic", "ltx_framed_underline"}:
        style = style or "emphasis"
    elif names & {"ltx_font_upright", "ltx_font_medium"}:
        style = ""
    return Look(style, target)


def upright(spans: Spans) -> Spans:
    """A paragraph that is all in italics, such as that of a theorem, as plain text."""
    if any(span.style == "emphasis" for span in spans) and not any(
        span.style == "" and span.text.strip(" .,;:()[]") and not span.target for span in spans
    ):
        return tuple(span._replace(style="") if span.style == "emphasis" else span for span in spans)
    return spans


def plain_spans(spans: Spans) -> Spans:
    """Spans without emphasis, neighbours joined: the title of a theorem gets a style of its own."""
    writer = SpanWriter()
    for span in spans:
        if span.style == "formula":
            writer.formula(span.text, span.target)
        else:
            writer.write(span.text, "", span.target)
    return writer.take()


def script(text: str, tag: str) -> str:
    """A superscript or subscript of running text, small if all its letters can be."""
    small = text.translate(SUPERSCRIPTS if tag == "sup" else SUBSCRIPTS)
    return text if any(a == b for a, b in zip(text, small, strict=True)) else small


def figure_of(node: LexborNode) -> int | None:
    """The innermost figure around a picture."""
    around = node.parent
    for _ in range(bounds.DEPTH):
        if around is None or around.tag == "figure":
            break
        around = around.parent
    return around.mem_id if around is not None else None


def decoded(address: str) -> str:
    """The text in a `data:` address; empty if there is none."""
    kind, _, data = address.partition(";base64,")
    if not kind.startswith("data:text/plain") or len(data) > TEXT_LIMIT:
        return ""
    try:
        return base64.b64decode(data, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def code_lines(code: str) -> tuple[Spans, ...]:
    """The lines of code with their spaces; none if there is no text."""
    lines = clean_note(code.expandtabs(4), TEXT_LIMIT).strip("\n").split("\n")
    return tuple((Span(line.rstrip(), "code"),) if line.strip() else () for line in lines) if any(lines) else ()
