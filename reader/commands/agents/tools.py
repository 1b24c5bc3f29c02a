"""What programs can ask and do through `dailypapers mcp`: plain functions of a workspace, whose answers become JSON.

Answers are bounded: lists come in pages, texts in parts. What others wrote, such as titles and abstracts, stands only
under the key `foreign`, so that the program can tell it from what we say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from reader.commands.choosing import find_or_fetch, find_or_fetch_text
from reader.commands.printing.reasons import FOR_YOU, GROUP, for_you_record, group_records, shared
from reader.commands.workspace import NotInCache, Workspace, find, parsed, selection
from reader.core.errors import ReaderError, UsageError
from reader.core.marks import NOTE, TAG
from reader.core.text import NOTE_LIMIT, clean, clean_note

if TYPE_CHECKING:
    from reader.cache.marks.changes import Change
    from reader.cache.reads.window import Window
    from reader.core.document.sections import Section
    from reader.core.marks import Agent
    from reader.core.paper import Paper

Answer = dict[str, Any]

MOST = 50
"""Papers in a page of a list, and papers that one call marks."""

LETTERS = 12_000
"""Characters in a part of a text."""

ITEMS = 100
"""Items of a list within a paper, such as its authors; their number is there too."""

MOST_SECTIONS = 1_000
"""Sections of a text that are listed, and that can be read."""

TITLE = 300
"""Characters of a section's title."""

FOREIGN = "foreign"
"""The key of what others wrote."""

_OURS = (
    "id",
    "day",
    "published",
    "upvotes",
    "comments",
    "author_count",
    "topics",
    "read",
    "starred",
    "queued",
    "hidden",
)
"""The keys of a paper's record that hold nothing that others wrote."""

_SHORT = ("title", "authors", "organization", "venue", "summary")
"""The keys of what others wrote that lists have."""

_FEW = 5
"""Authors of a paper in a list."""


def search(workspace: Workspace, query: str, limit: int = 10, offset: int = 0) -> Answer:
    """The papers of a query, a page of them."""
    with workspace.window() as window:
        pks = window.order(selection(window, parsed(query))).pks
        return _page(window, pks, limit, offset, lambda paper: paper_record(window, paper, _SHORT))


def show(workspace: Workspace, id: str) -> Answer:
    """One paper with all that is known of it; one that is not here is fetched."""
    from reader.cache.group.members import shared_of
    from reader.cache.texts import Texts

    paper, pk = find_or_fetch(workspace, id)
    with workspace.window() as window:
        answer = paper_record(window, paper)
        answer["has_text"] = window.read(lambda connection: Texts(connection, workspace.cache_file).has(pk))
        shared = group_records(window.read(partial(shared_of, pk=pk)))
    if told := _few_enough([_bounded(one) for one in shared]):
        answer[FOREIGN][GROUP] = told
    if left := len(shared) - len(told):
        answer[FOREIGN][f"{GROUP}_left_off"] = left
    return answer


def outline(workspace: Workspace, id: str) -> Answer:
    """The sections of a paper's full text, by the numbers that `read` takes; a text that is not here is fetched."""
    from reader.core.document.sections import sections as sections_of

    paper, kept = find_or_fetch_text(workspace, id)
    document = kept.document
    found: list[Answer] = [
        {
            "section": one.number,
            "level": one.level,
            "letters": len(_markdown(one)),
            FOREIGN: {"title": clean(one.title, TITLE)},
        }
        for one in sections_of(document)
    ]
    left_off = {"sections_left_off": len(found) - MOST_SECTIONS} if len(found) > MOST_SECTIONS else {}
    return {"id": paper.id, "version": document.version, "sections": found[:MOST_SECTIONS], **left_off}


def read(workspace: Workspace, id: str, section: int = 0, offset: int = 0) -> Answer:
    """A part of a section of a paper's full text as Markdown; a text that is not here is fetched."""
    from reader.core.document.sections import sections as sections_of

    paper, kept = find_or_fetch_text(workspace, id)
    found = list(sections_of(kept.document))
    if not 0 <= section < len(found):
        raise UsageError(f"The text has no section {section}. 'outline' lists sections 0 to {len(found) - 1}.")
    text = _markdown(found[section])
    part, following = _part(text, offset)
    return {
        "id": paper.id,
        "section": section,
        "offset": offset,
        "letters": len(text),
        "next_offset": following,
        "next_section": section + 1 if following is None and section + 1 < len(found) else None,
        FOREIGN: {"title": clean(found[section].title, TITLE), "text": part},
    }


