"""The manual: its pages of Markdown with the program's own tables in them, as lines of a terminal and as a man page.

`.build/manual_hook.py` makes the man page where nothing but the standard library is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from reader.commands.command import Command, Parser, make_parser
from reader.commands.help_text import entries, usage
from reader.commands.line.registry import ABOUT, COMMANDS, EXAMPLES, GROUPS, add_reader_options, find_command
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


def rows(name: str) -> list[tuple[str, str]]:
    """The rows of a page's tables with two columns, as plain text."""
    tables = (block.body for block in read_blocks(_text(name)) if block.kind == "table")
    return [
        (_plain(first), _plain(second))
        for (head, *body) in map(_cells, tables)
        if len(head) == 2
        for first, second in body
    ]


def _text(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text("utf-8")


# What the pages get from the code


def _made(part: str, keymap: Keymap | None) -> str:
    return {"keys": lambda: _keys(keymap), "settings": _settings, "signs": _signs, "commands": _commands}[part]()


def _keys(keymap: Keymap | None) -> str:
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


def _signs() -> str:
    from reader.ui.kit.glyphs import ASCII, UNICODE, legend

    pairs = zip(legend(UNICODE), legend(ASCII), strict=True)
    return _table(
        "Sign, ASCII",
        "Meaning",
        [
            (
                " ".join(_code(one.text) for one in pair if one.text != "blank") or "blank",
                f"{pair[0].name}: {pair[0].about}",
            )
            for pair in pairs
        ],
    )


def _commands() -> str:
    return "\n\n".join(
        f"### {title}\n\n{_table('Command', 'What it is for', [(_code(name), gist) for name, gist in names.items()])}"
        for title, names in GROUPS.items()
    )


def _table(first: str, second: str, found: Iterable[tuple[str, str]]) -> str:
    lines = (f"| {one.replace('|', chr(92) + '|')} | {other.replace('|', chr(92) + '|')} |" for one, other in found)
    return "\n".join((f"| {first} | {second} |", "|---|---|", *lines))


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


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
        found.append(Piece("  " if between == " " and code and found else between))
        found.append(Piece(code, "opened") if code else Piece(span[3] or span[4], "label" if span[3] else "text"))
        at = span.end()
    return tuple(piece for piece in (*found, Piece(text[at:])) if piece.text)


def _plain(text: str) -> str:
    return "".join(piece.text for piece in _pieces(text))


# Lines of a terminal


_COLUMN = 26
"""Maximum columns of the names in a table; longer names have a line of their own."""


def page_lines(text: str, width: int) -> Iterator[Line]:
    """The lines of a page, of at most so many cells as far as its examples allow."""
    for at, block in enumerate(read_blocks(text)):
        if at:
            yield ()
        if block.kind == "heading":
            yield (Piece(block.body.upper() if block.level == 1 else block.body, "label"),)
        elif block.kind == "text":
            yield from fill(_pieces(block.body), width)
        elif block.kind == "code":
            yield from (line for text in block.body.splitlines() for line in _example(text, width))
        else:
            yield from _table_lines(_cells(block.body), width)


def _example(text: str, width: int) -> Iterator[Line]:
    """A line of an example; a remark at its end has a line of its own if both are too long."""
    command, mark, remark = text.partition("  #")
    if len(text) + 2 <= width:
        yield (Piece("  "), Piece(command, "opened"), Piece(mark + remark, "muted"))
        return
    yield (Piece("  "), Piece(command.rstrip(), "opened"))
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
    lines = [
        f'.TH {APP.upper()} 1 "" "{APP} {version}" "User Commands"',
        *(".ds AD l", ".ad l", ".nh"),
        *(".SH NAME", rf"{APP} \- the terminal reader for the daily papers feed"),
        *(".SH SYNOPSIS", rf"\fB{APP}\fR [\fIOPTIONS\fR] [\fIQUERY\fR ...]"),
        *(".br", rf"\fB{APP}\fR \fICOMMAND\fR ..."),
        *(".SH DESCRIPTION", _roff(ABOUT)),
        *(".SH EXAMPLES", *_examples(EXAMPLES)),
        *(".SH OPTIONS", *_entries(_reader_parser())),
        *(".SH COMMANDS", _roff("Every command takes --color, --log-level and --help too.")),
        *(line for name in COMMANDS for line in _section(find_command(name))),
        *(line for name in PAGES for block in read_blocks(page(name)) for line in _roff_block(block)),
    ]
    return "\n".join(lines) + "\n"


def _roff_block(block: Block) -> Iterator[str]:
    if block.kind == "heading":
        yield f".SH {_roff(block.body).upper()}" if block.level == 1 else f".SS {_roff(block.body)}"
    elif block.kind == "text":
        yield from (".PP", _roff_pieces(block.body))
    elif block.kind == "code":
        yield from (".PP", ".nf", *map(_roff, block.body.splitlines()), ".fi")
    else:
        head, *body = _cells(block.body)
        for first, *cells in body:
            yield from (".TP", _roff_pieces(first, whole=True))
            told = (
                cells
                if len(head) == 2
                else [f"{say}: {cell}" for say, cell in zip(head[1:], cells, strict=True) if cell]
            )
            yield "\n.br\n".join(map(_roff_pieces, told)) or r"\&"


def _roff_pieces(text: str, *, whole: bool = False) -> str:
    """A line of text, with code in bold; or all of it."""
    return "".join(
        rf"\fB{_roff(piece.text)}\fR" if whole or piece.role != "text" else _roff(piece.text) for piece in _pieces(text)
    )


def _reader_parser() -> Parser:
    parser = Parser(prog=APP, allow_abbrev=False)
    add_reader_options(parser)
    return parser


def _section(command: Command) -> Iterator[str]:
    """A command: its usage, summary, arguments, options and examples."""
    parser = make_parser(command)
    yield f".SS {_roff(usage(parser))}"
    yield _roff(command.summary)
    yield from _entries(parser, shared=[entry.name for entry in entries(_reader_parser())])
    yield ".PP"
    yield "Examples:"
    yield from _examples(command.examples)


def _entries(parser: Parser, shared: Sequence[str] = ()) -> Iterator[str]:
    return _definitions([(entry.name.strip(), entry.about) for entry in entries(parser) if entry.name not in shared])


def _examples(examples: Iterable[tuple[str, str]]) -> Iterator[str]:
    return _definitions([(f"{APP} {words}".rstrip(), about) for words, about in examples])


def _definitions(pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    for name, about in pairs:
        yield ".TP"
        yield rf"\fB{_roff(name)}\fR"
        yield _roff(about)


def _roff(text: str) -> str:
    """A text that troff prints as it is: no request, no escape, and every hyphen one to copy."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("`", r"\(ga")
    return re.sub(r"^(?=\.)", r"\\&", text).replace("^", r"\(ha").replace("~", r"\(ti")
