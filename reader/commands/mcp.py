"""`dailypapers mcp`: serve the papers to a program by the Model Context Protocol, over standard input and output."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from reader.commands.command import Command
from reader.commands.workspace import Workspace
from reader.core.errors import ReaderError

NEEDS_EXTRA = "This needs the extra mcp: install dailypapers[mcp]. 'dailypapers skill' needs nothing more."


def _add_arguments(parser: ArgumentParser) -> None:
    about = "let the program star, queue, tag and note papers; 'dailypapers undo' takes back all of one run"
    parser.add_argument("--allow-marks", action="store_true", help=about)
    about = "the program's name in the log of marks (default: the one that it gives)"
    parser.add_argument("--name", default="", metavar="NAME", help=about)


def _serve(arguments: Namespace, workspace: Workspace) -> int:
    try:
        from reader.commands.agents.server import make_server
        from reader.commands.agents.stdio import serve
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "mcp":
            raise
        raise ReaderError(NEEDS_EXTRA) from error
    serve(make_server(workspace, allows_marks=arguments.allow_marks, name=arguments.name))
    return 0


COMMAND = Command(
    "mcp",
    "Serve papers to a program by the Model Context Protocol (MCP), over standard input and output; it may only read.",
    (
        ("mcp", "search, show, read, similar, for you"),
        ("mcp --allow-marks", "and star, queue, tag, note; each mark says which program made it"),
    ),
    _add_arguments,
    _serve,
)
