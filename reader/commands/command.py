"""The class of commands, and the parser of their arguments."""

from __future__ import annotations

from argparse import Action, ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from reader.commands.workspace import Workspace
from reader.config import LOG_LEVELS
from reader.core.errors import UsageError
from reader.paths import APP

SEE_HELP = " See"
"""Start of the last sentence of a usage error, which points to the help."""

_SHIELD = "\0"
"""Put before a word that argparse must not read as an option; a shell can't pass it."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, a summary, examples, arguments, and the function that runs it.

    `run` returns the exit code: 0 done, 1 partly failed. It raises ReaderError for a complete failure.
    """

    name: str
    summary: str
    examples: tuple[tuple[str, str], ...]
    """Pairs of the words after the program's name and their effect."""
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace, Workspace], int]


class Parser(ArgumentParser):
    """A parser that raises UsageError with one line of text."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message.rstrip('.?')}.{SEE_HELP} '{self.prog} --help'.")


class StoreFile(Action):
    """Stores file names; shells complete them."""

    def __call__(
        self, parser: ArgumentParser, namespace: Namespace, values: Any, option_string: str | None = None
    ) -> None:
        setattr(namespace, self.dest, values)

    @property
    def complete(self) -> Mapping[str, object]:
        """The attribute that shtab reads; shtab is slow to import, so it is imported only here."""
        import shtab

        files: Mapping[str, object] = shtab.FILE
        return files


def add_arguments(parser: ArgumentParser, command: Command) -> None:
    """Add a command's arguments, summary and examples to its parser."""
    parser.description = command.summary
    parser.epilog = examples_text(command.examples)
    parser.formatter_class = RawDescriptionHelpFormatter
    command.arguments(parser)
    add_log_level(parser)


def examples_text(examples: Iterable[tuple[str, str]]) -> str:
    """The examples as the last part of a help text."""
    lines = (f"  {APP} {line}".rstrip() + f"\n      {about}" for line, about in examples)
    return "examples:\n" + "\n".join(lines)


def add_query(parser: ArgumentParser) -> None:
    """Add the words of a query; `query_of` joins them."""
    parser.add_argument("query", nargs="*", metavar="QUERY", help="words and terms such as topic:agents is:unread")


def add_json(parser: ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def positive_number(text: str) -> int:
    """A whole number above zero, as an argparse type."""
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return int(text)


def add_log_level(parser: ArgumentParser) -> None:
    """Add --log-level."""
    about = f"what the log file gets, for this run: {', '.join(LOG_LEVELS)} (default: log_level of the settings)"
    parser.add_argument("--log-level", choices=LOG_LEVELS, metavar="LEVEL", help=about)


def query_of(words: Sequence[str]) -> str:
    """The query from the words of a command line."""
    return " ".join(words).strip()


def parse(parser: ArgumentParser, words: Sequence[str]) -> Namespace:
    """Parse a command's words; `-topic:x` and everything after `--` are not options. Raises UsageError."""
    known = set(parser._option_string_actions)
    shielded, plain = [], False
    for word in words:
        if word == "--" and not plain:
            plain = True
        elif plain or (word[:1] == "-" and word[:2] != "--" and len(word) > 1 and word not in known):
            shielded.append(_SHIELD + word)
        else:
            shielded.append(word)
    found, rest = parser.parse_known_intermixed_args(shielded)
    if rest:
        _refuse(parser, rest[0].removeprefix(_SHIELD), known)
    for name, value in vars(found).items():
        setattr(found, name, _bare(value))
    return found


def _bare(value: object) -> object:
    if isinstance(value, list):
        return [_bare(item) for item in value]
    return value.removeprefix(_SHIELD) if isinstance(value, str) else value


def _refuse(parser: ArgumentParser, word: str, known: Iterable[str]) -> NoReturn:
    from reader.core.nearest import nearest

    meant = nearest(word.partition("=")[0], known) if word.startswith("--") else None
    advice = f" Did you mean {meant}?" if meant else ""
    raise UsageError(f"{parser.prog}: {word} is not understood.{advice}{SEE_HELP} '{parser.prog} --help'.")
