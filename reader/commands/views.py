"""`dailypapers views`: standing queries, which are views, follows, rules, muted words, notices, programs and files."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from reader.cache.standing import FollowCount, follow_counts
from reader.commands.choosing import EVERYTHING
from reader.commands.command import Command, add_actions, expect_names, suggest
from reader.commands.config import open_in_editor
from reader.commands.output import answer, print_rows, warn
from reader.commands.workspace import Workspace, check_names, parse_query, selection
from reader.core.errors import NotFound, ReaderError, UsageError
from reader.core.follows import Follow, name_slug, parse_follow
from reader.core.marks import rule_words
from reader.core.nearest import advice
from reader.core.settings.standing import (
    DEEDS,
    FOLLOW,
    MAX_STANDING_QUERIES,
    NOTIFY,
    RUN,
    SHOW,
    WRITE,
    StandingQuery,
    as_json,
    as_text,
    free_name,
    from_json,
    from_text,
    with_follow,
)
from reader.core.settings.types import InvalidValue
from reader.core.text import amount, brief, clean
from reader.log import standing
from reader.paths import replace_private, standing_draft

if TYPE_CHECKING:
    from reader.cache.reads.window import Window

VIEW_KEYS = 9
"""Views that a key shows: g1 to g9."""

MAX_NAMING_QUERY = 40
"""Maximum characters of a query that becomes the name of its standing query."""

MISTAKES_SHOWN = 10


def _add_arguments(parser: ArgumentParser) -> None:
    add_actions(parser, ACTIONS, "list")
    about = "a name, in quotes if it has spaces. For add and save, then the query; for add with --then, only a query"
    suggest(parser.add_argument("words", nargs="*", metavar="NAME", help=about), _suggest)
    about = "for add, save, list and remove, what is done with the papers, by default show: show, follow, mute, unlist,"
    about += " notify, run, write, hide, star, queue, highlight, tag:NAME; several with commas"
    parser.add_argument("--then", type=_deeds, metavar="DEEDS", help=about)
    about = "for --then run, a program or the name of one of your commands"
    parser.add_argument("--run", metavar="PROGRAM", help=about)
    parser.add_argument("--file", metavar="FILE", help="for --then write, the file that is kept up to date")
    parser.add_argument("--format", metavar="FORMAT", help="for --then write, its format, if its ending names none")


def _deeds(text: str) -> tuple[str, ...]:
    try:
        found: Any = DEEDS.check(text.split(","))
    except InvalidValue as error:
        raise ArgumentTypeError(f"{text!r} {error}") from error
    return tuple(found)


def _suggest(given: Sequence[str]) -> Sequence[str]:
    takes_names = given[0] in ("remove", "allow") or [*given] == ["save"]
    return [one.name for one in every(Workspace())] if takes_names else []


def _run_views(arguments: Namespace, workspace: Workspace) -> int:
    what, usages = arguments.what, dict(USAGES)
    if arguments.then and SHOW not in arguments.then:
        usages["add"] = "QUERY..."
    expect_names("views", what, arguments.words, usages)
    workspace.catch_up()
    run, _ = ACTIONS[what]
    return run(arguments, workspace, list(arguments.words))


def _answer(arguments: Namespace, names: Iterable[str], *message: str) -> int:
    return answer(arguments, {"views": list(names), "did": arguments.what}, *message)


# The standing queries


def every(workspace: Workspace) -> list[StandingQuery]:
    """All standing queries in their order, also those that wait for the user's agreement."""
    found = (*workspace.settings.lists, *workspace.loaded_settings.waiting)
    return sorted(found, key=lambda one: (one.place, one.name.casefold()))


