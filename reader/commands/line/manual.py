"""The manual: its pages of Markdown with the program's own tables in them, and the help of each command.

All are drawn as lines of a terminal and as a man page, which `.build/manual_hook.py` makes where nothing but the
standard library is installed.
"""

from __future__ import annotations

import re
import sys
from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from reader import installed
from reader.commands.command import Parser, make_parser
from reader.commands.line.registry import ABOUT, COMMANDS, EXAMPLES, GROUPS, add_reader_options, find_command
from reader.commands.output import READABLE, Style, is_terminal, paint, width
from reader.commands.pager import print_paged
from reader.core.lines import Line, Piece, fill, measure
from reader.paths import APP

if TYPE_CHECKING:
    from reader.keys.keymap import Keymap

FOLDER = Path(__file__).parents[2] / "manual"

PAGES = (
    *("reading", "queries", "keys", "choosing", "views", "settings", "import-export", "scripts"),
    *("sync", "mail", "browser", "agents", "trouble", "words", "extensions", "developing"),
)
"""Names of the pages, the most useful first."""

_MADE = re.compile(r"^<!-- made: (\w+) -->$", re.MULTILINE)
_GIST = re.compile(r"# .+\n\n((?:.+\n)+)")


def page(name: str, keymap: Keymap | None = None) -> str:
    """A page in Markdown, with the tables that are made from the code; `keymap` has the user's own keys."""
    return _MADE.sub(lambda mark: _made(mark[1], keymap), _text(name))


def gists_of_pages() -> dict[str, str]:
    """What each page is about, in a sentence."""
    found = ((name, _GIST.match(_text(name))) for name in PAGES)
    return {name: " ".join(gist[1].split()) if gist else "" for name, gist in found}


def rows(text: str) -> list[tuple[str, str]]:
    """The rows of the tables with two columns, as plain text."""
    tables = (_cells(block.body)[1:] for block in read_blocks(text) if block.kind == "table")
    return [(_plain(row[0]), _plain(row[1])) for table in tables for row in table if len(row) == 2]


