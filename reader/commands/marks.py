"""The commands for the user's marks: `dailypapers mark`, `tag`, `note` and `undo`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from reader.cache.flags import papers_with_tag, spellings, tag_counts
from reader.cache.marks.change import Change, tagging
from reader.commands.choosing import add_papers, add_query_option, apply, choose_papers, expect_papers
from reader.commands.command import Actions, Command, add_actions
from reader.commands.output import answer, describe_action, print_rows, warn
from reader.commands.streams import is_terminal
from reader.commands.workspace import Workspace, find
from reader.core.errors import NotFound, ReaderError, UsageError
from reader.core.marks import NOTE, TAG, clean_mark
from reader.core.nearest import advice
from reader.core.settings.standing import ON_STAR
from reader.core.tag_words import TagWords
from reader.core.text import NOTE_LIMIT, clean, clean_note

if TYPE_CHECKING:
    from reader.cache.reads.window import Window

MARKS = {
    "read": ("read", True, "read"),
    "unread": ("read", False, "unread"),
    "star": ("star", True, "starred"),
    "unstar": ("star", False, "unstarred"),
    "queue": ("queue", True, "queued"),
    "unqueue": ("queue", False, "no longer queued"),
    "hide": ("hide", True, "hidden"),
    "unhide": ("hide", False, "no longer hidden"),
}
"""For each word of the command: the kind and the value of the mark, and the adjective for the marked papers."""


def _add_mark_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("mark", choices=tuple(MARKS), metavar="MARK", help=", ".join(MARKS))
    add_papers(parser, "mark")


def _mark_papers(arguments: Namespace, workspace: Workspace) -> int:
    expect_papers(arguments, arguments.ids, "mark")
    kind, value, state = MARKS[arguments.mark]
    # A query leaves out hidden papers by default, but `unhide` needs them.
    also = "(is:hidden OR is:muted)" if arguments.mark == "unhide" else ""
    is_hooked = (kind, value) == ("star", True) and any(
        program.query == ON_STAR for program in workspace.settings.programs
    )
    with workspace.window() as window:
        pks = choose_papers(window, arguments, arguments.ids, also=also)
        newly = [row.pk for row in window.rows(pks) if not row.starred] if is_hooked else []
    apply(
        arguments, workspace, [Change(kind, value, pks)], {"mark": arguments.mark}, f"marked {state}", papers=len(pks)
    )
    if newly:
        _run_on_star(workspace, [pk for pk in newly if isinstance(pk, int)])
    return 0


def _run_on_star(workspace: Workspace, pks: Sequence[int]) -> None:
    import asyncio

    from reader.refresh import jobs
    from reader.refresh.pipes import run_on_star

    fetch = jobs.text_fetcher(workspace.job_context)

    try:
        asyncio.run(run_on_star(workspace.cache_file, workspace.settings, pks, fetch))
    except ReaderError as error:
        warn(f"on_star: {error}")


MARK_COMMAND = Command(
    "mark",
    "Mark papers read, starred, queued or hidden, or remove these marks; undo takes the change back.",
    (),
    _add_mark_arguments,
    _mark_papers,
    has_json=True,
)


# Tags


def _add_tag_arguments(parser: ArgumentParser) -> None:
    add_actions(parser, TAG_ACTIONS, default="list")
    parser.add_argument("tag", nargs="?", metavar="TAG", help="the tag's name; in quotes if it has spaces")
    about = "arXiv ids or addresses of papers; for rename, the new name"
    parser.add_argument("rest", nargs="*", metavar="ID", help=about)
    add_query_option(parser, "choose")


def _run_tag(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.what != "list" and arguments.tag is None:
        raise UsageError(f"Name the tag: dailypapers tag {arguments.what} TAG.")
    run, _ = TAG_ACTIONS[arguments.what]
    return run(arguments, workspace)


def _tag_papers(arguments: Namespace, workspace: Workspace) -> int:
    """Add the tag to papers, or remove it."""
    tag, is_added = clean_tag(arguments.tag), arguments.what == "add"
    expect_papers(arguments, arguments.rest, "tag")
    with workspace.window() as window:
        pks = choose_papers(window, arguments, arguments.rest)
        words = TagWords(add=(tag,)) if is_added else TagWords(remove=(tag,))
        changes = window.read(partial(tagging, words=words, pks=pks))
    tag = changes[0].kind.removeprefix(TAG)
    message = f"{'tagged' if is_added else 'untagged'} {tag}"
    return apply(arguments, workspace, changes, {"tag": tag}, message, papers=len(changes[0].pks))


def _rename_tag(arguments: Namespace, workspace: Workspace) -> int:
    if len(arguments.rest) != 1 or arguments.query is not None:
        raise UsageError("Name the tag and its new name: dailypapers tag rename OLD NEW.")
    tag, new = clean_tag(arguments.tag), clean_tag(arguments.rest[0])
    with workspace.window() as window:
        if new.casefold() != tag.casefold():
            new = known_tag(window, new)
        changes = _renaming(window, tag, new)
    return apply(arguments, workspace, changes, {"tag": new}, f"renamed to {new}", papers=0)


def clean_tag(text: str) -> str:
    """A tag's name as it is stored; raises UsageError if the cleaned name is empty."""
    mark = clean_mark(f"{TAG}{text}", "1")
    if mark is None:
        raise UsageError("A tag needs a name with letters.")
    return mark[0].removeprefix(TAG)


