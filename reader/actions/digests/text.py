"""A digest as plain text, in lines that mail clients of all kinds leave whole, and as Markdown.

Foreign text can't format, embed or link anything.
"""

from __future__ import annotations

from collections.abc import Iterator

from reader.actions.export import in_parentheses, markdown_link, plain_markdown
from reader.actions.links import Link, links
from reader.core.digest import Digest, Item, Section, gist
from reader.core.lines import cell_len, wrap
from reader.core.paper import Paper
from reader.core.text import clean
from reader.paths import APP

OPEN = f"{APP} open ID --reader"
"""The command that opens a paper of a digest in the reader."""


def further_links(paper: Paper) -> tuple[Link, ...]:
    """The links of a paper except its page, to which its title leads, and its pictures."""
    return tuple(link for link in links(paper)[1:] if not link.letter.isdigit())


def intro(digest: Digest) -> str:
    """The first line: how many papers there are, and from when on."""
    return f"{digest.summary}. New since {digest.in_words(digest.since)}."


STOP = f"{APP} schedule remove --digest"
"""The command that ends a daily mail."""

END = f"No paper is mailed twice for the same news. To end a daily mail: {STOP}"
"""The last line of a mail."""


def more(section: Section) -> str:
    """How many papers of a section were left out; empty if none was."""
    count = len(section.left_out)
    return f"and {count:,} more {'paper' if count == 1 else 'papers'} in the reader" if count else ""


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


def markdown(digest: Digest) -> str:
    """The digest as Markdown."""
    parts = [f"# {plain_markdown(digest.title)}", plain_markdown(intro(digest))]
    for section in digest.sections:
        parts += [f"## {plain_markdown(clean(section.name))}", *_markdown_section(digest, section)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _markdown_section(digest: Digest, section: Section) -> Iterator[str]:
    if section.is_brief:
        yield "\n".join(
            " · ".join((f"- {markdown_link(one.paper)}", *_markdown_facts(digest, one))) for one in section.items
        )
    else:
        yield from ("\n\n".join(_markdown_item(digest, item)) for item in section.items)
    if said := more(section):
        yield f"*{said}*"


def _markdown_facts(digest: Digest, item: Item) -> Iterator[str]:
    return map(plain_markdown, digest.facts(item.paper))


def _markdown_item(digest: Digest, item: Item) -> Iterator[str]:
    paper = item.paper
    yield f"### {markdown_link(paper)}"
    yield " · ".join(_markdown_facts(digest, item))
    if item.why:
        yield f"*{plain_markdown(clean(item.why))}*"
    said, is_machine = gist(paper)
    if said:
        yield f"{'> AI summary: ' if is_machine else ''}{plain_markdown(said)}"
    found = [f"[{link.name}]({in_parentheses(link.url)})" for link in further_links(paper)]
    yield " · ".join((*found, f"`{clean(paper.id).replace('`', '')}`"))
