"""Pages of help in Markdown: the manual, what a command takes, and their lines for a terminal."""

from __future__ import annotations

import re
import sys
from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from reader.commands.output import READABLE, Style, paint, print_paged, width
from reader.commands.streams import is_terminal
from reader.core.lines import Line, Piece, fill, measure
from reader.paths import APP

if TYPE_CHECKING:
    pass

ALL = "all"
"""The word that asks for every command and page."""

FOLDER = Path(__file__).parents[1] / "manual"

USER_PAGES = (
    *("reading", "choosing", "queries", "views", "settings", "trouble"),
    *("feeds", "import-export", "scripts", "sync", "agents", "extensions"),
)
"""Names of the pages for users, most useful first."""

PAGES = (*USER_PAGES, "developing")

FORMER_PAGES = {"keys": "reading", "words": "reading", "mail": "feeds", "formats": "trouble"}
"""Names of pages in the last release, each with the page that has its subject now."""

MOST_EXAMPLES = 8

_GIST = re.compile(r"# .+\n\n((?:.+\n)+)")


def gists_of_pages() -> dict[str, str]:
    """What each page for users is about, in a sentence."""
    found = ((name, _GIST.match(text_of(name))) for name in USER_PAGES)
    return {name: " ".join(gist[1].split()) if gist else "" for name, gist in found}


def rows(text: str) -> list[tuple[str, str]]:
    """The rows of two-column tables, as plain text."""
    tables = (cells_of(block.body)[1:] for block in read_blocks(text) if block.kind == "table")
    return [(_plain(row[0]), _plain(row[1])) for table in tables for row in table if len(row) == 2]


def text_of(name: str) -> str:
    """The text of a page, with placeholders for generated tables."""
    return (FOLDER / f"{name}.md").read_text("utf-8")


# What a command takes


def table(first: str, second: str, found: Iterable[tuple[str, str]]) -> str:
    """A table of two columns in Markdown."""
    lines = (f"| {one.replace('|', chr(92) + '|')} | {other.replace('|', chr(92) + '|')} |" for one, other in found)
    return "\n".join((f"| {first} | {second} |", "|---|---|", *lines))


def code(text: str) -> str:
    """A text as code in Markdown."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


class ArgumentHelp(NamedTuple):
    """An argument or option: how it is written, and what it does."""

    name: str
    about: str
    is_option: bool


def entries(parser: ArgumentParser) -> list[ArgumentHelp]:
    """The arguments of a parser in order, then its options, --help last."""
    found = []
    for action in parser._actions:
        if action.help != SUPPRESS:
            is_option = bool(action.option_strings)
            found.append(ArgumentHelp(_name(action), _about(action), is_option))
            words: Mapping[str, str] = getattr(action, "words", {})
            found += [ArgumentHelp(f"  {word}", about, is_option) for word, about in words.items()]
    return sorted(found, key=lambda entry: (entry.is_option, entry.name.startswith("-h")))


def usage(parser: ArgumentParser) -> str:
    """A command's synopsis, without its options."""
    words = [parser.prog]
    for action in parser._actions:
        if not action.option_strings and action.help != SUPPRESS:
            name = _metavar(action)
            words.append({"*": f"[{name} ...]", "+": f"{name} ...", "?": f"[{name}]"}.get(str(action.nargs), name))
    return " ".join((*words, "[OPTIONS]"))


def command_page(parser: ArgumentParser, shown: Sequence[tuple[str, str]]) -> str:
    """The help of a command in Markdown."""
    found = entries(parser)
    shown = shown or _examples_of(parser.prog)
    parts = [parser.description or "", f"**Usage:** `{usage(parser)}`"]
    if shown:
        parts.append(f"### Examples:\n\n{examples(shown)}")
    for heading, is_option in (("Arguments:", False), ("Options:", True)):
        if several := [(code(one.name), one.about) for one in found if one.is_option == is_option]:
            parts.append(f"### {heading}\n\n{table('Name', 'What it does', several)}")
    return "\n\n".join(parts)


def _examples_of(command: str) -> list[tuple[str, str]]:
    """A command's examples in the pages, with remarks, starting with the page that has most."""
    found = []
    for name in PAGES:
        blocks = (block.body for block in read_blocks(text_of(name)) if block.kind == "sh")
        lines = (line for body in blocks for line in body.splitlines() if f"{line} ".startswith(f"{command} "))
        parts = (line.removeprefix(APP).partition("  #") for line in lines)
        found.append([(words.strip(), remark.strip()) for words, _, remark in parts])
    return [one for several in sorted(found, key=len, reverse=True) for one in several][:MOST_EXAMPLES]


def examples(pairs: Iterable[tuple[str, str]]) -> str:
    """Commands with explanations, as a Markdown example."""
    lines = [(f"{APP} {words}".rstrip(), about) for words, about in pairs]
    size = max((len(words) for words, _ in lines), default=0)
    said = (f"{words:<{size}}  # {about}" if about else words for words, about in lines)
    return "\n".join(("```sh", *said, "```"))


def _about(action: Action) -> str:
    about = "print this help" if action.dest == "help" else action.help or ""
    return f"{about} (- for standard input)" if action.metavar == "ID" else about


def _name(action: Action) -> str:
    if not action.option_strings:
        return _metavar(action)
    names = ", ".join(action.option_strings)
    if action.nargs == 0:
        return names
    # Only --json and --jsonl have an optional value.
    return f"{names}[={action.metavar}]" if hasattr(action, "known") else f"{names} {_metavar(action)}"


