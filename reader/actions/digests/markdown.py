"""A digest as Markdown; foreign text can't format, embed or link anything."""

from __future__ import annotations

from collections.abc import Iterator

from reader.actions.digests.words import further_links, intro, more
from reader.actions.export import in_parentheses, markdown_link, plain_markdown
from reader.core.digest import Digest, Item, Section, gist
from reader.core.text import clean


def markdown(digest: Digest) -> str:
    """The digest as Markdown."""
    parts = [f"# {plain_markdown(digest.title)}", plain_markdown(intro(digest))]
    for section in digest.sections:
        parts += [f"## {plain_markdown(clean(section.name))}", *_section(digest, section)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _section(digest: Digest, section: Section) -> Iterator[str]:
    if section.is_brief:
        yield "\n".join(" · ".join((f"- {markdown_link(one.paper)}", *_facts(digest, one))) for one in section.items)
    else:
        yield from ("\n\n".join(_item(digest, item)) for item in section.items)
    if said := more(section):
        yield f"*{said}*"


def _facts(digest: Digest, item: Item) -> Iterator[str]:
    return map(plain_markdown, digest.facts(item.paper))


def _item(digest: Digest, item: Item) -> Iterator[str]:
    paper = item.paper
    yield f"### {markdown_link(paper)}"
    yield " · ".join(_facts(digest, item))
    if item.why:
        yield f"*{plain_markdown(clean(item.why))}*"
    said, is_machine = gist(paper)
    if said:
        yield f"{'> AI summary: ' if is_machine else ''}{plain_markdown(said)}"
    found = [f"[{link.name}]({in_parentheses(link.url)})" for link in further_links(paper)]
    yield " · ".join((*found, f"`{clean(paper.id).replace('`', '')}`"))
