"""`dailypapers pipe`: run one of the user's programs on papers."""

from __future__ import annotations

import asyncio
import signal
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace

from reader.actions.programs import find_program
from reader.commands.choosing import add_all, choose_papers, expect_papers
from reader.commands.command import Command, positive_number, suggest
from reader.commands.output import Progress, answer, print_line, warn
from reader.commands.workspace import Workspace
from reader.core.errors import NoFullText, ReaderError, UsageError
from reader.core.settings.types import INPUTS, InvalidValue, UserCommand, parse_command
from reader.core.text import amount, brief
from reader.refresh import jobs
from reader.refresh.pipes import LeftOut, PipeResult, pipe_papers


def _add_arguments(parser: ArgumentParser) -> None:
    about = "one of your commands by its name, a program with its arguments in quotes, or '!' and a line for a shell"
    command = parser.add_argument("command", metavar="COMMAND", help=about)
    suggest(command, lambda _: [user_command.name for user_command in Workspace().settings.commands])
    parser.add_argument("ids", nargs="*", metavar="ID", help="arXiv ids or addresses of papers")
    parser.add_argument("--query", metavar="QUERY", help="run it on all papers of a query")
    add_all(parser, "run it on")
    about = (
        f"what it reads: {', '.join(INPUTS)} (default: from its settings, else markdown); papers without a full text"
    )
    about += " are skipped with a warning; the command fails only if no paper has a full text"
    parser.add_argument("--input", choices=INPUTS, metavar="FORM", help=about)
    parser.add_argument("--seconds", type=positive_number, metavar="N", help="stop it after N seconds (default: 120)")


def _pipe_papers(arguments: Namespace, workspace: Workspace) -> int:
    expect_papers(arguments, arguments.ids, "pipe")
    command = _command(arguments, workspace)
    with workspace.window() as window:
        pks = list(choose_papers(window, arguments, arguments.ids))
    if not pks:
        warn("Nothing matches.")
        return answer(arguments, [])
    _expect_program(command, workspace)
    try:
        result = asyncio.run(_run(workspace, command, pks))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    if not arguments.json:
        _print(result)
    answer(arguments, [_record(result)])
    if result.left_out and not result.ids:
        raise NoFullText(f"Nothing was run: {_why(result.left_out)} Give it another --input, such as markdown.")
    if result.left_out:
        warn(f"Left out: {', '.join(paper.id for paper in result.left_out)}. {_why(result.left_out)}")
    return 0


def _record(result: PipeResult) -> dict[str, object]:
    printed = result.printed
    return {
        "ids": list(result.ids),
        "output": printed.text if printed else None,
        "cut": printed.is_cut if printed else False,
        "left_out": [paper._asdict() for paper in result.left_out],
    }


def _why(left_out: Sequence[LeftOut]) -> str:
    """Why papers were left out: their common reason, or a summary of different reasons."""
    whys = {paper.why for paper in left_out}
    return whys.pop() if len(whys) == 1 else f"{amount(len(left_out), 'paper')} have no full text that can be fetched."


def _command(arguments: Namespace, workspace: Workspace) -> UserCommand:
    try:
        command = parse_command(arguments.command, workspace.settings.commands)
    except InvalidValue as unfit:
        raise UsageError(f"COMMAND {unfit}.") from unfit
    return replace(
        command,
        input=arguments.input or command.input,
        seconds=min(arguments.seconds, 3600) if arguments.seconds else command.seconds,
    )


def _expect_program(command: UserCommand, workspace: Workspace) -> None:
    """Raise ReaderError unless the command is in the settings, or its program is installed."""
    is_named = any(user_command.name == command.name for user_command in workspace.settings.commands)
    if not is_named and find_program(command.words) is None:
        word = brief(command.words[0])
        raise ReaderError(f"{word} was not found: it is neither a program nor one of [[commands]] in the settings.")


async def _run(workspace: Workspace, command: UserCommand, pks: Sequence[int]) -> PipeResult:
    # A signal that ends this command also ends the program: cancelling the task kills it, but not while it starts.
    if (task := asyncio.current_task()) is not None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    fetch = jobs.text_fetcher(workspace.job_context)
    with Progress() as progress:
        progress.show(f"{command.name} on {amount(len(pks), 'paper')}")
        return await pipe_papers(workspace.cache_file, command, pks, fetch)


def _print(result: PipeResult) -> None:
    if result.printed is None:
        return
    for line in result.printed.text.split("\n"):
        print_line(line)
    if result.printed.is_cut:
        warn("The output is too long; the rest is left out.")


COMMAND = Command(
    "pipe",
    "Run one of your programs on papers, which it reads on standard input; no shell is used without '!'.",
    (),
    _add_arguments,
    _pipe_papers,
    has_json=True,
)