def _find(workspace: Workspace, name: str) -> StandingQuery:
    """The standing query of a name, or one that follows this; raises NotFound, UsageError if there are several."""
    known, slug = every(workspace), name_slug(name)
    same = [one for one in known if one.name.casefold() == name.casefold()]
    follows = [(one, of) for one in known if (of := one.follow) is not None]
    found = same or [one for one, of in follows if slug in (of.slug, of.key)]
    if len(found) > 1:
        raise UsageError(f"{name} is {' and '.join(one.name for one in found)}. Name one of them.")
    if not found:
        names = [*(one.name for one in known), *(of.slug for _, of in follows)]
        raise NotFound(f"There is no view {brief(name)!r}. {advice(name, names, _LISTING)}")
    return found[0]


_LISTING = "'dailypapers views list' prints yours."


def _save_all(workspace: Workspace, wanted: Sequence[StandingQuery]) -> None:
    """Make these the standing queries; raises UsageError for a wrong name, query or deed."""
    if len(wanted) > MAX_STANDING_QUERIES:
        raise ReaderError(f"More than {MAX_STANDING_QUERIES} standing queries are not kept. Remove some first.")
    known = every(workspace)
    try:
        for one in wanted:
            if one not in known:
                from_json(as_json(one))
    except InvalidValue as error:
        key, _, message = str(error).partition(" ")
        raise UsageError(f"The name of a view {message}." if key == "name" else f"{error}.") from error
    with workspace.events() as events:
        standing.save(events.log, wanted)
        events.recover()


def _change(workspace: Workspace, changes: Mapping[str, StandingQuery | None]) -> None:
    """Replace standing queries by their names; None removes one."""
    wanted = [changes.get(one.name, one) for one in every(workspace)]
    _save_all(workspace, [one for one in wanted if one is not None])


def _check_query(workspace: Workspace, query: str) -> None:
    """Raise UsageError for no query, or an unknown topic or view, which is a typing error that would never match."""
    if not query:
        raise UsageError("A view needs a query: dailypapers views add NAME QUERY.")
    with workspace.window() as window:
        selection(window, parse_query(query))


# Printing them


def _print_views(arguments: Namespace, workspace: Workspace, words: list[str]) -> int:
    """Print the standing queries, in the reader's order, with their numbers of papers."""
    for one in workspace.loaded_settings.waiting:
        name = clean(one.name)
        allow = f"dailypapers views allow {shlex.quote(name)}"
        warn(f"{name} comes from another machine and would {_effect(one)}. To let it: {allow}")
    known = every(workspace)
    keys = {one.name: f"g{place}" for place, one in enumerate(workspace.settings.views[:VIEW_KEYS], 1)}
    found = [one for one in known if not arguments.then or not set(arguments.then).isdisjoint(one.then)]
    with workspace.window() as window:
        numbers = [_numbers(window, one) for one in found]
    records = [
        {"name": one.name, "query": one.query, "then": list(one.then), "key": keys.get(one.name)}
        | {"unread": unread, "papers": papers}
        for one, (unread, papers) in zip(found, numbers, strict=True)
    ]
    if arguments.json or not found:
        return answer(arguments, records, "There are none yet. 'dailypapers views add NAME QUERY' saves a query.")
    rows = [
        (
            keys.get(one.name, ""),
            one.name,
            rule_words(one.then),
            "-" if unread is None else f"{unread:,}/{papers:,}",
            one.query,
        )
        for one, (unread, papers) in zip(found, numbers, strict=True)
    ]
    print_rows([tuple(map(clean, row)) for row in rows], right={3})
    return 0


def _numbers(window: Window, one: StandingQuery) -> tuple[int, int] | tuple[None, None]:
    """The numbers of unread and all papers; Nones, with a warning, if the query is no longer valid."""
    follow = one.follow
    query = one.query if follow is None else follow.query
    # What hides papers is about hidden ones too.
    also = "" if SHOW in one.then or follow is not None else EVERYTHING
    try:
        unread, count = (
            window.count(selection(window, parse_query(query, also=f"{also} {more}".strip())))
            for more in ("is:unread", "")
        )
    except UsageError as error:
        warn(f"{clean(one.name)}: {error}")
        return None, None
    return unread, count


# Changes


