"""Parse a command's words: distinguish options from terms that a query excludes, such as `-topic:agents`."""

from __future__ import annotations

import re
from argparse import Action, Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, takewhile
from typing import NoReturn

from reader.commands.command import SEE_HELP, SHIELD, Parser, bare
from reader.commands.output import COLOURS, choose_colours
from reader.commands.printing.json_form import StoreJson
from reader.core.errors import UsageError
from reader.core.nearest import nearest

_OPTION = re.compile(r"-(?:[A-Za-z](?:=.*)?|\d{1,4})")
"""What looks like an option: a letter, or a number as in `head -5`."""


def parse(parser: Parser, words: Sequence[str]) -> Namespace:
    """Parse a command's words, and put --color into effect.

    Raises UsageError, also for a letter or number after a dash that is not an option: as a term, it would exclude
    papers.
    """
    take_colours(words)
    options = parser._option_string_actions
    if asks_for_help(words):
        parser.print_help()
        raise SystemExit(0)
    found, rest = parser.parse_known_intermixed_args(list(_shield(parser, words, options)))
    if rest:
        _refuse(parser, bare(rest[0]), options)
    for name, value in vars(found).items():
        setattr(found, name, bare(value))
    return found


def _shield(parser: Parser, words: Iterable[str], options: Mapping[str, Action]) -> Iterator[str]:
    """The words as argparse must get them: terms with a dash are shielded, `--json` alone gets an empty value."""
    is_plain = is_value = False
    for word in words:
        is_dashed = word[:1] == "-" and word[:2] != "--" and len(word) > 1 and word not in options
        if is_plain:
            yield SHIELD + word
        elif is_value:
            is_value = False
            yield SHIELD + word if is_dashed else word
        elif word == "--":
            is_plain = True
        elif is_dashed and not _has_number(word, options):
            if _OPTION.fullmatch(word):
                _refuse_letter(parser, word, options)
            yield SHIELD + word
        else:
            action = options.get(word)
            is_json = isinstance(action, StoreJson)
            is_value = action is not None and action.nargs is None and not is_json
            yield f"{word}=" if is_json else word


def _has_number(word: str, options: Mapping[str, Action]) -> bool:
    """Whether a word is an option with its number: `-n5`."""
    action = options.get(word[:2])
    return action is not None and action.nargs is None and word[2:].isdecimal()


def places_of_arguments(parser: Parser, words: Sequence[str]) -> list[int]:
    """Where in the words the arguments are, without options and their values."""
    options = parser._option_string_actions
    places, is_value, is_plain = [], False, False
    for place, word in enumerate(words):
        action = None if is_plain else options.get(word)
        if word == "--" and not is_plain:
            is_plain = True
        elif not is_value and action is None and (is_plain or not word.partition("=")[0].startswith("--")):
            places.append(place)
        is_value = action is not None and action.nargs is None and not isinstance(action, StoreJson)
    return places


def asks_for_help(words: Sequence[str]) -> bool:
    """Whether --help is anywhere before `--`, whatever else is right or wrong."""
    return any(word in ("-h", "--help") for word in takewhile(lambda word: word != "--", words))


def take_colours(words: Sequence[str]) -> None:
    """Put --color into effect before all else, since the help and its mistakes depend on it."""
    choose_colours("auto")
    for word, following in pairwise([*words, ""]):
        if word == "--":
            return
        name, equals, value = word.partition("=")
        for when in COLOURS:
            if name in ("--color", "--colour") and (value if equals else following) == when:
                choose_colours(when)


def _refuse(parser: Parser, word: str, known: Iterable[str]) -> NoReturn:
    meant = nearest(word.partition("=")[0], known) if word.startswith("--") else None
    advice = f" Did you mean {meant}?" if meant else ""
    raise UsageError(f"{parser.prog}: {word} is not understood.{advice}{SEE_HELP} '{parser.prog} --help'.")


def _refuse_letter(parser: Parser, word: str, options: Mapping[str, Action]) -> NoReturn:
    letter = word.partition("=")[0]
    if letter[1:].isdigit():
        meant = f"-n {letter[1:]}" if "-n" in options else None
    else:
        meant = next((name for name in options if name.startswith(f"-{letter}")), None)
    advice = f" Did you mean {meant}?" if meant else ""
    if any(action.dest == "query" and not action.option_strings for action in parser._actions):
        advice += f" To exclude the word {letter[1:]}, write: -- {letter}."
    raise UsageError(f"{parser.prog}: {letter} is not an option.{advice}{SEE_HELP} '{parser.prog} --help'.")
