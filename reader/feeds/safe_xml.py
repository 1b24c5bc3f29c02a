"""Parse untrusted XML: no entities, no external resources, bounded depth and size."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ExpatError, ParserCreate

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