def _add(arguments: Namespace, workspace: Workspace, words: list[str]) -> int:
    """Save a query under a name, or under a name made of its words if it is not shown as a view."""
    then, known, is_save = arguments.then or (SHOW,), every(workspace), arguments.what == "save"
    if FOLLOW in then:
        return _follow(arguments, workspace, words)
    if SHOW in then or is_save:
        name, query = words[0], " ".join(words[1:]).strip()
    else:
        query = " ".join(words).strip()
        if same := next((one for one in known if (one.query, one.then) == (query, then)), None):
            raise ReaderError(f"{clean(same.name)} does this already: {rule_words(then)}, because {clean(query)}.")
        name = free_name(clean(query, MAX_NAMING_QUERY).replace('"', ""), (one.name for one in known))
    _check_query(workspace, query)
    if old := next((one for one in known if one.name.casefold() == name.casefold()), None):
        if not is_save:
            raise ReaderError(f"There is already a view {name!r}. 'views save' gives it another query.")
        _change(workspace, {old.name: replace(old, query=query, then=arguments.then or old.then)})
        return _answer(arguments, [old.name], f"{old.name} is now: {query}")
    more = {key: value for key in ("run", "file", "format") if (value := getattr(arguments, key))}
    place = max((one.place for one in known), default=-1) + 1
    _save_all(workspace, [*known, StandingQuery(name, query, then, place=place, **more)])
    number = len(workspace.settings.views) + 1
    if SHOW not in then:
        message = f"{clean(name)} is saved: {rule_words(then)}. 'dailypapers views edit' changes it."
    else:
        message = f"{name} is saved{f'; its key in the reader is g{number}' if number <= VIEW_KEYS else ''}."
    return _answer(arguments, [name], message)


def _remove(arguments: Namespace, workspace: Workspace, words: list[str]) -> int:
    found = [_find(workspace, name) for name in words]
    # A view that does more than show its papers goes on with the rest.
    left: dict[str, StandingQuery | None] = {}
    message = []
    for one in found:
        gone = arguments.then or ((SHOW,) if SHOW in one.then else one.then)
        then = tuple(word for word in one.then if word not in gone)
        run, file = one.run if RUN in then else "", one.file if WRITE in then else ""
        left[one.name] = replace(one, then=then, run=run, file=file) if then else None
        ended = f"now only does this: {rule_words(then)}" if then else "is removed"
        message.append(f"{clean(one.name)} {ended}. It was: {clean(one.query)}")
    _change(workspace, left)
    return _answer(arguments, list(left), *message)


def _allow(arguments: Namespace, workspace: Workspace, words: list[str]) -> int:
    known = _find(workspace, words[0])
    standing.agree(workspace.cache_file, [known])
    return _answer(arguments, [known.name], f"{known.name} may now {_effect(known)} on this machine.")


def _effect(one: StandingQuery) -> str:
    """The effects of a query on this machine, in words."""
    ran = f"run {one.run if isinstance(one.run, str) else shlex.join(one.run)}" if one.run else ""
    return clean(" and ".join(filter(None, (ran, f"write {one.file}" if one.file else ""))) or "take effect")


# Follows


def _follow(arguments: Namespace, workspace: Workspace, words: list[str]) -> int:
    if others := [word for word in arguments.then if word not in (FOLLOW, NOTIFY)]:
        raise UsageError(f"follow goes with notify alone: give {rule_words(others)} a query of its own.")
    notify, wanted, known = NOTIFY in arguments.then, list[Follow](), every(workspace)
    followed = {of.key: of for one in known if (of := one.follow) is not None}
    for word in words:
        try:
            follow = parse_follow(word)._replace(notify=notify)
        except ValueError as error:
            raise UsageError(f"{brief(word)!r} {error}.") from error
        if follow.field == "topic":
            with workspace.window() as window:
                check_names(window, parse_query(f"topic:{follow.name}"))
        if follow.key in followed and (followed[follow.key].notify or not notify):
            warn(f"{follow.name} is already followed.")
        else:
            wanted.append(follow)
    for follow in wanted:
        known = with_follow(known, follow, is_followed=True)
    if wanted:
        _save_all(workspace, known)
    keys = {follow.key for follow in wanted}
    with workspace.window() as window:
        message = [_follow_line(one) for one in window.read(follow_counts) if one.follow.key in keys]
    return _answer(arguments, [one.key for one in wanted], *(message or ["Nothing to change."]))