def _markdown(section: Section) -> str:
    from reader.core.document.markdown import markdown_lines

    return "\n".join(markdown_lines(section.document))


def similar(
    workspace: Workspace, ids: Sequence[str], query: str = "", limit: int = 10, offset: int = 0, *, newer: bool = False
) -> Answer:
    """The papers like others, of a query if there is one, and what they share."""
    from reader.commands.similar import asked

    papers = [find_or_fetch(workspace, id)[0] for id in _few(ids)]
    known = [paper.id for paper in papers]
    with workspace.window() as window:
        pks = window.order(selection(window, asked(papers, query, is_newer=newer))).pks

        def record(paper: Paper) -> Answer:
            answer = paper_record(window, paper, _SHORT)
            said = shared(window, known, paper.pk).said if isinstance(paper.pk, int) else ""
            answer[FOREIGN]["shares"] = clean(said) or None
            return answer

        return _page(window, pks, limit, offset, record)


def for_you(workspace: Workspace, query: str = "", limit: int = 10, offset: int = 0) -> Answer:
    """The unread papers that suit the user best by their marks, of a query if there is one, and why."""
    with workspace.window() as window:
        if window.for_you.learned().taste.is_empty:
            raise ReaderError("Nothing is known yet of what the user likes. It is learned once they star a few papers.")
        asked = parsed(query, also="is:unread -is:starred")
        pks = window.order(
            selection(window, asked if asked.sort else replace(asked, sort=parsed("sort:foryou").sort))
        ).pks

        def record(paper: Paper) -> Answer:
            said = for_you_record(window, paper)[FOR_YOU]
            answer = paper_record(window, paper, _SHORT)
            if isinstance(said, dict):
                answer["score"] = round(said["score"], 3)
                answer[FOREIGN]["why"] = said["why"]
            return answer

        return _page(window, pks, limit, offset, record)


def mark(workspace: Workspace, agent: Agent, kind: str, ids: Sequence[str], *, on: bool = True) -> Answer:
    """Star or queue papers, or take that back."""
    return _act(workspace, agent, ids, lambda _window, pks: [_change(kind, on, pks)])


def tag(
    workspace: Workspace, agent: Agent, ids: Sequence[str], add: Sequence[str] = (), remove: Sequence[str] = ()
) -> Answer:
    """Give papers tags, and take tags from them."""
    from reader.cache.tags import tagging
    from reader.commands.tag import clean_tag
    from reader.core.tag_words import TagWords

    words = TagWords(tuple(map(clean_tag, _few(add))), tuple(map(clean_tag, _few(remove))))
    if not words.add and not words.remove:
        raise UsageError("Name the tags to add or to remove.")
    return _act(workspace, agent, ids, lambda window, pks: window.read(partial(tagging, words=words, pks=pks)))


def note(workspace: Workspace, agent: Agent, id: str, text: str, *, instead: bool = False) -> Answer:
    """Write below the user's note about a paper, or `instead` of it."""
    written = clean_note(text).strip("\n")

    def changes(window: Window, pks: Sequence[int]) -> list[Change]:
        paper = window.paper(pks[0])
        before = "" if instead or paper is None else paper.note or ""
        whole = f"{before}\n\n{written}" if before and written else before or written
        if len(whole) > NOTE_LIMIT:
            raise UsageError(f"A note has at most {NOTE_LIMIT:,} characters; this would have {len(whole):,}.")
        return [_change(NOTE, whole, pks)]

    if not written and not instead:
        raise UsageError("The note has no text.")
    return _act(workspace, agent, [id], changes)


def undo(workspace: Workspace, agent: Agent) -> Answer:
    """Take back all that this run of the program marked, and nothing of the user's."""
    with workspace.events() as events:
        action = events.undo(by=agent)
    workspace.write_exports()
    return {"taken_back": [] if action is None else _said(action.events)}


# Marks


def _act(
    workspace: Workspace, agent: Agent, ids: Sequence[str], changes: Callable[[Window, Sequence[int]], Sequence[Change]]
) -> Answer:
    """Mark papers of the cache as one action of a program."""
    if not ids:
        raise UsageError("Name the papers by their ids.")
    with workspace.window() as window:
        pks = list(dict.fromkeys(_found(window, id) for id in _few(ids)))
        wanted = changes(window, pks)
    with workspace.events() as events:
        action = events.act(wanted, by=agent)
    # The program may run for long after this.
    workspace.write_exports()
    return {"papers": len(pks), "changed": [] if action is None else _said(action.events), "by": agent.name}


