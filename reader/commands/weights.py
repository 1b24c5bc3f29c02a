"""`dailypapers weights`: what was learned of your marks, and more or less of a word, topic, author or organization."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from reader.commands.command import Command, add_json, add_words
from reader.commands.output import answer, is_terminal, print_json, print_line
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError
from reader.core.nearest import advice
from reader.core.text import clean, fold

if TYPE_CHECKING:
    from reader.core.choice.learned import Weight
    from reader.core.choice.taste import What
    from reader.core.choice.wishes import Wish

ACTIONS = {
    "list": "print what was learned, with its weights",
    "raise": "twice the weight; what was not learned then counts",
    "lower": "half the weight; what was not learned then counts against papers",
    "mute": "it counts nothing",
    "reset": "as it was learned, without your changes",
}

_MOST_WORDS = 2


def _add_arguments(parser: ArgumentParser) -> None:
    add_words(parser, "what", "ACTION", ACTIONS, default="list")
    about = "a word or two, or topic:SLUG, author:NAME, org:NAME"
    parser.add_argument("names", nargs="*", metavar="NAME", help=about)
    add_json(parser)


def _run_weights(arguments: Namespace, workspace: Workspace) -> int:
    what, names = arguments.what, arguments.names
    if what == "list":
        if names:
            raise UsageError("'weights list' takes no names.")
        return _print_weights(_read(workspace), as_json=arguments.json)
    if not names:
        raise UsageError(f"Name what to change: dailypapers weights {what} 'world model', or topic:agents.")
    known = _read(workspace)
    wishes = [_wish(name, known).moved(what) for name in names]
    from reader.cache.marks.event_log import Marking

    with workspace.events() as events:
        events.decide([Marking(one.kind, one.value) for one in wishes])
    said = ", ".join(one.label for one in wishes)
    record = [{"what": one.what, "name": one.name, "step": one.step} for one in wishes]
    return answer(arguments, record, f"{said[:1].upper()}{said[1:]}. 'dailypapers undo' takes it back.")


def _read(workspace: Workspace) -> Sequence[Weight]:
    from reader.cache.reads.opinions import read_weights

    with workspace.window() as window:
        return read_weights(window)


def _wish(text: str, known: Sequence[Weight]) -> Wish:
    """What the user decided so far about what a text names; raises UsageError."""
    from reader.core.choice.wishes import LONGEST, WHATS, Wish, trait_key
    from reader.core.choice.words import tokens

    field, _, rest = text.partition(":")
    what: What = next((one for one in WHATS if one == field.strip()), "word")
    name = clean(rest if what == field.strip() else text, LONGEST)
    key = trait_key(what, name)
    found = next((one.wish for one in known if one.wish.key == key or _is_named(one, what, name)), None)
    if found is not None:
        return found
    if what == "topic":
        meant = advice(name, [one.wish.name for one in known if one.what == "topic"])
        raise UsageError(f"There is no topic {name!r}. {meant}".rstrip())
    if not name or (what == "word" and (key[1] == "None" or len(tokens(name)) > _MOST_WORDS)):
        raise UsageError(f"{name!r} can't be weighed: name a word or two, topic:SLUG, author:NAME or org:NAME.")
    return Wish(what, name)


def _is_named(one: Weight, what: What, name: str) -> bool:
    return one.what == what and fold(one.text) == fold(name)


def _print_weights(weights: Sequence[Weight], *, as_json: bool) -> int:
    shown = [one for one in weights if one.weight or one.wish.step != 0]
    if as_json:
        print_json([_record(one) for one in shown])
    elif not is_terminal(sys.stdout):
        for one in shown:
            print_line(f"{one.what}\t{clean(one.text)}\t{one.weight:.4f}\t{one.papers}\t{one.wish.value}")
    elif not shown:
        print_line("Nothing is learned yet. Star a paper, or 'dailypapers weights raise topic:SLUG'.")
    else:
        size = max(len(clean(one.text)) for one in shown)
        for one in shown:
            print_line(f"{one.what:6}  {clean(one.text):{size}}  {round(100 * one.weight):>4}  {_said(one)}".rstrip())
    return 0


def _said(one: Weight) -> str:
    parts = [f"from {one.papers}" if one.papers else "", "" if one.wish.step == 0 else one.wish.label.split(" ")[0]]
    return ", ".join(filter(None, parts))


def _record(one: Weight) -> dict[str, Any]:
    return {
        "what": one.what,
        "name": one.wish.name,
        "text": one.text,
        "weight": round(one.weight, 4),
        "papers": one.papers,
        "step": one.wish.step,
        "muted": one.wish.step is None,
    }


COMMAND = Command(
    "weights",
    "Print what was learned of your marks, and change it: it decides what is for you. Undo takes a change back.",
    (
        ("weights list", "words, topics, authors and organizations with their weights"),
        ("weights raise topic:agents 'world model'", "more of these"),
        ("weights mute author:'A. Lee'", "ignore a name"),
        ("weights reset 'world model'", "as it was learned"),
    ),
    _add_arguments,
    _run_weights,
)
