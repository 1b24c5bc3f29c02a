"""Parse what the feed's page of a paper has: its record, its comments and the repositories that name it.

Comments come in a flat list or with their replies within them; both are read. Values of unexpected types count as
missing, and a comment or a repository without an id is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from reader.core.community import KINDS, Comment, Kind, Repository
from reader.core.errors import FeedMalformed
from reader.core.foreign import count
from reader.core.paper import Listing
from reader.core.text import BLOCK_LIMIT
from reader.feeds.huggingface.parse import as_line, as_list, as_mapping, as_text, listed_day, parse_item

COMMENTS = 500
"""Maximum comments of a paper that are read; more than ten times the longest thread that is known."""

_REPOSITORIES = 50
"""Maximum repositories of one kind; the feed names some ten."""

_REACTIONS = 12
_NAME_LIMIT = 100
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_ASLEEP = {"SLEEPING": "sleeping", "PAUSED": "paused", "STOPPED": "stopped"}


class Said(NamedTuple):
    """A comment without its text, and its text in Markdown, which is not clean yet."""

    comment: Comment
    markdown: str


class PaperPage(NamedTuple):
    """A paper with what belongs to it."""

    listing: Listing
    said: tuple[Said, ...] = ()
    repositories: tuple[Repository, ...] = ()


def parse_page(item: object, id: str) -> PaperPage:
    """Parse the feed's record of a paper that was asked for with its comments; raises FeedMalformed."""
    try:
        draft = parse_item(item)
    except FeedMalformed as error:
        raise FeedMalformed(f"The feed's record of {id} can't be used: {error}.") from None
    record = as_mapping(item)
    paper = as_mapping(record.get("paper")) or record
    comments = as_list(record.get("comments")) or as_list(paper.get("comments"))
    said = tuple(one for _, one in zip(range(COMMENTS), _comments(comments), strict=False))
    return PaperPage(Listing(listed_day(item), (draft,)), said, tuple(_repositories(paper)))


def _comments(values: object, parent: str = "") -> Iterator[Said]:
    """Comments, each followed by its replies."""
    waiting = [(value, parent) for value in reversed(as_list(values))]
    while waiting:
        value, parent = waiting.pop()
        record = as_mapping(value)
        data = as_mapping(record.get("data"))
        id = as_line(record.get("id"), _NAME_LIMIT)
        if id and record.get("type", "comment") == "comment":
            yield _comment(record, data, id, parent)
        replies = [*as_list(record.get("replies"))[:COMMENTS], *as_list(data.get("replies"))[:COMMENTS]]
        if len(waiting) < COMMENTS:
            waiting += [(reply, id) for reply in reversed(replies)]


def _comment(record: Mapping[str, object], data: Mapping[str, object], id: str, parent: str) -> Said:
    author = as_mapping(record.get("author"))
    is_hidden = data.get("hidden") is True
    comment = Comment(
        id,
        as_line(author.get("name"), _NAME_LIMIT) or as_line(author.get("fullname"), _NAME_LIMIT) or "somebody",
        _moment(record.get("createdAt")),
        parent=as_line(data.get("parentCommentId"), _NAME_LIMIT) or parent,
        is_hidden=is_hidden,
        is_edited=data.get("edited") is True or bool(count(data.get("numEdits"))),
        reactions=() if is_hidden else tuple(_reactions(data.get("reactions"))),
    )
    latest = as_mapping(data.get("latest"))
    return Said(comment, "" if is_hidden else as_text(latest.get("raw"))[:BLOCK_LIMIT])


def _moment(value: object) -> str:
    """A time of the feed in ISO form, to the second; empty if it is not one."""
    try:
        moment = datetime.fromisoformat(as_text(value))
    except ValueError:
        return ""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment.tzinfo and moment.year > 1970 else ""


def _reactions(values: object) -> Iterator[tuple[str, int]]:
    found = [
        (as_line(as_mapping(value).get("reaction"), 8), count(as_mapping(value).get("count")) or 0)
        for value in as_list(values)[:_REACTIONS]
    ]
    yield from sorted(((emoji, number) for emoji, number in found if emoji and number), key=lambda one: -one[1])


def _repositories(paper: Mapping[str, object]) -> Iterator[Repository]:
    for kind in KINDS:
        for value in as_list(paper.get(f"linked{kind.capitalize()}s"))[:_REPOSITORIES]:
            record = as_mapping(value)
            id = as_line(record.get("id"), 200)
            if _REPOSITORY.fullmatch(id) and record.get("private") is not True:
                yield _repository(kind, id, record)


def _repository(kind: Kind, id: str, record: Mapping[str, object]) -> Repository:
    about = as_line(record.get("title" if kind == "space" else "pipeline_tag"), _NAME_LIMIT)
    stage = as_text(as_mapping(record.get("runtime")).get("stage"))
    state = "broken" if stage.endswith("ERROR") else _ASLEEP.get(stage, "")
    if record.get("gated") not in (None, False):
        state = "gated"
    return Repository(kind, id, count(record.get("likes")) or 0, count(record.get("downloads")), about, state)
