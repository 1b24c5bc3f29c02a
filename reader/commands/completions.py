"""`dailypapers completions`: print a completion script for a shell, and compute the completions for that script."""

from __future__ import annotations

from argparse import SUPPRESS, Action, ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain

from reader.commands.command import Command, Parser, StoreJson, add_reader_options, make_parser, split_words
from reader.commands.output import print_line
from reader.commands.registry import find_command, gists_of_commands, is_command
from reader.commands.workspace import Workspace
from reader.core.errors import ReaderError, UsageError
from reader.core.query.lexer import EXAMPLES, FIELDS
from reader.core.query.suggestions import Vocabulary, complete
from reader.core.views import IDS
from reader.data import read_text
from reader.ui.shell.commands import Candidate

ANSWER = "answer"
"""The word that the scripts pass instead of a shell's name: print the completions of the words that follow."""

SHELLS = ("bash", "zsh", "fish")
"""Shells for which there is a script."""


def _add_completions_arguments(parser: ArgumentParser) -> None:
    about = "the shell to print a script for"
    parser.add_argument("shell", choices=(*SHELLS, ANSWER), metavar="|".join(SHELLS), help=about)
    parser.add_argument("words", nargs="*", help=SUPPRESS)


def _print_completions(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.shell != ANSWER:
        if arguments.words:
            raise UsageError(f"'completions {arguments.shell}' takes nothing more.")
        print_line(read_text(f"completions.{arguments.shell}").rstrip("\n"))
        return 0
    for candidate in candidates(arguments.words, workspace):
        print_line(f"{candidate.text}\t{candidate.about}")
    return 0


COMMAND = Command(
    "completions",
    "Print a script that completes dailypapers in a shell: commands, options, and queries with your topics and tags.",
    (),
    _add_completions_arguments,
    _print_completions,
)


# Complete the last word of a command line


MAX_COMPLETIONS = 100

_READ_FROM_PAPERS = ("keyword", "author", "org", "tag", "category", "source")


FILES = Candidate(":files")
"""A placeholder that makes the shell complete file names itself."""


def candidates(words: Sequence[str], workspace: Workspace) -> list[Candidate]:
    """The completions of the last of the `words` after the program's name."""
    *before, word = words or [""]
    if before and is_command(before[0]):
        parser = make_parser(find_command(before[0]))
        completions = list(_Line(parser, before[1:], word, workspace).candidates())
    else:
        parser = Parser()
        add_reader_options(parser)
        parser.add_argument("query", nargs="*", metavar="QUERY")
        completions = list(_Line(parser, before, word, workspace).candidates())
        if not before:
            named = [Candidate(*command) for command in gists_of_commands().items() if command[0].startswith(word)]
            completions = [*named, *(completions if word else ())]
    return list(dict.fromkeys(completions))


class _Line:
    """A command line whose last word is completed."""

    def __init__(self, parser: Parser, before: Sequence[str], word: str, workspace: Workspace) -> None:
        self._parser = parser
        self._options = parser._option_string_actions
        self._positionals = [action for action in parser._actions if not action.option_strings]
        self._before = before
        self._word = word
        self._workspace = workspace

    def candidates(self) -> Iterator[Candidate]:
        if "--" in self._before:
            yield from self._of_argument(self._word)
            return
        name, equals, typed = self._word.partition("=")
        before = self._options.get(self._before[-1]) if self._before else None
        if equals and name in self._options:
            yield from (
                Candidate(f"{name}={value.text}", value.about) for value in self._values(self._options[name], typed)
            )
        elif before is not None and before.nargs is None and not isinstance(before, StoreJson):
            yield from self._values(before, self._word)
        else:
            if self._word.startswith("-"):
                yield from self._option_names()
            if not self._word.startswith("--"):
                yield from self._of_argument(self._word)

    def _option_names(self) -> Iterator[Candidate]:
        for name, action in self._options.items():
            if name.startswith(self._word) and action.help != SUPPRESS:
                yield Candidate(name, action.help or "")

    def _of_argument(self, word: str) -> Iterable[Candidate]:
        _, *arguments = split_words(self._parser, self._before)
        given = [*chain(*arguments)]
        if not self._positionals:
            return ()
        place = min(len(given), len(self._positionals) - 1)
        action = self._positionals[place]
        if len(given) > place and action.nargs not in ("*", "+"):
            return ()
        return self._values(action, word, given)

    def _values(self, action: Action, typed: str, given: Sequence[str] = ()) -> Iterable[Candidate]:
        if action.metavar in ("FILE", "DIR"):
            return [FILES]
        if isinstance(action, StoreJson):
            first, comma, last = typed.rpartition(",")
            return [Candidate(f"{first}{comma}{name}") for name in action.known() if name.startswith(last)]
        if action.metavar == "QUERY":
            return self._terms(typed)
        if action.metavar == "TAG" or (action.dest == "rest" and given[:1] == ["rename"]):
            return self._tags(typed)
        known: Callable[[Sequence[str]], Iterable[str]] = getattr(action, "suggest", lambda _: action.choices or ())
        return [Candidate(str(value)) for value in known(given) if str(value).startswith(typed)]

    def _tags(self, typed: str) -> list[Candidate]:
        tags = self._vocabulary("tag:").get("tag", ())
        return [Candidate(tag) for tag in tags if tag.casefold().startswith(typed.casefold())]

    def _terms(self, typed: str) -> Iterator[Candidate]:
        """The matching terms of a query, without values that need quotes."""
        if not typed:
            yield from (Candidate(f"{field}:", EXAMPLES[field]) for field in FIELDS)
            return
        completion = complete(typed, len(typed), self._vocabulary(typed), MAX_COMPLETIONS)
        if completion is not None:
            begin = typed[: completion.start]
            yield from (Candidate(begin + text, _example(text)) for text in completion.candidates if '"' not in text)

    def _vocabulary(self, typed: str) -> Vocabulary:
        """The values of the typed field in the cache; empty if the cache can't be read."""
        file = self._workspace.cache_file
        known: dict[str, Sequence[str]] = {"view": [*(view.name for view in self._workspace.settings.views), *IDS]}
        if file.exists():
            with suppress(ReaderError), self._workspace.window() as window:
                known["topic"] = list(window.topic_names())
                if typed.lstrip("-").partition(":")[0].lower() in _READ_FROM_PAPERS:
                    from reader.cache.reads.vocabulary import vocabulary

                    known |= {field: list(values) for field, values in window.read(vocabulary).items()}
        return known


def _example(text: str) -> str:
    """An example for a completion that is a field, such as `topic:`; empty for a value."""
    return EXAMPLES.get(text.removesuffix(":"), "") if text.endswith(":") else ""
