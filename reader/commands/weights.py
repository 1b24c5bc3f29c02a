"""`dailypapers weights`: what For you has learned, and wishes for more or less of words, topics and people."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import get_args

from reader.cache.choice import Learned, read_learned
from reader.commands.command import Command, add_words, expect_names
from reader.commands.output import answer, is_terminal, print_rows
from reader.commands.workspace import Workspace
from reader.core.choice.wishes import LONGEST_NAME, WHATS, Direction, What, Wish
from reader.core.choice.words import terms_of
from reader.core.errors import UsageError
from reader.core.nearest import advice
from reader.core.text import amount, clean, fold

ACTIONS = {
    "list": "print the subjects that For you learned, and your wishes",
    "raise": "show more of it",
    "lower": "show less of it",
    "mute": "do not learn it, or show none of an author, topic or organization",
    "reset": "drop the wish, and use what was learned",
}


def _add_arguments(parser: ArgumentParser) -> None:
    add_words(parser, "what", "ACTION", ACTIONS, default="list")
    about = "a word or a phrase, or topic:SLUG, author:NAME, org:NAME"
    parser.add_argument("names", nargs="*", metavar="NAME", help=about)


def _run_weights(arguments: Namespace, workspace: Workspace) -> int:
    what, names = arguments.what, arguments.names
    expect_names("weights", what, names, dict.fromkeys(("raise", "lower", "mute", "reset"), "NAME..."))
    with workspace.window() as window:
        window.learn()
        known, topics = window.read(read_learned), window.topic_names()
    if what == "list":
        return _print_learned(arguments, known)
    moved = next(one for one in get_args(Direction) if one == what)
    wishes = [_wish(name, known, topics).moved(moved) for name in names]
    with workspace.events() as events:
        events.decide([(one.kind, one.value) for one in wishes])
    said = ", ".join(one.label for one in wishes)
    record = [{"what": one.what, "name": one.name, "step": one.step} for one in wishes]
    return answer(arguments, record, f"{said[:1].upper()}{said[1:]}. 'dailypapers undo' takes it back.")


def _wish(text: str, known: Learned, topics: dict[str, str]) -> Wish:
    """The user's current wish about a name; raises UsageError."""
    field, _, rest = text.partition(":")
    what: What = next((one for one in WHATS if one == field.strip()), "word")
    name = clean(rest if what == field.strip() else text, LONGEST_NAME)
    if what == "topic":
        slugs = {fold(topic): slug for slug, topic in topics.items()} | {slug: slug for slug in topics}
        if fold(name) not in slugs:
            raise UsageError(f"There is no topic {name!r}. {advice(name, [*topics])}".rstrip())
        name = slugs[fold(name)]
    if not name or (what == "word" and not terms_of(name)):
        raise UsageError(f"{name!r} can't be weighed: name a word or a phrase, topic:SLUG, author:NAME or org:NAME.")
    wish = Wish(what, name)
    return next((one for one in known.wishes if one.key == wish.key), wish)


def _print_learned(arguments: Namespace, known: Learned) -> int:
    records = [
        {"what": "learned", "name": name, "papers": papers, "step": 0, "muted": False}
        for name, papers in known.subjects
    ]
    records += [
        {"what": one.what, "name": one.name, "papers": 0, "step": one.step or 0, "muted": one.step is None}
        for one in known.wishes
    ]
    if arguments.json or (not records and is_terminal(sys.stdout)):
        said = "Nothing is learned yet. Star a paper, or 'dailypapers weights raise topic:SLUG'."
        return answer(arguments, records, said)
    wishes = [(str(one.what), clean(one.name), one.wanted) for one in known.wishes]
    print_rows([("learned", clean(name), amount(papers, "paper")) for name, papers in known.subjects] + wishes)
    return 0


COMMAND = Command(
    "weights",
    "Print the subjects that For you learned from your marks, or ask for more or less of one.",
    (),
    _add_arguments,
    _run_weights,
    {"list": "array: what, name, papers, step, muted", "": "array: what, name, step"},
)
