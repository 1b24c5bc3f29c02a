"""A digest as Markdown; foreign text can't format, embed or link anything."""

from __future__ import annotations

from collections.abc import Iterator

from reader.actions.digests.words import further_links, intro, more
from reader.actions.export import in_parentheses, markdown_link, plain_markdown
from reader.core.digest import Digest, Item, Section, facts, gist
from reader.core.text import clean


def markdown(digest: Digest) -> str:
    """The digest as Markdown."""
    parts = [f"# {plain_markdown(digest.title)}", plain_markdown(intro(digest))]
    for section in digest.sections:
        parts += [f"## {plain_markdown(clean(section.name))}", *_section(section)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _section(section: Section) -> Iterator[str]:
    if section.is_brief:
        yield "\n".join(f"- {markdown_link(item.paper)}{_facts(item)}" for item in section.items)
    else:
        yield from ("\n\n".join(_item(item)) for item in section.items)
    if said := more(section):
        yield f"*{said}*"


def _facts(item: Item) -> str:
    found = " · ".join(map(plain_markdown, facts(item.paper)))
    return f" · {found}" if found else ""


def _item(item: Item) -> Iterator[str]:
    paper = item.paper
    yield f"### {markdown_link(paper)}"
    yield plain_markdown(" · ".join(facts(paper)))
    if item.why:
        yield f"*{plain_markdown(clean(item.why))}*"
    said, is_machine = gist(paper)
    if said:
        yield f"{'> AI summary: ' if is_machine else ''}{plain_markdown(said)}"
    found = [f"[{link.name}]({in_parentheses(link.url)})" for link in further_links(paper)]
    yield " · ".join((*found, f"`{clean(paper.id).replace('`', '')}`"))
