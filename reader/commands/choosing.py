"""What several commands do with papers: choose, mark and fetch them, and explain empty results and recommendations."""

from __future__ import annotations

import re
import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reader.cache.choice import Suits, read_suits
from reader.cache.search.compile import selects
from reader.commands.output import answer, warn
from reader.commands.workspace import Workspace, find_all, load_paper, parse_query, saved_views, selection
from reader.core.errors import NoFullText, NotFound, UsageError
from reader.core.ids import named_id, pdf_url
from reader.core.query import Query
from reader.core.text import amount, brief

if TYPE_CHECKING:
    from reader.cache.marks.change import Change
    from reader.cache.reads.window import Window
    from reader.cache.texts import KeptText
    from reader.core.paper import Paper
    from reader.log.actions import UserAction

EVERYTHING = "(is:hidden OR -is:hidden)"
"""The query that finds all papers."""


def add_papers(parser: ArgumentParser, verb: str) -> None:
    """Add the arguments ID, --query and --all; `verb` says what the command does with the papers."""
    parser.add_argument("ids", nargs="*", metavar="ID", help="arXiv ids or addresses of papers")
    add_query_option(parser, verb)


def add_query_option(parser: ArgumentParser, verb: str) -> None:
    """Add the options --query and --all; `verb` says what the command does with the papers."""
    parser.add_argument("--query", metavar="QUERY", help=f"{verb} all papers of a query")
    add_all(parser, verb)


def add_all(parser: ArgumentParser, verb: str) -> None:
    """Add the option --all; `verb` says what the command does with the papers."""
    parser.add_argument("--all", action="store_true", dest="everything", help=f"{verb} every paper, hidden ones too")


def expect_papers(arguments: Namespace, ids: Sequence[str], command: str) -> None:
    """Raise UsageError unless the papers are named either by ids, or by --query or --all."""
    if bool(ids) == (arguments.query is not None or arguments.everything):
        raise UsageError(f"Name the papers by ids, --query or --all. See 'dailypapers {command} --help'.")


def choose_papers(window: Window, arguments: Namespace, ids: Sequence[str], *, also: str = "") -> Sequence[int]:
    """The keys of the papers with these ids, or of the papers that match both --query or --all and the query `also`.

    Raises UsageError for a query without terms, which matches every paper, unless --all is given.
    """
    if ids:
        return list(dict.fromkeys(find_all(window, ids)))
    query = parse_query(arguments.query or "")
    if arguments.everything:
        if query.root is not None:
            raise UsageError("With --all, a query can only have sort:. Leave out its terms, or --all.")
        also = f"{also} {EVERYTHING}"
    elif not selects(query, saved_views(query)):
        raise UsageError("The query has no terms, so it means every paper. Add terms, or pass --all.")
    return window.order(selection(window, parse_query(arguments.query or "", also=also))).pks


def apply(
    arguments: Namespace,
    workspace: Workspace,
    changes: Sequence[Change],
    facts: Mapping[str, object],
    done: str,
    *,
    papers: int,
) -> int:
    """Store changes as one action, and print how many papers they affect.

    `done` is the new state of the papers, such as `starred`. `facts` are additional fields of the JSON record.
    """
    if action := store_changes(workspace, changes):
        changed = action.count
        # Starring, queueing and hiding a paper also mark it as read.
        also = "".join(f", {count:,} {what}" for what, count in action.did[1:]) if len(changes) == 1 else ""
        message = f"{amount(changed, 'paper')} {done}{also}. 'dailypapers undo' takes it back."
    else:
        changed = 0
        state = done.removeprefix("marked ").replace("no longer", "not")
        message = f"Nothing to change: {amount(papers, 'paper')} {'is' if papers == 1 else 'are'} {state}."
    record = {**facts, "papers": papers or changed, "changed": changed}
    return answer(arguments, record, message if papers or changed else "Nothing matches.")


