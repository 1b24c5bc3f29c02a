"""The names of the commands; their modules are imported late, because most runs open the reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from reader import installed
from reader.core import removed
from reader.core.errors import ReaderError

if TYPE_CHECKING:
    from reader.commands.command import Command
    from reader.commands.workspace import Workspace

GROUPS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Print papers": {
            "list": "papers, topics, passages",
            "show": "a paper, with its links",
            "read": "the full text of a paper",
            "open": "a paper in the browser, or its PDF",
        },
        "Get papers": {
            "refresh": "from the feed",
            "search": "in the feed itself",
            "add": "by id or address",
            "import": "from a file",
            "feeds": "from other feeds",
            "digest": "a mail of new papers",
        },
        "Organize papers": {
            "mark": "read, star, queue, hide",
            "tag": "papers, with your own words",
            "note": "what you think of a paper",
            "views": "queries: views, follows, rules",
            "undo": "the last mark",
            "export": "BibTeX, Markdown, CSV, JSON",
            "pipe": "run your own programs",
            "sync": "with your other machines",
        },
        "Maintain the program": {
            "config": "the settings and keys",
            "doctor": "problems and their remedies",
            "completions": "for your shell",
            "mcp": "tools for programs",
        },
    }
)
"""The commands by group, in the order of the help, each with a short description."""

COMMANDS = (*(name for group in GROUPS.values() for name in group), "help")
"""The names of the program's own commands."""

USUAL = (*("list", "show", "read", "search", "mark", "tag"), *("refresh", "add", "import", "export", "undo", "config"))
"""The commands on the first page of help."""

FOREIGN = MappingProxyType(
    {
        **{word: f"mark {word} ID" for word in ("star", "unstar", "queue", "unqueue", "hide", "unhide", "unread")},
        **dict.fromkeys(("delete", "rm", "remove", "del"), "mark hide ID"),
        **dict.fromkeys(("update", "fetch", "pull", "upgrade"), "refresh"),
        **dict.fromkeys(("info", "cat", "view"), "show ID"),
        **dict.fromkeys(("later", "save"), "mark queue ID"),
        "ls": "list",
        "find": "search WORDS",
        "download": "open ID --pdf",
        "get": "add ID",
        "settings": "config show",
        "notes": "export --format notes -o FOLDER",
        "set": "config set NAME VALUE",
        "version": "--version",
        "status": "doctor",
        "mute": "views add --then mute WORD",
        "bookmark": "mark star ID",
        "color": "config set theme NAME",
    }
)
"""Names of commands in other programs, each with the equivalent here."""

_PLACES = MappingProxyType(
    {
        **{name: f"reader.{name}:COMMAND" for name in ("digest", "mcp", "sync")},
        **{name: f"reader.commands.marks:{name.upper()}_COMMAND" for name in ("mark", "tag", "note", "undo")},
        **{name: f"reader.commands.show:{name.upper()}_COMMAND" for name in ("show", "read", "open")},
        **{name: f"reader.commands.fetch:{name.upper()}_COMMAND" for name in ("refresh", "search", "add")},
        "import": "reader.commands.import_files:COMMAND",
    }
)
"""The module and the constant of each command, unless it is `COMMAND` of the module `reader.commands.NAME`."""

ABOUT = "Read the daily papers of Hugging Face. Without a command, the reader opens."

EXAMPLES = (
    ("", "the reader"),
    ("topic:agents is:unread", "on a query"),
    ("--demo", "a sample, no network"),
    ("list day:latest", "print the newest"),
)


def is_command(word: str) -> bool:
    """Whether a word is the name of a command, including commands of extensions and former names."""
    return (
        word in COMMANDS or word in removed.RENAMED or (word.replace("-", "").isalnum() and word in installed.others())
    )


def gists_of_commands() -> dict[str, str]:
    """A short description of each command; for the commands of extensions, the name of the package."""
    ours = {name: gist for group in GROUPS.values() for name, gist in group.items()}
    added = {name: f"of {entry.package}" for name, entry in installed.others().items() if name not in COMMANDS}
    return {**ours, "help": "what a command takes", **added}


def find_command(name: str) -> Command:
    """Import the command with this current or former name; raises ReaderError if its extension was switched off."""
    from importlib import import_module

    name = removed.with_new_names([name])[0]
    if name in COMMANDS:
        module, _, constant = _PLACES.get(name, f"reader.commands.{name}:COMMAND").partition(":")
        command: Command = getattr(import_module(module), constant)
        return command
    added: Command | None = installed.command(name)
    if added is None:
        why = installed.switched_off.get(installed.others()[name], "it has no such command")
        raise ReaderError(f"The extension {name} can't be used: {why}.")
    return added


def run_command(words: Sequence[str], workspace: Workspace) -> int:
    """Run the command that the words name, and return its exit code; raises ReaderError."""
    from reader.commands.command import make_parser, parse

    command = find_command(words[0])
    arguments = parse(make_parser(command), words[1:])
    try:
        return command.run(arguments, workspace)
    finally:
        workspace.write_exports()
