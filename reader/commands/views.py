"""`dailypapers views`: change the standing queries, which are queries with a name and deeds for their papers.

The deeds are to show the papers as a view, follow, mute, mark, notify, run a program or write a file.
"""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reader.cache.standing import FollowCount, follow_counts
from reader.commands.choosing import EVERYTHING
from reader.commands.command import Actions, Command, add_actions, expect_names, suggest
from reader.commands.config import open_in_editor
from reader.commands.output import answer, print_rows, warn
from reader.commands.workspace import Workspace, check_names, parse_query, selection
from reader.core.errors import NotFound, ReaderError, UsageError
from reader.core.follows import Follow, name_slug, parse_follow
from reader.core.marks import rule_words
from reader.core.nearest import advice
from reader.core.settings.standing import (
    FOLLOW,
    MAX_STANDING_QUERIES,
    NOTIFY,
    RUN,
    SHOW,
    THEN_TYPE,
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
"""Number of views that have a key: g1 to g9."""

MAX_NAMING_QUERY = 40
"""Maximum characters of a name that is made from the query."""

MAX_PRINTED_MISTAKES = 10


def _add_arguments(parser: ArgumentParser) -> None:
    add_actions(parser, ACTIONS, "list")
    about = "a name, in quotes if it has spaces. For add and save, then the query; for add with --then, only a query"
    suggest(parser.add_argument("words", nargs="*", metavar="NAME", help=about), _suggest)
    about = "for add, save, list and remove, what to do with the papers (default: show): show, follow, mute,"
    about += " notify, run, write, hide, star, queue, tag:NAME; separate several by commas"
    parser.add_argument("--then", type=_deeds, metavar="DEEDS", help=about)
    about = "for --then run, a program or the name of one of your commands"
    parser.add_argument("--run", metavar="PROGRAM", help=about)
    parser.add_argument("--file", metavar="FILE", help="for --then write, the file that is kept up to date")
    parser.add_argument(
        "--format", metavar="FORMAT", help="for --then write, the format of the file (default: by its ending)"
    )


def _deeds(text: str) -> tuple[str, ...]:
    try:
        deeds: Any = THEN_TYPE.check(text.split(","))
    except InvalidValue as error:
        raise ArgumentTypeError(f"{text!r} {error}") from error
    return tuple(deeds)


def _suggest(given: Sequence[str]) -> Sequence[str]:
    takes_names = given[0] in ("remove", "allow") or [*given] == ["save"]
    return [query.name for query in every(Workspace())] if takes_names else []


def _run_views(arguments: Namespace, workspace: Workspace) -> int:
    what, usages = arguments.what, dict(USAGES)
    if arguments.then and SHOW not in arguments.then:
        usages["add"] = "QUERY..."
    expect_names("views", what, arguments.words, usages)
    workspace.catch_up()
    run, _ = ACTIONS[what]
    return run(arguments, workspace)


def _answer(arguments: Namespace, names: Iterable[str], *message: str) -> int:
    return answer(arguments, {"views": list(names), "did": arguments.what}, *message)


# The standing queries


def every(workspace: Workspace) -> list[StandingQuery]:
    """All standing queries in their order, including queries that await the user's approval."""
    queries = (*workspace.settings.lists, *workspace.loaded_settings.waiting)
    return sorted(queries, key=lambda query: (query.place, query.name.casefold()))


def _find(workspace: Workspace, name: str) -> StandingQuery:
    """The standing query with this name, or the query that follows it; raises NotFound, or UsageError if ambiguous."""
    known, slug = every(workspace), name_slug(name)
    same = [query for query in known if query.name.casefold() == name.casefold()]
    follows = [(query, follow) for query in known if (follow := query.follow) is not None]
    matches = same or [query for query, follow in follows if slug in (follow.slug, follow.key)]
    if len(matches) > 1:
        raise UsageError(f"{name} is {' and '.join(query.name for query in matches)}. Name one of them.")
    if not matches:
        names = [*(query.name for query in known), *(follow.slug for _, follow in follows)]
        raise NotFound(f"There is no view {brief(name)!r}. {advice(name, names, _LISTING)}")
    return matches[0]


_LISTING = "'dailypapers views list' prints yours."


def _save_all(workspace: Workspace, wanted: Sequence[StandingQuery]) -> None:
    """Replace the standing queries by these; raises UsageError for an invalid name, query or deed."""
    if len(wanted) > MAX_STANDING_QUERIES:
        raise ReaderError(f"There can be at most {MAX_STANDING_QUERIES} standing queries. Remove some first.")
    known = every(workspace)
    try:
        for query in wanted:
            if query not in known:
                from_json(as_json(query))
    except InvalidValue as error:
        key, _, message = str(error).partition(" ")
        raise UsageError(f"The name of a view {message}." if key == "name" else f"{error}.") from error
    with workspace.events() as events:
        standing.save(events.log, wanted)
        events.recover()


def _change(workspace: Workspace, changes: Mapping[str, StandingQuery | None]) -> None:
    """Replace the standing queries with these names; the value None removes a query."""
    wanted = [changes.get(query.name, query) for query in every(workspace)]
    _save_all(workspace, [query for query in wanted if query is not None])


def _check_query(workspace: Workspace, query: str) -> None:
    """Raise UsageError for an empty query, or for an unknown topic or view, which would never match a paper."""
    if not query:
        raise UsageError("A view needs a query: dailypapers views add NAME QUERY.")
    with workspace.window() as window:
        selection(window, parse_query(query))


# Print the standing queries


def _print_views(arguments: Namespace, workspace: Workspace) -> int:
    """Print the standing queries, in the reader's order, with their numbers of papers."""
    for view in workspace.loaded_settings.waiting:
        name = clean(view.name)
        allow = f"dailypapers views allow {shlex.quote(name)}"
        warn(f"{name} comes from another machine and would {_effect(view)}. To allow it: {allow}")
    known = every(workspace)
    keys = {view.name: f"g{place}" for place, view in enumerate(workspace.settings.views[:VIEW_KEYS], 1)}
    views = [view for view in known if not arguments.then or not set(arguments.then).isdisjoint(view.then)]
    with workspace.window() as window:
        numbers = [_numbers(window, view) for view in views]
    records, rows = list[dict[str, object]](), list[tuple[str, ...]]()
    for view, (unread, papers) in zip(views, numbers, strict=True):
        record = {"name": view.name, "query": view.query, "then": list(view.then), "key": keys.get(view.name)}
        records.append({**record, "unread": unread, "papers": papers})
        number = "-" if unread is None else f"{unread:,}/{papers:,}"
        rows.append((keys.get(view.name, ""), view.name, rule_words(view.then), number, view.query))
    if arguments.json or not views:
        return answer(arguments, records, "There are none yet. 'dailypapers views add NAME QUERY' saves a query.")
    print_rows([tuple(map(clean, row)) for row in rows], right={3})
    return 0


def _numbers(window: Window, view: StandingQuery) -> tuple[int, int] | tuple[None, None]:
    """The numbers of unread and of all papers; a pair of None, with a warning, if the query is no longer valid."""
    follow = view.follow
    query = view.query if follow is None else follow.query
    # Count hidden papers too, unless the query is a view or a follow: rules also apply to hidden papers.
    also = "" if SHOW in view.then or follow is not None else EVERYTHING
    try:
        unread, count = (
            window.count(selection(window, parse_query(query, also=f"{also} {more}".strip())))
            for more in ("is:unread", "")
        )
    except UsageError as error:
        warn(f"{clean(view.name)}: {error}")
        return None, None
    return unread, count


# Changes


def _add(arguments: Namespace, workspace: Workspace) -> int:
    """Save a query under the given name; a query that is not shown as a view gets a name made from its words."""
    words, then, known = arguments.words, arguments.then or (SHOW,), every(workspace)
    is_save = arguments.what == "save"
    if FOLLOW in then:
        return _follow(arguments, workspace)
    if SHOW in then or is_save:
        name, query = words[0], " ".join(words[1:]).strip()
    else:
        query = " ".join(words).strip()
        if same := next((other for other in known if (other.query, other.then) == (query, then)), None):
            raise ReaderError(f"{clean(same.name)} does this already: {rule_words(then)}, because {clean(query)}.")
        name = free_name(clean(query, MAX_NAMING_QUERY).replace('"', ""), (other.name for other in known))
    _check_query(workspace, query)
    if old := next((other for other in known if other.name.casefold() == name.casefold()), None):
        if not is_save:
            raise ReaderError(f"There is already a view {name!r}. 'views save' gives it another query.")
        _change(workspace, {old.name: replace(old, query=query, then=arguments.then or old.then)})
        return _answer(arguments, [old.name], f"{old.name} is now: {query}")
    more = {key: value for key in ("run", "file", "format") if (value := getattr(arguments, key))}
    place = max((other.place for other in known), default=-1) + 1
    _save_all(workspace, [*known, StandingQuery(name, query, then, place=place, **more)])
    number = len(workspace.settings.views) + 1
    if SHOW not in then:
        message = f"{clean(name)} is saved: {rule_words(then)}. 'dailypapers views edit' changes it."
    else:
        message = f"{name} is saved{f'; its key in the reader is g{number}' if number <= VIEW_KEYS else ''}."
    return _answer(arguments, [name], message)


def _remove(arguments: Namespace, workspace: Workspace) -> int:
    queries = [_find(workspace, name) for name in arguments.words]
    # A query that has other deeds keeps these.
    left: dict[str, StandingQuery | None] = {}
    message = []
    for query in queries:
        gone = arguments.then or ((SHOW,) if SHOW in query.then else query.then)
        then = tuple(word for word in query.then if word not in gone)
        run, file = query.run if RUN in then else "", query.file if WRITE in then else ""
        left[query.name] = replace(query, then=then, run=run, file=file) if then else None
        ended = f"now only does this: {rule_words(then)}" if then else "is removed"
        message.append(f"{clean(query.name)} {ended}. It was: {clean(query.query)}")
    _change(workspace, left)
    return _answer(arguments, list(left), *message)


def _allow(arguments: Namespace, workspace: Workspace) -> int:
    known = _find(workspace, arguments.words[0])
    standing.agree(workspace.cache_file, [known])
    return _answer(arguments, [known.name], f"{known.name} may now {_effect(known)} on this machine.")


def _effect(query: StandingQuery) -> str:
    """The effects of a query outside dailypapers, in words: the program that it runs and the file that it writes."""
    program = f"run {query.run if isinstance(query.run, str) else shlex.join(query.run)}" if query.run else ""
    return clean(" and ".join(filter(None, (program, f"write {query.file}" if query.file else ""))) or "take effect")


# Follows


def _follow(arguments: Namespace, workspace: Workspace) -> int:
    if others := [word for word in arguments.then if word not in (FOLLOW, NOTIFY)]:
        raise UsageError(f"follow can only be combined with notify: give {rule_words(others)} a query of its own.")
    notify, wanted, known = NOTIFY in arguments.then, list[Follow](), every(workspace)
    followed = {follow.key: follow for query in known if (follow := query.follow) is not None}
    for word in arguments.words:
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
        message = [_follow_line(count) for count in window.read(follow_counts) if count.follow.key in keys]
    return _answer(arguments, [follow.key for follow in wanted], *(message or ["Nothing to change."]))


def _follow_line(count: FollowCount) -> str:
    notified = "; you are notified of new ones" if count.follow.notify else ""
    papers = amount(count.papers, "paper") if count.papers else "no papers here yet"
    return f"{count.follow.name}: {papers}{notified}. Its query is {count.follow.query}"


# The editor


def _edit(arguments: Namespace, workspace: Workspace) -> int:
    """Open the standing queries in the user's editor.

    If the text has mistakes, nothing is saved, and the text stays in the draft file for the next edit. Raises
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
        lines = [f"{draft}:{line}: {clean(message)}" for line, message in mistakes[:MAX_PRINTED_MISTAKES]]
        raise ReaderError("\n".join((*lines, f"Nothing was changed. {_AGAIN}")))
    before, _ = from_text(begun.read_text("utf-8"))
    old = {query.name: replace(query, place=0) for query in every(workspace)}
    _save_all(workspace, _merge(every(workspace), before, wanted))
    for file in (draft, begun):
        file.unlink(missing_ok=True)
    new = {query.name: replace(query, place=0) for query in every(Workspace(cache_file=workspace.cache_file))}
    changed = [name for name, query in new.items() if old.get(name) != query]
    gone = sorted(old.keys() - new.keys())
    message = [f"Saved: {', '.join(map(clean, changed))}."] if changed else []
    message += [f"Removed: {', '.join(map(clean, gone))}."] if gone else []
    return _answer(arguments, [*changed, *gone], " ".join(message) or "Nothing was changed.")


_AGAIN = "'dailypapers views edit' opens your text again."


def _merge(
    known: Sequence[StandingQuery], before: Sequence[StandingQuery], wanted: Sequence[StandingQuery]
) -> list[StandingQuery]:
    """The queries after an edit that changed `before` to `wanted`; queries added during the edit come last."""
    edited = {query.name.casefold() for query in (*before, *wanted)}
    others = [query for query in known if query.name.casefold() not in edited]
    return [replace(query, place=place) for place, query in enumerate([*wanted, *others])]


ACTIONS: Actions = {
    "list": (_print_views, "print all, with unread and total papers; g1 to g9 show the first nine views"),
    "add": (_add, "name a query, follow something, or set what to do with the papers of a query"),
    "save": (_add, "add a query, or replace the query of an existing name"),
    "remove": (_remove, "remove a query; no paper changes"),
    "edit": (_edit, "open all in $VISUAL or $EDITOR: names, order, queries and deeds"),
    "allow": (_allow, "let a query from another machine run its program or write its file on this one"),
}

USAGES = {**dict.fromkeys(("add", "save"), "NAME QUERY..."), "remove": "NAME...", "allow": "NAME"}


COMMAND = Command(
    "views",
    "Save queries, and say what is done with their papers: show them as a view, follow, mute, mark or notify.",
    (),
    _add_arguments,
    _run_views,
    has_json=True,
)
