"""`dailypapers weights`: the learned interests, and how to change the weight of interests, words and names."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict, get_args

from reader.cache.reads.opinions import Reasons, read_reasons
from reader.commands.command import Command, add_words, expect_names
from reader.commands.output import answer, is_terminal, print_rows
from reader.commands.workspace import Workspace, parsed, selection
from reader.core.choice.taste import named
from reader.core.choice.wishes import LONGEST, MOST_HELD, WHATS, Direction, Held, What, Wish, joined, trait_key
from reader.core.choice.words import tokens
from reader.core.errors import NotFound, ReaderError, UsageError
from reader.core.nearest import advice
from reader.core.text import amount, brief, clean, fold

if TYPE_CHECKING:
    from reader.core.choice.taste import Likeness

ACTIONS = {
    "list": "print your interests, and the words and names that you changed",
    "raise": "show more of it",
    "lower": "show less of it",
    "mute": "show none of it",
    "reset": "go back to what was learned",
    "rename": "give an interest another name: rename NAME NEW",
    "join": "join two interests under the name of the first",
    "split": "split an interest in two by what its papers share",
    "make": "make an interest from tag:NAME or view:NAME",
}

USAGES = {
    **dict.fromkeys(("raise", "lower", "mute", "reset"), "NAME..."),
    **{"rename": "NAME NEW", "join": "NAME NAME", "split": "NAME", "make": "tag:NAME"},
}
"""The names that each action takes."""

_MOST_WORDS = 2


def _add_arguments(parser: ArgumentParser) -> None:
    add_words(parser, "what", "ACTION", ACTIONS, default="list")
    about = "an interest by its whole name, a word or two, or topic:SLUG, author:NAME, org:NAME"
    parser.add_argument("names", nargs="*", metavar="NAME", help=about)


def _run_weights(arguments: Namespace, workspace: Workspace) -> int:
    what, names = arguments.what, arguments.names
    expect_names("weights", what, names, USAGES)
    if what == "list":
        return _print_weights(arguments, _read(workspace))
    wishes = _decided(what, names, workspace)
    with workspace.events() as events:
        events.decide([(one.kind, one.value) for one in wishes])
    said = ", ".join(one.label for one in wishes)
    record = [Changed(what=getattr(one, "what", "interest"), name=one.name, step=one.step) for one in wishes]
    return answer(arguments, record, f"{said[:1].upper()}{said[1:]}. 'dailypapers undo' takes it back.")


def _decided(what: str, names: Sequence[str], workspace: Workspace) -> Sequence[Wish | Held]:
    """The user's decision; raises UsageError, or ReaderError for an unknown interest."""
    if what == "make":
        return [_made(names[0], workspace)]
    known = _read(workspace)
    if what == "rename":
        name = clean(names[1], 120)
        if not name:
            raise UsageError("The new name has no letters.")
        return [_interest(names[0], known)._replace(name=name, did="rename")]
    if what == "join":
        one, other = (_interest(name, known) for name in names)
        if one.key == other.key:
            raise UsageError(f"{one.name!r} can't be joined with itself.")
        return joined(one, other)
    if what == "split":
        held = _interest(names[0], known)
        with workspace.window() as window:
            halves = window.for_you.learned().taste.split(held)
        if not halves:
            raise ReaderError(f"{held.name} has a single paper, so it can't be split.")
        return halves
    moved = next(one for one in get_args(Direction) if one == what)
    own = {fold(one.wish.name): one.wish for one in known.interests}
    return [(own.get(fold(name)) or _wish(name, known)).moved(moved) for name in names]


def _read(workspace: Workspace) -> Reasons:
    with workspace.window() as window:
        return read_reasons(window)


def _interest(name: str, known: Reasons) -> Held:
    found = named(known.interests, name)
    if found is None:
        names = [one.wish.name for one in known.interests]
        meant = advice(name, names, "'dailypapers weights list' prints yours.")
        raise NotFound(f"There is no interest {brief(name)!r}. {meant}")
    return found.wish


def _made(name: str, workspace: Workspace) -> Held:
    """An interest made from the newest papers of a tag or a saved view."""
    field, colon, rest = name.partition(":")
    if not colon or field not in ("tag", "view") or not rest:
        raise UsageError("Name the papers: dailypapers weights make tag:NAME, or view:NAME.")
    with workspace.window() as window:
        pks = window.order(selection(window, parsed(f'{field}:"{rest}"'))).pks
        papers = tuple(row.id for row in window.rows(pks[:MOST_HELD]))
    if not papers:
        raise ReaderError(f"{brief(name)} has no papers to learn from.")
    return Held(clean(name, LONGEST), clean(rest, LONGEST), 0, papers, "make")


def _wish(text: str, known: Reasons) -> Wish:
    """The user's current decision about a name; raises UsageError."""
    field, _, rest = text.partition(":")
    what: What = next((one for one in WHATS if one == field.strip()), "word")
    name = clean(rest if what == field.strip() else text, LONGEST)
    if what == "topic":
        slugs = {fold(topic): slug for slug, topic in known.topics} | {slug: slug for slug, _ in known.topics}
        if fold(name) not in slugs:
            raise UsageError(f"There is no topic {name!r}. {advice(name, [slug for slug, _ in known.topics])}".rstrip())
        name = slugs[fold(name)]
    key = trait_key(what, name)
    found = next((one for one in known.wishes if one.key == key), None)
    if found is not None:
        return found
    if not name or (what == "word" and (key[1] == "None" or len(tokens(name)) > _MOST_WORDS)):
        raise UsageError(f"{name!r} can't be weighed: name a word or two, topic:SLUG, author:NAME or org:NAME.")
    return Wish(what, name)


def _print_weights(arguments: Namespace, known: Reasons) -> int:
    records = [_record("interest", one.wish, one.papers, one.share) for one in known.interests]
    records += [_record(one.what, one) for one in known.wishes]
    if arguments.json or (not records and is_terminal(sys.stdout)):
        said = "Nothing is learned yet. Star a paper, or 'dailypapers weights raise topic:SLUG'."
        return answer(arguments, records, said)
    print_rows([_row(one) for one in records], right={2})
    return 0


Weight = TypedDict(
    "Weight", {"what": str, "name": str, "share": float, "papers": list[str], "step": int, "muted": bool}
)
Changed = TypedDict("Changed", {"what": str, "name": str, "step": int | None})


def _record(what: str, one: Wish | Held, papers: Sequence[Likeness] = (), share: float = 0.0) -> Weight:
    ids, is_muted = [each.id for each in papers], one.step is None
    return Weight(what=what, name=one.name, share=round(share, 4), papers=ids, step=one.step or 0, muted=is_muted)


def _row(one: Weight) -> tuple[str, ...]:
    step = "muted" if one["muted"] else "+" * one["step"] or "-" * -one["step"]
    is_interest = one["what"] == "interest"
    share = f"{round(100 * one['share'])} %" if is_interest else ""
    return one["what"], clean(one["name"]), share, amount(len(one["papers"]), "paper") if is_interest else "", step


COMMAND = Command(
    "weights",
    "Print the interests that For you learned from your marks, or change them; undo takes a change back.",
    (),
    _add_arguments,
    _run_weights,
    {"list": list[Weight], "": list[Changed]},
)
