"""`dailypapers mcp`: serve papers to programs over the Model Context Protocol; `server.py` needs the extra `mcp`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from reader.commands.command import Command
from reader.commands.workspace import Workspace
from reader.core.errors import ReaderError
from reader.installed import needs_extra


def _add_arguments(parser: ArgumentParser) -> None:
    about = "let the program star, queue, tag and note papers; 'dailypapers undo' takes back a whole run"
    parser.add_argument("--allow-marks", action="store_true", help=about)
    about = "let the program refresh from all sources; it can always fetch single papers and texts"
    parser.add_argument("--allow-fetch", action="store_true", help=about)


def _serve(arguments: Namespace, workspace: Workspace) -> int:
    try:
        from reader.mcp.server import make_server, serve
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "mcp":
            raise
        raise ReaderError(needs_extra("This needs", "mcp")) from error
    serve(make_server(workspace, allows_marks=arguments.allow_marks, allows_fetch=arguments.allow_fetch))
    return 0


COMMAND = Command(
    "mcp",
    "Serve papers to a program over standard input and output, by the Model Context Protocol (MCP); read-only by "
    "default.",
    (),
    _add_arguments,
    _serve,
)
