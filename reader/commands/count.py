"""`dailypapers count`: print how many papers match a query."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from reader.commands.command import Command, add_json, add_query, query_of
from reader.commands.output import answer
from reader.commands.workspace import Workspace, parsed, selection


def _add_arguments(parser: ArgumentParser) -> None:
    add_query(parser)
    add_json(parser)


def _count_papers(arguments: Namespace, workspace: Workspace) -> int:
    query = parsed(query_of(arguments.query))
    with workspace.window() as window:
        count = window.count(selection(window, query))
    return answer(arguments, {"query": query.text, "count": count}, str(count))


COMMAND = Command(
    "count",
    "Print how many papers match a query.",
    (),
    _add_arguments,
    _count_papers,
)