def _text(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text("utf-8")


# What the pages get from the code


def _made(part: str, keymap: Keymap | None) -> str:
    return {"keys": lambda: keys_page(keymap), "settings": _settings, "signs": signs, "commands": _commands}[part]()


def keys_page(keymap: Keymap | None) -> str:
    """The keys in Markdown, by their groups."""
    from reader.keys.keymap import Keymap

    keymap = keymap or Keymap()
    groups: dict[str, list[tuple[str, str]]] = {}
    for action in keymap.actions:
        keys = " ".join(map(_code, keymap.labels(action.id))) or "no key"
        groups.setdefault(action.group, []).append((keys, f"{action.name}: {action.help} `{action.id}`"))
    return "\n\n".join(f"### {group}\n\n{_table('Keys', 'What they do', found)}" for group, found in groups.items())


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
            found += [(_code(f"{name}.{key} = {as_toml(getattr(defaults, key))}"), text) for key, text in docs]
        elif name == "keys" or name in TABLES:
            found.append((_code(f"[[{name}]]" if name in TABLES else f"[{name}]"), about))
        else:
            value = as_toml(getattr(Settings(), name))
            found.append((_code(f"{name} = {value}"), f"{about} Takes {SETTING_TYPES[name].about}."))
    return _table("Setting and default", "What it does", found)


def signs() -> str:
    """The signs in Markdown, also as ASCII."""
    from reader.ui.kit.glyphs import ASCII, MEANINGS, UNICODE

    found = []
    for field, name, about in MEANINGS:
        drawn = (str(getattr(glyphs, field)).strip() for glyphs in (UNICODE, ASCII))
        found.append((" ".join(_code(sign) for sign in drawn if sign), f"{name}: {about}"))
    return _table("Sign, ASCII", "Meaning", found)


def _commands() -> str:
    return _tables("Command", GROUPS)


def all_table() -> str:
    """Every page of the manual, and every command under the heading of its group."""
    added = {name: f"of {entry.package}" for name, entry in installed.others().items()}
    more = {"Of extensions": added} if added else {}
    return _tables("Name", {"Pages of the manual": gists_of_pages(), **GROUPS, **more})


def _tables(first: str, groups: Mapping[str, Mapping[str, str]]) -> str:
    tables = (
        (title, _table(first, "What it is for", [(_code(name), gist) for name, gist in found.items()]))
        for title, found in groups.items()
    )
    return "\n\n".join(f"### {title}\n\n{table}" for title, table in tables)


def _table(first: str, second: str, found: Iterable[tuple[str, str]]) -> str:
    lines = (f"| {one.replace('|', chr(92) + '|')} | {other.replace('|', chr(92) + '|')} |" for one, other in found)
    return "\n".join((f"| {first} | {second} |", "|---|---|", *lines))


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


# What a command takes


class Entry(NamedTuple):
    """An argument or option: how it is written, and what it does."""

    name: str
    about: str
    is_option: bool


def entries(parser: ArgumentParser) -> list[Entry]:
    """The arguments of a parser in order, then its options; --help comes last."""
    found = []
    for action in parser._actions:
        if action.help != SUPPRESS:
            is_option = bool(action.option_strings)
            found.append(Entry(_name(action), _about(action), is_option))
            words: Mapping[str, str] = getattr(action, "words", {})
            found += [Entry(f"  {word}", about, is_option) for word, about in words.items()]
    return sorted(found, key=lambda entry: (entry.is_option, entry.name.startswith("-h")))


def usage(parser: ArgumentParser) -> str:
    """How the command is written, without its options one by one."""
    words = [parser.prog]
    for action in parser._actions:
        if not action.option_strings and action.help != SUPPRESS:
            name = _metavar(action)
            words.append({"*": f"[{name} ...]", "+": f"{name} ...", "?": f"[{name}]"}.get(str(action.nargs), name))
    return " ".join((*words, "[OPTIONS]"))


def command_page(parser: ArgumentParser, shown: Sequence[tuple[str, str]], shared: Sequence[str] = ()) -> str:
    """The help of a command in Markdown, without the options that are `shared`."""
    found = [entry for entry in entries(parser) if entry.name not in shared]
    parts = [parser.description or "", f"**Usage:** `{usage(parser)}`", f"### Examples:\n\n{examples(shown)}"]
    for heading, is_option in (("Arguments:", False), ("Options:", True)):
        if several := [(_code(one.name), one.about) for one in found if one.is_option == is_option]:
            parts.append(f"### {heading}\n\n{_table('Name', 'What it does', several)}")
    return "\n\n".join(parts)


def examples(pairs: Iterable[tuple[str, str]]) -> str:
    """Commands, each with what it does, as an example in Markdown."""
    lines = [(f"{APP} {words}".rstrip(), about) for words, about in pairs]
    size = max((len(words) for words, _ in lines), default=0)
    return "\n".join(("```sh", *(f"{words:<{size}}  # {about}" for words, about in lines), "```"))


def _about(action: Action) -> str:
    return "print this help" if action.dest == "help" else action.help or ""


def _name(action: Action) -> str:
    """An option with its value, or the name of an argument."""
    if not action.option_strings:
        return _metavar(action)
    names = ", ".join(action.option_strings)
    if action.nargs == 0:
        return names
    # Only --json and --jsonl can do without a value.
    return f"{names}[={action.metavar}]" if hasattr(action, "known") else f"{names} {_metavar(action)}"


def _metavar(action: Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    return "|".join(map(str, action.choices)) if action.choices else action.dest.upper()


# Markdown, as far as the pages use it


class Block(NamedTuple):
    """A heading, a paragraph, a table or an example."""

    kind: Literal["heading", "text", "table", "code"]
    body: str
    level: int = 0
    """The level of a heading."""


_BLOCK = re.compile(
    r"^```\w*\n(?P<code>.*?)^```$|^(?P<marks>#+) (?P<heading>[^\n]+)$|(?P<table>(?:^\|[^\n]*\n?)+)"
    r"|(?P<text>(?:^(?!\||#+ |```)[^\n]+\n?)+)",
    re.MULTILINE | re.DOTALL,
)
_INLINE = re.compile(r"`` (.+?) ``|`([^`]+)`|\*\*(.+?)\*\*|\[([^\]]+)\]\([^)]*\)")


def read_blocks(text: str) -> Iterator[Block]:
    """The blocks of a page."""
    for found in _BLOCK.finditer(text):
        if found["heading"]:
            yield Block("heading", found["heading"], len(found["marks"]))
        elif found["code"] is not None:
            yield Block("code", found["code"].rstrip("\n"))
        elif found["table"]:
            yield Block("table", found["table"].strip())
        else:
            yield Block("text", " ".join(found["text"].split()))


def _cells(table: str) -> list[list[str]]:
    """The rows of a table, the heading first."""
    found = ([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table.splitlines())
    return [[cell.replace("\\|", "|") for cell in row] for at, row in enumerate(found) if at != 1]


def _told(head: Sequence[str], cells: Sequence[str]) -> Sequence[str]:
    """What a row says beside its name: more than one cell with their heads."""
    return cells if len(cells) == 1 else [f"{say}: {cell}" for say, cell in zip(head[1:], cells, strict=True) if cell]


def _pieces(text: str) -> Line:
    """A text with what is code, or strong, in a style of its own."""
    found: list[Piece] = []
    at = 0
    for span in _INLINE.finditer(text):
        code = span[1] or span[2]
        between = text[at : span.start()]
        # Blanks within code look like those between two examples.
        found.append(Piece("  " if between == " " and code and found and found[-1].role == "opened" else between))
        found.append(Piece(code, "opened") if code else Piece(span[3] or span[4], "label" if span[3] else "text"))
        at = span.end()
    return tuple(piece for piece in (*found, Piece(text[at:])) if piece.text)


def _plain(text: str) -> str:
    return "".join(piece.text for piece in _pieces(text))


# Lines of a terminal


WIDEST = 100
"""Maximum columns of help."""

_COLUMN = 26
"""Maximum columns of the names in a table; longer names have a line of their own."""

_SHELL_WORD = re.compile(r"""(?:'[^']*'|"[^"]*"|\S)+\s*""")
"""A word of a shell's command line, with its quotes and the blanks after it."""


def help_width() -> int:
    """Columns for help: those of the terminal up to `WIDEST`; as much as can be read well in a pipe."""
    return min(width(), WIDEST) if is_terminal(sys.stdout) else READABLE


def print_page(text: str, *, paged: bool) -> None:
    """Print a page as lines on a terminal, through the pager if it is long; as Markdown into a pipe."""
    print_paged(draw(text) if is_terminal(sys.stdout) else text.splitlines(), wanted=paged)


def draw(text: str) -> Iterator[str]:
    """A page as lines of standard output."""
    style = Style.of(sys.stdout)
    return (paint(line, style) for line in page_lines(text, help_width()))


def page_lines(text: str, width: int) -> Iterator[Line]:
    """The lines of a page, of at most so many cells as far as the words of its examples allow."""
    below = True
    for block in read_blocks(text):
        if not below:
            yield ()
        # A small heading stands on what it is of.
        below = block.level > 2
        if block.kind == "heading":
            yield (Piece(block.body.upper() if block.level == 1 else block.body, "label"),)
        elif block.kind == "text":
            yield from fill(_pieces(block.body), width)
        elif block.kind == "code":
            yield from _example_lines(block.body.splitlines(), width)
        else:
            yield from _table_lines(_cells(block.body), width)


def _example_lines(lines: Sequence[str], width: int) -> Iterator[Line]:
    """An example; if a line is too long, its remarks have lines of their own, and a backslash joins its parts."""
    remarks_fit = all(len(line) + 2 <= width for line in lines if "  #" in line)
    for text in lines:
        command, mark, remark = text.partition("  #")
        if remarks_fit and len(text) + 2 <= width:
            yield (Piece("  "), Piece(command, "opened"), Piece(mark + remark, "muted"))
            continue
        parts = [""]
        for word in _SHELL_WORD.findall(command) if len(command.rstrip()) + 2 > width else (command,):
            if parts[-1] and len(parts[-1]) + len(word.rstrip()) + 4 > width:
                parts[-1] += "\\"
                parts.append("  ")
            parts[-1] += word
        yield from ((Piece("  "), Piece(part.rstrip(), "opened")) for part in parts)
        if mark:
            yield from ((Piece("      "), *line) for line in fill((Piece(f"#{remark}", "muted"),), width - 6))


def _table_lines(found: Sequence[Sequence[str]], width: int) -> Iterator[Line]:
    """Names in one column and what is said of them in another; more columns stand below each other by their heads."""
    head, *body = found
    names = [_pieces(row[0]) for row in body]
    size = max((length for name in names if (length := measure(name)) <= _COLUMN), default=_COLUMN)
    indent = Piece(" " * (size + 4))
    for name, (_, *cells) in zip(names, body, strict=True):
        texts = (
            cells if len(head) == 2 else [f"{say}: {cell}" for say, cell in zip(head[1:], cells, strict=True) if cell]
        )
        lines = [line for text in texts for line in fill(_pieces(text), width - size - 4)]
        if measure(name) > size:
            yield from ((Piece("  "), *line) for line in fill(name, width - 2))
        else:
            first = lines.pop(0) if lines else ()
            yield (Piece("  "), *name, Piece(" " * (size + 2 - measure(name))), *first)
        yield from ((indent, *line) for line in lines)


# The man page


def manual(version: str) -> str:
    """All of it, for `man`: the commands by their parsers, then the pages."""
    reader = Parser(prog=APP, allow_abbrev=False, description=ABOUT)
    add_reader_options(reader)
    shared = [entry.name for entry in entries(reader)]
    commands = ((name, find_command(name)) for name in COMMANDS)
    texts = (
        f"# Description\n\n{command_page(reader, EXAMPLES)}",
        "# Commands\n\nEvery command takes --color, --log-level and --help too.",
        *(f"## {APP} {name}\n\n{command_page(make_parser(one), one.examples, shared)}" for name, one in commands),
        *map(page, PAGES),
    )
    lines = [
        f'.TH {APP.upper()} 1 "" "{APP} {version}" "User Commands"',
        *(".ds AD l", ".ad l", ".nh"),
        *(".SH NAME", rf"{APP} \- the terminal reader for the daily papers feed"),
        *(".SH SYNOPSIS", rf"\fB{APP}\fR [\fIOPTIONS\fR] [\fIQUERY\fR ...]"),
        *(".br", rf"\fB{APP}\fR \fICOMMAND\fR ..."),
        *(line for text in texts for block in read_blocks(text) for line in _roff_block(block)),
    ]
    return "\n".join(lines) + "\n"


def _roff_block(block: Block) -> Iterator[str]:
    if block.kind == "heading":
        name = _roff(block.body)
        yield (f".SH {name.upper()}", f".SS {name}", f".PP\n\\fB{name}\\fR")[block.level - 1]
    elif block.kind == "text":
        yield from (".PP", _roff_pieces(block.body))
    elif block.kind == "code":
        lines = ("".join(piece.text for piece in line)[2:] for line in _example_lines(block.body.splitlines(), 74))
        yield from (".PP", ".nf", *map(_roff, lines), ".fi")
    else:
        head, *body = _cells(block.body)
        for first, *cells in body:
            yield from (".TP", _roff_pieces(first, whole=True), "\n.br\n".join(map(_roff_pieces, _told(head, cells))))


def _roff_pieces(text: str, *, whole: bool = False) -> str:
    """A line of text, with code in bold; or all of it."""
    return "".join(
        rf"\fB{_roff(piece.text)}\fR" if whole or piece.role != "text" else _roff(piece.text) for piece in _pieces(text)
    )


def _roff(text: str) -> str:
    """A text that troff prints as it is: no request, no escape, and every hyphen one to copy."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("`", r"\(ga")
    return re.sub(r"^(?=\.)", r"\\&", text).replace("^", r"\(ha").replace("~", r"\(ti")
