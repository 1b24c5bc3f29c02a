"""The pages of the manual in Markdown, the help of a command, and how both are drawn on a terminal."""

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
"""Names of the manual's pages, the most useful first."""

FORMER_PAGES = {"keys": "reading", "words": "reading", "mail": "feeds", "formats": "trouble"}
"""Pages of the last release, each with the page that now covers its subject."""

MAX_EXAMPLES = 8
"""Maximum examples in the help of a command."""

MAX_COLUMNS = 100
"""Maximum columns of help on a terminal."""

MAX_NAME_COLUMNS = 26
"""Maximum columns for the names of arguments; a longer name gets a line of its own."""

_ROLES = {"heading": "label", "strong": "label", "code": "opened", "rule": "muted"}
"""The roles of a full text that are drawn as another role on a help page."""

_GIST = re.compile(r"# .+\n\n((?:.+\n)+)")
_SHELL = re.compile(r"(?<=^```sh\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


def gists_of_pages() -> dict[str, str]:
    """The first paragraph of each page, which states its subject."""
    matches = ((name, _GIST.match(text_of(name))) for name in PAGES)
    return {name: " ".join(gist[1].split()) if gist else "" for name, gist in matches}


def text_of(name: str) -> str:
    """The source of a page, with placeholders for generated tables."""
    return (FOLDER / f"{name}.md").read_text("utf-8")


def table(first: str, second: str, rows: Iterable[tuple[str, str]]) -> str:
    """A Markdown table of two columns."""
    lines = (f"| {left.replace('|', chr(92) + '|')} | {right.replace('|', chr(92) + '|')} |" for left, right in rows)
    return "\n".join((f"| {first} | {second} |", "|---|---|", *lines))


def code(text: str) -> str:
    """A text as a Markdown code span."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def rows(text: str) -> list[tuple[str, str]]:
    """The rows of all two-column tables on a page, as plain text."""
    from reader.core.document.layout import grid_texts
    from reader.core.document.model import Table, plain
    from reader.feeds.fulltext.markdown import parse_markdown

    tables = (list(grid_texts(block))[1:] for block in parse_markdown(text).blocks if isinstance(block, Table))
    return [("".join(plain(row[0])), "".join(plain(row[1]))) for table in tables for row in table if len(row) == 2]


# The help of a command


class CommandHelp(HelpFormatter):
    """Formats the arguments of a command, with an explanation of each word that an argument accepts."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=MAX_NAME_COLUMNS, width=help_width())

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


def command_help(parser: ArgumentParser, examples: Sequence[tuple[str, str]]) -> str:
    """The help of a command: its summary, usage, examples and arguments; default examples come from the manual."""
    formatter = CommandHelp(parser.prog)
    positionals = [action for action in parser._actions if not action.option_strings]
    # List --help last.
    options = sorted(
        (action for action in parser._actions if action.option_strings), key=lambda action: action.dest == "help"
    )
    for heading, actions in (("Arguments", positionals), ("Options", options)):
        formatter.start_section(heading)
        formatter.add_arguments(actions)
        formatter.end_section()
    lines = [*wrap_text(parser.description or "", help_width()), "", *wrap_text(_usage(parser), help_width())]
    if examples := examples or _examples_of(parser.prog):
        lines += ["", "Examples:", *example_lines(examples)]
    style = Style.of(sys.stdout)
    text = "\n".join((*lines, "", formatter.format_help()))
    return re.sub(
        r"^(?:Usage|Examples|Arguments|Options):", lambda found: style("strong", found[0]), text, flags=re.MULTILINE
    )


def _usage(parser: ArgumentParser) -> str:
    """The usage line of a command; its options are not listed."""
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
    """A command's examples on the manual's pages, with remarks; the page with the most examples comes first."""
    pages = []
    for name in PAGES:
        lines = (line for body in _SHELL.findall(text_of(name)) for line in body.splitlines())
        parts = (line.removeprefix(APP).partition("  #") for line in lines if f"{line} ".startswith(f"{command} "))
        pages.append([(words.strip(), remark.strip()) for words, _, remark in parts])
    return [example for examples in sorted(pages, key=len, reverse=True) for example in examples][:MAX_EXAMPLES]


def example_lines(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Pairs of a command's words and a remark, as lines of standard output."""
    style = Style.of(sys.stdout)
    text = "\n".join(f"{APP} {words}".rstrip() + (f"  # {remark}" if remark else "") for words, remark in pairs)
    for line in _with_remarks_in_place(f"{text}\n", help_width()).splitlines():
        end = 0 if line.startswith("# ") else (line + "  # ").index("  # ")
        yield f"  {style('code', line[:end])}{style('muted', line[end:])}"


def _with_remarks_in_place(text: str, width: int) -> str:
    """Lines of shell with their remarks aligned in a column, or above their commands if the lines are too narrow."""
    parts = [line.partition("  # ") for line in text.splitlines()]
    size = max((len(command.rstrip()) for command, *_ in parts), default=0)
    if all(size + len(mark + remark) + 2 <= width for _, mark, remark in parts if mark):
        return "".join(f"{command.rstrip():{size}}{mark}{remark}".rstrip() + "\n" for command, mark, remark in parts)
    return "".join(f"{f'# {remark}{chr(10)}' if mark else ''}{command.rstrip()}\n" for command, mark, remark in parts)


# Draw pages


def help_width() -> int:
    """The columns of help: as many as the terminal has, at most `MAX_COLUMNS`; `MAX_PROSE_COLUMNS` in a pipe."""
    return min(width(), MAX_COLUMNS) if is_terminal(sys.stdout) else MAX_PROSE_COLUMNS


def print_page(text: str) -> None:
    """Print a page: drawn on a terminal, as Markdown in a pipe."""
    print_through_pager(draw(text) if is_terminal(sys.stdout) else text.splitlines())


def draw(text: str) -> Iterator[str]:
    """The lines of a page, in the colours of standard output."""
    style = Style.of(sys.stdout)
    return (paint(line, style) for line in page_lines(text, help_width()))


def page_lines(text: str, width: int) -> list[Line]:
    """The lines of a page, wrapped at a width; only examples of commands may be longer."""
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
