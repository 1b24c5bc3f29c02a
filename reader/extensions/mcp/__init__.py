"""`dailypapers mcp` serves papers to programs by the Model Context Protocol."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from reader import api


def _add_arguments(parser: ArgumentParser) -> None:
    about = "let the program star, queue, tag and note papers; 'dailypapers undo' takes back a whole run"
    parser.add_argument("--allow-marks", action="store_true", help=about)
    about = "let the program refresh from all sources; it can always fetch single papers and texts"
    parser.add_argument("--allow-fetch", action="store_true", help=about)
    about = "the program's name in the log of marks (default: as it names itself)"
    parser.add_argument("--name", default="", metavar="NAME", help=about)


def _serve(arguments: Namespace, workspace: api.Workspace) -> int:
    try:
        from reader.extensions.mcp.server import make_server, serve
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "mcp":
            raise
        raise api.ReaderError(api.needs_extra("This needs", "mcp")) from error
    may = {"allows_marks": arguments.allow_marks, "allows_fetch": arguments.allow_fetch}
    serve(make_server(workspace, **may, name=arguments.name))
    return 0


MCP = api.Command(
    "mcp",
    "Serve papers to a program by the Model Context Protocol (MCP), over standard input and output, read-only by "
    "default.",
    (),
    _add_arguments,
    _serve,
)

EXTENSION = api.Extension(name="mcp", commands=(MCP,))