def _found(window: Window, id: str) -> int:
    """The key of a paper; raises NotInCache, which names the tool that fetches it."""
    try:
        return find(window, id)
    except NotInCache as error:
        raise NotInCache(
            f"{clean(id, 100)!r} is not on this machine. `show` fetches a paper by its arXiv id."
        ) from error


def _said(events: Sequence[Any]) -> list[str]:
    """What events did, in words, without which program it was."""
    from reader.core.marks import AGENT

    return [event.said for event in events if not event.kind.startswith(AGENT)]


def _change(kind: str, value: bool | str, pks: Sequence[int]) -> Change:
    from reader.cache.marks.changes import Change

    return Change(kind, value, pks)


def _few(words: Sequence[str]) -> Sequence[str]:
    if len(words) > MOST:
        raise UsageError(f"At most {MOST} at once; these are {len(words):,}.")
    return words


# Answers


def _page(window: Window, pks: Sequence[int], limit: int, offset: int, record: Callable[[Paper], Answer]) -> Answer:
    """A page of papers, how many there are, and where the next page begins."""
    if not 1 <= limit <= MOST:
        raise UsageError(f"The limit is a number from 1 to {MOST}.")
    if offset < 0:
        raise UsageError("The offset is a number from 0 on.")
    end = offset + limit
    return {
        "total": len(pks),
        "offset": offset,
        "next_offset": end if end < len(pks) else None,
        "papers": [record(paper) for paper in window.papers(list(pks[offset:end]))],
    }


def paper_record(window: Window, paper: Paper, wanted: Sequence[str] = ()) -> Answer:
    """A paper, with only the `wanted` ones of the things that others wrote, or with all."""
    from reader.actions.export import record
    from reader.cache.marks.agents import made_by_agents

    pk = paper.pk
    made = window.read(lambda connection: made_by_agents(connection, pk)) if isinstance(pk, int) else ()
    fields = record(paper)
    # What a program wrote may come from a paper, so it is as foreign as that.
    by_agents = {one.kind for one in made}
    tags = fields.pop("tags")
    theirs = [name for name in tags if f"{TAG}{name}" in by_agents]
    note = fields.pop("note")
    answer: Answer = {key: fields.pop(key) for key in _OURS}
    answer["tags"] = [name for name in tags if name not in theirs]
    foreign = {key: _bounded(fields[key]) for key in wanted or fields if fields[key] not in (None, [], "")}
    if wanted:
        foreign["authors"] = foreign.get("authors", [])[:_FEW]
    if note and not wanted:
        (foreign if NOTE in by_agents else answer)["note"] = _bounded(note)
    if theirs:
        foreign["tags"] = theirs
    if made and not wanted:
        foreign["marked_by_programs"] = [one.said for one in made]
    return {**answer, FOREIGN: foreign}


def _bounded(value: Any) -> Any:
    """A value with at most so many characters or items."""
    if isinstance(value, str):
        return value if len(value) <= LETTERS else f"{value[: LETTERS - 1]}…"
    if isinstance(value, list):
        return [_bounded(one) for one in value[:ITEMS]]
    if isinstance(value, Mapping):
        return {key: _bounded(one) for key, one in value.items()}
    return value


def _few_enough(values: Sequence[Any]) -> list[Any]:
    """The first values, as many as an answer has room for: a group may have 200 people with long notes."""
    sizes = accumulate(len(json.dumps(one, ensure_ascii=False)) for one in values)
    return [one for one, size in zip(values, sizes, strict=True) if size <= 3 * LETTERS]


def _part(text: str, offset: int) -> tuple[str, int | None]:
    """A part of a text from an offset on, cut between words if it can be, and where the next one begins."""
    if not 0 <= offset <= len(text):
        raise UsageError(f"The offset is a number from 0 to {len(text)}.")
    end = offset + LETTERS
    if end >= len(text):
        return text[offset:], None
    cut = max(text.rfind("\n", offset, end), text.rfind(" ", offset, end)) + 1
    end = cut if cut > offset + LETTERS // 2 else end
    return text[offset:end], end
