"""A digest as plain text, in lines that mail clients of all kinds leave whole."""

from __future__ import annotations

from collections.abc import Iterator

from reader.actions.digests.words import END, OPEN, intro, more
from reader.actions.links import links
from reader.core.cells import cell_len, wrap
from reader.core.digest import Digest, Item, gist
from reader.core.text import clean

WIDTH = 72
"""Columns of a line; an address that is longer stays whole."""


def plain_text(digest: Digest, *, is_mail: bool = False) -> str:
    """The digest as plain text; a mail says how it ends."""
    lines = [*_wrapped(digest.title), *_wrapped(intro(digest))]
    for section in digest.sections:
        name = clean(section.name)
        lines += ["", "", *_wrapped(name), "-" * min(WIDTH, cell_len(name))]
        for item in section.items:
            lines += ["", *(_brief(digest, item) if section.is_brief else _item(digest, item))]
        if said := more(section):
            lines += ["", said]
    lines += ["", "", f"In the reader: {OPEN}", *(_wrapped(END) if is_mail else ())]
    return "\n".join(lines) + "\n"


def _brief(digest: Digest, item: Item) -> Iterator[str]:
    yield from _wrapped(clean(item.paper.title))
    yield from _wrapped(" · ".join(digest.facts(item.paper)), "  ")
    yield from _address(item)


def _item(digest: Digest, item: Item) -> Iterator[str]:
    yield from _wrapped(clean(item.paper.title))
    yield from _wrapped(" · ".join(digest.facts(item.paper)), "  ")
    if item.why:
        yield from _wrapped(clean(item.why), "  > ")
    said, is_machine = gist(item.paper)
    yield from _wrapped(f"AI summary: {said}" if is_machine else said, "  ")
    yield from _address(item)


def _address(item: Item) -> Iterator[str]:
    found = links(item.paper)
    yield f"  {found[0].url}" if found else f"  {clean(item.paper.id)}"


def _wrapped(text: str, begin: str = "") -> Iterator[str]:
    for start, end in wrap(text, WIDTH - len(begin)):
        yield f"{begin if not start else ' ' * len(begin)}{text[start:end]}"
