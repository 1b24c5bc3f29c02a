"""The help of one command, from its parser: the same entries make its page of the manual."""

from __future__ import annotations

import re
import sys
import textwrap
from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from reader.commands.output import READABLE, Style, is_terminal, width
from reader.paths import APP

_SHELL_WORD = re.compile(r"""(?:'[^']*'|"[^"]*"|\S)+""")
"""A word of a shell's command line, with its quotes."""

WIDEST = 100
"""Maximum columns of help."""

_COLUMN = 26
"""Maximum columns of the names before their descriptions; longer names have a line of their own."""


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


def command_help(parser: ArgumentParser, examples: Sequence[tuple[str, str]]) -> str:
    """The whole help of a command, as wide as the terminal."""
    style = Style.of(sys.stdout)
    columns = help_width()
    arguments = [entry for entry in entries(parser) if not entry.is_option]
    options = [entry for entry in entries(parser) if entry.is_option]
    first, *rest = wrap(f"Usage: {usage(parser)}", columns, later="         ")
    first = first.replace("Usage:", style.bold("Usage:"), 1)
    blocks = [wrap(parser.description or "", columns), [first, *rest]]
    blocks.append([style.bold("Examples:"), *example_lines(examples, columns, style)])
    for heading, several in (("Arguments:", arguments), ("Options:", options)):
        if several:
            blocks.append([style.bold(heading), *define([(one.name, one.about) for one in several], columns, style)])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def help_width() -> int:
    """Columns for help: those of the terminal up to `WIDEST`; as much as can be read well in a pipe."""
    return min(width(), WIDEST) if is_terminal(sys.stdout) else READABLE


def example_lines(examples: Iterable[tuple[str, str]], columns: int, style: Style) -> Iterator[str]:
    """Each example with its effect beside it if all fit, else below it."""
    pairs = [(f"{APP} {words}".rstrip(), about) for words, about in examples]
    size = max((len(words) for words, _ in pairs), default=0)
    if all(size + len(about) + 4 <= columns for _, about in pairs):
        for words, about in pairs:
            yield f"  {style.typed(words)}{' ' * (size - len(words))}  {about}"
        return
    for words, about in pairs:
        yield from (f"  {style.typed(line)}" for line in _shell_lines(words, columns - 2))
        yield from wrap(about, columns, "      ")


def _shell_lines(text: str, columns: int) -> Iterator[str]:
    """A command for a shell in as many lines as it needs; a backslash joins them."""
    line = ""
    for word in _SHELL_WORD.findall(text):
        if line and len(line) + 1 + len(word) > columns - 2:
            yield f"{line} \\"
            line = f"  {word}"
        else:
            line = f"{line} {word}" if line else word
    yield line


def define(pairs: Sequence[tuple[str, str]], columns: int, style: Style, most: int = _COLUMN) -> Iterator[str]:
    """Names in one column, of at most so many letters, and their descriptions in another."""
    size = max((len(name) for name, _ in pairs if len(name) <= most), default=most)
    indent = " " * (size + 4)
    for name, about in pairs:
        lines = wrap(about, columns, indent) or [indent]
        if len(name) > size:
            yield f"  {style.typed(name)}"
            yield from lines
        else:
            yield f"  {style.typed(name)}{lines[0][len(name) + 2 :]}".rstrip()
            yield from lines[1:]


def wrap(text: str, columns: int, indent: str = "", later: str | None = None) -> list[str]:
    """The lines of a paragraph with an indent, and another one from the second line; no word is broken."""
    return textwrap.wrap(
        text,
        columns,
        initial_indent=indent,
        subsequent_indent=indent if later is None else later,
        break_long_words=False,
        break_on_hyphens=False,
    )


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
