"""For programs: `dailypapers mcp` serves papers by a protocol, `dailypapers skill` says how the commands are used."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from pathlib import Path

from reader import api


def skill() -> str:
    """What an agent has to know to use the commands, as a `SKILL.md`."""
    text = Path(__file__).with_name("SKILL.md").read_text("utf-8")
    names = dict.fromkeys(re.findall(r"^dailypapers (\w+).*--json", text, re.MULTILINE))
    return f"{text}\n{api.results_table(names)}\n\n{api.paper_keys()}\n"


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
        raise api.ReaderError(
            f"{api.needs_extra('This needs', 'mcp')} 'dailypapers skill' needs nothing more."
        ) from error
    may = {"allows_marks": arguments.allow_marks, "allows_fetch": arguments.allow_fetch}
    serve(make_server(workspace, **may, name=arguments.name))
    return 0


def _print_skill(_arguments: Namespace, _workspace: api.Workspace) -> int:
    api.print_line(skill().rstrip("\n"))
    return 0


MCP = api.Command(
    "mcp",
    "Serve papers to a program by the Model Context Protocol (MCP), over standard input and output, read-only by "
    "default.",
    (),
    _add_arguments,
    _serve,
)

SKILL = api.Command(
    "skill",
    "Print a SKILL.md that teaches an agent the commands and their JSON.",
    (),
    lambda _parser: None,
    _print_skill,
)

EXTENSION = api.Extension(name="mcp", api=1, commands=(MCP, SKILL))
