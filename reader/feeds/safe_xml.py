"""Parse untrusted XML: no entities, no external resources, bounded depth and size."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ExpatError, ParserCreate

_DEPTH = 100
_ELEMENTS = 1_000_000
"""Enough for two thousand papers with six hundred authors each."""


class UnreadableXml(ValueError):
    """The bytes can't be parsed; the message continues a sentence that begins with "it"."""


def parse_xml(body: bytes) -> Element:
    """The root element; tags and attributes have no namespace prefix.

    A document that declares entities is refused, since a few of them expand to gigabytes; external ones are never
    fetched. Raises UnreadableXml.
    """
    builder = TreeBuilder()
    depth = elements = 0

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth, elements
        depth, elements = depth + 1, elements + 1
        if depth > _DEPTH:
            raise UnreadableXml("is nested too deeply")
        if elements > _ELEMENTS:
            raise UnreadableXml("has too many elements")
        builder.start(_local_name(name), {_local_name(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_local_name(name))

    def refuse_entity(*_: object) -> None:
        raise UnreadableXml("declares entities, which may be a trap")

    parser = ParserCreate()
    parser.buffer_text = True
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
