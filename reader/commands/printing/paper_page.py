"""A whole paper on a terminal: title, people, facts, then each part under its heading, and links to click."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from reader.commands.output import Style, amount, state_words
from reader.core.ids import is_arxiv_id
from reader.core.lines import wrapped
from reader.core.paper import Paper, labelled
from reader.core.text import clean, clean_block

if TYPE_CHECKING:
    from reader.cache.community import Kept

INDENT = "  "

_SIDE = 12
"""Columns of a short part's heading, which is beside it."""


def facts(paper: Paper) -> list[str]:
    """The paper's organization, dates, numbers and state, as far as they are known."""
    counts = ((paper.upvotes, "upvote"), (paper.comments, "comment"))
    known = (
        paper.organization and clean(paper.organization),
        paper.day,
        paper.published and f"{'arXiv' if is_arxiv_id(paper.id) else 'published'} {paper.published}",
        paper.version and paper.version > 1 and f"v{paper.version} {paper.revised or ''}".rstrip(),
        *(amount(count, noun) for count, noun in counts if count is not None),
        state_words(paper).replace(",", ", "),
    )
    return [fact for fact in known if fact]


def short_parts(paper: Paper, topics: Mapping[str, str], followed: str, made: str = "") -> dict[str, str]:
    """The paper's parts by their headings, what is followed first; `topics` has the names by slug.

    `made` are the marks that programs made.
    """
    parts = {"Followed": followed} if followed else {}
    parts |= {"Programs": made} if made else {}
    parts |= dict(labelled(paper))
    if paper.topics:
        parts["Topics"] = ", ".join(clean(topics.get(slug, slug)) for slug in paper.topics)
    return parts


def draw_paper(paper: Paper, kept: Kept, parts: dict[str, str], style: Style, columns: int) -> Iterator[str]:
    """Lines of a paper with its `short_parts`, at most `columns` wide except its links."""
    from reader.actions.links import links
    from reader.commands.printing.belongings import belonging_lines
    from reader.commands.printing.pager import shows_links

    found = links(paper)
    style = Style(style.on, links=style.on and shows_links())
    page = found[0].url if found else None
    yield from (style.link(page, style.bold(line)) for line in wrapped(clean(paper.title), columns))
    yield from packed([clean(name) for name in paper.authors], ", ", columns)
    yield from (style.faint(line) for line in packed(facts(paper), " · ", columns))
    yield ""
    parts = dict(parts)
    summary, note = parts.pop("AI summary", ""), parts.pop("Note", "")
    for label, text in parts.items():
        for number, line in enumerate(packed(text.split(", "), ", ", columns - _SIDE)):
            yield f"{style.bold(f'{label:{_SIDE}}') if number == 0 else ' ' * _SIDE}{line}"
    for heading, text in (("AI summary", summary), ("Abstract", clean_block(paper.abstract)), ("Note", note)):
        yield from _section(heading, text, style, columns)
    if found:
        yield ""
        yield style.bold("Links")
    # A wrapped address can't be clicked or copied.
    for link in found:
        where = style.faint("  in the text") if link.in_text else ""
        yield f"{INDENT}{link.name:9} {style.link(link.url, link.url)}{where}"
    yield from belonging_lines(paper, kept, style, columns)


def packed(items: Sequence[str], separator: str, columns: int) -> Iterator[str]:
    """The lines of a list, which break between its items; an item that is longer than a line breaks between words."""
    from rich.cells import cell_len

    line = ""
    for item in filter(None, items):
        joined = f"{line}{separator}{item}" if line else item
        if cell_len(joined + separator.rstrip()) <= columns:
            line = joined
            continue
        if line:
            yield f"{line}{separator}".rstrip()
        *full, line = wrapped(item, columns)
        yield from full
    if line:
        yield line


def _section(heading: str, text: str, style: Style, columns: int) -> Iterator[str]:
    """A heading and its paragraphs below it; nothing if there are none."""
    paragraphs = [paragraph for paragraph in text.split("\n\n") if paragraph]
    if not paragraphs:
        return
    yield ""
    yield style.bold(heading)
    for number, paragraph in enumerate(paragraphs):
        if number:
            yield ""
        yield from (f"{INDENT}{line}" for line in wrapped(paragraph, columns - len(INDENT)))
