"""Pages of help: the manual in Markdown, what a command takes, and their lines for a terminal."""

from __future__ import annotations

import re
import sys
from argparse import SUPPRESS, Action, ArgumentParser, HelpFormatter
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from reader.commands.output import MAX_PROSE_COLUMNS, Style, paint, print_through_pager, width
from reader.commands.streams import is_terminal
from reader.core.lines import Line, wrap_text
from reader.paths import APP

FOLDER = Path(__file__).parents[1] / "manual"

PAGES = (
    *("reading", "choosing", "queries", "views", "settings", "trouble"),
    *("feeds", "import-export", "scripts", "sync", "agents", "extensions"),
)
"""Names of the manual's pages, most useful first."""

FORMER_PAGES = {"keys": "reading", "words": "reading", "mail": "feeds", "formats": "trouble"}
"""Names of pages in the last release, each with the page that has its subject now."""

MAX_EXAMPLES = 8

MAX_COLUMNS = 100

NAME_COLUMN = 26
"""Maximum columns of the names of arguments; a longer name gets its own line."""

_ROLES = {"heading": "label", "strong": "label", "code": "opened", "rule": "muted"}
"""The roles of a text that a page of help has under other names."""

_GIST = re.compile(r"# .+\n\n((?:.+\n)+)")
_SHELL = re.compile(r"(?<=^```sh\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


def gists_of_pages() -> dict[str, str]:
    """The subject of each page, in a sentence."""
    found = ((name, _GIST.match(text_of(name))) for name in PAGES)
    return {name: " ".join(gist[1].split()) if gist else "" for name, gist in found}


def text_of(name: str) -> str:
    """The text of a page, with placeholders for generated tables."""
    return (FOLDER / f"{name}.md").read_text("utf-8")


def table(first: str, second: str, found: Iterable[tuple[str, str]]) -> str:
    """A table of two columns in Markdown."""
    lines = (f"| {one.replace('|', chr(92) + '|')} | {other.replace('|', chr(92) + '|')} |" for one, other in found)
    return "\n".join((f"| {first} | {second} |", "|---|---|", *lines))


def code(text: str) -> str:
    """A text as code in Markdown."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def rows(text: str) -> list[tuple[str, str]]:
    """The rows of a page's two-column tables, as plain text."""
    from reader.core.document.layout import grid_texts
    from reader.core.document.model import Table, plain
    from reader.feeds.fulltext.markdown import parse_markdown

    tables = (list(grid_texts(one))[1:] for one in parse_markdown(text).blocks if isinstance(one, Table))
    return [("".join(plain(row[0])), "".join(plain(row[1]))) for table in tables for row in table if len(row) == 2]


# What a command takes


class CommandHelp(HelpFormatter):
    """The arguments of a command as argparse draws them, with the explanation of each word that an argument takes."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=NAME_COLUMN, width=help_width())

    def _format_action_invocation(self, action: Action) -> str:
        if not action.option_strings:
            return _metavar(action)
        names = ", ".join(action.option_strings)
        if action.nargs == 0:
            return names
        # Only --json and --jsonl have an optional value.
        return f"{names}[={action.metavar}]" if hasattr(action, "known") else f"{names} {_metavar(action)}"

    def _expand_help(self, action: Action) -> str:
        about = "print this help" if action.dest == "help" else action.help or ""
        return f"{about} (- for standard input)" if action.metavar == "ID" else about

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrap_text(text, width)

    def _iter_indented_subactions(self, action: Action) -> Generator[Action, None, None]:
        for word, about in getattr(action, "words", {}).items():
            yield Action([], word, metavar=f"  {word}", help=about)


def command_help(parser: ArgumentParser, shown: Sequence[tuple[str, str]]) -> str:
    """The help of a command: its purpose and arguments, with examples."""
    formatter = CommandHelp(parser.prog)
    positionals = [action for action in parser._actions if not action.option_strings]
    # The help comes last.
    options = sorted((one for one in parser._actions if one.option_strings), key=lambda one: one.dest == "help")
    for heading, actions in (("Arguments", positionals), ("Options", options)):
        formatter.start_section(heading)
        formatter.add_arguments(actions)
        formatter.end_section()
    lines = [*wrap_text(parser.description or "", help_width()), "", *wrap_text(_usage(parser), help_width())]
    if shown := shown or _examples_of(parser.prog):
        lines += ["", "Examples:", *example_lines(shown)]
    style = Style.of(sys.stdout)
    text = "\n".join((*lines, "", formatter.format_help()))
    return re.sub(
        r"^(?:Usage|Examples|Arguments|Options):", lambda found: style("strong", found[0]), text, flags=re.MULTILINE
    )


def _usage(parser: ArgumentParser) -> str:
    """A command's synopsis, without its options."""
    words = ["Usage:", parser.prog]
    for action in parser._actions:
        if not action.option_strings and action.help != SUPPRESS:
            name = _metavar(action)
            words.append({"*": f"[{name} ...]", "+": f"{name} ...", "?": f"[{name}]"}.get(str(action.nargs), name))
    return " ".join((*words, "[OPTIONS]"))


def _metavar(action: Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    return "|".join(map(str, action.choices)) if action.choices else action.dest.upper()


def _examples_of(command: str) -> list[tuple[str, str]]:
    """A command's examples in the pages, with remarks, starting with the page that has most."""
    found = []
    for name in PAGES:
        lines = (line for body in _SHELL.findall(text_of(name)) for line in body.splitlines())
        parts = (line.removeprefix(APP).partition("  #") for line in lines if f"{line} ".startswith(f"{command} "))
        found.append([(words.strip(), remark.strip()) for words, _, remark in parts])
    return [one for several in sorted(found, key=len, reverse=True) for one in several][:MAX_EXAMPLES]


def example_lines(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Commands with remarks as lines of standard output."""
    style = Style.of(sys.stdout)
    text = "\n".join(f"{APP} {words}".rstrip() + (f"  # {remark}" if remark else "") for words, remark in pairs)
    for line in _with_remarks_in_place(f"{text}\n", help_width()).splitlines():
        end = 0 if line.startswith("# ") else (line + "  # ").index("  # ")
        yield f"  {style('code', line[:end])}{style('muted', line[end:])}"


def _with_remarks_in_place(text: str, width: int) -> str:
    """An example with its remarks in one column, or each above its command if there is no room beside it."""
    parts = [line.partition("  # ") for line in text.splitlines()]
    size = max((len(command.rstrip()) for command, *_ in parts), default=0)
    if all(size + len(mark + remark) + 2 <= width for _, mark, remark in parts if mark):
        return "".join(f"{command.rstrip():{size}}{mark}{remark}".rstrip() + "\n" for command, mark, remark in parts)
    return "".join(f"{f'# {remark}{chr(10)}' if mark else ''}{command.rstrip()}\n" for command, mark, remark in parts)


# Pages as lines


def help_width() -> int:
    """Columns for help: those of the terminal up to `MAX_COLUMNS`; a readable width in a pipe."""
    return min(width(), MAX_COLUMNS) if is_terminal(sys.stdout) else MAX_PROSE_COLUMNS


def print_page(text: str, *, paged: bool) -> None:
    """Print a page as lines on a terminal, through the pager if it is long; as Markdown into a pipe."""
    print_through_pager(draw(text) if is_terminal(sys.stdout) else text.splitlines(), wanted=paged)


def draw(text: str) -> Iterator[str]:
    """A page as lines of standard output."""
    style = Style.of(sys.stdout)
    return (paint(line, style) for line in page_lines(text, help_width()))


def page_lines(text: str, width: int) -> list[Line]:
    """The lines of a page, within the width unless a command is longer."""
    from reader.core.document.layout import Layout
    from reader.core.document.model import Heading, Span
    from reader.feeds.fulltext.markdown import parse_markdown

    text = _SHELL.sub(lambda found: _with_remarks_in_place(found[0], width), text)
    document = parse_markdown(text)
    title = Heading(1, "", (Span(document.title.upper()),))
    blocks = (title, *document.blocks) if document.title else document.blocks
    return [
        tuple(piece._replace(role=_ROLES.get(piece.role, piece.role)) for piece in line.pieces)
        for line in Layout(replace(document, blocks=blocks), width)
    ]
