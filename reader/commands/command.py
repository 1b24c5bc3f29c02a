"""The class `Command`, the parser of its words, the arguments that several commands share, and JSON output."""

from __future__ import annotations

import json
import re
import sys
from argparse import OPTIONAL, ZERO_OR_MORE, Action, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise, takewhile
from typing import Any, NoReturn, TypeAlias

from reader.commands.output import print_line, writes_unicode
from reader.commands.workspace import Workspace
from reader.core import removed
from reader.core.errors import UsageError
from reader.core.nearest import nearest

SEE_HELP = " See"
"""Start of the last sentence of a usage error, which points to the help."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the program.

    `run` returns an exit code, 0 for success and 1 for a partial failure. It raises ReaderError if the command failed
    completely.
    """

    name: str
    summary: str
    examples: tuple[tuple[str, str], ...]
    """Pairs of the words after the program's name and their effect."""
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace, Workspace], int]
    has_json: bool = False
    """Whether it takes --json and --jsonl. The manual's page `scripts` lists the fields of the program's own commands.
    """


class Parser(ArgumentParser):
    """A parser that raises UsageError with one line of text, and prints help in the program's own form."""

    examples: Sequence[tuple[str, str]] = ()

    def error(self, message: str) -> NoReturn:
        if message.startswith("the following arguments are required"):
            message = self._missing(message.partition(": ")[2].split(", "))
        end = "" if message.endswith("?") else "."
        raise UsageError(f"{self.prog}: {message.rstrip('.')}{end}{SEE_HELP} '{self.prog} --help'.")

    def _missing(self, names: Sequence[str]) -> str:
        """A sentence about the missing arguments, without the optional ones, which argparse includes."""
        named = (action for action in self._actions if (action.metavar or action.dest) in names)
        lacking = [action for action in named if action.nargs not in (OPTIONAL, ZERO_OR_MORE)]
        choices = next((action.choices for action in lacking if action.choices), None)
        if choices:
            return f"choose one of {', '.join(map(str, choices))}"
        return f"{' and '.join(str(action.metavar or action.dest) for action in lacking)} is missing"

    def _check_value(self, action: Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return

        choices = [str(choice) for choice in action.choices]
        meant = nearest(str(value), choices)
        option = f"{action.option_strings[0]} " if action.option_strings else ""
        advice = f". Did you mean {meant}?" if meant else ""
        self.error(f"{option}{value!r} is not one of {', '.join(choices)}{advice}")

    def print_help(self, file: Any = None) -> None:
        """Print the help; argparse would ignore write errors."""
        (file or sys.stdout).write(self.format_help())

    def format_help(self) -> str:
        from reader.commands.pages import command_help

        return command_help(self, self.examples)


Actions: TypeAlias = Mapping[str, tuple[Callable[[Namespace, Workspace], int], str]]
"""The actions of a command by name: the function that runs it, and its explanation in the help."""


def add_actions(parser: ArgumentParser, actions: Actions, default: str | None = None) -> None:
    """Add the argument that selects an action, each explained in the help; it is optional with a `default`."""
    about = "one of these:" if default is None else f"one of these (default: {default}):"
    many = None if default is None else OPTIONAL
    action = parser.add_argument(
        "what", nargs=many, default=default, choices=tuple(actions), metavar="ACTION", help=about
    )
    words = {name: about for name, (_, about) in actions.items()}
    setattr(action, "words", words)  # noqa: B010 (argparse has no place for it)


def expect_names(command: str, what: str, names: Sequence[str], usages: Mapping[str, str]) -> None:
    """Raise UsageError unless an action got the names that its usage lists, such as `NAME QUERY...`.

    An action that is missing from `usages` takes no names.
    """
    usage = usages.get(what, "").split()
    least, takes_more = len(usage), bool(usage) and usage[-1].endswith("...")
    if len(names) < least or (len(names) > least and not takes_more):
        quotes = ", with quotes around names that have spaces" if usage else ""
        raise UsageError(f"Write '{' '.join(('dailypapers', command, what, *usage))}'{quotes}.")


def day_span(text: str) -> tuple[str, str]:
    """The first and the last day of a date or period, as ISO dates in UTC like the feed's days; raises UsageError."""
    from reader.core.dates import parse_date

    try:
        span = parse_date(text).span(datetime.now(UTC).date())
    except ValueError as error:
        raise UsageError(f"{error}.") from error
    if span is None:
        raise UsageError(f"{text!r} is not a date here: write 2026-05-11, 7d or 2w.")
    return span[0].isoformat(), span[1].isoformat()


def first_day(text: str) -> str:
    """The first day of a date or period, as an ISO date in UTC; raises UsageError."""
    return day_span(text)[0]


def suggest(action: Action, values: Callable[[Sequence[str]], Iterable[str]]) -> None:
    """Let shells complete an argument with the values that a function returns for the arguments before it."""
    setattr(action, "suggest", values)  # noqa: B010 (argparse has no place for it)


def make_parser(command: Command) -> Parser:
    """The parser for the words after a command's name."""
    from reader.paths import APP

    parser = Parser(prog=f"{APP} {command.name}", allow_abbrev=False)
    parser.description = command.summary
    parser.examples = command.examples
    command.arguments(parser)
    if command.has_json:
        add_json(parser, command)
    return parser


def add_query(parser: ArgumentParser) -> None:
    """Add the words of a query; `query_of` joins them."""
    parser.add_argument(
        "query", nargs="*", default=[], metavar="QUERY", help="words and terms such as topic:agents is:unread"
    )


def add_limit(parser: ArgumentParser, noun: str = "papers") -> None:
    """Add the option -n, the maximum number of results."""
    parser.add_argument("-n", "--limit", type=positive_number, metavar="N", help=f"print at most N {noun}")


def add_quiet(parser: ArgumentParser, about: str) -> None:
    """Add the option -q."""
    parser.add_argument("-q", "--quiet", action="store_true", help=about)


def positive_number(text: str) -> int:
    """A whole number above zero, as an argparse type."""
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return int(text)


def add_reader_options(parser: ArgumentParser) -> None:
    """Add the options of the reader itself, except the query."""
    parser.add_argument("--demo", action="store_true", help="open a bundled sample in a throw-away cache, no network")
    parser.add_argument("--plain", action="store_true", help="print lines of words, for speech and slow terminals")
    parser.add_argument("-V", "--version", action="store_true", help="print the version")


def query_of(words: Sequence[str]) -> str:
    """The query from the words of a command line."""
    return " ".join(words).strip()


# Parsing, which distinguishes options from excluded terms such as `-topic:agents`


_OPTION = re.compile(r"-(?:[A-Za-z](?:=.*)?|\d{1,4})")
"""A short option: a letter with an optional value, or a number as in `head -5`."""


def parse(parser: Parser, words: Sequence[str]) -> Namespace:
    """Parse a command's words.

    A letter or number after a dash that is not an option raises UsageError: read as a term, it would silently exclude
    papers.
    """
    options = parser._option_string_actions
    words = _with_fields(words, options)
    if asks_for_help(words):
        parser.print_help()
        raise SystemExit(0)
    before, arguments, plain = split_words(parser, words)
    if wrong := next(filter(_OPTION.fullmatch, arguments), ""):
        _refuse(parser, wrong)
    namespace, rest = parser.parse_known_args([*before, "--", *arguments, *plain] if arguments or plain else before)
    if rest := [word for word in rest if word != "--"]:
        _refuse(parser, rest[0])
    for action in parser._actions:
        if action.metavar == ID:
            setattr(namespace, action.dest, _with_input(parser, getattr(namespace, action.dest)))
    return namespace


def _with_fields(words: Sequence[str], options: Mapping[str, Action]) -> Sequence[str]:
    """The words with `--json id,title`, which other programs accept, changed to `--json=id,title`."""
    for place, (word, following) in enumerate(pairwise(takewhile(lambda word: word != "--", words))):
        option = options.get(word)
        if isinstance(option, StoreJson) and "," in following and set(following.split(",")) <= set(option.known()):
            return [*words[:place], f"{word}={following}", *words[place + 2 :]]
    return words


MAX_INPUT_BYTES = 1 << 26
"""Maximum bytes of standard input read for ids."""

ID = "ID"
"""The metavar of arguments that are ids of papers; for them, `-` stands for the ids on standard input."""


def _with_input(parser: Parser, value: Any) -> Any:
    """An id or a list of ids, with `-` replaced by the ids on standard input; raises UsageError if it has no ids."""
    if value != "-" and not (isinstance(value, list) and "-" in value):
        return value
    # In the piped output of `list`, the id comes before the first tab.
    given = sys.stdin.buffer.read(MAX_INPUT_BYTES).decode("utf-8", "replace")
    ids = [id for line in given.split("\n") for id in line.partition("\t")[0].split()]
    if not ids:
        raise UsageError(f"{parser.prog}: standard input has no ids of papers.")
    if isinstance(value, list):
        place = value.index("-")
        return [*value[:place], *ids, *value[place + 1 :]]
    if len(ids) > 1:
        raise UsageError(f"{parser.prog} takes one paper, and standard input has {len(ids):,}.")
    return ids[0]


def split_words(parser: Parser, words: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """The options with their values, the arguments, and the words after `--`, which are also arguments.

    An excluded term such as `-topic:agents` is an argument, although it looks like an option.
    """
    known = parser._option_string_actions
    options, arguments, takes_value = list[str](), list[str](), False
    rest = iter(words)
    for word in takewhile(lambda word: word != "--", rest):
        has_number = _takes_value(known.get(word[:2])) and word[2:].isdecimal()
        if takes_value and not word.startswith("--"):
            takes_value = False
            if word.startswith("-"):
                options[-1] += f"={word}" if options[-1].startswith("--") else word
            else:
                options.append(word)
        elif word in known or word.startswith("--") or has_number:
            takes_value = _takes_value(known.get(word))
            # `--json` alone gets an empty value.
            options.append(f"{word}=" if isinstance(known.get(word), StoreJson) else word)
        else:
            arguments.append(word)
    return options, arguments, list(rest)


def _takes_value(action: Action | None) -> bool:
    return action is not None and action.nargs is None and not isinstance(action, StoreJson)


def asks_for_help(words: Sequence[str]) -> bool:
    """Whether --help occurs before `--`; help is printed even if other words are wrong."""
    return any(word in ("-h", "--help") for word in takewhile(lambda word: word != "--", words))


def _refuse(parser: Parser, word: str) -> NoReturn:
    known, option = parser._option_string_actions, word.partition("=")[0]
    if option in removed.OPTIONS:
        raise UsageError(f"{parser.prog}: {option} was removed. {removed.OPTIONS[option]}")
    is_letter = _OPTION.fullmatch(word)
    if word.startswith("--"):
        meant = nearest(option, known)
    elif option[1:].isdigit():
        meant = f"-n {option[1:]}" if is_letter and "-n" in known else None
    else:
        meant = next((name for name in known if name.startswith(f"-{option}")), None) if is_letter else None
    advice = f" Did you mean {meant}?" if meant else ""
    if is_letter and any(action.dest == "query" and not action.option_strings for action in parser._actions):
        advice += f" To exclude the word {option[1:]}, write: -- {option}."
    problem = f"{option} is not an option" if is_letter else f"{word} is not understood"
    raise UsageError(f"{parser.prog}: {problem}.{advice}{SEE_HELP} '{parser.prog} --help'.")


# JSON output: whole records, or the fields that the user names


@dataclass(frozen=True, slots=True)
class JsonForm:
    """The JSON output that the user asked for."""

    fields: tuple[str, ...] = ()
    """The keys to print, in order; empty for all."""
    lines: bool = False
    """Whether to print JSON Lines instead of a single value."""

    def print(self, result: Mapping[str, object] | Iterable[Mapping[str, object]]) -> None:
        """Print one record, or records as they come, without keeping them in memory."""
        records = [result] if isinstance(result, Mapping) else result
        picked = ({name: record.get(name) for name in self.fields} if self.fields else record for record in records)
        is_ascii = not writes_unicode(sys.stdout)
        if not self.lines and not isinstance(result, Mapping):
            from reader.actions.export import write_array

            write_array(picked, sys.stdout)
            return
        for record in picked:
            print_line(json.dumps(record, ensure_ascii=is_ascii, indent=None if self.lines else 2))


class StoreJson(Action):
    """Stores a `JsonForm`; an empty value, which `parse` gives a bare `--json`, stands for whole records."""

    def __init__(self, *arguments: Any, known: Callable[[], Sequence[str]], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.known = known

    def __call__(
        self, parser: ArgumentParser, namespace: Namespace, values: Any, option_string: str | None = None
    ) -> None:
        names = tuple(name.strip() for name in values.split(",") if name.strip())
        known = self.known() if names else ()
        for name in names:
            if known and name not in known:
                meant = nearest(name, known)
                advice = f"Did you mean {meant}?" if meant else f"It takes {', '.join(known)}."
                parser.error(f"{option_string} has no field {name!r}. {advice}")
        setattr(namespace, self.dest, JsonForm(names, option_string == "--jsonl"))


def add_json(parser: ArgumentParser, command: Command) -> None:
    """Add the options --json and --jsonl."""
    for option, about in (
        ("--json", "print JSON; FIELDS, such as id,title, limits it to these fields"),
        ("--jsonl", "the same as JSON Lines, one record a line"),
    ):
        parser.add_argument(
            option, action=StoreJson, dest="json", metavar="FIELDS", known=lambda: json_fields(command), help=about
        )


def json_fields(command: Command) -> list[str]:
    """The top-level fields of the records that one of the program's own commands prints, from the manual."""
    from reader.actions.export import RECORD_KEYS
    from reader.commands.pages import text_of

    # A row of the manual, such as: | `tag list` | array: `name`, `papers` |
    row = rf"^\| .*`{command.name}(?: [^`]*)?`.* \| (?:array: |by name: )?(.*) \|$"
    fields: list[str] = []
    for form in re.findall(row, text_of("scripts"), re.MULTILINE):
        depth = 0
        for part in re.findall(r"[()]|a paper|\w+", form):
            depth += {"(": 1, ")": -1}.get(part, 0)
            if depth == 0 and part != ")":
                fields += RECORD_KEYS if part == "a paper" else (part,)
    return list(dict.fromkeys(fields))
