"""The extras of a paper's page in the feed: comments in threads, and repositories that name the paper."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from reader.core.document.codec import pack_blocks, pack_json, unpack_blocks, unpack_json
from reader.core.document.model import Block, texts

Kind = Literal["model", "dataset", "space"]

KINDS: tuple[Kind, ...] = ("model", "dataset", "space")

SITE = "https://huggingface.co"

MAX_REPLY_DEPTH = 4
"""Maximum depth of drawn replies; deeper replies are drawn at this depth."""

_FORMAT = 1
_MAX_JSON_BYTES = 16 * 1024 * 1024

_AUTOMATED = "This is an automated message"


class Comment(NamedTuple):
    """A comment of a paper's page."""

    id: str
    author: str
    at: str
    """ISO time, UTC."""
    blocks: tuple[Block, ...] = ()
    """Its text; empty if it is hidden."""
    parent: str = ""
    """The id of the comment that it answers; empty for a new thread."""
    is_hidden: bool = False
    is_edited: bool = False
    reactions: tuple[tuple[str, int], ...] = ()
    """Emoji with their numbers, the most frequent first."""

    @property
    def is_automated(self) -> bool:
        """Whether a program wrote it, to recommend similar papers."""
        first = next((text for block in self.blocks[:1] for text in texts(block) if text), "")
        return first.startswith(_AUTOMATED)


class Repository(NamedTuple):
    """A model, dataset or Space that names the paper."""

    kind: Kind
    id: str
    likes: int = 0
    downloads: int | None = None
    about: str = ""
    """The task of a model, the title of a Space."""
    state: str = ""
    """The obstacle to its use, such as `gated` or `sleeping`; empty if there is none."""

    @property
    def url(self) -> str:
        """Its page."""
        folder = {"model": "", "dataset": "datasets/", "space": "spaces/"}[self.kind]
        return f"{SITE}/{folder}{quote(self.id, errors='replace')}"


class Community(NamedTuple):
    """Comments, and the first repositories of each kind."""

    comments: tuple[Comment, ...] = ()
    repositories: tuple[Repository, ...] = ()


class ThreadedComment(NamedTuple):
    """A comment at its place in the thread."""

    comment: Comment
    depth: int = 0
    """0 for the first comment of a thread."""
    lost_parent: bool = False
    """Whether it answers a deleted comment."""


def threads(comments: Sequence[Comment]) -> list[ThreadedComment]:
    """Comments with the replies to each below it, oldest first. Hidden comments are kept only if they have replies."""
    known = {comment.id: comment for comment in comments}
    replies: dict[str, list[Comment]] = defaultdict(list)
    for comment in sorted(known.values(), key=lambda comment: (comment.at, comment.id)):
        replies[comment.parent if comment.parent in known else ""].append(comment)
    placed: list[ThreadedComment] = []
    seen: set[str] = set()

    def add(first: Comment) -> None:
        open_comments = [(first, 0)]
        while open_comments:
            comment, depth = open_comments.pop()
            if comment.id in seen:
                continue
            seen.add(comment.id)
            if not comment.is_hidden or replies[comment.id]:
                lost = bool(comment.parent) and comment.parent not in known
                placed.append(ThreadedComment(comment, min(depth, MAX_REPLY_DEPTH), lost))
            open_comments += [(reply, depth + 1) for reply in reversed(replies[comment.id])]

    # Comments that answer each other in a circle belong to no thread and come last.
    for comment in (*replies[""], *known.values()):
        if comment.id not in seen:
            add(comment)
    return placed


def dump(community: Community) -> bytes:
    """A community as bytes."""
    comments = [
        [note.id, note.author, note.at, note.parent, int(note.is_hidden), int(note.is_edited), note.reactions,
         pack_blocks(note.blocks)]
        for note in community.comments
    ]  # fmt: skip
    return pack_json([_FORMAT, comments, community.repositories])


def load(data: bytes) -> Community:
    """The community from bytes; empty if they are damaged."""
    try:
        _, comments, repositories = unpack_json(data, _MAX_JSON_BYTES)
        return Community(tuple(_comments(comments)), tuple(_repositories(repositories)))
    except (zlib.error, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return Community()


def _comments(rows: Sequence[Sequence[Any]]) -> Iterator[Comment]:
    for id, author, at, parent, is_hidden, is_edited, reactions, blocks in rows:
        counted = tuple((str(emoji), int(count)) for emoji, count in reactions)
        yield Comment(
            str(id), str(author), str(at), unpack_blocks(blocks), str(parent), bool(is_hidden), bool(is_edited), counted
        )


def _repositories(rows: Sequence[Sequence[Any]]) -> Iterator[Repository]:
    for kind, id, likes, downloads, about, state in rows:
        if kind in KINDS:
            known = None if downloads is None else int(downloads)
            yield Repository(kind, str(id), int(likes), known, str(about), str(state))
