"""A command."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from reader.api import Command, Extension, Workspace, amount, answer, find_paper

WORDS_A_MINUTE = 230


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("ids", nargs="+", metavar="ID", help="papers whose abstracts are read")


def count_minutes(arguments: Namespace, workspace: Workspace) -> int:
    words = sum(len(find_paper(workspace, id).abstract.split()) for id in arguments.ids)
    minutes = round(words / WORDS_A_MINUTE, 1)
    text = f"{amount(words, 'word')} to read, {minutes} minutes"
    return answer(arguments, {"words": words, "minutes": minutes}, text)


MINUTES = Command(
    "minutes",
    "Tell how long the abstracts of papers take to read.",
    (("minutes 2406.12345", "one paper"),),
    add_arguments,
    count_minutes,
    has_json=True,
)

EXTENSION = Extension(name="short-reads", commands=(MINUTES,))
