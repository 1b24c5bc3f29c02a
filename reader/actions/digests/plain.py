"""A digest as plain text, in lines that mail clients of all kinds leave whole."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from reader.actions.digests.words import OPEN, intro, more
from reader.actions.links import links
from reader.core.digest import Digest, Item, facts, gist
from reader.core.text import clean

WIDTH = 72
"""Columns of a line; an address that is longer stays whole."""


def plain_text(digest: Digest) -> str:
    """The digest as plain text."""
    lines = [*_wrapped(digest.title), *_wrapped(intro(digest))]
    for section in digest.sections:
        name = clean(section.name)
        lines += ["", "", *_wrapped(name), "-" * min(WIDTH, len(name))]
        for item in section.items:
            lines += ["", *(_brief(item) if section.is_brief else _item(item))]
        if said := more(section):
            lines += ["", said]
    lines += ["", "", f"In the reader: {OPEN}"]
    return "\n".join(lines) + "\n"


def _brief(item: Item) -> Iterator[str]:
    yield from _wrapped(clean(item.paper.title))
    yield from _wrapped(" · ".join(facts(item.paper)), "  ")
    yield from _address(item)


def _item(item: Item) -> Iterator[str]:
    yield from _wrapped(clean(item.paper.title))
    yield from _wrapped(" · ".join(facts(item.paper)), "  ")
    if item.why:
        yield from _wrapped(clean(item.why), "  > ")
    said, is_machine = gist(item.paper)
    yield from _wrapped(f"AI summary: {said}" if is_machine else said, "  ")
    yield from _address(item)


def _address(item: Item) -> Iterator[str]:
    found = links(item.paper)
    yield f"  {found[0].url}" if found else f"  {clean(item.paper.id)}"


def _wrapped(text: str, begin: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=begin,
        subsequent_indent=" " * len(begin),
        break_long_words=False,
        break_on_hyphens=False,
    )
