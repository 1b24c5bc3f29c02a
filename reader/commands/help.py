"""`dailypapers help`: the pages of the manual with their generated tables, and the help of commands."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from reader import installed
from reader.commands.command import Command, make_parser, suggest
from reader.commands.output import Style, print_line
from reader.commands.pages import (
    FORMER_PAGES,
    PAGES,
    code,
    example_lines,
    gists_of_pages,
    help_width,
    print_page,
    table,
    text_of,
)
from reader.commands.registry import ABOUT, EXAMPLES, GROUPS, USUAL, find_command, gists_of_commands, is_command
from reader.commands.workspace import Workspace
from reader.core.errors import UsageError
from reader.core.lines import wrap_text
from reader.core.nearest import advice
from reader.paths import APP

if TYPE_CHECKING:
    from reader.keys.keymap import Keymap

ALL = "all"
"""The word that lists every command and page."""


def _add_help_arguments(parser: ArgumentParser) -> None:
    about = parser.add_argument("about", nargs="?", metavar="WORD", help=f"a page of the manual, a command or {ALL}")
    suggest(about, lambda _: (*PAGES, *gists_of_commands(), ALL))


def _print_help(arguments: Namespace, workspace: Workspace) -> int:
    about = FORMER_PAGES.get(arguments.about, arguments.about)
    if about is None:
        print_line(front_page().rstrip("\n"))
    elif about in PAGES:
        more = f"\n`{APP} {about} --help` says what the command takes." if is_command(about) else ""
        print_page(page(about, workspace.keymap) + more)
    elif is_command(about):
        print_line(make_parser(find_command(about)).format_help().rstrip("\n"))
    elif about == ALL:
        print_page(all_table())
    else:
        meant = advice(about, [*PAGES, *gists_of_commands(), ALL], "'dailypapers help all' lists them.")
        raise UsageError(f"There is no command or page {about!r}. {meant}")
    return 0


_MADE = re.compile(r"^<!-- made: (\w+) -->$", re.MULTILINE)


def page(name: str, keymap: Keymap | None = None) -> str:
    """A page in Markdown with its generated tables; `keymap` has the user's own keys."""
    return _MADE.sub(lambda mark: _fill_placeholder(mark[1], keymap), text_of(name))


# The generated tables of the pages


def _fill_placeholder(part: str, keymap: Keymap | None) -> str:
    makers = {
        "keys": lambda: keys_page(keymap),
        "settings": _settings,
        "signs": signs,
        "commands": lambda: _tables("Command", GROUPS),
        "paper": paper_keys,
    }
    return makers[part]()


def paper_keys() -> str:
    """A sentence that lists the keys of a paper in JSON."""
    from reader.actions.export import RECORD_KEYS

    return f"A paper has {', '.join(map(code, RECORD_KEYS))}."


def keys_page(keymap: Keymap | None) -> str:
    """The keys in Markdown, a table for each group of actions; without `keymap`, the default keys."""
    from reader.keys.keymap import Keymap

    keymap = keymap or Keymap()
    groups: dict[str, list[tuple[str, str]]] = {}
    for action in keymap.actions:
        keys = " ".join(map(code, keymap.labels(action.id))) or "no key"
        groups.setdefault(action.group, []).append((keys, f"{action.name}: {action.help} `{action.id}`"))
    return "\n\n".join(f"### {group}\n\n{table('Keys', 'What they do', rows)}" for group, rows in groups.items())


def _settings() -> str:
    from reader.config import SETTING_TYPES, Settings, setting_docs
    from reader.core.settings.types import KEY_TABLE, as_toml

    rows = []
    for name, about in setting_docs().items():
        kind = SETTING_TYPES[name]
        if kind is KEY_TABLE or kind.is_repeated:
            rows.append((code(f"[[{name}]]" if kind.is_repeated else f"[{name}]"), about))
        elif kind.table is not None:
            docs = setting_docs(kind.table).items()
            rows += [(code(f"{name}.{key} = {as_toml(getattr(kind.table(), key))}"), text) for key, text in docs]
        else:
            value = as_toml(getattr(Settings(), name))
            rows.append((code(f"{name} = {value}"), f"{about} Takes {kind.about}."))
    return table("Setting and default", "What it does", rows)


def signs() -> str:
    """A Markdown table of the signs, with their ASCII replacements."""
    from reader.ui.kit.glyphs import ASCII, MEANINGS, UNICODE

    rows = []
    for field, name, about in MEANINGS:
        drawn = (str(getattr(glyphs, field)).strip() for glyphs in (UNICODE, ASCII))
        rows.append((" ".join(code(sign) for sign in drawn if sign), f"{name}: {about}"))
    return table("Sign, ASCII", "Meaning", rows)


def all_table() -> str:
    """Markdown tables of the manual's pages, of all commands by group, and of the commands of extensions."""
    added = {name: f"of {entry.package}" for name, entry in installed.others().items()}
    more = {"Of extensions": added} if added else {}
    return _tables("Name", {"Pages of the manual": gists_of_pages(), **GROUPS, **more})


def _tables(first: str, groups: Mapping[str, Mapping[str, str]]) -> str:
    tables = (
        (title, table(first, "What it is for", [(code(name), gist) for name, gist in gists.items()]))
        for title, gists in groups.items()
    )
    return "\n\n".join(f"### {title}\n\n{table}" for title, table in tables)


# The first page: examples and the most common commands


_OPTIONS = "Options: --demo, --plain, -V (--version), -h (--help)."
_MORE = f"More: '{APP} help all', 'help COMMAND', 'help PAGE'. Pages: {', '.join(PAGES)}."
_WORDS = f"Other words are a query; '{APP} -- WORDS' if they look like a command."


def front_page() -> str:
    """The first page of help, which fits on a small screen."""
    ends = (line for text in (_OPTIONS, _MORE, _WORDS) for line in wrap_text(text, help_width()))
    start = (*wrap_text(ABOUT, help_width()), "", *example_lines(EXAMPLES))
    return "\n".join((*start, "", *_in_two_columns(USUAL), "", *ends, ""))


def _in_two_columns(names: Sequence[str]) -> Iterator[str]:
    """Commands with descriptions in two columns; only their names if the screen is narrow."""
    gists, style, half = gists_of_commands(), Style.of(sys.stdout), -(-len(names) // 2)
    cells = [f"{name:9}{gists[name]}" for name in names]
    left = max(map(len, cells[:half])) + 2
    if left + max(map(len, cells[half:])) + 2 > help_width():
        yield from wrap_text(", ".join(names), help_width())
        return
    for first, second in zip(cells[:half], cells[half:], strict=True):
        yield f"  {style('code', first[:9])}{first[9:]:{left - 9}}{style('code', second[:9])}{second[9:]}"


COMMAND = Command("help", "Print a page of the manual, or explain a command.", (), _add_help_arguments, _print_help)
