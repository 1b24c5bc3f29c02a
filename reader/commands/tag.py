"""`dailypapers tag`: print, add, remove, rename and merge tags."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from functools import partial
from typing import TYPE_CHECKING

from reader.cache.marks.change import Change
from reader.cache.tags import spellings, tag_counts, tagged, tagging
from reader.commands.choosing import (
    add_query_and_dry_run,
    choose_papers,
    count_changing,
    expect_papers,
    report,
    store_changes,
)
from reader.commands.command import Command, add_words
from reader.commands.output import answer, is_terminal, print_rows
from reader.commands.workspace import Workspace
from reader.core.errors import NotFound, ReaderError, UsageError
from reader.core.marks import TAG, clean_mark
from reader.core.nearest import advice
from reader.core.tag_words import TagWords
from reader.core.text import clean

if TYPE_CHECKING:
    from reader.cache.reads.window import Window

WORDS = {
    "list": "print your tags with their numbers of papers, the most used first",
    "add": "give papers the tag",
    "remove": "remove it from papers",
    "rename": "rename it; if the new name exists, the two tags become one",
}


def _add_arguments(parser: ArgumentParser) -> None:
    add_words(parser, "what", "ACTION", WORDS, default="list")
    parser.add_argument("tag", nargs="?", metavar="TAG", help="the tag's name; in quotes if it has spaces")
    about = "arXiv ids or addresses of papers; for rename, the new name"
    parser.add_argument("rest", nargs="*", metavar="ID", help=about)
    add_query_and_dry_run(parser, "choose")


def _run_tag(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.what == "list":
        return _print_tags(arguments, workspace)
    if arguments.tag is None:
        raise UsageError(f"Name the tag: dailypapers tag {arguments.what} TAG.")
    tag = clean_tag(arguments.tag)
    if arguments.what == "rename":
        if len(arguments.rest) != 1 or arguments.query is not None:
            raise UsageError("Name the tag and its new name: dailypapers tag rename OLD NEW.")
        new = clean_tag(arguments.rest[0])
        with workspace.window() as window:
            if new.casefold() != tag.casefold():
                new = known_tag(window, new)
            changes = _renaming(window, tag, new)
        said, whole = f"renamed to {new}", 0
    else:
        expect_papers(arguments, arguments.rest, "tag")
        with workspace.window() as window:
            pks = choose_papers(window, arguments, arguments.rest)
            words = TagWords(add=(tag,)) if arguments.what == "add" else TagWords(remove=(tag,))
            changes = window.read(partial(tagging, words=words, pks=pks))
        tag = changes[0].kind.removeprefix(TAG)
        said, whole = f"{'tagged' if arguments.what == 'add' else 'untagged'} {tag}", len(changes[0].pks)
    if arguments.dry_run:
        with workspace.window() as window:
            changed = max(count_changing(window, one) for one in changes)
    else:
        action = store_changes(workspace, changes)
        changed = action.count if action else 0
    report(arguments, {"tag": tag}, said, whole, changed)
    return 0


def clean_tag(text: str) -> str:
    """A tag's name as stored; raises UsageError if nothing is left of it."""
    mark = clean_mark(f"{TAG}{text}", "1")
    if mark is None:
        raise UsageError("A tag needs a name with letters.")
    return mark[0].removeprefix(TAG)


def known_tag(window: Window, tag: str) -> str:
    """A tag in its existing spelling, else its own."""
    return next(iter(spellings(tag, window.read(tag_counts))), tag)


def _renaming(window: Window, tag: str, new: str) -> list[Change]:
    counts = window.read(tag_counts)
    found_names = spellings(tag, counts)
    old = [name for name in found_names if name != new]
    if found_names and not old:
        raise ReaderError(f"The tag already has the name {new!r}.")
    if not old:
        raise NotFound(f"No paper has the tag {tag!r}. {advice(tag, counts)}".rstrip())
    found = [window.read(partial(tagged, tag=name)) for name in old]
    pks = list(dict.fromkeys(pk for one in found for pk in one.pks))
    have = set(window.read(partial(tagged, tag=new)).absent)
    absent = [id for id in dict.fromkeys(id for one in found for id in one.absent) if id not in have]
    # The new tag comes first, so that an interruption loses nothing.
    gone = [Change(f"{TAG}{name}", False, one.pks, one.absent) for name, one in zip(old, found, strict=True)]
    return [Change(f"{TAG}{new}", True, pks, absent), *gone]


def _print_tags(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.tag is not None or arguments.query is not None or arguments.everything or arguments.dry_run:
        raise UsageError("'dailypapers tag list' prints all tags: leave out the rest.")
    with workspace.window() as window:
        found = window.read(tag_counts)
    if arguments.json or (not found and is_terminal(sys.stdout)):
        tags = [{"name": name, "papers": count} for name, count in found.items()]
        return answer(arguments, tags, "You have no tags yet. 'dailypapers tag add NAME ID' makes one.")
    print_rows([(clean(name), str(count)) for name, count in found.items()], right={1})
    return 0


COMMAND = Command(
    "tag",
    "Print your tags, tag papers, remove, rename and merge tags; undo takes it back.",
    (),
    _add_arguments,
    _run_tag,
    {"": "mark, tag, papers, changed, dry_run", "list": "array: name, papers"},
)