def _metavar(action: Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    return "|".join(map(str, action.choices)) if action.choices else action.dest.upper()


# Markdown, as used by the pages


class Block(NamedTuple):
    """A heading, paragraph, list item, table, shell example, or other code."""

    kind: Literal["heading", "text", "table", "sh", "code"]
    body: str
    level: int = 0
    """The level of a heading."""


_BLOCK = re.compile(
    r"^```(?P<language>\w*)\n(?P<code>.*?)^```$|^(?P<marks>#+) (?P<heading>[^\n]+)$|(?P<table>(?:^\|[^\n]*\n?)+)"
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
            yield Block("sh" if found["language"] == "sh" else "code", found["code"].rstrip("\n"))
        elif found["table"]:
            yield Block("table", found["table"].strip())
        else:
            yield from (Block("text", " ".join(one.split())) for one in re.split(r"\n(?=- )", found["text"]))


def cells_of(table: str) -> list[list[str]]:
    """The rows of a table, the heading first."""
    found = ([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table.splitlines())
    return [[cell.replace("\\|", "|") for cell in row] for at, row in enumerate(found) if at != 1]


def told_beside(head: Sequence[str], cells: Sequence[str]) -> Sequence[str]:
    """A row's text besides its name: several cells get their headings."""
    return cells if len(cells) == 1 else [f"{say}: {cell}" for say, cell in zip(head[1:], cells, strict=True) if cell]


def pieces_of(text: str) -> Line:
    """A text with styled code and strong parts."""
    found: list[Piece] = []
    at = 0
    for span in _INLINE.finditer(text):
        typed = span[1] or span[2]
        between = text[at : span.start()]
        # Spaces in code look like the space between two examples.
        found.append(Piece("  " if between == " " and typed and found and found[-1].role == "opened" else between))
        found.append(Piece(typed, "opened") if typed else Piece(span[3] or span[4], "label" if span[3] else "text"))
        at = span.end()
    return tuple(piece for piece in (*found, Piece(text[at:])) if piece.text)


def _plain(text: str) -> str:
    return "".join(piece.text for piece in pieces_of(text))


# Lines of a terminal


WIDEST = 100

_COLUMN = 26
"""Maximum columns of the names in a table; longer names get their own line."""

_SHELL_WORD = re.compile(r"""(?:'[^']*'|"[^"]*"|\S)+\s*""")
"""A word of a shell command with its quotes and the spaces after it."""


def help_width() -> int:
    """Columns for help: those of the terminal up to `WIDEST`; a readable width in a pipe."""
    return min(width(), WIDEST) if is_terminal(sys.stdout) else READABLE


def print_page(text: str, *, paged: bool) -> None:
    """Print a page as lines on a terminal, through the pager if it is long; as Markdown into a pipe."""
    print_paged(draw(text) if is_terminal(sys.stdout) else text.splitlines(), wanted=paged)


def draw(text: str) -> Iterator[str]:
    """A page as lines of standard output."""
    style = Style.of(sys.stdout)
    return (paint(line, style) for line in page_lines(text, help_width()))


def page_lines(text: str, width: int) -> Iterator[Line]:
    """The lines of a page, within the width unless words of examples are longer."""
    below = True
    for block in read_blocks(text):
        if not below:
            yield ()
        # A small heading has no blank line below it.
        below = block.level > 2
        if block.kind == "heading":
            yield (Piece(block.body.upper() if block.level == 1 else block.body, "label"),)
        elif block.kind == "text":
            yield from fill(pieces_of(block.body), width)
        elif block.kind == "table":
            yield from _table_lines(cells_of(block.body), width)
        else:
            yield from example_lines(block, width)


def example_lines(block: Block, width: int) -> Iterator[Line]:
    """An example; long lines get remarks on separate lines, and backslash continuations."""
    lines = block.body.splitlines()
    remarks_fit = all(len(line) + 2 <= width for line in lines if "  #" in line)
    for text in lines:
        command, mark, remark = text.partition("  #")
        if remarks_fit and len(text) + 2 <= width:
            yield (Piece("  "), Piece(command, "opened"), Piece(mark + remark, "muted"))
            continue
        parts = [""]
        for word in _SHELL_WORD.findall(command) if len(command.rstrip()) + 2 > width else (command,):
            if parts[-1] and len(parts[-1]) + len(word.rstrip()) + 4 > width:
                parts[-1] += "\\" if block.kind == "sh" else ""
                parts.append("  ")
            parts[-1] += word
        yield from ((Piece("  "), Piece(part.rstrip(), "opened")) for part in parts)
        if mark:
            begin = Piece("      # ", "muted")
            yield from ((begin, *line) for line in fill((Piece(remark.strip(), "muted"),), width - 8))


def _table_lines(found: Sequence[Sequence[str]], width: int) -> Iterator[Line]:
    """Names in one column and their descriptions in another; further columns are stacked with their headings."""
    head, *body = found
    names = [pieces_of(row[0]) for row in body]
    size = max((length for name in names if (length := measure(name)) <= _COLUMN), default=_COLUMN)
    indent = Piece(" " * (size + 4))
    for name, (_, *cells) in zip(names, body, strict=True):
        lines = [line for text in told_beside(head, cells) for line in fill(pieces_of(text), width - size - 4)]
        if measure(name) > size:
            yield from ((Piece("  "), *line) for line in fill(name, width - 2))
        else:
            first = lines.pop(0) if lines else ()
            yield (Piece("  "), *name, Piece(" " * (size + 2 - measure(name))), *first)
        yield from ((indent, *line) for line in lines)