def store_changes(workspace: Workspace, changes: Sequence[Change]) -> UserAction | None:
    """Store changes as one action, and return it; None if nothing changed."""
    with workspace.events() as events:
        return events.act(changes)


def find_or_fetch(workspace: Workspace, id: str) -> tuple[Paper, int]:
    """The paper with this id, in any form, and its key; a missing paper is fetched. Raises NotFound."""
    try:
        return load_paper(workspace, id)
    except NotFound:
        known = named_id(id)
        if known is None:
            raise
    from reader.commands.fetch import run_job

    run_job(workspace, {"job": "look-up", "id": known})
    try:
        return load_paper(workspace, id)
    except NotFound:
        raise NotFound(f"{brief(id)!r} is not in the cache, and no source knows it.") from None


def find_or_fetch_text(workspace: Workspace, id: str, *, again: bool = False) -> tuple[Paper, KeptText]:
    """A paper and its full text, which is fetched if it is missing or if `again`.

    Raises NotFound or FeedError, whose message links to the paper's page unless there is no network.
    """
    paper, pk = find_or_fetch(workspace, id)
    kept = None if again else _kept_text(workspace, pk)
    if kept is None:
        _fetch(workspace, paper)
        kept = _kept_text(workspace, pk)
    if kept is None:
        raise NoFullText(f"The text of {paper.id} has just been removed from the cache; try again.")
    return paper, kept


def _kept_text(workspace: Workspace, pk: int) -> KeptText | None:
    from reader.cache.texts import Texts

    with closing(Texts.open(workspace.cache_file)) as texts:
        kept = texts.get(pk)
        if kept is not None:
            texts.note_use(pk, datetime.now(UTC).date().isoformat())
        return kept


def _fetch(workspace: Workspace, paper: Paper) -> None:
    page = pdf_url(paper.id)
    if page is None:
        see = f" See {paper.url}" if paper.url else ""
        raise NoFullText(f"{paper.id} has no arXiv id, so no full text can be found.{see}")
    from reader.commands.fetch import fetch

    if missing := fetch(workspace, {"job": "text", "id": paper.id}, page).get("missing"):
        raise NoFullText(f"{paper.id} has no full text: {missing}. See {page}")


_UNQUOTED_VALUE = re.compile(
    r"(?<![\w-])(?P<field>tag|author|org|keyword|title|abstract|venue|note|follow|view):"
    r"(?P<words>\w[\w-]*(?: [\w-]+)+)$"
)
"""A field and plain words at the end of a query, as `tag:"to read"` arrives after the shell removed the quotes."""


def explain_nothing(window: Window, query: Query) -> None:
    """Print on standard error why a query has no results."""
    newest = window.newest_day()
    if not window.has_papers():
        warn("There are no papers yet. 'dailypapers refresh' fetches the latest days.")
    elif "day:today" in map(str, query.terms) and newest and newest < datetime.now(UTC).date().isoformat():
        warn(f"There are no papers from today. The latest day is {newest}: day:latest finds its papers.")
    elif query.near:
        warn("Nothing is near in words.")
    elif value := _UNQUOTED_VALUE.search(query.text):
        quoted = shlex.quote(f'{value["field"]}:"{value["words"]}"')
        warn(f"Nothing matches. A value of several words needs double quotes inside the shell's quotes: {quoted}")
    elif words := query.plain_words:
        warn(f"Nothing matches. Nearest in words: dailypapers list {shlex.quote(f'~{words}')}")
    else:
        warn("Nothing matches.")


# Recommendation of a paper as JSON


FOR_YOU = "for_you"


def for_you_record(window: Window, paper: Paper) -> dict[str, dict[str, Any]]:
    """How well a paper suits the user, as JSON; call `window.learn` first."""
    pk = paper.pk if isinstance(paper.pk, int) else 0
    suits = window.read(lambda connection: read_suits(connection, [pk])).get(pk, Suits())
    return {FOR_YOU: {"score": round(suits.score, 4), "why": suits.why or None, "phrases": [*suits.phrases]}}
