"""A command, a key that runs it on the papers in front, and a row of the filter pane."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from reader.api import Command, Extension, LineKey, SavedView, Workspace, amount, answer, find

WORDS_A_MINUTE = 230


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("ids", nargs="+", metavar="ID", help="papers whose abstracts are read")


def count_minutes(arguments: Namespace, workspace: Workspace) -> int:
    with workspace.window() as window:
        papers = [window.paper(find(window, id)) for id in arguments.ids]
        words = sum(len(paper.abstract.split()) for paper in papers if paper is not None)
    minutes = round(words / WORDS_A_MINUTE, 1)
    said = f"{amount(words, 'word')} to read, {minutes} minutes"
    return answer(arguments, {"words": words, "minutes": minutes}, said)


MINUTES = Command(
    "minutes",
    "Tell how long the abstracts of papers take to be read.",
    (("minutes 2406.12345", "one paper"),),
    add_arguments,
    count_minutes,
    {"": "words, minutes"},
)

EXTENSION = Extension(
    name="short-reads",
    commands=(MINUTES,),
    keys=(LineKey("minutes", "gM", "Minutes", "How long these abstracts take.", "minutes {ids}"),),
    views=(SavedView("Short reads", "is:unread upvotes:>20"),),
)