def _follow_line(one: FollowCount) -> str:
    told = "; you are notified of new ones" if one.follow.notify else ""
    papers = amount(one.papers, "paper") if one.papers else "no papers here yet"
    return f"{one.follow.name}: {papers}{told}. Its query is {one.follow.query}"


# The editor


def _edit(arguments: Namespace, workspace: Workspace, words: list[str]) -> int:
    """Open the standing queries in the user's editor.

    A text with a mistake stays in its file, where the next edit goes on; what was saved before is unchanged. Raises
    ReaderError with the line of each mistake.
    """
    draft = standing_draft()
    begun = draft.with_suffix(".begun.toml")
    if not (draft.exists() and begun.exists()):
        text = as_text(every(workspace))
        for file in (begun, draft):
            replace_private(file, text)
    open_in_editor(draft)
    try:
        text = draft.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise ReaderError(f"{draft} is not UTF-8 text. {_AGAIN}") from error
    wanted, mistakes = from_text(text)
    if mistakes:
        lines = [f"{draft}:{line}: {clean(message)}" for line, message in mistakes[:MISTAKES_SHOWN]]
        raise ReaderError("\n".join((*lines, f"Nothing was changed. {_AGAIN}")))
    before, _ = from_text(begun.read_text("utf-8"))
    old = {one.name: replace(one, place=0) for one in every(workspace)}
    _save_all(workspace, _merge(every(workspace), before, wanted))
    for file in (draft, begun):
        file.unlink(missing_ok=True)
    new = {one.name: replace(one, place=0) for one in every(Workspace(cache_file=workspace.cache_file))}
    changed = [name for name, one in new.items() if old.get(name) != one]
    gone = sorted(old.keys() - new.keys())
    message = [f"Saved: {', '.join(map(clean, changed))}."] if changed else []
    message += [f"Removed: {', '.join(map(clean, gone))}."] if gone else []
    return _answer(arguments, [*changed, *gone], " ".join(message) or "Nothing was changed.")


_AGAIN = "'dailypapers views edit' opens your text again."


def _merge(
    known: Sequence[StandingQuery], before: Sequence[StandingQuery], wanted: Sequence[StandingQuery]
) -> list[StandingQuery]:
    """The queries in the order of the text after an edit that began with `before`; what came meanwhile follows."""
    edited = {one.name.casefold() for one in (*before, *wanted)}
    others = [one for one in known if one.name.casefold() not in edited]
    return [replace(one, place=place) for place, one in enumerate([*wanted, *others])]


Run = Callable[[Namespace, Workspace, list[str]], int]

ACTIONS: Mapping[str, tuple[Run, str]] = MappingProxyType(
    {
        "list": (_print_views, "print them with numbers of unread and all papers; g1 to g9 show the first nine views"),
        "add": (_add, "give a query a name, follow something, or say what is done with its papers"),
        "save": (_add, "the same for a name that may be there, which gets this query"),
        "remove": (_remove, "remove it; no paper changes"),
        "edit": (_edit, "open all of them in $VISUAL or $EDITOR: names, order, queries and what is done"),
        "allow": (_allow, "let a query of another machine run its program or write its file on this one"),
    }
)

USAGES = {
    **dict.fromkeys(("add", "save"), "NAME QUERY..."),
    "remove": "NAME...",
    "allow": "NAME",
}


COMMAND = Command(
    "views",
    "Save queries, and say what is done with their papers: show them as a view, follow, mute, mark or notify.",
    (),
    _add_arguments,
    _run_views,
    has_json=True,
)
