"""The class of commands, and the arguments that several of them share."""

from __future__ import annotations

import sys
from argparse import OPTIONAL, SUPPRESS, ZERO_OR_MORE, Action, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

from reader.commands.output import COLOURS
from reader.commands.workspace import Workspace
from reader.config import LOG_LEVELS
from reader.core.errors import UsageError

SEE_HELP = " See"
"""Start of the last sentence of a usage error, which points to the help."""

SHIELD = "\0"
"""Put before a word that argparse must not read as an option; a shell can't pass it."""


class OpenReader(NamedTuple):
    """The end of a command after which the reader opens on the page of a paper."""

    paper: str
    """The paper's id in the cache."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, a summary, examples, arguments, and the function that runs it.

    `run` returns the exit code: 0 done, 1 partly failed; or that the reader is to be opened. It raises ReaderError for
    a complete failure.
    """

    name: str
    summary: str
    examples: tuple[tuple[str, str], ...]
    """Pairs of the words after the program's name and their effect."""
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace, Workspace], int | OpenReader]


class Parser(ArgumentParser):
    """A parser that raises UsageError with one line of text, and prints the program's own form of help."""

    examples: Sequence[tuple[str, str]] = ()

    def error(self, message: str) -> NoReturn:
        if message.startswith("the following arguments are required"):
            message = self._missing(message.partition(": ")[2].split(", "))
        end = "" if message.endswith("?") else "."
        raise UsageError(f"{self.prog}: {message.rstrip('.')}{end}{SEE_HELP} '{self.prog} --help'.")

    def _missing(self, names: Sequence[str]) -> str:
        """What a command lacks, without what may be left out, which argparse names too."""
        lacking = [
            action
            for action in self._actions
            if (action.metavar or action.dest) in names and action.nargs not in (OPTIONAL, ZERO_OR_MORE)
        ]
        choices = next((action.choices for action in lacking if action.choices), None)
        if choices:
            return f"choose one of {', '.join(map(str, choices))}"
        return f"{' and '.join(str(action.metavar or action.dest) for action in lacking)} is missing"

    def _check_value(self, action: Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        from reader.core.nearest import nearest

        choices = [str(choice) for choice in action.choices]
        typed = bare(value)
        meant = nearest(str(typed), choices)
        option = f"{action.option_strings[0]} " if action.option_strings else ""
        advice = f". Did you mean {meant}?" if meant else ""
        self.error(f"{option}{typed!r} is not one of {', '.join(choices)}{advice}")

    def print_help(self, file: Any = None) -> None:
        """Print the help; argparse would ignore that a long one can't be written."""
        (file or sys.stdout).write(self.format_help())

    def format_help(self) -> str:
        from reader.commands.printing.help_text import command_help

        return command_help(self, self.examples)


class StoreFile(Action):
    """Stores file names; shells complete them."""

    def __call__(
        self, parser: ArgumentParser, namespace: Namespace, values: Any, option_string: str | None = None
    ) -> None:
        setattr(namespace, self.dest, values)


def add_words(
    parser: ArgumentParser, dest: str, metavar: str, words: Mapping[str, str], *, default: str | None = None
) -> None:
    """Add an argument that is one of a few words; the help has a line for each, with what it does.

    With a `default` it may be left out, if nothing follows it.
    """
    about = "one of these:" if default is None else f"one of these (default: {default}):"
    many = None if default is None else OPTIONAL
    action = parser.add_argument(dest, nargs=many, default=default, choices=tuple(words), metavar=metavar, help=about)
    setattr(action, "words", words)  # noqa: B010 (argparse has no place for it)


def suggest(action: Action, values: Callable[[Sequence[str]], Iterable[str]]) -> None:
    """Let shells complete an argument by values; the function takes the arguments before it."""
    setattr(action, "suggest", values)  # noqa: B010 (argparse has no place for it)


def make_parser(command: Command) -> Parser:
    """The parser of a command's words."""
    from reader.paths import APP

    parser = Parser(prog=f"{APP} {command.name}", allow_abbrev=False)
    add_arguments(parser, command)
    return parser


def add_arguments(parser: Parser, command: Command) -> None:
    """Add a command's arguments, summary and examples to its parser."""
    parser.description = command.summary
    parser.examples = command.examples
    command.arguments(parser)
    add_colours(parser)
    add_log_level(parser)


def add_query(parser: ArgumentParser) -> None:
    """Add the words of a query; `query_of` joins them."""
    parser.add_argument(
        "query", nargs="*", default=[], metavar="QUERY", help="words and terms such as topic:agents is:unread"
    )


def add_json(parser: ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_limit(parser: ArgumentParser, noun: str = "papers") -> None:
    """Add -n."""
    parser.add_argument("-n", "--limit", type=positive_number, metavar="N", help=f"print at most N {noun}")


def add_quiet(parser: ArgumentParser, about: str) -> None:
    """Add -q."""
    parser.add_argument("-q", "--quiet", action="store_true", help=about)


def add_no_pager(parser: ArgumentParser) -> None:
    """Add --no-pager."""
    parser.add_argument("--no-pager", action="store_true", help="do not open a pager ($PAGER, else less)")


def add_colours(parser: ArgumentParser) -> None:
    """Add --color; `parse` puts it into effect. --colour is the same, and not in the help."""
    about = "use colours: auto (on a terminal), always or never"
    parser.add_argument("--color", choices=COLOURS, default="auto", metavar="WHEN", help=about)
    parser.add_argument("--colour", choices=COLOURS, dest="color", default=SUPPRESS, help=SUPPRESS)


def positive_number(text: str) -> int:
    """A whole number above zero, as an argparse type."""
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{bare(text)!r} is not a whole number above zero")
    return int(text)


def add_log_level(parser: ArgumentParser) -> None:
    """Add --log-level."""
    about = f"what the log file gets, for this run: {', '.join(LOG_LEVELS)} (default: log_level of the settings)"
    parser.add_argument("--log-level", choices=LOG_LEVELS, metavar="LEVEL", help=about)


def query_of(words: Sequence[str]) -> str:
    """The query from the words of a command line."""
    return " ".join(words).strip()


def bare(value: Any) -> Any:
    """A parsed value without the shields of its words."""
    if isinstance(value, list):
        return [bare(item) for item in value]
    return value.removeprefix(SHIELD) if isinstance(value, str) else value
