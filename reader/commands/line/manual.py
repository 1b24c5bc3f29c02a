"""The manual: its pages with generated tables, and the whole of it as a man page.

`.build/manual_hook.py` makes the man page where nothing but the standard library is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from reader import installed
from reader.commands.command import Parser, add_reader_options, make_parser
from reader.commands.contract import table_of
from reader.commands.help_text import (
    PAGES,
    Block,
    cells_of,
    code,
    command_page,
    entries,
    example_lines,
    gists_of_pages,
    pieces_of,
    read_blocks,
    table,
    text_of,
    told_beside,
)
from reader.commands.line.registry import ABOUT, COMMANDS, EXAMPLES, GROUPS, find_command, json_forms
from reader.paths import APP

if TYPE_CHECKING:
    from reader.keys.keymap import Keymap

_MADE = re.compile(r"^<!-- made: (\w+) -->$", re.MULTILINE)


def page(name: str, keymap: Keymap | None = None) -> str:
    """A page in Markdown with its generated tables; `keymap` has the user's own keys."""
    return _MADE.sub(lambda mark: _made(mark[1], keymap), text_of(name))


# What the pages get from the code


def _made(part: str, keymap: Keymap | None) -> str:
    makers = {
        "keys": lambda: keys_page(keymap),
        "settings": _settings,
        "signs": signs,
        "commands": lambda: _tables("Command", GROUPS),
        "results": results_table,
        "paper": paper_keys,
    }
    return makers[part]()


def results_table() -> str:
    """What commands print with --json."""
    return table("With `--json`", "prints the keys", table_of(json_forms()))


def paper_keys() -> str:
    """The keys of a paper in JSON."""
    from reader.actions.export import RECORD_KEYS

    return f"A paper has {', '.join(map(code, RECORD_KEYS))}."


def keys_page(keymap: Keymap | None) -> str:
    """The keys in Markdown, by their groups."""
    from reader.keys.keymap import Keymap

    keymap = keymap or Keymap()
    groups: dict[str, list[tuple[str, str]]] = {}
    for action in keymap.actions:
        keys = " ".join(map(code, keymap.labels(action.id))) or "no key"
        groups.setdefault(action.group, []).append((keys, f"{action.name}: {action.help} `{action.id}`"))
    return "\n\n".join(f"### {group}\n\n{table('Keys', 'What they do', found)}" for group, found in groups.items())


def _settings() -> str:
    from reader.commands.settings_file import setting_docs
    from reader.config import SETTING_TYPES, Settings
    from reader.core.settings.tables import SINGLE, TABLES
    from reader.core.settings.types import as_toml

    found = []
    for name, about in setting_docs().items():
        if name in SINGLE:
            defaults = SINGLE[name]()
            docs = setting_docs(SINGLE[name]).items()
            found += [(code(f"{name}.{key} = {as_toml(getattr(defaults, key))}"), text) for key, text in docs]
        elif name == "keys" or name in TABLES:
            found.append((code(f"[[{name}]]" if name in TABLES else f"[{name}]"), about))
        else:
            value = as_toml(getattr(Settings(), name))
            found.append((code(f"{name} = {value}"), f"{about} Takes {SETTING_TYPES[name].about}."))
    return table("Setting and default", "What it does", found)


def signs() -> str:
    """The signs in Markdown, also as ASCII."""
    from reader.ui.kit.glyphs import ASCII, MEANINGS, UNICODE

    found = []
    for field, name, about in MEANINGS:
        drawn = (str(getattr(glyphs, field)).strip() for glyphs in (UNICODE, ASCII))
        found.append((" ".join(code(sign) for sign in drawn if sign), f"{name}: {about}"))
    return table("Sign, ASCII", "Meaning", found)


def all_table() -> str:
    """Every page of the manual, and every command under the heading of its group."""
    added = {name: f"of {entry.package}" for name, entry in installed.others().items()}
    more = {"Of extensions": added} if added else {}
    return _tables("Name", {"Pages of the manual": gists_of_pages(), **GROUPS, **more})


def _tables(first: str, groups: Mapping[str, Mapping[str, str]]) -> str:
    tables = (
        (title, table(first, "What it is for", [(code(name), gist) for name, gist in found.items()]))
        for title, found in groups.items()
    )
    return "\n\n".join(f"### {title}\n\n{table}" for title, table in tables)


# The man page


def everything() -> Iterator[str]:
    """All commands by parser, and the pages."""
    reader = Parser(prog=APP, description=ABOUT)
    add_reader_options(reader)
    shared = [entry.name for entry in entries(reader)]
    yield f"# Description\n\n{command_page(reader, EXAMPLES)}"
    yield "# Commands\n\nEvery command takes --color, --log-level and --help too."
    for name in COMMANDS:
        command = find_command(name)
        yield f"## {APP} {name}\n\n{command_page(make_parser(command), command.examples, shared)}"
    yield from map(page, PAGES)


def man_page(version: str) -> str:
    """All of the manual, for `man`."""
    lines = [
        f'.TH {APP.upper()} 1 "" "{APP} {version}" "User Commands"',
        *(".ds AD l", ".ad l", ".nh"),
        *(".SH NAME", rf"{APP} \- the terminal reader for the daily papers feed"),
        *(".SH SYNOPSIS", rf"\fB{APP}\fR [\fIOPTIONS\fR] [\fIQUERY\fR ...]"),
        *(".br", rf"\fB{APP}\fR \fICOMMAND\fR ..."),
        *(line for text in everything() for block in read_blocks(text) for line in _roff_block(block)),
    ]
    return "\n".join(lines) + "\n"


def _roff_block(block: Block) -> Iterator[str]:
    if block.kind == "heading":
        name = _roff(block.body)
        yield (f".SH {name.upper()}", f".SS {name}", f".PP\n\\fB{name}\\fR")[block.level - 1]
    elif block.kind == "text":
        yield from (".PP", _roff_pieces(block.body))
    elif block.is_example:
        lines = ("".join(piece.text for piece in line)[2:] for line in example_lines(block, 74))
        yield from (".PP", ".nf", *map(_roff, lines), ".fi")
    else:
        head, *body = cells_of(block.body)
        for first, *cells in body:
            yield from (
                ".TP",
                _roff_pieces(first, whole=True),
                "\n.br\n".join(map(_roff_pieces, told_beside(head, cells))),
            )


def _roff_pieces(text: str, *, whole: bool = False) -> str:
    """A line of text with code in bold, or all of it."""
    return "".join(
        rf"\fB{_roff(piece.text)}\fR" if whole or piece.role != "text" else _roff(piece.text)
        for piece in pieces_of(text)
    )


def _roff(text: str) -> str:
    """A text escaped for troff: no request, no escape, and hyphens that can be copied."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("`", r"\(ga")
    return re.sub(r"^(?=\.)", r"\\&", text).replace("^", r"\(ha").replace("~", r"\(ti")
