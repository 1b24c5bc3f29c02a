"""What belongs to a paper, as `show` prints it: repositories that name it, and its comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from reader.cache.community import Kept
from reader.commands.output import Style, amount
from reader.core.community import Comment, Repository, threads
from reader.core.document.block_lines import BlockWriter
from reader.core.document.markdown import markdown_lines
from reader.core.document.model import Document
from reader.core.lines import wrapped
from reader.core.paper import Paper
from reader.core.text import clean
from reader.core.titles import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reader.core.document.model import Block

INDENT = "  "

KEYS = ("linked", "discussion", "choices")
"""The keys in JSON of the repositories, of the comments, and of what a saved page's paper may be."""


def record(kept: Kept) -> dict[str, Any]:
    """Repositories and comments as values of JSON; the texts of comments are Markdown."""
    return {
        "linked": [{**one._asdict(), "url": one.url} for one in kept.community.repositories],
        "discussion": [_comment_record(one.comment, one.depth) for one in threads(kept.community.comments)],
        "choices": [choice._asdict() for choice in kept.title.choices] if kept.title else [],
    }


def _comment_record(comment: Comment, depth: int) -> dict[str, Any]:
    return {
        "id": comment.id,
        "author": comment.author,
        "at": comment.at or None,
        "reply_to": comment.parent or None,
        "depth": depth,
        "text": "\n".join(markdown_lines(Document("", comment.blocks))) or None,
        "reactions": dict(comment.reactions),
        "edited": comment.is_edited,
        "hidden": comment.is_hidden,
        "automated": comment.is_automated,
    }


def belonging_lines(paper: Paper, kept: Kept, style: Style, columns: int | None) -> Iterator[str]:
    """Lines of the versions, the repositories and the comments, each part after an empty line."""
    if kept.title:
        yield ""
        yield style.bold("arXiv id")
        yield from _indented(wrapped(kept.title.told, _room(columns)))
        for choice in kept.title.choices:
            yield from _indented(wrapped(f"{choice.id}  {clean(describe(choice))}", _room(columns)))
        if kept.title.choices:
            chosen = f"{paper.id}={kept.title.choices[0].id}"
            yield from _indented(wrapped(f"'dailypapers import --choose {chosen}' takes the first.", _room(columns)))
    if len(paper.versions) > 1:
        yield ""
        yield style.bold("Versions")
        yield from _indented(wrapped(", ".join(map(clean, paper.versions)), _room(columns)))
    if kept.community.repositories or paper.models or paper.datasets or paper.spaces:
        yield ""
        counts = (amount(paper.models or 0, "model"), amount(paper.datasets or 0, "dataset"))
        told = ", ".join((*counts, amount(paper.spaces or 0, "Space")))
        yield f"{style.bold('Linked')}  {style.faint(told)}"
        for repository in kept.community.repositories:
            yield from _indented([_repository(repository, style)])
    placed = threads(kept.community.comments)
    if placed:
        yield ""
        yield style.bold("Comments")
    for number, (comment, depth, lost_parent) in enumerate(placed):
        if number:
            yield ""
        for line in _comment(comment, lost_parent, style, _room(columns, depth)):
            yield f"{INDENT * (depth + 1)}{line}".rstrip()


def _room(columns: int | None, depth: int = 0) -> int | None:
    return None if columns is None else columns - len(INDENT) * (depth + 1)


def _indented(lines: Sequence[str] | Iterator[str]) -> Iterator[str]:
    return (f"{INDENT}{line}" for line in lines)


def _repository(one: Repository, style: Style) -> str:
    told = (one.about, amount(one.likes, "like"), amount(one.downloads or 0, "download"), one.state)
    facts = ", ".join(clean(fact) for fact in told if fact and not fact.startswith("0 "))
    kind = "Space" if one.kind == "space" else one.kind
    return f"{kind:9} {style.link(one.url, one.url)}{style.faint(f'  {facts}') if facts else ''}"


def _comment(comment: Comment, lost_parent: bool, style: Style, columns: int | None) -> Iterator[str]:
    if comment.is_hidden:
        yield style.faint("a comment that is hidden")
        return
    told = [clean(comment.author), comment.at[:10], "edited" if comment.is_edited else ""]
    told += ["to a comment that is gone"] if lost_parent else []
    told += [f"{clean(emoji)} {count:,}" for emoji, count in comment.reactions]
    yield style.faint(" · ".join(filter(None, told)))
    if comment.is_automated:
        yield style.faint("automated: similar papers")
    else:
        yield from _text(comment.blocks, columns)


def _text(blocks: Sequence[Block], columns: int | None) -> Iterator[str]:
    writer = BlockWriter(columns)
    for number, block in enumerate(blocks):
        for line in writer.lines(block, blocks[number - 1] if number else None):
            yield line.text