def known_tag(window: Window, tag: str) -> str:
    """The spelling of an existing tag that differs from `tag` only in case, else `tag` itself."""
    return next(iter(spellings(tag, window.read(tag_counts))), tag)


def _renaming(window: Window, tag: str, new: str) -> list[Change]:
    counts = window.read(tag_counts)
    found_names = spellings(tag, counts)
    old = [name for name in found_names if name != new]
    if found_names and not old:
        raise ReaderError(f"The tag already has the name {new!r}.")
    if not old:
        raise NotFound(f"No paper has the tag {tag!r}. {advice(tag, counts)}".rstrip())
    tagged = [window.read(partial(papers_with_tag, tag=name)) for name in old]
    pks = list(dict.fromkeys(pk for papers in tagged for pk in papers.pks))
    have = set(window.read(partial(papers_with_tag, tag=new)).absent)
    absent = [id for id in dict.fromkeys(id for papers in tagged for id in papers.absent) if id not in have]
    # Add the new tag before the old tag is removed, so that an interruption loses nothing.
    gone = [Change(f"{TAG}{name}", False, papers.pks, papers.absent) for name, papers in zip(old, tagged, strict=True)]
    return [Change(f"{TAG}{new}", True, pks, absent), *gone]


def _print_tags(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.tag is not None or arguments.query is not None or arguments.everything:
        raise UsageError("'dailypapers tag list' prints all tags: leave out the rest.")
    with workspace.window() as window:
        counts = window.read(tag_counts)
    if arguments.json or (not counts and is_terminal(sys.stdout)):
        tags = [{"name": name, "papers": count} for name, count in counts.items()]
        return answer(arguments, tags, "You have no tags yet. 'dailypapers tag add NAME ID' makes one.")
    print_rows([(clean(name), str(count)) for name, count in counts.items()], right={1})
    return 0


TAG_ACTIONS: Actions = {
    "list": (_print_tags, "print your tags with their numbers of papers, the most used first"),
    "add": (_tag_papers, "give papers the tag"),
    "remove": (_tag_papers, "remove the tag from papers"),
    "rename": (_rename_tag, "rename it; if the new name exists, the two tags are merged"),
}


TAG_COMMAND = Command(
    "tag",
    "Print your tags, tag papers, remove, rename and merge tags; undo takes the change back.",
    (),
    _add_tag_arguments,
    _run_tag,
    has_json=True,
)


# Notes


def _add_note_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="an arXiv id or an address of the paper")
    about = "the new note, in Markdown (- for stdin); an empty one removes it. Without this option, the note is printed"
    parser.add_argument("--text", metavar="TEXT", help=about)


def _run_note(arguments: Namespace, workspace: Workspace) -> int:
    with workspace.window() as window:
        pk = find(window, arguments.id)
        paper = window.paper(pk)
    id, old = (paper.id, paper.note or "") if paper else (arguments.id, "")
    text = arguments.text
    if text is None:
        if not (old or arguments.json):
            warn(f"{id} has no note. 'dailypapers note {id} --text TEXT' writes one.")
            return 0
        return answer(arguments, {"id": id, "note": old or None}, clean_note(old))
    if text == "-":
        text = sys.stdin.buffer.read(4 * NOTE_LIMIT + 4).decode("utf-8", "replace").removeprefix("\ufeff")
    note = clean_note(text).strip("\n")
    if len(text) > NOTE_LIMIT:
        warn(f"The note was cut after {NOTE_LIMIT:,} characters.")
    with workspace.events() as events:
        changed = events.mark(NOTE, note, [pk]) is not None
    message = f"Nothing to change: {id} {'has this note already' if note else 'has no note'}."
    if changed:
        message = f"The note of {id} was {'written' if note else 'removed'}. 'dailypapers undo' takes it back."
    return answer(arguments, {"id": id, "note": note or None, "changed": changed}, message)


NOTE_COMMAND = Command(
    "note",
    "Print your note about a paper, or write a new one; undo takes it back.",
    (),
    _add_note_arguments,
    _run_note,
    has_json=True,
)


# Undo


def _add_undo_arguments(parser: ArgumentParser) -> None:
    about = "redo what was last undone, unless something was marked since"
    parser.add_argument("--redo", action="store_true", help=about)


def _undo_or_redo(arguments: Namespace, workspace: Workspace) -> int:
    with workspace.events() as events:
        event = events.redo() if arguments.redo else events.undo()
    record = event and {"kind": event.kind, "papers": event.count, "label": event.label}
    key, done, nothing = ("redone", "Redone", "redo") if arguments.redo else ("undone", "Taken back", "take back")
    message = f"{done}: {describe_action(event)}." if event else f"There is nothing to {nothing}."
    return answer(arguments, {key: record}, message)


UNDO_COMMAND = Command(
    "undo",
    "Take back the last mark, made by a command or in the reader; repeat it to take back earlier marks.",
    (),
    _add_undo_arguments,
    _undo_or_redo,
    has_json=True,
)
