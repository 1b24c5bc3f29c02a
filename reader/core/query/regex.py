"""Regular expressions that a person may type against a million titles: checked before they are ever run.

Python's `re` backtracks: `(a+)+b` takes longer than the universe on a line of a's, and can't be interrupted. What
makes it explode is a repeat of something that can itself match in several ways, so that is refused, and the number
of repeats and choices is capped, which leaves the worst case a small polynomial of a short subject.
"""

from __future__ import annotations

import functools
import re
import unicodedata
import warnings

MAX_PATTERN = 120
"""Longest pattern, in characters."""
MAX_SUBJECT = 500
"""How much of a text is searched, in characters; titles and names are shorter."""
MAX_OPEN_REPEATS = 3
"""Repeats without an upper end, such as `.*`."""
MAX_CHOICES = 12
"""Repeats and alternatives of all kinds together."""

_REPEAT = re.compile(r"([*+?]|\{([0-9]*)(,?)([0-9]*)\})[?+]?")
_HIDES = re.compile(r"\(\?(#|[a-zA-Z]*x)")
"""What stands between a group and its repeat without being seen."""


class UnsafePattern(ValueError):
    """A pattern that is not run; the text is a sentence that says why."""


@functools.lru_cache(maxsize=64)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """A checked pattern, blind to case and accents, that `matches` takes.

    Raises UnsafePattern.
    """
    if len(pattern) > MAX_PATTERN:
        raise UnsafePattern(f"A regex may have at most {MAX_PATTERN} characters")
    plain = without_accents(pattern)
    try:
        with warnings.catch_warnings():
            # What may mean something else in a future Python is refused today.
            warnings.simplefilter("error")
            compiled = re.compile(plain, re.IGNORECASE | re.MULTILINE)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        raise UnsafePattern(f"This is not a regex: {error}") from None
    _check(plain)
    return compiled


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern is found in the head of one of the text's lines."""
    search = compile_pattern(pattern).search
    if text.isascii() and "\n" not in text:
        return search(text, 0, MAX_SUBJECT) is not None
    return any(search(line[:MAX_SUBJECT]) for line in without_accents(text).split("\n"))


def without_accents(text: str) -> str:
    """The text with its accents taken off, its case kept."""
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def _check(pattern: str) -> None:
    """Refuse what may explode; the pattern is known to be well formed."""
    if _HIDES.search(pattern):
        raise UnsafePattern("A regex may hold no comments and no x flag")
    choices = open_repeats = 0
    varies = [False]  # for each open group, whether what it holds can match in several ways
    closed: bool | None = None  # whether the group that ends right here does
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if repeat := _REPEAT.match(pattern, at):
            fixed = bool(repeat[2]) and not repeat[3]
            if max(int(repeat[2] or 0), int(repeat[4] or 0)) > 99:
                raise UnsafePattern("A regex may repeat at most 99 times by number")
            if closed and repeat[1] != "?":
                raise UnsafePattern("A regex may not repeat a group that itself repeats or chooses")
            choices += not fixed
            open_repeats += repeat[1] in "*+" or (bool(repeat[3]) and not repeat[4])
            varies[-1] = varies[-1] or not fixed
            at, closed = repeat.end(), None
            continue
        closed = None
        if char == "\\":
            at += 1
        elif char == "[":
            at = _class_end(pattern, at)
        elif char == "(":
            varies.append(False)
            # The question mark and what follows it in (?:…), (?=…) is no repeat.
            at += pattern.startswith("?", at + 1)
        elif char == ")" and len(varies) > 1:
            closed = varies.pop()
            varies[-1] = varies[-1] or closed
        elif char == "|":
            choices += 1
            varies[-1] = True
        at += 1
    if open_repeats > MAX_OPEN_REPEATS or choices > MAX_CHOICES:
        raise UnsafePattern(
            f"A regex may have at most {MAX_OPEN_REPEATS} open and {MAX_CHOICES} repeats or alternatives in all"
        )


def _class_end(pattern: str, at: int) -> int:
    """Where the character class that opens at `at` closes."""
    at += 1
    at += pattern.startswith("^", at)
    at += pattern.startswith("]", at)
    while at < len(pattern) and pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return at
